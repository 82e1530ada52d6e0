//! Serializes pages for any format of serde. [`json`](crate::page::json) writes the same JSON faster.

use std::fmt::Display;

use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};

use crate::page::cursor_paginator::CursorPaginator;
use crate::page::link_style::Labels;
use crate::page::paginator::Paginator;
use crate::page::simple::SimplePaginator;
use crate::page::urls::ListUrl;

impl<T: Serialize> Serialize for Paginator<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_envelope(serializer, "Paginator", self.items(), &Links::of(self), &Meta(self))
    }
}

impl<T: Serialize> Serialize for SimplePaginator<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_envelope(serializer, "SimplePaginator", self.items(), &Links::of_simple(self), &SimpleMeta(self))
    }
}

impl<T: Serialize> Serialize for CursorPaginator<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_envelope(serializer, "CursorPaginator", self.items(), &Links::of_cursors(self), &CursorMeta(self))
    }
}

fn serialize_envelope<S: Serializer>(
    serializer: S,
    name: &'static str,
    items: &[impl Serialize],
    links: &impl Serialize,
    meta: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut envelope = serializer.serialize_struct(name, 3)?;
    envelope.serialize_field("data", items)?;
    envelope.serialize_field("links", links)?;
    envelope.serialize_field("meta", meta)?;
    envelope.end()
}

struct Links<'p, P> {
    first: Option<ListUrl<'p, P>>,
    last: Option<ListUrl<'p, P>>,
    prev: Option<ListUrl<'p, P>>,
    next: Option<ListUrl<'p, P>>,
}

impl<'p> Links<'p, u64> {
    fn of<T>(page: &'p Paginator<T>) -> Self {
        let url = |number| page.list().url(number);
        Self {
            first: Some(url(1)),
            last: Some(url(page.last_linked_page())),
            prev: page.prev_page().map(url),
            next: page.next_page().map(url),
        }
    }

    fn of_simple<T>(page: &'p SimplePaginator<T>) -> Self {
        let url = |number| page.list().url(number);
        Self { first: Some(url(1)), last: None, prev: page.prev_page().map(url), next: page.next_page().map(url) }
    }
}

impl<'p> Links<'p, &'p str> {
    fn of_cursors<T>(page: &'p CursorPaginator<T>) -> Self {
        let url = |cursor| page.list().url(cursor);
        Self { first: None, last: None, prev: page.prev_cursor().map(url), next: page.next_cursor().map(url) }
    }
}

impl<P: Display> Serialize for Links<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut links = serializer.serialize_struct("Links", 4)?;
        links.serialize_field("first", &self.first)?;
        links.serialize_field("last", &self.last)?;
        links.serialize_field("prev", &self.prev)?;
        links.serialize_field("next", &self.next)?;
        links.end()
    }
}

struct SimpleMeta<'p, T>(&'p SimplePaginator<T>);

impl<T> Serialize for SimpleMeta<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        let mut meta = serializer.serialize_struct("Meta", 6)?;
        meta.serialize_field("current_page", &page.current_page())?;
        meta.serialize_field("current_page_url", &page.list().url(page.current_page()))?;
        meta.serialize_field("from", &page.from())?;
        meta.serialize_field("path", &page.list().config().url)?;
        meta.serialize_field("per_page", &page.per_page())?;
        meta.serialize_field("to", &page.to())?;
        meta.end()
    }
}

struct CursorMeta<'p, T>(&'p CursorPaginator<T>);

impl<T> Serialize for CursorMeta<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let page = self.0;
        let mut meta = serializer.serialize_struct("Meta", 4)?;
        meta.serialize_field("path", &page.list().config().url)?;
        meta.serialize_field("per_page", &page.per_page())?;
        meta.serialize_field("next_cursor", &page.next_cursor())?;
        meta.serialize_field("prev_cursor", &page.prev_cursor())?;
        meta.end()
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
            url: number.map(|number| page.list().url(number)),
            label,
            page: number,
            is_active: false,
        };
        // The window, and the links to the previous and the next page.
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
    url: Option<ListUrl<'p, u64>>,
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

impl<P: Display> Serialize for ListUrl<'_, P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
