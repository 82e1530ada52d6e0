//! An empty package. Nothing in this workspace uses the SQLite driver of `sqlx`, but Cargo resolves its dependencies.
