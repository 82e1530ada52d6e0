//! Reads the rows of a token and its usage, and converts their values.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use tokenfolio::{AccessToken, AllowedIps, TokenId};

/// The columns that [`token`] reads, in order. A query names `access_token` as `token` and joins [`JOINED_USAGE`].
pub(crate) const COLUMNS: &str = "token.id, token.name, token.created_at, usage.last_used_at, \
     coalesce(usage.usage_count, 0), token.expires_at, token.revoked_at, token.allowed_ips";

/// Joins each token with its usage, if it has any.
pub(crate) const JOINED_USAGE: &str =
    "LEFT JOIN token_usage AS usage ON usage.owner_id = token.owner_id AND usage.token_id = token.id";

/// The index of the first column after [`COLUMNS`].
pub(crate) const AFTER_COLUMNS: usize = 8;

/// Reads a token from a row that starts with [`COLUMNS`].
pub(crate) fn token(row: &Row<'_>) -> rusqlite::Result<AccessToken> {
    let Micros(created_at) = row.get(2)?;
    let mut token = AccessToken::new(TokenId(row.get(0)?), row.get::<_, String>(1)?, created_at);
    token.last_used_at = row.get::<_, Option<Micros>>(3)?.map(|micros| micros.0);
    token.usage_count = row.get(4)?;
    token.expires_at = row.get::<_, Option<Micros>>(5)?.map(|micros| micros.0);
    token.revoked_at = row.get::<_, Option<Micros>>(6)?.map(|micros| micros.0);
    token.allowed_ips = row.get::<_, Option<AllowList>>(7)?.map(|list| list.0);
    Ok(token)
}

/// A time as whole microseconds since 1970. Smaller units are truncated toward the past. A time that a statement
/// compares with a row is truncated in the same way, so truncation never reverses the order of two times.
pub(crate) struct Micros(pub(crate) DateTime<Utc>);

impl ToSql for Micros {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.timestamp_micros().into())
    }
}

impl FromSql for Micros {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let micros = i64::column_result(value)?;
        DateTime::from_timestamp_micros(micros).map(Self).ok_or(FromSqlError::OutOfRange(micros))
    }
}

/// An allow-list as the text of a JSON array.
pub(crate) struct AllowList(pub(crate) AllowedIps);

impl ToSql for AllowList {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        serde_json::to_string(&self.0)
            .map(Into::into)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
    }
}

impl FromSql for AllowList {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        // Parses every entry, so that a row with an invalid entry is corrupt. Deserializing an `AllowedIps` would
        // preserve this entry.
        let entries: Vec<String> = serde_json::from_str(value.as_str()?).map_err(FromSqlError::other)?;
        let list = if entries.is_empty() { Ok(AllowedIps::deny_all()) } else { AllowedIps::parse(entries) };
        list.map(Self).map_err(FromSqlError::other)
    }
}
