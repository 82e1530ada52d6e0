//! The six forms of page that Laravel sends, recorded from versions 8 to 13.

use std::collections::BTreeMap;
use std::env;
use std::num::NonZeroU32;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;
use tokenfolio::{Cursor, LinkStyle, Page, PageMeta, PageRequest, Pagination, TokenResource};
use url::Url;

use super::{data, read_file, text};
use crate::ordered_json::{Json, json};

#[derive(Deserialize)]
struct Recorded {
    name: String,
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
struct Request {
    target: String,
}

#[derive(Deserialize)]
struct Response {
    raw: String,
}

/// The result of writing a form again.
enum Outcome {
    Equal,
    /// A page without a resource, which we do not write.
    ReadOnly,
    Differs(Vec<Rule>),
}

/// An intended difference from Laravel.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Rule {
    /// Laravel ignores a malformed cursor. We reject it.
    MalformedCursor,
    /// Some versions write `per_page` and `total` as text if the application passes text.
    NumberAsText,
    /// Early versions write the number of a page as its label.
    LabelAsNumber,
    /// Early versions do not write `page` in the entries of `meta.links`.
    NoPageMember,
    /// No version writes `page` in a gap.
    NoPageMemberInGap,
    /// Early versions do not write `meta.current_page_url`.
    NoCurrentPageUrl,
}

impl Rule {
    fn name(self) -> &'static str {
        match self {
            Self::MalformedCursor => "a malformed cursor is an error",
            Self::NumberAsText => "a number is not text",
            Self::LabelAsNumber => "a label is text",
            Self::NoPageMember => "an entry has `page`",
            Self::NoPageMemberInGap => "a gap has `page`",
            Self::NoCurrentPageUrl => "a simple page has `current_page_url`",
        }
    }
}

/// The counts for the forms in `tests/data`. They change if a form gets another outcome by mistake.
const OWN_COUNTS: &str = "23 equal, 26 read only, 43 different by a rule (a malformed cursor is an error: 1, a number \
    is not text: 16, a label is text: 8, an entry has `page`: 32, a gap has `page`: 8, a simple page has \
    `current_page_url`: 6)";

/// `TOKENFOLIO_FORMS` is the path of another directory with a `forms.jsonl`.
#[test]
fn laravel_forms_are_all_read_and_those_with_a_resource_are_written_again() {
    let other_directory = env::var_os("TOKENFOLIO_FORMS");
    let is_own = other_directory.is_none();
    let path = other_directory.map_or_else(|| data("forms.jsonl"), |path| PathBuf::from(path).join("forms.jsonl"));
    let forms = read_file::<Recorded>(&path);
    assert!(!forms.is_empty());
    let mut equal = 0;
    let mut read_only = 0;
    let mut different = 0;
    let mut rules = BTreeMap::<Rule, u32>::new();
    for form in &forms {
        assert_read(form);
        match write_again(form) {
            Outcome::Equal => equal += 1,
            Outcome::ReadOnly => read_only += 1,
            Outcome::Differs(found) => {
                different += 1;
                found.into_iter().for_each(|rule| *rules.entry(rule).or_default() += 1);
            }
        }
    }
    assert_eq!(equal + read_only + different, forms.len());
    let rules: Vec<_> = rules.iter().map(|(rule, count)| format!("{}: {count}", rule.name())).collect();
    let counts =
        format!("{equal} equal, {read_only} read only, {different} different by a rule ({})", rules.join(", "));
    if is_own {
        assert_eq!(counts, OWN_COUNTS);
    }
    println!("laravel_forms: {} read, of which {counts}", forms.len());
}

/// Asserts that a client reads every member of a form.
#[track_caller]
fn assert_read(form: &Recorded) {
    let Recorded { name, response: Response { raw }, .. } = form;
    let page = Page::<Value>::from_slice(raw.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(page, serde_json::from_str(raw).unwrap(), "{name}");
    let value: Value = serde_json::from_str(raw).unwrap();
    assert_eq!(Value::from(page.data), value["data"], "{name}");

    let meta = value.get("meta");
    let link = |of_resource: &str, of_bare_page: &str| {
        let link = if meta.is_some() { &value["links"][of_resource] } else { &value[of_bare_page] };
        link.as_str().map(str::to_owned)
    };
    assert_eq!(page.links.first, link("first", "first_page_url"), "{name}");
    assert_eq!(page.links.last, link("last", "last_page_url"), "{name}");
    assert_eq!(page.links.prev, link("prev", "prev_page_url"), "{name}");
    assert_eq!(page.links.next, link("next", "next_page_url"), "{name}");
    assert_meta(&page.meta, meta.unwrap_or(&value), name);

    if meta.is_some() {
        let tokens =
            Page::<TokenResource>::from_slice(raw.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(tokens.data.iter().map(|token| token.id.0).eq(ids(&value)), "{name}");
    }
}

#[track_caller]
fn assert_meta(meta: &PageMeta, value: &Value, name: &str) {
    let number = |member: &str| match value.get(member)? {
        Value::Null => None,
        number => Some(plain(number).parse().unwrap()),
    };
    assert_eq!(meta.current_page, number("current_page"), "{name}");
    assert_eq!(meta.from, number("from"), "{name}");
    assert_eq!(meta.last_page, number("last_page"), "{name}");
    assert_eq!(Some(meta.per_page), number("per_page"), "{name}");
    assert_eq!(meta.to, number("to"), "{name}");
    assert_eq!(meta.total, number("total"), "{name}");
    assert_eq!(meta.path, text(&value["path"]), "{name}");
    let cursor = |member: &str| value.get(member).and_then(Value::as_str);
    assert_eq!(meta.next_cursor.as_deref(), cursor("next_cursor"), "{name}");
    assert_eq!(meta.prev_cursor.as_deref(), cursor("prev_cursor"), "{name}");

    let entries = value.get("links").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    assert_eq!(meta.links.len(), entries.len(), "{name}");
    for (link, entry) in meta.links.iter().zip(entries) {
        assert_eq!(link.url.as_deref(), entry["url"].as_str(), "{name}");
        assert_eq!(link.label, plain(&entry["label"]), "{name}");
        assert_eq!(link.page, entry.get("page").and_then(Value::as_u64), "{name}");
        assert_eq!(Some(link.active), entry["active"].as_bool(), "{name}");
    }
}

fn ids(page: &Value) -> impl Iterator<Item = i64> {
    page["data"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap())
}

/// Returns the text of a number or of a text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Writes a page with a resource from its own numbers, and compares it with the form.
#[track_caller]
fn write_again(form: &Recorded) -> Outcome {
    let mut theirs = json(&form.response.raw);
    if !theirs.names().contains(&"meta") {
        return Outcome::ReadOnly;
    }
    let page = Page::<Json>::from_slice(form.response.raw.as_bytes()).unwrap();
    let ours = if page.meta.total.is_some() {
        with_total(page)
    } else if page.meta.current_page.is_some() {
        simple(page)
    } else if let Some(ours) = by_cursor(form, page) {
        ours
    } else {
        return Outcome::Differs(vec![Rule::MalformedCursor]);
    };
    let rules = apply_rules(&mut theirs);
    assert_eq!(json(&ours), theirs, "{}", form.name);
    if rules.is_empty() { Outcome::Equal } else { Outcome::Differs(rules) }
}

#[track_caller]
fn with_total(page: Page<Json>) -> String {
    let total = page.meta.total.unwrap();
    serde_json::to_string(&request(&page).paginate(page.data, total)).unwrap()
}

#[track_caller]
fn simple(page: Page<Json>) -> String {
    let request = request(&page);
    let mut items = page.data;
    if page.links.next.is_some() {
        items.push(Json::Null);
    }
    serde_json::to_string(&request.simple_paginate(items)).unwrap()
}

/// Returns `None` if the form responds to a cursor that is malformed.
#[track_caller]
fn by_cursor(form: &Recorded, page: Page<Json>) -> Option<String> {
    let query = form.request.target.split_once('?').map_or("", |(_, query)| query);
    let request = match pagination(&page).cursor_request::<Json>(query) {
        Ok(request) => request,
        Err(error) => {
            assert_eq!(error.parameters()[0].parameter(), "cursor", "{}: {error}", form.name);
            return None;
        }
    };

    // The keys of the first and of the last item are in the cursors of the page itself.
    let keys = |cursor: &Option<String>| {
        let cursor = cursor.as_ref()?;
        let request = pagination(&page).cursor_request::<Json>(&format!("cursor={cursor}")).unwrap();
        match request.cursor() {
            Some(Cursor::After(keys) | Cursor::Before(keys)) => Some(keys.clone()),
            None => None,
        }
    };
    let first_keys = keys(&page.meta.prev_cursor);
    let last_keys = keys(&page.meta.next_cursor);
    let first = page.data.first().cloned();
    let keys_of = |item: &Json| {
        let is_first = Some(item) == first.as_ref();
        let keys = if is_first && first_keys.is_some() { &first_keys } else { &last_keys };
        keys.clone().unwrap()
    };

    let is_backward = matches!(request.cursor(), Some(Cursor::Before(_)));
    let mut items = page.data;
    let has_more = if is_backward {
        items.reverse();
        page.links.prev.is_some()
    } else {
        page.links.next.is_some()
    };
    if has_more {
        items.push(Json::Null);
    }
    Some(serde_json::to_string(&request.paginate(items, keys_of).unwrap()).unwrap())
}

/// Returns the configuration under which we write a page.
#[track_caller]
fn pagination(page: &Page<Json>) -> Pagination {
    let style = match &page.meta.links[..] {
        [previous, .., next] => LinkStyle::default().with_labels(previous.label.clone(), next.label.clone()),
        _ => LinkStyle::default().without_array(),
    };
    let per_page = u32::try_from(page.meta.per_page).ok().and_then(NonZeroU32::new).unwrap();
    Pagination::new(&page.meta.path).unwrap().with_per_page(per_page).with_link_style(style)
}

/// Returns the request for a page, which preserves the parameters of the page's own links.
#[track_caller]
fn request(page: &Page<Json>) -> PageRequest {
    let first = Url::parse(page.links.first.as_deref().unwrap()).unwrap();
    let preserved = first.query_pairs().filter(|(name, _)| name != "page");
    let request = pagination(page).request(&format!("page={}", page.meta.current_page.unwrap())).unwrap();
    request.with_parameters(preserved).unwrap()
}

/// Changes a page of Laravel by our rules, and returns the rules that changed it.
#[track_caller]
fn apply_rules(page: &mut Json) -> Vec<Rule> {
    let first_url = match page.member("links").member("first") {
        Json::String(url) => Some(url.clone()),
        _ => None,
    };
    let Json::Object(meta) = page.member_mut("meta") else { panic!("`meta` is an object") };
    let mut rules = Vec::new();
    for (name, value) in meta.iter_mut() {
        match (&**name, &mut *value) {
            ("per_page" | "total", Json::String(number)) => {
                *value = number.parse::<i128>().unwrap().into();
                rules.push(Rule::NumberAsText);
            }
            ("links", Json::Array(entries)) => {
                for entry in entries {
                    rules.extend(apply_rules_to_entry(entry));
                }
            }
            _ => {}
        }
    }
    let has = |name: &str| meta.iter().any(|(known, _)| known == name);
    if has("current_page") && !has("total") && !has("current_page_url") {
        let Json::Number(current_page) = &meta[0].1 else { panic!("`current_page` is first, and a number") };
        let url = first_url.unwrap().replace("page=1", &format!("page={current_page}"));
        meta.insert(1, ("current_page_url".to_owned(), url.into()));
        rules.push(Rule::NoCurrentPageUrl);
    }
    rules.sort();
    rules.dedup();
    rules
}

#[track_caller]
fn apply_rules_to_entry(entry: &mut Json) -> Vec<Rule> {
    let mut rules = Vec::new();
    if let Json::Number(label) = entry.member("label") {
        *entry.member_mut("label") = label.to_string().into();
        rules.push(Rule::LabelAsNumber);
    }
    if !entry.names().contains(&"page") {
        let is_gap = matches!(entry.member("label"), Json::String(label) if label == "...");
        let page = match entry.member("url") {
            Json::String(url) => {
                let (_, page) = url.rsplit_once("page=").unwrap();
                Some(page.parse::<i128>().unwrap())
            }
            _ => None,
        };
        let Json::Object(members) = entry else { panic!("an entry is an object") };
        members.insert(2, ("page".to_owned(), page.into()));
        rules.push(if is_gap { Rule::NoPageMemberInGap } else { Rule::NoPageMember });
    }
    rules
}
