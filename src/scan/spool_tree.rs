//! The parts of the spool directory beside or above a Backup: which entries are worth reading though they are not below the root.
//! Bounded, since the folder that holds a Backup may be any folder and a spool file may fill a disk (Q272506).

use super::{
    disk,
    entry::{Entry, EvidencePath, Note},
    folder::Folder,
};
use crate::{backup::SpoolFolder, base::Limits};

/// The largest file beside the Backup that is read; larger ones are listed with their size.
pub(super) const SIBLING_BYTES: u64 = 16 << 20;
/// Entries of spool folders that are looked at, and the levels below: Imcdata, In, Archive.
const ENTRIES: usize = 20_000;
const LEVELS: usize = 3;

/// Returns whether something directly beside the root belongs to the spool directory.
pub(super) fn is_part(entry: &Entry) -> bool {
    let name = entry.path.name();
    if entry.is_folder() { SpoolFolder::is_spool_name(name) } else { entry.is_file() && SpoolFolder::is_spool_file_name(name) }
}

/// Lists a folder beside the root of a Backup on disk; `at` is its path from the root.
pub(super) fn list(place: &Folder, at: &EvidencePath) -> (Vec<Entry>, Vec<Note>) {
    let limits = Limits { files: ENTRIES, depth: LEVELS, ..Limits::default() };
    let mut listing = disk::list(place, &limits);
    for entry in &mut listing.entries {
        entry.path = at.join(entry.path.os());
        bound(entry);
    }
    for note in &mut listing.notes {
        note.path = at.join(note.path.os());
    }
    (listing.entries, listing.notes)
}

/// Marks a file as too large to be read.
pub(super) fn bound(entry: &mut Entry) {
    if entry.is_file() && entry.size > SIBLING_BYTES {
        entry.unreadable.get_or_insert_with(|| format!("lies beside the Backup and has more than {} MB", SIBLING_BYTES >> 20).into());
    }
}

/// Returns the path from the root of an entry of an archive that lies in a spool folder beside or above the root.
pub(super) fn path_beside(path: &str, root: &str) -> Option<String> {
    let shared = path.split('/').zip(root.split('/')).take_while(|(own, other)| own == other).count();
    let mut parts = path.split('/').skip(shared);
    let (first, deeper) = (parts.next()?, parts.clone().count());
    let up = root.split('/').count() - shared;
    let is_inside = deeper > 0 && deeper <= LEVELS && up > 0 && SpoolFolder::is_spool_name(first);
    is_inside.then(|| format!("{}{}", "../".repeat(up), path.split('/').skip(shared).collect::<Vec<_>>().join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_spool_folders_beside_the_root_has_a_path_from_it() {
        let check = |path, expected: Option<&str>| assert_eq!(path_beside(path, "Case/Imcdata/Backup").as_deref(), expected, "{path}");
        check("Case/Imcdata/In/HBWK2Q2P", Some("../In/HBWK2Q2P"));
        check("Case/Imcdata/In/Archive/HBWK2Q2P", Some("../In/Archive/HBWK2Q2P"));
        check("Case/out/X", Some("../../out/X"));
        check("Case/Imcdata/Log/L1", None);
        check("Case/Imcdata/In", None);
        check("Case/Imcdata/Backup/In/X", None);
        check("Case", None);
    }
}
