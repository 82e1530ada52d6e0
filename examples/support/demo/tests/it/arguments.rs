use clap::Parser;
use tokenfolio_demo::{Arguments, StoreChoice, StoreChoiceError};

#[track_caller]
fn parse(line: &str) -> Arguments {
    try_parse(line).unwrap_or_else(|message| panic!("{message}"))
}

fn try_parse(line: &str) -> Result<Arguments, String> {
    let words = ["server"].into_iter().chain(line.split_whitespace());
    Arguments::try_parse_from(words).map_err(|error| error.to_string())
}

#[test]
fn the_default_is_port_3000_and_sqlite_in_memory() {
    let arguments = parse("");
    assert_eq!(arguments.port, 3000);
    assert_eq!(arguments.store, StoreChoice::Sqlite);
    assert_eq!(arguments.base, None);
    assert!(!arguments.lenient);
    assert_eq!(arguments.trusted_proxies, []);
}

#[test]
fn proxies_are_addresses_or_ranges() {
    let arguments = parse("--trust-proxy 10.0.0.0/8 --trust-proxy ::1");
    assert_eq!(arguments.trusted_proxies, ["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()]);
    let message = try_parse("--trust-proxy localhost").unwrap_err();
    assert!(message.contains("`localhost` is not an IPv4 or IPv6 address"), "{message}");
}

#[test]
fn stores_are_chosen_by_name() {
    assert_eq!(parse("--store memory").store, StoreChoice::Memory);
    assert_eq!(parse("--store sqlite").store, StoreChoice::Sqlite);
    assert_eq!(parse("--store sqlite:a:b.db").store, StoreChoice::SqliteFile("a:b.db".into()));
    for url in ["postgres://ada@db/tokens", "postgresql://%2Frun%2Fpostgresql/tokens"] {
        let StoreChoice::Postgres(config) = parse(&format!("--store {url}")).store else { panic!("{url}") };
        assert_eq!(config.get_dbname(), Some("tokens"), "{url}");
    }
    for url in [
        "mysql://ada@db/laravel",
        "mysql://ada@db-1,db-2:3307,db-3/laravel",
        "mariadb://ada@localhost/laravel?socket=/run/mysqld/mysqld.sock",
    ] {
        assert_eq!(parse(&format!("--store {url}")).store, StoreChoice::MySql(url.parse().unwrap()), "{url}");
    }
    let invalid =
        ["sqlite:", "Memory", "postgres", "postgres:", "postgres://a:b:c", "mysql", "mysql://a:b:c", "redis://db"];
    for invalid in invalid {
        let message = try_parse(&format!("--store {invalid}")).unwrap_err();
        assert!(
            message.contains("expected `memory`, `sqlite`, `sqlite:PATH`, `postgres://USER@HOST/DATABASE` or `mysql:"),
            "{message}"
        );
    }
}

#[test]
fn a_server_without_a_database_client_names_the_feature() {
    let message = StoreChoiceError::WithoutPostgres.to_string();
    assert!(message.starts_with("this server was built without PostgreSQL: run `cargo example "), "{message}");
    assert!(message.ends_with(" --features postgres -- --store postgres://..`"), "{message}");
    let message = StoreChoiceError::WithoutMySql.to_string();
    assert!(message.starts_with("this server was built without MySQL: run `cargo example "), "{message}");
    assert!(message.ends_with(" --features mysql -- --store mysql://..`"), "{message}");
}

#[test]
fn links_begin_with_the_base() {
    for (base, url) in [
        ("https://api.example.com/prefix", "https://api.example.com/prefix/api/v1/me/tokens"),
        ("https://api.example.com/", "https://api.example.com/api/v1/me/tokens"),
        ("/prefix", "/prefix/api/v1/me/tokens"),
    ] {
        let pagination = parse(&format!("--base {base}")).base.unwrap();
        assert_eq!(pagination.url(), url);
    }
}

#[test]
fn an_invalid_base_is_rejected() {
    for (base, reason) in [
        ("api.example.com", "is relative"),
        ("ftp://api.example.com", "another scheme than `http` and `https`"),
        ("https://api.example.com?a", "has a query"),
    ] {
        let message = try_parse(&format!("--base {base}")).unwrap_err();
        assert!(message.contains(reason), "{message}");
    }
}
