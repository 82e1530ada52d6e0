use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, StoreErrorKind, TokenId, TokenOrder, TokenStore};
use tokenfolio_postgres::PostgresStore;
use tokio_postgres::IsolationLevel;
use tokio_postgres::error::SqlState;

use crate::database::Database;

/// The maximum number of tokens in a block.
const BLOCK: i64 = 2_048;
const OWNER: i64 = 7;

fn tokens(ids: impl IntoIterator<Item = i64>) -> Vec<AccessToken> {
    ids.into_iter().map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)).collect()
}

async fn counted() -> (Database, PostgresStore) {
    let database = Database::create().await;
    database.migrate_block_counts().await.expect("the migrations run");
    let store = PostgresStore::clone(&database).with_block_counts();
    (database, store)
}

/// Returns uniformly distributed numbers below a bound. The sequence is the same in every run.
fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

/// Expects that every block counts the tokens in its range, that no block is too large, and that only the first block
/// can be empty.
async fn expect_exact(database: &Database) {
    let sql = "
        SELECT first_id, tokens, (
            SELECT count(*) FROM access_token AS token
            WHERE token.owner_id = block.owner_id AND token.id >= block.first_id
            AND (next_id IS NULL OR token.id < next_id)
        ) AS counted
        FROM (
            SELECT *, lead(first_id) OVER (PARTITION BY owner_id ORDER BY first_id) AS next_id FROM token_block
        ) AS block";
    for row in database.client().await.query(sql, &[]).await.expect("a working database") {
        let first_id: i64 = row.get(0);
        let tokens: i32 = row.get(1);
        let counted: i64 = row.get(2);
        assert_eq!(i64::from(tokens), counted, "the block from {first_id} on");
        assert!(counted <= BLOCK, "the block from {first_id} on has {counted} tokens");
        assert!(counted > 0 || first_id == i64::MIN, "the block from {first_id} on is empty");
    }
}

/// Expects every window to equal the window of the model.
async fn expect_windows(store: &PostgresStore, ids: &BTreeSet<i64>, offsets: impl IntoIterator<Item = usize>) {
    let ascending: Vec<i64> = ids.iter().copied().collect();
    let descending: Vec<i64> = ids.iter().rev().copied().collect();
    for offset in offsets {
        for (order, ids) in [(TokenOrder::OldestFirst, &ascending), (TokenOrder::NewestFirst, &descending)] {
            // Only the first offset is tested with all tokens in one window, because such a list takes long.
            for limit in if offset == 0 { [1, u32::MAX] } else { [1, 20] } {
                let mut query = ListQuery::new(OWNER);
                query.offset = offset as u64;
                query.order = order;
                query.limit = NonZeroU32::new(limit).expect("a limit above zero");
                let list = store.list(&query).await.expect("a working database");
                let found: Vec<i64> = list.tokens.iter().map(|token| token.id.0).collect();
                let expected: Vec<i64> = ids.iter().skip(offset).take(limit as usize).copied().collect();
                assert_eq!(found, expected, "{limit} after {offset}, {order:?}");
                assert_eq!(list.total, ids.len() as u64);
            }
        }
    }
}

/// Offsets in every block, on the last page, and past the end.
fn offsets(count: usize) -> impl Iterator<Item = usize> {
    (0..count + 40).step_by(509).chain([count.saturating_sub(20), count.saturating_sub(1), count, count + 1])
}

#[tokio::test]
async fn ids_can_be_inserted_in_any_order() {
    let (database, store) = counted().await;
    let half = 3 * BLOCK / 2;
    let mut number = numbers(1);
    let mut scattered: Vec<i64> = (0..4_000).map(|_| number(1 << 20).cast_signed() - (1 << 19)).collect();
    scattered.retain(|id| !(-half..half).contains(id));
    let mut ids = BTreeSet::new();
    for batch in [
        // Ascending at the end, descending before the beginning, into every gap, random ids, and the lowest and highest
        // ids.
        (0..half).step_by(2).collect::<Vec<_>>(),
        (-half..0).rev().step_by(2).collect(),
        (1..half).step_by(2).chain((-half..0).step_by(2)).collect(),
        scattered,
        vec![i64::MIN, i64::MAX, i64::MIN + 1, i64::MAX - 1],
    ] {
        for part in batch.chunks(700) {
            let fresh: Vec<i64> = part.iter().copied().filter(|id| ids.insert(*id)).collect();
            store.insert(OWNER, tokens(fresh)).await.unwrap();
        }
        expect_exact(&database).await;
        expect_windows(&store, &ids, offsets(ids.len())).await;
    }
}

#[tokio::test]
async fn full_blocks_are_split_and_empty_blocks_are_removed() {
    let (database, store) = counted().await;
    let blocks = async || {
        let rows = database.client().await.query("SELECT tokens FROM token_block ORDER BY first_id", &[]).await;
        rows.unwrap().iter().map(|row| i64::from(row.get::<_, i32>(0))).collect::<Vec<_>>()
    };
    store.insert(OWNER, tokens((1..=BLOCK).map(|id| id * 2))).await.unwrap();
    assert_eq!(blocks().await, [BLOCK]);
    store.insert(OWNER, tokens([BLOCK * 2 + 2])).await.unwrap();
    assert_eq!(blocks().await, [BLOCK, 1], "a token after all others begins a new block");
    store.insert(OWNER, tokens([1])).await.unwrap();
    assert_eq!(blocks().await, [BLOCK / 2 + 1, BLOCK / 2, 1], "any other token halves the full block");

    assert!(store.remove(OWNER, TokenId(BLOCK * 2 + 2)).await.unwrap());
    assert_eq!(blocks().await, [BLOCK / 2 + 1, BLOCK / 2]);
    database.client().await.execute("DELETE FROM access_token WHERE id < $1", &[&(BLOCK + 2)]).await.unwrap();
    assert_eq!(blocks().await, [0, BLOCK / 2], "the first block stays");
    expect_windows(&store, &(BLOCK / 2 + 1..=BLOCK).map(|id| id * 2).collect(), [0, 1]).await;
    database.client().await.batch_execute("TRUNCATE access_token CASCADE").await.unwrap();
    assert_eq!(blocks().await, [0; 0]);
    expect_windows(&store, &BTreeSet::new(), [0, 1]).await;
}

#[tokio::test]
async fn existing_tokens_are_counted() {
    let database = Database::create().await;
    let ids: BTreeSet<i64> = (-BLOCK..2 * BLOCK + 5).collect();
    database.insert(OWNER, tokens(ids.iter().copied())).await.unwrap();
    database.insert(8, tokens([1, 2])).await.unwrap();
    for _ in 0..2 {
        database.migrate_block_counts().await.unwrap();
    }
    expect_exact(&database).await;
    let store = PostgresStore::clone(&database).with_block_counts();
    expect_windows(&store, &ids, offsets(ids.len())).await;
    assert_eq!(store.list(&ListQuery::new(8)).await.unwrap().total, 2);
}

#[tokio::test]
async fn one_statement_can_add_and_remove_tokens() {
    let (database, store) = counted().await;
    store.insert(OWNER, tokens(1..=BLOCK)).await.unwrap();
    store.insert(OWNER, tokens([BLOCK + 100])).await.unwrap();
    let client = database.client().await;
    // The first block grows above its maximum. The statement also removes tokens of this block, which are not
    // subtracted yet when the block would be split.
    client
        .batch_execute(&format!(
            "WITH gone AS (DELETE FROM access_token WHERE id BETWEEN 2000 AND 2010)
            INSERT INTO access_token (owner_id, id, name, created_at)
            SELECT {OWNER}, id, 'CI', now() FROM generate_series(-9, 0) AS id;
            INSERT INTO token_usage (owner_id, token_id, usage_count)
            SELECT {OWNER}, id, 0 FROM generate_series(-9, 0) AS id"
        ))
        .await
        .unwrap();
    expect_exact(&database).await;
    let ids = (-9..2_000).chain(2_011..=BLOCK).chain([BLOCK + 100]).collect();
    expect_windows(&store, &ids, [0, 1_990, 2_030]).await;
}

#[tokio::test]
async fn the_key_of_a_token_cannot_change() {
    let (database, store) = counted().await;
    store.insert(OWNER, tokens([1])).await.unwrap();
    let client = database.client().await;
    client.batch_execute("UPDATE access_token SET id = id, name = 'renamed'").await.unwrap();
    for change in ["id = 2", "owner_id = 8"] {
        let error = client.batch_execute(&format!("UPDATE access_token SET {change}")).await.unwrap_err();
        assert_eq!(error.as_db_error().unwrap().message(), "the key of a token does not change");
    }
    expect_exact(&database).await;
}

#[tokio::test]
async fn a_writer_with_an_old_snapshot_is_rejected() {
    let (database, store) = counted().await;
    store.insert(OWNER, tokens(1..=3)).await.unwrap();
    let mut client = database.client().await;
    for (id, level) in [(4, IsolationLevel::RepeatableRead), (5, IsolationLevel::Serializable)] {
        let late = client.build_transaction().isolation_level(level).start().await.unwrap();
        late.batch_execute("SELECT FROM access_token").await.unwrap();
        store.insert(OWNER, tokens([id])).await.unwrap();
        let insert =
            format!("INSERT INTO access_token (owner_id, id, name, created_at) VALUES ({OWNER}, 9, '', now())");
        let error = late.batch_execute(&insert).await.unwrap_err();
        assert_eq!(error.code(), Some(&SqlState::T_R_SERIALIZATION_FAILURE));
        late.rollback().await.unwrap();
    }
    expect_exact(&database).await;
}

#[tokio::test]
async fn a_store_without_block_counts_fails() {
    let database = Database::create().await;
    let store = PostgresStore::clone(&database).with_block_counts();
    assert_eq!(store.list(&ListQuery::new(OWNER)).await.unwrap_err().kind(), StoreErrorKind::Other);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_exact_under_concurrent_writers() {
    const WRITERS: i64 = 4;
    let (database, store) = counted().await;
    // The blocks are full, so that the writers split them.
    store.insert(OWNER, tokens((0..2 * BLOCK).map(|id| id * WRITERS))).await.unwrap();
    let is_done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2).map(|index| tokio::spawn(read(store.clone(), is_done.clone(), index))).collect();
    let writers: Vec<_> = (1..WRITERS).map(|index| tokio::spawn(write(store.clone(), index, WRITERS))).collect();
    let mut ids: BTreeSet<i64> = (0..2 * BLOCK).map(|id| id * WRITERS).collect();
    for writer in writers {
        ids.extend(writer.await.expect("every write succeeds"));
    }
    is_done.store(true, Ordering::Relaxed);
    let mut totals = BTreeSet::new();
    for reader in readers {
        totals.extend(reader.await.expect("every list is consistent"));
    }
    assert!(totals.len() > 1, "the readers saw the list in only one state");
    expect_exact(&database).await;
    expect_windows(&store, &ids, offsets(ids.len())).await;
}

/// Adds tokens with random ids, few or many at once, removes some of them, and returns the remaining ids. No other
/// writer uses the same ids.
async fn write(store: PostgresStore, index: i64, writers: i64) -> BTreeSet<i64> {
    let mut number = numbers(index.unsigned_abs());
    let mut ids = BTreeSet::new();
    for turn in 0..60 {
        let count = if turn % 5 == 0 { 300 } else { 3 };
        let fresh: Vec<i64> =
            (0..count).map(|_| number(40_000).cast_signed() * writers + index).filter(|id| ids.insert(*id)).collect();
        store.insert(OWNER, tokens(fresh)).await.expect("new ids");
        for _ in 0..4 {
            let from = number(40_000).cast_signed() * writers + index;
            if let Some(id) = ids.range(from..).next().copied() {
                ids.remove(&id);
                assert!(store.remove(OWNER, TokenId(id)).await.expect("a working database"), "{id}");
            }
        }
    }
    ids
}

/// Reads windows at random offsets until the writers are done, and returns their totals.
async fn read(store: PostgresStore, is_done: Arc<AtomicBool>, index: u64) -> Vec<u64> {
    let mut number = numbers(index);
    let mut query = ListQuery::new(OWNER);
    query.order = if index.is_multiple_of(2) { TokenOrder::OldestFirst } else { TokenOrder::NewestFirst };
    let mut totals = Vec::new();
    while !is_done.load(Ordering::Relaxed) {
        query.offset = number(totals.last().map_or(1, |total| total + 10));
        let list = store.list(&query).await.expect("a working database");
        let expected = list.total.saturating_sub(query.offset).min(20);
        assert_eq!(list.tokens.len() as u64, expected, "of a total of {} after {}", list.total, query.offset);
        assert!(list.tokens.is_sorted_by(|one, next| match query.order {
            TokenOrder::OldestFirst => one.id < next.id,
            TokenOrder::NewestFirst => one.id > next.id,
        }));
        totals.push(list.total);
    }
    totals
}
