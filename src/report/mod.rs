//! The result as plain data: a Backup, what was found in it, and how every rule ended. Knows no output form.

use crate::{
    backup::Backup,
    base::Sha256Digest,
    diagnostics::{self, Finding, Hits, Outcome, Ran, Rule, RuleBug, Settings, Severity},
};

/// A judged Backup.
#[derive(Debug)]
pub struct Report {
    /// The evidence and its meaning.
    pub backup: Backup,
    /// Findings by severity, then code, then evidence.
    pub findings: Vec<Finding>,
    /// Every rule of the catalogue with its outcome.
    pub outcomes: Vec<(&'static Rule, Outcome)>,
    /// What the user set differently.
    pub settings: Settings,
    /// Rules that failed by a bug of this program.
    pub bugs: Vec<RuleBug>,
}

/// Judges a Backup by a catalogue; `hits` are what its message rules found while the messages were read.
#[must_use]
pub fn analyze(backup: Backup, hits: Hits, (rules, settings): (&[&'static Rule], Settings)) -> Report {
    let Ran { findings, outcomes, bugs } = diagnostics::run(rules, &settings, &backup, hits);
    Report { backup, findings, outcomes, settings, bugs }
}

impl Report {
    /// Returns the number of findings of one severity.
    #[must_use]
    pub fn findings_of(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Returns the gravest severity found.
    #[must_use]
    pub fn gravest(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }

    /// Returns the numbers of rules that fired, passed, and were not evaluated.
    #[must_use]
    pub fn rule_counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&Outcome) -> bool| self.outcomes.iter().filter(|(_, outcome)| wanted(outcome)).count();
        (
            count(|outcome| *outcome == Outcome::Fired),
            count(|outcome| *outcome == Outcome::Passed),
            count(|outcome| matches!(outcome, Outcome::NotEvaluated(_))),
        )
    }

    /// Returns the number of queue items with decoding anomalies.
    #[must_use]
    pub fn damaged_messages(&self) -> usize {
        let is_damaged = |file: usize| self.backup.files.get(file).is_some_and(|file| !file.anomalies.is_empty());
        self.backup.messages.iter().filter(|message| is_damaged(message.file)).count()
    }
}

/// Returns the digest over codes, names, facts and documentation of a catalogue, so that two reports can be told to come from the same rules.
#[must_use]
pub fn catalogue_digest(rules: &[&'static Rule]) -> Sha256Digest {
    let facts = |rule: &&'static Rule| {
        let meta = &rule.meta;
        let terms = (meta.severity, meta.certainty, meta.versions, meta.fixed_build, meta.fixed_in);
        format!("{} {} {terms:?} {:?} {:?} {}", meta.code, meta.name, meta.kb, meta.needs, meta.docs)
    };
    let text = rules.iter().map(facts).collect::<Vec<_>>().join("\n");
    Sha256Digest::of(text.as_bytes())
}
