//! Page numbers in the query. The raw query must reach the library unchanged.

use http::Method;

use crate::PATH;
use crate::case::Case;
use crate::expected::Expected::{self, BadPage, Page, Rejected};

const BRACKETS: Expected = BadPage("has brackets after its name");
const EMPTY: Expected = BadPage("is empty");
const LARGER: Expected = BadPage("is larger");
const LEADING_ZERO: Expected = BadPage("has a leading zero");
const NOT_DECIMAL: Expected = BadPage("has something other than the digits 0 to 9");
const REPEATED: Expected = BadPage("is given more than once");
const ZERO: Expected = BadPage("is zero");

/// Queries, the expected responses of a strict server, and the pages of a lenient server.
const QUERIES: [(&str, Expected, u64); 61] = [
    ("", Page(1), 1),
    ("?", Page(1), 1),
    ("?page=1", Page(1), 1),
    ("?page=8", Page(8), 8),
    ("?page=15", Page(15), 15),
    // Past the end.
    ("?page=16", Page(16), 16),
    ("?page=9223372036854775806", Page(9_223_372_036_854_775_806), 9_223_372_036_854_775_806),
    ("?page=9223372036854775807", Page(9_223_372_036_854_775_807), 9_223_372_036_854_775_807),
    ("?page=9223372036854775808", LARGER, 1),
    ("?page=18446744073709551617", LARGER, 1),
    // Other spellings, and other parameters.
    ("?&&page=2", Page(2), 2),
    ("?p%61ge=2", Page(2), 2),
    ("?page=%32", Page(2), 2),
    ("?x=1&page=2&y=%26page%3D3", Page(2), 2),
    ("?page=2&", Page(2), 2),
    ("?page=2&per_page=1", Page(2), 2),
    ("?a=%FF&b=%&c=%zz&page=2", Page(2), 2),
    ("?page[]=2", BRACKETS, 1),
    ("?page%5B%5D=2", BRACKETS, 1),
    ("?page[0]=2&page[1]=3", BRACKETS, 1),
    ("?page[a][b]=2", BRACKETS, 1),
    ("?page=%31%30", Page(10), 10),
    ("?PAGE=2", Page(1), 1),
    ("?x;page=2", Page(1), 1),
    ("?page=2;x", NOT_DECIMAL, 1),
    ("?page=2?x", NOT_DECIMAL, 1),
    // Not a page.
    ("?page", EMPTY, 1),
    ("?page=", EMPTY, 1),
    ("?page=0", ZERO, 1),
    ("?page=-1", NOT_DECIMAL, 1),
    ("?page=abc", NOT_DECIMAL, 1),
    ("?page=2abc", NOT_DECIMAL, 1),
    ("?page=1.5", NOT_DECIMAL, 1),
    ("?page=1e1", NOT_DECIMAL, 1),
    ("?page=0x2", NOT_DECIMAL, 1),
    ("?page=%EF%BC%92", NOT_DECIMAL, 1),
    ("?page=２", NOT_DECIMAL, 1),
    ("?page=%FF", NOT_DECIMAL, 1),
    ("?page=%", NOT_DECIMAL, 1),
    ("?page=2%00", NOT_DECIMAL, 2),
    ("?page=-9223372036854775808", NOT_DECIMAL, 1),
    ("?page=18446744073709551616", LARGER, 1),
    ("?page=NaN", NOT_DECIMAL, 1),
    ("?page=-Infinity", NOT_DECIMAL, 1),
    ("?page=1e400", NOT_DECIMAL, 1),
    ("?page=1_000", NOT_DECIMAL, 1),
    ("?page=1%2C000", NOT_DECIMAL, 1),
    ("?page=null", NOT_DECIMAL, 1),
    ("?page=%00", NOT_DECIMAL, 1),
    ("?page=%D9%A3", NOT_DECIMAL, 1),
    ("?page=%2D0", NOT_DECIMAL, 1),
    ("?page=00", LEADING_ZERO, 1),
    ("?page=02", LEADING_ZERO, 1),
    ("?page=%3Cscript%3E", NOT_DECIMAL, 1),
    // Duplicates.
    ("?page=2&page=3", REPEATED, 3),
    ("?page=3&p%61ge=2", REPEATED, 2),
    ("?page=2&page=x", REPEATED, 1),
    // Laravel ignores the whitespace and the sign.
    ("?page=+2", NOT_DECIMAL, 2),
    ("?page=%2B2", NOT_DECIMAL, 2),
    ("?page=%202", NOT_DECIMAL, 2),
    ("?page=2%0A", NOT_DECIMAL, 2),
];

pub(super) fn strict_cases() -> Vec<Case> {
    let many_digits = format!("?page={}", "9".repeat(4_000));
    let long = format!("?x={}", "a".repeat(70_000));
    let cases = QUERIES.map(|(query, expected, _)| case(query, expected));
    let long = case(&long, Page(1)).or_rejected(&[400, 414, 431]);
    cases.into_iter().chain([case(&many_digits, LARGER), long]).collect()
}

pub(super) fn lenient_cases() -> Vec<Case> {
    QUERIES.map(|(query, _, page)| case(query, Page(page))).into()
}

fn case(query: &str, expected: Expected) -> Case {
    let name: String = query.chars().take(40).collect();
    let case = Case::new(&name, Method::GET, format!("{PATH}{query}"), expected).authorized();
    // RFC 3986 allows only ASCII in a target. Only actix-web enforces this.
    if query.is_ascii() { case } else { case.except("actix-web", Rejected(&[400])) }
}
