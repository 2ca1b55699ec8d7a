//! Overview: who and what, the verdict, queues, charts, the packing list, and what was not evaluated and why. Rows lead to the screens that
//! say more.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, PackingListSource, ProductLine, QueueKind},
    base::counted,
    diagnostics::{Outcome, Severity},
    query::MessageTable,
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    rows::Rows,
    target::{Item, Screen, Spot, Target},
};

use super::{
    charts,
    words::{finding_row, minute, size},
};

/// The queues that every connector has.
const STANDARD_QUEUES: [(QueueKind, &str); 5] = [
    (QueueKind::MtsOut, "MTS-OUT"),
    (QueueKind::MtsIn, "MTS-IN"),
    (QueueKind::Bad, "BAD"),
    (QueueKind::ContentConversionFailed, "ContentConversionFailed"),
    (QueueKind::Work, "Work"),
];

/// Returns the rows.
#[must_use]
pub fn items(report: &Report, messages: &Rows, table: &MessageTable) -> Vec<Item> {
    let mut rows = head(&report.backup);
    rows.extend(verdict(report));
    rows.extend(charts::queues(&report.backup, messages));
    rows.extend(damaged(report));
    rows.push(Row::new());
    rows.extend(packing_list(report.backup.packing_list.as_ref()));
    rows.extend(sources(&report.backup));
    rows.extend(not_evaluated(report));
    rows.extend(charts::charts(messages, table));
    rows.into_iter().map(|row| Item::Row(Box::new(row))).collect()
}

fn head(backup: &Backup) -> Vec<Row> {
    let identity = &backup.identity;
    let known = [&identity.organization, &identity.site, &identity.server];
    let parts: Vec<&str> = known.into_iter().flatten().map(|fact| fact.name.as_str()).collect();
    let name = if parts.is_empty() { "Server unknown".to_owned() } else { parts.join(" / ") };
    let files = backup.files.iter().filter(|file| file.is_file());
    let bytes: u64 = files.clone().map(|file| file.size).sum();
    let archive = backup.place.archive.map(|format| format!(" ({format} archive, read in place)")).unwrap_or_default();
    let below = if backup.place.below.is_empty() { String::new() } else { format!(", found in {}", backup.place.below) };
    let place = format!("{}{archive}{below}: {}, {}", backup.place.given, counted(files.count(), "file"), size(bytes));
    let mut rows = vec![Row::heading(name), Row::text(place).to(Target::Screen(Screen::Files)), product(backup)];
    rows.extend(backup.snapshot_time().map(|time| Row::entry("Collected", format!("{} UTC, by the times of the files", minute(time)))));
    rows.extend(identity.disagreements.iter().map(|other| {
        Row::new()
            .with(Tone::Warning, format!("{} ", other.what))
            .with(Tone::Plain, format!("is {} by {} and {} by {}", other.chosen.name, other.chosen.place, other.other.name, other.other.place))
            .flag(true)
    }));
    rows
}

fn product(backup: &Backup) -> Row {
    let Some(version) = &backup.version else { return Row::text("Exchange version unknown") };
    let line = version.service_pack.or(version.line.map(ProductLine::name)).unwrap_or("5.x");
    let build = version.build.map(|build| format!(", build {build}")).unwrap_or_default();
    let row = Row::new().with(Tone::Strong, format!("Exchange {line}{build}")).with(Tone::Dim, format!(" ({})", version.source)).hang(2);
    let target = version.stamp.as_ref().map(|stamp| {
        let spot = Spot { object: Some(stamp.object.to_string()), header: Some(stamp.field.to_string()), ..Spot::default() };
        Target::File(stamp.file.clone(), Box::new(Spot { tab: Some(crate::tui::target::Tab::Headers), ..spot }))
    });
    row.to(target)
}

fn verdict(report: &Report) -> Vec<Row> {
    const SHOWN: usize = 8;
    let counts = Severity::all().map(|severity| format!("{} {severity}", report.findings_of(severity)));
    let line = Row::heading("Findings").with(Tone::Dim, format!("  {}", counts.join(", "))).to(Target::Screen(Screen::Findings));
    let mut rows = vec![Row::new(), line];
    let mut left = SHOWN;
    for severity in Severity::all() {
        let found: Vec<_> = report.findings.iter().enumerate().filter(|(_, finding)| finding.severity == severity).collect();
        if found.is_empty() {
            continue;
        }
        let name = severity.name();
        let heading = Row::new().with(severity.into(), format!("{} {}", name.to_uppercase(), found.len()));
        let shown = if severity == Severity::Info { 0 } else { found.len().min(left) };
        let rest = if shown == 0 || shown == found.len() { String::new() } else { format!("  the first {shown} of them") };
        rows.push(heading.with(Tone::Dim, rest).to(Target::Filtered(Screen::Findings, format!("severity:{name}").into())));
        left -= shown;
        rows.extend(found.into_iter().take(shown).map(|(index, finding)| {
            let row = finding_row(index, finding);
            Row { target: row.target, ..Row::new().with(Tone::Strong, format!("  {} ", finding.rule.code)).with(Tone::Plain, finding.rule.title()) }
                .hang(9)
                .flag(true)
        }));
    }
    if report.findings.is_empty() {
        rows.push(Row::new().with(Tone::Good, "Nothing found by the rules that could be evaluated."));
    }
    let (fired, passed, not_evaluated) = report.rule_counts();
    let text = format!("{} fired, {passed} passed, {not_evaluated} not evaluated", counted(fired, "rule"));
    rows.push(Row::new().with(Tone::Dim, text).to(Target::Screen(Screen::Rules)));
    rows
}

fn packing_list(source: Option<&PackingListSource>) -> Vec<Row> {
    let leads = |text: String| Row::entry("Packing", text).to(Target::Screen(Screen::Files));
    let Some(source) = source else { return vec![leads("the packing list is absent".to_owned())] };
    let Some(found) = &source.reconciliation else { return vec![leads("the packing list is present, not understood".to_owned())] };
    let counts = [
        (found.missing.len(), "missing on the disk", "missing"),
        (found.unlisted.len(), "on the disk and unlisted", "unlisted"),
        (found.size_mismatch.len(), "of another size", "\"other size\""),
        (found.duplicates.len(), "listed twice", "twice"),
        (found.case_differs.len(), "in other letter case", "\"other case\""),
    ];
    let entries = counted(source.list.entries.len(), "entry");
    let is_off = counts.iter().any(|(count, ..)| *count > 0);
    let mut rows = vec![leads(if is_off { entries } else { format!("{entries}, all agree with the folder") })];
    rows.extend(counts.into_iter().filter(|(count, ..)| *count > 0).map(|(count, what, word)| {
        let row = Row::new().cell(Tone::Dim, "", 11).with(Tone::Warning, format!("{} {what}", counted(count, "file")));
        row.flag(true).to(Target::Filtered(Screen::Files, word.into()))
    }));
    rows
}

/// What was collected, and what was not.
fn sources(backup: &Backup) -> Vec<Row> {
    let sources = [
        (backup.service.is_some(), "Imcsvc.reg", Screen::Registry),
        (backup.profile.is_some(), "Imcpro.reg", Screen::Profile),
        (backup.directory.is_some(), "Imcobj.csv", Screen::Gateway),
        (backup.packing_list.is_some(), "Imcfls", Screen::Files),
    ];
    let line = |(is_usable, name, screen): (bool, &str, Screen)| {
        let (word, tone) = match (is_usable, backup.top_file(name).is_some()) {
            (true, _) => ("collected", Tone::Good),
            (false, true) => ("collected, not usable", Tone::Warning),
            (false, false) => ("not collected", Tone::Warning),
        };
        Row::new().cell(Tone::Plain, name, 11).with(tone, word).to(Target::Screen(screen)).flag(!is_usable)
    };
    let mut rows = vec![Row::new(), Row::heading("What was collected")];
    rows.extend(sources.map(line));
    let absent: Vec<&str> =
        STANDARD_QUEUES.into_iter().filter(|(kind, _)| !backup.queues.iter().any(|queue| queue.kind == Some(*kind))).map(|(_, name)| name).collect();
    let (text, tone) =
        if absent.is_empty() { ("all collected".to_owned(), Tone::Good) } else { (format!("no folder of {}", absent.join(", ")), Tone::Dim) };
    rows.push(Row::new().cell(Tone::Plain, "Queues", 11).with(tone, text).hang(12).to(Target::Screen(Screen::Messages)));
    if backup.profile.as_ref().is_some_and(|profile| !profile.has_connector_profile()) {
        rows.push(
            Row::new()
                .cell(Tone::Plain, "Service", 11)
                .with(Tone::Warning, "no connector profile: it was stopped")
                .to(Target::Screen(Screen::Profile)),
        );
    }
    rows
}

fn damaged(report: &Report) -> Option<Row> {
    let count = report.damaged_messages();
    let row = Row::new().with(Tone::Damage, "Damaged     ").with(Tone::Plain, counted(count, "queue item")).hang(12).flag(true);
    (count > 0).then(|| row.to(Target::Filtered(Screen::Messages, "is:damaged".into())))
}

fn not_evaluated(report: &Report) -> Vec<Row> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (rule, outcome) in &report.outcomes {
        if let Outcome::NotEvaluated(undecided) = outcome {
            by_reason.entry(&undecided.reason).or_default().push(rule.meta.code);
        }
    }
    if by_reason.is_empty() {
        return Vec::new();
    }
    let count: usize = by_reason.values().map(Vec::len).sum();
    let heading = Row::heading("Not evaluated, and why").with(Tone::Dim, format!("  {}", counted(count, "rule")));
    let mut rows = vec![Row::new(), heading.to(Target::Filtered(Screen::Rules, "\"not ev.\"".into()))];
    rows.extend(by_reason.into_iter().map(|(reason, codes)| {
        let named = crate::base::enumerated(codes.iter().copied(), 12);
        let row = Row::new().with(Tone::Plain, format!("  {reason}: ")).with(Tone::Dim, named).hang(4);
        row.to(Target::Filtered(Screen::Rules, format!("\"{}\"", reason.replace('"', " ")).into()))
    }));
    rows
}
