//! The reference store.

use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, TimeDelta, Utc};
use pollster::block_on;
use tokenfolio::{
    AccessToken, ListQuery, MemoryStore, StatusFilter, TokenId, TokenList, TokenOrder, TokenStatus, TokenStore,
};

use super::usage::{instant, usage};
use crate::allocations::allocated_now;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_712_846_105, 0).unwrap()
}

fn token(id: i64, name: &str) -> AccessToken {
    AccessToken::new(id, name, now())
}

#[track_caller]
fn list<S: TokenStore>(store: &S, query: &ListQuery<S::Owner>) -> TokenList {
    block_on(store.list(query)).unwrap()
}

fn ids(list: &TokenList) -> Vec<i64> {
    list.tokens.iter().map(|token| token.id.0).collect()
}

#[test]
fn a_new_store_is_empty() {
    assert_eq!(list(&MemoryStore::new(), &ListQuery::new("ada")), TokenList::new(Vec::new(), 0));
    assert_eq!(list(&MemoryStore::default(), &ListQuery::new("ada")), TokenList::new(Vec::new(), 0));
}

#[test]
fn a_token_is_inserted_replaced_and_removed() {
    let store = MemoryStore::new();
    assert_eq!(store.insert("ada", token(1, "first")), None);
    assert_eq!(store.insert("ada", token(2, "other")), None);
    assert_eq!(store.insert("ada", token(1, "second")), Some(token(1, "first")));
    assert_eq!(list(&store, &ListQuery::new("ada")).tokens, [token(1, "second"), token(2, "other")]);
    assert_eq!(store.remove(&"ada", TokenId(3)), None);
    assert_eq!(store.remove(&"bob", TokenId(1)), None);
    assert_eq!(store.remove(&"ada", TokenId(1)), Some(token(1, "second")));
    assert_eq!(store.remove(&"ada", TokenId(1)), None);
    assert_eq!(list(&store, &ListQuery::new("ada")), TokenList::new(vec![token(2, "other")], 1));
}

#[test]
fn owners_do_not_share_ids() {
    let store = MemoryStore::new();
    assert_eq!(store.insert("ada", token(1, "ada's")), None);
    assert_eq!(store.insert("bob", token(1, "bob's")), None);
    assert_eq!(store.remove(&"ada", TokenId(1)), Some(token(1, "ada's")));
    assert_eq!(list(&store, &ListQuery::new("bob")).tokens, [token(1, "bob's")]);
}

#[test]
fn tokens_are_listed_by_id_after_any_order_of_inserts() {
    let mut expected = vec![i64::MIN, -7, 0, 3, i64::MAX];
    for _ in 0..expected.len() {
        expected.rotate_left(1);
        let store = MemoryStore::new();
        for id in &expected {
            store.insert((), token(*id, ""));
        }
        let mut query = ListQuery::new(());
        assert_eq!(ids(&list(&store, &query)), [i64::MIN, -7, 0, 3, i64::MAX]);
        query.order = TokenOrder::NewestFirst;
        assert_eq!(ids(&list(&store, &query)), [i64::MAX, 3, 0, -7, i64::MIN]);
    }
}

/// Returns a store of twelve tokens, four of each status, and its tokens.
fn mixed() -> (MemoryStore<()>, Vec<AccessToken>) {
    let store = MemoryStore::new();
    let tokens = (0..12).map(|id| {
        let mut token = token(id, "");
        token.expires_at = (id % 3 != 0).then(|| now() - TimeDelta::nanoseconds(i64::from(id % 2 == 0)));
        token.revoked_at = (id % 3 == 2).then(now);
        store.insert((), token.clone());
        token
    });
    let tokens = tokens.collect();
    (store, tokens)
}

#[test]
fn every_window_of_every_filter_and_order_agrees_with_a_plain_list() {
    let (store, tokens) = mixed();
    let statuses = [TokenStatus::Active, TokenStatus::Expired, TokenStatus::Revoked];
    let instants = [now() - TimeDelta::nanoseconds(2), now() - TimeDelta::nanoseconds(1), now()];
    let filters = statuses.into_iter().flat_map(|status| instants.map(|now| Some(StatusFilter { status, now })));
    for filter in std::iter::once(None).chain(filters) {
        for order in [TokenOrder::OldestFirst, TokenOrder::NewestFirst] {
            let mut all: Vec<_> = tokens.clone();
            all.retain(|token| filter.is_none_or(|filter| token.status(filter.now) == filter.status));
            if order == TokenOrder::NewestFirst {
                all.reverse();
            }
            for offset in [0, 1, 2, 3, 4, 11, 12, 13, u64::MAX] {
                for limit in [1, 2, 4, 12, 13, u32::MAX] {
                    let mut query = ListQuery::new(());
                    query.offset = offset;
                    query.limit = NonZeroU32::new(limit).unwrap();
                    query.order = order;
                    query.status = filter;
                    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
                    let rows: Vec<_> = all.iter().skip(skip).take(limit as usize).cloned().collect();
                    assert_eq!(list(&store, &query), TokenList::new(rows, all.len() as u64), "{query:?}");
                }
            }
        }
    }
}

#[test]
fn a_list_does_not_change_with_the_store() {
    let store = MemoryStore::new();
    store.insert((), token(1, "first"));
    let listed = list(&store, &ListQuery::new(()));
    store.insert((), token(1, "second"));
    assert_eq!(listed.tokens, [token(1, "first")]);
}

/// An owner whose hash can panic.
#[derive(Eq, PartialEq)]
struct Owner(bool);

impl Hash for Owner {
    fn hash<H: Hasher>(&self, state: &mut H) {
        assert!(!self.0, "asked to panic");
        0.hash(state);
    }
}

#[test]
fn a_panic_in_the_middle_of_a_change_leaves_the_store_usable() {
    let store = MemoryStore::new();
    store.insert(Owner(false), token(1, "before"));
    let panicked = catch_unwind(AssertUnwindSafe(|| store.insert(Owner(true), token(2, "never"))));
    assert!(panicked.is_err());
    assert_eq!(list(&store, &ListQuery::new(Owner(false))).tokens, [token(1, "before")]);
    assert_eq!(store.insert(Owner(false), token(3, "after")), None);
    assert_eq!(ids(&list(&store, &ListQuery::new(Owner(false)))), [1, 3]);
    assert_eq!(store.remove(&Owner(false), TokenId(1)), Some(token(1, "before")));
}

#[test]
fn a_debug_print_shows_no_token() {
    let store = MemoryStore::new();
    store.insert("ada", token(1, "CI"));
    assert_eq!(format!("{store:?}"), "MemoryStore { .. }");
}

#[test]
fn many_threads_may_write_at_once() {
    let store = MemoryStore::new();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let store = &store;
            scope.spawn(move || (0..100).for_each(|id| drop(store.insert((), token(id * 4 + thread, "")))));
        }
    });
    let mut query = ListQuery::new(());
    query.limit = NonZeroU32::MAX;
    assert_eq!(ids(&list(&store, &query)), (0..400).collect::<Vec<_>>());
}

#[test]
fn a_store_in_memory_adds_counts_and_keeps_the_later_time() {
    let store = MemoryStore::new();
    let mut used = AccessToken::new(2, "", instant(0));
    used.usage_count = 42;
    used.last_used_at = Some(instant(9));
    store.insert(7, AccessToken::new(1, "", instant(0)));
    store.insert(7, used);
    store.insert(8, AccessToken::new(1, "another's", instant(0)));
    // The store has no owner 6, and owner 7 has no token 0.
    store.record_usage(&[
        usage(6, 1, 1, instant(1)),
        usage(7, 0, 1, instant(1)),
        usage(7, 1, 3, instant(1)),
        usage(7, 2, 5, instant(2)),
    ]);
    let read = |owner, id: i64| store.remove(&owner, id.into()).map(|token| (token.usage_count, token.last_used_at));
    assert_eq!(read(7, 0), None);
    assert_eq!(read(7, 1), Some((3, Some(instant(1)))));
    assert_eq!(read(7, 2), Some((47, Some(instant(9)))));
    assert_eq!(read(8, 1), Some((0, None)));
}

#[test]
fn a_store_in_memory_counts_to_the_highest_number() {
    let store = MemoryStore::new();
    store.insert(7, AccessToken::new(1, "", instant(0)));
    store.record_usage(&[usage(7, 1, u64::MAX, instant(1)), usage(7, 1, 1, instant(2))]);
    let token = store.remove(&7, TokenId(1)).unwrap();
    assert_eq!((token.usage_count, token.last_used_at), (u64::MAX, Some(instant(2))));
}

#[test]
fn removing_all_tokens_of_owners_frees_their_memory() {
    let store = MemoryStore::new();
    let empty = allocated_now();
    let tokens = || (0..1_000).flat_map(|owner| [0, 1].map(|id| (owner, id)));
    tokens().for_each(|(owner, id)| drop(store.insert(owner, token(id, "a name"))));
    assert!(allocated_now() - empty > 100_000);
    tokens().for_each(|(owner, id)| drop(store.remove(&owner, TokenId(id))));
    // An empty `BTreeMap` can keep one node.
    assert!(allocated_now() - empty < 500);
}

#[test]
fn a_token_can_be_looked_up() {
    let store = MemoryStore::new();
    store.insert("ada", token(1, "CI"));
    assert_eq!(store.get(&"ada", TokenId(1)), Some(token(1, "CI")));
    assert_eq!(store.get(&"ada", TokenId(2)), None);
    assert_eq!(store.get(&"bob", TokenId(1)), None);
}

#[test]
fn a_store_from_an_iterator_is_as_if_each_token_was_inserted() {
    // Ids of three owners in a mixed order, with repeated ids of different names.
    let tokens = || {
        (0..60).map(|step: i64| {
            (["ada", "bob", "cyd"][usize::try_from(step % 3).unwrap()], token(step * 37 % 17 - 8, &step.to_string()))
        })
    };
    let inserted = MemoryStore::new();
    for (owner, token) in tokens() {
        inserted.insert(owner, token);
    }
    let collected: MemoryStore<_> = tokens().collect();
    for owner in ["ada", "bob", "cyd", "dan"] {
        let query = ListQuery::new(owner).with_limit(NonZeroU32::MAX);
        assert_eq!(list(&collected, &query), list(&inserted, &query));
    }
    assert_eq!(list(&collected, &ListQuery::new("ada")).total, 17);
}
