//! The repository itself: what the sources and the pages beside them must be.

use std::fs;
use std::path::{Path, PathBuf};

use tokenfolio::{
    AccessToken, AllowedIps, BearerToken, Challenge, DynAuthenticator, DynTokenStore, ListQuery, ListTokens,
    MemoryStore, Page, PageRequest, PageRules, PageUrls, Paginator, Problem, StoreError, TokenResource, TokenStatus,
    TraceId,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn sources() -> Vec<PathBuf> {
    let sources: Vec<_> = fs::read_dir(root().join("src")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(sources.len() > 15, "{sources:?}");
    sources
}

/// The lines of a source that are neither blank nor a comment.
fn code(source: &Path) -> Vec<String> {
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    read(source).lines().filter(is_code).map(str::to_owned).collect()
}

#[test]
fn the_changelog_begins_with_this_version() {
    let changelog = read(&root().join("CHANGELOG.md"));
    let first = changelog.lines().find(|line| line.starts_with("## [") && *line != "## [Unreleased]").unwrap();
    assert!(first.starts_with(&format!("## [{}] - ", env!("CARGO_PKG_VERSION"))), "{first}");
}

#[test]
fn the_readme_is_short() {
    assert!(read(&root().join("README.md")).lines().count() <= 100);
}

#[test]
fn a_source_fits_a_head() {
    for source in sources() {
        let lines = code(&source).len();
        assert!(lines <= 300 || source.ends_with("contract.rs"), "{}: {lines} lines of code", source.display());
    }
}

#[test]
fn no_source_panics_on_purpose_or_leaves_work_behind() {
    let banned = [".unwrap()", "panic!(", "todo!(", "unimplemented!(", "unreachable!(", "dbg!(", "println!(", "TODO"];
    for source in sources() {
        for line in code(&source) {
            let found = banned.iter().find(|word| line.contains(*word));
            assert_eq!(found, None, "{}: {line}", source.display());
        }
    }
}

#[test]
fn every_public_name_is_in_the_changelog() {
    let changelog = read(&root().join("CHANGELOG.md"));
    let front = code(&root().join("src/lib.rs")).join(" ");
    let names: Vec<_> = front
        .split("pub use ")
        .skip(1)
        .flat_map(|statement| statement.split(';').next().unwrap().split_once("::").unwrap().1.split([',', '{', '}']))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        assert!(changelog.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<AccessToken>();
    shared::<AllowedIps>();
    shared::<BearerToken>();
    shared::<Box<dyn DynAuthenticator<Owner = u64>>>();
    shared::<Box<dyn DynTokenStore<Owner = u64>>>();
    shared::<Challenge>();
    shared::<ListQuery<u64>>();
    shared::<ListTokens<MemoryStore<u64>, ()>>();
    shared::<Page<TokenResource>>();
    shared::<PageRequest>();
    shared::<PageRules>();
    shared::<PageUrls>();
    shared::<Paginator<TokenResource>>();
    shared::<Problem>();
    shared::<StoreError>();
    shared::<TraceId>();
}

#[test]
fn small_things_are_small() {
    assert_eq!(size_of::<Result<(), Problem>>(), 8);
    assert_eq!(size_of::<TokenStatus>(), 1);
    assert_eq!(size_of::<PageRequest>(), 16);
}
