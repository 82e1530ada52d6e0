//! A database with the tables of a Laravel application, in the server that all tests share.

use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use tokenfolio::BearerToken;
use tokenfolio_mariadb_server::Database;
use tokenfolio_sanctum::{Model, Nodes, Owner, SanctumStore};

/// The tables that Laravel's and Sanctum's migrations create.
pub(crate) const SCHEMA: &str = include_str!("../data/schema.sql");
/// A table of another model.
pub(crate) const TEAMS: &str = "CREATE TABLE teams (id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY)";
pub(crate) const USER: &str = r"App\Models\User";
pub(crate) const TEAM: &str = r"App\Models\Team";

/// An application whose users 7 and 8 have no tokens yet.
pub(crate) struct Application {
    pub(crate) database: Database,
}

impl Application {
    pub(crate) fn create() -> Self {
        let database = Database::create().unwrap_or_else(|error| panic!("{error}"));
        let users = "INSERT INTO users (id, name, email, password) VALUES (7, 'Ada', 'a', '!'), (8, 'Bob', 'b', '!')";
        database.run(&format!("{SCHEMA}; {TEAMS}; {users}")).expect("an empty database");
        Self { database }
    }

    pub(crate) fn run(&self, sql: &str) {
        self.database.run(sql).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Adds a token of an owner, as Laravel does. Its secret is `<id>|text-<id>`.
    pub(crate) fn add_token(&self, id: u64, model: &str, owner: u64) {
        let model = model.replace('\\', r"\\");
        self.run(&format!(
            "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; INSERT INTO personal_access_tokens
            (id, tokenable_type, tokenable_id, name, token, abilities, created_at, updated_at) VALUES
            ({id}, '{model}', {owner}, 'CI', sha2('text-{id}', 256), '[\"*\"]', '2024-03-01 18:11:00', '2024-03-01 18:11:00')"
        ));
    }

    /// Connects a store for users and teams, on Sanctum's own columns.
    pub(crate) async fn store(&self) -> SanctumStore {
        SanctumStore::connect(nodes(&self.database.url()), models()).await.expect("Sanctum's table")
    }

    /// Connects a store that has added its columns.
    pub(crate) async fn migrated_store(&self) -> SanctumStore {
        let mut store = self.store().await;
        store.migrate().await.expect("a table without transactions");
        store
    }

    /// Connects without a store, as Laravel does: in the server's time zone.
    pub(crate) async fn pool(&self) -> MySqlPool {
        let options: MySqlConnectOptions = self.database.url().parse().expect("a well-formed URL");
        let options = options.timezone(None);
        MySqlPoolOptions::new().max_connections(4).connect_with(options).await.expect("a running server")
    }
}

/// The models whose tokens are accepted.
pub(crate) fn models() -> [Model; 2] {
    [Model::new(USER, "users"), Model::new(TEAM, "teams")]
}

pub(crate) fn user(id: u64) -> Owner {
    Owner::new(USER, id)
}

pub(crate) fn nodes(url: &str) -> Nodes {
    url.parse().expect("a well-formed URL")
}

pub(crate) fn bearer(secret: &str) -> BearerToken {
    BearerToken::from_values([format!("Bearer {secret}").as_bytes()]).expect("a well-formed secret")
}
