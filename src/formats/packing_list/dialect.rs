//! The dialects of a packing list, by the form that most of its entries have.

use std::fmt;

use super::{PackingEntry, Surroundings, WrittenAs, path::is_separator};

/// A way to write a packing list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// `[Header]`, then keys with `+` lines, as IMCCOPY writes.
    HeaderContinuation,
    /// Numbered keys and a count.
    NumberedCount,
    /// A section for each item, numbered keys, bare names.
    SectionBareNames,
    /// Lines without `=` inside sections.
    BareLines,
    /// A section for each file.
    SectionPerFile,
    /// The file name as key.
    NameAsKey,
    /// Paths with a drive or server.
    AbsolutePaths,
    /// The item's keyword as key, several files in one value.
    ItemKeyword,
    /// Quoted values among comments.
    QuotedComments,
    /// One path a line, no section at all.
    NoSection,
}

impl Dialect {
    /// Returns the dialect's name in a report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HeaderContinuation => "header-continuation",
            Self::NumberedCount => "numbered-count",
            Self::SectionBareNames => "section-bare-names",
            Self::BareLines => "bare-lines",
            Self::SectionPerFile => "section-per-file",
            Self::NameAsKey => "name-as-key",
            Self::AbsolutePaths => "absolute-paths",
            Self::ItemKeyword => "item-keyword",
            Self::QuotedComments => "quoted-comments",
            Self::NoSection => "no-section",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the whole list shows besides its entries.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Signs {
    pub(super) has_header: bool,
    pub(super) has_count: bool,
    pub(super) has_comments: bool,
}

/// Returns the dialect of most entries; none when there are none.
pub(super) fn of(entries: &[PackingEntry], signs: Signs, around: &dyn Surroundings) -> Option<Dialect> {
    let total = entries.len();
    let most = |test: &dyn Fn(&PackingEntry) -> bool| entries.iter().filter(|entry| test(entry)).count() * 2 > total;
    let written = |part| move |entry: &PackingEntry| entry.written_as == part;
    let dialect = match () {
        () if total == 0 => return None,
        () if most(&|entry| entry.is_absolute) => Dialect::AbsolutePaths,
        () if most(&written(WrittenAs::Section)) => Dialect::SectionPerFile,
        () if most(&written(WrittenAs::Key)) => Dialect::NameAsKey,
        () if signs.has_header || most(&written(WrittenAs::Continuation)) => Dialect::HeaderContinuation,
        () if most(&|entry| entry.written_as == WrittenAs::BareLine && entry.section.is_none()) => Dialect::NoSection,
        () if most(&written(WrittenAs::BareLine)) => Dialect::BareLines,
        () if most(&|entry| is_item(entry, around)) => Dialect::ItemKeyword,
        () if most(&|entry| entry.is_quoted) || signs.has_comments && entries.iter().any(|entry| entry.is_quoted) => Dialect::QuotedComments,
        () if signs.has_count => Dialect::NumberedCount,
        () if entries.iter().any(|entry| is_bare_name(entry, around)) || most(&is_numbered_only) => Dialect::SectionBareNames,
        () => Dialect::NumberedCount,
    };
    Some(dialect)
}

/// Returns whether the key is a word that IMCSAVE takes behind `-save`.
fn is_item(entry: &PackingEntry, around: &dyn Surroundings) -> bool {
    let is_item = |key: &str| {
        let folded = key.to_ascii_lowercase();
        let begins = |word: &str| folded.len() >= 3 && word.starts_with(&folded);
        begins("registry") || begins("directory") || around.queue_folder(key).is_some()
    };
    entry.written_as == WrittenAs::Value && entry.key.as_deref().is_some_and(is_item)
}

fn is_bare_name(entry: &PackingEntry, around: &dyn Surroundings) -> bool {
    !entry.written.contains(is_separator) && entry.section.as_deref().is_some_and(|name| around.queue_folder(name).is_some())
}

fn is_numbered_only(entry: &PackingEntry) -> bool {
    entry.key.as_deref().is_some_and(|key| key.bytes().all(|byte| byte.is_ascii_digit()))
}
