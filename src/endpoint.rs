//! The endpoint: `GET /api/v1/me/tokens?page=N`.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, LINK, RETRY_AFTER};
use http::request::Parts;
use http::{Method, Response, StatusCode};

use crate::auth::challenge::Challenge;
use crate::auth::trusted_proxies::TrustedProxies;
use crate::auth::{Authenticated, Authenticator, accepted_token};
use crate::page::pagination::Pagination;
use crate::page::paginator::Paginator;
use crate::problem::Problem;
use crate::problem::event::ProblemEvent;
use crate::problem::response::{PRIVATE_NO_STORE, content_length};
use crate::store::usage::UsageLog;
use crate::store::{ListQuery, StatusFilter, StoreError, StoreErrorKind, TokenList, TokenOrder, TokenStore};
use crate::token::{AccessToken, TokenId};

/// The endpoint that lists the caller's access tokens, from request parts to a complete response.
///
/// [`handle`](Self::handle) never fails: every error becomes a [`Problem`]. It checks a request in this order: method,
/// credentials, query, store. An adapter routes every method of the endpoint's path to `handle`, passes the request's
/// parts unchanged, and copies the response.
///
/// # Faults
///
/// This table shows the response to each fault of a store or an authenticator:
///
/// | fault | response |
/// | --- | --- |
/// | it fails | 503 with `Retry-After`, 504 or 500, by the [kind](StoreErrorKind) of the error |
/// | it returns too many or too few rows, rows out of order or repeated, rows of another status than the client chose, or more rows than the total | 500 |
/// | it returns a wrong total, and as many rows as this total requires | the page, with numbers that follow from the wrong total |
/// | it takes long | no response until it is done. Your service can set a timeout that drops the future. |
/// | it panics | no response: the panic is not caught |
///
/// `handle` is cancel-safe. It holds no lock across an `.await`, and it records usage exactly once, when the token is
/// accepted. A request that hangs or panics does not affect other requests.
///
/// # Examples
///
/// ```
/// use tokenfolio::{AccessToken, ListTokens, MemoryStore, Pagination};
/// # use tokenfolio::{Authenticator, BearerToken, Authenticated, StoreError};
/// # struct OneToken;
/// # impl Authenticator for OneToken {
/// #     type Owner = u64;
/// #     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
/// #         let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
/// #         Ok((secret.secret() == "for-tests-only").then(|| Authenticated::new(7, token)))
/// #     }
/// # }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// store.insert(7, AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH));
/// let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens")?;
/// let endpoint = ListTokens::new(store, OneToken, pagination);
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
///
/// With options:
///
/// ```
/// use std::sync::Arc;
///
/// use chrono::DateTime;
/// use tokenfolio::{AccessToken, AllowedIps, Challenge, ListTokens, MemoryStore, Page, Pagination, TokenId, TokenOrder};
/// use tokenfolio::{TokenResource, TokenStatus, TrustedProxies, UsageLog};
/// # use tokenfolio::{Authenticator, BearerToken, Authenticated, StoreError};
/// # struct OneToken;
/// # impl Authenticator for OneToken {
/// #     type Owner = u64;
/// #     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
/// #         let allowed = AllowedIps::parse(["198.51.100.7"]).ok();
/// #         let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH).with_allowed_ips(allowed);
/// #         Ok((secret.secret() == "for-tests-only").then(|| Authenticated::new(7, token)))
/// #     }
/// # }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let store = MemoryStore::new();
/// # let epoch = DateTime::UNIX_EPOCH;
/// # store.insert(7, AccessToken::new(1, "CI", epoch));
/// # store.insert(7, AccessToken::new(2, "Deploy", epoch).with_expires_at(epoch));
/// # let authenticator = OneToken;
/// let log = Arc::new(UsageLog::new());
/// let endpoint = ListTokens::new(store, authenticator, Pagination::new("/tokens")?)
///     .with_order(TokenOrder::NewestFirst)
///     .with_link_header()
///     .with_challenge(Challenge::new("accounts")?)
///     .with_trusted_proxies(TrustedProxies::x_forwarded_for(AllowedIps::parse(["10.0.0.0/8"])?))
///     .with_usage_log(Arc::clone(&log))
///     .with_clock(|| DateTime::UNIX_EPOCH);
///
/// // The peer is a proxy, and the token is allowed only from 198.51.100.7.
/// let request = http::Request::get("/tokens")
///     .header("authorization", "Bearer for-tests-only")
///     .header("x-forwarded-for", "198.51.100.7")
///     .body(())?;
/// let proxy = "10.0.0.2".parse()?;
/// let response = pollster::block_on(endpoint.handle(&request.into_parts().0, Some(proxy)));
/// assert_eq!(response.headers()["link"], r#"</tokens?page=1>; rel="first", </tokens?page=1>; rel="last""#);
/// assert_eq!(log.len(), 1);
///
/// let page = Page::<TokenResource>::from_response(&response)?;
/// assert_eq!((page.data[0].id, &page.data[0].status), (TokenId(2), &TokenStatus::Expired.into()));
///
/// let request = http::Request::get("/tokens").body(())?;
/// let response = pollster::block_on(endpoint.handle(&request.into_parts().0, Some(proxy)));
/// assert_eq!(response.headers()["www-authenticate"], r#"Bearer realm="accounts""#);
/// # Ok(())
/// # }
/// ```
pub struct ListTokens<S, A: Authenticator> {
    store: S,
    authenticator: A,
    pub(crate) pagination: Pagination,
    pub(crate) order: TokenOrder,
    pub(crate) has_link_header: bool,
    pub(crate) challenge: Challenge,
    trusted_proxies: Option<TrustedProxies>,
    pub(crate) retry_after_seconds: u32,
    record_usage: Option<Box<RecordUsage<A::Owner>>>,
    problem_hook: Option<Box<ProblemHook>>,
    clock: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

/// Sees every problem before it becomes a response.
type ProblemHook = dyn Fn(&ProblemEvent<'_>) + Send + Sync;

/// Records one usage of an owner's token. It is a closure, so the owner must be `Clone` and `Ord` only in an endpoint
/// with a [`UsageLog`].
type RecordUsage<O> = dyn Fn(&O, TokenId, DateTime<Utc>) + Send + Sync;

impl<S, A> ListTokens<S, A>
where
    S: TokenStore,
    A: Authenticator<Owner = S::Owner>,
{
    /// Creates the endpoint over a store and an authenticator.
    #[must_use]
    pub fn new(store: S, authenticator: A, pagination: Pagination) -> Self {
        Self {
            store,
            authenticator,
            pagination,
            order: TokenOrder::default(),
            has_link_header: false,
            challenge: Challenge::default(),
            trusted_proxies: None,
            retry_after_seconds: 1,
            record_usage: None,
            problem_hook: None,
            clock: Box::new(Utc::now),
        }
    }

    /// Sets the order of the tokens.
    ///
    /// The default is by id, ascending. With [`Pagination::with_direction`], a client can choose another order.
    #[must_use]
    pub fn with_order(self, order: TokenOrder) -> Self {
        Self { order, ..self }
    }

    /// Sends the links as a `Link` header too (RFC 8288).
    ///
    /// A header that is longer than [`Pagination::with_max_link_header_len`] allows is left out.
    #[must_use]
    pub fn with_link_header(self) -> Self {
        Self { has_link_header: true, ..self }
    }

    /// Sets the challenge of a 401. By default it names the realm `api`.
    ///
    /// A 401 sends the realm and the scope of this challenge, and the error code of the rejection. If the request has
    /// no bearer credentials, the 401 sends no error code. The challenge's own error code and description are not sent.
    #[doc(alias = "realm")]
    #[must_use]
    pub fn with_challenge(self, challenge: Challenge) -> Self {
        Self { challenge, ..self }
    }

    /// Sets the proxies that are trusted to report the address of a client. By default no proxy is trusted.
    ///
    /// An allow-list is then compared with the address that [`TrustedProxies::client`] returns for the request.
    #[must_use]
    pub fn with_trusted_proxies(self, proxies: TrustedProxies) -> Self {
        Self { trusted_proxies: Some(proxies), ..self }
    }

    /// Sets the `Retry-After` header of a 503, in seconds. The default is 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{ListQuery, ListTokens, Pagination, StoreError, StoreErrorKind, TokenList, TokenStore};
    /// # use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken};
    /// # struct OneToken;
    /// # impl Authenticator for OneToken {
    /// #     type Owner = u64;
    /// #     async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
    /// #         Ok(Some(Authenticated::new(7, AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH))))
    /// #     }
    /// # }
    ///
    /// struct Unreachable;
    ///
    /// impl TokenStore for Unreachable {
    ///     type Owner = u64;
    ///
    ///     async fn list(&self, _query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
    ///         Err(StoreError::new(StoreErrorKind::Unavailable, "connection refused"))
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let authenticator = OneToken;
    /// let endpoint = ListTokens::new(Unreachable, authenticator, Pagination::new("/tokens")?).with_retry_after(30);
    /// # let request = http::Request::get("/tokens").header("authorization", "Bearer for-tests-only").body(())?;
    /// # let (parts, _) = request.into_parts();
    /// let response = pollster::block_on(endpoint.handle(&parts, None));
    /// assert_eq!(response.status(), 503);
    /// assert_eq!(response.headers()["retry-after"], "30");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_retry_after(self, seconds: u32) -> Self {
        Self { retry_after_seconds: seconds, ..self }
    }

    /// Records the usage of each accepted token in a log, once for each request, with the time of the clock.
    ///
    /// Usage is recorded as soon as the token is accepted: also for a HEAD request, and also if the query is then rejected
    /// or the store fails. Usage of a rejected token is not recorded. A page shows the usage counts of the store, so it
    /// does not include usage that is still in the log.
    #[must_use]
    pub fn with_usage_log(self, log: Arc<UsageLog<A::Owner>>) -> Self
    where
        A::Owner: Clone + Ord + 'static,
    {
        Self { record_usage: Some(Box::new(move |owner, id, now| log.record(owner, id, now))), ..self }
    }

    /// Calls a function with every problem, once, before the problem becomes a response.
    ///
    /// By default, the cause of a problem is dropped without being logged.
    ///
    /// The function runs in the future of [`handle`](Self::handle), so it must not block. For problems of the service's
    /// other endpoints, call the same function with an event from [`ProblemEvent::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use std::error::Error;
    /// use std::sync::{Arc, Mutex};
    ///
    /// use tokenfolio::{AuthError, ListTokens, MemoryStore, Pagination, ProblemEvent};
    /// # use tokenfolio::{Authenticated, Authenticator, BearerToken, StoreError};
    /// # struct Nobody;
    /// # impl Authenticator for Nobody {
    /// #     type Owner = u64;
    /// #     async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
    /// #         Ok(None)
    /// #     }
    /// # }
    ///
    /// # fn main() -> Result<(), Box<dyn Error>> {
    /// # let store = MemoryStore::new();
    /// # let authenticator = Nobody;
    /// let reasons = Arc::new(Mutex::new(Vec::new()));
    /// let collected = Arc::clone(&reasons);
    ///
    /// // Logs every problem, and collects the reason of each 401.
    /// let hook = move |event: &ProblemEvent<'_>| {
    ///     eprintln!("{event}");
    ///     if let Some(reason) = event.problem().source().and_then(|source| source.downcast_ref::<AuthError>()) {
    ///         collected.lock().unwrap().push(reason.as_str());
    ///     }
    /// };
    /// let endpoint = ListTokens::new(store, authenticator, Pagination::new("/tokens")?).with_problem_hook(hook);
    ///
    /// let (parts, _) = http::Request::get("/tokens").body(())?.into_parts();
    /// pollster::block_on(endpoint.handle(&parts, None));
    /// assert_eq!(*reasons.lock().unwrap(), ["missing"]);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_problem_hook(self, hook: impl Fn(&ProblemEvent<'_>) + Send + Sync + 'static) -> Self {
        Self { problem_hook: Some(Box::new(hook)), ..self }
    }

    /// Sets the clock, which is read once for each request. The default is the system's clock.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self { clock: Box::new(clock), ..self }
    }

    /// Returns the response to a request.
    ///
    /// `peer` is the address of the other end of the connection. If it is a
    /// [trusted proxy](Self::with_trusted_proxies), its header has the address of the client. Any other peer is the client.
    /// Use `None` if the address is not known: a token with an allow-list is then rejected. The body of a request is
    /// ignored.
    ///
    /// The method, the query and the headers of `parts` are read. The path of `parts` becomes the `instance` of a
    /// problem. A [`TraceId`](crate::TraceId) among the extensions of `parts` becomes the `trace_id` of a problem.
    /// Without this extension, the trace id of a valid `traceparent` header becomes the `trace_id`.
    pub async fn handle(&self, parts: &Parts, peer: Option<IpAddr>) -> Response<Vec<u8>> {
        let mut response = match self.list(parts, peer).await {
            Ok(page) => self.respond(page),
            Err(problem) => self.reject(problem, parts),
        };
        // RFC 9110, section 9.3.2: the headers of GET, Content-Length included, and no content.
        if parts.method == Method::HEAD {
            response.body_mut().clear();
        }
        response
    }

    async fn list(&self, parts: &Parts, peer: Option<IpAddr>) -> Result<PageAt, Problem> {
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return Err(Problem::method_not_allowed(&[Method::GET, Method::HEAD]));
        }
        let caller = match (&self.trusted_proxies, peer) {
            (Some(proxies), Some(peer)) => proxies.client(peer, &parts.headers),
            (_, peer) => peer,
        };
        let now = (self.clock)();
        let Authenticated { owner, token, .. } =
            accepted_token(&self.authenticator, &self.challenge, &parts.headers, caller, now).await?;
        if let Some(record_usage) = &self.record_usage {
            record_usage(&owner, token.id, now);
        }
        let request = self.pagination.request(parts.uri.query().unwrap_or_default())?;
        let query = ListQuery::new(owner)
            .with_offset(request.offset())
            .with_limit(request.per_page())
            .with_order(request.direction().unwrap_or(self.order))
            .with_status(request.status().map(|status| StatusFilter { status, now }));
        let list = self.store.list(&query).await?;
        check_window(&list, &query)?;
        Ok(PageAt { page: request.paginate(list.tokens, list.total), now })
    }

    fn respond(&self, PageAt { page, now }: PageAt) -> Response<Vec<u8>> {
        let body = page.to_json(now);
        let content_length = content_length(&body);
        let mut response = Response::new(body);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_LENGTH, content_length);
        headers.insert(CACHE_CONTROL, PRIVATE_NO_STORE);
        if self.has_link_header {
            headers.extend(page.link_header().map(|links| (LINK, links)));
        }
        response
    }

    /// Turns a problem into a response. In this endpoint, only this function sets the instance and the trace id of a
    /// problem.
    fn reject(&self, problem: Problem, parts: &Parts) -> Response<Vec<u8>> {
        let mut problem = problem.with_request(parts);
        if problem.status() == Some(StatusCode::SERVICE_UNAVAILABLE) {
            problem = problem.with_header(RETRY_AFTER, self.retry_after_seconds.into());
        }
        if let Some(hook) = &self.problem_hook {
            hook(&ProblemEvent::new(&problem, parts));
        }
        problem.into()
    }
}

/// A page of tokens, and the time of its request.
struct PageAt {
    page: Paginator<AccessToken>,
    now: DateTime<Utc>,
}

/// Checks that a store returned the number of rows that the query asks for, in its order and with its status. A client
/// could not see that a page has the wrong rows.
fn check_window(list: &TokenList, query: &ListQuery<impl Sized>) -> Result<(), StoreError> {
    let expected = list.total.saturating_sub(query.offset).min(u64::from(query.limit.get()));
    let rows = list.tokens.len();
    if rows as u64 != expected {
        let message = format!("expected {expected} rows of a total of {}, got {rows}", list.total);
        return Err(StoreError::new(StoreErrorKind::Corrupt, message));
    }
    let is_ordered = list.tokens.is_sorted_by(|before, after| match query.order {
        TokenOrder::OldestFirst => before.id < after.id,
        TokenOrder::NewestFirst => before.id > after.id,
    });
    if !is_ordered {
        return Err(StoreError::new(StoreErrorKind::Corrupt, "rows are out of order or repeated"));
    }
    if let Some(filter) = query.status
        && !list.tokens.iter().all(|token| filter.matches(token))
    {
        return Err(StoreError::new(StoreErrorKind::Corrupt, format!("a row is not {}", filter.status)));
    }
    Ok(())
}

impl<S, A: Authenticator> fmt::Debug for ListTokens<S, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListTokens").field("pagination", &self.pagination).finish_non_exhaustive()
    }
}
