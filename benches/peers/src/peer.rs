//! The compared crates: their versions, and the features that they lack.

use serde_json::{Map, Value};

const LOCK: &str = include_str!("../Cargo.lock");

/// Returns a crate's name with its locked version.
pub(crate) fn versioned(name: &str) -> String {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let version = LOCK.split_once(&entry).and_then(|(_, rest)| rest.split('"').next());
    format!("{name} {}", version.expect("every peer is locked"))
}

/// Prints the differences of each peer below the table, and returns them as JSON.
pub(crate) fn differences(notes: &[(&str, &[&str])]) -> Value {
    println!("\nDifferences of the peers:\n");
    let mut differences = Map::new();
    for (name, items) in notes {
        let name = versioned(name);
        println!("- {name}: {}", items.join("; "));
        differences.insert(name, (*items).into());
    }
    differences.into()
}
