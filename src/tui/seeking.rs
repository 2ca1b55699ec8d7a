//! Searching the pane that keys go to, a slice of rows at a time, so that a hundred thousand rows never hold up a key or a frame.

use regex::{Regex, RegexBuilder};

use super::{app::App, content::Content, layout::layout, view};

/// Rows that are looked at between two looks at the keyboard.
const SLICE: usize = 4_096;
/// The same in a pane whose rows are made for the moment.
const DETAIL_SLICE: usize = 512;

/// A search that is under way.
#[derive(Debug, Clone)]
pub(super) struct Seek {
    pattern: Option<Regex>,
    /// The row that is looked at next.
    at: usize,
    /// Rows not looked at yet.
    left: usize,
    /// The number of rows.
    len: usize,
    is_forward: bool,
    /// Whether going around the end is worth a word.
    tells: bool,
    is_around: bool,
}

/// Returns what finds a text, letter case aside.
pub(super) fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(&regex::escape(text)).case_insensitive(true).size_limit(1 << 20).dfa_size_limit(1 << 20).build().ok()
}

impl App {
    /// Returns whether a search is under way.
    #[must_use]
    pub fn is_seeking(&self) -> bool {
        self.seek.is_some()
    }

    /// Goes to the nearest hit of the search; behind the last one the first follows.
    pub(super) fn find_next(&mut self, step: isize) {
        if self.needle.is_empty() {
            self.notice = Some("nothing was searched for; / searches".to_owned());
            return;
        }
        let len = self.len();
        let pane = self.pane();
        let at = if pane.in_detail { pane.detail.at } else { pane.list.at };
        let is_forward = step > 0;
        let next = if is_forward { (at + 1) % len.max(1) } else { (at + len.max(1) - 1) % len.max(1) };
        let is_around = if is_forward { next <= at } else { next >= at };
        self.seek = Some(Seek { pattern: pattern(&self.needle), at: next, left: len, len, is_forward, tells: true, is_around });
        self.proceed();
    }

    /// Selects the first hit from a row on, for a search that is being typed.
    pub(super) fn find_from(&mut self, start: usize) {
        let len = self.len();
        let at = start.min(len.saturating_sub(1));
        self.seek = Some(Seek { pattern: pattern(&self.needle), at, left: len, len, is_forward: true, tells: false, is_around: false });
        self.proceed();
    }

    /// Looks at the next slice of a search that is under way.
    pub fn proceed(&mut self) {
        let Some(mut seek) = self.seek.take() else { return };
        let content = self.detail();
        let slice = if self.pane().in_detail { DETAIL_SLICE } else { SLICE };
        let mut hit = None;
        for _ in 0..slice.min(seek.left) {
            if seek.pattern.as_ref().is_some_and(|pattern| self.is_hit(&content, pattern, seek.at)) {
                hit = Some(seek.at);
                break;
            }
            seek.advance();
        }
        drop(content);
        match hit {
            Some(row) => {
                self.notice = (seek.tells && seek.is_around).then(|| format!("the search for {} went around", self.needle));
                self.move_to(row);
                self.show_around(row);
            }
            None if seek.left == 0 => self.notice = Some(format!("{} is not here", self.needle)),
            None => {
                self.notice = Some(format!("searching for {}, {} rows to go; Esc stops", self.needle, seek.left));
                self.seek = Some(seek);
            }
        }
        self.settle();
    }

    /// Scrolls so that what follows a hit is seen too, when the hit was not on the screen.
    fn show_around(&mut self, row: usize) {
        let parts = layout(self);
        let in_detail = self.pane().in_detail;
        let Some(area) = (if in_detail { parts.detail } else { parts.list }) else { return };
        let height = usize::from(area.body.height);
        let pane = self.pane_mut();
        let cursor = if in_detail { &mut pane.detail } else { &mut pane.list };
        if !(cursor.top..cursor.top + height).contains(&row) {
            cursor.top = row.saturating_sub(height / 3);
        }
    }

    fn is_hit(&self, content: &Content<'_>, pattern: &Regex, row: usize) -> bool {
        if self.pane().in_detail {
            content.row(row).is_some_and(|row| pattern.is_match(&row.plain()))
        } else {
            self.list().get(row).is_some_and(|item| view::says(self, item, pattern))
        }
    }
}

impl Seek {
    fn advance(&mut self) {
        self.left -= 1;
        let last = self.len.saturating_sub(1);
        let (end, start) = if self.is_forward { (last, 0) } else { (0, last) };
        if self.at == end {
            (self.at, self.is_around) = (start, true);
        } else {
            self.at = if self.is_forward { self.at + 1 } else { self.at - 1 };
        }
    }
}
