//! The only way from evidence to a terminal, a page or a cell: control, bidirectional and invisible characters become visible escapes.
//!
//! The escape is `\u{…}` with the code point in hexadecimal. Backslashes before `u` or before an escape are doubled, so that nothing is
//! lost: an odd number of them and `u` begin an escape, an even number do not.

use std::fmt;

/// Evidence text that displays itself safely on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Printable<'a>(&'a str);

/// Wraps evidence text for display.
#[must_use]
pub fn printable(text: &str) -> Printable<'_> {
    Printable(text)
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        let mut rest = self.0.chars().peekable();
        let mut marks = 0;
        while let Some(c) = rest.next() {
            marks = if is_combining(c) { marks + 1 } else { 0 };
            if c == '\\' {
                let mut run = 1;
                while rest.next_if_eq(&'\\').is_some() {
                    run += 1;
                }
                let is_doubled = rest.peek().is_some_and(|&next| next == 'u' || is_hidden(next));
                (0..run << u8::from(is_doubled)).try_for_each(|_| f.write_char('\\'))?;
            } else if is_hidden(c) || marks > MAX_COMBINING {
                write!(f, "\\u{{{:x}}}", u32::from(c))?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Combining marks shown on one base character; real scripts need two or three, attacks stack hundreds.
const MAX_COMBINING: u32 = 4;

fn is_combining(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// Characters that move the cursor, reorder text or take no room: C0, DEL, C1, soft hyphen, bidi, zero-width, line separators,
/// variation selectors, tags, private marks and noncharacters.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00AD | 0x034F | 0x061C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E
            | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
        || u32::from(c) & 0xFFFE == 0xFFFE
        || matches!(u32::from(c), 0xFDD0..=0xFDEF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(printable(text).to_string(), expected);
    }

    #[test]
    fn escape_sequences_and_bidi_become_visible() {
        check("a\x1b]52;c;x\x07b", "a\\u{1b}]52;c;x\\u{7}b");
        check("fdp.\u{202e}exe", "fdp.\\u{202e}exe");
        check("zero\u{200b}width\u{feff}\u{e0041}", "zero\\u{200b}width\\u{feff}\\u{e0041}");
        check("line\r\nbreak\u{85}", "line\\u{d}\\u{a}break\\u{85}");
    }

    #[test]
    fn ordinary_text_stays_and_backslashes_stay_unambiguous() {
        check("Übergabe 你好 C:\\exchsrvr", "Übergabe 你好 C:\\exchsrvr");
        check("\\u{1b}", "\\\\u{1b}");
    }

    #[test]
    fn a_backslash_before_an_escape_is_told_from_the_escape_written_out() {
        check("\\\u{1b}", "\\\\\\u{1b}");
        check("\\\\\u{1b}", "\\\\\\\\\\u{1b}");
        check("\\\\u", "\\\\\\\\u");
        check("\\\\server\\x", "\\\\server\\x");
    }

    #[test]
    fn stacked_marks_are_cut() {
        check(&format!("e{}", "\u{301}".repeat(6)), &format!("e{}\\u{{301}}\\u{{301}}", "\u{301}".repeat(4)));
    }
}
