//! A set of address ranges that is searched by bisection.
//!
//! Every address is a number of 128 bits. An IPv4 address has the number of its IPv4-mapped address (`::ffff:0:0/96`,
//! RFC 4291, section 2.5.5.2). Ranges are sorted and merged once, so that a lookup takes log2(n) steps.

use std::net::IpAddr;

use ipnet::IpNet;

/// The numbers of all IPv4 addresses.
const IPV4: Range = Range { first: 0xffff_0000_0000, last: 0xffff_ffff_ffff };

/// Ranges in ascending order. There is a gap between any two of them.
pub(crate) struct IpRanges(Box<[Range]>);

#[derive(Clone, Copy)]
struct Range {
    first: u128,
    last: u128,
}

impl IpRanges {
    /// Sorts and merges ranges. Removes the numbers of IPv4 from each range of IPv6.
    pub(crate) fn new(ranges: impl Iterator<Item = IpNet>) -> Self {
        let mut ranges: Vec<_> = ranges.flat_map(Range::without_ipv4).collect();
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

    /// Returns whether an address is in any of the ranges.
    #[inline]
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let number = number(address);
        let index = self.0.partition_point(|range| range.first <= number);
        index.checked_sub(1).and_then(|index| self.0.get(index)).is_some_and(|range| number <= range.last)
    }
}

impl Range {
    /// Returns the numbers of a range. A range of IPv6 that contains the numbers of IPv4 is split around them.
    fn without_ipv4(range: IpNet) -> impl Iterator<Item = Self> {
        let first = number(range.network());
        let last = number(range.broadcast());
        let contains_ipv4 = matches!(range, IpNet::V6(_)) && first <= IPV4.first && IPV4.last <= last;
        let parts = if contains_ipv4 {
            [Some(Self { first, last: IPV4.first - 1 }), Some(Self { first: IPV4.last + 1, last })]
        } else {
            [Some(Self { first, last }), None]
        };
        parts.into_iter().flatten()
    }
}

#[inline]
fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => IPV4.first | u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}
