//! The process of a temporary database server, and its folder. Both are removed when the current process ends, even if
//! it is killed.
//!
//! [`Installation`] finds the programs of an installed server, [`Folder`] is the folder of one server, and [`Process`] is
//! its process.

mod error;
mod folder;
mod installation;
mod process;

pub use error::ServerError;
pub use folder::Folder;
pub use installation::{Installation, run, run_with_input};
pub use process::Process;
