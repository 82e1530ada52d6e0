//! The library's types in CBOR, MessagePack, YAML and postcard.

mod format;
mod round_trips;
