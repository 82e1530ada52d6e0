//! Serializes a page for any format of serde. [`json`](crate::page::json) writes the same JSON faster.

use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};

use crate::page::link_style::Labels;
use crate::page::paginator::Paginator;
use crate::page::urls::PageUrl;

impl<T: Serialize> Serialize for Paginator<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut envelope = serializer.serialize_struct("Paginator", 3)?;
        envelope.serialize_field("data", self.items())?;
        envelope.serialize_field("links", &Links(self))?;
        envelope.serialize_field("meta", &Meta(self))?;
        envelope.end()
    }
}

struct Links<'p, T>(&'p Paginator<T>);

impl<T> Serialize for Links<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        let url = |number| page.request().page_url(number);
        let mut links = serializer.serialize_struct("Links", 4)?;
        links.serialize_field("first", &url(1))?;
        links.serialize_field("last", &url(page.last_linked_page()))?;
        links.serialize_field("prev", &page.prev_page().map(url))?;
        links.serialize_field("next", &page.next_page().map(url))?;
        links.end()
    }
}

struct Meta<'p, T>(&'p Paginator<T>);

impl<T> Serialize for Meta<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        let labels = page.style().array();
        let mut meta = serializer.serialize_struct("Meta", if labels.is_some() { 8 } else { 7 })?;
        meta.serialize_field("current_page", &page.current_page())?;
        meta.serialize_field("from", &page.from())?;
        meta.serialize_field("last_page", &page.last_page())?;
        match labels {
            Some(labels) => meta.serialize_field("links", &LinkArray { page, labels })?,
            None => meta.skip_field("links")?,
        }
        meta.serialize_field("path", &page.config().url)?;
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
            url: number.map(|number| page.request().page_url(number)),
            label,
            page: number,
            is_active: false,
        };
        // The previous and the next page beside the window.
        let mut links = serializer.serialize_seq(Some(page.window().count() + 2))?;
        links.serialize_element(&link(Label::Text(&labels.previous), page.prev_page()))?;
        for number in page.window() {
            let label = number.map_or(Label::Text(&labels.gap), Label::Number);
            let is_active = number == Some(page.current_page());
            links.serialize_element(&Link { is_active, ..link(label, number) })?;
        }
        links.serialize_element(&link(Label::Text(&labels.next), page.next_page()))?;
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

impl Serialize for PageUrl<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
