//! The package as a whole: what its types promise, and what its files look like.

use std::fs;
use std::path::{Path, PathBuf};

use tokenfolio::*;

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
    let description: serde_json::Value = serde_json::from_str(&file("openapi.json")).expect("the description is JSON");
    assert_eq!(description["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_readme_is_short() {
    assert!((1..=100).contains(&file("README.md").lines().count()));
}

#[test]
fn every_public_type_can_go_to_another_thread() {
    fn shared<T: Send + Sync + Unpin + 'static>() {}
    shared::<AccessToken>();
    shared::<AllowedIp>();
    shared::<AllowedIpError>();
    shared::<AllowedIps>();
    shared::<BaseUrlError>();
    shared::<BearerError>();
    shared::<BearerToken>();
    shared::<Challenge>();
    shared::<CredentialsError>();
    shared::<ExtensionError>();
    shared::<LinkStyle>();
    shared::<ListQuery<String>>();
    shared::<ListTokens<MemoryStore<String>, Box<dyn DynAuthenticator<Owner = String>>>>();
    shared::<MemoryStore<String>>();
    shared::<MetaLink>();
    shared::<NextUrlError>();
    shared::<Authenticated<String>>();
    shared::<Page<TokenResource>>();
    shared::<PageError>();
    shared::<PageLinks>();
    shared::<PageMeta>();
    shared::<PageRequest>();
    shared::<PageRules>();
    shared::<PageUrls>();
    shared::<Paginator<TokenResource>>();
    shared::<ParameterError>();
    shared::<Problem>();
    shared::<ReportedStatus>();
    shared::<ResponseError>();
    shared::<StatusFilter>();
    shared::<StoreError>();
    shared::<StoreErrorKind>();
    shared::<TokenId>();
    shared::<TokenOrder>();
    shared::<TokenResource>();
    shared::<TokenList>();
    shared::<TokenStatus>();
    shared::<TokenUsage<String>>();
    shared::<TraceId>();
    shared::<TraceIdError>();
    shared::<UnknownStatus>();
    shared::<UsageLog<String>>();
}

/// The lists above and below are whole: each name stands in this file.
#[test]
fn every_public_name_is_tried_here() {
    let here = file("tests/it/tidy.rs");
    let apart = ["Authenticator", "TokenStore", "authenticate", "parse_retry_after"];
    for name in public_names().iter().filter(|name| !apart.contains(&name.as_str())) {
        assert!(here.contains(&format!("<{name}")) || here.contains(&format!("dyn {name}")), "{name}");
    }
}

#[test]
fn every_error_is_one() {
    fn error<T: std::error::Error + Send + Sync + 'static>() {}
    error::<AllowedIpError>();
    error::<BaseUrlError>();
    error::<CredentialsError>();
    error::<ExtensionError>();
    error::<NextUrlError>();
    error::<PageError>();
    error::<ParameterError>();
    error::<Problem>();
    error::<ResponseError>();
    error::<StoreError>();
    error::<TraceIdError>();
}

#[test]
fn a_boxed_twin_can_go_to_another_thread() {
    fn shared<T: Send + Sync + ?Sized>() {}
    shared::<dyn DynTokenStore<Owner = String>>();
    shared::<dyn DynAuthenticator<Owner = String>>();
}

#[test]
fn what_is_returned_often_is_small() {
    assert_eq!(size_of::<TokenStatus>(), 1);
    assert_eq!(size_of::<Option<TokenStatus>>(), 1);
    assert_eq!(size_of::<TokenId>(), 8);
    assert_eq!(size_of::<PageRequest>(), 16);
    assert_eq!(size_of::<Problem>(), 8);
    assert_eq!(size_of::<Option<Problem>>(), 8);
    assert_eq!(size_of::<Result<(), Problem>>(), 8);
}

#[test]
fn the_source_never_gives_up_without_a_reason() {
    for (path, line, text) in code() {
        for word in
            ["unwrap()", "panic!", "todo!", "unimplemented!", "unreachable!", "dbg!", "println!", "TODO", "#[allow("]
        {
            assert!(!text.contains(word), "{}:{line} has {word}", path.display());
        }
    }
}

/// Looking a secret up is the service's, and so is the time that it takes.
#[test]
fn the_source_looks_at_no_secret() {
    for (path, line, text) in code() {
        assert!(!text.contains(".secret()"), "{}:{line}", path.display());
    }
}

#[test]
fn every_file_fits_a_head() {
    for path in sources().into_iter().filter(|path| !path.ends_with("contract.rs")) {
        let lines = code().into_iter().filter(|(file, ..)| *file == path).count();
        assert!((1..300).contains(&lines), "{} has {lines} lines of code", path.display());
    }
}

#[test]
fn every_public_name_has_one_path() {
    let root = file("src/lib.rs");
    for line in root.lines().filter(|line| line.starts_with("pub mod")) {
        assert_eq!(line, "pub mod contract;");
    }
    for path in sources() {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let module = name.trim_end_matches(".rs");
        assert!(module == "lib" || root.contains(&format!("mod {module};\n")), "{name} is no module of the root");
    }
}

#[test]
fn every_file_of_tests_is_run() {
    let main = file("tests/it/main.rs");
    let listed: Vec<_> = main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let entries = fs::read_dir(root().join("tests/it")).expect("the tests are here");
    let paths = entries.map(|entry| entry.expect("a readable entry").path());
    let mut stems: Vec<_> = paths.map(|path| path.file_stem().expect("a name").display().to_string()).collect();
    stems.retain(|stem| stem != "main");
    stems.sort();
    assert_eq!(listed, stems);
}

/// The names that the root lists.
pub(crate) fn public_names() -> Vec<String> {
    let root: String =
        code().into_iter().filter(|(path, ..)| path.ends_with("lib.rs")).map(|(.., line)| line).collect();
    let lists = root.split("pub use ").skip(1).map(|rest| rest.split(';').next().expect("split is never empty"));
    let names = lists.flat_map(|list| list.split_once("::").expect("a path").1.split([',', '{', '}']));
    let names: Vec<_> = names.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    assert!(names.len() > 30, "{names:?}");
    names
}

/// The lines of code in `src`, with their numbers: no docs, no comments, no blank lines.
fn code() -> Vec<(PathBuf, usize, String)> {
    let mut code = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).expect("a readable file");
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with("//") {
                code.push((path.clone(), at + 1, line.to_owned()));
            }
        }
    }
    code
}

#[track_caller]
fn sources() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("src")).expect("the source is here");
    let mut sources: Vec<_> = entries.map(|entry| entry.expect("a readable entry").path()).collect();
    sources.sort();
    assert!(sources.iter().all(|path| path.extension().is_some_and(|it| it == "rs")), "src is not flat: {sources:?}");
    sources
}

#[track_caller]
fn file(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
