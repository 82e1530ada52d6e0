//! The acceptance suite for adapters. It sends a table of requests, as raw bytes over a socket, to a compiled server.
//!
//! An adapter adds one line to its tests, which expands to one test for each function of [`checks`]:
//!
//! ```text
//! tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_axum"));
//! ```
//!
//! The suite compares the status, every header except `Connection` and `Date`, and every byte of the body. A case lists
//! the exceptions for a framework that responds before the endpoint or changes the request. The suite therefore fails
//! if a framework changes its behavior.
//!
//! A [`LeakDetector`] searches all responses, and all output after the startup message, for secrets, their digests and
//! the causes of errors. Only the log may contain a cause.
//!
//! [`run`] returns the exchanges, for further checks.

mod case;
mod cases;
pub mod checks;
mod connection;
mod exchange;
mod expected;
mod leak_detector;
mod server;
mod snapshot;

pub use case::Case;
pub use cases::{lenient_cases, strict_cases, trusted_proxy_cases};
pub use connection::{Connection, Response};
pub use exchange::{Exchange, run};
pub use leak_detector::LeakDetector;
pub use server::{Server, StartupMessage};

/// The endpoint's path.
const PATH: &str = "/api/v1/me/tokens";
/// The number of tokens of the owner of `good`.
const TOKENS: u64 = 293;

/// Expands to one test for each of the [`checks`], for the server at this path.
#[macro_export]
macro_rules! suite {
    ($binary:expr) => {
        $crate::suite! {
            $binary;
            every_request_gets_its_expected_response
            every_lenient_request_gets_its_expected_response
            every_request_of_a_trusted_proxy_gets_its_expected_response
            links_lead_through_all_pages
            a_connection_serves_several_requests
            pipelined_requests_are_answered_in_order
            a_request_can_arrive_byte_by_byte
            unfinished_requests_do_not_block_others
            endless_requests_are_rejected
            requests_before_garbage_are_answered
            unread_responses_do_not_fill_the_memory
            requests_in_progress_are_answered_before_a_shutdown
            responses_are_complete_during_a_shutdown
            idle_connections_do_not_delay_a_shutdown
            a_mysql_database_can_be_reopened
            a_postgres_database_can_be_reopened
            a_file_can_be_reopened
            usage_is_written_before_a_shutdown
            a_killed_server_loses_only_unwritten_usage
            causes_are_logged_and_not_sent
            the_reason_of_each_401_is_logged_and_not_sent
            links_start_with_the_base_url
            the_startup_message_has_commands_to_paste
            a_server_that_cannot_start_fails_with_an_error
        }
    };
    ($binary:expr; $($check:ident)+) => {
        $(
            #[test]
            fn $check() {
                $crate::checks::$check($binary);
            }
        )+
    };
}
