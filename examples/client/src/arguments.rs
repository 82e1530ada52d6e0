//! The command line.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::Parser;
use clap::builder::NonEmptyStringValueParser;
use tokenfolio::{TokenOrder, TokenStatus};
use url::{Host, Url};

/// Lists all tokens of a server as a table. Reads the secret of their owner from the environment variable
/// TOKENFOLIO_SECRET, or from a file.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// The URL of the list, such as `https://api.example.com/api/v1/me/tokens`, or of the first page to request.
    #[arg(value_name = "URL", value_parser = endpoint)]
    pub(crate) url: Url,

    /// Reads the secret from this file; `-` is standard input. There is no argument for the secret itself, because
    /// other users can see the arguments of a process, and a shell stores them in its history.
    #[arg(long, value_name = "PATH")]
    pub(crate) secret_file: Option<PathBuf>,

    /// Lists only tokens with this status: `active`, `expired` or `revoked`. The server must offer the parameter `status`.
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<TokenStatus>,

    /// Lists the tokens by id in this direction: `asc` or `desc`. The server must offer the parameter `direction`.
    #[arg(long, value_name = "DIRECTION")]
    pub(crate) direction: Option<TokenOrder>,

    /// The name of the server's page parameter.
    #[arg(long, value_name = "NAME", default_value = "page", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) page_name: String,

    /// The name of the server's cursor parameter.
    #[arg(long, value_name = "NAME", default_value = "cursor", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) cursor_name: String,

    /// Takes only the page or the cursor from the server's links, and requests it at URL. Use it if the server links to
    /// another scheme or host, as Laravel does behind a proxy that it does not trust.
    #[arg(long)]
    pub(crate) own_url: bool,

    /// The maximum number of pages.
    #[arg(long, value_name = "N", default_value = "1000")]
    pub(crate) max_pages: NonZeroU64,

    /// The timeout for a response, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    pub(crate) timeout: NonZeroU64,
}

impl Arguments {
    /// Returns the URL of the first page to request.
    pub(crate) fn first_url(&self) -> Url {
        let mut url = self.url.clone();
        if let Some(status) = self.status {
            url.query_pairs_mut().append_pair("status", status.as_str());
        }
        if let Some(direction) = self.direction {
            url.query_pairs_mut().append_pair("direction", direction.as_str());
        }
        url
    }
}

/// The reason why a URL is rejected.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
enum EndpointError {
    #[error("expected `https://`, or `http://` with a loopback host, because others could read the secret")]
    Insecure,
    #[error("{0}")]
    Malformed(url::ParseError),
    #[error("expected a URL without a user name and password")]
    Userinfo,
}

/// Parses a URL that a secret may be sent to (RFC 6750, section 5.3).
fn endpoint(text: &str) -> Result<Url, EndpointError> {
    let url = Url::parse(text).map_err(EndpointError::Malformed)?;
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback) {
        return Err(EndpointError::Insecure);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(EndpointError::Userinfo);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_https_or_a_loopback_host() {
        for text in [
            "https://api.example.com/t?page=2",
            "HTTPS://192.0.2.7:8443",
            "http://127.0.0.1:3000/t",
            "http://127.9.9.9/t",
            "http://[::1]:3000/t",
            "http://LOCALHOST/t",
        ] {
            assert!(endpoint(text).is_ok(), "{text}");
        }
        for text in [
            "http://api.example.com/t",
            "http://192.0.2.7/t",
            "http://localhost.example.com/t",
            "http://[::2]/t",
            "ftp://127.0.0.1/t",
            "file:///etc/passwd",
            "localhost:3000/t",
        ] {
            assert_eq!(endpoint(text), Err(EndpointError::Insecure), "{text}");
        }
    }

    #[test]
    fn a_url_is_absolute_and_has_no_credentials() {
        let relative = Err(EndpointError::Malformed(url::ParseError::RelativeUrlWithoutBase));
        assert_eq!(endpoint("/t"), relative);
        for text in ["https://u@h.example/t", "https://:p@h.example/t"] {
            assert_eq!(endpoint(text), Err(EndpointError::Userinfo), "{text}");
        }
    }
}
