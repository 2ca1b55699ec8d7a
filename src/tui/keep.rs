//! Keeping things: marks, copies for the clipboard, what is saved to a directory, and what is remembered for the next time.

use crate::state::State;

use super::{
    action::Action,
    app::{App, Effect},
    input::Input,
    overlay::Mode,
    target::{Item, Screen},
    view,
};

/// What is to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// Messages, by their index in the Backup.
    Messages(Vec<usize>),
    /// A finding, by its index.
    Finding(usize),
    /// What was copied.
    Text(String),
    /// The bytes of an attachment.
    Attachment {
        /// Path of the file.
        path: String,
        /// Which one, in words: `mail, attachment 2`.
        object: String,
    },
}

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
            action => self.copy_all(action),
        }
    }

    pub(super) fn begin_save(&mut self) {
        match self.to_be_saved() {
            Ok(saved) => self.mode = Mode::Save(Input::default(), saved),
            Err(why) => self.notice = Some(why.to_owned()),
        }
    }

    pub(super) fn to_be_saved(&self) -> Result<Saved, &'static str> {
        match (self.screen, self.selected()) {
            (Screen::Messages, Some(_)) => {
                let marked: Vec<&Item> = self.list().iter().filter(|item| self.is_marked(item)).collect();
                let chosen: Vec<&Item> = if marked.is_empty() { self.list().iter().collect() } else { marked };
                let record = |item: &&Item| if let Item::Message(index) = item { self.rows.get(*index)?.record } else { None };
                let messages: Vec<usize> = chosen.iter().filter_map(record).collect();
                if messages.is_empty() { Err("messages are saved once the Backup is read") } else { Ok(Saved::Messages(messages)) }
            }
            (Screen::Findings, Some(Item::Finding(index))) => Ok(Saved::Finding(*index)),
            (Screen::File, _) => {
                let node = self.file.as_ref().and_then(|file| Some((file, file.nodes.get(self.node)?)));
                let attachment = node.filter(|(_, node)| node.object.rsplit(", ").next().is_some_and(|last| last.starts_with("attachment ")));
                let (file, node) = attachment.ok_or("select an attachment in the tree to save it")?;
                Ok(Saved::Attachment { path: file.path.clone(), object: node.object.clone() })
            }
            _ => Err("select a finding to save it"),
        }
    }

    pub(super) fn update_save(&mut self, action: Action, mut input: Input, saved: Saved) {
        match action {
            Action::Cancel => {}
            Action::Accept => {
                if !input.text.trim().is_empty() {
                    self.directory = input.text;
                }
                self.effects.push(Effect::Save(self.directory.clone(), saved));
            }
            Action::Edit(edit) => {
                input.edit(edit);
                self.mode = Mode::Save(input, saved);
            }
            _ => self.mode = Mode::Save(input, saved),
        }
    }

    /// Returns what is to be remembered of this Backup.
    #[must_use]
    pub fn state(&self) -> State {
        let sort = view::messages::sort_name(self.sorting.column);
        let filter = self.filters[Screen::Messages].as_ref().map(|filtering| filtering.text.clone()).unwrap_or_default();
        let sort = format!("{}{sort}", if self.sorting.is_reversed { "-" } else { "" });
        State { screen: self.screen.name().to_owned(), filter, sort, marks: self.marks.clone() }
    }

    /// Offers what was remembered of this Backup.
    pub fn offer_state(&mut self, state: State) {
        if state != self.state() {
            self.notice = Some("R takes up screen, filter, order and marks of the last time".to_owned());
        }
        self.remembered = Some(state);
    }

    /// Takes up what was remembered.
    pub(super) fn resume(&mut self) {
        let Some(State { screen, filter, sort, marks }) = self.remembered.clone() else {
            self.notice = Some("nothing is remembered of this Backup".to_owned());
            return;
        };
        self.marks = marks;
        let (name, is_reversed) = sort.strip_prefix('-').map_or((sort.as_str(), false), |name| (name, true));
        if let Some(column) = view::messages::column_of(name) {
            self.sorting = super::app::Sorting { column, is_reversed };
            self.sort_again(false);
        }
        if !filter.is_empty() {
            self.go(Screen::Messages);
            self.put_filter(&filter);
        }
        let screen = Screen::ALL.into_iter().find(|known| known.name() == screen && *known != Screen::File);
        self.go(screen.unwrap_or(Screen::Messages));
        self.notice = Some("as you left it".to_owned());
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
}
