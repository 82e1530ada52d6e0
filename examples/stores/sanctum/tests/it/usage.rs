use std::num::NonZeroUsize;

use chrono::{DateTime, TimeDelta, Utc};
use tokenfolio::{AccessToken, ListQuery, TokenId, TokenStore, TokenUsage, UsageLog};
use tokenfolio_sanctum::{Owner, SanctumStore};

use crate::database::{Application, USER, user};

/// A time on 2024-03-01. All tokens were created on that day.
fn time(seconds: i64) -> DateTime<Utc> {
    "2024-03-01T18:11:00Z".parse::<DateTime<Utc>>().expect("a time in UTC") + TimeDelta::seconds(seconds)
}

fn usage(id: i64, count: u64, seconds: i64) -> TokenUsage<Owner> {
    let mut usage = TokenUsage::new(user(7), id, time(seconds));
    usage.count = count;
    usage
}

async fn counts(store: &SanctumStore) -> Vec<(u64, Option<DateTime<Utc>>)> {
    let query = ListQuery::new(user(7));
    let limit = query.limit.saturating_mul(query.limit);
    let list = store.list(&query.with_limit(limit)).await.expect("a working database");
    list.tokens.into_iter().map(|token| (token.usage_count, token.last_used_at)).collect()
}

async fn store_of(application: &Application, tokens: i64) -> SanctumStore {
    let store = application.migrated_store().await;
    let tokens: Vec<_> = (1..=tokens).map(|id| AccessToken::new(id, "CI", time(0))).collect();
    store.insert(&user(7), &tokens).await.expect("new ids");
    store
}

#[tokio::test]
async fn counts_are_added_and_the_latest_time_wins() {
    let application = Application::create();
    let store = store_of(&application, 3).await;
    store.record_usage(&[usage(3, 1, 40), usage(1, 2, 50)]).await.unwrap();
    store.record_usage(&[usage(1, 3, 20)]).await.unwrap();
    store.record_usage(&[]).await.unwrap();
    assert_eq!(counts(&store).await, [(5, Some(time(50))), (0, None), (1, Some(time(40)))]);
}

#[tokio::test]
async fn the_time_of_the_last_use_is_also_the_time_of_the_update() {
    let application = Application::create();
    let store = store_of(&application, 2).await;
    application.run("UPDATE personal_access_tokens SET updated_at = '2025-01-01 00:00:00' WHERE id = 2");
    let mut used = usage(1, 1, 50);
    used.last_used_at += TimeDelta::microseconds(999_999);
    store.record_usage(&[used, usage(2, 1, 50)]).await.unwrap();
    let sql = "SELECT concat_ws(' ', last_used_at, updated_at, created_at) FROM personal_access_tokens ORDER BY id";
    let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&application.pool().await).await.unwrap();
    assert_eq!(
        rows,
        [
            "2024-03-01 18:11:50 2024-03-01 18:11:50 2024-03-01 18:11:00",
            "2024-03-01 18:11:50 2025-01-01 00:00:00 2024-03-01 18:11:00"
        ]
    );
}

#[tokio::test]
async fn without_the_columns_only_the_times_are_recorded() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let store = application.store().await;
    store.record_usage(&[usage(1, 2, 50)]).await.unwrap();
    assert_eq!(counts(&store).await, [(0, Some(time(50)))]);
}

#[tokio::test]
async fn a_token_can_be_in_a_batch_twice() {
    let application = Application::create();
    let store = store_of(&application, 1).await;
    store.record_usage(&[usage(1, 2, 50), usage(1, 3, 60), usage(1, 4, 40)]).await.unwrap();
    assert_eq!(counts(&store).await, [(9, Some(time(60)))]);
    store.record_usage(&[usage(1, u64::MAX, 50), usage(1, 1, 50)]).await.unwrap();
    assert_eq!(counts(&store).await, [(i64::MAX.unsigned_abs(), Some(time(60)))]);
}

#[tokio::test]
async fn counts_saturate_at_i64_max() {
    let application = Application::create();
    let store = store_of(&application, 1).await;
    store.record_usage(&[usage(1, i64::MAX.unsigned_abs() - 1, 1)]).await.unwrap();
    store.record_usage(&[usage(1, u64::MAX, 2)]).await.unwrap();
    assert_eq!(counts(&store).await, [(i64::MAX.unsigned_abs(), Some(time(2)))]);
}

#[tokio::test]
async fn usage_of_removed_tokens_is_ignored() {
    let application = Application::create();
    let store = store_of(&application, 2).await;
    store.remove(&user(7), TokenId(1)).await.unwrap();
    store.record_usage(&[usage(1, 1, 1), usage(2, 1, 1), usage(-1, 1, 1)]).await.unwrap();
    assert_eq!(counts(&store).await, [(1, Some(time(1)))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_the_same_tokens_add_up_beside_laravel() {
    const WRITERS: u32 = 4;
    const ROUNDS: u32 = 20;
    let application = Application::create();
    let store = store_of(&application, 100).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|index| {
            let store = store.clone();
            tokio::spawn(async move {
                // Half of the batches have the opposite order. If the statement followed that order, the writers would
                // deadlock.
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
    // Laravel writes the usage of one token in each request.
    let pool = application.pool().await;
    for id in (1..=100).rev() {
        let used = "UPDATE personal_access_tokens SET last_used_at = ?, updated_at = ? WHERE id = ?";
        let text = "2024-03-01 18:11:00";
        sqlx::query(used).bind(text).bind(text).bind(id).execute(&pool).await.unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    store.record_usage(&(1..=100).map(|id| usage(id, 1, id)).collect::<Vec<_>>()).await.unwrap();
    let expected: Vec<_> = (1..=100).map(|id| (u64::from(WRITERS * ROUNDS) + 1, Some(time(id)))).collect();
    assert_eq!(counts(&store).await, expected);
}

#[tokio::test]
async fn a_usage_log_can_be_drained_into_the_store() {
    let application = Application::create();
    let store = store_of(&application, 3).await;
    let log = UsageLog::new();
    for seconds in 1..=10 {
        log.record(&user(7), TokenId(seconds % 3 + 1), time(seconds));
    }
    for batch in log.drain(NonZeroUsize::new(2).unwrap()) {
        store.record_usage(&batch).await.unwrap();
        batch.commit();
    }
    assert!(log.is_empty());
    assert_eq!(counts(&store).await, [(3, Some(time(9))), (4, Some(time(10))), (3, Some(time(8)))]);
}
