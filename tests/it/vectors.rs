//! The envelope against what Laravel itself answered: laravel/framework 13.x (bd71b45f), recorded as JSON Lines.
//!
//! Where the crate decides otherwise, a rule says so. A rule skips nothing: the recorded case must first be what the
//! model makes of Laravel's choice, and our page must then be what the model makes of ours, member by member.
//!
//! Separators have `"page":null` here and no `page` there, in every case, which is not counted as a rule.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokenfolio::{
    BaseUrlError, LinkStyle, NextUrlError, Page, PageRequest, PageRules, PageUrls, Paginator, TokenResource,
};
use url::Url;

use crate::model::{self, Model};
use crate::ordered_json::{Json, object};

/// A page as Laravel was asked for it, and what it answered.
#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    name: String,
    input: Input,
    links: Json,
    meta: Json,
}

#[derive(Clone, Debug, Deserialize)]
struct Input {
    total: u64,
    per_page: i64,
    current_page: i64,
    items: usize,
    on_each_side: u8,
    path: String,
    page_name: String,
    query: Vec<(String, String)>,
    fragment: Option<String>,
}

/// Where we differ from Laravel. A case to which several apply is counted under the first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Rule {
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

#[test]
fn the_envelope_agrees_with_laravel() {
    let given = std::env::var_os("TOKENFOLIO_VECTORS").map(PathBuf::from);
    let files = given.map_or_else(|| vec![data("public.jsonl")], |directory| json_lines_in(&directory));
    let mut compared = 0;
    let mut decided: BTreeMap<Rule, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a readable file");
        if !text.lines().next().is_some_and(is_of_this_form) {
            println!("{}: not of this form", file.display());
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            let case: Case =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{}:{}: {error}", file.display(), at + 1));
            compared += 1;
            match check(&case) {
                Ok(rules) => {
                    if let Some(first) = rules.into_iter().min() {
                        *decided.entry(first).or_default() += 1;
                    }
                }
                Err(difference) => wrong.push(format!("{}:{}: {}: {difference}", file.display(), at + 1, case.name)),
            }
        }
    }
    for difference in wrong.iter().take(20) {
        println!("{difference}");
    }
    let differently: usize = decided.values().sum();
    let by_rule: Vec<_> = decided.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    println!("laravel: {compared} cases compared, {differently} decided differently ({})", by_rule.join(", "));
    assert!(compared > 0, "no file is of the form of tests/data/public.jsonl");
    assert!(wrong.is_empty(), "{} of {compared} cases differ, the first: {}", wrong.len(), wrong[0]);
}

#[test]
fn every_deviation_from_the_recorded_pages_is_known() {
    let mut decided: BTreeMap<String, usize> = BTreeMap::new();
    for case in read::<Case>("public.jsonl") {
        for rule in check(&case).unwrap() {
            *decided.entry(rule.to_string()).or_default() += 1;
        }
    }
    let known = [
        ("page_clamped_up", 9),
        ("path: no scheme", 40),
        ("path: query", 162),
        ("path: relative", 47),
        ("per_page_below_1", 3),
    ];
    assert_eq!(decided, known.map(|(rule, count)| (rule.to_owned(), count)).into());
}

#[test]
fn the_model_writes_every_recorded_page() {
    for case in read::<Case>("public.jsonl") {
        let expected = with_null_pages(object([("links", case.links), ("meta", case.meta)]));
        assert_eq!(theirs(&case.input).envelope(), expected, "{}", case.name);
    }
}

#[test]
fn a_rule_takes_nothing_but_what_it_says() {
    let input = Input {
        total: 281,
        per_page: 20,
        current_page: 8,
        items: 20,
        on_each_side: 3,
        path: "/t".to_owned(),
        page_name: "page".to_owned(),
        query: pairs(&[("q", "a b")]),
        fragment: Some("x".to_owned()),
    };
    type Change = (&'static [Rule], fn(&mut Input));
    let changes: [Change; 22] = [
        (&[], |_| {}),
        (&[], |input| input.fragment = Some("a%20b/?".to_owned())),
        (&[], |input| input.path = "https://h.example/é//".to_owned()),
        (&[], |input| input.page_name = "página[número]".to_owned()),
        (&[], |input| input.query = pairs(&[("0", "x"), ("a", "y"), ("1", "z"), ("01", ""), ("-0", ""), ("1.0", "")])),
        (&[Rule::PageClampedUp], |input| input.current_page = i64::MIN),
        (&[Rule::PerPageBelow1], |input| input.per_page = -20),
        (&[Rule::Path("character")], |input| input.path = "/a b".to_owned()),
        (&[Rule::Path("fragment")], |input| input.path = "/a#b".to_owned()),
        (&[Rule::Path("malformed")], |input| input.path = "http:///a".to_owned()),
        (&[Rule::Path("no scheme")], |input| input.path = "///".to_owned()),
        (&[Rule::Path("query")], |input| input.path = "/a?b=/".to_owned()),
        (&[Rule::Path("relative")], |input| input.path = "a".to_owned()),
        (&[Rule::Path("scheme")], |input| input.path = "ftp://h".to_owned()),
        (&[Rule::Path("userinfo")], |input| input.path = "http://a@h".to_owned()),
        (&[Rule::FragmentZeroDropped], |input| input.fragment = Some("0".to_owned())),
        (&[Rule::FragmentNotUrlSafe], |input| input.fragment = Some("#%2é\"%zz%41".to_owned())),
        (&[Rule::QueryNumberKey], |input| input.query = pairs(&[("5", "x"), ("q", ""), ("7", "y"), ("5", "z")])),
        (&[Rule::QueryNumberKey], |input| input.query = pairs(&[("-1", "x")])),
        (&[Rule::QueryNumberKey], |input| input.page_name = "7".to_owned()),
        (&[Rule::Path("query"), Rule::FragmentNotUrlSafe, Rule::QueryNumberKey], |input| {
            input.path = "/a?b".to_owned();
            input.fragment = Some(" ".to_owned());
            input.query = pairs(&[("9223372036854775807", "x"), ("9223372036854775808", "y")]);
        }),
        (&[Rule::PageClampedUp, Rule::PerPageBelow1, Rule::FragmentZeroDropped], |input| {
            input.current_page = 0;
            input.per_page = 0;
            input.fragment = Some("0".to_owned());
        }),
    ];
    for (rules, change) in changes {
        let mut input = input.clone();
        change(&mut input);
        let case = recorded(&input, &theirs(&input).envelope());
        assert_eq!(check(&case).as_deref(), Ok(rules));
        // A page that Laravel would not answer so is noticed, rule or none.
        for change in ["current_page", "from", "last_page", "per_page", "to", "total", "path", "links"] {
            let mut case = recorded(&input, &theirs(&input).envelope());
            *case.meta.member_mut(change) = Json::from("else");
            assert!(check(&case).is_err(), "{change} changed under {rules:?}");
        }
        for change in ["first", "last", "prev", "next"] {
            let mut case = recorded(&input, &theirs(&input).envelope());
            *case.links.member_mut(change) = Json::from("else");
            assert!(check(&case).is_err(), "{change} changed under {rules:?}");
        }
        // So is another order.
        let mut case = recorded(&input, &theirs(&input).envelope());
        let Json::Object(members) = &mut case.meta else { panic!("meta is an object") };
        members.swap(0, 1);
        assert!(check(&case).is_err(), "members swapped under {rules:?}");
    }
}

proptest! {
    #[test]
    fn a_page_drawn_with_any_options_is_ours_by_these_rules(
        (total, per_page, current_page) in (0..1_u64 << 63, -2..300_i64, -2..1_000_i64),
        (items, on_each_side) in (0..30_usize, prop_oneof![9 => 0..12_u8, 1 => any::<u8>()]),
        path in prop_oneof![
            "(https?://[a-z.é:@]{0,5})?(/{0,3}[a-zé%?#]{0,2}){0,3}",
            "[-a-z0-9:/?#%@ é\u{85}\u{a0}\"<>{}|^`\\\\]{0,12}",
            any::<String>(),
        ],
        page_name in prop_oneof!["page", "[0-9]", any::<String>()],
        query in vec(("-?[0-9]{0,2}|[ap+& ]{0,2}|page", any::<String>()), 0..5),
        fragment in option::of(prop_oneof!["[a-f0-9%#é]{0,6}", any::<String>()]),
    ) {
        let input = Input { total, per_page, current_page, items, on_each_side, path, page_name, query, fragment };
        let case = recorded(&input, &with_floats(doubles(&input).envelope()));
        prop_assert!(check(&case).is_ok(), "{:?}", check(&case));
    }
}

#[test]
fn numbers_that_doubles_get_wrong_are_right() {
    // Total, page size, page; last page and `from` as Laravel has them.
    let cases = [
        ((1 << 53) + 1, 1, 1, 1 << 53, Json::from(1)),
        (1 << 62, 20, 1, 230_584_300_921_369_408, Json::from(1)),
        (10_u64.pow(18), 7, 1, 142_857_142_857_142_864, Json::from(1)),
        ((1 << 63) - 1, 1, 1, 1, Json::from(1)),
        (9, 2, i64::MAX, 5, float(1.844_674_407_370_955_2e19)),
        (9, 20, 922_337_203_685_477_580, 1, float(1.844_674_407_370_955_2e19)),
    ];
    for (total, per_page, current_page, last_page, from) in cases {
        let input = Input {
            total,
            per_page,
            current_page,
            items: 2,
            on_each_side: 0,
            path: "/t".to_owned(),
            page_name: "page".to_owned(),
            query: Vec::new(),
            fragment: None,
        };
        let envelope = doubles(&input).envelope();
        assert_eq!(*envelope.member("meta").member("last_page"), last_page.into());
        let case = recorded(&input, &with_floats(envelope));
        assert_eq!(*case.meta.member("from"), from);
        assert_eq!(check(&case).as_deref(), Ok(&[Rule::Double][..]), "{total} {per_page} {current_page}");
    }
}

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
    // The middleware strips every kind of blank first, which is not the paginator's doing, nor ours.
    let rows: Vec<Row> = read("page_param.jsonl").into_iter().filter(|row: &Row| !row.default_middleware).collect();
    assert_eq!(rows.len(), 54);
    for row in rows {
        let request = PageRequest::from_query(&row.raw, &PageRules::default().lenient()).unwrap();
        assert_eq!(request.page(), row.page, "{}", row.raw);
    }
}

#[test]
fn every_recorded_query_is_kept_byte_for_byte() {
    let mut rows = 0;
    for row in read::<Value>("querystring.jsonl") {
        let raw = text(&row["raw"]);
        let kept = raw.split('&').filter(|parameter| !parameter.is_empty());
        let kept = kept.filter(|parameter| !matches!(parameter.split('=').next(), Some("page")));
        let kept: String = kept.map(|parameter| encode_query(parameter) + "&").collect();
        let urls = PageUrls::new("/t").unwrap().with_query_string(raw);
        assert_eq!(urls.url(1), format!("/t?{kept}page=1"), "{raw}");

        let first = urls.url(1);
        let again = PageUrls::new("/t").unwrap().with_query_string(first.split_once('?').unwrap().1);
        assert_eq!(again.url(2), format!("/t?{kept}page=2"), "{raw}");
        rows += 1;
    }
    assert_eq!(rows, 164);
}

#[derive(Deserialize)]
struct Answer {
    request: String,
    total: u64,
    per_page: u32,
    page_name: String,
    preserve_query: bool,
    raw: String,
}

#[test]
fn every_recorded_answer_is_read_in_full() {
    let answers = read::<Answer>("envelope.jsonl");
    assert_eq!(answers.len(), 55);
    for answer in answers {
        let page: Page<TokenResource> = serde_json::from_str(&answer.raw).unwrap();
        let value: Value = serde_json::from_str(&answer.raw).unwrap();

        let data: Vec<_> = page.data.iter().map(token).collect();
        let expected = value["data"].as_array().unwrap().iter().map(|token| {
            let mut token = token.clone();
            for member in ["last_used_at", "expires_at", "created_at"] {
                let utc = token[member].as_str().map(|at| at.replace("+00:00", "Z"));
                token[member] = json!(utc);
            }
            token
        });
        assert_eq!(data, expected.collect::<Vec<_>>());

        let links = json!({
            "first": page.links.first, "last": page.links.last, "prev": page.links.prev, "next": page.links.next,
        });
        assert_eq!(links, value["links"]);

        let meta = &value["meta"];
        assert_eq!(json!(page.meta.current_page), meta["current_page"]);
        assert_eq!(page.meta.from, position(&meta["from"]));
        assert_eq!(json!(page.meta.last_page), meta["last_page"]);
        assert_eq!(json!(page.meta.path), meta["path"]);
        assert_eq!(json!(page.meta.per_page), meta["per_page"]);
        assert_eq!(page.meta.to, position(&meta["to"]));
        assert_eq!(json!(page.meta.total), meta["total"]);

        let array = meta["links"].as_array().unwrap();
        assert_eq!(page.meta.links.len(), array.len());
        for (link, expected) in page.meta.links.iter().zip(array) {
            assert_eq!(json!(link.url), expected["url"]);
            assert_eq!(json!(link.label), expected["label"]);
            assert_eq!(json!(link.page), expected.get("page").cloned().unwrap_or_default());
            assert_eq!(json!(link.active), expected["active"]);
        }
    }
}

/// Laravel does not read back the bracketed name that it writes: whoever follows its links asks for page 2 for ever.
#[test]
fn every_recorded_next_page_is_followed_but_one_that_never_ends() {
    let mut refused = 0;
    for answer in read::<Answer>("envelope.jsonl") {
        let page: Page<Value> = serde_json::from_str(&answer.raw).unwrap();
        let next = page.links.next_url(&Url::parse(&answer.request).unwrap(), &answer.page_name);
        if answer.page_name == "page[number]" {
            refused += 1;
            assert_eq!(page.meta.current_page, 1);
            assert_eq!(next, Err(NextUrlError::NotAhead { asked: 2, next: 2 }));
        } else {
            assert_eq!(next, Ok(page.links.next.map(|link| Url::parse(&link).unwrap())), "{}", answer.request);
        }
    }
    assert_eq!(refused, 2);
}

/// Rebuilds what Laravel answered from the request that it answered.
#[test]
fn every_recorded_answer_is_rebuilt_from_its_request() {
    let mut decided: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in read::<Answer>("envelope.jsonl") {
        let (path, query) = answer.request.split_once('?').unwrap_or((&answer.request, ""));
        let mut expected: Value = serde_json::from_str(&answer.raw).unwrap();
        let rules = PageRules::default()
            .with_page_name(answer.page_name.clone())
            .with_per_page(NonZeroU32::new(answer.per_page).unwrap())
            .lenient();
        let request = PageRequest::from_query(query, &rules).unwrap();
        let urls = PageUrls::new(path).unwrap().with_page_name(answer.page_name.clone());
        let urls = if answer.preserve_query { urls.with_query_string(query) } else { urls };
        let items = expected["data"].as_array().unwrap().clone();
        let page = Paginator::new(items, answer.total, request, urls).with_style(LinkStyle::laravel_entities());

        for link in expected["meta"]["links"].as_array_mut().unwrap() {
            let page = link.get("page").cloned().unwrap_or_default();
            link["page"] = page;
        }
        // Laravel cannot read back the bracketed name it writes; we read page 2.
        if answer.page_name == "page[number]" {
            *decided.entry("bracketed page name").or_default() += 1;
            assert_eq!((request.page(), &expected["meta"]["current_page"]), (2, &json!(1)));
            assert_eq!(page.first_url(), "http://localhost/t?page%5Bnumber%5D=1");
            continue;
        }
        // Laravel reads a dotted name as a nested one, and writes it as it is; we read what we write.
        if answer.page_name == "page.number" {
            *decided.entry("dotted page name").or_default() += 1;
            assert_eq!((request.page(), &expected["meta"]["current_page"]), (1, &json!(2)));
            let kept = if answer.preserve_query { "page[number]=2&" } else { "" };
            assert_eq!(page.first_url(), format!("http://localhost/t?{kept}page.number=1"));
            continue;
        }
        // Laravel counts in doubles.
        if expected["meta"]["from"].is_f64() {
            *decided.entry("double").or_default() += 1;
            let from = u128::from(request.page() - 1) * u128::from(answer.per_page) + 1;
            let to = from + expected["data"].as_array().unwrap().len() as u128 - 1;
            expected["meta"]["from"] = json!(u64::try_from(from).unwrap());
            expected["meta"]["to"] = json!(u64::try_from(to).unwrap());
        }
        // Laravel writes a kept query anew, and drops empty values; we keep it as it came.
        let kept: Vec<_> = query.split('&').filter(|parameter| !parameter.starts_with("page=")).collect();
        if answer.preserve_query && answer.page_name == "page" && !kept.join("").is_empty() {
            *decided.entry("kept query").or_default() += 1;
            let theirs = text(&expected["links"]["first"]);
            let theirs = &theirs[path.len()..theirs.len() - "1".len()];
            let raw = serde_json::to_string(&expected).unwrap();
            assert!(raw.contains(theirs));
            expected = serde_json::from_str(&raw.replace(theirs, &format!("?{}&page=", kept.join("&")))).unwrap();
        }
        assert_eq!(serde_json::to_value(&page).unwrap(), expected, "{}", answer.request);
    }
    let known = [("bracketed page name", 2), ("dotted page name", 2), ("double", 4), ("kept query", 3)];
    assert_eq!(decided, known.into());
}

/// Compares the case in full, and names the rules by which ours is another answer.
fn check(case: &Case) -> Result<Vec<Rule>, String> {
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
    let (their_query, our_query) = (written(&renumbered(input)), written(&kept(input)));
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
fn theirs(input: &Input) -> Model {
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
fn doubles(input: &Input) -> Model {
    let quotient = (input.total as f64 / input.per_page.max(1) as f64).ceil() as i128;
    let last_page = if quotient > i64::MAX.into() { 1 } else { quotient.max(1) };
    Model { last_page, ..theirs(input) }
}

/// Writes positions beyond 63 bits as floats, as PHP does.
#[expect(clippy::cast_precision_loss, reason = "it is PHP's own arithmetic")]
fn with_floats(mut envelope: Json) -> Json {
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
fn with_null_pages(mut envelope: Json) -> Json {
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

/// A case that was recorded so.
#[track_caller]
fn recorded(input: &Input, envelope: &Json) -> Case {
    let [links, meta] = ["links", "meta"].map(|name| envelope.member(name).clone());
    Case { name: String::new(), input: input.clone(), links, meta }
}

#[track_caller]
fn float(number: f64) -> Json {
    Json::Number(serde_json::Number::from_f64(number).expect("a finite number"))
}

/// Escapes of a kept parameter what neither a URL nor a header can hold.
fn encode_query(parameter: &str) -> String {
    model::encode(parameter, "!$&'()*+,;=:@/?[]%")
}

/// A position as the nearest `u64`; Laravel writes floats where it does not fit 63 bits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the nearest u64 is meant")]
fn position(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().map(|float| float as u64))
}

#[track_caller]
fn token(token: &TokenResource) -> Value {
    serde_json::to_value(token).expect("a token")
}

#[track_caller]
fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[track_caller]
fn read<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let text = fs::read_to_string(data(name)).expect("a readable file");
    text.lines().map(|line| serde_json::from_str(line).expect("a row of the file's form")).collect()
}

#[track_caller]
fn json_lines_in(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    files
}

/// Tells whether a line is a length-aware page with all that it was made from.
fn is_of_this_form(line: &str) -> bool {
    let members = [
        "/input/total",
        "/input/per_page",
        "/input/current_page",
        "/input/items",
        "/input/on_each_side",
        "/input/path",
        "/input/page_name",
        "/input/query",
        "/input/fragment",
        "/links/first",
        "/meta/last_page",
        "/meta/links",
    ];
    serde_json::from_str::<Value>(line).is_ok_and(|row| members.iter().all(|member| row.pointer(member).is_some()))
}
