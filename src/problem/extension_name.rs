//! The name of an extension member.

use std::borrow::Cow;
use std::str::FromStr;

/// The name of an extension member of a [`Problem`](crate::Problem).
///
/// It is a letter and at least two more letters, digits or `_`, so that other formats can write it (RFC 9457, section
/// 3.2). It is not the name of a standard member.
///
/// # Examples
///
/// ```
/// use http::StatusCode;
/// use tokenfolio::{ExtensionName, Problem};
///
/// const BALANCE: ExtensionName = ExtensionName::from_static("balance");
///
/// # fn main() -> Result<(), tokenfolio::ExtensionError> {
/// let problem = Problem::new(StatusCode::FORBIDDEN).with_extension(BALANCE, 30);
/// assert_eq!(problem.extension("balance"), Some(&30.into()));
///
/// let name: ExtensionName = "accounts".parse()?;
/// assert_eq!(name.as_str(), "accounts");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExtensionName(pub(super) Cow<'static, str>);

impl ExtensionName {
    /// Creates a name that is known at compile time. [`FromStr`] parses other names.
    ///
    /// # Panics
    ///
    /// Panics if the name is invalid. In a constant, an invalid name is a compile error:
    ///
    /// ```compile_fail,E0080
    /// use tokenfolio::ExtensionName;
    ///
    /// const STATUS: ExtensionName = ExtensionName::from_static("status");
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn from_static(name: &'static str) -> Self {
        match check(name) {
            Ok(()) => Self(Cow::Borrowed(name)),
            #[expect(clippy::panic, reason = "documented, and a compile error in a constant")]
            Err(reason) => panic!("{}", reason),
        }
    }

    /// Returns the text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExtensionName {
    type Err = ExtensionError;

    /// Parses a name.
    ///
    /// # Errors
    ///
    /// Fails if the name is `type`, `title`, `status`, `detail` or `instance`, which are the standard members (RFC 9457,
    /// section 3.1). Also fails if the name does not begin with an ASCII letter, has a character other than ASCII
    /// letters, digits and `_`, or is shorter than three characters (section 3.2).
    fn from_str(name: &str) -> Result<Self, ExtensionError> {
        match check(name) {
            Ok(()) => Ok(Self(Cow::Owned(name.to_owned()))),
            Err(reason) => Err(ExtensionError { name: name.to_owned(), reason }),
        }
    }
}

/// Returns why a name is invalid. A `for` loop cannot run at compile time.
const fn check(name: &str) -> Result<(), &'static str> {
    const STANDARD: &str = "extension name must not be a standard member";
    const NOT_A_WORD: &str = "extension name must be a letter and at least two more letters, digits or `_`";
    let mut rest = match name.as_bytes() {
        b"type" | b"title" | b"status" | b"detail" | b"instance" => return Err(STANDARD),
        [first, rest @ ..] if first.is_ascii_alphabetic() && rest.len() >= 2 => rest,
        _ => return Err(NOT_A_WORD),
    };
    while let [byte, after @ ..] = rest {
        if !byte.is_ascii_alphanumeric() && *byte != b'_' {
            return Err(NOT_A_WORD);
        }
        rest = after;
    }
    Ok(())
}

/// Why a text is not the name of an extension member.
///
/// # Examples
///
/// ```
/// use tokenfolio::ExtensionName;
///
/// let error = "status".parse::<ExtensionName>().unwrap_err();
/// assert_eq!(error.to_string(), "extension name must not be a standard member: `status`");
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{reason}: `{name}`")]
pub struct ExtensionError {
    name: String,
    reason: &'static str,
}
