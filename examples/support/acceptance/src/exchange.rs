//! A request and its response.

use std::borrow::Cow;

use http::Method;
use tokenfolio_openapi::Description;

use crate::case::Case;
use crate::connection::Response;
use crate::expected::Expected;
use crate::server::Server;
use crate::snapshot::Snapshot;

/// A case that was sent to a server, and the response.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The case.
    pub case: Case,
    /// The method that was sent.
    pub method: Method,
    /// The response, or `None` if the server closed the connection.
    pub response: Option<Response>,
    /// The server's origin.
    pub url: String,
    pub(crate) framework: String,
}

impl Exchange {
    /// Sends the request of a case on a new connection.
    fn send(server: &Server, case: &Case, method: Method) -> Self {
        let mut connection = server.connect();
        connection.send(case.bytes(&method, &server.startup_message));
        let response = connection.read_response_to(&method);
        Self {
            case: case.clone(),
            method,
            response,
            url: server.startup_message.url.clone(),
            framework: server.framework.clone(),
        }
    }

    /// Returns the request's target as it was sent.
    #[must_use]
    pub fn target(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.case.target)
    }

    /// Returns whether the framework rejected the request in a way that the case allows.
    fn is_rejected(&self) -> bool {
        let allowed = match self.expected() {
            Expected::Rejected(statuses) => statuses,
            _ => self.case.rejections,
        };
        match &self.response {
            Some(response) => allowed.contains(&response.status().as_u16()),
            None => !allowed.is_empty(),
        }
    }

    fn expected(&self) -> &Expected {
        self.case.expected_from(&self.framework)
    }

    fn snapshot(&self) -> Option<Snapshot> {
        self.response.as_ref().map(Snapshot::of)
    }

    /// Describes how the response differs from the expected response.
    fn difference(&self) -> Option<String> {
        if self.is_rejected() {
            return None;
        }
        let expected = self.expected().snapshot(self);
        let actual = self.snapshot();
        (expected.is_none() || actual != expected).then(|| self.report(expected.as_ref(), actual.as_ref()))
    }

    /// Describes how the response to HEAD differs from the response to GET.
    fn difference_from_get(&self, get: &Self) -> Option<String> {
        let expected = get.snapshot().map(Snapshot::without_body);
        let actual = self.snapshot();
        (actual != expected).then(|| self.report(expected.as_ref(), actual.as_ref()))
    }

    /// Describes how the response violates the OpenAPI description.
    fn violations(&self, description: &Description) -> Option<String> {
        let Self { framework, method, case, .. } = self;
        if !self.expected().is_from_endpoint() || self.is_rejected() {
            return None;
        }
        let violations = description.violations(method, self.response.as_ref()?);
        (!violations.is_empty()).then(|| format!("{framework}: {method} {}\n  {}", case.name, violations.join("\n  ")))
    }

    fn report(&self, expected: Option<&Snapshot>, actual: Option<&Snapshot>) -> String {
        let Self { framework, method, case, .. } = self;
        format!("{framework}: {method} {}\n  expected {expected:?}\n  actual   {actual:?}", case.name)
    }
}

/// Sends all cases to a server, one after the other, and returns the exchanges. A HEAD request is also sent as GET, and
/// the two responses must agree.
///
/// # Panics
///
/// Panics if a response differs from the expected response, or violates the OpenAPI description that the server sends.
#[must_use]
#[track_caller]
pub fn run(server: &Server, cases: &[Case]) -> Vec<Exchange> {
    let description = server.description();
    let mut exchanges = Vec::new();
    let mut differences = Vec::new();
    for case in cases {
        let method = if case.method == Method::HEAD { Method::GET } else { case.method.clone() };
        let exchange = Exchange::send(server, case, method);
        differences.extend(exchange.difference());
        if case.method == Method::HEAD {
            let head = Exchange::send(server, case, Method::HEAD);
            differences.extend(head.difference_from_get(&exchange));
            exchanges.push(head);
        }
        exchanges.push(exchange);
    }
    differences.extend(exchanges.iter().filter_map(|exchange| exchange.violations(&description)));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    exchanges
}
