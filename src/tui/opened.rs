//! One file decoded again to be looked at: its tree of messages and attachments with the pages of each, and its bytes with the fields that own
//! them. Everything is owned, so that nothing borrows from the bytes.

use std::ops::Range;

use crate::{
    backup::{SingleContent, SingleFile, each_run, fields},
    base::{Anomaly, Limits},
};

use super::{
    page,
    row::Row,
    target::{Spot, Tab},
};

/// A file that was opened.
#[derive(Debug)]
pub struct Opened {
    /// Path in the Backup.
    pub path: String,
    /// What it is.
    pub kind: String,
    /// Its bytes; those of secrets are blanked.
    pub bytes: Vec<u8>,
    /// Its messages and attachments, depth first; the file itself when it is no message.
    pub nodes: Vec<Node>,
    /// The fields that own its bytes, in the order of the file.
    pub fields: Vec<Field>,
    /// Deviations from its format, sorted by offset.
    pub anomalies: Vec<Anomaly>,
    /// Index of the mail among the nodes.
    pub mail: usize,
    runs: Vec<(u64, Option<usize>)>,
}

/// One message or attachment of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Which one, in the words of evidence: `mail, attachment 2`.
    pub object: String,
    /// What the tree says of it.
    pub title: String,
    /// How deep it lies.
    pub depth: usize,
    /// Its bytes.
    pub span: Range<u64>,
    /// Its pages.
    pub pages: Vec<(Tab, Vec<Row>)>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its first byte.
    pub offset: u64,
    /// Its length.
    pub length: u64,
    /// How deep it lies.
    pub depth: u16,
    /// What it is.
    pub label: String,
}

impl Opened {
    /// Decodes a file; `damage` is what went wrong while it was read.
    #[must_use]
    pub fn decode(path: &str, bytes: &[u8], (damage, limits): (Vec<Anomaly>, &Limits)) -> Self {
        let mut file = SingleFile::read(path, bytes, limits);
        file.anomalies.extend(damage);
        file.anomalies.sort_by_key(|anomaly| anomaly.offset);
        let shown = without_secrets(bytes, &file.secrets());
        let nodes = match &file.content {
            SingleContent::Message(found) => page::message_nodes(path, found, (&file.anomalies, limits)),
            SingleContent::Document(found) => vec![page::document_node(path, found, &file)],
            _ => vec![page::text_node(path, &file, &shown)],
        };
        let (fields, runs) = owners(&file, limits);
        let mail = nodes.iter().position(|node| node.object == "mail").unwrap_or(0);
        let kind = file.kind_name().replace('_', " ");
        Self { path: path.to_owned(), kind, nodes, mail, fields, runs, anomalies: file.anomalies, bytes: shown }
    }

    /// Returns the tabs of a message or attachment.
    #[must_use]
    pub fn tabs(&self, node: usize) -> Vec<Tab> {
        let own = self.nodes.get(node).into_iter().flat_map(|node| node.pages.iter().map(|(tab, _)| *tab));
        own.chain([Tab::Findings, Tab::Hex]).collect()
    }

    /// Returns the rows of a tab.
    #[must_use]
    pub fn page(&self, node: usize, tab: Tab) -> &[Row] {
        let pages = self.nodes.get(node).map(|node| node.pages.as_slice()).unwrap_or_default();
        pages.iter().find(|(own, _)| *own == tab).map(|(_, rows)| rows.as_slice()).unwrap_or_default()
    }

    /// Returns the innermost field that owns a byte.
    #[must_use]
    pub fn field_at(&self, byte: usize) -> Option<usize> {
        let after = self.runs.partition_point(|(start, _)| usize::try_from(*start).is_ok_and(|start| start <= byte));
        self.runs.get(after.checked_sub(1)?)?.1
    }

    /// Returns whether a deviation lies at a byte, or the byte was not read as anything.
    #[must_use]
    pub fn is_damaged(&self, byte: usize) -> bool {
        let offset = byte as u64;
        let unread = self.field_at(byte).and_then(|field| self.fields.get(field)).is_none_or(Field::is_unread);
        unread || self.anomalies.binary_search_by_key(&offset, |anomaly| anomaly.offset).is_ok()
    }

    /// Returns the nearest byte behind or before another where a deviation lies or a range begins that was not read.
    #[must_use]
    pub fn next_damage(&self, byte: usize, is_forward: bool) -> Option<usize> {
        let deviations = self.anomalies.iter().map(|anomaly| anomaly.offset);
        let is_unread = |owner: &Option<usize>| owner.and_then(|field| self.fields.get(field)).is_none_or(Field::is_unread);
        let unread = self.runs.iter().filter(|(_, owner)| is_unread(owner)).map(|(start, _)| *start);
        let places = deviations.chain(unread).filter_map(|place| usize::try_from(place).ok()).filter(|place| *place < self.bytes.len());
        if is_forward { places.filter(|place| *place > byte).min() } else { places.filter(|place| *place < byte).max() }
    }

    /// Returns the message, the tab and the row that a spot means.
    #[must_use]
    pub fn resolve(&self, spot: &Spot) -> (usize, Tab, usize) {
        let (node, rest) = self.node_of(spot);
        let tabs = self.tabs(node);
        let wanted = wanted_tab(spot, rest);
        let tab = wanted.filter(|tab| tabs.contains(tab)).or_else(|| tabs.first().copied()).unwrap_or(Tab::Hex);
        let rows = self.page(node, tab);
        let start = (!rest.is_empty()).then(|| position(rows, 0, rest)).flatten();
        let key = match spot {
            Spot { tag: Some(tag), .. } => Some(tag.to_string()),
            Spot { header: Some(name), .. } => Some(name.to_lowercase()),
            Spot { line: Some(line), .. } => Some(format!("line {line}")),
            _ => None,
        };
        match key.and_then(|key| position(rows, start.unwrap_or(0), &key)).or(start) {
            Some(row) => (node, tab, row),
            // What no page shows stands among the bytes.
            None if spot.span.is_some() && (spot.tag.is_some() || spot.line.is_some()) => (node, Tab::Hex, 0),
            None => (node, tab, 0),
        }
    }

    /// Returns the message that a spot names, and what stands behind its name.
    fn node_of<'s>(&self, spot: &'s Spot) -> (usize, &'s str) {
        let Some(object) = spot.object.as_deref() else {
            // The mail is what one wants to see; the envelope around it is one row above.
            let Some(start) = spot.span.as_ref().map(|span| span.start) else { return (self.mail, "") };
            let inner = self.nodes.iter().rposition(|node| node.span.contains(&start));
            return (inner.unwrap_or(0), "");
        };
        let behind = |node: &Node| {
            let rest = object.strip_prefix(node.object.as_str())?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix(", ") }
        };
        let fits = self.nodes.iter().enumerate().filter_map(|(index, node)| Some((index, behind(node)?)));
        fits.min_by_key(|(_, rest)| rest.len()).unwrap_or((0, ""))
    }
}

impl Field {
    /// Returns whether these are bytes that could not be read as anything.
    #[must_use]
    pub fn is_unread(&self) -> bool {
        self.label.starts_with("unread") || self.label.starts_with("trailing") || self.label.contains("not read")
    }
}

fn wanted_tab(spot: &Spot, rest: &str) -> Option<Tab> {
    match spot {
        Spot { tab: Some(tab), .. } => Some(*tab),
        _ if rest.starts_with("recipient") => Some(Tab::Recipients),
        _ if rest.starts_with("attachment") => Some(Tab::Attachments),
        _ if rest.starts_with("body") => Some(Tab::Body),
        Spot { tag: Some(_), .. } => Some(Tab::Properties),
        Spot { header: Some(_), .. } => Some(Tab::Headers),
        Spot { line: Some(_), .. } => Some(Tab::Body),
        Spot { object: None, span: Some(_), .. } => Some(Tab::Hex),
        _ => None,
    }
}

fn position(rows: &[Row], start: usize, key: &str) -> Option<usize> {
    rows.iter().enumerate().skip(start).find(|(_, row)| row.key.as_deref() == Some(key)).map(|(at, _)| at)
}

/// Secrets never reach the screen, nor the memory behind it.
fn without_secrets(bytes: &[u8], secrets: &[Range<u64>]) -> Vec<u8> {
    let mut shown = bytes.to_vec();
    for range in secrets {
        let ends = [range.start, range.end].map(|end| usize::try_from(end).unwrap_or(usize::MAX).min(bytes.len()));
        if let Some(secret) = shown.get_mut(ends[0]..ends[1]) {
            secret.fill(b'*');
        }
    }
    shown
}

/// Returns the fields in the order of the file, and for each run of bytes the innermost one.
fn owners(file: &SingleFile<'_>, limits: &Limits) -> (Vec<Field>, Vec<(u64, Option<usize>)>) {
    let mut map = fields(file, limits).fields;
    map.sort_by_key(|field| (field.offset, field.depth, std::cmp::Reverse(field.length)));
    map.dedup();
    let mut runs = Vec::new();
    let index_of = |owner: &crate::base::MappedField| {
        let key = |field: &crate::base::MappedField| (field.offset, field.depth, std::cmp::Reverse(field.length));
        let first = map.partition_point(|field| key(field) < key(owner));
        let same = map.iter().enumerate().skip(first).take_while(|(_, field)| key(field) == key(owner));
        same.into_iter().find(|(_, field)| field.label == owner.label).map(|(index, _)| index)
    };
    let noted = each_run(&map, file.bytes.len() as u64, |run| {
        runs.push((run.start, run.owner().and_then(index_of)));
        Ok::<(), std::convert::Infallible>(())
    });
    let Ok(()) = noted;
    let field = |field: &crate::base::MappedField| Field {
        offset: field.offset,
        length: field.length,
        depth: field.depth,
        label: field.label.clone().into_owned(),
    };
    (map.iter().map(field).collect(), runs)
}
