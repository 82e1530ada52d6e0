//! The addresses that an allow-list admits.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net};
use proptest::prelude::*;
use tokenfolio::{AllowedIp, AllowedIps};

use super::allowed_ips::{address, list};

#[test]
fn an_ipv4_caller_is_admitted_under_both_of_its_addresses() {
    let allowed = list(&["10.0.0.0/24"]);
    for (caller, is_admitted) in [
        ("10.0.0.7", true),
        ("::ffff:10.0.0.7", true),
        ("10.0.1.7", false),
        ("::ffff:10.0.1.7", false),
        ("::10.0.0.7", false),
        ("64:ff9b::10.0.0.7", false),
        ("::ffff:0:10.0.0.7", false),
    ] {
        assert_eq!(allowed.contains(address(caller)), is_admitted, "{caller}");
    }
}

#[test]
fn an_ipv6_range_never_admits_an_ipv4_caller_or_vice_versa() {
    for caller in ["10.0.0.7", "::ffff:10.0.0.7", "0.0.0.0", "255.255.255.255"] {
        for range in ["::/0", "::/80", "::/95", "::fffe:0:0/95", "::/96"] {
            assert!(!list(&[range]).contains(address(caller)), "{caller} in {range}");
        }
        assert!(list(&["0.0.0.0/0"]).contains(address(caller)), "{caller}");
        assert!(list(&["::ffff:0:0/96"]).contains(address(caller)), "{caller}");
    }
    for caller in ["::", "::1", "2001:db8::1", "::10.0.0.7"] {
        assert!(!list(&["0.0.0.0/0"]).contains(address(caller)), "{caller}");
        assert!(list(&["::/0"]).contains(address(caller)), "{caller}");
    }
}

/// Compares the bits of the prefix one by one.
fn admits(network: IpAddr, length: u8, caller: IpAddr) -> bool {
    let (width, difference) = match (network, caller) {
        (IpAddr::V4(network), IpAddr::V4(caller)) => (32, u128::from(network.to_bits() ^ caller.to_bits())),
        (IpAddr::V6(network), IpAddr::V6(caller)) => (128, network.to_bits() ^ caller.to_bits()),
        _ => return false,
    };
    (0..length).all(|bit| difference >> (width - 1 - bit) & 1 == 0)
}

/// Checks a range with callers that differ from its network in one bit, and with any other caller.
fn check_range(network: IpAddr, length: u8, anywhere: IpAddr) {
    let text = format!("{network}/{length}");
    let allowed = list(&[&text]);
    assert_eq!(allowed.entries()[0].to_string(), text);
    let near = (0..128).map(|bit| match network {
        IpAddr::V4(network) => IpAddr::V4(Ipv4Addr::from_bits(network.to_bits() ^ 1 << (bit % 32))),
        IpAddr::V6(network) => IpAddr::V6(Ipv6Addr::from_bits(network.to_bits() ^ 1 << bit)),
    });
    for caller in near.chain([network, anywhere]) {
        assert_eq!(allowed.contains(caller), admits(network, length, caller), "{caller} in {text}");
    }
}

proptest! {
    // Each case checks every prefix length with every bit.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn ipv4_callers_are_matched_bit_by_bit(network: u32, caller: u32) {
        let network = Ipv4Addr::from_bits(network);
        let caller = Ipv4Addr::from_bits(caller);
        for length in 0..=32 {
            check_range(network.into(), length, caller.into());
            check_range(network.into(), length, network.to_ipv6_compatible().into());
            let range = list(&[&format!("{network}/{length}")]);
            prop_assert!(range.contains(network.to_ipv6_mapped().into()));
            prop_assert_eq!(range.contains(caller.to_ipv6_mapped().into()), range.contains(caller.into()));
            prop_assert_eq!(&list(&[&format!("::ffff:{network}/{}", length + 96)]), &range);
            let from_range = AllowedIp::try_from(IpNet::V4(Ipv4Net::new(network, length).unwrap())).unwrap();
            prop_assert_eq!(range.entries(), [from_range]);
        }
        let bare = list(&[&network.to_string()]);
        prop_assert!(bare.contains(network.into()));
        prop_assert_eq!(bare.contains(caller.into()), network == caller);
    }

    #[test]
    fn ipv6_callers_are_matched_bit_by_bit(network: u128, caller: u128) {
        // Outside the block of IPv4-mapped addresses.
        let network = Ipv6Addr::from_bits(network | 1 << 127);
        let caller = Ipv6Addr::from_bits(caller | 1 << 126);
        for length in 0..=128 {
            check_range(network.into(), length, caller.into());
        }
        let bare = list(&[&network.to_string()]);
        prop_assert!(bare.contains(network.into()));
        prop_assert_eq!(bare.contains(caller.into()), network == caller);
    }
}

/// Entries that overlap, touch and surround the IPv4-mapped block, in any order.
fn entries() -> impl Strategy<Value = Vec<AllowedIp>> {
    let v4 = prop_oneof![Just(0), Just(u32::MAX), 0x0a00_0000..0x0a00_0040_u32];
    let v6 = prop_oneof![
        Just(0),
        Just(u128::MAX),
        0xfffe_ffff_fff0..0xffff_0000_0000_u128,
        0x1_0000_0000_0000..0x1_0000_0000_0010_u128,
        0x2001_0db8_u128 << 96..(0x2001_0db8 << 96) + 64,
    ];
    let length = |longest: u8| prop_oneof![4 => longest - 6..=longest, 1 => 0..=longest];
    let v4 = (v4, length(32)).prop_map(|(bits, length)| IpNet::new(Ipv4Addr::from_bits(bits).into(), length));
    let v6 = (v6, length(128)).prop_map(|(bits, length)| IpNet::new(Ipv6Addr::from_bits(bits).into(), length));
    let entry = prop_oneof![v4, v6].prop_map(|range| AllowedIp::try_from(range.unwrap()).unwrap());
    prop::collection::vec(entry, 1..24)
}

/// Returns the addresses at both ends of a range, and their neighbours.
fn around(range: IpNet) -> impl Iterator<Item = IpAddr> {
    let beside = move |step: i128| match (range.network(), range.broadcast()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => [first, last].map(|end| {
            let step = i32::try_from(step).unwrap();
            IpAddr::V4(Ipv4Addr::from_bits(end.to_bits().wrapping_add_signed(step)))
        }),
        (first, last) => [first, last].map(|end| match end {
            IpAddr::V6(end) => IpAddr::V6(Ipv6Addr::from_bits(end.to_bits().wrapping_add_signed(step))),
            end => end,
        }),
    };
    [-1, 0, 1].into_iter().flat_map(beside)
}

proptest! {
    #[test]
    fn a_list_admits_an_address_if_any_entry_does(entries in entries()) {
        let allowed = AllowedIps::new(entries.iter().copied()).unwrap();
        prop_assert_eq!(allowed.entries(), &entries);
        let edges = ["255.255.255.255", "0.0.0.0", "::ffff:0.0.0.0", "::fffe:ffff:ffff", "::1:0:0:0", "::"].map(address);
        for caller in entries.iter().flat_map(|entry| around(entry.range())).chain(edges) {
            let canonical = caller.to_canonical();
            let expected = entries.iter().position(|entry| {
                admits(entry.range().addr(), entry.range().prefix_len(), canonical)
            });
            prop_assert_eq!(allowed.contains(caller), expected.is_some(), "{} in {:?}", caller, entries);
            prop_assert_eq!(allowed.matching_entry(caller), expected.map(|index| &entries[index]));
        }
    }
}
