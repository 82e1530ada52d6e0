//! Extension members from formats other than JSON, which call other methods of a visitor.

use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::json;
use tokenfolio::Problem;

/// The value of a member, as some formats pass it.
enum Value {
    Bytes,
    /// Null, as CBOR passes it.
    Nothing,
    OwnedText,
    /// A value in an option.
    Some(&'static str),
}

impl<'de> IntoDeserializer<'de> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Bytes => visitor.visit_bytes(b"x"),
            Self::Nothing => visitor.visit_none(),
            Self::OwnedText => visitor.visit_string("text".to_owned()),
            Self::Some(text) => visitor.visit_some(text.into_deserializer()),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

fn read<const N: usize>(members: [(&'static str, Value); N]) -> Result<Problem, Error> {
    Problem::deserialize(MapDeserializer::new(members.into_iter()))
}

#[test]
fn extensions_can_be_owned_texts_and_options() {
    let problem = read([("owned", Value::OwnedText), ("nothing", Value::Nothing), ("some", Value::Some("x"))]).unwrap();
    let json = serde_json::to_value(&problem).unwrap();
    assert_eq!((&json["owned"], json.get("nothing")), (&json!("text"), Some(&json!(null))));
    assert_eq!(json["some"], "x");
}

#[test]
fn bytes_are_no_value_of_an_extension() {
    let error = read([("bytes", Value::Bytes)]).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: byte array, expected any value");
}
