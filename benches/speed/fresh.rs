//! A page of every kind into a fresh body, compared with a reused buffer. The difference is the allocation, and the estimate
//! of its size.

use std::hint::black_box;

use tokenfolio::{AllowedIps, LinkStyle, Pagination, Paginator, TokenResource};

use crate::measure::{Table, Variant};
use crate::page;

pub(crate) fn measure(table: &mut Table) {
    for (name, paginator) in pages() {
        let mut reused = Vec::new();
        let variants = vec![
            Variant::new("reused buffer", || black_box(&paginator).write_tokens(black_box(&mut reused))),
            Variant::new("fresh body", || {
                let mut body = Vec::new();
                black_box(&paginator).write_tokens(&mut body);
                black_box(body);
            }),
        ];
        table.measure(&format!("{name}, into a fresh body"), &[0], variants);
    }
}

fn pages() -> Vec<(&'static str, Paginator<TokenResource>)> {
    let pagination = page::pagination;
    let last = page::TOTAL / u64::from(page::PER_PAGE);
    let long_names = page::tokens().into_iter().map(with_long_name).collect();
    let long_lists = page::tokens().into_iter().map(with_long_list).collect();
    let style = |sides| pagination().with_link_style(LinkStyle::default().with_on_each_side(sides));
    let preserved = format!("{}&page={}", "filter=a%20b&".repeat(70), page::PAGE);
    vec![
        ("the middle page", page::paginator(page::tokens())),
        ("the first page", paginator(&pagination(), "page=1", page::tokens(), page::TOTAL)),
        ("the last page", paginator(&pagination(), &format!("page={last}"), page::tokens(), page::TOTAL)),
        ("a single page of one token", paginator(&pagination(), "", page::tokens().split_off(19), 1)),
        ("names of 200 bytes", page::paginator(long_names)),
        ("allow-lists of 1,024 entries", page::paginator(long_lists)),
        (
            "a page without link array",
            paginator(
                &pagination().with_link_style(LinkStyle::default().without_array()),
                "page=500",
                page::tokens(),
                page::TOTAL,
            ),
        ),
        ("no links on each side", paginator(&style(0), "page=500", page::tokens(), page::TOTAL)),
        ("255 links on each side", paginator(&style(255), "page=500", page::tokens(), page::TOTAL)),
        (
            "links that preserve 910 bytes",
            paginator(&pagination().with_query_string(), &preserved, page::tokens(), page::TOTAL),
        ),
    ]
}

fn paginator(pagination: &Pagination, query: &str, tokens: Vec<TokenResource>, total: u64) -> Paginator<TokenResource> {
    pagination.request(query).expect("the query is valid").paginate(tokens, total)
}

fn with_long_name(mut token: TokenResource) -> TokenResource {
    token.name = "n".repeat(200).into();
    token
}

fn with_long_list(mut token: TokenResource) -> TokenResource {
    let entries = (0..1_024_u32).map(|index| format!("10.{}.{}.0/24", index >> 8, index & 255));
    token.allowed_ips = Some(AllowedIps::parse(entries).expect("ranges"));
    token
}
