//! Page numbers and sizes, from untrusted text.

use std::num::NonZeroU32;

use proptest::prelude::*;
use tokenfolio::Pagination;

use super::{MAX, list, preserving, request};

const BRACKETS: &str = "has brackets after its name";
const DIGITS: &str = "has something other than the digits 0 to 9";
const EMPTY: &str = "is empty";
const LARGER: &str = "is larger";
const LEADING_ZERO: &str = "has a leading zero";
const REPEATED: &str = "is given more than once";
const ZERO: &str = "is zero";

#[test]
fn a_plain_decimal_is_read_strictly_and_leniently() {
    for (query, page) in [
        ("", 1),
        ("page=1", 1),
        ("page=2", 2),
        ("page=10", 10),
        ("page=9007199254740993", 9_007_199_254_740_993),
        ("page=9223372036854775806", MAX - 1),
        ("page=9223372036854775807", MAX),
        ("&&page=2", 2),
        ("page=2&&", 2),
        ("p%61ge=2", 2),
        ("page=%32", 2),
        ("x=1&page=2&y=%26page%3D3", 2),
    ] {
        assert_eq!(strict(query), Ok(page), "{query}");
        assert_eq!(lenient(query), page, "{query}");
    }
}

#[test]
fn every_byte_of_the_name_may_be_escaped_with_digits_in_either_case() {
    for name in ('\0'..='\u{ff}').map(String::from) {
        let pagination = list().with_page_name(name.clone()).unwrap();
        let escape = |upper: bool| {
            let each = |byte| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
            name.bytes().map(each).collect::<String>()
        };
        for escaped in [escape(true), escape(false)] {
            let page = pagination.request(&format!("{escaped}=2")).map(|request| request.page());
            assert_eq!(page, Ok(2), "{escaped}");
        }
    }
}

#[test]
fn another_parameter_is_not_the_page() {
    for query in [
        "PAGE=2",
        "Page=2",
        "page+=2",
        "page.=2",
        "pages=2",
        "xpage=2",
        "per_page=2",
        "x=page=2",
        "=page",
        "=2",
        "=",
        "&",
        "?page=2",
        "x;page=2",
        "p%61g=2",
        "p%2561ge=2",
        "\u{ff50}age=2",
    ] {
        assert_eq!(strict(query), Ok(1), "{query}");
        assert_eq!(lenient(query), 1, "{query}");
    }
}

#[test]
fn a_strict_pagination_ignores_names_that_only_php_reads_as_the_page() {
    for query in ["+page=2", "%20page=2", "page%00=2", "page%00x=2"] {
        assert_eq!(strict(query), Ok(1), "{query}");
        assert_eq!(lenient(query), 2, "{query}");
    }
}

#[test]
fn an_array_is_an_error_or_page_1() {
    for query in ["page[]=2", "page%5B%5D=2", "page[number]=2", "p%61ge[x]", "page=3&page[]=2", "page[]=2&page[]=2"] {
        assert_eq!(strict(query), Err(message("page", MAX, BRACKETS)), "{query}");
        assert_eq!(lenient(query), 1, "{query}");
    }
    let pagination = list().with_client_size("size", size(9)).unwrap();
    assert_eq!(read("size[]=2", &pagination), Err(message("size", 9, BRACKETS)));
    assert_eq!(read("size[]=2", &pagination.lenient()), Ok((1, 20)));
    assert_eq!(read("x[page]=2&x[size]=3", &list()), Ok((1, 20)));
}

#[test]
fn a_strict_pagination_rejects_numbers_that_no_link_contains() {
    let long = "page=".to_owned() + &"9".repeat(4_000);
    let long_zeros = "page=".to_owned() + &"0".repeat(4_000);
    for (query, reason, leniently) in [
        ("page", EMPTY, 1),
        ("page=", EMPTY, 1),
        ("page=0", ZERO, 1),
        ("page=%30", ZERO, 1),
        ("page=00", LEADING_ZERO, 1),
        ("page=02", LEADING_ZERO, 1),
        ("page=007", LEADING_ZERO, 1),
        (&long_zeros, LEADING_ZERO, 1),
        ("page=-1", DIGITS, 1),
        ("page=-0", DIGITS, 1),
        ("page=abc", DIGITS, 1),
        ("page=2abc", DIGITS, 1),
        ("page=1.5", DIGITS, 1),
        ("page=1e1", DIGITS, 1),
        ("page=0x2", DIGITS, 1),
        ("page=1_000", DIGITS, 1),
        ("page=5,000", DIGITS, 1),
        ("page=2=", DIGITS, 1),
        ("page==2", DIGITS, 1),
        ("page=２", DIGITS, 1),
        ("page=%EF%BC%92", DIGITS, 1),
        ("page=%D9%A3", DIGITS, 1),
        ("page=%", DIGITS, 1),
        ("page=%2", DIGITS, 1),
        ("page=%zz", DIGITS, 1),
        ("page=2%", DIGITS, 1),
        ("page=%FF", DIGITS, 1),
        ("page=%C3%28", DIGITS, 1),
        ("page=2%00", DIGITS, 2),
        ("page=%0C2", DIGITS, 2),
        ("page=%C2%A02", DIGITS, 2),
        ("page=2;x", DIGITS, 1),
        ("page=2#x", DIGITS, 1),
        ("page=2?x", DIGITS, 1),
        ("page=%2B", DIGITS, 1),
        ("page=+", DIGITS, 1),
        ("page=%2B%2B2", DIGITS, 1),
        ("page=%2B+2", DIGITS, 1),
        ("page=%2B0", DIGITS, 1),
        ("page=%2B02", DIGITS, 1),
        ("page=2+2", DIGITS, 1),
        ("page=+2", DIGITS, 2),
        ("page=%2B2", DIGITS, 2),
        ("page=%202", DIGITS, 2),
        ("page=2%20", DIGITS, 2),
        ("page=2%0A", DIGITS, 2),
        ("page=%0D%0A2", DIGITS, 2),
        ("page=%092", DIGITS, 2),
        ("page=%0B2", DIGITS, 2),
        ("page= 2 ", DIGITS, 2),
        ("page=+%2B2+", DIGITS, 2),
        ("page=9223372036854775808", LARGER, 1),
        ("page=18446744073709551615", LARGER, 1),
        ("page=18446744073709551616", LARGER, 1),
        // 2^64 plus a page number. Arithmetic that wraps would accept these numbers.
        ("page=18446744073709551625", LARGER, 1),
        ("page=18446744073709551618", LARGER, 1),
        (&long, LARGER, 1),
        ("page=2&page=3", REPEATED, 3),
        ("page=2&page=2", REPEATED, 2),
        ("page=2&p%61ge=3", REPEATED, 3),
        ("page=2&page", REPEATED, 1),
        ("page=2&page=x", REPEATED, 1),
        ("page=x&page=2", REPEATED, 2),
        ("page=1&x&page=2&page=3", REPEATED, 3),
    ] {
        assert_eq!(strict(query), Err(message("page", MAX, reason)), "{query}");
        assert_eq!(lenient(query), leniently, "{query}");
    }
}

#[test]
fn an_error_names_the_parameter_and_what_was_expected() {
    let cases = [
        ("page=", "`page` must be a whole number from 1 to 9223372036854775807, but is empty"),
        ("page=02", "`page` must be a whole number from 1 to 9223372036854775807, but has a leading zero"),
        (
            "page=-1",
            "`page` must be a whole number from 1 to 9223372036854775807, but has something other than the digits 0 to 9",
        ),
        ("page=1&page=2", "`page` must be a whole number from 1 to 9223372036854775807, but is given more than once"),
        ("page=9223372036854775808", "`page` must be a whole number from 1 to 9223372036854775807, but is larger"),
        ("page=0", "`page` must be a whole number from 1 to 9223372036854775807, but is zero"),
    ];
    for (query, message) in cases {
        let error = list().request(query).unwrap_err();
        assert_eq!(error.to_string(), message);
        let [parameter] = error.parameters() else { panic!("{query}: {error:?}") };
        assert_eq!(parameter.parameter(), "page");
        assert_eq!(format!("`page` {parameter}"), message);
    }
}

#[test]
fn an_error_repeats_nothing_of_the_value() {
    let error = list().request("page=<script>&page=s3cret").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("script"));
    assert!(!format!("{error} {error:?}").contains("s3cret"));
}

#[test]
fn the_highest_page_is_an_int64() {
    assert_eq!(MAX, 9_223_372_036_854_775_807);
}

#[test]
fn the_offset_is_exact_or_past_every_list() {
    let sizes = [1, 2, 3, 20, 255, 65_536, u32::MAX - 1, u32::MAX];
    let around = |page: u64| page.saturating_sub(2).max(1)..=page.saturating_add(2).min(MAX);
    for per_page in sizes {
        // Both ends of the range, and pages where the product exceeds 64 bits.
        let pages = around(1).chain(around(u64::MAX / u64::from(per_page))).chain(around(MAX)).chain(around(1 << 32));
        for page in pages {
            let exact = u128::from(page - 1) * u128::from(per_page);
            let offset = request(&list(), page, per_page).offset();
            assert_eq!(offset, u64::try_from(exact).unwrap_or(u64::MAX), "page {page} of {per_page}");
        }
    }
}

#[test]
fn the_page_is_found_under_every_spelling_of_its_name() {
    for spelling in spellings("page") {
        assert_eq!(strict(&format!("{spelling}=2")), Ok(2), "{spelling}");
        assert_eq!(lenient(&format!("{spelling}=2")), 2, "{spelling}");
        let twice = format!("page=2&{spelling}=3");
        assert_eq!(strict(&twice), Err(message("page", MAX, REPEATED)), "{twice}");
        assert_eq!(lenient(&twice), 3, "{twice}");
    }
}

#[test]
fn a_name_of_any_characters_can_be_given_to_the_page() {
    for (name, query) in [
        ("p", "page=7&p=2"),
        ("page[number]", "page[number]=2"),
        ("page[number]", "page%5Bnumber%5D=2"),
        ("page[number]", "page%5bnumber]=2"),
        ("page.number", "page.number=2&page[number]=3"),
        ("seite nr", "seite+nr=2"),
        ("seite nr", "seite%20nr=2"),
        ("seite nr", "seite nr=2"),
        ("a+b", "a%2Bb=2&a+b=3"),
        ("página", "página=2"),
        ("página", "p%C3%A1gina=2"),
        ("a&b=c", "a%26b%3Dc=2&b=3"),
        ("50%", "50%=2"),
        ("50%", "50%25=2"),
    ] {
        let pagination = list().with_page_name(name).unwrap();
        assert_eq!(pagination.request(query).map(|request| request.page()), Ok(2), "{name} in {query}");
    }
    let pagination = list().with_page_name("a`b").unwrap();
    let error = pagination.request("a`b=0").unwrap_err();
    assert_eq!(error.to_string(), message("a`b", MAX, ZERO));
    assert_eq!(error.parameters()[0].parameter(), "a`b");
}

#[test]
fn other_parameters_are_ignored() {
    for rest in
        ["%", "%f", "%FF=%FF", "x=%zz", "\u{0}", "é=%C3", "=", "====", "&", "a[b", "x=\r\n", "page%=9", "%page=9"]
    {
        for query in [format!("{rest}&page=2"), format!("page=2&{rest}"), format!("{rest}&page=2&{rest}")] {
            assert_eq!(strict(&query), Ok(2), "{query}");
            assert_eq!(lenient(&query), 2, "{query}");
        }
    }
}

#[test]
fn the_size_is_the_servers_unless_it_lets_the_client_choose() {
    let pagination = list();
    assert_eq!(read("per_page=50&page=2", &pagination), Ok((2, 20)));
    assert_eq!(read("per_page=50&page=2", &pagination.clone().lenient()), Ok((2, 20)));
    assert_eq!(read("per_page=x", &pagination.with_per_page(size(7))), Ok((1, 7)));

    let pagination = list().with_client_size("size", size(100)).unwrap();
    assert_eq!(read("per_page=50", &pagination), Ok((1, 20)));
}

#[test]
fn a_size_that_the_client_chooses_is_within_the_maximum() {
    let pagination = list().with_client_size("per_page", size(100)).unwrap().with_per_page(size(15));
    for (query, strictly, leniently) in [
        ("", Ok(15), 15),
        ("per_page=1", Ok(1), 1),
        ("per_page=50", Ok(50), 50),
        ("per%5Fpage=50", Ok(50), 50),
        ("per_page=100", Ok(100), 100),
        ("per_page=101", Err(LARGER), 100),
        ("per_page=4294967296", Err(LARGER), 100),
        ("per_page=4294967297", Err(LARGER), 100),
        ("per_page=9223372036854775808", Err(LARGER), 100),
        ("per_page=99999999999999999999999", Err(LARGER), 100),
        ("per_page=%2B101", Err(DIGITS), 100),
        ("per_page=%2B50", Err(DIGITS), 50),
        ("per_page=+50", Err(DIGITS), 50),
        ("per_page=", Err(EMPTY), 15),
        ("per_page", Err(EMPTY), 15),
        ("per_page=0", Err(ZERO), 15),
        ("per_page=-1", Err(DIGITS), 15),
        ("per_page=-101", Err(DIGITS), 15),
        ("per_page=050", Err(LEADING_ZERO), 15),
        ("per_page=0101", Err(LEADING_ZERO), 15),
        ("per_page=x", Err(DIGITS), 15),
        ("per_page=50&per_page=60", Err(REPEATED), 60),
        ("per_page=50&per_page=x", Err(REPEATED), 15),
        ("per_page=50&per_page=200", Err(REPEATED), 100),
    ] {
        let strictly = strictly.map(|size| (1, size)).map_err(|reason| message("per_page", 100, reason));
        assert_eq!(read(query, &pagination), strictly, "{query}");
        assert_eq!(read(query, &pagination.clone().lenient()), Ok((1, leniently)), "{query}");
    }
}

#[test]
fn a_maximum_may_be_below_the_default_or_the_highest_number() {
    let pagination = list().with_client_size("per_page", size(10)).unwrap();
    assert_eq!(read("", &pagination), Ok((1, 20)));
    assert_eq!(read("per_page=11", &pagination), Err(message("per_page", 10, LARGER)));
    assert_eq!(read("per_page=11", &pagination.lenient()), Ok((1, 10)));

    let pagination = list().with_client_size("per_page", NonZeroU32::MAX).unwrap();
    assert_eq!(read("per_page=4294967295", &pagination), Ok((1, u32::MAX)));
    assert_eq!(read("per_page=4294967296", &pagination), Err(message("per_page", u32::MAX.into(), LARGER)));
    assert_eq!(read("per_page=4294967296", &pagination.lenient()), Ok((1, u32::MAX)));
}

#[test]
fn all_errors_are_reported_at_once() {
    let pagination = list().with_client_size("per_page", size(100)).unwrap();
    let error = pagination.request("per_page=101&page=0").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`page` must be a whole number from 1 to 9223372036854775807, but is zero; \
         `per_page` must be a whole number from 1 to 100, but is larger"
    );
    let parameters: Vec<_> = error.parameters().iter().map(|error| (error.parameter(), error.to_string())).collect();
    assert_eq!(
        parameters,
        [
            ("page", "must be a whole number from 1 to 9223372036854775807, but is zero".to_owned()),
            ("per_page", "must be a whole number from 1 to 100, but is larger".to_owned()),
        ]
    );
    assert_eq!(read("per_page=101&page=0", &pagination.clone().lenient()), Ok((1, 100)));

    // Only the parameter that is wrong is reported.
    let error = pagination.request("per_page=101&page=2").unwrap_err();
    assert_eq!(error.parameters().iter().map(tokenfolio::ParameterError::parameter).collect::<Vec<_>>(), ["per_page"]);
    let error = pagination.request("per_page=100&page=x").unwrap_err();
    assert_eq!(error.parameters().iter().map(tokenfolio::ParameterError::parameter).collect::<Vec<_>>(), ["page"]);
}

proptest! {
    #[test]
    fn any_text_gives_a_page_in_range_or_an_error(query in any::<String>()) {
        check(&query)?;
    }

    #[test]
    fn any_text_for_a_number_gives_one_in_range_or_an_error(
        page in "([0-9]{0,3}|[0-9]{17,22}|[-+ %0-9a-fA-F]{0,6}|\\PC{0,4})",
        size in "([0-9]{0,12}|[-+ %0-9a-fA-F]{0,6})",
    ) {
        check(&format!("page={page}&per_page={size}"))?;
    }

    #[test]
    fn every_page_in_range_is_read_as_itself(page in 1..=MAX, per_page in 1..=u32::MAX) {
        let pagination = list().with_client_size("per_page", NonZeroU32::MAX).unwrap();
        let query = format!("per_page={per_page}&page={page}");
        prop_assert_eq!(read(&query, &pagination), Ok((page, per_page)));
        prop_assert_eq!(read(&query, &pagination.lenient()), Ok((page, per_page)));
    }

    #[test]
    fn a_url_that_we_write_reads_back_as_its_page(
        page in 1..=MAX,
        name in any::<String>(),
        preserved in any::<String>(),
        parameter in any::<String>(),
        fragment in any::<String>(),
    ) {
        let Ok(pagination) = list().with_page_name(name.clone()) else { return Ok(()) };
        let pagination = pagination.with_max_query_len(usize::MAX).with_fragment(&fragment);
        let request = preserving(pagination.clone(), &name, page, &preserved);
        let url = request.with_parameters([(&parameter, &preserved)]).unwrap().paginate(Vec::<()>::new(), u64::MAX).last_url();
        let query = url.split('#').next().and_then(|url| url.split_once('?')).unwrap().1;
        for pagination in [pagination.clone(), pagination.lenient()] {
            prop_assert_eq!(pagination.request(query).map(|request| request.page()), Ok(u64::MAX.div_ceil(20)), "{}", url);
        }
    }
}

/// Checks what is true of every query.
fn check(query: &str) -> Result<(), TestCaseError> {
    let pagination = list().with_client_size("per_page", size(100)).unwrap();
    let leniently = pagination.clone().lenient().request(query).unwrap();
    prop_assert!((1..=MAX).contains(&leniently.page()));
    prop_assert!((1..=100).contains(&leniently.per_page().get()));
    match pagination.request(query) {
        // PHP reads other names as the page too.
        Ok(request) if !query.contains(['+', '%', '.', ' ', '\0']) => {
            prop_assert_eq!((request.page(), request.per_page()), (leniently.page(), leniently.per_page()));
        }
        Ok(_) => {}
        Err(error) => prop_assert!((1..=2).contains(&error.parameters().len())),
    }
    Ok(())
}

/// Returns every spelling of a name with some of its letters percent-encoded, in either case of the hex digits.
fn spellings(name: &str) -> Vec<String> {
    name.bytes().fold(vec![String::new()], |spellings, byte| {
        let letter = [char::from(byte).to_string(), format!("%{byte:02X}"), format!("%{byte:02x}")];
        spellings.iter().flat_map(|start| letter.iter().map(move |letter| format!("{start}{letter}"))).collect()
    })
}

fn strict(query: &str) -> Result<u64, String> {
    let request = list().request(query);
    request.map(|request| request.page()).map_err(|error| error.to_string())
}

#[track_caller]
fn lenient(query: &str) -> u64 {
    list().lenient().request(query).expect("a lenient pagination rejects no page").page()
}

fn read(query: &str, pagination: &Pagination) -> Result<(u64, u32), String> {
    let request = pagination.request(query);
    request.map(|request| (request.page(), request.per_page().get())).map_err(|error| error.to_string())
}

fn message(name: &str, max: u64, reason: &str) -> String {
    format!("`{name}` must be a whole number from 1 to {max}, but {reason}")
}

#[track_caller]
fn size(size: u32) -> NonZeroU32 {
    NonZeroU32::new(size).expect("a size")
}
