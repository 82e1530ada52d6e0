//! The identifier of a request, as problems show it.

use std::fmt;

use http::header::HeaderName;
use http::request::Parts;

/// The header that names the trace of a request (W3C Trace Context, section 3.2).
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The length of a `traceparent` of version 00 (W3C Trace Context, section 3.2.2).
const TRACEPARENT_LEN: usize = 55;

/// The maximum length of an identifier, in bytes.
const MAX_BYTES: usize = 128;

/// The identifier of a request: 1 to 128 characters of visible ASCII.
///
/// A person quotes it when they ask for help, so it is short. It has no character that needs an escape in a header or a log
/// line.
///
/// # Examples
///
/// ```
/// use tokenfolio::TraceId;
///
/// # fn main() -> Result<(), tokenfolio::TraceIdError> {
/// let own: TraceId = "b4f5aa7a-1470-4d92-8d3c-98e7c7de9f5f".parse()?;
/// assert_eq!(own.as_str(), "b4f5aa7a-1470-4d92-8d3c-98e7c7de9f5f");
///
/// let header = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// let theirs = TraceId::from_traceparent(header).map(|id| id.to_string());
/// assert_eq!(theirs.as_deref(), Some("0af7651916cd43dd8448eb211c80319c"));
///
/// // A middleware of the service puts the service's own identifier among the extensions of the request.
/// let (mut parts, _) = http::Request::new(()).into_parts();
/// parts.extensions.insert(own.clone());
/// assert_eq!(TraceId::from_request_parts(&parts), Some(own));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct TraceId(Box<str>);

impl TraceId {
    /// Reads the trace id from the value of a `traceparent` header (W3C Trace Context, section 3.2).
    ///
    /// Returns `None` for anything that does not match the grammar exactly, because the response would repeat the text.
    #[doc(alias = "traceparent")]
    #[must_use]
    pub fn from_traceparent(value: &[u8]) -> Option<Self> {
        let (known, future) = value.split_at_checked(TRACEPARENT_LEN)?;
        let fields: Vec<_> = known.split(|byte| *byte == b'-').collect();
        let [version, trace, parent, flags] = *fields else { return None };
        let is_version = match version {
            b"ff" => false,
            b"00" => future.is_empty(),
            // A future version may append fields.
            _ => future.is_empty() || future.starts_with(b"-"),
        };
        let is_valid = is_version
            && is_hex(version, 2)
            && is_hex(trace, 32)
            && is_hex(parent, 16)
            && is_hex(flags, 2)
            && !is_zero(trace)
            && !is_zero(parent);
        if !is_valid {
            return None;
        }
        Some(Self(std::str::from_utf8(trace).ok()?.into()))
    }

    /// Finds the identifier of a request: a `TraceId` among its extensions, or otherwise the trace id of its
    /// `traceparent` header.
    ///
    /// `None` if the request has no `TraceId` and no valid `traceparent` header. More than one header is not valid.
    #[must_use]
    pub fn from_request_parts(parts: &Parts) -> Option<Self> {
        parts.extensions.get().cloned().or_else(|| {
            let mut values = parts.headers.get_all(TRACEPARENT).iter();
            match (values.next(), values.next()) {
                (Some(value), None) => Self::from_traceparent(value.as_bytes()),
                // If there is more than one header, a client may have added one of them.
                _ => None,
            }
        })
    }

    /// Returns the text of the identifier.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_hex(field: &[u8], len: usize) -> bool {
    field.len() == len && field.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_zero(field: &[u8]) -> bool {
    field.iter().all(|byte| *byte == b'0')
}

impl std::str::FromStr for TraceId {
    type Err = TraceIdError;

    /// Parses an identifier that the service created.
    ///
    /// # Errors
    ///
    /// Fails if `text` is empty, longer than 128 bytes, or has a character that is not visible ASCII.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_valid = (1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_valid { Ok(Self(text.into())) } else { Err(TraceIdError(())) }
    }
}

impl AsRef<str> for TraceId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Why a text is not a trace identifier.
///
/// # Examples
///
/// ```
/// use tokenfolio::TraceId;
///
/// let error = "two words".parse::<TraceId>().unwrap_err();
/// assert_eq!(error.to_string(), "trace id must be 1 to 128 characters of visible ASCII");
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("trace id must be 1 to {MAX_BYTES} characters of visible ASCII")]
pub struct TraceIdError(());
