//! The wire form of the catalogue.

use serde::Serialize;

use crate::diagnostics::{Rule, RuleMeta};

/// All rules.
#[derive(Serialize)]
pub(super) struct RulesV1 {
    rules: Vec<RuleV1>,
}

#[derive(Serialize)]
struct RuleV1 {
    code: &'static str,
    name: &'static str,
    title: &'static str,
    severity: &'static str,
    certainty: &'static str,
    versions: Vec<&'static str>,
    fixed_build: Option<&'static str>,
    fixed_in: Option<&'static str>,
    kb: &'static [&'static str],
    needs: Vec<String>,
    tags: &'static [&'static str],
    why: String,
    remedy: String,
}

impl RulesV1 {
    pub(super) fn new(rules: &[&'static Rule]) -> Self {
        Self { rules: rules.iter().map(|rule| RuleV1::from(&rule.meta)).collect() }
    }
}

impl From<&'static RuleMeta> for RuleV1 {
    fn from(meta: &'static RuleMeta) -> Self {
        let RuleMeta { code, name, severity, certainty, versions, fixed_build, fixed_in, exposure_gates: _, kb, needs, tags, docs: _, file: _ } =
            meta;
        Self {
            code,
            name,
            title: meta.title(),
            severity: severity.name(),
            certainty: certainty.name(),
            versions: versions.iter().map(|line| line.name()).collect(),
            fixed_build: *fixed_build,
            fixed_in: *fixed_in,
            kb,
            needs: needs.iter().map(|group| group.iter().map(|need| need.name()).collect::<Vec<_>>().join("|")).collect(),
            tags,
            why: meta.documentation().section("Why it matters"),
            remedy: meta.documentation().section("What to do"),
        }
    }
}
