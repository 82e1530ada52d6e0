//! Pages by cursor.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokenfolio::{Cursor, Pagination};

use super::read;
use crate::ordered_json::{Json, object};

#[derive(Deserialize)]
struct Case {
    input: Input,
    order_by: Vec<String>,
    items_on_page: Vec<Value>,
    links: Json,
    meta: Json,
}

#[derive(Deserialize)]
struct Input {
    per_page: u32,
    cursor_params: Option<Value>,
    points_to_next: bool,
    cursor: Option<String>,
    fetched: Vec<Value>,
    path: String,
    query: Vec<(String, String)>,
}

/// Orders that the recorded lists have. Laravel writes the keys in the order of the columns.
#[derive(Deserialize, Serialize)]
struct ById {
    id: Option<i64>,
}

#[derive(Deserialize, Serialize)]
struct ByTime {
    created_at: String,
    id: i64,
}

#[derive(Deserialize, Serialize)]
struct ByName {
    name: String,
}

#[test]
fn every_recorded_page_by_cursor_is_ours() {
    let cases = read::<Case>("cursor.jsonl");
    assert_eq!(cases.len(), 33);
    for case in &cases {
        match case.order_by.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["id"] => check::<ById>(case),
            ["created_at", "id"] => check::<ByTime>(case),
            ["name"] => check::<ByName>(case),
            _ => panic!("another order: {:?}", case.order_by),
        }
    }
}

#[track_caller]
fn check<K: Serialize + DeserializeOwned>(case: &Case) {
    let Input { per_page, cursor_params, points_to_next, cursor, fetched, path, query } = &case.input;
    let pagination = Pagination::new(path).unwrap().with_per_page((*per_page).try_into().unwrap());
    let raw = cursor.as_ref().map(|cursor| format!("cursor={cursor}")).unwrap_or_default();
    let request = pagination.cursor_request::<K>(&raw).unwrap();
    let read = match request.cursor() {
        None => None,
        Some(Cursor::After(keys)) => Some((true, keys)),
        Some(Cursor::Before(keys)) => Some((false, keys)),
    };
    match (read, cursor_params) {
        (None, None) => {}
        (Some((is_after, keys)), Some(expected)) => {
            assert_eq!((is_after, &json!(keys)), (*points_to_next, expected));
        }
        _ => panic!("{raw} was read as another cursor"),
    }

    let request = request.with_parameters(query.iter().map(|(name, value)| (name, value))).unwrap();
    let page = request.paginate(fetched.clone(), |item| keys(item, case)).unwrap();
    assert_eq!(page.items(), case.items_on_page);
    let json = serde_json::to_string(&page).unwrap();
    let mut written = Vec::new();
    page.write_json(&mut written).unwrap();
    assert_eq!(String::from_utf8(written).unwrap(), json);
    let Ok(Json::Object(mut members)) = serde_json::from_str(&json) else { panic!("{json}") };
    assert_eq!(members.remove(0).0, "data");
    assert_eq!(Json::Object(members), object([("links", case.links.clone()), ("meta", case.meta.clone())]));
}

/// Returns the keys among the members of an item.
#[track_caller]
fn keys<K: DeserializeOwned>(item: &Value, case: &Case) -> K {
    let members = case.order_by.iter().map(|name| (name.clone(), item[name].clone()));
    K::deserialize(Value::Object(members.collect())).unwrap()
}
