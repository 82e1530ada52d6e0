use std::error::Error;
use std::time::{Duration, Instant};

use tokenfolio::{Authenticator, ListQuery, StoreErrorKind, TokenStore};
use tokenfolio_mariadb_server::Database;
use tokenfolio_sanctum::SanctumStore;

use crate::database::{Application, USER, bearer, models, nodes, user};

#[tokio::test]
async fn the_store_works_without_its_columns() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let store = application.store().await;
    let list = store.list(&ListQuery::new(user(7))).await.unwrap();
    let token = store.find(&bearer("1|text-1")).await.unwrap().unwrap().token;
    assert_eq!((token.usage_count, token.revoked_at, &token.allowed_ips), (0, None, &None));
    assert_eq!(list.tokens, [token]);
}

#[tokio::test]
async fn a_migration_retains_the_tokens_and_can_be_repeated() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let mut store = application.store().await;
    for _ in 0..2 {
        store.migrate().await.unwrap();
        assert_eq!(store.list(&ListQuery::new(user(7))).await.unwrap().total, 1);
    }
    let sql = "SELECT column_name FROM information_schema.columns WHERE table_schema = database()
        AND table_name = 'personal_access_tokens' ORDER BY ordinal_position";
    let columns: Vec<String> = sqlx::query_scalar(sql).fetch_all(&application.pool().await).await.unwrap();
    assert_eq!(columns[9..], ["updated_at", "usage_count", "revoked_at", "allowed_ips"]);
}

#[tokio::test]
async fn a_migration_completes_a_part_of_the_columns() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.run("ALTER TABLE personal_access_tokens ADD COLUMN revoked_at timestamp NULL");
    let mut store = application.store().await;
    assert_eq!(store.list(&ListQuery::new(user(7))).await.unwrap().total, 1);
    store.migrate().await.unwrap();
    application.run("UPDATE personal_access_tokens SET revoked_at = '2024-04-01', usage_count = 3");
    let list = store.list(&ListQuery::new(user(7))).await.unwrap();
    assert!(list.tokens[0].revoked_at.is_some() && list.tokens[0].usage_count == 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_may_migrate_at_the_same_time() {
    let application = Application::create();
    let starting: Vec<_> = (0..4)
        .map(|_| {
            let nodes = nodes(&application.database.url());
            tokio::spawn(async move { SanctumStore::connect(nodes, models()).await?.migrate().await })
        })
        .collect();
    for started in starting {
        started.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_migration_does_not_wait_long_for_a_transaction() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let mut store = application.store().await;
    let mut transaction = application.pool().await.begin().await.unwrap();
    sqlx::query("SELECT * FROM personal_access_tokens").fetch_all(&mut *transaction).await.unwrap();
    let started = Instant::now();
    assert_eq!(store.migrate().await.unwrap_err().kind(), StoreErrorKind::Unavailable);
    assert!(started.elapsed() < Duration::from_secs(9), "Laravel waits for the migration: {:?}", started.elapsed());

    transaction.rollback().await.unwrap();
    store.migrate().await.unwrap();
}

#[tokio::test]
async fn a_database_without_sanctums_table_is_an_error() {
    let database = Database::create().unwrap_or_else(|error| panic!("{error}"));
    let error = SanctumStore::connect(nodes(&database.url()), models()).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Other);
    assert_eq!(error.source().unwrap().to_string(), "the database has no table `personal_access_tokens`");
}
