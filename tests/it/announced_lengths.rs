//! The numbers of members and elements that are announced to a serializer. Formats such as CBOR and postcard write them
//! ahead of the content, so a wrong number is malformed output.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use http::StatusCode;
use serde::ser::{self, Serialize, Serializer};
use serde_json::json;
use tokenfolio::{AccessToken, AllowedIps, LinkStyle, Problem, ReportedStatus, TokenId, TokenResource, TokenStatus};

use crate::endpoint::now;
use crate::page::{list, preserving, request};

/// A serializer that writes nothing, and fails if the number of elements differs from the announced number.
#[derive(Clone, Copy)]
struct Counter;

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct WrongLength(String);

impl ser::Error for WrongLength {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// The announced length of a sequence, a map or a struct, and the number of elements written so far.
struct Counted {
    name: &'static str,
    announced: Option<usize>,
    written: usize,
}

impl Counted {
    fn new(name: &'static str, announced: Option<usize>) -> Result<Self, WrongLength> {
        Ok(Self { name, announced, written: 0 })
    }

    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WrongLength> {
        self.written += 1;
        value.serialize(Counter)
    }

    fn end(self) -> Result<(), WrongLength> {
        let Self { name, announced, written } = self;
        if announced == Some(written) {
            return Ok(());
        }
        Err(WrongLength(format!("{name} announces {announced:?} and writes {written}")))
    }
}

macro_rules! ignore_scalars {
    ($($function:ident: $type:ty),+ $(,)?) => {
        $(fn $function(self, _: $type) -> Result<(), WrongLength> { Ok(()) })+
    };
}

impl Serializer for Counter {
    type Ok = ();
    type Error = WrongLength;
    type SerializeSeq = Counted;
    type SerializeTuple = Counted;
    type SerializeTupleStruct = Counted;
    type SerializeTupleVariant = Counted;
    type SerializeMap = Counted;
    type SerializeStruct = Counted;
    type SerializeStructVariant = Counted;

    ignore_scalars! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_str: &str,
        serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    fn serialize_none(self) -> Result<(), WrongLength> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WrongLength> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), WrongLength> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), WrongLength> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), WrongLength> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), WrongLength> {
        value.serialize(self)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Counted, WrongLength> {
        Counted::new("a sequence", len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Counted, WrongLength> {
        Counted::new("a tuple", Some(len))
    }

    fn serialize_tuple_struct(self, name: &'static str, len: usize) -> Result<Counted, WrongLength> {
        Counted::new(name, Some(len))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        len: usize,
    ) -> Result<Counted, WrongLength> {
        Counted::new(name, Some(len))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Counted, WrongLength> {
        Counted::new("a map", len)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Counted, WrongLength> {
        Counted::new(name, Some(len))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        len: usize,
    ) -> Result<Counted, WrongLength> {
        Counted::new(name, Some(len))
    }
}

macro_rules! count {
    ($($trait:ident $function:ident),+ $(,)?) => {
        $(impl ser::$trait for Counted {
            type Ok = ();
            type Error = WrongLength;

            fn $function<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WrongLength> {
                self.add(value)
            }

            fn end(self) -> Result<(), WrongLength> {
                Self::end(self)
            }
        })+
    };
}

count! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}

macro_rules! count_named {
    ($($trait:ident),+ $(,)?) => {
        $(impl ser::$trait for Counted {
            type Ok = ();
            type Error = WrongLength;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), WrongLength> {
                self.add(value)
            }

            fn end(self) -> Result<(), WrongLength> {
                Self::end(self)
            }
        })+
    };
}

count_named! {
    SerializeStruct,
    SerializeStructVariant,
}

impl ser::SerializeMap for Counted {
    type Ok = ();
    type Error = WrongLength;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WrongLength> {
        key.serialize(Counter)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WrongLength> {
        self.add(value)
    }

    fn end(self) -> Result<(), WrongLength> {
        Self::end(self)
    }
}

/// Checks the numbers that a value announces.
#[track_caller]
fn check<T: Serialize>(value: &T) {
    if let Err(error) = value.serialize(Counter) {
        panic!("{}: {error}", serde_json::to_string(value).unwrap());
    }
}

#[test]
fn a_wrong_length_is_found() {
    /// Announces one number and writes another.
    struct Wrong(Option<usize>, usize);

    impl Serialize for Wrong {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut elements = serializer.serialize_seq(self.0)?;
            for index in 0..self.1 {
                ser::SerializeSeq::serialize_element(&mut elements, &index)?;
            }
            ser::SerializeSeq::end(elements)
        }
    }

    for (announced, written, is_right) in
        [(None, 0, false), (Some(0), 0, true), (Some(1), 0, false), (Some(2), 3, false), (Some(3), 3, true)]
    {
        assert_eq!(Wrong(announced, written).serialize(Counter).is_ok(), is_right, "{announced:?} {written}");
        assert_eq!([Wrong(announced, written)].serialize(Counter).is_ok(), is_right, "{announced:?} {written}");
    }
}

#[test]
fn every_page_announces_its_lengths() {
    let style = LinkStyle::default;
    for style in [style(), style().without_array(), style().with_on_each_side(0), style().with_on_each_side(255)] {
        for total in (0..=60).chain([281, 100_000, u64::MAX - 1, u64::MAX]) {
            for page in (1..=62).chain([50_000, i64::MAX as u64]) {
                let list = list().with_link_style(style.clone());
                check(&request(&list, page, 1).paginate(vec![(); 0], total));
            }
        }
    }
    let tokens: Vec<_> = (0..3).map(|id| AccessToken::new(id, "CI", now()).into_resource(now())).collect();
    check(&preserving(list(), "page", 1, "a=b").paginate(tokens.clone(), 3));
    let list = list().with_per_page(2.try_into().unwrap());
    for count in 0..=3 {
        let tokens = &tokens[..count];
        for page in ["page=1", "page=2"] {
            check(&list.request(page).unwrap().simple_paginate(tokens.to_vec()));
        }
        // The first page, and one that has neighbours on both sides.
        for query in ["", "cursor=eyJpZCI6MSwiX3BvaW50c1RvTmV4dEl0ZW1zIjp0cnVlfQ"] {
            let keys = |token: &TokenResource| json!({"id": token.id.0});
            check(&list.cursor_request(query).unwrap().paginate(tokens.to_vec(), keys).unwrap());
        }
    }
}

#[test]
fn every_token_announces_its_lengths() {
    let bare = AccessToken::new(1, "CI", now());
    let list = || AllowedIps::parse(["10.0.0.7", "::/0", "10.0.0.7"]).unwrap();
    let full = bare.clone().with_last_used_at(now()).with_usage_count(u64::MAX).with_expires_at(now());
    for token in [bare.clone().with_allowed_ips(AllowedIps::deny_all()), full.with_allowed_ips(list()), bare] {
        check(&token.into_resource(now()));
    }
    check(&AllowedIps::deny_all());
    check(&list());
    check(&list().entries()[0]);
    check(&TokenId(1));
    check(&TokenStatus::Active);
    for status in ["active", "suspended", ""] {
        check(&ReportedStatus::from(status));
    }
}

#[test]
fn every_problem_announces_its_lengths() {
    let members = [
        ("type", json!("/probs/x")),
        ("title", json!("T")),
        ("status", json!(404)),
        ("detail", json!("d")),
        ("instance", json!("/i")),
        ("trace_id", json!("t-1")),
        ("balance", json!({"a": [], "b": [null, {"c": 1.5}]})),
        ("nothing", json!(null)),
    ];
    // Every subset of the members.
    for subset in 0..1_u32 << members.len() {
        let chosen = members.iter().enumerate().filter(|(index, _)| subset >> index & 1 == 1);
        let object: serde_json::Map<_, _> =
            chosen.map(|(_, (name, value))| ((*name).to_owned(), value.clone())).collect();
        check(&serde_json::from_value::<Problem>(object.into()).unwrap());
    }
    check(&Problem::new(StatusCode::NOT_FOUND));
    check(&Problem::unauthorized("/api/v1/me/tokens"));
}

/// The types that the tests above serialize, directly or as parts of other types.
const SERIALIZED: [&str; 18] = [
    "AllowedIp",
    "AllowedIps",
    "CursorMeta",
    "CursorPaginator",
    "Link",
    "LinkArray",
    "Links",
    "ListUrl",
    "Meta",
    "Paginator",
    "Problem",
    "ReportedStatus",
    "SimpleMeta",
    "SimplePaginator",
    "Timestamp",
    "TokenId",
    "TokenResource",
    "TokenStatus",
];

#[test]
fn every_type_that_is_serialized_is_checked() {
    let mut types = serialized_types(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    types.sort_unstable();
    assert_eq!(types, SERIALIZED);
}

/// Returns the names of the types in a folder that implement or derive `Serialize`.
fn serialized_types(folder: &Path) -> Vec<String> {
    let mut types = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            types.extend(serialized_types(&path));
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let derived = source.split("serde::Serialize)]").skip(1).filter_map(|rest| rest.split("pub struct ").nth(1));
        let implemented = source.split("Serialize for ").skip(1);
        let name = |rest: &str| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned();
        types.extend(derived.chain(implemented).map(name));
    }
    types
}
