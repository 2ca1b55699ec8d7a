//! What reading collects, and how doubtful references are settled once every proven one is known.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{AbsolutePrefix, DeleteMark, Metadata, PackingEntry, StatedCount, StatedSize, WrittenAs, tokens};
use crate::formats::ini::{Located, Place};

/// The kind of line that a reference stands in: its section, its part, and its key without number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    section: usize,
    part: WrittenAs,
    stem: String,
}

impl Slot {
    pub(super) fn new(section: usize, part: WrittenAs, key: Option<&str>) -> Self {
        let has_stem = matches!(part, WrittenAs::Value | WrittenAs::Continuation);
        Self { section, part, stem: key.filter(|_| has_stem).map(tokens::stem).unwrap_or_default() }
    }
}

/// Everything found so far.
#[derive(Debug)]
pub(super) struct Findings {
    entries: Vec<PackingEntry>,
    /// Entries that are doubtful, by index in ascending order, and what they stand in.
    doubts: Vec<(usize, Slot)>,
    limit: usize,
    proven: HashSet<Slot>,
    prefix_of: HashMap<String, usize>,
    settled: Settled,
}

/// Everything found, doubtful references decided.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) entries: Vec<PackingEntry>,
    pub(super) version: Option<Located>,
    pub(super) stated_counts: Vec<StatedCount>,
    pub(super) delete_marks: Vec<DeleteMark>,
    pub(super) absolute_prefixes: Vec<AbsolutePrefix>,
    pub(super) is_full: bool,
}

impl Findings {
    pub(super) fn new(limit: usize) -> Self {
        Self { entries: Vec::new(), doubts: Vec::new(), limit, proven: HashSet::new(), prefix_of: HashMap::new(), settled: Settled::default() }
    }

    /// Adds a reference and returns its index; none when the list is full.
    pub(super) fn push(&mut self, entry: PackingEntry, slot: Slot, is_proven: bool, prefix: Option<&str>) -> Option<usize> {
        if self.entries.len() >= self.limit {
            self.settled.is_full = true;
            return None;
        }
        if let Some(prefix) = prefix {
            self.note_prefix(prefix, entry.place);
        }
        let index = self.entries.len();
        if is_proven {
            self.proven.insert(slot);
        } else {
            self.doubts.push((index, slot));
        }
        self.entries.push(entry);
        Some(index)
    }

    pub(super) fn say(&mut self, entry: usize, metadata: Metadata) {
        if let Some(entry) = self.entries.get_mut(entry) {
            entry.metadata.push(metadata);
        }
    }

    /// Keeps the first size that is said of an entry.
    pub(super) fn say_size(&mut self, entry: usize, size: StatedSize) {
        if let Some(entry) = self.entries.get_mut(entry) {
            entry.size.get_or_insert(size);
        }
    }

    /// Keeps version, counts and delete marks; returns whether the key states a number of files.
    pub(super) fn note_key(&mut self, section: Option<&Arc<str>>, (key, value): (&str, &str), place: Place) -> bool {
        let plain = value.trim_matches(['"', '\'']);
        if key.eq_ignore_ascii_case("version") && self.settled.version.is_none() {
            self.settled.version = Some(Located { value: plain.to_owned(), place });
        }
        if says_deleted(section.map(AsRef::as_ref), key, plain) {
            self.settled.delete_marks.push(DeleteMark { section: section.cloned(), key: key.into(), value: plain.into(), place });
        }
        let number = tokens::decimal(plain).filter(|_| tokens::is_count_key(key));
        if let Some(value) = number {
            let (entries_in_section, entries_in_list) = (0, 0);
            let count = StatedCount { section: section.cloned(), key: key.into(), value, entries_in_section, entries_in_list, place };
            self.settled.stated_counts.push(count);
        }
        number.is_some()
    }

    fn note_prefix(&mut self, prefix: &str, place: Place) {
        let prefixes = &mut self.settled.absolute_prefixes;
        let index = *self.prefix_of.entry(prefix.to_lowercase()).or_insert(prefixes.len());
        match prefixes.get_mut(index) {
            Some(known) => known.entries += 1,
            None => prefixes.push(AbsolutePrefix { text: prefix.into(), entries: 1, place }),
        }
    }

    /// Drops doubtful references that no proven one stands beside, and counts per section.
    pub(super) fn settle(self) -> Settled {
        let Self { entries, doubts, proven, mut settled, .. } = self;
        settled.entries = entries;
        let mut refuted = doubts.iter().filter(|(_, slot)| !proven.contains(slot)).map(|(index, _)| *index).peekable();
        let mut index = 0;
        settled.entries.retain(|_| {
            let is_refuted = refuted.next_if_eq(&index).is_some();
            index += 1;
            !is_refuted
        });
        settled.entries.shrink_to_fit();
        let mut per_section: HashMap<String, u64> = HashMap::new();
        let fold = |name: Option<&Arc<str>>| name.map(|name| name.to_lowercase()).unwrap_or_default();
        if !settled.stated_counts.is_empty() {
            settled.entries.iter().for_each(|entry| *per_section.entry(fold(entry.section.as_ref())).or_default() += 1);
        }
        let in_list = settled.entries.len() as u64;
        for count in &mut settled.stated_counts {
            count.entries_in_section = per_section.get(&fold(count.section.as_ref())).copied().unwrap_or(0);
            count.entries_in_list = in_list;
        }
        settled
    }
}

fn says_deleted(section: Option<&str>, key: &str, value: &str) -> bool {
    let speaks = |name: &str| name.len() <= 64 && name.to_ascii_lowercase().contains("delet");
    let is_yes = ["1", "yes", "true", "y"].iter().any(|word| value.eq_ignore_ascii_case(word));
    let is_some = tokens::decimal(value).is_some_and(|number| number > 0);
    speaks(key) && (is_yes || is_some) || section.is_some_and(speaks) && (is_yes || is_some && tokens::is_count_key(key))
}
