//! The frame of the text report: who and what, queues and packing list before the findings; what was damaged or not judged after them.

use std::{collections::BTreeMap, io};

use crate::{
    backup::{Backup, FileState, PackingListSource, PlaceNote, ProductLine, Queue},
    base::{Limits, counted},
    diagnostics::{Outcome, Settings, Severity},
    report::Report,
};

use super::Page;

/// Writes what comes before the findings.
pub(super) fn head(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let backup = &report.backup;
    page.heading(&identity(backup))?;
    page.entry(0, "", &place(backup))?;
    page.entry(0, "", &product(backup))?;
    page.entry(0, "", &totals(report))?;
    page.blank()?;
    let queues = queues(&backup.queues);
    page.paragraphs(0, "Queues      ", queues.iter().map(String::as_str))?;
    page.entry(0, "Packing list", &packing_list(backup.packing_list.as_ref()))?;
    let sources = sources(backup);
    page.entry(0, "Sources     ", &sources)?;
    if report.settings != Settings::default() {
        page.entry(0, "Settings    ", &settings(&report.settings))?;
    }
    page.blank()
}

/// Returns what the configuration of this run changes.
fn settings(settings: &Settings) -> String {
    let severities = settings.severities.iter().map(|(code, severity)| format!("{code} counts as {severity}"));
    let disabled = settings.disabled.iter().map(|code| format!("{code} is switched off"));
    let thresholds = settings.thresholds.iter().map(|(name, number)| format!("{name} is {number}"));
    let limits = changed_limits(&settings.limits);
    severities.chain(disabled).chain(thresholds).chain(limits).collect::<Vec<_>>().join(", ")
}

/// Writes the limits that are not at their default, where a list or a file is shown and no report.
pub(super) fn limits(limits: &Limits, page: &mut Page<'_>) -> io::Result<()> {
    let changed: Vec<String> = changed_limits(limits).collect();
    if changed.is_empty() { Ok(()) } else { page.entry(0, "", &format!("Read under other bounds: {}", changed.join(", "))) }
}

/// Returns the limits that are not at their default, in words.
fn changed_limits(limits: &Limits) -> impl Iterator<Item = String> {
    limits.changed().map(|(limit, value)| format!("the limit {} is {value} {}", limit.name, limit.unit))
}

/// Writes what comes after the findings.
pub(super) fn tail(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    place_notes(&report.backup.place.notes, page)?;
    unread_files(&report.backup, page)?;
    bugs(report, page)?;
    not_evaluated(report, page)
}

fn identity(backup: &Backup) -> String {
    let identity = &backup.identity;
    let known = [&identity.organization, &identity.site, &identity.server];
    let parts: Vec<&str> = known.into_iter().flatten().map(|fact| fact.name.as_str()).collect();
    if parts.is_empty() { "Server unknown".to_owned() } else { parts.join(" / ") }
}

fn place(backup: &Backup) -> String {
    let place = &backup.place;
    let below = if place.below.is_empty() { String::new() } else { format!(", found in {}", place.below) };
    let archive = place.archive.map(|format| format!(" ({format} archive, read in place)")).unwrap_or_default();
    let files = backup.files.iter().filter(|file| file.is_file());
    let bytes: u64 = files.clone().map(|file| file.size).sum();
    format!("{}{archive}{below}: {}, {}", place.given, counted(files.count(), "file"), size(bytes))
}

fn product(backup: &Backup) -> String {
    let Some(version) = &backup.version else { return "Exchange version unknown".to_owned() };
    let line = version.service_pack.or(version.line.map(ProductLine::name)).unwrap_or("5.x");
    let build = version.build.map(|build| format!(", build {build}")).unwrap_or_default();
    format!("Exchange {line}{build} ({})", version.source)
}

fn totals(report: &Report) -> String {
    let levels: Vec<String> = Severity::all()
        .into_iter()
        .map(|level| (report.findings_of(level), level))
        .filter(|(count, _)| *count > 0)
        .map(|(count, level)| tally(count, level))
        .collect();
    let found = if levels.is_empty() { "no findings".to_owned() } else { levels.join(", ") };
    let damaged = match report.damaged_messages() {
        0 => String::new(),
        count => format!(", {count} damaged"),
    };
    let (fired, passed, not_evaluated) = report.rule_counts();
    let rules = format!("{} fired, {passed} passed, {not_evaluated} not evaluated", counted(fired, "rule"));
    format!("{found}; {}{damaged}; {rules}", counted(report.backup.messages.len(), "queue item"))
}

/// Returns `2 errors`, `2 critical`.
fn tally(count: usize, level: Severity) -> String {
    match level {
        Severity::Critical | Severity::Info => format!("{count} {level}"),
        Severity::Error | Severity::Warning => counted(count, level.name()),
    }
}

fn queues(queues: &[Queue]) -> Vec<String> {
    let text = |queue: &Queue| {
        let span = match queue.arrivals {
            Some((oldest, newest)) if queue.messages > 0 => format!(" ({} .. {} UTC)", oldest.utc(), newest.utc()),
            _ => String::new(),
        };
        format!("{} {}{span}", queue.name, queue.messages)
    };
    if queues.is_empty() { vec!["none collected".to_owned()] } else { queues.iter().map(text).collect() }
}

fn packing_list(source: Option<&PackingListSource>) -> String {
    let Some(source) = source else { return "absent".to_owned() };
    let Some(reconciliation) = source.reconciliation.as_ref() else { return "present, not understood".to_owned() };
    let counts = [
        (reconciliation.missing.len(), "missing"),
        (reconciliation.unlisted.len(), "unlisted"),
        (reconciliation.size_mismatch.len(), "of another size"),
        (reconciliation.duplicates.len(), "listed twice"),
        (reconciliation.case_differs.len(), "in other letter case"),
    ];
    let off: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    let agrees = if off.is_empty() { "all agree with the folder".to_owned() } else { off.join(", ") };
    let dialect = source.list.dialect.map_or("unknown dialect", |dialect| dialect.name());
    let entries = source.list.entries.len();
    format!("{} ({dialect}), {agrees}", counted(entries, "entry"))
}

fn sources(backup: &Backup) -> String {
    let state = |there: bool, name: &str| match (there, backup.top_file(name).is_some()) {
        (true, _) => name.to_owned(),
        (false, true) => format!("{name} (not usable)"),
        (false, false) => format!("{name} (missing)"),
    };
    let mut parts = vec![
        state(backup.service.is_some(), "Imcsvc.reg"),
        state(backup.profile.is_some(), "Imcpro.reg"),
        state(backup.directory.is_some(), "Imcobj.csv"),
    ];
    if backup.profile.as_ref().is_some_and(|profile| !profile.has_connector_profile()) {
        parts.push("no connector profile: the service was stopped".to_owned());
    }
    parts.join(", ")
}

/// Writes what the listing met that is no matter of one file.
fn place_notes(notes: &[PlaceNote], page: &mut Page<'_>) -> io::Result<()> {
    const SHOWN: usize = 12;
    if notes.is_empty() {
        return Ok(());
    }
    page.heading("Listing of the Backup")?;
    for PlaceNote { path, anomaly } in notes.iter().take(SHOWN) {
        let path = if path.is_empty() { "the Backup" } else { path };
        page.entry(2, "", &format!("{path}: {} ({})", anomaly.text, anomaly.code))?;
    }
    if notes.len() > SHOWN {
        page.entry(2, "", &format!("and {} more (see --json)", notes.len() - SHOWN))?;
    }
    page.blank()
}

fn unread_files(backup: &Backup, page: &mut Page<'_>) -> io::Result<()> {
    const SHOWN: usize = 12;
    let unread: Vec<_> = backup.files.iter().filter(|file| file.is_file() && (file.state != FileState::Read || !file.anomalies.is_empty())).collect();
    if unread.is_empty() {
        return Ok(());
    }
    page.heading(&format!("Damaged or not understood: {}", counted(unread.len(), "file")))?;
    for file in unread.iter().take(SHOWN) {
        let state = match file.state {
            FileState::Read => "read, with deviations",
            FileState::PartlyRead => "partly read",
            FileState::Unreadable => "unreadable",
            FileState::NotUnderstood => "not understood",
        };
        let first = file.anomalies.first().map(|anomaly| format!(": {} (offset {:#x})", anomaly.text, anomaly.offset)).unwrap_or_default();
        let more = file.anomalies.len().saturating_sub(1);
        let more = if more > 0 { format!("; {more} more") } else { String::new() };
        page.entry(2, "", &format!("{} - {state}{first}{more}", file.path))?;
    }
    if unread.len() > SHOWN {
        page.entry(2, "", &format!("and {} more (see --json)", unread.len() - SHOWN))?;
    }
    page.blank()
}

fn bugs(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    if report.bugs.is_empty() {
        return Ok(());
    }
    page.heading("Failed by a bug in imcscan")?;
    report.bugs.iter().try_for_each(|bug| page.entry(2, "", &bug.to_string()))?;
    page.blank()
}

fn not_evaluated(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let mut by_need: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (rule, outcome) in &report.outcomes {
        if let Outcome::NotEvaluated(undecided) = outcome {
            by_need.entry(undecided.needs.join(", ")).or_default().push(rule.meta.code);
        }
    }
    if by_need.is_empty() {
        return Ok(());
    }
    page.heading("Not evaluated, for want of evidence")?;
    by_need.iter().try_for_each(|(needs, codes)| page.entry(2, "", &format!("{needs}: {}", shortened(codes))))
}

fn shortened(codes: &[&str]) -> String {
    const SHOWN: usize = 12;
    let head = codes.iter().take(SHOWN).copied().collect::<Vec<_>>().join(" ");
    if codes.len() > SHOWN { format!("{head} and {} more", codes.len() - SHOWN) } else { head }
}

/// Returns a size in the unit that leaves one to four digits.
fn size(bytes: u64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB"];
    let power = units.iter().enumerate().rev().find(|(power, _)| bytes >> (10 * power) >= 10).map_or(0, |(power, _)| power);
    format!("{} {}", bytes >> (10 * power), units.get(power).copied().unwrap_or("bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_two_digits_at_least() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(9_000), "9000 bytes");
        assert_eq!(size(20_480), "20 KiB");
        assert_eq!(size(11 << 30), "11 GiB");
    }
}
