//! Callers at full speed, and writers beside them.

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
use crate::measurements::Figures;
use crate::page;

/// Apart from those of the demo data.
const FIRST_OWNER: i64 = 1_000;
const OWNERS_A_WRITER: u8 = 4;
/// One more than there can be.
const PAGES: u64 = 5;
/// In how many parts of a run memory is looked at. The first two are to warm up.
const PARTS: usize = 10;
const WARM: usize = 2;
/// How much more memory the server may have in the end than when it was warm: what allocators and caches come and go by.
/// A hundred bytes a request that are never given back are more after a minute.
const SLACK: u64 = 8 << 20;

/// How long callers go on.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// Until so many requests were answered, in all.
    Requests(u64),
    /// Until so much time has passed.
    Time(Duration),
}

/// What a server is put under.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many connections ask at once, each again as soon as it is answered.
    pub connections: usize,
    /// How many threads write at once, each to the lists of four owners.
    pub writers: u8,
    /// How long it lasts.
    pub bound: Bound,
}

impl Load {
    /// Starts the server with this path over a new SQLite file, and puts it under the load.
    ///
    /// # Panics
    ///
    /// If an answer is anything but a page of its owner's list as it was at some moment; if the server ends, or cannot be
    /// written beside; or if its memory grows.
    #[must_use]
    pub fn run(self, binary: &str) -> Figures {
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

        let run = Run { load: self, server: &server, start: Instant::now(), asked: 0.into() };
        let mut figures = Figures::default();
        thread::scope(|scope| {
            // Writers go on until it is gone, also if something panics.
            let running = Arc::new(());
            let callers: Vec<_> = (0..self.connections).map(|_| scope.spawn(|| run.ask())).collect();
            let write = |lists: &[Churn]| {
                let (running, lists, path) = (Arc::downgrade(&running), lists.to_vec(), &path);
                scope.spawn(move || write_while(&running, path, lists))
            };
            let writers: Vec<_> = lists.chunks(OWNERS_A_WRITER.into()).map(write).collect();
            figures.resident = run.watch(&callers);
            figures.time = run.start.elapsed();
            drop(running);
            figures.latencies = callers.into_iter().flat_map(|caller| caller.join().expect("a right answer")).collect();
            figures.writes = writers.into_iter().map(|writer| writer.join().expect("a right write")).sum();
        });
        figures.latencies.sort_unstable();
        let [warm, end] = [figures.resident[WARM - 1], figures.resident[PARTS - 1]];
        assert!(end <= warm + SLACK, "memory grows:\n{figures}");
        server.stop();
        figures
    }

    fn owners(self) -> Range<i64> {
        FIRST_OWNER..FIRST_OWNER + i64::from(OWNERS_A_WRITER) * i64::from(self.writers)
    }
}

/// A run that is under way.
struct Run<'a> {
    load: Load,
    server: &'a Server,
    start: Instant,
    asked: AtomicU64,
}

impl Run<'_> {
    /// Tells how much of the run is done, from 0 to 1.
    fn progress(&self) -> f64 {
        let asked = self.asked.load(Ordering::Relaxed);
        match self.load.bound {
            Bound::Requests(requests) => asked as f64 / requests as f64,
            Bound::Time(time) => self.start.elapsed().div_duration_f64(time),
        }
    }

    /// Asks for one page after the other, and returns how long each took.
    fn ask(&self) -> Vec<Duration> {
        let origin = &self.server.announced().url;
        let mut connection = self.server.connect();
        let mut latencies = Vec::new();
        while self.progress() < 1.0 {
            let (owner, number) = (fastrand::i64(self.load.owners()), fastrand::u64(1..=PAGES));
            let start = Instant::now();
            let answer = connection.get(&secret(owner), &format!("{PATH}?page={number}"));
            latencies.push(start.elapsed());
            page::check(&answer.expect("the connection is kept"), owner, number, origin);
            self.asked.fetch_add(1, Ordering::Relaxed);
        }
        latencies
    }

    /// Looks at the server's memory at the end of each part of the run.
    fn watch<T>(&self, callers: &[ScopedJoinHandle<'_, T>]) -> Vec<u64> {
        let mut resident = Vec::new();
        while callers.iter().any(|caller| !caller.is_finished()) {
            if self.progress() * PARTS as f64 >= (resident.len() + 1) as f64 && resident.len() < PARTS - 1 {
                resident.push(self.server.resident());
            }
            thread::sleep(Duration::from_millis(5));
        }
        resident.resize(PARTS, self.server.resident());
        resident
    }
}

/// Changes one list after the other, and returns how often.
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
