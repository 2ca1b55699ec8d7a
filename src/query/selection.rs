//! The messages or findings that were chosen, in their order, with all that the outputs show of them.

use crate::{
    backup::{Backup, FileRecord, MessageRecord},
    base::Limits,
    diagnostics::Finding,
};

use super::{MessageRow, MessageTable};

/// What was chosen of a judged Backup.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The Backup.
    pub backup: &'a Backup,
    /// Its findings.
    pub findings: &'a [Finding],
    /// The rows of both.
    pub table: &'a MessageTable,
    /// Indexes of what is shown, in the order in which it is shown.
    pub chosen: &'a [usize],
    /// The bounds under which the evidence was read.
    pub limits: &'a Limits,
    /// The number of those that passed the filter, shown or not.
    pub passed: usize,
}

impl<'a> Selection<'a> {
    /// Returns the chosen messages with their rows and files.
    pub fn messages(self) -> impl Iterator<Item = (&'a MessageRecord, &'a MessageRow, &'a FileRecord)> {
        self.chosen.iter().filter_map(move |&index| {
            let record = self.backup.messages.get(index)?;
            Some((record, self.table.rows.get(index)?, self.backup.files.get(record.file)?))
        })
    }

    /// Returns the codes of the rules whose findings name a message, each once, gravest first.
    #[must_use]
    pub fn codes(self, row: &MessageRow) -> Vec<&'static str> {
        let mut codes: Vec<&'static str> = Vec::new();
        for code in row.findings.iter().filter_map(|index| Some(self.findings.get(*index as usize)?.rule.code)) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    /// Returns the chosen findings.
    pub fn chosen_findings(self) -> impl Iterator<Item = &'a Finding> {
        self.chosen.iter().filter_map(move |&index| self.findings.get(index))
    }

    /// Returns the name of the queue of a message.
    #[must_use]
    pub fn queue(self, row: &MessageRow) -> &'a str {
        self.backup.queues.get(row.queue as usize).map_or("", |queue| queue.name.as_str())
    }
}
