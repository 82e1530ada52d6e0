use std::num::NonZeroUsize;

use chrono::{DateTime, TimeDelta, Utc};
use tokenfolio::{AccessToken, ListQuery, TokenId, TokenStore, TokenUsage, UsageLog};
use tokenfolio_postgres::PostgresStore;

use crate::database::Database;

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn usage(id: i64, count: u64, seconds: i64) -> TokenUsage<i64> {
    let mut usage = TokenUsage::new(7, id, time(seconds));
    usage.count = count;
    usage
}

async fn counts(store: &PostgresStore, owner: i64) -> Vec<(u64, Option<DateTime<Utc>>)> {
    let mut query = ListQuery::new(owner);
    query.limit = query.limit.saturating_mul(query.limit);
    let list = store.list(&query).await.expect("a working database");
    list.tokens.into_iter().map(|token| (token.usage_count, token.last_used_at)).collect()
}

async fn database_of(tokens: i64) -> Database {
    let store = Database::create().await;
    for owner in [7, 8] {
        let tokens = (1..=tokens).map(|id| AccessToken::new(id, "CI", time(0))).collect();
        store.insert(owner, tokens).await.expect("new ids");
    }
    store
}

#[tokio::test]
async fn counts_are_added_and_the_latest_time_wins() {
    let store = database_of(3).await;
    store.record_usage(&[usage(1, 2, 50), usage(3, 1, 40)]).await.unwrap();
    store.record_usage(&[usage(1, 3, 20)]).await.unwrap();
    store.record_usage(&[]).await.unwrap();
    assert_eq!(counts(&store, 7).await, [(5, Some(time(50))), (0, None), (1, Some(time(40)))]);
    assert_eq!(counts(&store, 8).await, [(0, None); 3], "another owner's tokens with the same ids");
}

#[tokio::test]
async fn a_token_can_be_in_a_batch_twice() {
    let store = database_of(1).await;
    store.record_usage(&[usage(1, 2, 50), usage(1, 3, 60), usage(1, u64::MAX, 40)]).await.unwrap();
    assert_eq!(counts(&store, 7).await, [(i64::MAX.unsigned_abs(), Some(time(60)))]);
}

#[tokio::test]
async fn counts_saturate_at_i64_max() {
    let store = database_of(1).await;
    store.record_usage(&[usage(1, i64::MAX.unsigned_abs() - 1, 1)]).await.unwrap();
    store.record_usage(&[usage(1, 5, 2)]).await.unwrap();
    assert_eq!(counts(&store, 7).await, [(i64::MAX.unsigned_abs(), Some(time(2)))]);
}

#[tokio::test]
async fn usage_of_removed_tokens_is_ignored() {
    let store = database_of(2).await;
    store.remove(7, TokenId(1)).await.unwrap();
    store.record_usage(&[usage(1, 1, 1), usage(2, 1, 1), TokenUsage::new(9, 1, time(1))]).await.unwrap();
    assert_eq!(counts(&store, 7).await, [(1, Some(time(1)))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_the_same_tokens_add_up() {
    const WRITERS: u32 = 4;
    const ROUNDS: u32 = 20;
    let database = database_of(100).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|index| {
            let store = PostgresStore::clone(&database);
            tokio::spawn(async move {
                // Half of the writers use the opposite order. They would deadlock if the statement locked rows in the
                // order of the batch.
                let mut batch: Vec<_> = (1..=100).map(|id| usage(id, 1, id)).collect();
                if index % 2 == 0 {
                    batch.reverse();
                }
                for _ in 0..ROUNDS {
                    store.record_usage(&batch).await.expect("no writer is rejected");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let expected: Vec<_> = (1..=100).map(|id| (u64::from(WRITERS * ROUNDS), Some(time(id)))).collect();
    assert_eq!(counts(&database, 7).await, expected);
}

#[tokio::test]
async fn a_usage_log_can_be_drained_into_the_store() {
    let store = database_of(3).await;
    let log = UsageLog::new();
    for seconds in 1..=10 {
        log.record(&7, TokenId(seconds % 3 + 1), time(seconds));
    }
    for batch in log.drain(NonZeroUsize::new(2).unwrap()) {
        store.record_usage(&batch).await.unwrap();
        batch.commit();
    }
    assert!(log.is_empty());
    assert_eq!(counts(&store, 7).await, [(3, Some(time(9))), (4, Some(time(10))), (3, Some(time(8)))]);
}
