//! The checks that every adapter's server must pass. Each check starts its own servers, and panics if it fails.
#![expect(clippy::missing_panics_doc, reason = "every check panics when it fails")]

mod cases;
mod command_line;
mod connections;
mod hostile;
mod links;
mod log;
mod shutdown;
mod usage;

pub use cases::{
    every_lenient_request_gets_its_expected_response, every_request_gets_its_expected_response,
    every_request_of_a_trusted_proxy_gets_its_expected_response,
};
pub use command_line::{
    a_file_can_be_reopened, a_mysql_database_can_be_reopened, a_postgres_database_can_be_reopened,
    a_server_that_cannot_start_fails_with_an_error, links_start_with_the_base_url,
    the_startup_message_has_commands_to_paste,
};
pub use connections::{
    a_connection_serves_several_requests, a_request_can_arrive_byte_by_byte, pipelined_requests_are_answered_in_order,
};
pub use hostile::{
    endless_requests_are_rejected, requests_before_garbage_are_answered, unfinished_requests_do_not_block_others,
    unread_responses_do_not_fill_the_memory,
};
pub use links::links_lead_through_all_pages;
pub use log::{causes_are_logged_and_not_sent, the_reason_of_each_401_is_logged_and_not_sent};
pub use shutdown::{
    idle_connections_do_not_delay_a_shutdown, requests_in_progress_are_answered_before_a_shutdown,
    responses_are_complete_during_a_shutdown,
};
pub use usage::{a_killed_server_loses_only_unwritten_usage, usage_is_written_before_a_shutdown};
