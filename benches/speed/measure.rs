//! Measures variants of one piece of work side by side, and prints a table.
//!
//! The speed of a machine changes within seconds, so an absolute time says little. The variants run in turns, and each
//! round starts with another variant. The result is the median, over all rounds, of the ratio to the reference in the same
//! round.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// The minimum duration of a measurement.
const MIN_BATCH_TIME: Duration = Duration::from_micros(400);
/// The number of rounds for a stable median.
const ROUNDS: usize = 301;
/// The minimum number of rounds for slow work.
const MIN_ROUNDS: usize = 11;
/// Slow work ends after this time and the minimum number of rounds.
const MAX_TIME: Duration = Duration::from_secs(20);

/// The number of rounds.
#[derive(Clone, Copy)]
pub(crate) enum Effort {
    /// One round of one call, to check that everything runs.
    Short,
    /// Enough rounds for a stable median.
    Full,
}

/// The unit of a time in the table.
pub(crate) struct Unit {
    pub(crate) name: &'static str,
    /// Formats a time in nanoseconds.
    pub(crate) format: fn(f64) -> String,
}

impl Default for Unit {
    /// Nanoseconds, as they are.
    fn default() -> Self {
        Self { name: "ns", format: |nanoseconds| format!("{nanoseconds:.1}") }
    }
}

/// Counts the allocations of one call.
pub(crate) type Allocations = fn(&mut dyn FnMut()) -> u64;

/// One way to do the work.
pub(crate) struct Variant<'v> {
    name: &'v str,
    work: Box<dyn FnMut() + 'v>,
    /// The number of repetitions in one call.
    times: u32,
}

impl<'v> Variant<'v> {
    pub(crate) fn new(name: &'v str, work: impl FnMut() + 'v) -> Self {
        Self::repeated(name, 1, work)
    }

    /// Creates a variant for short work. One call repeats it `times` times, and the table shows the time of one repetition.
    pub(crate) fn repeated(name: &'v str, times: u32, work: impl FnMut() + 'v) -> Self {
        Self { name, work: Box::new(work), times }
    }
}

/// The result of a variant.
struct Row {
    name: String,
    nanoseconds: f64,
    /// The ratio to each reference.
    ratios: Vec<f64>,
    allocations: Option<u64>,
}

/// The table of results, which is printed row by row and returned as JSON.
pub(crate) struct Table {
    effort: Effort,
    unit: Unit,
    allocations: Option<Allocations>,
    works: Vec<Value>,
}

impl Table {
    /// Prints the header of a table. Without `allocations`, the table does not count them.
    pub(crate) fn begin(effort: Effort, unit: Unit, allocations: Option<Allocations>) -> Self {
        let (title, rule) = if allocations.is_some() { (" allocations |", " ---: |") } else { ("", "") };
        println!("| variant | median {} | ratio | ratio |{title}", unit.name);
        println!("| --- | ---: | ---: | ---: |{rule}");
        Self { effort, unit, allocations, works: Vec::new() }
    }

    /// Measures the variants of a piece of work. `references` are the indices of the one or two variants that
    /// others are compared with.
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
            Effort::Full => rounds == ROUNDS || (rounds >= MIN_ROUNDS && start.elapsed() > MAX_TIME),
        };
        for round in (0..).take_while(|rounds| !is_over(*rounds)) {
            for turn in 0..variants.len() {
                let index = (round + turn) % variants.len();
                times[index].push(time(&mut variants[index].work, batches[index]) / f64::from(variants[index].times));
            }
        }
        let ratio = |index: usize, reference: usize| {
            median(times[index].iter().zip(&times[reference]).map(|(time, reference)| time / reference).collect())
        };
        let rows = variants.iter().enumerate().map(|(index, variant)| Row {
            name: variant.name.to_owned(),
            nanoseconds: median(times[index].clone()),
            ratios: references.iter().map(|reference| ratio(index, *reference)).collect(),
            allocations: allocations[index],
        });
        let columns: Vec<_> = references.iter().map(|reference| format!("to {}", variants[*reference].name)).collect();
        self.add(work, &columns, &rows.collect::<Vec<_>>());
    }

    fn add(&mut self, work: &str, columns: &[String], rows: &[Row]) {
        let cell = |index: usize| columns.get(index).map_or("", String::as_str);
        let last = if self.allocations.is_some() { " |" } else { "" };
        println!("| **{work}** | | {} | {} |{last}", cell(0), cell(1));
        let mut variants = Vec::new();
        for Row { name, nanoseconds, ratios, allocations } in rows {
            let cell = |index: usize| ratios.get(index).map_or(String::new(), |ratio| format!("{ratio:.3}"));
            let last = allocations.map_or(String::new(), |count| format!(" {count} |"));
            println!("| {name} | {} | {} | {} |{last}", (self.unit.format)(*nanoseconds), cell(0), cell(1));
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

/// Returns the number of calls in a measurement.
fn batch(work: &mut dyn FnMut(), effort: Effort) -> u32 {
    if let Effort::Short = effort {
        return 1;
    }
    let mut calls = 1;
    loop {
        let nanoseconds = time(work, calls) * f64::from(calls);
        if nanoseconds >= MIN_BATCH_TIME.as_secs_f64() * 1e9 {
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
