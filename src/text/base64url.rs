//! The base64url encoding without padding (RFC 4648, section 5).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Encodes bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(6));
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        // A group of n bytes has n + 1 characters.
        for position in 0..=group.len() {
            text.push(char::from(ALPHABET[bits >> (18 - 6 * position) & 63]));
        }
    }
    text
}

/// Decodes text. Returns `None` for text that [`encode`] never returns.
///
/// For example, the unused bits of the last character must be zero (RFC 4648, section 3.5). So each sequence of bytes has
/// only one text.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 6 / 8);
    for group in text.chunks(4) {
        let mut bits = 0;
        for character in group {
            bits = bits << 6 | u32::from(value(*character)?);
        }
        let byte_count = group.len() * 6 / 8;
        let [_, decoded @ ..] = (bits << (6 * (4 - group.len()))).to_be_bytes();
        if byte_count == 0 || decoded[byte_count..].iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(&decoded[..byte_count]);
    }
    Some(bytes)
}

fn value(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}
