//! The visible text of an HTML body for a terminal, and the character set that the bytes of such a body are in.
//!
//! Own code, because it is small: a renderer such as html2text brings a whole HTML5 parser and lays out tables, and that of mail-parser
//! swallows what follows a stray `<` and knows few block elements. Only its table of entities is used.
//! Deliberately absent: layout, style, targets of links. Linear: no search runs twice over the same bytes in vain.

use mail_parser::decoders::html::add_html_token;

use crate::base::{CodePage, Limits, Text};

/// The text of an HTML body and how its character set was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HtmlBody {
    /// The HTML.
    pub html: String,
    /// The code page that it was read in.
    pub page: CodePage,
    /// Where the code page comes from.
    pub source: CharsetSource,
    /// Whether bytes did not exist in the code page.
    pub lossy: bool,
}

/// Where a character set comes from, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CharsetSource {
    /// A byte order mark.
    ByteOrderMark,
    /// A `meta` element.
    Meta,
    /// What the message says of the body.
    Message,
    /// Nothing says it; Western European Windows is assumed.
    Assumed,
}

/// Only the beginning is searched for a `meta` element, as browsers do.
const META_WITHIN: usize = 4096;
/// No entity has a longer name.
const MAX_ENTITY: usize = 32;

/// Decodes the bytes of an HTML body: byte order mark, then `meta`, then the given page, then Windows-1252.
#[must_use]
pub fn decode(bytes: &[u8], page: Option<CodePage>) -> HtmlBody {
    let (page, source, skip) = match bytes {
        [0xEF, 0xBB, 0xBF, ..] => (CodePage::UTF_8, CharsetSource::ByteOrderMark, 3),
        [0xFF, 0xFE, ..] => (CodePage::UTF_16LE, CharsetSource::ByteOrderMark, 2),
        [0xFE, 0xFF, ..] => (CodePage::UTF_16BE, CharsetSource::ByteOrderMark, 2),
        _ => match (meta_charset(bytes), page.filter(|page| page.is_known())) {
            (Some(page), _) => (page, CharsetSource::Meta, 0),
            (None, Some(page)) => (page, CharsetSource::Message, 0),
            (None, None) => (CodePage::WINDOWS_1252, CharsetSource::Assumed, 0),
        },
    };
    let Text { text, lossy } = page.decode(bytes.get(skip..).unwrap_or_default());
    HtmlBody { html: text.into_owned(), page, source, lossy }
}

fn meta_charset(bytes: &[u8]) -> Option<CodePage> {
    let head = bytes.get(..META_WITHIN).unwrap_or(bytes).to_ascii_lowercase();
    let meta = head.windows(5).position(|window| window == b"<meta")?;
    let rest = head.get(meta..)?;
    let at = rest.windows(8).position(|window| window == b"charset=")?;
    let name = rest.get(at + 8..)?.trim_ascii_start();
    let name = name.strip_prefix(b"\"").or_else(|| name.strip_prefix(b"'")).unwrap_or(name);
    let length = name.iter().position(|byte| b"\"' ;>/\t\r\n".contains(byte)).unwrap_or(name.len());
    let page = CodePage::from_charset(std::str::from_utf8(name.get(..length)?).ok()?)?;
    // Bytes that spell `meta` one by one cannot be UTF-16, whatever they say.
    Some(if matches!(page, CodePage::UTF_16LE | CodePage::UTF_16BE) { CodePage::UTF_8 } else { page })
}

/// Returns the visible text of an HTML body, lines parted by LF.
#[must_use]
pub fn to_text(html: &str, limits: &Limits) -> String {
    let mut end = html.len().min(usize::try_from(limits.file_bytes).unwrap_or(usize::MAX));
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    let mut page = Page::default();
    let mut rest = html.get(..end).unwrap_or_default();
    while let Some(at) = rest.find('<') {
        let (text, markup) = rest.split_at_checked(at).unwrap_or((rest, ""));
        page.text(text);
        rest = page.markup(markup);
    }
    page.text(rest);
    page.finish()
}

#[derive(Default)]
struct Page {
    text: String,
    /// White space was seen that becomes one blank if text follows on the line.
    has_gap: bool,
    /// Levels of `pre`.
    verbatim: usize,
    missing: Missing,
}

/// Ends that do not follow any more, so that nobody needs to look again.
#[derive(Default)]
struct Missing {
    comment_end: bool,
    quoted_end: bool,
    end: bool,
}

impl Page {
    /// Takes what begins with `<` and returns what follows.
    fn markup<'a>(&mut self, markup: &'a str) -> &'a str {
        let after = |length: usize| markup.get(length..).unwrap_or_default();
        if markup.starts_with("<!--") && !self.missing.comment_end {
            if let Some(length) = markup.find("-->") {
                return after(length + 3);
            }
            self.missing.comment_end = true;
        }
        let inner = after(1);
        let is_markup = inner.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic()) || inner.starts_with(['!', '?']);
        let is_markup = is_markup && !inner.starts_with("!--");
        let end = if is_markup { self.tag_end(inner) } else { None };
        let Some(end) = end else {
            self.text("<");
            return inner;
        };
        let tag = inner.get(..end).unwrap_or_default();
        let rest = inner.get(end + 1..).unwrap_or_default();
        let name_end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '/').unwrap_or(tag.len());
        let name = tag.get(..name_end).unwrap_or_default().to_ascii_lowercase();
        if ["script", "style", "title", "template", "noframes"].contains(&name.as_str()) {
            return skip_element(rest, &name);
        }
        self.element(name.strip_suffix('/').unwrap_or(&name));
        rest
    }

    /// Returns where a tag ends; a `>` in quotes does not end it, unless the quotes never do.
    fn tag_end(&mut self, inner: &str) -> Option<usize> {
        if !self.missing.quoted_end {
            let mut quote = None;
            let end = inner.bytes().position(|byte| match (quote, byte) {
                (None, b'"' | b'\'') => {
                    quote = Some(byte);
                    false
                }
                (None, b'>') => true,
                (Some(open), _) => {
                    quote = quote.filter(|_| byte != open);
                    false
                }
                _ => false,
            });
            if end.is_some() {
                return end;
            }
            self.missing.quoted_end = true;
        }
        let end = if self.missing.end { None } else { inner.find('>') };
        self.missing.end = end.is_none();
        end
    }

    fn element(&mut self, name: &str) {
        match name {
            "br" => self.line(),
            "td" | "th" if !self.is_line_start() => {
                self.has_gap = false;
                self.text.push('\t');
            }
            "li" => {
                self.block();
                self.text.push_str("- ");
            }
            "pre" => {
                self.block();
                self.verbatim += 1;
            }
            "/pre" => {
                self.verbatim = self.verbatim.saturating_sub(1);
                self.block();
            }
            "/p" | "/h1" | "/h2" | "/h3" | "/h4" | "/h5" | "/h6" | "/table" | "/ul" | "/ol" | "/blockquote" => {
                self.block();
                if !self.text.is_empty() && !self.text.ends_with("\n\n") {
                    self.text.push('\n');
                }
            }
            _ if BLOCKS.contains(&name.trim_start_matches('/')) => self.block(),
            _ => {}
        }
    }

    fn is_line_start(&self) -> bool {
        self.text.is_empty() || self.text.ends_with('\n')
    }

    fn line(&mut self) {
        self.has_gap = false;
        self.text.push('\n');
    }

    fn block(&mut self) {
        self.has_gap = false;
        if !self.is_line_start() {
            self.text.push('\n');
        }
    }

    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            let (before, entity) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.plain(before);
            rest = self.entity(entity);
        }
        self.plain(rest);
    }

    fn plain(&mut self, text: &str) {
        for c in text.chars() {
            if self.verbatim == 0 && c.is_ascii_whitespace() {
                self.has_gap = true;
            } else if c != '\r' {
                self.push(c);
            }
        }
    }

    fn push(&mut self, c: char) {
        if std::mem::take(&mut self.has_gap) && !self.text.is_empty() && !self.text.ends_with(['\n', '\t', ' ']) {
            self.text.push(' ');
        }
        // A blank that may not break looks like any other.
        self.text.push(if c == '\u{a0}' { ' ' } else { c });
    }

    /// Takes what begins with `&` and returns what follows.
    fn entity<'a>(&mut self, entity: &'a str) -> &'a str {
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
        let length = entity.bytes().skip(1).take(MAX_ENTITY).take_while(is_name).count() + 1;
        let name = entity.get(1..length).unwrap_or_default();
        let rest = entity.get(length..).unwrap_or_default();
        let after = rest.strip_prefix(';');
        if let Some(text) = resolve(name, after.is_some()) {
            text.chars().for_each(|c| self.push(c));
            return after.unwrap_or(rest);
        }
        self.push('&');
        self.plain(name);
        rest
    }

    fn finish(self) -> String {
        let text = self.text.trim_end_matches(['\n', ' ', '\t']).trim_start_matches('\n');
        text.to_owned()
    }
}

/// Elements that begin a line.
const BLOCKS: [&str; 22] = [
    "address",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "table",
    "tr",
    "ul",
];

/// Returns the text of an entity; old mailers left the semicolon away behind these few.
fn resolve(name: &str, is_ended: bool) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = number.strip_prefix(['x', 'X']).map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
        // Numbers of the C1 range mean Windows-1252 in all HTML that was ever written.
        return match u8::try_from(code) {
            Ok(byte @ 0x80..=0x9F) => Some(CodePage::WINDOWS_1252.decode(&[byte]).text.into_owned()),
            _ => Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER).to_string()),
        };
    }
    let is_resolved = !name.is_empty() && (is_ended || ["amp", "lt", "gt", "quot", "nbsp"].contains(&name));
    let token = format!("&{name};");
    let mut text = String::new();
    if is_resolved {
        add_html_token(&mut text, token.as_bytes(), false);
    }
    (is_resolved && text != token).then_some(text)
}

/// Returns what follows an element that nobody sees; one that never ends takes all.
fn skip_element<'a>(rest: &'a str, name: &str) -> &'a str {
    let is_end = |at: usize| {
        let end = rest.get(at + 2..at + 2 + name.len());
        rest.get(at..).is_some_and(|tail| tail.starts_with("</")) && end.is_some_and(|end| end.eq_ignore_ascii_case(name))
    };
    let end = rest.match_indices("</").find(|&(at, _)| is_end(at)).and_then(|(at, _)| rest.get(at..));
    end.and_then(|end| end.split_once('>')).map_or("", |(_, after)| after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, text: &str) {
        assert_eq!(to_text(html, &Limits::default()), text);
    }

    #[test]
    fn only_visible_text_is_left() {
        check(
            "<html><head><title>x</title><style>p{}</style></head><body><p>Dear&nbsp;Ann,</p>\r\n<p>two\n  lines<br>here</p></body>",
            "Dear Ann,\n\ntwo lines\nhere",
        );
        check("<script>if (a<b) '</b>'</SCRIPT >a<!-- <b> -->b", "ab");
        check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc");
        check("<ul><li>one<li>two</ul>", "- one\n- two");
        check("<pre>a\r\n  b</pre>c", "a\n  b\nc");
    }

    #[test]
    fn entities_are_resolved_and_wrong_ones_stay() {
        check("&lt;b&gt; &eacute;&#233;&#xE9; &#147;x&#148; &amp;amp &copy &bogus; &", "<b> ééé “x” &amp &copy &bogus; &");
        check("&#0;&#1114112;&#99999999999;", "\0\u{fffd}&#99999999999;");
    }

    #[test]
    fn stray_brackets_and_open_ends_hide_nothing() {
        check("1 < 2 and 3 > 2 <b", "1 < 2 and 3 > 2 <b");
        check("<a title='x>y'>link</a> <!-- open <i>seen</i>", "link <!-- open seen");
        check("<a href=\"x>text</a> more", "text more");
    }

    #[test]
    fn the_character_set_is_found_in_its_order() {
        let found = |bytes: &[u8], page| {
            let body = decode(bytes, page);
            (body.html, body.page.0, body.source)
        };
        assert_eq!(found(b"\xef\xbb\xbf\xc3\xa9", None), ("é".to_owned(), 65001, CharsetSource::ByteOrderMark));
        let meta = b"<META http-equiv=x content='text/html; charset=windows-1251'>\xe9";
        assert_eq!((found(meta, Some(CodePage::UTF_8)).1, found(meta, None).2), (1251, CharsetSource::Meta));
        assert_eq!(found(b"\xe9", Some(CodePage(1253))), ("ι".to_owned(), 1253, CharsetSource::Message));
        assert_eq!(found(b"\xe9", None), ("é".to_owned(), 1252, CharsetSource::Assumed));
        assert_eq!(found(b"<meta charset=utf-16>x", None).1, 65001);
    }

    #[test]
    fn repeated_open_ends_take_linear_time() {
        for part in ["<a b=\"", "<!--", "<a ", "&", "<script", "</", "<", "&#"] {
            let html = part.repeat(1 << 18);
            assert!(to_text(&html, &Limits::default()).len() <= html.len());
        }
    }

    #[expect(clippy::string_slice, reason = "the samples are cut at character boundaries")]
    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        let html = "<p a=\"b\">&eacute;<!-- x --><style>y</style><td>z<pre> q</pre>ü";
        for at in (0..html.len()).filter(|&at| html.is_char_boundary(at)) {
            assert!(to_text(&html[..at], &Limits::default()).len() <= at + 2);
            for c in ["<", ">", "\"", "&", "-", "é"] {
                let changed = format!("{}{c}{}", &html[..at], html[at..].chars().skip(1).collect::<String>());
                assert!(to_text(&changed, &Limits::default()).len() <= changed.len() + 2);
            }
        }
    }
}
