//! The links of a page, as a client reads them.

use crate::text::object::{Nullable, Plain, read_object};

/// The URLs of the other pages, as the service sent them; `None` if there is no such page.
///
/// They can be relative, and can lead anywhere. [`PageWalk`](crate::PageWalk) follows them safely.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct PageLinks {
    /// The first page.
    pub first: Option<String>,
    /// The last page.
    pub last: Option<String>,
    /// The page before this one.
    pub prev: Option<String>,
    /// The page after this one.
    pub next: Option<String>,
}

read_object!(PageLinks: "the links of a page" {
    first: Nullable<Plain<String>>,
    last: Nullable<Plain<String>>,
    prev: Nullable<Plain<String>>,
    next: Nullable<Plain<String>>,
});
