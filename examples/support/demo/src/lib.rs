//! The parts that the example servers share. A server adds only the adapter to its framework:
//!
//! ```no_run
//! use tokenfolio_demo::{Arguments, Demo, Endpoint, PATH, shutdown_signal};
//!
//! # async fn serve(_: std::net::TcpListener, _: &str, _: Endpoint, _: impl Future<Output = ()>) {}
//! # async fn run() -> anyhow::Result<()> {
//! let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
//! let shutdown = shutdown_signal()?;
//! startup_message.print()?;
//! serve(listener, PATH, endpoint, shutdown).await;
//! usage_writer.finish().await?;
//! # Ok(())
//! # }
//! ```
//!
//! The first line of the startup message is JSON for programs: the server's URL, and five secrets. The owner of `good`
//! has 293 tokens: active, expired and revoked ones. The usage of tokens is written once a second and at the end. Every
//! problem is printed to standard error with all its causes, and no response contains them.

mod arguments;
mod database;
mod fallback;
mod log;
mod memory;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
mod secrets;
mod shutdown_signal;
mod start;
mod startup_message;
mod stores;
mod tokens;
mod usage;

pub use arguments::{Arguments, StoreChoice, StoreChoiceError};
pub use fallback::Fallback;
#[cfg(feature = "mysql")]
pub use mysql::MySqlUrl;
pub use shutdown_signal::shutdown_signal;
pub use start::{Demo, Endpoint, PATH};
pub use startup_message::StartupMessage;
pub use stores::{Authenticator, Store};
pub use usage::UsageWriter;
