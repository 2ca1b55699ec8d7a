//! A dump while its text is read: the lines still to come, the keys so far, repeated keys and values found out on the way.

use std::{
    collections::{HashMap, HashSet},
    iter::Peekable,
    ops::Range,
};

use crate::base::{Limits, Line, TextFile};

use super::{Log, Place, RegistryData, RegistryKey, RegistryValue, canonical_path};

type Lines<'a> = Peekable<Box<dyn Iterator<Item = Line<'a>> + 'a>>;

/// The state that all text shapes share.
pub(super) struct Draft<'a> {
    pub(super) file: &'a TextFile,
    pub(super) limits: &'a Limits,
    pub(super) lines: Lines<'a>,
    pub(super) log: Log,
    pub(super) keys: Vec<RegistryKey>,
    values: usize,
    is_full: bool,
    sets: HashMap<String, usize>,
    names: Vec<HashSet<String>>,
    current: usize,
}

/// Data as a shape's grammar found it, with the range of the text that it takes.
pub(super) struct Written {
    pub(super) data: RegistryData,
    pub(super) range: Range<usize>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(file: &'a TextFile, limits: &'a Limits) -> Self {
        let lines: Box<dyn Iterator<Item = Line<'a>> + 'a> = Box::new(file.lines().take(limits.lines));
        let mut log = Log::new(limits);
        if let Some(line) = file.lines().nth(limits.lines) {
            log.add(line.offset, "too-many-lines", || format!("only the first {} lines are read", limits.lines));
        }
        Self {
            file,
            limits,
            lines: lines.peekable(),
            log,
            keys: Vec::new(),
            values: 0,
            is_full: false,
            sets: HashMap::new(),
            names: Vec::new(),
            current: 0,
        }
    }

    /// Returns the place of a range of the text that begins on a line.
    pub(super) fn place(&self, line: &Line<'_>, range: Range<usize>) -> Place {
        let bytes = self.file.byte_range(range);
        Place { line: Some(line.number), offset: bytes.start, length: bytes.end.saturating_sub(bytes.start) }
    }

    /// Returns the place of a whole line without its end.
    pub(super) fn line_place(&self, line: &Line<'_>) -> Place {
        self.place(line, line.start..line.start + line.text.len())
    }

    /// Marks a line as damaged.
    pub(super) fn bad_line(&mut self, line: &Line<'_>, code: &'static str, what: &str) {
        let place = self.line_place(line);
        self.log.bad_line(place, code, line.text, what);
    }

    /// Makes an earlier key the open one again, where indentation and not a header says so.
    pub(super) fn return_to(&mut self, path: &str, line: &Line<'_>) {
        if self.keys.last().is_none_or(|key| key.path != path) {
            self.enter(path, line, false);
        }
    }

    /// Opens a key; values that follow belong to it.
    pub(super) fn open_key(&mut self, path: &str, line: &Line<'_>, deleted: bool) {
        let place = self.line_place(line);
        if !self.enter(path, line, deleted) {
            self.log.add(place.offset, "duplicate-key", || format!("line {}: the key occurs again: {path}", line.number));
        }
        if deleted {
            self.log.add(place.offset, "delete-directive", || format!("line {}: deletes the key {path}", line.number));
        }
    }

    /// Adds a key and returns whether it is the first of its path.
    fn enter(&mut self, path: &str, line: &Line<'_>, deleted: bool) -> bool {
        if self.keys.len() >= self.limits.entries {
            self.stop(line);
            return true;
        }
        let place = self.line_place(line);
        let next = self.names.len();
        self.current = *self.sets.entry(canonical_path(path)).or_insert(next);
        let is_first = self.current == next;
        if is_first {
            self.names.push(HashSet::new());
        }
        self.keys.push(RegistryKey { path: path.to_owned(), place, deleted, last_write: None, values: Vec::new() });
        is_first
    }

    /// Adds a value to the key that is open; gives the line to the damaged ones when none is.
    pub(super) fn add_value(&mut self, name: String, line: &Line<'_>, written: Written) {
        let Written { data, range } = written;
        let start = line.start + (line.text.len() - line.text.trim_start().len());
        let value = RegistryValue {
            name,
            data,
            raw: Some(self.file.text.get(range.clone()).unwrap_or_default().into()),
            place: self.place(line, start..range.end.max(start)),
            data_place: self.place(line, range),
            deleted: false,
        };
        self.push(line, value);
    }

    /// Adds a directive to delete a value.
    pub(super) fn add_deletion(&mut self, name: String, line: &Line<'_>, written: Written) {
        let place = self.line_place(line);
        self.log.add(place.offset, "delete-directive", || format!("line {}: deletes the value {name}", line.number));
        let Written { data, range } = written;
        let data_place = self.place(line, range.clone());
        let raw = self.file.text.get(range).map(Into::into);
        self.push(line, RegistryValue { name, data, raw, place, data_place, deleted: true });
    }

    fn push(&mut self, line: &Line<'_>, value: RegistryValue) {
        if self.keys.is_empty() {
            self.bad_line(line, "value-without-key", "a value stands before the first key");
            return;
        }
        if self.values >= self.limits.entries {
            self.stop(line);
        }
        if self.is_full {
            return;
        }
        self.values += 1;
        let repeated = !value.deleted && self.names.get_mut(self.current).is_some_and(|names| !names.insert(value.name.to_lowercase()));
        if repeated {
            self.log.add(value.place.offset, "duplicate-value", || format!("line {}: the value {} occurs again", line.number, value.name));
        }
        if let Some(key) = self.keys.last_mut() {
            key.values.push(value);
        }
    }

    fn stop(&mut self, line: &Line<'_>) {
        let limit = self.limits.entries;
        self.log.add(line.offset, "too-many-entries", || format!("line {}: only the first {limit} keys and values are read", line.number));
        self.is_full = true;
        let none: Box<dyn Iterator<Item = Line<'a>> + 'a> = Box::new(std::iter::empty());
        self.lines = none.peekable();
    }

    /// Skips the lines that begin before `end`.
    pub(super) fn skip_to(&mut self, end: usize) {
        while self.lines.next_if(|line| line.start < end).is_some() {}
    }
}
