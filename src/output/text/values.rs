//! Values of several lines on the page of a decoded file.

use std::io;

use super::Page;

/// Writes a text of several lines below its label; line ends of any kind part them.
pub(super) fn block(page: &mut Page<'_>, indent: usize, (label, text): (&str, &str)) -> io::Result<()> {
    page.entry(indent, "", label)?;
    text.replace("\r\n", "\n").replace('\r', "\n").split('\n').try_for_each(|line| page.entry(indent + 2, "", line))
}

/// Writes a value behind its label; further lines of the value hang below the first.
pub(super) fn value(page: &mut Page<'_>, indent: usize, (label, text): (&str, &str)) -> io::Result<()> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = text.trim_end_matches('\n').split('\n');
    page.entry(indent, label, lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| page.entry(indent + 4, "", line))
}

/// Writes a fact unless it is absent.
pub(super) fn fact(page: &mut Page<'_>, label: &str, text: Option<&str>) -> io::Result<()> {
    text.map_or(Ok(()), |text| value(page, 2, (&format!("{label:10}"), text)))
}
