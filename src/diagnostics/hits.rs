//! What message rules found so far, gathered from all threads. Hits of one cause are joined as they come, so that memory does not grow with
//! their number; which ones are quoted does not depend on the order in which they come.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use crate::backup::Item;

use super::{Certainty, Check, Finding, Findings, Rule, Settings};

/// The hits of a run.
#[derive(Debug, Default)]
pub struct Hits {
    groups: Mutex<BTreeMap<Key, Group>>,
}

/// Code of the rule and group of the finding.
type Key = (&'static str, Option<String>);

/// Hits of one cause: all are counted, those of the first paths are kept.
#[derive(Debug)]
struct Group {
    first: Vec<(Box<str>, Finding)>,
    messages: usize,
    items: Vec<Arc<str>>,
    queues: BTreeSet<String>,
    certainty: Certainty,
}

impl Hits {
    /// Applies every message rule to one queue item and keeps what they find.
    pub fn judge(&self, rules: &[&'static Rule], settings: &Settings, item: &Item<'_>) {
        let mut found = Vec::new();
        for rule in rules.iter().filter(|rule| !settings.is_disabled(&rule.meta)) {
            let (Check::Message(check) | Check::MessageIf(check, _)) = rule.check else { continue };
            let mut findings = Findings::of(&rule.meta, settings);
            check(item, &mut findings);
            // What one item says several times is one hit of this item.
            found.append(&mut grouped(findings.found));
        }
        if found.is_empty() {
            return;
        }
        // A spool file or saved mail is no queue item.
        for finding in found.iter_mut().filter(|finding| finding.affected.messages == 0 && !item.messages.is_empty()) {
            finding.affects(item.queue, 1);
        }
        let path = Arc::from(item.path);
        // A thread that panicked left whole hits behind; the others go on.
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        for finding in found {
            groups.entry((finding.rule.code, finding.group.clone())).or_insert_with(Group::new).add(&path, finding);
        }
    }

    /// Returns one finding for each cause, by code of the rule; within a rule in the order of the first paths.
    pub(super) fn into_findings(self) -> BTreeMap<&'static str, Vec<Finding>> {
        let mut by_rule: BTreeMap<&'static str, Vec<(Box<str>, Finding)>> = BTreeMap::new();
        for ((code, _), group) in self.groups.into_inner().unwrap_or_else(PoisonError::into_inner) {
            by_rule.entry(code).or_default().extend(group.joined());
        }
        let in_order = |mut findings: Vec<(Box<str>, Finding)>| {
            findings.sort_by(|(a, _), (b, _)| a.cmp(b));
            findings.into_iter().map(|(_, finding)| finding).collect()
        };
        by_rule.into_iter().map(|(code, findings)| (code, in_order(findings))).collect()
    }
}

impl Group {
    fn new() -> Self {
        Self { first: Vec::new(), messages: 0, items: Vec::new(), queues: BTreeSet::new(), certainty: Certainty::Possible }
    }

    fn add(&mut self, path: &Arc<str>, finding: Finding) {
        self.items.push(Arc::clone(path));
        self.messages += finding.affected.messages;
        self.certainty = self.certainty.max(finding.certainty);
        for queue in &finding.affected.queues {
            if !self.queues.contains(queue) {
                self.queues.insert(queue.clone());
            }
        }
        let place = self.first.partition_point(|(known, _)| known.as_ref() <= path.as_ref());
        if place < Finding::MAX_EVIDENCE {
            self.first.insert(place, (path.as_ref().into(), finding));
            self.first.truncate(Finding::MAX_EVIDENCE);
        }
    }

    /// Returns the finding with the places of all that were kept, and its first path.
    fn joined(mut self) -> Option<(Box<str>, Finding)> {
        self.items.sort_unstable();
        let mut kept = self.first.into_iter();
        let (path, mut finding) = kept.next()?;
        finding.first_evidences(kept.flat_map(|(_, other)| other.evidence));
        finding.affected.messages = self.messages;
        finding.affected.queues = self.queues;
        finding.affected.items = self.items;
        finding.certainty = self.certainty;
        if self.messages > 1 {
            finding.message = format!("{} queue items; the first: {}", self.messages, finding.message);
        }
        Some((path, finding))
    }
}

/// Joins the findings of one item and group into one with many places.
fn grouped(hits: Vec<Finding>) -> Vec<Finding> {
    let mut groups: Vec<Finding> = Vec::new();
    for hit in hits {
        let Some(first) = groups.iter_mut().find(|known| known.group == hit.group) else {
            groups.push(hit);
            continue;
        };
        first.first_evidences(hit.evidence);
        first.affected.messages += hit.affected.messages;
        first.affected.queues.extend(hit.affected.queues);
        first.certainty = first.certainty.max(hit.certainty);
    }
    groups
}
