//! `imcscan findings`: the findings that a filter finds, as text, as JSON or for a spreadsheet.

use crate::{
    output::{csv as cells, json, text},
    query::{MessageTable, Selection},
};

use super::{
    args::{FindingsArgs, TableFormat},
    console::{Console, Failure},
    exit::Exit,
    filtering, reading,
};

/// Lists findings.
pub(super) fn run(args: &FindingsArgs, console: &mut Console) -> Result<Exit, Failure> {
    let Some(filter) = filtering::filter(&args.filter) else { return Ok(Exit::Usage) };
    let Some(judged) = reading::read(&args.evidence)? else { return Ok(Exit::Interrupted) };
    let (backup, findings) = (&judged.report.backup, judged.report.findings.as_slice());
    let table = &MessageTable::new(backup, findings);
    let mut chosen = filtering::findings(&judged, table, &filter);
    let passed = chosen.len();
    chosen.truncate(args.limit.unwrap_or(usize::MAX));
    let limits = &judged.report.settings.limits;
    let selection = Selection { backup, findings, table, limits, chosen: &chosen, passed };
    match args.format {
        TableFormat::Text => text::write_findings(selection, Console::style(args.color), console.out())?,
        TableFormat::Json => json::write_findings(selection, console.out())?,
        TableFormat::Ndjson => json::write_finding_lines(selection, console.out())?,
        TableFormat::Csv => cells::write_findings(selection, console.out())?,
    }
    Ok(if judged.complain() { Exit::Success } else { Exit::Bug })
}
