//! Folders where there are no handles to start from: paths, each part looked at and none followed when it is a link. Who exchanges a folder for
//! a link between that look and the opening is not guarded against here.

use std::{
    ffi::OsStr,
    fs::{self, File, FileType},
    io,
    path::{Path, PathBuf},
};

use super::{NO_FILE, Names, first};
use crate::scan::entry::{Entry, EntryKind, EvidencePath, FileTime, shown_os};

/// A folder by its path.
#[derive(Debug)]
pub(in crate::scan) struct Folder {
    place: PathBuf,
}

impl Folder {
    /// Opens a folder that the user named; links on the way to it are meant.
    pub(in crate::scan) fn open(place: &Path) -> io::Result<Self> {
        fs::read_dir(place).map(|_| Self { place: place.to_path_buf() })
    }

    /// Opens the folder that holds this one.
    pub(in crate::scan) fn above(&self) -> io::Result<Self> {
        Self::open(self.place.parent().ok_or(io::ErrorKind::NotFound)?)
    }

    /// Opens a folder below this one; an empty path is this one again.
    pub(in crate::scan) fn below(&self, path: &OsStr) -> io::Result<Self> {
        let mut place = self.place.clone();
        for part in Path::new(path) {
            place.push(part);
            if !fs::symlink_metadata(&place)?.is_dir() || part == ".." {
                return Err(io::ErrorKind::NotADirectory.into());
            }
        }
        Self::open(&place)
    }

    /// Reads the names in this folder, at most `most`.
    pub(in crate::scan) fn names(&self, most: usize) -> io::Result<Names> {
        first(&mut fs::read_dir(&self.place)?.map(|item| Ok(item?.file_name())), most)
    }

    /// Returns the entry of a name in this folder without opening or following it.
    pub(in crate::scan) fn entry(&self, name: &OsStr, path: EvidencePath) -> Entry {
        named_entry(&self.place.join(name), path)
    }

    /// Opens a regular file in this folder for reading and nothing else.
    pub(in crate::scan) fn file(&self, name: &OsStr) -> io::Result<File> {
        named_file(&self.place.join(name))
    }
}

/// Returns the entry of a path that the user named.
pub(in crate::scan) fn named_entry(place: &Path, path: EvidencePath) -> Entry {
    let mut entry = Entry::new(path, EntryKind::Special("unknown"), 0);
    match fs::symlink_metadata(place) {
        Ok(found) => {
            entry.modified = found.modified().ok().map(FileTime::from_system);
            entry.kind = kind(place, found.file_type());
            entry.size = if entry.is_file() { found.len() } else { 0 };
            entry.read_only = entry.is_file() && found.permissions().readonly();
        }
        Err(error) => entry.unreadable = Some(error.to_string().into()),
    }
    entry
}

/// Opens a regular file that the user named.
pub(in crate::scan) fn named_file(place: &Path) -> io::Result<File> {
    if !fs::symlink_metadata(place)?.is_file() {
        return Err(io::Error::other(NO_FILE));
    }
    let mut options = fs::OpenOptions::new();
    options.read(true);
    restrain(&mut options);
    let file = options.open(place)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other(NO_FILE)) }
}

#[cfg(windows)]
fn restrain(options: &mut fs::OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt;
    // FILE_FLAG_OPEN_REPARSE_POINT: a link is opened itself and then refused as no regular file.
    options.custom_flags(0x0020_0000);
}

#[cfg(not(windows))]
fn restrain(_: &mut fs::OpenOptions) {}

fn kind(place: &Path, kind: FileType) -> EntryKind {
    if kind.is_symlink() {
        EntryKind::Link { target: fs::read_link(place).ok().map(|target| shown_os(target.as_os_str()).into()) }
    } else if kind.is_dir() {
        EntryKind::Folder
    } else if kind.is_file() {
        EntryKind::File
    } else {
        EntryKind::Special("special file")
    }
}
