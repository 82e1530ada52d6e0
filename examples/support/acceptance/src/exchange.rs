//! What was sent and what came back.

use std::borrow::Cow;

use http::Method;
use tokenfolio_openapi::Description;

use crate::case::Case;
use crate::connection::Answer;
use crate::expected::{Expected, Whole};
use crate::server::Server;

/// A case that was tried on a server.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What was tried.
    pub case: Case,
    /// The method that was sent.
    pub method: Method,
    /// What came back; `None` if the server closed the connection.
    pub answer: Option<Answer>,
    /// The server's origin.
    pub url: String,
    pub(crate) framework: String,
}

impl Exchange {
    /// Sends the case's request on a connection of its own.
    fn try_on(server: &Server, case: &Case, method: Method) -> Self {
        let mut connection = server.connect();
        connection.send(case.bytes(&method, &server.announced));
        let answer = connection.answer_to(&method);
        let (url, framework) = (server.announced.url.clone(), server.framework.clone());
        Self { case: case.clone(), method, answer, url, framework }
    }

    /// Returns the request's target as it was sent.
    #[must_use]
    pub fn target(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.case.target)
    }

    /// Tells whether the framework refused the request, and may.
    fn is_refused(&self) -> bool {
        let refusals = match self.expected() {
            Expected::Refused(statuses) => statuses,
            _ => self.case.refusals,
        };
        match &self.answer {
            Some(answer) => refusals.contains(&answer.status().as_u16()),
            None => !refusals.is_empty(),
        }
    }

    fn expected(&self) -> &Expected {
        self.case.expected_of(&self.framework)
    }

    /// Tells how the answer differs from the one that is expected.
    fn difference(&self) -> Option<String> {
        if self.is_refused() {
            return None;
        }
        let expected = self.expected().whole(self);
        let came = self.answer.as_ref().map(Whole::of);
        (expected.is_none() || came != expected).then(|| self.report(expected.as_ref(), came.as_ref()))
    }

    /// Tells how the answer to HEAD differs from that to GET.
    fn difference_from(&self, get: &Self) -> Option<String> {
        let [head, get] = [self, get].map(|exchange| exchange.answer.as_ref().map(Whole::of));
        let get = get.map(|get| Whole { body: String::new(), ..get });
        (head != get).then(|| self.report(get.as_ref(), head.as_ref()))
    }

    /// Tells how the answer differs from what `openapi.json` says of the endpoint's.
    fn difference_from_described(&self, description: &Description) -> Option<String> {
        let Self { framework, method, case, .. } = self;
        let is_described = self.expected().is_of_endpoint() && !self.is_refused();
        let complaints = description.complaints(method, self.answer.as_ref().filter(|_| is_described)?);
        (!complaints.is_empty()).then(|| format!("{framework}: {method} {}\n  {}", case.name, complaints.join("\n  ")))
    }

    fn report(&self, expected: Option<&Whole>, came: Option<&Whole>) -> String {
        let Self { framework, method, case, .. } = self;
        format!("{framework}: {method} {}\n  expected {expected:?}\n  got      {came:?}", case.name)
    }
}

/// Sends the requests of all cases to a server, one after the other, and returns what came back. A HEAD is sent as GET
/// too, and the answers must agree.
///
/// # Panics
///
/// If an answer is not the one that its case expects, or not as `openapi.json` describes it.
#[must_use]
#[track_caller]
pub fn run(server: &Server, cases: &[Case]) -> Vec<Exchange> {
    let description = Description::packaged();
    let (mut exchanges, mut differences) = (Vec::new(), Vec::new());
    for case in cases {
        let method = if case.method == Method::HEAD { Method::GET } else { case.method.clone() };
        let exchange = Exchange::try_on(server, case, method);
        differences.extend(exchange.difference());
        if case.method == Method::HEAD {
            let head = Exchange::try_on(server, case, Method::HEAD);
            differences.extend(head.difference_from(&exchange));
            exchanges.push(head);
        }
        exchanges.push(exchange);
    }
    differences.extend(exchanges.iter().filter_map(|exchange| exchange.difference_from_described(&description)));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    exchanges
}
