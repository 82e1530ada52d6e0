//! The server under load, and writers that are killed: SQLite in a file, and nothing in between.
//!
//! [`Load`] has a compiled server asked by many connections at full speed, while the tokens that it lists are created,
//! revoked and deleted. [`kill_writers`] ends processes in the middle of such writing. Both know what can be true of a
//! list at any moment, because its tokens change in an order, and panic where something else is found.
//!
//! The tests take seconds. `cargo load` and `cargo kill` do the same at length.

mod churn;
mod kill;
mod load;
mod measurements;
mod page;

pub use kill::{kill_writers, write};
pub use load::{Bound, Load};
pub use measurements::Figures;

use tokenfolio::StoreError;

/// Does asynchronous work on a thread of its own.
fn block_on<T>(work: impl Future<Output = Result<T, StoreError>>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(work).unwrap_or_else(|error| panic!("{error:?}"))
}
