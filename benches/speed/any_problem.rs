//! Any problem, written without this crate.

/// The reference: the best encoder that we can write by hand for any problem with five members.
#[derive(Clone, Copy)]
pub(crate) struct Members<'p> {
    pub(crate) type_uri: &'p str,
    pub(crate) title: &'p str,
    pub(crate) status: u16,
    pub(crate) detail: &'p str,
    pub(crate) instance: &'p str,
}

impl Members<'_> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        out.reserve(96 + self.type_uri.len() + self.title.len() + self.detail.len() + self.instance.len());
        Self::text(out, br#"{"type":""#, self.type_uri);
        Self::text(out, br#"","title":""#, self.title);
        let digit = |number: u16| b"0123456789"[usize::from(number % 10)];
        out.extend_from_slice(br#"","status":"#);
        out.extend_from_slice(&[digit(self.status / 100), digit(self.status / 10), digit(self.status)]);
        Self::text(out, br#","detail":""#, self.detail);
        Self::text(out, br#"","instance":""#, self.instance);
        out.extend_from_slice(br#""}"#);
    }

    #[inline(always)]
    pub(crate) fn text<const N: usize>(out: &mut Vec<u8>, prefix: &[u8; N], text: &str) {
        out.extend_from_slice(prefix);
        let is_special = |byte: &u8| matches!(byte, 0..b' ' | b'"' | b'\\');
        // No branch for each byte, so that the compiler can vectorize the loop.
        if !text.as_bytes().iter().fold(false, |found, byte| found | is_special(byte)) {
            return out.extend_from_slice(text.as_bytes());
        }
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\r' => out.extend_from_slice(b"\\r"),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\x08' => out.extend_from_slice(b"\\b"),
                b'\x0c' => out.extend_from_slice(b"\\f"),
                0..b' ' => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                _ => out.push(byte),
            }
        }
    }
}
