//! Findings of the text report.

use std::io::{self, Write};

use crate::{
    base::counted,
    diagnostics::{Evidence, Finding},
    query::Selection,
    report::Report,
};

use super::{Page, Style, overview, page};

/// Pieces of evidence shown per finding; the JSON report has all.
const SHOWN: usize = 3;

/// Findings from which on a list of them comes before the details.
const MANY: usize = 6;

/// Writes every finding, or says that there is none.
pub(super) fn all(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    if report.findings.is_empty() {
        return page.entry(0, "", "Nothing found by the rules that could be evaluated.");
    }
    if report.findings.len() >= MANY {
        at_a_glance(&report.findings, page)?;
    }
    report.findings.iter().try_for_each(|finding| one(finding, page))
}

/// Writes the findings that a filter chose.
///
/// # Errors
/// Whatever the writer says.
pub fn write_findings(selection: Selection<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let page = &mut Page::brief(style, out);
    selection.chosen_findings().try_for_each(|finding| one(finding, page))?;
    let shown = selection.chosen.len();
    let all = if shown < selection.passed { format!(", the first {shown} shown") } else { String::new() };
    page.entry(0, "", &format!("{} of {}{all}", selection.passed, counted(selection.findings.len(), "finding")))?;
    overview::limits(selection.limits, page)
}

/// Writes one line a rule, so that the whole is seen before the details.
fn at_a_glance(findings: &[Finding], page: &mut Page<'_>) -> io::Result<()> {
    for same in findings.chunk_by(|a, b| a.rule.code == b.rule.code) {
        let Some(finding) = same.first() else { continue };
        let rule = finding.rule;
        let times = if same.len() > 1 { format!(" ({} findings)", same.len()) } else { String::new() };
        page.entry(0, &format!("{:8}  {:6}", finding.severity.name().to_uppercase(), rule.code), &format!("{}{times}", rule.title()))?;
    }
    page.blank()
}

fn one(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let rule = finding.rule;
    page.title(finding.severity, &format!("{} {} ({})", rule.code, rule.name, finding.certainty), &rule.kb.join(" "))?;
    page.entry(2, "", &finding.message)?;
    finding.evidence.iter().take(SHOWN).try_for_each(|evidence| proof(evidence, page))?;
    let more = finding.evidence.len().saturating_sub(SHOWN);
    if more > 0 {
        page.entry(2, "", &format!("and {} (see --json)", counted(more, "more place")))?;
    }
    let remedy = rule.documentation().section("What to do");
    page.paragraphs(2, "do   ", remedy.lines())?;
    page.blank()
}

fn proof(evidence: &Evidence, page: &mut Page<'_>) -> io::Result<()> {
    let Evidence { file, locator, span, observed, expected } = evidence;
    let place = match span {
        Some(span) if span.start > 0 => format!("{file}, {locator}, offset {:#x}", span.start),
        _ if file.is_empty() => locator.to_string(),
        _ => format!("{file}, {locator}"),
    };
    let text = match (observed.is_empty(), expected.is_empty()) {
        (true, true) => place,
        (false, true) => format!("{place}: {}", shortened(observed)),
        (true, false) => format!("{place}; expected {expected}"),
        (false, false) => format!("{place}: {}; expected {expected}", shortened(observed)),
    };
    page.entry(2, "proof", &text)
}

/// Folded values are joined and long ones cut for the screen; the JSON report has them whole.
fn shortened(text: &str) -> String {
    let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let mut joined = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        // REGEDIT folds its lists of bytes with a backslash behind a comma, mail folds header fields with a blank.
        if joined.ends_with(",\\") {
            joined.pop();
        } else {
            joined.push(if line.starts_with([' ', '\t']) { ' ' } else { '\n' });
        }
        joined.push_str(line.trim_start_matches([' ', '\t']));
    }
    cut(&joined)
}

/// Long values are cut for the screen, which says so; the JSON forms have them whole.
pub(super) fn cut(text: &str) -> String {
    const LONGEST: usize = 160;
    page::cut(text, LONGEST).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(observed: &str, expected: &str) {
        assert_eq!(shortened(observed), expected);
    }

    #[test]
    fn folded_values_are_joined_and_other_line_ends_are_kept() {
        check("hex(7):31,39,\\\r\n  32,00", "hex(7):31,39,32,00");
        check("from a by b\r\n\twith SMTP", "from a by b with SMTP");
        check("one\ntwo", "one\ntwo");
    }

    #[test]
    fn a_long_value_says_how_long_it_is() {
        check(&"x".repeat(161), &format!("{} … (161 characters)", "x".repeat(160)));
    }
}
