use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, TokenStore};
use tokenfolio_sqlite::SqliteStore;

#[tokio::test]
async fn a_file_preserves_its_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.db");
    let tokens: Vec<_> = (1..=3).map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)).collect();
    SqliteStore::open(&path).await.unwrap().insert(7, tokens.clone()).await.unwrap();

    let reopened = SqliteStore::open(&path).await.unwrap();
    assert_eq!(reopened.list(&ListQuery::new(7)).await.unwrap().tokens, tokens);
}

#[tokio::test]
async fn databases_in_memory_are_separate() {
    let one = SqliteStore::in_memory().await.unwrap();
    let other = SqliteStore::in_memory().await.unwrap();
    one.insert(7, vec![AccessToken::new(1, "CI", DateTime::UNIX_EPOCH)]).await.unwrap();
    assert_eq!(other.list(&ListQuery::new(7)).await.unwrap().total, 0);
}
