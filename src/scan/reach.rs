//! What the reading of evidence will touch, found by names alone and before a byte is read, so that everything else can be forbidden.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    disk,
    evidence::BESIDE,
    folder::Folder,
    marks,
    spool_tree::{self, SIBLING_BYTES},
};
use crate::sandbox::Policy;

/// Files and folders beside a Backup that are granted one by one; where more lie there, the folder around is granted as a whole.
const ONE_BY_ONE: usize = 256;

/// Returns what has to stay readable for [`super::Evidence::open`] and for all reading after it. A path that does not exist adds nothing.
#[must_use]
pub fn reach_of_backup(path: &Path) -> Policy {
    let mut policy = Policy::default();
    let Ok(given) = fs::canonicalize(path) else { return policy };
    if !given.is_dir() {
        policy.files.push(given);
        return policy;
    }
    if let Some((above, name)) = given.parent().zip(given.file_name()) {
        if !marks::is_backup_name(&name.to_string_lossy()) {
            policy.names.push(above.to_path_buf());
        } else if !grant_siblings(above, &mut policy) {
            policy.beneath.push(above.to_path_buf());
        }
    }
    policy.beneath.push(given);
    policy
}

/// Returns what has to stay readable for files that the user named.
#[must_use]
pub fn reach_of_files<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Policy {
    Policy { files: paths.into_iter().filter_map(|path| fs::canonicalize(path).ok()).collect(), ..Policy::default() }
}

/// Grants the names in the folder above a Backup, the files there that may belong to it, and the parts of the spool directory; returns
/// whether these are few enough.
fn grant_siblings(above: &Path, policy: &mut Policy) -> bool {
    let Ok((entries, _)) = Folder::open(above).and_then(|folder| disk::list_flat(&folder, BESIDE)) else { return true };
    let is_meant =
        |entry: &&super::Entry| if entry.is_folder() { spool_tree::is_part(entry) } else { entry.is_file() && entry.size <= SIBLING_BYTES };
    let (folders, files): (Vec<_>, Vec<_>) = entries.iter().filter(is_meant).partition(|entry| entry.is_folder());
    if folders.len() + files.len() > ONE_BY_ONE {
        return false;
    }
    let place = |entry: &&super::Entry| above.join(entry.path.os());
    policy.names.push(above.to_path_buf());
    policy.beneath.extend(folders.iter().map(place));
    policy.files.extend(files.iter().map(place));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_a_backup_only_what_belongs_to_it_is_reached() {
        let temp = tempfile::tempdir().unwrap();
        let case = fs::canonicalize(temp.path()).unwrap();
        for folder in ["Backup", "In", ".ssh"] {
            fs::create_dir(case.join(folder)).unwrap();
        }
        fs::write(case.join("imcrou.txt"), "").unwrap();
        let expected =
            Policy { files: vec![case.join("imcrou.txt")], beneath: vec![case.join("In"), case.join("Backup")], names: vec![case.clone()] };
        assert_eq!(reach_of_backup(&case.join("Backup")), expected);
        assert_eq!(reach_of_backup(&case).beneath, [case.as_path()]);
        assert_eq!(reach_of_backup(&case.join("imcrou.txt")), reach_of_files([&case.join("imcrou.txt"), &case.join("gone")]));
        for number in 0..ONE_BY_ONE {
            fs::write(case.join(format!("{number}.txt")), "").unwrap();
        }
        assert_eq!(reach_of_backup(&case.join("Backup")).beneath, [case.as_path(), &case.join("Backup")]);
        assert_eq!(reach_of_backup(&case.join("gone")), Policy::default());
    }
}
