//! The reference store's own methods; its listing is tried by the contract.

use chrono::DateTime;
use pollster::block_on;
use tokenfolio::{AccessToken, ListQuery, MemoryStore, TokenId, TokenStore};

fn token(id: i64, name: &str) -> AccessToken {
    AccessToken::new(id, name, DateTime::UNIX_EPOCH)
}

fn names(store: &MemoryStore<&'static str>, owner: &'static str) -> Vec<String> {
    block_on(store.list(&ListQuery::new(owner))).unwrap().tokens.into_iter().map(|token| token.name).collect()
}

#[test]
fn a_token_of_the_same_id_is_replaced_and_returned() {
    let store = MemoryStore::new();
    assert_eq!(store.insert("ada", token(1, "old")), None);
    assert_eq!(store.insert("bob", token(1, "bob's")), None);
    assert_eq!(store.insert("ada", token(1, "new")), Some(token(1, "old")));
    assert_eq!((names(&store, "ada"), names(&store, "bob")), (vec!["new".to_owned()], vec!["bob's".to_owned()]));
}

#[test]
fn a_token_is_removed_once() {
    let store = MemoryStore::new();
    store.insert("ada", token(1, "first"));
    store.insert("ada", token(2, "second"));
    assert_eq!(store.remove(&"bob", TokenId(1)), None);
    assert_eq!(store.remove(&"ada", TokenId(3)), None);
    assert_eq!(store.remove(&"ada", TokenId(1)), Some(token(1, "first")));
    assert_eq!(store.remove(&"ada", TokenId(1)), None);
    assert_eq!(names(&store, "ada"), ["second"]);
}

#[test]
fn a_debug_print_shows_no_token() {
    let store = MemoryStore::new();
    store.insert("ada", token(1, "hidden"));
    assert_eq!(format!("{store:?}"), "MemoryStore { .. }");
}
