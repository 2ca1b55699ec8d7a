//! Body: plain text, rich text and HTML, each as text. What repeats the text before it is named, not shown again.

use crate::{backup::MessageView, base::Limits, formats::html};

use crate::tui::row::{Row, Tone};

/// Characters in one row; longer lines go on in the next, so that a line of megabytes can be scrolled.
const LONGEST: usize = 400;
/// Rows of one text.
const MOST: usize = 100_000;

/// Returns the texts of a message.
pub(super) fn rows(view: &MessageView<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let plain = view.body().unwrap_or_default();
    if !plain.is_empty() {
        rows.push(Row::heading("Text"));
        rows.extend(lines(plain));
    }
    if let Some(rich) = view.rtf_text() {
        rows.push(Row::heading(format!("Rich text, made of {}", rich.origin.name())));
        rows.extend(unless_same(plain, &rich.text));
    }
    if let Some(markup) = view.message.html_text() {
        rows.push(Row::heading("HTML as text"));
        rows.extend(unless_same(plain, &html::to_text(&markup.text, &Limits::default())));
    }
    rows
}

fn unless_same(plain: &str, text: &str) -> Vec<Row> {
    if plain.split_whitespace().eq(text.split_whitespace()) { vec![Row::new().with(Tone::Dim, "the same as the text above")] } else { lines(text) }
}

/// Returns a text in rows.
pub(super) fn lines(text: &str) -> Vec<Row> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.trim_end_matches('\n').split('\n').take(MOST).enumerate().flat_map(|(index, line)| line_rows(index + 1, line)).collect()
}

/// Returns a line in rows of bounded length.
fn line_rows(number: usize, line: &str) -> Vec<Row> {
    let line = line.replace('\t', "    ");
    let mut rows = Vec::new();
    let mut rest = line.as_str();
    loop {
        let end = rest.char_indices().nth(LONGEST).map_or(rest.len(), |(end, _)| end);
        let (head, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rows.push(Row::text(head));
        rest = tail;
        if rest.is_empty() {
            break;
        }
    }
    if let Some(first) = rows.first_mut() {
        first.key = Some(format!("line {number}"));
    }
    rows
}
