//! The response of the endpoint to requests that it rejects, from the parts of the request.

use std::hint::black_box;

use http::request::Parts;

use crate::any_problem::Members;
use crate::endpoint;
use crate::measure::{Table, Variant};
use crate::ready::ready;

const PATH: &str = "/api/v1/me/tokens";
const DETAIL: &str = "must be a whole number from 1 to 9223372036854775807, but is zero";
const DETAIL_WITH_NAME: &str = "`page` must be a whole number from 1 to 9223372036854775807, but is zero";

pub(crate) fn measure(table: &mut Table) {
    let mut unauthorized = endpoint::request();
    unauthorized.headers.clear();
    measure_rejection(table, "a 401, from request to response", &unauthorized, write_unauthorized);
    let mut bad_request = endpoint::request();
    bad_request.uri = format!("{PATH}?page=0").parse().expect("it is a URI");
    measure_rejection(table, "a 400, from request to response", &bad_request, write_bad_request);
}

fn measure_rejection(table: &mut Table, work: &str, parts: &Parts, by_hand: fn(&mut Vec<u8>)) {
    let endpoint = endpoint::endpoint();
    let respond = || ready(endpoint.handle(black_box(parts), None));
    let mut expected = Vec::new();
    by_hand(&mut expected);
    assert_eq!(String::from_utf8(respond().into_body()), String::from_utf8(expected));
    let variants = vec![
        Variant::new("its bytes by hand", || {
            let mut body = Vec::new();
            by_hand(&mut body);
            black_box(body);
        }),
        Variant::new("ours, the endpoint", || {
            black_box(respond());
        }),
    ];
    table.measure(work, &[0], variants);
}

fn write_unauthorized(out: &mut Vec<u8>) {
    let members = Members {
        type_uri: "about:blank",
        title: "Unauthorized",
        status: 401,
        detail: "Authentication failed",
        instance: black_box(PATH),
    };
    members.write(out);
}

fn write_bad_request(out: &mut Vec<u8>) {
    out.reserve(512);
    let members = Members {
        type_uri: "about:blank",
        title: "Bad Request",
        status: 400,
        detail: black_box(DETAIL_WITH_NAME),
        instance: black_box(PATH),
    };
    members.write(out);
    // Removes the closing brace, because another member follows.
    out.truncate(out.len() - 1);
    Members::text(out, br#","errors":[{"detail":""#, black_box(DETAIL));
    Members::text(out, br#"","parameter":""#, "page");
    out.extend_from_slice(br#""}]}"#);
}
