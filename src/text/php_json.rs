//! Writes JSON as PHP's `json_encode` does without flags.
//!
//! A cursor is this JSON in base64url, so it must be byte for byte the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Returns the JSON of a value.
///
/// `/` is written as `\/`. A character outside ASCII is written as one or two `\uxxxx`. A float is written as the shortest
/// decimal that is read as the same float.
pub(crate) fn to_vec<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut json, PhpFormatter))?;
    Ok(json)
}

struct PhpFormatter;

impl Formatter for PhpFormatter {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        for c in fragment.chars() {
            match c {
                '/' => out.write_all(br"\/")?,
                '\0'..='\x7f' => write!(out, "{c}")?,
                _ => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(out, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        Ok(())
    }

    fn write_f32<W: Write + ?Sized>(&mut self, out: &mut W, value: f32) -> io::Result<()> {
        write_float(out, &format!("{value:e}"))
    }

    fn write_f64<W: Write + ?Sized>(&mut self, out: &mut W, value: f64) -> io::Result<()> {
        write_float(out, &format!("{value:e}"))
    }
}

/// Writes a float, given its shortest digits with an exponent, such as `1.25e-7`.
fn write_float<W: Write + ?Sized>(out: &mut W, scientific: &str) -> io::Result<()> {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
    let digits = mantissa.replace('.', "");
    out.write_all(sign.as_bytes())?;
    match exponent {
        // PHP writes an exponent if a number has more than 17 digits before the point, or more than three zeros
        // directly after the point.
        17.. | ..=-5 => {
            let (first, rest) = digits.split_at(1);
            let rest = if rest.is_empty() { "0" } else { rest };
            write!(out, "{first}.{rest}e{exponent:+}")
        }
        0..=16 => {
            let whole_len = exponent.unsigned_abs() as usize + 1;
            match digits.split_at_checked(whole_len) {
                Some((whole, "")) => out.write_all(whole.as_bytes()),
                Some((whole, fraction)) => write!(out, "{whole}.{fraction}"),
                None => write!(out, "{digits:0<whole_len$}"),
            }
        }
        _ => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            write!(out, "0.{zeros}{digits}")
        }
    }
}
