use std::env;
use std::process::Command;

/// The variable that sets the time zone of the shared server.
const TIME_ZONE: &str = "TOKENFOLIO_MARIADB_TIME_ZONE";

/// Runs the other tests again in other time zones. By default, a test runs in UTC. The nodes of a cluster are always in
/// UTC.
#[test]
fn every_test_passes_in_every_time_zone_of_the_server() {
    for zone in ["-05:00", "+05:30"] {
        let mut tests = Command::new(env::current_exe().unwrap());
        let output = tests.args(["--skip", "zone::", "--skip", "galera::"]).env(TIME_ZONE, zone).output().unwrap();
        assert!(output.status.success(), "{zone}: {}", String::from_utf8_lossy(&output.stdout));
    }
}
