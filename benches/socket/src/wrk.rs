//! Runs `wrk`, the load generator.

use std::process::Command;

use crate::BoxError;
use crate::target::Target;

const CONNECTIONS: u8 = 16;

/// Requests a target for one second, and returns the number of responses per second.
pub(crate) fn requests_per_second(target: &Target) -> Result<f64, BoxError> {
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--connections", &CONNECTIONS.to_string(), "--duration", "1s"]);
    if let Some(value) = target.authorization {
        command.arg("--header").arg(format!("authorization: {value}"));
    }
    command.arg(format!("http://{}{}", target.address, target.path));
    let output = command.output().map_err(|error| format!("wrk must be installed: {error}"))?;
    let printed = String::from_utf8(output.stdout)?;
    let value = |name: &str| printed.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let rate = value("Requests/sec:").ok_or_else(|| format!("wrk printed no rate: {printed}"))?;
    if value("Non-2xx or 3xx responses:").is_none() != target.expects_success() || value("Socket errors:").is_some() {
        return Err(format!("{}: {printed}", target.name).into());
    }
    Ok(rate.parse()?)
}
