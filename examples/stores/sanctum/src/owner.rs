//! The owners of tokens: Sanctum's tokenables.

use std::sync::Arc;

/// The owner of a token: the pair of `tokenable_type` and `tokenable_id`.
///
/// # Examples
///
/// ```
/// use tokenfolio_sanctum::Owner;
///
/// let user = Owner::new(r"App\Models\User", 7);
/// assert_ne!(user, Owner::new(r"App\Models\Team", 7));
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Owner {
    /// The name of the model, as Laravel writes it into `tokenable_type`: its class, or its alias in a morph map.
    pub model: Arc<str>,
    /// The key of the model.
    pub id: u64,
}

impl Owner {
    /// Creates an owner.
    #[must_use]
    pub fn new(model: impl Into<Arc<str>>, id: u64) -> Self {
        Self { model: model.into(), id }
    }
}

/// A model whose tokens are accepted, and the table of its rows.
///
/// # Examples
///
/// ```
/// use tokenfolio_sanctum::Model;
///
/// let models = [
///     Model::new(r"App\Models\User", "users"),
///     Model::new(r"App\Models\Team", "teams").with_key("team_id").with_soft_deletes(),
/// ];
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Model {
    pub(crate) name: String,
    table: String,
    key: String,
    has_soft_deletes: bool,
}

impl Model {
    /// Creates a model from the value of `tokenable_type` and the table of its rows, whose key is `id`.
    #[must_use]
    pub fn new(name: impl Into<String>, table: impl Into<String>) -> Self {
        Self { name: name.into(), table: table.into(), key: "id".to_owned(), has_soft_deletes: false }
    }

    /// Sets the column of the key.
    #[must_use]
    pub fn with_key(self, column: impl Into<String>) -> Self {
        Self { key: column.into(), ..self }
    }

    /// Rejects the tokens of rows whose `deleted_at` is set, like a model with Laravel's trait `SoftDeletes`.
    #[must_use]
    pub fn with_soft_deletes(self) -> Self {
        Self { has_soft_deletes: true, ..self }
    }

    /// Returns the condition that a row of `personal_access_tokens`, called `token`, belongs to a row of this model.
    /// Its only parameter is the name of the model.
    pub(crate) fn condition(&self) -> String {
        let table = quoted(&self.table);
        let key = quoted(&self.key);
        let not_deleted = if self.has_soft_deletes { " AND owner.deleted_at IS NULL" } else { "" };
        format!(
            "token.tokenable_type = ?
                AND EXISTS (SELECT * FROM {table} AS owner WHERE owner.{key} = token.tokenable_id{not_deleted})"
        )
    }
}

/// Quotes an identifier.
fn quoted(identifier: &str) -> String {
    format!("`{}`", identifier.replace('`', "``"))
}
