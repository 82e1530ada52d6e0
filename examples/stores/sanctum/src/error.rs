//! The store's internal error, and its mapping to a [`StoreError`].

use std::num::TryFromIntError;

use sqlx::mysql::MySqlDatabaseError;
use tokenfolio::{StoreError, StoreErrorKind};
use tokio::time::error::Elapsed;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A cluster that has lost a node stops until it knows whether it has a quorum.
    #[error("the cluster did not respond: {0}")]
    Cluster(#[source] Elapsed),
    /// A row has a number that is out of range for a token.
    #[error("a number is out of range: {0}")]
    Number(#[from] TryFromIntError),
    /// Does not contain the server's error, because its message contains the digest.
    #[error("a token with this id or this secret exists")]
    Duplicate,
    #[error("token {0} has a usage count, a revocation or an allow-list, and the table has no columns for them")]
    NoColumn(i64),
    #[error("the database has no table `personal_access_tokens`")]
    NoTable,
    #[error("the owner has no token {0}")]
    NoToken(i64),
    /// A row that is not a valid token.
    #[error("a row cannot be read: {0}")]
    Row(#[source] sqlx::Error),
    #[error("the secret of token {0} must be `{0}|text`, or a text without `|`")]
    Secret(i64),
    #[error(transparent)]
    Statement(sqlx::Error),
    #[error("the server did not respond: {0}")]
    Timeout(#[source] Elapsed),
    #[error("token {0} has a time of 0000-00-00")]
    ZeroDate(i64),
}

impl Error {
    /// Returns the number of the server's error.
    pub(crate) fn number(&self) -> Option<u16> {
        match self {
            Self::Statement(error) => number(error),
            _ => None,
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { .. } => Self::Row(error),
            sqlx::Error::Database(server) if server.is_unique_violation() => Self::Duplicate,
            _ => Self::Statement(error),
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Statement(source) => kind(source),
            Error::Cluster(_) => StoreErrorKind::Unavailable,
            Error::Timeout(_) => StoreErrorKind::Timeout,
            Error::Number(_) | Error::Row(_) | Error::ZeroDate(_) => StoreErrorKind::Corrupt,
            Error::Duplicate | Error::NoColumn(_) | Error::NoTable | Error::NoToken(_) | Error::Secret(_) => {
                StoreErrorKind::Other
            }
        };
        Self::new(kind, error)
    }
}

/// Returns the kind by the server's error number, or by the state of the connection.
fn kind(error: &sqlx::Error) -> StoreErrorKind {
    use sqlx::Error::{Io, PoolClosed, WorkerCrashed};

    match (error, number(error)) {
        (Io(_) | PoolClosed | WorkerCrashed, _) => StoreErrorKind::Unavailable,
        (_, Some(number)) => kind_of_number(number),
        _ => StoreErrorKind::Other,
    }
}

/// MariaDB and MySQL share the numbers below 1900. Only one of them uses each higher number.
fn kind_of_number(number: u16) -> StoreErrorKind {
    match number {
        // 1317: a killed statement. 1969 (MariaDB) and 3024 (MySQL): a statement that took too long.
        1317 | 1969 | 3024 => StoreErrorKind::Timeout,
        // Crashed tables and corrupt indexes.
        126 | 127 | 1034 | 1035 | 1194 | 1195 | 1712 => StoreErrorKind::Corrupt,
        // The disk or the memory is full.
        1021 | 1037 | 1038 | 1041 | 1114 | 1135
        // Too many connections: of the server, and of the user.
        | 1040 | 1203 | 1226
        // A node without a quorum, and a commit that it could not finish.
        | 1047 | 1180
        // A server that shuts down or has ended the connection.
        | 1053 | 1152 | 1158..=1161 | 1184 | 1927
        // A lock that was not granted in time, and a deadlock. In a cluster, a node that cannot wait for the other
        // nodes, and a row that another node changed first.
        | 1205 | 1213
        // A server that is read-only until it becomes the primary.
        | 1290 | 1792 | 1836 => StoreErrorKind::Unavailable,
        _ => StoreErrorKind::Other,
    }
}

fn number(error: &sqlx::Error) -> Option<u16> {
    Some(error.as_database_error()?.try_downcast_ref::<MySqlDatabaseError>()?.number())
}
