//! The demo in poem. `adapter.rs` is the file to copy.

mod adapter;

use poem::{Route, endpoint};
use tokenfolio_demo::{Endpoint, Fallback, PATH};

use crate::adapter::{copy_response, list_tokens, request_parts};

/// Creates the application: the endpoint, and the demo's fallback for all other paths.
#[must_use]
pub fn app(endpoint: Endpoint) -> Route {
    let fallback = Fallback::new(endpoint.openapi().to_string());
    let respond = move |request| copy_response(fallback.respond(&request_parts(request)));
    Route::new().at(PATH, list_tokens(endpoint)).at("/*path", endpoint::make_sync(respond))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use poem::http::uri::Scheme;
    use poem::http::{self, Uri};
    use poem::web::{LocalAddr, RemoteAddr};
    use poem::{Body, Endpoint as _, Request, RequestParts};
    use tokenfolio::{Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, Pagination, StoreError};

    use super::*;

    struct Nobody;

    impl Authenticator for Nobody {
        type Owner = i64;

        async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
            Ok(None)
        }
    }

    #[tokio::test]
    async fn a_nested_endpoint_shows_the_path_that_was_requested() {
        let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens").expect("a URL");
        let app = app(ListTokens::new(Arc::new(MemoryStore::new()), Arc::new(Nobody), pagination));
        let app = Route::new().nest("/outer", app);
        let target = format!("/outer{PATH}");
        let (received, ()) = http::Request::get(&target).body(()).expect("a request").into_parts();
        let received = RequestParts::from((received, LocalAddr::default(), RemoteAddr::default(), Scheme::HTTP));
        let of_test_client = Request::builder().uri(target.parse::<Uri>().expect("a URI")).finish();
        for (request, instance) in [(Request::from_parts(received, Body::empty()), &*target), (of_test_client, PATH)] {
            let body = app.get_response(request).await.into_body().into_string().await.expect("text");
            assert!(body.contains(&format!(r#""instance":"{instance}""#)), "{body}");
        }
    }
}
