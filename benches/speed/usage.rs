//! The cost of recording usage, compared with a counter behind a lock.

use std::cell::Cell;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tokenfolio::{TokenId, UsageLog};

use crate::measure::{Calls, Table, Variant};
use crate::page;

pub(crate) fn measure(table: &mut Table) {
    const TIMES: u32 = 1_000;
    let counter = Mutex::new(0_u64);
    let count = || {
        for _ in 0..TIMES {
            *black_box(&counter).lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
    };
    let hot = UsageLog::new();
    let record_hot = || (0..TIMES).for_each(|_| hot.record(black_box(&7_u64), TokenId(1), page::now()));
    let wide = UsageLog::new();
    for owner in 0..100_000_u64 {
        wide.record(&owner, TokenId(1), page::now());
    }
    // The steps have no pattern that a cache can predict.
    let record_wide = || {
        for turn in 0..u64::from(TIMES) {
            wide.record(black_box(&(turn * 61_803 % 100_000)), TokenId(1), page::now());
        }
    };
    let variants = vec![
        Variant::repeated("a counter behind a lock", TIMES, count),
        Variant::repeated("of one token", TIMES, record_hot),
        Variant::repeated("of 100,000 tokens", TIMES, record_wide),
    ];
    table.measure("recording usage", &[0], variants);
    measure_beside_drains(table);
}

/// Records usage of random tokens among a million, while another thread drains them.
fn measure_beside_drains(table: &mut Table) {
    const TOKENS: u64 = 1_000_000;
    const BATCH: NonZeroUsize = NonZeroUsize::new(1_000).expect("1,000 is not zero");
    let log = UsageLog::new();
    let record = |turn: u64| log.record(black_box(&(turn * 618_033 % TOKENS)), TokenId(1), page::now());
    (0..TOKENS).for_each(record);
    let until = |is_over: &AtomicBool, work: &dyn Fn()| {
        while !is_over.load(Ordering::Relaxed) {
            work();
        }
    };
    // The first batch goes back, and so does the rest of the drain.
    let fail = |is_over: &AtomicBool| until(is_over, &|| drop(log.drain(BATCH).next()));
    let write = |is_over: &AtomicBool| until(is_over, &|| log.drain(BATCH).for_each(|batch| drop(batch.commit())));
    let turn = Cell::new(0);
    let call = || {
        turn.set(turn.get() + 1);
        record(turn.get());
    };
    table.measure_calls(
        "recording usage of a random one of 1,000,000 tokens",
        vec![
            Calls { name: "while every write fails", beside: &fail, call: Box::new(call) },
            Calls { name: "while everything is written", beside: &write, call: Box::new(call) },
        ],
    );
}
