//! A buffer that is written from its start, over what it held.
//!
//! Appending to a `Vec` checks, loads and stores its length for every piece. Here the vector's length is the room there
//! is, whatever was in it is written over, and a piece of a size known to the compiler costs one check and its moves.

use std::io;
use std::ops::Range;

use crate::digits;

/// The longest text that is copied again in one move, whatever its length.
const MOVE: usize = 64;

pub(crate) struct Buffer<'v> {
    room: &'v mut Vec<u8>,
    at: usize,
}

impl<'v> Buffer<'v> {
    /// Writes over what the vector holds. It is [`finish`](Self::finish) that cuts the rest off.
    ///
    /// There is room for about `expected` bytes from the start: a vector without any allocates once, and for no more than
    /// it will hold.
    pub(crate) fn over(room: &'v mut Vec<u8>, expected: usize) -> Self {
        Self::at(0, room, expected)
    }

    /// Writes on where the vector ends.
    pub(crate) fn after(room: &'v mut Vec<u8>, expected: usize) -> Self {
        Self::at(room.len(), room, expected)
    }

    fn at(at: usize, room: &'v mut Vec<u8>, expected: usize) -> Self {
        let end = at + expected;
        if room.len() < end {
            room.reserve_exact(end - room.len());
            room.resize(end, 0);
        }
        Self { room, at }
    }

    pub(crate) fn finish(self) {
        self.room.truncate(self.at);
    }

    /// How much is written.
    pub(crate) fn len(&self) -> usize {
        self.at
    }

    /// Lets a piece be written into the next `N` bytes; it says how many of them it took. The rest is written over next.
    #[inline(always)]
    pub(crate) fn piece<const N: usize>(&mut self, write: impl FnOnce(&mut [u8; N]) -> usize) {
        let room = match self.room.get_mut(self.at..).and_then(|room| room.first_chunk_mut()) {
            Some(room) => room,
            None => match grow(self.room, self.at, N).first_chunk_mut() {
                Some(room) => room,
                // What has grown by `N` bytes has them.
                None => return,
            },
        };
        self.at += write(room);
    }

    #[inline(always)]
    pub(crate) fn put<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.piece(|room: &mut [u8; N]| {
            *room = *bytes;
            N
        });
    }

    /// Puts a text, which is at most 24 bytes long, and the digits of a number.
    #[inline(always)]
    pub(crate) fn put_number<const N: usize>(&mut self, text: &[u8; N], number: u64) {
        const { assert!(N <= 24) };
        let Ok(short @ 0..10_000) = u32::try_from(number) else { return self.put_long(text, number) };
        self.piece(|room: &mut [u8; 28]| {
            let (digits, length) = digits::up_to_four(short);
            room[..N].copy_from_slice(text);
            room[N..N + 4].copy_from_slice(&digits);
            N + length
        });
    }

    #[inline(never)]
    fn put_long<const N: usize>(&mut self, text: &[u8; N], number: u64) {
        self.put(text);
        if number < digits::BEYOND_EIGHT {
            return self.piece(|room| {
                let (digits, length) = digits::up_to_eight(number);
                *room = digits;
                length
            });
        }
        self.put_long(b"", number / digits::BEYOND_EIGHT);
        self.put(&digits::eight(number % digits::BEYOND_EIGHT));
    }

    #[inline]
    pub(crate) fn put_slice(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        match self.room.get_mut(self.at..end) {
            Some(room) => room.copy_from_slice(bytes),
            None => grow(self.room, self.at, bytes.len())[..bytes.len()].copy_from_slice(bytes),
        }
        self.at = end;
    }

    /// Puts again what stands there already.
    #[inline(always)]
    pub(crate) fn put_again(&mut self, range: Range<usize>) {
        let length = range.len();
        let moved = self.room.get(range.start..).and_then(|text| text.first_chunk::<MOVE>()).copied();
        match moved {
            Some(text) if length <= MOVE => self.piece(|room| {
                *room = text;
                length
            }),
            _ => {
                if self.room.len() < self.at + length {
                    grow(self.room, self.at, length);
                }
                self.room.copy_within(range, self.at);
                self.at += length;
            }
        }
    }
}

/// Makes room for at least so many bytes, and returns it.
///
/// Room is zeroed before it is written, so there is no more of it than as much again, whatever the vector's capacity: a
/// small page costs the same after a large one.
#[cold]
#[inline(never)]
fn grow(room: &mut Vec<u8>, at: usize, needed: usize) -> &mut [u8] {
    room.resize((at + needed).max(2 * room.len()), 0);
    &mut room[at..]
}

impl io::Write for Buffer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
