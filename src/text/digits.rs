//! Decimal digits, made in registers.
//!
//! Digits that are stored one by one and then copied in one piece make the copy wait until every store has settled. So
//! they are made eight at a time within one word, the first digit in its lowest byte, and are stored once.

/// What turns eight digits from numbers into characters.
const ASCII: u64 = u64::from_le_bytes(*b"00000000");
/// One more than eight digits can say.
pub(crate) const BEYOND_EIGHT: u64 = 100_000_000;

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

/// Returns the digits of a number below 10^4, as most numbers on a page are, and how many there are.
#[inline(always)]
pub(crate) fn up_to_four(number: u32) -> ([u8; 4], usize) {
    let digits = u32::from(pair(number / 100)) | u32::from(pair(number)) << 16;
    let length = 1 + usize::from(number > 9) + usize::from(number > 99) + usize::from(number > 999);
    ((digits >> (8 * (4 - length))).to_le_bytes(), length)
}

/// Returns the digits of a number from 1 to 10^8 - 1, and how many there are.
#[inline]
pub(crate) fn up_to_eight(number: u64) -> ([u8; 8], usize) {
    let digits = u64::from_le_bytes(eight(number));
    // Leading zeros are in the lowest bytes.
    let zeros = (digits ^ ASCII).trailing_zeros() / 8;
    ((digits >> (8 * zeros)).to_le_bytes(), 8 - zeros as usize)
}

/// Writes the digits of a number from 10^8 on, and returns how many there are: 20 at most.
#[inline(never)]
pub(crate) fn write_long(room: &mut [u8], number: u64) -> usize {
    let (high, low) = (number / BEYOND_EIGHT, number % BEYOND_EIGHT);
    let length = if high < BEYOND_EIGHT {
        let (digits, length) = up_to_eight(high);
        room[..8].copy_from_slice(&digits);
        length
    } else {
        write_long(room, high)
    };
    room[length..][..8].copy_from_slice(&eight(low));
    length + 8
}

/// Returns the digits of a number below 10^8, leading zeros included: halves it into fours, twos and ones, all lanes at
/// once.
#[inline]
fn eight(number: u64) -> [u8; 8] {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // 10486 / 2^20 is 1 / 100 for every number below 10^4, and 103 / 2^10 is 1 / 10 for every one below 100.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    ((tens | ((twos - 10 * tens) << 8)) + ASCII).to_le_bytes()
}
