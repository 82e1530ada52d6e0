//! The rules for responses that differ from Laravel's, each with its reason.
//!
//! A rule turns a response of Laravel into the response of the endpoint. Everything else must be equal.

use http::Method;
use serde_json::Value;
use tokenfolio::BearerToken;

use super::answer::{Body, Expected, Request};
use super::service::{CLOCK, ORIGIN, Service, decoded};

/// The route whose links preserve the query.
const PRESERVES_QUERY: &str = "/api/v2/me/tokens";

type Rule = fn(&Service, &Request, &mut Expected);

/// The rules by name. They apply in this order.
pub(super) const RULES: [(&str, Rule); 16] = [
    ("trailing slash", trailing_slash),
    ("OPTIONS", options),
    ("method override", method_override),
    ("JSON body", json_body),
    ("second question mark", second_question_mark),
    ("no login route", no_login_route),
    ("whitespace around credentials", whitespace),
    ("several credentials", several_credentials),
    ("expiry at the instant", expiry),
    ("long query", long_query),
    ("problem body", problem_body),
    ("page beyond the integers", float_positions),
    ("last use of the presented token", last_use),
    ("base of links", base),
    ("gap", gap),
    ("preserved query", preserved_query),
];

/// A URL with a trailing slash is another URL. Laravel ignores slashes at the start and the end of a path.
fn trailing_slash(service: &Service, request: &Request, expected: &mut Expected) {
    let trimmed = format!("/{}", request.path().trim_matches('/'));
    if service.route(request.path()).is_none() && service.route(&trimmed).is_some() {
        reject(expected, 404, request);
    }
}

/// The endpoint has two methods. CORS is a task of the service, and a preflight request does not reach the endpoint.
fn options(service: &Service, request: &Request, expected: &mut Expected) {
    if request.method == Method::OPTIONS && service.route(request.path()).is_some() {
        reject(expected, 405, request);
    }
}

/// The endpoint uses the method of the request. Laravel also reads a method from a header or a form field of a POST.
fn method_override(service: &Service, request: &Request, expected: &mut Expected) {
    let is_read = matches!(request.method, Method::GET | Method::HEAD);
    if !is_read && service.route(request.path()).is_some() && expected.status != 405 {
        reject(expected, 405, request);
    }
}

/// The body of a GET has no meaning (RFC 9110, section 9.3.1). Laravel reads the page from it if it is JSON.
fn json_body(service: &Service, request: &Request, expected: &mut Expected) {
    let is_json = request.values("content-type").any(|media_type| media_type.contains("json"));
    if request.body.is_some() && is_json && service.route(request.path()).is_some() && expected.status == 200 {
        expected.body = Body::OfRequest(Request { body: None, ..request.clone() });
    }
}

/// A query starts after the first question mark, so a second question mark is part of the first parameter's name. PHP's
/// development server ignores it.
fn second_question_mark(_: &Service, request: &Request, expected: &mut Expected) {
    if request.query().starts_with('?') && expected.status == 200 {
        let rest = request.query().split_once('&').map_or("", |(_, rest)| rest);
        let target = format!("{}?{rest}", request.path());
        expected.body = Body::OfRequest(Request { target, ..request.clone() });
    }
}

/// A request without a valid token is a 401. Laravel redirects a browser to the route `login`, and fails without one.
fn no_login_route(_: &Service, request: &Request, expected: &mut Expected) {
    if expected.status == 500 {
        reject(expected, 401, request);
    }
}

/// The endpoint ignores several spaces before a token and whitespace around a header value (RFC 9110, sections 5.5 and
/// 11.4). Laravel treats them as a part of the token.
fn whitespace(_: &Service, request: &Request, expected: &mut Expected) {
    let mut values = request.values("authorization");
    let (Some(value), None) = (values.next(), values.next()) else { return };
    let value = value.trim_matches([' ', '\t']);
    let Some((scheme, token)) = value.split_once(' ') else { return };
    let clean = format!("{scheme} {}", token.trim_start_matches(' '));
    if expected.status != 401 || request.values("authorization").any(|value| value == clean) {
        return;
    }
    let mut without = request.clone();
    for (name, value) in &mut without.headers {
        if name.eq_ignore_ascii_case("authorization") {
            value.clone_from(&clean);
        }
    }
    expected.body = Body::OfRequest(without);
}

/// A request must have one `Authorization` header with one token. Laravel uses the text from the last `Bearer ` to the next
/// comma.
fn several_credentials(_: &Service, request: &Request, expected: &mut Expected) {
    let is_accepted = expected.status == 200 && !expected.used.is_empty();
    if is_accepted && BearerToken::from_values(request.values("authorization").map(str::as_bytes)).is_err() {
        reject(expected, 401, request);
    }
}

/// A token has expired at the instant of `expires_at`. In Laravel it expires after that second.
fn expiry(service: &Service, request: &Request, expected: &mut Expected) {
    let is_expired = |id| service.rows[id].expires_at.as_deref() == Some(CLOCK);
    if expected.used.iter().any(is_expired) {
        reject(expected, 401, request);
    }
    for token in tokens(expected) {
        if token["expires_at"] == CLOCK {
            token["status"] = "expired".into();
        }
    }
}

/// A preserved query has at most 1,024 bytes. In Laravel it has no limit.
fn long_query(service: &Service, request: &Request, expected: &mut Expected) {
    let is_preserved = service.route(request.path()) == Some(PRESERVES_QUERY);
    // The last `&` is not counted.
    if is_preserved && expected.status == 200 && preserved(request.query()).len() > 1_024 + 1 {
        reject(expected, 414, request);
    }
}

/// An error is a problem (RFC 9457). In Laravel it is a message, or an HTML page.
fn problem_body(_: &Service, _: &Request, expected: &mut Expected) {
    let is_message = match &expected.body {
        Body::Html => true,
        Body::Json(body) => body.get("message").is_some(),
        Body::Empty | Body::OfRequest(_) | Body::Problem => false,
    };
    if expected.status >= 400 && is_message {
        expected.body = Body::Problem;
    }
}

/// A page past the end is empty, even if its number is very large. In Laravel, the position of its first row then
/// overflows. The response has the rows of another page, and the positions are floating-point numbers.
fn float_positions(_: &Service, _: &Request, expected: &mut Expected) {
    if let Body::Json(body) = &mut expected.body
        && body["meta"]["from"].is_f64()
    {
        body["data"] = Value::Array(Vec::new());
        body["meta"]["from"] = Value::Null;
        body["meta"]["to"] = Value::Null;
    }
}

/// Usage is written after the response, in batches. Laravel writes it before it reads the rows.
fn last_use(service: &Service, _: &Request, expected: &mut Expected) {
    let used = expected.used.clone();
    for token in tokens(expected) {
        if let Some(id) = used.iter().find(|id| token["id"] == **id) {
            token["last_used_at"] = service.rows[id].last_used_at.clone().into();
        }
    }
}

/// Links start with the configured URL. In Laravel they contain the `Host` header and the path of the request.
fn base(service: &Service, request: &Request, expected: &mut Expected) {
    let Some(route) = service.route(request.path()) else { return };
    let Body::Json(body) = &expected.body else { return };
    let Some(path) = body["meta"]["path"].as_str().map(str::to_owned) else { return };
    for url in urls(expected) {
        if let Value::String(text) = url
            && let Some(rest) = text.strip_prefix(&path)
        {
            *text = format!("{ORIGIN}{route}{rest}");
        }
    }
}

/// Every entry of the array of links has the member `page`. In Laravel, a gap (`...`) does not have it.
fn gap(_: &Service, _: &Request, expected: &mut Expected) {
    if let Body::Json(body) = &mut expected.body
        && let Some(links) = body["meta"]["links"].as_array_mut()
    {
        for link in links.iter_mut().filter(|link| link["label"] == "...") {
            link["page"] = Value::Null;
        }
    }
}

/// A preserved query is not changed. Laravel encodes the parameters that PHP has parsed.
fn preserved_query(service: &Service, request: &Request, expected: &mut Expected) {
    if service.route(request.path()) != Some(PRESERVES_QUERY) {
        return;
    }
    let preserved = preserved(request.query());
    for url in urls(expected) {
        if let Value::String(text) = url
            && let Some((path, query)) = text.split_once('?')
        {
            let page = query.rsplit('&').next().unwrap_or_default();
            *text = format!("{path}?{preserved}{page}");
        }
    }
}

/// Returns the parameters of a query without the page, each followed by `&`. Characters that a URL cannot hold are escaped.
fn preserved(query: &str) -> String {
    let is_page = |parameter: &str| {
        let name = decoded(parameter.split('=').next().unwrap_or_default());
        name == "page" || name.starts_with("page[")
    };
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty() && !is_page(parameter));
    let mut preserved = String::new();
    for parameter in parameters {
        for (index, byte) in parameter.bytes().enumerate() {
            let is_escape = || {
                parameter
                    .get(index + 1..index + 3)
                    .is_some_and(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
            };
            let is_allowed = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte);
            if is_allowed || byte == b'%' && is_escape() {
                preserved.push(byte.into());
            } else {
                preserved.push_str(&format!("%{byte:02X}"));
            }
        }
        preserved.push('&');
    }
    preserved
}

/// Replaces a response by a problem.
fn reject(expected: &mut Expected, status: u16, request: &Request) {
    let body = if request.method == Method::HEAD { Body::Empty } else { Body::Problem };
    *expected = Expected { status, body, used: Vec::new() };
}

/// Returns the tokens of a page.
fn tokens(expected: &mut Expected) -> impl Iterator<Item = &mut Value> {
    let body = if let Body::Json(body) = &mut expected.body { Some(body) } else { None };
    body.and_then(|body| body.get_mut("data")?.as_array_mut()).into_iter().flatten()
}

/// Returns the URLs of a page, and its path.
fn urls(expected: &mut Expected) -> Vec<&mut Value> {
    let Body::Json(Value::Object(body)) = &mut expected.body else { return Vec::new() };
    let mut urls = Vec::new();
    for (name, member) in body {
        match (&**name, member) {
            ("links", Value::Object(links)) => urls.extend(links.values_mut()),
            ("meta", Value::Object(meta)) => {
                for (name, member) in meta {
                    match (&**name, member) {
                        ("path", path) => urls.push(path),
                        ("links", Value::Array(links)) => {
                            urls.extend(links.iter_mut().filter_map(|link| link.get_mut("url")));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    urls
}
