//! Runs the rules over the whole Backup and gives every rule its outcome; what message rules found while the items were decoded comes in.

use std::collections::{BTreeMap, BTreeSet};

use crate::{backup::Backup, base::caught};

use super::{
    Availability, Certainty, Check, Exposure, Finding, Findings, Hits, ItemHits, Need, Rule, RuleBug, Settings, Undecided, Verdict, hits::Told,
    item_hits::NO_HITS,
};

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

/// What a run of the rules gives.
#[derive(Debug, Default)]
pub struct Ran {
    /// Findings in report order.
    pub findings: Vec<Finding>,
    /// Every rule with its outcome.
    pub outcomes: Vec<(&'static Rule, Outcome)>,
    /// Rules that failed by a bug of this program, by code.
    pub bugs: Vec<RuleBug>,
}

/// Brings every rule to its outcome; `hits` are what message rules found. A rule that fails costs itself only.
#[must_use]
pub fn run(rules: &[&'static Rule], settings: &Settings, backup: &Backup, hits: Hits) -> Ran {
    let mut decided = decide_all((rules, settings), backup, hits);
    let mut ran = Ran::default();
    for rule in rules {
        let Some(Decided { found, outcome, bug }) = decided.remove(rule.meta.code) else { continue };
        ran.findings.extend(found);
        ran.outcomes.push((*rule, outcome));
        ran.bugs.extend(bug);
    }
    ran.findings.sort_by(|a: &Finding, b: &Finding| report_order(a).cmp(&report_order(b)));
    ran.bugs.sort_by_key(|bug| bug.rule);
    ran
}

/// How one rule ended.
struct Decided {
    found: Vec<Finding>,
    outcome: Outcome,
    bug: Option<RuleBug>,
}

/// Decides on a rule; `known` is a bug that it failed by at some item.
fn decide_safely((rule, settings): (&'static Rule, &Settings), backup: &Backup, heard: Heard<'_>, known: Option<RuleBug>) -> Decided {
    let code = rule.meta.code;
    let (found, outcome, bug) = match caught(|| decide((rule, settings), backup, heard)) {
        Ok((found, outcome)) => (found, outcome, known),
        Err(text) => (Vec::new(), Outcome::Passed, known.or(Some(RuleBug { rule: code, file: None, text }))),
    };
    let outcome = match &bug {
        Some(bug) if outcome != Outcome::Fired => {
            let needs = vec!["imcscan without this bug".to_owned()];
            Outcome::NotEvaluated(Undecided { needs, reason: format!("a bug in imcscan: {bug}") })
        }
        _ => outcome,
    };
    Decided { found, outcome, bug }
}

impl Findings<'_> {
    /// Returns whether another rule over the whole Backup fires in this run, for conditions that name it.
    #[must_use]
    pub fn fires(&self, rule: &'static Rule, backup: &Backup) -> bool {
        let (_, outcome) = decide((rule, self.settings), backup, Heard::nothing(self.hits()));
        outcome == Outcome::Fired
    }
}

/// Message rules come first: rules over whole queues may ask what they found.
fn decide_all((rules, settings): (&[&'static Rule], &Settings), backup: &Backup, hits: Hits) -> BTreeMap<&'static str, Decided> {
    let Told { mut findings, mut undecided, mut by_item, mut bugs } = hits.told();
    let mut decided = BTreeMap::new();
    let is_over_backup = |rule: &&&'static Rule| matches!(rule.check, Check::Backup(_));
    for rule in rules.iter().filter(|rule| !is_over_backup(rule)) {
        let code = rule.meta.code;
        let heard = Heard { hits: findings.remove(code).unwrap_or_default(), undecided: undecided.remove(code), by_item: &NO_HITS };
        decided.insert(code, decide_safely((rule, settings), backup, heard, bugs.remove(code)));
    }
    let fired: BTreeSet<&'static str> =
        decided.iter().filter(|(_, decided): &(_, &Decided)| decided.outcome == Outcome::Fired).map(|(code, _)| *code).collect();
    by_item.keep(&fired);
    for rule in rules.iter().filter(is_over_backup) {
        decided.insert(rule.meta.code, decide_safely((rule, settings), backup, Heard::nothing(&by_item), None));
    }
    decided
}

/// Findings are sorted by severity, then code, then evidence.
fn report_order(finding: &Finding) -> (std::cmp::Reverse<super::Severity>, &'static str, Option<(&str, u64)>, &str) {
    let first = finding.evidence.first();
    let place = first.map(|evidence| (evidence.file.as_ref(), evidence.span.as_ref().map_or(0, |span| span.start)));
    (std::cmp::Reverse(finding.severity), finding.rule.code, place, &finding.message)
}

/// What message rules found, for the decision on one rule.
struct Heard<'h> {
    hits: Vec<Finding>,
    undecided: Option<Undecided>,
    by_item: &'h ItemHits,
}

impl<'h> Heard<'h> {
    fn nothing(by_item: &'h ItemHits) -> Self {
        Self { hits: Vec::new(), undecided: None, by_item }
    }
}

fn decide((rule, settings): (&'static Rule, &Settings), backup: &Backup, heard: Heard<'_>) -> (Vec<Finding>, Outcome) {
    let meta = &rule.meta;
    if settings.is_disabled(meta) {
        let reason = "the rule is switched off by the configuration".to_owned();
        return (Vec::new(), Outcome::NotEvaluated(Undecided { needs: vec!["configuration".into()], reason }));
    }
    let line = backup.version.as_ref().and_then(|version| version.line);
    if line.is_some_and(|line| !meta.versions.contains(&line)) {
        return (Vec::new(), Outcome::Passed);
    }
    let own = Exposure::of(meta, backup.version.as_ref());
    if meta.exposure_gates && own == Exposure::No {
        return (Vec::new(), Outcome::Passed);
    }
    let (mut found, undecided) = look((rule, settings), backup, heard);
    found.retain(|finding| !finding.if_exposed || own != Exposure::No);
    if found.is_empty() {
        return (found, undecided.map_or(Outcome::Passed, Outcome::NotEvaluated));
    }
    if own == Exposure::Unknown {
        found.iter_mut().filter(|finding| meta.exposure_gates || finding.if_exposed).for_each(soften);
    }
    (found, Outcome::Fired)
}

/// Returns what a rule finds, and what keeps it from passing when that is nothing.
fn look((rule, settings): (&'static Rule, &Settings), backup: &Backup, heard: Heard<'_>) -> (Vec<Finding>, Option<Undecided>) {
    let meta = &rule.meta;
    let Heard { hits, undecided, by_item } = heard;
    // What message rules look at is part of the messages: a folder that was not collected has not been judged.
    let unjudged = || lacking(meta.needs, backup).or(undecided).or_else(|| uncollected_queue(meta.needs, backup));
    let hits: Vec<Finding> = hits.into_iter().filter_map(|hit| admitted(hit, backup)).collect();
    match rule.check {
        Check::Backup(check) => {
            if let Some(undecided) = lacking(meta.needs, backup) {
                return (Vec::new(), Some(undecided));
            }
            let mut findings = Findings::of(meta, settings).knowing(by_item);
            check(backup, &mut findings);
            let Findings { found, undecided, .. } = findings;
            (found, undecided.or_else(|| uncollected_queue(meta.needs, backup)))
        }
        Check::Message(_) => (hits, unjudged()),
        Check::MessageIf(..) if hits.is_empty() => (hits, unjudged()),
        Check::MessageIf(_, gate) => match gate(backup) {
            Verdict::Yes => (hits, None),
            Verdict::No => (Vec::new(), unjudged()),
            Verdict::Unknown(reason) => (Vec::new(), Some(Undecided { needs: needs_of(meta.needs), reason })),
        },
    }
}

fn soften(finding: &mut Finding) {
    weaken(finding, "the build is not known, so it may be fixed on this server");
}

fn weaken(finding: &mut Finding, reason: &str) {
    finding.certainty = finding.certainty.weaker().min(Certainty::Likely);
    finding.message.push_str("; ");
    finding.message.push_str(reason);
}

/// Asks the finding's own gate.
fn admitted(mut finding: Finding, backup: &Backup) -> Option<Finding> {
    match finding.gate.map(|gate| gate(backup)) {
        None | Some(Verdict::Yes) => Some(finding),
        Some(Verdict::No) => None,
        Some(Verdict::Unknown(reason)) => {
            weaken(&mut finding, &reason);
            Some(finding)
        }
    }
}

fn needs_of(needs: &[&[Need]]) -> Vec<String> {
    needs.iter().map(|group| group.iter().map(|need| need.name()).collect::<Vec<_>>().join("|")).collect()
}

/// Returns the main queue that was not collected, when a rule looks at messages: nothing found in the rest does not clear that queue.
fn uncollected_queue(needs: &[&[Need]], backup: &Backup) -> Option<Undecided> {
    let looks_at_messages = needs.iter().any(|group| group.iter().any(|need| matches!(need, Need::Messages | Need::Headers | Need::Raw)));
    let missing: Vec<Need> =
        [Need::Mtsout, Need::Mtsin].into_iter().filter(|queue| looks_at_messages && queue.availability(backup) != Availability::Present).collect();
    let names: Vec<String> = missing.iter().map(|queue| queue.name().to_owned()).collect();
    let reason = format!("{} was not collected, so its messages were not judged", names.join(" and "));
    (!names.is_empty()).then_some(Undecided { needs: names, reason })
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
