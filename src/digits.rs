//! Decimal digits, made in registers.
//!
//! Digits that are stored one by one and then copied in one piece make the copy wait until every store has settled. So
//! they are made eight at a time within one word, the first digit in its lowest byte, and are stored once.

/// What turns eight digits from numbers into characters.
const ASCII: u64 = u64::from_le_bytes(*b"00000000");
/// One more than eight digits can say.
const WORD: u64 = 100_000_000;

/// `00` to `99`, the first digit in the lower byte.
static PAIRS: [u16; 100] = {
    let mut pairs = [0; 100];
    let mut number = 0;
    while number < 100 {
        let (tens, ones) = (number / 10, number % 10);
        pairs[number as usize] = (ones << 8 | tens) + u16::from_le_bytes(*b"00");
        number += 1;
    }
    pairs
};

/// Returns the two digits of a number from 0 to 99; of a larger one, the last two.
pub(crate) fn pair(number: u32) -> u16 {
    PAIRS[(number % 100) as usize]
}

/// The digits of a number, made once however often they are written.
pub(crate) struct Digits {
    /// The one to eight digits that come first, and how many there are.
    pub(crate) first: [u8; 8],
    pub(crate) length: usize,
    /// The digits that follow, eight a word; none for a number below 10^8.
    rest: [u64; 2],
    words: usize,
}

impl Digits {
    #[inline]
    pub(crate) fn of(number: u64) -> Self {
        match u32::try_from(number) {
            Ok(number @ 0..10_000) => Self::short(number),
            _ if number < WORD => Self::leading(eight(number), [0; 2], 0),
            _ => Self::long(number),
        }
    }

    /// Up to four digits, as most numbers on a page have.
    #[inline]
    fn short(number: u32) -> Self {
        let four = u32::from(pair(number / 100)) | u32::from(pair(number)) << 16;
        let digits = u64::from(four) | ASCII << 32;
        let length = 1 + usize::from(number > 9) + usize::from(number > 99) + usize::from(number > 999);
        Self { first: (digits >> (8 * (4 - length))).to_le_bytes(), length, rest: [0; 2], words: 0 }
    }

    #[inline(never)]
    fn long(number: u64) -> Self {
        let (high, low) = (number / WORD, number % WORD);
        if high < WORD {
            return Self::leading(eight(high), [eight(low), 0], 1);
        }
        Self::leading(eight(high / WORD), [eight(high % WORD), eight(low)], 2)
    }

    #[inline]
    fn leading(digits: u64, rest: [u64; 2], words: usize) -> Self {
        // Leading zeros are in the lowest bytes.
        let zeros = (digits ^ ASCII).trailing_zeros() / 8;
        Self { first: (digits >> (8 * zeros)).to_le_bytes(), length: 8 - zeros as usize, rest, words }
    }

    /// Returns the digits after the first, eight at a time.
    #[inline]
    pub(crate) fn rest(&self) -> impl Iterator<Item = [u8; 8]> {
        self.rest.into_iter().take(self.words).map(u64::to_le_bytes)
    }
}

/// Turns a number below 10^8 into eight characters: halves it into fours, twos and ones, all lanes at once.
#[inline]
fn eight(number: u64) -> u64 {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // 10486 / 2^20 is 1 / 100 for every number below 10^4, and 103 / 2^10 is 1 / 10 for every one below 100.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    (tens | ((twos - 10 * tens) << 8)) + ASCII
}
