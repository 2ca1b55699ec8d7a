//! Lists for spreadsheets (RFC 4180, UTF-8). A cell that a spreadsheet would take for a formula gets an apostrophe in front, and what cannot
//! be seen is escaped as everywhere; whoever needs the text to the letter takes JSON.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use ::csv::Writer;

use crate::{
    backup::{ItemKind, MailRecord, MessageRecord, Party},
    base::printable,
    query::{MessageRow, Selection},
};

const MESSAGE_COLUMNS: [&str; 17] = [
    "path",
    "queue",
    "submitted",
    "arrived",
    "size",
    "class",
    "sender_name",
    "sender_address",
    "recipients",
    "recipient_count",
    "subject",
    "message_id",
    "attachments",
    "attachment_count",
    "findings",
    "damage",
    "sha256",
];

/// Writes messages, one a row.
///
/// # Errors
/// Whatever the writer says.
pub fn write_messages(selection: Selection<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(MESSAGE_COLUMNS).map_err(unwrapped)?;
    for (record, row, file) in selection.messages() {
        let shell = record.shell.record();
        let mail = shell.embedded.first().filter(|_| record.kind == ItemKind::Envelope).unwrap_or(&shell);
        let [sender_name, sender_address] = sender(mail, &shell);
        let cells = [
            file.path.to_string(),
            selection.queue(row).to_owned(),
            mail.submitted.or(shell.submitted).map(|stamp| stamp.to_string()).unwrap_or_default(),
            record.facts.arrival.map(|time| time.to_string()).unwrap_or_default(),
            row.size.to_string(),
            shell.message_class.as_deref().unwrap_or_default().to_owned(),
            sender_name,
            sender_address,
            recipients(record, &shell, mail),
            row.recipients.to_string(),
            row.subject().to_owned(),
            mail.message_id.as_deref().unwrap_or_default().to_owned(),
            attachments(mail),
            row.attachments.to_string(),
            selection.codes(row).join(" "),
            damage(row),
            file.sha256.map(|digest| digest.to_string()).unwrap_or_default(),
        ];
        table.write_record(cells.map(|cell| safe(&cell))).map_err(unwrapped)?;
    }
    table.flush()
}

/// Writes findings, one a row.
///
/// # Errors
/// Whatever the writer says.
pub fn write_findings(selection: Selection<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Writer::from_writer(out);
    let columns = ["severity", "code", "name", "certainty", "message", "kb", "messages", "queues", "file", "locator", "observed", "expected"];
    table.write_record(columns).map_err(unwrapped)?;
    for finding in selection.chosen_findings() {
        let first = finding.evidence.first();
        let cells = [
            finding.severity.name().to_owned(),
            finding.rule.code.to_owned(),
            finding.rule.name.to_owned(),
            finding.certainty.name().to_owned(),
            finding.message.clone(),
            finding.rule.kb.join(" "),
            finding.affected.messages.to_string(),
            finding.affected.queues.iter().map(String::as_str).collect::<Vec<_>>().join("; "),
            first.map(|evidence| evidence.file.to_string()).unwrap_or_default(),
            first.map(|evidence| evidence.locator.to_string()).unwrap_or_default(),
            first.map(|evidence| evidence.observed.to_string()).unwrap_or_default(),
            first.map(|evidence| evidence.expected.to_string()).unwrap_or_default(),
        ];
        table.write_record(cells.map(|cell| safe(&cell))).map_err(unwrapped)?;
    }
    table.flush()
}

/// What begins a formula, in its wide form too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Returns a cell that shows everything and computes nothing. One that a spreadsheet would take for a formula gets an apostrophe in front; so
/// does one that looks as if it had got one, so that the first apostrophe can be taken away again. Where semicolons part cells, what stands
/// behind one begins a cell as well, and is escaped.
pub(crate) fn safe(text: &str) -> String {
    let mut shown = String::new();
    let mut begins_cell = false;
    for c in printable(text).to_string().chars() {
        if begins_cell && FORMULA.contains(&c) {
            // Writing to a string does not fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
        } else {
            shown.push(c);
        }
        begins_cell = c == ';' || begins_cell && (c.is_whitespace() || matches!(c, '"' | '\''));
    }
    let is_formula = shown.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).starts_with(FORMULA);
    if is_formula { format!("'{shown}") } else { shown }
}

/// Keeps the kind of an error of the writer below, by which a closed pipe is known; the library wraps it.
fn unwrapped(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn sender(mail: &MailRecord, shell: &MailRecord) -> [String; 2] {
    let sender = mail.sender.as_ref().or(shell.sender.as_ref());
    let text = |text: Option<&Box<str>>| text.map(ToString::to_string).unwrap_or_default();
    [text(sender.and_then(|sender| sender.name.as_ref())), text(sender.and_then(|sender| sender.address.as_ref()))]
}

/// Returns those that the item goes to: the envelope's, else the mail's.
fn recipients(record: &MessageRecord, shell: &MailRecord, mail: &MailRecord) -> String {
    let rows = if record.kind == ItemKind::Envelope && !shell.recipients.is_empty() { &shell.recipients } else { &mail.recipients };
    let shown = |party: &Party| party.address.as_deref().or(party.name.as_deref()).unwrap_or_default().to_owned();
    rows.iter().map(|row| shown(&row.party)).collect::<Vec<_>>().join("; ")
}

fn attachments(mail: &MailRecord) -> String {
    let name = |text: &Option<Box<str>>| text.as_deref().filter(|name| !name.is_empty()).map(str::to_owned);
    let names = mail.attachments.iter().filter_map(|attachment| name(&attachment.long_name).or_else(|| name(&attachment.name)));
    names.collect::<Vec<_>>().join("; ")
}

fn damage(row: &MessageRow) -> String {
    row.damage().lines().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{query::MessageTable, testing::report_of_fixture};

    #[test]
    fn no_cell_computes() {
        for (text, expected) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(1)", "'@SUM(1)"),
            (" \u{a0}=1", "' \u{a0}=1"),
            ("＝1", "'＝1"),
            ("\t=1", "\\u{9}=1"),
            ("a\x1b]52;\u{202e}b", "a\\u{1b}]52;\\u{202e}b"),
            ("1-2", "1-2"),
            ("'=1", "''=1"),
            ("'tis; -1", "'tis; \\u{2d}1"),
            ("a;=1;\"@b", "a;\\u{3d}1;\"\\u{40}b"),
        ] {
            assert_eq!(safe(text), expected);
        }
    }

    #[test]
    fn a_row_holds_one_message_whatever_its_text() {
        let text = "//- Mtsout/1\nsubject: \"=1+1,\\\"x\\\"\\r\\ny\"\nattach: a.txt 3 bytes\n";
        let report = report_of_fixture(text).unwrap();
        let table = MessageTable::new(&report.backup, &report.findings);
        let mut out = Vec::new();
        write_messages(
            Selection { backup: &report.backup, findings: &report.findings, table: &table, limits: &report.settings.limits, chosen: &[0], passed: 1 },
            &mut out,
        )
        .unwrap();
        let mut read = ::csv::Reader::from_reader(out.as_slice());
        let rows: Vec<_> = read.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 1);
        assert!(rows[0].get(10).unwrap().starts_with("'=1+1,\"x\""), "{rows:?}");
        assert_eq!(rows[0].get(12), Some("a.txt"));
    }
}
