//! A finding as the filter sees it, and the messages that it touches.

use std::collections::HashMap;

use crate::diagnostics::{Certainty, Finding, Severity};

/// A finding of the table.
#[derive(Debug, Clone)]
pub struct FindingRow {
    /// How grave it is.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// The messages that it touches, by their index, in the order of their paths.
    pub messages: Box<[u32]>,
    pub(super) rule: Box<str>,
    pub(super) kb: Box<str>,
    pub(super) tags: Box<str>,
    pub(super) words: Box<str>,
    pub(super) files: Box<str>,
    pub(super) queues: Box<str>,
}

impl FindingRow {
    /// Returns the row of a finding; `by_path` knows the messages by the paths of their files.
    pub(super) fn new(finding: &Finding, by_path: &HashMap<&str, u32>) -> Self {
        let Finding { rule, severity, certainty, message, evidence, affected, group: _, if_exposed: _, gate: _ } = finding;
        let touched = evidence.iter().map(|evidence| &*evidence.file).chain(affected.items.iter().map(|path| &**path));
        let mut messages: Vec<u32> = touched.filter_map(|path| by_path.get(path).copied()).collect();
        messages.sort_unstable();
        messages.dedup();
        let places = evidence.iter().flat_map(|evidence| [evidence.locator.to_string(), evidence.observed.to_string()]);
        let words: Vec<String> = [rule.title().to_owned(), message.clone()].into_iter().chain(places).collect();
        Self {
            severity: *severity,
            certainty: *certainty,
            messages: messages.into(),
            rule: lines([rule.code, rule.name]),
            kb: lines(rule.kb),
            tags: lines(rule.tags),
            words: lines(words),
            files: lines(evidence.iter().map(|evidence| &*evidence.file)),
            queues: lines(&affected.queues),
        }
    }
}

/// Returns values one a line.
pub(super) fn lines<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> Box<str> {
    let clean = |value: T| value.as_ref().replace(['\r', '\n'], " ");
    values.into_iter().map(clean).collect::<Vec<_>>().join("\n").into()
}
