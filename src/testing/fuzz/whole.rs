//! Whole files as `decode` shows them, whole folders as `report` does, and archives.

use std::{env, fs, path::PathBuf, process, sync::atomic::AtomicBool, thread};

use crate::{
    backup::{EntryKind, SingleFile, each_run, fields},
    base::{Limits, Sha256Digest},
    diagnostics::Outcome,
    formats::sniff::{ArtifactKind, sniff},
    output::{
        csv, hex, json,
        text::{self, Style},
    },
    query::{MessageTable, Selection},
    report::Report,
    rules::CATALOGUE,
    scan::{Evidence, Run},
    testing::{
        fixture::{FixtureFile, FixtureKind},
        report_of,
    },
};

use super::{check, dice::Dice};

/// A page as wide as a terminal, without colours.
const STYLE: Style = Style { width: 100, color: false };

/// Names that give a hint, and one that gives none.
const NAMES: [&str; 8] = ["x", "Imcsvc.reg", "Imcobj.csv", "Imcfls", "00000001.TNF", "x.eml", "users.csv", "dir.pri"];

/// What a file is, whatever it is called: the same each time, and told by its beginning.
pub(super) fn sniffing(bytes: &[u8]) {
    for name in NAMES {
        let kind = check::steady(|| sniff(bytes, name));
        assert_eq!(kind == ArtifactKind::Empty, bytes.is_empty());
        assert!(!kind.wire_name().is_empty());
    }
    let name = String::from_utf8_lossy(bytes);
    let _ = sniff(b"x", &name);
}

/// One file under one of the names, as text, as JSON and as bytes: the text is printable, the JSON valid, each byte of the file is
/// owned once, and secrets lie in the file.
pub(super) fn decode(bytes: &[u8]) {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let name = NAMES.get(usize::from(*choice) % NAMES.len()).copied().unwrap_or_default();
    let limits = Limits::default();
    let file = SingleFile::read(name, bytes, &limits);
    check::anomalies(&file.anomalies, bytes.len());
    let whole = (bytes.len() as u64, Some(Sha256Digest::of(bytes)));
    let shown = check::written(|out| text::write_decoded(&file, whole, (&limits, STYLE), out));
    check::printable(&shown, "the text");
    check::json(&check::written(|out| json::write_decoded(&file, whole, &limits, out)));
    check::printable(&check::written(|out| hex::write(&file, &limits, out)), "the bytes");
    let map = fields(&file, &limits);
    let mut at = 0;
    let tiled: Result<(), ()> = each_run(&map.fields, bytes.len() as u64, |run| {
        assert!(run.start == at && run.end > at, "a run from {} to {} behind {at}", run.start, run.end);
        at = run.end;
        Ok(())
    });
    assert!(tiled.is_ok() && at == bytes.len() as u64, "the runs end at {at} of {}", bytes.len());
    map.fields.iter().for_each(|field| check::place(field.offset, field.length, bytes.len()));
    file.secrets().iter().for_each(|secret| check::range(secret, bytes.len(), "a secret"));
}

/// Paths that a Backup has, and some that it should not have.
const PATHS: [&str; 24] = [
    "Imcsvc.reg",
    "Imcpro.reg",
    "Imcobj.csv",
    "Imcfls",
    "Mtsout/00000001.TNF",
    "Mtsout/00000002.TNF",
    "Mtsin/00000001.TNF",
    "Bad/00000001.TNF",
    "Work/00000001.TNF",
    "ContentConversionFailed/1.TNF",
    "imcdom.txt",
    "imcrou.txt",
    "pilot.csv",
    "pilot.log",
    "Mtsout/readme.txt",
    "a.zip",
    "../Imcdata/In/ABCDEF01",
    "../Imcdata/Out/ABCDEF02",
    "../Imcdata/Queue.dat",
    "../Admindmp.txt",
    "Archive/ABCDEF03",
    "Backup/Imcfls",
    "Log/L0000001.LOG",
    "\u{202e}fdp.exe",
];

/// A folder: the bytes are cut into files with names, the Backup is read and judged, and all outputs are written. Every rule ends in one
/// state, every file is listed, JSON is valid and the same a second time, text and CSV are printable.
pub(super) fn folder(bytes: &[u8]) {
    let files = files_of(bytes);
    let report = report_of(&files);
    assert_eq!(report.outcomes.len(), CATALOGUE.len(), "rules and outcomes");
    for (rule, outcome) in &report.outcomes {
        let fired = report.findings.iter().any(|finding| finding.rule.code == rule.meta.code);
        assert_eq!(fired, *outcome == Outcome::Fired, "{} ends as {outcome:?}", rule.meta.code);
    }
    for finding in &report.findings {
        assert!(!finding.evidence.is_empty() && !finding.message.is_empty(), "{} proves nothing", finding.rule.code);
    }
    let shown = check::written(|out| text::write(&report, STYLE, out));
    check::printable(&shown, "the report");
    let written = check::written(|out| json::write(&report, out));
    let document = check::json(&written);
    let listed = document.get("files").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
    let files_read = report.backup.files.iter().filter(|file| file.entry != EntryKind::Folder).count();
    assert_eq!(listed, files_read, "files and their records");
    for line in check::written(|out| json::write_lines(&report, out)).lines() {
        check::json(line);
    }
    lists(&report);
    assert!(check::written(|out| json::write(&report_of(&files), out)) == written, "a second report of the same files differs");
}

fn lists(report: &Report) {
    let table = MessageTable::new(&report.backup, &report.findings);
    let most = report.backup.messages.len().max(report.findings.len());
    let chosen: Vec<usize> = (0..most).collect();
    let selection = Selection {
        backup: &report.backup,
        findings: &report.findings,
        table: &table,
        chosen: &chosen,
        passed: most,
        limits: &report.settings.limits,
    };
    check::printable(&check::written(|out| csv::write_messages(selection, out)), "the messages");
    check::printable(&check::written(|out| csv::write_findings(selection, out)), "the findings");
}

/// Returns the bytes that are cut into these files; those without a usual path or of more than 64 KiB are left out.
pub(super) fn bytes_of<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (path, contents) in files {
        let choice = PATHS.iter().position(|known| *known == path).and_then(|at| u8::try_from(at).ok());
        if let (Some(choice), Ok(length)) = (choice, u16::try_from(contents.len())) {
            bytes.push(choice);
            bytes.extend(length.to_le_bytes());
            bytes.extend(contents);
        }
    }
    bytes
}

/// Cuts bytes into files: a name, a length of two bytes, the contents; what is left is the last file.
fn files_of(bytes: &[u8]) -> Vec<FixtureFile> {
    let mut dice = Dice::new(bytes);
    let mut files: Vec<FixtureFile> = Vec::new();
    while !dice.is_empty() && files.len() < 12 {
        let path = PATHS.get(dice.below(PATHS.len())).copied().unwrap_or_default();
        let length = usize::from(dice.u16());
        let contents = dice.up_to(length);
        let is_new = files.iter().all(|file| file.path != path);
        let path = if is_new { path.to_owned() } else { format!("{path}{}", files.len()) };
        files.push(FixtureFile { path, bytes: contents.to_vec(), kind: FixtureKind::File, modified: None, size: None, read_only: false });
    }
    files
}

/// An archive of any kind, opened and read member by member; it lies in a scratch file, since archives are read from files alone.
/// Paths stay below the archive, and no member holds more than it declares.
pub(super) fn archive(bytes: &[u8]) {
    let scratch = Scratch::of(bytes);
    let limits = Limits { file_bytes: 1 << 20, archive_bytes: 8 << 20, ..Limits::default() };
    let Ok(evidence) = Evidence::open(&scratch.0, &limits) else { return };
    let all = [evidence.entries(), evidence.siblings()].concat();
    for entry in &all {
        let path = entry.path.as_str();
        assert!(!path.starts_with('/') && path.trim_start_matches("../").split('/').all(|part| part != ".."), "{path:?} climbs");
    }
    let cancel = AtomicBool::new(false);
    let run = Run { threads: 1, cancel: &cancel, progress: &|_| () };
    for visited in evidence.visit(&all, run, &|_, contents| contents.bytes.len()) {
        let declared = all.get(visited.entry).map_or(0, |entry| entry.size);
        assert!(visited.size_read <= declared, "{} bytes of {declared}", visited.size_read);
    }
}

/// A file that is gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn of(bytes: &[u8]) -> Self {
        let path = env::temp_dir().join(format!("imcscan-archive-{}-{:?}", process::id(), thread::current().id()));
        assert!(fs::write(&path, bytes).is_ok(), "the scratch file cannot be written");
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
