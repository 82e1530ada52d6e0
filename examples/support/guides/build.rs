//! Takes the files out of the guides, so that what their readers copy is what is compiled and tried.
//!
//! A file is a block of Rust, and the line before it is its name in backticks and a colon. A second file of one name, which
//! stands in for the first, is `main_2.rs`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

const GUIDES: &str = "../../../docs/guides";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={GUIDES}");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for entry in fs::read_dir(GUIDES)? {
        let guide = entry?.path();
        let folder = out.join(guide.file_stem().unwrap_or_default());
        // A file that is no longer in the guide is not to be tried.
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for (name, code) in files(&fs::read_to_string(&guide)?) {
            let name = name.ok_or_else(|| format!("{} has a block without a name", guide.display()))?;
            let path = free(&folder.join(name));
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, code)?;
        }
    }
    Ok(())
}

/// The names and contents of a guide's files.
fn files(guide: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let blocks = guide.match_indices("\n```rust\n");
    blocks.map(|(at, fence)| {
        let (before, code) = (&guide[..at], &guide[at + fence.len()..]);
        let line = before.trim_end().lines().last().unwrap_or_default();
        let name = line.strip_prefix('`').and_then(|line| line.strip_suffix("`:"));
        let end = code.find("```\n").unwrap_or(code.len());
        (name, &code[..end])
    })
}

/// The path, or another one if there is such a file already.
fn free(path: &Path) -> PathBuf {
    if !path.exists() {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}_2.rs"))
}
