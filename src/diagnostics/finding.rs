//! A finding, and the list that a check writes its findings to.

use std::{collections::BTreeSet, sync::Arc};

use super::{Certainty, Evidence, Gate, ItemHits, RuleMeta, Settings, Severity, Threshold, item_hits::NO_HITS};

/// One trouble that a rule found, with its proof.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static RuleMeta,
    /// How grave it is in this run.
    pub severity: Severity,
    /// How sure this finding is; never surer than the rule.
    pub certainty: Certainty,
    /// What is so here, with the values.
    pub message: String,
    /// The proof, at least one piece.
    pub evidence: Vec<Evidence>,
    /// What the trouble touches.
    pub affected: Affected,
    /// Findings of one rule with the same group become one; none when every finding of the rule belongs together.
    pub group: Option<String>,
    /// Whether it only counts in a product without the fix; for rules of which another part of the condition needs no such product.
    pub if_exposed: bool,
    /// What must hold of the whole Backup for this finding alone; it needs a group of its own.
    pub gate: Option<Gate>,
}

/// What a trouble touches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Affected {
    /// Number of queue items.
    pub messages: usize,
    /// Names of their queues.
    pub queues: BTreeSet<String>,
    /// Paths of the queue items, sorted, when the rule looks at each by itself; evidence names the first of them only.
    pub items: Vec<Arc<str>>,
}

/// Why a check could not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// The sources that would decide it.
    pub needs: Vec<String>,
    /// Why they do not.
    pub reason: String,
}

/// Where a check writes what it found.
#[derive(Debug)]
pub struct Findings<'s> {
    rule: &'static RuleMeta,
    pub(super) settings: &'s Settings,
    hits: &'s ItemHits,
    pub(super) found: Vec<Finding>,
    pub(super) undecided: Option<Undecided>,
}

impl<'s> Findings<'s> {
    /// Returns an empty list for one rule in a run with these settings.
    #[must_use]
    pub fn of(rule: &'static RuleMeta, settings: &'s Settings) -> Self {
        Self { rule, settings, hits: &NO_HITS, found: Vec::new(), undecided: None }
    }

    /// Returns the list of a rule that may ask what message rules found.
    pub(super) fn knowing(self, hits: &'s ItemHits) -> Self {
        Self { hits, ..self }
    }

    /// Returns what message rules found, item by item; nothing while items are being judged.
    #[must_use]
    pub fn hits(&self) -> &'s ItemHits {
        self.hits
    }

    /// Adds a finding; its evidence is added to what is returned.
    pub fn report(&mut self, message: impl Into<String>) -> &mut Finding {
        let finding = Finding {
            rule: self.rule,
            severity: self.settings.severity(self.rule),
            certainty: self.rule.certainty,
            message: message.into(),
            evidence: Vec::new(),
            affected: Affected::default(),
            group: None,
            if_exposed: false,
            gate: None,
        };
        self.found.push_mut(finding)
    }

    /// Says that the evidence does not decide the rule; it is then neither fired nor passed.
    pub fn undecided(&mut self, needs: impl Into<String>, reason: impl Into<String>) {
        self.undecided = Some(Undecided { needs: vec![needs.into()], reason: reason.into() });
    }

    /// Returns a threshold as a number to compare with hours, sizes and the like.
    #[must_use]
    pub fn number(&self, threshold: &Threshold) -> i64 {
        self.settings.threshold(threshold).into()
    }

    /// Returns a threshold as a number of things in memory.
    #[must_use]
    pub fn count(&self, threshold: &Threshold) -> usize {
        usize::try_from(self.settings.threshold(threshold)).unwrap_or(usize::MAX)
    }

    /// Returns whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

impl Finding {
    /// Pieces of evidence that one finding carries at most.
    pub const MAX_EVIDENCE: usize = 20;

    /// Adds a piece of proof.
    pub fn evidence(&mut self, evidence: Evidence) -> &mut Self {
        self.evidence.push(evidence);
        self
    }

    /// Adds several pieces of proof.
    pub fn evidences(&mut self, evidence: impl IntoIterator<Item = Evidence>) -> &mut Self {
        self.evidence.extend(evidence);
        self
    }

    /// Adds as many pieces of proof as one finding carries; the message says how many there are.
    pub fn first_evidences(&mut self, evidence: impl IntoIterator<Item = Evidence>) -> &mut Self {
        let room = Self::MAX_EVIDENCE.saturating_sub(self.evidence.len());
        self.evidence.extend(evidence.into_iter().take(room));
        self
    }

    /// Keeps this finding apart from the others of its rule.
    pub fn group(&mut self, key: impl Into<String>) -> &mut Self {
        self.group = Some(key.into());
        self
    }

    /// Lets the finding count only where the product has not the fix; it needs a group of its own.
    pub fn if_exposed(&mut self) -> &mut Self {
        self.if_exposed = true;
        self
    }

    /// Keeps this finding of a message rule only if the Backup fulfils the rest of its condition, when one of several alternatives of the
    /// rule has such a rest. What is unknown weakens the finding. Findings under other conditions need another group.
    pub fn only_if(&mut self, gate: Gate) -> &mut Self {
        self.gate = Some(gate);
        self
    }

    /// Says how many queue items of a queue it touches.
    pub fn affects(&mut self, queue: &str, messages: usize) -> &mut Self {
        self.affected.messages += messages;
        self.affected.queues.insert(queue.to_owned());
        self
    }

    /// Makes this one finding graver or milder than its rule, unless the user has set a severity of his own.
    pub fn of_severity(&mut self, severity: Severity) -> &mut Self {
        if self.severity == self.rule.severity {
            self.severity = severity;
        }
        self
    }

    /// Lowers the certainty of this finding to at most `certainty`.
    pub fn at_most(&mut self, certainty: Certainty) -> &mut Self {
        self.certainty = self.certainty.min(certainty);
        self
    }
}
