//! What every example server shares, so that an adapter to a framework is all that is left to write.
//!
//! A server does this, and nothing else of its own but routing:
//!
//! ```no_run
//! use tokenfolio_demo::{Arguments, Demo, Endpoint, PATH};
//!
//! # async fn serve(_: std::net::TcpListener, _: &str, _: Endpoint) {}
//! # async fn run() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! let Demo { listener, endpoint, startup_message, usage_writer } = Demo::start(Arguments::read()).await?;
//! startup_message.print()?;
//! serve(listener, PATH, endpoint).await;
//! usage_writer.finish().await?;
//! # Ok(())
//! # }
//! ```
//!
//! The first line that it prints is for programs: where the server listens, and five secrets to present to it. The owner
//! of `good` has 293 tokens, in every state that a token can be in. Uses of tokens are written once a second, and when
//! serving has ended. Why a database failed is printed to standard error, and is in no answer.

mod arguments;
mod fallback;
mod log_errors;
mod memory;
mod secrets;
mod shutdown_signal;
mod start;
mod startup_message;
mod stores;
mod tokens;
mod usage;

pub use arguments::{Arguments, StoreChoice, StoreChoiceError};
pub use fallback::fallback;
pub use shutdown_signal::shutdown_signal;
pub use start::{Demo, Endpoint, PATH};
pub use startup_message::StartupMessage;
pub use stores::{Authenticator, Store};
pub use usage::UsageWriter;
