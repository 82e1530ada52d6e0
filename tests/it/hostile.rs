//! Every public function that takes text or bytes, with a megabyte of hostile input.
//!
//! Each function runs in a thread with 64 KiB of stack. It allocates at most a fixed multiple of its input. The test
//! checks this for a megabyte and for a sixteenth of it, because `SECURITY.md` promises linear memory.

use std::fs;
use std::hint::black_box;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::thread;

use chrono::{DateTime, Utc};
use http::header::{AUTHORIZATION, CONTENT_TYPE, FORWARDED, HeaderMap, HeaderName, HeaderValue, LINK, RETRY_AFTER};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use tokenfolio::*;
use url::Url;

use crate::allocations::allocated_by;

const MEGABYTE: usize = 1 << 20;
/// The stack of a thread that runs a function.
const STACK: usize = 64 << 10;
/// The maximum length of a target in `http`.
const MAX_TARGET: usize = 60_000;

/// The bytes that a function may allocate for an empty input.
const FIXED: usize = 64 << 10;

/// A text of any length.
#[derive(Clone, Copy, Debug)]
enum Text {
    /// A repeated text between two other texts.
    Repeated(&'static str, &'static str, &'static str),
    /// Opening texts and the same number of closing texts, between two other texts.
    Nested(&'static str, &'static str, &'static str, &'static str),
    /// A repeated byte that is not UTF-8, between two texts.
    Invalid(&'static str, &'static str),
}

use Text::{Invalid, Nested, Repeated};

impl Text {
    fn of_length(self, length: usize) -> Vec<u8> {
        match self {
            Repeated(before, unit, after) => [before, &unit.repeat(length / unit.len()), after].concat().into_bytes(),
            Nested(before, opening, closing, after) => {
                let levels = length / (opening.len() + closing.len());
                [before, &opening.repeat(levels), &closing.repeat(levels), after].concat().into_bytes()
            }
            Invalid(before, after) => [before.as_bytes(), &vec![0xff; length], after.as_bytes()].concat(),
        }
    }
}

/// A function, the allowed ratio of allocated bytes to input bytes, and its worst inputs.
struct Function {
    name: &'static str,
    multiple: usize,
    inputs: Vec<Text>,
    call: fn(&[u8]),
}

/// Repetitions of these units are the worst inputs of functions that only escape, copy or compare a text.
const UNITS: [&str; 8] = ["a", "\"", "\\", "%", "é", "/", "\u{0}", "\u{202e}"];

fn any_text() -> Vec<Text> {
    UNITS.map(|unit| Repeated("", unit, "")).to_vec()
}

fn repeated(units: &[&'static str]) -> Vec<Text> {
    units.iter().map(|unit| Repeated("", unit, "")).collect()
}

fn query() -> Vec<Text> {
    let mut inputs =
        repeated(&["&", "=", "a=1&", "page=1&", "p%61ge=1&", "page[]=1&", "%", "+", "[", "é", "%zz&", "q&"]);
    inputs.extend([Repeated("page=", "1", ""), Repeated("page=", "0", ""), Repeated("page=", "%31", "")]);
    inputs.extend([Repeated("", "a", "=1"), Nested("", "a[", "]", "=1&page=2")]);
    inputs
}

fn cursor() -> Vec<Text> {
    let mut inputs: Vec<_> =
        ["A", "W1tb", "e30", "eyI", "eyJhIjpbW1t7", "_"].map(|unit| Repeated("cursor=", unit, "")).into();
    inputs.extend([Repeated("", "cursor=A&", ""), Repeated("cursor=", "%41", "")]);
    inputs
}

fn link() -> Vec<Text> {
    let mut inputs = repeated(&["blob:", "../", "a/../", "/", "\\", "\t", "?", "#", "é", "%2e%2e/", "a:", "[", "@"]);
    for (unit, after) in [
        ("a", "/?page=2"),
        ("a.", "/?page=2"),
        ("é", "/?page=2"),
        ("é.", "/?page=2"),
        ("xn--a.", "/?page=2"),
        ("xn--9", "/?page=2"),
        ("1.", "1/?page=2"),
        ("%C3%A9", "/"),
        ("\u{301}", "/"),
        ("@", "h/"),
        (":", "@h/"),
    ] {
        inputs.push(Repeated("https://", unit, after));
    }
    inputs.extend([
        Repeated("https://h:", "0", "1/"),
        Repeated("https://[", ":", "]/"),
        Repeated("", "blob:", "https://h/?page=2"),
    ]);
    inputs.extend([Nested("/", "a/", "../", "?page=2"), Repeated("?page=2&", "a=1&", ""), Repeated("?page=", "9", "")]);
    inputs
}

fn problem() -> Vec<Text> {
    vec![
        Nested("", "[", "]", ""),
        Nested("{\"a\":", "[", "]", "}"),
        Nested("", "{\"a\":", "}", ""),
        Nested("{\"status\":", "[{\"\":", "}]", "}"),
        Repeated("{\"a\":", "[", ""),
        Repeated("{\"a\":[", "[],", "0]}"),
        Repeated("{\"a\":[", "{\"\":0},", "0]}"),
        Repeated("{\"a\":[", "[0],", "0]}"),
        Repeated("{\"a\":[", "[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]],", "0]}"),
        Repeated("{", "\"a\":0,", "\"b\":0}"),
        Repeated("{", "\"a\":[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]],", "\"b\":0}"),
        Repeated("{", "\"title\":\"x\",", "\"b\":0}"),
        Repeated("{\"a\":\"", "\\ud83d", "\"}"),
        Repeated("{\"a\":\"", "\\", ""),
        Repeated("{\"a\":[", "1e999,", "0]}"),
        Repeated("{\"a\":", "9", "}"),
        Repeated("{\"a\":1e", "9", "}"),
        Repeated("{\"a\":0.", "0", "1e1048576}"),
        Repeated("{\"status\":422.", "0", "}"),
        Repeated("", "-", ""),
        Repeated("{\"", "a", "\":0}"),
        Repeated("\u{feff}", "\u{feff}", "{}"),
        Repeated("", " ", "{}"),
        Invalid("", ""),
        Invalid("{\"title\":\"", "\"}"),
    ]
}

fn page() -> Vec<Text> {
    let mut inputs = problem();
    inputs.extend([
        Repeated("{\"data\":[", "{},", ""),
        Repeated("{\"data\":[{\"created_at\":\"", "a", "\"}]}"),
        Repeated("{\"data\":[{\"created_at\":\"", "`: ", "\"}]}"),
        Repeated("{\"data\":[{\"id\":\"", "9", "\"}]}"),
        Repeated("{\"data\":[{\"usage_count\":\"", "0", "\"}]}"),
        Repeated("{\"data\":[{\"usage_count\":\"1e", "9", "\"}]}"),
        Repeated("{\"data\":[{\"allowed_ips\":[", "\"\",", "\"\"]}]}"),
        Repeated("{\"data\":[{\"allowed_ips\":[", "\"::1\",", "\"\"]}]}"),
        Repeated("{\"data\":[],\"meta\":{\"total\":\"", "x", "\"}}"),
        Repeated("{\"meta\":{\"links\":[", "{\"label\":0,\"active\":true},", "0]}}"),
        Nested("{\"meta\":{\"per_page\":", "[", "]", "}}"),
        Nested("{\"data\":", "[", "]", "}"),
        Nested("{\"links\":{\"next\":", "{\"\":", "}", "}}"),
        Nested("{\"x\":", "[", "]", META_AFTER_X),
        Repeated("{", "\"meta\":null,", "\"data\":[]}"),
    ]);
    inputs
}

/// Ends a page whose first member has any value.
const META_AFTER_X: &str =
    r#","data":[],"links":{},"meta":{"current_page":1,"last_page":1,"path":"/t","per_page":20,"total":0}}"#;

fn json_text() -> Vec<Text> {
    let mut inputs = problem();
    inputs.extend([Repeated("\"", "a", "\""), Repeated("\"", "\\u0000", "\""), Repeated("\"", "1", "\"")]);
    inputs.extend([Repeated("\"", "1.", "\""), Repeated("\"", ":", "\""), Repeated("[\"", "/", "\"]")]);
    inputs
}

fn entries() -> Vec<Text> {
    let mut inputs = repeated(&["1.", ":", "/", "0", "0.", "f", "::1\n", "10.0.0.0/8\n", "\n", "é"]);
    inputs.extend([
        Repeated("1.1.1.1/", "1", ""),
        Repeated("::/", "0", ""),
        Repeated("", "00.", "1"),
        Repeated("::", "0:", "1"),
    ]);
    inputs
}

fn credentials() -> Vec<Text> {
    let mut inputs = repeated(&[" ", "\t", "\t ", "=", "Bearer ", "a", "|"]);
    inputs.extend([
        Repeated("Bearer ", " ", "x"),
        Repeated("Bearer ", "a", ""),
        Repeated("Bearer ", "=", ""),
        Repeated("Bearer ", "a ", ""),
    ]);
    inputs
}

fn forwarded() -> Vec<Text> {
    let mut inputs =
        repeated(&[",", ";", "\"", "\"\",", "\\", "=", "a=b;", "a=\"\";", "for=a;", " ", ":", "[", "1.", "é"]);
    inputs.extend([
        Repeated("", "1.1.1.1,", "1.1.1.1"),
        Repeated("", "for=1.1.1.1,", "for=1.1.1.1"),
        Repeated("", "for=\"[::1]:1\", ", "for=a"),
        Repeated("for=\"", "\\1", "\""),
        Repeated("for=\"1.1.1.1:_", "a", "\""),
        Repeated("for=\"[", ":", "]\""),
        Repeated("a=\"", ",", ",for=1.1.1.1"),
    ]);
    inputs
}

fn link_header() -> Vec<Text> {
    let mut inputs =
        repeated(&["<", "<>", ",", ";", "<>;", "<>;rel=next,", "<>;rel,", " ", "<>;=", "\"", "<a>;rel=\"\\"]);
    inputs.extend([
        Repeated("<a>;rel=\"", "next ", "\""),
        Repeated("<a>;rel=\"", "a", "\""),
        Repeated("<a>;rel=\"", "\\", "\""),
        Repeated("<a>;rel=\"", "\\n", "\""),
        Repeated("<a>;", "rel=next;", ""),
        Repeated("<a>;", "anchor;", ""),
        Repeated("<", "a", ">;rel=\"next last prev first\""),
    ]);
    inputs
}

fn date() -> Vec<Text> {
    let mut inputs = repeated(&["1", "0", " ", "Sunday, ", "Sun, ", ",", "é"]);
    inputs.extend([
        Repeated("Sun, ", " ", "06 Nov 1994 08:49:37 GMT"),
        Repeated("Sunday, ", " ", "06-Nov-94 08:49:37 GMT"),
    ]);
    inputs.extend([Repeated("Sun, ", "0", "6 Nov 1994 08:49:37 GMT"), Repeated("Sun Nov  6 08:49:37 ", "1", "")]);
    inputs
}

/// Returns every function.
fn functions() -> Vec<Function> {
    let mut functions = Vec::new();
    let mut add = |name, multiple, inputs, call| functions.push(Function { name, multiple, inputs, call });

    add("AccessToken::new", 16, any_text(), |text| {
        black_box(AccessToken::new(1, &*lossy(text), now()).into_resource(now()));
    });
    add("AllowedIp::deserialize", 24, json_text(), deserialize::<AllowedIp>);
    add("AllowedIp::from_str", 16, entries(), parse::<AllowedIp>);
    add("AllowedIps::deserialize", 64, json_text(), deserialize::<AllowedIps>);
    add("AllowedIps::parse", 64, entries(), |text| {
        let _ = black_box(AllowedIps::parse(lossy(text).lines()));
    });
    add("BearerToken::from_headers", 16, credentials(), |text| {
        let _ = black_box(BearerToken::from_headers(&headers(&AUTHORIZATION, text)));
    });
    add("BearerToken::from_values", 16, credentials(), |text| {
        let _ = black_box(BearerToken::from_values([text]));
    });
    add("Challenge::new", 16, any_text(), |text| {
        let _ = black_box(Challenge::new(&lossy(text)).map(|challenge| challenge.to_header()));
    });
    add("Challenge::with_description", 16, any_text(), |text| {
        let challenge = Challenge::default().with_description(&lossy(text));
        let _ = black_box(challenge.map(|challenge| challenge.to_header()));
    });
    add("Challenge::with_scope", 16, any_text(), |text| {
        let challenge = Challenge::default().with_scope(&lossy(text));
        let _ = black_box(challenge.map(|challenge| challenge.to_header()));
    });
    add("CursorRequest::with_parameters", 256, query(), |text| {
        let text = lossy(text);
        let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let request = list().cursor_request::<serde_json::Value>("").unwrap().with_parameters(pairs);
        let _ = black_box(request.map(|request| request.per_page()));
    });
    add("ExtensionName::from_str", 32, any_text(), |text| {
        let name = lossy(text).parse().unwrap_or(ExtensionName::from_static("text"));
        black_box(Response::from(Problem::new(StatusCode::CONFLICT).with_extension(name, lossy(text))));
    });
    add("LinkStyle::with_gap_label", 16, any_text(), |text| {
        black_box(LinkStyle::default().with_gap_label(lossy(text)));
    });
    add("LinkStyle::with_labels", 16, any_text(), |text| {
        black_box(LinkStyle::default().with_labels(lossy(text), ""));
    });
    add("ListTokens::handle", 64, [credentials(), query(), any_text()].concat(), |text| {
        for list in [list(), list().lenient()] {
            let endpoint = ListTokens::new(MemoryStore::new(), Service, list.with_query_string()).with_link_header();
            black_box(pollster::block_on(endpoint.handle(&parts(text), Some(caller()))));
        }
    });
    add("MetaLink::deserialize", 64, page(), deserialize::<MetaLink>);
    add("Page::deserialize", 64, page(), deserialize::<Page<TokenResource>>);
    let bodies = [Invalid("{\"title\":\"", "\"}"), Nested("{\"data\":", "[", "]", "}"), Repeated("", "a", "/json")];
    add("Page::from_response", 128, bodies.to_vec(), |text| {
        for content_type in ["application/json", Problem::MEDIA_TYPE] {
            let mut response = Response::new(text);
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            let _ = black_box(Page::<TokenResource>::from_response(&response).map_err(|error| error.to_string()));
        }
        let mut response = Response::new("");
        *response.headers_mut() = headers(&CONTENT_TYPE, text);
        let _ = black_box(Page::<TokenResource>::from_response(&response).map_err(|error| error.to_string()));
    });
    add("Page::from_slice", 64, page(), |text| {
        let _ = black_box(Page::<TokenResource>::from_slice(text));
    });
    add("PageLinks::deserialize", 64, page(), deserialize::<PageLinks>);
    add("PageLinks::from_headers", 16, link_header(), |text| {
        black_box(PageLinks::from_headers(&headers(&LINK, text)));
    });
    add("PageMeta::deserialize", 64, page(), deserialize::<PageMeta>);
    add("PageRequest::with_parameters", 256, [any_text(), query()].concat(), |text| {
        let text = lossy(text);
        let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let request = list().request("").unwrap().with_parameters(pairs);
        let request = request.and_then(|request| request.with_parameters([("q", &*text), (&*text, "1")]));
        let _ = black_box(request.map(first_url));
    });
    add("PageWalk::with_cursor_name", 384, [link(), query()].concat(), |text| {
        let mut links = PageLinks::default();
        links.next = Some(lossy(text));
        let walk = PageWalk::new(Url::parse("https://h/a/b?cursor=x").unwrap());
        let _ = black_box(walk.clone().advance(&links));
        let _ = black_box(walk.with_cursor_name(lossy(text)).on_own_url().advance(&links));
    });
    add("PageWalk::with_page_name", 384, [link(), query()].concat(), |text| {
        let mut links = PageLinks::default();
        links.next = Some(lossy(text));
        let walk = PageWalk::new(Url::parse("https://h/a/b?page=1").unwrap());
        let _ = black_box(walk.clone().on_own_url().advance(&links));
        let _ = black_box(walk.with_page_name(lossy(text)).advance(&links));

        // The URL of the client itself.
        links.next = Some("?page=3".to_owned());
        let Ok(requested) = Url::parse("https://h/").unwrap().join(&lossy(text)) else { return };
        let _ = black_box(PageWalk::new(requested.clone()).advance(&links));
        let _ = black_box(PageWalk::new(requested).on_own_url().advance(&links));
    });
    add("Pagination::cursor_request", 64, [query(), cursor()].concat(), |text| {
        for list in [list(), list().lenient(), list().with_query_string()] {
            let request = list.cursor_request::<serde_json::Value>(&lossy(text));
            let _ = black_box(request.map(|request| request.per_page()).map_err(|error| error.to_string()));
        }
    });
    add("Pagination::new", 16, [any_text(), link()].concat(), |text| {
        let _ = black_box(Pagination::new(&lossy(text)));
    });
    add("Pagination::request", 64, query(), |text| {
        for list in [list(), list().lenient(), list().with_query_string(), list().with_query_string().lenient()] {
            let list = list.with_client_size("size", NonZeroU32::MAX).unwrap();
            let _ = black_box(list.request(&lossy(text)).map(first_url).map_err(|error| error.to_string()));
        }
    });
    add("Pagination::with_choice", 64, any_text(), |text| {
        let list = list().with_choice(lossy(text), &["x"]);
        let _ = black_box(list.map(|list| list.request("").map(first_url)));
    });
    add("Pagination::with_client_size", 64, any_text(), |text| {
        let _ = black_box(list().with_client_size(lossy(text), NonZeroU32::MAX));
    });
    add("Pagination::with_cursor_name", 64, any_text(), |text| {
        let _ = black_box(list().with_cursor_name(lossy(text)));
    });
    add("Pagination::with_direction", 64, any_text(), |text| {
        let _ = black_box(list().with_direction(lossy(text)));
    });
    add("Pagination::with_fragment", 32, any_text(), |text| {
        black_box(first_url(list().with_fragment(&lossy(text)).request("").unwrap()));
    });
    add("Pagination::with_page_name", 64, any_text(), |text| {
        let _ = black_box(list().with_page_name(lossy(text)).map(|list| list.request("").map(first_url)));
    });
    add("Pagination::with_status_filter", 64, any_text(), |text| {
        let _ = black_box(list().with_status_filter(lossy(text)));
    });
    add("PageRequest::choice", 64, any_text(), |text| {
        black_box(list().with_choice("x", &["y"]).unwrap().request("").unwrap().choice(&lossy(text)));
    });
    add("CursorRequest::choice", 64, any_text(), |text| {
        let list = list().with_choice("x", &["y"]).unwrap();
        black_box(list.cursor_request::<serde_json::Value>("").unwrap().choice(&lossy(text)));
    });
    add("ParameterError::new", 192, any_text(), |text| {
        let error = || QueryError::from(ParameterError::new(lossy(text), lossy(text)));
        black_box(Response::from(Problem::from(error().and(error()))));
    });
    add("Problem::deserialize", 192, problem(), deserialize::<Problem>);
    add("Problem::extension", 192, problem(), |text| {
        let Ok(problem) = Problem::from_slice(text) else { return };
        black_box(problem.extension(&lossy(text)));
    });
    add("Problem::from_slice", 192, problem(), |text| {
        let Ok(problem) = Problem::from_slice(text) else { return };
        let mut written = Vec::new();
        problem.write_json(&mut written);
        black_box((written, problem.to_string(), problem.trace_id().is_some()));
    });
    add("Problem::instance_url", 256, link(), |text| {
        black_box(Problem::new(StatusCode::CONFLICT).with_instance(&lossy(text)).instance_url(&requested()));
        black_box(read_problem("instance", text).instance_url(&requested()));
    });
    add("Problem::is_media_type", 16, any_text(), |text| {
        black_box(Problem::is_media_type(text));
    });
    add("Problem::type_url", 256, link(), |text| {
        black_box(Problem::new(StatusCode::CONFLICT).with_type(&lossy(text)).type_url(&requested()));
        black_box(read_problem("type", text).type_url(&requested()));
    });
    add("Problem::unauthorized", 32, any_text(), |text| {
        black_box(Problem::unauthorized(&lossy(text)));
    });
    add("Problem::with_detail", 32, any_text(), |text| {
        black_box(Response::from(Problem::new(StatusCode::CONFLICT).with_detail(lossy(text))));
    });
    add("Problem::with_instance", 32, [any_text(), link()].concat(), |text| {
        black_box(Response::from(Problem::new(StatusCode::CONFLICT).with_instance(&lossy(text))));
    });
    add("Problem::with_request", 32, any_text(), |text| {
        black_box(Response::from(Problem::new(StatusCode::CONFLICT).with_request(&parts(text))));
    });
    add("Problem::with_title", 32, any_text(), |text| {
        black_box(Response::from(Problem::new(StatusCode::CONFLICT).with_title(lossy(text))));
    });
    add("Problem::with_type", 32, [any_text(), link()].concat(), |text| {
        black_box(Response::from(Problem::new(StatusCode::CONFLICT).with_type(&lossy(text))));
    });
    add("ReportedStatus::deserialize", 16, json_text(), deserialize::<ReportedStatus>);
    add("ReportedStatus::from", 16, any_text(), |text| {
        black_box(ReportedStatus::from(&*lossy(text)).to_string());
    });
    add("TokenId::deserialize", 24, json_text(), deserialize::<TokenId>);
    add("TokenId::from_str", 16, repeated(&["0", "9", "-", "+", " "]), parse::<TokenId>);
    add("TokenOrder::from_str", 16, any_text(), parse::<TokenOrder>);
    add("TokenResource::deserialize", 64, page(), deserialize::<TokenResource>);
    add("TokenStatus::deserialize", 24, json_text(), deserialize::<TokenStatus>);
    add("TokenStatus::from_str", 16, any_text(), parse::<TokenStatus>);
    add("TraceId::from_request_parts", 16, repeated(&["0", "-", "00-", "a"]), |text| {
        black_box(TraceId::from_request_parts(&parts(text)));
    });
    add("TraceId::from_str", 16, any_text(), parse::<TraceId>);
    add("TraceId::from_traceparent", 16, repeated(&["0", "-", "00-", "a"]), |text| {
        black_box(TraceId::from_traceparent(text));
    });
    add("TrustedProxies::client", 16, forwarded(), |text| {
        let all = || AllowedIps::parse(["0.0.0.0/0", "::/0"]).unwrap();
        let x_forwarded_for = headers(&HeaderName::from_static("x-forwarded-for"), text);
        black_box(TrustedProxies::x_forwarded_for(all()).client(caller(), &x_forwarded_for));
        black_box(TrustedProxies::forwarded(all()).client(caller(), &headers(&FORWARDED, text)));
    });
    add("authenticate", 16, credentials(), |text| {
        let parts = parts(text);
        let authenticated =
            pollster::block_on(authenticate(&Service, &Challenge::default(), &parts, Some(caller()), now()));
        let _ = black_box(authenticated.map_err(Response::from));
    });
    add("parse_retry_after", 16, date(), |text| {
        black_box(parse_retry_after(&headers(&RETRY_AFTER, text), now()));
    });
    functions
}

#[test]
fn hostile_input_takes_linear_memory_and_a_small_stack() {
    let mut failures = Vec::new();
    for function in functions() {
        for input in &function.inputs {
            for length in [MEGABYTE / 16, MEGABYTE] {
                let text = input.of_length(length);
                let allocated = in_small_thread(|| (function.call)(&text));
                if allocated > function.multiple * length + FIXED {
                    failures.push(format!("{}: {allocated} bytes for {length} of {input:?}", function.name));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_function_that_takes_text_or_bytes_is_tested() {
    let mut listed: Vec<_> = functions().iter().map(|function| function.name.to_owned()).collect();
    let mut public = Vec::new();
    for_each_source(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |source| {
        public.extend(takes_text(source));
    });
    const PRIVATE: [&str; 6] =
        ["Counting::", "Extension::", "Levels::", "MemberLinks::", "Members::", "UnnamedMembers::"];
    public.retain(|name| !PRIVATE.iter().any(|of| name.starts_with(of)));
    listed.sort_unstable();
    public.sort_unstable();
    assert_eq!(listed, public);
}

/// Returns the number of bytes that a call allocates in a thread with a small stack.
fn in_small_thread(call: impl FnOnce() + Send) -> usize {
    thread::scope(|scope| {
        let small = thread::Builder::new().stack_size(STACK);
        let thread = small.spawn_scoped(scope, || allocated_by(call)).expect("a thread");
        thread.join().expect("a call that returns")
    })
}

/// Calls a function with each source file of the library. The contract suite is skipped, because it is a test.
fn for_each_source(folder: &Path, visit: &mut impl FnMut(&str)) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            if !path.ends_with("contract") {
                for_each_source(&path, visit);
            }
        } else {
            visit(&fs::read_to_string(&path).expect("a readable file"));
        }
    }
}

/// Returns the public functions of a source that take text, bytes, headers, requests or responses. They include
/// `Deserialize` and the conversions from text.
fn takes_text(source: &str) -> Vec<String> {
    const TAKES: [&str; 13] = [
        "&str",
        "&[u8]",
        "&'v [u8]",
        "String",
        "Cow<",
        "AsRef<",
        "Arc<str>",
        "HeaderMap",
        "&Url",
        "&Parts",
        "Response<",
        "Uri",
        "Request<",
    ];
    let mut found = Vec::new();
    let mut subject = "";
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(record) = line.strip_prefix("read_object!(") {
            let name = record.split(['<', ':']).next().unwrap_or_default();
            found.push(format!("{name}::deserialize"));
        }
        if line.starts_with("impl") {
            let header = line.trim_end_matches(['{', ' ']);
            let (of, name) = header.rsplit_once(" for ").unwrap_or(("", after_generics(header)));
            subject = name.split(['<', ' ']).next().unwrap_or_default();
            for (conversion, function) in
                [("FromStr", "from_str"), ("Deserialize<'de>", "deserialize"), ("From<&str>", "from")]
            {
                if of.ends_with(conversion) {
                    found.push(format!("{subject}::{function}"));
                }
            }
        }
        let is_method = line.starts_with("    pub fn ") || line.starts_with("    pub async fn ");
        let is_function = line.starts_with("pub fn ") || line.starts_with("pub async fn ");
        if !is_method && !is_function {
            continue;
        }
        let mut signature = line.to_owned();
        while !signature.ends_with(['{', ';']) {
            signature.push(' ');
            signature += lines.next().expect("the end of a signature");
        }
        let (_, rest) = signature.split_once("fn ").expect("a function");
        let name = rest.split(['(', '<']).next().unwrap_or_default();
        let arguments = rest.split(") ->").next().unwrap_or_default();
        let bounds = rest.split_once(" where ").map_or("", |(_, bounds)| bounds);
        if TAKES.iter().any(|takes| arguments.contains(takes) || bounds.contains(takes)) {
            found.push(if is_method { format!("{subject}::{name}") } else { name.to_owned() });
        }
    }
    found
}

/// Returns the type of an `impl` block without a trait: the text after `impl` and its parameters.
fn after_generics(header: &str) -> &str {
    let mut depth = 0;
    let is_end = |c: char| {
        depth += i32::from(c == '<') - i32::from(c == '>');
        depth == 0 && c == ' '
    };
    header.split_once(is_end).map_or(header, |(_, name)| name)
}

#[test]
fn functions_that_take_text_are_found() {
    let source = "
impl A {
    pub fn a(&self, text: &str) -> u8 {
    pub fn b(&self, number: u8) -> &str {
    pub(crate) fn c(text: &str) {
    pub fn d<T>(
        self,
        bytes: &[u8],
    ) -> u8 {
}
impl<T: B<T>> C<T> {
    pub async fn e(&self, headers: &HeaderMap) {
}
impl FromStr for D {
impl<'de> Deserialize<'de> for E {
impl From<&str> for F {
impl From<u8> for G {
read_object!(H<T>: \"h\" {
pub fn f(parts: &Parts) {
pub fn g<T>(texts: T) -> u8
where
    T: AsRef<str>,
{
pub fn h() -> String {
";
    let expected = ["A::a", "A::d", "C::e", "D::from_str", "E::deserialize", "F::from", "H::deserialize", "f", "g"]
        .map(str::to_owned);
    assert_eq!(takes_text(source), expected);
}

fn deserialize<T: DeserializeOwned>(text: &[u8]) {
    let _ = black_box(serde_json::from_slice::<T>(text));
}

fn parse<T: std::str::FromStr>(text: &[u8]) {
    let _ = black_box(lossy(text).parse::<T>().is_ok());
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn headers(name: &HeaderName, value: &[u8]) -> HeaderMap {
    HeaderValue::from_bytes(value).into_iter().map(|value| (name.clone(), value)).collect()
}

/// Returns a request with a text in every header that the endpoint reads. The path and the query contain the part of
/// the text that fits.
fn parts(text: &[u8]) -> Parts {
    let is_target = |byte: &&u8| byte.is_ascii_graphic() && !b"#?\"<>\\^`{|}".contains(byte);
    let target: Vec<u8> = text.iter().filter(is_target).copied().take(MAX_TARGET / 2).collect();
    let target = lossy(&target);
    let request = Request::get(format!("/{target}?{target}")).body(()).expect("a request");
    let mut parts = request.into_parts().0;
    for name in [AUTHORIZATION, HeaderName::from_static("traceparent")] {
        parts.headers.extend(headers(&name, text));
    }
    parts
}

fn read_problem(member: &str, text: &[u8]) -> Problem {
    serde_json::from_value(serde_json::json!({ member: lossy(text) })).expect("a problem")
}

/// Returns a list that preserves parameters of any length.
fn list() -> Pagination {
    Pagination::new("/t").unwrap().with_max_query_len(usize::MAX)
}

fn first_url(request: PageRequest) -> String {
    request.paginate(vec![()], 1).first_url()
}

fn requested() -> Url {
    Url::parse("https://h/a/b?c").expect("a URL")
}

fn caller() -> IpAddr {
    [127, 0, 0, 1].into()
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

/// A service that accepts any secret, for one owner.
struct Service;

impl Authenticator for Service {
    type Owner = u8;

    async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<u8>>, StoreError> {
        Ok(Some(Authenticated::new(1, AccessToken::new(1, "CI", now()))))
    }
}
