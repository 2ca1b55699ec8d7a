//! Going from screen to screen: following rows, proofs and their places, and the way back.

use super::{
    app::{App, Effect, Pane, Place},
    cursor::Cursor,
    opened::Opened,
    proof,
    target::{Item, Screen, Spot, Tab, Target},
};

/// Places that the way back holds.
const MOST: usize = 200;

impl App {
    /// Goes to a screen, from which one may go back.
    pub(super) fn go(&mut self, screen: Screen) {
        if screen != self.screen {
            self.remember();
            self.screen = screen;
            self.pane_mut().in_detail &= screen == Screen::File;
        }
        if screen == Screen::File && self.file.is_none() {
            self.notice = Some("no file was opened; Enter on a message or file opens it".to_owned());
        }
    }

    fn here(&self) -> Place {
        let file = self.file.as_ref().map(|file| file.path.clone());
        Place { screen: self.screen, pane: *self.pane(), file, node: self.node, tab: self.tab, byte: self.byte }
    }

    fn remember(&mut self) {
        let here = self.here();
        self.future.clear();
        self.past.push(here);
        if self.past.len() > MOST {
            self.past.remove(0);
        }
    }

    /// Goes back to where one was.
    pub(super) fn back(&mut self) {
        match self.past.pop() {
            Some(place) => {
                let here = self.here();
                self.future.push(here);
                self.recall(place);
            }
            None if self.pane().in_detail => self.pane_mut().in_detail = false,
            None => self.notice = Some("this is where you began".to_owned()),
        }
    }

    /// Goes forward again.
    pub(super) fn forward(&mut self) {
        match self.future.pop() {
            Some(place) => {
                let here = self.here();
                self.past.push(here);
                self.recall(place);
            }
            None => self.notice = Some("this is the newest place".to_owned()),
        }
    }

    fn recall(&mut self, place: Place) {
        let is_open = self.file.as_ref().map(|file| &file.path) == place.file.as_ref();
        match &place.file {
            Some(path) if !is_open && place.screen == Screen::File => {
                self.effects.push(Effect::Read(path.clone()));
                self.recalled = Some(place);
            }
            _ => self.restore(&place),
        }
    }

    fn restore(&mut self, place: &Place) {
        self.screen = place.screen;
        if place.screen == Screen::File {
            (self.node, self.tab, self.byte) = (place.node, place.tab, place.byte);
        }
        if place.pane.only_flagged != self.pane().only_flagged || place.screen == Screen::File {
            self.pane_mut().only_flagged = place.pane.only_flagged;
            self.list_screen(place.screen);
        }
        *self.pane_mut() = place.pane;
    }

    /// Selects something on a screen, if it is shown there.
    pub(super) fn select(&mut self, screen: Screen, item: &Item) {
        let at = self.lists[screen].iter().position(|other| other == item);
        self.panes[screen].list.at = at.unwrap_or(0);
        self.panes[screen].detail = Cursor::default();
    }

    /// Selects something on a screen; when it is left out there, all is shown again.
    fn reveal(&mut self, screen: Screen, item: &Item) {
        let is_shown = self.lists[screen].contains(item);
        if !is_shown && (self.panes[screen].only_flagged || self.filters[screen].is_some()) {
            self.panes[screen].only_flagged = false;
            self.filters[screen] = None;
            self.list_screen(screen);
        }
        self.select(screen, item);
    }

    /// Follows the selected row.
    pub(super) fn open_selected(&mut self) {
        let target = self.selected_row().and_then(|row| row.target);
        match target {
            Some(target) => self.follow(target),
            None if !self.pane().in_detail && super::layout::has_detail(self.screen) => self.enter_detail(),
            None => self.notice = Some("this row leads nowhere".to_owned()),
        }
    }

    /// Shows the messages that the selected finding touches.
    pub(super) fn show_touched(&mut self) {
        let finding = match (self.selected(), &self.report) {
            (Some(Item::Finding(index)), Some(report)) => report.findings.get(*index),
            _ => None,
        };
        match finding.and_then(super::view::findings::touches) {
            Some(target) => self.follow(target),
            None => self.notice = Some("it touches no message".to_owned()),
        }
    }

    /// Goes where a row leads.
    pub(super) fn follow(&mut self, target: Target) {
        match target {
            Target::Screen(screen) => self.go(screen),
            Target::Item(screen, item) => {
                self.remember();
                self.screen = screen;
                self.pane_mut().in_detail = false;
                self.reveal(screen, &item);
            }
            Target::Evidence(evidence) => {
                if let Some(target) = self.report.as_ref().and_then(|report| proof::target(report, &evidence)) {
                    self.follow(target);
                } else {
                    self.notice = Some(format!("{} is not there to be opened", if evidence.file.is_empty() { "the folder" } else { &evidence.file }));
                }
            }
            Target::Filtered(screen, text) => {
                self.remember();
                self.screen = screen;
                let pane = self.pane_mut();
                (pane.in_detail, pane.only_flagged, pane.list) = (false, false, Cursor::default());
                self.put_filter(&text);
            }
            Target::File(path, spot) => self.open_file(&path, *spot),
            Target::Node(node, tab) => {
                self.remember();
                self.node = node;
                self.select(Screen::File, &Item::Node(node));
                self.show_tab(tab);
            }
        }
    }

    fn open_file(&mut self, path: &str, spot: Spot) {
        if self.file.as_ref().is_some_and(|file| file.path == path) {
            self.remember();
            self.show_spot(&spot);
        } else {
            self.notice = Some(format!("opening {path}"));
            self.effects.push(Effect::Read(path.to_owned()));
            self.awaited = Some((path.to_owned(), spot));
        }
    }

    /// Shows a file that was decoded, where it was asked for.
    pub(super) fn show_opened(&mut self, file: Box<Opened>) {
        let recalled = self.recalled.take_if(|place| place.file.as_ref() == Some(&file.path));
        let awaited = self.awaited.take_if(|(path, _)| *path == file.path);
        if let Some(place) = recalled {
            self.file = Some(file);
            self.restore(&place);
        } else if let Some((_, spot)) = awaited {
            self.remember();
            self.file = Some(file);
            self.notice = None;
            self.panes[Screen::File] = Pane::default();
            self.show_spot(&spot);
        }
        self.settle();
    }

    fn show_spot(&mut self, spot: &Spot) {
        let Some(file) = &self.file else { return };
        self.screen = Screen::File;
        let (node, tab, row) = file.resolve(spot);
        self.node = node;
        self.byte = spot.span.as_ref().and_then(|span| usize::try_from(span.start).ok()).unwrap_or(0);
        let wants_place = spot != &Spot::default();
        self.show_tab(tab);
        self.pane_mut().in_detail = wants_place;
        if tab == Tab::Hex {
            self.select_byte(self.byte);
        } else {
            self.pane_mut().detail = Cursor { at: row, top: row.saturating_sub(2), left: 0 };
        }
    }

    /// Shows a tab of the file.
    pub(super) fn show_tab(&mut self, tab: Tab) {
        self.tab = tab;
        let was_detail = self.pane().in_detail;
        self.list_screen(Screen::File);
        let item = match (&self.file, tab) {
            (Some(file), Tab::Hex) => file.field_at(self.byte).map(Item::Field),
            _ => Some(Item::Node(self.node)),
        };
        if let Some(item) = item {
            self.select(Screen::File, &item);
        }
        let line = if tab == Tab::Hex { self.byte / self.across() } else { 0 };
        let pane = self.pane_mut();
        pane.in_detail = was_detail;
        pane.detail = Cursor { at: line, ..Cursor::default() };
    }

    /// Goes to the next tab that the selected message has.
    pub(super) fn next_tab(&mut self, is_forward: bool) {
        let Some(file) = &self.file else { return };
        let tabs = file.tabs(self.node);
        let at = tabs.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let next = if is_forward { at + 1 } else { at + tabs.len().saturating_sub(1) };
        if let Some(tab) = tabs.get(next % tabs.len().max(1)).copied() {
            self.show_tab(tab);
        }
    }

    /// Another message may lack the tab.
    pub(super) fn keep_tab(&mut self) {
        let tabs = self.file.as_ref().map(|file| file.tabs(self.node)).unwrap_or_default();
        if !tabs.contains(&self.tab) {
            self.tab = tabs.first().copied().unwrap_or(Tab::Summary);
        }
    }
}
