//! The comparison of list and disk.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::listing::{FoundBy, Listing, canonical, fold};
use crate::formats::{
    ini::Place,
    packing_list::{PackingEntry, PackingList, StatedSize},
};

/// A packing list compared with the disk; every index of an entry is one into [`PackingList::entries`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reconciliation {
    /// By item of the disk listing: an entry names it.
    pub listed: Vec<bool>,
    /// Listed and gone, each path once.
    pub missing: Vec<MissingFile>,
    /// There and not listed, in the order of the disk listing.
    pub unlisted: Vec<UnlistedFile>,
    /// Of another size than listed.
    pub size_mismatch: Vec<SizeMismatch>,
    /// Listed twice and more often.
    pub duplicates: Vec<Duplicate>,
    /// Found in other letter case only.
    pub case_differs: Vec<CaseDifference>,
    /// Whether sizes in the list were taken as such.
    pub sizes_are_known: bool,
}

/// What became of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryMatch {
    /// Whether it is there.
    pub outcome: Outcome,
}

impl EntryMatch {
    /// Returns the path on the disk, or the listed one when nothing is there.
    #[must_use]
    pub fn path<'a>(&self, entry: &'a PackingEntry, listing: &Listing<'a>) -> &'a str {
        let found = if let Outcome::Present { item, .. } = self.outcome { listing.items.get(item) } else { None };
        found.map_or(&entry.path, |item| &item.path)
    }
}

/// Whether an entry's file is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is the disk item of this index.
    Present {
        /// Index into the items of the listing.
        item: usize,
        /// How it was found.
        found_by: FoundBy,
    },
    /// Nothing is there.
    Missing,
    /// The path leads out of the Backup and was not looked up.
    Outside,
}

/// A file that is listed and gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingFile {
    /// The listed path.
    pub path: String,
    /// Index of the first entry.
    pub entry: usize,
    /// Where the list names it.
    pub place: Place,
}

/// A file that is there and not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlistedFile {
    /// Its path.
    pub path: String,
    /// Number of bytes.
    pub size: u64,
    /// Index into the items of the listing.
    pub item: usize,
}

/// A file of another size than listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizeMismatch {
    /// Its path on the disk.
    pub path: String,
    /// Index of the entry.
    pub entry: usize,
    /// The size that the list gives.
    pub listed: StatedSize,
    /// The size on the disk.
    pub actual: u64,
}

/// A file that is listed more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Its path.
    pub path: String,
    /// Indexes of all entries, two at least.
    pub entries: Vec<usize>,
}

/// A file whose name is spelled in other letter case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDifference {
    /// Its path on the disk.
    pub path: String,
    /// Index of the entry.
    pub entry: usize,
    /// Where the list names it.
    pub place: Place,
}

/// Compares a list with the disk; none when the list was not understood, because nothing can be said then.
///
/// Files that are excused (paths as in the listing) and the packing list itself are not unlisted.
#[must_use]
pub fn reconcile(list: &PackingList, listing: &Listing<'_>, excused: &[String]) -> Option<Reconciliation> {
    if !list.is_understood() {
        return None;
    }
    let entries = match_entries(&list.entries, listing);
    let mut result = Reconciliation { sizes_are_known: sizes_are_known(list, &entries, listing), ..Reconciliation::default() };
    for (index, (entry, found)) in list.entries.iter().zip(&entries).enumerate() {
        let Outcome::Present { item, found_by } = found.outcome else { continue };
        if found_by == FoundBy::LetterCase {
            result.case_differs.push(CaseDifference { path: found.path(entry, listing).to_owned(), entry: index, place: entry.place });
        }
        let size = entry.size.filter(|size| size.is_named || result.sizes_are_known);
        let file = listing.items.get(item).filter(|file| !file.is_folder);
        if let (Some(listed), Some(file)) = (size, file)
            && listed.bytes != file.size
        {
            result.size_mismatch.push(SizeMismatch { path: file.path.to_string(), entry: index, listed, actual: file.size });
        }
    }
    (result.missing, result.duplicates) = group(&list.entries, &entries, listing);
    result.listed = vec![false; listing.items.len()];
    for found in &entries {
        if let Outcome::Present { item, .. } = found.outcome
            && let Some(is_listed) = result.listed.get_mut(item)
        {
            *is_listed = true;
        }
    }
    result.unlisted = unlisted(&result.listed, listing, excused);
    Some(result)
}

fn match_entries(entries: &[PackingEntry], listing: &Listing<'_>) -> Vec<EntryMatch> {
    let mut short_names = ShortNames::default();
    let mut matched = Vec::with_capacity(entries.len());
    for entry in entries {
        let found = if entry.escapes.is_some() { None } else { listing.find(&entry.path) };
        // Several long names may share the begin of an 8.3 name; each takes a file of its own.
        let found = found.and_then(|(item, found_by)| match found_by {
            FoundBy::ShortName => short_names.take(&entry.path, listing).map(|item| (item, found_by)),
            _ => Some((item, found_by)),
        });
        let outcome = match found {
            Some((item, found_by)) => Outcome::Present { item, found_by },
            None if entry.escapes.is_some() => Outcome::Outside,
            None => Outcome::Missing,
        };
        matched.push(EntryMatch { outcome });
    }
    matched
}

/// Which item each path was given that is known by its 8.3 name only.
#[derive(Default)]
struct ShortNames {
    given: HashMap<String, Option<usize>>,
    taken: HashSet<usize>,
    /// How many items of a key are known to be taken, so that many alike names take linear time.
    passed: HashMap<String, usize>,
}

impl ShortNames {
    /// Returns the item of a path: the same one again, or the first that no other path was given.
    fn take(&mut self, path: &str, listing: &Listing<'_>) -> Option<usize> {
        let canonical = canonical(path);
        if let Some(&given) = self.given.get(&canonical) {
            return given;
        }
        let free = listing.by_short_names(path).into_iter().find_map(|(key, items)| {
            let passed = self.passed.entry(key).or_default();
            let left = items.iter().skip(*passed).map(|&(_, item)| item);
            left.inspect(|_| *passed += 1).find(|&item| self.taken.insert(item))
        });
        self.given.insert(canonical, free);
        free
    }
}

/// A number behind a name is a size only when nearly every entry has one and one of them is right at least.
fn sizes_are_known(list: &PackingList, matches: &[EntryMatch], listing: &Listing<'_>) -> bool {
    let with_size = list.entries.iter().filter(|entry| entry.size.is_some()).count();
    let is_right = |(entry, found): (&PackingEntry, &EntryMatch)| match found.outcome {
        Outcome::Present { item, .. } => listing.items.get(item).is_some_and(|file| entry.size.is_some_and(|size| size.bytes == file.size)),
        _ => false,
    };
    with_size * 10 > list.entries.len() * 9 && list.entries.iter().zip(matches).any(is_right)
}

/// Returns missing files and duplicates, each path once, in the order of the list.
fn group(entries: &[PackingEntry], matches: &[EntryMatch], listing: &Listing<'_>) -> (Vec<MissingFile>, Vec<Duplicate>) {
    /// What entries of the same file have in common.
    #[derive(PartialEq, Eq, Hash)]
    enum Target {
        Item(usize),
        Path(String),
    }
    let mut missing = Vec::new();
    let mut firsts: HashMap<Target, usize> = HashMap::with_capacity(entries.len());
    // Few files are listed twice, so only those have a list of their entries.
    let mut several: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, (entry, found)) in entries.iter().zip(matches).enumerate() {
        let target = match found.outcome {
            Outcome::Present { item, .. } => Target::Item(item),
            Outcome::Missing | Outcome::Outside => Target::Path(canonical(&entry.path)),
        };
        let first = *firsts.entry(target).or_insert(index);
        if first != index {
            several.entry(first).or_insert_with(|| vec![first]).push(index);
        } else if found.outcome == Outcome::Missing {
            missing.push(MissingFile { path: entry.path.to_string(), entry: index, place: entry.place });
        }
    }
    let path = |index: usize| Some(matches.get(index)?.path(entries.get(index)?, listing).to_owned());
    let duplicates = several.into_iter().filter_map(|(first, entries)| Some(Duplicate { path: path(first)?, entries })).collect();
    (missing, duplicates)
}

fn unlisted(listed: &[bool], listing: &Listing<'_>, excused: &[String]) -> Vec<UnlistedFile> {
    let excused: HashSet<String> = excused.iter().map(|path| fold(path)).collect();
    let files = listing.items.iter().enumerate().filter(|(_, item)| !item.is_folder);
    let extra =
        files.filter(|(index, item)| listed.get(*index) != Some(&true) && !is_packing_list(&item.path) && !excused.contains(&fold(&item.path)));
    extra.map(|(index, item)| UnlistedFile { path: item.path.to_string(), size: item.size, item: index }).collect()
}

/// Returns whether a path is the packing list of this folder: `Imcfls`, or that name with one extension.
fn is_packing_list(path: &str) -> bool {
    let (stem, extension) = path.split_once('.').unwrap_or((path, ""));
    stem.eq_ignore_ascii_case("imcfls") && !extension.contains(['.', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{backup::DiskItem, base::Limits, formats::packing_list};

    fn disk<'a>(files: &[(&'a str, u64)]) -> Vec<DiskItem<'a>> {
        files.iter().map(|&(path, size)| DiskItem { path: path.into(), size, is_folder: path.ends_with('/') }).collect()
    }

    #[track_caller]
    fn check(list: &str, files: &[(&str, u64)], expected: &str) {
        let items = disk(files);
        let listing = Listing::new(&items);
        let list = packing_list::parse(list.as_bytes(), &listing, &Limits::default()).value;
        let excused = ["IMCROU.TXT".to_owned()];
        let text = reconcile(&list, &listing, &excused).map_or("not understood".to_owned(), |found| {
            let names = |paths: Vec<&String>| paths.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            format!(
                "{} missing[{}] unlisted[{}] size[{}] twice[{}] case[{}]",
                list.entries.len(),
                names(found.missing.iter().map(|file| &file.path).collect()),
                names(found.unlisted.iter().map(|file| &file.path).collect()),
                names(found.size_mismatch.iter().map(|file| &file.path).collect()),
                names(found.duplicates.iter().map(|file| &file.path).collect()),
                names(found.case_differs.iter().map(|file| &file.path).collect()),
            )
        });
        assert_eq!(text, expected);
    }

    #[test]
    fn everything_that_differs_is_said() {
        check(
            "[MTSOut]\n1.tnf=IPM.Note,10,\n2.tnf=IPM.Note,20,\n3.tnf=IPM.Note,30,\n2.TNF=IPM.Note,20,\n",
            &[("Mtsout/1.tnf", 10), ("Mtsout/2.tnf", 21), ("Mtsout/4.tnf", 1), ("Imcfls", 9), ("imcrou.txt", 3)],
            "4 missing[Mtsout/3.tnf] unlisted[Mtsout/4.tnf] size[Mtsout/2.tnf Mtsout/2.tnf] twice[Mtsout/2.tnf] case[Mtsout/2.tnf]",
        );
    }

    #[test]
    fn numbers_that_never_fit_are_no_sizes() {
        check("[MTSOut]\n1.tnf=IPM.Note,11,\n", &[("Mtsout/1.tnf", 10)], "1 missing[] unlisted[] size[] twice[] case[]");
        check("[Mtsout\\1.tnf]\nSize=11\n", &[("Mtsout/1.tnf", 10)], "1 missing[] unlisted[] size[Mtsout/1.tnf] twice[] case[]");
    }

    #[test]
    fn a_lost_folder_is_missing_file_by_file() {
        check("[Bad]\n0=00000000\n1=00000001\n", &[("Imcfls", 1)], "2 missing[Bad/00000000 Bad/00000001] unlisted[] size[] twice[] case[]");
    }

    #[test]
    fn short_names_are_taken_once_each() {
        check(
            "Mtsout\\Message one.tnf\nMtsout\\Message two.tnf\nMtsout\\Message six.tnf\n",
            &[("MTSOUT/MESSAG~1.TNF", 1), ("MTSOUT/MESSAG~2.TNF", 1)],
            "3 missing[Mtsout/Message six.tnf] unlisted[] size[] twice[] case[]",
        );
    }

    #[test]
    fn hundreds_of_short_names_find_a_file_each() {
        let long: Vec<_> = (0..300).map(|number| format!("Mtsout/LongMessageName{number}.tnf")).collect();
        let files: Vec<_> = long.iter().map(|path| (path.as_str(), 1)).collect();
        let list: Vec<_> = [1].into_iter().chain(1..=300).map(|number| format!("Mtsout\\LONGME~{number}.TNF")).collect();
        check(&list.join("\n"), &files, "301 missing[] unlisted[] size[] twice[Mtsout/LongMessageName0.tnf] case[]");
    }

    #[test]
    fn what_leads_out_is_neither_missing_nor_there() {
        check("File1=Imcsvc.reg\nFile2=..\\..\\sam\n", &[("Imcsvc.reg", 1), ("sam", 1)], "2 missing[] unlisted[sam] size[] twice[] case[]");
    }

    #[test]
    fn a_list_that_is_not_understood_says_nothing() {
        check("17.03.99  10:02   1.204 00000001\n", &[("Mtsout/00000001", 1)], "not understood");
    }
}
