//! Inputs that grow: what makes parsers, rules and writers slow when one of them looks at everything again for every part. Each case makes
//! files of a size; [`run`] reads, judges and writes them in every form. Shared by the tests and by `benches/linear.rs`.

mod lists;
mod mail;
mod registry;
mod tnef;
mod whole;

use imcscan::{
    backup::SingleFile,
    base::Limits,
    output::{csv, hex, json, text},
    query::{Filter, MessageTable, Selection, Sort},
    report::Report,
    testing::{
        fixture::{FixtureFile, FixtureKind, compile},
        report_of,
    },
};

/// One kind of growth.
pub(crate) struct Case {
    /// Its name on the command line.
    pub(crate) name: &'static str,
    /// How many parts show the growth and take little time.
    pub(crate) size: usize,
    /// Makes the files with so many parts.
    pub(crate) make: fn(usize) -> Vec<FixtureFile>,
}

/// Returns every case.
pub(crate) fn all() -> Vec<Case> {
    [tnef::CASES, mail::CASES, registry::CASES, lists::CASES, whole::CASES].concat_cases()
}

trait Concat {
    fn concat_cases(self) -> Vec<Case>;
}

impl Concat for [&[(&'static str, usize, fn(usize) -> Vec<FixtureFile>)]; 5] {
    fn concat_cases(self) -> Vec<Case> {
        self.into_iter().flatten().map(|&(name, size, make)| Case { name, size, make }).collect()
    }
}

/// What a family of cases is written as: name, size, maker.
pub(crate) type Row = (&'static str, usize, fn(usize) -> Vec<FixtureFile>);

/// A page as wide as a terminal, in one colour.
const STYLE: text::Style = text::Style { width: 80, color: false };

/// Reads, judges and writes files in every form; single files are decoded as `imcscan decode` does. Returns the bytes written.
pub(crate) fn run(files: &[FixtureFile]) -> usize {
    let report = report_of(files);
    let mut out = Vec::new();
    text::write(&report, STYLE, &mut out).unwrap();
    json::write(&report, &mut out).unwrap();
    json::write_lines(&report, &mut out).unwrap();
    write_lists(&report, &mut out);
    let limits = Limits::default();
    for file in files.iter().filter(|file| !file.path.ends_with('/')).take(1) {
        let single = SingleFile::read(&file.path, &file.bytes, &limits);
        let whole = (file.bytes.len() as u64, None);
        text::write_decoded(&single, whole, (&limits, STYLE), &mut out).unwrap();
        json::write_decoded(&single, whole, &limits, &mut out).unwrap();
        hex::write(&single, &limits, &mut out).unwrap();
    }
    out.len()
}

fn write_lists(report: &Report, out: &mut Vec<u8>) {
    let (backup, findings) = (&report.backup, report.findings.as_slice());
    let table = &MessageTable::new(backup, findings);
    let filter = Filter::parse("price or from:@contoso.com or subject:/a.*e.*i/ -rule:MSG001 or severity:>=error").unwrap();
    let mut chosen = filter.bind(table, backup).messages(&|_| None);
    let passed = chosen.len();
    Sort::parse("subject").unwrap().order(table, &mut chosen);
    let all: Vec<usize> = (0..backup.messages.len()).collect();
    let selection = Selection { backup, findings, table, limits: &report.settings.limits, chosen: &all, passed };
    text::write_messages(selection, STYLE, out).unwrap();
    json::write_messages(selection, out).unwrap();
    csv::write_messages(selection, out).unwrap();
    let all: Vec<usize> = (0..findings.len()).collect();
    let selection = Selection { backup, findings, table, limits: &report.settings.limits, chosen: &all, passed: all.len() };
    text::write_findings(selection, STYLE, out).unwrap();
    json::write_findings(selection, out).unwrap();
    csv::write_findings(selection, out).unwrap();
}

/// Returns one file.
fn file(path: &str, bytes: impl Into<Vec<u8>>) -> FixtureFile {
    FixtureFile { path: path.to_owned(), bytes: bytes.into(), kind: FixtureKind::File, modified: None, size: None, read_only: false }
}

/// Returns files in the notation of the rules' examples.
fn fixture(text: &str) -> Vec<FixtureFile> {
    compile(text).unwrap()
}

/// Returns a text of parts that are numbered from 0.
fn parts(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect()
}
