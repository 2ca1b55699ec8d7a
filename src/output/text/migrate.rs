//! Lists and logs of the Mailbox Migration Utility compared, for people: numbers first, then who has to be looked after.

use std::io::{self, Write};

use crate::{
    backup::{
        RetryEntry, Siblings,
        migration::{Attempt, Listed, Migration},
    },
    base::{Limits, counted},
};

use super::{Page, Style, overview};

/// Writes how far a migration went; `retry` is the list for the next run and the file that it was written to.
///
/// # Errors
/// Whatever the writer says.
pub fn write(
    siblings: &Siblings,
    retry: (&[RetryEntry<'_>], Option<&str>),
    (limits, style): (&Limits, Style),
    out: &mut dyn Write,
) -> io::Result<()> {
    let migration = Migration::of(siblings);
    let mut page = Page::brief(style, out);
    overview::limits(limits, &mut page)?;
    head(siblings, &migration, &mut page)?;
    section(&mut page, "Failed", migration.failed().iter().map(failed))?;
    section(&mut page, "Never tried", migration.never_tried().iter().map(listed))?;
    section(&mut page, "Done", migration.done().iter().map(done))?;
    let still = migration.listed_and_tried().into_iter().filter(|(_, newest)| newest.is_success());
    section(
        &mut page,
        "Done and still on the list",
        still.map(|(row, newest)| format!("{}; done on {}", listed(&row), newest.line.time_text.value.trim())),
    )?;
    section(&mut page, "Listed more than once", migration.listed_twice().iter().map(|rows| joined(rows.iter().map(listed))))?;
    section(&mut page, "Done more than once", migration.done_twice().iter().map(|lines| joined(lines.iter().map(done))))?;
    let differing = migration.disagreements();
    section(&mut page, "List and log differ", differing.iter().map(|(row, other)| format!("{}; the log: {}", listed(row), place_of(other))))?;
    section(&mut page, "Not understood", unread(siblings))?;
    tail(retry, &mut page)
}

fn head(siblings: &Siblings, migration: &Migration<'_>, page: &mut Page<'_>) -> io::Result<()> {
    for list in &siblings.migration_lists {
        page.entry(0, "list", &format!("{}: {}", list.path, counted(list.file.value.rows.len(), "row")))?;
    }
    for log in &siblings.migration_logs {
        page.entry(0, "log ", &format!("{}: {}", log.path, counted(log.file.value.lines.len(), "result")))?;
    }
    let numbers = format!("{} done, {} failed, {} never tried", migration.done().len(), migration.failed().len(), migration.never_tried().len());
    page.entry(0, "", &numbers)?;
    page.blank()
}

/// Writes a heading with the number of entries and the entries; nothing when there are none.
fn section(page: &mut Page<'_>, heading: &str, entries: impl Iterator<Item = String>) -> io::Result<()> {
    let entries: Vec<String> = entries.collect();
    if entries.is_empty() {
        return Ok(());
    }
    page.heading(&format!("{heading} ({})", entries.len()))?;
    entries.iter().try_for_each(|entry| page.entry(2, "", entry))?;
    page.blank()
}

fn failed(attempt: &Attempt<'_>) -> String {
    format!("{}: {} ({})", who(attempt), attempt.line.message.value.trim(), attempt.line.time_text.value.trim())
}

fn done(attempt: &Attempt<'_>) -> String {
    format!("{} ({})", who(attempt), attempt.line.time_text.value.trim())
}

fn who(attempt: &Attempt<'_>) -> String {
    let line = attempt.line;
    named([&line.name.value, &line.alias.value, &line.source.value, &line.destination.value])
}

fn listed(listed: &Listed<'_>) -> String {
    let row = listed.row;
    let who = named([&row.name.value, &row.alias.value, &row.source.value, &row.destination.value]);
    format!("{who}, {} line {}", listed.path, row.place.line)
}

fn place_of(attempt: &Attempt<'_>) -> String {
    format!("{}, {} line {}", who(attempt), attempt.path, attempt.line.place.line)
}

fn named([name, alias, source, destination]: [&str; 4]) -> String {
    format!("{} ({}) from {} to {}", name.trim(), alias.trim(), source.trim(), destination.trim())
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

fn unread(siblings: &Siblings) -> impl Iterator<Item = String> {
    let lists = siblings.migration_lists.iter().flat_map(|list| list.file.value.unread.iter().map(|line| (list.path.as_str(), line)));
    let logs = siblings.migration_logs.iter().flat_map(|log| log.file.value.unread.iter().map(|line| (log.path.as_str(), line)));
    lists.chain(logs).map(|(path, line)| format!("{path} line {}, {}: {}", line.text.place.line, line.reason, line.text.value))
}

fn tail((entries, written): (&[RetryEntry<'_>], Option<&str>), page: &mut Page<'_>) -> io::Result<()> {
    let lines = counted(entries.len(), "line");
    match written {
        Some(path) => page.entry(0, "", &format!("The list for the next run has {lines} and was written to {path}."))?,
        None => page.entry(0, "", &format!("The list for the next run has {lines}; --retry FILE writes it."))?,
    }
    let unread = entries.iter().filter(|entry| matches!(entry, RetryEntry::Unread(..))).count();
    if unread == 0 {
        return Ok(());
    }
    page.entry(0, "", &format!("{} of it cannot be read and should be corrected first.", counted(unread, "line")))
}
