use std::collections::BTreeSet;
use std::error::Error;

use chrono::DateTime;
use tokenfolio::{AccessToken, StoreErrorKind, TokenUsage};
use tokenfolio_postgres::{PostgresStore, UsageError};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Transaction};

use crate::database::{Database, wait_until_blocked};

/// A client locks the usage of the second token. The store locks the usage of the first and waits for the second.
async fn block_the_store<'c>(
    database: &Database,
    client: &'c mut Client,
) -> (Transaction<'c>, JoinHandle<Result<(), UsageError>>) {
    let tokens = [1, 2].map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH));
    database.insert(7, tokens.to_vec()).await.expect("new ids");
    let transaction = client.transaction().await.expect("a connection");
    transaction.batch_execute("UPDATE token_usage SET usage_count = 5 WHERE token_id = 2").await.expect("a free row");
    let store = PostgresStore::clone(database);
    let usage = [1, 2].map(|id| TokenUsage::new(7, id, DateTime::UNIX_EPOCH));
    let recording = tokio::spawn(async move { store.record_usage(&usage).await });
    wait_until_blocked(&transaction, &database.client().await).await;
    (transaction, recording)
}

#[track_caller]
fn assert_conflict(recorded: Result<(), UsageError>, code: &str) {
    let error = recorded.expect_err("a conflict of two writers");
    assert_eq!(error.owners, BTreeSet::from([7]), "nothing was written");
    assert_eq!(error.cause.kind(), StoreErrorKind::Unavailable);
    let cause = error.cause.source().expect("the server's error").to_string();
    assert!(cause.ends_with(&format!("(SQLSTATE {code})")), "{cause}");
}

#[tokio::test]
async fn a_deadlock_can_be_retried() {
    let database = Database::create().await;
    let mut client = database.client().await;
    // Only the store's connection then looks for a deadlock, so the server rejects the store's statement.
    client.batch_execute("SET deadlock_timeout = '1h'").await.unwrap();
    let (transaction, recording) = block_the_store(&database, &mut client).await;
    transaction.batch_execute("UPDATE token_usage SET usage_count = 5 WHERE token_id = 1").await.unwrap();
    assert_conflict(recording.await.unwrap(), "40P01");

    transaction.commit().await.unwrap();
    database.record_usage(&[TokenUsage::new(7, 1, DateTime::UNIX_EPOCH)]).await.unwrap();
}

#[tokio::test]
async fn a_serialization_failure_can_be_retried() {
    let database = Database::with_options(" -c default_transaction_isolation=serializable").await;
    let mut client = database.client().await;
    let (transaction, recording) = block_the_store(&database, &mut client).await;
    transaction.commit().await.unwrap();
    assert_conflict(recording.await.unwrap(), "40001");

    database.record_usage(&[TokenUsage::new(7, 1, DateTime::UNIX_EPOCH)]).await.unwrap();
}
