use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, TokenId, TokenOrder, TokenStore};
use tokenfolio_postgres::PostgresStore;

use crate::database::Database;

const READERS: usize = 5;
const WRITERS: i64 = 2;
const WRITES: i64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_total_agree_during_writes() {
    let database = Database::create().await;
    let store = PostgresStore::clone(&database);
    let is_done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS).map(|index| tokio::spawn(read(store.clone(), is_done.clone(), index))).collect();
    let writers: Vec<_> = (0..WRITERS).map(|index| tokio::spawn(write(store.clone(), index))).collect();
    for writer in writers {
        writer.await.expect("every write succeeds");
    }
    is_done.store(true, Ordering::Relaxed);
    let mut totals = Vec::new();
    for reader in readers {
        totals.extend(reader.await.expect("every list is consistent"));
    }
    totals.sort_unstable();
    totals.dedup();
    assert!(totals.len() > 1, "the readers saw the list in only one state");
}

/// Lets the list grow to about 20 tokens and shrink to none, again and again. Each of the two writers adds half of the
/// tokens.
async fn write(store: PostgresStore, index: i64) {
    for turn in 0..WRITES {
        let id = turn * WRITERS + index;
        store.insert(7, vec![AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)]).await.expect("a new id");
        if turn % 20 >= 10 {
            for removed in [id, id - 10 * WRITERS] {
                store.remove(7, TokenId(removed)).await.expect("a working database");
            }
        }
    }
}

/// Reads windows until the writers are done, and returns their totals.
async fn read(store: PostgresStore, is_done: Arc<AtomicBool>, index: usize) -> Vec<u64> {
    let mut query = ListQuery::new(7);
    query.limit = NonZeroU32::new(10).expect("10 is not zero");
    query.order = if index.is_multiple_of(2) { TokenOrder::OldestFirst } else { TokenOrder::NewestFirst };
    let mut totals = Vec::new();
    while !is_done.load(Ordering::Relaxed) {
        query.offset = (query.offset + 5) % 30;
        let list = store.list(&query).await.expect("a working database");
        let expected = list.total.saturating_sub(query.offset).min(10);
        assert_eq!(list.tokens.len() as u64, expected, "of a total of {} after {}", list.total, query.offset);
        totals.push(list.total);
    }
    totals
}
