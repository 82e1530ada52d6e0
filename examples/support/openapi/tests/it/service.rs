//! A service over a configurable store.

use chrono::{DateTime, TimeDelta, Utc};
use http::request::Builder;
use http::{Request, Response};
use tokenfolio::{
    AccessToken, AllowedIps, Authenticated, Authenticator, BearerToken, ListQuery, ListTokens, Pagination, StoreError,
    StoreErrorKind, TokenList, TokenOrder, TokenStore,
};

pub(crate) const PATH: &str = "/api/v1/me/tokens";
pub(crate) const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The current time of every test.
pub(crate) fn now() -> DateTime<Utc> {
    "2024-04-12T00:00:00Z".parse().expect("a time")
}

/// A store that returns tokens with any total, or fails.
pub(crate) enum Store {
    Failing(StoreErrorKind),
    Holding { tokens: Vec<AccessToken>, total: u64 },
}

impl Store {
    pub(crate) fn of(tokens: Vec<AccessToken>) -> Self {
        let total = tokens.len() as u64;
        Self::Holding { tokens, total }
    }
}

impl TokenStore for Store {
    type Owner = i64;

    async fn list(&self, query: &ListQuery<i64>) -> Result<TokenList, StoreError> {
        match self {
            Self::Failing(kind) => Err(StoreError::new(*kind, "requested by the test")),
            Self::Holding { tokens, total } => {
                let mut rows: Vec<_> = tokens.iter().collect();
                if query.order == TokenOrder::NewestFirst {
                    rows.reverse();
                }
                let rows = rows.into_iter().skip(query.offset.try_into().unwrap_or(usize::MAX));
                Ok(TokenList::new(rows.take(query.limit.get() as usize).cloned().collect(), *total))
            }
        }
    }
}

/// Accepts the secret `good`. Rejects the secrets `expired` and `office`, whose tokens exist.
pub(crate) struct Secrets;

impl Authenticator for Secrets {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        let mut token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH);
        match secret.secret() {
            "good" => {}
            "expired" => token.expires_at = Some(now()),
            "office" => token.allowed_ips = AllowedIps::parse(["10.0.0.0/24"]).ok(),
            _ => return Ok(None),
        }
        Ok(Some(Authenticated::new(7, token)))
    }
}

pub(crate) type Endpoint = ListTokens<Store, Secrets>;

pub(crate) fn endpoint(store: Store) -> Endpoint {
    endpoint_with(store, |pagination| pagination)
}

/// Creates an endpoint with options of its pagination.
pub(crate) fn endpoint_with(store: Store, options: impl FnOnce(Pagination) -> Pagination) -> Endpoint {
    let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens").expect("a base URL");
    ListTokens::new(store, Secrets, options(pagination)).with_clock(now)
}

/// Returns an authorized request with a raw query.
pub(crate) fn get(query: &str) -> Builder {
    Request::get(format!("{PATH}?{query}")).header("authorization", "Bearer good")
}

pub(crate) async fn send(endpoint: &Endpoint, request: Builder) -> Response<Vec<u8>> {
    let request = request.body(()).expect("a well-formed request");
    endpoint.handle(&request.into_parts().0, None).await
}

/// Returns tokens that differ only in their ids.
pub(crate) fn equal_tokens(count: i64) -> Vec<AccessToken> {
    (1..=count).map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)).collect()
}

/// Returns tokens with minimum and maximum values.
pub(crate) fn extreme_tokens() -> Vec<AccessToken> {
    let lists = [
        vec!["0.0.0.0/0", "255.255.255.255/32", "::/0", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"],
        vec!["::ffff:10.0.0.7", "::1.2.3.4", "10.0.0.7/8", "2001:db8::/127"],
    ];
    let mut tokens: Vec<_> = [i64::MIN, -1, 0, 1, i64::MAX].map(|id| AccessToken::new(id, "", now())).into();
    tokens[0].created_at = DateTime::<Utc>::MIN_UTC;
    tokens[0].name = (0..=0x2_FFFF).filter_map(char::from_u32).collect::<String>().into();
    tokens[1].expires_at = Some(DateTime::<Utc>::MAX_UTC);
    tokens[1].usage_count = u64::MAX;
    tokens[1].last_used_at = Some(now() + TimeDelta::nanoseconds(999_999_999));
    tokens[2].revoked_at = Some(DateTime::<Utc>::MIN_UTC);
    tokens[2].allowed_ips = Some(AllowedIps::deny_all());
    for (token, list) in tokens[3..].iter_mut().zip(lists) {
        token.allowed_ips = Some(AllowedIps::parse(list).expect("an allow-list"));
    }
    tokens
}
