//! Scrolling sideways: lists, and details that are not wrapped, go beyond the right edge; columns are cut at whole characters.

use unicode_width::UnicodeWidthChar;

use super::{
    app::App,
    content::Content,
    layout::{Area, has_detail, layout},
    moves::GUTTER,
    row::{Row, Span, fitted, width_of},
    target::Screen,
    view,
};

/// Columns of a table once it is scrolled, so that no cell of it is squeezed.
const ROOMY: usize = 200;

impl App {
    /// Returns the columns for which the rows of the list are made: more than there are, once it is scrolled.
    #[must_use]
    pub fn row_columns(&self, columns: usize) -> usize {
        let is_table = matches!(self.screen, Screen::Messages | Screen::Registry | Screen::Profile | Screen::Gateway | Screen::Files);
        if self.pane().list.left > 0 && is_table { columns.max(ROOMY) } else { columns }
    }

    /// Returns whether rows of the list are wrapped.
    #[must_use]
    pub fn wraps_list(&self) -> bool {
        self.wraps && !has_detail(self.screen)
    }

    /// Returns whether rows of the detail are wrapped.
    #[must_use]
    pub fn wraps_detail(&self, content: &Content<'_>) -> bool {
        self.wraps && !content.is_hex()
    }

    /// Scrolls the pane that keys go to by so many half widths.
    pub(super) fn go_sideways(&mut self, halves: isize) {
        let parts = layout(self);
        let in_detail = self.pane().in_detail;
        let Some(Area { body, .. }) = (if in_detail { parts.detail } else { parts.list }) else { return };
        let columns = usize::from(body.width).saturating_sub(GUTTER);
        let content = self.detail();
        let is_wrapped = if in_detail { self.wraps_detail(&content) } else { self.wraps_list() };
        let widest = self.widest(&content, usize::from(body.height), columns);
        drop(content);
        if is_wrapped {
            self.notice = Some("long rows are wrapped here; w cuts them, then they scroll".to_owned());
            return;
        }
        let step = isize::try_from(columns.div_ceil(2)).unwrap_or(1).saturating_mul(halves);
        let pane = self.pane_mut();
        let left = if in_detail { &mut pane.detail.left } else { &mut pane.list.left };
        let wanted = left.saturating_add_signed(step);
        // Half of the room stays filled at the right end.
        let end = widest.saturating_sub(columns.div_ceil(2)).max(*left);
        *left = if widest <= columns { 0 } else { wanted.min(end) };
        let at = *left;
        self.notice = Some(match at {
            0 if widest <= columns => "nothing lies beyond the right edge".to_owned(),
            0 => "the left edge".to_owned(),
            at => format!("from column {}; H or shift-left goes back", at + 1),
        });
    }

    /// Returns the width of the widest row that is shown.
    fn widest(&self, content: &Content<'_>, height: usize, columns: usize) -> usize {
        let pane = self.pane();
        let is_table = self.row_columns(columns) > columns || pane.list.left == 0;
        let wide = |row: Row| row.spans.iter().map(|span| width_of(&span.text)).sum::<usize>();
        if pane.in_detail {
            return (pane.detail.top..pane.detail.top + height).map_while(|index| content.row(index)).map(wide).max().unwrap_or(0);
        }
        let made_for = if is_table { columns.max(ROOMY) } else { columns };
        let shown = self.list().iter().skip(pane.list.top).take(height);
        shown.map(|item| wide(view::row(self, item, made_for))).max().unwrap_or(0)
    }
}

/// Cuts a row to the columns that there are, from a column on; what is cut off shows an ellipsis.
pub(super) fn cut(row: &Row, left: usize, columns: usize) -> Vec<Span> {
    let mut skipped = 0;
    let mut room = columns;
    let mut spans = Vec::new();
    for span in &row.spans {
        let text = behind(&span.text, left, &mut skipped);
        if text.is_empty() {
            continue;
        }
        let text = if left > 0 && spans.is_empty() { format!("…{}", without_first(&text)) } else { text };
        let width = width_of(&text);
        if width > room {
            spans.push(Span { text: fitted(&text, room), tone: span.tone });
            break;
        }
        room -= width;
        spans.push(Span { text, tone: span.tone });
    }
    spans
}

/// Returns what of a text stands behind a column; a wide character that is halved leaves a blank.
fn behind(text: &str, left: usize, skipped: &mut usize) -> String {
    if *skipped >= left {
        return text.to_owned();
    }
    let mut characters = text.char_indices();
    for (at, c) in characters.by_ref() {
        if *skipped >= left && c.width().unwrap_or(0) > 0 {
            let over = " ".repeat(*skipped - left);
            return format!("{over}{}", text.get(at..).unwrap_or_default());
        }
        *skipped += c.width().unwrap_or(0);
    }
    " ".repeat(skipped.saturating_sub(left))
}

/// Returns a text without its first column.
fn without_first(text: &str) -> String {
    behind(text, 1, &mut 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::row::Tone;

    #[track_caller]
    fn check(left: usize, columns: usize, expected: &str) {
        let row = Row::new().with(Tone::Plain, "abc").with(Tone::Dim, "你好e\u{301}f").with(Tone::Plain, "ghij");
        let text: String = cut(&row, left, columns).iter().map(|span| span.text.as_str()).collect();
        assert_eq!((text.as_str(), width_of(&text) <= columns), (expected, true));
    }

    #[test]
    fn rows_are_cut_at_whole_characters() {
        check(0, 20, "abc你好e\u{301}fghij");
        check(0, 6, "abc你…");
        check(1, 20, "…c你好e\u{301}fghij");
        check(3, 20, "… 好e\u{301}fghij");
        check(4, 20, "…好e\u{301}fghij");
        check(9, 3, "…h…");
        check(40, 3, "");
        check(0, 0, "");
    }
}
