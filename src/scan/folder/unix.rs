//! Folders on Unix: handles, and opening relative to them (openat(2), and openat2(2) where the kernel has it).

use std::{
    ffi::{CString, OsStr, OsString},
    fs::File,
    io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::{OsStrExt, OsStringExt},
    },
    path::Path,
    time::{Duration, SystemTime},
};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, openat, readlinkat, statat};

use super::{NO_FILE, Names, first};
use crate::scan::entry::{Entry, EntryKind, EvidencePath, FileTime, shown_os};

/// A folder that is held open.
#[derive(Debug)]
pub(in crate::scan) struct Folder {
    handle: OwnedFd,
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
/// A FIFO or terminal in the place of a file is neither waited for nor taken.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a folder that the user named; links on the way to it are meant.
    pub(in crate::scan) fn open(place: &Path) -> io::Result<Self> {
        Ok(Self { handle: quiet_open(CWD, place.as_os_str(), FOLDER)? })
    }

    /// Opens the folder that holds this one.
    pub(in crate::scan) fn above(&self) -> io::Result<Self> {
        Ok(Self { handle: quiet_open(self.handle.as_fd(), OsStr::new(".."), FOLDER)? })
    }

    /// Opens a folder below this one; an empty path is this one again.
    pub(in crate::scan) fn below(&self, path: &OsStr) -> io::Result<Self> {
        // A kernel without openat2(2), a sandbox around that forbids it, and a path longer than one call takes are all served by the other way.
        at_once(&self.handle, path).or_else(|_| self.step_by_step(path))
    }

    /// Opens a folder below, one part of the path after the other.
    fn step_by_step(&self, path: &OsStr) -> io::Result<Self> {
        let mut at = Self { handle: quiet_open(self.handle.as_fd(), OsStr::new("."), FOLDER)? };
        for part in path.as_bytes().split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
            if part == b".." {
                return Err(io::Error::other("climbs out of the folder"));
            }
            at = Self { handle: quiet_open(at.handle.as_fd(), OsStr::from_bytes(part), FOLDER | OFlags::NOFOLLOW)? };
        }
        Ok(at)
    }

    /// Reads the names in this folder, at most `most`.
    pub(in crate::scan) fn names(&self, most: usize) -> io::Result<Names> {
        let mut found = Dir::new(quiet_open(self.handle.as_fd(), OsStr::new("."), FOLDER)?)?;
        let mut names = std::iter::from_fn(|| found.read()).map(|name| Ok(OsString::from_vec(name?.file_name().to_bytes().to_vec())));
        first(&mut names.by_ref().filter(|name| name.as_ref().map_or(true, |name| name != "." && name != "..")), most)
    }

    /// Returns the entry of a name in this folder without opening or following it.
    pub(in crate::scan) fn entry(&self, name: &OsStr, path: EvidencePath) -> Entry {
        entry_in(self.handle.as_fd(), name, path)
    }

    /// Opens a regular file in this folder for reading and nothing else.
    pub(in crate::scan) fn file(&self, name: &OsStr) -> io::Result<File> {
        file_in(self.handle.as_fd(), name)
    }
}

/// Returns the entry of a path that the user named.
pub(in crate::scan) fn named_entry(place: &Path, path: EvidencePath) -> Entry {
    entry_in(CWD, place.as_os_str(), path)
}

/// Opens a regular file that the user named.
pub(in crate::scan) fn named_file(place: &Path) -> io::Result<File> {
    file_in(CWD, place.as_os_str())
}

fn entry_in(from: BorrowedFd<'_>, name: &OsStr, path: EvidencePath) -> Entry {
    let mut entry = Entry::new(path, EntryKind::Special("unknown"), 0);
    match look_at(from, name) {
        Ok(found) => {
            entry.modified = modified(&found);
            entry.kind = kind(&found, || readlinkat(from, name, Vec::new()).ok());
            entry.size = if entry.is_file() { u64::try_from(found.st_size).unwrap_or(0) } else { 0 };
            let writable = Mode::WUSR | Mode::WGRP | Mode::WOTH;
            entry.read_only = entry.is_file() && !Mode::from_raw_mode(found.st_mode).intersects(writable);
        }
        Err(error) => entry.unreadable = Some(error.to_string().into()),
    }
    entry
}

fn file_in(from: BorrowedFd<'_>, name: &OsStr) -> io::Result<File> {
    if FileType::from_raw_mode(look_at(from, name)?.st_mode) != FileType::RegularFile {
        return Err(io::Error::other(NO_FILE));
    }
    let file = File::from(quiet_open(from, name, FILE)?);
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other(NO_FILE)) }
}

fn look_at(from: BorrowedFd<'_>, name: &OsStr) -> io::Result<Stat> {
    Ok(statat(from, name, AtFlags::SYMLINK_NOFOLLOW)?)
}

fn kind(found: &Stat, target: impl FnOnce() -> Option<CString>) -> EntryKind {
    match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile => EntryKind::File,
        FileType::Directory => EntryKind::Folder,
        FileType::Symlink => EntryKind::Link { target: target().map(|target| shown_os(OsStr::from_bytes(target.to_bytes())).into()) },
        FileType::Fifo => EntryKind::Special("fifo"),
        FileType::Socket => EntryKind::Special("socket"),
        FileType::BlockDevice => EntryKind::Special("block device"),
        FileType::CharacterDevice => EntryKind::Special("character device"),
        FileType::Unknown => EntryKind::Special("special file"),
    }
}

/// Opens a folder below in one call in which the kernel follows no link and leaves the folder for no other.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn at_once(from: &OwnedFd, path: &OsStr) -> io::Result<Folder> {
    use rustix::fs::{ResolveFlags, openat2};
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let path = if path.is_empty() { OsStr::new(".") } else { path };
    let open = |flags| openat2(from, path, flags, Mode::empty(), resolve);
    Ok(Folder { handle: open(FOLDER | OFlags::NOATIME).or_else(|_| open(FOLDER))? })
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn at_once(_: &OwnedFd, _: &OsStr) -> io::Result<Folder> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Opens without a trace in the access time, where the system lets: on Linux what belongs to the user.
fn quiet_open(from: BorrowedFd<'_>, name: &OsStr, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let quiet = openat(from, name, flags | OFlags::NOATIME, Mode::empty());
        if quiet.as_ref().err() != Some(&rustix::io::Errno::PERM) {
            return quiet;
        }
    }
    openat(from, name, flags, Mode::empty())
}

fn modified(found: &Stat) -> Option<FileTime> {
    let (seconds, nanoseconds) = (found.st_mtime, u32::try_from(found.st_mtime_nsec).ok()?);
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let second = if seconds < 0 { SystemTime::UNIX_EPOCH.checked_sub(whole) } else { SystemTime::UNIX_EPOCH.checked_add(whole) };
    second?.checked_add(Duration::new(0, nanoseconds)).map(FileTime::from_system)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, process::Command};

    use super::*;

    /// A folder `in` with a file, a folder, and links out of it.
    fn place() -> (tempfile::TempDir, Folder) {
        let temp = tempfile::tempdir().unwrap();
        let inside = temp.path().join("in");
        fs::create_dir_all(inside.join("a/b")).unwrap();
        fs::create_dir(temp.path().join("out")).unwrap();
        fs::write(temp.path().join("out/file"), "secret").unwrap();
        fs::write(inside.join("a/file"), "mine").unwrap();
        for (name, target) in [("link", "../out"), ("self", "a"), ("a/file.lnk", "file"), ("a/b/out", "../../../out")] {
            symlink(target, inside.join(name)).unwrap();
        }
        let folder = Folder::open(&inside).unwrap();
        (temp, folder)
    }

    /// Both ways down give the same answer: what the names are, or that there is no way.
    #[track_caller]
    fn check(folder: &Folder, path: &str, expected: Option<&[&str]>) {
        let names = |found: io::Result<Folder>| found.and_then(|found| found.names(10)).ok().map(|names| names.sorted);
        let expected = expected.map(|names| names.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(names(folder.below(OsStr::new(path))), expected, "{path}");
        assert_eq!(names(folder.step_by_step(OsStr::new(path))), expected, "{path} step by step");
    }

    #[test]
    fn no_way_down_leads_through_a_link_or_out() {
        let (temp, folder) = place();
        check(&folder, "", Some(&["a", "link", "self"]));
        check(&folder, "a", Some(&["b", "file", "file.lnk"]));
        check(&folder, "a/b", Some(&["out"]));
        for path in ["link", "self", "self/b", "a/b/out", "a/b/out/x", "a/file", "..", "a/../..", "a/b/../../../out", "missing"] {
            check(&folder, path, None);
        }
        let absolute = temp.path().join("out");
        assert!(folder.below(absolute.as_os_str()).is_err());
        assert_eq!(folder.above().unwrap().names(1).unwrap(), Names { sorted: vec!["in".into()], cut: true });
    }

    #[test]
    fn only_regular_files_are_opened() {
        let (temp, folder) = place();
        assert!(Command::new("mkfifo").arg(temp.path().join("in/a/pipe")).status().unwrap().success());
        let folder = folder.below(OsStr::new("a")).unwrap();
        assert!(folder.file(OsStr::new("file")).is_ok());
        for name in ["file.lnk", "pipe", "b", ".", "missing"] {
            assert!(folder.file(OsStr::new(name)).is_err(), "{name}");
        }
        let kinds = ["file", "pipe", "b", "file.lnk"].map(|name| folder.entry(OsStr::new(name), EvidencePath::default()).kind);
        let link = EntryKind::Link { target: Some("file".into()) };
        assert_eq!(kinds, [EntryKind::File, EntryKind::Special("fifo"), EntryKind::Folder, link]);
    }

    #[test]
    fn times_before_1970_are_those_of_the_file() {
        let temp = tempfile::tempdir().unwrap();
        let early = SystemTime::UNIX_EPOCH - Duration::new(86_400, 250_000_000);
        fs::File::create(temp.path().join("old")).unwrap().set_modified(early).unwrap();
        let found = Folder::open(temp.path()).unwrap().entry(OsStr::new("old"), EvidencePath::default());
        assert_eq!(found.modified, Some(FileTime::from_system(early)));
    }
}
