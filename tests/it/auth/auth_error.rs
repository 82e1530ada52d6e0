//! The reasons for a 401.

use std::collections::HashSet;

use tokenfolio::{AuthError, CredentialsError, TokenId};

/// Every reason, with its message and its name in logs.
fn reasons() -> [(AuthError, &'static str, &'static str); 8] {
    let token = TokenId(17);
    let address = "::ffff:10.0.0.7".parse().unwrap();
    [
        (
            AuthError::AddressNotAllowed { token, address },
            "token 17 may not be used from ::ffff:10.0.0.7",
            "address_not_allowed",
        ),
        (
            AuthError::AddressUnknown { token },
            "token 17 has an allow-list, and the address of the client is not known",
            "address_unknown",
        ),
        (AuthError::Expired { token }, "token 17 is expired", "expired"),
        (AuthError::Malformed, "malformed bearer token", "malformed"),
        (AuthError::Missing, "no bearer credentials", "missing"),
        (AuthError::Repeated, "more than one Authorization header", "repeated"),
        (AuthError::Revoked { token }, "token 17 is revoked", "revoked"),
        (AuthError::Unknown, "no token has this secret", "unknown"),
    ]
}

#[test]
fn every_reason_has_a_message_and_a_name_in_logs() {
    for (reason, text, word) in reasons() {
        assert_eq!((&*reason.to_string(), reason.as_str()), (text, word));
    }
}

#[test]
fn reasons_can_be_counted() {
    let different: HashSet<_> = reasons().into_iter().map(|(reason, ..)| reason).collect();
    let words: HashSet<_> = reasons().into_iter().map(|(reason, ..)| reason.as_str()).collect();
    assert_eq!((different.len(), words.len()), (8, 8));
}

#[test]
fn the_error_of_credentials_becomes_a_reason_with_the_same_text() {
    for (error, reason) in [
        (CredentialsError::Malformed, AuthError::Malformed),
        (CredentialsError::Missing, AuthError::Missing),
        (CredentialsError::Repeated, AuthError::Repeated),
    ] {
        assert_eq!(AuthError::from(error), reason);
        assert_eq!(error.to_string(), reason.to_string());
    }
}
