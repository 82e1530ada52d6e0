//! The messages of the compiler for typical mistakes. Each says what to write.
//!
//! The wording depends on the version of the compiler, so only the gate compares the messages. When a new version of
//! Rust changes them, write the new messages with `TRYBUILD=overwrite`, and read each of them:
//!
//! ```sh
//! TRYBUILD=overwrite cargo test --test compile_errors -- --ignored
//! ```

#[test]
#[ignore = "needs Rust 1.95, whose messages it compares"]
fn every_mistake_has_a_message_that_says_what_to_write() {
    trybuild::TestCases::new().compile_fail("tests/compile_errors/*.rs");
}
