//! The envelope of a page: Laravel's length-aware paginator, as a resource collection answers it.

use std::mem;
use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use http::HeaderValue;
use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};

use crate::page::json;
use crate::page::link_header::link_header;
use crate::page::link_style::{Labels, LinkStyle};
use crate::page::request::PageRequest;
use crate::page::urls::{PageUrl, PageUrls};
use crate::page::window::window;
use crate::text::buffer::Buffer;
use crate::token::TokenResource;

/// A page of items with everything a client needs to reach the others.
///
/// Its JSON is Laravel's: `data`, then `links` (first, last, prev, next), then `meta` with the numbers and the array of
/// page links. Every member is always there, null where there is nothing. A page past the end is an answer like any
/// other: no items, `from` and `to` null, no next page, and no entry active.
///
/// Every number is exact for any `u64` total. Links name no page above [`PageRequest::MAX_PAGE`], the last that can be
/// asked for, even where `last_page` is higher.
///
/// # Examples
///
/// ```
/// use tokenfolio::{PageRequest, PageRules, PageUrls, Paginator};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = PageRequest::from_query("page=2", &PageRules::default())?;
/// let urls = PageUrls::new("https://api.example.com/fruit")?;
/// let page = Paginator::new(vec!["fig"], 21, request, urls);
///
/// assert_eq!((page.from(), page.to(), page.last_page()), (Some(21), Some(21), 2));
/// assert_eq!(page.prev_url().as_deref(), Some("https://api.example.com/fruit?page=1"));
/// assert_eq!(page.next_url(), None);
///
/// let json = serde_json::to_value(&page)?;
/// assert_eq!(json["data"][0], "fig");
/// assert_eq!(json["meta"]["links"][2]["active"], true);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paginator<T> {
    items: Vec<T>,
    total: u64,
    request: PageRequest,
    urls: PageUrls,
    style: LinkStyle,
}

impl<T> Paginator<T> {
    /// Makes the page that `request` asked for from its items and the number of items on all pages.
    ///
    /// The items are taken as they are, neither counted against the total nor cut: `from` and `to` follow them.
    #[must_use]
    pub fn new(items: Vec<T>, total: u64, request: PageRequest, urls: PageUrls) -> Self {
        Self { items, total, request, urls, style: LinkStyle::default() }
    }

    /// Sets how the array of page links looks.
    #[must_use]
    pub fn with_style(self, style: LinkStyle) -> Self {
        Self { style, ..self }
    }

    /// Turns every item into another, and leaves the rest as it is.
    #[must_use]
    pub fn map<U>(self, item: impl FnMut(T) -> U) -> Paginator<U> {
        Paginator {
            items: self.items.into_iter().map(item).collect(),
            total: self.total,
            request: self.request,
            urls: self.urls,
            style: self.style,
        }
    }

    /// Returns the items on this page.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Returns the number of this page, from 1.
    #[must_use]
    pub fn current_page(&self) -> u64 {
        self.request.page()
    }

    /// Returns the position of the first item on this page among all, from 1; `None` if there is no item.
    #[must_use]
    pub fn from(&self) -> Option<u64> {
        // Saturates only for items that no `u64` total could count.
        (!self.items.is_empty()).then(|| self.request.offset().saturating_add(1))
    }

    /// Returns the position of the last item on this page among all, from 1; `None` if there is no item.
    #[must_use]
    pub fn to(&self) -> Option<u64> {
        let count = self.items.len() as u64;
        (count > 0).then(|| self.request.offset().saturating_add(count))
    }

    /// Returns the number of the last page; 1 where there are no items at all.
    #[must_use]
    pub fn last_page(&self) -> u64 {
        self.total.div_ceil(u64::from(self.per_page().get())).max(1)
    }

    /// Returns the number of items on a full page.
    #[must_use]
    pub fn per_page(&self) -> NonZeroU32 {
        self.request.per_page()
    }

    /// Returns the number of items on all pages.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Tells whether this page lies beyond the last.
    #[must_use]
    pub fn is_past_the_end(&self) -> bool {
        self.current_page() > self.last_page()
    }

    /// Returns the URL of the first page.
    #[must_use]
    pub fn first_url(&self) -> String {
        self.urls.url(1)
    }

    /// Returns the URL of the last page that can be asked for.
    #[must_use]
    pub fn last_url(&self) -> String {
        self.urls.url(self.last_linked())
    }

    /// Returns the URL of the page before this one, if there is one. Past the end that page may lie past it too.
    #[must_use]
    pub fn prev_url(&self) -> Option<String> {
        self.prev().map(|page| self.urls.url(page))
    }

    /// Returns the URL of the page after this one, if there is one.
    #[must_use]
    pub fn next_url(&self) -> Option<String> {
        self.next().map(|page| self.urls.url(page))
    }

    /// Lists the page numbers that the array of page links shows, in order; `None` is a gap.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{LinkStyle, PageRequest, PageRules, PageUrls, Paginator};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = PageRequest::from_query("page=50", &PageRules::default())?;
    /// let page = Paginator::new(vec![()], 2_000, request, PageUrls::new("/fruit")?);
    /// let page = page.with_style(LinkStyle::default().with_on_each_side(1));
    /// let shown: Vec<_> = page.window().map(|page| page.unwrap_or_default()).collect();
    /// assert_eq!(shown, [1, 2, 0, 49, 50, 51, 0, 99, 100]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn window(&self) -> impl Iterator<Item = Option<u64>> {
        self.runs().enumerate().flat_map(|(at, run)| (at > 0).then_some(None).into_iter().chain(run.map(Some)))
    }

    /// Returns the same first, last, prev and next as a `Link` header (RFC 8288, section 3); one that is null is left
    /// out.
    ///
    /// # Panics
    ///
    /// Never: every character that a header value cannot hold is escaped.
    #[must_use]
    pub fn link_header(&self) -> HeaderValue {
        HeaderValue::try_from(link_header(self)).expect("escaped URLs are visible ASCII")
    }

    /// The runs of page numbers between the gaps.
    pub(crate) fn runs(&self) -> impl Iterator<Item = RangeInclusive<u64>> {
        window(self.current_page(), self.last_linked(), self.style.on_each_side)
    }

    pub(crate) fn urls(&self) -> &PageUrls {
        &self.urls
    }

    pub(crate) fn style(&self) -> &LinkStyle {
        &self.style
    }

    /// The last page, or the last one that can be asked for.
    pub(crate) fn last_linked(&self) -> u64 {
        self.last_page().min(PageRequest::MAX_PAGE)
    }

    pub(crate) fn prev(&self) -> Option<u64> {
        (self.current_page() > 1).then(|| self.current_page() - 1)
    }

    pub(crate) fn next(&self) -> Option<u64> {
        (self.current_page() < self.last_linked()).then(|| self.current_page() + 1)
    }
}

impl<T: Serialize> Paginator<T> {
    /// Replaces a buffer's content by the page's JSON: the bytes that `serde_json` writes, the envelope by our own
    /// encoder, which allocates nothing that the buffer has room for.
    ///
    /// A page of tokens has [`write_tokens`](Paginator::write_tokens), which is faster.
    ///
    /// # Errors
    ///
    /// An item that cannot be JSON, such as a map whose keys are not strings. What is then in the buffer is of no use.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::{PageRequest, PageRules, PageUrls, Paginator};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = PageRequest::from_query("", &PageRules::default())?;
    /// let page = Paginator::new(vec!["fig"], 1, request, PageUrls::new("/fruit")?);
    /// let mut body = Vec::new();
    /// page.write_json(&mut body)?;
    /// assert_eq!(body, serde_json::to_vec(&page)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn write_json(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        out.clear();
        out.extend_from_slice(b"{\"data\":");
        serde_json::to_writer(&mut *out, &self.items)?;
        let mut buffer = Buffer::after(mem::take(out), json::expected_links_and_meta(self));
        json::links_and_meta(&mut buffer, self);
        *out = buffer.finish();
        Ok(())
    }
}

impl Paginator<TokenResource> {
    /// Replaces a buffer's content by the page's JSON: the bytes that `serde_json` writes, by our own encoder, which
    /// allocates nothing that the buffer has room for.
    ///
    /// # Examples
    ///
    /// ```
    /// use chrono::DateTime;
    /// use tokenfolio::{AccessToken, PageRequest, PageRules, PageUrls, Paginator};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let token = AccessToken::new(1, "CI", DateTime::UNIX_EPOCH).into_resource(DateTime::UNIX_EPOCH);
    /// let request = PageRequest::from_query("", &PageRules::default())?;
    /// let page = Paginator::new(vec![token], 1, request, PageUrls::new("/tokens")?);
    /// let mut body = Vec::new();
    /// page.write_tokens(&mut body);
    /// assert_eq!(body, serde_json::to_vec(&page)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn write_tokens(&self, out: &mut Vec<u8>) {
        let mut buffer = Buffer::over(mem::take(out), json::expected_tokens(self));
        json::tokens(&mut buffer, self);
        *out = buffer.finish();
    }
}

impl<T: Serialize> Serialize for Paginator<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut envelope = serializer.serialize_struct("Paginator", 3)?;
        envelope.serialize_field("data", &self.items)?;
        envelope.serialize_field("links", &Links(self))?;
        envelope.serialize_field("meta", &Meta(self))?;
        envelope.end()
    }
}

struct Links<'p, T>(&'p Paginator<T>);

impl<T> Serialize for Links<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        let url = |number| page.urls.page(number);
        let mut links = serializer.serialize_struct("Links", 4)?;
        links.serialize_field("first", &url(1))?;
        links.serialize_field("last", &url(page.last_linked()))?;
        links.serialize_field("prev", &page.prev().map(url))?;
        links.serialize_field("next", &page.next().map(url))?;
        links.end()
    }
}

struct Meta<'p, T>(&'p Paginator<T>);

impl<T> Serialize for Meta<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        let labels = page.style.array();
        let mut meta = serializer.serialize_struct("Meta", if labels.is_some() { 8 } else { 7 })?;
        meta.serialize_field("current_page", &page.current_page())?;
        meta.serialize_field("from", &page.from())?;
        meta.serialize_field("last_page", &page.last_page())?;
        match labels {
            Some(labels) => meta.serialize_field("links", &LinkArray { page, labels })?,
            None => meta.skip_field("links")?,
        }
        meta.serialize_field("path", page.urls.path())?;
        meta.serialize_field("per_page", &page.per_page())?;
        meta.serialize_field("to", &page.to())?;
        meta.serialize_field("total", &page.total())?;
        meta.end()
    }
}

struct LinkArray<'p, T> {
    page: &'p Paginator<T>,
    labels: &'p Labels,
}

impl<T> Serialize for LinkArray<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { page, labels } = *self;
        let link = |label, number: Option<u64>| Link {
            url: number.map(|number| page.urls.page(number)),
            label,
            page: number,
            is_active: false,
        };
        let mut links = serializer.serialize_seq(None)?;
        links.serialize_element(&link(Label::Text(&labels.previous), page.prev()))?;
        for number in page.window() {
            let label = number.map_or(Label::Text(&labels.gap), Label::Number);
            let is_active = number == Some(page.current_page());
            links.serialize_element(&Link { is_active, ..link(label, number) })?;
        }
        links.serialize_element(&link(Label::Text(&labels.next), page.next()))?;
        links.end()
    }
}

struct Link<'p> {
    url: Option<PageUrl<'p>>,
    label: Label<'p>,
    page: Option<u64>,
    is_active: bool,
}

enum Label<'p> {
    Number(u64),
    Text(&'p str),
}

impl Serialize for Link<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut link = serializer.serialize_struct("Link", 4)?;
        link.serialize_field("url", &self.url)?;
        match self.label {
            Label::Number(page) => link.serialize_field("label", &format_args!("{page}"))?,
            Label::Text(text) => link.serialize_field("label", text)?,
        }
        link.serialize_field("page", &self.page)?;
        link.serialize_field("active", &self.is_active)?;
        link.end()
    }
}
