//! The envelope as a client reads it: ours, Laravel's, and what versions to come will make of either.

use serde::de::{DeserializeOwned, Deserializer};

use crate::client::links::PageLinks;
use crate::page::paginator::Paginator;
use crate::text::label::Label;
use crate::text::object::{Form, List, Nullable, Plain, read_object};
use crate::text::repair;

/// A page as a client reads it.
///
/// It reads more than [`Paginator`](crate::Paginator) writes, namely what Laravel 8 to 13 send as a paginated resource:
///
/// - unknown members are ignored, nullable members may be missing, and the last of duplicate members wins;
/// - a number may be an integer, text, or a float without a fraction. A count above `u64::MAX` is read as `u64::MAX`;
/// - a label may be any text, such as Laravel's HTML entities, or a number, which becomes text;
/// - `links` and `meta.links` may be null.
///
/// An error names the member: `meta.per_page`, `data[3].created_at`, or `data[3]` if the item is of another type than
/// [`TokenResource`](crate::TokenResource).
///
/// [`from_slice`](Self::from_slice) also reads JSON that serde_json rejects. The format decides how deep an item of type
/// `T` may nest: serde_json rejects 128 levels, for which a `serde_json::Value` needs more than 64 KiB of stack.
///
/// # Examples
///
/// ```
/// use tokenfolio::{Page, TokenResource};
///
/// # fn main() -> serde_json::Result<()> {
/// let page: Page<TokenResource> = serde_json::from_str(
///     r#"{
///         "data": [],
///         "links": {"first": "/t?page=1", "last": "/t?page=1", "prev": null, "next": null},
///         "meta": {"current_page": 1, "from": null, "last_page": 1, "path": "/t", "per_page": 20, "total": 0}
///     }"#,
/// )?;
/// assert_eq!(page.links.next, None);
/// assert_eq!(page.meta.to, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items on this page.
    pub data: Vec<T>,
    /// Where the other pages are.
    pub links: PageLinks,
    /// Where this page stands among them.
    pub meta: PageMeta,
}

read_object!(Page<T>: "a page" {
    data: List<T>,
    links: Links,
    meta: Plain<PageMeta>,
});

impl<T: DeserializeOwned> Page<T> {
    /// Reads a page from JSON, even if single texts or numbers in it cannot be decoded.
    ///
    /// - A byte order mark is skipped.
    /// - A lone surrogate escape and a byte that is not UTF-8 are read as U+FFFD.
    /// - A number that no `f64` holds, such as `1e999`, is read as the finite number nearest to it.
    ///
    /// `Deserialize` rejects these, because its format has read them before it. The time is linear in the length of
    /// `json`, and so is the memory. The position in an error counts the bytes after these replacements.
    ///
    /// # Errors
    ///
    /// Fails if the bytes are not JSON, or JSON that is not a page. The error then names the member.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::Page;
    ///
    /// # fn main() -> serde_json::Result<()> {
    /// let json = br#"{
    ///     "data": ["caf\ud83d"],
    ///     "links": null,
    ///     "meta": {"current_page": 1, "last_page": 1, "path": "/t", "per_page": "20", "total": 1.0}
    /// }"#;
    /// let page = Page::<String>::from_slice(json)?;
    /// assert_eq!(page.data, ["caf\u{fffd}"]);
    /// assert_eq!((page.meta.per_page, page.meta.total), (20, 1));
    ///
    /// let error = Page::<u8>::from_slice(br#"{"data": [7, 8, "nine"]}"#).unwrap_err();
    /// assert!(error.to_string().starts_with("`data[2]`: invalid type: string \"nine\", expected u8"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_slice(json: &[u8]) -> serde_json::Result<Self> {
        repair::from_slice(json)
    }
}

impl<T> From<Paginator<T>> for Page<T> {
    /// Returns the page as a client reads it: for tests of a client, which have no service to ask.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{Page, Pagination};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let page = Page::from(Pagination::new("/fruit")?.request("page=2")?.paginate(vec!["fig"], 21));
    /// assert_eq!(page.data, ["fig"]);
    /// assert_eq!(page.links.prev.as_deref(), Some("/fruit?page=1"));
    /// assert_eq!(page.meta.total, 21);
    /// # Ok(())
    /// # }
    /// ```
    fn from(page: Paginator<T>) -> Self {
        Self {
            links: PageLinks {
                first: Some(page.first_url()),
                last: Some(page.last_url()),
                prev: page.prev_url(),
                next: page.next_url(),
            },
            meta: PageMeta {
                current_page: page.current_page(),
                from: page.from(),
                last_page: page.last_page(),
                links: meta_links(&page),
                path: page.config().url.clone(),
                per_page: page.per_page().get().into(),
                to: page.to(),
                total: page.total(),
            },
            data: page.into_items(),
        }
    }
}

fn meta_links<T>(page: &Paginator<T>) -> Vec<MetaLink> {
    let Some(labels) = page.style().array() else { return Vec::new() };
    let link = |label: &str, number: Option<u64>| MetaLink {
        url: number.map(|number| page.list().url(number).to_string()),
        label: label.to_owned(),
        page: number,
        active: false,
    };
    let mut links = vec![link(&labels.previous, page.prev_page())];
    for number in page.window() {
        links.push(match number {
            Some(number) => {
                MetaLink { active: number == page.current_page(), ..link(&number.to_string(), Some(number)) }
            }
            None => link(&labels.gap, None),
        });
    }
    links.push(link(&labels.next, page.next_page()));
    links
}

/// The numbers of a page.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PageMeta {
    /// The number of this page, from 1.
    pub current_page: u64,
    /// The position of its first item among all, from 1; `None` if it has none.
    pub from: Option<u64>,
    /// The number of the last page.
    pub last_page: u64,
    /// The array of page links; empty if the server leaves it out.
    pub links: Vec<MetaLink>,
    /// The URL of the list, without a page.
    pub path: String,
    /// The number of items on a full page.
    pub per_page: u64,
    /// The position of its last item among all, from 1; `None` if it has none.
    pub to: Option<u64>,
    /// The number of items on all pages.
    pub total: u64,
}

read_object!(PageMeta: "the numbers of a page" {
    current_page: u64,
    from: Nullable<u64>,
    last_page: u64,
    links: LinkArray,
    path: Plain<String>,
    per_page: u64,
    to: Nullable<u64>,
    total: u64,
});

/// An entry of the array of page links: the page before, a page by its number, a gap, or the page after.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MetaLink {
    /// Where it leads; `None` for a gap, and where there is no such page.
    pub url: Option<String>,
    /// What it is called.
    pub label: String,
    /// The number of the page it leads to.
    pub page: Option<u64>,
    /// Whether it is this page.
    pub active: bool,
}

read_object!(MetaLink: "an entry of the array of page links" {
    url: Nullable<Plain<String>>,
    label: Label,
    page: Nullable<u64>,
    active: Plain<bool>,
});

/// The links of a page, which may be null as a whole, but not missing.
struct Links;

impl<'de> Form<'de> for Links {
    type Value = PageLinks;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<PageLinks, D::Error> {
        Nullable::<Plain<PageLinks>>::read(deserializer).map(Option::unwrap_or_default)
    }
}

/// The array of page links, which is empty where it is null or missing.
struct LinkArray;

impl<'de> Form<'de> for LinkArray {
    type Value = Vec<MetaLink>;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<MetaLink>, D::Error> {
        Nullable::<List<MetaLink>>::read(deserializer).map(Option::unwrap_or_default)
    }

    fn missing() -> Option<Vec<MetaLink>> {
        Some(Vec::new())
    }
}
