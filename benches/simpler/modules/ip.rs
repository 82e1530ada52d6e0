//! IP addresses by `Display`.

use std::fmt::{self, Write};
use std::net::IpAddr;

use crate::text::buffer::Piece;

pub(crate) const MAX_LEN: usize = 48;

pub(crate) fn write(piece: &mut Piece<'_, MAX_LEN>, address: IpAddr, prefix_len: Option<u8>) {
    let mut out = Text(piece);
    let result = match prefix_len {
        Some(prefix_len) => write!(out, "{address}/{prefix_len}"),
        None => write!(out, "{address}"),
    };
    result.expect("the piece is long enough");
}

struct Text<'t, 'b>(&'t mut Piece<'b, MAX_LEN>);

impl Write for Text<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0.put(&[byte]);
        }
        Ok(())
    }
}
