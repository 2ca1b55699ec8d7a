//! A page of text: width, colours, wrapping, columns.

use std::{
    borrow::Cow,
    fmt,
    io::{self, Write},
};

use anstyle::{AnsiColor, Style as Ansi};
use textwrap::WordSplitter;

use crate::{base::printable, diagnostics::Severity};

/// How a page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns; lines are wrapped to it.
    pub width: usize,
    /// Whether to use colours.
    pub color: bool,
}

/// Where text is written to.
pub struct Page<'a> {
    style: Style,
    longest: usize,
    out: &'a mut dyn Write,
}

impl fmt::Debug for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("style", &self.style).finish_non_exhaustive()
    }
}

impl<'a> Page<'a> {
    /// Returns a page over a writer.
    #[must_use]
    pub fn new(style: Style, out: &'a mut dyn Write) -> Self {
        Self { style: Style { width: style.width.clamp(40, 120), ..style }, longest: usize::MAX, out }
    }

    /// Returns a page on which no text is longer than some twenty lines: what evidence makes longer is cut, which the page says.
    #[must_use]
    pub fn brief(style: Style, out: &'a mut dyn Write) -> Self {
        const BRIEF: usize = 1_500;
        Self { longest: BRIEF, ..Self::new(style, out) }
    }

    /// Returns the columns of the page.
    #[must_use]
    pub fn width(&self) -> usize {
        self.style.width
    }

    /// Writes a line that its maker made printable and fitted to the width.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", text.trim_end())
    }

    /// Writes an empty line.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// Writes a heading, bold where colours are on.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = printable(text).to_string();
        self.painted(Ansi::new().bold(), &text)?;
        self.blank()
    }

    /// Writes wrapped text behind a label; further lines hang below the text. Every control character of the text becomes visible, line
    /// ends too, so that evidence cannot begin a line of its own.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub fn entry(&mut self, indent: usize, label: &str, text: &str) -> io::Result<()> {
        self.paragraphs(indent, label, [text])
    }

    /// Writes several texts behind one label, each on lines of its own.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub fn paragraphs<'t>(&mut self, indent: usize, label: &str, texts: impl IntoIterator<Item = &'t str>) -> io::Result<()> {
        let room = self.style.width / 2;
        if textwrap::core::display_width(label) > room.saturating_sub(indent) {
            // A label that evidence made long stands on lines of its own; hanging below it would leave no room for the text.
            let own = " ".repeat(indent.min(room));
            self.wrapped(&own, &own, &cut(label, self.longest))?;
            return self.paragraphs(indent.min(room) + 2, "", texts);
        }
        let first = if label.is_empty() { " ".repeat(indent) } else { format!("{:indent$}{label}  ", "") };
        let hanging = " ".repeat(textwrap::core::display_width(&first));
        for (index, text) in texts.into_iter().enumerate() {
            let initial = if index == 0 { &first } else { &hanging };
            self.wrapped(initial, &hanging, &printable(&cut(text, self.longest)).to_string())?;
        }
        Ok(())
    }

    /// Writes printable text over several lines.
    fn wrapped(&mut self, initial: &str, hanging: &str, text: &str) -> io::Result<()> {
        // Hyphens stand in times, names and domains, which are to be copied from the screen whole.
        let options = textwrap::Options::new(self.style.width).word_splitter(WordSplitter::NoHyphenation);
        let options = options.initial_indent(initial).subsequent_indent(hanging).break_words(true);
        for line in textwrap::wrap(text, &options) {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// Writes the title line of a finding: severity, code, name, and what stands at the right when it fits.
    ///
    /// # Errors
    /// Whatever the writer says.
    pub fn title(&mut self, severity: Severity, text: &str, right: &str) -> io::Result<()> {
        let label = severity.name().to_uppercase();
        self.painted(color_of(severity), &label)?;
        write!(self.out, "{:1$}", "", 10_usize.saturating_sub(label.len()))?;
        self.painted(Ansi::new().bold(), text)?;
        let used = 10 + textwrap::core::display_width(text);
        let needed = textwrap::core::display_width(right);
        if used + 2 + needed <= self.style.width {
            write!(self.out, "{:1$}{right}", "", self.style.width - used - needed)?;
        } else if !right.is_empty() {
            self.blank()?;
            return self.entry(10, "", right);
        }
        self.blank()
    }

    fn painted(&mut self, style: Ansi, text: &str) -> io::Result<()> {
        if self.style.color { write!(self.out, "{style}{text}{style:#}") } else { self.out.write_all(text.as_bytes()) }
    }
}

/// Long values are cut for the screen, which says so; the JSON forms have them whole.
pub(super) fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{} … ({} characters)", text.get(..end).unwrap_or_default(), text.chars().count()).into(),
        None => text.into(),
    }
}

fn color_of(severity: Severity) -> Ansi {
    let color = match severity {
        Severity::Critical => AnsiColor::Magenta,
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Info => AnsiColor::Cyan,
    };
    Ansi::new().fg_color(Some(color.into())).bold()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(style: Style, write: impl FnOnce(&mut Page<'_>) -> io::Result<()>, expected: &str) {
        let mut out = Vec::new();
        write(&mut Page::new(style, &mut out)).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    const PLAIN: Style = Style { width: 40, color: false };

    #[test]
    fn text_hangs_below_its_label() {
        check(
            PLAIN,
            |page| page.entry(2, "proof", "one two three four five six seven eight"),
            "  proof  one two three four five six\n         seven eight\n",
        );
    }

    #[test]
    fn evidence_never_reaches_the_page_raw() {
        check(PLAIN, |page| page.entry(0, "", "a\x1b[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b\n");
        check(PLAIN, |page| page.heading("\x07"), "\\u{7}\n");
        check(PLAIN, |page| page.entry(0, "", "name\nCRITICAL"), "name\\u{a}CRITICAL\n");
    }

    #[test]
    fn what_evidence_makes_long_is_cut_or_stands_alone() {
        let mut out = Vec::new();
        Page::brief(PLAIN, &mut out).entry(0, "", &"x ".repeat(1 << 19)).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.len() < 2_000 && text.split_whitespace().collect::<Vec<_>>().join(" ").ends_with("… (1048576 characters)"), "{text}");
        let mut out = Vec::new();
        Page::new(PLAIN, &mut out).entry(2, &"L".repeat(900), &"x".repeat(900)).unwrap();
        assert!(out.len() < 2_200, "{}", out.len());
    }

    #[test]
    fn colours_are_a_wish() {
        check(PLAIN, |page| page.title(Severity::Error, "PKG005", "Q195804"), "ERROR     PKG005                 Q195804\n");
        let color = Style { color: true, ..PLAIN };
        check(color, |page| page.heading("x"), "\x1b[1mx\x1b[0m\n");
    }
}
