//! Which rules hit which queue items, for rules over whole queues that point to the item to look at first.
//!
//! Only what message rules found counts, and of those only the ones that fired in the end.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, RuleMeta, Severity};

/// A rule that hit an item.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// The rule.
    pub rule: &'static RuleMeta,
    /// How grave its finding on the item is.
    pub severity: Severity,
}

/// The hits of message rules by the path of the item.
#[derive(Debug, Default)]
pub struct ItemHits(BTreeMap<Box<str>, Vec<Hit>>);

/// No hits at all.
pub(super) static NO_HITS: ItemHits = ItemHits(BTreeMap::new());

impl ItemHits {
    /// Notes a finding on an item.
    pub(super) fn add(&mut self, path: &str, finding: &Finding) {
        if !self.0.contains_key(path) {
            self.0.insert(path.into(), Vec::new());
        }
        let Some(on_item) = self.0.get_mut(path) else { return };
        match on_item.iter_mut().find(|hit| hit.rule.code == finding.rule.code) {
            Some(known) => known.severity = known.severity.max(finding.severity),
            None => on_item.push(Hit { rule: finding.rule, severity: finding.severity }),
        }
    }

    /// Keeps the hits of rules that fired in the end.
    pub(super) fn keep(&mut self, fired: &BTreeSet<&'static str>) {
        for on_item in self.0.values_mut() {
            on_item.retain(|hit| fired.contains(hit.rule.code));
        }
    }

    /// Returns the hits on the item with this path.
    #[must_use]
    pub fn on(&self, path: &str) -> &[Hit] {
        self.0.get(path).map_or(&[], Vec::as_slice)
    }

    /// Returns every item that one of these rules hit, with the rule.
    pub fn of_rules<'a>(&'a self, codes: &'a [&str]) -> impl Iterator<Item = (&'a str, Hit)> {
        let hit = move |hits: &[Hit]| hits.iter().find(|hit| codes.contains(&hit.rule.code)).copied();
        self.0.iter().filter_map(move |(path, hits)| Some((path.as_ref(), hit(hits)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        diagnostics::{Evidence, Findings, Settings},
        rules::CATALOGUE,
    };

    #[test]
    fn hits_are_told_by_item_and_only_those_of_rules_that_fired() {
        let settings = Settings::default();
        let meta = |code: &str| &CATALOGUE.iter().find(|rule| rule.meta.code == code).unwrap().meta;
        let finding = |code, path: &str| {
            let mut findings = Findings::of(meta(code), &settings);
            findings.report("x").evidence(Evidence::file(path));
            findings.found.remove(0)
        };
        let found = [finding("MSG003", "Bad/1"), finding("MSG003", "Bad/1"), finding("MSG160", "Bad/1"), finding("MSG160", "Bad/2")];
        let mut hits = ItemHits::default();
        for finding in &found {
            hits.add(&finding.evidence[0].file, finding);
        }
        assert_eq!(hits.on("Bad/1").iter().map(|hit| hit.rule.code).collect::<Vec<_>>(), ["MSG003", "MSG160"]);
        hits.keep(&["MSG160"].into());
        assert_eq!((hits.on("Bad/1").len(), hits.on("Mtsin/1").len()), (1, 0));
        assert_eq!(hits.of_rules(&["MSG160"]).map(|(path, _)| path).collect::<Vec<_>>(), ["Bad/1", "Bad/2"]);
    }
}
