use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde_json::json;
use tokenfolio::{
    AccessToken, AllowedIps, ExtensionName, LinkStyle, Page, Pagination, Paginator, Problem, ReportedStatus, TokenId,
    TokenResource, TokenStatus,
};

use crate::format::Format;

fn now() -> DateTime<Utc> {
    "2024-04-12T00:00:00Z".parse().expect("a time")
}

/// Returns tokens with minimum and maximum values, and with names that YAML must quote.
fn tokens() -> Vec<TokenResource> {
    let names = ["", "CI", "null", "yes", "~", "1e3", "0x1F", "- a: b", "# x", " \t\r\n\"\\'é\u{0}\u{85}\u{2028}🦀"];
    let lists = [None, Some(AllowedIps::deny_all()), AllowedIps::parse(["10.0.0.7", "2001:db8::/32", "::/0"]).ok()];
    let ids = [i64::MIN, -1, 0, 1, i64::MAX].into_iter().cycle();
    let mut tokens: Vec<_> = names.into_iter().zip(ids).map(|(name, id)| AccessToken::new(id, name, now())).collect();
    for (token, list) in tokens.iter_mut().zip(lists) {
        token.allowed_ips = list;
    }
    tokens[1].usage_count = u64::MAX;
    tokens[1].last_used_at = Some(now());
    tokens[2].expires_at = Some(now());
    tokens[3].revoked_at = Some(now() - TimeDelta::days(1));
    let mut tokens: Vec<_> = tokens.into_iter().map(|token| token.into_resource(now())).collect();
    tokens[4].status = ReportedStatus::from("suspended");
    tokens
}

fn pages() -> Vec<Paginator<TokenResource>> {
    let pagination = Pagination::new("https://api.example.com/tokens")
        .expect("a base")
        .with_per_page(10.try_into().expect("not zero"))
        .with_query_string();
    let page = |number: u64, tokens: Vec<TokenResource>, total| {
        pagination.request(&format!("a=b&c&page={number}")).expect("a page").paginate(tokens, total)
    };
    let without_array = pagination.clone().with_link_style(LinkStyle::default().without_array());
    vec![
        page(1, Vec::new(), 0),
        page(1, tokens(), 10),
        page(50, tokens(), 1_000),
        page(i64::MAX as u64, tokens(), u64::MAX),
        without_array.request("page=2").expect("a page").paginate(tokens(), 1_000),
    ]
}

const ACCOUNTS: ExtensionName = ExtensionName::from_static("accounts");
const NOTHING: ExtensionName = ExtensionName::from_static("nothing");

fn problems() -> Vec<Problem> {
    let extended = Problem::unauthorized("/api/v1/me/tokens")
        .with_type("https://e.example/p")
        .with_extension(ACCOUNTS, json!(["/a", {"b": null, "c": [true, -1, 1.5, u64::MAX, i64::MIN, "1"]}, [], {}]))
        .with_extension(NOTHING, json!(null));
    let read = |json: &str| Problem::from_slice(json.as_bytes()).expect("a problem");
    vec![
        Problem::new(StatusCode::NOT_FOUND),
        extended,
        read("{}"),
        read(r#"{"status":204,"title":"","errors":[{"parameter":"page","detail":"x"}]}"#),
    ]
}

#[test]
fn a_page_is_read_as_it_was_written() {
    for format in Format::ALL {
        for page in pages() {
            let read: Page<TokenResource> = format.round_trip(&page);
            assert_eq!(read, Page::from(page), "{format:?}");
        }
    }
}

#[test]
fn a_problem_is_read_as_it_was_written() {
    let json = |problem: &Problem| serde_json::to_string(problem).expect("a problem is JSON");
    for format in Format::ALL {
        for problem in problems() {
            let read: Problem = format.round_trip(&problem);
            assert_eq!(json(&read), json(&problem), "{format:?}");
        }
    }
}

#[test]
fn a_token_and_its_parts_are_read_as_they_were_written() {
    for format in Format::ALL {
        for token in tokens() {
            assert_eq!(format.round_trip::<_, TokenResource>(&token), token, "{format:?}");
            assert_eq!(format.round_trip::<_, TokenId>(&token.id), token.id, "{format:?}");
            assert_eq!(format.round_trip::<_, ReportedStatus>(&token.status), token.status, "{format:?}");
            assert_eq!(format.round_trip::<_, Option<AllowedIps>>(&token.allowed_ips), token.allowed_ips, "{format:?}");
        }
        for status in [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked] {
            assert_eq!(format.round_trip::<_, TokenStatus>(&status), status, "{format:?}");
        }
    }
}

/// This test only writes postcard. The format does not contain names or types, and the library needs both to read
/// tolerantly.
#[test]
fn everything_can_be_written_as_postcard() {
    for page in pages() {
        assert!(postcard::to_stdvec(&page).is_ok_and(|bytes| !bytes.is_empty()));
    }
    for problem in problems() {
        assert!(postcard::to_stdvec(&problem).is_ok_and(|bytes| !bytes.is_empty()));
    }
    for token in tokens() {
        assert!(postcard::to_stdvec(&token).is_ok_and(|bytes| !bytes.is_empty()));
    }
}
