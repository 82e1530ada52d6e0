use tokenfolio_mariadb_server::Database;

#[test]
fn databases_are_empty_and_separate() {
    let one = Database::create().unwrap();
    let other = Database::create().unwrap();
    one.run("CREATE TABLE kept (id int)").unwrap();
    other.run("SELECT * FROM kept").unwrap_err();
    other.run("CREATE TABLE kept (id int)").unwrap();
    assert_ne!(one.url(), other.url());
}
