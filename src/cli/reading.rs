//! Evidence in, judged Backup out: the part that every command over a Backup shares.

use std::{cell::RefCell, path::Path};

use thiserror::Error;

use crate::{
    backup::{Item, ProductVersion},
    base::Limits,
    diagnostics::{Hits, Settings},
    report::{Report, analyze},
    rules::CATALOGUE,
    scan::{Entry, Evidence, Judge, Loaded, Progress, Run, ScanError, Scanned, reach_of_backup, reach_of_files, read_backup, read_file},
};

use super::{
    args::EvidenceArgs,
    config,
    console::{Console, Failure},
    drill::bug_at,
    exit::Exit,
    interrupt, limits,
    processors::threads,
    progress, sandbox,
};

/// A judged Backup, and where it was read from.
pub(super) struct Judged {
    /// The result.
    pub(super) report: Report,
    /// The evidence, to read a file again.
    pub(super) evidence: Evidence,
    /// Files that a bug kept from being read, and what it said.
    pub(super) panicked: RefCell<Vec<(String, String)>>,
}

impl Judged {
    /// Names the files and rules that a bug cost, and returns whether there is none.
    pub(super) fn complain(&self) -> bool {
        let panicked = self.panicked.borrow();
        for (path, message) in panicked.iter() {
            Console::complain(&format!("a bug in imcscan kept it from reading {path}: {message}"));
        }
        for bug in &self.report.bugs {
            Console::complain(&format!("a bug in imcscan: {bug}"));
        }
        panicked.is_empty() && self.report.bugs.is_empty()
    }
}

/// Returns what the files of settings and of limits say, each of which may be left out.
pub(super) fn settings((config, limits): (Option<&Path>, Option<&Path>)) -> Result<Settings, Failure> {
    let settings = config.map(config::load).transpose()?.unwrap_or_default();
    Ok(Settings { limits: limits::load(limits)?, ..settings })
}

/// Reads and judges a Backup; none when it was interrupted, which is said.
pub(super) fn read(args: &EvidenceArgs) -> Result<Option<Judged>, Failure> {
    let settings = settings((args.config.as_deref(), args.limits.as_deref()))?;
    let version = args.exchange.as_deref().map(version).transpose()?;
    // Asked for before the files are out of reach that tell it.
    threads(args.threads);
    sandbox::enter(args.confinement(), [reach_of_backup(&args.path), reach_of_files(&args.with)], false)?;
    let limits = settings.limits.clone();
    interrupt::listen();
    let evidence = Evidence::open(&args.path, &limits).map_err(told)?;
    let given = args.with.iter().map(|path| read_file(path, &limits)).collect::<Result<Vec<_>, _>>().map_err(told)?;
    let hits = Hits::default();
    let judge = |item: &Item<'_>| {
        bug_at(item.path);
        hits.judge(CATALOGUE, &settings, item);
    };
    let Scanned { mut backup, panicked, interrupted } = scan(args, (&evidence, &given), (&limits, &judge));
    if version.is_some() {
        backup.version = version;
    }
    let report = (!interrupted).then(|| analyze(backup, hits, (CATALOGUE, settings)));
    let Some(report) = report.filter(|_| !interrupt::is_asked()) else {
        Console::complain("interrupted; no report was made");
        return Ok(None);
    };
    Ok(Some(Judged { report, evidence, panicked: panicked.into() }))
}

#[derive(Debug, Error)]
#[error("'{0}' is no Exchange version; write 5.5, 5.5.2650, 5.5.2650.21 or \"5.5 SP3\"")]
struct NoVersion(String);

/// Returns the version that a user states.
pub(super) fn version(text: &str) -> Result<ProductVersion, Failure> {
    ProductVersion::stated(text).ok_or_else(|| Failure::Told(Exit::Usage, Box::new(NoVersion(text.to_owned()))))
}

fn told(error: ScanError) -> Failure {
    Failure::Told(Exit::NoBackup, Box::new(error))
}

fn scan(args: &EvidenceArgs, (evidence, given): (&Evidence, &[(Entry, Loaded)]), context: (&Limits, Judge<'_>)) -> Scanned {
    let bar = progress::bar(args.quiet, evidence.entries().iter().filter(|entry| entry.is_file()).count());
    let advance = |progress: Progress| {
        bar.set_length(progress.files_total as u64);
        bar.set_position(progress.files_done as u64);
        bar.set_message(format!("{} MiB", progress.bytes_done >> 20));
    };
    let run = Run { threads: threads(args.threads), cancel: interrupt::listen(), progress: &advance };
    let scanned = read_backup(evidence, given, run, context);
    bar.finish_and_clear();
    scanned
}
