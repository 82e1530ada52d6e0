//! PostgreSQL: a server that is filled with `COPY`, and plain SQL to read pages and write usage.

use std::fmt::Write;
use std::mem::take;
use std::pin::pin;
use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use deadpool_postgres::{Manager, Object, Pool};
use futures_util::SinkExt;
use tokenfolio::{AccessToken, AllowedIps, TokenList, TokenUsage};
use tokenfolio_postgres::PostgresStore;
use tokenfolio_postgres_server::Server;
use tokio_postgres::{NoTls, Row};

use crate::{BoxError, data};

pub(crate) struct Postgres {
    pub(crate) store: PostgresStore,
    /// The same store, with block counts.
    pub(crate) counted: PostgresStore,
    plain: Pool,
    server: Server,
}

impl Postgres {
    pub(crate) async fn load(owners: &[i64]) -> Result<Self, BoxError> {
        let server = Server::start()?;
        // Slow statements are measured too.
        let store = PostgresStore::new(format!("{}?options=-c%20statement_timeout%3D0", server.url()).parse()?)?;
        store.migrate().await?;
        let plain = Pool::builder(Manager::new(server.url().parse()?, NoTls)).max_size(1).build()?;
        fill(&plain.get().await?, owners).await?;
        store.migrate_block_counts().await?;
        plain.get().await?.batch_execute("VACUUM ANALYZE").await?;
        Ok(Self { counted: store.clone().with_block_counts(), store, plain, server })
    }

    /// Creates a store with its own tables.
    pub(crate) async fn empty_store(&self, schema: &str) -> Result<PostgresStore, BoxError> {
        self.server.run(&format!("CREATE SCHEMA {schema}"))?;
        let url = format!("{}?options=-c%20search_path%3D{schema}", self.server.url());
        let store = PostgresStore::new(url.parse()?)?;
        store.migrate().await?;
        Ok(store)
    }

    /// Makes commits durable, as in production.
    pub(crate) fn enable_fsync(&self) -> Result<(), BoxError> {
        for sql in ["ALTER SYSTEM SET fsync = on", "ALTER SYSTEM SET full_page_writes = on", "SELECT pg_reload_conf()"]
        {
            self.server.run(sql)?;
        }
        Ok(())
    }

    pub(crate) async fn version(&self) -> Result<String, BoxError> {
        Ok(self.plain.get().await?.query_one("SHOW server_version", &[]).await?.try_get(0)?)
    }

    /// The rows of a page, and no total.
    pub(crate) async fn rows(&self, owner: i64, offset: u64) -> Result<Vec<AccessToken>, BoxError> {
        rows(&self.plain.get().await?, owner, offset).await
    }

    /// The rows of a page and the total, by a statement each.
    pub(crate) async fn two_statements(&self, owner: i64, offset: u64) -> Result<TokenList, BoxError> {
        let client = self.plain.get().await?;
        let count = client.prepare_cached("SELECT count(*) FROM access_token WHERE owner_id = $1").await?;
        let total: i64 = client.query_one(&count, &[&owner]).await?.try_get(0)?;
        Ok(TokenList::new(rows(&client, owner, offset).await?, total.try_into()?))
    }

    /// Records one usage, in its own transaction.
    pub(crate) async fn record(&self, usage: &TokenUsage<i64>) -> Result<(), BoxError> {
        const SQL: &str = "
            UPDATE token_usage SET usage_count = usage_count + 1, last_used_at = greatest(last_used_at, $3)
            WHERE owner_id = $1 AND token_id = $2";
        let client = self.plain.get().await?;
        let statement = client.prepare_cached(SQL).await?;
        client.execute(&statement, &[&usage.owner, &usage.id.0, &SystemTime::from(usage.last_used_at)]).await?;
        Ok(())
    }
}

/// Fills the tables without their keys, and creates the keys afterwards, because sorting once is faster than a search
/// for each row.
async fn fill(client: &Object, owners: &[i64]) -> Result<(), BoxError> {
    let constraints = client
        .query(
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
                format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint
            WHERE conrelid IN ('access_token'::regclass, 'token_usage'::regclass, 'token_secret'::regclass)
            -- Keys that foreign keys refer to are dropped last.
            ORDER BY contype = 'f' DESC",
            &[],
        )
        .await?;
    for constraint in &constraints {
        client.batch_execute(constraint.try_get(0)?).await?;
    }

    let tokens = "COPY access_token (owner_id, id, name, created_at, expires_at, revoked_at, allowed_ips) FROM STDIN";
    let mut sink = pin!(client.copy_in(tokens).await?);
    let mut lines = String::new();
    for (owner, id) in owners.iter().zip(1..) {
        let token = data::token(id);
        let null = || "\\N".to_owned();
        let time = |time: Option<DateTime<Utc>>| time.map_or_else(null, |time| time.to_string());
        let list = token.allowed_ips.as_ref().map_or_else(null, |list| {
            let entries: Vec<_> = list.entries().iter().map(ToString::to_string).collect();
            format!("{{{}}}", entries.join(","))
        });
        let expires_at = time(token.expires_at);
        let revoked_at = time(token.revoked_at);
        writeln!(lines, "{owner}\t{id}\t{}\t{}\t{expires_at}\t{revoked_at}\t{list}", token.name, token.created_at)?;
        if lines.len() > 1 << 16 {
            sink.send(Bytes::from(take(&mut lines))).await?;
        }
    }
    sink.send(Bytes::from(lines)).await?;
    sink.finish().await?;
    client
        .batch_execute(
            "INSERT INTO token_usage (owner_id, token_id, usage_count, last_used_at)
            SELECT owner_id, id, 1 + id % 1000, created_at FROM access_token",
        )
        .await?;

    for constraint in constraints.iter().rev() {
        client.batch_execute(constraint.try_get(1)?).await?;
    }
    Ok(())
}

async fn rows(client: &Object, owner: i64, offset: u64) -> Result<Vec<AccessToken>, BoxError> {
    const SQL: &str = "
        SELECT token.id, name, created_at, last_used_at, usage_count, expires_at, revoked_at, allowed_ips
        FROM (SELECT * FROM access_token WHERE owner_id = $1 ORDER BY id LIMIT 20 OFFSET $2) AS token
        LEFT JOIN token_usage AS usage ON usage.owner_id = token.owner_id AND usage.token_id = token.id
        ORDER BY token.id";
    let statement = client.prepare_cached(SQL).await?;
    let rows = client.query(&statement, &[&owner, &i64::try_from(offset)?]).await?;
    rows.iter().map(token).collect()
}

fn token(row: &Row) -> Result<AccessToken, BoxError> {
    let time = |column| {
        let time = row.try_get::<_, Option<SystemTime>>(column)?;
        Ok::<_, BoxError>(time.map(DateTime::<Utc>::from))
    };
    let created_at = row.try_get::<_, SystemTime>(2)?.into();
    let mut token = AccessToken::new(row.try_get::<_, i64>(0)?, row.try_get::<_, &str>(1)?, created_at);
    token.last_used_at = time(3)?;
    token.usage_count = row.try_get::<_, i64>(4)?.try_into()?;
    token.expires_at = time(5)?;
    token.revoked_at = time(6)?;
    token.allowed_ips = row.try_get::<_, Option<Vec<&str>>>(7)?.map(AllowedIps::parse).transpose()?;
    Ok(token)
}
