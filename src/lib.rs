//! Lists API access tokens the way Laravel clients expect, in any framework and over any database.
#![forbid(unsafe_code)]

mod allowed_ips;
mod authenticate;
mod bearer;
#[cfg(feature = "contract")]
pub mod contract;
mod dyn_twin;
mod envelope;
mod list_tokens;
mod memory;
mod page;
mod paginator;
mod percent;
mod problem;
mod query;
mod status;
mod store;
mod timestamp;
mod token;
mod trace_id;
mod urls;
mod window;

pub use allowed_ips::{AllowedIp, AllowedIpError, AllowedIps};
pub use authenticate::{Authenticator, DynAuthenticator, OwnedToken, authenticate};
pub use bearer::{BearerError, BearerToken, Challenge, CredentialsError};
pub use envelope::{MetaLink, Page, PageLinks, PageMeta};
pub use list_tokens::ListTokens;
pub use memory::MemoryStore;
pub use page::{PageError, PageRequest, PageRules, ParameterError};
pub use paginator::{LinkStyle, Paginator};
pub use problem::{ExtensionError, Problem};
pub use status::{ReportedStatus, TokenStatus, UnknownStatus};
pub use store::{
    DynTokenStore, ListQuery, StatusFilter, StoreError, StoreErrorKind, TokenOrder, TokenSlice, TokenStore,
};
pub use token::{AccessToken, TokenId, TokenResource};
pub use trace_id::{TraceId, TraceIdError};
pub use urls::{BaseUrlError, PageUrls};
