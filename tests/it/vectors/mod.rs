//! Vectors recorded from laravel/framework 13.x (bd71b45f), as JSON Lines.

mod cursor;
mod envelope;
mod forms;
mod responses;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokenfolio::{LinkStyle, Paginator};

use crate::model;
use crate::page::{assert_url, list, preserving, request};

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
        let list = list().with_link_style(LinkStyle::default().with_on_each_side(row.on_each_side));
        let page = request(&list, row.current_page, 1).paginate(Vec::<()>::new(), row.last_page);
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
        let request = list().lenient().request(&row.raw).unwrap();
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
        let first = preserving(list(), "page", 1, raw).paginate(vec![()], 21).first_url();
        assert_eq!(first, format!("/t?{preserved}page=1"), "{raw}");
        assert_url(&first);

        let again = preserving(list(), "page", 1, first.split_once('?').unwrap().1).paginate(vec![()], 21);
        assert_eq!(again.last_url(), format!("/t?{preserved}page=2"), "{raw}");
        rows += 1;
    }
    assert_eq!(rows, 164);
}

/// Escapes the characters that a URL or a header cannot hold.
fn encode_query(parameter: &str) -> String {
    model::encode_fragment(parameter)
}

/// Asserts that every URL of a page is a URI reference of RFC 3986.
#[track_caller]
fn assert_urls<T>(page: &Paginator<T>) {
    let urls = [Some(page.first_url()), Some(page.last_url()), page.prev_url(), page.next_url()];
    urls.iter().flatten().for_each(|url| assert_url(url));
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
    read_file(&data(name))
}

/// Reads the rows of a file. Lines end at LF only, because names contain other line separators.
#[track_caller]
fn read_file<T: DeserializeOwned>(path: &Path) -> Vec<T> {
    let text = fs::read_to_string(path).expect("a readable file");
    text.split_terminator('\n').map(|line| serde_json::from_str(line).expect("a row of the file's form")).collect()
}
