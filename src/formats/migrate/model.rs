//! Rows of a recipient list and lines of a result log, each with its place.

use crate::{
    base::LocalTime,
    formats::ini::{Located, Place},
};

/// A recipient list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MigrationList {
    /// Every row that could be read.
    pub rows: Vec<ListRow>,
    /// Result lines, which the utility writes into the list too (Q177776).
    pub result_lines: Vec<LogLine>,
    /// A first line with column names, which a list must not have.
    pub heading: Option<Located>,
    /// Every line that is none of these.
    pub unread: Vec<UnreadLine>,
    /// How the lines end.
    pub line_ends: LineEnds,
}

/// A result log; several runs may have been appended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MigrationLog {
    /// Every result line that could be read, in the order of the file.
    pub lines: Vec<LogLine>,
    /// Every other line that is not blank.
    pub unread: Vec<UnreadLine>,
}

/// One user of a recipient list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Display name.
    pub name: Located,
    /// Alias.
    pub alias: Located,
    /// Pilot server, where the mailbox is.
    pub source: Located,
    /// Production server, where it goes.
    pub destination: Located,
    /// How the row stands in the file.
    pub shape: RowShape,
    /// Where the row stands.
    pub place: Place,
    /// The row as written, quotes and all: the whole line, or its part of a line with several rows.
    pub raw: Located,
}

/// How a row of a list stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowShape {
    /// Four fields on a line of their own.
    Plain,
    /// A quotation mark stands in the line; the utility knows no quoting.
    Quoted,
    /// A comma in the display name makes one field too many.
    CommaInName,
    /// Several rows stand on one line.
    SharedLine,
}

/// One result line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// SUCCESS or FAILURE.
    pub status: MigrationStatus,
    /// Display name.
    pub name: Located,
    /// Alias.
    pub alias: Located,
    /// Pilot server, where the mailbox was.
    pub source: Located,
    /// Production server, where it went.
    pub destination: Located,
    /// What happened; may hold commas.
    pub message: Located,
    /// When, in the zone of the machine that nobody wrote down.
    pub time: LocalTime,
    /// The time as written.
    pub time_text: Located,
    /// Where the line stands.
    pub place: Place,
    /// The line as written.
    pub raw: String,
    /// The four fields of the user as written, which are what a list holds.
    pub entry: Located,
}

/// How the migration of a mailbox went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MigrationStatus {
    /// The mailbox was migrated.
    Success,
    /// The mailbox was not, or not wholly, migrated.
    Failure,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadLine {
    /// The line.
    pub text: Located,
    /// Number of fields between commas.
    pub fields: usize,
    /// Why it could not be read.
    pub reason: &'static str,
}

/// How the lines of a file end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineEnds {
    /// Lines that end in CR LF.
    pub cr_lf: usize,
    /// Lines that end in LF alone.
    pub lf: usize,
    /// Lines that end in CR alone.
    pub cr: usize,
    /// The first line that ends in LF or CR alone.
    pub first_odd: Option<Located>,
    /// The last line when nothing ends it.
    pub open: Option<Located>,
}
