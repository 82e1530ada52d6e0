use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use sqlx::mysql::MySqlPool;
use tokenfolio::contract::{self, Fixture, FixtureError, FixtureFuture, Limits};
use tokenfolio::{AccessToken, TokenId};
use tokenfolio_mariadb_server::{Server, ServerError};
use tokenfolio_sanctum::{Owner, SanctumStore};

use crate::database::{Application, SCHEMA, models, nodes, user};

/// Changes the primary key, so that several owners can have the same ids, as the suite requires. In Sanctum's own
/// table, ids are unique among all owners.
pub(crate) const IDS_OF_EACH_OWNER: &str = "ALTER TABLE personal_access_tokens MODIFY id bigint unsigned NOT NULL,
    DROP PRIMARY KEY, ADD PRIMARY KEY (tokenable_type, tokenable_id, id)";
/// The column types that can hold every token of the contract.
const WIDE_TYPES: &str = "ALTER TABLE personal_access_tokens MODIFY id bigint NOT NULL,
    MODIFY last_used_at datetime(6) NULL, MODIFY expires_at datetime(6) NULL, MODIFY created_at datetime(6) NULL,
    MODIFY updated_at datetime(6) NULL, MODIFY revoked_at datetime(6) NULL";

/// A store, and its server if a test may stop it.
pub(crate) struct SanctumFixture {
    store: SanctumStore,
    /// Another store on the same table.
    writer: SanctumStore,
    pool: MySqlPool,
    limits: Limits,
    servers: Mutex<Vec<Server>>,
    users: AtomicU64,
}

impl SanctumFixture {
    fn new(store: SanctumStore, pool: MySqlPool, limits: Limits) -> Self {
        Self { writer: store.clone(), store, pool, limits, servers: Mutex::default(), users: AtomicU64::new(1) }
    }

    /// Creates a fixture that lists tokens with `store`, and writes them with `writer`.
    pub(crate) fn with_writer(store: SanctumStore, writer: SanctumStore, pool: MySqlPool) -> Self {
        Self { writer, ..Self::new(store, pool, limits()) }
    }

    /// Runs an action on all servers, if there are any.
    fn on_servers(&self, action: fn(&mut Server) -> Result<(), ServerError>) -> Option<FixtureFuture<'_>> {
        let servers = || self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        if servers().is_empty() {
            return None;
        }
        Some(Box::pin(async move { Ok(servers().iter_mut().try_for_each(action)?) }))
    }
}

impl Fixture for SanctumFixture {
    type Owner = Owner;
    type Store = SanctumStore;

    fn store(&self) -> &SanctumStore {
        &self.store
    }

    fn fresh_owner(&self) -> Owner {
        user(self.users.fetch_add(1, Ordering::Relaxed))
    }

    async fn insert(&self, owner: &Owner, token: AccessToken) -> Result<(), FixtureError> {
        Ok(self.writer.insert(owner, &[token]).await?)
    }

    async fn remove(&self, owner: &Owner, id: TokenId) -> Result<(), FixtureError> {
        if self.writer.remove(owner, id).await? { Ok(()) } else { Err("no such token".into()) }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn limits(&self) -> Limits {
        self.limits.clone()
    }

    fn stop_backend(&self) -> Option<FixtureFuture<'_>> {
        self.on_servers(Server::kill)
    }

    fn start_backend(&self) -> Option<FixtureFuture<'_>> {
        self.on_servers(Server::start_again)
    }

    fn corrupt_row(&self, owner: Owner, id: TokenId) -> Option<FixtureFuture<'_>> {
        Some(Box::pin(async move {
            let sql = "UPDATE personal_access_tokens SET usage_count = -1 WHERE tokenable_id = ? AND id = ?";
            let changed = sqlx::query(sql).bind(owner.id).bind(id.0).execute(&self.pool).await?.rows_affected();
            if changed == 1 { Ok(()) } else { Err(format!("{changed} rows have changed").into()) }
        }))
    }
}

/// The limits of Sanctum's column types: unsigned ids, whole seconds, and the days that a TIMESTAMP holds in every time
/// zone.
fn limits() -> Limits {
    let day = |day| DateTime::UNIX_EPOCH + TimeDelta::days(day);
    Limits::default().with_min_id(TokenId(0)).with_times(day(1)..=day(24_854)).with_fraction_digits(0)
}

/// The clause that is skipped, because the tests share their server.
pub(crate) const OUTAGE: &str = "a_backend_that_is_down_is_unavailable_and_recovers";

#[tokio::test]
async fn the_store_passes_on_sanctums_column_types() {
    let application = Application::create();
    application.run(IDS_OF_EACH_OWNER);
    let store = application.migrated_store().await;
    let fixture = SanctumFixture::new(store, application.pool().await, limits());
    assert_eq!(contract::check_all(&fixture).await.unwrap().clauses(), [OUTAGE]);
}

#[tokio::test]
async fn the_store_passes_on_wide_column_types() {
    let application = Application::create();
    application.run(IDS_OF_EACH_OWNER);
    application.migrated_store().await;
    application.run(WIDE_TYPES);
    let fixture = SanctumFixture::new(application.store().await, application.pool().await, Limits::default());
    assert_eq!(contract::check_all(&fixture).await.unwrap().clauses(), [OUTAGE]);
}

#[tokio::test]
async fn sanctums_column_types_have_limits() {
    let application = Application::create();
    application.run(IDS_OF_EACH_OWNER);
    let store = application.migrated_store().await;
    let fixture = SanctumFixture::new(store, application.pool().await, Limits::default());
    let violations = contract::check_all(&fixture).await.unwrap_err();
    let broken: Vec<_> = violations.iter().map(|(clause, _)| clause).collect();
    let expected = [
        "ids_are_ordered_as_signed_numbers",
        "a_status_filter_agrees_with_the_derived_status",
        "instants_come_back_to_the_microsecond",
    ];
    assert_eq!(broken, expected);
}

#[tokio::test]
async fn the_store_recovers_with_its_server() {
    let server = Server::start().unwrap_or_else(|error| panic!("{error}"));
    server.run(&format!("{SCHEMA}; {IDS_OF_EACH_OWNER}")).unwrap();
    let store = SanctumStore::connect(nodes(&server.url()), models()).await.unwrap();
    let pool = MySqlPool::connect_lazy(&server.url()).unwrap();
    let mut fixture = SanctumFixture::new(store, pool, limits());
    fixture.servers = Mutex::new(vec![server]);
    contract::a_backend_that_is_down_is_unavailable_and_recovers(&fixture).await.expect("a server to stop").unwrap();
}
