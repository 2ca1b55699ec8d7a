//! How a Backup is told from any other folder: by the names that IMCSAVE gives (Q195804), in any letter case and as 8.3 names.
//! Pure; knows names, not contents.

use std::cmp::Reverse;

/// Names of IMCSAVE that a folder holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u8);

impl Marks {
    const SERVICE: Self = Self(1);
    const PROFILE: Self = Self(2);
    const DIRECTORY: Self = Self(4);
    const PACKING_LIST: Self = Self(8);
    const MTS_OUT: Self = Self(16);
    const MTS_IN: Self = Self(32);

    /// Returns the mark of one name in a folder; most names have none.
    pub(super) fn of(name: &str, is_folder: bool) -> Self {
        let lower = name.to_ascii_lowercase();
        let (stem, extension) = lower.split_once('.').unwrap_or((&lower, ""));
        // CONTEN~1 is what a copy without long names leaves; the six names here are short, yet a second run of a tool may add the tail.
        let stem = stem.split_once('~').filter(|(_, tail)| is_number(tail)).map_or(stem, |(stem, _)| stem);
        match (is_folder, stem, extension) {
            // An underscore at the end is what COMPRESS.EXE makes of an extension.
            (false, "imcsvc", "reg" | "re_") => Self::SERVICE,
            (false, "imcpro", "reg" | "re_") => Self::PROFILE,
            (false, "imcobj", "csv" | "cs_") => Self::DIRECTORY,
            (false, "imcfls", extension) if !extension.contains('.') => Self::PACKING_LIST,
            (true, "mtsout", "") => Self::MTS_OUT,
            (true, "mtsin", "") => Self::MTS_IN,
            _ => Self::default(),
        }
    }

    /// Adds the marks of another name.
    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Returns how many of the six names are there.
    #[must_use]
    pub fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// Returns whether the folder is a whole collection: it holds Imcfls, or Imcsvc.reg and a queue folder.
    #[must_use]
    pub fn is_collection(self) -> bool {
        let has = |mark: Self| self.0 & mark.0 != 0;
        has(Self::PACKING_LIST) || has(Self::SERVICE) && (has(Self::MTS_OUT) || has(Self::MTS_IN))
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A folder that holds at least one of the names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Where it lies, relative to what the user pointed at; empty for that itself.
    pub path: String,
    /// What it holds.
    pub marks: Marks,
}

impl Candidate {
    /// Returns the levels between what the user pointed at and this folder.
    #[must_use]
    pub fn depth(&self) -> usize {
        if self.path.is_empty() { 0 } else { self.path.split('/').count() }
    }

    fn is_named_backup(&self) -> bool {
        is_backup_name(self.path.rsplit('/').next().unwrap_or_default())
    }
}

/// Returns whether a folder has the name that IMCSAVE gives.
pub(super) fn is_backup_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("Backup")
}

/// Chooses among candidates without regard to their order: a whole collection first, then what the user pointed at itself,
/// then the name `Backup`, then the nearest, then the fullest, then the first by path.
pub(super) fn choose(candidates: &[Candidate]) -> Option<&Candidate> {
    candidates.iter().min_by_key(|candidate| {
        let Candidate { path, marks } = candidate;
        let depth = candidate.depth();
        (!marks.is_collection(), depth != 0, !candidate.is_named_backup(), depth, Reverse(marks.count()), path.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(names: &[&str]) -> Marks {
        let mut marks = Marks::default();
        for name in names {
            marks.add(Marks::of(name.trim_end_matches('/'), name.ends_with('/')));
        }
        marks
    }

    #[track_caller]
    fn check(candidates: &[(&str, &[&str])], expected: Option<&str>) {
        let candidates: Vec<_> = candidates.iter().map(|(path, names)| Candidate { path: (*path).to_string(), marks: marks(names) }).collect();
        assert_eq!(choose(&candidates).map(|chosen| chosen.path.as_str()), expected);
    }

    #[test]
    fn names_count_in_any_case_and_as_short_names() {
        assert_eq!(marks(&["IMCSVC.REG", "imcpro.reg", "IMCOBJ~1.CSV", "Imcfls", "MTSOUT/", "mtsin/"]).count(), 6);
        assert_eq!(marks(&["Imcfls.txt"]).count(), 1);
        assert_eq!(marks(&["Imcsvc.re_"]).count(), 1);
        assert_eq!(marks(&["Imcsvc.reg/", "Mtsout", "Imcobj.err", "Imcfls.txt.bak", "Bad/", "imcsvc~x.reg"]).count(), 0);
    }

    #[test]
    fn a_collection_has_a_list_or_a_service_dump_with_a_queue() {
        assert!(marks(&["Imcfls"]).is_collection());
        assert!(marks(&["Imcsvc.reg", "Mtsin/"]).is_collection());
        assert!(!marks(&["Imcsvc.reg", "Imcpro.reg"]).is_collection());
        assert!(!marks(&["Mtsout/", "Mtsin/"]).is_collection());
    }

    #[test]
    fn the_choice_is_the_whole_the_given_the_named_the_nearest() {
        check(&[], None);
        check(&[("", &["Imcfls"]), ("Backup", &["Imcfls", "Mtsin/"])], Some(""));
        check(&[("", &["Imcsvc.reg"]), ("Backup", &["Imcfls"])], Some("Backup"));
        check(&[("", &["Imcsvc.reg"]), ("Backup", &["Mtsin/"])], Some(""));
        check(&[("A/Backup", &["Imcfls"]), ("B", &["Imcfls", "Mtsin/"])], Some("A/Backup"));
        check(&[("B/Backup", &["Imcfls"]), ("A/Backup", &["Imcfls"])], Some("A/Backup"));
        check(&[("X/Y", &["Imcfls"]), ("Z", &["Imcfls"])], Some("Z"));
    }
}
