//! A byte buffer that overwrites its old content.
//!
//! Each append to a `Vec` checks, loads and stores the length, even for a few bytes, and each step waits for the step
//! before. A [`Buffer`] initializes the bytes of its vector ahead of the output, so that a write is only a copy. Short
//! text is written as one [`Piece`], whose length stays in a register.

use std::io;
use std::ops::Range;

use crate::text::digits::{self, Digits};

/// The longest text that [`Buffer::repeat`] copies with one move of a fixed length.
const MOVE_LEN: usize = 64;

/// The number of bytes that are initialized in one step.
const STEP_LEN: usize = 1024;

pub(crate) struct Buffer {
    /// The output, and initialized bytes after it.
    buf: Vec<u8>,
    /// The length of the output.
    len: usize,
}

impl Buffer {
    /// Creates a buffer that writes from the start of a vector, over its content.
    ///
    /// `estimated_len` is the expected length of the output. A vector without capacity allocates exactly this length, once.
    pub(crate) fn overwrite(buf: Vec<u8>, estimated_len: usize) -> Self {
        Self { buf, len: 0 }.reserve(estimated_len)
    }

    /// Creates a buffer that writes after the content of a vector. `estimated_len` is the expected length of the output
    /// without this content.
    pub(crate) fn append_to(buf: Vec<u8>, estimated_len: usize) -> Self {
        Self { len: buf.len(), buf }.reserve(estimated_len)
    }

    fn reserve(mut self, estimated_len: usize) -> Self {
        let end = self.len + estimated_len;
        self.buf.reserve_exact(end.saturating_sub(self.buf.len()));
        self
    }

    /// Returns the output.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.buf.truncate(self.len);
        self.buf
    }

    /// Returns the length of the output.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Calls `write` with a piece of at most `N` bytes.
    #[inline(always)]
    pub(crate) fn piece<const N: usize>(&mut self, write: impl FnOnce(&mut Piece<'_, N>)) {
        self.len += self.spare(N).first_chunk_mut().map_or(0, |buf| {
            let mut piece = Piece::new(buf);
            write(&mut piece);
            piece.len
        });
    }

    /// Calls `write` with a slice of at least `max_len` bytes. `write` returns the number of bytes that it wrote.
    #[inline(always)]
    pub(crate) fn write(&mut self, max_len: usize, write: impl FnOnce(&mut [u8]) -> usize) {
        self.len += write(self.spare(max_len));
    }

    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.piece(|piece: &mut Piece<'_, N>| piece.put(bytes));
    }

    #[inline(always)]
    pub(crate) fn put_number(&mut self, number: u64) {
        self.piece(|piece: &mut Piece<'_, 24>| piece.put_number(number));
    }

    #[inline]
    pub(crate) fn put_slice(&mut self, bytes: &[u8]) {
        self.write(bytes.len(), |spare| {
            spare[..bytes.len()].copy_from_slice(bytes);
            bytes.len()
        });
    }

    /// Appends a copy of a part of the output.
    #[inline(always)]
    pub(crate) fn repeat(&mut self, range: Range<usize>) {
        let start = self.len;
        let copied_len = range.len();
        self.spare(MOVE_LEN.max(copied_len));
        match self.buf.get(range.start..).and_then(|text| text.first_chunk::<MOVE_LEN>()).copied() {
            Some(text) if copied_len <= MOVE_LEN => self.buf[start..start + MOVE_LEN].copy_from_slice(&text),
            _ => self.buf.copy_within(range, start),
        }
        self.len += copied_len;
    }

    /// Returns the bytes after the output, at least `min_len` of them.
    #[inline(always)]
    fn spare(&mut self, min_len: usize) -> &mut [u8] {
        if self.buf.len() < self.len + min_len {
            self.grow(min_len);
        }
        &mut self.buf[self.len..]
    }

    /// Initializes more bytes.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, min_len: usize) {
        let end = self.len + min_len;
        self.buf.resize(end.max(self.step_end()), 0);
    }

    /// Returns the position up to which `grow` always initializes bytes: [`STEP_LEN`] bytes after the last initialized
    /// byte, but not beyond the capacity. The new bytes are few, so they are still in the cache when the output
    /// overwrites them.
    fn step_end(&self) -> usize {
        (self.buf.len() + STEP_LEN).min(self.buf.capacity())
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
