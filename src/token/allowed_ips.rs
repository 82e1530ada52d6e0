//! The addresses from which a token may be used.
//!
//! An address or range is parsed, and its text is not stored. So a client sees each entry as this library understands
//! it. The cost: an address comes back in its canonical form, which can differ from the text that a user typed. Only an
//! unknown entry of a deserialized list is stored as text. It matches no address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeSeq, Serializer};

use crate::text::buffer::Piece;
use crate::text::ip;
use crate::text::object::{Form, List};
use crate::token::ip_ranges::IpRanges;

/// The addresses and ranges from which a token may be used, in their original order.
///
/// [`TrustedProxies`](crate::TrustedProxies) takes such a list of proxies.
///
/// An IPv4 address mapped into IPv6 (`::ffff:10.0.0.7`) is read as the IPv4 address, in entries and in callers. Dual-stack
/// sockets report IPv4 callers in this form. An IPv6 range does not admit an IPv4 caller, not even the range `::/0`.
///
/// A list has its entries in their original order. It also has sorted and merged ranges, which are computed from the
/// entries when the list is created. [`contains`](Self::contains) searches the ranges by bisection. A clone shares the
/// list.
///
/// # Examples
///
/// ```
/// use std::net::IpAddr;
///
/// use tokenfolio::AllowedIps;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let allowed = AllowedIps::parse(["10.0.0.0/24", "203.0.113.12"])?;
/// assert!(allowed.contains("10.0.0.7".parse()?));
/// assert!(allowed.contains("::ffff:10.0.0.7".parse()?));
/// assert!(!allowed.contains("10.0.1.7".parse()?));
///
/// let matched = allowed.matching_entry("203.0.113.12".parse()?).map(ToString::to_string);
/// assert_eq!(matched.as_deref(), Some("203.0.113.12"));
///
/// // Other types convert to entries.
/// let office: IpAddr = "203.0.113.12".parse()?;
/// let allowed = AllowedIps::new([office.into()])?;
/// assert_eq!(allowed.entries(), ["203.0.113.12".parse()?]);
///
/// let nobody = AllowedIps::deny_all();
/// assert!(!nobody.contains(office));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AllowedIps(Arc<Inner>);

struct Inner {
    /// The addresses and ranges, in their original order.
    entries: Vec<AllowedIp>,
    /// The entries that are not addresses or ranges, in order.
    unknown: Vec<UnknownEntry>,
    /// The addresses of all entries.
    ranges: IpRanges,
}

#[derive(Eq, PartialEq)]
struct UnknownEntry {
    /// The position in the whole list.
    position: usize,
    text: Box<str>,
}

/// An entry to write: an address or range, or the text of an unknown entry.
pub(crate) enum WrittenEntry<'a> {
    Known(&'a AllowedIp),
    Unknown(&'a str),
}

impl AllowedIps {
    /// Creates a list of at least one entry.
    ///
    /// # Errors
    ///
    /// Fails if `entries` is empty. Use `None` for "no restriction" and [`deny_all`](Self::deny_all) for "nobody". An
    /// empty list could be meant as either of the two.
    pub fn new(entries: impl IntoIterator<Item = AllowedIp>) -> Result<Self, AllowedIpError> {
        let entries: Vec<_> = entries.into_iter().collect();
        if entries.is_empty() { Err(AllowedIpError(Reason::EmptyList)) } else { Ok(Self::from_entries(entries)) }
    }

    /// Parses a list of at least one entry, given as `&str`, `String` or any other text.
    ///
    /// # Errors
    ///
    /// Fails for the first entry that [`AllowedIp`] rejects, with its reason. Fails if `entries` is empty, as
    /// [`new`](Self::new) does.
    pub fn parse<E: AsRef<str>>(entries: impl IntoIterator<Item = E>) -> Result<Self, AllowedIpError> {
        let entries: Result<Vec<AllowedIp>, _> = entries.into_iter().map(|entry| entry.as_ref().parse()).collect();
        Self::new(entries?)
    }

    /// Returns the empty list, which admits no caller. It is written as `[]`.
    #[must_use]
    pub fn deny_all() -> Self {
        Self::from_entries(Vec::new())
    }

    fn from_entries(entries: Vec<AllowedIp>) -> Self {
        Self::with_unknown(entries, Vec::new())
    }

    fn with_unknown(entries: Vec<AllowedIp>, unknown: Vec<UnknownEntry>) -> Self {
        let ranges = IpRanges::new(entries.iter().map(|entry| entry.range));
        Self(Arc::new(Inner { entries, unknown, ranges }))
    }

    /// Returns the addresses and ranges, in order, duplicates included.
    #[must_use]
    pub fn entries(&self) -> &[AllowedIp] {
        &self.0.entries
    }

    /// Returns the entries that are not addresses or ranges, in order.
    ///
    /// Only `Deserialize` creates a list with such entries, for example from the response of a newer server. They admit
    /// nobody, and they are serialized unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokenfolio::AllowedIps;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let json = r#"["office.example.com","10.0.0.7"]"#;
    /// let allowed: AllowedIps = serde_json::from_str(json)?;
    /// assert!(allowed.unknown_entries().eq(["office.example.com"]));
    /// assert_eq!(allowed.entries(), ["10.0.0.7".parse()?]);
    /// assert_eq!(serde_json::to_string(&allowed)?, json);
    /// # Ok(())
    /// # }
    /// ```
    pub fn unknown_entries(&self) -> impl Iterator<Item = &str> {
        self.0.unknown.iter().map(|entry| &*entry.text)
    }

    /// Returns all entries, in order.
    pub(crate) fn written_entries(&self) -> impl Iterator<Item = WrittenEntry<'_>> {
        let mut entries = self.0.entries.iter();
        let mut unknown = self.0.unknown.iter().peekable();
        (0..self.len()).filter_map(move |position| match unknown.next_if(|entry| entry.position == position) {
            Some(entry) => Some(WrittenEntry::Unknown(&entry.text)),
            None => entries.next().map(WrittenEntry::Known),
        })
    }

    fn len(&self) -> usize {
        self.0.entries.len() + self.0.unknown.len()
    }

    /// Returns whether a caller from this address is admitted.
    #[inline]
    #[must_use]
    pub fn contains(&self, caller: IpAddr) -> bool {
        self.0.ranges.contains(caller)
    }

    /// Returns the first entry that admits a caller from this address.
    ///
    /// Compares one entry after another. [`contains`](Self::contains) is faster.
    #[must_use]
    pub fn matching_entry(&self, caller: IpAddr) -> Option<&AllowedIp> {
        let caller = caller.to_canonical();
        self.entries().iter().find(|entry| entry.range.contains(&caller))
    }
}

impl fmt::Debug for AllowedIps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("AllowedIps");
        tuple.field(&self.entries());
        if !self.0.unknown.is_empty() {
            tuple.field(&self.unknown_entries().collect::<Vec<_>>());
        }
        tuple.finish()
    }
}

impl PartialEq for AllowedIps {
    fn eq(&self, other: &Self) -> bool {
        self.entries() == other.entries() && self.0.unknown == other.0.unknown
    }
}

impl Eq for AllowedIps {}

/// Iterates over [`entries`](AllowedIps::entries).
impl<'a> IntoIterator for &'a AllowedIps {
    type Item = &'a AllowedIp;
    type IntoIter = std::slice::Iter<'a, AllowedIp>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries().iter()
    }
}

impl Serialize for AllowedIps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.len()))?;
        for entry in self.written_entries() {
            match entry {
                WrittenEntry::Known(entry) => seq.serialize_element(entry)?,
                WrittenEntry::Unknown(text) => seq.serialize_element(text)?,
            }
        }
        seq.end()
    }
}

impl<'de> Deserialize<'de> for AllowedIps {
    /// Reads a list of texts.
    ///
    /// A text that is not an entry is preserved, and admits nobody. To read a list that your own service wrote, use
    /// [`parse`](Self::parse), which rejects such texts.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entries = Vec::new();
        let mut unknown = Vec::new();
        for (position, text) in List::<Box<str>>::read(deserializer)?.into_iter().enumerate() {
            match text.parse() {
                Ok(entry) => entries.push(entry),
                Err(_) => unknown.push(UnknownEntry { position, text }),
            }
        }
        Ok(Self::with_unknown(entries, unknown))
    }
}

/// One entry of [`AllowedIps`]: a bare address, or a CIDR range.
///
/// It is written in the canonical form of RFC 5952, which can differ from the text that was parsed. But a bare address
/// stays bare, and a range keeps its host bits. Host bits do not change which addresses match.
///
/// # Errors
///
/// Parsing fails for these inputs. The message names the mistake:
///
/// - text that is not an address, such as a name, or that has a port, brackets, a zone or whitespace;
/// - a leading zero in an IPv4 address (`010.0.0.1`, which some systems read as octal) or in a prefix length (`/08`);
/// - a prefix length that is empty (`10.0.0.0/`), not a decimal number, or longer than the address;
/// - a range of IPv4-mapped addresses wider than `/96`, which would also contain addresses that are not IPv4.
///
/// # Examples
///
/// ```
/// use tokenfolio::AllowedIp;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// assert_eq!("2001:DB8::0/32".parse::<AllowedIp>()?.to_string(), "2001:db8::/32");
/// assert_eq!("::ffff:10.0.0.0/104".parse::<AllowedIp>()?.to_string(), "10.0.0.0/8");
///
/// let entry: AllowedIp = "203.0.113.12".parse()?;
/// assert!(entry.is_bare());
/// assert_eq!(entry.range(), "203.0.113.12/32".parse()?);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "CIDR")]
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct AllowedIp {
    range: IpNet,
    /// Whether the entry has no prefix length.
    bare: bool,
}

impl AllowedIp {
    /// Returns the range of addresses that match. A bare address is a range of one address.
    #[must_use]
    pub fn range(&self) -> IpNet {
        self.range
    }

    /// Returns whether the entry is a bare address, without a prefix length.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    pub(crate) fn write(&self, piece: &mut Piece<'_, { ip::MAX_LEN }>) {
        ip::write(piece, self.range.addr(), (!self.bare).then(|| self.range.prefix_len()));
    }
}

impl From<IpAddr> for AllowedIp {
    fn from(address: IpAddr) -> Self {
        Self { range: address.to_canonical().into(), bare: true }
    }
}

impl From<Ipv4Addr> for AllowedIp {
    fn from(address: Ipv4Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl From<Ipv6Addr> for AllowedIp {
    fn from(address: Ipv6Addr) -> Self {
        IpAddr::from(address).into()
    }
}

impl TryFrom<IpNet> for AllowedIp {
    type Error = AllowedIpError;

    fn try_from(range: IpNet) -> Result<Self, Self::Error> {
        let range = match (range.addr().to_canonical(), range) {
            (IpAddr::V4(address), IpNet::V6(mapped)) => mapped
                .prefix_len()
                .checked_sub(96)
                .and_then(|length| Ipv4Net::new(address, length).ok())
                .ok_or_else(|| AllowedIpError(Reason::WideMappedRange(mapped.to_string())))?
                .into(),
            _ => range,
        };
        Ok(Self { range, bare: false })
    }
}

impl FromStr for AllowedIp {
    type Err = AllowedIpError;

    fn from_str(entry: &str) -> Result<Self, Self::Err> {
        let error = |reason: fn(String) -> Reason| AllowedIpError(reason(entry.to_owned()));
        let Some((address, length)) = entry.split_once('/') else {
            return parse_address(entry, entry).map(Self::from);
        };
        let address = parse_address(address, entry)?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(error(Reason::PrefixNotANumber));
        }
        if length.len() > 1 && length.starts_with('0') {
            return Err(error(Reason::PrefixLeadingZero));
        }
        length
            .parse()
            .ok()
            .and_then(|length| IpNet::new(address, length).ok())
            .ok_or_else(|| AllowedIpError(Reason::PrefixTooLong(entry.to_owned(), longest)))?
            .try_into()
    }
}

fn parse_address(address: &str, entry: &str) -> Result<IpAddr, AllowedIpError> {
    address.parse().map_err(|_| {
        let leading_zero = |octet: &str| octet.len() > 1 && octet.starts_with('0');
        let is_dotted = address.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let reason = if is_dotted && address.split('.').any(leading_zero) {
            Reason::AddressLeadingZero
        } else {
            Reason::NotAnAddress
        };
        AllowedIpError(reason(entry.to_owned()))
    })
}

impl fmt::Display for AllowedIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.bare { self.range.addr().fmt(f) } else { self.range.fmt(f) }
    }
}

impl Serialize for AllowedIp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut buf = [0; ip::MAX_LEN];
        let mut piece = Piece::new(&mut buf);
        self.write(&mut piece);
        serializer.serialize_str(&String::from_utf8_lossy(piece.into_bytes()))
    }
}

impl<'de> Deserialize<'de> for AllowedIp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why an entry or a list was rejected.
///
/// # Examples
///
/// ```
/// use tokenfolio::AllowedIps;
///
/// let error = AllowedIps::parse(["203.0.113.12", "10.0.0.0/33"]).unwrap_err();
/// assert_eq!(error.to_string(), "`10.0.0.0/33` has a prefix length above 32");
/// ```
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(transparent)]
pub struct AllowedIpError(Reason);

#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
enum Reason {
    #[error("`{0}` has a leading zero in its address, which some systems read as octal")]
    AddressLeadingZero(String),
    #[error("an allow-list needs at least one address or range")]
    EmptyList,
    #[error("`{0}` is not an IPv4 or IPv6 address or a range in CIDR notation")]
    NotAnAddress(String),
    #[error("`{0}` has a leading zero in its prefix length")]
    PrefixLeadingZero(String),
    #[error("`{0}` has a prefix length that is not a decimal number")]
    PrefixNotANumber(String),
    #[error("`{0}` has a prefix length above {1}")]
    PrefixTooLong(String, u8),
    #[error("`{0}` is a range of IPv4-mapped addresses wider than /96, which would reach beyond IPv4")]
    WideMappedRange(String),
}
