//! What the detail pane shows: rows made for the moment, rows kept with an opened file, or its bytes.

use super::{
    app::App,
    opened::Opened,
    row::Row,
    target::{Item, Screen, Tab},
    view,
};

/// The rows of a detail.
#[derive(Debug)]
pub enum Content<'a> {
    /// Made for the moment.
    Rows(Vec<Row>),
    /// Kept.
    Kept(&'a [Row]),
    /// Bytes, so many a row, and the selected one.
    Hex(&'a Opened, usize, usize),
}

impl Content<'_> {
    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Kept(rows) => rows.len(),
            Self::Hex(file, across, _) => file.bytes.len().div_ceil(*across),
        }
    }

    /// Returns whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a row.
    #[must_use]
    pub fn row(&self, index: usize) -> Option<Row> {
        match self {
            Self::Rows(rows) => rows.get(index).cloned(),
            Self::Kept(rows) => rows.get(index).cloned(),
            Self::Hex(file, across, byte) => (index < self.len()).then(|| view::hex::row(file, (index, *across), *byte)),
        }
    }

    /// Returns whether these are bytes, which are never wrapped.
    #[must_use]
    pub fn is_hex(&self) -> bool {
        matches!(self, Self::Hex(..))
    }
}

impl App {
    /// Returns what the detail pane shows.
    #[must_use]
    pub fn detail(&self) -> Content<'_> {
        match (&self.file, self.screen) {
            (Some(file), Screen::File) if self.tab == Tab::Hex => Content::Hex(file, self.across(), self.byte),
            (Some(file), Screen::File) if self.tab == Tab::Findings => Content::Rows(view::file::findings(self, file)),
            (Some(file), Screen::File) => Content::Kept(file.page(self.node, self.tab)),
            _ => Content::Rows(self.selected().map(|item| view::detail(self, item)).unwrap_or_default()),
        }
    }

    /// Returns what leads somewhere from the selected row.
    #[must_use]
    pub fn selected_row(&self) -> Option<Row> {
        if self.pane().in_detail {
            self.detail().row(self.pane().detail.at)
        } else {
            self.selected().map(|item: &Item| view::row(self, item, self.list_columns()))
        }
    }
}
