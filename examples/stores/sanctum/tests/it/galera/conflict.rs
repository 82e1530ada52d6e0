use chrono::{DateTime, TimeDelta};
use tokenfolio::{AccessToken, ListQuery, StoreErrorKind, TokenStore, TokenUsage};
use tokenfolio_sanctum::SanctumStore;

use crate::database::user;
use crate::galera::cluster::{Application, CLUSTER};

/// Records usage of one token until all of it is written, and returns the number of rejected attempts.
async fn record_until_written(store: SanctumStore, rounds: u32) -> u32 {
    let usage = [TokenUsage::new(user(7), 1, DateTime::UNIX_EPOCH + TimeDelta::days(20_001))];
    let mut rejected = 0;
    for _ in 0..rounds {
        while let Err(error) = store.record_usage(&usage).await {
            assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error:?}");
            let cause = std::error::Error::source(&error).and_then(std::error::Error::source).map(ToString::to_string);
            assert!(cause.as_ref().is_some_and(|cause| cause.contains("1213 (40001)")), "{cause:?} {error:?}");
            rejected += 1;
        }
    }
    rejected
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_change_one_row_can_retry() {
    const ROUNDS: u32 = 200;
    let application = Application::create(&CLUSTER);
    let store = application.store_on(&CLUSTER, 0).await;
    store.insert(&user(7), &[AccessToken::new(1, "CI", DateTime::UNIX_EPOCH + TimeDelta::days(20_000))]).await.unwrap();
    let mut writers = Vec::new();
    for node in 0..3 {
        writers.push(tokio::spawn(record_until_written(application.store_on(&CLUSTER, node).await, ROUNDS)));
    }
    let mut rejected = 0;
    for writer in writers {
        rejected += writer.await.unwrap();
    }
    println!("{rejected} of {} attempts were rejected", rejected + 3 * ROUNDS);
    assert!(rejected > 0, "no two nodes changed the row at once");
    // A rejected attempt has written nothing.
    let list = store.list(&ListQuery::new(user(7))).await.unwrap();
    assert_eq!(list.tokens[0].usage_count, u64::from(3 * ROUNDS));
}
