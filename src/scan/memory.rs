//! Where a Backup lies among entries that are in memory: the same search as on disk, for fixtures and benches.

use crate::backup::{BackupPlace, RivalPlace};

use super::{
    Entry, Marks, archive,
    marks::{Candidate, choose},
    spool_tree,
};

/// What was found among the entries.
#[derive(Debug)]
pub struct MemoryPlace {
    /// The place of the Backup.
    pub place: BackupPlace,
    /// Prefix of the paths below the Backup, empty or with a slash at its end.
    pub prefix: String,
}

impl MemoryPlace {
    /// Returns the path from the root of the Backup of an entry that lies in it, or in a spool folder beside or above it.
    #[must_use]
    pub fn path_of(&self, entry: &Entry) -> Option<String> {
        let path = entry.path.as_str();
        let inside = path.strip_prefix(self.prefix.as_str()).map(str::to_owned);
        inside.or_else(|| spool_tree::path_beside(path, &self.place.below)).or_else(|| self.part_beside(entry))
    }

    fn part_beside(&self, entry: &Entry) -> Option<String> {
        let parent = self.place.below.rsplit_once('/').map_or("", |(parent, _)| parent);
        let is_beside = !self.prefix.is_empty() && entry.path.parent() == parent && spool_tree::is_part(entry);
        is_beside.then(|| format!("../{}", entry.path.name()))
    }
}

/// Finds the Backup; without any mark of one it is what was given. Paths that begin with `../` lie beside what was given.
#[must_use]
pub fn place_in_memory(entries: &[Entry]) -> MemoryPlace {
    let inside: Vec<Entry> = entries.iter().filter(|entry| !entry.path.as_str().starts_with("../")).cloned().collect();
    let candidates = archive::candidates(&inside);
    let below = choose(&candidates).map(|chosen| chosen.path.clone()).unwrap_or_default();
    let rivals = candidates.iter().filter(|candidate| candidate.path != below);
    let rivals = rivals.map(|Candidate { path, marks }| RivalPlace { path: path.clone(), is_collection: marks.is_collection() }).collect();
    let prefix = if below.is_empty() { String::new() } else { format!("{below}/") };
    let beside =
        if below.is_empty() { "../".to_owned() } else { below.rsplit_once('/').map_or_else(String::new, |(parent, _)| format!("{parent}/")) };
    let beside: Vec<(&Entry, &str)> = entries.iter().filter_map(|entry| Some((entry, name_in(&beside, entry)?))).collect();
    let is_own = |name: &str| !prefix.is_empty() && below.rsplit('/').next() == Some(name);
    let folders = beside.iter().filter(|(entry, name)| entry.is_folder() && !is_own(name));
    let place = BackupPlace {
        given: "Backup".to_owned(),
        name: below.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("Backup").to_owned(),
        rivals,
        folders_beside: folders.map(|(folder, name)| ((*name).to_owned(), is_collection(entries, folder))).collect(),
        files_beside: beside.iter().filter(|(entry, _)| entry.is_file()).map(|(_, name)| (*name).to_owned()).collect(),
        notes: Vec::new(),
        below,
        archive: None,
    };
    MemoryPlace { place, prefix }
}

/// Returns the name of an entry that lies directly in a folder.
fn name_in<'a>(folder: &str, entry: &'a Entry) -> Option<&'a str> {
    entry.path.as_str().strip_prefix(folder).filter(|name| !name.is_empty() && !name.contains('/') && *name != "..")
}

fn is_collection(entries: &[Entry], folder: &Entry) -> bool {
    let inside = format!("{}/", folder.path);
    let mut marks = Marks::default();
    for (entry, name) in entries.iter().filter_map(|entry| Some((entry, name_in(&inside, entry)?))) {
        marks.add(Marks::of(name, entry.is_folder()));
    }
    marks.is_collection()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{EntryKind, EvidencePath};

    fn place(paths: &[&str]) -> MemoryPlace {
        let entry = |path: &&str| {
            let kind = if path.ends_with('/') { EntryKind::Folder } else { EntryKind::File };
            Entry::new(EvidencePath::new(path.trim_end_matches('/')), kind, 0)
        };
        place_in_memory(&paths.iter().map(entry).collect::<Vec<_>>())
    }

    #[test]
    fn a_backup_below_is_found_with_its_neighbours() {
        let found = place(&["Imcdata/", "Imcdata/Log/", "Imcdata/Backup/", "Imcdata/Backup/Imcfls", "Imcdata/Queue.dat"]);
        assert_eq!((found.place.below.as_str(), found.prefix.as_str()), ("Imcdata/Backup", "Imcdata/Backup/"));
        assert_eq!(found.place.folders_beside, [("Log".to_owned(), false)]);
        assert_eq!(found.place.files_beside, ["Queue.dat"]);
    }

    #[test]
    fn what_was_given_has_neighbours_too() {
        let found = place(&["Imcfls", "../Backup.old/", "../Backup.old/Imcfls", "../Admindmp.txt"]);
        assert_eq!(found.place.below, "");
        assert_eq!(found.place.folders_beside, [("Backup.old".to_owned(), true)]);
        assert_eq!(found.place.files_beside, ["Admindmp.txt"]);
        assert!(found.place.rivals.is_empty());
    }
}
