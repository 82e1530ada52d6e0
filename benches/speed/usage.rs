//! The cost of recording usage, compared with a counter behind a lock.

use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

use tokenfolio::{TokenId, UsageLog};

use crate::measure::{Table, Variant};
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
    table.measure("recording a use", &[0], variants);
}
