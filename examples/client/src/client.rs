//! Requests one page after the other.

use std::thread;
use std::time::Duration;

use chrono::Utc;
use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use tokenfolio::{BearerToken, Page, PageMeta, PageWalk, ResponseError, TokenResource, parse_retry_after};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy};
use url::Url;

use crate::arguments::Arguments;
use crate::error::Error;

/// The maximum length of a body in bytes. A page of 20 tokens has about 6,000.
const MAX_BODY_LEN: u64 = 4 << 20;
/// The maximum number of retries of a page.
const MAX_RETRIES: u32 = 3;
/// The maximum `Retry-After` that the client waits for.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(30);

/// Requests the pages of one list.
pub(crate) struct Client<'a> {
    arguments: &'a Arguments,
    agent: Agent,
    authorization: HeaderValue,
}

impl<'a> Client<'a> {
    /// Creates a client that presents the secret.
    pub(crate) fn new(secret: &BearerToken, arguments: &'a Arguments) -> Self {
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {}", secret.secret())).expect("a token is visible ASCII");
        authorization.set_sensitive(true);
        let is_secure = arguments.url.scheme() == "https";
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect could send the secret to another server.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Without TLS, a proxy could read the secret.
            .proxy(if is_secure { Proxy::try_from_env() } else { None })
            .timeout_global(Some(Duration::from_secs(arguments.timeout.get())))
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            .build()
            .into();
        Self { arguments, agent, authorization }
    }

    /// Lists the tokens of the page at the URL and of all following pages. Calls `on_page` for every page.
    pub(crate) fn tokens(&self, mut on_page: impl FnMut(&PageMeta)) -> Result<Vec<TokenResource>, Error> {
        let mut tokens = Vec::new();
        let mut walk = self.walk();
        for _ in 0..self.arguments.max_pages.get() {
            let page = self.page(walk.url())?;
            on_page(&page.meta);
            tokens.extend(page.data);
            match walk.advance(&page.links) {
                Ok(true) => {}
                Ok(false) => return Ok(tokens),
                Err(error) => return Err(Error::next_url(walk.url(), &error)),
            }
        }
        Err(Error::too_many_pages(self.arguments.max_pages))
    }

    fn walk(&self) -> PageWalk {
        let walk = PageWalk::new(self.arguments.first_url())
            .with_page_name(&self.arguments.page_name)
            .with_cursor_name(&self.arguments.cursor_name);
        if self.arguments.own_url { walk.on_own_url() } else { walk }
    }

    /// Requests a page. Retries after `Retry-After`, within the limits.
    fn page(&self, url: &Url) -> Result<Page<TokenResource>, Error> {
        let mut retries = 0;
        loop {
            let response = self.send(url).map_err(|error| Error::transport(url, &error))?;
            let error = match Page::from_response(&response) {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            match retry_after(&error, response.headers()) {
                Some(delay) if retries < MAX_RETRIES && delay <= MAX_RETRY_AFTER => thread::sleep(delay),
                delay => return Err(Error::response(url, &error, delay, response.headers())),
            }
            retries += 1;
        }
    }

    fn send(&self, url: &Url) -> Result<Response<Vec<u8>>, ureq::Error> {
        let request = Request::get(url.as_str())
            .header(ACCEPT, "application/json, application/problem+json")
            .header(AUTHORIZATION, &self.authorization)
            .body(())?;
        let (parts, body) = self.agent.run(request)?.into_parts();
        let body = body.into_with_config().limit(MAX_BODY_LEN).read_to_vec()?;
        Ok(Response::from_parts(parts, body))
    }
}

/// Returns the `Retry-After` of a busy server.
fn retry_after(error: &ResponseError, headers: &HeaderMap) -> Option<Duration> {
    // RFC 9110, section 15.6.4; RFC 6585, section 4.
    let is_busy = matches!(error.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
    if is_busy { parse_retry_after(headers, Utc::now()) } else { None }
}
