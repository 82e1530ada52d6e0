//! Lists API access tokens the way Laravel clients expect, in any framework and over any database.
//!
//! A service that lets people hold API tokens must let them see what they hold: `GET /api/v1/me/tokens?page=N`. This
//! crate is that endpoint in every corner: the status of each token, Laravel's length-aware envelope, strict page
//! numbers, bearer authentication, and RFC 9457 problems for everything that goes wrong. The service brings its table and
//! its framework, and neither shows in here.
//!
//! ```
//! use std::net::IpAddr;
//! use tokenfolio::{Authenticator, ListTokens, Pagination, TokenStore};
//!
//! /// Made once: the endpoint over a service's own table.
//! fn endpoint<S, A>(store: S, authenticator: A) -> Result<ListTokens<S, A>, tokenfolio::BaseUrlError>
//! where
//!     S: TokenStore,
//!     A: Authenticator<Owner = S::Owner>,
//! {
//!     let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens")?;
//!     Ok(ListTokens::new(store, authenticator, pagination))
//! }
//!
//! /// Done with each request, whatever its method: all that an adapter for a framework has to do.
//! async fn handle<S, A>(endpoint: &ListTokens<S, A>, request: http::Request<()>, peer: IpAddr) -> http::Response<Vec<u8>>
//! where
//!     S: TokenStore,
//!     A: Authenticator<Owner = S::Owner>,
//! {
//!     endpoint.handle(&request.into_parts().0, Some(peer)).await
//! }
//! ```
//!
//! # The way of a request
//!
//! ```text
//! raw query -> PageRequest -> ListQuery -> TokenStore::list -> TokenList
//!   -> Paginator<AccessToken> -> map(into_resource(now)) -> bytes -> http::Response
//! any error -> Problem -> the service's hook -> bytes -> http::Response
//! any token that was accepted -> UsageLog -> UsageBatch -> the service's table
//! ```
//!
//! Every step stands alone:
//!
//! - **Pages**: [`Pagination`] is the configuration of a list. It reads a query into a [`PageRequest`], which makes a
//!   [`Paginator`] of any items: the envelope. [`LinkStyle`] sets how its array of links looks. [`SimplePaginator`] and
//!   [`CursorPaginator`] are pages without a total, for lists that take long to count.
//! - **Tokens**: [`AccessToken`] is the record, [`TokenStatus`] its derived status, [`AllowedIps`] from where it may be
//!   used, [`TokenResource`] its wire form.
//! - **Stores**: [`TokenStore`] is what a service implements over its table, [`MemoryStore`] the reference; with the
//!   feature `contract`, the module of that name tries every promise on a store.
//! - **Callers**: [`BearerToken`] reads credentials, [`Authenticator`] finds the token behind them, [`authenticate`] decides,
//!   [`Challenge`] and [`Problem`] answer. [`AuthError`] is the reason, which only the service's log shows.
//!   [`Authenticated`] has what else the service looked up, and [`Challenge::insufficient_scope`] is the 403.
//!   [`TrustedProxies`] finds the address of a client behind proxies.
//! - **Logs**: [`ListTokens::with_problem_hook`] sees every problem, and [`ProblemEvent`] prints it with all its causes.
//! - **Usage**: [`UsageLog`] adds up the usage of tokens in memory. The service writes it in a [`UsageBatch`] of
//!   [`TokenUsage`], which goes back into the log if writing fails.
//! - **The endpoint**: [`ListTokens`] is all of it. [`ListTokens::openapi`] describes it to clients (OpenAPI 3.1), and
//!   [`OPENAPI_JSON`] has everything that it can offer.
//! - **Clients**: [`Page`] reads every form of page that Laravel sends. [`ResponseError`] is why there is no page,
//!   [`PageWalk`] goes from page to page, and [`parse_retry_after`] returns when to try again.
//!
//! # What it is not
//!
//! It neither makes tokens nor keeps secrets: a service does, and shows only a digest to whoever looks them up. It has no
//! feature for any framework or database, because those change faster than an envelope should. It reads no host from a
//! header: the base of the links is configured. It reads the address of a client from a header only if the service names
//! its [`TrustedProxies`]. The time is an argument; [`ListTokens`] alone has a clock.
#![forbid(unsafe_code)]
// Here and not in Cargo.toml, because tests, benches and examples may panic and print.
#![warn(clippy::panic, clippy::print_stderr, clippy::print_stdout, clippy::unreachable)]

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

/// The README's code is tried like any other example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
