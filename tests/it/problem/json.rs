//! The JSON of a problem.

use http::StatusCode;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokenfolio::Problem;

use super::{name, read, status, trace_id, written};

#[test]
fn the_documented_example_is_written_byte_for_byte() {
    let problem = Problem::unauthorized("/api/v1/me").with_trace_id(&trace_id("b4f5aa7a-1470-4d92-8d3c-98e7c7de9f5f"));
    assert_eq!(
        written(&problem),
        concat!(
            r#"{"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication failed","#,
            r#""instance":"/api/v1/me","trace_id":"b4f5aa7a-1470-4d92-8d3c-98e7c7de9f5f"}"#,
        )
    );
}

#[test]
fn members_have_one_order_after_any_order_of_setters() {
    let problem = Problem::new(StatusCode::FORBIDDEN)
        .with_extension(name("accounts"), json!(["/a"]))
        .with_extension(name("balance"), 30)
        .with_trace_id(&trace_id("t-1"))
        .with_instance("/i")
        .with_detail("d")
        .with_title("T")
        .with_type("https://e.test/p");
    assert_eq!(
        written(&problem),
        concat!(
            r#"{"type":"https://e.test/p","title":"T","status":403,"detail":"d","instance":"/i","trace_id":"t-1","#,
            r#""accounts":["/a"],"balance":30}"#,
        )
    );
    assert_eq!(problem.trace_id(), Some("t-1"));
}

#[test]
fn a_member_that_is_set_again_keeps_its_position() {
    let mut problem = Problem::new(StatusCode::NOT_FOUND).with_detail("first").with_detail("second");
    for (text, value) in [("one", 1), ("two", 2), ("one", 3)] {
        problem = problem.with_extension(name(text), value);
    }
    problem = problem.with_trace_id(&trace_id("t-1")).with_trace_id(&trace_id("t-2"));
    let expected =
        r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"second","trace_id":"t-2","one":3,"two":2}"#;
    assert_eq!(written(&problem), expected);
    let problem = problem.with_extension(name("trace_id"), "t-3");
    assert_eq!(written(&problem), expected.replace("t-2", "t-3"));
    let extensions: Vec<_> = problem.extensions().map(|(name, _)| name).collect();
    assert_eq!(extensions, ["trace_id", "one", "two"]);
}

#[test]
fn a_problem_without_members_is_about_blank() {
    for json in [
        "{}",
        r#"{"type":5,"title":["x"],"status":"401","detail":null,"instance":{}}"#,
        r#"{"type":null,"title":1,"status":null,"detail":true,"instance":[]}"#,
    ] {
        let problem = read(json);
        assert_eq!(problem.type_uri(), "about:blank");
        assert_eq!((problem.title(), problem.status(), problem.detail(), problem.instance()), (None, None, None, None));
        assert_eq!((problem.trace_id(), problem.extensions().count()), (None, 0));
        assert_eq!(written(&problem), r#"{"type":"about:blank"}"#);
        assert_eq!(problem.to_string(), "about:blank");
    }
}

#[test]
fn extensions_keep_their_order() {
    let json = r#"{"type":"https://e.x/p","status":403,"balance":30,"accounts":["/a"]}"#;
    let problem = read(json);
    assert_eq!(problem.type_uri(), "https://e.x/p");
    assert_eq!(problem.status(), Some(StatusCode::FORBIDDEN));
    let extensions: Vec<_> = problem.extensions().collect();
    assert_eq!(extensions, [("balance", &json!(30)), ("accounts", &json!(["/a"]))]);
    assert_eq!(problem.extension("balance"), Some(&json!(30)));
    assert_eq!(problem.extension("nothing"), None);
    assert_eq!(written(&problem), json);
}

#[test]
fn a_status_is_a_whole_number_from_100_to_999_or_ignored() {
    for (json, expected) in [
        ("100", Some(100)),
        ("401", Some(401)),
        ("999", Some(999)),
        ("99", None),
        ("1000", None),
        ("0", None),
        ("-1", None),
        ("-401", None),
        ("401.0", Some(401)),
        ("4.22e2", Some(422)),
        ("4220e-1", Some(422)),
        ("1e2", Some(100)),
        ("-0.0", None),
        ("65937.0", None),
        ("401.5", None),
        ("65937", None),
        ("4294967697", None),
        ("18446744073709551615", None),
        ("1e300", None),
        ("\"401\"", None),
        ("[401]", None),
    ] {
        let problem = read(&format!(r#"{{"status":{json}}}"#));
        assert_eq!(problem.status().map(|status| status.as_u16()), expected, "{json}");
    }
}

#[test]
fn json_that_is_not_an_object_is_an_error() {
    // These are deep and unterminated.
    let deep = ["[", "{\"a\":", "{\"status\":["].map(|opening| opening.repeat(64 << 10));
    let mut texts =
        vec!["", " ", "[]", "\"x\"", "1", "null", "true", "{", "{}}", "{\"a\"}", "not json", "{'a':1}", "{} {}"];
    texts.extend(deep.iter().map(String::as_str));
    for text in texts {
        assert!(Problem::from_slice(text.as_bytes()).is_err(), "{:?}", &text[..text.len().min(20)]);
    }
}

/// Returns a value that nests arrays and objects alternately.
fn nested(levels: usize) -> String {
    let openings: String = (0..levels).map(|level| if level % 2 == 0 { "[" } else { "{\"a\":" }).collect();
    let closings: String = (0..levels).rev().map(|level| if level % 2 == 0 { "]" } else { "}" }).collect();
    format!("{openings}7{closings}")
}

/// RFC 9457, section 3.2: a client ignores extensions that it does not recognize.
#[test]
fn a_deep_extension_is_dropped_and_the_problem_survives() {
    for (levels, is_kept) in
        [(0, true), (1, true), (16, true), (17, false), (127, false), (128, false), (100_000, false)]
    {
        let json = format!(r#"{{"deep":{},"title":"T","balance":30}}"#, nested(levels));
        for problem in [read(&json), serde_json::from_str(&json).unwrap()] {
            let extensions: Vec<_> = problem.extensions().map(|(name, _)| name).collect();
            assert_eq!(extensions, if is_kept { &["deep", "balance"][..] } else { &["balance"] }, "{levels}");
            assert_eq!(problem.title(), Some("T"), "{levels}");
        }
    }
    // The extension is dropped completely, and everything else remains.
    let problem = read(&format!(r#"{{"deep":[1,{{"a":{0},"b":{0}}},2],"deep2":{{"a":{0}}},"title":"T"}}"#, nested(20)));
    assert_eq!(written(&problem), r#"{"type":"about:blank","title":"T"}"#);
    // The last duplicate wins, even if it is dropped.
    assert_eq!(written(&read(&format!(r#"{{"one":1,"one":{}}}"#, nested(17)))), r#"{"type":"about:blank"}"#);
    assert_eq!(written(&read(&format!(r#"{{"one":{},"one":1}}"#, nested(17)))), r#"{"type":"about:blank","one":1}"#);
    // A deep standard member has the wrong type.
    for name in ["type", "title", "status", "detail", "instance"] {
        let json = format!(r#"{{"{name}":{},"balance":30}}"#, nested(100_000));
        assert_eq!(written(&read(&json)), r#"{"type":"about:blank","balance":30}"#);
    }
}

#[test]
fn an_extension_that_cannot_be_decoded_does_not_lose_the_problem() {
    for (value, expected) in [
        ("1e999", "1.7976931348623157e+308"),
        ("-1E+999", "-1.7976931348623157e+308"),
        ("[1e99999999999999999999]", "[1.7976931348623157e+308]"),
        (r#""a\ud83d""#, "\"a\u{fffd}\""),
        (r#""\uDE00\uD83D\uDE00\ud83d\n""#, "\"\u{fffd}\u{1f600}\u{fffd}\\n\""),
        (r#"{"\ud83dx":1}"#, "{\"\u{fffd}x\":1}"),
    ] {
        let problem = read(&format!(r#"{{"story":{value},"status":403}}"#));
        assert_eq!(written(&problem), format!(r#"{{"type":"about:blank","status":403,"story":{expected}}}"#));
    }
    let invalid = Problem::from_slice(b"\xef\xbb\xbf{\"title\":\"a\xffb\xf0\x9f\x98c\"}").unwrap();
    assert_eq!(invalid.title(), Some("a\u{fffd}b\u{fffd}c"));
    // `Deserialize` cannot do this, because serde_json decodes the text first.
    assert!(serde_json::from_str::<Problem>(r#"{"story":"\ud83d"}"#).is_err());
}

#[test]
fn the_last_of_duplicate_members_wins() {
    for (name, first, last) in [
        ("type", r#""/a""#, r#""/b""#),
        ("title", r#""a""#, r#""b""#),
        ("status", "401", "403"),
        ("detail", r#""a""#, r#""b""#),
        ("instance", r#""/a""#, r#""/b""#),
        ("balance", "1", "[2]"),
    ] {
        let twice = read(&format!(r#"{{"{name}":{first},"{name}":{last}}}"#));
        assert_eq!(written(&twice), written(&read(&format!(r#"{{"{name}":{last}}}"#))), "{name}");
        // The last value wins even if it is ignored because of its type.
        if name != "balance" {
            let ignored = read(&format!(r#"{{"{name}":{first},"{name}":{{}}}}"#));
            assert_eq!(written(&ignored), r#"{"type":"about:blank"}"#, "{name}");
        }
    }
    assert_eq!(written(&read(r#"{"one":1,"two":2,"one":3}"#)), r#"{"type":"about:blank","one":3,"two":2}"#);
}

#[test]
fn many_members_are_read() {
    let members: Vec<_> = (0..10_000).map(|index| format!(r#""member{index}":{index}"#)).collect();
    let problem = read(&format!("{{{0},{0}}}", members.join(",")));
    assert_eq!(written(&problem), format!(r#"{{"type":"about:blank",{}}}"#, members.join(",")));
}

#[test]
fn a_trace_id_that_is_not_a_string_is_only_an_extension() {
    let problem = read(r#"{"trace_id":7}"#);
    assert_eq!((problem.trace_id(), problem.extension("trace_id")), (None, Some(&json!(7))));
}

#[test]
fn extensions_of_every_type_come_back_byte_for_byte() {
    let json = concat!(
        r#"{"type":"about:blank","title":"Forbidden","status":403,"null_":null,"yes":true,"no_":false,"zero":0,"#,
        r#""int":-9223372036854775808,"uint":18446744073709551615,"tenth":0.1,"tiny":5e-324,"#,
        r#""huge":1.7976931348623157e+308,"negative":-0.0,"text":"a\"b\\é\u0000🦀","array":[1,[],{}],"#,
        r#""object":{"a":null,"b":[1.5]}}"#,
    );
    let once = written(&read(json));
    assert_eq!(once, json);
    assert_eq!(written(&read(&once)), once);
}

proptest! {
    #[test]
    fn a_problem_that_is_written_and_read_is_written_the_same(
        code in 100..=999_u16,
        texts in proptest::collection::vec(proptest::option::of(".*"), 4),
        extensions in proptest::collection::btree_map("[a-zA-Z][a-zA-Z0-9_]{2,9}", any_json(), 0..6),
    ) {
        let mut problem = Problem::new(status(code));
        if let Some(text) = &texts[0] {
            problem = problem.with_type(text);
        }
        if let Some(text) = &texts[1] {
            problem = problem.with_title(text.clone());
        }
        if let Some(text) = &texts[2] {
            problem = problem.with_detail(text.clone());
        }
        if let Some(text) = &texts[3] {
            problem = problem.with_instance(text);
        }
        for (text, value) in &extensions {
            prop_assume!(!["type", "title", "status", "detail", "instance"].contains(&&**text));
            problem = problem.with_extension(name(text), value.clone());
        }
        let once = written(&problem);
        let again = read(&once);
        prop_assert_eq!(written(&again), once);
        prop_assert_eq!(again.title(), problem.title());
        prop_assert_eq!(again.detail(), problem.detail());
        prop_assert!(again.extensions().eq(problem.extensions()));
    }

    #[test]
    fn any_object_is_read_and_written_the_same_twice(members in proptest::collection::vec((".*", any_json()), 0..6)) {
        let members: Vec<_> = members.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
        let once = written(&read(&format!("{{{}}}", members.join(","))));
        prop_assert_eq!(written(&read(&once)), once);
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        if serde_json::from_slice::<serde_json::Map<_, _>>(&bytes).is_ok() {
            prop_assert!(Problem::from_slice(&bytes).is_ok());
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let finite = any::<f64>().prop_filter("JSON has no other numbers", |number| number.is_finite());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        finite.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An escape is longer than the estimate assumes, so the buffer becomes full while the JSON is written. The position
/// where this happens differs between the cases, which cover every position.
#[test]
fn escapes_and_texts_of_any_length_are_written_as_serde_writes_them() {
    for escapes in 0..64 {
        for length in 0..64 {
            let problem = Problem::new(StatusCode::CONFLICT).with_title("\u{1}".repeat(escapes));
            let problem = problem.with_detail("d".repeat(length));
            let mut body = Vec::new();
            problem.write_json(&mut body);
            assert!(body == serde_json::to_vec(&problem).unwrap(), "{escapes} escapes, a detail of {length}");
        }
    }
}

#[test]
fn seventeen_levels_of_objects_are_ignored_and_sixteen_are_read() {
    for (levels, is_read) in [(16, true), (17, false)] {
        let json = format!(r#"{{"deep":{}{}}}"#, r#"{"a":"#.repeat(levels) + "1", "}".repeat(levels));
        let problem = read(&json);
        let written = serde_json::to_value(&problem).unwrap();
        assert_eq!(written.get("deep").is_some(), is_read, "{levels} levels");
    }
}
