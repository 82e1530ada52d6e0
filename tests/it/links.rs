//! The links of the documents: in the repository, in the package, and in the documentation of the library.
//!
//! `.ci/doc-links` checks the built documentation.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

const DOCUMENTATION: &str = "src/_documentation/mod.rs";

#[test]
fn every_link_leads_to_a_file_and_an_anchor() {
    let mut count = 0;
    for document in documents() {
        for link in document.links() {
            let (path, anchor) = link.target.split_once('#').unwrap_or((&link.target, ""));
            let target = document.resolve(path);
            assert!(root().join(&target).exists(), "{}: {}: no such file", document.name(), link.target);
            let headings = if anchor.is_empty() { Vec::new() } else { Document::read(target).anchors() };
            let is_heading = headings.iter().any(|heading| heading == anchor);
            assert!(anchor.is_empty() || is_heading, "{}: {}: no such heading", document.name(), link.target);
            count += 1;
        }
    }
    assert!(count > 60, "{count}");
}

#[test]
fn a_packaged_document_links_to_packaged_files() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let include = manifest.lines().find_map(|line| line.strip_prefix("include = ")).expect("an include list");
    let patterns: Vec<_> = include.split('"').filter_map(|part| part.strip_prefix('/')).collect();
    let is_packaged = |path: &Path| {
        let at_root = path.components().count() == 1;
        patterns.iter().any(|pattern| match pattern.split_once('*') {
            Some((start, end)) => {
                let name = path.to_string_lossy();
                at_root && name.starts_with(start) && name.ends_with(end)
            }
            None => path.starts_with(pattern),
        })
    };
    for document in documents().into_iter().filter(|document| is_packaged(&document.path)) {
        for link in document.links() {
            let target = document.resolve(link.target.split('#').next().unwrap_or_default());
            assert!(is_packaged(&target), "{}: {} is not packaged", document.name(), link.target);
        }
    }
}

/// A relative path does not work in the built documentation. So each link between its pages has a label, and the source
/// of the documentation defines the label.
#[test]
fn a_link_between_pages_of_the_documentation_has_a_defined_label() {
    let source = fs::read_to_string(root().join(DOCUMENTATION)).unwrap();
    let defined = definitions(&source);
    let pages = pages(&source);
    let mut count = 0;
    for document in documents().iter().filter(|document| pages.contains_key(&document.path)) {
        for link in document.links().iter().filter(|link| !link.target.starts_with('#')) {
            let (path, anchor) = link.target.split_once('#').unwrap_or((&link.target, ""));
            let name = document.name();
            let label = link.label.as_ref();
            let label = label.unwrap_or_else(|| panic!("{name}: write ({}) as [..] with a definition", link.target));
            let page = pages.get(&document.resolve(path));
            let page = page.unwrap_or_else(|| panic!("{name}: {} is no page of the documentation", link.target));
            let expected = if anchor.is_empty() { page.clone() } else { format!("{page}#{anchor}") };
            assert_eq!(defined.get(label), Some(&expected), "{DOCUMENTATION}: the definition of [{label}]");
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}

#[test]
fn every_guide_is_a_page_of_the_documentation() {
    let pages = pages(&fs::read_to_string(root().join(DOCUMENTATION)).unwrap());
    for document in documents().iter().filter(|document| document.path.starts_with("docs")) {
        assert!(pages.contains_key(&document.path), "{}", document.name());
    }
}

struct Document {
    /// The path, relative to the root of the repository.
    path: PathBuf,
    /// The lines outside blocks of code.
    lines: Vec<String>,
}

struct Link {
    /// The label of a link with a definition.
    label: Option<String>,
    target: String,
}

impl Document {
    fn read(path: PathBuf) -> Self {
        let text = fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut is_code = false;
        let mut lines = Vec::new();
        for line in text.lines() {
            if line.starts_with("```") {
                is_code = !is_code;
            } else if !is_code {
                lines.push(line.to_owned());
            }
        }
        Self { path, lines }
    }

    fn name(&self) -> impl std::fmt::Display {
        self.path.display()
    }

    /// Returns the links that lead to files of the repository, or to headings of this document.
    fn links(&self) -> Vec<Link> {
        let text = self.lines.join("\n");
        let inline = text.split("](").skip(1).filter_map(|rest| Some((None, rest.split_once(')')?.0)));
        let defined = definitions(&text);
        let defined = defined.iter().map(|(label, target)| (Some(label.clone()), &**target));
        let links = inline.chain(defined).filter(|(_, target)| !target.contains("://"));
        links.map(|(label, target)| Link { label, target: target.to_owned() }).collect()
    }

    /// Returns the anchors of the headings. GitHub and rustdoc write them alike.
    fn anchors(&self) -> Vec<String> {
        let headings = self.lines.iter().filter(|line| line.starts_with('#'));
        let texts = headings.map(|line| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-"));
        texts.map(|text| text.replace(|letter: char| !letter.is_alphanumeric() && !"-_".contains(letter), "")).collect()
    }

    /// Resolves a path against the folder of this document. An empty path is this document.
    fn resolve(&self, path: &str) -> PathBuf {
        if path.is_empty() {
            return self.path.clone();
        }
        let mut resolved = self.path.parent().expect("a folder").to_owned();
        for component in Path::new(path).components() {
            match component {
                Component::ParentDir => assert!(resolved.pop(), "{path} leaves the repository"),
                component => resolved.push(component),
            }
        }
        resolved
    }
}

/// Returns the documents of the repository for readers of the library.
fn documents() -> Vec<Document> {
    let folders = ["", "docs", "docs/guides", "examples", "fuzz", "tests/data"];
    let files = folders.iter().flat_map(|folder| {
        let entries = fs::read_dir(root().join(folder)).unwrap();
        entries.map(|entry| Path::new(folder).join(entry.unwrap().file_name()))
    });
    let documents: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    assert!(documents.len() > 20, "{documents:?}");
    documents.into_iter().map(Document::read).collect()
}

/// Returns the labels and targets of the definitions in a text.
fn definitions(text: &str) -> BTreeMap<String, String> {
    let definitions = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
    definitions.map(|(label, target)| (label.to_owned(), target.to_owned())).collect()
}

/// Returns the documents that are pages of the documentation, with the paths of their modules.
fn pages(source: &str) -> BTreeMap<PathBuf, String> {
    let mut module = "crate::_documentation".to_owned();
    let mut pages = BTreeMap::new();
    for line in source.lines() {
        if let Some(name) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(" {")) {
            module = format!("{module}::{name}");
        }
        let arguments = line.trim_start().strip_prefix("document!(").and_then(|rest| rest.strip_suffix(");"));
        if let Some((name, path)) = arguments.and_then(|arguments| arguments.split_once(", ")) {
            let path = path.trim_matches('"').strip_prefix("../../").expect("a path from the root");
            pages.insert(path.into(), format!("{module}::{name}"));
        }
    }
    pages
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
