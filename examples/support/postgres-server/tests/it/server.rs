use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use tokenfolio_postgres_server::Server;

/// Returns the folder of the socket in a URL.
#[track_caller]
fn folder(url: &str) -> PathBuf {
    let host = url.split(['@', '/']).nth(3).expect("a host");
    host.replace("%2F", "/").replace("%25", "%").into()
}

#[test]
fn a_dropped_server_leaves_no_process_or_folder() {
    let server = Server::start().unwrap();
    let folder = folder(&server.url());
    let id = process_id(&folder);
    assert!(is_running(&id));
    drop(server);
    assert!(!folder.exists());
    assert!(!is_running(&id));
}

#[test]
fn a_stopped_server_starts_again_with_its_data() {
    let mut server = Server::start().unwrap();
    let url = server.url();
    server.run("CREATE TABLE kept (id int)").unwrap();
    server.stop().unwrap();
    server.run("SELECT").unwrap_err();
    server.stop().unwrap_err();
    server.start_again().unwrap();
    server.run("SELECT FROM kept").unwrap();
    assert_eq!(server.url(), url);
}

#[test]
fn a_killed_server_starts_again_on_its_port() {
    let mut server = Server::start_on(0).unwrap();
    let url = server.url();
    let (_, port) = url.strip_suffix("/postgres").and_then(|url| url.rsplit_once(':')).expect("a port");
    let address = (Ipv4Addr::LOCALHOST, port.parse().unwrap());
    TcpStream::connect(address).unwrap();
    server.run("CREATE TABLE kept (id int)").unwrap();
    server.kill().unwrap();
    server.run("SELECT").unwrap_err();
    server.kill().unwrap_err();
    server.start_again().unwrap();
    server.run("SELECT FROM kept").unwrap();
    TcpStream::connect(address).unwrap();
}

#[test]
fn only_its_user_can_enter_the_folder() {
    use std::os::unix::fs::PermissionsExt;

    let server = Server::start().unwrap();
    let mode = folder(&server.url()).metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_server_stops_when_its_parent_is_killed() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_postgres-server"));
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
    let file = std::fs::read_to_string(folder.join("data/postmaster.pid")).expect("a running server");
    file.lines().next().expect("a process id").to_owned()
}

/// A zombie process has no command line.
fn is_running(id: &str) -> bool {
    std::fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty())
}
