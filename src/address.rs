//! The text of an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::buffer::{Buffer, Piece};

const HEX: &[u8; 16] = b"0123456789abcdef";

pub(crate) fn write(out: &mut Buffer, address: IpAddr) {
    match address {
        IpAddr::V4(address) => write_v4(out, address),
        IpAddr::V6(address) => write_v6(out, address),
    }
}

fn write_v4(out: &mut Buffer, address: Ipv4Addr) {
    let [first, rest @ ..] = address.octets();
    out.piece(|piece: &mut Piece<'_, 16>| {
        piece.put_number(first.into());
        for octet in rest {
            piece.put(b".");
            piece.put_number(octet.into());
        }
    });
}

/// RFC 5952, section 4: lower case, no leading zeros, and `::` for the first of the longest runs of two or more zeros.
fn write_v6(out: &mut Buffer, address: Ipv6Addr) {
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
        return write_groups(out, &groups);
    }
    write_groups(out, &groups[..start]);
    out.put(b"::");
    write_groups(out, &groups[start + length..]);
}

fn write_groups(out: &mut Buffer, groups: &[u16]) {
    for (at, group) in groups.iter().enumerate() {
        if at > 0 {
            out.put(b":");
        }
        let digits = [group >> 12, group >> 8, group >> 4, *group].map(|digit| HEX[usize::from(digit & 15)]);
        let zeros = group.leading_zeros().min(15) / 4;
        out.put_slice(&digits[zeros as usize..]);
    }
}
