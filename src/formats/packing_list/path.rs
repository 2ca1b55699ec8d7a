//! Paths as a list writes them, turned into paths below the Backup folder. A path that leads elsewhere is kept and marked, never followed.

use std::fmt;

/// A path taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPath<'a> {
    /// The components below the Backup folder.
    pub components: Vec<&'a str>,
    /// The text up to and including `Backup` of a path with a drive or server.
    pub prefix: Option<&'a str>,
    /// Whether a drive or server was written.
    pub is_absolute: bool,
    /// Whether a separator stands at the end.
    pub is_folder: bool,
    /// What leads out of the Backup folder.
    pub escapes: Option<Escape>,
}

/// Why a path cannot lie below the Backup folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Escape {
    /// It climbs with `..`.
    ParentFolder,
    /// It has a drive letter and no `Backup` component.
    DriveLetter,
    /// It names a server and has no `Backup` component.
    Unc,
    /// It begins at the root of the current drive.
    RootFolder,
    /// It names a device, for example `NUL`.
    DeviceName,
}

impl fmt::Display for Escape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ParentFolder => "climbs with `..`",
            Self::DriveLetter => "has a drive letter",
            Self::Unc => "names a server",
            Self::RootFolder => "begins at the root of a drive",
            Self::DeviceName => "names a device",
        })
    }
}

impl<'a> ListedPath<'a> {
    /// Takes a path apart; everything up to and including the last `Backup` component of an absolute path is its prefix.
    #[must_use]
    pub fn parse(written: &'a str) -> Self {
        let root = root_of(written);
        let (prefix, rest) = split_at_backup(written);
        let is_absolute = matches!(root, Some(Escape::DriveLetter | Escape::Unc));
        let below = if prefix.is_some() { rest } else { without_root(written, root) };
        let components: Vec<_> = below.split(is_separator).filter(|part| !part.is_empty() && *part != ".").collect();
        let escapes = if components.contains(&"..") {
            Some(Escape::ParentFolder)
        } else if prefix.is_none() && root.is_some() {
            root
        } else if has_drive(below) {
            Some(Escape::DriveLetter)
        } else {
            has_device(&components).then_some(Escape::DeviceName)
        };
        Self { components, prefix: prefix.filter(|_| is_absolute), is_absolute, is_folder: written.ends_with(is_separator), escapes }
    }

    /// Returns the path with `/`.
    #[must_use]
    pub fn joined(&self) -> String {
        self.components.join("/")
    }
}

pub(super) fn is_separator(c: char) -> bool {
    matches!(c, '\\' | '/')
}

fn root_of(written: &str) -> Option<Escape> {
    if has_drive(written) {
        Some(Escape::DriveLetter)
    } else if written.starts_with("\\\\") || written.starts_with("//") {
        Some(Escape::Unc)
    } else {
        written.starts_with(is_separator).then_some(Escape::RootFolder)
    }
}

fn has_drive(written: &str) -> bool {
    matches!(written.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

fn without_root(written: &str, root: Option<Escape>) -> &str {
    match root {
        Some(Escape::DriveLetter) => written.get(2..).unwrap_or_default(),
        _ => written,
    }
}

/// Splits behind the last component `Backup` that has something, or at least a separator, behind it.
fn split_at_backup(written: &str) -> (Option<&str>, &str) {
    let mut found = None;
    let mut start = 0;
    for (index, _) in written.match_indices(is_separator) {
        if written.get(start..index).is_some_and(|part| part.eq_ignore_ascii_case("backup")) {
            found = Some(index);
        }
        start = index + 1;
    }
    found.and_then(|index| Some((Some(written.get(..index)?), written.get(index + 1..)?))).unwrap_or((None, written))
}

/// A queue folder named `Con` cannot exist on NT, but IMCSAVE calls the item so, hence it is no device with something behind it.
fn has_device(components: &[&str]) -> bool {
    let last = components.len().saturating_sub(1);
    components.iter().enumerate().any(|(index, part)| is_device(part) && (index == last || !part.eq_ignore_ascii_case("con")))
}

fn is_device(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    match stem.as_bytes() {
        [b'c', b'o', b'm', digit] | [b'l', b'p', b't', digit] => (b'1'..=b'9').contains(digit),
        _ => matches!(stem.as_str(), "con" | "prn" | "aux" | "nul"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, path: &str, prefix: Option<&str>, escapes: Option<Escape>) {
        let listed = ListedPath::parse(written);
        assert_eq!((listed.joined().as_str(), listed.prefix, listed.escapes), (path, prefix, escapes), "{written}");
    }

    #[test]
    fn everything_up_to_backup_is_cut() {
        check("C:\\exchsrvr\\imcdata\\Backup\\Mtsout\\1", "Mtsout/1", Some("C:\\exchsrvr\\imcdata\\Backup"), None);
        check("\\\\SRV1\\c$\\BACKUP\\Imcsvc.reg", "Imcsvc.reg", Some("\\\\SRV1\\c$\\BACKUP"), None);
        check("Backup\\Mtsin/2", "Mtsin/2", None, None);
        check("C:\\Backup\\x\\Backup\\Bad\\1", "Bad/1", Some("C:\\Backup\\x\\Backup"), None);
        check(".\\Mtsin\\3", "Mtsin/3", None, None);
        check("Mtsout\\Backup", "Mtsout/Backup", None, None);
    }

    #[test]
    fn what_leads_out_is_marked() {
        check("..\\..\\winnt\\system32\\config\\sam", "../../winnt/system32/config/sam", None, Some(Escape::ParentFolder));
        check("C:\\x\\Backup\\..\\sam", "../sam", Some("C:\\x\\Backup"), Some(Escape::ParentFolder));
        check("D:\\temp\\Imcsvc.reg", "temp/Imcsvc.reg", None, Some(Escape::DriveLetter));
        check("\\\\srv\\share\\f", "srv/share/f", None, Some(Escape::Unc));
        check("\\winnt\\f", "winnt/f", None, Some(Escape::RootFolder));
        check("Mtsout\\nul.tnf", "Mtsout/nul.tnf", None, Some(Escape::DeviceName));
        check("Con\\0001", "Con/0001", None, None);
        check("Mtsout\\con", "Mtsout/con", None, Some(Escape::DeviceName));
    }
}
