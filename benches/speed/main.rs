//! What a page costs, beside the alternatives: `cargo bench`.
//!
//! `cargo bench -- --short` only proves that everything runs and that outputs are equal. The figures also go to
//! `target/bench.json`.

mod allocations;
mod hand;
mod measure;
mod naive;
mod page;

use std::hint::black_box;

use measure::{Effort, Variant, table};
use serde::Serialize;
use serde_json::Value;

fn main() -> std::io::Result<()> {
    let effort = if std::env::args().any(|argument| argument == "--short") { Effort::Short } else { Effort::Full };
    let figures = Value::from(vec![envelope(effort)]);
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/target/bench.json"), figures.to_string())
}

fn envelope(effort: Effort) -> Value {
    let tokens = page::tokens();
    let paginator = page::paginator(tokens.clone());
    let expected = to_vec(&paginator);
    println!("{} bytes", expected.len());

    let by_hand = |out: &mut Vec<u8>| hand::encode(out, &tokens, page::BASE, page::PAGE, page::TOTAL);
    let naive = || to_vec(&naive_envelope(tokens.iter().map(naive::Token::new).collect()));
    let borrowed = || to_vec(&naive_envelope(tokens.iter().map(naive::BorrowedToken::new).collect()));
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
    ];
    for (name, output) in outputs {
        assert!(output == expected, "{name}: {}", String::from_utf8_lossy(&output));
    }

    let [mut copied, mut hand_written, mut reused, mut generic] = [const { Vec::new() }; 4];
    let variants = vec![
        Variant::new("memcpy of the bytes", || {
            copied.clear();
            copied.extend_from_slice(black_box(&expected));
            black_box(&copied);
        }),
        Variant::new("by hand", || {
            by_hand(black_box(&mut hand_written));
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
            let mut body = Vec::with_capacity(8 * 1024);
            black_box(&paginator).write_tokens(&mut body);
            black_box(body);
        }),
        Variant::new("ours, any item", || {
            black_box(&paginator).write_json(black_box(&mut generic)).expect("tokens are JSON");
        }),
        Variant::new("ours, serde_json", || {
            black_box(to_vec(black_box(&paginator)));
        }),
    ];
    table("A page of 20 tokens, 500 of 1,000", [1, 2], variants, effort)
}

fn naive_envelope<T>(data: Vec<T>) -> naive::Envelope<T> {
    naive::envelope(black_box(data), page::BASE, page::PAGE, page::PER_PAGE.into(), page::TOTAL)
}

fn to_vec(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("it is JSON")
}
