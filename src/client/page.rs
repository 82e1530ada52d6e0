//! The envelope as a client reads it: ours, Laravel's, and what versions to come will make of either.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use crate::client::links::PageLinks;
use crate::page::paginator::Paginator;

/// A page as a client reads it.
///
/// It takes more than [`Paginator`](crate::Paginator) writes. Unknown members are ignored, nullable ones may be missing,
/// a separator need not have a `page`, and labels may be anything, such as the HTML entities that Laravel sends.
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
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items on this page.
    pub data: Vec<T>,
    /// Where the other pages are.
    pub links: PageLinks,
    /// Where this page stands among them.
    pub meta: PageMeta,
}

impl<T> From<Paginator<T>> for Page<T> {
    /// Returns the page as a client reads it: for tests of a client, which have no service to ask.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{Page, PageRequest, PageRules, PageUrls, Paginator};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = PageRequest::from_query("page=2", &PageRules::default())?;
    /// let page = Page::from(Paginator::new(vec!["fig"], 21, request, PageUrls::new("/fruit")?));
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
                path: page.urls().path().to_owned(),
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
        url: number.map(|number| page.urls().url(number)),
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
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct PageMeta {
    /// The number of this page, from 1.
    pub current_page: u64,
    /// The position of its first item among all, from 1; `None` if it has none.
    #[serde(default, deserialize_with = "position")]
    pub from: Option<u64>,
    /// The number of the last page.
    pub last_page: u64,
    /// The array of page links; empty if the server leaves it out.
    #[serde(default)]
    pub links: Vec<MetaLink>,
    /// The URL of the list, without a page.
    pub path: String,
    /// The number of items on a full page.
    pub per_page: u64,
    /// The position of its last item among all, from 1; `None` if it has none.
    #[serde(default, deserialize_with = "position")]
    pub to: Option<u64>,
    /// The number of items on all pages.
    pub total: u64,
}

/// An entry of the array of page links: the page before, a page by its number, a gap, or the page after.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[non_exhaustive]
pub struct MetaLink {
    /// Where it leads; `None` for a gap, and where there is no such page.
    #[serde(default)]
    pub url: Option<String>,
    /// What it is called.
    pub label: String,
    /// The number of the page it leads to.
    #[serde(default)]
    pub page: Option<u64>,
    /// Whether it is this page.
    pub active: bool,
}

/// Reads a position, which PHP writes as a float where it does not fit an int64.
fn position<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Position;

    impl<'de> Visitor<'de> for Position {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a position from 1, or null")
        }

        fn visit_u64<E: Error>(self, position: u64) -> Result<Self::Value, E> {
            Ok(Some(position))
        }

        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the nearest u64 is meant")]
        fn visit_f64<E: Error>(self, position: f64) -> Result<Self::Value, E> {
            Ok(Some(position as u64))
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
            deserializer.deserialize_any(self)
        }
    }

    deserializer.deserialize_option(Position)
}
