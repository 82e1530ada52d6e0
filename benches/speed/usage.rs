//! The cost of recording usage: compared with a counter behind a lock, and while another thread drains the log.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tokenfolio::{TokenId, UsageBatch, UsageLog};

use crate::growth::scattered;
use crate::measure::{Effort, Table, Variant};
use crate::page;

const MILLION: u64 = 1_000_000;

pub(crate) fn measure(table: &mut Table) {
    const TIMES: u32 = 1_000;
    let counter = Mutex::new(0_u64);
    let count = || {
        for _ in 0..TIMES {
            *black_box(&counter).lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
    };
    let now = page::now();
    let hot = UsageLog::new();
    let record_hot = || (0..TIMES).for_each(|_| hot.record(black_box(&7_u64), TokenId(1), now));
    let wide = log_of(MILLION);
    let mut turns = 0..;
    let record_wide = || {
        for turn in turns.by_ref().take(TIMES as usize) {
            wide.record(black_box(&scattered(turn, MILLION)), TokenId(1), now);
        }
    };
    let variants = vec![
        Variant::repeated("a counter behind a lock", TIMES, count),
        Variant::repeated("of one token", TIMES, record_hot),
        Variant::repeated("of 1,000,000 tokens", TIMES, record_wide),
    ];
    table.measure("recording usage", &[0], variants);
}

/// Returns a log with usage of one token of each owner.
fn log_of(owners: u64) -> UsageLog<u64> {
    let now = page::now();
    let log = UsageLog::new();
    (0..owners).for_each(|owner| log.record(&owner, TokenId(1), now));
    log
}

/// Prints how long a single `record` takes while another thread drains a log of a million tokens.
///
/// An empty measurement follows each `record`. It shows what the clock and the scheduler add.
pub(crate) fn print_latencies(effort: Effort) {
    let (owners, rounds) = match effort {
        Effort::Short => (1_000, 1),
        Effort::Full => (MILLION, 5),
    };
    println!("\n| one record among {owners} tokens | median ns | 99.9 % ns | maximum ns |");
    println!("| --- | ---: | ---: | ---: |");
    let commit = |batch: UsageBatch<'_, u64>| drop(batch.commit());
    print_latency("while a drain is committed", owners, rounds, |log| drain(log).for_each(commit));
    print_latency("while the batches of two drains are dropped", owners, rounds, |log| {
        // The second drain merges the batches of the first.
        drain(log).for_each(drop);
        drain(log).for_each(drop);
    });
    print_latency("while ten writes fail at once", owners, rounds, |log| {
        (0..10).for_each(|_| drop(drain(log).next()));
    });
}

fn drain(log: &UsageLog<u64>) -> impl Iterator<Item = UsageBatch<'_, u64>> {
    const BATCH: NonZeroUsize = NonZeroUsize::new(1_000).expect("1,000 is not zero");
    log.drain(BATCH)
}

/// Records usage until `work` ends in another thread. Each round begins with a full log.
fn print_latency(name: &str, owners: u64, rounds: usize, work: impl Fn(&UsageLog<u64>) + Sync) {
    let mut records = Times::new();
    let mut nothing = Times::new();
    let now = page::now();
    for _ in 0..rounds {
        let log = log_of(owners);
        std::thread::scope(|scope| {
            let worker = scope.spawn(|| work(&log));
            for turn in 0.. {
                let owner = scattered(turn, owners);
                records.add(|| log.record(black_box(&owner), TokenId(1), now));
                nothing.add(|| ());
                if worker.is_finished() {
                    break;
                }
            }
        });
    }
    records.print(name);
    nothing.print("the empty measurements meanwhile");
}

/// The number of measurements for each number of nanoseconds.
struct Times {
    counts: Vec<u64>,
    max: u128,
}

impl Times {
    /// Longer times count as this one, except in the maximum.
    const LIMIT: usize = 1_000_000;

    fn new() -> Self {
        Self { counts: vec![0; Self::LIMIT + 1], max: 0 }
    }

    fn add(&mut self, work: impl FnOnce()) {
        let start = Instant::now();
        work();
        let nanoseconds = start.elapsed().as_nanos();
        let index = usize::try_from(nanoseconds).unwrap_or(Self::LIMIT).min(Self::LIMIT);
        self.counts[index] += 1;
        self.max = self.max.max(nanoseconds);
    }

    /// Returns a quantile in nanoseconds: at least `per_mille` of 1,000 measurements took this time or less.
    fn quantile(&self, per_mille: u64) -> usize {
        let total: u64 = self.counts.iter().sum();
        let mut seen = 0;
        let is_reached = |count: &u64| {
            seen += count;
            seen * 1_000 >= total * per_mille
        };
        self.counts.iter().position(is_reached).unwrap_or(Self::LIMIT)
    }

    fn print(&self, name: &str) {
        println!("| {name} | {} | {} | {} |", self.quantile(500), self.quantile(999), self.max);
    }
}
