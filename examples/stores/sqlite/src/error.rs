//! The store's internal error, and its mapping to a [`StoreError`].

use std::io;

use deadpool_sqlite::{BuildError, HookError, InteractError, PoolError};
use rusqlite::ErrorCode;
use tokenfolio::{StoreError, StoreErrorKind};
use tokio::task::JoinError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
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
    /// Contains only the text, because the payload of a panic is not `Sync`.
    #[error("a task on a connection did not finish: {0}")]
    Task(String),
}

impl From<InteractError> for Error {
    fn from(error: InteractError) -> Self {
        Self::Task(error.to_string())
    }
}

impl From<JoinError> for Error {
    fn from(error: JoinError) -> Self {
        Self::Task(error.to_string())
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Migration(rusqlite_migration::Error::RusqliteError { err: source, .. })
            | Error::Pool(PoolError::Backend(source) | PoolError::PostCreateHook(HookError::Backend(source)))
            | Error::Sqlite(source) => kind(source),
            Error::Path(_) | Error::Pool(PoolError::Closed) => StoreErrorKind::Unavailable,
            Error::Pool(PoolError::Timeout(_)) => StoreErrorKind::Timeout,
            Error::Build(_) | Error::Migration(_) | Error::Pool(_) | Error::Task(_) => StoreErrorKind::Other,
        };
        Self::new(kind, error)
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
