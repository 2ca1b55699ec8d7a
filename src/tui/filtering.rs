//! The filter over messages and findings: typed in a line that says at once what is wrong with it, put to the table, and where it asks for
//! bodies answered from the evidence in the background.

use std::collections::HashMap;

use crate::{
    backup::{MessageRecord, body_text},
    query::{Filter, MessageTable},
    report::Report,
    scan::Evidence,
};

use super::{
    action::Action,
    app::{App, Effect},
    input::Input,
    overlay::Mode,
    target::{Item, Screen},
};

/// What passed a filter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Passed {
    /// Whether each message did.
    pub messages: Vec<bool>,
    /// Whether each finding did.
    pub findings: Vec<bool>,
}

/// A filter that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtering {
    /// As it was typed.
    pub text: String,
    /// What it lets through.
    pub passed: Passed,
}

impl Filtering {
    /// Returns whether something passes.
    #[must_use]
    pub fn shows(&self, app: &App, item: &Item) -> bool {
        match item {
            Item::Message(index) => {
                let record = app.rows.get(*index).and_then(|row| row.record);
                record.and_then(|record| self.passed.messages.get(record)).copied().unwrap_or(false)
            }
            Item::Finding(index) => self.passed.findings.get(*index).copied().unwrap_or(false),
            // Headings have nothing below them any more.
            _ => false,
        }
    }
}

/// Puts a filter to the table; bodies are asked of `bodies`.
fn passed(filter: &Filter, (report, table): (&Report, &MessageTable), bodies: &dyn Fn(&MessageRecord) -> Option<String>) -> Passed {
    let bound = filter.bind(table, &report.backup);
    let flags = |len: usize, chosen: Vec<usize>| {
        let mut flags = vec![false; len];
        for index in chosen {
            if let Some(flag) = flags.get_mut(index) {
                *flag = true;
            }
        }
        flags
    };
    Passed { messages: flags(table.rows.len(), bound.messages(bodies)), findings: flags(table.findings.len(), bound.findings(bodies)) }
}

/// Puts a filter to the table and reads every body that it asks for again.
#[must_use]
pub fn with_bodies(text: &str, (report, table): (&Report, &MessageTable), evidence: &Evidence) -> Option<Passed> {
    let entries: HashMap<&str, _> = evidence.entries().iter().map(|entry| (entry.path.as_str(), entry)).collect();
    let body = |record: &MessageRecord| {
        let path = report.backup.path_of(record);
        let loaded = evidence.read(entries.get(path)?);
        Some(body_text(loaded.contents().bytes, evidence.limits()))
    };
    Some(passed(&Filter::parse(text).ok()?, (report, table), &body))
}

impl App {
    pub(super) fn begin_filter(&mut self) {
        if self.table.is_none() {
            self.notice = Some("filters work once the Backup is read".to_owned());
            return;
        }
        let text = self.filters[self.screen].as_ref().map(|filtering| filtering.text.clone()).unwrap_or_default();
        self.mode = Mode::Filter(Input::of(&text));
    }

    pub(super) fn update_filter(&mut self, action: Action, mut input: Input) {
        match action {
            Action::Cancel => {}
            Action::Accept => {
                if !self.put_filter(&input.text) {
                    // The cursor goes where the trouble is.
                    if let Err(error) = Filter::parse(&input.text) {
                        input.go_to(error.column() - 1);
                    }
                    self.mode = Mode::Filter(input);
                }
            }
            Action::Edit(edit) => {
                input.edit(edit);
                self.notice = Filter::parse(&input.text).err().map(|error| error.to_string());
                self.mode = Mode::Filter(input);
            }
            _ => self.mode = Mode::Filter(input),
        }
    }

    /// Puts a filter in force on the screen; one that is not understood is told, and none is put in force.
    pub(super) fn put_filter(&mut self, text: &str) -> bool {
        let filter = match Filter::parse(text) {
            Ok(filter) => filter,
            Err(error) => {
                self.notice = Some(error.to_string());
                return false;
            }
        };
        let (Some(report), Some(table)) = (self.report.clone(), self.table.clone()) else { return true };
        if filter.is_empty() {
            self.filters[self.screen] = None;
            self.show_filtered();
            self.notice = Some("no filter".to_owned());
        } else if filter.reads_bodies() {
            self.notice = Some("the filter reads the bodies of the messages".to_owned());
            self.effects.push(Effect::Filter(text.to_owned()));
        } else {
            let passed = passed(&filter, (&report, &table), &|_| None);
            self.take_filtered(text, passed);
        }
        true
    }

    /// Takes what passed a filter.
    pub(super) fn take_filtered(&mut self, text: &str, passed: Passed) {
        let screen = if self.screen == Screen::Findings { Screen::Findings } else { Screen::Messages };
        self.filters[screen] = Some(Filtering { text: text.to_owned(), passed });
        self.show_filtered();
        let count = self.lists[screen].iter().filter(|item| matches!(item, Item::Message(_) | Item::Finding(_))).count();
        self.notice = Some(format!("{count} pass the filter; f changes it, an empty one shows all"));
        self.settle();
    }

    fn show_filtered(&mut self) {
        let selected = self.selected().cloned();
        self.list_screen(self.screen);
        self.pane_mut().in_detail = false;
        if let Some(item) = selected {
            self.select(self.screen, &item);
        }
    }
}
