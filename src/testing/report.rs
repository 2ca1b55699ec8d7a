//! Whole reports of files that lie in memory: fixtures of rules, samples of benches.

use std::collections::BTreeSet;

use crate::{
    backup::Backup,
    base::{Limits, Timestamp},
    diagnostics::{Hits, Settings},
    report::{Report, analyze},
    rules::CATALOGUE,
    scan::{Entry, EntryKind, EvidencePath, FileTime, MemoryPlace, place_in_memory, read_memory},
};

use super::fixture::{FixtureError, FixtureFile, FixtureKind, compile};

/// 2000-03-10 10:00 UTC: when the run of a fixture begins, after the times that fixture messages carry.
const FIXTURE_TIME: i64 = 952_682_400;
/// Seconds that each file of a fixture takes, and the most that all of them take: a run lasts minutes.
const FILE_SECONDS: i64 = 5;
const RUN_SECONDS: i64 = 3_000;

/// Compiles a fixture and judges it by the whole catalogue.
///
/// # Panics
/// When a rule fails by a bug, which a run would survive.
///
/// # Errors
/// [`FixtureError`] when the fixture is not understood.
pub fn report_of_fixture(text: &str) -> Result<Report, FixtureError> {
    Ok(report_of(&compile(text)?))
}

/// Judges files in memory by the whole catalogue, through the real parsers; the Backup may lie below other folders, as on disk.
///
/// # Panics
/// When a rule fails by a bug, which a run would survive.
#[must_use]
pub fn report_of(files: &[FixtureFile]) -> Report {
    let limits = Limits::default();
    let (settings, hits) = (Settings::default(), Hits::default());
    let entries = entries(files);
    let listing: Vec<Entry> = entries.iter().map(|(entry, _)| entry.clone()).collect();
    let found = place_in_memory(&listing);
    let within: Vec<(Entry, Vec<u8>)> = entries.into_iter().filter_map(|(entry, bytes)| Some((below(entry, &found)?, bytes))).collect();
    let MemoryPlace { place, prefix: _ } = found;
    let below = place.below.clone();
    let mut backup = read_memory(place, &within, (&limits, &|item| hits.judge(CATALOGUE, &settings, item)));
    declare_sizes(&mut backup, files, &below);
    // Users get a report of the rest; whoever tests wants to see the fall.
    assert!(backup.bugs.is_empty(), "{:?}", backup.bugs);
    let report = analyze(backup, hits, (CATALOGUE, settings));
    assert!(report.bugs.is_empty(), "{:?}", report.bugs);
    report
}

/// Gives files the sizes that the fixture states for them.
fn declare_sizes(backup: &mut Backup, files: &[FixtureFile], below: &str) {
    let parent = below.rsplit_once('/').map_or("", |(parent, _)| parent);
    for (file, size) in files.iter().filter_map(|file| Some((file, file.size?))) {
        let strip = |folder: &str| file.path.strip_prefix(folder).map(|rest| rest.trim_start_matches('/'));
        let inside = strip(below).map(str::to_owned);
        let path = inside.or_else(|| strip(parent).map(|rest| format!("../{rest}"))).unwrap_or_default();
        let mut records = backup.files.iter_mut().chain(&mut backup.imcdata);
        if let Some(record) = records.find(|record| *record.path == *path) {
            record.size = size;
        }
    }
}

/// Returns the files with every folder above them.
fn entries(files: &[FixtureFile]) -> Vec<(Entry, Vec<u8>)> {
    let mut entries = Vec::new();
    let mut folders = BTreeSet::new();
    for (index, file) in files.iter().enumerate() {
        for folder in parents(&file.path).filter(|folder| folders.insert((*folder).to_owned())) {
            entries.push((Entry::new(EvidencePath::new(folder), EntryKind::Folder, 0), Vec::new()));
        }
        if !file.path.ends_with('/') {
            let kind = match &file.kind {
                FixtureKind::File => EntryKind::File,
                FixtureKind::Link(target) => EntryKind::Link { target: Some(target.as_str().into()) },
                FixtureKind::Fifo => EntryKind::Special("fifo"),
            };
            let mut entry = Entry::new(EvidencePath::new(&file.path), kind, file.bytes.len() as u64);
            entry.modified = Some(FileTime::Utc(file.modified.unwrap_or_else(|| usual_time(index, &file.path))));
            entry.read_only = file.read_only;
            entries.push((entry, file.bytes.clone()));
        }
    }
    entries
}

/// Files come one after the other, and the packing list comes last.
fn usual_time(index: usize, path: &str) -> Timestamp {
    let is_list = path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case("Imcfls"));
    let taken = i64::try_from(index).unwrap_or(RUN_SECONDS).saturating_mul(FILE_SECONDS).min(RUN_SECONDS);
    Timestamp::from_unix(FIXTURE_TIME + if is_list { RUN_SECONDS + FILE_SECONDS } else { taken })
}

fn below(mut entry: Entry, place: &MemoryPlace) -> Option<Entry> {
    entry.path = EvidencePath::new(&place.path_of(&entry)?);
    Some(entry)
}

/// Returns every folder above a path, outermost first.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.char_indices().filter(|(_, c)| *c == '/').filter_map(|(end, _)| path.get(..end)).filter(|folder| *folder != "..")
}
