//! The inside of a JSON string, as serde_json writes it: `"`, `\` and control characters are escaped (RFC 8259, section 7).

use crate::buffer::Buffer;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes text as the inside of a JSON string, eight bytes at a time as long as nothing is to be escaped.
pub(crate) fn escape(out: &mut Buffer<'_>, text: &str) {
    let bytes = text.as_bytes();
    let (words, tail) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        if has_special(u64::from_le_bytes(*word)) {
            return escape_each(out, &bytes[8 * at..]);
        }
        out.put(word);
    }
    if tail.is_empty() {
        return;
    }
    // Blanks in place of what the tail lacks, which are never escaped.
    let blanks = u64::from_le_bytes([b' '; 8]) << (8 * tail.len());
    let word = tail.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)) | blanks;
    if has_special(word) {
        return escape_each(out, tail);
    }
    out.piece(|room| {
        *room = word.to_le_bytes();
        tail.len()
    });
}

/// Tells whether any of eight bytes must be escaped.
#[inline]
fn has_special(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    // The high bit of a byte is set by the subtraction if the byte was smaller, or the one below it was.
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, b' ') | equal(b'"') | equal(b'\\')) & (ONES << 7) != 0
}

#[cold]
fn escape_each(out: &mut Buffer<'_>, mut bytes: &[u8]) {
    let is_special = |byte: &u8| matches!(byte, 0..b' ' | b'"' | b'\\');
    while let Some(at) = bytes.iter().position(is_special) {
        out.put_slice(&bytes[..at]);
        match bytes[at] {
            byte @ (b'"' | b'\\') => out.put(&[b'\\', byte]),
            b'\x08' => out.put(b"\\b"),
            b'\t' => out.put(b"\\t"),
            b'\n' => out.put(b"\\n"),
            b'\x0c' => out.put(b"\\f"),
            b'\r' => out.put(b"\\r"),
            byte => {
                let [high, low] = [byte >> 4, byte & 15].map(|digit| HEX[usize::from(digit)]);
                out.put(&[b'\\', b'u', b'0', b'0', high, low]);
            }
        }
        bytes = &bytes[at + 1..];
    }
    out.put_slice(bytes);
}
