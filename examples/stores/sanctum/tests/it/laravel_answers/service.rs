//! A service with the same rows, routes and clock as the Laravel application.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{Method, Response, StatusCode};
use sqlx::mysql::MySqlPool;
use tokenfolio::{
    AccessToken, Authenticated, Authenticator, BearerToken, LinkStyle, ListTokens, Pagination, Problem, StoreError,
    UsageLog,
};
use tokenfolio_mariadb_server::Database;
use tokenfolio_sanctum::{Owner, SanctumStore};

use super::answer::{Body, Expected, Request};
use crate::database::{SCHEMA, TEAMS, models, nodes, user};

/// The time of the application's clock, which is fixed.
pub(super) const CLOCK: &str = "2026-06-01T00:00:00Z";
/// The origin of all links.
pub(super) const ORIGIN: &str = "http://api.example.com";

/// The times of a token before any request, as the endpoint writes them.
pub(super) struct Row {
    pub(super) last_used_at: Option<String>,
    pub(super) expires_at: Option<String>,
}

pub(super) struct Service {
    _database: Database,
    store: SanctumStore,
    pool: MySqlPool,
    log: Arc<UsageLog<Owner>>,
    tokens: Vec<(&'static str, ListTokens<SanctumStore, SanctumStore>)>,
    signed_in: (&'static str, ListTokens<SanctumStore, SignedIn>),
    pub(super) rows: HashMap<i64, Row>,
}

impl Service {
    pub(super) async fn create() -> Self {
        let database = Database::create().unwrap_or_else(|error| panic!("{error}"));
        database.run(&format!("{SCHEMA}; {TEAMS}; INSERT INTO teams VALUES (7)")).expect("an empty database");
        // Laravel writes in the time zone of the server, which was UTC.
        let rows = include_str!("../../data/rows.sql").replace("SET time_zone = '+00:00';", "");
        database.run(&rows).expect("Sanctum's table");
        let store = SanctumStore::connect(nodes(&database.url()), models()).await.expect("Sanctum's table");
        let pool = MySqlPool::connect(&database.url()).await.expect("a running server");
        let [users, _] = models();
        let log = Arc::new(UsageLog::new());
        let tokens = [
            ("/api/v1/me/tokens", store.clone(), false),
            ("/api/v2/me/tokens", store.clone(), true),
            ("/api/users-only/me/tokens", store.clone().with_models([users]), false),
        ];
        let tokens = tokens.map(|(path, store, has_query)| {
            let endpoint = ListTokens::new(store.clone(), store, pagination(path, has_query));
            (path, endpoint.with_clock(clock).with_usage_log(Arc::clone(&log)))
        });
        let path = "/api/signed-in/me/tokens";
        let endpoint = ListTokens::new(store.clone(), SignedIn, pagination(path, false));
        let rows = rows_of(&pool).await;
        Self {
            _database: database,
            store,
            pool,
            log,
            tokens: tokens.into(),
            signed_in: (path, endpoint.with_clock(clock)),
            rows,
        }
    }

    /// Returns the route of a request by its path. The path may be percent-encoded.
    pub(super) fn route(&self, path: &str) -> Option<&'static str> {
        let path = decoded(path);
        let routes = self.tokens.iter().map(|(route, _)| *route).chain([self.signed_in.0]);
        routes.into_iter().find(|route| *route == path)
    }

    /// Returns the response to a request, and leaves the rows as they were.
    pub(super) async fn respond(&self, request: &Request) -> Expected {
        let mut parts = request.parts();
        let route = self.route(request.path());
        let endpoint = self.tokens.iter().find(|(path, _)| Some(*path) == route);
        let response = match endpoint {
            Some((_, endpoint)) => endpoint.handle(&parts, None).await,
            None if route.is_some() => {
                let signed_in = "Bearer signed-in".parse().expect("a header value");
                parts.headers.insert("authorization", signed_in);
                self.signed_in.1.handle(&parts, None).await
            }
            None => Problem::new(StatusCode::NOT_FOUND).with_request(&parts).into(),
        };
        // A router responds to HEAD as to GET, without the body.
        let body = if request.method == Method::HEAD { Body::Empty } else { body(&response) };
        Expected { status: response.status().as_u16(), body, used: self.record_usage().await }
    }

    /// Writes the usage, checks that the rows are as Laravel writes them, and restores the rows. Returns the used
    /// tokens.
    async fn record_usage(&self) -> Vec<i64> {
        let mut used = Vec::new();
        for batch in self.log.drain(NonZeroUsize::MAX) {
            for entry in &*batch {
                assert_eq!((entry.count, entry.last_used_at), (1, clock()));
                used.push(entry.id.0);
            }
            let [id] = used[..] else { panic!("a request has one token") };
            let save = "CREATE TEMPORARY TABLE saved SELECT * FROM personal_access_tokens WHERE id = ?";
            let mut connection = self.pool.acquire().await.expect("a running server");
            sqlx::query(save).bind(id).execute(&mut *connection).await.expect("Sanctum's table");
            self.store.record_usage(&batch).await.expect("Sanctum's table");
            batch.commit();
            let select = "SELECT concat(last_used_at, ' ', updated_at) FROM personal_access_tokens WHERE id = ?";
            // In the server's time zone, like Laravel.
            sqlx::query("SET time_zone = @@global.time_zone").execute(&mut *connection).await.expect("a zone");
            let times: String = sqlx::query_scalar(select).bind(id).fetch_one(&mut *connection).await.expect("the row");
            assert_eq!(times, "2026-06-01 00:00:00 2026-06-01 00:00:00");
            let restore = "REPLACE INTO personal_access_tokens SELECT * FROM saved";
            sqlx::query(restore).execute(&mut *connection).await.expect("Sanctum's table");
            sqlx::query("DROP TEMPORARY TABLE saved").execute(&mut *connection).await.expect("a temporary table");
        }
        used
    }
}

/// Accepts every request as a request of user 10, who is signed in to the application.
struct SignedIn;

impl Authenticator for SignedIn {
    type Owner = Owner;

    async fn find(&self, _secret: &BearerToken) -> Result<Option<Authenticated<Owner>>, StoreError> {
        Ok(Some(Authenticated::new(user(10), AccessToken::new(0, "", clock()))))
    }
}

/// The settings of Laravel: an invalid page number is page 1, and labels contain HTML entities.
fn pagination(path: &str, has_query: bool) -> Pagination {
    let pagination = Pagination::new(&format!("{ORIGIN}{path}")).expect("a URL");
    let pagination = pagination.lenient().with_link_style(LinkStyle::laravel_entities());
    if has_query { pagination.with_query_string() } else { pagination }
}

fn clock() -> DateTime<Utc> {
    CLOCK.parse().expect("a time in UTC")
}

fn body(response: &Response<Vec<u8>>) -> Body {
    if response.body().is_empty() {
        return Body::Empty;
    }
    let json: serde_json::Value = serde_json::from_slice(response.body()).expect("JSON");
    match response.headers()["content-type"].as_bytes() {
        b"application/json" => Body::Json(json),
        b"application/problem+json" if json["status"] == response.status().as_u16() => Body::Problem,
        other => panic!("{other:?}: {json}"),
    }
}

/// Decodes the percent-encoding of a path or of a name. No test has an escape outside ASCII.
pub(super) fn decoded(path: &str) -> String {
    let mut decoded = String::new();
    let mut pieces = path.split('%');
    decoded.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        match piece.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => decoded.extend([char::from(byte).to_string().as_str(), &piece[2..]]),
            None => decoded.extend(["%", piece]),
        }
    }
    decoded
}

async fn rows_of(pool: &MySqlPool) -> HashMap<i64, Row> {
    let sql = "SELECT cast(id AS signed), date_format(last_used_at, '%Y-%m-%dT%H:%i:%sZ'),
        date_format(expires_at, '%Y-%m-%dT%H:%i:%sZ') FROM personal_access_tokens";
    let mut connection = pool.acquire().await.expect("a running server");
    sqlx::query("SET time_zone = @@global.time_zone").execute(&mut *connection).await.expect("a zone");
    let rows: Vec<(i64, Option<String>, Option<String>)> =
        sqlx::query_as(sql).fetch_all(&mut *connection).await.expect("Sanctum's table");
    rows.into_iter().map(|(id, last_used_at, expires_at)| (id, Row { last_used_at, expires_at })).collect()
}
