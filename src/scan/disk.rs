//! Folders on disk, listed and searched: names, kinds, sizes, times and the targets of links. Opens no file; `folder` says how it is kept
//! that no link is followed.

use std::{ffi::OsString, io};

use super::{
    entry::{Entry, EvidencePath, Note},
    folder::{Folder, Names},
    marks::{Candidate, Marks},
};
use crate::base::Limits;

/// Levels below what the user pointed at that are searched for a Backup.
pub(super) const SEARCH_DEPTH: usize = 3;

/// Everything below a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<Entry>,
    pub(super) notes: Vec<Note>,
}

/// Lists everything below `root`, sorted by path. One folder is open at a time.
pub(super) fn list(root: &Folder, limits: &Limits) -> Listing {
    let mut listing = Listing::default();
    let mut open = vec![EvidencePath::default()];
    while let Some(folder) = open.pop() {
        let most = limits.files.saturating_sub(listing.entries.len());
        match open_and_name(root, &folder, most) {
            Ok((place, names)) => {
                if names.cut {
                    let text = format!("the folder holds more than the limit of {} entries leaves room for; the rest is not looked at", limits.files);
                    listing.notes.push(Note::new(&folder, "too-many-files", text));
                }
                let below = names.sorted.iter().map(|name| place.entry(name, folder.join(name)));
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

fn open_and_name(root: &Folder, folder: &EvidencePath, most: usize) -> io::Result<(Folder, Names)> {
    let place = root.below(folder.os())?;
    let names = place.names(most)?;
    Ok((place, names))
}

fn too_deep(path: &EvidencePath, limits: &Limits) -> Note {
    Note::new(path, "too-deep", format!("lies {} levels below the Backup; its contents are not looked at", limits.depth))
}

const UNREADABLE: &str = "folder-unreadable";

/// Lists what lies directly in a folder, and whether there was more.
pub(super) fn list_flat(folder: &Folder, most: usize) -> io::Result<(Vec<Entry>, bool)> {
    let names = folder.names(most)?;
    let entries = names.sorted.iter().map(|name| folder.entry(name, EvidencePath::default().join(name)));
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
pub(super) fn search(given: &Folder, limits: &Limits) -> io::Result<Search> {
    let mut found = Search::default();
    let mut open = vec![EvidencePath::default()];
    let mut room = limits.files;
    while let Some(folder) = open.pop() {
        let (place, names) = match open_and_name(given, &folder, room) {
            Ok(found) => found,
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
        let (marks, below) = found.look(&place, &folder, &names);
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
    fn look(&mut self, place: &Folder, folder: &EvidencePath, names: &[OsString]) -> (Marks, Vec<EvidencePath>) {
        let (mut marks, mut below) = (Marks::default(), Vec::new());
        for name in names {
            let path = folder.join(name);
            let entry = place.entry(name, path);
            let (is_folder, is_file, path) = (entry.is_folder(), entry.is_file(), entry.path);
            let mark = Marks::of(path.name(), is_folder);
            marks.add(mark);
            if is_folder && mark == Marks::default() && folder.depth() < SEARCH_DEPTH {
                below.push(path);
            } else if is_file && self.files.len() < PACKED_FILES {
                self.files.push(path);
            }
        }
        (marks, below)
    }
}
