use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, StoreErrorKind, TokenStore};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::Schema;

use crate::database::{Database, config};

#[tokio::test(flavor = "multi_thread")]
async fn servers_may_start_at_the_same_time() {
    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let store = PostgresStore::new(config(&schema.coordinator_url())).unwrap();
            tokio::spawn(async move {
                store.migrate().await?;
                store.migrate_block_counts().await
            })
        })
        .collect();
    for started in starting {
        started.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn tokens_stay_when_the_schema_is_up_to_date() {
    let database = Database::create().await;
    database.insert(7, vec![AccessToken::new(1, "CI", DateTime::UNIX_EPOCH)]).await.unwrap();
    database.coordinator().migrate().await.unwrap();
    assert_eq!(database.list(&ListQuery::new(7)).await.unwrap().total, 1);
}

#[tokio::test]
async fn a_database_that_cannot_be_migrated_is_left_as_it_was() {
    let schema = Schema::create().unwrap_or_else(|error| panic!("{error}"));
    schema.run("CREATE TABLE token_usage (of_another_service int)").unwrap();
    let store = PostgresStore::new(config(&schema.coordinator_url())).unwrap();
    assert_eq!(store.migrate().await.unwrap_err().kind(), StoreErrorKind::Other);
    schema.run("CREATE TABLE access_token (there_is_none_yet int)").unwrap();

    let read_only = schema.coordinator_url() + "%20-c%20default_transaction_read_only%3Don";
    let store = PostgresStore::new(config(&read_only)).unwrap();
    assert_eq!(store.migrate().await.unwrap_err().kind(), StoreErrorKind::Unavailable);
}
