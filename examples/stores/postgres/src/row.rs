//! A row of a token, and how its values are written and read.

use std::error::Error;

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use tokenfolio::{AccessToken, AllowedIps};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

use crate::error::Failure;

type Refusal = Box<dyn Error + Send + Sync>;

/// The columns that [`token`] reads, in its order, of tables by the names of `token` and `usage`.
pub(crate) const COLUMNS: &str = "token.id, token.name, token.created_at, usage.last_used_at, usage.usage_count, \
     token.expires_at, token.revoked_at, token.allowed_ips";

/// The index of the column that a query has after [`COLUMNS`].
pub(crate) const AFTER_COLUMNS: usize = 8;

/// Reads the token of a row that begins with [`COLUMNS`].
pub(crate) fn token(row: &Row) -> Result<AccessToken, Failure> {
    read(row).map_err(Failure::Row)
}

fn read(row: &Row) -> Result<AccessToken, tokio_postgres::Error> {
    let Micros(created_at) = row.try_get(2)?;
    let mut token = AccessToken::new(row.try_get::<_, i64>(0)?, row.try_get::<_, &str>(1)?, created_at);
    token.last_used_at = row.try_get::<_, Option<Micros>>(3)?.map(|at| at.0);
    token.usage_count = row.try_get::<_, Count>(4)?.0;
    token.expires_at = row.try_get::<_, Option<Micros>>(5)?.map(|at| at.0);
    token.revoked_at = row.try_get::<_, Option<Micros>>(6)?.map(|at| at.0);
    token.allowed_ips = row.try_get::<_, Option<AllowList>>(7)?.map(|list| list.0);
    Ok(token)
}

/// An instant as PostgreSQL holds it: whole microseconds. What is finer is cut toward the past, in rows and in the
/// instants they are compared with, so that both stay on the same side of each other.
///
/// It travels as a number, so that neither a time zone nor rounding can touch it.
#[derive(Debug)]
pub(crate) struct Micros(pub(crate) DateTime<Utc>);

/// 2000-01-01, which the server counts from, in microseconds since 1970.
const SERVER_EPOCH: i64 = 946_684_800_000_000;

impl ToSql for Micros {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Refusal> {
        // What chrono can hold is far from the ends of an int64; what the server cannot, it refuses.
        (self.0.timestamp_micros() - SERVER_EPOCH).to_sql(&Type::INT8, out)
    }

    accepts!(TIMESTAMPTZ);
    to_sql_checked!();
}

impl FromSql<'_> for Micros {
    fn from_sql(_: &Type, raw: &[u8]) -> Result<Self, Refusal> {
        let micros = i64::from_sql(&Type::INT8, raw)?;
        // The two infinities are the ends of an int64.
        let at = micros.checked_add(SERVER_EPOCH).and_then(DateTime::from_timestamp_micros);
        at.map(Self).ok_or_else(|| "an instant is out of range".into())
    }

    accepts!(TIMESTAMPTZ);
}

struct Count(u64);

impl FromSql<'_> for Count {
    fn from_sql(of: &Type, raw: &[u8]) -> Result<Self, Refusal> {
        Ok(Self(i64::from_sql(of, raw)?.try_into()?))
    }

    accepts!(INT8);
}

/// An allow-list as an array of texts.
struct AllowList(AllowedIps);

impl<'r> FromSql<'r> for AllowList {
    fn from_sql(of: &Type, raw: &'r [u8]) -> Result<Self, Refusal> {
        let entries = Vec::<&str>::from_sql(of, raw)?;
        Ok(Self(if entries.is_empty() { AllowedIps::deny_all() } else { AllowedIps::parse(entries)? }))
    }

    accepts!(TEXT_ARRAY);
}

/// Writes an allow-list as the text of an array. No entry has a character that would have to be quoted there.
pub(crate) fn array_text(list: &AllowedIps) -> String {
    let entries: Vec<_> = list.entries().iter().map(ToString::to_string).collect();
    format!("{{{}}}", entries.join(","))
}
