//! Files: what lies on the disk against what the packing list names, with states and hashes.

use std::collections::HashMap;

use regex::Regex;

use crate::{
    backup::{EntryKind, FileRecord, FileState, Reconciliation},
    base::counted,
    diagnostics::{Evidence, Locator},
    report::Report,
};

use crate::tui::{
    app::App,
    row::{Row, Tone},
    target::{Item, Spot, Tab, Target},
};

use super::{
    registry::place,
    words::{findings_where, minute, size},
};

/// Returns what is listed and missing, then everything on the disk.
#[must_use]
pub fn items(report: &Report) -> Vec<Item> {
    let missing = reconciliation(report).map_or(0, |found| found.missing.len());
    (0..missing).map(Item::Missing).chain((0..report.backup.files.len()).map(Item::File)).collect()
}

fn reconciliation(report: &Report) -> Option<&Reconciliation> {
    report.backup.packing_list.as_ref()?.reconciliation.as_ref()
}

/// How a file stands to the packing list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listed {
    /// Nothing is to be said.
    #[default]
    Unsaid,
    /// The list names it.
    Listed,
    /// The list does not name it.
    Unlisted,
    /// The list gives another size.
    OtherSize,
    /// The list names it more than once.
    Twice,
    /// The list spells it in other letter case.
    OtherCase,
}

impl Listed {
    fn word(self) -> &'static str {
        match self {
            Self::Unsaid => "",
            Self::Listed => "listed",
            Self::Unlisted => "unlisted",
            Self::OtherSize => "other size",
            Self::Twice => "twice",
            Self::OtherCase => "other case",
        }
    }

    fn is_odd(self) -> bool {
        !matches!(self, Self::Unsaid | Self::Listed)
    }
}

/// Returns how each file stands to the packing list.
#[must_use]
pub fn listing(report: &Report) -> Vec<Listed> {
    let Some(found) = reconciliation(report) else { return Vec::new() };
    // The list was compared with the files and folders.
    let listed: Vec<&FileRecord> = report.backup.files.iter().filter(|file| matches!(file.entry, EntryKind::File | EntryKind::Folder)).collect();
    let present = listed.iter().zip(&found.listed).filter(|(_, is_listed)| **is_listed).map(|(file, _)| *file);
    let mut states: HashMap<&str, Listed> = present.map(|file| (file.path.as_ref(), Listed::Listed)).collect();
    states.extend(found.case_differs.iter().map(|other| (other.path.as_str(), Listed::OtherCase)));
    states.extend(found.duplicates.iter().map(|other| (other.path.as_str(), Listed::Twice)));
    states.extend(found.size_mismatch.iter().map(|other| (other.path.as_str(), Listed::OtherSize)));
    states.extend(found.unlisted.iter().map(|other| (other.path.as_str(), Listed::Unlisted)));
    report.backup.files.iter().map(|file| states.get(file.path.as_ref()).copied().unwrap_or_default()).collect()
}

/// Returns whether something is wrong with a file.
#[must_use]
pub fn is_flagged(app: &App, index: usize) -> bool {
    let file = app.report.as_ref().and_then(|report| report.backup.files.get(index));
    file.is_some_and(|file| is_odd(file, app.listing.get(index).copied().unwrap_or_default()))
}

fn is_odd(file: &FileRecord, listed: Listed) -> bool {
    listed.is_odd() || matches!(state(file).1, Tone::Damage | Tone::Warning)
}

/// Returns whether path, state or digest of a file say what a search looks for.
#[must_use]
pub fn says(report: &Report, (item, listing): (&Item, &[Listed]), pattern: &Regex) -> bool {
    match *item {
        Item::File(index) => report.backup.files.get(index).is_some_and(|file| {
            let listed = listing.get(index).copied().unwrap_or_default().word();
            [&file.path, state(file).0, listed].into_iter().any(|text| pattern.is_match(text))
                || file.sha256.is_some_and(|digest| pattern.is_match(&digest.to_string()))
        }),
        Item::Missing(index) => reconciliation(report)
            .and_then(|found| found.missing.get(index))
            .is_some_and(|missing| pattern.is_match(&missing.path) || pattern.is_match("missing listed")),
        _ => false,
    }
}

fn state(file: &FileRecord) -> (&'static str, Tone) {
    match (file.entry, file.state) {
        (EntryKind::Folder, _) => ("folder", Tone::Dim),
        (EntryKind::Link, _) => ("link", Tone::Warning),
        (EntryKind::Special, _) => ("special", Tone::Warning),
        (_, FileState::PartlyRead) => ("partly", Tone::Damage),
        (_, FileState::Unreadable) => ("unread", Tone::Damage),
        (_, FileState::NotUnderstood) => ("unknown", Tone::Warning),
        (_, FileState::Read) if !file.anomalies.is_empty() => ("oddities", Tone::Warning),
        (_, FileState::Read) => ("read", Tone::Good),
    }
}

fn named(width: usize) -> usize {
    width.saturating_sub(27).clamp(10, 70)
}

/// Returns how many columns of the name stay in sight when the row is scrolled: those of a file in a queue.
fn kept(named: usize) -> usize {
    const QUEUE_FILE: usize = 24;
    QUEUE_FILE.min(named + 1)
}

/// Returns the names of the columns.
#[must_use]
pub fn header(width: usize) -> Row {
    let named = named(width);
    let row = Row::new().cell(Tone::Strong, "File", named).number(Tone::Strong, "Size", 5).cell(Tone::Strong, "State", 8).freeze(kept(named));
    if width > ROOMY { row.cell(Tone::Strong, "List", 11).with(Tone::Strong, "SHA-256") } else { row.with(Tone::Strong, "List") }
}

/// Columns from which on the digest has room.
const ROOMY: usize = 150;

/// Returns the row of a file, or of one that is missing.
#[must_use]
pub fn row(report: &Report, (item, listing): (&Item, &[Listed]), width: usize) -> Row {
    let named = named(width);
    match *item {
        Item::Missing(index) => reconciliation(report).and_then(|found| found.missing.get(index)).map_or_else(Row::new, |missing| {
            Row::new()
                .cell(Tone::Plain, &missing.path, named)
                .number(Tone::Dim, "", 5)
                .cell(Tone::Error, "missing", 8)
                .with(Tone::Warning, "listed")
                .flag(true)
                .freeze(kept(named))
        }),
        Item::File(index) => report.backup.files.get(index).map_or_else(Row::new, |file| {
            let (word, tone) = state(file);
            let listed = listing.get(index).copied().unwrap_or_default();
            let bytes = if file.is_file() { size(file.size) } else { String::new() };
            let row = Row::new().cell(Tone::Plain, &file.path, named).number(Tone::Dim, bytes, 5).cell(tone, word, 8).freeze(kept(named));
            let (listed_tone, word) = (if listed.is_odd() { Tone::Warning } else { Tone::Dim }, listed.word());
            let row = match file.sha256.filter(|_| width > ROOMY) {
                Some(digest) => row.cell(listed_tone, word, 11).with(Tone::Dim, digest.to_string()),
                None => row.with(listed_tone, word),
            };
            let row = row.flag(is_odd(file, listed));
            let target = file.is_file().then(|| Target::File(file.path.clone(), Box::default()));
            row.to(target).copies(format!("{}  {}", file.sha256.map(|digest| digest.to_string()).unwrap_or_default(), file.path))
        }),
        _ => Row::new(),
    }
}

/// Returns everything about a file, or about one that is missing.
#[must_use]
pub fn detail(report: &Report, (item, listing): (&Item, &[Listed])) -> Vec<Row> {
    match *item {
        Item::Missing(index) => missing_detail(report, index),
        Item::File(index) => {
            report.backup.files.get(index).map(|file| file_detail(report, file, listing.get(index).copied().unwrap_or_default())).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn missing_detail(report: &Report, index: usize) -> Vec<Row> {
    let Some((list, missing)) = reconciliation(report).and_then(|found| Some((report.backup.packing_list.as_ref()?, found.missing.get(index)?)))
    else {
        return Vec::new();
    };
    let line = Some(missing.place.line).filter(|line| *line > 0);
    let mut rows = vec![Row::heading(&missing.path), Row::new().with(Tone::Error, "The packing list names it, and it is not there.")];
    rows.push(place(&list.path, line, Spot { line, ..Spot::default() }));
    let is_line = |evidence: &Evidence| evidence.file == list.path && matches!(evidence.locator, Locator::Line(own) if Some(own) == line);
    rows.extend(findings_where(report, |evidence| evidence.file.as_ref() == missing.path || is_line(evidence)));
    rows
}

fn file_detail(report: &Report, file: &FileRecord, listed: Listed) -> Vec<Row> {
    const SHOWN: usize = 100;
    let (word, tone) = state(file);
    let digest = file.sha256.map_or_else(|| "not known".to_owned(), |digest| digest.to_string());
    let mut rows = vec![Row::heading(&file.path), Row::new().cell(Tone::Dim, "State", 11).with(tone, word)];
    if file.is_file() {
        rows.push(Row::entry("Kind", file.kind.wire_name().replace('_', " ")));
        rows.push(Row::entry("Size", counted(usize::try_from(file.size).unwrap_or(usize::MAX), "byte")));
        rows.push(Row::entry("SHA-256", digest));
    }
    rows.extend(file.modified.map(|time| Row::entry("Changed", format!("{} UTC", minute(time)))));
    rows.extend(size_in_list(report, file).or_else(|| (listed != Listed::Unsaid).then(|| Row::entry("In the list", listed.word()))));
    if !file.anomalies.is_empty() {
        rows.push(Row::heading(format!("Deviations from the format ({})", file.anomalies.len())));
    }
    rows.extend(file.anomalies.iter().take(SHOWN).map(|anomaly| {
        let spot = Spot { tab: Some(Tab::Hex), span: Some(anomaly.offset..anomaly.offset + 1), ..Spot::default() };
        let target = file.is_file().then(|| Target::File(file.path.clone(), Box::new(spot)));
        Row::new()
            .with(Tone::Damage, format!("{:#x} {}: ", anomaly.offset, anomaly.code))
            .with(Tone::Plain, &anomaly.text)
            .hang(2)
            .flag(true)
            .to(target)
    }));
    rows.extend(findings_where(report, |evidence| evidence.file == file.path));
    rows
}

fn size_in_list(report: &Report, file: &FileRecord) -> Option<Row> {
    let found = reconciliation(report)?.size_mismatch.iter().find(|other| other.path == file.path.as_ref())?;
    let text = format!("{} bytes, {} on disk", found.listed.bytes, found.actual);
    Some(Row::new().cell(Tone::Dim, "In the list", 11).with(Tone::Warning, text).flag(true))
}
