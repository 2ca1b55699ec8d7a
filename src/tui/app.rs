//! The state of the view and how it changes: events and actions in, effects out. Knows no terminal, no thread, no file and no clock.

use std::{collections::BTreeSet, sync::Arc};

use crate::{query::MessageTable, report::Report, scan::Progress, state::State};

use super::{
    action::Action,
    cursor::Cursor,
    filtering::{Asked, FilterTask, Filtering},
    keep::Saved,
    message_row::MessageRow,
    opened::Opened,
    overlay::{Mode, Overlay},
    reader::{Done, Event},
    rows::Rows,
    seeking::Seek,
    target::{Item, PerScreen, Screen, Spot, Tab},
    theme::Theme,
    view::{self, files::Listed},
};

/// What the terminal is asked to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Stop reading.
    StopReading,
    /// Stop the program as the shell does.
    Suspend,
    /// Copy a text.
    Copy(String),
    /// Decode a file again.
    Read(String),
    /// Save something to a directory.
    Save(String, Saved),
    /// Answer a filter.
    Filter(Box<FilterTask>),
    /// Stop answering a filter.
    StopFilter,
    /// Find the order of messages.
    Sort(Box<SortTask>),
}

/// Everything that is needed to sort on another thread.
#[derive(Debug, Clone)]
pub struct SortTask {
    /// The rows that are there.
    pub rows: Rows,
    /// By what.
    pub sorting: Sorting,
    /// Whether more rows may come.
    pub is_partial: bool,
}

/// An order of rows.
#[derive(Debug, Clone)]
pub struct Sorted {
    /// By what.
    pub sorting: Sorting,
    /// Whether more rows might come when it was asked for.
    pub is_partial: bool,
    /// Indexes of rows.
    pub order: Vec<u32>,
}

impl SortTask {
    /// Finds the order.
    #[must_use]
    pub fn answer(&self) -> Sorted {
        Sorted { sorting: self.sorting, is_partial: self.is_partial, order: view::messages::order(&self.rows, self.sorting) }
    }
}

/// The state of one screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pane {
    /// The list.
    pub list: Cursor,
    /// The detail beside or below it.
    pub detail: Cursor,
    /// Whether keys go to the detail.
    pub in_detail: bool,
    /// Whether only rows with a finding or damage are shown.
    pub only_flagged: bool,
}

/// Where one was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) screen: Screen,
    pub(super) pane: Pane,
    pub(super) file: Option<String>,
    pub(super) node: usize,
    pub(super) tab: Tab,
    pub(super) byte: usize,
}

/// How the messages are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sorting {
    /// Index of the column.
    pub column: usize,
    /// Whether the largest comes first.
    pub is_reversed: bool,
}

impl Default for Sorting {
    fn default() -> Self {
        Self { column: view::messages::BY_TIME, is_reversed: false }
    }
}

/// The view.
#[derive(Debug)]
pub struct App {
    /// The path as the user gave it.
    pub title: String,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The look.
    pub theme: Theme,
    /// The result, once there.
    pub report: Option<Arc<Report>>,
    /// What filters are put to, once there.
    pub table: Option<Arc<MessageTable>>,
    /// The filters of the screens that take one.
    pub filters: PerScreen<Option<Filtering>>,
    /// How far the reading is.
    pub progress: Progress,
    /// Whether the Backup is still being read.
    pub is_reading: bool,
    /// How each file stands to the packing list.
    pub listing: Vec<Listed>,
    /// The queue items.
    pub rows: Rows,
    /// Their order, as indexes.
    pub order: Vec<u32>,
    /// By what they are ordered.
    pub sorting: Sorting,
    /// The rows of the overview.
    pub overview: Vec<Item>,
    /// What each screen lists.
    pub lists: PerScreen<Vec<Item>>,
    /// The state of each screen.
    pub panes: PerScreen<Pane>,
    /// The screen.
    pub screen: Screen,
    /// The file that was opened last.
    pub file: Option<Box<Opened>>,
    /// Its message that is shown.
    pub node: usize,
    /// Its tab that is shown.
    pub tab: Tab,
    /// The selected byte of it.
    pub byte: usize,
    /// Whether a pane has all the room.
    pub is_zoomed: bool,
    /// Whether long rows are wrapped.
    pub wraps: bool,
    /// What keys mean at the moment.
    pub mode: Mode,
    /// What was searched for last.
    pub needle: String,
    /// Marked things by their names.
    pub marks: BTreeSet<String>,
    /// What is to be said.
    pub notice: Option<String>,
    /// What is to be done outside.
    pub effects: Vec<Effect>,
    pub(super) past: Vec<Place>,
    pub(super) future: Vec<Place>,
    /// The filter that is not answered yet.
    pub asked: Option<Asked>,
    pub(super) seek: Option<Seek>,
    /// Whether an order was asked for, and then whether it begins at the top.
    pub(super) awaits_order: Option<bool>,
    /// Where things are saved when no other directory is typed: the last one that was.
    pub directory: String,
    /// What was copied last, whole.
    pub(super) copied: Option<String>,
    pub(super) awaited: Option<(String, Spot)>,
    pub(super) recalled: Option<Place>,
    pub(super) remembered: Option<State>,
}

impl App {
    /// Returns the view of a Backup that is about to be read.
    #[must_use]
    pub fn new(title: &str, size: (u16, u16), theme: Theme) -> Self {
        let mut app = Self {
            title: title.to_owned(),
            size,
            theme,
            report: None,
            table: None,
            filters: PerScreen::default(),
            progress: Progress::default(),
            is_reading: true,
            listing: Vec::new(),
            rows: Rows::default(),
            order: Vec::new(),
            sorting: Sorting::default(),
            overview: Vec::new(),
            lists: PerScreen::default(),
            panes: PerScreen::default(),
            screen: Screen::Overview,
            file: None,
            node: 0,
            tab: Tab::Summary,
            byte: 0,
            is_zoomed: false,
            wraps: true,
            mode: Mode::Browse,
            needle: String::new(),
            marks: BTreeSet::new(),
            notice: None,
            effects: Vec::new(),
            past: Vec::new(),
            future: Vec::new(),
            asked: None,
            seek: None,
            awaits_order: None,
            directory: "imcscan-saved".to_owned(),
            copied: None,
            awaited: None,
            recalled: None,
            remembered: None,
        };
        app.list_again();
        app
    }

    /// Takes in what the reader tells.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Listed(_) => {}
            Event::Row(row) => self.add_row(*row),
            Event::Progress(progress) => self.progress = progress,
            Event::Done(done) => self.finish(*done),
            Event::Sorted(sorted) => self.take_sorted(sorted),
            Event::Filtering(done, total) => self.asked.iter_mut().for_each(|asked| asked.progress = asked.progress.map(|_| (done, total))),
            Event::Filtered(screen, text, passed) => self.take_filtered(screen, text, passed),
            Event::NotAnswered => {
                (self.asked, self.awaits_order) = (None, None);
                self.notice = Some("that failed; this is a fault of the program".to_owned());
            }
            Event::Saved(words) => self.notice = Some(words),
            Event::Stopped => {
                self.is_reading = false;
                self.sort_again(false);
                self.notice = Some("reading was stopped; only what is shown was read".to_owned());
            }
            Event::Failed(error) => {
                self.is_reading = false;
                self.notice = Some(error.to_string());
            }
            Event::Crashed(bug) => {
                self.is_reading = false;
                self.notice = Some(bug);
            }
            Event::NotOpened(path) => {
                (self.awaited, self.recalled) = (None, None);
                self.notice = Some(format!("{path} cannot be opened"));
            }
            Event::Opened(file) => self.show_opened(file),
        }
    }

    fn add_row(&mut self, row: MessageRow) {
        let index = self.rows.len();
        let is_shown = !self.panes[Screen::Messages].only_flagged || row.is_flagged();
        self.rows.push(row);
        self.order.extend(u32::try_from(index));
        if is_shown {
            self.lists[Screen::Messages].push(Item::Message(index));
        }
    }

    /// Takes the finished report; what was selected stays selected.
    fn finish(&mut self, done: Done) {
        let Done { report, table, rows, order, listing, overview, bugs } = done;
        let pane = self.panes[Screen::Messages];
        let selected = match self.lists[Screen::Messages].get(pane.list.at) {
            Some(Item::Message(index)) if pane.list.at > 0 => self.rows.get(*index).map(|row| row.path.clone()),
            _ => None,
        };
        (self.order, self.listing, self.overview) = (order, listing, overview);
        self.report = Some(report);
        self.table = Some(table);
        self.rows = rows;
        self.notice = bugs.into_iter().next().or(self.notice.take());
        self.is_reading = false;
        self.list_again();
        // A heading is nothing to begin on.
        for screen in [Screen::Findings, Screen::Registry, Screen::Rules] {
            self.panes[screen].list.at = 1;
        }
        let index = selected.and_then(|path| self.rows.iter().position(|row| row.path == path));
        if let Some(index) = index {
            self.select(Screen::Messages, &Item::Message(index));
        }
        if self.sorting != Sorting::default() {
            self.sort_again(false);
        }
        self.settle();
    }

    /// Returns whether an answer is under way that keys typed ahead mean: the next key waits a moment for it.
    #[must_use]
    pub fn holds_keys(&self) -> bool {
        let filters = self.asked.as_ref().is_some_and(|asked| asked.progress.is_none());
        filters || self.is_seeking() || self.awaits_order.is_some() || self.awaited.is_some() || self.recalled.is_some()
    }

    /// Makes every list anew.
    pub(super) fn list_again(&mut self) {
        for screen in Screen::ALL {
            self.list_screen(screen);
        }
    }

    /// Makes one list anew, leaving out what is not to be shown.
    pub(super) fn list_screen(&mut self, screen: Screen) {
        let mut items = view::items(self, screen);
        if self.pane_of(screen).only_flagged {
            items.retain(|item| view::is_flagged(self, item));
        }
        if let Some(filtering) = &self.filters[screen] {
            items.retain(|item| filtering.shows(self, item));
        }
        self.lists[screen] = items;
    }

    /// Does what was asked for.
    pub fn update(&mut self, action: Action) {
        if !matches!(action, Action::Resized(..)) {
            self.notice = None;
            // Taking what was typed lets the search for it go on.
            self.seek = self.seek.take().filter(|_| action == Action::Accept);
        }
        let action = match action {
            Action::Wheel(_, _, rows) if !matches!(self.mode, Mode::Browse) => Action::Move(rows),
            action => action,
        };
        if !matches!(self.mode, Mode::Browse) && self.update_overlay(action) {
            self.settle();
            return;
        }
        match action {
            Action::Quit => self.effects.push(Effect::Quit),
            Action::Suspend => self.effects.push(Effect::Suspend),
            Action::Cancel => self.cancel(),
            Action::Help => self.mode = Mode::Help(Overlay::default()),
            Action::Palette => self.mode = Mode::Palette(Overlay::default()),
            Action::Touched => self.show_touched(),
            Action::Search => self.begin_search(),
            Action::Filter => self.begin_filter(),
            Action::Save => self.begin_save(),
            Action::Resume => self.resume(),
            Action::SearchNext => self.find_next(1),
            Action::SearchPrevious => self.find_next(-1),
            Action::Resized(width, height) => self.size = (width, height),
            Action::Click(column, row) => self.click(column, row),
            Action::Wheel(column, row, rows) => self.wheel(column, row, rows),
            Action::Go(_) | Action::NextScreen | Action::PreviousScreen | Action::Open | Action::Back | Action::Forward => self.travel(action),
            Action::NextTab | Action::PreviousTab => self.next_tab(action == Action::NextTab),
            Action::SortRight | Action::SortLeft | Action::SortReverse => self.sort_by(action),
            Action::Mark | Action::NextMark | Action::Copy | Action::CopyAll => self.keep(action),
            Action::CopyPart => self.begin_copy(),
            Action::SaveCopy => self.begin_save_copy(),
            Action::Sideways(halves) => self.go_sideways(halves),
            Action::OnlyFlagged => self.show_only_flagged(),
            Action::Zoom => self.is_zoomed = !self.is_zoomed,
            Action::Wrap => self.wraps = !self.wraps,
            Action::Theme => {
                self.theme = self.theme.next();
                self.notice = Some(format!("theme: {}", self.theme.name()));
            }
            Action::Edit(_) | Action::Accept => {}
            other => self.step(other),
        }
        self.settle();
    }

    fn cancel(&mut self) {
        if self.asked.take().is_some() {
            self.effects.push(Effect::StopFilter);
            self.notice = Some("the filter was stopped".to_owned());
        } else if self.is_zoomed {
            self.is_zoomed = false;
        } else if self.pane().in_detail {
            self.pane_mut().in_detail = false;
        } else if self.is_reading {
            self.effects.push(Effect::StopReading);
        } else if !self.needle.is_empty() {
            self.needle.clear();
        } else if self.filters[self.screen].is_some() {
            self.drop_filter();
        } else {
            self.notice = Some("q leaves the program, ? shows the keys".to_owned());
        }
    }

    fn travel(&mut self, action: Action) {
        let beside = |by: usize| Screen::ALL.get((self.screen.index() + by) % (Screen::ALL.len() - 1)).copied();
        match action {
            Action::Go(screen) => self.go(screen),
            Action::NextScreen => self.go(beside(1).unwrap_or(Screen::Overview)),
            Action::PreviousScreen => self.go(beside(Screen::ALL.len() - 2).unwrap_or(Screen::Overview)),
            Action::Open => self.open_selected(),
            Action::Back => self.back(),
            _ => self.forward(),
        }
    }

    /// Returns the state of the screen.
    #[must_use]
    pub fn pane(&self) -> &Pane {
        self.pane_of(self.screen)
    }

    /// Returns the state of a screen.
    #[must_use]
    pub fn pane_of(&self, screen: Screen) -> &Pane {
        &self.panes[screen]
    }

    pub(super) fn pane_mut(&mut self) -> &mut Pane {
        &mut self.panes[self.screen]
    }

    /// Returns what the screen lists.
    #[must_use]
    pub fn list(&self) -> &[Item] {
        &self.lists[self.screen]
    }

    /// Returns what is selected.
    #[must_use]
    pub fn selected(&self) -> Option<&Item> {
        self.list().get(self.pane().list.at)
    }
}
