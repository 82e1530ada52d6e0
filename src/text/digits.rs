//! Decimal digits, computed in registers.
//!
//! If digits are stored one by one, a copy of them waits for every store. These functions compute up to eight digits in
//! one machine word, with the first digit in the lowest byte, and store the word once.

/// The character `0` in every byte: adding it to digits 0 to 9 gives their characters.
const ASCII_ZEROS: u64 = u64::from_le_bytes(*b"00000000");

/// The first number that needs more than eight digits.
pub(crate) const TEN_TO_THE_EIGHTH: u64 = 100_000_000;

/// `00` to `99`, the first digit in the lower byte.
static PAIRS: [u16; 100] = {
    let mut pairs = [0; 100];
    let mut number = 0;
    while number < 100 {
        let tens = number / 10;
        let ones = number % 10;
        pairs[number as usize] = (ones << 8 | tens) + u16::from_le_bytes(*b"00");
        number += 1;
    }
    pairs
};

/// `000` to `999`.
static TRIPLES: [[u8; 3]; 1_000] = {
    const DIGITS: &[u8; 10] = b"0123456789";
    let mut triples = [[0; 3]; 1_000];
    let mut number = 0;
    while number < 1_000 {
        triples[number] = [DIGITS[number / 100], DIGITS[number / 10 % 10], DIGITS[number % 10]];
        number += 1;
    }
    triples
};

/// The digits of a number at the start of `N` bytes.
#[derive(Clone, Copy)]
pub(crate) struct Digits<const N: usize> {
    pub(crate) bytes: [u8; N],
    pub(crate) len: usize,
}

/// Returns the number of digits of a number, or one more.
#[inline(always)]
pub(crate) fn max_len(number: u64) -> usize {
    let bits = u64::BITS - number.leading_zeros();
    // 1233 / 2^12 is slightly less than the decimal logarithm of 2. For up to 64 bits, the product of `bits` and this
    // fraction has the same integer part as the product of `bits` and the logarithm.
    1 + ((bits as usize * 1_233) >> 12)
}

/// Returns the last two digits of a number.
pub(crate) fn pair(number: u32) -> u16 {
    PAIRS[(number % 100) as usize]
}

/// Returns the digits of a number from 100 to 999, which are static text. `None` for any other number.
pub(crate) fn three(number: usize) -> Option<&'static str> {
    let digits = TRIPLES.get(number).filter(|digits| digits[0] != b'0')?;
    std::str::from_utf8(digits).ok()
}

/// Returns the digits of a number below 10^4. Most numbers on a page are that small.
#[inline(always)]
pub(crate) fn up_to_four(number: u32) -> Digits<4> {
    let digits = u32::from(pair(number / 100)) | u32::from(pair(number)) << 16;
    let len = 1 + usize::from(number > 9) + usize::from(number > 99) + usize::from(number > 999);
    Digits { bytes: (digits >> (8 * (4 - len))).to_le_bytes(), len }
}

/// Returns the digits of a number from 1 to 10^8 - 1.
#[inline]
pub(crate) fn up_to_eight(number: u64) -> Digits<8> {
    let digits = u64::from_le_bytes(eight(number));
    // Leading zeros are in the lowest bytes.
    let zeros = (digits ^ ASCII_ZEROS).trailing_zeros() / 8;
    Digits { bytes: (digits >> (8 * zeros)).to_le_bytes(), len: 8 - zeros as usize }
}

/// Writes the digits of a number of at least 10^8. Returns the number of digits, which is at most 20.
#[inline(never)]
pub(crate) fn write_long(out: &mut [u8], number: u64) -> usize {
    let high = number / TEN_TO_THE_EIGHTH;
    let low = number % TEN_TO_THE_EIGHTH;
    let high_len = if high < TEN_TO_THE_EIGHTH {
        let digits = up_to_eight(high);
        out[..8].copy_from_slice(&digits.bytes);
        digits.len
    } else {
        write_long(out, high)
    };
    out[high_len..][..8].copy_from_slice(&eight(low));
    high_len + 8
}

/// Returns the eight digits of a number below 10^8, with leading zeros.
///
/// It splits the number into two lanes of four digits, then four lanes of two, then eight of one, all lanes at once.
#[inline]
fn eight(number: u64) -> [u8; 8] {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    // For every number below 10^4, `number * 10486 >> 20` is `number / 100`. For every number below 100,
    // `number * 103 >> 10` is `number / 10`.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - 100 * hundreds) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    ((tens | ((twos - 10 * tens) << 8)) + ASCII_ZEROS).to_le_bytes()
}
