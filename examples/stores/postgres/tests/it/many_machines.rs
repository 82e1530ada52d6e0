use std::error::Error;
use std::time::Duration;

use chrono::DateTime;
use http::Request;
use tokenfolio::{
    AccessToken, Authenticator, BearerToken, ListQuery, ListTokens, PageUrls, StoreErrorKind, TokenId, TokenStore,
    TokenUsage,
};
use tokenfolio_postgres::PostgresStore;
use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout};
use tokio_postgres::error::DbError;

use crate::cluster::Cluster;
use crate::database::wait_until_blocked;

/// How long an answer may take that is given at once.
const DEADLINE: Duration = Duration::from_secs(5);
const UNAVAILABLE: &str =
    r#"{"type":"about:blank","title":"Service Unavailable","status":503,"instance":"/api/v1/me/tokens"}"#;

/// The cluster of the tests that stop no node.
async fn shared() -> &'static Cluster {
    static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
    CLUSTER.get_or_init(Cluster::start).await
}

fn tokens(ids: impl IntoIterator<Item = i64>) -> Vec<AccessToken> {
    ids.into_iter().map(|id| AccessToken::new(id, "CI", DateTime::UNIX_EPOCH)).collect()
}

fn secret(owner: i64) -> String {
    format!("{owner}|secret")
}

/// Gives an owner on each node two tokens, and a secret, through a store on another node.
async fn owner_on_each(cluster: &Cluster) -> Vec<i64> {
    let mut owners = Vec::new();
    for node in 0..Cluster::NODES {
        let owner = cluster.fresh_owner_on(node).await;
        let store = cluster.store((node + 1) % Cluster::NODES);
        store.insert(owner, tokens([1, 2])).await.expect("new ids");
        store.set_secret(owner, TokenId(1), &secret(owner)).await.expect("a token");
        owners.push(owner);
    }
    owners
}

/// Asks for the owner's tokens as a client does.
async fn answer(store: &PostgresStore, owner: i64) -> http::Response<Vec<u8>> {
    let urls = PageUrls::new("/api/v1/me/tokens").expect("a path");
    let endpoint = ListTokens::new(store.clone(), store.clone(), urls);
    let request = Request::get("/api/v1/me/tokens").header("authorization", format!("Bearer {}", secret(owner)));
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    timeout(DEADLINE, endpoint.handle(&parts, None)).await.expect("an answer at once")
}

/// Expects that the owner is served: what is read, and what is written.
async fn expect_served(store: &PostgresStore, owner: i64) {
    assert_eq!(answer(store, owner).await.status(), 200);
    store.insert(owner, tokens([3])).await.expect("a new id");
    assert!(store.remove(owner, TokenId(3)).await.expect("a working node"));
}

/// Expects that whoever asks for the owner is told to try again, also before it is known who asks.
async fn expect_refused(store: &PostgresStore, owner: i64) {
    let response = answer(store, owner).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(String::from_utf8_lossy(response.body()), UNAVAILABLE);

    let bearer = BearerToken::from_values([format!("Bearer {}", secret(owner)).as_bytes()]).expect("a secret");
    let found = timeout(DEADLINE, store.find(&bearer)).await.expect("an answer at once");
    let listed = timeout(DEADLINE, store.list(&ListQuery::new(owner))).await.expect("an answer at once");
    for error in [found.expect_err("a refusal"), listed.expect_err("a refusal")] {
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{:?}", error.source());
    }
}

#[tokio::test]
async fn a_node_that_is_down_takes_along_no_owners_but_its_own() {
    const DOWN: usize = 1;
    let mut cluster = Cluster::start().await;
    let owners = owner_on_each(&cluster).await;
    let stores: Vec<_> = (0..Cluster::NODES).map(|node| cluster.store(node)).collect();
    for store in &stores {
        for &owner in &owners {
            expect_served(store, owner).await;
        }
    }

    cluster.nodes[DOWN].kill().unwrap();
    // Again and again, because no failure is remembered: neither of a node nor of an owner.
    for _ in 0..3 {
        for (entry, store) in stores.iter().enumerate() {
            for (node, &owner) in owners.iter().enumerate() {
                if entry == DOWN || node == DOWN {
                    expect_refused(store, owner).await;
                } else {
                    expect_served(store, owner).await;
                }
            }
        }
    }

    cluster.nodes[DOWN].start_again().unwrap();
    for store in &stores {
        for &owner in &owners {
            expect_back(store, owner).await;
            expect_served(store, owner).await;
        }
    }
}

/// Expects that the owner is served soon. Each connection that broke may be found out by a request of its own.
async fn expect_back(store: &PostgresStore, owner: i64) {
    const ATTEMPTS: usize = 100;
    const PAUSE: Duration = Duration::from_millis(50);
    for _ in 0..ATTEMPTS {
        if answer(store, owner).await.status() == 200 {
            return;
        }
        sleep(PAUSE).await;
    }
    panic!("owner {owner} is not served again");
}

#[tokio::test]
async fn all_that_is_an_owners_is_on_one_node() {
    let cluster = shared().await;
    let owners = owner_on_each(cluster).await;
    for node in 0..Cluster::NODES {
        let client = cluster.client(node).await;
        for (home, owner) in owners.iter().enumerate() {
            let counts = "SELECT
                (SELECT count(*) FROM part.access_token WHERE owner_id = $1),
                (SELECT count(*) FROM part.token_usage WHERE owner_id = $1),
                (SELECT count(*) FROM part.token_secret WHERE owner_id = $1)";
            let row = client.query_one(counts, &[owner]).await.unwrap();
            let expected = if node == home { [2, 2, 1] } else { [0; 3] };
            assert_eq!([0, 1, 2].map(|at| row.get::<_, i64>(at)), expected, "owner {owner} on node {node}");
        }
    }
}

#[tokio::test]
async fn uses_are_added_on_every_node() {
    let cluster = shared().await;
    let owners = owner_on_each(cluster).await;
    let uses: Vec<_> = owners.iter().map(|&owner| TokenUsage::new(owner, 2, DateTime::UNIX_EPOCH)).collect();
    for node in 0..Cluster::NODES {
        // What another test writes on some node at the same time may come between.
        while let Err(error) = cluster.store(node).record_usage(&uses).await {
            assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{:?}", error.source());
        }
    }
    for (node, &owner) in owners.iter().enumerate() {
        let listed = cluster.store(node).list(&ListQuery::new(owner)).await.unwrap().tokens;
        assert_eq!(listed.iter().map(|token| token.usage_count).collect::<Vec<_>>(), [0, 3]);
    }
}

#[tokio::test]
async fn a_conflict_on_another_node_may_be_tried_again() {
    let cluster = shared().await;
    let owner = owner_on_each(cluster).await[0];
    let mut writer = cluster.client(0).await;
    let transaction = writer.transaction().await.unwrap();
    transaction.execute("UPDATE part.access_token SET name = 'CD' WHERE owner_id = $1", &[&owner]).await.unwrap();
    let store = cluster.store(1);
    let removing = tokio::spawn({
        let store = store.clone();
        async move { store.remove(owner, TokenId(1)).await }
    });
    wait_until_blocked(&transaction, &cluster.client(0).await).await;
    transaction.commit().await.unwrap();

    let error = removing.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    let cause = error.source().and_then(Error::source).and_then(|cause| cause.downcast_ref());
    let cause: &DbError = cause.expect("the node's refusal");
    assert_eq!(cause.code().code(), "40001");
    assert!(store.remove(owner, TokenId(1)).await.unwrap());
}
