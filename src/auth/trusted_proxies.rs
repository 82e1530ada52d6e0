//! The client's address behind proxies.
//!
//! A client can send any `Forwarded` or `X-Forwarded-For` header, and each proxy appends the address of its own client.
//! Trusted proxies appended the last entries, so only these entries are reliable. The list is walked from right to
//! left, from one trusted proxy to the next.

use std::net::IpAddr;

use http::header::{FORWARDED, HeaderMap, HeaderValue};

use crate::text::forwarded::{forwarded, x_forwarded_for};
use crate::token::allowed_ips::AllowedIps;

/// The proxies whose `Forwarded` or `X-Forwarded-For` header is believed.
///
/// A service chooses the header that its proxies write. The other header is ignored, because a client could send it
/// through the proxies. Each proxy must append the address of its own client to the header, or replace the header.
///
/// Set the proxies with [`ListTokens::with_trusted_proxies`](crate::ListTokens::with_trusted_proxies). In other endpoints,
/// pass the address that [`client`](Self::client) returns to [`authenticate`](crate::authenticate). A clone shares the list.
///
/// # Examples
///
/// ```
/// use std::net::IpAddr;
///
/// use http::HeaderMap;
/// use tokenfolio::{AllowedIps, TrustedProxies};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let proxies = TrustedProxies::x_forwarded_for(AllowedIps::parse(["10.0.0.0/8"])?);
///
/// // The client sent the first entry, and the proxy 10.0.0.2 added the second one.
/// let mut headers = HeaderMap::new();
/// headers.insert("x-forwarded-for", "203.0.113.12, 198.51.100.7".parse()?);
/// let proxy: IpAddr = "10.0.0.2".parse()?;
/// assert_eq!(proxies.client(proxy, &headers), Some("198.51.100.7".parse()?));
///
/// // Any other peer is the client, and its headers are ignored.
/// let peer: IpAddr = "192.0.2.1".parse()?;
/// assert_eq!(proxies.client(peer, &headers), Some(peer));
///
/// // The proxy does not know the address.
/// headers.insert("x-forwarded-for", "203.0.113.12, unknown".parse()?);
/// assert_eq!(proxies.client(proxy, &headers), None);
///
/// // These proxies write the header of RFC 7239.
/// let proxies = TrustedProxies::forwarded(AllowedIps::parse(["10.0.0.0/8"])?);
/// headers.insert("forwarded", "for=198.51.100.7;proto=https".parse()?);
/// assert_eq!(proxies.client(proxy, &headers), Some("198.51.100.7".parse()?));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TrustedProxies {
    header: Header,
    proxies: AllowedIps,
}

/// The header that names the client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Header {
    Forwarded,
    XForwardedFor,
}

impl TrustedProxies {
    /// Trusts the `Forwarded` header (RFC 7239) of these proxies. With [`AllowedIps::deny_all`], no proxy is trusted.
    #[must_use]
    pub fn forwarded(proxies: AllowedIps) -> Self {
        Self { header: Header::Forwarded, proxies }
    }

    /// Trusts the `X-Forwarded-For` header of these proxies. With [`AllowedIps::deny_all`], no proxy is trusted.
    #[must_use]
    pub fn x_forwarded_for(proxies: AllowedIps) -> Self {
        Self { header: Header::XForwardedFor, proxies }
    }

    /// Returns the address of the client, or `None` if it is not known.
    ///
    /// An IPv4-mapped address (`::ffff:10.0.0.7`) is returned as IPv4.
    ///
    /// `peer` is the address of the other end of the connection. `headers` are the headers of the request. Several headers
    /// of the chosen name are read as one list, in their order.
    ///
    /// - A peer that is not a trusted proxy is the client. Its headers are ignored.
    /// - A trusted proxy without the header is the client itself.
    /// - Otherwise the rightmost entry that is not a trusted proxy is the client. Entries to its left are ignored. If
    ///   all entries are trusted proxies, the leftmost one is the client.
    /// - If this rightmost entry is not an address, the client is not known. Such an entry is empty, malformed,
    ///   `unknown` or an obfuscated identifier. An element of `Forwarded` that has no `for`, or more than one `for`, is
    ///   not an address either.
    ///
    /// An address can have a port, which is ignored. In `X-Forwarded-For`, IPv6 can be bare or in brackets.
    ///
    /// A quoted string in `Forwarded` does not continue in the next header. If a client sends a quote and does not close it,
    /// the entries that proxies append to the same header are inside the quoted string. The client is then not known.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        if !self.proxies.contains(peer) {
            return Some(peer.to_canonical());
        }
        let client = match self.header {
            Header::Forwarded => {
                let values = headers.get_all(FORWARDED).iter().map(HeaderValue::as_bytes);
                self.last_untrusted(values.flat_map(forwarded), peer)
            }
            Header::XForwardedFor => {
                let values = headers.get_all("x-forwarded-for").iter().map(HeaderValue::as_bytes);
                self.last_untrusted(values.flat_map(x_forwarded_for), peer)
            }
        };
        client.map(|address| address.to_canonical())
    }

    /// Returns the rightmost entry that is not a trusted proxy, or the leftmost entry if all entries are trusted.
    /// Without entries, the peer is the client.
    ///
    /// A search from right to left would end at this entry. But this function reads from left to right, because only
    /// that direction shows which commas are inside a quoted string.
    fn last_untrusted(&self, mut entries: impl Iterator<Item = Option<IpAddr>>, peer: IpAddr) -> Option<IpAddr> {
        let is_trusted = |entry: &Option<IpAddr>| entry.is_some_and(|address| self.proxies.contains(address));
        let first = entries.next().unwrap_or(Some(peer));
        entries.filter(|entry| !is_trusted(entry)).last().unwrap_or(first)
    }
}
