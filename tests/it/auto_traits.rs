//! That every public type crosses threads, and how large the small ones are.

use std::sync::Arc;

use tokenfolio::{
    AccessToken, AllowedIp, AllowedIpError, AllowedIps, BaseUrlError, BearerError, BearerToken, Challenge,
    CredentialsError, DynAuthenticator, DynTokenStore, ExtensionError, LinkStyle, ListQuery, ListTokens, MemoryStore,
    MetaLink, OwnedToken, Page, PageError, PageLinks, PageMeta, PageRequest, PageRules, PageUrls, Paginator,
    ParameterError, Problem, ReportedStatus, StatusFilter, StoreError, StoreErrorKind, TokenId, TokenOrder,
    TokenResource, TokenSlice, TokenStatus, TraceId, TraceIdError, UnknownStatus, contract,
};

fn crosses_threads<T: Send + Sync + Unpin + 'static>() {}

#[test]
fn every_type_crosses_threads() {
    crosses_threads::<AccessToken>();
    crosses_threads::<AllowedIp>();
    crosses_threads::<AllowedIpError>();
    crosses_threads::<AllowedIps>();
    crosses_threads::<BaseUrlError>();
    crosses_threads::<BearerError>();
    crosses_threads::<BearerToken>();
    crosses_threads::<Challenge>();
    crosses_threads::<CredentialsError>();
    crosses_threads::<Arc<dyn DynAuthenticator<Owner = u64>>>();
    crosses_threads::<Arc<dyn DynTokenStore<Owner = u64>>>();
    crosses_threads::<ExtensionError>();
    crosses_threads::<LinkStyle>();
    crosses_threads::<ListQuery<u64>>();
    crosses_threads::<ListTokens<MemoryStore<u64>, Arc<dyn DynAuthenticator<Owner = u64>>>>();
    crosses_threads::<MetaLink>();
    crosses_threads::<OwnedToken<u64>>();
    crosses_threads::<Page<TokenResource>>();
    crosses_threads::<PageError>();
    crosses_threads::<PageLinks>();
    crosses_threads::<PageMeta>();
    crosses_threads::<PageRequest>();
    crosses_threads::<PageRules>();
    crosses_threads::<PageUrls>();
    crosses_threads::<Paginator<TokenResource>>();
    crosses_threads::<ParameterError>();
    crosses_threads::<Problem>();
    crosses_threads::<ReportedStatus>();
    crosses_threads::<StatusFilter>();
    crosses_threads::<StoreError>();
    crosses_threads::<StoreErrorKind>();
    crosses_threads::<TokenId>();
    crosses_threads::<TokenOrder>();
    crosses_threads::<TokenSlice>();
    crosses_threads::<TokenStatus>();
    crosses_threads::<TraceId>();
    crosses_threads::<TraceIdError>();
    crosses_threads::<UnknownStatus>();
    crosses_threads::<contract::Violation>();
    crosses_threads::<contract::Violations>();
}

#[test]
fn small_values_are_small() {
    assert_eq!(size_of::<TokenStatus>(), 1);
    assert_eq!(size_of::<TokenOrder>(), 1);
    assert_eq!(size_of::<TokenId>(), 8);
    assert_eq!(size_of::<PageRequest>(), 16);
    assert_eq!(size_of::<Problem>(), 8);
    assert_eq!(size_of::<Option<AllowedIps>>(), size_of::<AllowedIps>());
}
