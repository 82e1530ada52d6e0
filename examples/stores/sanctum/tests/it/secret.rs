use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use tokenfolio::{AccessToken, AllowedIps, Authenticator, TokenId, TokenStatus};
use tokenfolio_sanctum::{Model, Owner, SanctumStore};

use crate::database::{Application, TEAM, USER, bearer, models, nodes, user};

async fn owner_of(store: &SanctumStore, secret: &str) -> Option<Owner> {
    let found = store.find(&bearer(secret)).await.expect("a working database");
    found.map(|found| found.owner)
}

fn full_token(id: i64) -> AccessToken {
    let created_at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
    let mut token = AccessToken::new(id, "CI", created_at);
    token.last_used_at = Some(created_at + TimeDelta::days(1));
    token.usage_count = 42;
    token.expires_at = Some(created_at + TimeDelta::days(2));
    token.revoked_at = Some(created_at + TimeDelta::days(3));
    token.allowed_ips = AllowedIps::parse(["10.0.0.0/24", "203.0.113.12", "203.0.113.12/32", "2001:db8::7"]).ok();
    token
}

#[tokio::test]
async fn a_secret_finds_its_token_with_every_member() {
    let application = Application::create();
    let store = application.migrated_store().await;
    store.insert(&user(7), &[full_token(1), full_token(2)]).await.unwrap();
    store.set_secret(&user(7), TokenId(2), "2|secret").await.unwrap();

    let found = store.find(&bearer("2|secret")).await.unwrap().unwrap();
    assert_eq!((found.owner, found.token), (user(7), full_token(2)));
}

#[tokio::test]
async fn a_secret_has_the_forms_that_sanctum_accepts() {
    let application = Application::create();
    application.add_token(345, USER, 7);
    let store = application.store().await;
    for accepted in ["345|text-345", "0345|text-345", "text-345"] {
        assert_eq!(owner_of(&store, accepted).await, Some(user(7)), "{accepted}");
    }
    let rejected = [
        "346|text-345",
        "|text-345",
        "345|",
        "345|text",
        "345|345|text-345",
        "345|TEXT-345",
        "345|text-345=",
        "+345|text-345",
        "-345|text-345",
        "3.45e2|text-345",
        "18446744073709551961|text-345",
        "text",
    ];
    for rejected in rejected {
        assert_eq!(owner_of(&store, rejected).await, None, "{rejected}");
    }
    // The digest is not a secret.
    let digest = "8e58cf89892f75c3b5bdb335a62f129593fa09f935753607e344a024e232e2db";
    assert_eq!(owner_of(&store, &format!("345|{digest}")).await, None);
}

#[tokio::test]
async fn a_token_prefix_is_part_of_the_text() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.run("UPDATE personal_access_tokens SET token = sha2('acme_text', 256)");
    let store = application.store().await;
    assert_eq!(owner_of(&store, "1|acme_text").await, Some(user(7)));
    assert_eq!(owner_of(&store, "1|text").await, None);
}

#[tokio::test]
async fn a_token_of_a_deleted_user_is_not_found() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.add_token(2, USER, 12);
    let store = application.store().await;
    assert_eq!(owner_of(&store, "1|text-1").await, Some(user(7)));
    assert_eq!(owner_of(&store, "2|text-2").await, None);
    application.run("DELETE FROM users WHERE id = 7");
    assert_eq!(owner_of(&store, "1|text-1").await, None);
}

#[tokio::test]
async fn a_model_has_its_own_table_and_key() {
    let application = Application::create();
    application
        .run("CREATE TABLE `back``tick` (`the key` bigint unsigned PRIMARY KEY); INSERT INTO `back``tick` VALUES (9)");
    application.add_token(1, "gateway", 9);
    application.add_token(2, "gateway", 7);
    application.add_token(3, USER, 9);
    let models = [Model::new(USER, "users"), Model::new("gateway", "back`tick").with_key("the key")];
    let store = SanctumStore::connect(nodes(&application.database.url()), models).await.unwrap();
    assert_eq!(owner_of(&store, "1|text-1").await, Some(Owner::new("gateway", 9)));
    assert_eq!(owner_of(&store, "2|text-2").await, None, "a gateway with the id of a user");
    assert_eq!(owner_of(&store, "3|text-3").await, None, "a user with the id of a gateway");
}

#[tokio::test]
async fn a_token_of_another_model_is_not_found() {
    let application = Application::create();
    application.run("INSERT INTO teams VALUES (7)");
    application.add_token(1, USER, 7);
    application.add_token(2, TEAM, 7);
    let store = application.store().await;
    assert_eq!(owner_of(&store, "1|text-1").await, Some(user(7)));
    assert_eq!(owner_of(&store, "2|text-2").await, Some(Owner::new(TEAM, 7)));

    let [users, _] = models();
    let users_only = store.clone().with_models([users]);
    assert_eq!(owner_of(&users_only, "1|text-1").await, Some(user(7)));
    assert_eq!(owner_of(&users_only, "2|text-2").await, None);
    assert_eq!(owner_of(&store.with_models([]), "1|text-1").await, None);
}

#[tokio::test]
async fn a_softly_deleted_owner_is_deleted() {
    let application = Application::create();
    application.run("ALTER TABLE users ADD COLUMN deleted_at timestamp NULL");
    application.add_token(1, USER, 7);
    application.add_token(2, USER, 8);
    application.run("UPDATE users SET deleted_at = '2024-03-01 18:11:00' WHERE id = 8");
    let store = application.store().await.with_models([Model::new(USER, "users").with_soft_deletes()]);
    assert_eq!(owner_of(&store, "1|text-1").await, Some(user(7)));
    assert_eq!(owner_of(&store, "2|text-2").await, None);
    // Without the trait, Laravel ignores the column.
    assert_eq!(owner_of(&store.with_models(models()), "2|text-2").await, Some(user(8)));
}

#[tokio::test]
async fn the_earlier_of_expiration_and_expires_at_ends_a_token() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let created_at = "2024-03-01T18:11:00Z".parse::<DateTime<Utc>>().unwrap();
    let store = application.store().await.with_expiration(TimeDelta::minutes(60));
    let token = store.find(&bearer("1|text-1")).await.unwrap().unwrap().token;
    assert_eq!(token.expires_at, Some(created_at + TimeDelta::minutes(60)));
    // Sanctum accepts a token that is younger than its expiration.
    assert_eq!(token.status(created_at + TimeDelta::seconds(3_599)), TokenStatus::Active);
    assert_eq!(token.status(created_at + TimeDelta::seconds(3_600)), TokenStatus::Expired);

    application.run("UPDATE personal_access_tokens SET expires_at = '2024-03-01 18:12:00'");
    let token = store.find(&bearer("1|text-1")).await.unwrap().unwrap().token;
    assert_eq!(token.expires_at, Some(created_at + TimeDelta::minutes(1)));
    application.run("UPDATE personal_access_tokens SET expires_at = '2024-03-01 20:00:00'");
    let found = store.find(&bearer("1|text-1")).await.unwrap().unwrap();
    assert_eq!(found.token.expires_at, Some(created_at + TimeDelta::minutes(60)));
    let without = store.with_expiration(None).find(&bearer("1|text-1")).await.unwrap().unwrap();
    assert_eq!(without.token.expires_at, Some(created_at + TimeDelta::minutes(109)));
}

#[tokio::test]
async fn a_new_secret_replaces_the_old_one() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    let store = application.store().await;
    for secret in ["1|old", "old-style", "1|new", "1|new"] {
        store.set_secret(&user(7), TokenId(1), secret).await.unwrap();
        assert_eq!(owner_of(&store, secret).await, Some(user(7)), "{secret}");
    }
    for secret in ["1|text-1", "1|old", "old-style"] {
        assert_eq!(owner_of(&store, secret).await, None, "{secret}");
    }
    assert!(store.remove(&user(7), TokenId(1)).await.unwrap());
    assert!(!store.remove(&user(7), TokenId(1)).await.unwrap());
    assert_eq!(owner_of(&store, "1|new").await, None);
}

#[tokio::test]
async fn a_secret_without_a_token_or_with_another_id_is_rejected() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.add_token(2, USER, 8);
    let store = application.store().await;
    for (owner, id, secret) in [(7, 3, "3|new"), (8, 1, "1|new"), (7, 1, "2|new"), (7, 1, "|new"), (7, 1, "x|new")] {
        store.set_secret(&user(owner), TokenId(id), secret).await.unwrap_err();
        assert_eq!(owner_of(&store, secret).await, None, "{secret}");
    }
    assert!(!store.remove(&user(8), TokenId(1)).await.unwrap(), "a token of another owner");
}

#[tokio::test]
async fn the_error_for_a_rejected_secret_does_not_contain_its_digest() {
    let application = Application::create();
    application.add_token(1, USER, 7);
    application.add_token(2, USER, 7);
    let store = application.store().await;
    // The server's own message contains the digest.
    let taken = store.set_secret(&user(7), TokenId(2), "2|text-1").await.unwrap_err();
    assert_eq!(taken.source().unwrap().to_string(), "a token with this id or this secret exists");
    let nowhere = store.set_secret(&user(7), TokenId(3), "3|never-to-be-found").await.unwrap_err();
    assert_eq!(nowhere.source().unwrap().to_string(), "the owner has no token 3");
    let malformed = store.set_secret(&user(7), TokenId(1), "2|never-to-be-found").await.unwrap_err();
    for error in [taken, nowhere, malformed] {
        let printed = format!("{error:?} {error:#?} {}", error.source().unwrap());
        // The digests of `text-1` and of the other secret.
        for secret in ["5052f61d", "96da5edc", "never-to-be-found"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}

#[tokio::test]
async fn a_token_that_is_inserted_has_no_secret_and_no_abilities() {
    let application = Application::create();
    let store = application.store().await;
    store.insert(&user(7), &[AccessToken::new(1, "CI", DateTime::UNIX_EPOCH + TimeDelta::days(1))]).await.unwrap();
    let (token, abilities): (String, String) = sqlx::query_as("SELECT token, abilities FROM personal_access_tokens")
        .fetch_one(&application.pool().await)
        .await
        .unwrap();
    assert!(token.contains('-') && token.len() < 64, "{token}");
    assert_eq!(abilities, "[]");
}
