//! What a rule, a finding and a piece of evidence are, and how a rule comes to one of its three outcomes. Knows no single rule and prints
//! nothing.
//!
//! A [`Rule`] owns its [`RuleMeta`] and its check; a [`Finding`] points to the meta only, so that finding and rule form no circle.

mod declare;
mod docs;
mod evidence;
mod exposure;
mod finding;
mod hits;
mod item_hits;
mod item_places;
mod need;
mod places;
mod rule;
mod rule_bug;
mod run;
mod settings;

pub use docs::{Example, RuleDocs};
pub use evidence::{Evidence, Locator};
pub use exposure::Exposure;
pub use finding::{Affected, Finding, Findings, Undecided};
pub use hits::Hits;
pub use item_hits::{Hit, ItemHits};
pub use need::{Availability, Need};
pub use rule::{Certainty, Check, Gate, Rule, RuleMeta, Severity, Verdict};
pub use rule_bug::RuleBug;
pub use run::{Outcome, Ran, run};
pub use settings::{Settings, Threshold};
