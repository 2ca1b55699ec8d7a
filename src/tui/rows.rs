//! The queue items in pieces that are shared, not copied: the drawing goes on adding rows while another thread sorts what was there.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{backup::MessageRecord, report::Report};

use super::message_row::MessageRow;

/// Rows of one piece; only the last piece is ever copied.
const PIECE: usize = 1_024;

/// Rows that can be handed to another thread at the cost of one piece.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    full: Vec<Arc<[MessageRow]>>,
    open: Vec<MessageRow>,
}

impl Rows {
    /// Adds a row.
    pub fn push(&mut self, row: MessageRow) {
        self.open.push(row);
        if self.open.len() == PIECE {
            self.full.push(std::mem::take(&mut self.open).into());
        }
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.len() * PIECE + self.open.len()
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns a row.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&MessageRow> {
        let piece = self.full.get(index / PIECE).map_or(self.open.as_slice(), |piece| piece);
        piece.get(index % PIECE)
    }

    /// Returns all rows.
    pub fn iter(&self) -> impl Iterator<Item = &MessageRow> {
        self.full.iter().flat_map(|piece| piece.iter()).chain(&self.open)
    }
}

impl FromIterator<MessageRow> for Rows {
    fn from_iter<I: IntoIterator<Item = MessageRow>>(rows: I) -> Self {
        let mut all = Self::default();
        rows.into_iter().for_each(|row| all.push(row));
        all
    }
}

/// Returns the rows of a report.
#[must_use]
pub fn rows_of(report: &Report) -> Rows {
    let mut codes: HashMap<&str, BTreeSet<&'static str>> = HashMap::new();
    for finding in &report.findings {
        let proven = finding.evidence.iter().map(|evidence| evidence.file.as_ref());
        for path in proven.chain(finding.affected.items.iter().map(AsRef::as_ref)) {
            codes.entry(path).or_default().insert(finding.rule.code);
        }
    }
    let row = |(index, message): (usize, &MessageRecord)| {
        let mut row = MessageRow::of_record(&report.backup, index, message);
        row.codes = codes.get(row.path.as_ref()).map(|codes| codes.iter().copied().collect()).unwrap_or_default();
        row
    };
    report.backup.messages.iter().enumerate().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(size: usize) -> MessageRow {
        MessageRow { size: size as u64, ..MessageRow::default() }
    }

    #[test]
    fn rows_keep_their_places_across_pieces() {
        let rows: Rows = (0..3_000).map(row).collect();
        let sizes = |index: usize| rows.get(index).map(|row| row.size);
        assert_eq!(
            [0, 1_023, 1_024, 2_047, 2_048, 2_999, 3_000].map(sizes),
            [Some(0), Some(1_023), Some(1_024), Some(2_047), Some(2_048), Some(2_999), None]
        );
        assert!(rows.iter().map(|row| row.size).eq(0..3_000));
        assert_eq!((rows.len(), rows.is_empty(), Rows::default().is_empty()), (3_000, false, true));
    }

    #[test]
    fn a_copy_stays_as_it_was_while_rows_are_added() {
        let mut rows: Rows = (0..1_500).map(row).collect();
        let copy = rows.clone();
        (1_500..2_100).for_each(|size| rows.push(row(size)));
        assert_eq!((copy.len(), rows.len()), (1_500, 2_100));
        assert_eq!(copy.get(1_499), rows.get(1_499));
    }
}
