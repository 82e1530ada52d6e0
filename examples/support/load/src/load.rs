//! Sends requests at full speed while other threads write.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use tokenfolio_acceptance::Server;
use tokenfolio_demo::PATH;
use tokenfolio_sqlite::SqliteStore;

use crate::block_on;
use crate::churn::{Churn, secret};
use crate::measurements::Measurements;
use crate::page;

/// Greater than the owners of the demo data.
const FIRST_OWNER: i64 = 1_000;
const OWNERS_PER_WRITER: u8 = 4;
/// The highest page that is requested. A list has at most four pages, so this page is always past the end.
const PAGES: u64 = 5;
/// The number of memory samples of a run. The first samples are a warm-up.
const PARTS: usize = 10;
const WARM_UP_PARTS: usize = 2;
/// The maximum growth of the server's memory after the warm-up, which allows for allocators and caches. A leak of a
/// hundred bytes per request exceeds it within a minute.
const MAX_GROWTH: u64 = 8 << 20;

/// The end of a run.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// After this total number of responses.
    Requests(u64),
    /// After this time.
    Time(Duration),
}

/// The load on a server.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// The number of connections. Each sends its next request after a response.
    pub connections: usize,
    /// The number of threads that write, each to the lists of four owners.
    pub writers: u8,
    /// The end of the run.
    pub bound: Bound,
}

impl Load {
    /// Starts the server at this path over a new SQLite file, and runs the load.
    ///
    /// # Panics
    ///
    /// Panics if a response is not a page of its owner's list in a possible state, if the server ends, if a write fails,
    /// or if the server's memory grows.
    #[must_use]
    pub fn run(self, binary: &str) -> Measurements {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("demo.db");
        let server = Server::start(binary, &["--store", &format!("sqlite:{}", path.display())]);
        let lists: Vec<_> = block_on(async {
            let store = SqliteStore::open(&path).await?;
            let mut lists = Vec::new();
            for owner in self.owners() {
                lists.push(Churn::start(&store, owner).await?);
            }
            Ok(lists)
        });

        let run = Run { load: self, server: &server, start: Instant::now(), responses: 0.into() };
        let mut measurements = Measurements::default();
        thread::scope(|scope| {
            // Writers run until this is dropped, even by a panic.
            let running = Arc::new(());
            let callers: Vec<_> = (0..self.connections).map(|_| scope.spawn(|| run.send_requests())).collect();
            let write = |lists: &[Churn]| {
                let running = Arc::downgrade(&running);
                let lists = lists.to_vec();
                let path = &path;
                scope.spawn(move || write_while(&running, path, lists))
            };
            let writers: Vec<_> = lists.chunks(OWNERS_PER_WRITER.into()).map(write).collect();
            measurements.memory = run.sample_memory(&callers);
            measurements.time = run.start.elapsed();
            drop(running);
            measurements.latencies =
                callers.into_iter().flat_map(|caller| caller.join().expect("only correct responses")).collect();
            measurements.writes =
                writers.into_iter().map(|writer| writer.join().expect("only successful writes")).sum();
        });
        measurements.latencies.sort_unstable();
        let warm = measurements.memory[WARM_UP_PARTS - 1];
        let end = measurements.memory[PARTS - 1];
        assert!(end <= warm + MAX_GROWTH, "memory grows:\n{measurements}");
        server.stop();
        measurements
    }

    fn owners(self) -> Range<i64> {
        FIRST_OWNER..FIRST_OWNER + i64::from(OWNERS_PER_WRITER) * i64::from(self.writers)
    }
}

/// A run in progress.
struct Run<'a> {
    load: Load,
    server: &'a Server,
    start: Instant,
    responses: AtomicU64,
}

impl Run<'_> {
    /// Returns the completed part of the run, from 0 to 1.
    fn progress(&self) -> f64 {
        let responses = self.responses.load(Ordering::Relaxed);
        match self.load.bound {
            Bound::Requests(requests) => responses as f64 / requests as f64,
            Bound::Time(time) => self.start.elapsed().div_duration_f64(time),
        }
    }

    /// Requests one page after another, and returns the latencies.
    fn send_requests(&self) -> Vec<Duration> {
        let origin = &self.server.startup_message().url;
        let mut connection = self.server.connect();
        let mut latencies = Vec::new();
        while self.progress() < 1.0 {
            let owner = fastrand::i64(self.load.owners());
            let number = fastrand::u64(1..=PAGES);
            let start = Instant::now();
            let response = connection.get(&secret(owner), &format!("{PATH}?page={number}"));
            latencies.push(start.elapsed());
            page::check(&response.expect("the connection stays open"), owner, number, origin);
            self.responses.fetch_add(1, Ordering::Relaxed);
        }
        latencies
    }

    /// Samples the server's memory at the end of each part of the run.
    fn sample_memory<T>(&self, callers: &[ScopedJoinHandle<'_, T>]) -> Vec<u64> {
        let mut samples = Vec::new();
        while callers.iter().any(|caller| !caller.is_finished()) {
            if self.progress() * PARTS as f64 >= (samples.len() + 1) as f64 && samples.len() < PARTS - 1 {
                samples.push(self.server.resident_memory());
            }
            thread::sleep(Duration::from_millis(5));
        }
        samples.resize(PARTS, self.server.resident_memory());
        samples
    }
}

/// Changes one list after another, and returns the number of writes.
fn write_while(running: &Weak<()>, path: &Path, mut lists: Vec<Churn>) -> u64 {
    block_on(async {
        let store = SqliteStore::open(path).await?;
        let mut writes = 0;
        while running.strong_count() > 0 {
            for list in &mut lists {
                list.change(&store).await?;
                writes += 1;
            }
        }
        Ok(writes)
    })
}
