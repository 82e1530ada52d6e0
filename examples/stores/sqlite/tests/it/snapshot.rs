use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, TokenId, TokenOrder, TokenStore};
use tokenfolio_sqlite::SqliteStore;

const READERS: usize = 6;
const WRITES: i64 = 400;

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_total_of_a_file_agree_during_writes() {
    let folder = tempfile::tempdir().unwrap();
    read_while_writing(SqliteStore::open(folder.path().join("tokens.db")).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_total_in_memory_agree_during_writes() {
    read_while_writing(SqliteStore::in_memory().await.unwrap()).await;
}

async fn read_while_writing(store: SqliteStore) {
    let is_done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..READERS).map(|index| tokio::spawn(read(store.clone(), is_done.clone(), index))).collect();
    write(&store).await;
    is_done.store(true, Ordering::Relaxed);
    let mut totals = Vec::new();
    for reader in readers {
        totals.extend(reader.await.expect("every list is consistent"));
    }
    totals.sort_unstable();
    totals.dedup();
    assert!(totals.len() > 1, "the readers saw the list in only one state");
}

/// Lets the list grow to about 20 tokens and shrink to none, again and again.
async fn write(store: &SqliteStore) {
    for id in 0..WRITES {
        store.insert(7, vec![AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)]).await.expect("a new id");
        if id % 40 >= 20 {
            for removed in [id, id - 20] {
                store.remove(7, TokenId(removed)).await.expect("a working database");
            }
        }
    }
}

/// Reads windows until the writer has finished, and returns the totals that it read.
async fn read(store: SqliteStore, is_done: Arc<AtomicBool>, index: usize) -> Vec<u64> {
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
