//! UUENCODE blocks in a text: a begin line, data lines that state their own length, an end line (Q195971, Q175580, Q193781).
//!
//! A begin line counts only when the next line has the length that its first character announces, so that prose which begins with "begin"
//! is none. Deliberately absent: decoding, and the code page of names.

use std::ops::Range;

use crate::base::Limits;

/// A block; all places are offsets in the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UuBlock {
    /// The begin line without its line end.
    pub begin: Range<usize>,
    /// The name in the begin line.
    pub name: Range<usize>,
    /// Lines of data behind the begin line.
    pub data_lines: usize,
    /// The end line; none when the text or the data stops before.
    pub end_line: Option<Range<usize>>,
    /// The first data line with more characters than it announces and one for a check.
    pub surplus: Option<Range<usize>>,
    /// The line directly behind the end line, when it is neither blank nor the begin of another block.
    pub behind: Option<Range<usize>>,
}

/// Finds the blocks of a text in one pass.
#[must_use]
pub fn blocks(text: &[u8], limits: &Limits) -> Vec<UuBlock> {
    let mut found = Vec::new();
    if memchr::memmem::find(text, b"begin ").is_none() {
        return found;
    }
    let mut open: Option<UuBlock> = None;
    let mut lines = Lines { text, at: 0 }.peekable();
    while let Some(line) = lines.next() {
        let bytes = text.get(line.clone()).unwrap_or_default();
        let next = lines.peek().and_then(|next| text.get(next.clone())).unwrap_or_default();
        if let Some(name) = name_in_begin(bytes).filter(|_| announced(next).is_some()) {
            if found.len() >= limits.attachments {
                break;
            }
            let name = line.start + name.start..line.start + name.end;
            found.extend(open.replace(UuBlock { begin: line, name, ..UuBlock::default() }));
            continue;
        }
        let Some(block) = &mut open else { continue };
        if bytes.trim_ascii_end() == b"end" {
            block.behind = lines.peek().cloned().filter(|_| !next.trim_ascii().is_empty() && name_in_begin(next).is_none());
            block.end_line = Some(line);
            found.extend(open.take());
        } else if let Some(expected) = announced(bytes) {
            block.data_lines += usize::from(expected > 1);
            // One more character is a check sum that some encoders add.
            if bytes.len() > expected + 1 && block.surplus.is_none() {
                block.surplus = Some(line);
            }
        }
    }
    found.extend(open);
    found
}

/// Lines by their place, without line ends.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..length).unwrap_or_default();
        let start = self.at;
        self.at = start + length + 1;
        Some(start..start + line.strip_suffix(b"\r").unwrap_or(line).len())
    }
}

/// Returns the place of the name in a begin line: `begin 644 report.doc`.
fn name_in_begin(line: &[u8]) -> Option<Range<usize>> {
    let rest = line.strip_prefix(b"begin ")?;
    let digits = rest.iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let name = rest.get(digits..)?.strip_prefix(b" ")?;
    let start = line.len() - name.trim_ascii_start().len();
    let end = start + name.trim_ascii().len();
    (matches!(digits, 3 | 4) && end > start).then_some(start..end)
}

/// Returns the characters that a line of data announces, its first included; none when the line does not hold them.
fn announced(line: &[u8]) -> Option<usize> {
    const STRIPPED: usize = 3;
    let first = line.first().filter(|byte| matches!(byte, 0x20..=0x60))?;
    let count = usize::from((first - 0x20) & 0x3F);
    let expected = 1 + 4 * count.div_ceil(3);
    // Blanks stand for zeros, and mailers drop them at the end of a line.
    let holds = line.len() + STRIPPED >= expected && line.len() <= expected + LONGEST_SURPLUS;
    let is_data = line.iter().take(expected).all(|byte| matches!(byte, 0x20..=0x60));
    (holds && is_data).then_some(expected)
}

/// Padding of real encoders fills up to a line of a punched card.
const LONGEST_SURPLUS: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn only(text: &str) -> UuBlock {
        let found = blocks(text.as_bytes(), &Limits::default());
        assert_eq!(found.len(), 1, "{text}");
        found.into_iter().next().unwrap()
    }

    #[test]
    fn a_block_has_begin_data_and_end() {
        let text = "Hello\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n\r\nbye";
        let block = only(text);
        assert_eq!(
            (text.get(block.begin.clone()).unwrap(), text.get(block.name.clone()).unwrap(), block.data_lines),
            ("begin 644 cat.txt", "cat.txt", 1)
        );
        assert!(block.end_line.is_some() && block.surplus.is_none() && block.behind.is_none());
        assert_eq!(only("begin 600 empty\n`\nend").data_lines, 0);
    }

    #[test]
    fn what_lacks_or_exceeds_is_told() {
        assert_eq!(only("begin 644 a\n#0V%T\n").end_line, None);
        let text = "begin 644 a\n%=&5S= H XXXX\n`\nend\nmore";
        let block = only(text);
        assert_eq!((text.get(block.surplus.unwrap()).unwrap(), text.get(block.behind.unwrap()).unwrap()), ("%=&5S= H XXXX", "more"));
        assert_eq!(only("begin 644 a\n#0V%TX\n`\nend\n").surplus, None);
        assert_eq!(blocks(b"begin 644 a\n#0V%T\n`\nend\nbegin 644 b\n#0V%T\nend\n", &Limits::default()).len(), 2);
    }

    #[test]
    fn prose_is_none() {
        for text in ["begin 100 things\nWe must do this.", "begin 644 a\n", "begin 644\n#0V%T", "begin 900 a\n#0V%T", "we begin 644 a\n#0V%T"] {
            assert_eq!(blocks(text.as_bytes(), &Limits::default()), [], "{text}");
        }
    }

    #[test]
    fn forged_begins_take_linear_time() {
        for part in ["begin 644 a\n", "begin 644 a\n#0V%T\n", "begin ", "end\n"] {
            assert!(blocks(part.repeat(1 << 14).as_bytes(), &Limits::default()).len() <= 1 << 14);
        }
    }
}
