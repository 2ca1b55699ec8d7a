//! Members of an archive as a tree of entries, whatever their names say. Pure; nothing is ever unpacked to disk.
//!
//! Names that would climb out (`..`) or are absolute are kept as text below the archive; equal names are numbered; folders that no
//! member stands for are added. Deliberately absent: archives within the archive.

use std::collections::{HashMap, HashSet};

use super::{
    disk::{Listing, SEARCH_DEPTH},
    entry::{Entry, EntryKind, EvidencePath, FileTime, Note},
    marks::{Candidate, Marks},
};
use crate::base::Limits;

/// One member as the archive stores it.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Its name, already shown as text, parts separated by `/`.
    pub(super) name: String,
    pub(super) kind: EntryKind,
    /// The size that the archive declares.
    pub(super) size: u64,
    pub(super) modified: Option<FileTime>,
    pub(super) unreadable: Option<Box<str>>,
    pub(super) read_only: bool,
}

/// The members in the order of the archive, and what is wrong with the archive as a whole.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub(super) members: Vec<Member>,
    pub(super) notes: Vec<Note>,
}

impl Catalogue {
    /// Notes that the archive holds more members than are looked at; returns whether it is full.
    pub(super) fn is_full(&mut self, limits: &Limits) -> bool {
        let full = self.members.len() >= limits.files;
        if full {
            self.damage("too-many-files", format!("the archive holds more than {} members; the rest is not looked at", limits.files));
        }
        full
    }

    /// Notes something about the archive as a whole.
    pub(super) fn damage(&mut self, code: &'static str, text: impl Into<String>) {
        self.notes.push(Note::new(&EvidencePath::default(), code, text));
    }
}

/// Returns the tree of the members, sorted by path.
pub(super) fn tree(catalogue: Catalogue, limits: &Limits) -> Listing {
    let Catalogue { members, notes } = catalogue;
    let mut listing = Listing { entries: Vec::with_capacity(members.len()), notes };
    let mut taken = Taken::default();
    let mut folders = HashSet::new();
    let mut unpacked = 0u64;
    for (number, mut member) in members.into_iter().enumerate() {
        let (path, odd) = place(&member.name);
        if path.is_empty() {
            continue;
        }
        unpacked = unpacked.saturating_add(member.size);
        if unpacked > limits.archive_bytes && member.size > 0 {
            member.unreadable = Some(format!("lies beyond the limit of {} unpacked bytes", limits.archive_bytes).into());
        }
        let path = EvidencePath::new(&if member.kind == EntryKind::Folder { path } else { taken.unique(path, &mut listing.notes) });
        if let Some(odd) = odd {
            listing.notes.push(Note::new(&path, odd, format!("the archive names this {}", member.name)));
        }
        if path.depth() > limits.depth {
            member.unreadable = Some(format!("lies deeper than {} levels", limits.depth).into());
        } else {
            add_folders(&mut listing.entries, &mut folders, path.parent());
        }
        if member.kind == EntryKind::Folder && !folders.insert(path.as_str().to_string()) {
            adopt(&mut listing.entries, &path, &member);
            continue;
        }
        let Member { name: _, kind, size, modified, unreadable, read_only } = member;
        listing.entries.push(Entry { path, kind, size, modified, unreadable, read_only, member: number });
    }
    listing.entries.sort_by(|a, b| a.path.cmp(&b.path).then(a.member.cmp(&b.member)));
    listing
}

/// Adds the folders down to `folder` that are not there yet.
fn add_folders(entries: &mut Vec<Entry>, folders: &mut HashSet<String>, folder: &str) {
    let mut folder = folder;
    while !folder.is_empty() && folders.insert(folder.to_string()) {
        entries.push(Entry::new(EvidencePath::new(folder), EntryKind::Folder, 0));
        folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
}

/// Gives a folder that was added for its contents the time of its own, later member. Archives rarely store folders behind their
/// contents, so only the entries added last are looked at.
fn adopt(entries: &mut [Entry], path: &EvidencePath, member: &Member) {
    if let Some(entry) = entries.iter_mut().rev().take(64).find(|entry| entry.is_folder() && entry.path == *path) {
        entry.modified = entry.modified.or(member.modified);
    }
}

/// Names in use, and the next number for each name that came again.
#[derive(Default)]
struct Taken {
    names: HashSet<String>,
    next: HashMap<String, usize>,
}

impl Taken {
    fn unique(&mut self, path: String, notes: &mut Vec<Note>) -> String {
        if self.names.insert(path.clone()) {
            return path;
        }
        let next = self.next.entry(path.clone()).or_insert(2);
        loop {
            let numbered = format!("{path} ({next})");
            *next += 1;
            if self.names.insert(numbered.clone()) {
                let text = format!("another member of the archive has the name {path} too");
                notes.push(Note::new(&EvidencePath::new(&numbered), "duplicate-member", text));
                return numbered;
            }
        }
    }
}

/// Returns the place of a name within the tree, and what is odd about it.
fn place(name: &str) -> (String, Option<&'static str>) {
    let absolute = name.starts_with('/') || name.as_bytes().get(1) == Some(&b':');
    let mut odd = absolute.then_some("absolute-name");
    let mut path = String::with_capacity(name.len());
    for part in name.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if !path.is_empty() {
            path.push('/');
        }
        if part == ".." {
            odd = Some("climbing-name");
            path.push_str("\\x2e\\x2e");
        } else {
            path.push_str(part);
        }
    }
    (path, odd)
}

/// Returns the folders of a tree that hold names of IMCSAVE, near enough to be the Backup.
pub(super) fn candidates(entries: &[Entry]) -> Vec<Candidate> {
    let mut found: HashMap<&str, Marks> = HashMap::new();
    for entry in entries {
        let mark = Marks::of(entry.path.name(), entry.is_folder());
        if mark.count() > 0 && entry.path.depth() <= SEARCH_DEPTH + 1 {
            found.entry(entry.path.parent()).or_default().add(mark);
        }
    }
    let whole_at_the_top = found.get("").is_some_and(|marks| marks.is_collection());
    let mut found: Vec<_> = found.into_iter().map(|(path, marks)| Candidate { path: path.to_string(), marks }).collect();
    found.retain(|candidate| !whole_at_the_top || candidate.path.is_empty());
    found.sort_by(|a, b| a.path.cmp(&b.path));
    // As on disk, what lies within a collection belongs to it.
    let outer: Vec<String> = found.iter().filter(|one| one.marks.is_collection()).map(|one| format!("{}/", one.path)).collect();
    found.retain(|one| !outer.iter().any(|outer| one.path.starts_with(outer.as_str())));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, size: u64) -> Member {
        let kind = if name.ends_with('/') { EntryKind::Folder } else { EntryKind::File };
        Member { name: name.to_string(), kind, size, modified: None, unreadable: None, read_only: false }
    }

    #[track_caller]
    fn check(names: &[&str], expected: &[&str], notes: &[&str]) {
        let members = names.iter().map(|name| member(name, 1)).collect();
        let listing = tree(Catalogue { members, notes: Vec::new() }, &Limits::default());
        let shown = |entry: &Entry| format!("{}{}", entry.path, if entry.is_folder() { "/" } else { "" });
        assert_eq!(listing.entries.iter().map(shown).collect::<Vec<_>>(), expected);
        assert_eq!(listing.notes.iter().map(|note| note.code).collect::<Vec<_>>(), notes);
    }

    #[test]
    fn missing_folders_are_added_and_named_ones_stay_single() {
        check(&["Backup/Mtsout/1", "Backup/"], &["Backup/", "Backup/Mtsout/", "Backup/Mtsout/1"], &[]);
        check(&["./Backup//Imcfls"], &["Backup/", "Backup/Imcfls"], &[]);
    }

    #[test]
    fn climbing_and_absolute_names_stay_inside_as_text() {
        check(
            &["../../etc/passwd"],
            &["\\x2e\\x2e/", "\\x2e\\x2e/\\x2e\\x2e/", "\\x2e\\x2e/\\x2e\\x2e/etc/", "\\x2e\\x2e/\\x2e\\x2e/etc/passwd"],
            &["climbing-name"],
        );
        check(&["/etc/passwd"], &["etc/", "etc/passwd"], &["absolute-name"]);
        check(&["C:/a", "/"], &["C:/", "C:/a"], &["absolute-name"]);
    }

    #[test]
    fn equal_names_are_kept_and_numbered() {
        check(&["a", "a", "a (2)", "a"], &["a", "a (2)", "a (2) (2)", "a (3)"], &["duplicate-member"; 3]);
    }

    #[test]
    fn members_beyond_the_limits_are_listed_and_not_read() {
        let limits = Limits { archive_bytes: 10, depth: 2, ..Limits::default() };
        let members = vec![member("a", 8), member("b", 8), member("c/d/e", 0)];
        let listing = tree(Catalogue { members, notes: Vec::new() }, &limits);
        let reasons: Vec<_> = listing.entries.iter().map(|entry| (entry.path.as_str(), entry.unreadable.is_some())).collect();
        assert_eq!(reasons, [("a", false), ("b", true), ("c/d/e", true)]);
    }

    #[test]
    fn candidates_are_found_to_a_depth_and_not_within_a_collection() {
        let names = ["x/Backup/Imcfls", "x/Backup/old/Imcfls", "a/b/c/Imcfls", "a/b/c/d/Imcfls", "y/Imcsvc.reg"];
        let members = names.iter().map(|name| member(name, 1)).collect();
        let listing = tree(Catalogue { members, notes: Vec::new() }, &Limits::default());
        let found: Vec<_> = candidates(&listing.entries).into_iter().map(|one| one.path).collect();
        assert_eq!(found, ["a/b/c", "x/Backup", "y"]);
    }
}
