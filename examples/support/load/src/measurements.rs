//! The measurements of a run.

use std::fmt;
use std::time::Duration;

/// The measurements of a run. Every response was correct.
#[derive(Clone, Debug, Default)]
pub struct Measurements {
    /// The duration of the run.
    pub time: Duration,
    /// The latencies in ascending order.
    pub latencies: Vec<Duration>,
    /// The number of created, revoked or deleted tokens.
    pub writes: u64,
    /// The server's memory in bytes, after each tenth of the run.
    pub memory: Vec<u64>,
}

impl Measurements {
    /// Returns a percentile of the latencies. `per_mille` is the percentile in tenths of a percent.
    fn latency(&self, per_mille: usize) -> Duration {
        let rank = (self.latencies.len() * per_mille).div_ceil(1_000);
        self.latencies.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

impl fmt::Display for Measurements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.as_secs_f64();
        let responses = self.latencies.len();
        writeln!(
            f,
            "{responses} responses with status 200 in {seconds:.1} s: {:.0} per second",
            responses as f64 / seconds
        )?;
        let median = self.latency(500);
        let p99 = self.latency(990);
        let max = self.latency(1_000);
        writeln!(f, "latency: median {median:.1?}, 99th percentile {p99:.1?}, maximum {max:.1?}")?;
        writeln!(f, "{} writes: {:.0} per second", self.writes, self.writes as f64 / seconds)?;
        write!(f, "resident memory in MB, after each tenth:")?;
        self.memory.iter().try_for_each(|bytes| write!(f, " {:.1}", *bytes as f64 / 1e6))
    }
}
