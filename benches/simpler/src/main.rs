//! Compares the library with copies of it that have a simpler module each. `benches/simpler/run` creates the copies.
//! The results are also written to `target/bench-simpler.json`.

#[path = "../../speed/measure.rs"]
mod measure;

use std::hint::black_box;

use measure::{Effort, Table, Unit, Variant};

/// The functions of a copy of the library.
struct Library {
    name: &'static str,
    write_page: Box<dyn FnMut(&mut Vec<u8>)>,
    respond: Box<dyn FnMut() -> Vec<u8>>,
}

/// Creates a page and an endpoint with a library. The tokens are the same as in `cargo bench`.
macro_rules! library {
    ($library:ident, $name:literal) => {{
        use std::pin::pin;
        use std::task::{Context, Poll, Waker};

        use chrono::{DateTime, TimeDelta};
        use $library::{
            AccessToken, AllowedIps, Authenticated, Authenticator, BearerToken, ListTokens, MemoryStore, Pagination,
            StoreError,
        };

        struct OneSecret(AccessToken);

        impl Authenticator for OneSecret {
            type Owner = u64;

            async fn find(&self, _: &BearerToken) -> Result<Option<Authenticated<u64>>, StoreError> {
                Ok(Some(Authenticated::new(7, self.0.clone())))
            }
        }

        let now = DateTime::from_timestamp(1_712_846_105, 123_456_000).unwrap_or_default();
        let token = |id: i64| {
            let names = [
                "CI Deployments",
                "Production Deploy",
                "laptop",
                "backup \"nightly\"",
                "Büro – Zugang",
                "監視 🦀",
                "x",
            ];
            let lists: [&[&str]; 3] = [&["10.0.0.0/24", "203.0.113.12"], &["2001:db8::/32"], &["192.168.178.20"]];
            let index = usize::try_from(id).unwrap_or_default();
            let mut token = AccessToken::new(id, names[index % 7], now - TimeDelta::days(id % 900));
            token.usage_count = id.unsigned_abs() * 37 % 100_000;
            token.last_used_at = (id % 3 != 0).then(|| now - TimeDelta::minutes(id % 5_000));
            token.expires_at = (id % 2 == 0).then(|| now + TimeDelta::hours(id % 400 - 100));
            token.revoked_at = (id % 11 == 0).then(|| now - TimeDelta::days(1));
            token.allowed_ips =
                (id % 5 == 0).then(|| AllowedIps::parse(lists[index / 5 % 3].iter().copied()).expect("parses"));
            token
        };
        let pagination = Pagination::new("https://example.test/api/v1/me/tokens").expect("a URL");
        let tokens = (9_981..=10_000).map(|id| token(id).into_resource(now)).collect();
        let page = pagination.request("page=500").expect("a page").paginate(tokens, 20_000);
        let store: MemoryStore<u64> = (1..=20_000).map(|id| (7, token(id))).collect();
        let endpoint = ListTokens::new(store, OneSecret(token(1)), pagination).with_clock(move || now);
        let request = http::Request::get("/api/v1/me/tokens?page=500").header("authorization", "Bearer secret");
        let parts = request.body(()).expect("a request").into_parts().0;
        Library {
            name: $name,
            write_page: Box::new(move |out| black_box(&page).write_tokens(out)),
            respond: Box::new(move || {
                let future = endpoint.handle(black_box(&parts), None);
                match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
                    Poll::Ready(response) => response.into_body(),
                    Poll::Pending => unreachable!("the future is ready"),
                }
            }),
        }
    }};
}

fn main() -> std::io::Result<()> {
    let effort = if std::env::args().any(|argument| argument == "--short") { Effort::Short } else { Effort::Full };
    let mut libraries = [
        library!(tokenfolio, "the library"),
        library!(tokenfolio_buffer, "a buffer by `Vec`"),
        library!(tokenfolio_digits, "digits by itoa"),
        library!(tokenfolio_ip, "addresses by `Display`"),
        library!(tokenfolio_json_escape, "escapes byte by byte"),
        library!(tokenfolio_timestamp, "timestamps by `write!`"),
    ];
    let expected = (libraries[0].respond)();
    for library in &mut libraries {
        let mut page = Vec::new();
        (library.write_page)(&mut page);
        assert!(page == expected && (library.respond)() == expected, "{} writes other bytes", library.name);
    }

    let mut table = Table::begin(effort, Unit::default(), None);
    let mut buffers = [const { Vec::new() }; 6];
    let writes = libraries
        .iter_mut()
        .zip(&mut buffers)
        .map(|(library, buffer)| Variant::new(library.name, || (library.write_page)(black_box(buffer))));
    table.measure("a page of 20 tokens, into a reused buffer", &[0], writes.collect());
    let responses =
        libraries.iter_mut().map(|library| Variant::new(library.name, || drop(black_box((library.respond)()))));
    table.measure("the endpoint", &[0], responses.collect());
    std::fs::write(
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench-simpler.json"),
        table.into_json().to_string(),
    )
}
