use tokenfolio_postgres_server::Schema;

#[test]
fn schemas_are_empty_and_separate() {
    let one = Schema::create().unwrap();
    let other = Schema::create().unwrap();
    one.run("CREATE TABLE kept (id int)").unwrap();
    other.run("SELECT FROM kept").unwrap_err();
    other.run("CREATE TABLE kept (id int)").unwrap();
    assert_ne!(one.url(), other.url());
}
