//! Shows pagination and status alone: no server, no database, no runtime.
//!
//! Run it with `cargo run --example listing`, or `cargo run --example listing -- page=2` for another page. It prints the
//! tokens of the page with their status, and the pages that a reader could turn to.

use std::error::Error;
use std::process::ExitCode;

use chrono::{DateTime, TimeDelta, Utc};
use tokenfolio::{AccessToken, LinkStyle, PageRequest, PageRules, PageUrls, Paginator};

fn main() -> ExitCode {
    let query = std::env::args().nth(1).unwrap_or_default();
    match print_page(&query) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print_page(query: &str) -> Result<(), Box<dyn Error>> {
    let now = Utc::now();
    let tokens = tokens(now);

    let rules = PageRules::default().with_per_page(5.try_into()?);
    let request = PageRequest::from_query(query, &rules)?;
    let first = usize::try_from(request.offset())?.min(tokens.len());
    let rows: Vec<_> = tokens[first..].iter().take(5).cloned().collect();

    let urls = PageUrls::new("https://api.example.com/api/v1/me/tokens")?;
    let page = Paginator::new(rows, tokens.len() as u64, request, urls)
        .with_style(LinkStyle::default().with_on_each_side(1))
        .map(|token| token.into_resource(now));

    for token in page.items() {
        println!("{:>3}  {:<8}  {}", token.id, token.status, token.name);
    }
    let shown = page.window().map(|number| match number {
        Some(number) if number == page.current_page() => format!("[{number}]"),
        Some(number) => number.to_string(),
        None => "...".to_owned(),
    });
    println!("\n{}", shown.collect::<Vec<_>>().join(" "));
    println!("next: {}", page.next_url().as_deref().unwrap_or("none"));
    Ok(())
}

/// Makes 100 tokens, of which every third has expired and every tenth was revoked.
fn tokens(now: DateTime<Utc>) -> Vec<AccessToken> {
    let token = |id: i64| {
        let mut token = AccessToken::new(id, format!("Deploy key {id}"), now - TimeDelta::days(200 - id));
        token.expires_at = (id % 3 == 0).then(|| now - TimeDelta::hours(id));
        token.revoked_at = (id % 10 == 0).then(|| now - TimeDelta::minutes(id));
        token
    };
    (1..=100).map(token).collect()
}
