//! What message rules found so far, gathered from all threads. Hits of one cause are joined as they come, so that of all but the first only
//! the path stays, shared between the rules; which ones are quoted does not depend on the order in which they come.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    backup::{Item, QueueKind},
    base::caught,
};

use super::{Certainty, Check, Finding, Findings, ItemHits, Rule, RuleBug, Settings, Severity, Undecided};

/// The hits of a run.
#[derive(Debug, Default)]
pub struct Hits(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    groups: BTreeMap<Key, Group>,
    /// The first item, by its path, that did not decide a rule, and why.
    undecided: BTreeMap<&'static str, (Box<str>, Undecided)>,
    by_item: ItemHits,
    /// The first item, by its path, at which a rule failed, and why.
    bugs: BTreeMap<&'static str, (Box<str>, String)>,
}

/// What all message rules have to tell, by code of the rule.
pub(super) struct Told {
    /// One finding for each cause, in the order of the first paths.
    pub(super) findings: BTreeMap<&'static str, Vec<Finding>>,
    /// Why a rule could not be decided at some item.
    pub(super) undecided: BTreeMap<&'static str, Undecided>,
    /// Which rules hit which item.
    pub(super) by_item: ItemHits,
    /// Rules that failed, by code.
    pub(super) bugs: BTreeMap<&'static str, RuleBug>,
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
    /// Applies every message rule to one queue item and keeps what they find. A rule that fails by a bug costs neither the item nor what the
    /// other rules find in it.
    pub fn judge(&self, rules: &[&'static Rule], settings: &Settings, item: &Item<'_>) {
        let (mut found, mut undecided) = (Vec::new(), Vec::new());
        let mut open = rules.iter().filter(|rule| !settings.is_disabled(&rule.meta));
        let mut current = "";
        // One net under all rules costs nothing for each; it is spanned again behind the rule that fell.
        while let Err(text) = caught(|| {
            for rule in open.by_ref() {
                let (Check::Message(check) | Check::MessageIf(check, _)) = rule.check else { continue };
                current = rule.meta.code;
                let mut findings = Findings::of(&rule.meta, settings);
                check(item, &mut findings);
                undecided.extend(findings.undecided.map(|why| (rule.meta.code, why)));
                // What one item says several times is one hit of this item.
                found.append(&mut grouped(findings.found));
            }
        }) {
            self.failed(current, item.path, text);
        }
        if found.is_empty() && undecided.is_empty() {
            return;
        }
        // A spool file or saved mail is no queue item.
        for finding in found.iter_mut().filter(|finding| finding.affected.messages == 0 && !item.messages.is_empty()) {
            finding.affects(item.queue, 1);
        }
        let path = Arc::from(item.path);
        // A thread that panicked left whole hits behind; the others go on.
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Remarks on ordinary mail would cost memory for each; rules over queues ask for what is grave, and for the failed ones.
        let has_failed = item.is_in(&[QueueKind::Bad, QueueKind::ContentConversionFailed]) || item.messages.is_empty();
        for (code, why) in undecided {
            let first = gathered.undecided.entry(code).or_insert_with(|| (item.path.into(), why.clone()));
            if item.path < first.0.as_ref() {
                *first = (item.path.into(), why);
            }
        }
        for finding in found {
            if has_failed || finding.severity > Severity::Info {
                gathered.by_item.add(item.path, &finding);
            }
            gathered.groups.entry((finding.rule.code, finding.group.clone())).or_insert_with(Group::new).add(&path, finding);
        }
    }

    /// Keeps the first item at which a rule failed.
    fn failed(&self, rule: &'static str, path: &str, text: String) {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = gathered.bugs.get(rule).is_none_or(|(known, _)| path < known.as_ref());
        if is_first {
            gathered.bugs.insert(rule, (path.into(), text));
        }
    }

    /// Returns what was found.
    pub(super) fn told(self) -> Told {
        let Gathered { groups, undecided, by_item, bugs } = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut by_rule: BTreeMap<&'static str, Vec<(Box<str>, Finding)>> = BTreeMap::new();
        for ((code, _), group) in groups {
            by_rule.entry(code).or_default().extend(group.joined());
        }
        let in_order = |mut findings: Vec<(Box<str>, Finding)>| {
            findings.sort_by(|(a, _), (b, _)| a.cmp(b));
            findings.into_iter().map(|(_, finding)| finding).collect()
        };
        let findings = by_rule.into_iter().map(|(code, findings)| (code, in_order(findings))).collect();
        let undecided = undecided.into_iter().map(|(code, (_, why))| (code, why)).collect();
        let bugs = bugs.into_iter().map(|(rule, (path, text))| (rule, RuleBug { rule, file: Some(path), text })).collect();
        Told { findings, undecided, by_item, bugs }
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
