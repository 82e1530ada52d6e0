//! Causes of failures, which no answer tells, for whoever runs the server.

use std::error::Error;
use std::io::{self, Write};

use tokenfolio::{Authenticated, Authenticator, BearerToken, ListQuery, StoreError, TokenList, TokenStore};

/// A store or an authenticator that prints why it failed to standard error.
pub(crate) struct LogErrors<T>(pub(crate) T);

impl<S: TokenStore> TokenStore for LogErrors<S> {
    type Owner = S::Owner;

    async fn list(&self, query: &ListQuery<S::Owner>) -> Result<TokenList, StoreError> {
        self.0.list(query).await.inspect_err(|error| log_failure("tokens cannot be listed", error))
    }
}

impl<A: Authenticator> Authenticator for LogErrors<A> {
    type Owner = A::Owner;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<A::Owner>>, StoreError> {
        self.0.find(secret).await.inspect_err(|error| log_failure("a token cannot be looked up", error))
    }
}

/// Prints what cannot be done, and why.
pub(crate) fn log_failure(what: &str, error: &StoreError) {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    // If nobody can be told, that is no reason to stop serving.
    drop(writeln!(io::stderr(), "{what}: {error}{cause}"));
}
