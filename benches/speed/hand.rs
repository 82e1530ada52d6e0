//! The reference: the best encoder that we can write by hand for this endpoint, in safe code.
//!
//! It is fixed to 20 rows per page, three pages on each side, our labels and no preserved parameters. It is correct for any
//! tokens, base URL, page and total. It is one file with one technique: a cursor over existing memory, with digits and
//! times computed in registers.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, Datelike, Timelike, Utc};
use tokenfolio::{ReportedStatus, TokenResource, TokenStatus};

const PER_PAGE: u64 = 20;

/// Memory to overwrite, and the length of the written part.
struct Cursor<'m> {
    memory: &'m mut Vec<u8>,
    len: usize,
}

impl Cursor<'_> {
    /// Returns the next `N` bytes to overwrite.
    #[inline(always)]
    fn next<const N: usize>(&mut self) -> &mut [u8; N] {
        if self.memory.len() < self.len + N {
            self.grow(N);
        }
        self.memory[self.len..].first_chunk_mut().expect("it has grown")
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, needed: usize) {
        // Memory that held a page before rarely grows.
        let length = (self.len + needed + 256).max(6 * 1024);
        self.memory.resize(length, 0);
    }

    #[inline(always)]
    fn text<const N: usize>(&mut self, text: &[u8; N]) {
        *self.next() = *text;
        self.len += N;
    }

    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        if self.memory.len() < self.len + bytes.len() {
            self.grow(bytes.len());
        }
        self.memory[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Writes a text and a number.
    #[inline(always)]
    fn number<const N: usize>(&mut self, text: &[u8; N], number: u64) {
        if number >= 10_000 {
            return self.large(text, number);
        }
        let (digits, length) = short(number);
        self.short(text, digits, length);
    }

    #[inline(always)]
    fn short<const N: usize>(&mut self, text: &[u8; N], digits: u32, length: usize) {
        let buf: &mut [u8; 32] = self.next();
        buf[..N].copy_from_slice(text);
        buf[N..N + 4].copy_from_slice(&digits.to_le_bytes());
        self.len += N + length;
    }

    #[inline]
    fn large<const N: usize>(&mut self, text: &[u8; N], number: u64) {
        self.text(text);
        if number < 100_000_000 {
            let digits = eight(number);
            let zeros = (digits ^ u64::from_le_bytes(*b"00000000")).trailing_zeros() / 8;
            *self.next() = (digits >> (8 * zeros)).to_le_bytes();
            self.len += 8 - zeros as usize;
        } else {
            self.large(b"", number / 100_000_000);
            self.text(&eight(number % 100_000_000).to_le_bytes());
        }
    }

    #[inline(always)]
    fn time<const N: usize>(&mut self, key: &[u8; N], time: Option<DateTime<Utc>>) {
        let Some(time) = time else {
            self.text(key);
            return self.text(b"null");
        };
        let utc = time.naive_utc();
        let date = utc.date();
        let time_of_day = utc.time();
        let buf: &mut [u8; 40] = self.next();
        buf[..N].copy_from_slice(key);
        let text = match u32::try_from(date.year()) {
            Ok(year @ ..=9999) => {
                let seconds = time_of_day.num_seconds_from_midnight();
                let pair = |index: u32, number: u32| u128::from(PAIRS[number as usize]) << (8 * index);
                u128::from_le_bytes(*b"\0\0\0\0-\0\0-\0\0T\0\0:\0\0")
                    | pair(0, year / 100)
                    | pair(2, year % 100)
                    | pair(5, date.month())
                    | pair(8, date.day())
                    | pair(11, seconds / 3600)
                    | pair(14, seconds / 60 % 60)
            }
            Ok(_) => u128::from_le_bytes(*b"9999-12-31T23:59"),
            Err(_) => u128::from_le_bytes(*b"0000-01-01T00:00"),
        };
        let seconds = match date.year() {
            0..=9999 => PAIRS[time_of_day.second() as usize],
            10_000.. => u16::from_le_bytes(*b"59"),
            _ => u16::from_le_bytes(*b"00"),
        };
        buf[N] = b'"';
        buf[N + 1..N + 17].copy_from_slice(&text.to_le_bytes());
        buf[N + 17] = b':';
        buf[N + 18..N + 20].copy_from_slice(&seconds.to_le_bytes());
        buf[N + 20..N + 22].copy_from_slice(br#"Z""#);
        self.len += N + 22;
    }

    /// Writes the content of a JSON string.
    #[inline]
    fn string(&mut self, text: &str) {
        const ONES: u64 = u64::MAX / 255;
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
        let special = |word: u64| {
            let quote = below(word ^ (ONES * 0x22), 1);
            let backslash = below(word ^ (ONES * 0x5c), 1);
            (below(word, 0x20) | quote | backslash) & (ONES << 7) != 0
        };
        let bytes = text.as_bytes();
        let (words, tail) = bytes.as_chunks::<8>();
        for (index, word) in words.iter().enumerate() {
            if special(u64::from_le_bytes(*word)) {
                return self.escaped(&text[floor(text, 8 * index)..], 8 * index - floor(text, 8 * index));
            }
            self.text(word);
        }
        let mut word = u64::from_le_bytes([b' '; 8]);
        for byte in tail.iter().rev() {
            word = (word << 8) | u64::from(*byte);
        }
        if special(word) {
            let start = bytes.len() - tail.len();
            return self.escaped(&text[floor(text, start)..], start - floor(text, start));
        }
        *self.next() = word.to_le_bytes();
        self.len += tail.len();
    }

    #[cold]
    fn escaped(&mut self, text: &str, skip: usize) {
        for byte in text.bytes().skip(skip) {
            match byte {
                b'"' | b'\\' => self.bytes(&[b'\\', byte]),
                b'\x08' => self.bytes(b"\\b"),
                b'\t' => self.bytes(b"\\t"),
                b'\n' => self.bytes(b"\\n"),
                b'\x0c' => self.bytes(b"\\f"),
                b'\r' => self.bytes(b"\\r"),
                0..=0x1f => self.bytes(format!("\\u{byte:04x}").as_bytes()),
                _ => self.text(&[byte]),
            }
        }
    }

    fn token(&mut self, token: &TokenResource) {
        self.text(br#"{"id":"#);
        if token.id.0 < 0 {
            self.text(b"-");
        }
        self.number(b"", token.id.0.unsigned_abs());
        self.text(br#","name":""#);
        self.string(&token.name);
        match &token.status {
            ReportedStatus::Known(TokenStatus::Active) => self.text(br#"","status":"active""#),
            ReportedStatus::Known(TokenStatus::Expired) => self.text(br#"","status":"expired""#),
            ReportedStatus::Known(TokenStatus::Revoked) => self.text(br#"","status":"revoked""#),
            ReportedStatus::Other(status) => {
                self.text(br#"","status":""#);
                self.string(status.as_str());
                self.text(br#"""#);
            }
        }
        self.time(br#","last_used_at":"#, token.last_used_at);
        self.number(br#","usage_count":"#, token.usage_count);
        self.time(br#","expires_at":"#, token.expires_at);
        self.time(br#","created_at":"#, Some(token.created_at));
        let Some(allowed) = &token.allowed_ips else {
            return self.text(br#","allowed_ips":null}"#);
        };
        self.text(br#","allowed_ips":["#);
        for (index, entry) in allowed.entries().iter().enumerate() {
            self.bytes(if index == 0 { br#"""# } else { br#",""# });
            match entry.range().addr() {
                IpAddr::V4(address) => {
                    let [a, b, c, d] = address.octets();
                    self.number(b"", a.into());
                    self.number(b".", b.into());
                    self.number(b".", c.into());
                    self.number(b".", d.into());
                }
                IpAddr::V6(address) => self.ipv6(address),
            }
            if !entry.is_bare() {
                self.number(b"/", entry.range().prefix_len().into());
            }
            self.text(br#"""#);
        }
        self.text(b"]}");
    }

    /// Writes an address by RFC 5952: lower case, no leading zeros, `::` for the first longest run of zeros.
    fn ipv6(&mut self, address: Ipv6Addr) {
        let groups = address.segments();
        let mut start = 0;
        let mut length = 1;
        let mut run = 0;
        for (index, group) in groups.iter().enumerate() {
            run = if *group == 0 { run + 1 } else { 0 };
            if run > length {
                start = index + 1 - run;
                length = run;
            }
        }
        if length == 1 {
            length = 0;
        }
        let mut index = 0;
        while index < 8 {
            if length > 0 && index == start {
                self.text(b"::");
                index += length;
                continue;
            }
            if index > 0 && !(length > 0 && index == start + length) {
                self.text(b":");
            }
            let digits = [12, 8, 4, 0].map(|shift| b"0123456789abcdef"[usize::from(groups[index] >> shift & 15)]);
            let zeros = (groups[index].leading_zeros() / 4).min(3);
            *self.next() = (u32::from_le_bytes(digits) >> (8 * zeros)).to_le_bytes();
            self.len += 4 - zeros as usize;
            index += 1;
        }
    }

    /// Writes the URL of a page: the common prefix, copied from the memory, and the number.
    #[inline(always)]
    fn url(&mut self, prefix: (usize, usize), page: u64) {
        let (start, length) = prefix;
        if length <= 64 && start + 64 <= self.memory.len() {
            let text: [u8; 64] = *self.memory[start..].first_chunk().expect("it is that long");
            *self.next() = text;
        } else {
            if self.memory.len() < self.len + length {
                self.grow(length);
            }
            self.memory.copy_within(start..start + length, self.len);
        }
        self.len += length;
        self.number(b"", page);
    }

    #[inline(always)]
    fn entry(&mut self, prefix: (usize, usize), page: u64, is_active: bool) {
        self.text(br#",{"url":""#);
        self.url(prefix, page);
        self.number(br#"","label":""#, page);
        self.number(br#"","page":"#, page);
        if is_active {
            self.text(br#","active":true}"#);
        } else {
            self.text(br#","active":false}"#);
        }
    }
}

/// Overwrites the memory with the page.
pub(crate) fn encode(memory: &mut Vec<u8>, tokens: &[TokenResource], base: &str, page: u64, total: u64) {
    let last = total.div_ceil(PER_PAGE).max(1);
    let count = tokens.len() as u64;
    let mut out = Cursor { memory, len: 0 };
    out.text(br#"{"data":["#);
    for (index, token) in tokens.iter().enumerate() {
        if index > 0 {
            out.text(b",");
        }
        out.token(token);
    }
    out.text(br#"],"links":{"first":""#);
    let start = out.len;
    out.string(base);
    out.text(b"?page=");
    let prefix = (start, out.len - start);
    out.text(br#"1","last":""#);
    out.url(prefix, last);
    let nullable = |out: &mut Cursor<'_>, page: Option<u64>| match page {
        Some(page) => {
            out.text(br#"""#);
            out.url(prefix, page);
            out.text(br#"""#);
        }
        None => out.text(b"null"),
    };
    let prev = (page > 1).then(|| page - 1);
    let next = (page < last).then(|| page + 1);
    out.text(br#"","prev":"#);
    nullable(&mut out, prev);
    out.text(br#","next":"#);
    nullable(&mut out, next);
    out.number(br#"},"meta":{"current_page":"#, page);
    if count > 0 {
        out.number(br#","from":"#, (page - 1) * PER_PAGE + 1);
    } else {
        out.text(br#","from":null"#);
    }
    out.number(br#","last_page":"#, last);
    out.text(br#","links":[{"url":"#);
    nullable(&mut out, prev);
    out.text(b",\"label\":\"\xc2\xab Previous\",\"page\":");
    match prev {
        Some(prev) => out.number(b"", prev),
        None => out.text(b"null"),
    }
    out.text(br#","active":false}"#);
    let gap = br#",{"url":null,"label":"...","page":null,"active":false}"#;
    let run = |out: &mut Cursor<'_>, from: u64, to: u64| {
        for shown in from..=to {
            out.entry(prefix, shown, shown == page);
        }
    };
    if last < 14 {
        run(&mut out, 1, last);
    } else if page <= 7 {
        run(&mut out, 1, 10);
        out.text(gap);
        run(&mut out, last - 1, last);
    } else if page > last - 7 {
        run(&mut out, 1, 2);
        out.text(gap);
        run(&mut out, last - 9, last);
    } else {
        run(&mut out, 1, 2);
        out.text(gap);
        run(&mut out, page - 3, page + 3);
        out.text(gap);
        run(&mut out, last - 1, last);
    }
    out.text(br#",{"url":"#);
    nullable(&mut out, next);
    out.text(b",\"label\":\"Next \xc2\xbb\",\"page\":");
    match next {
        Some(next) => out.number(b"", next),
        None => out.text(b"null"),
    }
    out.text(br#","active":false}],"path":""#);
    out.string(base);
    out.number(br#"","per_page":"#, PER_PAGE);
    if count > 0 {
        out.number(br#","to":"#, (page - 1) * PER_PAGE + count);
    } else {
        out.text(br#","to":null"#);
    }
    out.number(br#","total":"#, total);
    out.text(b"}}");
    let length = out.len;
    memory.truncate(length);
}

/// Returns the start of the character that contains a byte.
fn floor(text: &str, index: usize) -> usize {
    (0..=index).rev().find(|index| text.is_char_boundary(*index)).unwrap_or(0)
}

static PAIRS: [u16; 100] = {
    let mut pairs = [0; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number as usize] = (((number % 10) << 8) | (number / 10)) + 0x3030;
        number += 1;
    }
    pairs
};

/// Returns the digits of a number below 10,000, and their count.
#[inline(always)]
fn short(number: u64) -> (u32, usize) {
    let digits = u32::from(PAIRS[(number / 100) as usize]) | (u32::from(PAIRS[(number % 100) as usize]) << 16);
    let length = 1 + usize::from(number > 9) + usize::from(number > 99) + usize::from(number > 999);
    (digits >> (8 * (4 - length)), length)
}

/// Returns eight digits, the first in the lowest byte.
#[inline]
fn eight(number: u64) -> u64 {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x7f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    (tens | ((twos - 10 * tens) << 8)) + u64::from_le_bytes(*b"00000000")
}
