//! Escapes text inside a JSON string (RFC 8259, section 7).
//!
//! `"`, `\` and control characters are escaped, as serde_json does.

use crate::text::buffer::Buffer;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes text as the inside of a JSON string, eight bytes at a time until one of them must be escaped.
#[inline]
pub(crate) fn escape(out: &mut Buffer, text: &str) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    out.write(bytes.len().max(8), |spare| {
        copied = copy_until_escape(spare, bytes);
        copied
    });
    if copied < bytes.len() {
        escape_each(out, &bytes[copied..]);
    }
}

/// Writes a prefix, the inside of a JSON string, and its closing quote, in one piece if nothing must be escaped.
#[inline]
pub(crate) fn escape_quoted<const N: usize>(out: &mut Buffer, prefix: &[u8; N], text: &str) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    out.write(bytes.len().max(8).saturating_add(N + 1), |spare| {
        spare[..N].copy_from_slice(prefix);
        copied = copy_until_escape(&mut spare[N..], bytes);
        let end = N + copied;
        if copied < bytes.len() {
            return end;
        }
        spare[end] = b'"';
        end + 1
    });
    if copied < bytes.len() {
        escape_each(out, &bytes[copied..]);
        out.put(b"\"");
    }
}

/// Copies text up to the first machine word (eight bytes) in which a byte must be escaped. Returns the length of the
/// copy.
///
/// `out` has at least eight bytes, even for a shorter text.
#[inline]
fn copy_until_escape(out: &mut [u8], text: &[u8]) -> usize {
    let (words, tail) = text.as_chunks::<8>();
    for (index, (word, copy)) in words.iter().zip(out.as_chunks_mut().0).enumerate() {
        if needs_escape(u64::from_le_bytes(*word)) {
            return 8 * index;
        }
        *copy = *word;
    }
    if let Some(last) = text.last_chunk::<8>() {
        // The last eight bytes overlap the word before, so some bytes are written twice.
        if needs_escape(u64::from_le_bytes(*last)) {
            return text.len() - tail.len();
        }
        out[text.len() - 8..text.len()].copy_from_slice(last);
        return text.len();
    }
    let word = padded(tail);
    if needs_escape(word) {
        return 0;
    }
    out[..8].copy_from_slice(&word.to_le_bytes());
    text.len()
}

/// Returns up to seven bytes as a machine word, with spaces after them. A space never needs an escape.
///
/// The word is built in a register. Storing single bytes and then loading them as a word would stall.
#[inline]
fn padded(bytes: &[u8]) -> u64 {
    let spaces = u64::from_le_bytes([b' '; 8]) << (8 * bytes.len());
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)) | spaces
}

/// Returns whether any of eight bytes must be escaped.
#[inline]
fn needs_escape(word: u64) -> bool {
    const HIGH_BITS: u64 = ONES << 7;
    // The high bit of a byte that is not ASCII has no meaning here.
    (control_or_quote(word) | backslash(word)) & !word & HIGH_BITS != 0
}

/// A one in each of eight bytes.
const ONES: u64 = u64::MAX / 255;

/// Sets the high bit of each byte that is a control character or `"`. The subtraction can also set the high bit of
/// later bytes. This does no harm, because an earlier byte must then be escaped in any case.
///
/// The XOR swaps `"` (0x22) and the space (0x20). After this, the control characters and `"` are smaller than
/// 0x21, so one subtraction finds them.
#[inline]
fn control_or_quote(word: u64) -> u64 {
    (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21)
}

/// Sets the high bit of each byte that is `\`, and possibly of later bytes, as [`control_or_quote`] does.
#[inline]
fn backslash(word: u64) -> u64 {
    (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES)
}

#[cold]
fn escape_each(out: &mut Buffer, mut bytes: &[u8]) {
    let is_special = |byte: &u8| matches!(byte, 0..b' ' | b'"' | b'\\');
    while let Some(index) = bytes.iter().position(is_special) {
        out.put_slice(&bytes[..index]);
        match bytes[index] {
            byte @ (b'"' | b'\\') => out.put(&[b'\\', byte]),
            b'\x08' => out.put(br"\b"),
            b'\t' => out.put(br"\t"),
            b'\n' => out.put(br"\n"),
            b'\x0c' => out.put(br"\f"),
            b'\r' => out.put(br"\r"),
            byte => {
                let high = HEX[usize::from(byte >> 4)];
                let low = HEX[usize::from(byte & 15)];
                out.put(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        }
        bytes = &bytes[index + 1..];
    }
    out.put_slice(bytes);
}
