//! All messages and findings of a judged Backup as the filter sees them; made once.

use std::collections::HashMap;

use crate::{backup::Backup, diagnostics::Finding};

use super::{FindingRow, MessageRow, RowSource, findings::lines};

/// The rows that filters and orders work on, in the order of the Backup's messages and of the report's findings.
#[derive(Debug, Clone, Default)]
pub struct MessageTable {
    /// One row for each message of the Backup.
    pub rows: Vec<MessageRow>,
    /// One row for each finding.
    pub findings: Vec<FindingRow>,
    /// Name and folder of each queue.
    pub(super) queues: Vec<Box<str>>,
}

impl MessageTable {
    /// Returns the rows of a Backup and its findings.
    #[must_use]
    pub fn new(backup: &Backup, findings: &[Finding]) -> Self {
        let queues = backup.queues.iter().map(|queue| lines([queue.name.as_str(), &queue.folder])).collect();
        let mut table = Self { rows: Vec::with_capacity(backup.messages.len()), findings: Vec::new(), queues };
        let mut by_path = HashMap::with_capacity(backup.messages.len());
        for (record, index) in backup.messages.iter().zip(0..) {
            // The file of a message stands in the list of files that the same reading made.
            let Some(file) = backup.files.get(record.file) else { break };
            let source = RowSource { file, queue: record.queue, kind: record.kind, shell: &record.shell.record(), facts: &record.facts };
            table.rows.push(MessageRow::new(source));
            by_path.insert(&*file.path, index);
        }
        table.findings = findings.iter().map(|finding| FindingRow::new(finding, &by_path)).collect();
        table.name_findings();
        table
    }

    /// Tells each message which findings name it.
    fn name_findings(&mut self) {
        let mut named: Vec<Vec<u32>> = vec![Vec::new(); self.rows.len()];
        for (finding, index) in self.findings.iter().zip(0..) {
            for message in &*finding.messages {
                if let Some(own) = named.get_mut(*message as usize) {
                    own.push(index);
                }
            }
        }
        self.rows.iter_mut().zip(named).filter(|(_, own)| !own.is_empty()).for_each(|(row, own)| row.set_findings(own.into()));
    }

    /// Returns the findings that name a message, gravest first.
    pub fn findings_of<'a>(&'a self, row: &'a MessageRow) -> impl Iterator<Item = &'a FindingRow> {
        row.findings.iter().filter_map(|index| self.findings.get(*index as usize))
    }
}
