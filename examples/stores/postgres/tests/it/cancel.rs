use chrono::DateTime;
use tokenfolio::{AccessToken, ListQuery, TokenStore};

use crate::database::Database;

#[tokio::test]
async fn dropped_futures_leave_the_store_usable() {
    let store = Database::create().await;
    store.insert(7, vec![AccessToken::new(1, "CI", DateTime::UNIX_EPOCH)]).await.unwrap();
    let query = ListQuery::new(7);
    for turns in 0..200 {
        tokio::select! {
            biased;
            list = store.list(&query) => assert_eq!(list.unwrap().total, 1),
            () = yield_times(turns % 10) => {}
        }
    }
    assert_eq!(store.list(&query).await.unwrap().total, 1);
}

async fn yield_times(turns: u32) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}
