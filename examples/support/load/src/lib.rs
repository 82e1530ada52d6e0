//! Load tests of a server over a SQLite file, and tests that kill writers of such a file.
//!
//! [`Load`] sends requests to a compiled server over many connections, while threads create, revoke and delete tokens.
//! [`kill_writers`] kills processes while they write. The tokens of a list change in a fixed order, so both can compute
//! the possible states of the list. They panic if they read another state.
//!
//! The tests take seconds. `cargo load` and `cargo kill` run longer.

mod churn;
mod kill;
mod load;
mod measurements;
mod page;

pub use kill::{kill_writers, write};
pub use load::{Bound, Load};
pub use measurements::Measurements;

use tokenfolio::StoreError;

/// Runs a future on the current thread.
fn block_on<T>(future: impl Future<Output = Result<T, StoreError>>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future).unwrap_or_else(|error| panic!("{error:?}"))
}
