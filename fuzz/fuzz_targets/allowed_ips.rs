//! Lines of text as entries of an allow-list: whether they are valid, how they are written, and the addresses that they
//! admit.
#![no_main]

use std::net::{IpAddr, Ipv6Addr};

use libfuzzer_sys::fuzz_target;
use tokenfolio::{AllowedIp, AllowedIps};

/// More entries make a run slow and test nothing new.
const MAX_ENTRIES: usize = 16;

fuzz_target!(|text: &str| {
    let lines: Vec<_> = text.lines().take(MAX_ENTRIES).collect();
    let models: Vec<_> = lines.iter().map(|line| model(line)).collect();
    for (line, model) in lines.iter().zip(&models) {
        let entry = line.parse::<AllowedIp>();
        assert_eq!(entry.is_ok(), model.is_some(), "{line:?}");
        let Ok(entry) = entry else { continue };
        let written = entry.to_string();
        assert_eq!(written.parse(), Ok(entry), "{line:?}");
        assert_eq!(entry.is_bare(), !written.contains('/'), "{line:?}");
        assert_eq!(serde_json::to_string(&entry).unwrap(), format!("\"{written}\""));
        if !entry.is_bare() {
            assert_eq!(AllowedIp::try_from(entry.range()), Ok(entry), "{line:?}");
        }
    }
    let is_list = !lines.is_empty() && models.iter().all(Option::is_some);
    assert_eq!(AllowedIps::parse(lines.iter().copied()).is_ok(), is_list);

    let models: Vec<_> = models.into_iter().flatten().collect();
    let Ok(allowed) = AllowedIps::new(lines.iter().filter_map(|line| line.parse().ok())) else { return };
    let json = serde_json::to_string(&allowed).unwrap();
    assert_eq!(serde_json::from_str::<AllowedIps>(&json).unwrap(), allowed);
    for caller in models.iter().flat_map(callers) {
        let expected = models.iter().position(|model| model.admits(caller));
        assert_eq!(allowed.contains(caller), expected.is_some(), "{caller} in {json}");
        assert_eq!(
            allowed.matching_entry(caller),
            expected.map(|index| &allowed.entries()[index]),
            "{caller} in {json}"
        );
    }
});

/// An address, and the number of its bits that a client's address must share.
struct Model {
    address: IpAddr,
    length: u8,
}

impl Model {
    /// Compares bit by bit, most significant first.
    fn admits(&self, caller: IpAddr) -> bool {
        let (width, difference) = match (self.address, caller.to_canonical()) {
            (IpAddr::V4(address), IpAddr::V4(caller)) => (32, u128::from(address.to_bits() ^ caller.to_bits())),
            (IpAddr::V6(address), IpAddr::V6(caller)) => (128, address.to_bits() ^ caller.to_bits()),
            _ => return false,
        };
        (0..self.length).all(|bit| difference >> (width - 1 - bit) & 1 == 0)
    }
}

/// Parses an entry.
fn model(entry: &str) -> Option<Model> {
    let (text, length) = entry.split_once('/').map_or((entry, None), |(text, length)| (text, Some(length)));
    let given: IpAddr = text.parse().ok()?;
    let address = given.to_canonical();
    let longest = |address: IpAddr| if address.is_ipv4() { 32_u8 } else { 128 };
    let length = match length {
        Some(length) => (0..=longest(given)).find(|number| number.to_string() == length)?,
        None => longest(given),
    };
    // A mapped range must be a range of IPv4.
    Some(Model { address, length: length.checked_sub(longest(given) - longest(address))? })
}

/// Returns the addresses at both ends of a range and next to them, as IPv4 and as mapped IPv6.
fn callers(model: &Model) -> impl Iterator<Item = IpAddr> + use<> {
    let (first, width) = match model.address {
        IpAddr::V4(address) => (u128::from(address.to_ipv6_mapped()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let hosts = 1_u128.checked_shl((width - model.length).into()).map_or(u128::MAX, |hosts| hosts - 1);
    let ends = [first & !hosts, first | hosts, first];
    let near = ends.into_iter().flat_map(|end| [end.wrapping_sub(1), end, end.wrapping_add(1)]);
    near.map(Ipv6Addr::from_bits).flat_map(|caller| [IpAddr::V6(caller), IpAddr::V6(caller).to_canonical()])
}
