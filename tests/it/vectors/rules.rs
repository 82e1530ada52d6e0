//! The rules for differences between our envelope and Laravel's.
//!
//! A rule does not skip members. The model with Laravel's choice must equal the recorded case. The model with our
//! choice must equal our page, member by member.
//!
//! Gaps (`...`) have `"page":null` in our pages, and no `page` in Laravel's pages. This is not counted as a rule.

use std::fmt;
use std::num::NonZeroU32;

use serde::Deserialize;
use tokenfolio::{BaseUrlError, LinkStyle, Pagination};
use url::Url;

use super::assert_urls;
use crate::model::{self, Model};
use crate::ordered_json::{Json, object};
use crate::page::{assert_url, list};

/// The input of Laravel's paginator, and the page it wrote.
#[derive(Deserialize)]
pub(super) struct Case {
    #[serde(default)]
    pub(super) name: String,
    pub(super) input: Input,
    pub(super) links: Json,
    pub(super) meta: Json,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Input {
    /// The number of items that were read for a page without a total.
    #[serde(default)]
    pub(super) fetched: Option<usize>,
    #[serde(default)]
    pub(super) total: u64,
    pub(super) per_page: i64,
    pub(super) current_page: i64,
    pub(super) items: usize,
    #[serde(default)]
    pub(super) on_each_side: u8,
    pub(super) path: String,
    pub(super) page_name: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) fragment: Option<String>,
}

/// A difference from Laravel. A case with several differences is counted under the first one.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Rule {
    /// Laravel and a lenient pagination read a page below 1 as page 1. A strict pagination rejects it.
    PageClampedUp,
    /// Laravel computes with a size of 1, and writes the size that it was given. `PageRequest` has no size below 1, so the
    /// case is compared with a size of 1.
    PerPageBelow1,
    /// Laravel computes the last page with doubles, which are inexact above 2^53, and writes positions beyond 63 bits
    /// as floats. We compute in integers.
    Double,
    /// Laravel accepts any text as a path. `Pagination` rejects this one, so the case is compared under another path.
    Path(&'static str),
    /// Laravel writes a path in another script as it is. We write a URL of RFC 3986.
    PathEncoded,
    /// Laravel drops the fragment "0". We write it.
    FragmentZeroDropped,
    /// Laravel does not encode a fragment. We escape the characters that a URL cannot hold.
    FragmentNotUrlSafe,
    /// Laravel renumbers keys that are integers. We preserve them.
    QueryNumberKey,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PageClampedUp => f.write_str("page_clamped_up"),
            Self::PerPageBelow1 => f.write_str("per_page_below_1"),
            Self::Double => f.write_str("double"),
            Self::Path(kind) => write!(f, "path: {kind}"),
            Self::PathEncoded => f.write_str("path_encoded"),
            Self::FragmentZeroDropped => f.write_str("fragment_zero_dropped"),
            Self::FragmentNotUrlSafe => f.write_str("fragment_not_url_safe"),
            Self::QueryNumberKey => f.write_str("query_number_key"),
        }
    }
}

impl Input {
    /// Returns `links` and `meta` of the model's page.
    fn envelope(&self, model: &Model) -> Json {
        match self.fetched {
            Some(fetched) => model.simple_envelope(fetched as i128 > model.per_page),
            None => model.envelope(),
        }
    }
}

/// Compares a case in full, and returns the rules that explain the differences of our page.
pub(super) fn check(case: &Case) -> Result<Vec<Rule>, String> {
    let Case { input, links, meta, .. } = case;
    let recorded = with_null_pages(object([("links", links.clone()), ("meta", meta.clone())]));
    let theirs = theirs(input);
    let mut model = theirs.clone();
    let mut rules = Vec::new();

    let page = u64::try_from(input.current_page).ok().filter(|page| *page > 0);
    if page.is_none() {
        let query = format!("page={}", input.current_page);
        let lenient = list().lenient().request(&query).map(|request| request.page());
        if list().request(&query).is_ok() || lenient != Ok(1) {
            return Err(format!("page {} is not rejected, or not read as page 1", input.current_page));
        }
        rules.push(Rule::PageClampedUp);
    }
    if input.per_page < 1 {
        if u32::try_from(input.per_page).ok().and_then(NonZeroU32::new).is_some() {
            return Err(format!("page size {} is not rejected", input.per_page));
        }
        rules.push(Rule::PerPageBelow1);
        model.per_page = 1;
    }
    let is_double = recorded != input.envelope(&theirs) && recorded == with_floats(input.envelope(&doubles(input)));
    if is_double {
        rules.push(Rule::Double);
    }
    let defects = defects(&input.path);
    match (Pagination::new(&input.path), &*defects) {
        (Ok(_), []) => {
            let path = encoded(&theirs.path);
            if path != theirs.path {
                rules.push(Rule::PathEncoded);
                model.before_page.replace_range(..theirs.path.len(), &path);
                model.path = path;
            }
        }
        (Err(error), [_, ..]) => {
            let Some((_, kind)) = defects.iter().find(|(defect, _)| *defect == error) else {
                return Err(format!("path {:?}: {error:?}, which is none of {defects:?}", input.path));
            };
            rules.push(Rule::Path(kind));
            model.path = STAND_IN.to_owned();
            model.before_page = format!("{STAND_IN}?{}", theirs.before_page[start_of_query(&theirs.path)..].to_owned());
        }
        (made, _) => return Err(format!("path {:?}: {made:?}, but its defects are {defects:?}", input.path)),
    }
    let fragment = match input.fragment.as_deref() {
        None | Some("") => String::new(),
        Some(fragment) => format!("#{}", model::encode_fragment(fragment)),
    };
    if model.fragment != fragment {
        rules.push(if fragment == "#0" { Rule::FragmentZeroDropped } else { Rule::FragmentNotUrlSafe });
        model.fragment = fragment;
    }
    let their_query = written(&renumbered(input));
    let our_query = written(&preserved(input));
    if their_query != our_query {
        rules.push(Rule::QueryNumberKey);
        let start = model.before_page.len() - their_query.len();
        model.before_page.replace_range(start.., &our_query);
    }

    if !is_double && !rules.is_empty() && recorded != input.envelope(&theirs) {
        return Err(format!("{rules:?}: recorded is {recorded:?}, which these rules do not explain"));
    }
    let expected = if rules.is_empty() { recorded } else { input.envelope(&model) };
    let ours = ours(input, page.unwrap_or(1), defects.is_empty())?;
    if ours == expected { Ok(rules) } else { Err(format!("ours is {ours:?}, expected was {expected:?}")) }
}

/// The path of a case whose own path is rejected.
const STAND_IN: &str = "https://stand-in.example/t";

/// Returns the crate's page without `data`.
fn ours(input: &Input, page: u64, is_path_good: bool) -> Result<Json, String> {
    let per_page = u32::try_from(input.per_page.max(1)).ok().and_then(NonZeroU32::new).ok_or("page size above u32")?;
    let list = Pagination::new(if is_path_good { &input.path } else { STAND_IN }).map_err(|error| error.to_string())?;
    let list = list.with_page_name(input.page_name.clone()).map_err(|error| error.to_string())?;
    let list = list.with_per_page(per_page).with_max_query_len(usize::MAX);
    let list = list.with_link_style(LinkStyle::default().with_on_each_side(input.on_each_side));
    let list = input.fragment.iter().fold(list, |list, fragment| list.with_fragment(fragment));
    let query = format!("{}={page}", model::encode(&input.page_name, ""));
    let parameters = input.query.iter().map(|(name, value)| (name, value));
    let request = list.request(&query).and_then(|request| request.with_parameters(parameters));
    let request = request.map_err(|error| error.to_string())?;
    let mut written = Vec::new();
    let (json, result) = match input.fetched {
        Some(fetched) => {
            let page = request.simple_paginate(vec![(); fetched]);
            [Some(page.first_url()), page.prev_url(), page.next_url()].iter().flatten().for_each(|url| assert_url(url));
            (serde_json::to_string(&page), page.write_json(&mut written))
        }
        None => {
            let page = request.paginate(vec![(); input.items], input.total);
            assert_urls(&page);
            (serde_json::to_string(&page), page.write_json(&mut written))
        }
    };
    let json = result.and(json).map_err(|error| error.to_string())?;
    if written != json.as_bytes() {
        return Err(format!("`write_json` wrote {}, serde {json}", String::from_utf8_lossy(&written)));
    }
    let Ok(Json::Object(mut members)) = serde_json::from_str(&json) else { return Err(json) };
    match members.remove(0) {
        (name, Json::Array(items)) if name == "data" && items.len() == input.items => Ok(Json::Object(members)),
        _ => Err(format!("`data` is not the first member, or not whole: {json}")),
    }
}

/// Returns the model's page with all of Laravel's choices.
pub(super) fn theirs(input: &Input) -> Model {
    let path = if input.path == "/" { "/" } else { input.path.trim_end_matches('/') };
    let separator = if path.contains('?') { "&" } else { "?" };
    Model {
        total: input.total.into(),
        per_page: input.per_page.into(),
        last_page: model::last_page(input.total.into(), input.per_page.max(1).into()),
        page: input.current_page.max(1).into(),
        items: i128::try_from(input.items).expect("an item count"),
        on_each_side: input.on_each_side,
        path: path.to_owned(),
        before_page: format!("{path}{separator}{}", written(&renumbered(input))),
        fragment: match input.fragment.as_deref() {
            None | Some("" | "0") => String::new(),
            Some(fragment) => format!("#{fragment}"),
        },
    }
}

/// Returns the index of the query in a URL with this path. The query starts after the separator, which has one byte.
fn start_of_query(path: &str) -> usize {
    path.len() + 1
}

/// Returns the query up to the page number.
fn written(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| model::encode(name, "") + "=" + &model::encode(value, ""));
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns the pairs as we preserve them: a repeated name has its last value at its first position. The page is last.
fn preserved(input: &Input) -> Vec<(String, String)> {
    appended(input, |name| name == input.page_name)
}

/// Returns the pairs as PHP's `array_merge` does: names that are integers are renumbered from 0.
fn renumbered(input: &Input) -> Vec<(String, String)> {
    // PHP compares strictly: a key that is an integer never equals the page name, which is a string.
    let mut pairs = appended(input, |name| name == input.page_name && !is_whole_number(name));
    if pairs.len() > 1 {
        let numbers = pairs.iter_mut().filter(|(name, _)| is_whole_number(name));
        for (number, (name, _)) in numbers.enumerate() {
            *name = number.to_string();
        }
    }
    pairs
}

fn appended(input: &Input, is_page: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in input.query.iter().filter(|(name, _)| !is_page(name)) {
        match pairs.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => known.clone_from(value),
            None => pairs.push((name.clone(), value.clone())),
        }
    }
    pairs.push((input.page_name.clone(), String::new()));
    pairs
}

/// Returns whether PHP reads the key of an array as an integer.
fn is_whole_number(name: &str) -> bool {
    name.parse::<i64>().is_ok_and(|number| number.to_string() == name)
}

/// Returns the defects of a path as a base URL, each with its name.
fn defects(path: &str) -> Vec<(BaseUrlError, &'static str)> {
    let foreign = path.chars().find(|c| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(*c));
    let scheme = path.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let authority = path.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_absolute = path.starts_with('/');
    let path_start = if is_absolute { 0 } else { path.len() - after_authority(path).len() };
    let bracket = path[path_start..].chars().find(|c| "[]".contains(*c));
    let mut defects = Vec::new();
    defects.extend(bracket.map(|c| (BaseUrlError::Character(c), "character")));
    defects.extend(foreign.map(|c| (BaseUrlError::Character(c), "character")));
    let others = [
        (path.contains('#'), BaseUrlError::Fragment, "fragment"),
        (path.starts_with("//"), BaseUrlError::NoScheme, "no scheme"),
        (has_bare_percent_sign(path), BaseUrlError::PercentSign, "percent sign"),
        (path.contains('?'), BaseUrlError::Query, "query"),
        (!is_absolute && scheme.is_none(), BaseUrlError::Relative, "relative"),
        (
            !is_absolute && scheme.is_some_and(|scheme| scheme != "http" && scheme != "https"),
            BaseUrlError::Scheme,
            "scheme",
        ),
        (!is_absolute && authority.is_some_and(|it| it.contains('@')), BaseUrlError::Userinfo, "userinfo"),
    ];
    defects.extend(others.into_iter().filter(|(applies, ..)| *applies).map(|(_, error, kind)| (error, kind)));
    if !is_absolute {
        let error = match authority {
            Some("") => Some(url::ParseError::EmptyHost),
            _ => Url::parse(path).err(),
        };
        defects.extend(error.map(|error| (BaseUrlError::Malformed(error), "malformed")));
    }
    defects
}

fn after_authority(url: &str) -> &str {
    url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|slash| &rest[slash..])).unwrap_or_default()
}

fn has_bare_percent_sign(path: &str) -> bool {
    let is_hex = |c: Option<char>| c.is_some_and(|c| c.is_ascii_hexdigit());
    path.split('%').skip(1).any(|after| !is_hex(after.chars().next()) || !is_hex(after.chars().nth(1)))
}

/// Returns a path, or a URL without a query, in ASCII.
fn encoded(path: &str) -> String {
    let ascii: String = ('!'..='~').collect();
    if path.starts_with('/') {
        return model::encode(path, &ascii);
    }
    let rest = after_authority(path);
    let authority = &path[..path.len() - rest.len()];
    if authority.is_ascii() {
        return authority.to_owned() + &model::encode(rest, &ascii);
    }
    let url = Url::parse(authority).expect("a URL");
    let port = authority.rfind(':').map_or("", |colon| &authority[colon..]).trim_start_matches("://");
    let port = if port.contains(|c: char| !":0123456789".contains(c)) { "" } else { port };
    let scheme = authority.split(':').next().unwrap_or_default();
    format!("{scheme}://{}{port}{}", url.host_str().expect("a host"), model::encode(rest, &ascii))
}

/// Returns the model's page with PHP's arithmetic for the last page: in doubles, with a cast that wraps.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "it is PHP's own arithmetic")]
pub(super) fn doubles(input: &Input) -> Model {
    let quotient = (input.total as f64 / input.per_page.max(1) as f64).ceil() as i128;
    let last_page = if quotient > i64::MAX.into() { 1 } else { quotient.max(1) };
    Model { last_page, ..theirs(input) }
}

/// Writes positions beyond 63 bits as floats, as PHP does.
#[expect(clippy::cast_precision_loss, reason = "it is PHP's own arithmetic")]
pub(super) fn with_floats(mut envelope: Json) -> Json {
    for member in ["from", "to"] {
        let meta = envelope.member_mut("meta");
        if let Json::Number(number) = meta.member(member)
            && let Some(beyond) = number.as_u64().filter(|number| i64::try_from(*number).is_err())
        {
            *meta.member_mut(member) = float(beyond as f64);
        }
    }
    envelope
}

/// Adds `"page":null` to the entries without `page`.
pub(super) fn with_null_pages(mut envelope: Json) -> Json {
    let Json::Object(meta) = envelope.member_mut("meta") else { panic!("`meta` is no object") };
    // A page without a total has no array.
    if let Some((_, Json::Array(links))) = meta.iter_mut().find(|(name, _)| name == "links") {
        for link in links {
            let Json::Object(link) = link else { continue };
            if link.iter().map(|(name, _)| name.as_str()).eq(["url", "label", "active"]) {
                link.insert(2, ("page".to_owned(), Json::Null));
            }
        }
    }
    envelope
}

#[track_caller]
pub(super) fn float(number: f64) -> Json {
    Json::Number(serde_json::Number::from_f64(number).expect("a finite number"))
}
