//! The cells of the directory export whose column is sure, and the quotes that make others unsure (Q184532, Q261283).
//!
//! In a row with too many fields an unquoted separator has shifted the values, so that only the columns in front of the shift count.

use crate::formats::dapi_csv::Row;

use super::{Backup, CellText, DirectorySource, secrets::is_secret_column};

/// A quote that does not fit, with what it stands in.
#[derive(Debug, Clone, Copy)]
pub struct QuotingFault<'a> {
    /// Line of the record.
    pub line: usize,
    /// What is wrong, in words.
    pub text: &'a str,
    /// Offset of the field that holds the quote, or of the quote itself.
    pub offset: u64,
    /// Length of that field in bytes.
    pub length: u64,
    /// The begin of that field as written, up to a separator; empty in a column of secrets.
    pub shown: &'a str,
}

impl Backup {
    /// Returns the cells that hold anything and whose column is sure, row by row.
    pub fn directory_cells(&self) -> impl Iterator<Item = CellText<'_>> {
        let rows = self.directory.iter().flat_map(|source| source.export.rows.iter().map(move |row| (source, row)));
        rows.flat_map(|(source, row)| {
            let cells = source.export.header.iter().zip(&row.fields).take(self.sure_columns(source, row));
            cells.filter(|(_, field)| !field.has_quoting_fault).filter_map(move |(column, field)| {
                let text = field.as_one(source.export.value_separator);
                (!text.trim().is_empty()).then_some(CellText { path: &source.path, column, row, field, text })
            })
        })
    }

    fn sure_columns(&self, source: &DirectorySource, row: &Row) -> usize {
        let columns = source.export.header.len();
        let is_shifted = row.surplus > 0 && row.fields.iter().skip(columns).any(|field| !field.is_empty());
        match &self.gateway {
            Some(gateway) if gateway.line == row.line => gateway.trusted,
            _ if is_shifted => 1,
            _ => row.sure_fields(columns),
        }
    }

    /// Returns the quotes of the directory export that do not fit, in the order of the file.
    #[must_use]
    pub fn quoting_faults(&self) -> Vec<QuotingFault<'_>> {
        let Some(source) = &self.directory else { return Vec::new() };
        let Some(file) = self.entry(&source.path) else { return Vec::new() };
        let mut faults = Vec::new();
        for anomaly in file.anomalies.iter().filter(|anomaly| ["unclosed-quote", "quote-inside-field", "text-after-quote"].contains(&anomaly.code)) {
            let place = source.place_of(anomaly.offset);
            // Blanks behind a closing quote lose nothing.
            let is_padded = anomaly.code == "text-after-quote" && place.raw.rsplit('"').next().is_some_and(|behind| behind.trim().is_empty());
            if !is_padded {
                let text = anomaly.text.split_once(": ").map_or(anomaly.text.as_ref(), |(_, text)| text);
                let Place { line, offset, length, raw, is_secret } = place;
                let shown = if is_secret { "" } else { raw.split(source.export.separator).next().unwrap_or_default() };
                faults.push(QuotingFault { line, text, offset, length, shown });
            }
        }
        faults
    }
}

/// The field that holds an offset.
struct Place<'a> {
    line: usize,
    offset: u64,
    length: u64,
    raw: &'a str,
    is_secret: bool,
}

impl DirectorySource {
    fn place_of(&self, offset: u64) -> Place<'_> {
        let holds = |start: u64, length: u64| (start..start + length).contains(&offset);
        let header = &self.export.header;
        if let Some(row) = self.export.rows.iter().find(|row| holds(row.offset, row.length)) {
            let mut fields = row.fields.iter().enumerate();
            let (index, field) = fields.find(|(_, field)| holds(field.offset, field.length)).unzip();
            let is_secret = index.and_then(|index| header.get(index)).is_none_or(|column| is_secret_column(&column.name));
            let (offset, length, raw) = field.map_or((offset, 0, ""), |field| (field.offset, field.length, field.raw.as_ref()));
            return Place { line: row.line, offset, length, raw, is_secret };
        }
        let column = header.iter().find(|column| holds(column.offset, column.length));
        let (offset, length, raw) = column.map_or((offset, 0, ""), |column| (column.offset, column.length, column.raw.as_ref()));
        Place { line: self.export.header_line, offset, length, raw, is_secret: false }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::report_of_fixture;

    #[track_caller]
    fn check(csv: &str, cells: &[&str], faults: &[(usize, &str)]) {
        let report = report_of_fixture(&format!("//- Imcobj.csv\n{csv}\n")).unwrap();
        let backup = &report.backup;
        assert_eq!(backup.directory_cells().map(|cell| cell.text).collect::<Vec<_>>(), cells);
        assert_eq!(backup.quoting_faults().iter().map(|fault| (fault.line, fault.shown)).collect::<Vec<_>>(), faults);
    }

    #[test]
    fn values_behind_a_shift_do_not_count() {
        check("Obj-Class,a,b\nMailbox,1,2\nMailbox,3,4,5\nMailbox,6,7,", &["Mailbox", "1", "2", "Mailbox", "Mailbox", "6", "7"], &[]);
    }

    #[test]
    fn quotes_that_do_not_fit_are_told_without_secrets() {
        check("Obj-Class,a\nMailbox,x\"y", &["Mailbox"], &[(2, "x\"y")]);
        check("Obj-Class,RAS-Password\nMailbox,00\"FF", &["Mailbox"], &[(2, "")]);
        check("Obj-Class,a\nMailbox,\"y\" ", &["Mailbox", "y "], &[]);
    }
}
