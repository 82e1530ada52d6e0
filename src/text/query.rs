//! Splits a raw query string into its parameters, which keep all their bytes.

use std::borrow::Cow;

use crate::text::percent;

/// One parameter without decoding: `name=value`, `name=` or `name`.
#[derive(Clone, Copy)]
pub(crate) struct Parameter<'q>(&'q str);

impl<'q> Parameter<'q> {
    /// Returns the parameter without decoding it.
    pub(crate) fn as_str(self) -> &'q str {
        self.0
    }

    /// Returns the decoded name.
    pub(crate) fn name(self) -> Cow<'q, [u8]> {
        percent::decode(self.split().0)
    }

    /// Returns the decoded value. It is empty if the parameter has no `=`.
    pub(crate) fn value(self) -> Cow<'q, [u8]> {
        percent::decode(self.split().1)
    }

    fn split(self) -> (&'q str, &'q str) {
        // A search for a byte is faster than `split_once` for texts this short.
        match self.0.bytes().position(|byte| byte == b'=') {
            Some(index) => (&self.0[..index], &self.0[index + 1..]),
            None => (self.0, ""),
        }
    }
}

/// Returns the parameters of a raw query, in order. Two `&` in a row have no parameter between them.
pub(crate) fn parameters(raw: &str) -> impl Iterator<Item = Parameter<'_>> {
    raw.split('&').filter(|parameter| !parameter.is_empty()).map(Parameter)
}

/// Returns whether a parameter's decoded name is `name` or an array under it, such as `name[]` and `name[key]`.
pub(crate) fn is_or_is_in(parameter: &[u8], name: &str) -> bool {
    matches!(parameter.strip_prefix(name.as_bytes()), Some([] | [b'[', ..]))
}
