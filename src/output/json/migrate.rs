//! The wire form `imcscan.migrate/1`: lists and logs of the Mailbox Migration Utility compared.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;

use crate::{
    backup::{
        RetryEntry, Siblings,
        migration::{Attempt, Listed, Migration},
    },
    base::Limits,
    formats::migrate::UnreadLine,
};

use super::{pretty::write_pretty, v1::changed_limits};

/// The document.
#[derive(Serialize)]
struct MigrateV1<'a> {
    schema: &'static str,
    files: Vec<FileV1<'a>>,
    summary: SummaryV1,
    done: Vec<ResultV1<'a>>,
    failed: Vec<ResultV1<'a>>,
    never_tried: Vec<RowV1<'a>>,
    done_and_listed: Vec<PairV1<'a>>,
    listed_twice: Vec<Vec<RowV1<'a>>>,
    done_twice: Vec<Vec<ResultV1<'a>>>,
    differing: Vec<PairV1<'a>>,
    not_understood: Vec<UnreadV1<'a>>,
    retry: RetryV1<'a>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    limits: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
struct FileV1<'a> {
    path: &'a str,
    kind: &'static str,
    rows: usize,
    results: usize,
    not_understood: usize,
}

#[derive(Serialize)]
struct SummaryV1 {
    listed: usize,
    results: usize,
    done: usize,
    failed: usize,
    never_tried: usize,
    retry: usize,
    not_understood: usize,
}

#[derive(Serialize)]
struct RowV1<'a> {
    name: &'a str,
    alias: &'a str,
    source: &'a str,
    destination: &'a str,
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct ResultV1<'a> {
    name: &'a str,
    alias: &'a str,
    source: &'a str,
    destination: &'a str,
    message: &'a str,
    time: String,
    file: &'a str,
    line: usize,
}

#[derive(Serialize)]
struct PairV1<'a> {
    listed: RowV1<'a>,
    result: ResultV1<'a>,
}

#[derive(Serialize)]
struct UnreadV1<'a> {
    file: &'a str,
    line: usize,
    text: &'a str,
    reason: &'static str,
}

#[derive(Serialize)]
struct RetryV1<'a> {
    file: Option<&'a str>,
    lines: Vec<&'a str>,
}

/// Writes how far a migration went as one JSON document; `retry` is the list for the next run and the file that it was written to.
///
/// # Errors
/// Whatever the writer says.
pub fn write(siblings: &Siblings, (entries, written): (&[RetryEntry<'_>], Option<&str>), limits: &Limits, out: &mut dyn Write) -> io::Result<()> {
    let migration = Migration::of(siblings);
    let (done, failed, never_tried) = (results(&migration.done()), results(&migration.failed()), rows(&migration.never_tried()));
    let not_understood = unread(siblings);
    let wire = MigrateV1 {
        schema: "imcscan.migrate/1",
        files: files(siblings),
        summary: SummaryV1 {
            listed: migration.listed.len(),
            results: migration.attempts.len(),
            done: done.len(),
            failed: failed.len(),
            never_tried: never_tried.len(),
            retry: entries.len(),
            not_understood: not_understood.len(),
        },
        done,
        failed,
        never_tried,
        done_and_listed: migration.listed_and_tried().into_iter().filter(|(_, newest)| newest.is_success()).map(PairV1::from).collect(),
        listed_twice: migration.listed_twice().iter().map(|group| rows(group)).collect(),
        done_twice: migration.done_twice().iter().map(|group| results(group)).collect(),
        differing: migration.disagreements().into_iter().map(PairV1::from).collect(),
        not_understood,
        retry: RetryV1 { file: written, lines: entries.iter().map(|entry| entry.line().value.as_str()).collect() },
        limits: changed_limits(limits),
    };
    write_pretty(out, &wire)
}

fn files(siblings: &Siblings) -> Vec<FileV1<'_>> {
    let lists = siblings.migration_lists.iter().map(|list| {
        let value = &list.file.value;
        FileV1 { path: &list.path, kind: "list", rows: value.rows.len(), results: value.result_lines.len(), not_understood: value.unread.len() }
    });
    let logs = siblings.migration_logs.iter().map(|log| {
        let value = &log.file.value;
        FileV1 { path: &log.path, kind: "log", rows: 0, results: value.lines.len(), not_understood: value.unread.len() }
    });
    lists.chain(logs).collect()
}

fn unread(siblings: &Siblings) -> Vec<UnreadV1<'_>> {
    let lists = siblings.migration_lists.iter().flat_map(|list| list.file.value.unread.iter().map(move |line| told(list.path.as_str(), line)));
    let logs = siblings.migration_logs.iter().flat_map(|log| log.file.value.unread.iter().map(move |line| told(log.path.as_str(), line)));
    lists.chain(logs).collect()
}

fn told<'a>(file: &'a str, line: &'a UnreadLine) -> UnreadV1<'a> {
    let UnreadLine { text, fields: _, reason } = line;
    UnreadV1 { file, line: text.place.line, text: &text.value, reason }
}

fn rows<'a>(listed: &[Listed<'a>]) -> Vec<RowV1<'a>> {
    listed.iter().copied().map(RowV1::from).collect()
}

fn results<'a>(attempts: &[Attempt<'a>]) -> Vec<ResultV1<'a>> {
    attempts.iter().copied().map(ResultV1::from).collect()
}

impl<'a> From<Listed<'a>> for RowV1<'a> {
    fn from(Listed { path, row }: Listed<'a>) -> Self {
        let (name, alias, source, destination) = (&row.name.value, &row.alias.value, &row.source.value, &row.destination.value);
        Self { name, alias, source, destination, file: path, line: row.place.line }
    }
}

impl<'a> From<Attempt<'a>> for ResultV1<'a> {
    fn from(Attempt { path, line }: Attempt<'a>) -> Self {
        let (name, alias, source, destination) = (&line.name.value, &line.alias.value, &line.source.value, &line.destination.value);
        Self { name, alias, source, destination, message: &line.message.value, time: line.time.to_string(), file: path, line: line.place.line }
    }
}

impl<'a> From<(Listed<'a>, Attempt<'a>)> for PairV1<'a> {
    fn from((listed, result): (Listed<'a>, Attempt<'a>)) -> Self {
        Self { listed: listed.into(), result: result.into() }
    }
}
