//! The store's internal error, and its mapping to a [`StoreError`].

use std::error::Error as StdError;
use std::io;
use std::num::TryFromIntError;

use deadpool_postgres::{BuildError, PoolError};
use tokenfolio::{StoreError, StoreErrorKind};
use tokio::time::error::Elapsed;
use tokio_postgres::error::{DbError, Severity};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Holds only the name of the constraint, because the server's message contains the digest.
    #[error("a secret violates the constraint {0:?}")]
    Constraint(String),
    #[error("a usage count is above i64::MAX: {0}")]
    Count(#[from] TryFromIntError),
    #[error(transparent)]
    Migration(#[from] refinery::Error),
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A row that is not a valid token.
    #[error("a row cannot be read: {0}")]
    Row(#[source] tokio_postgres::Error),
    #[error("the secret of a token of owner {0} must start with `{0}|`")]
    Secret(i64),
    #[error(transparent)]
    Statement(#[from] tokio_postgres::Error),
    #[error("the server did not respond: {0}")]
    Timeout(#[from] Elapsed),
}

impl Error {
    /// Drops the values that violate a constraint, because one of them can be a digest.
    pub(crate) fn without_values(self) -> Self {
        match &self {
            Self::Statement(error) => match error.as_db_error().and_then(DbError::constraint) {
                Some(constraint) => Self::Constraint(constraint.to_owned()),
                None => self,
            },
            _ => self,
        }
    }

    /// Returns whether the connection can no longer be used.
    pub(crate) fn ends_connection(&self) -> bool {
        match self {
            Self::Statement(error) => {
                error.as_db_error().is_none_or(|error| error.parsed_severity() != Some(Severity::Error))
            }
            _ => true,
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Pool(PoolError::Backend(source)) | Error::Statement(source) => kind(source),
            Error::Migration(migration) => {
                migration.source().and_then(|source| source.downcast_ref()).map_or(StoreErrorKind::Other, kind)
            }
            Error::Pool(PoolError::Timeout(_)) | Error::Timeout(_) => StoreErrorKind::Timeout,
            Error::Pool(PoolError::Closed) => StoreErrorKind::Unavailable,
            Error::Row(_) => StoreErrorKind::Corrupt,
            Error::Build(_) | Error::Constraint(_) | Error::Count(_) | Error::Pool(_) | Error::Secret(_) => {
                StoreErrorKind::Other
            }
        };
        Self::new(kind, error)
    }
}

/// Returns the kind by the server's SQLSTATE code (PostgreSQL manual, appendix A), or by the state of the connection.
fn kind(error: &tokio_postgres::Error) -> StoreErrorKind {
    let Some(state) = error.code() else {
        let is_lost = error.is_closed() || error.source().is_some_and(<dyn StdError>::is::<io::Error>);
        return if is_lost { StoreErrorKind::Unavailable } else { StoreErrorKind::Other };
    };
    match state.code().as_bytes() {
        // query_canceled and lock_not_available: a configured timeout has passed.
        b"57014" | b"55P03" => StoreErrorKind::Timeout,
        // Connection exceptions, transaction rollbacks, insufficient resources, a server that starts or stops, and a
        // standby that is read-only until it is promoted.
        [b'0', b'8', ..] | [b'4', b'0', ..] | [b'5', b'3', ..] | [b'5', b'7', b'P', ..] | b"25006" => {
            StoreErrorKind::Unavailable
        }
        [b'X', b'X', b'0', b'0', b'1' | b'2'] => StoreErrorKind::Corrupt,
        _ => StoreErrorKind::Other,
    }
}
