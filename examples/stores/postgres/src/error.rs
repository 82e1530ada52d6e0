//! What can go wrong inside, and the one table from that to a [`StoreError`].

use std::error::Error;
use std::io;
use std::num::TryFromIntError;

use deadpool_postgres::{BuildError, PoolError};
use tokenfolio::{StoreError, StoreErrorKind};
use tokio::time::error::Elapsed;
use tokio_postgres::error::{DbError, Severity};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Holds the name of the constraint alone: the server names the digest too.
    #[error("a secret breaks the constraint {0:?}")]
    Conflict(String),
    #[error("a count of uses is beyond int64: {0}")]
    Count(#[from] TryFromIntError),
    #[error(transparent)]
    Migration(#[from] refinery::Error),
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A row that is no token.
    #[error("a row cannot be read: {0}")]
    Row(#[source] tokio_postgres::Error),
    #[error("the secret of a token of owner {0} must begin with `{0}|`")]
    Secret(i64),
    #[error("the server did not answer: {0}")]
    Silence(#[from] Elapsed),
    #[error(transparent)]
    Statement(#[from] tokio_postgres::Error),
}

impl Failure {
    /// Forgets the values that broke a constraint, where one of them may be a digest.
    pub(crate) fn without_values(self) -> Self {
        match &self {
            Self::Statement(error) => match error.as_db_error().and_then(DbError::constraint) {
                Some(constraint) => Self::Conflict(constraint.to_owned()),
                None => self,
            },
            _ => self,
        }
    }

    /// Tells whether the connection it happened on is of no more use.
    pub(crate) fn ends_connection(&self) -> bool {
        match self {
            Self::Statement(error) => {
                error.as_db_error().is_none_or(|refusal| refusal.parsed_severity() != Some(Severity::Error))
            }
            _ => true,
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let kind = match &failure {
            Failure::Pool(PoolError::Backend(error)) | Failure::Statement(error) => kind(error),
            Failure::Migration(error) => {
                error.source().and_then(|source| source.downcast_ref()).map_or(StoreErrorKind::Other, kind)
            }
            Failure::Pool(PoolError::Timeout(_)) | Failure::Silence(_) => StoreErrorKind::Timeout,
            Failure::Pool(PoolError::Closed) => StoreErrorKind::Unavailable,
            Failure::Row(_) => StoreErrorKind::Corrupt,
            Failure::Build(_) | Failure::Conflict(_) | Failure::Count(_) | Failure::Pool(_) | Failure::Secret(_) => {
                StoreErrorKind::Other
            }
        };
        Self::new(kind, failure)
    }
}

/// Sorts by the code that the server gave (appendix A of its manual), or by what became of the connection.
fn kind(error: &tokio_postgres::Error) -> StoreErrorKind {
    let Some(state) = error.code() else {
        let is_lost = error.is_closed() || error.source().is_some_and(<dyn Error>::is::<io::Error>);
        return if is_lost { StoreErrorKind::Unavailable } else { StoreErrorKind::Other };
    };
    match state.code().as_bytes() {
        // A statement that was cancelled, or a lock that was not had: both after a time that was set.
        b"57014" | b"55P03" => StoreErrorKind::Timeout,
        // Connections, conflicts with other transactions, resources that ran out, a server that starts or ends, and one
        // that takes no writes until it has taken over from another.
        [b'0', b'8', ..] | [b'4', b'0', ..] | [b'5', b'3', ..] | [b'5', b'7', b'P', ..] | b"25006" => {
            StoreErrorKind::Unavailable
        }
        [b'X', b'X', b'0', b'0', b'1' | b'2'] => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Other,
    }
}
