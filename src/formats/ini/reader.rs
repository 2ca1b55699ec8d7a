//! Lines to items. Sections and keys may repeat, keys may lack a value, lines may lack a `=`: all of it is kept in order.

use std::ops::Range;

use super::{LinePlaces, Place};
use crate::base::{AnomalyList, Decoded, Limits, Line, TextFile};

/// An ini file as its lines say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IniFile {
    /// The decoded text.
    pub text: TextFile,
    /// Every line that is not blank, in order.
    pub items: Vec<IniItem>,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IniKind {
    /// `[name]`.
    Section,
    /// `key=value`; the value may be empty.
    Pair,
    /// A line without `=`.
    Bare,
    /// `+text`, which continues the last key.
    Continuation,
    /// A line that begins with `;` or `#`.
    Comment,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IniItem {
    /// What the line is.
    pub kind: IniKind,
    /// Where the line stands, without outer blanks.
    pub place: Place,
    name: Range<usize>,
    value: Option<Range<usize>>,
}

impl IniFile {
    /// Reads a file; every line that is not blank becomes an item.
    #[must_use]
    pub fn parse(bytes: &[u8], limits: &Limits) -> Decoded<Self> {
        Self::of_text(TextFile::decode(bytes), limits)
    }

    /// Reads a file whose text was decoded already.
    #[must_use]
    pub fn of_text(text: TextFile, limits: &Limits) -> Decoded<Self> {
        let mut anomalies = AnomalyList::new(limits);
        if text.lossy {
            anomalies.add(0, "lossy-text", || format!("bytes do not fit the encoding {:?}", text.encoding));
        }
        let mut items = Vec::new();
        let mut has_key = false;
        for line in text.lines() {
            if line.number > limits.lines {
                anomalies.add(line.offset, "too-many-lines", || format!("only the first {} lines are read", limits.lines));
                break;
            }
            let Some(item) = read_line(&text, line, &mut anomalies) else { continue };
            match item.kind {
                IniKind::Continuation if !has_key => {
                    anomalies.add(item.place.offset, "continuation-without-key", || format!("line {} continues no key", line.number));
                }
                IniKind::Pair => has_key = true,
                IniKind::Section => has_key = false,
                _ => {}
            }
            items.push(item);
        }
        Decoded { value: Self { text, items }, anomalies: anomalies.finish() }
    }

    /// Returns the section name, the key, the bare line, or the text behind `+` or the comment mark; outer blanks removed.
    #[must_use]
    pub fn name(&self, item: &IniItem) -> &str {
        self.text.text.get(item.name.clone()).unwrap_or_default()
    }

    /// Returns the value of a key without outer blanks, quotes kept; none for other lines.
    #[must_use]
    pub fn value(&self, item: &IniItem) -> Option<&str> {
        item.value.clone().map(|range| self.text.text.get(range).unwrap_or_default())
    }

    /// Returns the finder of places within the item's line.
    #[must_use]
    pub fn places(&self, item: &IniItem) -> Option<LinePlaces<'_>> {
        self.text.line_of(item.name.start).map(|line| LinePlaces::new(&self.text, line))
    }

    /// Returns the names of all sections in order, repeated ones included.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter(|item| item.kind == IniKind::Section).map(|item| self.name(item))
    }
}

fn read_line(file: &TextFile, line: Line<'_>, anomalies: &mut AnomalyList) -> Option<IniItem> {
    // Editors of the DOS era close a text with Control-Z.
    let text = trim(line.text.trim_end_matches('\u{1a}'));
    if text.is_empty() {
        return None;
    }
    let place = LinePlaces::new(file, line).of(text);
    let (kind, name, value) = split(text, line.text);
    if kind == IniKind::Section {
        let behind = value.unwrap_or_default();
        if !text.contains(']') {
            anomalies.add(place.offset, "section-not-closed", || format!("line {} begins a section without `]`", line.number));
        } else if !behind.is_empty() && !behind.starts_with([';', '#']) {
            anomalies.add(place.offset, "text-after-section", || format!("line {} has `{behind}` behind the section", line.number));
        }
    }
    let range = |piece: &str| {
        let start = line.start + (piece.as_ptr() as usize).saturating_sub(line.text.as_ptr() as usize);
        start..start + piece.len()
    };
    let value = value.filter(|_| kind == IniKind::Pair).map(range);
    Some(IniItem { kind, place, name: range(name), value })
}

/// Splits a trimmed line into its kind, its name and what stands behind the name.
fn split<'a>(text: &'a str, line: &str) -> (IniKind, &'a str, Option<&'a str>) {
    // Windows skips blanks before a semicolon; a number sign is a comment in column 1 only, because file names may begin with it.
    if let Some(comment) = text.strip_prefix(';') {
        return (IniKind::Comment, trim(comment), None);
    }
    if let Some(comment) = text.strip_prefix('#').filter(|_| line.starts_with('#')) {
        return (IniKind::Comment, trim(comment), None);
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (name, behind) = section_end(rest);
        return (IniKind::Section, trim(name), Some(trim(behind)));
    }
    if let Some(rest) = text.strip_prefix('+') {
        return (IniKind::Continuation, trim(rest), None);
    }
    match text.split_once('=') {
        Some((key, value)) => (IniKind::Pair, trim(key), Some(trim(value))),
        None => (IniKind::Bare, text, None),
    }
}

/// Splits behind the bracket that closes the section; names of files may hold brackets in pairs.
fn section_end(rest: &str) -> (&str, &str) {
    let mut depth = 1_usize;
    let balanced = rest.char_indices().find_map(|(index, c)| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(index)
    });
    let end = balanced.or_else(|| rest.find(']'));
    end.and_then(|index| Some((rest.get(..index)?, rest.get(index + 1..)?))).unwrap_or((rest, ""))
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &[(usize, IniKind, &str, Option<&str>)]) {
        let file = IniFile::parse(bytes, &Limits::default()).value;
        let got: Vec<_> = file.items.iter().map(|item| (item.place.line, item.kind, file.name(item), file.value(item))).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn every_kind_of_line_is_kept_in_order() {
        use IniKind::{Bare, Comment, Continuation, Pair, Section};
        check(
            b"; note\r\n[Files]  \r\n\r\nA = \"x\"\rEmpty=\n+ y\nImcsvc.reg\n[ Files ]\n#z\n\x1a",
            &[
                (1, Comment, "note", None),
                (2, Section, "Files", None),
                (4, Pair, "A", Some("\"x\"")),
                (5, Pair, "Empty", Some("")),
                (6, Continuation, "y", None),
                (7, Bare, "Imcsvc.reg", None),
                (8, Section, "Files", None),
                (9, Comment, "z", None),
            ],
        );
    }

    #[test]
    fn sections_may_hold_brackets_and_lack_the_last_one() {
        use IniKind::Section;
        check(
            b"[Mtsout\\a[1].tnf]\n[open\n[a] ; [b]",
            &[(1, Section, "Mtsout\\a[1].tnf", None), (2, Section, "open", None), (3, Section, "a", None)],
        );
        let codes: Vec<_> =
            IniFile::parse(b"[open\n[a] b\n+c", &Limits::default()).anomalies.into_iter().map(|found| (found.offset, found.code)).collect();
        assert_eq!(codes, [(0, "section-not-closed"), (6, "text-after-section"), (12, "continuation-without-key")]);
    }

    #[test]
    fn places_count_bytes_in_wide_text() {
        let bytes: Vec<u8> = "\u{feff}[a]\r\n k=ü1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let file = IniFile::parse(&bytes, &Limits::default()).value;
        let pair = file.items.last().unwrap();
        assert_eq!(pair.place, Place { line: 2, offset: 14, length: 8 });
        assert_eq!(file.places(pair).unwrap().of(file.value(pair).unwrap()), Place { line: 2, offset: 18, length: 4 });
    }

    #[test]
    fn the_limit_of_lines_is_said() {
        let limits = Limits { lines: 1, ..Limits::default() };
        let read = IniFile::parse(b"a\nb\nc", &limits);
        assert_eq!((read.value.items.len(), read.anomalies.len()), (1, 1));
    }

    #[test]
    fn any_prefix_and_any_flipped_byte_is_read() {
        let sample = b"\xff\xfe[\0H\0]\0\r\0\n\0a\0=\0+\0\n\0+\0b\0";
        for end in 0..=sample.len() {
            let _ = IniFile::parse(&sample[..end], &Limits::default());
        }
        for index in 0..sample.len() {
            for bit in 0..8 {
                let mut changed = sample.to_vec();
                changed[index] ^= 1 << bit;
                let file = IniFile::parse(&changed, &Limits::default()).value;
                assert!(file.items.iter().all(|item| item.place.offset + item.place.length <= 2 * changed.len() as u64));
            }
        }
    }
}
