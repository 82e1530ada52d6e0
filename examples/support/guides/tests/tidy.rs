//! Checks of the guides' text.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A guide adds a crate as `name@version`. The version must be a prefix of the version that this workspace requires.
#[test]
fn versions_in_the_guides_are_the_tested_versions() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let library = read(&root.join("Cargo.toml"));
    let examples = read(&root.join("examples/Cargo.toml"));
    let mut count = 0;
    for guide in files(&root.join("docs/guides")).iter().map(|guide| read(guide)) {
        let commands = guide.lines().filter(|line| line.starts_with("cargo add "));
        for (name, version) in commands.flat_map(|line| line.split(' ')).filter_map(|word| word.split_once('@')) {
            let (manifest, key) = if name == "tokenfolio" { (&library, "version") } else { (&examples, name) };
            let value = manifest.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = "));
            let required = value.and_then(|value| value.split('"').nth(1)).unwrap_or_default();
            assert!(format!("{required}.").starts_with(&format!("{version}.")), "{name}@{version}");
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

/// A target of this crate includes the file, or the file is a module of an included file.
#[test]
fn every_file_is_compiled() {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let targets = ["src/bin", "tests"].map(|folder| files(&crate_root.join(folder))).concat();
    let out = Path::new(env!("OUT_DIR"));
    let extracted = files(out);
    let code: String = targets.iter().chain(&extracted).map(|path| read(path)).collect();
    for path in extracted {
        let include = format!("\"/{}\"", path.strip_prefix(out).unwrap().display());
        let module = format!("mod {};", path.file_stem().unwrap().display());
        assert!(code.contains(&include) || code.contains(&module), "{}", path.display());
    }
}

#[test]
fn the_code_is_formatted() {
    let files = files(Path::new(env!("OUT_DIR")));
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../rustfmt.toml");
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--check", "--edition", "2024", "--config-path", config]).args(files);
    assert!(rustfmt.status().unwrap().success());
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
