//! Folders and files on disk: listed and opened for reading only, never followed through links, never locked.
//!
//! A name is opened without following a link and without waiting (a FIFO would block for ever), and what was opened must still be a
//! regular file. Not guarded: a folder that is exchanged for a link while the scan runs.

use std::{
    collections::BinaryHeap,
    ffi::OsString,
    fs::{self, File},
    io,
    path::Path,
};

use super::{
    entry::{Entry, EvidencePath, Note},
    marks::{Candidate, Marks},
};
use crate::base::Limits;

/// Levels below what the user pointed at that are searched for a Backup.
pub(super) const SEARCH_DEPTH: usize = 3;

/// Opens a regular file for reading and nothing else.
pub(super) fn open_file(place: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    restrain(&mut options);
    let file = options.open(place)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("no regular file")) }
}

#[cfg(unix)]
fn restrain(options: &mut fs::OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
}

#[cfg(windows)]
fn restrain(options: &mut fs::OpenOptions) {
    use std::os::windows::fs::OpenOptionsExt;
    // FILE_FLAG_OPEN_REPARSE_POINT: a link is opened itself and then refused as no regular file.
    options.custom_flags(0x0020_0000);
}

#[cfg(not(any(unix, windows)))]
fn restrain(_: &mut fs::OpenOptions) {}

/// The names of one folder, sorted, at most `most`, and whether there were more.
struct Names {
    sorted: Vec<OsString>,
    cut: bool,
}

/// Reads names so that the first ones by name are kept, whatever order the file system gives them in.
fn names(folder: &Path, most: usize) -> io::Result<Names> {
    let mut first = BinaryHeap::new();
    let mut cut = false;
    for item in fs::read_dir(folder)? {
        first.push(item?.file_name());
        if first.len() > most {
            first.pop();
            cut = true;
        }
    }
    Ok(Names { sorted: first.into_sorted_vec(), cut })
}

/// Everything below a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    pub(super) notes: Vec<Note>,
}

/// Lists everything below `root`, sorted by path.
pub(super) fn list(root: &Path, limits: &Limits) -> Listing {
    let mut listing = Listing::default();
    let mut open = vec![EvidencePath::default()];
    while let Some(folder) = open.pop() {
        let most = limits.files.saturating_sub(listing.entries.len());
        let place = root.join(folder.os());
        match names(&place, most) {
            Ok(names) => {
                if names.cut {
                    let text = format!("the folder holds more than the limit of {} entries leaves room for; the rest is not looked at", limits.files);
                    listing.notes.push(Note::new(&folder, "too-many-files", text));
                }
                let below = names.sorted.iter().map(|name| Entry::on_disk(&place.join(name), folder.join(name)));
                let is_deep = folder.depth() + 1 >= limits.depth;
                listing.entries.extend(below.inspect(|entry| match entry.is_folder() {
                    true if is_deep => listing.notes.push(too_deep(&entry.path, limits)),
                    true => open.push(entry.path.clone()),
                    false => {}
                }));
            }
            Err(error) => listing.notes.push(Note::new(&folder, UNREADABLE, format!("the folder cannot be listed: {error}"))),
        }
    }
    listing.entries.shrink_to_fit();
    listing.entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    listing.notes.sort_by(|a, b| a.path.cmp(&b.path));
    for note in listing.notes.iter().filter(|note| note.code == UNREADABLE) {
        let found = listing.entries.binary_search_by(|entry| entry.path.cmp(&note.path)).ok();
        if let Some(folder) = found.and_then(|at| listing.entries.get_mut(at)) {
            folder.unreadable = Some(note.text.as_str().into());
        }
    }
    listing
}

fn too_deep(path: &EvidencePath, limits: &Limits) -> Note {
    Note::new(path, "too-deep", format!("lies {} levels below the Backup; its contents are not looked at", limits.depth))
}

const UNREADABLE: &str = "folder-unreadable";

/// Lists what lies directly in a folder, and whether there was more.
pub(super) fn list_flat(folder: &Path, most: usize) -> io::Result<(Vec<Entry>, bool)> {
    let names = names(folder, most)?;
    let entries = names.sorted.iter().map(|name| Entry::on_disk(&folder.join(name), EvidencePath::default().join(name)));
    Ok((entries.collect(), names.cut))
}

/// Files kept by a search, to name the packed ones when there is no Backup.
const PACKED_FILES: usize = 1_000;

/// What the search for a Backup met.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) candidates: Vec<Candidate>,
    /// The path of each candidate as the file system knows it, in the same order.
    pub(super) places: Vec<EvidencePath>,
    /// The first files met; one of them may be a packed collection.
    pub(super) files: Vec<EvidencePath>,
    /// Whether anything at all was met.
    pub(super) any: bool,
    /// What could not be searched; paths are relative to what the user pointed at.
    pub(super) notes: Vec<Note>,
}

/// Searches `given` and, unless it is a whole collection itself, the folders below for Backups. A collection's own folders are not searched.
pub(super) fn search(given: &Path, limits: &Limits) -> io::Result<Search> {
    let mut found = Search::default();
    let mut open = vec![EvidencePath::default()];
    let mut room = limits.files;
    while let Some(folder) = open.pop() {
        let names = match names(&given.join(folder.os()), room) {
            Ok(names) => names,
            Err(error) if folder.depth() == 0 => return Err(error),
            Err(error) => {
                found.notes.push(Note::new(&folder, "not-searched", format!("the folder cannot be searched for a Backup: {error}")));
                continue;
            }
        };
        if names.cut {
            found.notes.push(Note::new(&folder, "not-searched", "the folder has too many entries to be searched for a Backup in full"));
        }
        let names = names.sorted;
        room = room.saturating_sub(names.len());
        found.any |= !names.is_empty();
        let (marks, below) = found.look(given, &folder, &names);
        if marks.count() > 0 {
            found.candidates.push(Candidate { path: folder.as_str().to_string(), marks });
            found.places.push(folder);
        }
        if !marks.is_collection() {
            open.extend(below.into_iter().rev());
        }
    }
    Ok(found)
}

impl Search {
    /// Looks at the names of one folder; returns its marks and the folders to search next.
    fn look(&mut self, given: &Path, folder: &EvidencePath, names: &[OsString]) -> (Marks, Vec<EvidencePath>) {
        let (mut marks, mut below) = (Marks::default(), Vec::new());
        for name in names {
            let path = folder.join(name);
            let kind = fs::symlink_metadata(given.join(path.os())).map(|found| found.file_type());
            let is_folder = kind.as_ref().is_ok_and(fs::FileType::is_dir);
            let mark = Marks::of(path.name(), is_folder);
            marks.add(mark);
            if is_folder && mark == Marks::default() && folder.depth() < SEARCH_DEPTH {
                below.push(path);
            } else if kind.is_ok_and(|kind| kind.is_file()) && self.files.len() < PACKED_FILES {
                self.files.push(path);
            }
        }
        (marks, below)
    }
}
