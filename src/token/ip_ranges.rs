//! Which addresses a list of ranges covers, found by bisection.
//!
//! Every address is a number of 128 bits, IPv4 at its mapped place (`::ffff:0:0/96`, RFC 4291, section 2.5.5.2). Ranges
//! are sorted and merged once, so that a look-up takes as many steps as their number has binary digits.

use std::net::IpAddr;

use ipnet::IpNet;

/// The place of IPv4.
const MAPPED: Range = Range { first: 0xffff_0000_0000, last: 0xffff_ffff_ffff };

/// Ranges in ascending order that neither overlap nor touch.
pub(crate) struct IpRanges(Box<[Range]>);

#[derive(Clone, Copy)]
struct Range {
    first: u128,
    last: u128,
}

impl IpRanges {
    /// Sorts and merges ranges; one of IPv6 does not reach into the place of IPv4.
    pub(crate) fn of(ranges: impl Iterator<Item = IpNet>) -> Self {
        let mut ranges: Vec<_> = ranges.flat_map(Range::of).collect();
        ranges.sort_unstable_by_key(|range| range.first);
        ranges.dedup_by(|range, before| {
            let touches = range.first <= before.last.saturating_add(1);
            if touches {
                before.last = before.last.max(range.last);
            }
            touches
        });
        Self(ranges.into())
    }

    /// Tells whether an address is in any of the ranges.
    #[inline]
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let number = number(address);
        let index = self.0.partition_point(|range| range.first <= number);
        index.checked_sub(1).and_then(|index| self.0.get(index)).is_some_and(|range| number <= range.last)
    }
}

impl Range {
    /// The range of an entry, in two parts if it reaches around the place of IPv4.
    fn of(range: IpNet) -> impl Iterator<Item = Self> {
        let whole = Self { first: number(range.network()), last: number(range.broadcast()) };
        let is_around = matches!(range, IpNet::V6(_)) && whole.first <= MAPPED.first && MAPPED.last <= whole.last;
        let [below, above] = if is_around {
            [Some(Self { last: MAPPED.first - 1, ..whole }), Some(Self { first: MAPPED.last + 1, ..whole })]
        } else {
            [Some(whole), None]
        };
        below.into_iter().chain(above)
    }
}

#[inline]
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => MAPPED.first | u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}
