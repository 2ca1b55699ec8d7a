//! BinHex 4.0 blocks in a text (RFC 1741): the start line, then characters of six bits between two colons, with runs marked by 0x90
//! (Q159175, Q188222).
//!
//! Deliberately absent: the forks, their checksums, and the name of the file.

use std::ops::Range;

use crate::base::Limits;

/// A block; places are offsets in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinHexBlock {
    /// The start line.
    pub start: Range<usize>,
    /// The characters between the colons; empty when no colon follows.
    pub data: Range<usize>,
    /// Whether a second colon ends them.
    pub is_closed: bool,
    /// Offset in the decoded bytes of the first run of one or two: 0x90 0x01, 0x90 0x02.
    pub short_run: Option<u64>,
}

/// How every block begins.
pub const START: &[u8] = b"(This file must be converted with BinHex";

/// Finds the blocks of a text in one pass; a start line stands at the beginning of a line.
#[must_use]
pub fn blocks(text: &[u8], limits: &Limits) -> Vec<BinHexBlock> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(hit) = text.get(at..).and_then(|rest| memchr::memmem::find(rest, START)).filter(|_| found.len() < limits.attachments) {
        let start = at + hit;
        at = start + START.len();
        let rest = text.get(start..).unwrap_or_default();
        let line = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
        let is_line = start == 0 || text.get(start - 1) == Some(&b'\n');
        if !is_line || !rest.get(..line).is_some_and(|line| line.contains(&b')')) {
            continue;
        }
        let block = block(text, start..start + line);
        at = at.max(block.data.end);
        found.push(block);
    }
    found
}

fn block(text: &[u8], start: Range<usize>) -> BinHexBlock {
    let behind = text.get(start.end..).unwrap_or_default();
    let gap = behind.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    if behind.get(gap) != Some(&b':') {
        return BinHexBlock { data: start.end..start.end, start, is_closed: false, short_run: None };
    }
    let from = start.end + gap + 1;
    let data = text.get(from..).unwrap_or_default();
    let length = data.iter().position(|&byte| byte == b':' || value(byte).is_none() && !byte.is_ascii_whitespace());
    let length = length.unwrap_or(data.len());
    let is_closed = data.get(length) == Some(&b':');
    BinHexBlock { start, data: from..from + length, is_closed, short_run: short_run(data.get(..length).unwrap_or_default()) }
}

const ALPHABET: &[u8; 64] = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
const RUN: u8 = 0x90;

fn value(byte: u8) -> Option<u8> {
    ALPHABET.iter().position(|&each| each == byte).and_then(|value| u8::try_from(value).ok())
}

fn short_run(data: &[u8]) -> Option<u64> {
    let (mut bits, mut count, mut offset) = (0_u32, 0_u32, 0_u64);
    let mut is_marked = false;
    for value in data.iter().filter_map(|&byte| value(byte)) {
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count < 8 {
            continue;
        }
        count -= 8;
        let [.., byte] = (bits >> count).to_be_bytes();
        bits &= (1 << count) - 1;
        if is_marked && matches!(byte, 1 | 2) {
            return Some(offset - 1);
        }
        // The byte behind a mark is a count, even when it is a mark again.
        is_marked = !is_marked && byte == RUN;
        offset += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes bytes in the alphabet of BinHex.
    fn encode(bytes: &[u8]) -> String {
        let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
        let six = |bits: &[u8]| bits.iter().chain([0; 6].iter()).take(6).fold(0, |value, bit| value << 1 | usize::from(*bit));
        bits.chunks(6).map(|bits| char::from(ALPHABET[six(bits)])).collect()
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<u64>) {
        let text = format!("See below.\r\n(This file must be converted with BinHex 4.0)\r\n\r\n:{}:\r\nbye", encode(bytes));
        let found = blocks(text.as_bytes(), &Limits::default());
        assert_eq!(found.iter().map(|block| (block.is_closed, block.short_run)).collect::<Vec<_>>(), [(true, expected)]);
    }

    #[test]
    fn short_runs_are_found_in_the_decoded_bytes() {
        check(b"\x22\x90\x02\x33", Some(1));
        check(b"\x22\x33\x44\x90\x01", Some(3));
        check(b"\x22\x90\x06\x33", None);
        check(b"\x90\x00\x01\x02", None);
        check(b"\x22\x90\x90\x01", None);
    }

    #[test]
    fn what_is_no_block_is_none_or_empty() {
        let find = |text: &str| blocks(text.as_bytes(), &Limits::default());
        assert_eq!(find("He said (This file must be converted with BinHex 4.0)"), []);
        assert_eq!(find("(This file must be converted with BinHex"), []);
        let open = find("(This file must be converted with BinHex 4.0)\n\nhello");
        assert!(open[0].data.is_empty() && !open[0].is_closed);
    }

    #[test]
    fn forged_starts_take_linear_time() {
        for part in ["(This file must be converted with BinHex", "(This file must be converted with BinHex 4.0)\n:!!!\n", ":"] {
            assert!(blocks(part.repeat(1 << 12).as_bytes(), &Limits::default()).len() <= 1 << 12);
        }
    }
}
