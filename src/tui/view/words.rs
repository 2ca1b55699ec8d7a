//! Phrases that several screens share: sizes, times, places of proofs, findings at a place.

use crate::{
    base::Timestamp,
    diagnostics::{Evidence, Finding},
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    target::{Item, Screen, Target},
};

/// Returns a size in the unit that leaves few digits: `812`, `13K`, `2.4M`.
#[must_use]
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u32); 3] = [("G", 30), ("M", 20), ("K", 10)];
    match UNITS.into_iter().find(|(_, power)| bytes >> power > 0) {
        None => bytes.to_string(),
        Some((unit, power)) => {
            let tenths = (u128::from(bytes) * 10) >> power;
            if tenths < 100 { format!("{}.{}{unit}", tenths / 10, tenths % 10) } else { format!("{}{unit}", tenths / 10) }
        }
    }
}

/// Returns a time to the minute, as tables have room for it.
#[must_use]
pub(crate) fn minute(time: Timestamp) -> String {
    let local = time.utc();
    format!("{:04}-{:02}-{:02} {:02}:{:02}", local.year, local.month, local.day, local.hour, local.minute)
}

/// Returns a span of seconds in words: `3 s`, `5 min`, `2 h`, `9 days`.
#[must_use]
pub(crate) fn span(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    let text = match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    };
    format!("{sign}{text}")
}

/// Returns where a proof stands.
#[must_use]
pub(crate) fn place(evidence: &Evidence) -> String {
    let Evidence { file, locator, span, .. } = evidence;
    match span {
        Some(span) if span.start > 0 => format!("{file}, {locator}, offset {:#x}", span.start),
        _ if file.is_empty() => locator.to_string(),
        _ => format!("{file}, {locator}"),
    }
}

/// Returns the rows that list the findings with a proof that fits.
pub(crate) fn findings_where(report: &Report, fits: impl Fn(&Evidence) -> bool) -> Vec<Row> {
    let found = report.findings.iter().enumerate().filter(|(_, finding)| finding.evidence.iter().any(&fits));
    let mut rows: Vec<Row> = found.map(|(index, finding)| finding_row(index, finding)).collect();
    if !rows.is_empty() {
        rows.insert(0, Row::heading("Findings here"));
    }
    rows
}

/// Returns the rows that list the findings that touch a file: by their proof, or as one of many that they count.
pub(crate) fn findings_of(report: &Report, path: &str) -> Vec<Row> {
    let touches = |finding: &Finding| {
        let items = &finding.affected.items;
        items.binary_search_by(|item| item.as_ref().cmp(path)).is_ok() || finding.evidence.iter().any(|evidence| evidence.file.as_ref() == path)
    };
    let found = report.findings.iter().enumerate().filter(|(_, finding)| touches(finding));
    let mut rows: Vec<Row> = found.map(|(index, finding)| finding_row(index, finding)).collect();
    if !rows.is_empty() {
        rows.insert(0, Row::heading("Findings here"));
    }
    rows
}

/// Returns a finding in one row that leads to it.
pub(crate) fn finding_row(index: usize, finding: &Finding) -> Row {
    let target = Target::Item(Screen::Findings, Box::new(Item::Finding(index)));
    Row::new()
        .cell(finding.severity.into(), finding.severity.name().to_uppercase(), 8)
        .cell(Tone::Strong, finding.rule.code, 6)
        .with(Tone::Plain, &finding.message)
        .hang(16)
        .to(target)
        .flag(true)
}

/// Returns the rows of a text of several paragraphs behind a label.
pub(crate) fn paragraphs(label: &str, text: &str) -> Vec<Row> {
    let label_of = |index: usize| if index == 0 { label } else { "" };
    text.lines().enumerate().map(|(index, line)| Row::entry(label_of(index), line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_spans_are_short() {
        assert_eq!([0, 999, 1024, 15_000, 3 << 20, 40 << 30].map(size), ["0", "999", "1.0K", "14K", "3.0M", "40G"]);
        assert_eq!([0, 119, 120, 7_200, 172_800, -60].map(span), ["0 s", "119 s", "2 min", "2 h", "2 days", "-60 s"]);
    }
}
