//! The screens, one file each: what a screen lists, how a row of it looks, and what its detail says.

mod charts;
pub mod file;
pub mod files;
pub mod findings;
pub mod gateway;
pub mod hex;
pub mod messages;
pub mod overview;
pub mod profile;
pub mod registry;
pub mod rules;
mod settings;
pub mod siblings;
mod words;

pub(crate) use settings::MARKS;
pub(crate) use words::span;

use regex::Regex;

use super::{
    app::App,
    row::{Row, Tone},
    target::{Item, Screen},
};

/// Returns everything that a screen lists.
#[must_use]
pub fn items(app: &App, screen: Screen) -> Vec<Item> {
    match (screen, app.report.as_deref()) {
        (Screen::Messages, _) => messages::items(app),
        (Screen::File, _) => file::items(app),
        (Screen::Overview, Some(_)) => app.overview.clone(),
        (Screen::Findings, Some(report)) => findings::items(report),
        (Screen::Registry, Some(report)) => registry::items(report),
        (Screen::Profile, Some(report)) => profile::items(report),
        (Screen::Gateway, Some(report)) => gateway::items(report),
        (Screen::Files, Some(report)) => files::items(report),
        (Screen::Rules, Some(report)) => rules::items(report),
        (Screen::Siblings, Some(report)) => siblings::items(report),
        (_, None) => Vec::new(),
    }
}

#[cfg(test)]
thread_local! {
    /// Rows of lists that this thread has made: what a frame costs.
    pub(super) static MADE: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Returns how a row looks that is so many columns wide.
#[must_use]
pub fn row(app: &App, item: &Item, width: usize) -> Row {
    #[cfg(test)]
    MADE.set(MADE.get() + 1);
    let report = app.report.as_deref();
    match (item, report) {
        (Item::Row(row), _) => (**row).clone(),
        (Item::Message(index), _) => app.rows.get(*index).map(|row| messages::row(row, width)).unwrap_or_default(),
        (Item::Node(index), _) => app.file.as_ref().map(|file| file::node_row(file, *index)).unwrap_or_default(),
        (Item::Field(index), _) => app.file.as_ref().map(|file| file::field_row(file, *index)).unwrap_or_default(),
        (Item::Finding(index), Some(report)) => findings::row(report, *index),
        (Item::Key(index), Some(report)) => registry::key_row(report, *index),
        (Item::Value(index), Some(report)) => registry::value_row(report, *index, width),
        (Item::Profile(_) | Item::Section(..) | Item::Property(..), Some(report)) => profile::row(report, item, width),
        (Item::Attribute(index), Some(report)) => gateway::row(report, *index, width),
        (Item::File(_) | Item::Missing(_), Some(report)) => files::row(report, (item, &app.listing), width),
        (Item::Rule(index), Some(report)) => rules::row(report, *index),
        (_, None) => Row::new(),
    }
}

/// Returns the names of a screen's columns; none where it is no table.
#[must_use]
pub fn header(app: &App, width: usize) -> Option<Row> {
    match app.screen {
        Screen::Messages => Some(messages::header(app, width)),
        Screen::Registry => Some(registry::header(width)),
        Screen::Profile => Some(profile::header(width)),
        Screen::Gateway => Some(gateway::header(width)),
        Screen::Files => Some(files::header(width)),
        _ => None,
    }
}

/// Returns whether a row says what a search looks for: its whole text counts, where the row itself may be cut.
#[must_use]
pub fn says(app: &App, item: &Item, pattern: &Regex) -> bool {
    match (item, &app.report) {
        (Item::Message(index), _) => app.rows.get(*index).is_some_and(|row| {
            let whole = app.table.as_ref().zip(row.record).and_then(|(table, record)| table.rows.get(record));
            row.searched().any(|text| pattern.is_match(text))
                || whole.is_some_and(|whole| pattern.is_match(whole.anywhere()))
                || row.time.is_some_and(|time| pattern.is_match(&time.to_string()))
        }),
        (Item::File(_) | Item::Missing(_), Some(report)) => files::says(report, (item, &app.listing), pattern),
        (Item::Rule(index), Some(report)) if rules::says(report, *index, pattern) => true,
        (other, _) => {
            let row = row(app, other, WIDE);
            pattern.is_match(&row.plain()) || row.copy.is_some_and(|copy| pattern.is_match(&copy))
        }
    }
}

/// Columns at which no row is cut.
const WIDE: usize = 400;

/// Returns what the detail says about a row.
#[must_use]
pub fn detail(app: &App, item: &Item) -> Vec<Row> {
    let report = app.report.as_deref();
    match (item, report) {
        (Item::Row(row), _) => vec![(**row).clone()],
        (Item::Message(index), _) => app.rows.get(*index).map(|row| messages::detail(report, row)).unwrap_or_default(),
        (Item::Finding(index), Some(report)) => findings::detail(report, *index),
        (Item::Key(index), Some(report)) => registry::key_detail(report, *index),
        (Item::Value(index), Some(report)) => registry::value_detail(report, *index),
        (Item::Profile(_) | Item::Section(..) | Item::Property(..), Some(report)) => profile::detail(report, item),
        (Item::Attribute(index), Some(report)) => gateway::detail(report, *index),
        (Item::File(_) | Item::Missing(_), Some(report)) => files::detail(report, (item, &app.listing)),
        (Item::Rule(index), Some(report)) => rules::detail(report, *index),
        _ => Vec::new(),
    }
}

/// Returns whether a row is shown when only those with findings, damage or deviations are.
#[must_use]
pub fn is_flagged(app: &App, item: &Item) -> bool {
    match item {
        Item::Message(index) => app.rows.get(*index).is_some_and(super::message_row::MessageRow::is_flagged),
        Item::File(index) => files::is_flagged(app, *index),
        other => row(app, other, 80).is_flagged,
    }
}

/// Returns what stands in a list that has no row.
#[must_use]
pub fn emptiness(app: &App) -> Row {
    let text = match (app.screen, &app.report) {
        _ if app.pane().only_flagged => "no row with a finding, damage or deviation; d shows all",
        (Screen::File, _) => "no file was opened; Enter on a message or a file opens it",
        (_, None) if app.is_reading => "the Backup is being read",
        (_, None) => "nothing was read",
        (Screen::Messages, _) => "no queue item was collected",
        (Screen::Findings, _) => "nothing found by the rules that could be evaluated",
        (Screen::Registry, _) => "Imcsvc.reg is missing or holds nothing of the service",
        (Screen::Profile, _) => "Imcpro.reg is missing or holds no profile",
        (Screen::Gateway, _) => "Imcobj.csv is missing or does not hold the connector",
        (Screen::Siblings, _) => "no file of IMCCOPY or of the migration tools lies in or beside the Backup",
        _ => "nothing",
    };
    Row::new().with(Tone::Dim, text)
}
