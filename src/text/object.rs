//! Reads an object member by member: tolerantly, and with errors that name the member.
//!
//! serde's derive names a member only if the member is missing. Here every error begins with a path such as
//! `meta.per_page`. Each object and each list on the way adds its part of the path.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, SeqAccess, Visitor};

/// The form of a member: the values that are read, and the value of a missing member.
pub(crate) trait Form<'de> {
    type Value;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error>;

    /// Returns the value of a member that is missing; `None` if the member is required.
    fn missing() -> Option<Self::Value> {
        None
    }
}

/// Implements `Deserialize` for a struct, with a form for each member.
///
/// Unknown members are ignored, and the last of duplicate members wins. In a format that has no names of members, they
/// are in order.
macro_rules! read_object {
    ($record:ident $(<$item:ident>)?: $expected:literal { $($member:ident: $form:ty,)+ }) => {
        impl<'de, $($item: serde::Deserialize<'de>)?> serde::Deserialize<'de> for $record $(<$item>)? {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let visitor = $crate::text::object::Object::<Self>::new();
                deserializer.deserialize_struct(stringify!($record), &[$(stringify!($member)),+], visitor)
            }
        }

        impl<'de, $($item: serde::Deserialize<'de>)?> serde::de::Visitor<'de>
            for $crate::text::object::Object<$record $(<$item>)?>
        {
            type Value = $record $(<$item>)?;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($expected)
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                #[derive(serde::Deserialize)]
                #[serde(field_identifier)]
                #[allow(non_camel_case_types, reason = "a member's name is its identifier")]
                enum Member {
                    $($member,)+
                    #[serde(other)]
                    Unknown,
                }
                $(let mut $member = None;)+
                while let Some(member) = map.next_key()? {
                    match member {
                        $(Member::$member => {
                            let value = map.next_value_seed($crate::text::object::Seed::<$form>::new());
                            let name = |error| $crate::text::object::in_member(stringify!($member), &error);
                            $member = Some(value.map_err(name)?);
                        })+
                        Member::Unknown => {
                            map.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                Ok($record {
                    $($member: $crate::text::object::or_missing::<$form, _>(stringify!($member), $member)?,)+
                })
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                $(
                    let value = seq.next_element_seed($crate::text::object::Seed::<$form>::new());
                    let $member = value.map_err(|error| $crate::text::object::in_member(stringify!($member), &error))?;
                )+
                Ok($record {
                    $($member: $crate::text::object::or_missing::<$form, _>(stringify!($member), $member)?,)+
                })
            }
        }
    };
}

pub(crate) use read_object;

/// The visitor of a struct. [`read_object`] implements `Visitor` for it.
pub(crate) struct Object<R>(PhantomData<R>);

impl<R> Object<R> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

/// Reads a value in a form.
pub(crate) struct Seed<F>(PhantomData<F>);

impl<F> Seed<F> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, F: Form<'de>> DeserializeSeed<'de> for Seed<F> {
    type Value = F::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<F::Value, D::Error> {
        F::read(deserializer)
    }
}

/// A value that is read by the `Deserialize` of its own type.
pub(crate) struct Plain<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Form<'de> for Plain<T> {
    type Value = T;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::deserialize(deserializer)
    }
}

/// A value or null. A missing member is read as null.
pub(crate) struct Nullable<F>(PhantomData<F>);

impl<'de, F: Form<'de>> Form<'de> for Nullable<F> {
    type Value = Option<F::Value>;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(NullableVisitor(PhantomData::<F>))
    }

    fn missing() -> Option<Self::Value> {
        Some(None)
    }
}

struct NullableVisitor<F>(PhantomData<F>);

impl<'de, F: Form<'de>> Visitor<'de> for NullableVisitor<F> {
    type Value = Option<F::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        F::read(deserializer).map(Some)
    }
}

/// A list, whose errors name the index of an item.
pub(crate) struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Form<'de> for List<T> {
    type Value = Vec<T>;

    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element().map_err(|error| in_item(items.len(), &error))? {
            items.push(item);
        }
        Ok(items)
    }
}

/// Returns the value of a member, or the value that its form has for a missing member.
pub(crate) fn or_missing<'de, F: Form<'de>, E: Error>(member: &str, value: Option<F::Value>) -> Result<F::Value, E> {
    value.or_else(F::missing).ok_or_else(|| E::custom(format_args!("`{member}`: missing member")))
}

/// Adds the name of a member to the path of an error.
pub(crate) fn in_member<E: Error>(member: &str, error: &E) -> E {
    let text = error.to_string();
    match split_path(&text) {
        Some((path, reason)) if path.starts_with('[') => E::custom(format_args!("`{member}{path}`: {reason}")),
        Some((path, reason)) => E::custom(format_args!("`{member}.{path}`: {reason}")),
        None => E::custom(format_args!("`{member}`: {text}")),
    }
}

/// Adds the index of an item to the path of an error.
fn in_item<E: Error>(index: usize, error: &E) -> E {
    in_member(&format!("[{index}]"), error)
}

/// Splits the text of an error into its path and its reason, if it has a path.
fn split_path(text: &str) -> Option<(&str, &str)> {
    let (path, reason) = text.strip_prefix('`')?.split_once("`: ")?;
    let is_path = path.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'[' | b']'));
    is_path.then_some((path, reason))
}
