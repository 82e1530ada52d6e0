//! Credentials: RFC 6750, and RFC 9110, section 11.

use super::get;
use crate::case::Case;
use crate::expected::Expected::{Page, Single, Unauthorized};

const INVALID_REQUEST: Option<&str> = Some("invalid_request");
const INVALID_TOKEN: Option<&str> = Some("invalid_token");

pub(super) fn cases() -> Vec<Case> {
    [missing(), accepted(), rejected(), repeated()].concat()
}

fn missing() -> Vec<Case> {
    let case = |name, header: &str| get(name, Unauthorized(None)).header(header);
    let in_query = format!("{}?access_token={{good}}", crate::PATH);
    vec![
        get("no credentials", Unauthorized(None)),
        case("another scheme", "authorization: Basic dXNlcjpwYXNz"),
        case("another scheme with the same prefix", "authorization: Bearer{good}"),
        case("a scheme and no token", "authorization: Bearer"),
        case("a scheme, a space and no token", "authorization: Bearer "),
        case("an empty header", "authorization:"),
        Case::new("a token in the query", http::Method::GET, in_query, Unauthorized(None)),
        case("a token in a cookie", "cookie: authorization={good}"),
        case("a token in another header", "proxy-authorization: Bearer {good}"),
    ]
}

fn accepted() -> Vec<Case> {
    let case = |header: &str| get(header, Page(1)).header(header);
    vec![
        case("authorization: Bearer {good}"),
        case("authorization: bearer {good}"),
        case("authorization: BEARER {good}"),
        case("authorization: Bearer   {good}"),
        case("authorization: \t Bearer {good} \t "),
        case("authorization:Bearer {good}"),
        case("AUTHORIZATION: Bearer {good}"),
        get("allowed only from this address, and the owner of one token", Single)
            .header("authorization: Bearer {single}"),
    ]
}

fn rejected() -> Vec<Case> {
    let case = |name, header: &[u8]| get(name, Unauthorized(INVALID_TOKEN)).header(header);
    let long = |length| format!("authorization: Bearer {}", "a".repeat(length));
    vec![
        case("two words", b"authorization: Bearer a b"),
        case("a comma", b"authorization: Bearer a,b"),
        case("a quote", b"authorization: Bearer a\"b"),
        case("padding first", b"authorization: Bearer =abc"),
        case("UTF-8", "authorization: Bearer é".as_bytes()),
        case("a byte that is not UTF-8", b"authorization: Bearer \xff").except("rocket", Unauthorized(None)),
        case("a tab within", b"authorization: Bearer a\tb"),
        case("well-formed with padding", b"authorization: Bearer abc=="),
        case("well-formed with every sign", b"authorization: Bearer a-._~+/|b"),
        case("unknown", b"authorization: Bearer {good}0"),
        case("in upper case", b"authorization: Bearer {GOOD}"),
        case("expired", b"authorization: Bearer {expired}"),
        case("revoked", b"authorization: Bearer {revoked}"),
        case("not allowed from this address", b"authorization: Bearer {ip_denied}"),
        case("6,000 characters", long(6_000).as_bytes()),
        case("20,000 characters", long(20_000).as_bytes()),
    ]
}

fn repeated() -> Vec<Case> {
    let case = |name, first: &[u8], second: &[u8]| {
        let header = |value: &[u8]| [b"authorization: ", value].concat();
        get(name, Unauthorized(INVALID_REQUEST)).header(header(first)).header(header(second))
    };
    vec![
        case("the same twice", b"Bearer {good}", b"Bearer {good}"),
        case("good, then bad", b"Bearer {good}", b"Bearer bad"),
        case("bad, then good", b"Bearer bad", b"Bearer {good}"),
        case("good, then another scheme", b"Bearer {good}", b"Basic dXNlcjpwYXNz"),
        case("good, then empty", b"Bearer {good}", b""),
        case("good, then a byte that is not UTF-8", b"Bearer {good}", b"Bearer \xff").except("rocket", Page(1)),
        case("a byte that is not UTF-8, then good", b"Bearer \xff", b"Bearer {good}").except("rocket", Page(1)),
    ]
}
