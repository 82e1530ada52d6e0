//! A raw query string as the parameters it holds, without losing a byte of them.

use std::borrow::Cow;

use crate::text::percent;

/// One parameter as it came: `name=value`, `name=` or `name`.
#[derive(Clone, Copy)]
pub(crate) struct Parameter<'q>(&'q str);

impl<'q> Parameter<'q> {
    /// Returns the parameter's bytes as they came.
    pub(crate) fn as_str(self) -> &'q str {
        self.0
    }

    /// Tells whether this is the parameter of that name, however its name is spelled.
    pub(crate) fn is(self, name: &str) -> bool {
        *percent::decode(self.split().0) == *name.as_bytes()
    }

    /// Returns the decoded value; a parameter without `=` has the empty one.
    pub(crate) fn value(self) -> Cow<'q, [u8]> {
        percent::decode(self.split().1)
    }

    fn split(self) -> (&'q str, &'q str) {
        self.0.split_once('=').unwrap_or((self.0, ""))
    }
}

/// Lists the parameters of a raw query, in order. What stands between two `&&` is none.
pub(crate) fn parameters(raw: &str) -> impl Iterator<Item = Parameter<'_>> {
    raw.split('&').filter(|parameter| !parameter.is_empty()).map(Parameter)
}
