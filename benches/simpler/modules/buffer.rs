//! A vector that grows by `extend_from_slice`.

use std::io;
use std::ops::Range;

use crate::text::digits::{self, Digits};

pub(crate) struct Buffer(Vec<u8>);

impl Buffer {
    pub(crate) fn overwrite(mut buf: Vec<u8>, estimated_len: usize) -> Self {
        buf.clear();
        Self::append_to(buf, estimated_len)
    }

    pub(crate) fn append_to(mut buf: Vec<u8>, estimated_len: usize) -> Self {
        buf.reserve_exact(estimated_len);
        Self(buf)
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn piece<const N: usize>(&mut self, write: impl FnOnce(&mut Piece<'_, N>)) {
        let mut buf = [0; N];
        let mut piece = Piece::new(&mut buf);
        write(&mut piece);
        self.0.extend_from_slice(piece.into_bytes());
    }

    pub(crate) fn write(&mut self, max_len: usize, write: impl FnOnce(&mut [u8]) -> usize) {
        let start = self.0.len();
        self.0.resize(start + max_len, 0);
        let written = write(&mut self.0[start..]);
        self.0.truncate(start + written);
    }

    pub(crate) fn put<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn put_number(&mut self, number: u64) {
        self.piece(|piece: &mut Piece<'_, 24>| piece.put_number(number));
    }

    pub(crate) fn put_slice(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(crate) fn repeat(&mut self, range: Range<usize>) {
        self.0.extend_from_within(range);
    }
}

impl io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Up to `N` bytes of a buffer.
pub(crate) struct Piece<'b, const N: usize> {
    buf: &'b mut [u8; N],
    len: usize,
}

impl<'b, const N: usize> Piece<'b, N> {
    pub(crate) fn new(buf: &'b mut [u8; N]) -> Self {
        Self { buf, len: 0 }
    }

    /// Returns the bytes that were written.
    pub(crate) fn into_bytes(self) -> &'b [u8] {
        &self.buf[..self.len]
    }

    #[inline(always)]
    pub(crate) fn put<const M: usize>(&mut self, bytes: &[u8; M]) {
        self.buf[self.len..][..M].copy_from_slice(bytes);
        self.len += M;
    }

    /// Writes a number in decimal, at most 20 digits.
    #[inline(always)]
    pub(crate) fn put_number(&mut self, number: u64) {
        match u32::try_from(number) {
            Ok(number @ 0..10_000) => self.put_digits(digits::up_to_four(number)),
            _ if number < digits::TEN_TO_THE_EIGHTH => self.put_digits(digits::up_to_eight(number)),
            _ => self.len += digits::write_long(&mut self.buf[self.len..], number),
        }
    }

    /// Writes a key, which includes its colon, and a number or `null`.
    #[inline(always)]
    pub(crate) fn put_nullable_number<const KEY: usize>(&mut self, key: &[u8; KEY], number: Option<u64>) {
        self.put(key);
        match number {
            Some(number) => self.put_number(number),
            None => self.put(b"null"),
        }
    }

    #[inline(always)]
    pub(crate) fn put_digits<const M: usize>(&mut self, digits: Digits<M>) {
        self.buf[self.len..][..M].copy_from_slice(&digits.bytes);
        self.len += digits.len;
    }
}
