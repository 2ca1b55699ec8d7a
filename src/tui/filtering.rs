//! Filters: typed in a line that says at once what is wrong with it, and answered off the drawing path. Messages and findings take the filter
//! language; where it asks for bodies, the evidence is read again. The other screens take words that a row has to say.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use regex::Regex;

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
    seeking::pattern,
    target::{Item, Screen},
    view,
};

/// A filter that is in force.
#[derive(Debug, Clone)]
pub struct Filtering {
    /// As it was typed.
    pub text: String,
    chosen: Chosen,
}

#[derive(Debug, Clone)]
enum Chosen {
    /// Whether each message of the Backup, or each finding, passes.
    Passed(Vec<bool>),
    /// What a row has to say.
    Words(Vec<Regex>),
}

/// A filter that was asked for and is not answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// On which screen.
    pub screen: Screen,
    /// As it was typed.
    pub text: String,
    /// Messages read again, and how many there are; none when the table alone answers.
    pub progress: Option<(usize, usize)>,
}

/// Everything that is needed to answer a filter on another thread.
#[derive(Debug, Clone)]
pub struct FilterTask {
    /// On which screen.
    pub screen: Screen,
    /// As it was typed.
    pub text: String,
    report: Arc<Report>,
    table: Arc<MessageTable>,
}

/// Returns the text of the bodies of a message.
type Bodies<'a> = &'a dyn Fn(&MessageRecord) -> Option<String>;

/// Messages that are asked between two words about how far it is.
const STEP: usize = 64;

impl Filtering {
    /// Returns whether something passes.
    #[must_use]
    pub fn shows(&self, app: &App, item: &Item) -> bool {
        match (&self.chosen, item) {
            (Chosen::Passed(passed), Item::Message(index)) => {
                let record = app.rows.get(*index).and_then(|row| row.record);
                record.and_then(|record| passed.get(record)).copied().unwrap_or(false)
            }
            (Chosen::Passed(passed), Item::Finding(index)) => passed.get(*index).copied().unwrap_or(false),
            // Headings have nothing below them any more.
            (Chosen::Passed(_), _) => false,
            (Chosen::Words(words), item) => words.iter().all(|word| view::says(app, item, word)),
        }
    }
}

impl FilterTask {
    /// Answers it: whether each message, or each finding, passes. None when it is cancelled, or the filter is not understood.
    #[must_use]
    pub fn answer(&self, evidence: Option<&Evidence>, tell: &dyn Fn(usize, usize), cancel: &AtomicBool) -> Option<Vec<bool>> {
        let filter = Filter::parse(&self.text).ok()?;
        match evidence.filter(|_| filter.reads_bodies()) {
            None => self.passed(&filter, &|_| None, tell, cancel),
            Some(evidence) => {
                let entries: HashMap<&str, _> = evidence.entries().iter().map(|entry| (entry.path.as_str(), entry)).collect();
                let body = |record: &MessageRecord| {
                    if cancel.load(Ordering::Relaxed) {
                        return None;
                    }
                    let loaded = evidence.read(entries.get(self.report.backup.path_of(record))?);
                    Some(body_text(loaded.contents().bytes, evidence.limits()))
                };
                self.passed(&filter, &body, tell, cancel)
            }
        }
    }

    fn passed(&self, filter: &Filter, bodies: Bodies<'_>, tell: &dyn Fn(usize, usize), cancel: &AtomicBool) -> Option<Vec<bool>> {
        let bound = filter.bind(&self.table, &self.report.backup);
        if self.screen == Screen::Findings {
            let mut passed = vec![false; self.table.findings.len()];
            for index in bound.findings(bodies) {
                passed.get_mut(index).into_iter().for_each(|flag| *flag = true);
            }
            return (!cancel.load(Ordering::Relaxed)).then_some(passed);
        }
        let total = self.table.rows.len();
        let ask = |index: usize| {
            if index.is_multiple_of(STEP) {
                tell(index, total);
            }
            (!cancel.load(Ordering::Relaxed)).then(|| bound.passes(index, bodies))
        };
        (0..total).map(ask).collect()
    }
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
                let error = Filter::parse(&input.text).err().filter(|_| takes_language(self.screen));
                self.notice = error.map(|error| error.to_string());
                self.mode = Mode::Filter(input);
            }
            _ => self.mode = Mode::Filter(input),
        }
    }

    /// Puts a filter in force on the screen; one that is not understood is told, and none is put in force.
    pub(super) fn put_filter(&mut self, text: &str) -> bool {
        if !takes_language(self.screen) {
            self.put_words(text);
            return true;
        }
        let filter = match Filter::parse(text) {
            Ok(filter) => filter,
            Err(error) => {
                self.notice = Some(error.to_string());
                return false;
            }
        };
        let (Some(report), Some(table)) = (self.report.clone(), self.table.clone()) else { return true };
        if filter.is_empty() {
            self.drop_filter();
        } else {
            let progress = filter.reads_bodies().then_some((0, self.rows.len()));
            self.asked = Some(Asked { screen: self.screen, text: text.to_owned(), progress });
            self.effects.push(Effect::Filter(Box::new(FilterTask { screen: self.screen, text: text.to_owned(), report, table })));
        }
        true
    }

    fn put_words(&mut self, text: &str) {
        let words: Vec<Regex> = words_of(text).into_iter().filter_map(pattern).collect();
        if words.is_empty() {
            return self.drop_filter();
        }
        self.filters[self.screen] = Some(Filtering { text: text.to_owned(), chosen: Chosen::Words(words) });
        self.show_filtered(self.screen);
        self.tell_filtered(self.screen);
    }

    /// Shows everything again.
    pub(super) fn drop_filter(&mut self) {
        self.filters[self.screen] = None;
        self.show_filtered(self.screen);
        self.notice = Some("no filter".to_owned());
    }

    /// Takes what passed a filter, unless another one was asked for since.
    pub(super) fn take_filtered(&mut self, screen: Screen, text: String, passed: Vec<bool>) {
        if self.asked.take_if(|asked| asked.screen == screen && asked.text == text).is_none() {
            return;
        }
        self.filters[screen] = Some(Filtering { text, chosen: Chosen::Passed(passed) });
        self.show_filtered(screen);
        self.tell_filtered(screen);
        self.settle();
    }

    fn tell_filtered(&mut self, screen: Screen) {
        let count = self.lists[screen].len();
        self.notice = Some(format!("{count} pass the filter; f changes it, Esc shows all"));
    }

    fn show_filtered(&mut self, screen: Screen) {
        let selected = self.lists[screen].get(self.panes[screen].list.at).cloned();
        self.list_screen(screen);
        self.panes[screen].in_detail = false;
        if let Some(item) = selected {
            self.select(screen, &item);
        }
    }
}

/// Returns the words of a text; what stands in quotes is one.
fn words_of(text: &str) -> Vec<&str> {
    let parts = text.split('"').enumerate();
    parts
        .flat_map(|(index, part)| if index % 2 == 1 { vec![part] } else { part.split_whitespace().collect() })
        .filter(|word| !word.is_empty())
        .collect()
}

/// Returns whether a screen takes the filter language; the others take words.
#[must_use]
pub fn takes_language(screen: Screen) -> bool {
    matches!(screen, Screen::Messages | Screen::Findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_quotes_are_one() {
        assert_eq!(words_of("a \"b c\" d"), ["a", "b c", "d"]);
        assert_eq!(words_of("\"open end"), ["open end"]);
        assert_eq!(words_of(" \"\" "), <[&str; 0]>::default());
    }
}
