//! What the guides look like.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A crate is added as `name@version`, which must begin the version that is required here.
#[test]
fn the_versions_are_those_that_are_tried() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let [library, examples] = ["Cargo.toml", "examples/Cargo.toml"].map(|name| read(&root.join(name)));
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

/// A target of this crate includes it, or it is a module of what one includes.
#[test]
fn every_file_is_compiled() {
    let crate_root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let targets = ["src/bin", "tests"].map(|folder| files(&crate_root.join(folder))).concat();
    let out = Path::new(env!("OUT_DIR"));
    let taken_out = files(out);
    let code: String = targets.iter().chain(&taken_out).map(|path| read(path)).collect();
    for path in taken_out {
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
