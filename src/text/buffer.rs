//! A buffer that is written from its start, over what it held.
//!
//! Appending to a `Vec` checks, loads and stores its length for every few bytes, and each waits for the one before. Here
//! the vector's length is the room there is, whatever was in it is written over, and what is known to be short is written
//! as one [`Piece`], whose end stays in a register.

use std::io;
use std::ops::Range;

use crate::text::digits;

/// The longest text that is copied again in one move, whatever its length.
const MOVE: usize = 64;

pub(crate) struct Buffer {
    room: Vec<u8>,
    at: usize,
}

impl Buffer {
    /// Writes over what the vector holds. It is [`finish`](Self::finish) that cuts the rest off.
    ///
    /// There is room for about `expected` bytes from the start: a vector without any allocates once, and for no more than
    /// it will hold.
    pub(crate) fn over(room: Vec<u8>, expected: usize) -> Self {
        Self { room, at: 0 }.expecting(expected)
    }

    /// Writes on where the vector ends.
    pub(crate) fn after(room: Vec<u8>, expected: usize) -> Self {
        Self { at: room.len(), room }.expecting(expected)
    }

    fn expecting(mut self, expected: usize) -> Self {
        let room = self.room.len().max(self.at + expected);
        self.room.reserve_exact(room - self.room.len());
        self.room.resize(room, 0);
        self
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.room.truncate(self.at);
        self.room
    }

    /// How much is written.
    pub(crate) fn len(&self) -> usize {
        self.at
    }

    /// Lets a piece be written that takes at most `N` bytes.
    #[inline(always)]
    pub(crate) fn piece<const N: usize>(&mut self, write: impl FnOnce(&mut Piece<'_, N>)) {
        self.at += self.room(N).first_chunk_mut().map_or(0, |room| {
            let mut piece = Piece::over(room);
            write(&mut piece);
            piece.at
        });
    }

    /// Lets at most so many bytes be written; `write` says how many it did.
    #[inline(always)]
    pub(crate) fn write(&mut self, most: usize, write: impl FnOnce(&mut [u8]) -> usize) {
        self.at += write(self.room(most));
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
        self.write(bytes.len(), |room| {
            room[..bytes.len()].copy_from_slice(bytes);
            bytes.len()
        });
    }

    /// Puts again what stands there already.
    #[inline(always)]
    pub(crate) fn put_again(&mut self, range: Range<usize>) {
        let (length, at) = (range.len(), self.at);
        self.room(MOVE.max(length));
        match self.room.get(range.start..).and_then(|text| text.first_chunk::<MOVE>()).copied() {
            Some(text) if length <= MOVE => self.room[at..at + MOVE].copy_from_slice(&text),
            _ => self.room.copy_within(range, at),
        }
        self.at += length;
    }

    /// Returns what may be written next, which is at least so many bytes.
    #[inline(always)]
    fn room(&mut self, needed: usize) -> &mut [u8] {
        if self.room.len() < self.at + needed {
            self.grow(needed);
        }
        &mut self.room[self.at..]
    }

    /// Room is zeroed before it is written, so there is no more of it than as much again, whatever the vector's capacity:
    /// a small page costs the same after a large one. Nor is there more than the capacity while that is enough.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, needed: usize) {
        let end = self.at + needed;
        let twice = 2 * self.room.len();
        let capacity = self.room.capacity();
        self.room.resize(if end <= capacity { twice.min(capacity) } else { twice }.max(end), 0);
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

/// Up to `N` bytes of a buffer. Whoever writes one knows that it is no longer.
pub(crate) struct Piece<'b, const N: usize> {
    room: &'b mut [u8; N],
    at: usize,
}

impl<'b, const N: usize> Piece<'b, N> {
    pub(crate) fn over(room: &'b mut [u8; N]) -> Self {
        Self { room, at: 0 }
    }

    /// Returns what is written.
    pub(crate) fn into_bytes(self) -> &'b [u8] {
        &self.room[..self.at]
    }

    #[inline(always)]
    pub(crate) fn put<const M: usize>(&mut self, bytes: &[u8; M]) {
        self.room[self.at..][..M].copy_from_slice(bytes);
        self.at += M;
    }

    /// Puts the digits of a number, which are 20 at most.
    #[inline(always)]
    pub(crate) fn put_number(&mut self, number: u64) {
        match u32::try_from(number) {
            Ok(number @ 0..10_000) => self.put_digits(digits::up_to_four(number)),
            _ if number < digits::BEYOND_EIGHT => self.put_digits(digits::up_to_eight(number)),
            _ => self.at += digits::write_long(&mut self.room[self.at..], number),
        }
    }

    /// Puts the first bytes of a word, as many as said.
    #[inline(always)]
    pub(crate) fn put_digits<const M: usize>(&mut self, (digits, length): ([u8; M], usize)) {
        self.room[self.at..][..M].copy_from_slice(&digits);
        self.at += length;
    }
}
