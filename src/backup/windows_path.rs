//! Paths as Windows NT writes them, in registry values: drives, folders, programs with arguments. Nothing here touches a disk.

use super::{ServiceKey, Setting};

/// The spool folders below `RootDir` that the service scans.
const SPOOL_FOLDERS: [&str; 4] = ["in", "out", "work", "pickup"];

/// Returns the drive letter of a full path, in capitals.
#[must_use]
pub fn drive_letter(path: &str) -> Option<char> {
    let mut start = path.trim().chars();
    let letter = start.next().filter(char::is_ascii_alphabetic)?;
    (start.next() == Some(':')).then(|| letter.to_ascii_uppercase())
}

/// Returns whether a path begins with a drive letter and its root, `C:\`.
#[must_use]
pub fn is_full_local(path: &str) -> bool {
    drive_letter(path).is_some() && path.trim().chars().nth(2) == Some('\\')
}

/// Returns whether a path names a server, `\\server\share`.
#[must_use]
pub fn is_unc(path: &str) -> bool {
    path.trim().starts_with("\\\\")
}

/// Returns the last component of a path.
#[must_use]
pub fn last_component(path: &str) -> &str {
    path.trim().trim_end_matches(['\\', '/']).rsplit(['\\', '/']).next().unwrap_or_default()
}

/// Returns the form in which equal paths are equal texts: lower case, backslashes, none at the end.
#[must_use]
pub fn normalized(path: &str) -> String {
    path.trim().replace('/', "\\").trim_end_matches('\\').to_lowercase()
}

/// Returns the program of a service's `ImagePath`: without quotes, arguments and the kernel's prefix `\??\`.
#[must_use]
pub fn program(image_path: &str) -> &str {
    let path = image_path.trim();
    let path = path.strip_prefix("\\??\\").unwrap_or(path);
    if let Some(quoted) = path.strip_prefix('"') {
        return quoted.split('"').next().unwrap_or_default().trim();
    }
    let lower = path.to_ascii_lowercase();
    let ends = lower.match_indices(".exe").map(|(at, found)| at + found.len());
    let is_end = |end: &usize| lower.get(*end..).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    let folder = path.rfind(['\\', '/']).map_or(0, |at| at + 1);
    let first_blank = || folder + path.get(folder..).and_then(|name| name.find(char::is_whitespace)).unwrap_or(path.len() - folder);
    let end = ends.into_iter().find(is_end).unwrap_or_else(first_blank);
    path.get(..end).unwrap_or(path)
}

impl ServiceKey {
    /// Returns the root of the spool folders, when it is there and not blank.
    #[must_use]
    pub fn root_dir(&self) -> Option<Setting<'_, &str>> {
        self.text("Parameters", "RootDir").filter(|root| !root.data.trim().is_empty())
    }

    /// Returns where filtered mail is kept, when that is said.
    #[must_use]
    pub fn turf_dir(&self) -> Option<Setting<'_, &str>> {
        self.text("Parameters", "TurfDir").filter(|folder| !folder.data.trim().is_empty())
    }

    /// Returns whether a path is one of the scanned spool folders or lies in one.
    #[must_use]
    pub fn is_in_spool(&self, path: &str) -> bool {
        let Some(root) = self.root_dir().map(|root| normalized(root.data)) else { return false };
        let path = normalized(path);
        let Some(below) = path.strip_prefix(&root).and_then(|below| below.strip_prefix('\\')) else { return false };
        below.split('\\').find(|part| !part.is_empty()).is_some_and(|first| SPOOL_FOLDERS.contains(&first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_quotes_and_arguments() {
        let check = |image_path, expected| assert_eq!(program(image_path), expected);
        check("C:\\exchsrvr\\connect\\msexcimc\\bin\\msexcimc.exe", "C:\\exchsrvr\\connect\\msexcimc\\bin\\msexcimc.exe");
        check("\"C:\\Program Files\\msexcimc.exe\" -console", "C:\\Program Files\\msexcimc.exe");
        check("C:\\Program Files\\MSEXCIMC.EXE -console C:\\x", "C:\\Program Files\\MSEXCIMC.EXE");
        check("C:\\bin\\msexcimc.old -x", "C:\\bin\\msexcimc.old");
        check("\\??\\C:\\a.exe.old", "C:\\a.exe.old");
        check("", "");
    }

    #[test]
    fn kinds_of_paths_are_told() {
        assert!(is_full_local("c:\\x") && !is_full_local("c:x") && !is_full_local("\\x") && !is_full_local("\\\\s\\x"));
        assert!(is_unc("\\\\s\\x") && !is_unc("\\x"));
        assert_eq!((drive_letter("f:\\x"), drive_letter("\\x"), drive_letter("")), (Some('F'), None, None));
        assert_eq!((last_component("C:\\a\\imcdata\\"), last_component("C:\\"), last_component("")), ("imcdata", "C:", ""));
    }
}
