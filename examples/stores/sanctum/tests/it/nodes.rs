use tokenfolio_sanctum::Nodes;

fn hosts(url: &str) -> String {
    format!("{:?}", url.parse::<Nodes>().unwrap_or_else(|error| panic!("{url}: {error}")))
}

#[test]
fn a_url_names_one_server_or_the_nodes_of_a_cluster() {
    for (url, expected) in [
        ("mysql://ada@db/laravel", r#"["db:3306"]"#),
        ("mysql://db", r#"["db:3306"]"#),
        ("mysql:///laravel?socket=/run/mysqld/mysqld.sock", r#"["localhost:3306"]"#),
        ("mysql://ada:a,b@db-1,db-2:3307,db-3/laravel", r#"["db-1:3306", "db-2:3307", "db-3:3306"]"#),
        ("mysql://ada@127.0.0.1:1,[::1]:2", r#"["127.0.0.1:1", "[::1]:2"]"#),
        ("mariadb://db-1,db-2?charset=utf8mb4,x", r#"["db-1:3306", "db-2:3306"]"#),
    ] {
        assert_eq!(hosts(url), expected, "{url}");
    }
}

#[test]
fn a_url_that_is_not_well_formed_is_an_error() {
    for (url, message) in [
        ("db-1,db-2", "error with configuration: relative URL without a base"),
        ("mysql://ada@db-1,,db-2/laravel", "error with configuration: the URL has an empty host in its list"),
        ("mysql://db-1,/laravel", "error with configuration: the URL has an empty host in its list"),
        ("mysql://db-1,db-2:x/laravel", "error with configuration: invalid port number"),
    ] {
        assert_eq!(url.parse::<Nodes>().unwrap_err().to_string(), message, "{url}");
    }
}

#[test]
fn nodes_do_not_print_the_password() {
    let printed = hosts("mysql://ada:never-to-be-printed@db-1,db-2/laravel");
    assert!(!printed.contains("never"), "{printed}");
}
