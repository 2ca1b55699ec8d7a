//! `imcscan report`: evidence in, report out, exit code by what was asked for.

use std::{num::NonZero, path::Path, thread};

use thiserror::Error;

use crate::{
    backup::{Backup, EntryKind, FileState, Item, ProductVersion},
    base::Limits,
    diagnostics::Hits,
    output::{json, text},
    report::{Report, analyze},
    rules::CATALOGUE,
    scan::{Entry, Evidence, Judge, Loaded, Progress, Run, ScanError, Scanned, read_backup, read_file},
};

use super::{
    args::{ReportArgs, ReportFormat},
    config,
    console::{Console, Failure},
    exit::Exit,
    interrupt, progress,
};

/// Judges a Backup.
pub(super) fn run(args: &ReportArgs, console: &mut Console) -> Result<Exit, Failure> {
    let settings = args.config.as_deref().map(config::load).transpose()?.unwrap_or_default();
    let version = args.exchange.as_deref().map(version).transpose()?;
    let limits = Limits::default();
    let evidence = Evidence::open(&args.path, &limits).map_err(told)?;
    let given = args.with.iter().map(|path| sibling(path, &limits)).collect::<Result<Vec<_>, _>>().map_err(told)?;
    let hits = Hits::default();
    let judge = |item: &Item<'_>| hits.judge(CATALOGUE, &settings, item);
    let Scanned { mut backup, panicked, interrupted } = scan(args, (&evidence, &given), (&limits, &judge));
    if interrupted {
        Console::complain("interrupted; no report was made");
        return Ok(Exit::Interrupted);
    }
    if version.is_some() {
        backup.version = version;
    }
    let report = analyze(backup, hits, (CATALOGUE, settings));
    match args.form() {
        ReportFormat::Text => text::write(&report, Console::style(args.color), console.out())?,
        ReportFormat::Json => json::write(&report, console.out())?,
        ReportFormat::Ndjson => json::write_lines(&report, console.out())?,
    }
    for (path, message) in &panicked {
        Console::complain(&format!("a bug in imcscan kept it from reading {path}: {message}"));
    }
    Ok(exit(args, &report, panicked.is_empty()))
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

fn sibling(path: &Path, limits: &Limits) -> Result<(Entry, Loaded), ScanError> {
    read_file(path, limits)
}

fn scan(args: &ReportArgs, (evidence, given): (&Evidence, &[(Entry, Loaded)]), context: (&Limits, Judge<'_>)) -> Scanned {
    let bar = progress::bar(args.quiet, evidence.entries().iter().filter(|entry| entry.is_file()).count());
    let advance = |progress: Progress| {
        bar.set_length(progress.files_total as u64);
        bar.set_position(progress.files_done as u64);
        bar.set_message(format!("{} MiB", progress.bytes_done >> 20));
    };
    let threads = if args.threads == 0 { thread::available_parallelism().map_or(1, NonZero::get) } else { args.threads };
    let run = Run { threads, cancel: interrupt::listen(), progress: &advance };
    let scanned = read_backup(evidence, given, run, context);
    bar.finish_and_clear();
    scanned
}

fn exit(args: &ReportArgs, report: &Report, is_whole: bool) -> Exit {
    let asked = args.fail_on.map(Into::into);
    if !is_whole {
        Exit::Bug
    } else if asked.is_some_and(|level| report.gravest() >= Some(level)) {
        Exit::FailOn
    } else if args.strict && has_unread(&report.backup) {
        Exit::Unread
    } else {
        Exit::Success
    }
}

/// Returns whether some evidence could not be read, or not to its end.
fn has_unread(backup: &Backup) -> bool {
    let not_read = |state| matches!(state, FileState::Unreadable | FileState::PartlyRead);
    backup.files.iter().any(|file| file.entry != EntryKind::Folder && not_read(file.state))
}
