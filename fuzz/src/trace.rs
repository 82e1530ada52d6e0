//! W3C Trace Context, section 3.2: the trace of a `traceparent` header, position by position.

/// The trace identifier in the values of all `traceparent` headers of a request.
pub fn trace(values: &[&[u8]]) -> Option<String> {
    let [value] = values else { return None };
    let text = std::str::from_utf8(value.get(..55)?).ok()?;
    let fits = |(index, c)| if [2, 35, 52].contains(&index) { c == '-' } else { "0123456789abcdef".contains(c) };
    let is_last = value.len() == 55 || (!text.starts_with("00") && value[55] == b'-');
    let is_named = |id: &str| id.contains(|c| c != '0');
    let is_valid = text.char_indices().all(fits) && !text.starts_with("ff") && is_last;
    (is_valid && is_named(&text[3..35]) && is_named(&text[36..52])).then(|| text[3..35].to_owned())
}
