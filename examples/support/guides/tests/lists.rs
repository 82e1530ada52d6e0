//! The lists of `docs/guides/lists.md`, and the client of `docs/guides/client.md` that reads them.

mod client {
    include!(concat!(env!("OUT_DIR"), "/client/src/client.rs"));
}

mod invoices {
    include!(concat!(env!("OUT_DIR"), "/lists/src/invoices.rs"));
}

#[expect(dead_code, reason = "the service uses more of it")]
mod tokens {
    include!(concat!(env!("OUT_DIR"), "/service/src/tokens.rs"));
}

use http::Response;
use rusqlite::Connection;
use serde_json::Value;
use tokenfolio::Problem;
use url::Url;

use crate::client::read_all;
use crate::invoices::{Invoices, SCHEMA};
use crate::tokens::Tokens;

/// Returns a table with 50 invoices of each of two users.
fn table() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(SCHEMA).unwrap();
    for id in 1..=100 {
        let due = format!("2026-11-{:02}", id % 7 + 1);
        connection.execute("INSERT INTO invoices VALUES (?1, ?2, ?3, ?4, 5)", (id, id % 2, due, id % 3 == 0)).unwrap();
    }
    connection
}

#[test]
fn the_client_reads_every_kind_of_list() {
    let connection = table();
    let invoices = Invoices::new().unwrap();
    for respond in [Invoices::with_total, Invoices::without_total, Invoices::by_cursor] {
        let is_chosen = |id: &i64| id % 3 != 0 && id % 7 >= 2;
        let chosen = (1..=100).step_by(2).filter(is_chosen).count();
        for (query, expected) in [("", 50), ("?paid=no&from=2026-11-03", chosen)] {
            let list = Url::parse(&format!("https://api.example.com/api/v1/me/invoices{query}")).unwrap();
            let read: Vec<Value> = read_all(list, |url| {
                let query = url.query().unwrap_or_default();
                Ok(respond(&invoices, &connection, 1, query).unwrap_or_else(Response::from))
            })
            .unwrap();
            let keys: Vec<_> = read.iter().map(|item| (item["due"].as_str(), item["id"].as_i64())).collect();
            assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
            assert_eq!(keys.len(), expected);
        }
    }
}

/// The handler of the guide.
async fn handle(tokens: &Tokens, invoices: Invoices, user: i64, query: String) -> Result<Response<Vec<u8>>, Problem> {
    let page = tokens.run(move |connection| Ok(invoices.by_cursor(connection, user, &query))).await??;
    Ok(page)
}

#[tokio::test]
async fn the_list_runs_on_the_connection_of_the_service() {
    let tokens = Tokens::new(table());
    let invoices = Invoices::new().unwrap();
    assert_eq!(handle(&tokens, invoices.clone(), 1, String::new()).await.unwrap().status(), 200);
    let problem = handle(&tokens, invoices, 1, "paid=maybe".to_owned()).await.unwrap_err();
    assert_eq!(problem.status().unwrap(), 400);
}
