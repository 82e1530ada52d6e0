//! What holds for every adapter's server. Each check starts servers of its own, and panics where something does not.
#![expect(clippy::missing_panics_doc, reason = "to panic is what a check is for")]

mod cases;
mod command_line;
mod connections;
mod hostile;
mod links;
mod shutdown;
mod store_errors;
mod usage;

pub use cases::{every_case_is_answered, every_lenient_case_is_answered};
pub use command_line::{
    a_database_is_opened_again, a_file_is_opened_again, links_begin_with_the_base,
    the_announcement_has_commands_to_paste, what_cannot_be_served_ends_with_an_error,
};
pub use connections::{a_request_may_come_in_pieces, requests_may_come_at_once, requests_share_a_connection};
pub use hostile::{
    answers_that_nobody_reads_do_not_pile_up, endless_heads_are_refused, requests_before_garbage_are_answered,
    unfinished_requests_keep_nobody_waiting,
};
pub use links::every_page_is_linked;
pub use shutdown::{
    answers_are_whole_to_the_last, idle_connections_do_not_keep_the_server,
    requests_under_way_are_answered_before_the_end,
};
pub use store_errors::causes_are_logged_and_not_answered;
pub use usage::{a_killed_server_loses_only_uses_that_were_not_yet_written, every_use_is_written_before_the_end};
