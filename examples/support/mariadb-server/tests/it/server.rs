use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use tokenfolio_mariadb_server::Server;

/// Returns the folder of the socket in a URL.
#[track_caller]
fn folder(url: &str) -> PathBuf {
    let (_, socket) = url.split_once("socket=").expect("a socket");
    let socket = PathBuf::from(socket.replace("%2F", "/").replace("%25", "%"));
    socket.parent().expect("a folder").to_owned()
}

#[test]
fn a_dropped_server_leaves_no_process_or_folder() {
    let server = Server::start().unwrap();
    let folder = folder(&server.url());
    let id = process_id(&folder);
    assert_eq!(id, server.process_id().to_string());
    assert!(is_running(&id));
    drop(server);
    assert!(!folder.exists());
    assert!(!is_running(&id));
}

#[test]
fn a_killed_server_starts_again_with_its_data() {
    let mut server = Server::start().unwrap();
    let url = server.url();
    server.run("CREATE TABLE kept (id int)").unwrap();
    server.kill().unwrap();
    server.run("SELECT 1").unwrap_err();
    server.kill().unwrap_err();
    server.start_again().unwrap();
    server.run("SELECT * FROM kept").unwrap();
    assert_eq!(server.url(), url);
}

#[test]
fn a_server_has_its_options() {
    let server = Server::start_with(["--default-time-zone=+05:30"]).unwrap();
    server.run("CREATE TABLE zone (is_right int CHECK (is_right = 1))").unwrap();
    server.run("INSERT INTO zone SELECT @@global.time_zone = '+05:30'").unwrap();
    server.run("INSERT INTO zone SELECT @@global.time_zone = '+00:00'").unwrap_err();
}

#[test]
fn a_server_that_does_not_start_fails_with_its_output() {
    let error = Server::start_with(["--no-such-option"]).unwrap_err();
    assert!(error.to_string().contains("unknown option '--no-such-option'"), "{error}");
}

#[test]
fn only_its_user_can_enter_the_folder() {
    let server = Server::start().unwrap();
    let mode = folder(&server.url()).metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_server_stops_when_its_parent_is_killed() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mariadb-server"));
    let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let folder = folder(url.trim());
    let id = process_id(&folder);
    assert!(is_running(&id));

    process.kill().unwrap();
    process.wait().unwrap();
    while folder.exists() || is_running(&id) {
        thread::sleep(Duration::from_millis(10));
    }
}

#[track_caller]
fn process_id(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("pid")).expect("a running server").trim().to_owned()
}

/// A zombie process has no command line.
fn is_running(id: &str) -> bool {
    std::fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty())
}
