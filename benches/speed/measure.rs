//! Variants of one piece of work, measured side by side, and the table they stand in.
//!
//! A machine's speed changes from one second to the next, so a time alone says little. Variants run in turn, round by
//! round, each round beginning with another one; what counts is the median, over all rounds, of the ratio to the
//! reference of the same round.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// How long each measurement should take.
const BATCH: Duration = Duration::from_micros(400);
/// How many rounds make a median steady.
const ROUNDS: usize = 301;
/// How many do where work takes so long that more of them would be too much.
const FEWEST_ROUNDS: usize = 11;
/// How long is too much.
const PATIENCE: Duration = Duration::from_secs(20);

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) enum Effort {
    /// One round of one call: proves that everything runs.
    Short,
    /// As many rounds as make a median steady.
    Full,
}

/// How a time is shown.
pub(crate) struct Unit {
    pub(crate) name: &'static str,
    /// Writes a time that is given in nanoseconds.
    pub(crate) write: fn(f64) -> String,
}

impl Default for Unit {
    /// Nanoseconds, as they are.
    fn default() -> Self {
        Self { name: "ns", write: |nanoseconds| format!("{nanoseconds:.1}") }
    }
}

/// Counts the allocations of one call.
pub(crate) type Allocations = fn(&mut dyn FnMut()) -> u64;

/// One way of doing the work.
pub(crate) struct Variant<'v> {
    name: &'v str,
    work: Box<dyn FnMut() + 'v>,
    /// How often one call does the work.
    times: u32,
}

impl<'v> Variant<'v> {
    pub(crate) fn new(name: &'v str, work: impl FnMut() + 'v) -> Self {
        Self::repeated(name, 1, work)
    }

    /// Work that is too short to be called alone: one call does it so many times, and its share is shown.
    pub(crate) fn repeated(name: &'v str, times: u32, work: impl FnMut() + 'v) -> Self {
        Self { name, work: Box::new(work), times }
    }
}

/// What a variant cost.
struct Row {
    name: String,
    nanoseconds: f64,
    /// To each reference.
    ratios: Vec<f64>,
    allocations: Option<u64>,
}

/// The one table of all that is measured, printed as it grows and kept as JSON.
pub(crate) struct Table {
    effort: Effort,
    unit: Unit,
    allocations: Option<Allocations>,
    works: Vec<Value>,
}

impl Table {
    /// Begins a table, without allocations where they say nothing about the work.
    pub(crate) fn begin(effort: Effort, unit: Unit, allocations: Option<Allocations>) -> Self {
        let (title, rule) = if allocations.is_some() { (" allocations |", " ---: |") } else { ("", "") };
        println!("| variant | median {} | ratio | ratio |{title}", unit.name);
        println!("| --- | ---: | ---: | ---: |{rule}");
        Self { effort, unit, allocations, works: Vec::new() }
    }

    /// Measures the variants of a piece of work. `references` are the places of the one or two variants that ratios
    /// refer to.
    pub(crate) fn measure(&mut self, work: &str, references: &[usize], mut variants: Vec<Variant<'_>>) {
        // The first calls grow the buffers that later ones reuse.
        let allocations: Vec<_> = variants
            .iter_mut()
            .map(|variant| {
                (variant.work)();
                self.allocations.map(|count| count(&mut variant.work) / u64::from(variant.times))
            })
            .collect();
        let batches: Vec<_> = variants.iter_mut().map(|variant| batch(&mut variant.work, self.effort)).collect();
        let mut times = vec![Vec::new(); variants.len()];
        let start = Instant::now();
        let is_over = |rounds| match self.effort {
            Effort::Short => rounds == 1,
            Effort::Full => rounds == ROUNDS || (rounds >= FEWEST_ROUNDS && start.elapsed() > PATIENCE),
        };
        for round in (0..).take_while(|rounds| !is_over(*rounds)) {
            for turn in 0..variants.len() {
                let at = (round + turn) % variants.len();
                times[at].push(time(&mut variants[at].work, batches[at]) / f64::from(variants[at].times));
            }
        }
        let ratio = |at: usize, reference: usize| {
            median(times[at].iter().zip(&times[reference]).map(|(time, reference)| time / reference).collect())
        };
        let rows = variants.iter().enumerate().map(|(at, variant)| Row {
            name: variant.name.to_owned(),
            nanoseconds: median(times[at].clone()),
            ratios: references.iter().map(|reference| ratio(at, *reference)).collect(),
            allocations: allocations[at],
        });
        let columns: Vec<_> = references.iter().map(|reference| format!("to {}", variants[*reference].name)).collect();
        self.add(work, &columns, &rows.collect::<Vec<_>>());
    }

    fn add(&mut self, work: &str, columns: &[String], rows: &[Row]) {
        let cell = |at: usize| columns.get(at).map_or("", String::as_str);
        let last = if self.allocations.is_some() { " |" } else { "" };
        println!("| **{work}** | | {} | {} |{last}", cell(0), cell(1));
        let mut variants = Vec::new();
        for Row { name, nanoseconds, ratios, allocations } in rows {
            let cell = |at: usize| ratios.get(at).map_or(String::new(), |ratio| format!("{ratio:.3}"));
            let last = allocations.map_or(String::new(), |count| format!(" {count} |"));
            println!("| {name} | {} | {} | {} |{last}", (self.unit.write)(*nanoseconds), cell(0), cell(1));
            let ratios: Map<_, _> = columns.iter().cloned().zip(ratios.iter().map(|ratio| json!(ratio))).collect();
            variants
                .push(json!({"name": name, "median_ns": nanoseconds, "ratios": ratios, "allocations": allocations}));
        }
        self.works.push(json!({"work": work, "variants": variants}));
    }

    pub(crate) fn into_json(self) -> Value {
        self.works.into()
    }
}

/// Finds how many calls fill a measurement.
fn batch(work: &mut dyn FnMut(), effort: Effort) -> u32 {
    if let Effort::Short = effort {
        return 1;
    }
    let mut calls = 1;
    loop {
        let nanoseconds = time(work, calls) * f64::from(calls);
        if nanoseconds >= BATCH.as_secs_f64() * 1e9 {
            return calls;
        }
        calls *= 2;
    }
}

/// Returns the nanoseconds of one call.
fn time(work: &mut dyn FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        work();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
