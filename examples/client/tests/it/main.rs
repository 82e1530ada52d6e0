//! Tests of the compiled client with a demo server, with responses of Laravel, and with hostile servers.

mod demo_server;
mod hostile;
mod laravel;
mod mock_server;
mod report;
mod retries;
mod run;
mod secret;
mod table;
// Only Linux reads the trusted certificates from an environment variable.
#[cfg(target_os = "linux")]
mod tls;
mod walk;
