//! What every screen is made of: rows of toned text that may lead somewhere. Evidence becomes printable here and nowhere else in the view.

use unicode_width::UnicodeWidthChar;

use crate::{base::printable, diagnostics::Severity};

use super::target::Target;

/// What a piece of text stands for; a theme gives it its look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Ordinary text.
    Plain,
    /// Labels and what matters less.
    Dim,
    /// What matters most in its row.
    Strong,
    /// Headings.
    Heading,
    /// Text that leads somewhere.
    Link,
    /// All is well.
    Good,
    /// Worth knowing.
    Info,
    /// May hurt.
    Warning,
    /// Hurts.
    Error,
    /// Hurts most.
    Critical,
    /// Differs from the default.
    Changed,
    /// Damaged or not read.
    Damage,
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self::Info,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
            Severity::Critical => Self::Critical,
        }
    }
}

/// Text of one tone, already printable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Its tone.
    pub tone: Tone,
}

/// One row of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// The text from left to right.
    pub spans: Vec<Span>,
    /// Columns by which further lines hang when the row is wrapped.
    pub indent: usize,
    /// Columns at the left that stay when the row is scrolled sideways.
    pub frozen: usize,
    /// Where Enter leads.
    pub target: Option<Target>,
    /// Whether a finding or damage belongs to it.
    pub is_flagged: bool,
    /// What is copied instead of the text.
    pub copy: Option<String>,
    /// By what a jump finds it, such as the tag of a property.
    pub key: Option<String>,
}

impl Row {
    /// Returns an empty row.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a heading.
    #[must_use]
    pub fn heading(text: impl AsRef<str>) -> Self {
        Self::new().with(Tone::Heading, text)
    }

    /// Returns a row of ordinary text.
    #[must_use]
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::new().with(Tone::Plain, text)
    }

    /// Returns a labelled value; further lines hang below the value.
    #[must_use]
    pub fn entry(label: &str, text: impl AsRef<str>) -> Self {
        Self::new().with(Tone::Dim, format!("{label:<LABEL$} ")).with(Tone::Plain, text).hang(LABEL + 1)
    }

    /// Adds text, made printable.
    #[must_use]
    pub fn with(mut self, tone: Tone, text: impl AsRef<str>) -> Self {
        self.spans.push(Span { text: printable(text.as_ref()).to_string(), tone });
        self
    }

    /// Adds a cell of a table: cut or filled to its width, with a blank behind it.
    #[must_use]
    pub fn cell(mut self, tone: Tone, text: impl AsRef<str>, width: usize) -> Self {
        let mut text = fitted(&printable(text.as_ref()).to_string(), width);
        text.push(' ');
        self.spans.push(Span { text, tone });
        self
    }

    /// Adds a cell whose text stands at its right end.
    #[must_use]
    pub fn number(mut self, tone: Tone, text: impl AsRef<str>, width: usize) -> Self {
        let text = printable(text.as_ref()).to_string();
        let blank = " ".repeat(width.saturating_sub(width_of(&text)));
        self.spans.push(Span { text: format!("{}{blank_after}", fitted(&format!("{blank}{text}"), width), blank_after = ' '), tone });
        self
    }

    /// Sets where Enter leads.
    #[must_use]
    pub fn to(self, target: impl Into<Option<Target>>) -> Self {
        Self { target: target.into(), ..self }
    }

    /// Sets by how much further lines hang.
    #[must_use]
    pub fn hang(self, indent: usize) -> Self {
        Self { indent, ..self }
    }

    /// Sets how many columns stay when the row is scrolled sideways.
    #[must_use]
    pub fn freeze(self, frozen: usize) -> Self {
        Self { frozen, ..self }
    }

    /// Flags the row when something is wrong with it.
    #[must_use]
    pub fn flag(self, is_flagged: bool) -> Self {
        Self { is_flagged: self.is_flagged || is_flagged, ..self }
    }

    /// Sets what is copied.
    #[must_use]
    pub fn copies(self, text: impl Into<String>) -> Self {
        Self { copy: Some(text.into()), ..self }
    }

    /// Sets by what a jump finds it.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// Returns the text of the row.
    #[must_use]
    pub fn plain(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect::<String>().trim_end().to_owned()
    }
}

const LABEL: usize = 11;

/// Returns the columns that a text takes.
#[must_use]
pub fn width_of(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Cuts or fills a text to a width; what is cut ends in an ellipsis.
#[must_use]
pub fn fitted(text: &str, width: usize) -> String {
    let own = width_of(text);
    if own <= width {
        return format!("{text}{}", " ".repeat(width - own));
    }
    let mut fitted = String::new();
    let mut used = 0;
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if used + columns + 1 > width {
            break;
        }
        used += columns;
        fitted.push(c);
    }
    if width > 0 {
        fitted.push('…');
        used += 1;
    }
    fitted.push_str(&" ".repeat(width.saturating_sub(used)));
    fitted
}

/// Breaks a row into lines of at most `width` columns, at blanks where there are some.
#[must_use]
pub fn wrapped(row: &Row, width: usize) -> Vec<Vec<Span>> {
    let width = width.max(1);
    let indent = if row.indent < width / 2 { row.indent } else { 2.min(width / 2) };
    let mut lines = Vec::new();
    let mut line = Line { spans: Vec::new(), used: 0, blank: None };
    for span in &row.spans {
        for c in span.text.chars() {
            let columns = c.width().unwrap_or(0);
            if line.used + columns > width {
                let rest = line.split();
                lines.push(std::mem::replace(&mut line, Line::indented(indent, rest)).spans);
            }
            line.push(c, columns, span.tone);
        }
    }
    lines.push(line.spans);
    lines
}

/// A line in the making.
struct Line {
    spans: Vec<Span>,
    used: usize,
    /// Where the last blank stands: span and byte behind it.
    blank: Option<(usize, usize)>,
}

impl Line {
    fn indented(indent: usize, rest: Vec<Span>) -> Self {
        let used = indent + rest.iter().map(|span| width_of(&span.text)).sum::<usize>();
        let mut spans = vec![Span { text: " ".repeat(indent), tone: Tone::Plain }];
        spans.extend(rest);
        Self { spans, used, blank: None }
    }

    fn push(&mut self, c: char, columns: usize, tone: Tone) {
        match self.spans.last_mut() {
            Some(last) if last.tone == tone => last.text.push(c),
            _ => self.spans.push(Span { text: c.to_string(), tone }),
        }
        self.used += columns;
        if c == ' ' {
            self.blank = self.spans.last().map(|last| (self.spans.len() - 1, last.text.len()));
        }
    }

    /// Takes what stands behind the last blank, unless that is a large part of the line.
    fn split(&mut self) -> Vec<Span> {
        let Some((at, byte)) = self.blank else { return Vec::new() };
        let mut rest = self.spans.split_off(at);
        let Some(first) = rest.first_mut() else { return rest };
        let tail = first.text.split_off(byte);
        let head = std::mem::replace(&mut first.text, tail);
        let tone = first.tone;
        let behind: usize = rest.iter().map(|span| width_of(&span.text)).sum();
        if behind * 2 > self.used {
            self.spans.push(Span { text: head, tone });
            self.spans.append(&mut rest);
            return Vec::new();
        }
        self.spans.push(Span { text: head, tone });
        rest.retain(|span| !span.text.is_empty());
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: &Row, width: usize, expected: &[&str]) {
        let lines: Vec<String> = wrapped(row, width).iter().map(|line| line.iter().map(|span| span.text.as_str()).collect()).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn rows_break_at_blanks_and_hang() {
        check(&Row::text("one two three"), 8, &["one two ", "three"]);
        check(&Row::text("one two three").hang(2), 8, &["one two ", "  three"]);
        check(&Row::text("abcdefghij"), 4, &["abcd", "efgh", "ij"]);
        check(&Row::text(""), 4, &[""]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        check(&Row::text("你好世界"), 5, &["你好", "世界"]);
        assert_eq!(fitted("你好世界", 5), "你好…");
        assert_eq!(fitted("你好世界", 4), "你…  ".trim_end().to_owned() + " ");
        assert_eq!(fitted("ab", 4), "ab  ");
        assert_eq!(fitted("ab", 0), "");
    }

    #[test]
    fn evidence_is_made_printable() {
        assert_eq!(Row::text("a\x1b[31m\u{202e}b").plain(), "a\\u{1b}[31m\\u{202e}b");
        assert_eq!(Row::new().cell(Tone::Plain, "\x07", 6).plain(), "\\u{7}");
    }
}
