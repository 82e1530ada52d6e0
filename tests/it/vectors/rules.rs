//! The envelope against what Laravel itself answered: laravel/framework 13.x (bd71b45f), recorded as JSON Lines.
//!
//! Where the crate decides otherwise, a rule says so. A rule skips nothing: the recorded case must first be what the
//! model makes of Laravel's choice, and our page must then be what the model makes of ours, member by member.
//!
//! Separators have `"page":null` here and no `page` there, in every case, which is not counted as a rule.

use std::fmt;
use std::num::NonZeroU32;

use serde::Deserialize;
use tokenfolio::{BaseUrlError, LinkStyle, PageRequest, PageRules, PageUrls, Paginator};
use url::Url;

use crate::model::{self, Model};
use crate::ordered_json::{Json, object};

/// A page as Laravel was asked for it, and what it answered.
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
    pub(super) total: u64,
    pub(super) per_page: i64,
    pub(super) current_page: i64,
    pub(super) items: usize,
    pub(super) on_each_side: u8,
    pub(super) path: String,
    pub(super) page_name: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) fragment: Option<String>,
}

/// Where we differ from Laravel. A case to which several apply is counted under the first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Rule {
    /// Laravel makes page 1 of a page below 1. `PageRequest::new` refuses it, and lenient reading makes page 1 of it.
    PageClampedUp,
    /// Laravel divides by 1 but echoes the size. `PageRequest` has no size below 1; the case is compared at 1 a page.
    PerPageBelow1,
    /// Laravel counts in doubles where a number does not fit 2^53, or 63 bits. We count in whole numbers.
    Double,
    /// Laravel takes any text for a path. `PageUrls` refuses it; the case is compared under another path.
    Path(&'static str),
    /// Laravel drops the fragment "0". We keep it.
    FragmentZeroDropped,
    /// Laravel writes a fragment as it is. We escape what a URL cannot hold.
    FragmentNotUrlSafe,
    /// Laravel renumbers keys that are whole numbers. We keep them.
    QueryNumberKey,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PageClampedUp => f.write_str("page_clamped_up"),
            Self::PerPageBelow1 => f.write_str("per_page_below_1"),
            Self::Double => f.write_str("double"),
            Self::Path(kind) => write!(f, "path: {kind}"),
            Self::FragmentZeroDropped => f.write_str("fragment_zero_dropped"),
            Self::FragmentNotUrlSafe => f.write_str("fragment_not_url_safe"),
            Self::QueryNumberKey => f.write_str("query_number_key"),
        }
    }
}

/// Compares the case in full, and names the rules by which ours is another answer.
pub(super) fn check(case: &Case) -> Result<Vec<Rule>, String> {
    let Case { input, links, meta, .. } = case;
    let recorded = with_null_pages(object([("links", links.clone()), ("meta", meta.clone())]));
    let theirs = theirs(input);
    let mut model = theirs.clone();
    let mut rules = Vec::new();

    let page = u64::try_from(input.current_page).ok().filter(|page| *page > 0);
    if page.is_none() {
        let refused =
            u64::try_from(input.current_page).is_ok_and(|page| PageRequest::new(page, NonZeroU32::MIN).is_err());
        let lenient = PageRequest::from_query(&format!("page={}", input.current_page), &PageRules::default().lenient());
        if !(input.current_page < 0 || refused) || lenient.map(PageRequest::page) != Ok(1) {
            return Err(format!("page {} is not refused, or not read as page 1", input.current_page));
        }
        rules.push(Rule::PageClampedUp);
    }
    if input.per_page < 1 {
        if u32::try_from(input.per_page).ok().and_then(NonZeroU32::new).is_some() {
            return Err(format!("page size {} is not refused", input.per_page));
        }
        rules.push(Rule::PerPageBelow1);
        model.per_page = 1;
    }
    let is_double = recorded != theirs.envelope() && recorded == with_floats(doubles(input).envelope());
    if is_double {
        rules.push(Rule::Double);
    }
    let defects = defects(&input.path);
    match (PageUrls::new(&input.path), &*defects) {
        (Ok(_), []) => {}
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
    let our_query = written(&kept(input));
    if their_query != our_query {
        rules.push(Rule::QueryNumberKey);
        let start = model.before_page.len() - their_query.len();
        model.before_page.replace_range(start.., &our_query);
    }

    if !is_double && !rules.is_empty() && recorded != theirs.envelope() {
        return Err(format!("{rules:?}: recorded is {recorded:?}, which these rules do not explain"));
    }
    let expected = if rules.is_empty() { recorded } else { model.envelope() };
    let ours = ours(input, page.unwrap_or(1), defects.is_empty())?;
    if ours == expected { Ok(rules) } else { Err(format!("ours is {ours:?}, expected was {expected:?}")) }
}

/// The path under which a case is compared whose own is refused.
const STAND_IN: &str = "https://stand-in.example/t";

/// The page by the crate, as it is read from its bytes, without `data`.
fn ours(input: &Input, page: u64, is_path_good: bool) -> Result<Json, String> {
    let per_page = u32::try_from(input.per_page.max(1)).ok().and_then(NonZeroU32::new).ok_or("page size above u32")?;
    let request = PageRequest::new(page, per_page).map_err(|error| error.to_string())?;
    let urls = PageUrls::new(if is_path_good { &input.path } else { STAND_IN }).map_err(|error| error.to_string())?;
    let urls = urls.with_page_name(input.page_name.clone());
    let urls = input.query.iter().fold(urls, |urls, (name, value)| urls.with_parameter(name, value));
    let urls = input.fragment.iter().fold(urls, |urls, fragment| urls.with_fragment(fragment));
    let page = Paginator::new(vec![(); input.items], input.total, request, urls)
        .with_style(LinkStyle::default().with_on_each_side(input.on_each_side));
    let json = serde_json::to_string(&page).map_err(|error| error.to_string())?;
    let mut written = Vec::new();
    page.write_json(&mut written).map_err(|error| error.to_string())?;
    if written != json.as_bytes() {
        return Err(format!("`write_json` wrote {}, serde {json}", String::from_utf8_lossy(&written)));
    }
    let Ok(Json::Object(mut members)) = serde_json::from_str(&json) else { return Err(json) };
    match members.remove(0) {
        (name, Json::Array(items)) if name == "data" && items.len() == input.items => Ok(Json::Object(members)),
        _ => Err(format!("`data` is not the first member, or not whole: {json}")),
    }
}

/// The page by the model, with every choice that Laravel makes.
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

/// Where the query begins in a URL under this path: behind the separator, of one byte.
fn start_of_query(path: &str) -> usize {
    path.len() + 1
}

/// The query up to the number of the page.
fn written(pairs: &[(String, String)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| model::encode(name, "") + "=" + &model::encode(value, ""));
    pairs.collect::<Vec<_>>().join("&")
}

/// The pairs as we keep them: a repeated name has its last value in its first place, and the page is last.
fn kept(input: &Input) -> Vec<(String, String)> {
    appended(input, |name| name == input.page_name)
}

/// The pairs as PHP's `array_merge` leaves them: names that are whole numbers are counted from 0.
fn renumbered(input: &Input) -> Vec<(String, String)> {
    // A number is never equal to the page's name, which is text.
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

/// Tells whether PHP takes an array's key for a number.
fn is_whole_number(name: &str) -> bool {
    name.parse::<i64>().is_ok_and(|number| number.to_string() == name)
}

/// What is wrong with a path as a base for links, each with its name; a path may have several defects.
fn defects(path: &str) -> Vec<(BaseUrlError, &'static str)> {
    let foreign = path.chars().find(|c| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(*c));
    let scheme = path.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let authority = path.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_absolute = path.starts_with('/');
    let mut defects = Vec::new();
    defects.extend(foreign.map(|c| (BaseUrlError::Character(c), "character")));
    let others = [
        (path.contains('#'), BaseUrlError::Fragment, "fragment"),
        (path.starts_with("//"), BaseUrlError::NoScheme, "no scheme"),
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

/// The page by the model, its last page counted as PHP does: in doubles, and by a cast that wraps.
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

/// Gives `page` to the entries that have none, where Laravel's others have it.
pub(super) fn with_null_pages(mut envelope: Json) -> Json {
    if let Json::Array(links) = envelope.member_mut("meta").member_mut("links") {
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
