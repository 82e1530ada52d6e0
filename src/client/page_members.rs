//! Reads the members of a page, with or without a resource.
//!
//! A page without a resource is called a bare page here. Its links and numbers are members beside `data`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{self, MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};

use crate::client::links::PageLinks;
use crate::client::meta::{MetaLink, PageMeta};
use crate::client::page::Page;
use crate::text::object::{Form, List, Nullable, Plain, in_member, read_object};

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("Page", &["data", "links", "meta"], PageVisitor(PhantomData))
    }
}

struct PageVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PageVisitor<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Page<T>, A::Error> {
        Members::deserialize(MapAccessDeserializer::new(map))?.into_page()
    }

    /// Reads a page from a format that has no names of members, such as MessagePack without names. The members are in
    /// the order of the fields of [`UnnamedMembers`].
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Page<T>, A::Error> {
        let page = UnnamedMembers::deserialize(SeqAccessDeserializer::new(seq))?;
        Ok(Page { data: page.data, links: page.links, meta: page.meta })
    }
}

/// The members of a page in a format that has no names of members.
struct UnnamedMembers<T> {
    data: Vec<T>,
    links: PageLinks,
    meta: PageMeta,
}

read_object!(UnnamedMembers<T>: "a page" {
    data: List<T>,
    links: Plain<PageLinks>,
    meta: Plain<PageMeta>,
});

/// The members of a page with a resource (`data`, `links` and `meta`), and of a bare page.
struct Members<T> {
    data: Vec<T>,
    /// `None` if the member is missing.
    links: Option<Option<MemberLinks>>,
    meta: Option<PageMeta>,
    current_page: BareMember<u64>,
    first_page_url: BareMember<String>,
    from: BareMember<u64>,
    last_page: BareMember<u64>,
    last_page_url: BareMember<String>,
    next_cursor: BareMember<String>,
    next_page_url: BareMember<String>,
    path: BareMember<String>,
    per_page: BareMember<u64>,
    prev_cursor: BareMember<String>,
    prev_page_url: BareMember<String>,
    to: BareMember<u64>,
    total: BareMember<u64>,
}

read_object!(Members<T>: "a page" {
    data: List<T>,
    links: NullOrMissing<Plain<MemberLinks>>,
    meta: Nullable<Plain<PageMeta>>,
    current_page: OfBarePage<u64>,
    first_page_url: OfBarePage<Plain<String>>,
    from: OfBarePage<u64>,
    last_page: OfBarePage<u64>,
    last_page_url: OfBarePage<Plain<String>>,
    next_cursor: OfBarePage<Plain<String>>,
    next_page_url: OfBarePage<Plain<String>>,
    path: OfBarePage<Plain<String>>,
    per_page: OfBarePage<u64>,
    prev_cursor: OfBarePage<Plain<String>>,
    prev_page_url: OfBarePage<Plain<String>>,
    to: OfBarePage<u64>,
    total: OfBarePage<u64>,
});

impl<T> Members<T> {
    fn into_page<E: Error>(self) -> Result<Page<T>, E> {
        if self.meta.is_some() || self.path.is_missing() {
            self.into_page_with_resource()
        } else {
            self.into_bare_page()
        }
    }

    fn into_page_with_resource<E: Error>(self) -> Result<Page<T>, E> {
        let Some(meta) = self.meta else { return Err(missing("meta")) };
        if let Some(member) = meta.missing_number() {
            return Err(missing(&format!("meta.{member}")));
        }
        // `links` can be null, but Laravel never leaves it out.
        let Some(links) = self.links else { return Err(missing("links")) };
        Ok(Page { data: self.data, links: links.unwrap_or_default().of_resource(), meta })
    }

    fn into_bare_page<E: Error>(self) -> Result<Page<T>, E> {
        let meta = PageMeta {
            current_page: self.current_page.optional("current_page")?,
            from: self.from.optional("from")?,
            last_page: self.last_page.optional("last_page")?,
            links: self.links.flatten().map(MemberLinks::of_bare_page).unwrap_or_default(),
            path: self.path.required("path")?,
            per_page: self.per_page.required("per_page")?,
            to: self.to.optional("to")?,
            total: self.total.optional("total")?,
            next_cursor: self.next_cursor.optional("next_cursor")?,
            prev_cursor: self.prev_cursor.optional("prev_cursor")?,
        };
        if let Some(member) = meta.missing_number() {
            return Err(missing(member));
        }
        let links = PageLinks {
            first: self.first_page_url.optional("first_page_url")?,
            last: self.last_page_url.optional("last_page_url")?,
            prev: self.prev_page_url.optional("prev_page_url")?,
            next: self.next_page_url.optional("next_page_url")?,
        };
        Ok(Page { data: self.data, links, meta })
    }
}

fn missing<E: Error>(member: &str) -> E {
    E::custom(format_args!("`{member}`: missing member"))
}

/// A member beside `data`. In a page with a resource, this member belongs to the service and can have any value. So its
/// error is reported only if the page turns out to have no resource.
enum BareMember<T> {
    Missing,
    Null,
    Value(T),
    Wrong(value::Error),
}

impl<T> BareMember<T> {
    fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    fn optional<E: Error>(self, name: &str) -> Result<Option<T>, E> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::Value(value) => Ok(Some(value)),
            Self::Wrong(error) => Err(in_member(name, &E::custom(error))),
        }
    }

    fn required<E: Error>(self, name: &str) -> Result<T, E> {
        self.optional(name)?.ok_or_else(|| missing(name))
    }
}

/// Reads a member beside `data` as the type that it has in a bare page.
struct OfBarePage<F>(PhantomData<F>);

impl<'de, F: Form<'de>> Form<'de> for OfBarePage<F> {
    type Value = BareMember<F::Value>;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(BareMemberVisitor(PhantomData::<F>))
    }

    fn missing() -> Option<Self::Value> {
        Some(BareMember::Missing)
    }
}

struct BareMemberVisitor<F>(PhantomData<F>);

impl<'de, F: Form<'de>> BareMemberVisitor<F> {
    /// Reads a scalar as the type of the member.
    fn scalar(scalar: impl IntoDeserializer<'de, value::Error>) -> BareMember<F::Value> {
        match F::read(scalar.into_deserializer()) {
            Ok(value) => BareMember::Value(value),
            Err(error) => BareMember::Wrong(error),
        }
    }

    fn wrong(self, unexpected: Unexpected<'_>) -> BareMember<F::Value> {
        BareMember::Wrong(Error::invalid_type(unexpected, &self))
    }
}

impl<'de, F: Form<'de>> Visitor<'de> for BareMemberVisitor<F> {
    type Value = BareMember<F::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a text or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(BareMember::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(BareMember::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Self::scalar(value))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Self::scalar(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Self::scalar(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Self::scalar(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Self::scalar(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.wrong(Unexpected::Seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.wrong(Unexpected::Map))
    }
}

/// The member `links`: an object in a page with a resource, and the array of page links in a bare page.
#[derive(Default)]
struct MemberLinks {
    object: PageLinks,
    array: Vec<MetaLink>,
}

impl MemberLinks {
    fn of_resource(self) -> PageLinks {
        self.object
    }

    fn of_bare_page(self) -> Vec<MetaLink> {
        self.array
    }
}

impl<'de> Deserialize<'de> for MemberLinks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberLinksVisitor)
    }
}

struct MemberLinksVisitor;

impl<'de> Visitor<'de> for MemberLinksVisitor {
    type Value = MemberLinks;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the links of a page")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MemberLinks, A::Error> {
        let object = PageLinks::deserialize(MapAccessDeserializer::new(map))?;
        Ok(MemberLinks { object, array: Vec::new() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<MemberLinks, A::Error> {
        let array = List::<MetaLink>::read(SeqAccessDeserializer::new(seq))?;
        Ok(MemberLinks { object: PageLinks::default(), array })
    }
}

/// A member that can be null or missing: `Some(None)` if it is null, and `None` if it is missing.
struct NullOrMissing<F>(PhantomData<F>);

impl<'de, F: Form<'de>> Form<'de> for NullOrMissing<F> {
    type Value = Option<Option<F::Value>>;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        Nullable::<F>::read(deserializer).map(Some)
    }

    fn missing() -> Option<Self::Value> {
        Some(None)
    }
}
