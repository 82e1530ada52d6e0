//! The store's internal error, and its mapping to a [`StoreError`].

use std::error::Error as StdError;
use std::io;
use std::num::TryFromIntError;

use deadpool_postgres::{BuildError, PoolError};
use tokenfolio::{StoreError, StoreErrorKind};
use tokio::time::error::Elapsed;
use tokio_postgres::error::{DbError, Severity, SqlState};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error(transparent)]
    Connection(tokio_postgres::Error),
    #[error("a usage count is above i64::MAX: {0}")]
    Count(#[from] TryFromIntError),
    #[error(transparent)]
    Migration(refinery::Error),
    #[error(transparent)]
    Pool(PoolError),
    /// A row that is not a valid token.
    #[error("a row cannot be read: {0}")]
    Row(#[source] tokio_postgres::Error),
    #[error("the secret of a token of owner {0} must start with `{0}|`")]
    Secret(i64),
    #[error(transparent)]
    Server(ServerError),
    #[error("the server did not respond: {0}")]
    Timeout(#[from] Elapsed),
    #[error(
        "the database is behind a connection pool that changes the server process between transactions; the store needs \
         session pooling (PgBouncer: `pool_mode = session`)"
    )]
    TransactionPooling,
}

/// An error that the server reports, without the values of the statement.
///
/// The server's own message for a violated constraint contains values (`Key (owner_id, digest)=(..) already exists`), and
/// every message contains them if `log_parameter_max_length_on_error` is set. One of them can be a digest. So only the
/// SQLSTATE code, the message without details, and for class 23 the name of the constraint are copied.
#[derive(Debug, thiserror::Error)]
#[error("{message} (SQLSTATE {})", code.code())]
pub(crate) struct ServerError {
    code: SqlState,
    message: String,
    ends_connection: bool,
}

impl From<&DbError> for ServerError {
    fn from(error: &DbError) -> Self {
        let message = match (is_constraint_violation(error.code()), error.constraint()) {
            (true, Some(constraint)) => format!("a value violates the constraint {constraint:?}"),
            // A foreign server does not report the name of the constraint.
            (true, None) => "a value violates a constraint".to_owned(),
            (false, _) => error.message().to_owned(),
        };
        let ends_connection = error.parsed_severity() != Some(Severity::Error);
        Self { code: error.code().clone(), message, ends_connection }
    }
}

/// Returns whether a code is of class 23, integrity constraint violation (PostgreSQL manual, appendix A).
fn is_constraint_violation(code: &SqlState) -> bool {
    code.code().starts_with("23")
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(reported) => Self::Server(reported.into()),
            None => Self::Connection(error),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            error => Self::Pool(error),
        }
    }
}

impl From<refinery::Error> for Error {
    fn from(error: refinery::Error) -> Self {
        let cause = error.source().and_then(|source| source.downcast_ref::<tokio_postgres::Error>());
        match cause.and_then(tokio_postgres::Error::as_db_error) {
            Some(reported) => Self::Server(reported.into()),
            None => Self::Migration(error),
        }
    }
}

impl Error {
    /// Returns whether the connection can no longer be used.
    pub(crate) fn ends_connection(&self) -> bool {
        match self {
            // A read-only server can be a former primary. A new connection finds the new primary. Citus does not
            // support generic plans. A connection uses them if the tables were distributed after the connection was
            // configured.
            Self::Server(error) => {
                error.ends_connection
                    || matches!(error.code, SqlState::READ_ONLY_SQL_TRANSACTION | SqlState::FEATURE_NOT_SUPPORTED)
            }
            _ => true,
        }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Server(ServerError { code, .. }) => kind_of_code(code),
            Error::Connection(source) => kind_of_connection(source),
            Error::Migration(migration) => migration
                .source()
                .and_then(|source| source.downcast_ref())
                .map_or(StoreErrorKind::Other, kind_of_connection),
            Error::Pool(PoolError::Timeout(_)) | Error::Timeout(_) => StoreErrorKind::Timeout,
            Error::Pool(PoolError::Closed) => StoreErrorKind::Unavailable,
            Error::Row(_) => StoreErrorKind::Corrupt,
            Error::Build(_) | Error::Count(_) | Error::Pool(_) | Error::Secret(_) | Error::TransactionPooling => {
                StoreErrorKind::Other
            }
        };
        Self::new(kind, error)
    }
}

/// Returns the kind by the state of the connection.
fn kind_of_connection(error: &tokio_postgres::Error) -> StoreErrorKind {
    if error.is_closed() || error.source().is_some_and(<dyn StdError>::is::<io::Error>) {
        StoreErrorKind::Unavailable
    } else {
        StoreErrorKind::Other
    }
}

/// Returns the kind by the server's SQLSTATE code (PostgreSQL manual, appendix A).
fn kind_of_code(code: &SqlState) -> StoreErrorKind {
    match code.code().as_bytes() {
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
