//! Any page of tokens, by our encoder and by serde_json.
#![no_main]

use std::net::IpAddr;
use std::num::NonZeroU32;

use arbitrary::Arbitrary;
use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use tokenfolio::{
    AccessToken, AllowedIp, AllowedIps, LinkStyle, Page, PageRequest, Pagination, Paginator, ReportedStatus,
    TokenResource,
};
use tokenfolio_fuzz::query;

#[derive(Arbitrary, Debug)]
struct Input {
    tokens: Vec<Token>,
    total: Number,
    page: Number,
    per_page: NonZeroU32,
    has_host: bool,
    page_name: Option<String>,
    query: String,
    fragment: String,
    labels: Option<[String; 3]>,
    on_each_side: u8,
    has_array: bool,
    /// The initial content of the buffer.
    initial: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
struct Token {
    id: i64,
    name: String,
    status: Status,
    last_used_at: Option<Time>,
    usage_count: Number,
    expires_at: Option<Time>,
    created_at: Time,
    allowed_ips: Option<Vec<(IpAddr, Option<u8>)>>,
}

/// Any number, and often a number near a power of ten, where the number of digits changes.
#[derive(Arbitrary, Debug)]
enum Number {
    Any(u64),
    Near { power: u8, by: i8 },
}

impl Number {
    fn get(&self) -> u64 {
        match *self {
            Self::Any(number) => number,
            Self::Near { power, by } => 10_u64.pow(u32::from(power) % 20).saturating_add_signed(i64::from(by) / 16),
        }
    }
}

#[derive(Arbitrary, Debug)]
enum Status {
    Active,
    Expired,
    Revoked,
    Other(String),
}

/// Any time: days from the middle of the range that can be written, seconds of the day, and nanoseconds.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Time(i32, u32, u32);

fuzz_target!(|input: Input| {
    let mut out = input.initial.clone();
    let page = page(input);
    let expected = serde_json::to_vec(&page).expect("a page is JSON");
    page.write_tokens(&mut out);
    assert_eq!(out, expected);
    page.write_json(&mut out).expect("a page is JSON");
    assert_eq!(out, expected);
    // Items that are not tokens, and a buffer without spare capacity.
    let names = page.clone().map(|token| token.name);
    out.shrink_to_fit();
    names.write_json(&mut out).expect("a page is JSON");
    assert_eq!(out, serde_json::to_vec(&names).expect("a page is JSON"));

    let read: Page<TokenResource> = serde_json::from_slice(&expected).expect("a page is read");
    let meta = &read.meta;
    let links = &read.links;
    assert_eq!((meta.current_page, meta.last_page), (Some(page.current_page()), Some(page.last_page())));
    assert_eq!(meta.total, Some(page.total()));
    assert_eq!((meta.from, meta.to), (page.from(), page.to()));
    assert_eq!((links.prev.clone(), links.next.clone()), (page.prev_url(), page.next_url()));
    assert_eq!((links.first.clone(), links.last.clone()), (Some(page.first_url()), Some(page.last_url())));
    for (ours, theirs) in page.items().iter().zip(&read.data) {
        assert_eq!((ours.id, &ours.name, &ours.status), (theirs.id, &theirs.name, &theirs.status));
        assert_eq!((ours.usage_count, &ours.allowed_ips), (theirs.usage_count, &theirs.allowed_ips));
    }
});

fn page(input: Input) -> Paginator<TokenResource> {
    let base = if input.has_host { "https://h.example/é\u{7f6e}" } else { "/" };
    let name = input.page_name.filter(|name| !name.is_empty()).unwrap_or_else(|| "page".to_owned());
    // A lenient pagination reads the last page parameter, so any query can precede it.
    let number = input.page.get().clamp(1, PageRequest::MAX_PAGE);
    let raw_query = format!("{}&{}={number}", input.query, query::encode(&name));
    // Wide windows are slow and test little, so they are rare.
    let side = if input.on_each_side < 250 { input.on_each_side % 8 } else { input.on_each_side };
    let style = LinkStyle::default().with_on_each_side(side);
    let style = match input.labels {
        Some([previous, gap, next]) => style.with_labels(previous, next).with_gap_label(gap),
        None => style,
    };
    let style = if input.has_array { style } else { style.without_array() };
    let pagination = Pagination::new(base).expect("a URL").with_page_name(name).expect("a name that is not empty");
    let pagination = pagination.with_per_page(input.per_page).with_fragment(&input.fragment).with_link_style(style);
    let pagination = pagination.lenient().with_query_string().with_max_query_len(usize::MAX);
    let request = pagination.request(&raw_query).expect("a query of any length");
    assert_eq!((request.page(), request.per_page()), (number, input.per_page));
    let tokens = input.tokens.into_iter().map(resource).collect();
    request.paginate(tokens, input.total.get())
}

fn resource(token: Token) -> TokenResource {
    let created_at = time(token.created_at);
    let mut resource = AccessToken::new(token.id, token.name, created_at).into_resource(created_at);
    resource.status = match token.status {
        Status::Active => "active".into(),
        Status::Expired => "expired".into(),
        Status::Revoked => "revoked".into(),
        Status::Other(text) => ReportedStatus::from(&*text),
    };
    resource.last_used_at = token.last_used_at.map(time);
    resource.usage_count = token.usage_count.get();
    resource.expires_at = token.expires_at.map(time);
    resource.allowed_ips = token.allowed_ips.map(|entries| {
        let entries = entries.into_iter().map(|(address, length)| entry(address, length));
        AllowedIps::new(entries).unwrap_or_else(|_| AllowedIps::deny_all())
    });
    resource
}

fn entry(address: IpAddr, length: Option<u8>) -> AllowedIp {
    let bare = AllowedIp::from(address);
    let address = bare.range().addr();
    let longest = if address.is_ipv4() { 32 } else { 128 };
    length.map_or(bare, |length| format!("{address}/{}", length % (longest + 1)).parse().expect("a range"))
}

fn time(Time(days, seconds, nanoseconds): Time) -> DateTime<Utc> {
    const DAY: i64 = 86_400;
    const MIDDLE: i64 = 95_617_584_000;
    // A leap second has more than 999,999,999 nanoseconds. chrono accepts it only at the end of a minute.
    let seconds = MIDDLE + i64::from(days) / 256 * DAY + i64::from(seconds) % DAY;
    let nanoseconds = nanoseconds % 2_000_000_000;
    DateTime::from_timestamp(seconds, nanoseconds)
        .or_else(|| DateTime::from_timestamp(seconds, nanoseconds % 1_000_000_000))
        .unwrap_or(DateTime::<Utc>::MIN_UTC)
}
