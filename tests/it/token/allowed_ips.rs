//! The entries of an allow-list.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv6Net};
use proptest::prelude::*;
use tokenfolio::{AccessToken, AllowedIp, AllowedIps, TokenResource};

#[track_caller]
pub(super) fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[track_caller]
fn entry(text: &str) -> AllowedIp {
    text.parse().unwrap()
}

#[track_caller]
pub(super) fn list(entries: &[&str]) -> AllowedIps {
    AllowedIps::parse(entries.iter().copied()).unwrap()
}

#[track_caller]
fn expect_error(texts: &[&str], reason: &str) {
    for text in texts {
        let message = format!("`{text}` {reason}");
        assert_eq!(text.parse::<AllowedIp>().expect_err(text).to_string(), message);
        assert_eq!(AllowedIps::parse(["10.0.0.1", text]).unwrap_err().to_string(), message);
        let json = serde_json::json!(["10.0.0.1", text]);
        // A list that is read preserves the invalid entry.
        let read: AllowedIps = serde_json::from_value(json.clone()).unwrap();
        assert!(read.unknown_entries().eq([*text]), "{text}");
        assert_eq!((read.entries(), serde_json::to_value(&read).unwrap()), (&[entry("10.0.0.1")][..], json));
        assert_eq!(serde_json::from_value::<AllowedIp>((*text).into()).unwrap_err().to_string(), message);
    }
}

#[test]
fn an_entry_that_is_not_an_address_is_rejected() {
    expect_error(
        &[
            "",
            "/",
            "/8",
            " ",
            "localhost",
            "example.test",
            "10.0.0",
            "10.0.0.0.0",
            "10.0.0.256",
            "10.0.0.-1",
            "10.0.0.1:80",
            "[::1]",
            "[::1]:80",
            "fe80::1%eth0",
            " 10.0.0.1",
            "10.0.0.1 ",
            "10.0.0.1\n",
            "\t10.0.0.0/8",
            "10.0.0.1 /8",
            "10.0.0.1,10.0.0.2",
            "10.0.0.1-10.0.0.9",
            "10.0.0.*",
            "10.0.0.1x",
            "0x0a000001",
            "167772161",
            "10..0.1",
            ".10.0.0.1",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "::1::",
            "12345::",
            "g::",
            ":::",
            "::ffff:10.0.0",
            "::ffff:010.0.0.1",
            "１０.0.0.1",
        ],
        "is not an IPv4 or IPv6 address or a range in CIDR notation",
    );
}

#[test]
fn a_leading_zero_in_an_address_is_rejected() {
    expect_error(
        &["010.0.0.1", "010.0.0.1/8", "10.00.0.1", "10.0.0.01", "10.0.0.08/32", "00.0.0.0", "000000.0.0.1"],
        "has a leading zero in its address, which some systems read as octal",
    );
    assert_eq!(entry("0.0.0.0").to_string(), "0.0.0.0");
}

#[test]
fn a_prefix_length_that_is_not_a_number_is_rejected() {
    expect_error(
        &[
            "10.0.0.0/",
            "10.0.0.0/x",
            "10.0.0.0/8x",
            "10.0.0.0/+8",
            "10.0.0.0/-8",
            "10.0.0.0/ 8",
            "10.0.0.0/8 ",
            "10.0.0.0/8\n",
            "10.0.0.0/8/8",
            "10.0.0.0//8",
            "10.0.0.0/255.0.0.0",
            "10.0.0.0/8.0",
            "10.0.0.0/٨",
            "2001:db8::/",
            "2001:db8::/0x20",
        ],
        "has a prefix length that is not a decimal number",
    );
}

#[test]
fn a_leading_zero_in_a_prefix_length_is_rejected() {
    expect_error(
        &["10.0.0.0/08", "10.0.0.0/00", "10.0.0.0/032", "10.0.0.0/0000", "2001:db8::/032", "::/00", "::/0999"],
        "has a leading zero in its prefix length",
    );
}

#[test]
fn a_prefix_length_longer_than_the_address_is_rejected() {
    expect_error(
        &["10.0.0.0/33", "10.0.0.0/128", "10.0.0.0/255", "10.0.0.0/256", "10.0.0.0/99999999999999999999"],
        "has a prefix length above 32",
    );
    expect_error(
        &["2001:db8::/129", "::/255", "::/256", "::/99999999999999999999", "::ffff:10.0.0.0/129"],
        "has a prefix length above 128",
    );
}

#[test]
fn a_mapped_range_wider_than_ipv4_is_rejected() {
    for length in 0..96 {
        let range: Ipv6Net = format!("::ffff:10.1.2.3/{length}").parse().unwrap();
        let text = range.to_string();
        let reason = "is a range of IPv4-mapped addresses wider than /96, which would reach beyond IPv4";
        expect_error(&[&text], reason);
        assert_eq!(AllowedIp::try_from(IpNet::V6(range)).unwrap_err().to_string(), format!("`{text}` {reason}"));
    }
    for length in 96..=128 {
        let range: Ipv6Net = format!("::ffff:10.1.2.3/{length}").parse().unwrap();
        let expected = format!("10.1.2.3/{}", length - 96);
        assert_eq!(entry(&range.to_string()).to_string(), expected);
        assert_eq!(AllowedIp::try_from(IpNet::V6(range)).unwrap(), entry(&expected));
    }
}

#[test]
fn the_first_invalid_entry_is_reported() {
    let error = AllowedIps::parse(["10.0.0.1", "10.0.0.0/33", "x"]).unwrap_err();
    assert_eq!(error.to_string(), "`10.0.0.0/33` has a prefix length above 32");
}

#[test]
fn an_empty_list_is_rejected_and_deny_all_is_empty() {
    let message = "an allow-list needs at least one address or range";
    assert_eq!(AllowedIps::new([]).unwrap_err().to_string(), message);
    assert_eq!(AllowedIps::parse::<&str>([]).unwrap_err().to_string(), message);
    assert!(AllowedIps::deny_all().entries().is_empty());
}

#[test]
fn deny_all_is_an_empty_array_and_admits_nobody() {
    assert_eq!(serde_json::to_string(&AllowedIps::deny_all()).unwrap(), "[]");
    let read: AllowedIps = serde_json::from_str("[]").unwrap();
    assert_eq!(read, AllowedIps::deny_all());
    for caller in ["0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1"] {
        assert!(!read.contains(address(caller)), "{caller}");
        assert_eq!(read.matching_entry(address(caller)), None);
    }
}

#[test]
fn no_restriction_and_deny_all_differ_on_the_wire() {
    let written = |allowed_ips| {
        let mut token = AccessToken::new(1, "CI", chrono::DateTime::UNIX_EPOCH);
        token.allowed_ips = allowed_ips;
        serde_json::to_string(&token.into_resource(chrono::DateTime::UNIX_EPOCH)).unwrap()
    };
    for (allowed, json) in [(None, "null"), (Some(AllowedIps::deny_all()), "[]")] {
        let resource = written(allowed.clone());
        assert!(resource.ends_with(&format!(r#","allowed_ips":{json}}}"#)), "{resource}");
        assert_eq!(serde_json::from_str::<TokenResource>(&resource).unwrap().allowed_ips, allowed);
    }
}

#[test]
fn json_that_is_not_a_list_of_strings_is_rejected() {
    for json in ["{}", "\"10.0.0.1\"", "1", "[1]", "[null]", "[[]]", "[[\"10.0.0.1\"]]"] {
        assert!(serde_json::from_str::<AllowedIps>(json).is_err(), "{json}");
    }
}

#[test]
fn an_unknown_entry_admits_nobody_and_keeps_its_place() {
    for entries in [
        &["office.example.com"][..],
        &["office.example.com", "office.example.com", "10.0.0.7"],
        &["10.0.0.7", "office.example.com", "::1", "\"\\\n\u{e9}", ""],
        &["10.0.0.7", "::1", "10.0.0.0/33"],
    ] {
        let json = serde_json::to_string(entries).unwrap();
        let allowed: AllowedIps = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&allowed).unwrap(), json);
        assert!(AllowedIps::parse(entries).is_err());
        let (known, unknown): (Vec<&str>, Vec<&str>) =
            entries.iter().partition(|entry| entry.parse::<AllowedIp>().is_ok());
        assert!(allowed.unknown_entries().eq(unknown));
        assert!(allowed.entries().iter().map(ToString::to_string).eq(known.iter().copied()));
        for caller in ["10.0.0.7", "::1", "10.0.0.1", "0.0.0.0", "::", "2001:db8::1"] {
            assert_eq!(allowed.contains(address(caller)), known.contains(&caller), "{caller} in {json}");
            assert_eq!(allowed.matching_entry(address(caller)).is_some(), known.contains(&caller));
        }
    }
}

#[test]
fn lists_differ_by_their_unknown_entries() {
    let read = |json: &str| serde_json::from_str::<AllowedIps>(json).unwrap();
    let both = read(r#"["office","10.0.0.7"]"#);
    assert_eq!(both, read(r#"["office","10.0.0.7"]"#));
    for other in [r#"["10.0.0.7"]"#, r#"["10.0.0.7","office"]"#, r#"["Office","10.0.0.7"]"#, r#"["office"]"#, "[]"] {
        assert_ne!(both, read(other), "{other}");
    }
    let shown = format!("AllowedIps({:?}, [\"office\"])", [entry("10.0.0.7")]);
    assert_eq!(format!("{both:?}"), shown);
}

#[test]
fn order_duplicates_host_bits_and_missing_prefix_lengths_survive() {
    let entries = ["203.0.113.12", "10.1.2.3/8", "10.0.0.0/24", "203.0.113.12", "203.0.113.12/32", "::1", "::1/128"];
    let allowed = list(&entries);
    let written: Vec<_> = allowed.entries().iter().map(ToString::to_string).collect();
    assert_eq!(written, entries);
    let json = serde_json::to_string(&allowed).unwrap();
    assert_eq!(json, serde_json::to_string(&entries).unwrap());
    assert_eq!(serde_json::from_str::<AllowedIps>(&json).unwrap(), allowed);
    let bare: Vec<_> = allowed.entries().iter().map(AllowedIp::is_bare).collect();
    assert_eq!(bare, [true, false, false, true, false, true, false]);
    assert_ne!(entry("::1"), entry("::1/128"));
}

#[test]
fn addresses_are_written_by_rfc_5952() {
    for (text, canonical) in [
        ("2001:DB8::1", "2001:db8::1"),
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("2001:db8::0:1", "2001:db8::1"),
        // Section 4.2.2: a single group of zeros is not shortened.
        ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        // Section 4.2.3: the longest run is shortened, or the first of two with the same length.
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("0:0:0:0:0:0:0:0", "::"),
        ("1:0:0:0:0:0:0:0", "1::"),
        ("::1.2.3.4", "::102:304"),
        ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ("2001:DB8::0/32", "2001:db8::/32"),
        ("2001:db8:0:0:0:0:0:ABCD/64", "2001:db8::abcd/64"),
        ("::/0", "::/0"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ] {
        assert_eq!(entry(text).to_string(), canonical, "{text}");
        assert_eq!(serde_json::to_value(entry(text)).unwrap(), canonical, "{text}");
    }
}

#[test]
fn a_mapped_address_is_the_ipv4_address_it_maps() {
    for text in ["::ffff:10.0.0.7", "::FFFF:a00:7", "0:0:0:0:0:ffff:10.0.0.7", "::ffff:0a00:0007"] {
        assert_eq!(entry(text), entry("10.0.0.7"), "{text}");
        assert_eq!(entry(text).to_string(), "10.0.0.7");
        assert_eq!(AllowedIp::from(address(text)), entry("10.0.0.7"));
    }
    assert_eq!(entry("::ffff:10.0.0.7/128").to_string(), "10.0.0.7/32");
    assert_eq!(entry("::ffff:10.1.2.3/96").to_string(), "10.1.2.3/0");
}

#[test]
fn a_clone_shares_the_list() {
    let allowed = list(&["10.0.0.0/24", "192.0.2.1"]);
    assert!(std::ptr::eq(allowed.clone().entries(), allowed.entries()));
    assert_eq!(format!("{:?}", list(&["192.0.2.1"])), format!("AllowedIps({:?})", [entry("192.0.2.1")]));
}

#[test]
fn the_first_entry_that_admits_is_the_match() {
    let allowed = list(&["192.0.2.1", "10.0.0.0/24", "10.0.0.7", "10.0.0.0/8", "2001:db8::/32", "10.0.0.0/24"]);
    for (caller, index) in [("10.0.0.7", 1), ("10.9.9.9", 3), ("::ffff:192.0.2.1", 0), ("2001:db8:ffff::", 4)] {
        assert!(std::ptr::eq(allowed.matching_entry(address(caller)).unwrap(), &allowed.entries()[index]), "{caller}");
    }
    assert_eq!(allowed.matching_entry(address("192.0.2.2")), None);
}

#[test]
fn an_entry_can_be_created_from_an_address_or_a_range() {
    let network: IpNet = "10.1.2.3/8".parse().unwrap();
    let range = AllowedIp::try_from(network).unwrap();
    assert_eq!((range, range.range(), range.is_bare()), (entry("10.1.2.3/8"), network, false));
    let bare = AllowedIp::from(address("2001:db8::1"));
    assert_eq!(
        (bare, bare.range().to_string(), bare.is_bare()),
        (entry("2001:db8::1"), "2001:db8::1/128".into(), true)
    );
    assert_eq!(AllowedIps::new([range, bare]).unwrap(), list(&["10.1.2.3/8", "2001:db8::1"]));
    let wide = AllowedIp::try_from("::/0".parse::<IpNet>().unwrap()).unwrap();
    assert_eq!(wide.to_string(), "::/0");
}

#[test]
fn lists_with_the_same_entries_in_the_same_order_are_equal() {
    let both = list(&["10.0.0.1", "::1"]);
    assert_eq!(both, list(&["10.0.0.1", "::1"]));
    for other in [&["::1", "10.0.0.1"][..], &["10.0.0.1"], &["10.0.0.1/32", "::1"], &["10.0.0.1", "::1", "::2"]] {
        assert_ne!(both, list(other));
    }
}

/// The groups of an address, often zero, for every position of `::`.
fn groups() -> impl Strategy<Value = [u16; 8]> {
    let group = prop_oneof![2 => Just(0), 1 => any::<u16>(), 1 => 0..0x1000_u16];
    prop::collection::vec(group, 8).prop_map(|groups| groups.try_into().unwrap())
}

proptest! {
    #[test]
    fn an_entry_written_and_read_again_is_the_same(groups in groups(), length in 0..=128_u8, is_bare: bool) {
        let address = Ipv6Addr::from(groups);
        let text = if is_bare { address.to_string() } else { format!("{address}/{length}") };
        let parsed = entry(&text);
        let written = parsed.to_string();
        prop_assert_eq!(serde_json::to_value(parsed).unwrap(), &*written);
        prop_assert_eq!(entry(&written), parsed);
        prop_assert_eq!(entry(&written).to_string(), written);
    }

    #[test]
    fn any_text_parses_to_a_stable_entry_or_fails(text in "[0-9a-f:./ %x]{0,24}") {
        if let Ok(parsed) = text.parse::<AllowedIp>() {
            let written = parsed.to_string();
            prop_assert_eq!(entry(&written), parsed);
            prop_assert_eq!(entry(&written).to_string(), written);
        }
    }
}

#[test]
fn a_list_is_parsed_from_any_text_and_iterated_in_order() {
    let texts = ["10.0.0.0/24", "203.0.113.12"];
    let allowed = list(&texts);
    let owned = texts.map(str::to_owned);
    assert_eq!(AllowedIps::parse(&owned).unwrap(), allowed);
    assert_eq!(AllowedIps::parse(owned).unwrap(), allowed);
    let mut shown = Vec::new();
    for entry in &allowed {
        shown.push(entry.to_string());
    }
    assert_eq!(shown, texts);
}

#[test]
fn an_entry_is_made_from_an_address_of_either_version() {
    assert_eq!(AllowedIp::from(Ipv4Addr::new(10, 0, 0, 7)), entry("10.0.0.7"));
    assert_eq!(AllowedIp::from(Ipv6Addr::LOCALHOST), entry("::1"));
    assert_eq!(AllowedIp::from(Ipv4Addr::new(10, 0, 0, 7).to_ipv6_mapped()), entry("10.0.0.7"));
}
