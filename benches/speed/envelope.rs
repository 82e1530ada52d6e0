//! A page of tokens to bytes.

use std::hint::black_box;

use http::HeaderValue;
use serde::Serialize;

use crate::measure::{Table, Variant};
use crate::ready::ready;
use crate::{endpoint, hand, naive, page};

pub(crate) fn measure(table: &mut Table) {
    let tokens = page::tokens();
    let paginator = page::paginator(tokens.clone());
    let request = endpoint::request();
    let endpoint = endpoint::endpoint();
    let expected = to_vec(&paginator);

    let by_hand = |out: &mut Vec<u8>| hand::encode(out, &tokens, page::BASE, page::PAGE, page::TOTAL);
    let naive = || to_vec(&naive_envelope(tokens.iter().map(naive::Token::new).collect()));
    let borrowed = || to_vec(&naive_envelope(tokens.iter().map(naive::BorrowedToken::new).collect()));
    let response = || ready(endpoint.handle(black_box(&request), None));
    let written = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut out = Vec::new();
        write(&mut out);
        out
    };
    let outputs = [
        ("by hand", written(&by_hand)),
        ("ours", written(&|out| paginator.write_tokens(out))),
        ("ours, any item", written(&|out| paginator.write_json(out).expect("tokens are JSON"))),
        ("naive", naive()),
        ("naive, borrowed", borrowed()),
        ("ours, the endpoint", response().into_body()),
    ];
    for (name, output) in outputs {
        assert!(output == expected, "{name}: {}", String::from_utf8_lossy(&output));
    }

    let mut copied = Vec::new();
    let mut hand_written = Vec::new();
    let mut reused = Vec::new();
    let mut generic = Vec::new();
    let variants = vec![
        Variant::new("memcpy of the bytes", || {
            copied.clear();
            copied.extend_from_slice(black_box(&expected));
            black_box(&copied);
        }),
        Variant::new("by hand", || {
            by_hand(black_box(&mut hand_written));
        }),
        Variant::new("by hand, fresh body", || {
            let mut body = Vec::new();
            by_hand(&mut body);
            black_box(body);
        }),
        Variant::new("naive", || {
            black_box(naive());
        }),
        Variant::new("naive, borrowed", || {
            black_box(borrowed());
        }),
        Variant::new("ours, reused buffer", || {
            black_box(&paginator).write_tokens(black_box(&mut reused));
        }),
        Variant::new("ours, fresh body", || {
            let mut body = Vec::new();
            black_box(&paginator).write_tokens(&mut body);
            black_box(body);
        }),
        Variant::new("ours, any item", || {
            black_box(&paginator).write_json(black_box(&mut generic)).expect("tokens are JSON");
        }),
        Variant::new("ours, serde_json", || {
            black_box(to_vec(black_box(&paginator)));
        }),
        Variant::new("ours, the endpoint", || {
            black_box(response());
        }),
    ];
    let work = format!("a page of 20 tokens, {} bytes", expected.len());
    table.measure(&work, &[1, 3], variants);
    measure_links(table);
}

/// The `Link` header.
fn measure_links(table: &mut Table) {
    let paginator = page::paginator(vec![()]);
    let naive = || {
        let relations = [
            ("first", Some(paginator.first_url())),
            ("last", Some(paginator.last_url())),
            ("prev", paginator.prev_url()),
            ("next", paginator.next_url()),
        ];
        let links = relations.into_iter().filter_map(|(relation, url)| Some(format!("<{}>; rel=\"{relation}\"", url?)));
        HeaderValue::try_from(links.collect::<Vec<_>>().join(", ")).expect("it is ASCII")
    };
    assert_eq!(paginator.link_header(), Some(naive()));
    let variants = vec![
        Variant::new("naive", || {
            black_box(naive());
        }),
        Variant::new("ours", || {
            black_box(black_box(&paginator).link_header());
        }),
    ];
    table.measure("a Link header", &[0], variants);
}

fn naive_envelope<T>(data: Vec<T>) -> naive::Envelope<T> {
    naive::envelope(black_box(data), page::BASE, page::PAGE, page::PER_PAGE.into(), page::TOTAL)
}

fn to_vec(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("it is JSON")
}
