//! Pages without a total, by number and by cursor, to bytes.

use std::hint::black_box;

use serde::{Deserialize, Serialize};
use tokenfolio::{CursorPaginator, SimplePaginator, TokenResource};

use crate::measure::{Table, Variant};
use crate::page;

pub(crate) fn measure(table: &mut Table) {
    measure_simple(table);
    measure_cursor(table);
}

fn measure_simple(table: &mut Table) {
    let simple: SimplePaginator<TokenResource> = page::request().simple_paginate(page::tokens());
    let expected = serde_json::to_vec(&simple).expect("it is JSON");
    let mut reused = Vec::new();
    simple.write_tokens(&mut reused);
    assert!(reused == expected, "the encoder and serde_json differ");
    let variants = vec![
        Variant::new("serde_json", || {
            black_box(serde_json::to_vec(black_box(&simple)).expect("it is JSON"));
        }),
        Variant::new("ours, reused buffer", || {
            black_box(&simple).write_tokens(black_box(&mut reused));
        }),
        Variant::new("ours, fresh body", || {
            let mut body = Vec::new();
            black_box(&simple).write_tokens(&mut body);
            black_box(body);
        }),
    ];
    table.measure(&format!("a page of 20 tokens without a total, {} bytes", expected.len()), &[0], variants);
}

/// The values by which the list is ordered.
#[derive(Deserialize, Serialize)]
struct Keys {
    id: i64,
}

fn measure_cursor(table: &mut Table) {
    let query = "cursor=eyJpZCI6OTk4MCwiX3BvaW50c1RvTmV4dEl0ZW1zIjp0cnVlfQ";
    let pagination = page::pagination();
    let request = pagination.cursor_request::<Keys>(query).expect("it is a cursor");
    // One token more than a page has, so that there are cursors in both directions.
    let mut tokens = page::tokens();
    tokens.push(page::token(10_001).into_resource(page::now()));
    let keys = |token: &TokenResource| Keys { id: token.id.0 };
    let page: CursorPaginator<TokenResource> = request.paginate(tokens.clone(), keys).expect("the keys are JSON");
    let expected = serde_json::to_vec(&page).expect("it is JSON");
    let mut reused = Vec::new();
    page.write_tokens(&mut reused);
    assert!(reused == expected, "the encoder and serde_json differ");
    let variants = vec![
        Variant::new("serde_json", || {
            black_box(serde_json::to_vec(black_box(&page)).expect("it is JSON"));
        }),
        Variant::new("ours, reused buffer", || {
            black_box(&page).write_tokens(black_box(&mut reused));
        }),
        Variant::new("ours, fresh body", || {
            let mut body = Vec::new();
            black_box(&page).write_tokens(&mut body);
            black_box(body);
        }),
        Variant::new("a cursor read, two written", || {
            let request = pagination.cursor_request::<Keys>(black_box(query)).expect("it is a cursor");
            black_box(request.paginate(vec![1_i64; 21], |id| Keys { id: *id }).expect("the keys are JSON"));
        }),
    ];
    table.measure(&format!("a page of 20 tokens by cursor, {} bytes", expected.len()), &[0], variants);
}
