//! Whether text in a double-byte character set is made of whole characters. Finds the first fault only.

use crate::base::CodePage;

/// What is wrong with double-byte text; the first fault counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DbcsFault {
    /// Nothing, or the character set has single bytes only.
    #[default]
    None,
    /// A lead byte is followed by a line end, a blank, a control character or nothing.
    LeadWithoutTrail,
    /// A lead byte is followed by a byte that cannot be its trail.
    TrailOutOfRange,
    /// A run of two-byte characters in ISO-2022-JP has an odd number of bytes.
    OddLengthJisRun,
}

impl DbcsFault {
    /// Returns the stable name, for example `lead-without-trail`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::LeadWithoutTrail => "lead-without-trail",
            Self::TrailOutOfRange => "trail-out-of-range",
            Self::OddLengthJisRun => "odd-length-jis-run",
        }
    }
}

/// Returns the first fault of text in a code page.
pub(super) fn dbcs_fault(bytes: &[u8], page: CodePage) -> DbcsFault {
    dbcs_fault_at(bytes, page).map_or(DbcsFault::None, |(fault, _)| fault)
}

/// Returns the first fault of text in a code page, and the offset of the character that is not whole.
#[must_use]
pub fn dbcs_fault_at(bytes: &[u8], page: CodePage) -> Option<(DbcsFault, usize)> {
    match page.0 {
        932 => pairs(bytes, |lead| matches!(lead, 0x81..=0x9F | 0xE0..=0xFC), |trail| matches!(trail, 0x40..=0x7E | 0x80..=0xFC)),
        936 => pairs(bytes, |lead| matches!(lead, 0x81..=0xFE), |trail| matches!(trail, 0x40..=0x7E | 0x80..=0xFE)),
        949 | 51949 => pairs(bytes, |lead| matches!(lead, 0x81..=0xFE), |trail| matches!(trail, 0x41..=0x5A | 0x61..=0x7A | 0x81..=0xFE)),
        950 => pairs(bytes, |lead| matches!(lead, 0x81..=0xFE), |trail| matches!(trail, 0x40..=0x7E | 0xA1..=0xFE)),
        20932 | 51932 => pairs(bytes, |lead| matches!(lead, 0x8E | 0xA1..=0xFE), |trail| matches!(trail, 0xA1..=0xFE)),
        50220..=50222 => jis(bytes),
        _ => None,
    }
}

fn pairs(bytes: &[u8], is_lead: impl Fn(u8) -> bool, is_trail: impl Fn(u8) -> bool) -> Option<(DbcsFault, usize)> {
    let mut rest = bytes.iter().enumerate();
    while let Some((at, &byte)) = rest.next() {
        if is_lead(byte) {
            match rest.next() {
                Some((_, &trail)) if is_trail(trail) => {}
                None | Some((_, ..=0x20 | 0x7F)) => return Some((DbcsFault::LeadWithoutTrail, at)),
                Some(_) => return Some((DbcsFault::TrailOutOfRange, at)),
            }
        }
    }
    None
}

fn jis(bytes: &[u8]) -> Option<(DbcsFault, usize)> {
    let (mut is_double, mut run) = (false, 0_usize);
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        let at = bytes.len() - rest.len();
        let switch = match rest {
            [0x1B, b'$', b'(', _, ..] => Some((true, 4)),
            [0x1B, b'$', _, ..] => Some((true, 3)),
            [0x1B, b'(', _, ..] => Some((false, 3)),
            _ => None,
        };
        if (switch.is_some() || byte == b'\n') && is_double && run % 2 == 1 {
            return Some((DbcsFault::OddLengthJisRun, at.saturating_sub(1)));
        }
        if let Some((double, length)) = switch {
            (is_double, run) = (double, 0);
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        if byte == b'\n' {
            (is_double, run) = (false, 0);
        } else if byte != b'\r' {
            run += 1;
        }
        rest = after;
    }
    (is_double && run % 2 == 1).then(|| (DbcsFault::OddLengthJisRun, bytes.len().saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: u32, bytes: &[u8], expected: DbcsFault) {
        assert_eq!(dbcs_fault(bytes, CodePage(page)), expected);
    }

    #[test]
    fn the_first_fault_is_told() {
        check(932, b"a\x93\xfa\x96\x7b", DbcsFault::None);
        check(932, b"\x93", DbcsFault::LeadWithoutTrail);
        check(936, b"\xc4\r\n", DbcsFault::LeadWithoutTrail);
        check(950, b"\xa4\x90", DbcsFault::TrailOutOfRange);
        check(50220, b"\x1b$B$3$l\x1b(B ok", DbcsFault::None);
        check(50220, b"\x1b$B$3$\x1b(B", DbcsFault::OddLengthJisRun);
        check(50220, b"\x1b$B$\r\n", DbcsFault::OddLengthJisRun);
        check(1252, b"\x93", DbcsFault::None);
        assert_eq!(dbcs_fault_at(b"ab\x93", CodePage(932)), Some((DbcsFault::LeadWithoutTrail, 2)));
        assert_eq!(dbcs_fault_at(b"\x1b$B$3$\x1b(B", CodePage(50220)), Some((DbcsFault::OddLengthJisRun, 5)));
    }
}
