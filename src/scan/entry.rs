//! What lies in the evidence: its path without loss, its kind, size and time. Knows no contents.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    path::Path,
    time::SystemTime,
};

use crate::base::{FILETIME_UNIX_EPOCH, LocalTime, Timestamp};

/// A path relative to the root of the Backup, with `/` between its parts.
///
/// Bytes that are no UTF-8 are shown as `\xNN`, and a literal `\x` as `\x5cx`, so that two names never look alike.
/// Files beside the Backup begin with `../`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EvidencePath {
    shown: Box<str>,
    raw: Option<Box<OsStr>>,
}

impl EvidencePath {
    /// Returns the path of a text that needs no escape.
    #[must_use]
    pub fn new(shown: &str) -> Self {
        Self { shown: shown.into(), raw: None }
    }

    /// Returns the path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// Returns the last part.
    #[must_use]
    pub fn name(&self) -> &str {
        self.shown.rsplit_once('/').map_or(&self.shown, |(_, name)| name)
    }

    /// Returns everything before the last part; empty at the top.
    #[must_use]
    pub fn parent(&self) -> &str {
        self.shown.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// Returns the number of parts.
    #[must_use]
    pub fn depth(&self) -> usize {
        if self.shown.is_empty() { 0 } else { self.shown.split('/').count() }
    }

    /// Returns the path of `name` below this one.
    pub(super) fn join(&self, name: &OsStr) -> Self {
        let shown_name = shown_os(name);
        let exact = name.to_str() == Some(&shown_name);
        let shown = if self.shown.is_empty() { shown_name } else { format!("{}/{shown_name}", self.shown) };
        let raw = (!exact || self.raw.is_some()).then(|| {
            let mut path = OsString::from(self.os());
            if !path.is_empty() {
                path.push("/");
            }
            path.push(name);
            path.into_boxed_os_str()
        });
        Self { shown: shown.into(), raw }
    }

    /// Returns the path as the file system knows it.
    pub(super) fn os(&self) -> &OsStr {
        self.raw.as_deref().unwrap_or(OsStr::new(&*self.shown))
    }
}

impl fmt::Display for EvidencePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Shows the bytes of a name, escaping what is no UTF-8.
pub(super) fn shown_bytes(name: &[u8]) -> String {
    let mut shown = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        shown.push_str(&chunk.valid().replace("\\x", "\\x5cx"));
        shown.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    shown
}

/// Shows a path that the user gave; what is no UTF-8 in it is escaped as in [`EvidencePath`].
#[must_use]
pub fn shown_path(path: &Path) -> String {
    path.to_str().map_or_else(|| shown_os(path.as_os_str()), str::to_owned)
}

#[cfg(unix)]
pub(super) fn shown_os(name: &OsStr) -> String {
    use std::os::unix::ffi::OsStrExt;
    shown_bytes(name.as_bytes())
}

#[cfg(not(unix))]
pub(super) fn shown_os(name: &OsStr) -> String {
    shown_bytes(name.as_encoded_bytes())
}

/// What an entry is. Only files are ever opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic or hard link or a junction, with its target where it is known; never followed.
    Link {
        /// Where it points.
        target: Option<Box<str>>,
    },
    /// Something else, named in one word (fifo, socket, device …); never opened.
    Special(&'static str),
}

/// The modification time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileTime {
    /// A point in time.
    Utc(Timestamp),
    /// A time whose zone nobody wrote down (.zip, .cab).
    Local(LocalTime),
}

impl FileTime {
    /// Returns the time, a local one read as if it were UTC.
    #[must_use]
    pub fn timestamp(self) -> Option<Timestamp> {
        match self {
            Self::Utc(time) => Some(time),
            Self::Local(time) => time.as_utc(),
        }
    }

    pub(super) fn from_system(time: SystemTime) -> Self {
        let ticks = |span: std::time::Duration| i64::try_from(span.as_nanos() / 100).unwrap_or(i64::MAX);
        let ticks = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => FILETIME_UNIX_EPOCH.saturating_add(ticks(after)),
            Err(before) => FILETIME_UNIX_EPOCH.saturating_sub(ticks(before.duration())),
        };
        Self::Utc(Timestamp::from_filetime(u64::try_from(ticks).unwrap_or(0)).unwrap_or(Timestamp::from_unix(0)))
    }

    /// Returns the time of an MS-DOS date and time; none when it does not exist.
    pub(super) fn from_dos(date: u16, time: u16) -> Option<Self> {
        let (year, month, day) = (1980 + (date >> 9), date >> 5 & 15, date & 31);
        let local = LocalTime { year, month, day, hour: time >> 11, minute: time >> 5 & 63, second: (time & 31) * 2 };
        local.is_valid().then_some(Self::Local(local))
    }
}

impl fmt::Display for FileTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc(time) => time.fmt(f),
            Self::Local(time) => time.fmt(f),
        }
    }
}

/// One thing that lies in the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it lies.
    pub path: EvidencePath,
    /// What it is.
    pub kind: EntryKind,
    /// Its size in bytes as listed; zero for what has none.
    pub size: u64,
    /// When it was last changed, as listed.
    pub modified: Option<FileTime>,
    /// Why it cannot be read, when that is known from the listing.
    pub unreadable: Option<Box<str>>,
    /// Whether the file carries the read-only attribute, or nobody may write it.
    pub read_only: bool,
    /// Number of the archive member; meaningless in a folder.
    pub(super) member: usize,
}

impl Entry {
    /// Returns an entry without time.
    #[must_use]
    pub fn new(path: EvidencePath, kind: EntryKind, size: u64) -> Self {
        Self { path, kind, size, modified: None, unreadable: None, read_only: false, member: 0 }
    }

    /// Returns whether this is a regular file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.kind == EntryKind::File
    }

    /// Returns whether this is a folder.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        self.kind == EntryKind::Folder
    }
}

/// Something about the evidence as a whole, or about an entry that was listed differently than it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it is about; empty for the whole.
    pub path: EvidencePath,
    /// Stable kebab-case name, for example `duplicate-member`.
    pub code: &'static str,
    /// What is so, with the values; may quote evidence.
    pub text: String,
}

impl Note {
    pub(super) fn new(path: &EvidencePath, code: &'static str, text: impl Into<String>) -> Self {
        Self { path: path.clone(), code, text: text.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_utf8_are_shown_without_loss() {
        assert_eq!(shown_bytes(b"K\xf6ln"), "K\\xf6ln");
        assert_eq!(shown_bytes(b"K\\xf6ln"), "K\\x5cxf6ln");
        assert_eq!(shown_bytes("Köln\\n".as_bytes()), "Köln\\n");
    }

    #[test]
    fn paths_know_their_parts() {
        let path = EvidencePath::default().join(OsStr::new("Mtsout")).join(OsStr::new("00000001"));
        assert_eq!((path.as_str(), path.name(), path.parent(), path.depth()), ("Mtsout/00000001", "00000001", "Mtsout", 2));
        assert_eq!(path, EvidencePath::new("Mtsout/00000001"));
        assert_eq!(EvidencePath::default().depth(), 0);
    }

    #[test]
    fn dos_times_are_local_and_impossible_ones_are_none() {
        assert_eq!(FileTime::from_dos(0x2746, 0x7904).unwrap().to_string(), "1999-10-06T15:08:08");
        assert_eq!(FileTime::from_dos(0, 0), None);
    }

    #[test]
    fn system_times_before_1970_are_kept() {
        let early = SystemTime::UNIX_EPOCH - std::time::Duration::from_secs(1);
        assert_eq!(FileTime::from_system(early).to_string(), "1969-12-31T23:59:59Z");
    }
}
