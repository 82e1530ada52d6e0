//! Extracts the files from the guides, so that the code that readers copy is compiled and tested.
//!
//! Each block of Rust is a file. The line before the block is the file's name in backticks, followed by a colon. A
//! guide can have a second file with the same name, which replaces the first. It is extracted as `main_2.rs`, for
//! example.

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
        // Removes files that are no longer in the guide.
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for (name, code) in files(&fs::read_to_string(&guide)?) {
            let name = name.ok_or_else(|| format!("{} has a block without a name", guide.display()))?;
            let path = unused_path(&folder.join(name));
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(path, code)?;
        }
    }
    Ok(())
}

/// Returns the names and contents of a guide's files.
fn files(guide: &str) -> impl Iterator<Item = (Option<&str>, &str)> {
    let blocks = guide.match_indices("\n```rust\n");
    blocks.map(|(index, fence)| {
        let before = &guide[..index];
        let code = &guide[index + fence.len()..];
        let line = before.trim_end().lines().last().unwrap_or_default();
        let name = line.strip_prefix('`').and_then(|line| line.strip_suffix("`:"));
        let end = code.find("```\n").unwrap_or(code.len());
        (name, &code[..end])
    })
}

/// Returns the path, or another path if the file exists.
fn unused_path(path: &Path) -> PathBuf {
    if !path.exists() {
        return path.to_owned();
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}_2.rs"))
}
