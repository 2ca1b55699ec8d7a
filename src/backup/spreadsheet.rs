//! Traces of a spreadsheet that saved the directory export again: digits of long numbers are lost, long cells are cut (Q155414, Q188649).

use crate::{base::Pattern, formats::dapi_csv::octets};

use super::{
    Backup, CellText,
    directory_attributes::{Attribute, Syntax},
    routing_list::AddressSpace,
};

/// Spreadsheets of that time cut a cell to this many characters when they save it (Q155414).
pub const LONGEST_CELL: usize = 255;

/// `3.00450E+14`, with the decimal sign of any country.
static SCIENTIFIC: Pattern = Pattern::new(r"^-?[0-9]([.,][0-9]+)?[Ee]\+[0-9]+$");

/// What a spreadsheet did to a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpreadsheetTrace {
    /// A number in scientific notation.
    Scientific,
    /// A time stamp without its form.
    TimeStamp,
    /// A version that is no octet string any more.
    FileVersion,
    /// A value that ends in the middle where cells end.
    Cut,
}

impl SpreadsheetTrace {
    /// Returns what should stand in the cell.
    #[must_use]
    pub fn expected(self) -> &'static str {
        match self {
            Self::Scientific => "the digits in full",
            Self::TimeStamp => "YYMMDDhhmmssZ",
            Self::FileVersion => "an even number of hexadecimal digits",
            Self::Cut => "the end of the last value",
        }
    }
}

impl Backup {
    /// Returns the cells of the directory export that a spreadsheet has changed.
    pub fn spreadsheet_traces(&self) -> impl Iterator<Item = (CellText<'_>, SpreadsheetTrace)> {
        self.directory_cells().filter_map(|cell| trace(&cell).map(|trace| (cell, trace)))
    }
}

fn trace(cell: &CellText<'_>) -> Option<SpreadsheetTrace> {
    let text = cell.text.trim();
    let known = Attribute::find(&cell.column.name);
    let is = |name: &str| known.is_some_and(|known| known.name == name);
    if SCIENTIFIC.is_match(text) {
        Some(SpreadsheetTrace::Scientific)
    } else if (is("When-Created") || is("When-Changed")) && !is_stamp(text) {
        Some(SpreadsheetTrace::TimeStamp)
    } else if is("File-Version") && octets(text).is_none() {
        Some(SpreadsheetTrace::FileVersion)
    } else {
        (cell.field.characters() == LONGEST_CELL && known.is_some_and(|known| is_cut(cell, known))).then_some(SpreadsheetTrace::Cut)
    }
}

/// Returns whether a text has the form of a time stamp, whatever its digits say.
#[must_use]
pub fn is_stamp(text: &str) -> bool {
    text.strip_suffix('Z').is_some_and(|digits| digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns whether the last value of a cell lacks its end.
fn is_cut(cell: &CellText<'_>, known: &Attribute) -> bool {
    let last = cell.field.values.last().map_or("", |value| value.trim());
    match known.syntax {
        _ if known.name == "Routing-List" => AddressSpace::parse(last).is_none_or(|space| space.cost.is_none_or(|cost| cost.trim().is_empty())),
        Syntax::DistinguishedName => {
            let end = last.rsplit(['/', '\\']).next().and_then(|part| part.split_once('='));
            end.is_none_or(|(key, name)| !key.trim().eq_ignore_ascii_case("cn") || name.trim().is_empty())
        }
        Syntax::Address => last.get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case("X400:")) && !last.ends_with(';'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_have_twelve_digits() {
        assert!(is_stamp("990801033025Z") && is_stamp("999999999999Z"));
        assert!(!is_stamp("1,99807E+11") && !is_stamp("9908010330Z") && !is_stamp("990801033025"));
    }

    #[test]
    fn scientific_numbers_are_told_from_hexadecimal_ones() {
        let is_scientific = |text| SCIENTIFIC.is_match(text);
        assert!(is_scientific("3.00450E+14") && is_scientific("-1,99807E+11") && is_scientific("3E+5"));
        assert!(!is_scientific("3E5") && !is_scientific("56010A00") && !is_scientific("13.5E+4"));
    }
}
