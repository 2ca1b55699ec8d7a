//! Code page 1361 (Johab), which no crate of ours has: Hangul is composed by rule, symbols and Hanja go through EUC-KR.
//!
//! Follows KS X 1001 annex 3 as Windows and libiconv read it. Deliberately absent: the user-defined row 0xD8 and old Hangul.

use super::double_byte::{Step, decode_steps};

const HANGUL_BASE: u32 = 0xAC00;
const VOWELS: u32 = 21;
const TAILS: u32 = 28;

/// Index of the vowel for each 5-bit medial; `FILL` stands for none.
const MEDIALS: [u8; 32] =
    [NONE, NONE, FILL, 0, 1, 2, 3, 4, NONE, NONE, 5, 6, 7, 8, 9, 10, NONE, NONE, 11, 12, 13, 14, 15, 16, NONE, NONE, 17, 18, 19, 20, NONE, NONE];
const NONE: u8 = 0xFF;
const FILL: u8 = 0xFE;

/// Offsets from U+3131 of the compatibility letters of the 19 leading consonants.
const LEAD_LETTERS: [u8; 19] = [0, 1, 3, 6, 7, 8, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29];
/// Offsets from U+3131 of the compatibility letters of the 27 trailing consonants.
const TAIL_LETTERS: [u8; 27] = [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29];
const LETTER_BASE: u32 = 0x3131;
const VOWEL_LETTER_BASE: u32 = 0x314F;

/// Decodes Johab; the second value tells whether something was lost.
pub(super) fn decode(bytes: &[u8]) -> (String, bool) {
    decode_steps(bytes, step)
}

/// Encodes text; none when a character is not in Johab.
pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => bytes.push(byte),
            _ => bytes.extend(encode_char(c)?.to_be_bytes()),
        }
    }
    Some(bytes)
}

fn step(rest: &[u8]) -> Step {
    match *rest {
        [byte @ ..=0x7F, ..] => Step::Char(char::from(byte), 1),
        [first @ 0x84..=0xD3, second @ (0x41..=0x7E | 0x81..=0xFE), ..] => pair(hangul(u16::from_be_bytes([first, second]))),
        [first @ (0xD9..=0xDE | 0xE0..=0xF9), second @ (0x31..=0x7E | 0x91..=0xFE), ..] => pair(symbol(first, second)),
        _ => Step::Invalid(1),
    }
}

fn pair(c: Option<char>) -> Step {
    c.map_or(Step::Invalid(2), |c| Step::Char(c, 2))
}

fn hangul(code: u16) -> Option<char> {
    let part = |shift: u16| u32::from(code >> shift & 0x1F);
    let lead = match part(10) {
        1 => None,
        index @ 2..=20 => Some(index - 2),
        _ => return None,
    };
    let vowel = match MEDIALS.get(usize::from(code >> 5 & 0x1F)).copied()? {
        NONE => return None,
        FILL => None,
        index => Some(u32::from(index)),
    };
    let tail = match part(0) {
        1 => None,
        index @ 2..=17 => Some(index - 1),
        index @ 19..=29 => Some(index - 2),
        _ => return None,
    };
    let letter = |offsets: &[u8], index: u32| offsets.get(usize::try_from(index).ok()?).map(|&offset| LETTER_BASE + u32::from(offset));
    let code = match (lead, vowel, tail) {
        (Some(lead), Some(vowel), tail) => HANGUL_BASE + (lead * VOWELS + vowel) * TAILS + tail.unwrap_or(0),
        (Some(lead), None, None) => letter(&LEAD_LETTERS, lead)?,
        (None, Some(vowel), None) => VOWEL_LETTER_BASE + vowel,
        (None, None, Some(tail)) => letter(&TAIL_LETTERS, tail - 1)?,
        _ => return None,
    };
    char::from_u32(code)
}

fn symbol(first: u8, second: u8) -> Option<char> {
    let row = if first < 0xE0 { 2 * (u16::from(first) - 0xD9) } else { 2 * u16::from(first) - 0x197 };
    let cell = u16::from(second) - if second < 0x91 { 0x31 } else { 0x43 };
    let (row, cell) = if cell < 0x5E { (row, cell) } else { (row + 1, cell - 0x5E) };
    let wire = [u8::try_from(row + 0xA1).ok()?, u8::try_from(cell + 0xA1).ok()?];
    // The modern letters of this row are written as Hangul with fill; the row keeps only the rest.
    let decoded = encoding_rs::EUC_KR.decode_without_bom_handling_and_without_replacement(&wire)?;
    decoded.chars().next().filter(|c| !matches!(u32::from(*c), 0x3131..=0x3163))
}

fn encode_char(c: char) -> Option<u16> {
    let code = u32::from(c);
    match code {
        0xAC00..=0xD7A3 => {
            let index = code - HANGUL_BASE;
            compose(Some(index / TAILS / VOWELS), Some(index / TAILS % VOWELS), (index % TAILS).checked_sub(1))
        }
        0x3131..=0x314E => {
            let offset = u8::try_from(code - LETTER_BASE).ok()?;
            let find = |offsets: &[u8]| offsets.iter().position(|&each| each == offset).and_then(|index| u32::try_from(index).ok());
            find(&LEAD_LETTERS).map_or_else(|| compose(None, None, find(&TAIL_LETTERS)), |lead| compose(Some(lead), None, None))
        }
        0x314F..=0x3163 => compose(None, Some(code - VOWEL_LETTER_BASE), None),
        _ => encode_symbol(c),
    }
}

fn compose(lead: Option<u32>, vowel: Option<u32>, tail: Option<u32>) -> Option<u16> {
    let medial = match vowel {
        None => 2,
        Some(vowel) => u32::try_from(MEDIALS.iter().position(|&each| u32::from(each) == vowel)?).ok()?,
    };
    let tail = match tail {
        None => 1,
        Some(index @ 0..=15) => index + 2,
        Some(index) => index + 3,
    };
    u16::try_from(0x8000 | lead.map_or(1, |index| index + 2) << 10 | medial << 5 | tail).ok()
}

fn encode_symbol(c: char) -> Option<u16> {
    let mut buffer = [0; 4];
    let (wire, _, lost) = encoding_rs::EUC_KR.encode(c.encode_utf8(&mut buffer));
    let &[row @ 0xA1..=0xFE, cell @ 0xA1..=0xFE] = wire.as_ref() else { return None };
    let row = u16::from(row & 0x7F);
    if lost || !matches!(row, 0x21..=0x2C | 0x4A..=0x7D) {
        return None;
    }
    let half = row - 0x21 + if row < 0x4A { 0x1B2 } else { 0x197 };
    let cell = u16::from(cell & 0x7F) - 0x21 + if half & 1 == 1 { 0x5E } else { 0 };
    Some((half >> 1) << 8 | (cell + if cell < 0x4E { 0x31 } else { 0x43 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], text: &str) {
        assert_eq!(decode(bytes), (text.to_owned(), false));
        assert_eq!(encode(text).as_deref(), Some(bytes));
    }

    #[test]
    fn hangul_letters_symbols_and_hanja_go_both_ways() {
        check(b"\xd0\x65\x8b\x69", "한글");
        check(b"A\x88\x61B", "A가B");
        check(b"\x88\x41\x84\x61\x84\x44", "ㄱㅏㄳ");
        check(b"\xe0\x31", "伽");
        check(b"\xd9\x31", "\u{3000}");
    }

    #[test]
    fn every_syllable_comes_back() {
        for code in 0xAC00..=0xD7A3 {
            let syllable = char::from_u32(code).unwrap().to_string();
            let bytes = encode(&syllable).unwrap();
            assert_eq!(decode(&bytes), (syllable, false));
        }
    }

    #[test]
    fn bytes_outside_the_page_are_lossy_and_take_no_neighbour() {
        assert_eq!(decode(b"\x88"), ("\u{fffd}".to_owned(), true));
        assert_eq!(decode(b"\xffA"), ("\u{fffd}A".to_owned(), true));
    }

    #[test]
    fn every_pair_of_bytes_is_read_and_what_is_read_is_written_alike() {
        for first in 0x80..=0xFF {
            for second in 0..=0xFF {
                let (text, lossy) = decode(&[first, second]);
                if !lossy && text.chars().count() == 1 {
                    let again = encode(&text).unwrap();
                    assert_eq!(decode(&again).0, text);
                }
            }
        }
    }
}
