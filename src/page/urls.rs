//! Writes the URL of any page of a list: the list's URL, the preserved parameters, and the page, which is last.

use std::fmt;

use crate::page::request::PageRequest;

impl PageRequest {
    /// Returns a value that displays the URL of a page.
    pub(crate) fn page_url(&self, page: u64) -> PageUrl<'_> {
        PageUrl { request: self, page }
    }
}

/// The URL of one page, written where it is needed.
#[derive(Clone, Copy)]
pub(crate) struct PageUrl<'r> {
    request: &'r PageRequest,
    page: u64,
}

impl fmt::Display for PageUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.before_page().into_iter().try_for_each(|part| f.write_str(part))?;
        write!(f, "{}{}", self.page, self.request.after_page())
    }
}
