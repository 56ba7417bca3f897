//! Where the text of a JSON string may end: its quote, an escape, or a character that it must not hold.

/// Where the first quote, backslash or control character at or after `from` stands; the end where there is none.
#[inline]
pub(super) fn end_of_run(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut rest = bytes.get(from..).unwrap_or_default();
    while let Some((some, after)) = rest.split_first_chunk::<WIDTH>() {
        if let Some(first) = first_mark(some) {
            return at + first;
        }
        at += WIDTH;
        rest = after;
    }
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..b' '));
    at + end.unwrap_or(rest.len())
}

/// So many bytes are looked at in one step.
#[cfg(target_arch = "x86_64")]
const WIDTH: usize = 16;

/// The first of these bytes that is a quote, a backslash or a control character. Every processor of this kind has these instructions.
#[cfg(target_arch = "x86_64")]
#[expect(
    unsafe_code,
    reason = "instructions on registers that every such processor has; no memory is touched by them"
)]
#[inline]
fn first_mark(bytes: &[u8; WIDTH]) -> Option<usize> {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
    };
    let (low, high) = bytes.split_at(8);
    let word = |half: &[u8]| half.try_into().map_or(0, i64::from_le_bytes);
    let (low, high) = (word(low), word(high));
    let marks = unsafe {
        let sixteen = _mm_set_epi64x(high, low);
        let quotes = _mm_cmpeq_epi8(sixteen, _mm_set1_epi8(b'"'.cast_signed()));
        let backslashes = _mm_cmpeq_epi8(sixteen, _mm_set1_epi8(b'\\'.cast_signed()));
        let controls = _mm_cmpeq_epi8(_mm_min_epu8(sixteen, _mm_set1_epi8(0x1f)), sixteen);
        _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), controls))
    };
    (marks != 0).then(|| marks.trailing_zeros() as usize)
}

/// So many bytes are looked at in one step.
#[cfg(not(target_arch = "x86_64"))]
const WIDTH: usize = 8;

/// The first of these bytes that is a quote, a backslash or a control character: a byte is zero when subtracting 1 borrows into its
/// high bit and it had none. Borrows reach upwards only, so the lowest mark is always right.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn first_mark(bytes: &[u8; WIDTH]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const QUOTES: u64 = ONES * b'"' as u64;
    const BACKSLASHES: u64 = ONES * b'\\' as u64;
    const SPACES: u64 = ONES * b' ' as u64;
    let word = u64::from_le_bytes(*bytes);
    let (quotes, backslashes) = (word ^ QUOTES, word ^ BACKSLASHES);
    let marks = (quotes.wrapping_sub(ONES) & !quotes
        | backslashes.wrapping_sub(ONES) & !backslashes
        | word.wrapping_sub(SPACES) & !word)
        & HIGH;
    (marks != 0).then(|| (marks.trailing_zeros() / 8) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_mark_is_found_wherever_it_stands_and_whatever_surrounds_it() {
        for length in 0..50 {
            for filler in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xa2, 0xdc, 0xff] {
                let plain = vec![filler; length];
                for from in 0..=length + 1 {
                    assert_eq!(end_of_run(&plain, from), from.max(length), "{filler} {length} {from}");
                }
                for at in 0..length {
                    for mark in [b'"', b'\\', 0, 0x0a, 0x1f] {
                        let mut marked = plain.clone();
                        marked[at] = mark;
                        assert_eq!(end_of_run(&marked, 0), at, "{mark} among {filler}");
                        assert_eq!(end_of_run(&marked, at + 1), length.max(at + 1));
                    }
                }
            }
        }
    }
}
