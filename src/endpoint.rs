//! The endpoint itself.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LINK, RETRY_AFTER};
use http::request::Parts;
use http::{Method, Response, StatusCode};

use crate::auth::{Authenticator, authenticate};
use crate::page::link_style::LinkStyle;
use crate::page::paginator::Paginator;
use crate::page::request::{PageRequest, PageRules};
use crate::page::urls::PageUrls;
use crate::problem::{PRIVATE_NO_STORE, Problem};
use crate::store::usage::UsageLog;
use crate::store::{ListQuery, StoreError, StoreErrorKind, TokenList, TokenOrder, TokenStore};
use crate::token::TokenId;

/// The endpoint that lists the caller's access tokens: a request's parts in, the whole response out.
///
/// It never fails: every error is a problem. A request is refused in this order: by its method, its credentials, its
/// page, and what the store says. An adapter routes every method of the endpoint's path here, hands over the parts as
/// they came, and copies the response.
///
/// # Faults
///
/// Whatever a store or an authenticator does, the answer is a problem or a right page, never a wrong one:
///
/// | it | the answer |
/// | --- | --- |
/// | fails | 503 with `Retry-After`, 504 or 500, by the [kind](StoreErrorKind) of the error; its cause is not looked at |
/// | returns too many rows or too few, out of order, repeated, or more than the total | 500 |
/// | returns a total that its rows fit, however large | the page, its numbers exact |
/// | takes long | none before it is done: a service that wants a time-out drops the future |
/// | panics | none: the panic passes through unchanged |
///
/// A future may be dropped wherever it waits. No lock is held there, and a use is recorded in one step when the token is
/// accepted. So neither what hangs nor what panics keeps another request from its answer, or has a use counted twice.
///
/// # Examples
///
/// ```
/// use tokenfolio::{AccessToken, ListTokens, MemoryStore, PageUrls};
/// # use tokenfolio::{Authenticator, BearerToken, Authenticated, StoreError};
/// # struct OneToken;
/// # impl Authenticator for OneToken {
/// #     type Owner = u64;
/// #     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
/// #         let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
/// #         Ok((secret.secret() == "for-tests-only").then(|| Authenticated { owner: 7, token }))
/// #     }
/// # }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// store.insert(7, AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH));
/// let endpoint = ListTokens::new(store, OneToken, PageUrls::new("https://api.example.com/api/v1/me/tokens")?);
///
/// let request = http::Request::get("/api/v1/me/tokens").header("authorization", "Bearer for-tests-only").body(())?;
/// let response = pollster::block_on(endpoint.handle(&request.into_parts().0, None));
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.headers()["cache-control"], "private, no-store");
///
/// let request = http::Request::get("/api/v1/me/tokens").body(())?;
/// let response = pollster::block_on(endpoint.handle(&request.into_parts().0, None));
/// assert_eq!(response.status(), 401);
/// # Ok(())
/// # }
/// ```
pub struct ListTokens<S, A: Authenticator> {
    store: S,
    authenticator: A,
    urls: PageUrls,
    rules: PageRules,
    style: LinkStyle,
    order: TokenOrder,
    keeps_query: bool,
    has_link_header: bool,
    realm: String,
    retry_after: u32,
    record_usage: Option<Box<RecordUsage<A::Owner>>>,
    clock: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

/// Erases what an owner must be capable of to be in a log, which only those who want one should have to promise.
type RecordUsage<O> = dyn Fn(&O, TokenId, DateTime<Utc>) + Send + Sync;

impl<S, A: Authenticator> ListTokens<S, A> {
    /// Makes the endpoint over a store and an authenticator, with links that begin as `urls` says.
    #[must_use]
    pub fn new(store: S, authenticator: A, urls: PageUrls) -> Self {
        Self {
            store,
            authenticator,
            rules: PageRules::default().with_page_name(urls.page_name().to_owned()),
            urls,
            style: LinkStyle::default(),
            order: TokenOrder::default(),
            keeps_query: false,
            has_link_header: false,
            realm: "api".to_owned(),
            retry_after: 1,
            record_usage: None,
            clock: Box::new(Utc::now),
        }
    }

    /// Sets how the query is read: strictly or not, the page size, the parameters' names. The links follow.
    #[must_use]
    pub fn with_page_rules(mut self, rules: PageRules) -> Self {
        self.urls = self.urls.with_page_name(rules.page_name().to_owned());
        self.rules = rules;
        self
    }

    /// Sets how the array of page links looks.
    #[must_use]
    pub fn with_style(self, style: LinkStyle) -> Self {
        Self { style, ..self }
    }

    /// Sets the order of the tokens; by id, ascending, unless set.
    #[must_use]
    pub fn with_order(self, order: TokenOrder) -> Self {
        Self { order, ..self }
    }

    /// Keeps the request's other query parameters in the links. Unless set, only a page size that the client chose is
    /// kept.
    #[must_use]
    pub fn with_query_string(self) -> Self {
        Self { keeps_query: true, ..self }
    }

    /// Sends the links as a `Link` header too (RFC 8288).
    #[must_use]
    pub fn with_link_header(self) -> Self {
        Self { has_link_header: true, ..self }
    }

    /// Sets the realm that challenges name; `api` unless set.
    #[must_use]
    pub fn with_realm(self, realm: impl Into<String>) -> Self {
        Self { realm: realm.into(), ..self }
    }

    /// Sets after how many seconds a client is asked to try again when the store is unavailable; 1 unless set.
    #[must_use]
    pub fn with_retry_after(self, seconds: u32) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// Records each accepted token in a log, once a request and at the time that the clock gave.
    ///
    /// The token counts as used as soon as it is accepted: with HEAD too, and also if the page then is a 400 or the store
    /// fails. One that is refused does not count. The page shows what the store holds, so a use shows once it is written.
    #[must_use]
    pub fn with_usage_log(self, log: Arc<UsageLog<A::Owner>>) -> Self
    where
        A::Owner: Clone + Ord + 'static,
    {
        Self { record_usage: Some(Box::new(move |owner, id, at| log.record(owner, id, at))), ..self }
    }

    /// Sets the clock, which is read once a request; the system's unless set.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self { clock: Box::new(clock), ..self }
    }
}

impl<S, A> ListTokens<S, A>
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    /// Answers a request.
    ///
    /// `caller` is the address of the peer, or that which a trusted proxy vouches for; `None` where it is not known,
    /// and then a token with an allow-list is refused. A body is not looked at.
    pub async fn handle(&self, parts: &Parts, caller: Option<IpAddr>) -> Response<Vec<u8>> {
        let mut response = match self.page(parts, caller).await {
            Ok(page) => page,
            Err(problem) if problem.status() == Some(StatusCode::SERVICE_UNAVAILABLE) => {
                problem.with_header(RETRY_AFTER, self.retry_after.into()).into()
            }
            Err(problem) => problem.into(),
        };
        // RFC 9110, section 9.3.2: the same header fields as GET, Content-Length included, and no content.
        if parts.method == Method::HEAD {
            response.body_mut().clear();
        }
        response
    }

    async fn page(&self, parts: &Parts, caller: Option<IpAddr>) -> Result<Response<Vec<u8>>, Problem> {
        let describe = |problem: Problem| problem.with_request(parts);
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return Err(describe(Problem::method_not_allowed(&[Method::GET, Method::HEAD])));
        }
        let now = (self.clock)();
        let accepted = authenticate(&self.authenticator, &self.realm, parts, caller, now).await?;
        if let Some(record_usage) = &self.record_usage {
            record_usage(&accepted.owner, accepted.token.id, now);
        }
        let raw_query = parts.uri.query().unwrap_or_default();
        let request = PageRequest::from_query(raw_query, &self.rules).map_err(|error| describe(error.into()))?;
        let query = ListQuery {
            offset: request.offset(),
            limit: request.per_page(),
            order: self.order,
            ..ListQuery::new(accepted.owner)
        };
        let slice = self.store.list(&query).await.and_then(|slice| check(slice, &query));
        let slice = slice.map_err(|error| describe(error.into()))?;
        let page = Paginator::new(slice.tokens, slice.total, request, self.urls(raw_query))
            .with_style(self.style.clone())
            .map(|token| token.into_resource(now));
        let mut body = Vec::new();
        page.write_tokens(&mut body);
        let mut response = Response::new(Vec::new());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_LENGTH, body.len().into());
        headers.insert(CACHE_CONTROL, PRIVATE_NO_STORE);
        if self.has_link_header {
            headers.insert(LINK, page.link_header());
        }
        *response.body_mut() = body;
        Ok(response)
    }

    fn urls(&self, raw_query: &str) -> PageUrls {
        let urls = self.urls.clone();
        match self.rules.size_name() {
            _ if self.keeps_query => urls.with_query_string(raw_query),
            Some(name) => urls.with_preserved_parameter(raw_query, name),
            None => urls,
        }
    }
}

/// Refuses a slice that is not the window that was asked for: a wrong page would look like a right one.
fn check(slice: TokenList, query: &ListQuery<impl Sized>) -> Result<TokenList, StoreError> {
    let expected = slice.total.saturating_sub(query.offset).min(u64::from(query.limit.get()));
    let is_ordered = slice.tokens.is_sorted_by(|before, after| match query.order {
        TokenOrder::OldestFirst => before.id < after.id,
        TokenOrder::NewestFirst => before.id > after.id,
    });
    if slice.tokens.len() as u64 != expected {
        let rows = slice.tokens.len();
        let message = format!("expected {expected} rows of a total of {}, got {rows}", slice.total);
        return Err(StoreError::new(StoreErrorKind::Corrupt, message));
    }
    if !is_ordered {
        return Err(StoreError::new(StoreErrorKind::Corrupt, "rows are out of order or repeated"));
    }
    Ok(slice)
}

impl<S, A: Authenticator> fmt::Debug for ListTokens<S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListTokens").field("urls", &self.urls).field("rules", &self.rules).finish_non_exhaustive()
    }
}
