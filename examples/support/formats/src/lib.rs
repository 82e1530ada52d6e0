//! Tests of the library's types in formats other than JSON. They are in `tests`.
