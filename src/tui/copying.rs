//! Copying: a list of everything that can be copied from where one is, cell by cell, the row, each proof, the pane; through the terminal
//! (OSC 52), and what was copied last also into a file.

use crate::base::printable;

use super::{
    action::Action,
    app::{App, Effect},
    input::Input,
    keep::Saved,
    overlay::{Mode, Overlay},
    row::{Row, Tone},
    target::Item,
    view,
};

/// Bytes that a copy may have; terminals take no more through OSC 52.
const MOST_COPIED: usize = 74_000;
/// Bytes of a copy that are kept for a file.
const MOST_KEPT: usize = 4 << 20;
/// Rows of the detail that are offered.
const MOST_OFFERED: usize = 500;

/// Something that can be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is: `Subject`, `row`.
    pub name: String,
    /// Its text, whole.
    pub text: String,
}

impl Part {
    fn new(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into() }
    }
}

impl App {
    /// Copies the row, or everything that the pane shows.
    pub(super) fn copy_all(&mut self, action: Action) {
        if action == Action::Copy {
            let text = self.selected_row().map(|row| whole(&row)).unwrap_or_default();
            self.copy(text, "row");
        } else {
            let text = self.all_rows();
            self.copy(text, "pane");
        }
    }

    pub(super) fn begin_copy(&mut self) {
        if self.parts("").is_empty() {
            self.notice = Some("nothing is here to be copied".to_owned());
        } else {
            self.mode = Mode::Copy(Overlay::default());
        }
    }

    pub(super) fn begin_save_copy(&mut self) {
        let row = || self.selected_row().map(|row| whole(&row)).filter(|text| !text.is_empty());
        match self.copied.clone().or_else(row) {
            Some(text) => self.mode = Mode::Save(Input::default(), Saved::Text(text)),
            None => self.notice = Some("nothing was copied; y copies the row, c asks for a part".to_owned()),
        }
    }

    /// Returns what can be copied from where one is, narrowed by a word.
    #[must_use]
    pub fn parts(&self, word: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        if let Some(row) = self.selected_row() {
            parts.extend(value_of(&row).filter(|_| self.pane().in_detail).map(|(_, text)| Part::new("value", text)));
            parts.push(Part::new("row", whole(&row)));
        }
        if let Some(Item::Message(index)) = self.selected() {
            parts.extend(self.rows.get(*index).into_iter().flat_map(view::messages::cells).map(|(name, text)| Part::new(name, visible(&text))));
        }
        let content = self.detail();
        let mut last = String::new();
        for row in (0..content.len().min(MOST_OFFERED)).filter_map(|index| content.row(index)) {
            let (name, text) = value_of(&row).unwrap_or_else(|| (String::new(), whole(&row)));
            if !name.is_empty() {
                last.clone_from(&name);
            }
            if !text.is_empty() {
                parts.push(Part { name: if name.is_empty() { last.clone() } else { name }, text });
            }
        }
        let word = word.to_lowercase();
        parts.retain(|part| !part.text.is_empty() && format!("{} {}", part.name, part.text).to_lowercase().contains(&word));
        parts.push(Part::new("all rows", "of the pane"));
        parts
    }

    pub(super) fn take_part(&mut self, part: Option<&Part>) {
        match part {
            Some(Part { name, .. }) if name == "all rows" => self.copy_all(Action::CopyAll),
            Some(Part { name, text }) => self.copy(text.clone(), if name.is_empty() { "text" } else { name }),
            None => {}
        }
    }

    fn all_rows(&self) -> String {
        let pane = self.pane();
        let content = self.detail();
        let len = if pane.in_detail { content.len() } else { self.list().len() };
        let mut text = String::new();
        for index in 0..len {
            let row = if pane.in_detail { content.row(index) } else { self.list().get(index).map(|item| view::row(self, item, 200)) };
            text.push_str(&row.map(|row| row.plain()).unwrap_or_default());
            text.push('\n');
            if text.len() > MOST_KEPT {
                break;
            }
        }
        text
    }

    fn copy(&mut self, text: String, what: &str) {
        let is_cut = text.len() > MOST_COPIED;
        let end = (0..=text.len().min(MOST_COPIED)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        let copied = text.get(..end).unwrap_or_default().to_owned();
        let cut = if is_cut { ", cut off" } else { "" };
        self.notice = Some(format!("copied the {what}: {} bytes{cut}, if the terminal allows it; C saves it as a file", copied.len()));
        self.effects.push(Effect::Copy(copied));
        self.copied = Some(text);
    }
}

/// Returns a part as a row of the list.
pub(super) fn part_row(part: &Part) -> Row {
    const SHOWN: usize = 300;
    let line = part.text.replace(['\n', '\r', '\t'], " ");
    let shown: String = line.chars().take(SHOWN).collect();
    Row::new().cell(Tone::Strong, &part.name, 11).with(Tone::Plain, shown).hang(12)
}

/// Returns label and value of a labelled row.
fn value_of(row: &Row) -> Option<(String, String)> {
    let (label, rest) = row.spans.split_first()?;
    let is_label = label.tone == Tone::Dim && label.text.ends_with(' ') && !rest.is_empty();
    let text: String = rest.iter().map(|span| span.text.as_str()).collect();
    is_label.then(|| (label.text.trim().to_owned(), text.trim_end().to_owned()))
}

/// Returns what is copied of a row.
pub(super) fn whole(row: &Row) -> String {
    row.copy.as_deref().map_or_else(|| row.plain(), visible)
}

/// Line ends and tabs are the shape of a copied value; anything else that cannot be seen would act where it is pasted.
fn visible(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(|part| printable(part).to_string()).collect::<Vec<_>>().join("\t");
    text.replace("\r\n", "\n").split('\n').map(line).collect::<Vec<_>>().join("\n")
}
