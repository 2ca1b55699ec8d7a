//! Proof that several topics of the family give: rows of lists and lines of logs as they are written.

use crate::{
    backup::{
        Backup,
        migration::{Attempt, Listed},
    },
    diagnostics::Evidence,
    formats::migrate::{LogLine, UnreadLine},
};

/// Returns evidence for a row of a list.
pub(super) fn row(listed: &Listed<'_>) -> Evidence {
    Evidence::listed_line(listed.path, listed.row.raw.place, &listed.row.raw.value)
}

/// Returns evidence for a result line.
pub(super) fn result(attempt: &Attempt<'_>) -> Evidence {
    line(attempt.path, attempt.line)
}

/// Returns evidence for a result line of a file.
pub(super) fn line(path: &str, line: &LogLine) -> Evidence {
    Evidence::listed_line(path, line.place, &line.raw)
}

/// Returns evidence for a line that could not be read.
pub(super) fn unread(path: &str, line: &UnreadLine) -> Evidence {
    Evidence::listed_line(path, line.text.place, &line.text.value)
}

/// Returns every row of every list.
pub(super) fn rows(backup: &Backup) -> impl Iterator<Item = Listed<'_>> {
    backup.siblings.migration_lists.iter().flat_map(|list| list.file.value.rows.iter().map(|row| Listed { path: &list.path, row }))
}

/// Returns every line of every list that is neither a row nor a result.
pub(super) fn unread_rows(backup: &Backup) -> impl Iterator<Item = (&str, &UnreadLine)> {
    let lists = backup.siblings.migration_lists.iter();
    lists.flat_map(|list| list.file.value.unread.iter().map(|line| (list.path.as_str(), line))).filter(|(_, line)| !is_result(line))
}

/// Returns every result line that could not be read, those of lists included.
pub(super) fn unread_results(backup: &Backup) -> impl Iterator<Item = (&str, &UnreadLine)> {
    let lists = backup.siblings.migration_lists.iter().flat_map(|list| list.file.value.unread.iter().map(|line| (list.path.as_str(), line)));
    let logs = backup.siblings.migration_logs.iter().flat_map(|log| log.file.value.unread.iter().map(|line| (log.path.as_str(), line)));
    lists.filter(|(_, line)| is_result(line)).chain(logs)
}

/// Returns whether an unread line of a list begins as a result line of seven fields does.
fn is_result(line: &UnreadLine) -> bool {
    let first = line.text.value.split(',').next().unwrap_or_default().trim();
    ["success", "failure"].iter().any(|status| first.eq_ignore_ascii_case(status)) && line.text.value.split(',').nth(6).is_some()
}
