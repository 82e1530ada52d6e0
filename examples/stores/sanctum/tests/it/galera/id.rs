//! Ids on a cluster. Each node has its own sequence, so ids have gaps and are not in the order of commits.

use std::num::NonZeroU32;

use sqlx::MySqlConnection;
use tokenfolio::{ListQuery, TokenOrder, TokenStore};
use tokenfolio_sanctum::SanctumStore;

use crate::database::user;
use crate::galera::cluster::{Application, CLUSTER};

/// Adds a token as Laravel does, and returns its id.
async fn create(connection: &mut MySqlConnection) -> i64 {
    let sql = r"INSERT INTO personal_access_tokens (tokenable_type, tokenable_id, name, token, abilities, created_at)
        VALUES ('App\\Models\\User', 7, 'CI', uuid(), '[]', '2024-03-01 18:11:00')";
    let inserted = sqlx::query(sql).execute(connection).await.expect("a new token");
    inserted.last_insert_id().try_into().expect("a small id")
}

/// Lists the ids of a page of two.
async fn page(store: &SanctumStore, order: TokenOrder, page: u64) -> Vec<i64> {
    let limit = NonZeroU32::new(2).expect("two");
    let query = ListQuery::new(user(7)).with_order(order).with_limit(limit).with_offset((page - 1) * 2);
    let list = store.list(&query).await.expect("a running node");
    list.tokens.iter().map(|token| token.id.0).collect()
}

#[tokio::test]
async fn ids_have_gaps_and_every_node_lists_them_in_order() {
    let application = Application::create(&CLUSTER);
    let mut ids = Vec::new();
    for node in [0, 1, 2, 2, 1, 0, 1, 1, 1] {
        let pool = application.pool_on(&CLUSTER, node).await;
        ids.push(create(&mut pool.acquire().await.unwrap()).await);
    }
    ids.sort_unstable();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    assert!(ids.windows(2).any(|pair| pair[0] + 1 < pair[1]), "no gaps: {ids:?}");
    for node in 0..3 {
        let store = application.store_on(&CLUSTER, node).await;
        for (index, expected) in (1..).zip(ids.chunks(2)) {
            assert_eq!(page(&store, TokenOrder::OldestFirst, index).await, expected, "node {node}");
        }
    }
}

/// A client reads the pages in order. If a token with a smaller id than the last token of a page is committed after
/// this page was read, the next page lists the last token again, and the client does not see the late token. The client
/// sees every token that was committed before it read the first page.
#[tokio::test]
async fn a_token_that_is_committed_late_moves_others_to_the_next_page() {
    let application = Application::create(&CLUSTER);
    let slow = application.pool_on(&CLUSTER, 0).await;
    let other = application.pool_on(&CLUSTER, 1).await;
    let mut other = other.acquire().await.unwrap();
    let store = application.store_on(&CLUSTER, 2).await;

    // The store has altered the table. A node rejects writes while it applies the change.
    let wait = "SET STATEMENT wsrep_sync_wait = 1 FOR SELECT 1";
    sqlx::query(wait).execute(&mut *other).await.unwrap();
    let first = create(&mut other).await;
    sqlx::query(wait).execute(&slow).await.unwrap();
    let mut transaction = slow.begin().await.unwrap();
    let late = create(&mut transaction).await;
    let second = create(&mut other).await;
    let third = create(&mut other).await;
    let fourth = create(&mut other).await;
    assert!(first < late && late < second, "{first} {late} {second}");

    assert_eq!(page(&store, TokenOrder::OldestFirst, 1).await, [first, second]);
    assert_eq!(page(&store, TokenOrder::NewestFirst, 1).await, [fourth, third]);
    transaction.commit().await.unwrap();
    // The second token is listed again, and no token that was committed before the walk is missing.
    assert_eq!(page(&store, TokenOrder::OldestFirst, 2).await, [second, third]);
    assert_eq!(page(&store, TokenOrder::OldestFirst, 3).await, [fourth]);
    // The late token is on a page that the walk has not reached yet.
    assert_eq!(page(&store, TokenOrder::NewestFirst, 2).await, [second, late]);
    assert_eq!(page(&store, TokenOrder::NewestFirst, 3).await, [first]);
}
