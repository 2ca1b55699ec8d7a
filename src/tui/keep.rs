//! Keeping things: marks, and copies for the clipboard.

use super::{
    action::Action,
    app::{App, Effect},
    row::Row,
    target::Item,
    view,
};

/// Bytes that a copy may have; terminals take no more through OSC 52.
const MOST_COPIED: usize = 74_000;

impl App {
    /// Returns the name by which a thing is marked; it is the same in every run over the same Backup.
    #[must_use]
    pub fn name_of(&self, item: &Item) -> String {
        let report = self.report.as_ref();
        match item {
            Item::Message(index) => self.rows.get(*index).map(|row| row.path.to_string()),
            Item::Finding(index) => {
                report.and_then(|report| report.findings.get(*index)).map(|finding| format!("{}: {}", finding.rule.code, finding.message))
            }
            Item::File(index) => report.and_then(|report| report.backup.files.get(*index)).map(|file| file.path.to_string()),
            Item::Rule(index) => report.and_then(|report| report.outcomes.get(*index)).map(|(rule, _)| rule.meta.code.to_owned()),
            _ => None,
        }
        .unwrap_or_else(|| view::row(self, item, 200).plain())
    }

    /// Marks, goes to marks, copies.
    pub(super) fn keep(&mut self, action: Action) {
        match action {
            Action::Mark => self.mark(),
            Action::NextMark => self.next_mark(),
            Action::Copy => {
                let text = self.selected_row().map(|row| copied(&row)).unwrap_or_default();
                self.copy(text, "row");
            }
            _ => {
                let text = self.all_rows();
                self.copy(text, "pane");
            }
        }
    }

    fn mark(&mut self) {
        let Some(name) = self.selected().map(|item| self.name_of(item)) else { return };
        if !self.marks.remove(&name) {
            self.marks.insert(name);
        }
        self.notice = Some(format!("{} marked; ' goes to the next one", self.marks.len()));
        if !self.pane().in_detail {
            self.step(Action::Move(1));
        }
    }

    fn next_mark(&mut self) {
        let at = self.pane().list.at;
        let items = self.list().iter().enumerate();
        let marked: Vec<usize> = items.filter(|(_, item)| self.is_marked(item)).map(|(index, _)| index).collect();
        match marked.iter().find(|index| **index > at).or_else(|| marked.first()) {
            Some(row) => {
                let row = *row;
                self.pane_mut().in_detail = false;
                self.move_to(row);
            }
            None => self.notice = Some("nothing is marked here; m marks a row".to_owned()),
        }
    }

    fn all_rows(&self) -> String {
        let pane = self.pane();
        let content = self.detail();
        let len = if pane.in_detail { content.len() } else { self.list().len() };
        let mut text = String::new();
        for index in 0..len {
            let row = if pane.in_detail { content.row(index) } else { self.list().get(index).map(|item| view::row(self, item, 120)) };
            text.push_str(&row.map(|row| row.plain()).unwrap_or_default());
            text.push('\n');
            if text.len() > MOST_COPIED {
                break;
            }
        }
        text
    }

    fn copy(&mut self, mut text: String, what: &str) {
        let is_cut = text.len() > MOST_COPIED;
        if is_cut {
            let end = (0..=MOST_COPIED).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            text.truncate(end);
        }
        let cut = if is_cut { ", cut off" } else { "" };
        self.notice = Some(format!("copied the {what}: {} bytes{cut}, if the terminal allows it", text.len()));
        self.effects.push(Effect::Copy(text));
    }
}

/// Returns what is copied of a row.
fn copied(row: &Row) -> String {
    row.copy.clone().unwrap_or_else(|| row.plain())
}
