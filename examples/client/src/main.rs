//! Lists all tokens of a server as a table, page by page.
//!
//! From the root of the repository, with a server from `cargo example axum` and the secret that it prints first:
//!
//! ```text
//! TOKENFOLIO_SECRET='1|..' cargo example client -- http://127.0.0.1:3000/api/v1/me/tokens
//! ```
//!
//! It prints a line a token:
//!
//! ```text
//! ID  STATUS   USES  LAST USED             EXPIRES  CREATED               ALLOWED IPS  NAME
//!  1  active      0  never                 never    2025-10-22T10:00:00Z  any          Production Deploy
//! ```
//!
//! What goes wrong is told on standard error, with what to do about it, and the process ends with 1; no part of a list is
//! printed. The secret goes to the origin of the URL and nowhere else: no redirect is followed, and no link that leads
//! away. Nothing that a server answers can make a walk endless or drive the terminal, and no answer is read beyond 4 MiB.

mod arguments;
mod client;
mod error;
mod escape;
mod secret;
mod table;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::arguments::Arguments;
use crate::client::Client;
use crate::error::Failure;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprint!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let secret = secret::read(arguments.secret_file.as_deref())?;
    let client = Client::new(&secret, arguments);
    // It draws nothing where standard error is no terminal.
    let style = ProgressStyle::with_template("page {pos} of {len}").expect("the template is well formed");
    let progress = ProgressBar::new(1).with_style(style);
    let tokens = client.tokens(|page| {
        progress.set_length(page.last_page);
        progress.set_position(page.current_page);
    });
    progress.finish_and_clear();
    let table = table::of(&tokens?);
    match writeln!(io::stdout().lock(), "{table}") {
        // Whoever reads has seen enough, as `head` has.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| Failure::output(&error)),
    }
}
