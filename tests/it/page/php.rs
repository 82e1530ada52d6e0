//! Queries as PHP reads them: a model, and recordings of PHP 8.2.

use super::list;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize;

#[test]
fn a_lenient_pagination_and_the_model_read_what_php_read() {
    #[derive(Deserialize)]
    struct Row {
        raw: String,
        page: u64,
    }
    // Recorded with `parse_str`, the expression of Laravel's `Str::trim`, and `FILTER_VALIDATE_INT`.
    let rows = include_str!("../../data/php_queries.jsonl").lines();
    let rows: Vec<Row> = rows.map(|row| serde_json::from_str(row).expect("a row")).collect();
    assert_eq!(rows.len(), 1_000);
    for row in rows {
        assert_eq!(model(&row.raw), row.page, "the model: {}", row.raw);
        assert_eq!(lenient(&row.raw), row.page, "{}", row.raw);
    }
}

#[test]
fn a_lenient_pagination_trims_the_characters_that_laravel_trims() {
    // Recorded over all characters: the first and the last of each run.
    let trimmed = [
        (0x00, 0x00),
        (0x09, 0x0d),
        (0x20, 0x20),
        (0x85, 0x85),
        (0xa0, 0xa0),
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x61c, 0x61c),
        (0x115f, 0x1160),
        (0x1680, 0x1680),
        (0x17b4, 0x17b5),
        (0x180e, 0x180e),
        (0x2000, 0x200f),
        (0x2028, 0x2029),
        (0x202f, 0x202f),
        (0x205f, 0x2065),
        (0x206a, 0x206f),
        (0x2800, 0x2800),
        (0x3000, 0x3000),
        (0x3164, 0x3164),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0x1d159, 0x1d159),
        (0x1d173, 0x1d17a),
        (0xe0020, 0xe0020),
    ];
    for c in '\0'..=char::MAX {
        let is_trimmed = trimmed.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)));
        // The test skips digits, and characters that have a meaning in a URL: `+` is a space, `&` ends the parameter, `%`
        // begins an escape, and `#` ends the query.
        if !"+&".contains(c) && !c.is_ascii_digit() && c != '%' && c != '#' {
            assert_eq!(lenient(&format!("page={c}5{c}")), if is_trimmed { 5 } else { 1 }, "{c:?}");
        }
    }
}

proptest! {
    #[test]
    fn a_lenient_pagination_reads_as_the_model_of_php(
        parameters in vec((
            select(vec!["page", "+page", "page%00x", "page[]", "page[a]", "page[", "p.e", "[page]", "page]", "x", "page%5B"]),
            select(vec!["", "+", "[", "]", "%00", ".", "%20", "[]", "%5D"]),
            select(vec!["", "=", "=2", "=3", "=%2B4", "=05", "=+6%00", "=%C2%A07", "=x"]),
        ), 0..5),
    ) {
        let parameters: Vec<_> = parameters.iter().map(|(name, suffix, value)| format!("{name}{suffix}{value}")).collect();
        let raw = parameters.join("&");
        prop_assert_eq!(lenient(&raw), model(&raw), "{}", raw);
    }
}

/// Returns the page that a Laravel application reads: the variable `page` after every parameter was assigned in turn.
fn model(raw: &str) -> u64 {
    let mut page = None;
    for parameter in raw.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let mut name = decode(name);
        if let Some(end) = name.find('\0') {
            name.truncate(end);
        }
        let name = name.trim_start_matches(' ');
        if name.starts_with('[') {
            continue;
        }
        match name.split_once('[') {
            Some((variable, rest)) if rest.contains(']') => {
                page = page.filter(|_| variable.replace([' ', '.'], "_") != "page");
            }
            _ if name.replace([' ', '.', '['], "_") == "page" => page = Some(decode(value)),
            _ => {}
        }
    }
    page.and_then(|value| number(&value)).unwrap_or(1)
}

fn number(value: &str) -> Option<u64> {
    let value =
        value.trim_matches(|c: char| c.is_whitespace() || "\0\u{ad}\u{200b}\u{feff}\u{2800}\u{3164}".contains(c));
    let digits = value.strip_prefix('+').unwrap_or(value);
    let number: i64 = digits.parse().ok()?;
    (number > 0 && number.to_string() == digits).then_some(number.unsigned_abs())
}

/// Decodes a name or a value. Invalid UTF-8 becomes replacement characters.
fn decode(raw: &str) -> String {
    let pair = format!("{}=", raw.replace('=', "%3D"));
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs.next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

#[track_caller]
fn lenient(query: &str) -> u64 {
    list().lenient().request(query).expect("a lenient pagination rejects no page").page()
}
