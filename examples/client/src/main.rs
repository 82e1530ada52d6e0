//! Lists all tokens of a server as a table, page by page.
//!
//! Start a server with `cargo example axum`. Then run this command from the root of the repository, with the first of
//! the secrets that the server prints:
//!
//! ```text
//! TOKENFOLIO_SECRET='1|..' cargo example client -- http://127.0.0.1:3000/api/v1/me/tokens
//! ```
//!
//! It prints one line for each token:
//!
//! ```text
//! ID  STATUS  USAGE  LAST USED             EXPIRES  CREATED               ALLOWED IPS  NAME
//!  1  active      0  never                 never    2025-10-22T10:00:00Z  any          Production Deploy
//! ```
//!
//! If an error occurs, the client prints a report to standard error and no part of the list, and exits with 1. It sends
//! the secret only to the origin of the URL: it does not follow redirects, or links to another origin. A server cannot
//! make the client request pages endlessly, and cannot control the terminal. The client reads at most 4 MiB of a
//! response.

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
use crate::error::Error;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let secret = secret::read(arguments.secret_file.as_deref())?;
    let client = Client::new(&secret, arguments);
    // The progress bar is invisible if standard error is not a terminal.
    let style = ProgressStyle::with_template("{msg}").expect("the template is well formed");
    let progress = ProgressBar::new_spinner().with_style(style);
    let mut page_count = 0;
    let tokens = client.tokens(|page| {
        page_count += 1;
        progress.set_message(match (page.current_page, page.last_page) {
            (Some(current), Some(last)) => format!("page {current} of {last}"),
            _ => format!("{page_count} pages"),
        });
    });
    progress.finish_and_clear();
    let table = table::render(&tokens?);
    match writeln!(io::stdout().lock(), "{table}") {
        // The reader has closed the pipe, as `head` does.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|error| Error::output(&error)),
    }
}
