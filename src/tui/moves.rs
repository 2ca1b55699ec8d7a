//! Moving within a screen: rows, pages, panes, bytes, flagged rows, hits of a search, clicks. Nothing here leaves the screen.

use super::{
    action::Action,
    app::{App, Effect, SortTask, Sorted, Sorting},
    layout::{Area, layout},
    row::wrapped,
    target::{Item, Screen, Tab},
    view,
};

impl App {
    /// Returns the number of rows of the pane that keys go to.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.pane().in_detail { self.detail().len() } else { self.list().len() }
    }

    /// Returns whether the pane has no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the columns that a row of the list has.
    #[must_use]
    pub fn list_columns(&self) -> usize {
        layout(self).list.map_or(usize::from(self.size.0), |area| usize::from(area.body.width)).saturating_sub(GUTTER)
    }

    /// Returns the bytes in a line of hex.
    #[must_use]
    pub fn across(&self) -> usize {
        if self.size.0 < 79 { 8 } else { 16 }
    }

    fn page(&self) -> usize {
        let layout = layout(self);
        let area = if self.pane().in_detail { layout.detail } else { layout.list };
        area.map_or(1, |area| usize::from(area.body.height)).max(1)
    }

    /// Moves as one of the moving actions says.
    pub(super) fn step(&mut self, action: Action) {
        match action {
            Action::Move(rows) => self.move_by(rows),
            Action::HalfPages(halves) => self.move_by(halves * isize::try_from(self.page().div_ceil(2)).unwrap_or(1)),
            Action::First => self.move_to(0),
            Action::Last => self.move_to(self.len().saturating_sub(1)),
            Action::Right if self.is_in_hex() => self.select_byte(self.byte.saturating_add(1)),
            Action::Left if self.is_in_hex() && !self.byte.is_multiple_of(self.across()) => self.select_byte(self.byte - 1),
            Action::Right if super::layout::has_detail(self.screen) => self.enter_detail(),
            Action::Left => self.pane_mut().in_detail = false,
            Action::NextFlag => self.find_flag(1),
            Action::PreviousFlag => self.find_flag(-1),
            _ => {}
        }
    }

    /// Goes into the detail, to the first row there that leads somewhere.
    pub(super) fn enter_detail(&mut self) {
        let content = self.detail();
        let is_fresh = self.pane().detail.at == 0 && self.screen != Screen::File;
        let first = (0..content.len()).filter(|_| is_fresh).find(|row| content.row(*row).is_some_and(|row| row.target.is_some()));
        drop(content);
        let pane = self.pane_mut();
        pane.in_detail = true;
        pane.detail.at = first.unwrap_or(pane.detail.at);
    }

    /// Returns whether keys move among bytes.
    #[must_use]
    pub fn is_in_hex(&self) -> bool {
        self.screen == Screen::File && self.tab == Tab::Hex && self.pane().in_detail
    }

    fn move_by(&mut self, rows: isize) {
        let len = self.len();
        if self.is_in_hex() {
            let bytes = rows.saturating_mul(self.across().cast_signed());
            let end = self.file.as_ref().map_or(0, |file| file.bytes.len());
            let byte = self.byte.saturating_add_signed(bytes);
            return self.select_byte(if byte < end { byte } else { self.byte });
        }
        let pane = self.pane_mut();
        if pane.in_detail {
            pane.detail.move_by(rows, len);
        } else {
            pane.list.move_by(rows, len);
        }
        self.after_move();
    }

    /// Selects a row of the pane that keys go to.
    pub(super) fn move_to(&mut self, row: usize) {
        let len = self.len();
        if self.is_in_hex() {
            return self.select_byte(row * self.across());
        }
        let pane = self.pane_mut();
        if pane.in_detail {
            pane.detail.select(row, len);
        } else {
            pane.list.select(row, len);
        }
        self.after_move();
    }

    /// Another row of the list has another detail.
    fn after_move(&mut self) {
        if self.pane().in_detail {
            return;
        }
        match self.selected() {
            Some(Item::Node(node)) if *node != self.node => {
                self.node = *node;
                self.keep_tab();
            }
            Some(Item::Field(field)) => {
                let start = self.file.as_ref().and_then(|file| file.fields.get(*field)).map(|field| field.offset);
                self.byte = start.and_then(|start| usize::try_from(start).ok()).unwrap_or(self.byte);
                self.pane_mut().detail.at = self.byte / self.across();
                return;
            }
            _ => {}
        }
        self.pane_mut().detail = super::cursor::Cursor::default();
    }

    /// Selects a byte of the file, and the field that owns it.
    pub(super) fn select_byte(&mut self, byte: usize) {
        let Some(file) = &self.file else { return };
        self.byte = byte.min(file.bytes.len().saturating_sub(1));
        let field = file.field_at(self.byte);
        let at = field.and_then(|field| self.list().iter().position(|item| *item == Item::Field(field)));
        let line = self.byte / self.across();
        let pane = self.pane_mut();
        pane.detail.at = line;
        pane.list.at = at.unwrap_or(pane.list.at);
    }

    fn find_flag(&mut self, step: isize) {
        let word = if step > 0 { "below" } else { "above" };
        if self.is_in_hex() {
            match self.file.as_ref().and_then(|file| file.next_damage(self.byte, step > 0)) {
                Some(byte) => self.select_byte(byte),
                None => self.notice = Some(format!("no damaged or unread byte {word}")),
            }
            return;
        }
        match self.find_flagged(step) {
            Some(row) => self.move_to(row),
            None => self.notice = Some(format!("no row with a finding or damage {word}")),
        }
    }

    /// Returns the nearest row with a finding or damage, not counting the selected one.
    fn find_flagged(&self, step: isize) -> Option<usize> {
        let content = self.detail();
        let pane = self.pane();
        let mut at = if pane.in_detail { pane.detail.at } else { pane.list.at };
        loop {
            at = at.checked_add_signed(step)?;
            let is_flagged = if pane.in_detail { content.row(at)?.is_flagged } else { view::is_flagged(self, self.list().get(at)?) };
            if is_flagged {
                return Some(at);
            }
        }
    }

    pub(super) fn show_only_flagged(&mut self) {
        let selected = self.selected().cloned();
        let pane = self.pane_mut();
        pane.only_flagged = !pane.only_flagged;
        pane.in_detail = false;
        let is_only = pane.only_flagged;
        self.list_screen(self.screen);
        if let Some(item) = selected {
            self.select(self.screen, &item);
        }
        self.notice = Some(if is_only { "only rows with a finding, damage or deviation; d shows all" } else { "all rows" }.to_owned());
    }

    pub(super) fn sort_by(&mut self, action: Action) {
        let columns = view::messages::COLUMNS.len();
        let Sorting { column, is_reversed } = self.sorting;
        self.sorting = match action {
            Action::SortRight => Sorting { column: (column + 1) % columns, is_reversed: false },
            Action::SortLeft => Sorting { column: (column + columns - 1) % columns, is_reversed: false },
            _ => Sorting { column, is_reversed: !is_reversed },
        };
        self.sort_again(true);
    }

    /// Asks for the order of messages, which is found off the drawing path.
    pub(super) fn sort_again(&mut self, to_top: bool) {
        self.awaits_order = Some(to_top);
        self.effects.push(Effect::Sort(Box::new(SortTask { rows: self.rows.clone(), sorting: self.sorting, is_partial: self.is_reading })));
    }

    /// Takes an order, unless another one was asked for since.
    pub(super) fn take_sorted(&mut self, sorted: Sorted) {
        let Sorted { sorting, is_partial, order } = sorted;
        if sorting != self.sorting || is_partial != self.is_reading || order.len() > self.rows.len() {
            return;
        }
        let to_top = self.awaits_order.take().unwrap_or(false);
        let selected = self.lists[Screen::Messages].get(self.panes[Screen::Messages].list.at).cloned();
        let came_since = order.len()..self.rows.len();
        self.order = order;
        self.order.extend(came_since.filter_map(|index| u32::try_from(index).ok()));
        self.list_screen(Screen::Messages);
        match selected {
            Some(item) if !to_top => self.select(Screen::Messages, &item),
            _ => self.panes[Screen::Messages].list = super::cursor::Cursor::default(),
        }
        if to_top {
            let order = if self.sorting.is_reversed { "largest or last first" } else { "smallest or first first" };
            self.notice = Some(format!("sorted by {}, {order}", view::messages::column_name(self.sorting.column)));
        }
        self.settle();
    }

    /// Scrolls both panes so that what is selected is shown.
    pub(super) fn settle(&mut self) {
        let layout = layout(self);
        if let Some(Area { body, .. }) = layout.list {
            let columns = usize::from(body.width).saturating_sub(GUTTER);
            let mut cursor = self.pane().list;
            let wraps = self.wraps_list();
            let lines = |row: usize| match self.list().get(row) {
                Some(item) if wraps => wrapped(&view::row(self, item, columns), columns).len(),
                _ => 1,
            };
            cursor.settle(self.list().len(), usize::from(body.height), lines);
            self.pane_mut().list = cursor;
        }
        if let Some(Area { body, .. }) = layout.detail {
            let columns = usize::from(body.width).saturating_sub(GUTTER);
            let mut cursor = self.pane().detail;
            let content = self.detail();
            let lines = |row: usize| match content.row(row) {
                Some(row) if self.wraps_detail(&content) => wrapped(&row, columns).len(),
                _ => 1,
            };
            cursor.settle(content.len(), usize::from(body.height), lines);
            drop(content);
            self.pane_mut().detail = cursor;
        }
    }

    /// Follows the mouse: a screen's name, a column's name, a row; a second click on a row follows it.
    pub(super) fn click(&mut self, column: u16, row: u16) {
        let layout = layout(self);
        if layout.screens.is_some_and(|bar| bar.y == row) {
            let hit = super::bar::screens(self).into_iter().find(|(_, _, range)| range.contains(&usize::from(column)));
            if let Some((screen, _, _)) = hit {
                self.go(screen);
            }
            return;
        }
        for (area, in_detail) in [(layout.list, false), (layout.detail, true)] {
            let Some(area) = area else { continue };
            if area.title.is_some_and(|title| title.contains((column, row).into())) {
                return self.click_title(in_detail, usize::from(column - area.body.x));
            }
            if area.body.contains((column, row).into()) {
                return self.click_row(area, in_detail, usize::from(row - area.body.y));
            }
        }
    }

    /// Moves in the pane that the mouse is over.
    pub(super) fn wheel(&mut self, column: u16, row: u16, rows: isize) {
        let layout = layout(self);
        for (area, in_detail) in [(layout.list, false), (layout.detail, true)] {
            if area.is_some_and(|area| area.body.contains((column, row).into())) {
                self.pane_mut().in_detail = in_detail;
            }
        }
        self.step(Action::Move(rows));
    }

    fn click_title(&mut self, in_detail: bool, column: usize) {
        if self.screen == Screen::Messages && !in_detail {
            let Some(hit) = view::messages::column_at(column, self.list_columns()) else { return };
            let is_reversed = hit == self.sorting.column && !self.sorting.is_reversed;
            self.sorting = Sorting { column: hit, is_reversed };
            self.sort_again(true);
        } else if self.screen == Screen::File && in_detail {
            let tabs = super::bar::tabs(self);
            if let Some((tab, _, _)) = tabs.into_iter().find(|(_, _, range)| range.contains(&column)) {
                self.show_tab(tab);
            }
        }
    }

    fn click_row(&mut self, area: Area, in_detail: bool, line: usize) {
        let Some(row) = self.row_at(area, in_detail, line) else { return };
        let pane = self.pane();
        let current = if in_detail { pane.detail.at } else { pane.list.at };
        let again = pane.in_detail == in_detail && current == row;
        self.pane_mut().in_detail = in_detail;
        if again { self.open_selected() } else { self.move_to(row) }
    }

    /// Returns the row that a line of a pane shows.
    fn row_at(&self, area: Area, in_detail: bool, line: usize) -> Option<usize> {
        let columns = usize::from(area.body.width).saturating_sub(GUTTER);
        let content = self.detail();
        let pane = self.pane();
        let (top, len) = if in_detail { (pane.detail.top, content.len()) } else { (pane.list.top, self.list().len()) };
        let wraps = if in_detail { self.wraps_detail(&content) } else { self.wraps_list() };
        let mut used = 0;
        for row in top..len {
            let shown = if in_detail { content.row(row) } else { self.list().get(row).map(|item| view::row(self, item, columns)) }?;
            used += if wraps { wrapped(&shown, columns).len() } else { 1 };
            if line < used {
                return Some(row);
            }
        }
        None
    }
}

/// Columns before each row: the mark of the selected or marked row, and that of a flagged one.
pub(super) const GUTTER: usize = 2;
