//! The compiled client against a server of ours, one of Laravel's, and such as mean no good.

mod hostile;
mod laravel;
mod report;
mod retries;
mod run;
mod secret;
mod server;
mod site;
mod table;
// Elsewhere the system is not told whom to trust by a variable.
#[cfg(target_os = "linux")]
mod tls;
mod walk;
