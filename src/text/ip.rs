//! The text of an address, or of a range in CIDR notation.

use std::net::{IpAddr, Ipv6Addr};

use crate::text::buffer::Piece;

/// The room that any text needs: eight groups of four digits, a prefix length, and what is between them.
pub(crate) const LONGEST: usize = 48;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes an address, and the length of its prefix if there is one.
pub(crate) fn write(piece: &mut Piece<'_, LONGEST>, address: IpAddr, prefix_length: Option<u8>) {
    match address {
        IpAddr::V4(address) => {
            let [first, rest @ ..] = address.octets();
            piece.put_number(first.into());
            for octet in rest {
                piece.put(b".");
                piece.put_number(octet.into());
            }
        }
        IpAddr::V6(address) => write_v6(piece, address),
    }
    if let Some(length) = prefix_length {
        piece.put(b"/");
        piece.put_number(length.into());
    }
}

/// RFC 5952, section 4: lower case, no leading zeros, and `::` for the first of the longest runs of two or more zeros.
fn write_v6(piece: &mut Piece<'_, LONGEST>, address: Ipv6Addr) {
    let groups = address.segments();
    let (mut start, mut length) = (8, 1);
    let mut at = 0;
    for run in groups.chunk_by(|before, after| (*before == 0) == (*after == 0)) {
        if run[0] == 0 && run.len() > length {
            (start, length) = (at, run.len());
        }
        at += run.len();
    }
    if length == 1 {
        return write_groups(piece, &groups);
    }
    write_groups(piece, &groups[..start]);
    piece.put(b"::");
    write_groups(piece, &groups[start + length..]);
}

fn write_groups(piece: &mut Piece<'_, LONGEST>, groups: &[u16]) {
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            piece.put(b":");
        }
        let digits = [group >> 12, group >> 8, group >> 4, *group].map(|digit| HEX[usize::from(digit & 15)]);
        let zeros = group.leading_zeros().min(15) / 4;
        let digits = u32::from_le_bytes(digits) >> (8 * zeros);
        piece.put_digits((digits.to_le_bytes(), 4 - zeros as usize));
    }
}
