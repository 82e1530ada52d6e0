//! Reads a number from a query: a page or a page size.

use std::borrow::Cow;
use std::num::NonZeroU32;

use crate::page::lenient;
use crate::page::query_error::{ParameterError, Reason};
use crate::page::single_parameter::single_value;

/// The highest page that can be requested, 2^63 - 1: the page is an int64 on the wire.
pub(crate) const MAX_PAGE: u64 = i64::MAX.unsigned_abs();

/// The meaning of a number in a query.
#[derive(Clone, Copy)]
pub(crate) enum NumberKind {
    Page,
    Size { max: NonZeroU32 },
}

impl NumberKind {
    /// Reads the number of a parameter. `None` if the query does not have the parameter.
    #[expect(clippy::ptr_arg, reason = "an error clones the name, which does not allocate if it is static")]
    pub(crate) fn read(
        self,
        query: &str,
        name: &Cow<'static, str>,
        is_lenient: bool,
    ) -> Result<Option<u64>, ParameterError> {
        if is_lenient {
            return Ok(self.read_leniently(query, name));
        }
        single_value(query, name, false)
            .and_then(|value| value.map(|value| parse_decimal(&value, self.max())).transpose())
            .map_err(|reason| ParameterError::of_number(name.clone(), self.max(), reason))
    }

    /// Returns `None` where Laravel would use the default.
    fn read_leniently(self, query: &str, name: &str) -> Option<u64> {
        let value = lenient::last_value(query, name)?;
        match (parse_decimal(lenient::trim_number(&value), self.max()), self) {
            (Ok(number), _) => Some(number),
            // A size above the maximum is read as the maximum. A page above int64 is invalid, so the default is used.
            (Err(Reason::TooLarge), Self::Size { max }) => Some(u64::from(max.get())),
            (Err(_), _) => None,
        }
    }

    fn max(self) -> u64 {
        match self {
            Self::Page => MAX_PAGE,
            Self::Size { max } => u64::from(max.get()),
        }
    }
}

/// Returns the page that a query asks for, read as Laravel does.
pub(crate) fn lenient_page(query: &str, name: &str) -> u64 {
    NumberKind::Page.read_leniently(query, name).unwrap_or(1)
}

fn parse_decimal(value: &[u8], max: u64) -> Result<u64, Reason> {
    match value {
        [] => Err(Reason::Empty),
        _ if !value.iter().all(u8::is_ascii_digit) => Err(Reason::NotDecimal),
        [b'0', _, ..] => Err(Reason::LeadingZero),
        digits => digits
            .iter()
            .try_fold(0_u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
            .ok_or(Reason::TooLarge)
            .and_then(|number| check_range(number, max)),
    }
}

fn check_range(number: u64, max: u64) -> Result<u64, Reason> {
    match number {
        0 => Err(Reason::Zero),
        _ if number > max => Err(Reason::TooLarge),
        _ => Ok(number),
    }
}
