//! What can go wrong inside, and the one table from that to a [`StoreError`].

use std::io;

use deadpool_sqlite::{BuildError, HookError, InteractError, PoolError};
use rusqlite::ErrorCode;
use tokenfolio::{StoreError, StoreErrorKind};
use tokio::task::JoinError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Migration(#[from] rusqlite_migration::Error),
    #[error(transparent)]
    Path(#[from] io::Error),
    #[error(transparent)]
    Pool(#[from] PoolError),
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// Holds the text alone: a panic's payload cannot be shared between threads.
    #[error("work on a connection did not end: {0}")]
    Work(String),
}

impl From<InteractError> for Failure {
    fn from(error: InteractError) -> Self {
        Self::Work(error.to_string())
    }
}

impl From<JoinError> for Failure {
    fn from(error: JoinError) -> Self {
        Self::Work(error.to_string())
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let kind = match &failure {
            Failure::Migration(rusqlite_migration::Error::RusqliteError { err: error, .. })
            | Failure::Pool(PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)))
            | Failure::Sqlite(error) => kind(error),
            Failure::Path(_) | Failure::Pool(PoolError::Closed) => StoreErrorKind::Unavailable,
            Failure::Pool(PoolError::Timeout(_)) => StoreErrorKind::Timeout,
            Failure::Build(_) | Failure::Migration(_) | Failure::Pool(_) | Failure::Work(_) => StoreErrorKind::Other,
        };
        Self::new(kind, failure)
    }
}

fn kind(error: &rusqlite::Error) -> StoreErrorKind {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
    match error {
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | Utf8Error(..) => {
            StoreErrorKind::Corrupt
        }
        _ => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted) => {
                StoreErrorKind::Timeout
            }
            Some(ErrorCode::CannotOpen) => StoreErrorKind::Unavailable,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreErrorKind::Corrupt,
            _ => StoreErrorKind::Other,
        },
    }
}
