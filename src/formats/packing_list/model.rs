//! A packing list as it was understood, from whole to part.

use std::sync::Arc;

use super::{Dialect, Escape};
use crate::formats::ini::{Agreement, Located, Place};

/// A packing list.
#[derive(Debug, Clone, PartialEq)]
pub struct PackingList {
    /// Every reference to a file or folder, in the order of the list, duplicates included.
    pub entries: Vec<PackingEntry>,
    /// The dialect that most entries are written in; none when there are no entries.
    pub dialect: Option<Dialect>,
    /// `Version` of the header.
    pub version: Option<Located>,
    /// Counts that the list states.
    pub stated_counts: Vec<StatedCount>,
    /// Keys that say messages were deleted from the queues.
    pub delete_marks: Vec<DeleteMark>,
    /// The different roots of absolute entries, `C:\exchsrvr\imcdata\Backup` say, in the order of their first use.
    pub absolute_prefixes: Vec<AbsolutePrefix>,
    /// What kinds of lines there are.
    pub lines: LineCounts,
    /// Whether this is text at all.
    pub statistics: TextStatistics,
    /// Whether the file is a packing list of the Migration Wizard, which begins with a code page number.
    pub is_migration_wizards: bool,
    /// What another ini reader makes of the file.
    pub second_opinion: Agreement,
}

impl PackingList {
    /// Returns whether any reference was found; completeness of a Backup cannot be judged otherwise.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        !self.entries.is_empty()
    }
}

/// One reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackingEntry {
    /// The reference as it stands in the list, quotes removed.
    pub written: Box<str>,
    /// The path below the Backup folder with `/`; a bare name in a queue's section has the queue's folder before it.
    pub path: Box<str>,
    /// Whether the reference names a folder (a separator at its end).
    pub is_folder: bool,
    /// What leads out of the Backup folder, if anything does.
    pub escapes: Option<Escape>,
    /// Whether the reference was written with a drive or a server.
    pub is_absolute: bool,
    /// Which part of which kind of line the reference is.
    pub written_as: WrittenAs,
    /// Whether quotes stood around the reference.
    pub is_quoted: bool,
    /// The section it stands in; none before the first one.
    pub section: Option<Arc<str>>,
    /// The key it belongs to; none for bare lines and section names.
    pub key: Option<Arc<str>>,
    /// The size that the list gives.
    pub size: Option<StatedSize>,
    /// What else the list says of the file, Subject and EntryID for example.
    pub metadata: Vec<Metadata>,
    /// Where the reference stands.
    pub place: Place,
}

/// Which part of a line a reference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WrittenAs {
    /// A section name.
    Section,
    /// A key.
    Key,
    /// A value, or one of several in it.
    Value,
    /// A `+` line.
    Continuation,
    /// A line without `=`.
    BareLine,
}

/// A size that the list gives for a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatedSize {
    /// Number of bytes.
    pub bytes: u64,
    /// Whether the list calls it a size; else it is a number behind the name that may mean something else.
    pub is_named: bool,
    /// Where the number stands.
    pub place: Place,
}

/// Something that the list says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The key; none for a field that has only its position.
    pub key: Option<Box<str>>,
    /// The value as written, without outer blanks.
    pub value: Box<str>,
    /// Number of the line.
    pub line: usize,
}

/// A number of files that the list states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedCount {
    /// The section; none before the first one.
    pub section: Option<Arc<str>>,
    /// The key, `Count` for example.
    pub key: Box<str>,
    /// The stated number.
    pub value: u64,
    /// Entries in sections of that name.
    pub entries_in_section: u64,
    /// Entries in the whole list.
    pub entries_in_list: u64,
    /// Where the line stands.
    pub place: Place,
}

impl StatedCount {
    /// Returns whether the section speaks for the whole list.
    #[must_use]
    pub fn is_for_whole_list(&self) -> bool {
        self.section.as_deref().is_none_or(|name| ["header", "general", "summary"].iter().any(|word| name.eq_ignore_ascii_case(word)))
    }

    /// Returns the number of entries that the stated one has to equal.
    #[must_use]
    pub fn found(&self) -> u64 {
        if self.is_for_whole_list() && self.entries_in_section != self.value { self.entries_in_list } else { self.entries_in_section }
    }
}

/// A key that says that messages were deleted from the queues once they were saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteMark {
    /// The section; none before the first one.
    pub section: Option<Arc<str>>,
    /// The key.
    pub key: Box<str>,
    /// The value.
    pub value: Box<str>,
    /// Where the line stands.
    pub place: Place,
}

/// The root of absolute entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbsolutePrefix {
    /// The path up to and including `Backup`, as first written.
    pub text: Box<str>,
    /// Number of entries with this root.
    pub entries: usize,
    /// Where it stands first.
    pub place: Place,
}

/// How many lines there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCounts {
    /// `[section]` lines.
    pub sections: usize,
    /// `key=value` lines.
    pub pairs: usize,
    /// Comments.
    pub comments: usize,
    /// `+` lines.
    pub continuations: usize,
    /// Lines that are none of these.
    pub bare: usize,
    /// The first line that is none of these.
    pub first_bare: Option<Place>,
}

/// Whether the bytes are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextStatistics {
    /// Number of characters.
    pub characters: usize,
    /// Number of control characters other than tab, line ends and Control-Z.
    pub controls: usize,
    /// Number of NUL characters in a file that is not UTF-16.
    pub nuls: usize,
    /// Offset and code point of the first control character.
    pub first_control: Option<(u64, char)>,
}

impl TextStatistics {
    /// Returns whether at most one character in twenty is a control character and none is NUL.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.nuls == 0 && self.controls.saturating_mul(20) <= self.characters
    }
}
