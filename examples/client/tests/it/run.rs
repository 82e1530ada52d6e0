//! Runs the client as a process.

use std::process::{Command, Output};

/// The exit code and the output of a process.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Returns the command, without a secret from the environment of the tests.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_client"));
    command.env_remove("TOKENFOLIO_SECRET");
    command
}

#[track_caller]
pub(crate) fn run(secret: &str, arguments: &[&str]) -> Run {
    finished(command().env("TOKENFOLIO_SECRET", secret).args(arguments).output().expect("the client starts"))
}

#[track_caller]
pub(crate) fn finished(output: Output) -> Run {
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs the client, which must exit with 1 and print nothing except a report without control characters.
#[track_caller]
pub(crate) fn error_report(arguments: &[&str]) -> String {
    let run = run("7|secret", arguments);
    assert_eq!((run.code, &*run.out), (Some(1), ""), "{}", run.err);
    assert!(run.err.starts_with("error: ") && run.err.contains("\n  help: "), "{}", run.err);
    assert!(!run.err.contains(|c: char| c.is_control() && c != '\n'), "{:?}", run.err);
    assert!(!run.err.contains("secret|") && !run.err.contains("7|secret"), "{}", run.err);
    run.err
}
