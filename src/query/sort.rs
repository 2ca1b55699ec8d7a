//! Orders of the table.

use std::cmp::Ordering;

use super::{
    MessageRow, MessageTable,
    row::{NumberField, TextField},
};

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table below names each")]
pub enum SortField {
    Arrived,
    Attachments,
    Damage,
    Date,
    Findings,
    From,
    Path,
    Queue,
    Recipients,
    Severity,
    Size,
    Subject,
    To,
}

/// An order of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub field: SortField,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// The columns by name, sorted.
static NAMES: &[(&str, SortField)] = &[
    ("arrived", SortField::Arrived),
    ("attachments", SortField::Attachments),
    ("damage", SortField::Damage),
    ("date", SortField::Date),
    ("findings", SortField::Findings),
    ("from", SortField::From),
    ("path", SortField::Path),
    ("queue", SortField::Queue),
    ("recipients", SortField::Recipients),
    ("severity", SortField::Severity),
    ("size", SortField::Size),
    ("subject", SortField::Subject),
    ("to", SortField::To),
];

/// What a message is sorted by; messages without it come last in either direction.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Number(i128),
    Text(String),
}

impl SortField {
    /// Returns the names of all columns.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

impl Sort {
    /// Returns the order of a name: `size`, or `-size` with the greatest first.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let found = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|&(_, field)| Self { field, descending })
    }

    /// Sorts indexes of messages; those that are equal keep the order of the table.
    pub fn order(self, table: &MessageTable, indexes: &mut Vec<usize>) {
        let mut keyed: Vec<(Option<Key>, usize)> =
            indexes.iter().map(|&index| (table.rows.get(index).and_then(|row| self.key(table, row)), index)).collect();
        keyed.sort_by(|(a, left), (b, right)| self.compare(a.as_ref(), b.as_ref()).then(left.cmp(right)));
        indexes.clear();
        indexes.extend(keyed.into_iter().map(|(_, index)| index));
    }

    fn compare(self, a: Option<&Key>, b: Option<&Key>) -> Ordering {
        match (a, b) {
            (Some(a), Some(b)) if self.descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }

    fn key(self, table: &MessageTable, row: &MessageRow) -> Option<Key> {
        let text = |field: TextField| {
            let first = row.text(field).lines().next().filter(|text| !text.is_empty())?;
            Some(Key::Text(first.to_lowercase()))
        };
        let number = |value: u64| Some(Key::Number(value.into()));
        match self.field {
            SortField::Arrived => row.arrived.map(|time| Key::Number(time.filetime().into())),
            SortField::Attachments => number(row.number(NumberField::Attachments)),
            SortField::Damage => number(row.deviations.into()),
            SortField::Date => row.date.map(|time| Key::Number(time.filetime().into())),
            SortField::Findings => number(row.findings.len() as u64),
            SortField::From => text(TextField::From),
            SortField::Path => text(TextField::Path),
            SortField::Queue => number(row.queue.into()),
            SortField::Recipients => number(row.number(NumberField::Recipients)),
            SortField::Severity => table.findings_of(row).map(|finding| finding.severity).max().map(|severity| Key::Number(severity as i128)),
            SortField::Size => number(row.size),
            SortField::Subject => text(TextField::Subject),
            SortField::To => text(TextField::To),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_go_both_ways() {
        assert!(NAMES.is_sorted_by_key(|(name, _)| name));
        assert_eq!(Sort::parse("-Size"), Some(Sort { field: SortField::Size, descending: true }));
        assert!(SortField::names().all(|name| Sort::parse(name).is_some_and(|sort| sort.field.name() == name)));
        assert_eq!(Sort::parse("colour"), None);
    }
}
