//! The check of a client's address: our allow-list, and a linear search in ranges of ipnet.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use tokenfolio::{AllowedIp, AllowedIps};

use crate::measure::{Table, Variant};

/// The number of addresses in one call. Half of them are admitted, and consecutive ones match different entries.
const CALLERS: u32 = 256;

pub(crate) fn measure(table: &mut Table) {
    for count in [1, 16, 1_024] {
        let ranges: Vec<_> = (0..count).map(range).collect();
        let allowed = AllowedIps::new(ranges.iter().map(|range| AllowedIp::try_from(*range).expect("it is narrow")))
            .expect("there are entries");
        let callers: Vec<_> = (0..CALLERS).map(|number| caller(number, count)).collect();
        let linear = |caller: IpAddr| ranges.iter().any(|range| range.contains(&caller));
        let admitted = callers.iter().filter(|caller| linear(**caller)).count();
        assert_eq!(admitted, callers.len() / 2);
        assert!(callers.iter().all(|caller| allowed.contains(*caller) == linear(*caller)));

        let variants = vec![
            Variant::repeated("linear ipnet", CALLERS, || {
                for caller in &callers {
                    black_box(linear(*black_box(caller)));
                }
            }),
            Variant::repeated("ours", CALLERS, || {
                for caller in &callers {
                    black_box(black_box(&allowed).contains(*black_box(caller)));
                }
            }),
            Variant::new("ours, making the list", || {
                let entries = black_box(&ranges).iter().map(|range| AllowedIp::try_from(*range).expect("it is narrow"));
                black_box(AllowedIps::new(entries).expect("there are entries"));
            }),
        ];
        let entries = if count == 1 { "entry" } else { "entries" };
        table.measure(&format!("an allow-list of {count} {entries}"), &[0], variants);
    }
}

/// Disjoint ranges without an order. Every fourth is IPv6.
fn range(number: u32) -> IpNet {
    let scattered = number * 389 % 1_024;
    match number % 4 {
        3 => IpNet::new(v6(scattered, 0), 64),
        _ => IpNet::new(v4(scattered, 0), 24),
    }
    .expect("the prefix is short")
}

/// An address in one of the ranges if the number is even, else outside.
fn caller(number: u32, count: u32) -> IpAddr {
    let from = (number / 2).wrapping_mul(0x9e37_79b1) % count;
    let scattered = from * 389 % 1_024;
    let host = number % 200;
    match (from % 4, number % 2) {
        (3, 0) => v6(scattered, host),
        (3, _) => v6(scattered + 2_048, host),
        (_, 0) => v4(scattered, host),
        _ => v4(scattered + 2_048, host),
    }
}

fn v4(network: u32, host: u32) -> IpAddr {
    Ipv4Addr::from_bits(0x0a00_0000 | network << 8 | host).into()
}

fn v6(network: u32, host: u32) -> IpAddr {
    Ipv6Addr::from_bits(0x2001_0db8 << 96 | u128::from(network) << 64 | u128::from(host)).into()
}
