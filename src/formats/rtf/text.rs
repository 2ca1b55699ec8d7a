//! RTF to what a reader sees, and back to the HTML or text that it was made of ([MS-OXRTFEX]), in one linear pass without recursion.
//!
//! Deliberately absent: layout, fields' instructions, headers and footers, symbol fonts (their bytes are read in the document's page).

use std::collections::HashMap;

use super::{
    destination::{Destination, character, destination},
    output::{Output, Sinks},
    token::{Token, Tokens},
};
use crate::base::{Anomaly, CodePage, Decoded, Limits, limits::RTF_GROUPS};

/// The readable content of some RTF.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RtfText {
    /// What the RTF was made of, as it says itself.
    pub origin: RtfOrigin,
    /// What a reader sees, lines parted by LF.
    pub text: String,
    /// The HTML that the RTF was made of, lines parted by CR LF; only when the origin says so.
    pub html: Option<String>,
    /// Whether bytes did not exist in their code page.
    pub lossy: bool,
}

/// What RTF was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RtfOrigin {
    /// Rich text from the start.
    #[default]
    Rtf,
    /// `\fromhtml1`: HTML hides in it.
    Html,
    /// `\fromtext`: plain text.
    Text,
}

impl RtfOrigin {
    /// Returns the stable name: `rtf`, `html` or `text`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rtf => "rtf",
            Self::Html => "html",
            Self::Text => "text",
        }
    }
}

/// Reads the content of RTF, uncompressed.
#[must_use]
pub fn to_text(rtf: &[u8], limits: &Limits) -> Decoded<RtfText> {
    let kept = rtf.get(..limits.rtf_bytes).unwrap_or(rtf);
    let mut document = Document::new(limits);
    if kept.len() < rtf.len() {
        document.anomaly(kept.len() as u64, "rtf-limit", format!("reading stops at the limit of {} bytes", kept.len()));
    }
    if !kept.trim_ascii_start().starts_with(b"{\\rtf") {
        document.anomaly(0, "rtf-not-rtf", "the text does not begin with {\\rtf".to_owned());
    }
    let mut tokens = Tokens::new(kept);
    for (offset, token) in tokens.by_ref() {
        document.token(token, offset);
        if token == Token::Close && document.outer.is_empty() && document.too_deep == 0 {
            break;
        }
    }
    let rest = tokens.rest();
    if rest.iter().any(|byte| !byte.is_ascii_whitespace() && *byte != 0) {
        document.anomaly((kept.len() - rest.len()) as u64, "rtf-trailing", format!("{} bytes follow the end of the document", rest.len()));
    }
    document.finish(kept.len() as u64)
}

/// The formatting that a group inherits and forgets at its end.
#[derive(Clone, Copy)]
struct Group {
    destination: Destination,
    font: Option<i32>,
    /// Characters that stand behind `\u` for readers without Unicode.
    fallback: usize,
    /// Inside `\htmlrtf`: the RTF rendering of something that the HTML says already.
    is_rendering: bool,
}

struct Document<'l> {
    group: Group,
    outer: Vec<Group>,
    too_deep: usize,
    output: Output,
    fonts: HashMap<i32, CodePage>,
    defined_font: i32,
    default_font: Option<i32>,
    page: CodePage,
    is_starred: bool,
    skip: usize,
    origin: RtfOrigin,
    anomalies: Vec<Anomaly>,
    limits: &'l Limits,
}

impl<'l> Document<'l> {
    fn new(limits: &'l Limits) -> Self {
        Self {
            group: Group { destination: Destination::Visible, font: None, fallback: 1, is_rendering: false },
            outer: Vec::new(),
            too_deep: 0,
            output: Output::default(),
            fonts: HashMap::new(),
            defined_font: 0,
            default_font: None,
            page: CodePage::WINDOWS_1252,
            is_starred: false,
            skip: 0,
            origin: RtfOrigin::Rtf,
            anomalies: Vec::new(),
            limits,
        }
    }

    fn anomaly(&mut self, offset: u64, code: &'static str, text: String) {
        if self.anomalies.len() < self.limits.anomalies {
            self.anomalies.push(Anomaly::new(offset, code, text));
        }
    }

    fn token(&mut self, token: Token<'_>, offset: u64) {
        let is_starred = std::mem::take(&mut self.is_starred);
        match token {
            Token::Open => self.open(offset),
            Token::Close => self.close(offset),
            Token::Word(word, value) => self.word(word, value, (is_starred, offset)),
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Hex(Some(byte)) => self.bytes(&[byte], offset),
            Token::Hex(None) => self.anomaly(offset, "rtf-bad-hex", "no two hexadecimal digits follow".to_owned()),
            Token::Text(bytes) => self.bytes(bytes, offset),
            Token::Binary(bytes, promised) => {
                self.skip = self.skip.saturating_sub(1);
                if bytes.len() < promised {
                    self.anomaly(offset, "rtf-truncated", format!("\\bin promises {promised} bytes, {} are left", bytes.len()));
                }
            }
        }
    }

    fn open(&mut self, offset: u64) {
        self.skip = 0;
        if self.outer.len() < RTF_GROUPS {
            self.outer.push(self.group);
        } else {
            if self.too_deep == 0 {
                self.anomaly(offset, "rtf-too-deep", format!("more than {RTF_GROUPS} groups are open, deeper ones share their formatting"));
            }
            self.too_deep += 1;
        }
    }

    fn close(&mut self, offset: u64) {
        self.skip = 0;
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if let Some(group) = self.outer.pop() {
            self.group = group;
        } else {
            self.anomaly(offset, "rtf-unbalanced", "a group ends that did not begin".to_owned());
        }
    }

    fn word(&mut self, word: &[u8], value: Option<i32>, (is_starred, offset): (bool, u64)) {
        if word != b"u" {
            self.skip = 0;
        }
        if let Some(destination) = destination(word, is_starred, self.group.destination) {
            self.group.destination = destination;
            if destination == Destination::HtmlTag {
                // Such pieces are in the page of the document, whatever font is around ([MS-OXRTFEX] 2.1.3.1.4).
                self.group.font = None;
            }
            return;
        }
        if let Some((text, html)) = character(word) {
            let sinks = self.sinks();
            return self.output.characters(text, html, sinks);
        }
        let number = value.unwrap_or(0);
        match word {
            b"u" => self.unit(number),
            b"uc" => self.group.fallback = usize::try_from(number).unwrap_or(0),
            b"htmlrtf" => self.group.is_rendering = value != Some(0),
            b"f" if self.group.destination == Destination::FontTable => self.defined_font = number,
            b"f" => self.group.font = Some(number),
            b"plain" => self.group.font = self.default_font,
            b"deff" => {
                self.default_font = Some(number);
                self.group.font = self.default_font;
            }
            b"fcharset" => self.define_font(u8::try_from(number).ok().and_then(CodePage::from_rtf_charset)),
            b"cpg" => self.define_font(u32::try_from(number).ok().map(CodePage)),
            b"ansicpg" | b"mac" | b"pc" | b"pca" => self.document_page(word, number, offset),
            b"fromhtml" if value != Some(0) => self.origin = RtfOrigin::Html,
            b"fromtext" => self.origin = RtfOrigin::Text,
            _ => {}
        }
    }

    fn symbol(&mut self, symbol: u8) {
        let (text, html) = match symbol {
            b'*' => {
                self.is_starred = true;
                return;
            }
            b'\\' => ("\\", "\\"),
            b'{' => ("{", "{"),
            b'}' => ("}", "}"),
            b'~' => ("\u{a0}", "&nbsp;"),
            b'_' => ("\u{2011}", "&shy;"),
            b'\n' => ("\n", "\r\n"),
            b'\t' => ("\t", "\t"),
            // An optional hyphen is not seen, and other symbols are layout.
            _ => return,
        };
        if self.skip > 0 {
            self.skip -= 1;
            return;
        }
        let sinks = self.sinks();
        self.output.characters(text, html, sinks);
    }

    fn bytes(&mut self, bytes: &[u8], offset: u64) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        let sinks = self.sinks();
        if let Some(seen) = bytes.get(skipped..).filter(|seen| !seen.is_empty() && sinks != Sinks::default()) {
            let page = self.group.font.and_then(|font| self.fonts.get(&font)).copied().unwrap_or(self.page);
            self.output.bytes(seen, page, sinks, offset);
        }
    }

    fn unit(&mut self, number: i32) {
        self.skip = self.group.fallback;
        // The parameter is signed in 16 bits; some writers put the unsigned value.
        let unit = u16::try_from(number & 0xFFFF).unwrap_or(0xFFFD);
        let sinks = self.sinks();
        self.output.unit(unit, sinks);
    }

    fn define_font(&mut self, page: Option<CodePage>) {
        if let (Destination::FontTable, Some(page)) = (self.group.destination, page.filter(|page| page.is_known())) {
            self.fonts.insert(self.defined_font, page);
        }
    }

    fn document_page(&mut self, word: &[u8], number: i32, offset: u64) {
        let page = match word {
            b"mac" => CodePage(10000),
            b"pc" => CodePage(437),
            b"pca" => CodePage(850),
            _ => CodePage(u32::try_from(number).unwrap_or(u32::MAX)),
        };
        if page.is_known() {
            self.page = page;
        } else {
            self.anomaly(offset, "rtf-code-page", format!("code page {number} is unknown"));
        }
    }

    fn sinks(&self) -> Sinks {
        match self.group.destination {
            Destination::Visible => Sinks { text: true, html: !self.group.is_rendering },
            Destination::HtmlTag => Sinks { text: false, html: true },
            _ => Sinks::default(),
        }
    }

    fn finish(mut self, end: u64) -> Decoded<RtfText> {
        self.output.finish();
        let open = self.outer.len() + self.too_deep;
        if open > 0 {
            self.anomaly(end, "rtf-unbalanced", format!("the text ends inside {open} groups"));
        }
        if let Some(offset) = self.output.undecodable {
            self.anomaly(offset, "rtf-undecodable", "bytes do not exist in their code page, here first".to_owned());
        }
        let Output { text, html, undecodable, .. } = self.output;
        let html = (self.origin == RtfOrigin::Html).then_some(html);
        Decoded { value: RtfText { origin: self.origin, text, html, lossy: undecodable.is_some() }, anomalies: self.anomalies }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rtf: &str, text: &str) {
        let decoded = to_text(rtf.as_bytes(), &Limits::default());
        assert_eq!(decoded.value.text, text);
        assert_eq!(decoded.anomalies, []);
    }

    #[track_caller]
    fn check_html(rtf: &str, html: &str) {
        let decoded = to_text(rtf.as_bytes(), &Limits::default());
        assert_eq!((decoded.value.origin, decoded.value.html.as_deref()), (RtfOrigin::Html, Some(html)));
    }

    #[track_caller]
    fn check_anomaly(rtf: &[u8], text: &str, code: &str) {
        let decoded = to_text(rtf, &Limits::default());
        assert_eq!(decoded.value.text, text);
        assert_eq!(decoded.anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>().join(" "), code);
    }

    #[test]
    fn only_what_a_reader_sees_is_text() {
        check(
            "{\\rtf1\\ansi{\\fonttbl{\\f0\\fswiss Arial;}}{\\colortbl;\\red0;}{\\info{\\title No}}{\\*\\generator X;}\r\n\\pard Hello\\tab you\\par\r\nbye {\\b now}}",
            "Hello\tyou\nbye now",
        );
        check("{\\rtf1 a{\\pict\\bin4 {}}{b}c}", "ac");
        check("{\\rtf1 {\\field{\\*\\fldinst HYPERLINK x}{\\fldrslt link}}}", "link");
        check("{\\rtf1 {\\object{\\*\\objdata 00ff}{\\result{seen}}}}", "seen");
        check("{\\rtf1 a\\\\b\\{c\\}\\~d\\cell e\\row}", "a\\b{c}\u{a0}d\te\n");
    }

    #[test]
    fn bytes_are_read_in_the_page_of_their_font() {
        check(
            "{\\rtf1\\ansicpg1251\\deff0{\\fonttbl{\\f0 A;}{\\f1\\fcharset128 B;}{\\f2\\fcharset238 C;}}\\'cf\\'f0 \\f1\\'93\\'fa\\'96{\\'7b}{\\f2 \\'e8}}",
            "Пр 日本č",
        );
    }

    #[test]
    fn unicode_comes_with_a_fallback_that_is_skipped() {
        check("{\\rtf1 \\u8364?\\uc2\\u20320\\'c4\\'e3x{\\uc0\\u65 B}\\u-10179??\\u-8704??!}", "€你xAB\u{1f600}!");
        check("{\\rtf1{\\upr{ansi}{\\*\\ud{\\u233?}}}}", "é");
    }

    #[test]
    fn html_comes_back_as_it_was() {
        check_html(
            "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n{\\*\\htmltag64}{\\*\\htmltag19 <html>}{\\*\\htmltag241 \\par }\
             {\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 caf\\'e9 {\\*\\htmltag84 &lt;}\\htmlrtf <\\htmlrtf0 {\\*\\mhtmltag84 <c>}\\htmlrtf }\\htmlrtf0 {\\*\\htmltag92 </b>}\\par}",
            "<html>\r\n<b>café &lt;</b>\r\n",
        );
    }

    #[test]
    fn text_that_hides_html_is_seen_without_tags() {
        let rtf =
            b"{\\rtf1\\fromhtml1{\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 x{\\*\\htmltag84 &lt;}\\htmlrtf <\\htmlrtf0 \\htmlrtf }\\htmlrtf0}";
        assert_eq!(to_text(rtf, &Limits::default()).value.text, "x<");
        assert_eq!(to_text(b"{\\rtf1\\fromtext a}", &Limits::default()).value.origin, RtfOrigin::Text);
    }

    #[test]
    fn faults_are_said_and_cost_nothing_else() {
        check_anomaly(b"plain", "plain", "rtf-not-rtf");
        check_anomaly(b"{\\rtf1 a\\'zzb}", "azzb", "rtf-bad-hex");
        check_anomaly(b"{\\rtf1 a{b", "ab", "rtf-unbalanced");
        check_anomaly(b"{\\rtf1 a}} b", "a", "rtf-trailing");
        check_anomaly(b"{\\rtf1\\ansicpg4711 a}", "a", "rtf-code-page");
        check_anomaly(b"{\\rtf1{\\fonttbl{\\f1\\fcharset128 x;}}\\f1\\'81}", "\u{fffd}", "rtf-undecodable");
        check_anomaly(b"{\\rtf1 a\\bin99 xyz}", "a", "rtf-truncated rtf-unbalanced");
    }

    #[test]
    fn deep_nesting_is_bounded_and_balanced() {
        let rtf = [b"{\\rtf1".as_slice(), &b"{".repeat(100_000), b"x", &b"}".repeat(100_000), b"y}"].concat();
        let decoded = to_text(&rtf, &Limits::default());
        assert_eq!((decoded.value.text.as_str(), decoded.anomalies.len()), ("xy", 1));
    }

    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        let rtf = b"{\\rtf1\\ansicpg932\\fromhtml1{\\fonttbl{\\f0\\fcharset128 x;}}{\\*\\htmltag84 <b>}\\f0\\'93\\'fa\\u8364?\\htmlrtf \\bin2 ab\\htmlrtf0}";
        for length in 0..rtf.len() {
            assert!(to_text(&rtf[..length], &Limits::default()).value.text.len() <= length);
            for value in [0, b'{', b'}', b'\\', b'9', 0xFF] {
                let mut changed = rtf.to_vec();
                changed[length] = value;
                assert!(to_text(&changed, &Limits::default()).value.text.len() <= 3 * rtf.len());
            }
        }
    }
}
