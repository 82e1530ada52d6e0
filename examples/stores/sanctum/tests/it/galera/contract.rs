use chrono::{DateTime, TimeDelta};
use tokenfolio::contract;
use tokenfolio::{AccessToken, ListQuery, TokenStore};

use crate::contract::{IDS_OF_EACH_OWNER, OUTAGE, SanctumFixture};
use crate::database::user;
use crate::galera::cluster::{Application, CLUSTER};

/// Writes on one node, and reads on another node.
async fn assert_passes_on(node: usize) {
    let application = Application::create(&CLUSTER);
    application.run(&CLUSTER, IDS_OF_EACH_OWNER);
    let writing_node = (node + 1) % 3;
    let writer = application.store_on(&CLUSTER, writing_node).await;
    let store = application.store_on(&CLUSTER, node).await;
    let fixture = SanctumFixture::with_writer(store, writer, application.pool_on(&CLUSTER, writing_node).await);
    let skipped = contract::check_all(&fixture).await.expect("the store fulfills the contract");
    assert_eq!(skipped.clauses(), [OUTAGE]);
}

#[tokio::test]
async fn the_store_passes_on_the_first_node() {
    assert_passes_on(0).await;
}

#[tokio::test]
async fn the_store_passes_on_the_second_node() {
    assert_passes_on(1).await;
}

#[tokio::test]
async fn the_store_passes_on_the_third_node() {
    assert_passes_on(2).await;
}

#[tokio::test]
async fn a_write_on_one_node_is_read_on_the_others_at_once() {
    const TOKENS: i64 = 100;
    let application = Application::create(&CLUSTER);
    let mut stores = Vec::new();
    for node in 0..3 {
        stores.push(application.store_on(&CLUSTER, node).await);
    }
    for round in 0..30 {
        let ids = round * TOKENS + 1..=(round + 1) * TOKENS;
        let last = *ids.end();
        let tokens: Vec<_> =
            ids.map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH + TimeDelta::days(20_000))).collect();
        let writer = &stores[usize::try_from(round).unwrap() % 3];
        writer.insert(&user(7), &tokens).await.unwrap();
        for store in &stores {
            let list = store.list(&ListQuery::new(user(7))).await.unwrap();
            assert_eq!(list.total, last.unsigned_abs(), "round {round}");
        }
    }
}
