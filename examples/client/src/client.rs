//! The walk: one page after the other, each asked for with the secret.

use std::thread;
use std::time::Duration;

use chrono::Utc;
use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};
use tokenfolio::{BearerToken, Page, PageMeta, ResponseError, TokenResource, parse_retry_after};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Proxy};
use url::Url;

use crate::arguments::Arguments;
use crate::error::Failure;

/// In bytes. A page of 20 tokens has some 6,000.
const MAX_BODY: u64 = 4 << 20;
/// How often a page is asked for again when the server asks to wait.
const MAX_RETRIES: u32 = 3;
/// A server that asks for a longer wait is not waited for.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Walks through the pages of one list.
pub(crate) struct Client<'a> {
    arguments: &'a Arguments,
    agent: Agent,
    authorization: HeaderValue,
}

impl<'a> Client<'a> {
    /// Makes a client that presents the secret.
    pub(crate) fn new(secret: &BearerToken, arguments: &'a Arguments) -> Self {
        let mut authorization =
            HeaderValue::try_from(format!("Bearer {}", secret.secret())).expect("a token is visible ASCII");
        authorization.set_sensitive(true);
        let is_secure = arguments.url.scheme() == "https";
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            // None is followed: the secret goes where it was sent to, and nowhere else.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Without TLS, a proxy would read the secret.
            .proxy(if is_secure { Proxy::try_from_env() } else { None })
            .timeout_global(Some(Duration::from_secs(arguments.timeout.get())))
            .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
            .build()
            .into();
        Self { arguments, agent, authorization }
    }

    /// Lists the tokens of the page that the URL names and of all that follow it, and reports every page.
    pub(crate) fn tokens(&self, mut report: impl FnMut(&PageMeta)) -> Result<Vec<TokenResource>, Failure> {
        let mut tokens = Vec::new();
        let mut url = self.arguments.url.clone();
        for _ in 0..self.arguments.max_pages.get() {
            let page = self.page(&url)?;
            report(&page.meta);
            tokens.extend(page.data);
            match page.links.next_url(&url, &self.arguments.page_name) {
                Ok(Some(next)) => url = next,
                Ok(None) => return Ok(tokens),
                Err(error) => return Err(Failure::next(&url, &error)),
            }
        }
        Err(Failure::too_many_pages(self.arguments.max_pages))
    }

    /// Asks for a page, and again as often and as late as a server that is busy asks to, within limits.
    fn page(&self, url: &Url) -> Result<Page<TokenResource>, Failure> {
        let mut retries = 0;
        loop {
            let response = self.send(url).map_err(|error| Failure::transport(url, &error))?;
            let error = match Page::from_response(&response) {
                Ok(page) => return Ok(page),
                Err(error) => error,
            };
            match wait(&error, response.headers()) {
                Some(wait) if retries < MAX_RETRIES && wait <= MAX_WAIT => thread::sleep(wait),
                wait => return Err(Failure::answer(url, &error, wait, response.headers())),
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
        let body = body.into_with_config().limit(MAX_BODY).read_to_vec()?;
        Ok(Response::from_parts(parts, body))
    }
}

/// How long a server that is only busy asks to wait.
fn wait(error: &ResponseError, headers: &HeaderMap) -> Option<Duration> {
    // RFC 9110, section 15.6.4; RFC 6585, section 4.
    let is_busy = matches!(error.status(), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
    if is_busy { parse_retry_after(headers, Utc::now()) } else { None }
}
