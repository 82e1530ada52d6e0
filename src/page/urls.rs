//! Writes the URL of any position of a list: the list's URL, the preserved parameters, the page or the cursor, and the
//! fragment.

use std::fmt::{self, Display};

use crate::page::list_parameters::ListParameters;

impl ListParameters {
    /// Returns a value that displays the URL of a page or a cursor.
    pub(crate) fn url<P: Display>(&self, position: P) -> ListUrl<'_, P> {
        ListUrl { list: self, position }
    }
}

/// The URL of one page or cursor. `Display` writes it, so it needs no memory of its own.
#[derive(Clone, Copy)]
pub(crate) struct ListUrl<'r, P> {
    list: &'r ListParameters,
    position: P,
}

impl<P: Display> Display for ListUrl<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.before_position().into_iter().try_for_each(|part| f.write_str(part))?;
        write!(f, "{}{}", self.position, self.list.after_position())
    }
}
