//! The compiled client against a server of ours, one of Laravel's, and such as mean no good.

mod demo_server;
mod hostile;
mod laravel;
mod mock_server;
mod report;
mod retries;
mod run;
mod secret;
mod table;
// Elsewhere the system is not told whom to trust by a variable.
#[cfg(target_os = "linux")]
mod tls;
mod walk;
