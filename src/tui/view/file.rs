//! The opened file: its tree of messages and attachments, or in the hex tab the structure of its bytes; and what was found in it.

use crate::tui::{
    app::App,
    opened::Opened,
    row::{Row, Tone},
    target::{Item, Spot, Tab, Target},
};

use super::words::findings_of;

/// Returns the tree, or the fields when bytes are shown.
#[must_use]
pub fn items(app: &App) -> Vec<Item> {
    let Some(file) = &app.file else { return Vec::new() };
    if app.tab == Tab::Hex { (0..file.fields.len()).map(Item::Field).collect() } else { (0..file.nodes.len()).map(Item::Node).collect() }
}

/// Returns the row of a message or attachment.
#[must_use]
pub fn node_row(file: &Opened, index: usize) -> Row {
    let Some(node) = file.nodes.get(index) else { return Row::new() };
    let lines = if node.depth == 0 { String::new() } else { format!("{}└ ", "  ".repeat(node.depth - 1)) };
    let damage = file.anomalies.iter().any(|anomaly| node.span.contains(&anomaly.offset));
    Row::new().with(Tone::Dim, lines).with(Tone::Plain, &node.title).flag(damage)
}

/// Returns the row of a field.
#[must_use]
pub fn field_row(file: &Opened, index: usize) -> Row {
    let Some(field) = file.fields.get(index) else { return Row::new() };
    let start = usize::try_from(field.offset).unwrap_or(usize::MAX);
    let is_flagged = field.is_unread()
        || file.anomalies.binary_search_by_key(&field.offset, |anomaly| anomaly.offset).is_ok_and(|_| file.field_at(start) == Some(index));
    let tone = if field.is_unread() { Tone::Damage } else { Tone::Plain };
    Row::new()
        .with(Tone::Dim, format!("{:06x} {}", field.offset, " ".repeat(usize::from(field.depth.min(12)))))
        .with(tone, &field.label)
        .with(Tone::Dim, format!(" {}", field.length))
        .flag(is_flagged)
}

/// Returns what was found in the file, and every deviation from its format.
#[must_use]
pub fn findings(app: &App, file: &Opened) -> Vec<Row> {
    let mut rows = app.report.as_deref().map(|report| findings_of(report, &file.path)).unwrap_or_default();
    if !file.anomalies.is_empty() {
        rows.push(Row::heading(format!("Deviations from the format ({})", file.anomalies.len())));
    }
    rows.extend(file.anomalies.iter().map(|anomaly| {
        let spot = Spot { tab: Some(Tab::Hex), span: Some(anomaly.offset..anomaly.offset + 1), ..Spot::default() };
        let row = Row::new().with(Tone::Damage, format!("{:#x} {}: ", anomaly.offset, anomaly.code)).with(Tone::Plain, &anomaly.text);
        row.hang(2).flag(true).to(Target::File(file.path.as_str().into(), Box::new(spot)))
    }));
    if rows.is_empty() {
        rows.push(Row::new().with(Tone::Good, "Nothing was found in this file, and nothing deviates from its format."));
    }
    rows
}
