//! The inside of a JSON string, as serde_json writes it: `"`, `\` and control characters are escaped (RFC 8259, section 7).

use crate::text::buffer::Buffer;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes text as the inside of a JSON string, eight bytes at a time as long as nothing is to be escaped.
#[inline]
pub(crate) fn escape(out: &mut Buffer, text: &str) {
    let bytes = text.as_bytes();
    let mut plain = 0;
    out.write(bytes.len().max(8), |room| {
        plain = copy_plain(room, bytes);
        plain
    });
    if plain < bytes.len() {
        escape_each(out, &bytes[plain..]);
    }
}

/// Writes what stands before a JSON string, its inside, and the quote that ends it, in one piece.
#[inline]
pub(crate) fn escape_quoted<const N: usize>(out: &mut Buffer, before: &[u8; N], text: &str) {
    let bytes = text.as_bytes();
    let start = out.len() + N;
    out.write(N + bytes.len().max(8) + 1, |room| {
        room[..N].copy_from_slice(before);
        let end = N + copy_plain(&mut room[N..], bytes);
        if end < N + bytes.len() {
            return end;
        }
        room[end] = b'"';
        end + 1
    });
    let written = out.len() - start;
    if written <= bytes.len() {
        escape_each(out, &bytes[written..]);
        out.put(b"\"");
    }
}

/// Copies text up to the eight bytes that have something to be escaped, and returns how much that is. There must be room
/// for eight bytes, however short it is.
#[inline]
fn copy_plain(room: &mut [u8], text: &[u8]) -> usize {
    let (words, tail) = text.as_chunks::<8>();
    for (at, (word, place)) in words.iter().zip(room.as_chunks_mut().0).enumerate() {
        if has_special(u64::from_le_bytes(*word)) {
            return 8 * at;
        }
        *place = *word;
    }
    if let Some(last) = text.last_chunk::<8>() {
        // What the last eight bytes share with the word before is written again.
        let is_plain = !has_special(u64::from_le_bytes(*last));
        if is_plain {
            room[text.len() - 8..text.len()].copy_from_slice(last);
        }
        return if is_plain { text.len() } else { 8 * words.len() };
    }
    // Blanks in place of what the tail lacks, which are never escaped.
    let blanks = u64::from_le_bytes([b' '; 8]) << (8 * tail.len());
    let word = tail.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)) | blanks;
    if has_special(word) {
        return 0;
    }
    room[..8].copy_from_slice(&word.to_le_bytes());
    text.len()
}

/// Tells whether any of eight bytes must be escaped.
#[inline]
fn has_special(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    // Subtraction sets the high bit of a byte that was smaller, or that has a smaller one below it. The first takes
    // control characters and `"` in one step, because `"` and a blank change places.
    let small = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21);
    let backslash = (word ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
    (small | backslash) & !word & (ONES << 7) != 0
}

#[cold]
fn escape_each(out: &mut Buffer, mut bytes: &[u8]) {
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
