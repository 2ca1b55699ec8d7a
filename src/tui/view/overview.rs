//! Overview: who and what, the verdict, queues, charts, the packing list, and what was not evaluated and why. Rows lead to the screens that
//! say more.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, PackingListSource, ProductLine},
    base::{Timestamp, counted},
    diagnostics::{Outcome, Severity},
    report::Report,
};

use crate::tui::{
    message_row::MessageRow,
    row::{Row, Tone, fitted},
    target::{Item, Screen, Spot, Target},
};

use super::words::{finding_row, minute, size, span};

/// Returns the rows.
#[must_use]
pub fn items(report: &Report, messages: &[MessageRow]) -> Vec<Item> {
    let mut rows = head(&report.backup);
    rows.extend(verdict(report));
    rows.extend(queues(&report.backup, messages));
    rows.extend(charts(messages));
    rows.push(Row::new());
    rows.push(packing_list(report.backup.packing_list.as_ref()));
    rows.push(sources(&report.backup));
    rows.extend(damaged(report, messages));
    rows.extend(not_evaluated(report));
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
    let mut line = Row::new().with(Tone::Heading, "Findings  ").to(Target::Screen(Screen::Findings));
    for severity in Severity::all() {
        let count = report.findings_of(severity);
        let tone = if count > 0 { severity.into() } else { Tone::Dim };
        line = line.with(tone, format!("{count} {severity}")).with(Tone::Plain, "  ");
    }
    let mut rows = vec![Row::new(), line];
    let grave = report.findings.iter().enumerate().filter(|(_, finding)| finding.severity > Severity::Info);
    rows.extend(grave.clone().take(SHOWN).map(|(index, finding)| {
        let row = finding_row(index, finding);
        let title = Row::new().cell(finding.severity.into(), finding.severity.name().to_uppercase(), 8);
        Row { target: row.target, ..title.cell(Tone::Strong, finding.rule.code, 6).with(Tone::Plain, finding.rule.title()) }.hang(16).flag(true)
    }));
    let more = grave.count().saturating_sub(SHOWN);
    if more > 0 {
        rows.push(Row::new().with(Tone::Link, format!("and {} …", counted(more, "more finding"))).to(Target::Screen(Screen::Findings)));
    }
    if report.findings.is_empty() {
        rows.push(Row::new().with(Tone::Good, "Nothing found by the rules that could be evaluated."));
    }
    let (fired, passed, not_evaluated) = report.rule_counts();
    let text = format!("{} fired, {passed} passed, {not_evaluated} not evaluated", counted(fired, "rule"));
    rows.push(Row::new().with(Tone::Dim, text).to(Target::Screen(Screen::Rules)));
    rows
}

fn queues(backup: &Backup, messages: &[MessageRow]) -> Vec<Row> {
    let mut rows = vec![Row::new(), Row::heading("Queues").to(Target::Screen(Screen::Messages))];
    let most = backup.queues.iter().map(|queue| queue.messages).max().unwrap_or(0);
    for queue in &backup.queues {
        let span = queue
            .arrivals
            .filter(|_| queue.messages > 0)
            .map(|(oldest, newest)| format!("{} .. {}", minute(oldest), minute(newest).get(5..).unwrap_or_default()));
        let row = Row::new().cell(Tone::Strong, &queue.name, 23).number(Tone::Plain, queue.messages.to_string(), 7);
        let row = row.number(Tone::Dim, size(queue.bytes), 6).with(Tone::Info, bar(queue.messages, most)).with(Tone::Plain, " ");
        let first = messages
            .iter()
            .enumerate()
            .filter(|(_, message)| message.queue.as_ref() == queue.name)
            .min_by_key(|(_, message)| (message.time.is_none(), message.time));
        let target = first.map(|(index, _)| Target::Item(Screen::Messages, Box::new(Item::Message(index))));
        rows.push(row.with(Tone::Dim, span.unwrap_or_default()).hang(2).to(target));
    }
    if backup.queues.is_empty() {
        rows.push(Row::text("none collected"));
    }
    rows.extend(oldest(backup, messages));
    rows
}

/// The message that waits longest tells where to look first.
fn oldest(backup: &Backup, messages: &[MessageRow]) -> Option<Row> {
    let timed = messages.iter().enumerate().filter_map(|(index, message)| Some((message.time?, index, message)));
    let (time, index, message) = timed.min_by_key(|(time, index, _)| (*time, *index))?;
    let waits = backup.snapshot_time().map(|now| format!(", {} before the collection", span(now.seconds_since(time)))).unwrap_or_default();
    let text = format!("{} from {}{waits}", minute(time), if message.sender.is_empty() { "nobody" } else { &message.sender });
    Some(Row::entry("Oldest", text).to(Target::Item(Screen::Messages, Box::new(Item::Message(index)))))
}

fn charts(messages: &[MessageRow]) -> Vec<Row> {
    if messages.is_empty() {
        return Vec::new();
    }
    let mut rows = over_time(messages);
    rows.extend(by_domain(messages));
    rows.extend(by_size(messages));
    rows
}

const BAR: usize = 6;

fn bar(count: usize, most: usize) -> String {
    let length = if most == 0 { 0 } else { (count * BAR).div_ceil(most) };
    fitted(&"█".repeat(length.min(BAR)), BAR)
}

fn chart(title: &str, counts: &[(String, usize)]) -> Vec<Row> {
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    let line = |(label, count): &(String, usize)| {
        Row::new().cell(Tone::Plain, label, 23).number(Tone::Plain, count.to_string(), 7).with(Tone::Info, bar(*count, most))
    };
    let mut rows = vec![Row::new(), Row::heading(title)];
    rows.extend(counts.iter().map(line));
    rows
}

fn over_time(messages: &[MessageRow]) -> Vec<Row> {
    const SLOTS: i64 = 8;
    let times: Vec<i64> = messages.iter().filter_map(|message| message.time.map(Timestamp::unix_seconds)).collect();
    let Some((first, last)) = times.iter().copied().min().zip(times.iter().copied().max()).filter(|(first, last)| first < last) else {
        return Vec::new();
    };
    let width = ((last - first) / SLOTS).max(60) + 1;
    let mut counts: BTreeMap<i64, usize> = (0..=(last - first) / width).map(|slot| (slot, 0)).collect();
    for time in times {
        *counts.entry((time - first) / width).or_default() += 1;
    }
    let counts: Vec<_> =
        counts.into_iter().map(|(slot, count)| (format!("from {}", minute(Timestamp::from_unix(first + slot * width))), count)).collect();
    chart("Messages over time", &counts)
}

fn by_domain(messages: &[MessageRow]) -> Vec<Row> {
    const SHOWN: usize = 6;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for message in messages {
        for recipient in message.recipients.split(", ") {
            if let Some((_, domain)) = recipient.rsplit_once('@') {
                *counts.entry(domain.to_lowercase()).or_default() += 1;
            }
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counts.truncate(SHOWN);
    if counts.is_empty() { Vec::new() } else { chart("Destinations", &counts) }
}

fn by_size(messages: &[MessageRow]) -> Vec<Row> {
    const STEPS: [(u64, &str); 5] =
        [(0, "below 4K"), (4 << 10, "4K to 32K"), (32 << 10, "32K to 256K"), (256 << 10, "256K to 2M"), (2 << 20, "2M and more")];
    let mut counts: Vec<(String, usize)> = STEPS.iter().map(|(_, name)| ((*name).to_owned(), 0)).collect();
    for message in messages {
        let step = STEPS.iter().rposition(|(from, _)| message.size >= *from).unwrap_or(0);
        if let Some((_, count)) = counts.get_mut(step) {
            *count += 1;
        }
    }
    chart("Sizes", &counts)
}

fn packing_list(source: Option<&PackingListSource>) -> Row {
    let text = match source.map(|source| (source, source.reconciliation.as_ref())) {
        None => "absent".to_owned(),
        Some((_, None)) => "present, not understood".to_owned(),
        Some((source, Some(found))) => {
            let counts = [
                (found.missing.len(), "missing"),
                (found.unlisted.len(), "unlisted"),
                (found.size_mismatch.len(), "of another size"),
                (found.duplicates.len(), "listed twice"),
                (found.case_differs.len(), "in other letter case"),
            ];
            let off: Vec<String> = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
            let agrees = if off.is_empty() { "all agree with the folder".to_owned() } else { off.join(", ") };
            format!("{}, {agrees}", counted(source.list.entries.len(), "entry"))
        }
    };
    Row::entry("Packing", text).to(Target::Screen(Screen::Files))
}

fn sources(backup: &Backup) -> Row {
    let state = |there: bool, name: &str| match (there, backup.top_file(name).is_some()) {
        (true, _) => name.to_owned(),
        (false, true) => format!("{name} (not usable)"),
        (false, false) => format!("{name} (missing)"),
    };
    let parts = [
        state(backup.service.is_some(), "Imcsvc.reg"),
        state(backup.profile.is_some(), "Imcpro.reg"),
        state(backup.directory.is_some(), "Imcobj.csv"),
    ];
    Row::entry("Sources", parts.join(", "))
}

fn damaged(report: &Report, messages: &[MessageRow]) -> Option<Row> {
    let first = messages.iter().position(|message| message.damage > 0)?;
    let text = counted(report.damaged_messages(), "queue item");
    let row = Row::new().with(Tone::Damage, "Damaged     ").with(Tone::Plain, text).hang(12).flag(true);
    Some(row.to(Target::Item(Screen::Messages, Box::new(Item::Message(first)))))
}

fn not_evaluated(report: &Report) -> Vec<Row> {
    let mut by_reason: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
    for (index, (rule, outcome)) in report.outcomes.iter().enumerate() {
        if let Outcome::NotEvaluated(undecided) = outcome {
            by_reason.entry(&undecided.reason).or_default().push((index, rule.meta.code));
        }
    }
    if by_reason.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![Row::new(), Row::heading("Not evaluated, and why").to(Target::Screen(Screen::Rules))];
    rows.extend(by_reason.into_iter().map(|(reason, rules)| {
        let codes = crate::base::enumerated(rules.iter().map(|(_, code)| *code), 12);
        let target = rules.first().map(|(index, _)| Target::Item(Screen::Rules, Box::new(Item::Rule(*index))));
        Row::new().with(Tone::Plain, format!("{reason}: ")).with(Tone::Dim, codes).hang(2).to(target)
    }));
    rows
}
