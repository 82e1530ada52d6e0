//! The package as a whole: its version, its public names, and the traits and sizes that users rely on.

use std::fs;
use std::path::Path;

use tokenfolio::*;

use crate::public_names::{NOT_TYPES, name_of, public_names};

#[test]
fn the_changelog_begins_with_this_version() {
    let changelog = file("CHANGELOG.md");
    let newest = changelog.lines().find(|line| line.starts_with("## ")).expect("a heading for a version");
    let date = newest.strip_prefix(concat!("## [", env!("CARGO_PKG_VERSION"), "] - "));
    let date = date.unwrap_or_else(|| panic!("the newest is not {}: {newest}", env!("CARGO_PKG_VERSION")));
    assert!(date.parse::<chrono::NaiveDate>().is_ok_and(|parsed| parsed.to_string() == date), "no date: {date}");
}

#[test]
fn every_public_name_is_in_the_changelog() {
    let changelog = file("CHANGELOG.md");
    for name in public_names() {
        assert!(changelog.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_description_names_this_version() {
    let description: serde_json::Value = serde_json::from_str(OPENAPI_JSON).expect("the description is JSON");
    assert_eq!(description["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_public_type_can_go_to_another_thread() {
    fn shared<T: Send + Sync + Unpin + 'static>() -> &'static str {
        name_of::<T>()
    }
    let mut names = NOT_TYPES.to_vec();
    names.extend([
        shared::<AccessToken>(),
        shared::<AllowedIp>(),
        shared::<AllowedIpError>(),
        shared::<AllowedIps>(),
        shared::<AuthError>(),
        shared::<Authenticated<String>>(),
        shared::<BaseUrlError>(),
        shared::<BearerError>(),
        shared::<BearerToken>(),
        shared::<Challenge>(),
        shared::<ChallengeError>(),
        shared::<CredentialsError>(),
        shared::<Cursor<String>>(),
        shared::<CursorError>(),
        shared::<CursorPaginator<TokenResource>>(),
        shared::<CursorRequest<String>>(),
        shared::<ExtensionError>(),
        shared::<ExtensionName>(),
        shared::<LinkStyle>(),
        shared::<ListQuery<String>>(),
        shared::<ListTokens<MemoryStore<String>, Box<dyn DynAuthenticator<Owner = String>>>>(),
        shared::<MemoryStore<String>>(),
        shared::<MetaLink>(),
        shared::<NextUrlError>(),
        shared::<Page<TokenResource>>(),
        shared::<PageLinks>(),
        shared::<PageMeta>(),
        shared::<PageRequest>(),
        shared::<PageWalk>(),
        shared::<Pagination>(),
        shared::<Paginator<TokenResource>>(),
        shared::<ParameterError>(),
        shared::<ParameterNameError>(),
        shared::<Problem>(),
        shared::<ProblemEvent<'static>>(),
        shared::<QueryError>(),
        shared::<ReportedStatus>(),
        shared::<ResponseError>(),
        shared::<SimplePaginator<TokenResource>>(),
        shared::<StatusFilter>(),
        shared::<StoreError>(),
        shared::<StoreErrorKind>(),
        shared::<TokenId>(),
        shared::<TokenList>(),
        shared::<TokenOrder>(),
        shared::<TokenResource>(),
        shared::<TokenStatus>(),
        shared::<TokenUsage<String>>(),
        shared::<TraceId>(),
        shared::<TraceIdError>(),
        shared::<TrustedProxies>(),
        shared::<UnknownOrder>(),
        shared::<UnknownStatus>(),
        shared::<UsageBatch<'static, String>>(),
        shared::<UsageLog<String>>(),
    ]);
    names.sort_unstable();
    let mut expected = public_names();
    expected.sort_unstable();
    assert_eq!(names, expected);
}

#[test]
fn a_trait_object_can_go_to_another_thread() {
    fn shared<T: Send + Sync + ?Sized>() {}
    shared::<dyn DynTokenStore<Owner = String>>();
    shared::<dyn DynAuthenticator<Owner = String>>();
}

#[test]
fn every_error_implements_error() {
    fn error<T: std::error::Error + Send + Sync + 'static>() -> &'static str {
        name_of::<T>()
    }
    let errors = [
        error::<AllowedIpError>(),
        error::<AuthError>(),
        error::<BaseUrlError>(),
        error::<BearerError>(),
        error::<ChallengeError>(),
        error::<CredentialsError>(),
        error::<CursorError>(),
        error::<ExtensionError>(),
        error::<NextUrlError>(),
        error::<ParameterError>(),
        error::<ParameterNameError>(),
        error::<QueryError>(),
        error::<Problem>(),
        error::<ResponseError>(),
        error::<StoreError>(),
        error::<TraceIdError>(),
        error::<UnknownOrder>(),
        error::<UnknownStatus>(),
    ];
    let is_error = |name: &String| name.ends_with("Error") || name.starts_with("Unknown");
    for name in public_names().into_iter().filter(is_error) {
        assert!(errors.contains(&&*name), "{name}");
    }
}

#[test]
fn types_that_are_returned_often_are_small() {
    assert_eq!(size_of::<TokenStatus>(), 1);
    assert_eq!(size_of::<Option<TokenStatus>>(), 1);
    assert_eq!(size_of::<TokenId>(), 8);
    assert_eq!(size_of::<Pagination>(), 8);
    assert_eq!(size_of::<Problem>(), 8);
    assert_eq!(size_of::<Option<Problem>>(), 8);
    assert_eq!(size_of::<Result<(), Problem>>(), 8);
}

#[test]
fn every_public_name_has_one_path() {
    let root = file("src/lib.rs");
    let modules: Vec<_> = root.lines().filter(|line| line.starts_with("pub mod ")).collect();
    assert_eq!(modules, ["pub mod _documentation;", "pub mod contract;"]);
    let mut names = public_names();
    names.sort_unstable();
    let listed = names.len();
    names.dedup();
    assert_eq!(names.len(), listed);
}

/// The compiler does not warn about a file that is not a module, so its tests would never run.
#[test]
fn every_file_of_tests_is_run() {
    check_modules(&root().join("tests/it"), "main.rs");
}

/// Checks that the files and folders in a folder are modules of one of its files.
fn check_modules(folder: &Path, parent: &str) {
    let parent = folder.join(parent);
    let source = fs::read_to_string(&parent).unwrap_or_else(|error| panic!("{}: {error}", parent.display()));
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path == parent {
            continue;
        }
        let module = format!("mod {};", path.file_stem().expect("a name").display());
        assert!(
            source.lines().any(|line| line.trim_start_matches("pub(crate) ") == module),
            "{} has no `{module}`",
            parent.display()
        );
        if path.is_dir() {
            check_modules(&path, "mod.rs");
        }
    }
}

#[track_caller]
fn file(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
