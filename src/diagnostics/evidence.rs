//! Evidence: a value, the place where it stands, and what was expected there.

use std::{fmt, ops::Range};

use crate::{
    base::hex,
    mapi::{PropTag, PropValue, Property},
};

/// One piece of proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Path of the file or folder, relative to the Backup.
    pub file: Box<str>,
    /// The place in words of the format.
    pub locator: Locator,
    /// The bytes of the place; none when the proof is an absence or a whole folder.
    pub span: Option<Range<u64>>,
    /// What stands there.
    pub observed: Box<str>,
    /// What should stand there.
    pub expected: Box<str>,
}

/// A place within a file; its text form quotes names of the evidence as they are, faces escape it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Locator {
    /// The file as a whole.
    File,
    /// A folder, or a place where a file should be.
    Folder,
    /// A line of a text.
    Line(usize),
    /// A registry key.
    RegistryKey {
        /// Path of the key as written.
        key: Box<str>,
        /// Line, when the dump is a text.
        line: usize,
    },
    /// A registry value.
    RegistryValue {
        /// Path of the key as written.
        key: Box<str>,
        /// Name of the value, empty for the default value.
        name: Box<str>,
        /// Line, 0 when the dump is no text.
        line: usize,
    },
    /// A cell of the directory export.
    CsvCell {
        /// Header of the column as written.
        column: Box<str>,
        /// Line of the row.
        line: usize,
    },
    /// A property of a message, recipient or attachment.
    Property {
        /// Which object, for example `mail, recipient 2`.
        object: Box<str>,
        /// The property.
        tag: PropTag,
    },
    /// A header field of a message.
    Header {
        /// Which message, for example `mail`.
        object: Box<str>,
        /// Name of the field.
        name: Box<str>,
    },
    /// A part of a message that is no single property, for example `mail, attachment 1`.
    Part(Box<str>),
    /// Bytes that only their offset names.
    Bytes,
}

impl Evidence {
    /// Returns evidence for a place in a file.
    #[must_use]
    pub fn new(file: impl Into<Box<str>>, locator: Locator) -> Self {
        Self { file: file.into(), locator, span: None, observed: "".into(), expected: "".into() }
    }

    /// Adds the bytes of the place.
    #[must_use]
    pub fn at(self, span: Range<u64>) -> Self {
        Self { span: Some(span), ..self }
    }

    /// Adds what stands there.
    #[must_use]
    pub fn observed(self, observed: impl Into<Box<str>>) -> Self {
        Self { observed: observed.into(), ..self }
    }

    /// Adds what should stand there.
    #[must_use]
    pub fn expected(self, expected: impl Into<Box<str>>) -> Self {
        Self { expected: expected.into(), ..self }
    }

    /// Returns evidence for a file as a whole.
    #[must_use]
    pub fn file(path: impl Into<Box<str>>) -> Self {
        Self::new(path, Locator::File)
    }

    /// Returns evidence for a folder, or for the place where something should be.
    #[must_use]
    pub fn folder(path: impl Into<Box<str>>) -> Self {
        Self::new(path, Locator::Folder)
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let in_line = |f: &mut fmt::Formatter<'_>, line: &usize| if *line == 0 { Ok(()) } else { write!(f, " (line {line})") };
        match self {
            Self::File => f.write_str("file"),
            Self::Folder => f.write_str("folder"),
            Self::Line(line) => write!(f, "line {line}"),
            Self::RegistryKey { key, line } => {
                write!(f, "[{key}]")?;
                in_line(f, line)
            }
            Self::RegistryValue { key, name, line } => {
                let name = if name.is_empty() { "@" } else { name };
                write!(f, "{key}:{name}")?;
                in_line(f, line)
            }
            Self::CsvCell { column, line } => {
                write!(f, "column {column}")?;
                in_line(f, line)
            }
            Self::Property { object, tag } => match crate::mapi::describe(*tag) {
                Some(known) => write!(f, "{object}, {} ({tag})", known.name),
                None => write!(f, "{object}, {tag}"),
            },
            Self::Header { object, name } => write!(f, "{object}, header {name}"),
            Self::Part(part) => f.write_str(part),
            Self::Bytes => f.write_str("bytes"),
        }
    }
}

impl Evidence {
    /// Returns evidence for a property of a message, recipient or attachment, its value as observed.
    #[must_use]
    pub fn property(path: &str, object: &str, property: &Property<'_>) -> Self {
        let locator = Locator::Property { object: object.into(), tag: property.tag };
        Self::new(path, locator).at(property.span.clone()).observed(shown(&property.value))
    }

    /// Returns evidence for a part of a message that is no single property.
    #[must_use]
    pub fn part(path: &str, object: impl Into<Box<str>>, span: Range<u64>) -> Self {
        Self::new(path, Locator::Part(object.into())).at(span)
    }
}

/// Returns a property value as text: texts as they are, numbers in decimal, bytes in hexadecimal up to a few.
fn shown(value: &PropValue<'_>) -> String {
    const MOST: usize = 32;
    if let Some(text) = value.text() {
        return text.into_owned();
    }
    if let Some(time) = value.time() {
        return time.to_string();
    }
    match (value.long(), value.boolean(), value.bytes()) {
        (Some(number), _, _) => number.to_string(),
        (_, Some(flag), _) => if flag { "TRUE" } else { "FALSE" }.to_owned(),
        (_, _, Some(bytes)) => {
            let shown = hex(bytes.get(..MOST).unwrap_or(bytes));
            if bytes.len() > MOST { format!("{shown}… ({} bytes)", bytes.len()) } else { shown }
        }
        _ => format!("{value:?}"),
    }
}
