//! The names that the crate makes public.

use std::any::type_name;
use std::fs;

/// The public traits, functions and constants.
pub(crate) const NOT_TYPES: [&str; 7] = [
    "Authenticator",
    "DynAuthenticator",
    "DynTokenStore",
    "OPENAPI_JSON",
    "TokenStore",
    "authenticate",
    "parse_retry_after",
];

/// Returns the names in the `pub use` items of `src/lib.rs`, in their order.
#[track_caller]
pub(crate) fn public_names() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs");
    let source = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let names = names_in(&source);
    assert!(names.len() > 30, "{names:?}");
    names
}

/// Returns the name of a type, without its path and its arguments.
pub(crate) fn name_of<T: ?Sized>() -> &'static str {
    let path = type_name::<T>();
    let path = path.split_once('<').map_or(path, |(path, _)| path);
    path.rsplit_once("::").map_or(path, |(_, name)| name)
}

/// Returns the names in the `pub use` items of a source.
fn names_in(source: &str) -> Vec<String> {
    let without_comment = |line: &str| line.split_once("//").map_or(line, |(code, _)| code).to_owned();
    let code: Vec<_> = source.lines().map(without_comment).collect();
    let code = code.join(" ");
    let items = code.split("pub use ").skip(1).filter_map(|rest| rest.split(';').next());
    // `a::{b::C, D as E}` is split into `a::`, `b::C` and `D as E`. The last word of each part is a name, if the part
    // ends with a word.
    let paths = items.flat_map(|item| item.split([',', '{', '}']));
    let names = paths.filter_map(|path| path.trim().rsplit([':', ' ']).next());
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn names_are_read_from_nested_paths_between_comments_and_attributes() {
    let source = "
        mod a;

        /// `pub use` in a comment.
        #[doc(alias = \"F\")]
        pub use a::A;
        pub use a::{B, b::C, c::{self as D, E}}; // pub use a::X;
        use a::Y;
        #[cfg(feature = \"g\")]
        pub use a::{
            // The first.
            F,
            g::{G},
        };
    ";
    assert_eq!(names_in(source), ["A", "B", "C", "D", "E", "F", "G"]);
}
