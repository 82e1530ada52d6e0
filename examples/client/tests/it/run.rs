//! The client as a process.

use std::process::{Command, Output};

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Makes the command; a secret in the environment of the tests is not handed on.
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
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("the output is text"));
    Run { code: output.status.code(), out, err }
}

/// Runs the client, which must end with 1, say nothing of a list, and hand nothing to a terminal but lines of text.
#[track_caller]
pub(crate) fn failure(arguments: &[&str]) -> String {
    let run = run("7|secret", arguments);
    assert_eq!((run.code, &*run.out), (Some(1), ""), "{}", run.err);
    assert!(run.err.starts_with("error: ") && run.err.contains("\n  what to do: "), "{}", run.err);
    assert!(!run.err.contains(|c: char| c.is_control() && c != '\n'), "{:?}", run.err);
    assert!(!run.err.contains("secret|") && !run.err.contains("7|secret"), "{}", run.err);
    run.err
}
