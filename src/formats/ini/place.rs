//! Places in a text file as evidence points to them: line, offset and length in bytes, whatever the encoding.

use crate::base::{Line, TextFile};

/// Where a piece of a text file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Place {
    /// Number of the line, from 1.
    pub line: usize,
    /// Offset of the first byte in the file.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

impl Place {
    /// Returns the bytes of the place out of the whole file.
    #[must_use]
    pub fn bytes<'a>(&self, file: &'a [u8]) -> Option<&'a [u8]> {
        let start = usize::try_from(self.offset).ok()?;
        file.get(start..start.checked_add(usize::try_from(self.length).ok()?)?)
    }
}

/// A piece of text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Located<T = String> {
    /// The text, or what it means.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// Finds the places of the pieces of one line, from left to right, in time linear in the line.
#[derive(Debug, Clone)]
pub struct LinePlaces<'a> {
    file: &'a TextFile,
    line: Line<'a>,
    index: usize,
    offset: u64,
}

impl<'a> LinePlaces<'a> {
    /// Starts at the begin of a line.
    #[must_use]
    pub fn new(file: &'a TextFile, line: Line<'a>) -> Self {
        Self { file, line, index: 0, offset: line.offset }
    }

    /// Returns the place of a piece of the line's own text; pieces must be asked for from left to right to stay linear.
    pub fn of(&mut self, piece: &str) -> Place {
        let start = (piece.as_ptr() as usize).saturating_sub(self.line.text.as_ptr() as usize);
        self.at(start, piece)
    }

    /// Returns the whole line.
    #[must_use]
    pub fn line_text(&self) -> &'a str {
        self.line.text
    }

    fn at(&mut self, start: usize, piece: &str) -> Place {
        if start < self.index {
            (self.index, self.offset) = (0, self.line.offset);
        }
        if let Some(before) = self.line.text.get(self.index..start) {
            self.offset += self.file.length_from(self.offset, before);
            self.index = start;
        }
        Place { line: self.line.number, offset: self.offset, length: self.file.length_from(self.offset, piece) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_a_line_lead_to_their_bytes_in_any_order() {
        let file = TextFile::decode(b"x\r\nK\xf6ln = b\xe4r");
        let line = file.lines().nth(1).unwrap();
        let (key, value) = line.text.split_once(" = ").unwrap();
        let mut places = LinePlaces::new(&file, line);
        assert_eq!(places.of(value), Place { line: 2, offset: 10, length: 3 });
        assert_eq!(places.of(key), Place { line: 2, offset: 3, length: 4 });
        assert_eq!(places.of(value).offset, 10);
    }
}
