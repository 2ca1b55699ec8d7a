//! Messages and findings that a filter chose, in the shapes of the report.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::{Serialize, Serializer, ser::SerializeSeq};

use crate::query::Selection;

use super::{
    pretty::write_pretty,
    v1::{FindingV1, changed_limits, line},
    v1_message::ItemV1,
};

/// A document around a list.
#[derive(Serialize)]
struct ListV1<T> {
    schema: &'static str,
    passed: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    limits: BTreeMap<&'static str, u64>,
    #[serde(flatten)]
    list: T,
}

#[derive(Serialize)]
struct MessagesV1<'a> {
    messages: MessageListV1<'a>,
}

#[derive(Serialize)]
struct FindingsV1<'a> {
    findings: Vec<FindingV1<'a>>,
}

/// Messages are made and written one by one.
struct MessageListV1<'a>(Selection<'a>);

/// A message as in the report, and which rules found something about it.
#[derive(Serialize)]
struct ChosenV1<'a> {
    #[serde(flatten)]
    item: ItemV1<'a>,
    findings: Vec<&'static str>,
}

impl Serialize for MessageListV1<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut items = serializer.serialize_seq(Some(self.0.chosen.len()))?;
        for (record, row, _) in self.0.messages() {
            let mail = record.shell.record();
            items.serialize_element(&ChosenV1 { item: ItemV1::new(self.0.backup, record, &mail), findings: self.0.codes(row) })?;
        }
        items.end()
    }
}

/// Writes messages as one JSON document.
///
/// # Errors
/// Whatever the writer says.
pub fn write_messages(selection: Selection<'_>, out: &mut dyn Write) -> io::Result<()> {
    let list = MessagesV1 { messages: MessageListV1(selection) };
    write_pretty(out, &ListV1 { schema: "imcscan.messages/1", passed: selection.passed, limits: changed_limits(selection.limits), list })
}

/// Writes messages as JSON objects one a line.
///
/// # Errors
/// Whatever the writer says.
pub fn write_message_lines(selection: Selection<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (record, row, _) in selection.messages() {
        let mail = record.shell.record();
        line(out, "message", &ChosenV1 { item: ItemV1::new(selection.backup, record, &mail), findings: selection.codes(row) })?;
    }
    Ok(())
}

/// Writes findings as one JSON document.
///
/// # Errors
/// Whatever the writer says.
pub fn write_findings(selection: Selection<'_>, out: &mut dyn Write) -> io::Result<()> {
    let list = FindingsV1 { findings: selection.chosen_findings().map(FindingV1::from).collect() };
    write_pretty(out, &ListV1 { schema: "imcscan.findings/1", passed: selection.passed, limits: changed_limits(selection.limits), list })
}

/// Writes findings as JSON objects one a line.
///
/// # Errors
/// Whatever the writer says.
pub fn write_finding_lines(selection: Selection<'_>, out: &mut dyn Write) -> io::Result<()> {
    selection.chosen_findings().try_for_each(|finding| line(out, "finding", &FindingV1::from(finding)))
}
