//! Variants of one piece of work, measured side by side.
//!
//! A machine's speed changes from one second to the next, so a time alone says little. Variants run in turn, round by
//! round, each round beginning with another one; what counts is the median, over all rounds, of the ratio to the
//! reference of the same round.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::allocations;

/// How long each measurement should take.
const BATCH: Duration = Duration::from_micros(400);

/// How much is measured.
#[derive(Clone, Copy)]
pub(crate) enum Effort {
    /// One round of one call: proves that everything runs.
    Short,
    /// As many rounds as make a median steady.
    Full,
}

/// One way of doing the work.
pub(crate) struct Variant<'v> {
    name: &'v str,
    work: Box<dyn FnMut() + 'v>,
}

impl<'v> Variant<'v> {
    pub(crate) fn new(name: &'v str, work: impl FnMut() + 'v) -> Self {
        Self { name, work: Box::new(work) }
    }
}

/// What a variant cost.
struct Row {
    name: String,
    nanoseconds: f64,
    /// To the first reference, and to the second.
    ratios: [f64; 2],
    allocations: u64,
}

/// Measures the variants, prints them as a table, and returns them as JSON. `references` are the places of the variants
/// that the two columns of ratios refer to.
pub(crate) fn table(title: &str, references: [usize; 2], mut variants: Vec<Variant<'_>>, effort: Effort) -> Value {
    let rounds = match effort {
        Effort::Short => 1,
        Effort::Full => 301,
    };
    // The first calls grow the buffers that later ones reuse.
    let allocations: Vec<_> = variants
        .iter_mut()
        .map(|variant| {
            (variant.work)();
            allocations::count(&mut variant.work)
        })
        .collect();
    let batches: Vec<_> = variants.iter_mut().map(|variant| batch(&mut variant.work, effort)).collect();
    let mut times = vec![Vec::with_capacity(rounds); variants.len()];
    for round in 0..rounds {
        for turn in 0..variants.len() {
            let at = (round + turn) % variants.len();
            times[at].push(time(&mut variants[at].work, batches[at]));
        }
    }
    let ratio = |at: usize, reference: usize| {
        median(times[at].iter().zip(&times[reference]).map(|(time, reference)| time / reference).collect())
    };
    let rows: Vec<_> = variants
        .iter()
        .enumerate()
        .map(|(at, variant)| Row {
            name: variant.name.to_owned(),
            nanoseconds: median(times[at].clone()),
            ratios: references.map(|reference| ratio(at, reference)),
            allocations: allocations[at],
        })
        .collect();
    let columns = references.map(|reference| format!("to {}", variants[reference].name));
    print(title, &columns, &rows);
    let row = |row: &Row| {
        let [first, second] = row.ratios;
        json!({
            "name": row.name,
            "median_ns": row.nanoseconds,
            "ratios": {&columns[0]: first, &columns[1]: second},
            "allocations": row.allocations,
        })
    };
    json!({"title": title, "variants": rows.iter().map(row).collect::<Vec<_>>()})
}

fn print(title: &str, columns: &[String; 2], rows: &[Row]) {
    println!("\n{title}\n");
    println!("| variant | median ns | {} | {} | allocations |", columns[0], columns[1]);
    println!("| --- | ---: | ---: | ---: | ---: |");
    for Row { name, nanoseconds, ratios: [first, second], allocations } in rows {
        println!("| {name} | {nanoseconds:.1} | {first:.3} | {second:.3} | {allocations} |");
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
