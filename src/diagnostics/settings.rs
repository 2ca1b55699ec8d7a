//! What the user may set differently for a run: severities, rules that are switched off, the numbers that rules compare with, and the
//! bounds under which evidence is read.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Limits;

use super::{RuleMeta, Severity};

/// A number that rules compare with; a configuration file may set another one.
#[derive(Debug)]
pub struct Threshold {
    /// Name in the configuration file, `family.words-with-hyphens`.
    pub name: &'static str,
    /// The number that holds when nothing else is said.
    pub default: u32,
    /// What is counted: `messages`, `hours`, `percent` ...
    pub unit: &'static str,
    /// What the number decides and whence it comes: an article, or `heuristic`.
    pub meaning: &'static str,
}

/// The settings of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Severities that replace those of the catalogue, by code.
    pub severities: BTreeMap<&'static str, Severity>,
    /// Codes of rules that are switched off.
    pub disabled: BTreeSet<&'static str>,
    /// Numbers that replace those of the table, by name.
    pub thresholds: BTreeMap<&'static str, u32>,
    /// The bounds under which the evidence is read.
    pub limits: Limits,
}

impl Settings {
    /// Returns the severity of a rule in this run.
    #[must_use]
    pub fn severity(&self, rule: &RuleMeta) -> Severity {
        self.severities.get(rule.code).copied().unwrap_or(rule.severity)
    }

    /// Returns whether a rule is switched off.
    #[must_use]
    pub fn is_disabled(&self, rule: &RuleMeta) -> bool {
        self.disabled.contains(rule.code)
    }

    /// Returns the number of a threshold in this run.
    #[must_use]
    pub fn threshold(&self, threshold: &Threshold) -> u32 {
        self.thresholds.get(threshold.name).copied().unwrap_or(threshold.default)
    }
}
