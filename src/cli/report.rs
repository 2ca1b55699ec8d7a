//! `imcscan report`: evidence in, report out, exit code by what was asked for.

use crate::{
    backup::{Backup, EntryKind, FileState, PlaceNote},
    output::{json, text},
    report::Report,
};

use super::{
    args::{ReportArgs, ReportFormat},
    console::{Console, Failure},
    drill::bug_at,
    exit::Exit,
    reading,
};

/// Judges a Backup.
pub(super) fn run(args: &ReportArgs, console: &mut Console) -> Result<Exit, Failure> {
    let Some(judged) = reading::read(&args.evidence)? else { return Ok(Exit::Interrupted) };
    let report = &judged.report;
    // What went wrong is said first: it may be why the rest cannot be written.
    let is_whole = judged.complain();
    bug_at("report");
    match args.form() {
        ReportFormat::Text => text::write(report, Console::style(args.color), console.out())?,
        ReportFormat::Json => json::write(report, console.out())?,
        ReportFormat::Ndjson => json::write_lines(report, console.out())?,
    }
    Ok(exit(args, report, is_whole))
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
    backup.files.iter().any(|file| file.entry != EntryKind::Folder && not_read(file.state)) || backup.place.notes.iter().any(PlaceNote::is_loss)
}
