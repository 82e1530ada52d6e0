//! MariaDB: Sanctum's table, and the statements that Laravel runs.

use std::hint::black_box;

use sqlx::Row;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use tokenfolio::{ListQuery, TokenStore, TokenUsage};
use tokenfolio_mariadb_server::Server;
use tokenfolio_sanctum::{Model, Owner, SanctumStore};
use tokio::runtime::Runtime;

use crate::BoxError;
use crate::data::{BIG, Scale, USUAL, USUAL_TOKENS};
use crate::measure::{Table, Variant};

pub(crate) const MODEL: &str = r"App\Models\User";
/// Sanctum's table.
pub(crate) const SCHEMA: &str = include_str!("../../../examples/stores/sanctum/tests/data/schema.sql");
const PER_PAGE: u64 = 20;

pub(crate) struct Sanctum {
    pub(crate) store: SanctumStore,
    plain: MySqlPool,
    /// The number of tokens.
    tokens: u64,
    _server: Server,
}

impl Sanctum {
    /// Fills the table with twice as many tokens as the big owner has.
    pub(crate) async fn load(scale: Scale) -> Result<Self, BoxError> {
        let server = Server::start_with(["--innodb-buffer-pool-size=3G"])?;
        server.run(SCHEMA)?;
        let tokens = scale.big * 2;
        server.run(&filling(tokens))?;
        let options: MySqlConnectOptions = server.url().parse()?;
        let plain = MySqlPoolOptions::new().max_connections(1).connect_with(options.clone().timezone(None)).await?;
        let mut store = SanctumStore::connect(options.into(), [Model::new(MODEL, "users")]).await?;
        store.migrate().await?;
        Ok(Self { store, plain, tokens, _server: server })
    }

    pub(crate) async fn version(&self) -> Result<String, BoxError> {
        Ok(sqlx::query_scalar("SELECT version()").fetch_one(&self.plain).await?)
    }

    async fn list(&self, owner: u64, offset: u64) -> Result<(Vec<i64>, u64), BoxError> {
        let list = self.store.list(&ListQuery::new(Owner::new(MODEL, owner)).with_offset(offset)).await?;
        Ok((list.tokens.iter().map(|token| token.id.0).collect(), list.total))
    }

    /// The ids of the rows of a page, as Laravel selects them.
    async fn rows(&self, owner: u64, offset: u64) -> Result<Vec<i64>, BoxError> {
        const SQL: &str = "SELECT * FROM personal_access_tokens WHERE tokenable_type = ? AND tokenable_id = ?
            ORDER BY id LIMIT 20 OFFSET ?";
        let rows = sqlx::query(SQL).bind(MODEL).bind(owner).bind(offset).fetch_all(&self.plain).await?;
        rows.iter().map(|row| Ok(row.try_get::<u64, _>("id")?.try_into()?)).collect()
    }

    /// The rows of a page and the total, with Laravel's two statements.
    async fn two_statements(&self, owner: u64, offset: u64) -> Result<(Vec<i64>, u64), BoxError> {
        const SQL: &str = "SELECT count(*) FROM personal_access_tokens WHERE tokenable_type = ? AND tokenable_id = ?";
        let total: i64 = sqlx::query_scalar(SQL).bind(MODEL).bind(owner).fetch_one(&self.plain).await?;
        Ok((self.rows(owner, offset).await?, total.try_into()?))
    }

    /// Records one usage, as Laravel does in each request.
    async fn record(&self, usage: &TokenUsage<Owner>) -> Result<(), BoxError> {
        const SQL: &str = "UPDATE personal_access_tokens SET last_used_at = ?, updated_at = ? WHERE id = ?";
        let time = usage.last_used_at.naive_utc();
        sqlx::query(SQL).bind(time).bind(time).bind(usage.id.0).execute(&self.plain).await?;
        Ok(())
    }
}

/// Returns the statement that fills the table. Every second token belongs to the owner [`BIG`]. The secret of a token
/// is its id.
pub(crate) fn filling(tokens: u64) -> String {
    format!(
        r#"INSERT INTO personal_access_tokens
            (id, tokenable_type, tokenable_id, name, token, abilities, last_used_at, created_at, updated_at)
        SELECT seq, 'App\\Models\\User',
            CASE WHEN seq % 2 = 0 THEN {BIG} WHEN seq % {step} = 1 THEN {USUAL} ELSE {USUAL} + 1 + seq % {others} END,
            concat('deploy ', seq), sha2(seq, 256), '["*"]', '2024-03-01', '2024-03-01', '2024-03-01'
        FROM seq_1_to_{tokens}; ANALYZE TABLE personal_access_tokens"#,
        step = tokens / USUAL_TOKENS,
        others = tokens / 200,
    )
}

pub(crate) fn measure_pages(table: &mut Table, runtime: &Runtime, sanctum: &Sanctum, scale: Scale) {
    let usual = ("middle", USUAL, USUAL_TOKENS, USUAL_TOKENS / 2);
    let of_big = [("first", 0), ("middle", scale.big / 2), ("last", scale.big - PER_PAGE)];
    for (place, owner, total, offset) in
        of_big.map(|(place, offset)| (place, BIG, scale.big, offset)).into_iter().chain([usual])
    {
        let owner = owner.unsigned_abs();
        let list = || runtime.block_on(sanctum.list(owner, offset)).expect("the store lists");
        let two_statements = || runtime.block_on(sanctum.two_statements(owner, offset)).expect("MariaDB reads");
        let rows = || runtime.block_on(sanctum.rows(owner, offset)).expect("MariaDB reads");
        assert_eq!(list(), two_statements());
        assert_eq!(list(), (rows(), total));
        let variants = vec![
            Variant::new("one statement", || drop(black_box(list()))),
            Variant::new("Laravel's statements", || drop(black_box(two_statements()))),
            Variant::new("rows and no total", || drop(black_box(rows()))),
        ];
        table.measure(&format!("Sanctum, {place} page of {total}"), &[1], variants);
    }
}

pub(crate) fn measure_usage(table: &mut Table, runtime: &Runtime, sanctum: &Sanctum) {
    const BATCH: u32 = 1_000;
    const SINGLES: u32 = 20;
    let mut random = fastrand::Rng::with_seed(3);
    let time = chrono::DateTime::from_timestamp(1_800_000_000, 0).expect("a year that chrono has");
    let mut batch = |size| -> Vec<_> {
        let ids = (0..size).map(|_| random.u64(1..=sanctum.tokens).cast_signed());
        ids.map(|id| TokenUsage::new(Owner::new(MODEL, 1), id, time)).collect()
    };
    let singles = batch(SINGLES);
    let batches: Vec<_> = (0..50).map(|_| batch(BATCH)).collect();
    let mut next = batches.iter().cycle();
    let one_by_one = || {
        for usage in &singles {
            runtime.block_on(sanctum.record(usage)).expect("MariaDB writes");
        }
    };
    let at_once = || {
        let batch = next.next().expect("a cycle");
        runtime.block_on(sanctum.store.record_usage(batch)).expect("MariaDB writes");
    };
    let variants =
        vec![Variant::repeated("one by one", SINGLES, one_by_one), Variant::repeated("1,000 at once", BATCH, at_once)];
    table.measure("usage recorded, Sanctum", &[0], variants);
}
