//! Reads an extension member of a problem. The member may have any value.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The number of arrays and objects that a value may nest. Each level takes a part of the stack, and a body from outside
/// can have as many levels as bytes.
const MAX_LEVELS: u8 = 16;

/// With serde_json's feature `arbitrary_precision`, a number arrives as an object with one member of this name.
const NUMBER_MEMBER: &str = "$serde_json::private::Number";

/// A value, or `None` if it is nested too deeply.
pub(super) struct Extension(pub(super) Option<Value>);

impl<'de> Deserialize<'de> for Extension {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Levels(MAX_LEVELS + 1).deserialize(deserializer).map(Self)
    }
}

/// The number of levels that a value may still nest, plus one. The additional level is only for a number that arrives
/// as an object (see [`NUMBER_MEMBER`]).
#[derive(Clone, Copy)]
struct Levels(u8);

impl Levels {
    /// Returns the number of levels for the values inside an array or object: one fewer than for the array or object
    /// itself. `None` if no level is left.
    fn below(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }
}

impl<'de> DeserializeSeed<'de> for Levels {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Levels {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Option<Value>, E> {
        Ok(Some(value.into()))
    }

    fn visit_none<E: Error>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_unit<E: Error>(self) -> Result<Option<Value>, E> {
        Ok(Some(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Option<Value>, A::Error> {
        let Some(levels @ Self(1..)) = self.below() else { return ignore_items(seq) };
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(levels)? {
            let Some(item) = item else { return ignore_items(seq) };
            items.push(item);
        }
        Ok(Some(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<Value>, A::Error> {
        let Some(levels) = self.below() else { return ignore_members(map) };
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let Some(value) = map.next_value_seed(levels)? else { return ignore_members(map) };
            members.insert(name, value);
        }
        let value = object_or_number(members);
        Ok((levels.0 > 0 || value.is_number()).then_some(value))
    }
}

/// Ignores the other items. serde_json does this without recursion.
fn ignore_items<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<Value>, A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(None)
}

fn ignore_members<'de, A: MapAccess<'de>>(mut map: A) -> Result<Option<Value>, A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(None)
}

fn object_or_number(members: Map<String, Value>) -> Value {
    let is_named_number = members.contains_key(NUMBER_MEMBER);
    let object = Value::Object(members);
    if !is_named_number {
        return object;
    }
    // Without the feature, the name has no meaning, the conversion fails, and the value stays an object.
    Number::deserialize(&object).map_or(object, Value::Number)
}
