//! Lists a user's API access tokens as pages of JSON, from your own table and in any web framework.
//!
//! A service whose users have API tokens needs an endpoint that lists these tokens: `GET /api/v1/me/tokens?page=2`.
//! This crate is that endpoint. It authenticates the request by its bearer token (RFC 6750), checks the page number,
//! and reads one page from your store. Then it derives the status of each token, and writes the page with links to the
//! other pages. Every error becomes a response with problem details (RFC 9457). The JSON has the form of a paginated
//! resource in Laravel, so clients of a Laravel API can read it.
//!
//! ```
//! use tokenfolio::{
//!     AccessToken, Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore,
//!     Pagination, StoreError,
//! };
//!
//! /// Finds the token of a secret. Your service looks up a digest of the secret in its table.
//! struct Secrets {
//!     token: AccessToken,
//! }
//!
//! impl Authenticator for Secrets {
//!     type Owner = u64;
//!
//!     async fn find(
//!         &self,
//!         secret: &BearerToken,
//!     ) -> Result<Option<Authenticated<u64>>, StoreError> {
//!         let is_known = secret.secret() == "for-tests-only";
//!         Ok(is_known.then(|| Authenticated::new(7, self.token.clone())))
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Do this once, when the service starts. Use your own `TokenStore` in place of `MemoryStore`.
//! let created_at = "2024-03-01T18:11:00Z".parse()?;
//! let token = AccessToken::new(1, "Production Deploy", created_at).with_usage_count(42);
//! let store = MemoryStore::new();
//! store.insert(7, token.clone());
//! let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens")?;
//! let endpoint = ListTokens::new(store, Secrets { token }, pagination);
//!
//! // Do this for each request. Your framework has the parts of the request and the address of the peer.
//! let (parts, _) = http::Request::get("/api/v1/me/tokens")
//!     .header("authorization", "Bearer for-tests-only")
//!     .body(())?
//!     .into_parts();
//! let peer = "192.0.2.7".parse()?;
//! let response = pollster::block_on(endpoint.handle(&parts, Some(peer)));
//!
//! assert_eq!(response.status(), 200);
//! let page: serde_json::Value = serde_json::from_slice(response.body())?;
//! assert_eq!(page, serde_json::json!({
//!     "data": [{
//!         "id": 1,
//!         "name": "Production Deploy",
//!         "status": "active",
//!         "last_used_at": null,
//!         "usage_count": 42,
//!         "expires_at": null,
//!         "created_at": "2024-03-01T18:11:00Z",
//!         "allowed_ips": null
//!     }],
//!     "links": {
//!         "first": "https://api.example.com/api/v1/me/tokens?page=1",
//!         "last": "https://api.example.com/api/v1/me/tokens?page=1",
//!         "prev": null,
//!         "next": null
//!     },
//!     "meta": {
//!         "current_page": 1,
//!         "from": 1,
//!         "last_page": 1,
//!         "links": [
//!             {"url": null, "label": "« Previous", "page": null, "active": false},
//!             {
//!                 "url": "https://api.example.com/api/v1/me/tokens?page=1",
//!                 "label": "1",
//!                 "page": 1,
//!                 "active": true
//!             },
//!             {"url": null, "label": "Next »", "page": null, "active": false}
//!         ],
//!         "path": "https://api.example.com/api/v1/me/tokens",
//!         "per_page": 20,
//!         "to": 1,
//!         "total": 1
//!     }
//! }));
//! # Ok(())
//! # }
//! ```
//!
//! # Contents
//!
//! - [The flow of a request](#the-flow-of-a-request)
//! - [Overview](#overview): [for a service](#for-a-service), [for an adapter or a store](#for-an-adapter-or-a-store),
//!   [for a client](#for-a-client)
//! - [Cookbook](#cookbook): 14 short recipes
//! - [Guides](#guides): longer texts with whole programs, and documents about the design
//! - [Crate features](#crate-features)
//! - [Versions](#versions): the minimum Rust version, and what a breaking change is
//! - [What it is not](#what-it-is-not)
//!
//! # The flow of a request
//!
//! ```text
//! raw query -> PageRequest -> ListQuery -> TokenStore::list -> TokenList
//!   -> Paginator<AccessToken> -> JSON with the statuses at the time of the request -> http::Response
//! any error -> Problem -> the hook of the service -> bytes -> http::Response
//! any accepted token -> UsageLog -> UsageBatch -> the table of the service
//! ```
//!
//! [`ListTokens::handle`] does all steps except the last one: your service drains the [`UsageLog`]. Each step has
//! public types, so a service can use one step alone. For example, it can create the pages of another list, or
//! authenticate the requests of another endpoint.
//!
//! # Overview
//!
//! ## For a service
//!
//! - [`TokenStore`]: implement it over your table. One method returns the rows of a page and the total of the list.
//! - [`Authenticator`]: implement it to find the token of a secret.
//! - [`ListTokens`]: the endpoint, which uses a store and an authenticator. Its setters are the options.
//! - [`Pagination`]: the configuration of a list. It has the URL, the parameters, the sizes and the links.
//! - [`Problem`]: an error that becomes a response. [`ListTokens::with_problem_hook`] passes it to your log with its
//!   cause.
//!
//! ## For an adapter or a store
//!
//! - [`ListTokens::handle`]: an adapter passes the parts of a request to it, and returns its response.
//! - [`TrustedProxies`]: finds the address of a client behind proxies.
//! - [`ListQuery`] and [`TokenList`]: what a store receives and returns.
//! - [`StoreError`]: why a store failed. Its kind decides the status of the response: 503, 504 or 500.
//! - `contract`: a module with the checks that every store must pass. Enable the feature `contract` to use it.
//!
//! ## For a client
//!
//! - [`Page`]: reads every form of page that this crate or Laravel 8 to 13 sends.
//! - [`TokenResource`]: a token as a client reads it.
//! - [`ResponseError`]: why a response is not a page. It has the [`Problem`] that the service sent.
//! - [`PageWalk`]: returns the next URL to request. This URL never has another origin, and never leads to a page that
//!   was requested before.
//! - [`parse_retry_after`]: returns how long to wait before the next request.
//!
//! # Cookbook
//!
//! Each recipe of the [cookbook](_documentation::cookbook) is a short program that asserts its result:
//!
//! - [List the tokens of a user](_documentation::cookbook#list-the-tokens-of-a-user)
//! - [Accept the same tokens elsewhere](_documentation::cookbook#accept-the-same-tokens-elsewhere)
//! - [Let clients filter and order](_documentation::cookbook#let-clients-filter-and-order)
//! - [Let clients choose the page size](_documentation::cookbook#let-clients-choose-the-page-size)
//! - [Respond like a Laravel application](_documentation::cookbook#respond-like-a-laravel-application)
//! - [Paginate something else](_documentation::cookbook#paginate-something-else)
//! - [Paginate without a total](_documentation::cookbook#paginate-without-a-total)
//! - [Send the links as a header](_documentation::cookbook#send-the-links-as-a-header)
//! - [Count the usage of tokens](_documentation::cookbook#count-the-usage-of-tokens)
//! - [Write a store and check it](_documentation::cookbook#write-a-store-and-check-it)
//! - [Read pages as a client](_documentation::cookbook#read-pages-as-a-client)
//! - [Test with a fixed clock](_documentation::cookbook#test-with-a-fixed-clock)
//! - [Run behind a proxy](_documentation::cookbook#run-behind-a-proxy)
//! - [Log why requests fail](_documentation::cookbook#log-why-requests-fail)
//!
//! # Guides
//!
//! - [Put the endpoint into a service](_documentation::guides::service)
//! - [The life of a token](_documentation::guides::token_life): create, show once, rotate, revoke, delete
//! - [Add your other endpoints](_documentation::guides::endpoints)
//! - [Lists of your own](_documentation::guides::lists)
//! - [Describe the endpoint in OpenAPI](_documentation::guides::openapi)
//! - [Walk a list as a client](_documentation::guides::client)
//! - [Call it from a browser](_documentation::guides::cors)
//! - [Write an adapter](_documentation::guides::adapter)
//! - [Write a store](_documentation::guides::store)
//! - [Move from Laravel](_documentation::guides::laravel)
//! - [Test without a server](_documentation::guides::testing)
//!
//! These documents help you to choose the crate or to change it: [comparison with other
//! crates](_documentation::compare), [design](_documentation::design), [performance](_documentation::performance),
//! [stores](_documentation::stores), [many machines](_documentation::many_machines), [trust](_documentation::trust),
//! [security](_documentation::security) and [changelog](_documentation::changelog).
//!
//! # Crate features
//!
//! No feature is enabled by default.
//!
//! - **contract** adds the module `contract`: the checks that every [`TokenStore`] must pass. Enable it in
//!   `dev-dependencies`, and run the checks in the tests of your store.
//!
//! # Versions
//!
//! **Rust.** The minimum version is 1.88. Only clippy's lint `incompatible_msrv` checks it. We do not run the
//! tests with Rust 1.88. A new minimum version comes with a new minor version of the crate.
//!
//! **Breaking changes** follow Semantic Versioning. Before 1.0, a new minor version may have breaking changes. A change
//! of the JSON, of a URL or of the status of a response is a breaking change too. A new check in the module `contract`
//! is also a breaking change. The compiler does not see these changes. Texts of errors and of problems may change in
//! any version.
//!
//! Six dependencies are in the public interface, so a new major version of one of them is a breaking change: chrono 0.4
//! (times), http 1 (requests and responses), ipnet 2 (ranges of addresses), serde 1, serde_json 1 (values of problems)
//! and url 2 (references in problems, URLs of clients).
//!
//! # What it is not
//!
//! - It does not create tokens or store secrets. Your service does, and looks tokens up by a digest of the secret.
//! - It has no feature for a framework or a database. The repository has adapters for eight frameworks and stores for
//!   three databases as examples to copy.
//! - It never reads a host from a header. You configure the URL of the links.
//! - It reads the address of a client from a header only if the service names its [`TrustedProxies`].
//! - It reads no clock, except in [`ListTokens`], whose clock you can replace. Everywhere else, the time is an
//!   argument.
//! - It has no generic ids. The id of a token is an integer of 64 bits, because the API that the crate implements has
//!   integer ids.
#![forbid(unsafe_code)]
// These lints are here and not in Cargo.toml, because tests, benches and examples may panic and print.
#![warn(clippy::panic, clippy::print_stderr, clippy::print_stdout, clippy::unreachable)]
// docs.rs marks the items of a feature. The compiler there is a nightly one.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doc)]
pub mod _documentation;
mod auth;
mod client;
#[cfg(feature = "contract")]
pub mod contract;
mod endpoint;
mod openapi;
mod page;
mod problem;
mod store;
mod text;
mod token;

pub use auth::auth_error::AuthError;
pub use auth::bearer::{BearerToken, CredentialsError};
pub use auth::challenge::{BearerError, Challenge, ChallengeError};
pub use auth::trusted_proxies::TrustedProxies;
pub use auth::{Authenticated, Authenticator, DynAuthenticator, authenticate};
pub use client::links::PageLinks;
pub use client::meta::{MetaLink, PageMeta};
pub use client::page::Page;
pub use client::response::ResponseError;
pub use client::retry_after::parse_retry_after;
pub use client::walk::{NextUrlError, PageWalk};
pub use endpoint::ListTokens;
pub use openapi::OPENAPI_JSON;
pub use page::base_url::BaseUrlError;
pub use page::cursor::{Cursor, CursorError};
pub use page::cursor_paginator::CursorPaginator;
pub use page::cursor_request::CursorRequest;
pub use page::link_style::LinkStyle;
pub use page::pagination::{Pagination, ParameterNameError};
pub use page::paginator::Paginator;
pub use page::query_error::{ParameterError, QueryError};
pub use page::request::PageRequest;
pub use page::simple::SimplePaginator;
pub use problem::Problem;
pub use problem::event::ProblemEvent;
pub use problem::extension_name::{ExtensionError, ExtensionName};
pub use problem::trace_id::{TraceId, TraceIdError};
pub use store::memory::MemoryStore;
pub use store::usage::{UsageBatch, UsageLog};
pub use store::usage_map::TokenUsage;
pub use store::{
    DynTokenStore, ListQuery, StatusFilter, StoreError, StoreErrorKind, TokenList, TokenOrder, TokenStore, UnknownOrder,
};
pub use token::allowed_ips::{AllowedIp, AllowedIpError, AllowedIps};
pub use token::status::{ReportedStatus, TokenStatus, UnknownStatus};
pub use token::{AccessToken, TokenId, TokenResource};

/// The README's code is tested like any other example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
