//! Traces of East Asian double-byte text in bytes whose label may be wrong (Q166606, Q166615, Q187581). What a text means is each
//! decoder's matter.

use std::ops::Range;

/// Pairs of bytes that are Shift-JIS characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShiftJisPairs {
    /// Pairs.
    pub count: usize,
    /// Pairs directly before or behind another one; accented letters of Latin text make single ones.
    pub in_runs: usize,
    /// Pairs with a lead byte that is no letter of ISO 8859.
    pub unmistakable: usize,
    /// Offset of the first pair.
    pub first: usize,
    /// Whether another byte above 0x7F stands alone.
    pub has_strays: bool,
}

/// The escape sequences that switch to double-byte JIS.
pub const JIS_ESCAPES: [&[u8]; 2] = [b"\x1b$B", b"\x1b$@"];

/// Counts the Shift-JIS pairs outside of runs that escape sequences mark as JIS.
#[must_use]
pub fn shift_jis_pairs(bytes: &[u8]) -> ShiftJisPairs {
    let mut found = ShiftJisPairs::default();
    let (mut at, mut run) = (0, 0_usize);
    let close = |found: &mut ShiftJisPairs, run: &mut usize| {
        found.in_runs += if *run > 1 { *run } else { 0 };
        *run = 0;
    };
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match rest {
            [0x1B, b'$', ..] => {
                close(&mut found, &mut run);
                memchr::memmem::find(rest, b"\x1b(").map_or(rest.len(), |end| end + 2)
            }
            [lead @ (0x81..=0x9F | 0xE0..=0xFC), 0x40..=0x7E | 0x80..=0xFC, ..] => {
                found.first = if found.count == 0 { at } else { found.first };
                found.count += 1;
                found.unmistakable += usize::from(*lead < 0xA0);
                run += 1;
                2
            }
            [byte, ..] => {
                found.has_strays |= matches!(byte, 0x80..=0xA0 | 0xE0..=0xFF);
                close(&mut found, &mut run);
                1
            }
            [] => break,
        };
        at += length;
    }
    close(&mut found, &mut run);
    found
}

/// Returns the code page of which text without any stated one is made: at least `least` pairs in runs, and nothing else above 0x7F.
#[must_use]
pub fn likely_code_page(bytes: &[u8], least: usize) -> Option<u32> {
    let pairs = shift_jis_pairs(bytes);
    if pairs.in_runs >= least && !pairs.has_strays && pairs.unmistakable * 2 >= pairs.count {
        return Some(932);
    }
    let mut runs = 0;
    let mut rest = bytes;
    while let Some(start) = rest.iter().position(|&byte| byte >= 0x80) {
        let from = rest.get(start..).unwrap_or_default();
        let run = from.iter().take_while(|&&byte| byte >= 0xA1).count();
        // One letter with an accent makes no pair, and double-byte text has no byte below 0xA1 in these pages.
        if run == 0 || run % 2 == 1 {
            return None;
        }
        runs += if run >= 4 { run / 2 } else { 0 };
        rest = from.get(run..).unwrap_or_default();
    }
    (runs >= least).then_some(936)
}

/// Returns the longest run of line ends CR LF without anything between.
#[must_use]
pub fn longest_run_of_line_ends(bytes: &[u8]) -> (usize, Range<usize>) {
    let (mut best, mut run, mut at) = ((0, 0..0), 0_usize, 0);
    while let Some(hit) = bytes.get(at..).and_then(|rest| memchr::memchr(b'\r', rest)) {
        let start = at + hit;
        run = if hit == 0 { run } else { 0 };
        let is_end = bytes.get(start + 1) == Some(&b'\n');
        run = if is_end { run + 1 } else { 0 };
        at = start + if is_end { 2 } else { 1 };
        if run > best.0 {
            best = (run, at - run * 2..at);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shift_jis_is_told_from_latin_letters_and_jis() {
        let found = shift_jis_pairs(b"ab\x93\xfa\x96\x7b c\xe9s");
        assert_eq!((found.count, found.in_runs, found.unmistakable, found.first), (3, 2, 2, 2));
        assert_eq!(shift_jis_pairs(b"\x1b$B\x93\xfa\x1b(B ok").count, 0);
        assert_eq!(shift_jis_pairs(b"\x1b$B\x93\xfa").count, 0);
        assert!(shift_jis_pairs(b"\xe9 ").has_strays);
    }

    #[test]
    fn code_pages_are_guessed_only_from_runs() {
        assert_eq!(likely_code_page(b"\x93\xfa\x96\x7b\x8c\xea\x82\xcc", 4), Some(932));
        assert_eq!(likely_code_page(b"\xc4\xe3\xba\xc3\xca\xc0\xbd\xe7 ok", 4), Some(936));
        assert_eq!(likely_code_page("Gr\u{fc}\u{df}e aus K\u{f6}ln".chars().map(|c| c as u8).collect::<Vec<_>>().as_slice(), 4), None);
        assert_eq!(likely_code_page(b"don\x92t won\x92t can\x92t isn\x92t", 4), None);
        assert_eq!(likely_code_page(b"plain", 1), None);
    }

    #[test]
    fn line_ends_are_counted_in_runs() {
        assert_eq!(longest_run_of_line_ends(b"a\r\n\r\n\r\nb\r\nc\r\r\n"), (3, 1..7));
        assert_eq!(longest_run_of_line_ends(b"\r\n"), (1, 0..2));
        assert_eq!(longest_run_of_line_ends(b""), (0, 0..0));
    }

    #[test]
    fn forged_switches_take_linear_time() {
        assert_eq!(shift_jis_pairs(&b"\x1b$".repeat(1 << 15)).count, 0);
        assert_eq!(shift_jis_pairs(&b"\x1b$\x1b(".repeat(1 << 15)).count, 0);
    }
}
