//! `--plain`: the same view as a dialogue of lines, for screen readers and terminals that can do nothing else. Commands are the keys and
//! sentences of the keymap, and a few words that a keyboard of keys does not need.

use std::sync::{Arc, Mutex, PoisonError, atomic::AtomicBool};

use crate::{
    base::printable,
    scan::{Evidence, ScanError, shown_path},
};

use super::{
    action::Action,
    app::{App, Effect},
    keymap::bindings_of,
    reader::{Event, Request, open, read},
    saving,
    target::{Item, Screen},
    theme::Theme,
    view,
};

/// A dialogue over a Backup that was read.
#[derive(Debug)]
pub struct Dialogue {
    app: App,
    evidence: Option<Arc<Evidence>>,
    /// What bugs of this program cost, in sentences.
    pub bugs: Vec<String>,
    /// What was copied last: a dialogue of lines has no clipboard, so it says it.
    copied: Option<String>,
}

/// Columns of a row, so that nothing is cut.
const WIDTH: usize = 240;
/// Rows that one answer lists.
const ROWS: usize = 15;

impl Dialogue {
    /// Reads a Backup to its end.
    ///
    /// # Errors
    /// When there is nothing to read.
    pub fn read(request: &Request) -> Result<Self, ScanError> {
        let events = Mutex::new(Vec::new());
        // Rows and progress are for those who watch.
        let send = |event| {
            if !matches!(event, Event::Row(_) | Event::Progress(_)) {
                events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
            }
        };
        read(request, &AtomicBool::new(false), &send);
        let mut dialogue =
            Self { app: App::new(&shown_path(&request.path), (100, 60), Theme::Plain), evidence: None, bugs: Vec::new(), copied: None };
        for event in events.into_inner().unwrap_or_else(PoisonError::into_inner) {
            match event {
                Event::Failed(error) => return Err(error),
                Event::Listed(evidence) => dialogue.evidence = Some(evidence),
                event => {
                    if let Event::Done(done) = &event {
                        dialogue.bugs.clone_from(&done.bugs);
                    }
                    dialogue.app.take(event);
                }
            }
        }
        Ok(dialogue)
    }

    /// Returns the first words.
    #[must_use]
    pub fn greeting(&mut self) -> String {
        format!("{}Say help for the commands.\n", self.listing())
    }

    /// Answers a line; none when the dialogue is over.
    pub fn answer(&mut self, line: &str) -> Option<String> {
        let line = line.trim();
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word.to_lowercase().as_str() {
            "" => self.act(Action::HalfPages(2)),
            "quit" | "q" | "exit" => return None,
            "help" | "?" => return Some(self.help()),
            "list" => {}
            "detail" => return Some(self.details()),
            "search" | "/" => {
                rest.clone_into(&mut self.app.needle);
                self.act(Action::SearchNext);
            }
            "filter" | "f" => self.filter(rest),
            "save" => return Some(self.save(rest)),
            "copy" | "c" => return Some(self.copy(rest)),
            word => match self.meant(word, line) {
                Some(()) => {}
                None => return Some(format!("{} is no command; help lists all.\n", printable(line))),
            },
        }
        Some(self.listing())
    }

    /// Does what a row's number, a screen's name or a key means.
    fn meant(&mut self, word: &str, line: &str) -> Option<()> {
        if let Some(number) = word.strip_prefix('#').or_else(|| line.strip_prefix("open ")).and_then(|number| number.trim().parse::<usize>().ok()) {
            self.app.move_to(number.checked_sub(1)?);
            self.act(Action::Open);
            return Some(());
        }
        if let Some(screen) = Screen::ALL.into_iter().find(|screen| screen.name().eq_ignore_ascii_case(word)) {
            self.act(Action::Go(screen));
            return Some(());
        }
        let words = [("open", "enter"), ("back", "backspace"), ("next", "j"), ("previous", "k"), ("first", "g"), ("last", "G"), ("finding", "e")];
        let key = words.iter().find(|(known, _)| *known == word).map_or(line, |(_, key)| key);
        let binding = bindings_of(self.app.screen).find(|binding| binding.keys.contains(&key) || binding.help.eq_ignore_ascii_case(line))?;
        match binding.action {
            Action::Search | Action::Filter | Action::Save | Action::Palette | Action::Help | Action::Suspend => return None,
            Action::CopyPart | Action::SaveCopy => return None,
            action => self.act(action),
        }
        Some(())
    }

    fn act(&mut self, action: Action) {
        self.app.update(action);
        self.cause();
    }

    /// Does what the view asks of its surroundings.
    fn cause(&mut self) {
        while self.app.is_seeking() {
            self.app.proceed();
        }
        for effect in std::mem::take(&mut self.app.effects) {
            let Some(evidence) = self.evidence.clone() else { continue };
            match effect {
                Effect::Read(path) => {
                    let event = open(&evidence, &path).map_or_else(|| Event::NotOpened(path), |file| Event::Opened(Box::new(file)));
                    self.app.take(event);
                }
                Effect::Sort(task) => self.app.take(Event::Sorted(task.answer())),
                Effect::Filter(task) => {
                    let passed = task.answer(Some(&evidence), &|_, _| {}, &AtomicBool::new(false));
                    self.app.take(passed.map_or(Event::NotAnswered, |passed| Event::Filtered(task.screen, task.text, passed)));
                }
                Effect::Copy(text) => self.copied = Some(text),
                Effect::Quit | Effect::StopReading | Effect::StopFilter | Effect::Suspend | Effect::Save(..) => {}
            }
        }
    }

    fn filter(&mut self, text: &str) {
        self.app.put_filter(text);
        self.cause();
    }

    /// Says the parts that can be copied, or the first one that a word fits.
    fn copy(&self, word: &str) -> String {
        let parts = self.app.parts(word);
        match parts.first().filter(|_| !word.is_empty()) {
            Some(part) => format!("{}\n", printable(&part.text)),
            None => lines(parts.iter().map(|part| format!("{}: {}", part.name, printable(&part.text)))),
        }
    }

    fn save(&mut self, directory: &str) -> String {
        let (Some(evidence), Some(report), Some(table)) = (&self.evidence, &self.app.report, &self.app.table) else { return String::new() };
        let saved = match self.app.to_be_saved() {
            Ok(saved) if !directory.trim().is_empty() => saved,
            Ok(_) => return "save needs a directory.\n".to_owned(),
            Err(why) => return format!("{why}.\n"),
        };
        match saving::save(std::path::Path::new(directory.trim()), &saved, (evidence, report, table)) {
            Ok(paths) => lines(paths.iter().map(|path| format!("Saved {}", printable(&shown_path(path))))),
            Err(error) => format!("Not saved: {}\n", printable(&error.to_string())),
        }
    }

    fn listing(&mut self) -> String {
        let copied = self.copied.take();
        let app = &self.app;
        let pane = app.pane();
        let content = app.detail();
        let (at, len) = if pane.in_detail { (pane.detail.at, content.len()) } else { (pane.list.at, app.list().len()) };
        let part = if pane.in_detail { ", detail" } else { "" };
        let tab = if app.screen == Screen::File { format!(", {}", app.tab.name()) } else { String::new() };
        if let Some(copied) = copied {
            return format!("{copied}\n");
        }
        let mut text = format!("{}{tab}{part}: {len} rows.\n", app.screen.name());
        if let Some(notice) = &app.notice {
            text.push_str(&printable(notice).to_string());
            text.push('\n');
        }
        for index in at..len.min(at + ROWS) {
            let row = if pane.in_detail { content.row(index) } else { app.list().get(index).map(|item: &Item| view::row(app, item, WIDTH)) };
            let Some(row) = row else { break };
            // Columns are for the eye.
            let plain = row.plain().split_whitespace().collect::<Vec<_>>().join(" ");
            if !plain.is_empty() {
                let flag = if row.is_flagged { "flagged, " } else { "" };
                let marked = if !pane.in_detail && app.list().get(index).is_some_and(|item| app.is_marked(item)) { "marked, " } else { "" };
                text.extend([(index + 1).to_string().as_str(), ": ", flag, marked, &plain, "\n"]);
            }
        }
        if len == 0 {
            text.push_str(&view::emptiness(app).plain());
            text.push('\n');
        }
        text
    }

    fn details(&self) -> String {
        let content = self.app.detail();
        lines((0..content.len()).filter_map(|index| content.row(index)).map(|row| row.plain()))
    }

    fn help(&self) -> String {
        let own = "\
open N: open row N, or follow it. open: the first row listed. detail: all about it.
next, previous, first, last, back; an empty line: the next page. list: say it again.
finding: the next row with a finding. search WORDS. filter CONDITIONS. save DIRECTORY. copy WORD: says what it fits, whole. quit.
The name of a screen goes there: overview, findings, messages, registry, profile, gateway, files, rules, siblings, file.
A key of the view does what it does there:
";
        let keys = bindings_of(self.app.screen).map(|binding| format!("{}: {}", binding.keys.join(" or "), binding.help));
        format!("{own}{}", lines(keys))
    }
}

/// Returns texts one a line.
fn lines(texts: impl Iterator<Item = String>) -> String {
    texts.flat_map(|text| [text, "\n".to_owned()]).collect()
}
