//! A directory export as plain data: header, rows, fields, each with its place in the file.

use crate::base::Encoding;

use super::{quotes::Quoting, sniff, values};

/// A directory export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryExport {
    /// How the bytes were read.
    pub encoding: Encoding,
    /// Whether bytes did not fit the encoding.
    pub lossy: bool,
    /// Whether the first header is `Obj-Class`, as DAPI demands (0xC00000E2).
    pub is_dapi: bool,
    /// The character between two columns.
    pub separator: char,
    /// The character between two values of one field, `%` unless the file shows another.
    pub value_separator: char,
    /// Which release's quoting the file shows.
    pub dialect: Dialect,
    /// What the strict reader says.
    pub second_opinion: SecondOpinion,
    /// Number of the header line, from 1; 0 when there is none.
    pub header_line: usize,
    /// The attribute names.
    pub header: Vec<Column>,
    /// The objects.
    pub rows: Vec<Row>,
}

/// How multi-valued fields are quoted (Q156063).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Each value for itself: `"v,1"%"v,2"`.
    PerValue,
    /// The whole field: `"v,1%v,2"`.
    WholeField,
    /// Nothing in the file tells, or both occur.
    Unclear,
}

/// The verdict of the strict CSV reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondOpinion {
    /// It reads every field alike.
    Agrees,
    /// It reads the record on this line otherwise.
    Disagrees {
        /// Line of the first record that differs.
        line: usize,
    },
    /// The file does not obey RFC 4180, so it was not asked.
    NotAsked,
}

/// One column of the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name as written, with quotes and blanks.
    pub raw: Box<str>,
    /// The name without quotes and outer blanks.
    pub name: Box<str>,
    /// Offset of the field in the file.
    pub offset: u64,
    /// Length of the field in bytes.
    pub length: u64,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Number of its first line, from 1.
    pub line: usize,
    /// Number of its lines; more than 1 when a quoted value holds line ends.
    pub lines: usize,
    /// Offset of the row in the file.
    pub offset: u64,
    /// Length of the row in bytes, without its line end.
    pub length: u64,
    /// The fields; trailing ones may be missing, surplus ones are kept.
    pub fields: Vec<Field>,
    /// Number of fields beyond the header, counted even where they were too many to keep.
    pub surplus: usize,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The text as written, with quotes and backslashes.
    pub raw: Box<str>,
    /// The values, split and unescaped; none for an empty field, which means that the attribute is absent.
    pub values: Vec<Box<str>>,
    /// Offset of the field in the file.
    pub offset: u64,
    /// Length of the field in bytes.
    pub length: u64,
    /// Where quotes stand.
    pub quoting: Quoting,
    /// Whether one of its quotes does not fit, so that it may hold more or less than its value.
    pub has_quoting_fault: bool,
}

/// An instruction for the import program; an export never holds one (Q152854, Q184536, Q150438).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOperator {
    /// `~DEL` or `~del<VALUE>`: delete the attribute or one value.
    Delete,
    /// `~SERVER`: the server that is chosen at import.
    Server,
}

/// A field that looks like a pointer to a file with the value (0x8000009C); its written form is documented nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideFile<'a> {
    /// The file name.
    pub name: &'a str,
    /// Whether a mark stands before it (`=`, `#`, `@` or `<`).
    pub marked: bool,
}

impl DirectoryExport {
    /// Returns the index of the first column of this name; hyphens count as blanks, letter case does not count.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| sniff::same_name(&column.name, name))
    }
}

impl Row {
    /// Returns the number of leading fields that a quote which does not fit leaves sure: all of them when the row has as many as it should.
    #[must_use]
    pub fn sure_fields(&self, columns: usize) -> usize {
        let fault = self.fields.iter().position(|field| field.has_quoting_fault);
        fault.filter(|_| self.fields.len() != columns).unwrap_or(columns)
    }
}

impl ImportOperator {
    /// Returns the operator that a value is or begins with.
    #[must_use]
    pub fn of(value: &str) -> Option<Self> {
        let text = value.trim();
        let starts = |word: &str| text.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        if starts("~del") { Some(Self::Delete) } else { text.eq_ignore_ascii_case("~server").then_some(Self::Server) }
    }
}

impl Field {
    /// Returns whether the attribute is absent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the text as one value, for attributes that have only one: the separator of values is an ordinary character then.
    #[must_use]
    pub fn as_one(&self, value_separator: char) -> String {
        values::one(&self.raw, self.quoting, value_separator)
    }

    /// Returns the first import operator among the values: it also stands inside of address lists (Q290091).
    #[must_use]
    pub fn import_operator(&self) -> Option<ImportOperator> {
        self.values.iter().find_map(|value| ImportOperator::of(value))
    }

    /// Returns the number of characters in the cell as a spreadsheet counts them: without quotes, escapes as they stand.
    #[must_use]
    pub fn characters(&self) -> usize {
        values::unquoted(&self.raw, self.quoting).count()
    }

    /// Returns the side file that the field seems to point to.
    #[must_use]
    pub fn side_file(&self) -> Option<SideFile<'_>> {
        match self.values.as_slice() {
            [value] => SideFile::of(value),
            _ => None,
        }
    }
}

impl<'a> SideFile<'a> {
    /// Reads a value as a pointer: a file name with one of the usual extensions, or behind a mark any path.
    #[must_use]
    pub fn of(value: &'a str) -> Option<Self> {
        let bare = value.trim_start_matches(['=', '#', '@', '<']);
        let marked = value.len() - bare.len() == 1;
        let name = bare.trim_end_matches('>');
        // Migration files write the place of the value behind the name: `#FILE.SEC(1024)`.
        let name = name.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map_or(name, |(name, _)| name);
        let drive = name.get(1..3).is_some_and(|colon| colon == ":\\") && name.starts_with(|c: char| c.is_ascii_alphabetic());
        let path = if drive { name.get(3..).unwrap_or_default() } else { name };
        let extension = path.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or("", |(_, extension)| extension);
        let known = ["bin", "blt", "dat", "txt", "sec", "pri"].iter().any(|known| extension.eq_ignore_ascii_case(known));
        let is_path = marked && (drive || path.contains('\\'));
        let plain = !path.is_empty() && name.len() <= 255 && !path.contains([':', '@', ';', '*', '"', '=']);
        ((known || is_path) && plain && (marked || bare.len() == value.len())).then_some(Self { name, marked })
    }

    /// Returns the name without folders.
    #[must_use]
    pub fn file_name(&self) -> &'a str {
        self.name.rsplit(['\\', '/']).next().unwrap_or_default()
    }
}
