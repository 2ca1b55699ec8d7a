//! A block of header fields with every field where it stands. Duplicates and order are kept; what is no field is kept as a stray line.

use super::{
    fault::{HeaderFault, fault},
    words::{decode_words, guess},
};
use crate::base::{Anomaly, Decoded, Limits};

/// Header fields up to the empty line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderBlock {
    /// The fields in their order.
    pub fields: Vec<HeaderField>,
    /// Offset of the line `Microsoft Mail Internet Headers Version 2.0`, a mark and no field (KB Q320636).
    pub mark: Option<u64>,
    /// Lines that are neither field nor fold nor mark.
    pub strays: Vec<StrayLine>,
    /// Offset of the empty line behind the fields; none when the data ends before.
    pub blank_line: Option<u64>,
    /// Offset behind the block and its empty line, where a body begins.
    pub end: u64,
}

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderField {
    /// Name as written.
    pub name: String,
    /// Value, unfolded, its encoded words decoded, without blanks around.
    pub value: String,
    /// The value as written, with its folds, behind the colon.
    pub raw: String,
    /// Offset of the name.
    pub offset: u64,
    /// Length in bytes without the last line end.
    pub length: u64,
    /// The first fault.
    pub fault: HeaderFault,
}

/// A line that is no field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayLine {
    /// The line.
    pub text: String,
    /// Its offset.
    pub offset: u64,
    /// Its length in bytes without line end.
    pub length: u64,
}

impl HeaderBlock {
    /// Returns the fields of a name, whatever its letter case.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a HeaderField> {
        self.fields.iter().filter(move |field| field.name.eq_ignore_ascii_case(name))
    }

    /// Returns the first field of a name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&HeaderField> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }

    /// Returns whether the block is made of fields only and ends as it should.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        !self.fields.is_empty() && self.strays.is_empty()
    }
}

const MARK: &[u8] = b"Microsoft Mail Internet Headers Version";

/// Reads a header block, for example the text of PR_TRANSPORT_MESSAGE_HEADERS; offsets count from its start.
#[must_use]
pub fn header_block(bytes: &[u8], limits: &Limits) -> Decoded<HeaderBlock> {
    let mut lines = BlockReader::new(bytes, 0, limits);
    lines.skip_blank_lines();
    lines.read(true);
    Decoded { value: lines.block, anomalies: lines.anomalies }
}

/// Reads the header block of a document or an entity; text that begins with no field has none, and all of it is body.
pub(super) fn block_at(bytes: &[u8], base: u64, limits: &Limits) -> Decoded<HeaderBlock> {
    let mut lines = BlockReader::new(bytes, base, limits);
    let (first, _) = lines.line();
    if first.is_empty() || colon(first).is_some() || first.starts_with(b"From ") || first.starts_with(MARK) {
        lines.read(false);
    } else if !bytes.is_empty() {
        lines.anomaly(0, "header-missing", "the text does not begin with a header field".to_owned());
    }
    Decoded { value: lines.block, anomalies: lines.anomalies }
}

struct BlockReader<'a, 'l> {
    bytes: &'a [u8],
    at: usize,
    base: u64,
    block: HeaderBlock,
    anomalies: Vec<Anomaly>,
    limits: &'l Limits,
}

impl<'a, 'l> BlockReader<'a, 'l> {
    fn new(bytes: &'a [u8], base: u64, limits: &'l Limits) -> Self {
        Self { bytes, at: 0, base, block: HeaderBlock { end: base, ..HeaderBlock::default() }, anomalies: Vec::new(), limits }
    }

    fn anomaly(&mut self, at: usize, code: &'static str, text: String) {
        if self.anomalies.len() < self.limits.anomalies {
            self.anomalies.push(Anomaly::new(self.base + at as u64, code, text));
        }
    }

    /// Returns the line at the cursor without its end, and where the next one begins.
    fn line(&self) -> (&'a [u8], usize) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|&byte| byte == b'\n');
        let line = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        (line.strip_suffix(b"\r").filter(|_| length.is_some()).unwrap_or(line), self.at + length.map_or(rest.len(), |length| length + 1))
    }

    fn skip_blank_lines(&mut self) {
        while self.at < self.bytes.len() {
            let (line, next) = self.line();
            if !line.trim_ascii().is_empty() {
                break;
            }
            self.at = next;
        }
        if self.at > 0 {
            self.anomaly(0, "header-blank-start", "empty lines stand in front of the first field".to_owned());
        }
    }

    fn read(&mut self, is_property: bool) {
        while self.at < self.bytes.len() {
            let (line, next) = self.line();
            if line.is_empty() {
                self.block.blank_line = Some(self.base + self.at as u64);
                self.at = next;
                break;
            }
            if self.block.fields.len() + self.block.strays.len() >= self.limits.header_fields {
                self.anomaly(self.at, "header-limit", format!("reading stops at the limit of {} fields", self.limits.header_fields));
                break;
            }
            if line.starts_with(MARK) && self.block.fields.is_empty() {
                self.block.mark = Some(self.base + self.at as u64);
                self.at = next;
            } else if let Some(colon) = colon(line) {
                self.field(colon);
            } else {
                self.stray(line, next, is_property);
            }
        }
        self.block.end = self.base + self.at as u64;
    }

    fn stray(&mut self, line: &[u8], next: usize, is_property: bool) {
        let is_mailbox = line.starts_with(b"From ") && self.block.fields.is_empty() && !is_property;
        let what = if is_mailbox { "the separator line of a mailbox stands here" } else { "a line is neither field nor fold" };
        self.anomaly(self.at, "header-malformed-line", what.to_owned());
        self.block.strays.push(StrayLine { text: guess(line).0, offset: self.base + self.at as u64, length: line.len() as u64 });
        self.at = next;
    }

    /// Reads the field at the cursor with its folds.
    fn field(&mut self, colon: usize) {
        let start = self.at;
        let (line, next) = self.line();
        let mut end = start + line.len();
        self.at = next;
        while self.at < self.bytes.len() {
            let (fold, next) = self.line();
            if !fold.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
                break;
            }
            end = self.at + fold.len();
            self.at = next;
        }
        let written = self.bytes.get(start + colon + 1..end).unwrap_or_default();
        let name = guess(self.bytes.get(start..start + colon).unwrap_or_default().trim_ascii()).0;
        let (raw, is_guess) = guess(written);
        let words = decode_words(&unfold(&raw));
        let fault = fault(&name, written);
        if is_guess {
            self.anomaly(start, "header-8bit", format!("{name} has bytes that are not UTF-8 and is read as Windows-1252"));
        }
        if let Some(charset) = &words.unknown_charset {
            self.anomaly(start, "header-unknown-charset", format!("{name} has words in the unknown character set {charset}"));
        }
        if words.lossy {
            self.anomaly(start, "header-undecodable", format!("{name} has words with bytes that their character set lacks"));
        }
        let (offset, length) = (self.base + start as u64, (end - start) as u64);
        self.block.fields.push(HeaderField { name, value: words.text, raw, offset, length, fault });
    }
}

/// Returns where the colon behind a field name stands; blanks may come between (RFC 822 allows them).
fn colon(line: &[u8]) -> Option<usize> {
    let name = line.iter().take_while(|&&byte| byte.is_ascii_graphic() && byte != b':').count();
    let gap = line.iter().skip(name).take_while(|&&byte| matches!(byte, b' ' | b'\t')).count();
    (name > 0 && line.get(name + gap) == Some(&b':')).then_some(name + gap)
}

/// Joins the lines of a value by one blank each.
fn unfold(raw: &str) -> String {
    let mut value = String::with_capacity(raw.len());
    for line in raw.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let line = if value.is_empty() { line.trim_start() } else { line.trim_start_matches([' ', '\t']) };
        if !value.is_empty() && !line.is_empty() {
            value.push(' ');
        }
        value.push_str(line);
    }
    value.truncate(value.trim_end().len());
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = b"Microsoft Mail Internet Headers Version 2.0\r\nReceived: from a\r\n\tby b; date\r\nTo: =?iso-8859-1?Q?J=F6?= <j@x>\r\nto: \"x <y>\r\nbad line\r\nX-8: caf\xe9\r\n\r\nbody";

    #[track_caller]
    fn codes(bytes: &[u8]) -> Vec<&'static str> {
        header_block(bytes, &Limits::default()).anomalies.iter().map(|anomaly| anomaly.code).collect()
    }

    #[test]
    fn fields_keep_order_duplicates_and_place() {
        let block = header_block(SAMPLE, &Limits::default()).value;
        let fields: Vec<_> = block.fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
        assert_eq!(fields, [("Received", "from a by b; date"), ("To", "Jö <j@x>"), ("to", "\"x <y>"), ("X-8", "café")]);
        for field in &block.fields {
            let at = usize::try_from(field.offset).unwrap();
            let written = &SAMPLE[at..at + usize::try_from(field.length).unwrap()];
            assert!(written.starts_with(field.name.as_bytes()) && !written.ends_with(b"\n"));
        }
        assert_eq!(block.fields[0].raw, " from a\r\n\tby b; date");
        assert_eq!(block.all("TO").map(|field| field.fault).collect::<Vec<_>>(), [HeaderFault::None, HeaderFault::UnbalancedQuote]);
        assert_eq!((block.mark, block.strays[0].text.as_str()), (Some(0), "bad line"));
        assert!(SAMPLE[usize::try_from(block.end).unwrap()..].starts_with(b"body"));
        assert_eq!(codes(SAMPLE), ["header-malformed-line", "header-8bit"]);
    }

    #[test]
    fn odd_ends_are_told_apart() {
        assert_eq!(header_block(b"A: b", &Limits::default()).value.blank_line, None);
        assert_eq!(header_block(b"A : b\n\n", &Limits::default()).value.fields[0].value, "b");
        assert_eq!(codes(b"\r\nA: b"), ["header-blank-start"]);
        assert_eq!(codes(b" fold\r\nA: b"), ["header-malformed-line"]);
        assert_eq!(header_block(b"", &Limits::default()), Decoded::clean(HeaderBlock::default()));
    }

    #[test]
    fn the_limit_is_said() {
        let limits = Limits { header_fields: 2, ..Limits::default() };
        let block = header_block(b"A: 1\nB: 2\nC: 3\n", &limits);
        assert_eq!((block.value.fields.len(), block.value.end, block.anomalies[0].code), (2, 10, "header-limit"));
    }

    #[test]
    fn text_without_a_field_is_body() {
        let block = block_at(b"Dear Ann,\n\nfigures", 5, &Limits::default());
        assert_eq!((block.value.end, block.anomalies[0].code, block.anomalies[0].offset), (5, "header-missing", 5));
    }

    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        for at in 0..SAMPLE.len() {
            assert!(header_block(&SAMPLE[..at], &Limits::default()).value.fields.len() <= 5);
            for value in [0, b':', b'\n', b'\r', b' ', b'=', 0xFF] {
                let mut changed = SAMPLE.to_vec();
                changed[at] = value;
                let block = header_block(&changed, &Limits::default()).value;
                assert!(block.end <= SAMPLE.len() as u64);
            }
        }
    }
}
