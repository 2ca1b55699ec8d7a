//! Files that are no stream: RFC 822 text with or without the envelope of a spool file, and texts of any kind.

use crate::{
    backup::{SingleDocument, SingleFile},
    base::{TextFile, counted},
    formats::{mime::MimeEntity, sniff::ArtifactKind, spool::Envelope},
};

use crate::tui::{
    opened::Node,
    row::{Row, Tone},
    target::Tab,
};

use super::{body, headers};

/// Kinds of files that are text.
const TEXTS: [ArtifactKind; 8] = [
    ArtifactKind::Text,
    ArtifactKind::Registry,
    ArtifactKind::DirectoryExport,
    ArtifactKind::PackingList,
    ArtifactKind::ImcCopy,
    ArtifactKind::MigrationList,
    ArtifactKind::MigrationLog,
    ArtifactKind::Uuencoded,
];

fn node(path: &str, file: &SingleFile<'_>, pages: Vec<(Tab, Vec<Row>)>) -> Node {
    let name = path.rsplit('/').next().unwrap_or(path);
    let kind = file.kind_name().replace('_', " ");
    Node { object: String::new(), title: format!("{name}: {kind}"), depth: 0, span: 0..file.bytes.len() as u64, pages }
}

/// Returns the pages of RFC 822 text.
pub(in crate::tui) fn document_node(path: &str, found: &SingleDocument, file: &SingleFile<'_>) -> Node {
    let mut summary = summary(file);
    if let Some(envelope) = found.spool.as_ref().and_then(|spool| spool.envelope.as_ref()) {
        summary.extend(envelope_rows(envelope));
    }
    for line in found.spool.iter().flat_map(|spool| &spool.pickup) {
        summary.push(Row::entry(if line.is_sender { "Originator" } else { "Recipient" }, line.address.text.as_ref()));
    }
    let entities = &found.document.entities;
    summary.extend((1..).zip(entities).map(|(number, entity)| entity_row(number, entity)));
    let mut pages = vec![(Tab::Summary, summary)];
    if let Some(first) = entities.first() {
        pages.push((Tab::Headers, headers::rows(&first.headers)));
    }
    let texts: Vec<Row> = (1..).zip(entities).flat_map(|(number, entity)| text_rows(number, entity)).collect();
    if !texts.is_empty() {
        pages.push((Tab::Body, texts));
    }
    node(path, file, pages)
}

fn summary(file: &SingleFile<'_>) -> Vec<Row> {
    vec![Row::entry("Kind", file.kind_name().replace('_', " ")), Row::entry("Size", counted(file.bytes.len(), "byte"))]
}

fn envelope_rows(envelope: &Envelope) -> Vec<Row> {
    let Envelope { stated_length: _, local_stamp, helo, peer, mail_from, recipients, mts_id, others } = envelope;
    let mut rows = vec![Row::heading("Envelope")];
    rows.extend(local_stamp.map(|time| Row::entry("Written", format!("{} (local time of the server)", time.utc()))));
    for (label, text) in [("HELO", helo), ("Peer", peer), ("Originator", mail_from), ("MTS-ID", mts_id)] {
        rows.extend(text.as_ref().map(|text| Row::entry(label, text.text.as_ref())));
    }
    rows.extend(recipients.iter().map(|text| Row::entry("Recipient", text.text.as_ref())));
    rows.extend(others.iter().map(|text| Row::entry("Other text", text.text.as_ref())));
    rows
}

fn entity_row(number: usize, entity: &MimeEntity) -> Row {
    let name = entity.name.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
    Row::new()
        .cell(Tone::Dim, format!("Entity {number}"), 11)
        .with(Tone::Plain, format!("{}{name}, {} bytes", entity.media_type, entity.size))
        .hang(12)
}

fn text_rows(number: usize, entity: &MimeEntity) -> Vec<Row> {
    let Some(text) = &entity.text else { return Vec::new() };
    let mut rows = vec![Row::heading(format!("Entity {number}: {}", entity.media_type))];
    rows.extend(body::lines(&text.text));
    rows
}

/// Returns the pages of any other file; `shown` are its bytes without secrets.
pub(in crate::tui) fn text_node(path: &str, file: &SingleFile<'_>, shown: &[u8]) -> Node {
    let mut pages = vec![(Tab::Summary, summary(file))];
    if TEXTS.contains(&file.kind) {
        pages.insert(0, (Tab::Body, body::lines(&TextFile::decode(shown).text)));
    }
    node(path, file, pages)
}
