//! The trace id of a request: the service's own, or from W3C Trace Context.

use http::request::{Builder, Parts};
use tokenfolio::TraceId;

const VALID: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn of_traceparent(value: &[u8]) -> Option<String> {
    TraceId::from_traceparent(value).map(|id| id.to_string())
}

/// Parses a `traceparent` by W3C Trace Context, section 3.2, byte by byte.
fn model(value: &[u8]) -> Option<String> {
    let is_hex = |byte: u8| b"0123456789abcdef".contains(&byte);
    for index in 0..55 {
        let byte = *value.get(index)?;
        let fits = if [2, 35, 52].contains(&index) { byte == b'-' } else { is_hex(byte) };
        if !fits {
            return None;
        }
    }
    let trace = &value[3..35];
    let parent = &value[36..52];
    let is_named = |id: &[u8]| id.iter().any(|digit| *digit != b'0');
    let ends_well = match (&value[..2], value.get(55)) {
        (b"ff", _) => false,
        (_, None) => true,
        (version, Some(next)) => version != b"00" && *next == b'-',
    };
    (is_named(trace) && is_named(parent) && ends_well).then(|| String::from_utf8(trace.to_vec()).unwrap())
}

#[test]
fn the_trace_of_a_traceparent_is_the_id() {
    assert_eq!(of_traceparent(VALID.as_bytes()).as_deref(), Some(TRACE));
}

#[test]
fn every_byte_at_every_position_is_accepted_as_the_grammar_says() {
    let valid = [
        VALID,
        "00-00000000000000000000000000000001-0000000000000001-00",
        "00-10000000000000000000000000000000-1000000000000000-ff",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
        "fe-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "f0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ];
    for valid in valid.map(str::as_bytes) {
        assert!(model(valid).is_some());
        for index in 0..=valid.len() {
            let (before, after) = valid.split_at(index);
            let agree = |value: &[u8]| {
                assert_eq!(of_traceparent(value), model(value), "{:?}", String::from_utf8_lossy(value));
            };
            agree(before);
            agree(after);
            for byte in 0..=u8::MAX {
                agree(&[before, &[byte], after].concat());
                if let Some(rest) = after.get(1..) {
                    agree(&[before, &[byte], rest].concat());
                }
            }
        }
    }
}

#[test]
fn an_invalid_traceparent_is_ignored() {
    let long = format!("{VALID}{}", "0".repeat(3_000));
    for value in [
        "",
        "00",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-011",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01extra",
        "00-<script>alert(1)</script>-b7ad6b7169203331-01",
        &long,
    ] {
        assert_eq!(of_traceparent(value.as_bytes()), None, "{value}");
    }
}

#[test]
fn a_future_version_may_append_fields() {
    for value in [
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra-\u{e9}",
    ] {
        assert_eq!(of_traceparent(value.as_bytes()).as_deref(), Some(TRACE), "{value}");
    }
}

fn parts(request: Builder) -> Parts {
    request.body(()).unwrap().into_parts().0
}

fn of(parts: &Parts) -> Option<String> {
    TraceId::from_request_parts(parts).map(|id| id.as_str().to_owned())
}

#[test]
fn a_request_has_the_id_of_its_traceparent() {
    assert_eq!(of(&parts(http::Request::get("/").header("traceparent", VALID))).as_deref(), Some(TRACE));
    assert_eq!(of(&parts(http::Request::get("/").header("TraceParent", VALID))).as_deref(), Some(TRACE));
    assert_eq!(of(&parts(http::Request::get("/").header("traceparent", "00-x"))), None);
    assert_eq!(of(&parts(http::Request::get("/").header("tracestate", VALID))), None);
    assert_eq!(of(&parts(http::Request::get("/"))), None);
}

#[test]
fn several_traceparents_are_ignored() {
    let other = "00-11111111111111111111111111111111-b7ad6b7169203331-01";
    for (first, second) in [(VALID, VALID), (VALID, other), (VALID, "bad"), ("bad", VALID)] {
        let request = http::Request::get("/").header("traceparent", first).header("traceparent", second);
        assert_eq!(of(&parts(request)), None, "{first} {second}");
    }
}

#[test]
fn the_services_id_takes_precedence() {
    let own: TraceId = "request-7".parse().unwrap();
    for request in [
        http::Request::get("/"),
        http::Request::get("/").header("traceparent", VALID),
        http::Request::get("/").header("traceparent", VALID).header("traceparent", VALID),
    ] {
        assert_eq!(of(&parts(request.extension(own.clone()))).as_deref(), Some("request-7"));
    }
}

#[test]
fn an_own_id_is_1_to_128_visible_ascii_characters() {
    let message = "trace id must be 1 to 128 characters of visible ASCII";
    for length in 0..=300 {
        let text = "x".repeat(length);
        let id = text.parse::<TraceId>();
        assert_eq!(id.is_ok(), (1..=128).contains(&length), "{length}");
        match id {
            Ok(id) => assert_eq!(id.as_str(), text),
            Err(error) => assert_eq!(error.to_string(), message),
        }
    }
    for c in '\0'..='\u{ff}' {
        let text = format!("a{c}b");
        assert_eq!(text.parse::<TraceId>().is_ok(), ('!'..='~').contains(&c), "{c:?}");
        assert_eq!(c.to_string().parse::<TraceId>().is_ok(), ('!'..='~').contains(&c), "{c:?}");
    }
    assert!("é".repeat(65).parse::<TraceId>().is_err());
}

#[test]
fn an_id_is_displayed_as_its_text() {
    let id: TraceId = "b4f5aa7a-1470".parse().unwrap();
    assert_eq!(format!("{id}|{id:>15}"), "b4f5aa7a-1470|  b4f5aa7a-1470");
}

#[test]
fn an_id_is_usable_as_text() {
    let id: TraceId = "req-1".parse().unwrap();
    let text: &str = id.as_ref();
    assert_eq!((text, id.as_str()), ("req-1", "req-1"));
}
