//! The cost of a page while the table grows: the same page of an owner of 1,000 tokens, in tables of different sizes.

use std::hint::black_box;

use serde_json::Value;
use tokenfolio::{ListQuery, TokenStore};
use tokenfolio_sanctum::Owner;
use tokio::runtime::Runtime;

use crate::data::{self, Scale, USUAL, USUAL_TOKENS};
use crate::measure::{Effort, Table, Variant};
use crate::sanctum::{MODEL, Sanctum};
use crate::stores::Stores;
use crate::{BoxError, MILLISECONDS};

/// A table of one size in each database.
struct Size {
    name: String,
    stores: Stores,
    sanctum: Sanctum,
}

/// Fills a table of each size, and returns a table of times. The reference is the smallest table.
pub(crate) fn measure(runtime: &Runtime, effort: Effort) -> Result<Value, BoxError> {
    let tokens: &[u64] = match effort {
        Effort::Short => &[6_000, 12_000],
        Effort::Full => &[10_000, 100_000, 1_000_000, 10_000_000],
    };
    let mut sizes = Vec::new();
    for &all in tokens {
        let stores = runtime.block_on(Stores::load(&data::owners(Scale { big: all / 10, all })))?;
        let sanctum = runtime.block_on(Sanctum::load(Scale { big: all / 2, all }))?;
        sizes.push(Size { name: format!("{all} tokens"), stores, sanctum });
    }

    let mut table = Table::begin(effort, MILLISECONDS, None);
    let mut measure = |database: &str, list: &dyn Fn(&Size)| {
        let variants = sizes.iter().map(|size| Variant::new(&size.name, move || list(size))).collect();
        table.measure(&format!("{database}, middle page of {USUAL_TOKENS}"), &[0], variants);
    };
    measure("SQLite", &|size| runtime.block_on(page(&size.stores.sqlite.store, USUAL)));
    measure("PostgreSQL", &|size| runtime.block_on(page(&size.stores.postgres.store, USUAL)));
    let owner = Owner::new(MODEL, USUAL.unsigned_abs());
    measure("Sanctum", &|size| runtime.block_on(page(&size.sanctum.store, owner.clone())));
    Ok(table.into_json())
}

async fn page<S: TokenStore>(store: &S, owner: S::Owner) {
    let list = store.list(&ListQuery::new(owner).with_offset(USUAL_TOKENS / 2)).await.expect("the store lists");
    assert_eq!((list.tokens.len(), list.total), (20, USUAL_TOKENS));
    drop(black_box(list));
}
