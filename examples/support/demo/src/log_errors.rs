//! The causes of store errors, on standard error. No response contains them.

use std::error::Error;
use std::io::{self, Write};

use tokenfolio::{Authenticated, Authenticator, BearerToken, ListQuery, StoreError, TokenList, TokenStore};

/// A store or an authenticator that logs its errors.
pub(crate) struct LogErrors<T>(pub(crate) T);

impl<S: TokenStore> TokenStore for LogErrors<S> {
    type Owner = S::Owner;

    async fn list(&self, query: &ListQuery<S::Owner>) -> Result<TokenList, StoreError> {
        self.0.list(query).await.inspect_err(|error| log_error("tokens cannot be listed", error))
    }
}

impl<A: Authenticator> Authenticator for LogErrors<A> {
    type Owner = A::Owner;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<A::Owner>>, StoreError> {
        self.0.find(secret).await.inspect_err(|error| log_error("a token cannot be looked up", error))
    }
}

/// Prints a problem with its cause.
pub(crate) fn log_error(problem: &str, error: &StoreError) {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    // A server keeps serving even if nobody reads its log.
    drop(writeln!(io::stderr(), "{problem}: {error}{cause}"));
}
