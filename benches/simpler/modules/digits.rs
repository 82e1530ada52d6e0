//! Decimal digits by itoa.

pub(crate) const TEN_TO_THE_EIGHTH: u64 = 100_000_000;

#[derive(Clone, Copy)]
pub(crate) struct Digits<const N: usize> {
    pub(crate) bytes: [u8; N],
    pub(crate) len: usize,
}

pub(crate) fn max_len(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// The same table as in the library's module. Timestamps use it.
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

pub(crate) fn pair(number: u32) -> u16 {
    PAIRS[(number % 100) as usize]
}

pub(crate) fn three(_number: usize) -> Option<&'static str> {
    None
}

pub(crate) fn up_to_four(number: u32) -> Digits<4> {
    digits(number.into())
}

pub(crate) fn up_to_eight(number: u64) -> Digits<8> {
    digits(number)
}

fn digits<const N: usize>(number: u64) -> Digits<N> {
    let mut bytes = [0; N];
    let len = write_long(&mut bytes, number);
    Digits { bytes, len }
}

pub(crate) fn write_long(out: &mut [u8], number: u64) -> usize {
    let mut buffer = itoa::Buffer::new();
    let text = buffer.format(number);
    out[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}
