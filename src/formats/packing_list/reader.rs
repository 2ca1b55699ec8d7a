//! From lines to references. A reference is proven by what exists or by a known name; a doubtful one counts only beside proven ones
//! of the same kind of line. Everything else on a line is kept as metadata of its file.

use std::sync::Arc;

use super::{
    Metadata, PackingEntry, PackingList, StatedSize, Surroundings, WrittenAs, dialect,
    findings::{Findings, Slot},
    judge::{Context, Proof, Reference, judge, judge_section},
    overview,
    queue_section::{self, Plan},
    tokens,
};
use crate::{
    base::{AnomalyList, Decoded, Limits},
    formats::ini::{Agreement, IniFile, IniItem, IniKind, LinePlaces, Place, second_opinion},
};

/// A packing list that is read once it is known what lies around it, and what another ini reader makes of it. That reader takes many
/// times the memory of the text, so it is asked while there is nothing else.
#[derive(Debug, Clone)]
pub struct ListText {
    bytes: Box<[u8]>,
    second_opinion: Agreement,
}

impl ListText {
    /// Asks the other reader and keeps the bytes.
    #[must_use]
    pub fn of(bytes: &[u8], limits: &Limits) -> Self {
        Self { bytes: bytes.into(), second_opinion: second_opinion(&IniFile::parse(bytes, limits).value) }
    }

    /// Reads the list in any dialect.
    #[must_use]
    pub fn read(&self, around: &dyn Surroundings, limits: &Limits) -> Decoded<PackingList> {
        read((&self.bytes, &self.second_opinion), around, limits)
    }
}

/// Reads a packing list in any dialect.
#[must_use]
pub fn parse(bytes: &[u8], around: &dyn Surroundings, limits: &Limits) -> Decoded<PackingList> {
    ListText::of(bytes, limits).read(around, limits)
}

fn read((bytes, second_opinion): (&[u8], &Agreement), around: &dyn Surroundings, limits: &Limits) -> Decoded<PackingList> {
    let read = IniFile::parse(bytes, limits);
    let file = read.value;
    let mut anomalies = AnomalyList::new(limits);
    anomalies.extend(read.anomalies);
    let statistics = overview::statistics(&file.text);
    let is_migration_wizards = overview::begins_with_code_page(&file);
    let mut findings = Findings::new(limits.entries);
    if statistics.is_text() && !is_migration_wizards {
        let mut reader = Reader { file: &file, around, findings: &mut findings };
        let sections = file.items.chunk_by(|_, next| next.kind != IniKind::Section);
        sections.enumerate().for_each(|(index, items)| reader.section(index, items));
    }
    let (lines, signs) = overview::count_lines(&file);
    let found = findings.settle();
    let list = PackingList {
        dialect: dialect::of(&found.entries, signs, around),
        entries: found.entries,
        version: found.version,
        stated_counts: found.stated_counts,
        delete_marks: found.delete_marks,
        absolute_prefixes: found.absolute_prefixes,
        lines,
        statistics,
        is_migration_wizards,
        second_opinion: second_opinion.clone(),
    };
    if found.is_full {
        anomalies.add(0, "too-many-entries", || format!("only the first {} entries are read", limits.entries));
    }
    overview::report(&list, &file, &mut anomalies);
    Decoded { value: list, anomalies: anomalies.finish() }
}

struct Reader<'a, 'b> {
    file: &'a IniFile,
    around: &'a dyn Surroundings,
    findings: &'b mut Findings,
}

/// Where the reader stands.
struct Scope<'a> {
    section_index: usize,
    section: Option<Arc<str>>,
    /// The queue folder that the section speaks of.
    folder: Option<&'a str>,
    plan: Plan,
    /// The entry whose own section this is.
    own_entry: Option<usize>,
    key: Option<Arc<str>>,
    /// The queue folder that the key speaks of.
    key_folder: Option<&'a str>,
}

/// A piece of a line that may be a reference.
struct Piece<'a> {
    text: &'a str,
    is_quoted: bool,
    part: WrittenAs,
    place: Place,
}

impl<'a> Reader<'a, '_> {
    fn section(&mut self, section_index: usize, items: &'a [IniItem]) {
        let header = items.first().filter(|item| item.kind == IniKind::Section);
        let name = header.map(|item| self.file.name(item));
        let mut scope =
            Scope { section_index, section: name.map(Arc::from), folder: None, plan: Plan::default(), own_entry: None, key: None, key_folder: None };
        if let (Some(item), Some(name)) = (header, name) {
            scope.own_entry = self.own_section(&scope, item, name);
            scope.folder = self.around.queue_folder(name).filter(|_| scope.own_entry.is_none());
        }
        if let Some(folder) = scope.folder {
            scope.plan = queue_section::plan(self.file, items, folder, self.around);
        }
        for item in items {
            match item.kind {
                IniKind::Section | IniKind::Comment => {}
                IniKind::Pair => self.pair(&mut scope, item),
                IniKind::Bare => {
                    let bare = Scope { key: None, key_folder: None, section: scope.section.clone(), ..scope };
                    self.fields(&bare, item, WrittenAs::BareLine);
                }
                IniKind::Continuation => {
                    self.fields(&scope, item, WrittenAs::Continuation);
                }
            }
        }
    }

    /// Reads a section name that is a file itself.
    fn own_section(&mut self, scope: &Scope<'a>, item: &IniItem, name: &'a str) -> Option<usize> {
        let text = name.trim_matches(['"', '\'']);
        let reference = judge_section(text, self.around)?;
        let place = self.file.places(item)?.of(text);
        let piece = Piece { text, is_quoted: text.len() < name.len(), part: WrittenAs::Section, place };
        self.push(scope, &piece, reference)
    }

    fn pair(&mut self, scope: &mut Scope<'a>, item: &'a IniItem) {
        let name = self.file.name(item).trim_matches(['"', '\'']);
        let value = self.file.value(item).unwrap_or_default();
        scope.key = Some(Arc::from(name));
        scope.key_folder = self.around.queue_folder(name);
        let has_count = self.findings.note_key(scope.section.as_ref(), (name, value), item.place);
        if let Some(entry) = scope.own_entry {
            return self.describe(entry, item, (name, value));
        }
        let is_name = scope.folder.is_some() && scope.plan.keys_are_names;
        if tokens::is_metadata_key(name) || has_count || is_name && self.key(scope, item, name) {
            return;
        }
        if value != "+" && self.fields(scope, item, WrittenAs::Value) == 0 {
            self.key(scope, item, name);
        }
    }

    /// Reads a key as a reference and its value as what is said of the file.
    fn key(&mut self, scope: &Scope<'a>, item: &'a IniItem, name: &'a str) -> bool {
        let context = Context { folder: scope.folder, plan: scope.plan, takes_numbers: true };
        let Some(reference) = judge(name, context, self.around).filter(Reference::is_proven) else { return false };
        let Some(mut places) = self.file.places(item) else { return false };
        let piece = Piece { text: name, is_quoted: false, part: WrittenAs::Key, place: places.of(name) };
        if let Some(entry) = self.push(scope, &piece, reference) {
            self.say_behind_key(entry, item, &mut places);
        }
        true
    }

    /// Keeps the fields behind a file name that is a key: class, size, time, or a size alone.
    fn say_behind_key(&mut self, entry: usize, item: &IniItem, places: &mut LinePlaces<'_>) {
        let value = self.file.value(item).unwrap_or_default();
        let alone = tokens::decimal(value).is_some();
        for (index, token) in tokens::fields(value).enumerate() {
            if let Some(bytes) = tokens::decimal(token.text).filter(|_| alone || index == 1) {
                self.findings.say_size(entry, StatedSize { bytes, is_named: false, place: places.of(token.text) });
            } else if !token.text.is_empty() {
                self.findings.say(entry, Metadata { key: None, value: token.text.into(), line: item.place.line });
            }
        }
    }

    /// Keeps a key of a file's own section.
    fn describe(&mut self, entry: usize, item: &IniItem, (name, value): (&str, &str)) {
        let size = tokens::decimal(value.trim_matches(['"', '\''])).filter(|_| tokens::is_size_key(name));
        if let (Some(bytes), Some(mut places)) = (size, self.file.places(item)) {
            self.findings.say_size(entry, StatedSize { bytes, is_named: true, place: places.of(value) });
        }
        self.findings.say(entry, Metadata { key: Some(name.into()), value: value.into(), line: item.place.line });
    }

    /// Reads the fields of a value or line and returns how many proven references it has.
    fn fields(&mut self, scope: &Scope<'a>, item: &'a IniItem, part: WrittenAs) -> usize {
        let text = if part == WrittenAs::Value { self.file.value(item).unwrap_or_default() } else { self.file.name(item) };
        let Some(mut places) = self.file.places(item) else { return 0 };
        let folder = scope.folder.or(scope.key_folder);
        let context = Context { folder, plan: scope.plan, takes_numbers: false };
        // A name that exists as it stands may hold the very characters that separate fields.
        let exact = judge(text, context, self.around).filter(|reference| reference.proof == Proof::Exists && text.contains([',', ';', '|', '\t']));
        if let Some(reference) = exact {
            let piece = Piece { text, is_quoted: false, part, place: places.of(text) };
            return usize::from(self.push(scope, &piece, reference).is_some());
        }
        let is_several = text.contains([',', ';', '|', '\t']);
        let (mut proven, mut last) = (0, None);
        for token in tokens::fields(text) {
            let takes_numbers = token.is_quoted || if scope.folder.is_some() { last.is_none() } else { is_several || token.text.starts_with('0') };
            let judged = judge(token.text, Context { takes_numbers, ..context }, self.around);
            // Within a file's own section the mere look of a name is no proof.
            let Some(reference) = judged.filter(|reference| scope.own_entry.is_none() || reference.is_proven()) else {
                self.say_behind_name(last, token.text, &mut places);
                continue;
            };
            proven += usize::from(reference.is_proven());
            let piece = Piece { text: token.text, is_quoted: token.is_quoted, part, place: places.of(token.text) };
            last = self.push(scope, &piece, reference).or(last);
        }
        proven
    }

    fn say_behind_name(&mut self, entry: Option<usize>, text: &str, places: &mut LinePlaces<'_>) {
        let Some(entry) = entry.filter(|_| !text.is_empty()) else { return };
        let place = places.of(text);
        match tokens::decimal(text) {
            Some(bytes) => self.findings.say_size(entry, StatedSize { bytes, is_named: false, place }),
            None => self.findings.say(entry, Metadata { key: None, value: text.into(), line: place.line }),
        }
    }

    fn push(&mut self, scope: &Scope<'a>, piece: &Piece<'_>, reference: Reference<'_>) -> Option<usize> {
        let is_proven = reference.is_proven();
        let entry = PackingEntry {
            written: piece.text.into(),
            path: reference.path.into(),
            is_folder: reference.is_folder,
            escapes: reference.escapes,
            is_absolute: reference.is_absolute,
            written_as: piece.part,
            is_quoted: piece.is_quoted,
            section: scope.section.clone(),
            key: scope.key.clone().filter(|_| piece.part != WrittenAs::Section),
            size: None,
            metadata: Vec::new(),
            place: piece.place,
        };
        let slot = Slot::new(scope.section_index, piece.part, scope.key.as_deref());
        self.findings.push(entry, slot, is_proven, reference.prefix)
    }
}
