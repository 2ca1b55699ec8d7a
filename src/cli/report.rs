//! `imcscan report`: evidence in, report out, exit code by what was asked for.

use std::{num::NonZero, path::Path, thread};

use crate::{
    backup::{Backup, EntryKind, FileState},
    base::Limits,
    diagnostics::{Finding, Settings, judge_message},
    output::{json, text},
    report::{Report, analyze},
    rules::CATALOGUE,
    scan::{Entry, Evidence, Loaded, Progress, Run, ScanError, Scanned, read_backup, read_file},
};

use super::{
    args::{ReportArgs, ReportFormat},
    console::{Console, Failure},
    exit::Exit,
    interrupt, progress,
};

/// Judges a Backup.
pub(super) fn run(args: &ReportArgs, console: &mut Console) -> Result<Exit, Failure> {
    let limits = Limits::default();
    let evidence = Evidence::open(&args.path, &limits).map_err(told)?;
    let given = args.with.iter().map(|path| sibling(path, &limits)).collect::<Result<Vec<_>, _>>().map_err(told)?;
    let settings = Settings::default();
    let Scanned { backup, judgements, panicked, interrupted } = scan(args, (&evidence, &given), &settings, &limits);
    if interrupted {
        Console::complain("interrupted; no report was made");
        return Ok(Exit::Interrupted);
    }
    let report = analyze(backup, judgements.into_iter().flatten().collect(), (CATALOGUE, settings));
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

fn told(error: ScanError) -> Failure {
    Failure::Told(Exit::NoBackup, Box::new(error))
}

fn sibling(path: &Path, limits: &Limits) -> Result<(Entry, Loaded), ScanError> {
    read_file(path, limits)
}

fn scan(args: &ReportArgs, (evidence, given): (&Evidence, &[(Entry, Loaded)]), settings: &Settings, limits: &Limits) -> Scanned<Vec<Finding>> {
    let bar = progress::bar(args.quiet, evidence.entries().iter().filter(|entry| entry.is_file()).count());
    let advance = |progress: Progress| {
        bar.set_length(progress.files_total as u64);
        bar.set_position(progress.files_done as u64);
        bar.set_message(format!("{} MiB", progress.bytes_done >> 20));
    };
    let threads = if args.threads == 0 { thread::available_parallelism().map_or(1, NonZero::get) } else { args.threads };
    let run = Run { threads, cancel: interrupt::listen(), progress: &advance };
    let scanned = read_backup(evidence, given, run, (limits, &|item| judge_message(CATALOGUE, settings, item)));
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
