//! The two texts that one pass over RTF writes: what a reader sees, and the HTML that hides in it. Bytes wait until their run in one
//! code page ends, because a double-byte character may be spread over several tokens.

use crate::base::{CodePage, Text};

/// Which texts a character goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sinks {
    pub(super) text: bool,
    pub(super) html: bool,
}

/// Both texts while they grow.
#[derive(Default)]
pub(super) struct Output {
    pub(super) text: String,
    pub(super) html: String,
    /// Offset of the first run of bytes that its code page could not read.
    pub(super) undecodable: Option<u64>,
    waiting: Vec<u8>,
    waiting_for: Option<(CodePage, Sinks, u64)>,
    high_surrogate: Option<(u16, Sinks)>,
}

impl Output {
    /// Adds bytes in a code page.
    pub(super) fn bytes(&mut self, bytes: &[u8], page: CodePage, sinks: Sinks, offset: u64) {
        self.end_surrogate();
        if !self.waiting_for.is_some_and(|waiting| (waiting.0, waiting.1) == (page, sinks)) {
            self.flush();
            self.waiting_for = Some((page, sinks, offset));
        }
        self.waiting.extend_from_slice(bytes);
    }

    /// Adds characters, as seen and as HTML.
    pub(super) fn characters(&mut self, text: &str, html: &str, sinks: Sinks) {
        self.end_surrogate();
        self.flush();
        self.push(text, html, sinks);
    }

    /// Adds one UTF-16 code unit; the halves of a pair come one by one.
    pub(super) fn unit(&mut self, unit: u16, sinks: Sinks) {
        self.flush();
        let first = self.high_surrogate.take();
        if first.is_none() && (0xD800..0xDC00).contains(&unit) {
            self.high_surrogate = Some((unit, sinks));
            return;
        }
        let units = first.map(|first| first.0).into_iter().chain([unit]);
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.push(&text, &text, sinks);
    }

    /// Writes out what waits.
    pub(super) fn finish(&mut self) {
        self.end_surrogate();
        self.flush();
    }

    fn end_surrogate(&mut self) {
        if let Some((_, sinks)) = self.high_surrogate.take() {
            self.push("\u{fffd}", "\u{fffd}", sinks);
        }
    }

    fn flush(&mut self) {
        let Some((page, sinks, offset)) = self.waiting_for.take() else { return };
        let waiting = std::mem::take(&mut self.waiting);
        let Text { text, lossy } = page.decode(&waiting);
        if lossy && self.undecodable.is_none() {
            self.undecodable = Some(offset);
        }
        self.push(&text, &text, sinks);
    }

    fn push(&mut self, text: &str, html: &str, sinks: Sinks) {
        if sinks.text {
            self.text.push_str(text);
        }
        if sinks.html {
            self.html.push_str(html);
        }
    }
}
