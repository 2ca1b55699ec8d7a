//! Findings: a list by severity and rule; the detail says what is so, why it matters, what to do, and leads to every proof.

use crate::{
    base::counted,
    diagnostics::{Evidence, Finding, Severity},
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    target::{Item, Screen, Target},
};

use super::words::{paragraphs, place};

/// Returns the findings below one heading a severity.
#[must_use]
pub fn items(report: &Report) -> Vec<Item> {
    let mut items = Vec::new();
    for severity in Severity::all() {
        let found: Vec<usize> =
            report.findings.iter().enumerate().filter(|(_, finding)| finding.severity == severity).map(|(index, _)| index).collect();
        if !found.is_empty() {
            let heading = Row::new().with(severity.into(), severity.name().to_uppercase()).with(Tone::Dim, format!(" {}", found.len()));
            items.push(Item::Row(Box::new(heading)));
        }
        items.extend(found.into_iter().map(Item::Finding));
    }
    // A heading alone is nothing to begin on.
    if items.len() > 1 { items } else { Vec::new() }
}

/// Returns the row of a finding.
#[must_use]
pub fn row(report: &Report, index: usize) -> Row {
    let Some(finding) = report.findings.get(index) else { return Row::new() };
    // Where a rule found several things, its title does not tell them apart.
    let is_alone = report.findings.iter().filter(|other| other.rule.code == finding.rule.code).take(2).count() < 2;
    let said = if is_alone { finding.rule.title() } else { &finding.message };
    let touched = match finding.affected.messages {
        0 => String::new(),
        count => format!(" [{}]", counted(count, "message")),
    };
    Row::new()
        .with(finding.severity.into(), initial(finding.severity))
        .with(Tone::Plain, " ")
        .cell(Tone::Strong, finding.rule.code, 6)
        .with(Tone::Plain, said)
        .with(Tone::Dim, touched)
        .flag(true)
        .copies(format!("{} {}: {}", finding.rule.code, finding.rule.name, finding.message))
}

/// Returns the letter that stands for a severity where a word has no room.
#[must_use]
pub fn initial(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "C",
        Severity::Error => "E",
        Severity::Warning => "W",
        Severity::Info => "I",
    }
}

/// Returns everything about a finding.
#[must_use]
pub fn detail(report: &Report, index: usize) -> Vec<Row> {
    let Some(finding) = report.findings.get(index) else { return Vec::new() };
    let rule = finding.rule;
    let docs = rule.documentation();
    let title = Row::new()
        .with(finding.severity.into(), finding.severity.name().to_uppercase())
        .with(Tone::Strong, format!(" {} {}", rule.code, rule.name))
        .with(Tone::Dim, format!(" ({})", finding.certainty));
    let mut rows = vec![title, Row::text(&finding.message), Row::new()];
    rows.push(Row::heading(format!("Proof ({})", finding.evidence.len())));
    rows.extend(finding.evidence.iter().map(proof));
    rows.push(Row::new());
    rows.extend(touched(finding));
    rows.extend(paragraphs("What to do", &docs.section("What to do")));
    rows.push(Row::entry("Articles", rule.kb.join(" ")));
    rows.extend(paragraphs("Why", &docs.section("Why it matters")));
    let target = report.outcomes.iter().position(|(other, _)| other.meta.code == rule.code);
    let target = target.map(|at| Target::Item(Screen::Rules, Box::new(Item::Rule(at))));
    rows.push(Row::entry("Rule", "its whole explanation").to(target));
    rows
}

fn touched(finding: &Finding) -> Option<Row> {
    let queues: Vec<&str> = finding.affected.queues.iter().map(String::as_str).collect();
    let messages = finding.affected.messages;
    touches(finding).map(|target| Row::entry("Touches", format!("{} in {}", counted(messages, "message"), queues.join(", "))).to(target))
}

/// Returns where the messages are shown that a finding touches.
#[must_use]
pub fn touches(finding: &Finding) -> Option<Target> {
    let target = Target::Filtered(Screen::Messages, format!("rule:={}", finding.rule.code).into());
    (finding.affected.messages > 0).then_some(target)
}

fn proof(evidence: &Evidence) -> Row {
    let Evidence { observed, expected, .. } = evidence;
    let mut row = Row::new().with(Tone::Link, place(evidence)).hang(2).to(Target::Evidence(Box::new(evidence.clone())));
    if !observed.is_empty() {
        row = row.with(Tone::Plain, ": ").with(Tone::Strong, short(observed));
    }
    if !expected.is_empty() {
        row = row.with(Tone::Dim, format!("; expected {expected}"));
    }
    row.copies(format!("{}: {observed}; expected {expected}", place(evidence)))
}

/// Long values are cut; the place they lead to has them whole.
fn short(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} … ({} characters)", text.get(..end).unwrap_or_default(), text.chars().count()),
        None => text.to_owned(),
    }
}
