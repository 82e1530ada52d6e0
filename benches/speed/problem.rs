//! The response to an unauthenticated request.

use std::hint::black_box;

use http::Response;
use tokenfolio::Problem;

use crate::any_problem::Members;
use crate::measure::{Table, Variant};
use crate::unauthorized::{Derived, by_hand};

const PATH: &str = "/api/v1/me/tokens";

pub(crate) fn measure(table: &mut Table) {
    let problem = Problem::unauthorized(PATH);
    let derived = Derived::new(PATH);
    let members = Members {
        type_uri: "about:blank",
        title: "Unauthorized",
        status: 401,
        detail: "Authentication failed",
        instance: PATH,
    };
    let mut expected = Vec::new();
    by_hand(&mut expected, PATH);
    assert_eq!(serde_json::to_vec(&derived).expect("it is JSON"), expected);
    assert_eq!(serde_json::to_vec(&problem).expect("it is JSON"), expected);
    for path in [PATH, "/a \"b\"/%41%/ü"] {
        let mut hand_written = Vec::new();
        let mut ours = Vec::new();
        by_hand(&mut hand_written, path);
        Problem::unauthorized(path).write_json(&mut ours);
        assert_eq!(ours, hand_written);
    }
    for detail in ["Authentication failed", "\u{0}\u{8}\t\n\u{c}\r\u{1f} \"\\/\u{7f}é"] {
        let mut hand_written = Vec::new();
        let mut ours = Vec::new();
        Members { detail, ..members }.write(&mut hand_written);
        Problem::unauthorized(PATH).with_detail(detail).write_json(&mut ours);
        assert_eq!(ours, hand_written);
    }

    let mut alone = Vec::new();
    let mut hand_written = Vec::new();
    let mut derive = Vec::new();
    let mut reused = Vec::new();
    let variants = vec![
        Variant::new("by hand, this problem alone", || by_hand(black_box(&mut alone), black_box(PATH))),
        Variant::new("by hand", || black_box(&members).write(black_box(&mut hand_written))),
        Variant::new("derive", || {
            derive.clear();
            serde_json::to_writer(black_box(&mut derive), black_box(&derived)).expect("it is JSON");
        }),
        Variant::new("ours", || black_box(&problem).write_json(black_box(&mut reused))),
    ];
    table.measure("a 401, into a reused buffer", &[1, 2], variants);

    let variants = vec![
        Variant::new("by hand, this problem alone", || {
            let mut body = Vec::new();
            by_hand(&mut body, black_box(PATH));
            black_box(body);
        }),
        Variant::new("by hand", || {
            let mut body = Vec::new();
            Members { instance: black_box(PATH), ..members }.write(&mut body);
            black_box(body);
        }),
        Variant::new("derive", || {
            black_box(serde_json::to_vec(&Derived::new(black_box(PATH))).expect("it is JSON"));
        }),
        Variant::new("ours", || {
            let mut body = Vec::new();
            Problem::unauthorized(black_box(PATH)).write_json(&mut body);
            black_box(body);
        }),
        Variant::new("ours, the response", || {
            black_box(Response::from(Problem::unauthorized(black_box(PATH))));
        }),
    ];
    table.measure("a 401, made and written to a fresh body", &[1, 2], variants);
}
