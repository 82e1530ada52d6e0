//! Reads the row of a token, and converts its values.

use std::num::TryFromIntError;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::decode::Decode;
use sqlx::encode::{Encode, IsNull};
use sqlx::error::BoxDynError;
use sqlx::mysql::{MySql, MySqlRow, MySqlTypeInfo, MySqlValueRef};
use sqlx::{Row, Type, ValueRef};
use tokenfolio::{AccessToken, AllowedIps};

use crate::error::Error;
use crate::store::SanctumStore;

impl SanctumStore {
    /// Returns the columns that [`token`](Self::token) reads. A query calls the table `token`.
    ///
    /// `sqlx` reads a time of `0000-00-00` as NULL, so a token with this time would never expire. The query therefore
    /// compares the times with zero.
    pub(crate) fn token_columns(&self) -> &'static str {
        if self.columns.has_additions {
            "token.id, token.name, token.created_at, token.last_used_at, token.usage_count, token.expires_at, \
                token.revoked_at, token.allowed_ips, coalesce(token.created_at = 0 OR token.last_used_at = 0 \
                OR token.expires_at = 0 OR token.revoked_at = 0, 0) AS has_zero_date"
        } else {
            "token.id, token.name, token.created_at, token.last_used_at, 0 AS usage_count, token.expires_at, \
                NULL AS revoked_at, NULL AS allowed_ips, coalesce(token.created_at = 0 OR token.last_used_at = 0 \
                OR token.expires_at = 0, 0) AS has_zero_date"
        }
    }

    /// Reads a token from a row that has the columns of [`token_columns`](Self::token_columns).
    pub(crate) fn token(&self, row: &MySqlRow) -> Result<AccessToken, Error> {
        let id: i64 = row.try_get::<Integer, _>("id")?.to()?;
        if row.try_get::<Integer, _>("has_zero_date")?.0 != 0 {
            return Err(Error::ZeroDate(id));
        }
        // Sanctum's column may be NULL. The token then gets the oldest possible time, because its creation time is
        // unknown.
        let created_at: Option<DateTime<Utc>> = row.try_get("created_at")?;
        let created_at = created_at.unwrap_or(DateTime::UNIX_EPOCH);
        let mut token = AccessToken::new(id, row.try_get::<&str, _>("name")?, created_at);
        token.last_used_at = row.try_get("last_used_at")?;
        token.usage_count = row.try_get::<Count, _>("usage_count")?.0;
        token.expires_at = earliest(row.try_get("expires_at")?, end_of_life(created_at, self.expiration));
        token.revoked_at = row.try_get("revoked_at")?;
        token.allowed_ips = row.try_get::<Option<AllowList>, _>("allowed_ips")?.map(|list| list.0);
        Ok(token)
    }
}

/// Returns when Sanctum's `expiration` ends a token.
fn end_of_life(created_at: DateTime<Utc>, expiration: Option<TimeDelta>) -> Option<DateTime<Utc>> {
    expiration.and_then(|expiration| created_at.checked_add_signed(expiration))
}

fn earliest(one: Option<DateTime<Utc>>, other: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    one.into_iter().chain(other).min()
}

/// A BIGINT, signed or unsigned. `sqlx` has a type for each.
#[derive(Clone, Copy)]
pub(crate) struct Integer(pub(crate) i128);

impl Integer {
    pub(crate) fn to<T: TryFrom<i128, Error = TryFromIntError>>(self) -> Result<T, TryFromIntError> {
        self.0.try_into()
    }
}

impl Type<MySql> for Integer {
    fn type_info() -> MySqlTypeInfo {
        <i64 as Type<MySql>>::type_info()
    }

    fn compatible(ty: &MySqlTypeInfo) -> bool {
        <i64 as Type<MySql>>::compatible(ty) || <u64 as Type<MySql>>::compatible(ty)
    }
}

impl<'r> Decode<'r, MySql> for Integer {
    fn decode(value: MySqlValueRef<'r>) -> Result<Self, BoxDynError> {
        if <u64 as Type<MySql>>::compatible(&value.type_info()) {
            <u64 as Decode<MySql>>::decode(value).map(|value| Self(value.into()))
        } else {
            <i64 as Decode<MySql>>::decode(value).map(|value| Self(value.into()))
        }
    }
}

/// A usage count.
struct Count(u64);

impl Type<MySql> for Count {
    fn type_info() -> MySqlTypeInfo {
        Integer::type_info()
    }

    fn compatible(ty: &MySqlTypeInfo) -> bool {
        Integer::compatible(ty)
    }
}

impl<'r> Decode<'r, MySql> for Count {
    fn decode(value: MySqlValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(Integer::decode(value)?.to()?))
    }
}

/// An allow-list as the text of a JSON array.
pub(crate) struct AllowList(pub(crate) AllowedIps);

impl Type<MySql> for AllowList {
    fn type_info() -> MySqlTypeInfo {
        <str as Type<MySql>>::type_info()
    }

    fn compatible(ty: &MySqlTypeInfo) -> bool {
        <str as Type<MySql>>::compatible(ty)
    }
}

impl Encode<'_, MySql> for AllowList {
    fn encode_by_ref(&self, buffer: &mut Vec<u8>) -> Result<IsNull, BoxDynError> {
        Encode::<MySql>::encode(serde_json::to_string(&self.0)?, buffer)
    }
}

impl<'r> Decode<'r, MySql> for AllowList {
    fn decode(value: MySqlValueRef<'r>) -> Result<Self, BoxDynError> {
        // Parses every entry, so that a row with an invalid entry is corrupt. Deserializing an `AllowedIps` would
        // preserve this entry.
        let entries: Vec<String> = serde_json::from_str(<&str as Decode<MySql>>::decode(value)?)?;
        Ok(Self(if entries.is_empty() { AllowedIps::deny_all() } else { AllowedIps::parse(entries)? }))
    }
}
