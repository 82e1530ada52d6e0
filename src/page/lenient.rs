//! Reads a parameter as a Laravel application with its default middleware does: PHP parses the query, and the
//! middleware `TrimStrings` trims the values.

use std::borrow::Cow;

use crate::text::query::{self, Parameter};

/// Returns the value of the last parameter that has the name `name`. `None` if there is none, or if the last one is an
/// array.
pub(crate) fn last_value<'q>(query: &'q str, name: &str) -> Option<Cow<'q, [u8]>> {
    let read = |parameter: Parameter<'q>| match shape(&parameter.name(), name)? {
        Shape::Array => Some(None),
        Shape::Scalar => Some(Some(parameter.value())),
    };
    query::parameters(query).filter_map(read).last().flatten()
}

/// The shape of a variable that PHP creates for a parameter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shape {
    /// `name[]=value` or `name[key]=value`.
    Array,
    /// `name=value`.
    Scalar,
}

/// Returns the shape of the variable `name`, if a query parameter with the decoded name `parameter` sets it. `None` if
/// the query parameter sets another variable or no variable.
///
/// PHP ends the name of a parameter at a NUL. It ignores spaces at the start of the name, and reads `name[..]` as an
/// array. In the name of a variable, a space, a `.` and a `[` that is never closed become `_`.
pub(crate) fn shape(parameter: &[u8], name: &str) -> Option<Shape> {
    // PHP creates no variable whose name has a space, a `.` or a bracket. If the configured name has one, the parameter
    // is found by its exact name.
    if parameter == name.as_bytes() {
        return Some(Shape::Scalar);
    }
    let end = parameter.iter().position(|byte| *byte == 0).unwrap_or(parameter.len());
    let start = parameter[..end].iter().position(|byte| *byte != b' ').unwrap_or(end);
    let written = &parameter[start..end];
    let bracket = written.iter().position(|byte| *byte == b'[').unwrap_or(written.len());
    if bracket == 0 {
        return None;
    }
    let (variable, shape) =
        if written[bracket..].contains(&b']') { (&written[..bracket], Shape::Array) } else { (written, Shape::Scalar) };
    let variable = variable.iter().map(|byte| if matches!(byte, b' ' | b'.' | b'[') { b'_' } else { *byte });
    variable.eq(name.bytes()).then_some(shape)
}

/// Trims a number as `TrimStrings` does, and ignores one `+` before it as PHP's `FILTER_VALIDATE_INT` does.
pub(crate) fn trim_number(value: &[u8]) -> &[u8] {
    // The middleware does not trim invalid UTF-8. It would not be a number in any case.
    let Ok(text) = str::from_utf8(value) else { return value };
    let number = text.trim_matches(|c: char| c == '\0' || c.is_whitespace() || is_invisible(c));
    number.strip_prefix('+').unwrap_or(number).as_bytes()
}

/// Returns whether a character that is not whitespace is in Laravel's `Str::INVISIBLE_CHARACTERS`.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0020}'
    )
}
