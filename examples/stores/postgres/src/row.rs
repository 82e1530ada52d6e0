//! Reads the row of a token, and converts its values.

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use tokenfolio::{AccessToken, AllowedIps};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use crate::error::Error;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The columns that [`token`] reads, in order. A query names its tables `token` and `usage`.
pub(crate) const COLUMNS: &str = "token.id, token.name, token.created_at, usage.last_used_at, usage.usage_count, \
     token.expires_at, token.revoked_at, token.allowed_ips";

/// The index of the first column after [`COLUMNS`].
pub(crate) const AFTER_COLUMNS: usize = 8;

/// Reads a token from a row that starts with [`COLUMNS`].
pub(crate) fn token(row: &Row) -> Result<AccessToken, Error> {
    read(row).map_err(Error::Row)
}

fn read(row: &Row) -> Result<AccessToken, tokio_postgres::Error> {
    let Micros(created_at) = row.try_get(2)?;
    let mut token = AccessToken::new(row.try_get::<_, i64>(0)?, row.try_get::<_, &str>(1)?, created_at);
    token.last_used_at = row.try_get::<_, Option<Micros>>(3)?.map(|micros| micros.0);
    token.usage_count = row.try_get::<_, Count>(4)?.0;
    token.expires_at = row.try_get::<_, Option<Micros>>(5)?.map(|micros| micros.0);
    token.revoked_at = row.try_get::<_, Option<Micros>>(6)?.map(|micros| micros.0);
    token.allowed_ips = row.try_get::<_, Option<AllowList>>(7)?.map(|list| list.0);
    Ok(token)
}

/// A time in whole microseconds, as PostgreSQL stores it. Smaller units are truncated toward the past. A time that a
/// statement compares with a row is truncated in the same way, so truncation never reverses the order of two times.
///
/// It is sent as a number, which a time zone or rounding cannot change.
#[derive(Debug)]
pub(crate) struct Micros(pub(crate) DateTime<Utc>);

/// 2000-01-01, the server's epoch, in microseconds since 1970.
const SERVER_EPOCH: i64 = 946_684_800_000_000;

impl ToSql for Micros {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, BoxError> {
        // No time of chrono overflows an int64. The server rejects a time that it cannot store.
        (self.0.timestamp_micros() - SERVER_EPOCH).to_sql(&Type::INT8, out)
    }

    accepts!(TIMESTAMPTZ);
    to_sql_checked!();
}

impl FromSql<'_> for Micros {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, BoxError> {
        let micros = i64::from_sql(&Type::INT8, raw)?;
        // The two infinities are the minimum and the maximum of an int64.
        let time = micros.checked_add(SERVER_EPOCH).and_then(DateTime::from_timestamp_micros);
        time.map(Self).ok_or_else(|| "a time is out of range".into())
    }

    accepts!(TIMESTAMPTZ);
}

struct Count(u64);

impl FromSql<'_> for Count {
    fn from_sql(ty: &Type, raw: &[u8]) -> Result<Self, BoxError> {
        Ok(Self(i64::from_sql(ty, raw)?.try_into()?))
    }

    accepts!(INT8);
}

/// An allow-list as an array of texts.
struct AllowList(AllowedIps);

impl<'r> FromSql<'r> for AllowList {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, BoxError> {
        let entries = Vec::<&str>::from_sql(ty, raw)?;
        Ok(Self(if entries.is_empty() { AllowedIps::deny_all() } else { AllowedIps::parse(entries)? }))
    }

    accepts!(TEXT_ARRAY);
}

/// Returns an allow-list as the text of a PostgreSQL array. No entry contains a character that needs quotes.
pub(crate) fn array_text(list: &AllowedIps) -> String {
    let entries: Vec<_> = list.entries().iter().map(ToString::to_string).collect();
    format!("{{{}}}", entries.join(","))
}
