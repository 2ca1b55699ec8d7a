//! `--where`: a filter from the command line, and what passes it. Bodies are read again from the evidence, in parallel, and not kept.

use std::{cell::Cell, collections::HashMap};

use crate::{
    backup::{MessageRecord, body_text},
    query::{Bound, Filter, MessageTable},
    scan::{Entry, Outcome, Run},
};

use super::{console::Console, interrupt, processors::threads, reading::Judged};

/// Reads a filter; one that is not understood is told with its place, and is none.
pub(super) fn filter(text: &str) -> Option<Filter> {
    let error = match Filter::parse(text) {
        Ok(filter) => return Some(filter),
        Err(error) => error,
    };
    Console::complain(&format!("the filter is not understood: {error}"));
    Console::point(&error.pointed());
    None
}

/// Returns the messages that pass; none when the reading of bodies was interrupted.
pub(super) fn messages(judged: &Judged, table: &MessageTable, filter: &Filter) -> Option<Vec<usize>> {
    let bound = filter.bind(table, &judged.report.backup);
    if !filter.reads_bodies() {
        return Some(bound.messages(&|_| None));
    }
    let mut passed = Vec::new();
    let mut open = HashMap::new();
    for (row, index) in table.rows.iter().zip(0..) {
        let asked = Cell::new(false);
        let without = bound.passes(index, &|_| {
            asked.set(true);
            None
        });
        if asked.get() {
            open.insert(row.path(), index);
        } else if without {
            passed.push(index);
        }
    }
    passed.extend(by_bodies(judged, &bound, &open)?);
    passed.sort_unstable();
    Some(passed)
}

/// Reads the files whose bodies decide, each once and in the order of the evidence.
fn by_bodies(judged: &Judged, bound: &Bound<'_>, open: &HashMap<&str, usize>) -> Option<Vec<usize>> {
    let limits = judged.evidence.limits();
    let index_of = |entry: &Entry| open.get(entry.path.as_str()).copied();
    let wanted = |_: usize, entry: &Entry| index_of(entry).is_some();
    let run = Run { threads: threads(0), cancel: interrupt::listen(), progress: &|_| () };
    let visited = judged.evidence.visit_some((judged.evidence.entries(), &wanted), run, &|entry, contents| {
        index_of(entry).filter(|index| bound.passes(*index, &|_| Some(body_text(contents.bytes, limits))))
    });
    let mut passed = Vec::new();
    for file in visited {
        match file.outcome {
            Outcome::Done(index) => passed.extend(index),
            Outcome::Panicked(text) => {
                let path = judged.evidence.entries().get(file.entry).map(|entry| entry.path.to_string()).unwrap_or_default();
                judged.panicked.borrow_mut().push((path, text.into()));
            }
            Outcome::Interrupted => return None,
        }
    }
    Some(passed)
}

/// Returns the findings that pass.
pub(super) fn findings(judged: &Judged, table: &MessageTable, filter: &Filter) -> Vec<usize> {
    let backup = &judged.report.backup;
    let limits = judged.evidence.limits();
    let by_path: HashMap<&str, &Entry> = judged.evidence.entries().iter().map(|entry| (entry.path.as_str(), entry)).collect();
    let body = |record: &MessageRecord| {
        let path = &*backup.files.get(record.file)?.path;
        let loaded = judged.evidence.read(by_path.get(path)?);
        Some(body_text(loaded.contents().bytes, limits))
    };
    filter.bind(table, backup).findings(&body)
}
