//! Rules: the catalogue by outcome in this run, each with its explanation, and why one was not evaluated.

use regex::Regex;

use crate::{
    diagnostics::{Outcome, RuleMeta},
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    target::Item,
};

use super::words::{finding_row, paragraphs};

/// Says whether an outcome belongs to a group.
type Belongs = fn(&Outcome) -> bool;

/// Returns the rules: fired, not evaluated, passed.
#[must_use]
pub fn items(report: &Report) -> Vec<Item> {
    let groups: [(&str, Belongs); 3] = [
        ("Fired", |outcome| *outcome == Outcome::Fired),
        ("Not evaluated", |outcome| matches!(outcome, Outcome::NotEvaluated(_))),
        ("Passed", |outcome| *outcome == Outcome::Passed),
    ];
    let mut items = Vec::new();
    for (name, belongs) in groups {
        let rules: Vec<usize> = report.outcomes.iter().enumerate().filter(|(_, (_, outcome))| belongs(outcome)).map(|(index, _)| index).collect();
        items.push(Item::Row(Box::new(Row::heading(name).with(Tone::Dim, format!(" {}", rules.len())))));
        items.extend(rules.into_iter().map(Item::Rule));
    }
    items
}

/// Returns the row of a rule.
#[must_use]
pub fn row(report: &Report, index: usize) -> Row {
    let Some((rule, outcome)) = report.outcomes.get(index) else { return Row::new() };
    let meta = &rule.meta;
    let (word, tone) = match outcome {
        Outcome::Fired => ("fired", meta.severity.into()),
        Outcome::Passed => ("passed", Tone::Good),
        Outcome::NotEvaluated(_) => ("not ev.", Tone::Dim),
    };
    let row = Row::new().cell(tone, word, 7).cell(Tone::Strong, meta.code, 6).with(Tone::Plain, meta.title());
    row.flag(*outcome == Outcome::Fired).copies(format!("{} {}: {}", meta.code, meta.name, meta.title()))
}

/// Returns whether what a rule is called, or why it was not evaluated, says what a search looks for.
#[must_use]
pub fn says(report: &Report, index: usize, pattern: &Regex) -> bool {
    let Some((rule, outcome)) = report.outcomes.get(index) else { return false };
    let meta = &rule.meta;
    let reason = if let Outcome::NotEvaluated(undecided) = outcome { undecided.reason.as_ref() } else { "" };
    [meta.code, meta.name, meta.title(), reason].into_iter().chain(meta.kb.iter().copied()).any(|text| pattern.is_match(text))
}

/// Returns everything about a rule.
#[must_use]
pub fn detail(report: &Report, index: usize) -> Vec<Row> {
    let Some((rule, outcome)) = report.outcomes.get(index) else { return Vec::new() };
    let meta = &rule.meta;
    let mut rows = vec![
        Row::new().with(meta.severity.into(), meta.severity.name().to_uppercase()).with(Tone::Strong, format!(" {} {}", meta.code, meta.name)),
        Row::text(meta.title()),
    ];
    match outcome {
        Outcome::Fired => rows.push(Row::new().cell(Tone::Dim, "Outcome", 11).with(meta.severity.into(), "fired")),
        Outcome::Passed => rows.push(Row::new().cell(Tone::Dim, "Outcome", 11).with(Tone::Good, "passed")),
        Outcome::NotEvaluated(undecided) => {
            rows.push(Row::entry("Outcome", format!("not evaluated: {}", undecided.reason)));
            rows.push(Row::entry("It lacks", undecided.needs.join(", ")));
        }
    }
    let own = report.findings.iter().enumerate().filter(|(_, finding)| finding.rule.code == meta.code);
    rows.extend(own.map(|(index, finding)| finding_row(index, finding)));
    rows.extend(explanation(meta));
    rows
}

fn explanation(meta: &'static RuleMeta) -> Vec<Row> {
    let docs = meta.documentation();
    let mut rows = vec![Row::new()];
    rows.extend(paragraphs("What to do", &docs.section("What to do")));
    rows.push(Row::entry("Articles", meta.kb.join(" ")));
    rows.extend(paragraphs("Why", &docs.section("Why it matters")));
    let needs: Vec<String> = meta.needs.iter().map(|group| group.iter().map(|need| need.name()).collect::<Vec<_>>().join(" or ")).collect();
    rows.push(Row::entry("Certainty", meta.certainty.name()));
    rows.push(Row::entry("Versions", meta.versions.iter().map(|line| line.name()).collect::<Vec<_>>().join(", ")));
    rows.extend(meta.fixed_in.or(meta.fixed_build).map(|fixed| Row::entry("Fixed in", fixed)));
    rows.push(Row::entry("Needs", needs.join(", ")));
    for example in docs.examples() {
        rows.push(Row::new());
        rows.push(Row::heading(if example.fires { "Fires on" } else { "Silent on" }));
        rows.extend(example.fixture.lines().map(|line| Row::new().with(Tone::Dim, format!("  {line}"))));
    }
    rows
}
