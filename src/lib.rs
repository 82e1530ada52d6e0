//! Lists API access tokens the way Laravel clients expect, in any framework and over any database.
//!
//! A service that lets people hold API tokens must let them see what they hold: `GET /api/v1/me/tokens?page=N`. This
//! crate is that endpoint in every corner: the status of each token, Laravel's length-aware envelope, strict page
//! numbers, bearer authentication, and RFC 9457 problems for everything that goes wrong. The service brings its table and
//! its framework, and neither shows in here.
//!
//! ```
//! use std::net::IpAddr;
//! use tokenfolio::{Authenticator, ListTokens, PageUrls, TokenStore};
//!
//! /// Made once: the endpoint over a service's own table.
//! fn endpoint<S: TokenStore, A: Authenticator>(
//!     store: S,
//!     authenticator: A,
//! ) -> Result<ListTokens<S, A>, tokenfolio::BaseUrlError> {
//!     Ok(ListTokens::new(store, authenticator, PageUrls::new("https://api.example.com/api/v1/me/tokens")?))
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
//! any error -> Problem -> bytes -> http::Response
//! any token that was accepted -> UsageLog -> batches of TokenUsage -> the service's table
//! ```
//!
//! Every step stands alone:
//!
//! - **Pages**: [`PageRequest`] and [`PageRules`] read a query; [`PageUrls`] writes links; [`Paginator`] is the envelope of
//!   any items, styled by [`LinkStyle`].
//! - **Tokens**: [`AccessToken`] is the record, [`TokenStatus`] its derived status, [`AllowedIps`] from where it may be
//!   used, [`TokenResource`] its wire form.
//! - **Stores**: [`TokenStore`] is what a service implements over its table, [`MemoryStore`] the reference; with the
//!   feature `contract`, the module of that name tries every promise on a store.
//! - **Callers**: [`BearerToken`] reads credentials, [`Authenticator`] finds the token behind them, [`authenticate`] decides,
//!   [`Challenge`] and [`Problem`] answer.
//! - **Uses**: [`UsageLog`] adds up accepted tokens in memory, and gives out [`TokenUsage`] in batches to be written.
//! - **The endpoint**: [`ListTokens`] is all of it; the package's `openapi.json` describes it to clients (OpenAPI 3.1).
//! - **Clients**: [`Page`] is what they read, [`ResponseError`] why there is none, [`PageLinks::next_url`] where to go on,
//!   [`parse_retry_after`] when to come again.
//!
//! # What it is not
//!
//! It neither makes tokens nor keeps secrets: a service does, and shows only a digest to whoever looks them up. It has no
//! feature for any framework or database, because those change faster than an envelope should. It trusts no header about
//! hosts or proxies: the base of the links is configured, and the caller's address is an argument. The time is an argument
//! too; [`ListTokens`] alone has a clock.
#![forbid(unsafe_code)]

mod address;
mod address_ranges;
mod allowed_ips;
mod authenticate;
mod bearer;
mod buffer;
#[cfg(feature = "contract")]
pub mod contract;
mod digits;
mod dyn_twin;
mod envelope;
mod escape;
mod json;
mod link_header;
mod link_style;
mod list_tokens;
mod memory;
mod next_url;
mod page;
mod paginator;
mod percent;
mod problem;
mod problem_json;
mod query;
mod response;
mod retry_after;
mod status;
mod store;
mod timestamp;
mod token;
mod trace_id;
mod urls;
mod usage;
mod window;

pub use allowed_ips::{AllowedIp, AllowedIpError, AllowedIps};
pub use authenticate::{Authenticated, Authenticator, DynAuthenticator, authenticate};
pub use bearer::{BearerError, BearerToken, Challenge, CredentialsError};
pub use envelope::{MetaLink, Page, PageLinks, PageMeta};
pub use link_style::LinkStyle;
pub use list_tokens::ListTokens;
pub use memory::MemoryStore;
pub use next_url::NextUrlError;
pub use page::{PageError, PageRequest, PageRules, ParameterError};
pub use paginator::Paginator;
pub use problem::{ExtensionError, Problem};
pub use response::ResponseError;
pub use retry_after::parse_retry_after;
pub use status::{ReportedStatus, TokenStatus, UnknownStatus};
pub use store::{
    DynTokenStore, ListQuery, StatusFilter, StoreError, StoreErrorKind, TokenList, TokenOrder, TokenStore,
};
pub use token::{AccessToken, TokenId, TokenResource};
pub use trace_id::{TraceId, TraceIdError};
pub use urls::{BaseUrlError, PageUrls};
pub use usage::{TokenUsage, UsageLog};

/// The README's code is tried like any other example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
