//! A rule: what it is called, how grave its trouble is, what it needs, and the function that looks for it.

use std::fmt;

use crate::backup::{Backup, Item, ProductLine};

use super::{Findings, Need, RuleDocs};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Info,
    /// May hurt.
    Warning,
    /// Hurts.
    Error,
    /// Mail is lost, the service crashes, or strangers get in.
    Critical,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    /// Other explanations are as good.
    Possible,
    /// Other explanations are unusual.
    Likely,
    /// The evidence admits no other explanation.
    Certain,
}

impl Severity {
    /// Returns all levels, gravest first.
    #[must_use]
    pub fn all() -> [Self; 4] {
        [Self::Critical, Self::Error, Self::Warning, Self::Info]
    }

    /// Returns the name in reports and arguments.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }
}

impl Certainty {
    /// Returns the name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }

    /// Returns the next weaker degree.
    #[must_use]
    pub fn weaker(self) -> Self {
        match self {
            Self::Certain => Self::Likely,
            Self::Likely | Self::Possible => Self::Possible,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Everything about a rule but its check.
#[derive(Debug)]
pub struct RuleMeta {
    /// Stable code, for example `PKG001`.
    pub code: &'static str,
    /// Stable name that reads well after "found".
    pub name: &'static str,
    /// Severity of its findings.
    pub severity: Severity,
    /// Certainty of its findings; a single finding may be less certain.
    pub certainty: Certainty,
    /// Product lines that can have the trouble.
    pub versions: &'static [ProductLine],
    /// First build of the newest line without the defect.
    pub fixed_build: Option<&'static str>,
    /// Service packs without the defect, several lines parted by `;`.
    pub fixed_in: Option<&'static str>,
    /// Whether a build with the fix silences the rule ("exposed" in the vocabulary of the catalogue).
    pub exposure_gates: bool,
    /// Knowledge Base articles behind the rule.
    pub kb: &'static [&'static str],
    /// Sources that the rule needs: all of the groups, one of each group.
    pub needs: &'static [&'static [Need]],
    /// Search words.
    pub tags: &'static [&'static str],
    /// The documentation as written above the rule.
    pub docs: &'static str,
    /// The file that declares the rule.
    pub file: &'static str,
}

impl RuleMeta {
    /// Returns the documentation in its parts.
    #[must_use]
    pub fn documentation(&self) -> RuleDocs<'static> {
        RuleDocs::new(self.docs)
    }

    /// Returns the first sentence of the documentation without its full stop.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.documentation().title
    }
}

/// A rule of the catalogue.
#[derive(Debug)]
pub struct Rule {
    /// Everything but the check.
    pub meta: RuleMeta,
    /// How the rule looks for its trouble.
    pub check: Check,
}

/// What a gate says of a Backup whose message matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The rest of the condition holds as well.
    Yes,
    /// It does not hold.
    No,
    /// The evidence does not decide it; the reason says why.
    Unknown(String),
}

/// The part of a rule's condition that lies outside of the message.
pub type Gate = fn(&Backup) -> Verdict;

/// How a rule looks.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// At the whole Backup, once.
    Backup(fn(&Backup, &mut Findings<'_>)),
    /// At each queue item while it is decoded.
    Message(fn(&Item<'_>, &mut Findings<'_>)),
    /// At each queue item, and for those that match at the whole Backup.
    MessageIf(fn(&Item<'_>, &mut Findings<'_>), Gate),
}
