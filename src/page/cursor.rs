//! A cursor as Laravel writes it: base64url of JSON, with the keys of an item and the direction.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::page::query_error::Reason;
use crate::text::{base64url, php_json};

/// The maximum length of a cursor in bytes. Servers should support a URL of 8,000 bytes (RFC 9110, section 4.1), and
/// may reject a longer URL. A link has the URL of the list, a cursor and the preserved parameters. These parameters
/// have at most 1,024 bytes, unless a service sets another limit.
pub(crate) const MAX_LEN: usize = 4_096;
/// The member that has the direction.
const POINTS_TO_NEXT: &str = "_pointsToNextItems";

/// A position in a list, and the direction of the page from there.
///
/// `K` has the keys of an item: the values that the list is ordered by.
///
/// On the wire it is a text such as `eyJpZCI6MjAsIl9wb2ludHNUb05leHRJdGVtcyI6dHJ1ZX0`, byte for byte as Laravel writes
/// it.
///
/// There will be no third variant: a page is after its position or before it.
///
/// # Examples
///
/// ```
/// use tokenfolio::Cursor;
///
/// /// Returns the end of a query in SQL. Its parameters are the position and the limit.
/// fn window<K>(cursor: &Cursor<K>) -> &'static str {
///     match cursor {
///         Cursor::After(_) => "AND id > ? ORDER BY id LIMIT ?",
///         Cursor::Before(_) => "AND id < ? ORDER BY id DESC LIMIT ?",
///     }
/// }
/// assert_eq!(window(&Cursor::Before(20)), "AND id < ? ORDER BY id DESC LIMIT ?");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cursor<K> {
    /// The items after this position, in the order of the list.
    After(K),
    /// The items before this position, in the reverse order.
    Before(K),
}

impl<K: Serialize> Cursor<&K> {
    pub(crate) fn encode(&self) -> Result<String, CursorError> {
        let (keys, points_to_next) = match self {
            Self::After(keys) => (keys, true),
            Self::Before(keys) => (keys, false),
        };
        match serde_json::to_value(keys).map_err(|error| CursorError(Unwritable::Json(error.to_string())))? {
            Value::Object(members) if members.contains_key(POINTS_TO_NEXT) => {
                return Err(CursorError(Unwritable::Reserved));
            }
            Value::Object(members) if !members.is_empty() && members.values().all(is_scalar) => {}
            _ => return Err(CursorError(Unwritable::NotKeys)),
        }
        let mut json = php_json::to_vec(keys).map_err(|error| CursorError(Unwritable::Json(error.to_string())))?;
        json.pop();
        json.extend(format!(r#","{POINTS_TO_NEXT}":{points_to_next}}}"#).bytes());
        let text = base64url::encode(&json);
        if text.len() > MAX_LEN {
            return Err(CursorError(Unwritable::TooLong));
        }
        Ok(text)
    }
}

impl<K: Serialize + DeserializeOwned> Cursor<K> {
    pub(crate) fn decode(text: &[u8]) -> Result<Self, Reason> {
        if text.is_empty() {
            return Err(Reason::Empty);
        }
        if text.len() > MAX_LEN {
            return Err(Reason::TooLong { max: MAX_LEN });
        }
        let json = base64url::decode(text).ok_or(Reason::NotBase64)?;
        if !is_flat(&json) {
            return Err(Reason::NotACursor);
        }
        let mut members: Map<String, Value> = serde_json::from_slice(&json).map_err(|_| Reason::NotACursor)?;
        let Some(Value::Bool(points_to_next)) = members.remove(POINTS_TO_NEXT) else { return Err(Reason::NotACursor) };
        let names: Vec<_> = members.keys().cloned().collect();
        let keys: K = serde_json::from_value(Value::Object(members)).map_err(|_| Reason::OtherKeys)?;
        // `K` may ignore unknown members, or have defaults for missing members. Then the names in the cursor can differ
        // from the names that `K` writes. This list did not write such a cursor.
        match serde_json::to_value(&keys) {
            Ok(Value::Object(written)) if written.keys().eq(&names) => {}
            _ => return Err(Reason::OtherKeys),
        }
        Ok(if points_to_next { Self::After(keys) } else { Self::Before(keys) })
    }
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

/// Returns whether JSON has at most one array or object. A parser needs stack for each nested one.
fn is_flat(json: &[u8]) -> bool {
    let mut opened = 0;
    let mut is_in_string = false;
    let mut is_escaped = false;
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_in_string,
            b'"' => is_in_string = !is_in_string,
            b'[' | b'{' if !is_in_string => opened += 1,
            _ => {}
        }
    }
    opened <= 1
}

/// Why the keys of an item cannot be encoded as a cursor.
///
/// Converts to a [`Problem`](crate::Problem): 500 without a detail, with this error as its source.
///
/// # Examples
///
/// ```
/// use tokenfolio::{Pagination, Problem};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let request = Pagination::new("/numbers")?.with_per_page(1.try_into()?).cursor_request("")?;
/// let error = request.paginate(vec![1, 2], |number| *number).unwrap_err();
/// assert_eq!(error.to_string(), "keys of a cursor must be a non-empty object of numbers, texts, booleans and null");
/// assert_eq!(Problem::from(error).status(), Some(http::StatusCode::INTERNAL_SERVER_ERROR));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(transparent)]
pub struct CursorError(Unwritable);

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
enum Unwritable {
    #[error("keys of a cursor cannot be JSON: {0}")]
    Json(String),
    #[error("keys of a cursor must be a non-empty object of numbers, texts, booleans and null")]
    NotKeys,
    #[error("keys of a cursor must not have the name `{POINTS_TO_NEXT}`")]
    Reserved,
    #[error("cursor is longer than {MAX_LEN} bytes")]
    TooLong,
}
