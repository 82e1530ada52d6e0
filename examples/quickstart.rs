//! Shows the library without a server, a database or an async runtime:
//!
//! 1. the status of a token
//! 2. a page of tokens, as JSON with links
//! 3. the endpoint, which responds to one request with a page and to another with 401
//! 4. pages of any other list
//! 5. pages of a list that is not counted, by number and by cursor
//!
//! Run it from the root of the repository:
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! It prints a section for each item of this list. The last lines are:
//!
//! ```text
//! Africa/Ceuta
//! next: none
//! ```

use std::error::Error;
use std::net::IpAddr;
use std::num::NonZeroU32;

use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, Response};
use serde::{Deserialize, Serialize};
use tokenfolio::{
    AccessToken, Authenticated, Authenticator, BearerToken, Cursor, ListTokens, MemoryStore, PageRequest, Pagination,
    StoreError,
};

/// The owner of the tokens. A service uses the key of its own users.
const OWNER: i64 = 7;
/// The secret that a client sends. A service stores only a digest of it.
const SECRET: &str = "for-this-example-only";

fn main() -> Result<(), Box<dyn Error>> {
    let now: DateTime<Utc> = "2026-01-15T12:00:00Z".parse()?;
    show_status(now);
    show_page(now)?;
    show_endpoint(now)?;
    show_any_list()?;
    show_list_without_total()?;
    walk_by_cursor()
}

fn show_status(now: DateTime<Utc>) {
    println!("== The status of a token");
    for token in tokens(now) {
        println!("{}: {}", token.name, token.status(now));
    }
}

/// Prints page 2 of the tokens, with two on each page.
fn show_page(now: DateTime<Utc>) -> Result<(), Box<dyn Error>> {
    println!("\n== A page of tokens");
    let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens")?.with_per_page(two());
    let request = pagination.request("page=2")?;

    let tokens = tokens(now);
    let total = tokens.len() as u64;
    let rows = rows(tokens, &request)?;
    let page = request.paginate(rows, total).map(|token| token.into_resource(now));
    println!("{}", serde_json::to_string_pretty(&page)?);
    Ok(())
}

/// Sends two requests to the endpoint. A service gets them from its framework.
fn show_endpoint(now: DateTime<Utc>) -> Result<(), Box<dyn Error>> {
    println!("\n== The endpoint");
    let store = MemoryStore::new();
    for token in tokens(now) {
        store.insert(OWNER, token);
    }
    let authenticator = OneSecret { token: AccessToken::new(1, "Production Deploy", now) };
    let pagination = Pagination::new("https://api.example.com/api/v1/me/tokens")?;
    let endpoint = ListTokens::new(store, authenticator, pagination)
        .with_clock(move || now)
        // The log of every problem, with its causes. A client sees none of them.
        .with_problem_hook(|event| eprintln!("{event}"));

    for secret in [SECRET, "a-wrong-secret"] {
        let request = Request::get("/api/v1/me/tokens?page=1").header("authorization", format!("Bearer {secret}"));
        let (parts, ()) = request.body(())?.into_parts();
        let client = IpAddr::from([192, 0, 2, 1]);
        let response = pollster::block_on(endpoint.handle(&parts, Some(client)));
        print_response(&response);
    }
    Ok(())
}

/// The items of another list, in order.
const ZONES: [&str; 5] = ["Africa/Accra", "Africa/Algiers", "Africa/Bissau", "Africa/Cairo", "Africa/Ceuta"];

/// Prints page 1 of a list of names, with two on each page.
fn show_any_list() -> Result<(), Box<dyn Error>> {
    println!("== Any other list");
    let total = ZONES.len() as u64;
    let request = Pagination::new("/zones")?.with_per_page(two()).request("")?;
    let rows = rows(ZONES.to_vec(), &request)?;
    let page = request.paginate(rows, total);

    println!("{}", page.items().join(", "));
    let numbers = page.window().map(|number| match number {
        Some(number) if number == page.current_page() => format!("[{number}]"),
        Some(number) => number.to_string(),
        None => "...".to_owned(),
    });
    println!("{}", numbers.collect::<Vec<_>>().join(" "));
    println!("next: {}", page.next_url().as_deref().unwrap_or("none"));
    Ok(())
}

/// Prints page 2 of a list that is not counted. It fetches one row more than a page has, to find out whether there is
/// another page.
fn show_list_without_total() -> Result<(), Box<dyn Error>> {
    println!("\n== A list without a total");
    let request = Pagination::new("/zones")?.with_per_page(two()).request("page=2")?;
    let offset = usize::try_from(request.offset())?;
    let limit = usize::try_from(request.limit_and_one())?;
    let rows = ZONES.into_iter().skip(offset).take(limit).collect();
    let page = request.simple_paginate(rows);

    println!("{}", page.items().join(", "));
    println!("next: {}", page.next_url().as_deref().unwrap_or("none"));
    Ok(())
}

/// The columns that define the order of the list.
#[derive(Deserialize, Serialize)]
struct ZoneKeys {
    name: String,
}

/// Prints all pages of a list by following its cursors.
fn walk_by_cursor() -> Result<(), Box<dyn Error>> {
    println!("\n== A list by cursor");
    let pagination = Pagination::new("/zones")?.with_per_page(two());
    let mut query = String::new();
    loop {
        let request = pagination.cursor_request::<ZoneKeys>(&query)?;
        let limit = usize::try_from(request.limit_and_one())?;
        // With SQL, the query for `After` ends with `WHERE name > ? ORDER BY name LIMIT ?`. The query for `Before` ends
        // with `WHERE name < ? ORDER BY name DESC LIMIT ?`.
        let rows: Vec<_> = match request.cursor() {
            None => ZONES.into_iter().take(limit).collect(),
            Some(Cursor::After(keys)) => ZONES.into_iter().filter(|name| *name > &*keys.name).take(limit).collect(),
            Some(Cursor::Before(keys)) => {
                ZONES.into_iter().rev().filter(|name| *name < &*keys.name).take(limit).collect()
            }
        };
        let page = request.paginate(rows, |name| ZoneKeys { name: (*name).to_owned() })?;

        println!("{}", page.items().join(", "));
        println!("next: {}", page.next_url().as_deref().unwrap_or("none"));
        match page.next_cursor() {
            Some(cursor) => query = format!("cursor={cursor}"),
            None => return Ok(()),
        }
    }
}

/// Finds the token of one secret. A service looks tokens up in its table.
struct OneSecret {
    token: AccessToken,
}

impl Authenticator for OneSecret {
    type Owner = i64;

    async fn find(&self, secret: &BearerToken) -> Result<Option<Authenticated<i64>>, StoreError> {
        if secret.secret() != SECRET {
            return Ok(None);
        }
        Ok(Some(Authenticated::new(OWNER, self.token.clone())))
    }
}

/// Creates the tokens of `OWNER`.
fn tokens(now: DateTime<Utc>) -> Vec<AccessToken> {
    let yesterday = now - TimeDelta::days(1);
    let tomorrow = now + TimeDelta::days(1);
    let created_at = now - TimeDelta::days(30);
    vec![
        AccessToken::new(1, "Production Deploy", created_at).with_last_used_at(yesterday).with_usage_count(42),
        AccessToken::new(2, "Expires tomorrow", created_at).with_expires_at(tomorrow),
        AccessToken::new(3, "Expired", created_at).with_expires_at(yesterday),
        AccessToken::new(4, "Expired and revoked", created_at).with_expires_at(yesterday).with_revoked_at(yesterday),
    ]
}

/// Returns the rows of one page. A service gets them from its database, with `LIMIT` and `OFFSET`.
fn rows<T>(all: Vec<T>, request: &PageRequest) -> Result<Vec<T>, Box<dyn Error>> {
    let offset = usize::try_from(request.offset())?;
    let limit = usize::try_from(request.per_page().get())?;
    Ok(all.into_iter().skip(offset).take(limit).collect())
}

fn two() -> NonZeroU32 {
    NonZeroU32::new(2).expect("2 is not zero")
}

fn print_response(response: &Response<Vec<u8>>) {
    println!("{}", response.status());
    for (name, value) in response.headers() {
        println!("{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    println!("\n{}\n", String::from_utf8_lossy(response.body()));
}
