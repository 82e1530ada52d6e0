use std::collections::BTreeSet;
use std::error::Error;
use std::time::Duration;

use chrono::DateTime;
use http::Request;
use tokenfolio::{
    AccessToken, Authenticator, BearerToken, ListQuery, ListTokens, Pagination, StatusFilter, StoreErrorKind, TokenId,
    TokenOrder, TokenStatus, TokenStore, TokenUsage,
};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::Server;
use tokio::sync::OnceCell;
use tokio::time::{sleep, timeout};

use crate::cluster::Cluster;
use crate::database::{connect, wait_until_blocked};

/// The time limit for an immediate response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
const UNAVAILABLE: &str =
    r#"{"type":"about:blank","title":"Service Unavailable","status":503,"instance":"/api/v1/me/tokens"}"#;

/// The cluster that is shared by the tests that do not stop a node.
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

/// Creates two tokens and a secret for one owner on each node, through a store on another node.
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

/// Requests the owner's tokens as a client does.
async fn response(store: &PostgresStore, owner: i64) -> http::Response<Vec<u8>> {
    let pagination = Pagination::new("/api/v1/me/tokens").expect("a path");
    let endpoint = ListTokens::new(store.clone(), store.clone(), pagination);
    let request = Request::get("/api/v1/me/tokens").header("authorization", format!("Bearer {}", secret(owner)));
    let (parts, ()) = request.body(()).expect("a request").into_parts();
    timeout(RESPONSE_TIMEOUT, endpoint.handle(&parts, None)).await.expect("an immediate response")
}

/// Expects that the owner's tokens can be read and written.
async fn expect_served(store: &PostgresStore, owner: i64) {
    for query in queries(owner) {
        assert_eq!(store.list(&query).await.expect("a working node").tokens.len(), 2);
    }
    assert_eq!(response(store, owner).await.status(), 200);
    store.insert(owner, tokens([3, 4])).await.expect("new ids");
    // The first sets a secret, and the second replaces it.
    for random in ["one", "other"] {
        store.set_secret(owner, TokenId(3), &format!("{owner}|{random}")).await.expect("a token");
    }
    store
        .record_usage(&[3, 4].map(|id| TokenUsage::new(owner, id, DateTime::UNIX_EPOCH)))
        .await
        .expect("a working node");
    for id in [3, 4] {
        assert!(store.remove(owner, TokenId(id)).await.expect("a working node"));
    }
}

/// Returns a query for each statement that lists tokens.
fn queries(owner: i64) -> Vec<ListQuery<i64>> {
    let active = StatusFilter { status: TokenStatus::Active, now: DateTime::UNIX_EPOCH };
    [TokenOrder::OldestFirst, TokenOrder::NewestFirst]
        .into_iter()
        .flat_map(|order| {
            [None, Some(active)].map(|status| ListQuery::new(owner).with_order(order).with_status(status))
        })
        .collect()
}

/// Records usage of all owners. Expects that the error names only the owner on the node `down`: the usage of all other
/// owners was written.
async fn expect_usage_of_others(store: &PostgresStore, owners: &[i64], down: usize) {
    let usage: Vec<_> = owners.iter().map(|&owner| TokenUsage::new(owner, 2, DateTime::UNIX_EPOCH)).collect();
    let error = store.record_usage(&usage).await.expect_err("a node that is down");
    assert_eq!(error.owners, BTreeSet::from([owners[down]]));
    assert_eq!(error.cause.kind(), StoreErrorKind::Unavailable, "{:?}", error.cause.source());
}

/// Expects a 503 with `Retry-After`, and that the look-up of the token is unavailable too.
async fn expect_unavailable(store: &PostgresStore, owner: i64) {
    let response = response(store, owner).await;
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(String::from_utf8_lossy(response.body()), UNAVAILABLE);

    let bearer = BearerToken::from_values([format!("Bearer {}", secret(owner)).as_bytes()]).expect("a secret");
    let found = timeout(RESPONSE_TIMEOUT, store.find(&bearer)).await.expect("an immediate response");
    let listed = timeout(RESPONSE_TIMEOUT, store.list(&ListQuery::new(owner))).await.expect("an immediate response");
    for error in [found.expect_err("no node"), listed.expect_err("no node")] {
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{:?}", error.source());
    }
}

#[tokio::test]
async fn a_node_that_is_down_affects_only_its_own_owners() {
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
    // Repeated, because the store does not remember failures.
    for _ in 0..3 {
        for (entry, store) in stores.iter().enumerate() {
            if entry != DOWN {
                expect_usage_of_others(store, &owners, DOWN).await;
            }
            for (node, &owner) in owners.iter().enumerate() {
                if entry == DOWN || node == DOWN {
                    expect_unavailable(store, owner).await;
                } else {
                    expect_served(store, owner).await;
                }
            }
        }
    }

    cluster.nodes[DOWN].start_again().unwrap();
    for store in &stores {
        for &owner in &owners {
            wait_until_served(store, owner).await;
            expect_served(store, owner).await;
        }
    }
    let recorded = stores[0].list(&ListQuery::new(owners[0])).await.unwrap().tokens[1].usage_count;
    assert_eq!(recorded, 6, "usage that was written is not written again");
}

#[tokio::test]
async fn every_statement_of_an_owner_needs_only_the_owners_node() {
    let mut cluster = Cluster::start().await;
    let owners = owner_on_each(&cluster).await;
    cluster.nodes[2].kill().unwrap();
    expect_served(&cluster.store(0), owners[1]).await;
    expect_served(&cluster.store(1), owners[0]).await;
    cluster.nodes[1].kill().unwrap();
    expect_served(&cluster.store(0), owners[0]).await;
}

#[tokio::test]
async fn an_error_of_another_node_contains_no_digest() {
    let cluster = shared().await;
    let owner = owner_on_each(cluster).await[1];
    for entry in 0..Cluster::NODES {
        let store = cluster.store(entry);
        let taken = store.set_secret(owner, TokenId(2), &secret(owner)).await.unwrap_err();
        let missing = store.set_secret(owner, TokenId(3), "1|never-to-be-found").await.unwrap_err();
        let nowhere = store.set_secret(owner, TokenId(3), &format!("{owner}|other")).await.unwrap_err();
        let digest = printed_digest(&cluster.nodes[1], owner).await;
        for error in [taken, missing, nowhere] {
            let chain = std::iter::successors(error.source(), |&cause| cause.source());
            let causes: Vec<_> = chain.map(|cause| format!("{cause} {cause:?}")).collect();
            let printed = format!("{error} {error:?} {error:#?} {causes:?}");
            assert!(!printed.contains(&digest) && !printed.contains("DETAIL"), "{printed}");
            for word in ["secret\"", "|secret", "never-to-be-found", "|other", "detail: Some"] {
                assert!(!printed.contains(word), "{word}: {printed}");
            }
        }
    }
}

/// Returns the first characters of the digest of the owner's secret, as the server prints them.
async fn printed_digest(node: &Server, owner: i64) -> String {
    let sql = "SELECT left(encode(digest, 'hex'), 12) FROM part.token_secret WHERE owner_id = $1";
    connect(&node.url()).await.query_one(sql, &[&owner]).await.expect("a secret").get(0)
}

/// Waits until the owner is served. Each broken connection can fail one request.
async fn wait_until_served(store: &PostgresStore, owner: i64) {
    const ATTEMPTS: usize = 100;
    const PAUSE: Duration = Duration::from_millis(50);
    for _ in 0..ATTEMPTS {
        if response(store, owner).await.status() == 200 {
            return;
        }
        sleep(PAUSE).await;
    }
    panic!("owner {owner} is not served again");
}

#[tokio::test]
async fn all_rows_of_an_owner_are_on_one_node() {
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
            assert_eq!([0, 1, 2].map(|column| row.get::<_, i64>(column)), expected, "owner {owner} on node {node}");
        }
    }
}

#[tokio::test]
async fn usage_is_added_on_every_node() {
    let cluster = shared().await;
    let owners = owner_on_each(cluster).await;
    let usage: Vec<_> = owners.iter().map(|&owner| TokenUsage::new(owner, 2, DateTime::UNIX_EPOCH)).collect();
    for node in 0..Cluster::NODES {
        cluster.store(node).record_usage(&usage).await.unwrap();
    }
    for (node, &owner) in owners.iter().enumerate() {
        let listed = cluster.store(node).list(&ListQuery::new(owner)).await.unwrap().tokens;
        assert_eq!(listed.iter().map(|token| token.usage_count).collect::<Vec<_>>(), [0, 3]);
    }
}

#[tokio::test]
async fn a_conflict_on_another_node_can_be_retried() {
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
    let cause = error.source().expect("the node's error").to_string();
    assert!(cause.ends_with("(SQLSTATE 40001)"), "{cause}");
    assert!(store.remove(owner, TokenId(1)).await.unwrap());
}
