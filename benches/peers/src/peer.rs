//! The compared crates: their versions, and what they leave out.

use serde_json::{Map, Value};

const LOCK: &str = include_str!("../Cargo.lock");

/// Returns a crate's name with its locked version.
pub(crate) fn versioned(name: &str) -> String {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let version = LOCK.split_once(&entry).and_then(|(_, rest)| rest.split('"').next());
    format!("{name} {}", version.expect("every peer is locked"))
}

/// Prints what each peer leaves out, below the table, and returns it as JSON.
pub(crate) fn left_out(notes: &[(&str, &[&str])]) -> Value {
    println!("\nWhat they leave out:\n");
    let mut left_out = Map::new();
    for (name, leaves_out) in notes {
        let name = versioned(name);
        println!("- {name}: {}", leaves_out.join("; "));
        left_out.insert(name, (*leaves_out).into());
    }
    left_out.into()
}
