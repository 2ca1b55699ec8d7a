//! A whole text file: its encoding found out, its lines numbered, and each place in the text traceable to the bytes it came from.

use std::ops::Range;

use super::CodePage;

/// How the bytes of a text file were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A code page without a byte order mark; UTF-8 when the bytes are valid UTF-8 beyond ASCII, else Windows-1252.
    CodePage(CodePage),
    /// UTF-8 with a byte order mark.
    Utf8Bom,
    /// UTF-16 little endian, with or without a byte order mark.
    Utf16Le {
        /// Whether the mark is there.
        bom: bool,
    },
    /// UTF-16 big endian, with or without a byte order mark.
    Utf16Be {
        /// Whether the mark is there.
        bom: bool,
    },
}

/// A decoded text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// How the bytes were read.
    pub encoding: Encoding,
    /// Whether bytes did not fit the encoding.
    pub lossy: bool,
    /// The text without byte order mark, line ends kept.
    pub text: String,
    /// Start of each line as (index into `text`, offset in the file).
    starts: Vec<(usize, u64)>,
    size: u64,
}

/// One line of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Number, from 1.
    pub number: usize,
    /// Offset of the line in the file.
    pub offset: u64,
    /// Index of the line in the text.
    pub start: usize,
    /// The line without its end.
    pub text: &'a str,
}

impl TextFile {
    /// Decodes a file after finding out its encoding.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        Self::decode_as(bytes, detect(bytes))
    }

    /// Decodes a file in a given encoding.
    #[must_use]
    pub fn decode_as(bytes: &[u8], encoding: Encoding) -> Self {
        let (page, unit, bom) = layout(encoding);
        let mut file = Self { encoding, lossy: false, text: String::with_capacity(bytes.len()), starts: Vec::new(), size: bytes.len() as u64 };
        let mut offset = bom;
        for raw in split_lines(bytes.get(bom..).unwrap_or_default(), unit, matches!(encoding, Encoding::Utf16Be { .. })) {
            let line = page.decode(raw);
            file.starts.push((file.text.len(), offset as u64));
            file.lossy |= line.lossy;
            file.text.push_str(&line.text);
            offset += raw.len();
        }
        file
    }

    /// Returns the lines in order; an empty file has none.
    #[must_use]
    pub fn lines(&self) -> impl ExactSizeIterator<Item = Line<'_>> + Clone {
        (0..self.starts.len()).map(|index| self.line_at(index))
    }

    /// Returns the line that holds the character at `index` of the text.
    #[must_use]
    pub fn line_of(&self, index: usize) -> Option<Line<'_>> {
        let after = self.starts.partition_point(|&(start, _)| start <= index);
        after.checked_sub(1).map(|line| self.line_at(line))
    }

    /// Returns offset and length in the file of a range of the text.
    #[must_use]
    pub fn byte_range(&self, range: Range<usize>) -> Range<u64> {
        self.byte_offset(range.start)..self.byte_offset(range.end)
    }

    /// Returns the offset in the file of the character at `index` of the text.
    #[must_use]
    pub fn byte_offset(&self, index: usize) -> u64 {
        let after = self.starts.partition_point(|&(start, _)| start <= index);
        let Some(&(start, offset)) = after.checked_sub(1).and_then(|line| self.starts.get(line)) else { return 0 };
        let before = self.text.get(start..index).unwrap_or_default();
        offset + self.length_from(offset, before)
    }

    /// Returns how many bytes a piece of the text takes in the file. A replacement character in damaged UTF-8 stands for one byte at least.
    #[must_use]
    pub fn encoded_length(&self, text: &str) -> u64 {
        let is_damaged = self.lossy && self.encoding == Encoding::Utf8Bom;
        let lost = if is_damaged { text.matches('\u{fffd}').count() * 2 } else { 0 };
        (encoded_length(self.encoding, text) - lost) as u64
    }

    /// Returns the same for a piece that begins at `offset`, and no more than the file has: half a code unit at its end is read as a whole one.
    #[must_use]
    pub fn length_from(&self, offset: u64, text: &str) -> u64 {
        self.encoded_length(text).min(self.size.saturating_sub(offset))
    }

    fn line_at(&self, index: usize) -> Line<'_> {
        let (start, offset) = self.starts.get(index).copied().unwrap_or_default();
        let end = self.starts.get(index + 1).map_or(self.text.len(), |&(next, _)| next);
        let text = self.text.get(start..end).unwrap_or_default();
        let text = text.strip_suffix('\n').unwrap_or(text);
        Line { number: index + 1, offset, start, text: text.strip_suffix('\r').unwrap_or(text) }
    }
}

fn layout(encoding: Encoding) -> (CodePage, usize, usize) {
    match encoding {
        Encoding::CodePage(page) => (page, 1, 0),
        Encoding::Utf8Bom => (CodePage::UTF_8, 1, 3),
        Encoding::Utf16Le { bom } => (CodePage::UTF_16LE, 2, 2 * usize::from(bom)),
        Encoding::Utf16Be { bom } => (CodePage::UTF_16BE, 2, 2 * usize::from(bom)),
    }
}

fn encoded_length(encoding: Encoding, text: &str) -> usize {
    match encoding {
        Encoding::Utf8Bom => text.len(),
        Encoding::Utf16Le { .. } | Encoding::Utf16Be { .. } => text.encode_utf16().count() * 2,
        Encoding::CodePage(page) => page.encode(text).map_or_else(|| text.chars().count(), |bytes| bytes.len()),
    }
}

fn detect(bytes: &[u8]) -> Encoding {
    match bytes {
        [0xEF, 0xBB, 0xBF, ..] => return Encoding::Utf8Bom,
        [0xFF, 0xFE, ..] => return Encoding::Utf16Le { bom: true },
        [0xFE, 0xFF, ..] => return Encoding::Utf16Be { bom: true },
        _ => {}
    }
    // Text of the West in UTF-16 has a zero in nearly every second byte; a code page file has none at all.
    let sample = bytes.get(..4096).unwrap_or(bytes);
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let pairs = sample.len() / 2;
    if pairs >= 2 && odd * 2 > pairs && even * 10 < pairs {
        Encoding::Utf16Le { bom: false }
    } else if pairs >= 2 && even * 2 > pairs && odd * 10 < pairs {
        Encoding::Utf16Be { bom: false }
    } else if !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() {
        Encoding::CodePage(CodePage::UTF_8)
    } else {
        Encoding::CodePage(CodePage::WINDOWS_1252)
    }
}

/// Splits behind each CR LF, LF or lone CR; `unit` is the size of a code unit.
fn split_lines(bytes: &[u8], unit: usize, big_endian: bool) -> impl Iterator<Item = &[u8]> {
    let is = move |chunk: &[u8], wanted: u8| match (chunk, big_endian) {
        ([byte], _) | ([byte, 0], false) | ([0, byte], true) => *byte == wanted,
        _ => false,
    };
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut units = rest.chunks(unit).enumerate();
        let end = units.find_map(|(index, chunk)| {
            let after = rest.get((index + 1) * unit..).and_then(|next| next.get(..unit));
            let ends = is(chunk, b'\n') || is(chunk, b'\r') && !after.is_some_and(|next| is(next, b'\n'));
            ends.then_some((index + 1) * unit)
        });
        let (line, next) = rest.split_at(end.unwrap_or(rest.len()).min(rest.len()));
        rest = next;
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], encoding: Encoding, lines: &[(u64, &str)]) {
        let file = TextFile::decode(bytes);
        assert_eq!(file.encoding, encoding);
        assert_eq!(file.lines().map(|line| (line.offset, line.text)).collect::<Vec<_>>(), lines);
    }

    #[test]
    fn all_line_ends_split() {
        check(b"a\r\nbc\n\rd", Encoding::CodePage(CodePage::WINDOWS_1252), &[(0, "a"), (3, "bc"), (6, ""), (7, "d")]);
        check(b"", Encoding::CodePage(CodePage::WINDOWS_1252), &[]);
    }

    #[test]
    fn utf16_is_found_with_and_without_mark() {
        check(b"\xff\xfea\0\r\0\n\0b\0", Encoding::Utf16Le { bom: true }, &[(2, "a"), (8, "b")]);
        check(b"a\0b\0\n\0c\0d\0", Encoding::Utf16Le { bom: false }, &[(0, "ab"), (6, "cd")]);
        check(b"\0a\0b\0\n\0c\0d", Encoding::Utf16Be { bom: false }, &[(0, "ab"), (6, "cd")]);
        check(b"\xef\xbb\xbfx\ny", Encoding::Utf8Bom, &[(3, "x"), (5, "y")]);
    }

    #[test]
    fn places_in_the_text_lead_back_to_the_bytes() {
        let file = TextFile::decode(b"one\r\nK\xf6ln=x\r\n");
        let at = file.text.find("=x").unwrap();
        assert_eq!(file.byte_range(at..at + 2), 9..11);
        assert_eq!(file.line_of(at).unwrap().number, 2);
        let wide = TextFile::decode(b"\xff\xfe1\0\n\0k\0=\0v\0");
        assert_eq!(wide.byte_offset(wide.text.find('v').unwrap()), 10);
    }

    #[test]
    fn damaged_text_never_leads_behind_the_end() {
        for (bytes, end) in [(b"\xff\xfea\0\r\0\n\0b\0c".as_slice(), 11), (b"\xef\xbb\xbfa\xffb\xe2\x82", 8), (b"\xfe\xff\0a\xd8\0\0", 7)] {
            let file = TextFile::decode(bytes);
            assert!(file.lossy);
            let places = file.text.char_indices().map(|(at, c)| file.byte_range(at..at + c.len_utf8())).collect::<Vec<_>>();
            assert!(places.is_sorted_by(|a, b| a.end <= b.start) && places.iter().all(|place| place.end <= end), "{places:?}");
        }
    }

    #[test]
    fn valid_utf8_beyond_ascii_is_taken_as_such() {
        let file = TextFile::decode("Köln".as_bytes());
        assert_eq!(file.encoding, Encoding::CodePage(CodePage::UTF_8));
        assert_eq!(file.byte_offset(file.text.len()), 5);
    }
}
