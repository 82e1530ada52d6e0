//! Reads whole numbers as other languages write them: as integers, as floats and as text.
//!
//! PHP writes an integer as text if it comes from a query string or a database. It writes an integer as a float if no
//! int64 holds it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};

use crate::text::object::Form;

/// 2^53. Every whole number up to it is exact as a float.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// A whole number.
#[derive(Clone, Copy)]
pub(crate) enum Whole {
    /// The number that was written.
    Exact(i128),
    /// The number nearest to a float that may have been rounded.
    Nearest(i128),
}

impl Whole {
    /// Returns the value of a finite float without a fraction.
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond i128 is beyond every type that is read")]
    pub(crate) fn from_float(float: f64) -> Option<Self> {
        if !float.is_finite() || float.fract() != 0.0 {
            return None;
        }
        let number = float as i128;
        Some(if float.abs() <= MAX_EXACT { Self::Exact(number) } else { Self::Nearest(number) })
    }

    /// Parses decimal digits, and otherwise a float in decimal.
    fn from_text(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        if let Ok(number) = text.parse() {
            return Some(Self::Exact(number));
        }
        // Rust's `f64` also parses names such as `inf`.
        let is_decimal = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
        if is_decimal { Self::from_float(text.parse().ok()?) } else { None }
    }
}

/// A type of numbers that is read from a [`Whole`].
pub(crate) trait Number: Sized {
    const EXPECTED: &str;

    /// Returns `None` if the number is out of range.
    fn from_whole(number: Whole) -> Option<Self>;
}

impl Number for u64 {
    const EXPECTED: &str = "a whole number from 0";

    /// Returns the maximum for a number that is too large, because no count can be higher.
    fn from_whole(number: Whole) -> Option<Self> {
        let (Whole::Exact(number) | Whole::Nearest(number)) = number;
        if number < 0 { None } else { Some(Self::try_from(number).unwrap_or(Self::MAX)) }
    }
}

impl Number for i64 {
    const EXPECTED: &str = "a whole number of 64 bits, at most 2^53 if it is a float";

    /// Rejects a number that may have been rounded, because it could be another identifier.
    fn from_whole(number: Whole) -> Option<Self> {
        match number {
            Whole::Exact(number) => Self::try_from(number).ok(),
            Whole::Nearest(_) => None,
        }
    }
}

impl<'de, N: Number> Form<'de> for N {
    type Value = N;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<N, D::Error> {
        deserializer.deserialize_any(NumberVisitor(PhantomData))
    }
}

struct NumberVisitor<N>(PhantomData<N>);

impl<N: Number> NumberVisitor<N> {
    fn accept<E: Error>(self, number: Option<Whole>, unexpected: Unexpected<'_>) -> Result<N, E> {
        number.and_then(N::from_whole).ok_or_else(|| E::invalid_value(unexpected, &self))
    }
}

impl<'de, N: Number> Visitor<'de> for NumberVisitor<N> {
    type Value = N;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(N::EXPECTED)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<N, E> {
        self.accept(Some(Whole::Exact(number.into())), Unexpected::Signed(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<N, E> {
        self.accept(Some(Whole::Exact(number.into())), Unexpected::Unsigned(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<N, E> {
        self.accept(Whole::from_float(number), Unexpected::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<N, E> {
        self.accept(Whole::from_text(text), Unexpected::Str(text))
    }

    /// Reads a number that arrives as a map, which happens with serde_json's feature `arbitrary_precision`.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<N, A::Error> {
        match serde_json::Number::deserialize(MapAccessDeserializer::new(map)) {
            Ok(number) => {
                let text = number.to_string();
                self.accept(Whole::from_text(&text), Unexpected::Other(&format!("number {text}")))
            }
            Err(_) => Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
    }
}
