//! Vectors recorded from laravel/framework 13.x (bd71b45f), as JSON Lines.

mod envelope;
mod responses;
mod rules;

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokenfolio::{LinkStyle, PageRequest, PageRules, PageUrls, Paginator};

use crate::model;

#[test]
fn every_recorded_window_is_ours() {
    #[derive(Deserialize)]
    struct Row {
        last_page: u64,
        current_page: u64,
        on_each_side: u8,
        window: Vec<Option<u64>>,
    }
    let rows = read::<Row>("window.jsonl");
    assert_eq!(rows.len(), 7_200);
    for row in rows {
        let request = PageRequest::new(row.current_page, NonZeroU32::MIN).unwrap();
        let style = LinkStyle::default().with_on_each_side(row.on_each_side);
        let page = Paginator::new(Vec::<()>::new(), row.last_page, request, PageUrls::new("/").unwrap());
        let page = page.with_style(style);
        let key = (row.last_page, row.current_page, row.on_each_side);
        assert_eq!(page.window().collect::<Vec<_>>(), row.window, "{key:?}");
    }
}

#[test]
fn every_recorded_page_number_is_read_leniently() {
    #[derive(Deserialize)]
    struct Row {
        raw: String,
        default_middleware: bool,
        page: u64,
    }
    // Without the middleware, Laravel does not trim all Unicode whitespace.
    let rows: Vec<Row> = read("page_param.jsonl").into_iter().filter(|row: &Row| row.default_middleware).collect();
    assert_eq!(rows.len(), 54);
    for row in rows {
        let request = PageRequest::from_query(&row.raw, &PageRules::default().lenient()).unwrap();
        assert_eq!(request.page(), row.page, "{}", row.raw);
    }
}

#[test]
fn every_recorded_query_is_preserved_byte_for_byte() {
    let mut rows = 0;
    for row in read::<Value>("querystring.jsonl") {
        let raw = text(&row["raw"]);
        let preserved = raw.split('&').filter(|parameter| !parameter.is_empty());
        let name = |parameter: &str| parameter.split(['=', '[']).next().map(str::to_owned);
        let preserved = preserved.filter(|parameter| name(parameter).as_deref() != Some("page"));
        let preserved: String = preserved.map(|parameter| encode_query(parameter) + "&").collect();
        let urls = PageUrls::new("/t").unwrap().with_query_string(raw).unwrap();
        assert_eq!(urls.url(1), format!("/t?{preserved}page=1"), "{raw}");

        let first = urls.url(1);
        let again = PageUrls::new("/t").unwrap().with_query_string(first.split_once('?').unwrap().1).unwrap();
        assert_eq!(again.url(2), format!("/t?{preserved}page=2"), "{raw}");
        rows += 1;
    }
    assert_eq!(rows, 164);
}

/// Escapes the characters that a URL or a header cannot hold.
fn encode_query(parameter: &str) -> String {
    model::encode_fragment(parameter)
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[track_caller]
fn read<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = fs::read_to_string(data(name)).expect("a readable file");
    text.lines().map(|line| serde_json::from_str(line).expect("a row of the file's form")).collect()
}
