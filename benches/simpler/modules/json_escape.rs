//! JSON escapes, byte by byte.

use crate::text::buffer::Buffer;

const HEX: &[u8; 16] = b"0123456789abcdef";

pub(crate) fn escape(out: &mut Buffer, text: &str) {
    let mut bytes = text.as_bytes();
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
            byte => out.put(&[b'\\', b'u', b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
        bytes = &bytes[index + 1..];
    }
    out.put_slice(bytes);
}

pub(crate) fn escape_quoted<const N: usize>(out: &mut Buffer, prefix: &[u8; N], text: &str) {
    out.put(prefix);
    escape(out, text);
    out.put(b"\"");
}
