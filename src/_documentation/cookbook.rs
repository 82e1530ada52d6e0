//! Short recipes for common tasks.
//!
//! - [List the tokens of a user](#list-the-tokens-of-a-user)
//! - [Accept the same tokens elsewhere](#accept-the-same-tokens-elsewhere)
//! - [Let clients filter and order](#let-clients-filter-and-order)
//! - [Let clients choose the page size](#let-clients-choose-the-page-size)
//! - [Respond like a Laravel application](#respond-like-a-laravel-application)
//! - [Paginate something else](#paginate-something-else)
//! - [Paginate without a total](#paginate-without-a-total)
//! - [Send the links as a header](#send-the-links-as-a-header)
//! - [Count the usage of tokens](#count-the-usage-of-tokens)
//! - [Write a store and check it](#write-a-store-and-check-it)
//! - [Read pages as a client](#read-pages-as-a-client)
//! - [Test with a fixed clock](#test-with-a-fixed-clock)
//! - [Run behind a proxy](#run-behind-a-proxy)
//! - [Log why requests fail](#log-why-requests-fail)
//!
//! In your service, use your own [`TokenStore`](crate::TokenStore) in place of `MemoryStore`, your own
//! [`Authenticator`](crate::Authenticator) in place of `Secrets`, and `.await` in place of `block_on`. `Secrets`
//! accepts the secret `for-tests-only`, except in the last recipe, where it accepts no secret. The recipes hide its
//! code, and the [front page](crate) shows a similar `Secrets`. `block_on` is from the crate pollster. The
//! [guides](crate::_documentation::guides) show whole services.
//!
//! # List the tokens of a user
//!
//! Create a [`ListTokens`](crate::ListTokens) when the service starts. Pass each request for the path of the list to
//! `handle`, with any method: `handle` responds to a wrong method with a 405.
//!
//! ```
//! # use pollster::block_on;
//! # use tokenfolio::{Authenticated, Authenticator, BearerToken, StoreError};
//! # struct Secrets;
//! # impl Authenticator for Secrets {
//! #     type Owner = u64;
//! #     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
//! #         let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
//! #         Ok((secret.secret() == "for-tests-only").then(|| Authenticated::new(7, token)))
//! #     }
//! # }
//! use tokenfolio::{AccessToken, ListTokens, MemoryStore, Pagination};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = MemoryStore::new();
//! store.insert(7, AccessToken::new(1, "CI", chrono::Utc::now()));
//! let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens")?;
//! let endpoint = ListTokens::new(store, Secrets, pagination);
//!
//! let request = http::Request::get("/api/v1/me/tokens?page=1").header("authorization", "Bearer for-tests-only").body(())?;
//! let (parts, _) = request.into_parts();
//! let peer = "192.0.2.7".parse()?;
//! let response = block_on(endpoint.handle(&parts, Some(peer)));
//! assert_eq!(response.status(), 200);
//! assert!(response.body().starts_with(br#"{"data":[{"id":1,"name":"CI","status":"active","#));
//! # Ok(())
//! # }
//! ```
//!
//! # Accept the same tokens elsewhere
//!
//! Call [`authenticate`](crate::authenticate) in the other endpoints of your service. If it rejects a request, the
//! response is the same as the response of the list.
//!
//! ```
//! # use pollster::block_on;
//! # use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken, StoreError};
//! # struct Secrets;
//! # impl Authenticator for Secrets {
//! #     type Owner = u64;
//! #     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
//! #         let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
//! #         Ok((secret.secret() == "for-tests-only").then(|| Authenticated::new(7, token)))
//! #     }
//! # }
//! use http::Response;
//! use tokenfolio::{Challenge, Problem, authenticate};
//!
//! /// Returns the id of the user, as the body of the response.
//! async fn me(parts: &http::request::Parts) -> Result<Response<Vec<u8>>, Problem> {
//!     let accepted = authenticate(&Secrets, &Challenge::default(), parts, None, chrono::Utc::now()).await?;
//!     Ok(Response::new(accepted.owner.to_string().into_bytes()))
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (parts, _) = http::Request::get("/api/v1/me").header("authorization", "Bearer for-tests-only").body(())?.into_parts();
//! assert_eq!(block_on(me(&parts))?.body(), b"7");
//!
//! let (parts, _) = http::Request::get("/api/v1/me").body(())?.into_parts();
//! let response = block_on(me(&parts)).unwrap_or_else(Response::from);
//! assert_eq!(response.status(), 401);
//! assert_eq!(response.headers()["www-authenticate"], r#"Bearer realm="api""#);
//! # Ok(())
//! # }
//! ```
//!
//! # Let clients filter and order
//!
//! [`Pagination::with_status_filter`](crate::Pagination::with_status_filter) and
//! [`with_direction`](crate::Pagination::with_direction) turn on one parameter each, and set its name. The links repeat
//! the values that a client chose. Pass the pagination to [`ListTokens::new`](crate::ListTokens::new). Your store then
//! gets the choices as `status` and `order` of [`ListQuery`](crate::ListQuery).
//!
//! ```
//! use tokenfolio::{Pagination, TokenOrder, TokenStatus};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pagination = Pagination::new("/tokens")?.with_status_filter("status")?.with_direction("direction")?;
//!
//! let request = pagination.request("status=active&direction=desc")?;
//! assert_eq!(request.status(), Some(TokenStatus::Active));
//! assert_eq!(request.direction(), Some(TokenOrder::NewestFirst));
//! let page = request.paginate(vec!["CI"; 20], 21);
//! assert_eq!(page.next_url().as_deref(), Some("/tokens?status=active&direction=desc&page=2"));
//!
//! let error = pagination.request("status=paused").unwrap_err();
//! assert_eq!(error.parameters()[0].parameter(), "status");
//! # Ok(())
//! # }
//! ```
//!
//! # Let clients choose the page size
//!
//! By default, a page has 20 items. [`with_per_page`](crate::Pagination::with_per_page) sets another size, and
//! [`with_client_size`](crate::Pagination::with_client_size) lets a client choose one up to a maximum.
//!
//! ```
//! use tokenfolio::Pagination;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pagination = Pagination::new("/tokens")?.with_per_page(50.try_into()?).with_client_size("per_page", 100.try_into()?)?;
//! assert_eq!(pagination.request("")?.per_page().get(), 50);
//! assert_eq!(pagination.request("per_page=100")?.per_page().get(), 100);
//! assert!(pagination.request("per_page=101").is_err());
//! # Ok(())
//! # }
//! ```
//!
//! # Respond like a Laravel application
//!
//! [`Pagination::lenient`](crate::Pagination::lenient) reads a mistake in `page` as page 1.
//! [`LinkStyle::laravel_entities`](crate::LinkStyle::laravel_entities) writes Laravel's labels, with HTML entities.
//!
//! ```
//! use tokenfolio::{LinkStyle, Pagination};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pagination = Pagination::new("https://api.example.com/fruit")?
//!     .lenient()
//!     .with_per_page(15.try_into()?)
//!     .with_link_style(LinkStyle::laravel_entities());
//!
//! let page = pagination.request("page=last")?.paginate(vec!["fig"], 1);
//! let page = serde_json::to_value(&page)?;
//! assert_eq!(page["meta"]["current_page"], 1);
//! assert_eq!(page["meta"]["links"][0]["label"], "&laquo; Previous");
//! # Ok(())
//! # }
//! ```
//!
//! # Paginate something else
//!
//! [`Pagination::request`](crate::Pagination::request) reads the query of any list, and
//! [`PageRequest::paginate`](crate::PageRequest::paginate) creates a page of any items that implement `Serialize`.
//!
//! ```
//! use tokenfolio::Pagination;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let fruit = ["apple", "cherry", "fig", "kiwi", "plum"];
//! let request = Pagination::new("/fruit")?.with_per_page(2.try_into()?).request("page=2")?;
//! // In SQL, use these two numbers as the values of `ORDER BY id LIMIT ? OFFSET ?`.
//! let (limit, offset) = (request.per_page().get(), request.offset());
//! assert_eq!((limit, offset), (2, 2));
//! let page = request.paginate(fruit[2..4].to_vec(), 5);
//!
//! let mut body = Vec::new();
//! page.write_json(&mut body)?;
//! assert!(body.starts_with(br#"{"data":["fig","kiwi"],"links":{"first":"/fruit?page=1","#));
//! # Ok(())
//! # }
//! ```
//!
//! # Paginate without a total
//!
//! If a list takes long to count, read one row more than a page has. If the query returns this row, there is another
//! page. [`PageRequest::simple_paginate`](crate::PageRequest::simple_paginate) drops the row, and creates a
//! [`SimplePaginator`](crate::SimplePaginator). If a list is long and changes often, use
//! [`CursorRequest`](crate::CursorRequest).
//!
//! ```
//! use tokenfolio::Pagination;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let request = Pagination::new("/fruit")?.with_per_page(2.try_into()?).request("")?;
//! assert_eq!(request.limit_and_one(), 3);
//! let page = request.simple_paginate(vec!["apple", "cherry", "fig"]);
//! assert_eq!(page.items(), ["apple", "cherry"]);
//! assert_eq!(page.next_url().as_deref(), Some("/fruit?page=2"));
//! # Ok(())
//! # }
//! ```
//!
//! # Send the links as a header
//!
//! [`ListTokens::with_link_header`](crate::ListTokens::with_link_header) adds a `Link` header (RFC 8288) to responses.
//! The header has the same links as the body. For another list,
//! [`Paginator::link_header`](crate::Paginator::link_header) returns the value of the header.
//!
//! ```
//! use tokenfolio::Pagination;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let page = Pagination::new("/fruit")?.request("")?.paginate(vec!["fig"; 20], 21);
//! let header = page.link_header().ok_or("the header is too long")?;
//! assert_eq!(header, r#"</fruit?page=1>; rel="first", </fruit?page=2>; rel="last", </fruit?page=2>; rel="next""#);
//! # Ok(())
//! # }
//! ```
//!
//! # Count the usage of tokens
//!
//! A [`UsageLog`](crate::UsageLog) adds up usage in memory. Pass a log to the endpoint. Drain the log in batches, for
//! example once a second, and write each batch to your table. A batch that is not committed goes back into the log.
//!
//! ```
//! # use pollster::block_on;
//! # use tokenfolio::{AccessToken, Authenticated, Authenticator, BearerToken, StoreError};
//! # struct Secrets;
//! # impl Authenticator for Secrets {
//! #     type Owner = u64;
//! #     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
//! #         let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
//! #         Ok((secret.secret() == "for-tests-only").then(|| Authenticated::new(7, token)))
//! #     }
//! # }
//! use std::sync::Arc;
//!
//! use tokenfolio::{ListTokens, MemoryStore, Pagination, TokenId, UsageLog};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Arc::new(MemoryStore::new());
//! # store.insert(7, AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH));
//! let log = Arc::new(UsageLog::new());
//! let endpoint = ListTokens::new(Arc::clone(&store), Secrets, Pagination::new("/tokens")?).with_usage_log(Arc::clone(&log));
//! # let (parts, _) = http::Request::get("/tokens").header("authorization", "Bearer for-tests-only").body(())?.into_parts();
//! block_on(endpoint.handle(&parts, None));
//!
//! for batch in log.drain(1_000.try_into()?) {
//!     // In SQL, run one `UPDATE` for each token of the batch, all in one transaction.
//!     store.record_usage(&batch);
//!     batch.commit();
//! }
//! assert_eq!(store.get(&7, TokenId(1)).map(|token| token.usage_count), Some(1));
//! # Ok(())
//! # }
//! ```
//!
//! # Write a store and check it
//!
//! Implement [`TokenStore`](crate::TokenStore) over your table. For its tests, enable the feature `contract` in
//! `dev-dependencies`, and implement `Fixture`, which inserts and removes tokens. `contract::check_all` reports every
//! clause of the contract that the store breaks. Here, the method `Fixture::sleep` uses the crate futures-timer, which
//! works in any runtime. With tokio, you can use `tokio::time::sleep`.
//!
//! ```
//! # #[cfg(feature = "contract")]
//! # mod example {
//! use std::sync::Mutex;
//! use std::sync::atomic::{AtomicU64, Ordering};
//! use std::time::Duration;
//!
//! use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture};
//! use tokenfolio::{AccessToken, ListQuery, StoreError, TokenId, TokenList, TokenOrder, TokenStore};
//!
//! /// A table of owners and tokens.
//! struct Table(Mutex<Vec<(u64, AccessToken)>>);
//!
//! impl TokenStore for Table {
//!     type Owner = u64;
//!
//!     async fn list(&self, query: &ListQuery<u64>) -> Result<TokenList, StoreError> {
//!         let table = self.0.lock().unwrap();
//!         let mut tokens: Vec<AccessToken> = table
//!             .iter()
//!             .filter(|(owner, token)| *owner == query.owner && query.status.is_none_or(|filter| filter.matches(token)))
//!             .map(|(_, token)| token.clone())
//!             .collect();
//!         tokens.sort_by_key(|token| token.id);
//!         if query.order == TokenOrder::NewestFirst {
//!             tokens.reverse();
//!         }
//!         let total = tokens.len() as u64;
//!         let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
//!         let tokens = tokens.into_iter().skip(offset).take(query.limit.get() as usize).collect();
//!         Ok(TokenList::new(tokens, total))
//!     }
//! }
//!
//! struct Database {
//!     table: Table,
//!     next_owner: AtomicU64,
//! }
//!
//! impl Fixture for Database {
//!     type Owner = u64;
//!     type Store = Table;
//!
//!     fn store(&self) -> &Table {
//!         &self.table
//!     }
//!
//!     fn fresh_owner(&self) -> u64 {
//!         self.next_owner.fetch_add(1, Ordering::Relaxed)
//!     }
//!
//!     async fn insert(&self, owner: &u64, token: AccessToken) -> Result<(), FixtureError> {
//!         self.table.0.lock().unwrap().push((*owner, token));
//!         Ok(())
//!     }
//!
//!     async fn remove(&self, owner: &u64, id: TokenId) -> Result<(), FixtureError> {
//!         self.table.0.lock().unwrap().retain(|(other, token)| (*other, token.id) != (*owner, id));
//!         Ok(())
//!     }
//!
//!     async fn sleep(&self, duration: Duration) {
//!         futures_timer::Delay::new(duration).await;
//!     }
//!
//!     // A table in memory has no server to stop and no row to corrupt. So `check_all` skips the two
//!     // clauses that need these faults.
//!     fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
//!         None
//!     }
//!
//!     fn start_backend(&self) -> Option<FixtureFuture<'_>> {
//!         None
//!     }
//!
//!     fn corrupt_row(&self, _owner: u64, _id: TokenId) -> Option<FixtureFuture<'_>> {
//!         None
//!     }
//! }
//!
//! # pub fn main() -> Result<(), contract::Violations> {
//! let database = Database { table: Table(Mutex::default()), next_owner: AtomicU64::new(1) };
//! let skipped = pollster::block_on(contract::check_all(&database))?;
//! assert_eq!(skipped.clauses().len(), 2);
//! # Ok(())
//! # }
//! # }
//! # #[cfg(feature = "contract")]
//! # example::main().unwrap();
//! ```
//!
//! # Read pages as a client
//!
//! [`Page::from_response`](crate::Page::from_response) reads a page, or returns the problem of the service.
//! [`PageWalk::url`](crate::PageWalk::url) is the URL of the next request, and `advance` returns false after the last
//! page.
//!
//! ```
//! use http::Response;
//! use tokenfolio::{Page, PageWalk, Pagination, ResponseError};
//! use url::Url;
//!
//! /// Stands for your HTTP client: a service with five items, two on each page.
//! fn send(url: &Url) -> Response<Vec<u8>> {
//!     let list = Pagination::new("https://api.example.com/fruit").unwrap().with_per_page(2.try_into().unwrap());
//!     let request = list.request(url.query().unwrap_or_default()).unwrap();
//!     let fruit = ["apple", "cherry", "fig", "kiwi", "plum"];
//!     let items: Vec<_> = fruit.into_iter().skip(request.offset() as usize).take(2).collect();
//!     let body = serde_json::to_vec(&request.paginate(items, 5)).unwrap();
//!     Response::builder().header("content-type", "application/json").body(body).unwrap()
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut fruit: Vec<String> = Vec::new();
//! let mut walk = PageWalk::new(Url::parse("https://api.example.com/fruit")?);
//! // The limit guards against a service whose list never ends.
//! for _ in 0..1_000 {
//!     let page = Page::from_response(&send(walk.url()))?;
//!     fruit.extend(page.data);
//!     if !walk.advance(&page.links)? {
//!         break;
//!     }
//! }
//! assert_eq!(fruit, ["apple", "cherry", "fig", "kiwi", "plum"]);
//!
//! let response = Response::builder().status(503).header("content-type", "application/problem+json");
//! let response = response.body(br#"{"title": "Service Unavailable"}"#.to_vec())?;
//! let error = Page::<String>::from_response(&response).unwrap_err();
//! assert!(matches!(error, ResponseError::Problem { .. }));
//! # Ok(())
//! # }
//! ```
//!
//! # Test with a fixed clock
//!
//! [`ListTokens::with_clock`](crate::ListTokens::with_clock) replaces the clock, so that a test can set the current
//! time.
//!
//! ```
//! # use pollster::block_on;
//! # use tokenfolio::{Authenticated, Authenticator, BearerToken, StoreError};
//! # struct Secrets;
//! # impl Authenticator for Secrets {
//! #     type Owner = u64;
//! #     async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
//! #         let token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
//! #         Ok((secret.secret() == "for-tests-only").then(|| Authenticated::new(7, token)))
//! #     }
//! # }
//! use chrono::{DateTime, Utc};
//! use tokenfolio::{AccessToken, ListTokens, MemoryStore, Page, Pagination, TokenResource, TokenStatus};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now: DateTime<Utc> = "2026-01-15T12:00:00Z".parse()?;
//! let store = MemoryStore::new();
//! store.insert(7, AccessToken::new(1, "CI", now).with_expires_at(now));
//! let endpoint = ListTokens::new(store, Secrets, Pagination::new("/tokens")?).with_clock(move || now);
//! # let (parts, _) = http::Request::get("/tokens").header("authorization", "Bearer for-tests-only").body(())?.into_parts();
//!
//! let response = block_on(endpoint.handle(&parts, None));
//! let page: Page<TokenResource> = Page::from_response(&response)?;
//! assert_eq!(page.data[0].status, TokenStatus::Expired);
//! # Ok(())
//! # }
//! ```
//!
//! # Run behind a proxy
//!
//! Behind a proxy, the peer of every connection is the proxy. Name the addresses of your proxies and the header that
//! they write. The endpoint then checks allow-lists with the address of the client.
//!
//! ```
//! use std::net::IpAddr;
//!
//! use tokenfolio::{AllowedIps, TrustedProxies};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let proxies = TrustedProxies::x_forwarded_for(AllowedIps::parse(["10.0.0.0/8"])?);
//! // `ListTokens::with_trusted_proxies(proxies)` does this for each request.
//! let (parts, _) = http::Request::get("/").header("x-forwarded-for", "198.51.100.7").body(())?.into_parts();
//! let proxy: IpAddr = "10.0.0.2".parse()?;
//! assert_eq!(proxies.client(proxy, &parts.headers), Some("198.51.100.7".parse()?));
//!
//! // The header of any other peer is ignored.
//! let peer: IpAddr = "203.0.113.9".parse()?;
//! assert_eq!(proxies.client(peer, &parts.headers), Some(peer));
//! # Ok(())
//! # }
//! ```
//!
//! # Log why requests fail
//!
//! No response says why a token was rejected or why a store failed.
//! [`ListTokens::with_problem_hook`](crate::ListTokens::with_problem_hook) calls a function with every problem and its
//! causes. Print them to a log that clients cannot read.
//!
//! ```
//! # use pollster::block_on;
//! # use tokenfolio::{Authenticated, Authenticator, BearerToken, StoreError};
//! # struct Secrets;
//! # impl Authenticator for Secrets {
//! #     type Owner = u64;
//! #     async fn find(&self, _: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
//! #         Ok(None)
//! #     }
//! # }
//! use std::sync::{Arc, Mutex};
//!
//! use tokenfolio::{ListTokens, MemoryStore, Pagination};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let log = Arc::new(Mutex::new(Vec::new()));
//! let lines = Arc::clone(&log);
//! let endpoint = ListTokens::new(MemoryStore::new(), Secrets, Pagination::new("/tokens")?)
//!     .with_problem_hook(move |event| lines.lock().unwrap().push(event.to_string()));
//!
//! let (parts, _) = http::Request::get("/tokens").header("authorization", "Bearer wrong").body(())?.into_parts();
//! let response = block_on(endpoint.handle(&parts, None));
//! assert_eq!(response.status(), 401);
//! assert_eq!(log.lock().unwrap()[0], "GET /tokens: 401 Unauthorized: Authentication failed: no token has this secret");
//! # Ok(())
//! # }
//! ```
