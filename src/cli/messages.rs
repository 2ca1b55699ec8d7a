//! `imcscan messages`: the queue items that a filter finds, as a table, as JSON or for a spreadsheet.

use crate::{
    output::{csv as cells, json, text},
    query::{MessageTable, Selection},
};

use super::{
    args::{MessagesArgs, TableFormat, When},
    console::{Console, Failure},
    exit::Exit,
    filtering, reading,
};

/// Lists messages. The filter is read first, so that a mistake in it is told at once.
pub(super) fn run(args: &MessagesArgs, console: &mut Console) -> Result<Exit, Failure> {
    let Some(filter) = filtering::filter(&args.filter) else { return Ok(Exit::Usage) };
    let Some(judged) = reading::read(&args.evidence)? else { return Ok(Exit::Interrupted) };
    let (backup, findings) = (&judged.report.backup, judged.report.findings.as_slice());
    let table = &MessageTable::new(backup, findings);
    let Some(mut chosen) = filtering::messages(&judged, table, &filter) else {
        Console::complain("interrupted; no list was made");
        return Ok(Exit::Interrupted);
    };
    let passed = chosen.len();
    if let Some(sort) = args.sort {
        sort.order(table, &mut chosen);
    }
    chosen.truncate(args.limit.unwrap_or(usize::MAX));
    let limits = &judged.report.settings.limits;
    let selection = Selection { backup, findings, table, limits, chosen: &chosen, passed };
    match args.format {
        TableFormat::Text => text::write_messages(selection, Console::style(When::Auto), console.out())?,
        TableFormat::Json => json::write_messages(selection, console.out())?,
        TableFormat::Ndjson => json::write_message_lines(selection, console.out())?,
        TableFormat::Csv => cells::write_messages(selection, console.out())?,
    }
    Ok(if judged.complain() { Exit::Success } else { Exit::Bug })
}
