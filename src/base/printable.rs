//! The only way from evidence to a terminal, a page or a cell: what is no visible character becomes a visible escape.
//!
//! Shown as they are: letters, marks, digits, punctuation, symbols and blanks of Unicode. Escaped: every character whose General_Category
//! is Cc, Cf, Zl, Zp, Co or Cn (control, format, line and paragraph separator, private use, unassigned), those that are drawn as nothing
//! although they are letters or marks, and marks that stand on nothing or higher than `MAX_MARKS`.
//!
//! The escape is `\u{…}` with the code point in hexadecimal. Backslashes in front of an escape, and in front of a `u{` that the evidence
//! itself holds, are doubled; so [`Printable`] can be read back to the letter: an odd number of backslashes before `u{` begins an escape.

use std::{fmt, iter::Peekable, str::Chars};

use unicode_general_category::{GeneralCategory as Category, get_general_category};

/// Evidence text that displays itself safely on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Printable<'a>(&'a str);

/// Wraps evidence text for display.
#[must_use]
pub fn printable(text: &str) -> Printable<'_> {
    Printable(text)
}

/// Marks shown on one base character; real scripts need two or three, attacks stack hundreds.
const MAX_MARKS: u32 = 4;

/// Returns whether a character must not be shown: it moves the cursor, reorders text, takes no room, or nobody knows what it looks like.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let hidden = matches!(
        get_general_category(c),
        Category::Control
            | Category::Format
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::Surrogate
            | Category::PrivateUse
            | Category::Unassigned
    );
    // Marks and letters that are drawn as nothing: grapheme joiner, fillers, variation selectors, the blank of Braille, tags.
    hidden
        || matches!(u32::from(c),
            0x034F | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x2065 | 0x2800 | 0x3164 | 0xFE00..=0xFE0F | 0xFFA0
            | 0xE0000..=0xE0FFF)
}

/// Returns whether a character is drawn onto the one before it.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && matches!(get_general_category(c), Category::NonspacingMark | Category::EnclosingMark)
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0;
        if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && !text.contains("\\u{") {
            return f.write_str(text);
        }
        let mut rest = text.chars().peekable();
        let mut marks = Marks::NOTHING_BELOW;
        while let Some(c) = rest.next() {
            if c == '\\' {
                backslashes(&mut rest, f)?;
                marks = Marks(0);
            } else if is_hidden(c) {
                write!(f, "\\u{{{:x}}}", u32::from(c))?;
                marks = Marks::NOTHING_BELOW;
            } else if !marks.has_room(c) {
                write!(f, "\\u{{{:x}}}", u32::from(c))?;
            } else {
                fmt::Write::write_char(f, c)?;
            }
        }
        Ok(())
    }
}

/// Marks on the last character that was shown.
struct Marks(u32);

impl Marks {
    /// A mark at the front of a text would be drawn onto something of ours.
    const NOTHING_BELOW: Self = Self(MAX_MARKS);

    /// Takes a character; returns whether it may be shown.
    fn has_room(&mut self, c: char) -> bool {
        let room = !is_mark(c) || self.0 < MAX_MARKS;
        self.0 = if is_mark(c) { self.0.saturating_add(1) } else { 0 };
        room
    }
}

/// Writes a run of backslashes, of which the first is taken already; doubled when an escape, or what looks like one, follows.
fn backslashes(rest: &mut Peekable<Chars<'_>>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut count = 1_usize;
    while rest.next_if_eq(&'\\').is_some() {
        count += 1;
    }
    let mut ahead = rest.clone();
    let is_doubled = match ahead.next() {
        Some('u') => ahead.next() == Some('{'),
        Some(c) => is_hidden(c),
        None => false,
    };
    (0..if is_doubled { 2 * count } else { count }).try_for_each(|_| f.write_str("\\"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(printable(text).to_string(), expected);
        assert_eq!(read_back(expected), text);
    }

    /// Reads the escapes as the documentation of this file tells, by other code than that which writes them.
    fn read_back(shown: &str) -> String {
        let escape = regex::Regex::new(r"(?P<doubled>(?:\\\\)*)(?P<odd>\\?)u\{(?P<code>[0-9a-f]*)").unwrap();
        let (mut text, mut end) = (String::new(), 0);
        for found in escape.captures_iter(shown) {
            let whole = found.get(0).unwrap();
            text.push_str(shown.get(end..whole.start()).unwrap());
            text.push_str(&"\\".repeat(found["doubled"].len() / 2));
            if found["odd"].is_empty() {
                text.extend(["u{", &found["code"]]);
                end = whole.end();
            } else {
                text.push(char::from_u32(u32::from_str_radix(&found["code"], 16).unwrap()).unwrap());
                end = whole.end() + 1;
            }
        }
        text + shown.get(end..).unwrap()
    }

    #[test]
    fn escape_sequences_and_bidi_become_visible() {
        check("a\x1b]52;c;x\x07b", "a\\u{1b}]52;c;x\\u{7}b");
        check("fdp.\u{202e}exe", "fdp.\\u{202e}exe");
        check("zero\u{200b}width\u{feff}\u{e0041}", "zero\\u{200b}width\\u{feff}\\u{e0041}");
        check("line\r\nbreak\u{85}", "line\\u{d}\\u{a}break\\u{85}");
        check("\u{600}\u{110bd}\u{e000}\u{10ffff}\u{378}", "\\u{600}\\u{110bd}\\u{e000}\\u{10ffff}\\u{378}");
    }

    #[test]
    fn ordinary_text_stays_and_backslashes_stay_unambiguous() {
        check("Übergabe 你好 C:\\exchsrvr \\\\server\\users", "Übergabe 你好 C:\\exchsrvr \\\\server\\users");
        check("שלום नमस्ते สวัสดี วิธี", "שלום नमस्ते สวัสดี วิธี");
        check("\\u{1b}", "\\\\u{1b}");
        check("\\\x1b", "\\\\\\u{1b}");
        check("\\\\\\u{", "\\\\\\\\\\\\u{");
    }

    #[test]
    fn stacked_marks_are_cut() {
        check(&format!("e{}", "\u{301}".repeat(6)), &format!("e{}\\u{{301}}\\u{{301}}", "\u{301}".repeat(4)));
        check(&"\u{e49}".repeat(2), "\\u{e49}\\u{e49}");
        check(&format!("ก{}", "\u{e49}".repeat(5)), &format!("ก{}\\u{{e49}}", "\u{e49}".repeat(4)));
        check("a\x1b\u{301}", "a\\u{1b}\\u{301}");
        check("\u{20dd}x", "\\u{20dd}x");
    }

    #[test]
    fn no_character_is_shown_that_unicode_does_not_draw() {
        for c in (0..=0x0010_FFFF).filter_map(char::from_u32) {
            let is_drawn = !matches!(get_general_category(c).abbreviation(), "Cc" | "Cf" | "Cs" | "Co" | "Cn" | "Zl" | "Zp");
            assert!(is_drawn || is_hidden(c), "{c:?} is shown");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_shown_can_be_read_back_to_the_letter(
            text in proptest::collection::vec(prop_oneof![Just('\\'), Just('u'), Just('{'), Just('\x1b'), Just('\u{301}'), any::<char>()], 0..24)
        ) {
            let text: String = text.into_iter().collect();
            let shown = printable(&text).to_string();
            prop_assert_eq!(read_back(&shown), text);
            prop_assert!(!shown.chars().any(is_hidden));
        }
    }
}
