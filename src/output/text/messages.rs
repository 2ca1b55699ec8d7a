//! Messages as a table, one line each, whatever the width: what does not fit is cut, which the mark `…` says.

use std::io::{self, Write};

use crate::{
    base::{counted, printable},
    diagnostics::Severity,
    query::{MessageRow, Selection},
};

use super::{Page, Style, overview};

/// Widths of the columns.
struct Columns {
    path: usize,
    date: usize,
    size: usize,
    from: usize,
    to: usize,
    subject: usize,
}

const SIZE: usize = 5;
const MARKS: usize = 3;

/// Writes the table.
///
/// # Errors
/// Whatever the writer says.
pub fn write(selection: Selection<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::new(style, out);
    if !selection.chosen.is_empty() {
        let columns = Columns::new(selection, page.width());
        page.heading(columns.line(&["file", "date", "size", "!", "from", "to", "subject"].map(str::to_owned)).trim_end())?;
        selection.messages().try_for_each(|(_, row, _)| page.line(&columns.line(&cells(selection, row, &columns))))?;
        page.blank()?;
    }
    let shown = selection.chosen.len();
    let all = if shown < selection.passed { format!(", the first {shown} shown") } else { String::new() };
    page.entry(0, "", &format!("{} of {}{all}", selection.passed, counted(selection.table.rows.len(), "message")))?;
    overview::limits(selection.limits, page)?;
    if !selection.chosen.is_empty() {
        page.entry(0, "", "! the gravest finding (C E W I), a attachments, d damage")?;
    }
    Ok(())
}

impl Columns {
    /// On a narrow page the file, the marks and the subject are left.
    fn new(selection: Selection<'_>, width: usize) -> Self {
        let longest = selection.messages().map(|(_, row, _)| display_width(&printable(row.path()).to_string())).max().unwrap_or(0);
        if width < 60 {
            let path = longest.clamp(4, width / 2);
            return Self { path, date: 0, size: 0, from: 0, to: 0, subject: width.saturating_sub(path + MARKS + 2) };
        }
        let (path, date) = (longest.clamp(4, width / 3), if width < 100 { 10 } else { 16 });
        let left = width.saturating_sub(path + date + SIZE + MARKS + 6);
        let party = left * 3 / 10;
        Self { path, date, size: SIZE, from: party, to: party, subject: left.saturating_sub(2 * party) }
    }

    /// Returns a line of cells that are printable already.
    fn line(&self, [path, date, size, marks, from, to, subject]: &[String; 7]) -> String {
        let size = format!("{size:>width$}", width = self.size);
        let cells = [(path, self.path), (date, self.date), (&size, self.size), (marks, MARKS), (from, self.from), (to, self.to)];
        let padded = |(cell, width): (&String, usize)| {
            let cell = cut_to(cell.clone(), width);
            let room = width.saturating_sub(display_width(&cell)) + 1;
            format!("{cell}{:room$}", "")
        };
        let line: String = cells.into_iter().filter(|(_, width)| *width > 0).map(padded).collect();
        line + &cut_to(subject.clone(), self.subject)
    }
}

fn cells(selection: Selection<'_>, row: &MessageRow, columns: &Columns) -> [String; 7] {
    let date = row.date.map(|time| time.utc().to_string().replace('T', " ")).unwrap_or_default();
    [
        fitted(row.path(), columns.path),
        date.get(..columns.date).unwrap_or(&date).to_owned(),
        size(row.size),
        marks(selection, row),
        fitted(address(row.from()), columns.from),
        recipients(row, columns.to),
        fitted(row.subject(), columns.subject),
    ]
}

fn marks(selection: Selection<'_>, row: &MessageRow) -> String {
    let gravest = match selection.table.findings_of(row).map(|finding| finding.severity).max() {
        Some(Severity::Critical) => 'C',
        Some(Severity::Error) => 'E',
        Some(Severity::Warning) => 'W',
        Some(Severity::Info) => 'I',
        None => '-',
    };
    [gravest, if row.attachments > 0 { 'a' } else { '-' }, if row.deviations > 0 { 'd' } else { '-' }].into_iter().collect()
}

/// Returns the first Internet address among names and addresses, else the first of them.
fn address(values: &str) -> &str {
    values.lines().find(|value| value.contains('@')).or(values.lines().next()).unwrap_or_default()
}

/// Returns the first recipient and the number of the others, which is seen even when the first is cut.
fn recipients(row: &MessageRow, width: usize) -> String {
    let more = if row.recipients > 1 { format!(" +{}", row.recipients - 1) } else { String::new() };
    format!("{}{more}", fitted(address(row.to()), width.saturating_sub(more.len()).max(1)))
}

/// Returns a size in at most five columns.
fn size(bytes: u64) -> String {
    let units = ["", "K", "M", "G", "T", "P", "E"];
    let power = units.iter().enumerate().position(|(power, _)| bytes >> (10 * power) < 10_000).unwrap_or(0);
    format!("{}{}", bytes >> (10 * power), units.get(power).copied().unwrap_or_default())
}

/// Returns a text made printable and cut to a width.
fn fitted(text: &str, width: usize) -> String {
    cut_to(printable(text).to_string(), width)
}

/// Returns printable text cut to a width.
fn cut_to(shown: String, width: usize) -> String {
    if display_width(&shown) <= width {
        return shown;
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in shown.chars() {
        used += display_width(c.encode_utf8(&mut [0; 4]));
        if used >= width {
            break;
        }
        cut.push(c);
    }
    cut.push('…');
    cut
}

fn display_width(text: &str) -> usize {
    textwrap::core::display_width(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_to_their_width() {
        assert_eq!(fitted("abcdef", 6), "abcdef");
        assert_eq!(fitted("abcdefg", 6), "abcde…");
        assert_eq!(fitted("你好世界", 6), "你好…");
        assert_eq!(fitted("a\x1bb", 4), "a\\u…");
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([0, 9_999, 10_240, 99 << 20, u64::MAX].map(size), ["0", "9999", "10K", "99M", "15E"].map(str::to_owned));
    }
}
