//! The `csv` crate reads the same text as a strict reader of RFC 4180. It is asked about files without quoting errors and without
//! quotes around single values, because RFC 4180 knows no such thing.

use csv::{ReaderBuilder, StringRecord};

use super::{Field, Row, SecondOpinion, values};

/// Compares every field of the header and of the rows with what the `csv` crate reads.
pub(super) fn ask(text: &str, separator: char, header: &Row, rows: &[Row]) -> SecondOpinion {
    let Some(delimiter) = u8::try_from(separator).ok().filter(u8::is_ascii) else { return SecondOpinion::NotAsked };
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut record = StringRecord::new();
    for row in std::iter::once(header).chain(rows) {
        if !matches!(reader.read_record(&mut record), Ok(true)) || !is_same(row, &record) {
            return SecondOpinion::Disagrees { line: row.line };
        }
    }
    SecondOpinion::Agrees
}

fn is_same(row: &Row, record: &StringRecord) -> bool {
    row.fields.len() == record.len() && row.fields.iter().zip(record).all(|(field, text)| is_text(field, text))
}

fn is_text(field: &Field, text: &str) -> bool {
    values::unquoted(&field.raw, field.quoting).map(|(c, _)| c).eq(text.chars())
}
