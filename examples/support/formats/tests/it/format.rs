//! The formats.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A self-describing format, which has names and types. The library can therefore ignore unknown members, and preserve
/// unknown values.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Cbor,
    MessagePack,
    Yaml,
}

impl Format {
    pub(crate) const ALL: [Self; 3] = [Self::Cbor, Self::MessagePack, Self::Yaml];

    /// Writes a value and reads it again, as this or another type.
    #[track_caller]
    pub(crate) fn round_trip<T: Serialize, U: DeserializeOwned>(self, value: &T) -> U {
        let bytes = self.write(value);
        match self {
            Self::Cbor => ciborium::from_reader(&*bytes).expect("CBOR is read"),
            Self::MessagePack => rmp_serde::from_slice(&bytes).expect("MessagePack is read"),
            Self::Yaml => serde_yaml_ng::from_slice(&bytes).expect("YAML is read"),
        }
    }

    #[track_caller]
    fn write<T: Serialize>(self, value: &T) -> Vec<u8> {
        match self {
            Self::Cbor => {
                let mut bytes = Vec::new();
                ciborium::into_writer(value, &mut bytes).expect("CBOR is written");
                bytes
            }
            // With the names of members, which the compact form omits.
            Self::MessagePack => rmp_serde::to_vec_named(value).expect("MessagePack is written"),
            Self::Yaml => serde_yaml_ng::to_string(value).expect("YAML is written").into(),
        }
    }
}
