//! A page of a store in memory. Its cost must not grow with its depth.

use std::hint::black_box;
use std::num::NonZeroU32;

use tokenfolio::{ListQuery, MemoryStore, TokenList, TokenStore};

use crate::measure::{Table, Variant};
use crate::page;
use crate::ready::ready;

pub(crate) fn measure(table: &mut Table, tokens: u64) {
    const MINE: u64 = 1;
    // Other owners have as many tokens together.
    const OTHERS: u64 = 1_000;
    let store = MemoryStore::new();
    for (number, id) in (0..tokens).zip(1..) {
        store.insert(MINE, page::token(id));
        store.insert(MINE + 1 + number % OTHERS, page::token(id));
    }
    let list = |offset: u64| -> TokenList {
        let limit = NonZeroU32::new(page::PER_PAGE).unwrap_or(NonZeroU32::MIN);
        let mut query = ListQuery::new(MINE);
        query.offset = offset;
        query.limit = limit;
        ready(store.list(&query)).expect("memory never fails")
    };
    let per_page = u64::from(page::PER_PAGE);
    let pages = [("first page", 0), ("middle page", tokens / 2), ("last page", tokens - per_page)];
    for (name, offset) in pages {
        let found = list(offset);
        let first = found.tokens.first().map(|token| token.id.0.unsigned_abs());
        assert_eq!((found.tokens.len() as u64, found.total, first), (per_page, tokens, Some(offset + 1)), "{name}");
    }
    let variants = pages.iter().map(|(name, offset)| {
        let list = &list;
        Variant::new(name, move || {
            black_box(list(black_box(*offset)));
        })
    });
    let work = format!("20 of {tokens} tokens in a store of {}", 2 * tokens);
    table.measure(&work, &[0], variants.collect());
}
