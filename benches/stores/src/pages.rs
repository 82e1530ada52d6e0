//! A page of an owner, by plain SQL and by the stores.

use std::hint::black_box;

use tokenfolio::{ListQuery, TokenList, TokenStore};
use tokio::runtime::Runtime;

use crate::data::{BIG, Scale, USUAL, USUAL_TOKENS};
use crate::measure::{Table, Variant};
use crate::stores::Stores;

const PER_PAGE: u64 = 20;

pub(crate) fn measure(table: &mut Table, runtime: &Runtime, stores: &Stores, scale: Scale) {
    let plans = plans(runtime, stores);
    let places =
        [("first", 0), ("thousandth", 999 * PER_PAGE), ("middle", scale.big / 2), ("last", scale.big - PER_PAGE)];
    for (place, offset) in places {
        assert_agreement(&plans, BIG, offset);
        let variants = plans.iter().map(|plan| plan.variant(plan.name, BIG, offset));
        table.measure(&format!("{place} page of {}", scale.big), &[SQLITE_PLAIN, POSTGRES_PLAIN], variants.collect());
    }
    // Measured separately, because plans that read all tokens of an owner fill the database's cache.
    for plan in CONSTANT_COST.map(|index| &plans[index]) {
        let variants = places.iter().map(|(place, offset)| plan.variant(place, BIG, *offset));
        table.measure(&format!("pages of {}: {}", scale.big, plan.name), &[0], variants.collect());
    }

    let offset = USUAL_TOKENS / 2;
    assert_agreement(&plans, USUAL, offset);
    let Stores { sqlite, postgres, .. } = stores;
    let sqlite_rows = || runtime.block_on(sqlite.rows(USUAL, offset)).expect("SQLite reads");
    let postgres_rows = || runtime.block_on(postgres.rows(USUAL, offset)).expect("PostgreSQL reads");
    let mut variants: Vec<_> = plans.iter().map(|plan| plan.variant(plan.name, USUAL, offset)).collect();
    variants.push(Variant::new("SQLite, rows and no total", || drop(black_box(sqlite_rows()))));
    variants.push(Variant::new("PostgreSQL, rows and no total", || drop(black_box(postgres_rows()))));
    table.measure(&format!("middle page of {USUAL_TOKENS}"), &[plans.len(), plans.len() + 1], variants);
}

/// A way to list, by owner and offset.
struct Plan<'s> {
    name: &'static str,
    list: Box<dyn Fn(i64, u64) -> TokenList + 's>,
}

impl<'s> Plan<'s> {
    fn new(name: &'static str, list: impl Fn(i64, u64) -> TokenList + 's) -> Self {
        Self { name, list: Box::new(list) }
    }

    fn of_store(name: &'static str, runtime: &'s Runtime, store: &'s impl TokenStore<Owner = i64>) -> Self {
        Self::new(name, move |owner, offset| {
            let mut query = ListQuery::new(owner);
            query.offset = offset;
            runtime.block_on(store.list(&query)).expect("a store lists")
        })
    }

    fn variant<'v>(&'v self, name: &'v str, owner: i64, offset: u64) -> Variant<'v> {
        Variant::new(name, move || drop(black_box((self.list)(black_box(owner), black_box(offset)))))
    }
}

/// The indices of the references in [`plans`].
const SQLITE_PLAIN: usize = 1;
const POSTGRES_PLAIN: usize = 3;
/// The indices of the plans in [`plans`] whose pages should cost the same at any depth.
const CONSTANT_COST: [usize; 2] = [0, 5];

fn plans<'s>(runtime: &'s Runtime, stores: &'s Stores) -> Vec<Plan<'s>> {
    let Stores { memory, sqlite, postgres } = stores;
    vec![
        Plan::of_store("memory", runtime, memory),
        Plan::new("SQLite, count and OFFSET", |owner, offset| {
            runtime.block_on(sqlite.two_statements(owner, offset)).expect("SQLite reads")
        }),
        Plan::of_store("SQLite, one statement", runtime, &sqlite.store),
        Plan::new("PostgreSQL, count and OFFSET", |owner, offset| {
            runtime.block_on(postgres.two_statements(owner, offset)).expect("PostgreSQL reads")
        }),
        Plan::of_store("PostgreSQL, one statement", runtime, &postgres.store),
        Plan::of_store("PostgreSQL, block counts", runtime, &postgres.counted),
    ]
}

/// Checks that all plans list the same tokens.
fn assert_agreement(plans: &[Plan<'_>], owner: i64, offset: u64) {
    let expected = (plans[0].list)(owner, offset);
    for Plan { name, list } in plans {
        assert_eq!(list(owner, offset), expected, "{name}, owner {owner}, offset {offset}");
    }
}
