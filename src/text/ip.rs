//! Writes an IP address, or a range in CIDR notation.

use std::net::{IpAddr, Ipv6Addr};

use crate::text::buffer::Piece;
use crate::text::digits::Digits;

/// The capacity that any text needs: eight groups of four digits, a prefix length, and the separators.
pub(crate) const MAX_LEN: usize = 48;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes an address, and `/` and the prefix length if there is one.
pub(crate) fn write(piece: &mut Piece<'_, MAX_LEN>, address: IpAddr, prefix_len: Option<u8>) {
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
    if let Some(prefix_len) = prefix_len {
        piece.put(b"/");
        piece.put_number(prefix_len.into());
    }
}

/// Writes an IPv6 address (RFC 5952, section 4): lower case, no leading zeros, and `::` for the first of the longest runs
/// of two or more zero groups.
fn write_v6(piece: &mut Piece<'_, MAX_LEN>, address: Ipv6Addr) {
    let groups = address.segments();
    let mut zeros = 0..0;
    let mut index = 0;
    for run in groups.chunk_by(|before, after| (*before == 0) == (*after == 0)) {
        if run[0] == 0 && run.len() > zeros.len() {
            zeros = index..index + run.len();
        }
        index += run.len();
    }
    if zeros.len() < 2 {
        return write_groups(piece, &groups);
    }
    write_groups(piece, &groups[..zeros.start]);
    piece.put(b"::");
    write_groups(piece, &groups[zeros.end..]);
}

fn write_groups(piece: &mut Piece<'_, MAX_LEN>, groups: &[u16]) {
    for (index, group) in groups.iter().enumerate() {
        if index > 0 {
            piece.put(b":");
        }
        piece.put_digits(hex_digits(*group));
    }
}

/// Returns the hexadecimal digits of a group, without leading zeros.
fn hex_digits(group: u16) -> Digits<4> {
    let digits = [group >> 12, group >> 8, group >> 4, group].map(|digit| HEX[usize::from(digit & 15)]);
    let zeros = group.leading_zeros().min(15) / 4;
    let bytes = (u32::from_le_bytes(digits) >> (8 * zeros)).to_le_bytes();
    Digits { bytes, len: 4 - zeros as usize }
}
