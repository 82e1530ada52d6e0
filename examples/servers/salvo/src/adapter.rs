//! The endpoint in salvo: [`app`] is all that an adapter has to do.
//!
//! salvo's requests and responses are its own types over the parts of the `http` crate's, which are copied. One handler
//! answers every method and every path, so that it is the library that refuses methods, and so that the path counts as
//! it came: the router of salvo passes over empty segments, and takes `/api//v1/me/tokens/` for the endpoint's path.
//!
//! Asked to end, salvo accepts no more connections, but the system refuses them only when it has ended.

use http::request::Parts;
use salvo::http::ResBody;
use salvo::{Depot, FlowCtrl, Handler, Request, Response, Router, async_trait};
use tokenfolio_demo::{Endpoint, route};

/// Makes the application.
#[must_use]
pub fn app(endpoint: Endpoint) -> Router {
    Router::with_path("{**path}").goal(App { endpoint })
}

struct App {
    endpoint: Endpoint,
}

#[async_trait]
impl Handler for App {
    async fn handle(&self, request: &mut Request, _: &mut Depot, response: &mut Response, _: &mut FlowCtrl) {
        let caller = request.remote_addr().ip();
        let answer = route(&self.endpoint, &parts(request), caller).await;
        *response = answer.map(ResBody::from).into();
    }
}

fn parts(request: &Request) -> Parts {
    let mut copy = http::Request::new(());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy.into_parts().0
}
