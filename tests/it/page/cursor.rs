//! Pages by cursor.

use std::fmt::Debug;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokenfolio::{AccessToken, Cursor, CursorRequest, Pagination};

use super::{assert_url, list};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Id {
    id: i64,
}

/// Returns a list with two items on a page.
fn pairs() -> Pagination {
    list().with_per_page(2.try_into().unwrap())
}

/// Encodes JSON as base64url, in the slow and obvious way.
fn base64url(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).collect();
    let mut bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    while !bits.len().is_multiple_of(6) {
        bits.push('0');
    }
    let indices = (0..bits.len() / 6).map(|index| usize::from_str_radix(&bits[6 * index..6 * index + 6], 2).unwrap());
    indices.map(|index| alphabet[index]).collect()
}

fn cursor_of(json: &str) -> String {
    base64url(json.as_bytes())
}

/// Returns the cursor that is written for the keys of an item.
#[track_caller]
fn written<K: Clone + DeserializeOwned + Serialize>(keys: &K) -> String {
    let request = list().with_per_page(1.try_into().unwrap()).cursor_request("").unwrap();
    let page = request.paginate(vec![(), ()], |()| keys.clone()).unwrap();
    page.next_cursor().expect("there is a next page").to_owned()
}

#[track_caller]
fn read<K: Clone + Debug + DeserializeOwned + Serialize>(cursor: &str) -> Result<Option<Cursor<K>>, String> {
    let request = list().cursor_request::<K>(&format!("cursor={cursor}")).map_err(|error| error.to_string())?;
    Ok(request.cursor().cloned())
}

/// The values were written by PHP 8.2 with `json_encode`.
#[test]
fn keys_are_written_as_php_writes_them() {
    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    struct Key {
        k: Value,
    }
    for (value, json) in [
        (json!(0), "0"),
        (json!(i64::MIN), "-9223372036854775808"),
        (json!(u64::MAX), "18446744073709551615"),
        (json!(null), "null"),
        (json!(true), "true"),
        (json!(""), r#""""#),
        (json!("a/b"), r#""a\/b""#),
        (json!("é"), r#""\u00e9""#),
        (json!("🦀"), r#""\ud83e\udd80""#),
        (json!("\u{2028}\u{feff}"), r#""\u2028\ufeff""#),
        (json!("\u{0}\u{1f}\u{7f}"), "\"\\u0000\\u001f\u{7f}\""),
        (json!("\u{8}\u{c}\n\r\t\"\\"), r#""\b\f\n\r\t\"\\""#),
        (json!("<>&'"), "\"<>&'\""),
        (json!(0.1), "0.1"),
        (json!(1.0), "1"),
        (json!(10.0), "10"),
        (json!(100_000.5), "100000.5"),
        (json!(1e15), "1000000000000000"),
        (json!(12_345_678_901_234_567.0), "12345678901234568"),
        (json!(99_999_999_999_999_990.0), "99999999999999980"),
        (json!(123_456_789_012_345_680.0), "1.2345678901234568e+17"),
        (json!(1e17), "1.0e+17"),
        (json!(1.5e18), "1.5e+18"),
        (json!(1e25), "1.0e+25"),
        (json!(1.25e25), "1.25e+25"),
        (json!(1e-3), "0.001"),
        (json!(1e-4), "0.0001"),
        (json!(1.25e-4), "0.000125"),
        (json!(1e-5), "1.0e-5"),
        (json!(1.5e-7), "1.5e-7"),
        (json!(-0.0), "-0"),
        (json!(-2.5), "-2.5"),
        (json!(5e-324), "5.0e-324"),
        (json!(f64::MAX), "1.7976931348623157e+308"),
        (json!(0.300_000_000_000_000_04), "0.30000000000000004"),
    ] {
        let key = Key { k: value };
        let expected = cursor_of(&format!(r#"{{"k":{json},"_pointsToNextItems":true}}"#));
        assert_eq!(written(&key), expected, "{json}");
    }
}

#[test]
fn an_f32_is_written_with_the_digits_of_an_f32() {
    #[derive(Clone, Debug, Deserialize, Serialize)]
    struct Key {
        k: f32,
    }
    assert_eq!(written(&Key { k: 0.1 }), cursor_of(r#"{"k":0.1,"_pointsToNextItems":true}"#));
}

#[test]
fn several_keys_keep_their_order() {
    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    struct Keys {
        zone: Option<String>,
        #[serde(rename = "tokens.id")]
        id: i64,
    }
    let keys = Keys { zone: None, id: 7 };
    let json = r#"{"zone":null,"tokens.id":7,"_pointsToNextItems":true}"#;
    assert_eq!(written(&keys), cursor_of(json));
    assert_eq!(read(&cursor_of(json)), Ok(Some(Cursor::After(keys.clone()))));
    // The order and the spaces of JSON do not matter to a reader.
    let other = r#" {"_pointsToNextItems" : false, "tokens.id":7, "zone":null} "#;
    assert_eq!(read(&cursor_of(other)), Ok(Some(Cursor::Before(keys))));
}

#[test]
fn a_malformed_cursor_is_rejected_with_the_reason_in_both_modes() {
    let base64 = "is not base64url without padding";
    let json = "is not the JSON of one object with a boolean `_pointsToNextItems`";
    let keys = "has other keys, or a value of another type";
    let deep = format!(r#"{{"id":{}1{},"_pointsToNextItems":true}}"#, "[".repeat(700), "]".repeat(700));
    let braces = format!(r#"{{"id":"{}","_pointsToNextItems":true}}"#, "{[".repeat(90));
    for (cursor, reason) in [
        (String::new(), "is empty"),
        ("A".repeat(4_097), "is longer than 4096 bytes"),
        ("A".to_owned(), base64),
        ("AAAAA".to_owned(), base64),
        ("e30=".to_owned(), base64),
        ("e3 0".to_owned(), base64),
        ("e3%2B0".to_owned(), base64),
        ("e3%2F0".to_owned(), base64),
        // `e30` is `{}`. In the next two texts, the unused bits of the last character are not zero.
        ("e31".to_owned(), base64),
        ("e3".to_owned(), base64),
        ("abc%FF".to_owned(), base64),
        ("A".repeat(4_096), json),
        (cursor_of("{"), json),
        (cursor_of("7"), json),
        (cursor_of("null"), json),
        (cursor_of("[]"), json),
        (cursor_of("{}"), json),
        (cursor_of("{}{}"), json),
        (cursor_of(r#"{"id":7}"#), json),
        (cursor_of(r#"{"id":7,"_pointsToNextItems":1}"#), json),
        (cursor_of(r#"{"id":7,"_pointsToNextItems":null}"#), json),
        (cursor_of(r#"{"id":7,"_pointsToNextItems":"true"}"#), json),
        (cursor_of(r#"{"id":{},"_pointsToNextItems":true}"#), json),
        (cursor_of(r#"{"id":[7],"_pointsToNextItems":true}"#), json),
        (cursor_of(&deep), json),
        (base64url(b"{\"id\":7,\"_pointsToNextItems\":true,\"\xff\":1}"), json),
        (cursor_of(r#"{"_pointsToNextItems":true}"#), keys),
        (cursor_of(r#"{"ID":7,"_pointsToNextItems":true}"#), keys),
        (cursor_of(r#"{"id":7,"other":7,"_pointsToNextItems":true}"#), keys),
        (cursor_of(r#"{"id":"7","_pointsToNextItems":true}"#), keys),
        (cursor_of(r#"{"id":7.5,"_pointsToNextItems":true}"#), keys),
        (cursor_of(r#"{"id":null,"_pointsToNextItems":true}"#), keys),
        (cursor_of(r#"{"id":9223372036854775808,"_pointsToNextItems":true}"#), keys),
        (cursor_of(&braces), keys),
    ] {
        for pagination in [list(), list().lenient()] {
            let error = pagination.cursor_request::<Id>(&format!("cursor={cursor}")).unwrap_err();
            assert_eq!(error.to_string(), format!("`cursor` must be a cursor of this list, but {reason}"), "{cursor}");
            assert_eq!(error.parameters()[0].parameter(), "cursor");
        }
    }
    let twice = list().cursor_request::<Id>("cursor=e30&cursor=e30").unwrap_err();
    assert_eq!(twice.to_string(), "`cursor` must be a cursor of this list, but is given more than once");
    let array = list().cursor_request::<Id>("cursor[]=e30").unwrap_err();
    assert_eq!(array.to_string(), "`cursor` must be a cursor of this list, but has brackets after its name");
}

/// A cursor with nested JSON is rejected before serde_json parses it. serde_json would accept 128 levels, which need
/// more stack than a small thread has. A bracket in a text does not nest.
#[test]
fn brackets_in_a_text_are_not_levels() {
    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    struct Name {
        name: String,
    }
    for name in ["{[", "\"{", "\\{", "\\\"[", "\\\\[[", "]}\\"] {
        let key = Name { name: name.to_owned() };
        assert_eq!(read(&written(&key)), Ok(Some(Cursor::After(key))), "{name}");
    }
}

#[test]
fn keys_that_no_cursor_can_have_are_an_error() {
    fn error_of<K: Clone + DeserializeOwned + Serialize>(keys: &K) -> String {
        let request = list().with_per_page(1.try_into().unwrap()).cursor_request("").unwrap();
        request.paginate(vec![(), ()], |()| keys.clone()).unwrap_err().to_string()
    }
    let not_keys = "keys of a cursor must be a non-empty object of numbers, texts, booleans and null";
    assert_eq!(error_of(&7), not_keys);
    assert_eq!(error_of(&()), not_keys);
    assert_eq!(error_of(&json!({})), not_keys);
    assert_eq!(error_of(&json!([1])), not_keys);
    assert_eq!(error_of(&json!({"id": [1]})), not_keys);
    assert_eq!(error_of(&json!({"id": {"a": 1}})), not_keys);
    let reserved = json!({"_pointsToNextItems": true, "id": 7});
    assert_eq!(error_of(&reserved), "keys of a cursor must not have the name `_pointsToNextItems`");
    let by_unit: std::collections::BTreeMap<Vec<u8>, u8> = [(vec![1], 1)].into();
    assert_eq!(error_of(&by_unit), "keys of a cursor cannot be JSON: key must be a string");
    assert_eq!(error_of(&json!({"name": "x".repeat(4_000)})), "cursor is longer than 4096 bytes");
}

#[test]
fn the_longest_cursor_can_be_written_and_read() {
    let json = |len: usize| json!({"name": "x".repeat(len)});
    let len = CursorRequest::<Value>::MAX_CURSOR_LEN * 6 / 8 - r#"{"name":"","_pointsToNextItems":true}"#.len();
    let longest = written(&json(len));
    assert_eq!(longest.len(), 4_096);
    assert_eq!(read(&longest), Ok(Some(Cursor::After(json(len)))));
    let request = list().with_per_page(1.try_into().unwrap()).cursor_request("").unwrap();
    assert!(request.paginate(vec![(), ()], |()| json(len + 1)).is_err());
}

#[test]
fn a_page_is_written_byte_for_byte() {
    let cursor = cursor_of(r#"{"id":2,"_pointsToNextItems":true}"#);
    let request = pairs().cursor_request(&format!("cursor={cursor}")).unwrap();
    assert_eq!((request.per_page().get(), request.limit_and_one()), (2, 3));
    let page = request.paginate(vec![3, 4, 5], |id| Id { id: *id }).unwrap();
    let next = cursor_of(r#"{"id":4,"_pointsToNextItems":true}"#);
    let prev = cursor_of(r#"{"id":3,"_pointsToNextItems":false}"#);
    let expected = format!(
        concat!(
            r#"{{"data":[3,4],"links":{{"first":null,"last":null,"prev":"/t?cursor={prev}","next":"/t?cursor={next}"}},"#,
            r#""meta":{{"path":"/t","per_page":2,"next_cursor":"{next}","prev_cursor":"{prev}"}}}}"#,
        ),
        prev = prev,
        next = next
    );
    assert_eq!(serde_json::to_string(&page).unwrap(), expected);
    let header = page.link_header().unwrap();
    assert_eq!(header, format!(r#"</t?cursor={prev}>; rel="prev", </t?cursor={next}>; rel="next""#));
    assert_eq!(page.per_page().get(), 2);
}

#[test]
fn a_page_without_neighbours_has_no_cursor_and_no_link_header() {
    for items in [vec![], vec![1], vec![1, 2]] {
        let page = pairs().cursor_request("").unwrap().paginate(items, |id| Id { id: *id }).unwrap();
        assert_eq!((page.prev_cursor(), page.next_cursor(), page.link_header()), (None, None, None));
        assert_eq!((page.prev_url(), page.next_url()), (None, None));
    }
}

#[test]
fn items_are_mapped_and_iterated() {
    let page = pairs().cursor_request("").unwrap().paginate(vec![1, 2, 3], |id| Id { id: *id }).unwrap();
    assert_eq!((&page).into_iter().sum::<i64>(), 3);
    let texts = page.clone().map(|item| item.to_string());
    assert_eq!(texts.next_url(), page.next_url());
    assert_eq!(texts.clone().try_map(|text| text.parse::<i64>()).unwrap(), page);
    assert!(texts.try_map(|_| "x".parse::<i64>()).is_err());
    assert_eq!(page.clone().into_items(), [1, 2]);
    assert_eq!(page.into_iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn choices_and_the_size_are_read_and_preserved_with_the_cursor() {
    let list = list().with_client_size("size", 9.try_into().unwrap()).unwrap();
    let list = list.with_status_filter("status").unwrap().with_direction("direction").unwrap();
    let list = list.with_choice("state", &["open"]).unwrap().with_cursor_name("after").unwrap();
    let request = list.cursor_request::<Id>("state=open&size=1&direction=desc&status=active&page=x").unwrap();
    assert_eq!(request.status(), Some(tokenfolio::TokenStatus::Active));
    assert_eq!(request.direction(), Some(tokenfolio::TokenOrder::NewestFirst));
    assert_eq!((request.choice("state"), request.limit_and_one()), (Some("open"), 2));
    let request = request.with_parameters([("after", "x"), ("size", "x"), ("page", "7")]).unwrap();
    let page = request.paginate(vec![7, 6], |id| Id { id: *id }).unwrap();
    let next = page.next_url().unwrap();
    assert!(next.starts_with("/t?size=1&status=active&direction=desc&state=open&page=7&after=ey"), "{next}");
    let error = list.cursor_request::<Id>("after=&size=x&status=x").unwrap_err();
    let names: Vec<_> = error.parameters().iter().map(tokenfolio::ParameterError::parameter).collect();
    assert_eq!(names, ["after", "size", "status"]);
    assert!(list.cursor_request::<Id>("").unwrap().with_parameters([("q", "x".repeat(1_025))]).is_err());
}

/// Reads a list that is ordered by the ids.
fn select(ids: &[i64], request: &CursorRequest<Id>) -> Vec<i64> {
    let limit = usize::try_from(request.limit_and_one()).unwrap();
    match request.cursor() {
        None => ids.iter().copied().take(limit).collect(),
        Some(Cursor::After(after)) => ids.iter().copied().filter(|id| *id > after.id).take(limit).collect(),
        Some(Cursor::Before(before)) => ids.iter().rev().copied().filter(|id| *id < before.id).take(limit).collect(),
    }
}

/// Returns the items of a page and its URLs.
fn page_at(list: &Pagination, ids: &[i64], url: &str) -> (Vec<i64>, Option<String>, Option<String>) {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let request = list.cursor_request::<Id>(query).unwrap();
    let items = select(ids, &request);
    let page = request.paginate(items, |id| Id { id: *id }).unwrap();
    (page.items().to_vec(), page.prev_url(), page.next_url())
}

proptest! {
    #[test]
    fn a_walk_yields_every_item_once_forwards_and_backwards(
        ids in prop::collection::btree_set(any::<i64>(), 0..40),
        per_page in 1..7_u32,
        preserves in any::<bool>(),
    ) {
        let ids: Vec<_> = ids.into_iter().collect();
        let list = list().with_per_page(per_page.try_into().unwrap());
        let list = if preserves { list.with_query_string() } else { list };
        let mut forwards: Vec<i64> = Vec::new();
        let mut pages = Vec::new();
        let mut url = Some("/t?q=1".to_owned());
        let mut last = None;
        while let Some(asked) = url {
            assert_url(&asked);
            let (items, _, next) = page_at(&list, &ids, &asked);
            forwards.extend(&items);
            pages.push(items);
            last = Some(asked);
            url = next;
        }
        prop_assert_eq!(&forwards, &ids);
        let mut url = last;
        let mut backwards = Vec::new();
        while let Some(asked) = url {
            let (items, prev, next) = page_at(&list, &ids, &asked);
            prop_assert_eq!(next.is_some(), !backwards.is_empty() && !items.is_empty());
            backwards.push(items);
            url = prev;
        }
        backwards.reverse();
        prop_assert_eq!(backwards, pages);
    }

    #[test]
    fn any_keys_can_be_read_again(keys in prop::collection::btree_map(any::<String>(), any::<Option<String>>(), 1..4)) {
        if keys.contains_key("_pointsToNextItems") || keys.iter().map(|(k, v)| k.len() + v.as_ref().map_or(0, String::len)).sum::<usize>() > 400 {
            return Ok(());
        }
        let cursor = written(&keys);
        assert_url(&format!("/t?cursor={cursor}"));
        prop_assert_eq!(read(&cursor), Ok(Some(Cursor::After(keys))));
    }

    #[test]
    fn any_float_is_read_again(k in any::<f64>().prop_filter("JSON has finite numbers", |k| k.is_finite())) {
        #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
        struct Key { k: f64 }
        prop_assert_eq!(read(&written(&Key { k })), Ok(Some(Cursor::After(Key { k }))));
    }

    #[test]
    fn one_position_has_one_cursor(text in "[A-Za-z0-9_-]{0,9}", json in any::<bool>()) {
        let cursor = if json { cursor_of(&format!(r#"{{"id":{},"_pointsToNextItems":true}}"#, text.len())) } else { text };
        if let Ok(Some(Cursor::After(keys))) = read::<Id>(&cursor) {
            prop_assert_eq!(written(&keys), cursor);
        }
    }

    #[test]
    fn any_text_is_read_or_rejected(text in any::<String>()) {
        drop(list().cursor_request::<Id>(&text));
        drop(list().cursor_request::<Id>(&format!("cursor={text}")));
        drop(list().cursor_request::<Id>(&format!("cursor={}", cursor_of(&text))));
    }

    #[test]
    fn the_encoder_writes_the_same_bytes_as_serde(
        count in 0..5_i64,
        per_page in 1..4_u32,
        id in any::<Option<i64>>(),
        fragment in ".{0,3}",
        raw in "[a-c=&%é]{0,9}",
    ) {
        let list = Pagination::new("https://h.example/é").unwrap().with_query_string().with_fragment(&fragment);
        let list = list.with_per_page(per_page.try_into().unwrap());
        let cursor = id.map(|id| format!("cursor={}", written(&Id { id }))).unwrap_or_default();
        let request = list.cursor_request(&format!("{raw}&{cursor}")).unwrap();
        let now = chrono::DateTime::UNIX_EPOCH;
        let tokens = (0..count).map(|id| AccessToken::new(id, "né\"", now).into_resource(now)).collect();
        let page = request.paginate(tokens, |token| Id { id: token.id.0 }).unwrap();
        let expected = serde_json::to_vec(&page).unwrap();
        for mut buffer in [Vec::new(), vec![b'x'; 5_000]] {
            page.write_tokens(&mut buffer);
            prop_assert_eq!(&buffer, &expected);
            page.write_json(&mut buffer).unwrap();
            prop_assert_eq!(&buffer, &expected);
            buffer.truncate(1);
            page.write_json_with(&mut buffer, |out, items| serde_json::to_writer(out, items)).unwrap();
            prop_assert_eq!(&buffer, &expected);
        }
    }
}
