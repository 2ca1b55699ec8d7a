//! What rules over files need to know of the bytes of a file once they are gone. Deliberately absent: what the content means.

use memchr::memchr_iter;

use crate::{base::TextFile, formats::packed::PackedAs};

/// Bytes of the begin that are kept of each file.
const HEAD: usize = 64;
/// Of TNEF streams, of which there may be very many, fewer are kept.
const STREAM_HEAD: usize = 16;
const TNEF_SIGNATURE: [u8; 4] = [0x78, 0x9F, 0x3E, 0x22];
/// Texts up to this size are kept whole when no reader of their own takes them; logs that customers add are smaller.
const TEXT_KEPT: usize = 1 << 20;

/// Traits of the bytes of one file.
#[derive(Debug, Clone, Default)]
pub struct FileTraits {
    /// The first bytes.
    pub head: Box<[u8]>,
    /// Whether no byte is 0x80 or above.
    pub is_seven_bit: bool,
    /// Number of LF bytes; of a TNEF stream up to the first one that follows no CR, which tells that it was not translated.
    pub line_feeds: u64,
    /// Number of LF bytes behind a CR.
    pub line_feeds_after_cr: u64,
    /// Number of CR bytes; not counted in TNEF streams.
    pub carriage_returns: u64,
    /// The wrapper around the content, if it is still packed.
    pub packed: Option<PackedAs>,
    /// The text of a file that no other reader takes, when it is text and not too large.
    pub text: Option<Box<TextFile>>,
    /// What is known of an entry that is no file; boxed, because hardly any entry is.
    pub no_file: Option<Box<NoFile>>,
}

/// What is known of a link or special file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoFile {
    /// Where a link points, when its target is known.
    Link(Option<Box<str>>),
    /// What a special file is, in one word: fifo, socket, device.
    Special(&'static str),
}

/// Returns the numbers of LF bytes and of those behind a CR.
fn line_feeds(bytes: &[u8], is_stream: bool) -> (u64, u64) {
    let (mut all, mut after_cr) = (0, 0);
    for at in memchr_iter(b'\n', bytes) {
        let follows = at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\r');
        all += 1;
        after_cr += u64::from(follows);
        if is_stream && !follows {
            break;
        }
    }
    (all, after_cr)
}

impl FileTraits {
    /// Looks at the bytes of a file; `keep_text` says that no other reader takes the file, so that its text is kept here.
    #[must_use]
    pub fn of(bytes: &[u8], keep_text: bool) -> Self {
        let is_stream = bytes.starts_with(&TNEF_SIGNATURE);
        let (line_feeds, line_feeds_after_cr) = line_feeds(bytes, is_stream);
        let head = if is_stream { STREAM_HEAD } else { HEAD };
        Self {
            head: bytes.get(..head).unwrap_or(bytes).into(),
            is_seven_bit: bytes.is_ascii(),
            line_feeds,
            line_feeds_after_cr,
            carriage_returns: if is_stream { 0 } else { memchr_iter(b'\r', bytes).count() as u64 },
            packed: PackedAs::detect(bytes),
            text: (keep_text && bytes.len() <= TEXT_KEPT).then(|| text_of(bytes)).flatten(),
            no_file: None,
        }
    }

    /// Returns the traits of a link.
    #[must_use]
    pub fn link(target: Option<&str>) -> Self {
        Self { no_file: Some(Box::new(NoFile::Link(target.map(Into::into)))), ..Self::default() }
    }

    /// Returns the traits of a FIFO, socket or device.
    #[must_use]
    pub fn special(what: &'static str) -> Self {
        Self { no_file: Some(Box::new(NoFile::Special(what))), ..Self::default() }
    }

    /// Returns where a link points, when the entry is one and its target is known.
    #[must_use]
    pub fn link_target(&self) -> Option<&str> {
        if let Some(NoFile::Link(target)) = self.no_file.as_deref() { target.as_deref() } else { None }
    }

    /// Returns what a special file is, in one word.
    #[must_use]
    pub fn special_kind(&self) -> Option<&'static str> {
        if let Some(NoFile::Special(what)) = self.no_file.as_deref() { Some(what) } else { None }
    }

    /// Returns whether the content begins with these bytes.
    #[must_use]
    pub fn begins_with(&self, mark: &[u8]) -> bool {
        self.head.starts_with(mark)
    }

    /// Returns the first characters as text, in whichever of the usual encodings they are.
    #[must_use]
    pub fn begin(&self) -> String {
        TextFile::decode(&self.head).text
    }

    /// Returns the first `count` bytes in hexadecimal, with blanks between.
    #[must_use]
    pub fn head_hex(&self, count: usize) -> String {
        self.head.iter().take(count).map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
    }

    /// Returns the number of bytes that [`Self::head_hex`] shows.
    #[must_use]
    pub fn head_span(&self, count: usize) -> std::ops::Range<u64> {
        0..self.head.len().min(count) as u64
    }
}

/// Text has at most one control character in fifty, and none of them is NUL.
fn text_of(bytes: &[u8]) -> Option<Box<TextFile>> {
    let file = TextFile::decode(bytes);
    let is_odd = |c: &char| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\x0c' | '\x1a');
    let odd = file.text.chars().filter(is_odd).count();
    let is_text = !file.text.is_empty() && !file.text.contains('\0') && odd.saturating_mul(50) <= file.text.len();
    is_text.then(|| Box::new(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_counted() {
        let traits = FileTraits::of(b"a\r\nb\nc\r\x80", false);
        assert_eq!((traits.line_feeds, traits.line_feeds_after_cr, traits.carriage_returns), (2, 1, 2));
        assert!(!traits.is_seven_bit);
        assert!(traits.text.is_none());
    }

    #[test]
    fn only_text_is_kept_as_text() {
        let kept = |bytes: &[u8]| FileTraits::of(bytes, true).text.map(|file| file.text);
        assert_eq!(kept(b"one\r\ntwo").as_deref(), Some("one\r\ntwo"));
        assert_eq!(kept(b"\xff\xfea\0b\0").as_deref(), Some("ab"));
        assert_eq!(kept(b"MZ\x90\0\x03\0\0\0"), None);
        assert_eq!(kept(b""), None);
    }

    #[test]
    fn the_begin_is_shown_as_bytes_and_as_text() {
        let traits = FileTraits::of(b"\xff\xfeO\0b\0", false);
        assert_eq!(traits.head_hex(3), "FF FE 4F");
        assert_eq!(traits.head_span(8), 0..6);
        assert_eq!(traits.begin(), "Ob");
    }
}
