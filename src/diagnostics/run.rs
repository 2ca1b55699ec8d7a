//! Runs rules: message rules at each queue item while it is decoded, the others once over the whole Backup; and gives every rule its outcome.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::backup::{Backup, Item};

use super::{Availability, Certainty, Check, Exposure, Finding, Findings, ItemHits, Need, Rule, Settings, Undecided, Verdict, item_hits::NO_HITS};

/// How a rule ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It found something.
    Fired,
    /// It looked at everything that it needs and found nothing, or the product cannot have the trouble.
    Passed,
    /// It could not look.
    NotEvaluated(Undecided),
}

/// Applies every message rule to one queue item.
#[must_use]
pub fn judge_message(rules: &[&'static Rule], settings: &Settings, item: &Item<'_>) -> Vec<Finding> {
    let mut all = Vec::new();
    for rule in rules.iter().filter(|rule| !settings.is_disabled(&rule.meta)) {
        let check = match rule.check {
            Check::Message(check) | Check::MessageIf(check, _) => check,
            Check::Backup(_) => continue,
        };
        let mut findings = Findings::of(&rule.meta, settings);
        check(item, &mut findings);
        // What one item says several times is one hit of this item.
        let mut joined = grouped(findings.found);
        for finding in &mut joined {
            if finding.affected.messages == 0 {
                finding.affects(item.queue, 1);
            }
        }
        all.append(&mut joined);
    }
    all
}

/// Brings every rule to its outcome and returns the findings in report order; `hits` are what message rules found, in listing order.
#[must_use]
pub fn run(rules: &[&'static Rule], settings: &Settings, backup: &Backup, hits: Vec<Finding>) -> (Vec<Finding>, Vec<(&'static Rule, Outcome)>) {
    let mut decided = decide_all((rules, settings), backup, hits);
    let mut findings = Vec::new();
    let mut outcomes = Vec::with_capacity(rules.len());
    for rule in rules {
        let Some((found, outcome)) = decided.remove(rule.meta.code) else { continue };
        findings.extend(found);
        outcomes.push((*rule, outcome));
    }
    findings.sort_by(|a: &Finding, b: &Finding| report_order(a).cmp(&report_order(b)));
    (findings, outcomes)
}

impl Findings<'_> {
    /// Returns whether another rule over the whole Backup fires in this run, for conditions that name it.
    #[must_use]
    pub fn fires(&self, rule: &'static Rule, backup: &Backup) -> bool {
        let (_, outcome) = decide((rule, self.settings), backup, (Vec::new(), self.hits()));
        outcome == Outcome::Fired
    }
}

/// Message rules come first: rules over whole queues may ask what they found.
fn decide_all(
    (rules, settings): (&[&'static Rule], &Settings),
    backup: &Backup,
    hits: Vec<Finding>,
) -> BTreeMap<&'static str, (Vec<Finding>, Outcome)> {
    let mut known = ItemHits::of(&hits);
    let mut by_rule: BTreeMap<&'static str, Vec<Finding>> = BTreeMap::new();
    for hit in hits {
        by_rule.entry(hit.rule.code).or_default().push(hit);
    }
    let mut decided = BTreeMap::new();
    let is_over_backup = |rule: &&&'static Rule| matches!(rule.check, Check::Backup(_));
    for rule in rules.iter().filter(|rule| !is_over_backup(rule)) {
        let hits = by_rule.remove(rule.meta.code).unwrap_or_default();
        decided.insert(rule.meta.code, decide((rule, settings), backup, (hits, &NO_HITS)));
    }
    let fired: BTreeSet<&'static str> =
        decided.iter().filter(|(_, (_, outcome)): &(_, &(_, Outcome))| *outcome == Outcome::Fired).map(|(code, _)| *code).collect();
    known.keep(&fired);
    for rule in rules.iter().filter(is_over_backup) {
        decided.insert(rule.meta.code, decide((rule, settings), backup, (Vec::new(), &known)));
    }
    decided
}

/// Findings are sorted by severity, then code, then evidence.
fn report_order(finding: &Finding) -> (std::cmp::Reverse<super::Severity>, &'static str, Option<(&str, u64)>, &str) {
    let first = finding.evidence.first();
    let place = first.map(|evidence| (evidence.file.as_ref(), evidence.span.as_ref().map_or(0, |span| span.start)));
    (std::cmp::Reverse(finding.severity), finding.rule.code, place, &finding.message)
}

fn decide((rule, settings): (&'static Rule, &Settings), backup: &Backup, (hits, known): (Vec<Finding>, &ItemHits)) -> (Vec<Finding>, Outcome) {
    let meta = &rule.meta;
    if settings.is_disabled(meta) {
        let reason = "the rule is switched off by the configuration".to_owned();
        return (Vec::new(), Outcome::NotEvaluated(Undecided { needs: vec!["configuration".into()], reason }));
    }
    let line = backup.version.as_ref().and_then(|version| version.line);
    if line.is_some_and(|line| !meta.versions.contains(&line)) {
        return (Vec::new(), Outcome::Passed);
    }
    let exposure = if meta.exposure_gates { Exposure::of(meta, backup.version.as_ref()) } else { Exposure::Yes };
    if exposure == Exposure::No {
        return (Vec::new(), Outcome::Passed);
    }
    let lacking = lacking(meta.needs, backup);
    let mut found = match rule.check {
        Check::Backup(check) => {
            if let Some(undecided) = lacking {
                return (Vec::new(), Outcome::NotEvaluated(undecided));
            }
            let mut findings = Findings::of(meta, settings).knowing(known);
            check(backup, &mut findings);
            match findings {
                Findings { found, undecided: Some(undecided), .. } if found.is_empty() => return (found, Outcome::NotEvaluated(undecided)),
                Findings { found, .. } => found,
            }
        }
        Check::Message(_) => grouped(hits),
        Check::MessageIf(_, gate) => match (hits.is_empty(), gate(backup)) {
            (true, _) | (false, Verdict::Yes) => grouped(hits),
            (false, Verdict::No) => Vec::new(),
            (false, Verdict::Unknown(reason)) => {
                return (Vec::new(), Outcome::NotEvaluated(Undecided { needs: needs_of(meta.needs), reason }));
            }
        },
    };
    if found.is_empty() {
        // What message rules look at is part of the messages: a folder that was not collected has not been judged.
        return (found, lacking.map_or(Outcome::Passed, Outcome::NotEvaluated));
    }
    if exposure == Exposure::Unknown {
        found.iter_mut().for_each(soften);
    }
    (found, Outcome::Fired)
}

fn soften(finding: &mut Finding) {
    finding.certainty = finding.certainty.weaker().min(Certainty::Likely);
    finding.message.push_str("; the build is not known, so it may be fixed on this server");
}

fn needs_of(needs: &[&[Need]]) -> Vec<String> {
    needs.iter().map(|group| group.iter().map(|need| need.name()).collect::<Vec<_>>().join("|")).collect()
}

/// Returns what keeps a rule from being evaluated.
fn lacking(needs: &[&[Need]], backup: &Backup) -> Option<Undecided> {
    let mut missing = Vec::new();
    let mut reasons = Vec::new();
    for group in needs {
        let states: Vec<_> = group.iter().map(|need| (need.name(), need.availability(backup))).collect();
        if states.iter().any(|(_, state)| *state == Availability::Present) {
            continue;
        }
        missing.push(states.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("|"));
        reasons.extend(states.into_iter().map(|(name, state)| match state {
            Availability::Unusable(reason) => format!("{name} {reason}"),
            _ => format!("{name} is missing"),
        }));
    }
    (!missing.is_empty()).then(|| Undecided { needs: missing, reason: reasons.join("; ") })
}

/// Joins findings of one group into one with many places.
fn grouped(hits: Vec<Finding>) -> Vec<Finding> {
    let mut groups: Vec<Finding> = Vec::new();
    let mut index_of: HashMap<Option<String>, usize> = HashMap::new();
    for hit in hits {
        let index = *index_of.entry(hit.group.clone()).or_insert(groups.len());
        let Some(first) = groups.get_mut(index) else {
            groups.push(hit);
            continue;
        };
        let room = Finding::MAX_EVIDENCE.saturating_sub(first.evidence.len());
        first.evidence.extend(hit.evidence.into_iter().take(room));
        first.affected.messages += hit.affected.messages;
        first.affected.queues.extend(hit.affected.queues);
        first.certainty = first.certainty.max(hit.certainty);
    }
    for finding in groups.iter_mut().filter(|finding| finding.affected.messages > 1) {
        finding.message = format!("{} queue items; the first: {}", finding.affected.messages, finding.message);
    }
    groups
}
