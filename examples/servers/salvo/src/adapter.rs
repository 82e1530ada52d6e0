//! The endpoint in salvo. Copy this file into your service: it needs only salvo, http and tokenfolio.
//!
//! salvo has its own request and response types. Their parts have the types of the `http` crate, and are copied.
//!
//! salvo's router ignores empty segments: it routes `/api//v1/me/tokens/` like `/api/v1/me/tokens`. So a filter
//! compares the path that the client sent with the endpoint's path.

use http::request::Parts;
use salvo::http::ResBody;
use salvo::{Depot, FlowCtrl, Handler, Request, Response, Router, async_trait};
use tokenfolio::{Authenticator, ListTokens, TokenStore};

/// Routes a path to the endpoint.
pub(crate) fn routes<S, A>(path: &'static str, endpoint: ListTokens<S, A>) -> Router
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    // Do not restrict the method. The endpoint responds to other methods with a problem.
    Router::with_filter_fn(move |request, _| request.uri().path() == path)
        .path("{**path}")
        .goal(ListTokensHandler { endpoint })
}

struct ListTokensHandler<S, A: Authenticator> {
    endpoint: ListTokens<S, A>,
}

#[async_trait]
impl<S, A> Handler for ListTokensHandler<S, A>
where
    S: TokenStore + 'static,
    A: Authenticator<Owner = S::Owner> + 'static,
{
    async fn handle(&self, request: &mut Request, _: &mut Depot, response: &mut Response, _: &mut FlowCtrl) {
        let caller = request.remote_addr().ip();
        let result = self.endpoint.handle(&request_parts(request), caller).await;
        *response = result.map(ResBody::from).into();
    }
}

/// Copies a request without its body.
pub(crate) fn request_parts(request: &Request) -> Parts {
    let mut copy = http::Request::new(());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy.into_parts().0
}
