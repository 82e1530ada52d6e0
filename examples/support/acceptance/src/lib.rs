//! What every adapter must answer: one table of requests, sent byte by byte over a real socket to its compiled server.
//!
//! An adapter joins with one line in its tests, which becomes one test for each function of [`checks`]:
//!
//! ```text
//! tokenfolio_acceptance::suite!(env!("CARGO_BIN_EXE_axum"));
//! ```
//!
//! An answer is compared whole: its status, every field but `Connection` and `Date`, and the body to the last byte. Where
//! a framework answers before the endpoint is reached, or changes what the endpoint is given, the case says what is
//! allowed, so that a framework that changes its mind is noticed.
//!
//! All answers, and all that a server prints after its announcement, are searched for secrets, their digests and the causes
//! of failures, whatever is tried: see [`Untold`]. A log alone may tell a cause.
//!
//! [`run`] returns what was answered, for whoever has more to check in it.

mod case;
mod cases;
pub mod checks;
mod connection;
mod exchange;
mod expected;
mod leak_detector;
mod server;

pub use case::Case;
pub use cases::{lenient_cases, strict_cases};
pub use connection::{Answer, Connection};
pub use exchange::{Exchange, run};
pub use leak_detector::Untold;
pub use server::{Announced, Server};

/// The endpoint's path.
const PATH: &str = "/api/v1/me/tokens";
/// How many tokens the owner of `good` has.
const TOKENS: u64 = 293;

/// Makes one test of each of the [`checks`], for the server with this path.
#[macro_export]
macro_rules! suite {
    ($binary:expr) => {
        $crate::suite! {
            $binary;
            every_case_is_answered
            every_lenient_case_is_answered
            every_page_is_linked
            requests_share_a_connection
            requests_may_come_at_once
            a_request_may_come_in_pieces
            unfinished_requests_keep_nobody_waiting
            endless_heads_are_refused
            requests_before_garbage_are_answered
            answers_that_nobody_reads_do_not_pile_up
            requests_under_way_are_answered_before_the_end
            answers_are_whole_to_the_last
            idle_connections_do_not_keep_the_server
            a_database_is_opened_again
            a_file_is_opened_again
            every_use_is_written_before_the_end
            a_killed_server_loses_only_uses_that_were_not_yet_written
            causes_are_logged_and_not_answered
            links_begin_with_the_base
            the_announcement_has_commands_to_paste
            what_cannot_be_served_ends_with_an_error
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
