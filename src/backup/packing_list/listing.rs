//! What is on the disk below the Backup folder, found again under the names that lists use.

use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::{backup::QueueKind, formats::packing_list::Surroundings};

/// A file or folder below the Backup folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskItem<'a> {
    /// Path relative to the Backup folder with `/`.
    pub path: Cow<'a, str>,
    /// Number of bytes; 0 for a folder.
    pub size: u64,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// How a listed path was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoundBy {
    /// Spelled the same.
    Spelling,
    /// In other letter case.
    LetterCase,
    /// In a folder that holds the same queue under another name.
    QueueFolder,
    /// Under its 8.3 name, or listed by it.
    ShortName,
}

/// Everything below the Backup folder, indexed.
#[derive(Debug, Clone, Default)]
pub struct Listing<'a> {
    /// The items as given.
    pub items: &'a [DiskItem<'a>],
    by_path: HashMap<&'a str, usize>,
    by_fold: FirstByKey,
    by_queue: FirstByKey,
    by_short_name: AllByKey,
    by_long_name: AllByKey,
    queue_folders: HashMap<QueueKind, &'a str>,
}

/// The first item of each key, found by the hash of the key: with very many files the keys themselves would take much memory.
#[derive(Debug, Clone, Default)]
struct FirstByKey {
    hashing: RandomState,
    by_hash: HashMap<u64, usize>,
    /// Items whose key has the hash of another one; hardly ever any.
    clashes: Vec<usize>,
}

impl FirstByKey {
    /// Adds an item unless its key is there; `key_of` tells the key of an item that was added.
    fn add(&mut self, key: &str, index: usize, key_of: impl Fn(usize) -> Option<String>) {
        let first = *self.by_hash.entry(self.hashing.hash_one(key)).or_insert(index);
        if first != index && key_of(first).as_deref() != Some(key) {
            self.clashes.push(index);
        }
    }

    fn find(&self, key: &str, key_of: impl Fn(usize) -> Option<String>) -> Option<usize> {
        let has_key = |index: &usize| key_of(*index).as_deref() == Some(key);
        let by_hash = self.by_hash.get(&self.hashing.hash_one(key)).copied()?;
        Some(by_hash).filter(has_key).or_else(|| self.clashes.iter().copied().find(has_key))
    }
}

/// The hash of a key, and the index of an item that has the key.
pub(super) type KeyedItem = (u64, usize);

/// All items of each key, likewise by the hash of the key. Two keys with one hash would be taken for one; for that the hash is too long.
#[derive(Debug, Clone, Default)]
struct AllByKey {
    hashing: RandomState,
    items: Vec<KeyedItem>,
}

impl AllByKey {
    fn add(&mut self, key: &str, index: usize) {
        self.items.push((self.hashing.hash_one(key), index));
    }

    fn sort(&mut self) {
        self.items.sort_unstable();
    }

    fn all(&self, key: &str) -> &[KeyedItem] {
        let hash = self.hashing.hash_one(key);
        let (start, end) = (self.items.partition_point(|&(one, _)| one < hash), self.items.partition_point(|&(one, _)| one <= hash));
        self.items.get(start..end).unwrap_or_default()
    }
}

impl<'a> Listing<'a> {
    /// Indexes the items.
    #[must_use]
    pub fn new(items: &'a [DiskItem<'a>]) -> Self {
        let mut listing = Self { items, ..Self::default() };
        for (index, item) in items.iter().enumerate() {
            listing.by_path.insert(&item.path, index);
            listing.by_fold.add(&fold(&item.path), index, |index| Some(fold(&items.get(index)?.path)));
            let canonical = canonical(&item.path);
            let names = if is_short_name(&canonical) { &mut listing.by_short_name } else { &mut listing.by_long_name };
            for key in short_keys(&canonical) {
                names.add(&key, index);
            }
            listing.by_queue.add(&canonical, index, |index| Some(self::canonical(&items.get(index)?.path)));
            let top = item.path.split('/').next().unwrap_or_default();
            if (item.is_folder || top.len() < item.path.len())
                && let Some(kind) = QueueKind::of_folder(top)
            {
                let folder = listing.queue_folders.entry(kind).or_insert(top);
                // Of several folders the one with IMCSAVE's own name is the queue's.
                if top.eq_ignore_ascii_case(kind.folder()) {
                    *folder = top;
                }
            }
        }
        listing.by_short_name.sort();
        listing.by_long_name.sort();
        listing
    }

    /// Returns the index of the item that a listed path means, and how it was found.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<(usize, FoundBy)> {
        if let Some(&index) = self.by_path.get(path) {
            return Some((index, FoundBy::Spelling));
        }
        if let Some(index) = self.by_fold.find(&fold(path), |index| Some(fold(&self.items.get(index)?.path))) {
            return Some((index, FoundBy::LetterCase));
        }
        let canonical = canonical(path);
        if let Some(index) = self.by_queue.find(&canonical, |index| Some(self::canonical(&self.items.get(index)?.path))) {
            return Some((index, FoundBy::QueueFolder));
        }
        self.by_short_names(&canonical).first().and_then(|(_, items)| items.first()).map(|&(_, index)| (index, FoundBy::ShortName))
    }

    /// Returns the items whose 8.3 name may be the path's, or whose name may be that of the 8.3 path; by the keys under which they meet.
    pub(super) fn by_short_names(&self, path: &str) -> Vec<(String, &[KeyedItem])> {
        let path = canonical(path);
        let names = if is_short_name(&path) { &self.by_long_name } else { &self.by_short_name };
        let has_key = |item: usize, key: &String| self.items.get(item).is_some_and(|item| short_keys(&canonical(&item.path)).contains(key));
        let found = short_keys(&path).into_iter().map(|key| (names.all(&key), key));
        found.filter(|(items, key)| items.first().is_some_and(|&(_, item)| has_key(item, key))).map(|(items, key)| (key, items)).collect()
    }
}

impl Surroundings for Listing<'_> {
    fn look_up(&self, path: &str) -> Option<bool> {
        let (index, _) = self.find(path)?;
        self.items.get(index).map(|item| item.is_folder)
    }

    fn queue_folder(&self, name: &str) -> Option<&str> {
        let kind = QueueKind::of_item(name).or_else(|| {
            QueueKind::of_folder(name).filter(|kind| self.queue_folders.get(kind).is_some_and(|folder| folder.eq_ignore_ascii_case(name)))
        })?;
        Some(self.queue_folders.get(&kind).copied().unwrap_or(kind.folder()))
    }
}

pub(super) fn fold(path: &str) -> String {
    path.trim_end_matches('/').to_lowercase()
}

/// Returns the folded path with the queue's usual folder name in front.
pub(super) fn canonical(path: &str) -> String {
    let folded = fold(path);
    let queue = folded.split_once('/').and_then(|(top, rest)| Some(format!("{}/{rest}", QueueKind::of_folder(top)?.folder().to_lowercase())));
    queue.unwrap_or(folded)
}

/// Returns the keys under which an 8.3 name and its long name meet: the folder, five or six characters of the name, three of the extension.
fn short_keys(canonical: &str) -> Vec<String> {
    let (folder, name) = canonical.rsplit_once('/').unwrap_or(("", canonical));
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let extension: String = extension.chars().take(3).collect();
    if let Some((begin, _)) = name.split_once('~').filter(|_| is_short_name(name)) {
        return vec![format!("{folder}/{begin}.{extension}")];
    }
    let cleaned: String = stem.chars().filter(|c| !matches!(c, ' ' | '.')).take(9).collect();
    let is_long = stem.chars().count() > 8 || stem.contains([' ', '.']) || name.rsplit_once('.').is_some_and(|(_, long)| long.chars().count() > 3);
    let begin = |length| format!("{folder}/{}.{extension}", cleaned.chars().take(length).collect::<String>());
    if is_long { vec![begin(6), begin(5)] } else { Vec::new() }
}

fn is_short_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split_once('~').is_some_and(|(begin, rest)| (1..=6).contains(&begin.chars().count()) && rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(on_disk: &[&str], listed: &str, expected: Option<(usize, FoundBy)>) {
        let items: Vec<_> = on_disk.iter().map(|path| DiskItem { path: (*path).into(), size: 1, is_folder: false }).collect();
        assert_eq!(Listing::new(&items).find(listed), expected, "{listed}");
    }

    #[test]
    fn names_are_found_under_their_other_forms() {
        check(&["MTSOUT/1", "Mtsout/1"], "Mtsout/1", Some((1, FoundBy::Spelling)));
        check(&["MTSOUT/A.TNF"], "Mtsout/a.tnf", Some((0, FoundBy::LetterCase)));
        check(&["CONTEN~1/0001"], "ContentConversionFailed/0001", Some((0, FoundBy::QueueFolder)));
        check(&["ContentConversionFailed/0001"], "CCF/0001", Some((0, FoundBy::QueueFolder)));
        check(&["Mtsout/MESSAG~1.TNF"], "Mtsout/Message 0001.tnf", Some((0, FoundBy::ShortName)));
        check(&["Mtsout/Message0001.tnf"], "Mtsout/MESSA~12.TNF", Some((0, FoundBy::ShortName)));
        check(&["Mtsout/Message0001.tnf"], "Mtsout/Message0002.tnf", None);
        check(&["Mtsout/0001"], "Mtsin/0001", None);
    }

    #[test]
    fn a_queue_has_the_folder_that_is_there() {
        let items = [DiskItem { path: "CONTEN~1".into(), size: 0, is_folder: true }, DiskItem { path: "MTSOUT/1".into(), size: 0, is_folder: false }];
        let listing = Listing::new(&items);
        assert_eq!(listing.queue_folder("MTSOut"), Some("MTSOUT"));
        assert_eq!(listing.queue_folder("Con"), Some("CONTEN~1"));
        assert_eq!(listing.queue_folder("Work"), Some("Work"));
        assert_eq!(listing.queue_folder("Config"), None);
    }
}
