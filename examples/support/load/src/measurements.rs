//! What a run under load came to.

use std::fmt;
use std::time::Duration;

/// What a run under load came to. Every answer was right.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// How long it lasted.
    pub time: Duration,
    /// How long each answer took, in ascending order.
    pub latencies: Vec<Duration>,
    /// How many tokens were created, revoked or deleted meanwhile.
    pub writes: u64,
    /// The server's memory in bytes, after each tenth of the run.
    pub resident: Vec<u64>,
}

impl Figures {
    /// Returns how long so many in a thousand answers took at most.
    fn latency(&self, in_a_thousand: usize) -> Duration {
        let at = (self.latencies.len() * in_a_thousand).div_ceil(1_000);
        self.latencies.get(at.saturating_sub(1)).copied().unwrap_or_default()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.as_secs_f64();
        let answers = self.latencies.len();
        writeln!(f, "{answers} answers of 200 in {seconds:.1} s: {:.0} a second", answers as f64 / seconds)?;
        let [median, most, slowest] = [500, 990, 1_000].map(|in_a_thousand| self.latency(in_a_thousand));
        writeln!(f, "half of them took at most {median:.1?}, 99 of 100 {most:.1?}, the slowest {slowest:.1?}")?;
        writeln!(f, "{} writes beside: {:.0} a second", self.writes, self.writes as f64 / seconds)?;
        write!(f, "resident memory in MB, after each tenth:")?;
        self.resident.iter().try_for_each(|bytes| write!(f, " {:.1}", *bytes as f64 / 1e6))
    }
}
