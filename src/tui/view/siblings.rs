//! Siblings: files of IMCCOPY and of the Mailbox Migration Utility, as far as they lie in or beside the Backup.

use crate::{
    formats::{
        imccopy::ImccopyFile,
        migrate::{LogLine, MigrationStatus},
    },
    report::Report,
};

use crate::tui::{
    row::{Row, Tone},
    target::{Item, Spot, Target},
};

use super::words::findings_where;

/// Returns the rows of all files.
#[must_use]
pub fn items(report: &Report) -> Vec<Item> {
    let siblings = &report.backup.siblings;
    let mut rows = Vec::new();
    for found in &siblings.imccopy {
        rows.extend(head(report, &found.path, "IMCCOPY text"));
        rows.extend(imccopy(&found.path, &found.file.value));
    }
    for found in &siblings.migration_lists {
        rows.extend(head(report, &found.path, "recipient list of the Mailbox Migration Utility"));
        rows.extend(found.file.value.rows.iter().map(|row| {
            let text = format!("{} ({}) from {} to {}", row.name.value, row.alias.value, row.source.value, row.destination.value);
            Row::text(text).hang(2).to(at(&found.path, row.place.line))
        }));
        rows.extend(found.file.value.result_lines.iter().map(|line| result(&found.path, line)));
    }
    for found in &siblings.migration_logs {
        rows.extend(head(report, &found.path, "result log of the Mailbox Migration Utility"));
        rows.extend(found.file.value.lines.iter().map(|line| result(&found.path, line)));
    }
    rows.into_iter().map(|row| Item::Row(Box::new(row))).collect()
}

fn head(report: &Report, path: &str, kind: &str) -> Vec<Row> {
    let title = Row::heading(path).with(Tone::Dim, format!("  {kind}")).to(Target::File(path.into(), Box::default()));
    let mut rows = vec![title];
    rows.extend(findings_where(report, |evidence| evidence.file.as_ref() == path).into_iter().skip(1));
    rows
}

fn at(path: &str, line: usize) -> Target {
    Target::File(path.into(), Box::new(Spot { line: Some(line), ..Spot::default() }))
}

fn imccopy(path: &str, file: &ImccopyFile) -> Vec<Row> {
    let mut rows = Vec::new();
    for record in &file.formats {
        let [mime, plain] = [record.mime_charset(), record.non_mime_charset()].map(|charset| charset.map_or("?", |charset| charset.value.as_str()));
        let flags = record.flags().map(|flags| flags.names().collect::<Vec<_>>().join(", ")).unwrap_or_default();
        let row = Row::new().cell(Tone::Strong, record.domain(), 28).with(Tone::Plain, format!("{mime} for MIME, {plain} otherwise; {flags}"));
        rows.push(row.hang(2).to(at(path, record.place.line)));
    }
    for route in &file.routes {
        let host = route.host().map_or("nowhere", |host| host.value.as_str());
        rows.push(Row::new().cell(Tone::Strong, route.domain(), 28).with(Tone::Plain, format!("to {host}")).to(at(path, route.text.place.line)));
    }
    if let Some(routing) = file.default_routing.as_ref().filter(|routing| !routing.value.is_empty()) {
        rows.push(Row::text(format!("everything else to {}", routing.value)).to(at(path, routing.place.line)));
    }
    rows
}

fn result(path: &str, line: &LogLine) -> Row {
    let is_failure = matches!(line.status, MigrationStatus::Failure);
    let (word, tone) = if is_failure { ("failure", Tone::Error) } else { ("success", Tone::Good) };
    let who = format!("{} ({}) from {} to {}", line.name.value, line.alias.value, line.source.value, line.destination.value);
    let row = Row::new().cell(tone, word, 8).with(Tone::Plain, format!("{} {who}: {}", line.time, line.message.value));
    row.hang(9).flag(is_failure).to(at(path, line.place.line))
}
