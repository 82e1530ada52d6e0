//! Bytes as a page that a client reads, which can then be written.
#![no_main]

use std::num::NonZeroU32;

use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tokenfolio::{Page, Pagination, TokenResource};

fuzz_target!(|bytes: &[u8]| {
    let repaired = Page::<TokenResource>::from_slice(bytes);
    let Ok(page) = serde_json::from_slice::<Page<TokenResource>>(bytes) else { return check_error(repaired.err()) };
    // Replacing invalid text does not change a page that serde_json accepts.
    assert_eq!(repaired.expect("a page"), page);
    // An ignored member can have a value that `Value` cannot store, such as 1e999.
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
    let data = &json["data"];
    let meta = json.get("meta").filter(|meta| !meta.is_null());
    let next = if meta.is_some() { &json["links"]["next"] } else { &json["next_page_url"] };
    let meta = meta.unwrap_or(&json);
    assert_eq!(data.as_array().map(Vec::len), Some(page.data.len()));
    for (token, json) in page.data.iter().zip(data.as_array().into_iter().flatten()) {
        assert_eq!(exact(&json["id"]), Some(token.id.0.into()));
        assert_eq!(json["name"].as_str(), Some(&*token.name));
        assert_eq!(json["status"].as_str(), Some(token.status.as_str()));
        assert_eq!(count(&json["usage_count"]), Some(token.usage_count));
        assert_eq!(
            json["allowed_ips"].as_array().map(Vec::len),
            token.allowed_ips.as_ref().map(|list| list.entries().len() + list.unknown_entries().count())
        );
        let times = [("created_at", Some(token.created_at)), ("expires_at", token.expires_at)];
        for (name, time) in times.into_iter().chain([("last_used_at", token.last_used_at)]) {
            let text = json[name].as_str();
            assert_eq!(text.is_some(), time.is_some());
            assert!(text.is_none_or(is_date_time), "{text:?}");
        }
    }
    let numbers = [page.meta.current_page, page.meta.last_page, Some(page.meta.per_page), page.meta.total];
    let names = ["current_page", "last_page", "per_page", "total"];
    assert_eq!(names.map(|name| count(&meta[name])), numbers);
    assert_eq!(next.as_str(), page.links.next.as_deref());
    assert_eq!(meta["links"].as_array().map_or(0, Vec::len), page.meta.links.len());

    let Some(size) = u32::try_from(page.meta.per_page).ok().and_then(NonZeroU32::new) else { return };
    let pagination = Pagination::new("/t").expect("a URL").with_per_page(size);
    let (Some(current_page), Some(total)) = (page.meta.current_page, page.meta.total) else { return };
    let Ok(request) = pagination.request(&format!("page={current_page}")) else { return };
    let written = request.paginate(page.data.clone(), total);
    let mut body = Vec::new();
    written.write_tokens(&mut body);
    let again: Page<TokenResource> = serde_json::from_slice(&body).expect("a written page is valid");
    assert_eq!(again.data, page.data.into_iter().map(truncated).collect::<Vec<_>>());
    assert_eq!((again.meta.current_page, again.meta.total), (page.meta.current_page, page.meta.total));
    assert_eq!((again.meta.from, again.meta.to), (written.from(), written.to()));
});

/// An error in the data names a member, unless the whole page has the wrong type.
fn check_error(error: Option<serde_json::Error>) {
    let Some(error) = error.filter(serde_json::Error::is_data) else { return };
    let text = error.to_string();
    assert!(text.starts_with('`') || text.starts_with("invalid type: "), "{text}");
}

/// Returns a whole number, written in any way.
fn whole(value: &Value) -> Option<f64> {
    let float = value.as_f64().or_else(|| value.as_str()?.trim_ascii().parse().ok())?;
    (float.is_finite() && float.fract() == 0.0).then_some(float)
}

/// Returns a whole number that was not rounded.
fn exact(value: &Value) -> Option<i128> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    #[expect(clippy::cast_possible_truncation, reason = "it has at most 53 bits")]
    let float = || whole(value).filter(|float| float.abs() <= 9_007_199_254_740_992.0).map(|float| float as i128);
    text.trim_ascii().parse().ok().or_else(float)
}

/// Returns the nearest count.
fn count(value: &Value) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the nearest number is meant")]
    let float = || whole(value).filter(|float| *float >= 0.0).map(|float| float as u64);
    match exact(value) {
        Some(number) if number < 0 => None,
        Some(number) => Some(u64::try_from(number).unwrap_or(u64::MAX)),
        None => float(),
    }
}

/// Checks the format of RFC 3339, section 5.6.
fn is_date_time(text: &str) -> bool {
    let shape = text.to_ascii_uppercase().replace(|c: char| c.is_ascii_digit(), "0");
    let Some(rest) = shape.strip_prefix("0000-00-00T00:00:00") else { return false };
    let offset = rest.strip_prefix(".0").map_or(rest, |fraction| fraction.trim_start_matches('0'));
    ["Z", "+00:00", "-00:00"].contains(&offset)
}

/// Truncates the times of a token to whole seconds, as writing does.
fn truncated(mut token: TokenResource) -> TokenResource {
    token.created_at = whole_seconds(token.created_at);
    token.expires_at = token.expires_at.map(whole_seconds);
    token.last_used_at = token.last_used_at.map(whole_seconds);
    token
}

fn whole_seconds(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(time.timestamp(), 0).expect("a truncated time is in range")
}
