//! The URL that every link of a list begins with.

use url::Url;

use crate::text::percent;

/// Parses a base URL. Returns it as a URL of RFC 3986 without trailing slashes. A lone `/` stays.
///
/// Except for these slashes, a valid URL is returned byte for byte. A host name with characters outside ASCII becomes
/// punycode. In a path, characters outside ASCII are percent-encoded.
pub(crate) fn parse(base: &str) -> Result<String, BaseUrlError> {
    let is_invalid = |c: &char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(*c);
    if let Some(invalid) = base.chars().find(is_invalid) {
        return Err(BaseUrlError::Character(invalid));
    }
    if base.starts_with("//") {
        return Err(BaseUrlError::NoScheme);
    }
    if base.contains('#') {
        return Err(BaseUrlError::Fragment);
    }
    if base.contains('?') {
        return Err(BaseUrlError::Query);
    }
    if !percent::has_only_valid_escapes(base) {
        return Err(BaseUrlError::PercentSign);
    }
    if base.starts_with('/') {
        return match parse_path(base)? {
            path if path.is_empty() => Ok("/".to_owned()),
            path => Ok(path),
        };
    }
    let Some((scheme, rest)) = base.split_once("://") else {
        return Err(BaseUrlError::Relative);
    };
    if !["http", "https"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return Err(BaseUrlError::Scheme);
    }
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = parse_authority(authority)?;
    Ok(format!("{scheme}://{authority}{}", parse_path(path)?))
}

/// Splits a result of [`parse`] into its origin and its path. If the result is only a path, the origin is empty. The
/// path is never empty.
pub(crate) fn split(base: &str) -> (&str, &str) {
    let Some((scheme, rest)) = base.split_once("://").filter(|_| !base.starts_with('/')) else { return ("", base) };
    let authority_len = rest.find('/').unwrap_or(rest.len());
    let (origin, path) = base.split_at(scheme.len() + "://".len() + authority_len);
    (origin, if path.is_empty() { "/" } else { path })
}

/// Parses a path that is empty or begins with `/`. Returns it without its trailing slashes.
fn parse_path(path: &str) -> Result<String, BaseUrlError> {
    // RFC 3986, section 3.2.2: brackets are for IP addresses in hosts.
    if let Some(bracket) = path.chars().find(|c| matches!(c, '[' | ']')) {
        return Err(BaseUrlError::Character(bracket));
    }
    Ok(percent::escape_path(path.trim_end_matches('/')).into_owned())
}

/// Parses a host name or IP address, and a port.
fn parse_authority(authority: &str) -> Result<String, BaseUrlError> {
    // The crate `url` ignores an empty user name, and skips additional slashes before a host. So this function rejects
    // a user name and an empty host itself.
    if authority.contains('@') {
        return Err(BaseUrlError::Userinfo);
    }
    if authority.is_empty() {
        return Err(BaseUrlError::Malformed(url::ParseError::EmptyHost));
    }
    let url = Url::parse(&format!("http://{authority}")).map_err(BaseUrlError::Malformed)?;
    if authority.is_ascii() {
        return Ok(authority.to_owned());
    }
    let host = url.host_str().unwrap_or_default();
    let port = authority.rfind(':').map_or("", |colon| &authority[colon..]);
    Ok(format!("{host}{port}"))
}

/// Why the URL of a list was rejected.
///
/// # Examples
///
/// ```
/// use tokenfolio::{BaseUrlError, Pagination};
///
/// assert_eq!(Pagination::new("api.example.com/fruit"), Err(BaseUrlError::Relative));
/// assert_eq!(Pagination::new("https://ada:secret@api.example.com"), Err(BaseUrlError::Userinfo));
///
/// let error = Pagination::new("/fruit?sort=name").unwrap_err();
/// assert_eq!(error.to_string(), "base URL has a query: set parameters with `PageRequest::with_parameters`");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// The URL has a character that must be percent-encoded.
    #[error("base URL has the character {0:?}, which must be percent-encoded")]
    Character(char),
    /// The URL has a fragment.
    #[error("base URL has a fragment: set it with `Pagination::with_fragment`")]
    Fragment,
    /// The URL has no host, an invalid host, or an invalid port.
    #[error("base URL is malformed: {0}")]
    Malformed(url::ParseError),
    /// The URL begins with `//`. A client would add the scheme of the URL that it requested.
    #[error("base URL begins with `//`: expected a scheme before it, or one `/`")]
    NoScheme,
    /// The URL has a `%` that does not begin an escape such as `%20`.
    #[error("base URL has a `%` without two hexadecimal digits after it: expected `%25` for a percent sign")]
    PercentSign,
    /// The URL has a query.
    #[error("base URL has a query: set parameters with `PageRequest::with_parameters`")]
    Query,
    /// The text is not a whole URL, and not an absolute path.
    #[error("base URL is relative: expected `http://`, `https://` or an absolute path")]
    Relative,
    /// The URL has a scheme other than `http` and `https`.
    #[error("base URL has another scheme than `http` and `https`")]
    Scheme,
    /// The URL has a user name or password.
    #[error("base URL has a user name or password, which every client would see")]
    Userinfo,
}
