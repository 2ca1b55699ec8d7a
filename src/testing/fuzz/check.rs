//! What must hold of anything that is decoded or written, asked in one place.

use std::{fmt::Debug, ops::Range};

use crate::base::{Anomaly, Decoded, MappedField};

/// Reads twice and returns what was read: the same bytes always say the same.
pub(super) fn steady<T: PartialEq + Debug>(read: impl Fn() -> T) -> T {
    let (first, second) = (read(), read());
    // Floating point values that are no number are unequal to themselves, and print alike.
    if first != second {
        assert_eq!(format!("{first:?}"), format!("{second:?}"), "the second reading differs");
    }
    first
}

/// Reads twice, looks at the anomalies and returns the value.
pub(super) fn decoded<T: PartialEq + Debug>(size: usize, read: impl Fn() -> Decoded<T>) -> T {
    let Decoded { value, anomalies } = steady(read);
    self::anomalies(&anomalies, size);
    value
}

/// Every anomaly has a place within the file and a name.
pub(super) fn anomalies(found: &[Anomaly], size: usize) {
    for anomaly in found {
        assert!(anomaly.offset <= size as u64, "an anomaly lies behind the end of {size} bytes: {anomaly:?}");
        let is_name = !anomaly.code.is_empty() && anomaly.code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        assert!(is_name && !anomaly.text.is_empty(), "an anomaly says nothing: {anomaly:?}");
    }
}

/// A range lies within the file and does not end before it begins.
pub(super) fn range(range: &Range<u64>, size: usize, what: &str) {
    assert!(range.start <= range.end && range.end <= size as u64, "{what} {range:?} does not lie within {size} bytes");
}

/// A place of so many bytes lies within the file.
pub(super) fn place(offset: u64, length: u64, size: usize) {
    range(&(offset..offset.saturating_add(length)), size, "a place");
}

/// Returns the bytes of a range that lies within the file.
pub(super) fn cut<'a>(bytes: &'a [u8], range: &Range<u64>, what: &str) -> &'a [u8] {
    self::range(range, bytes.len(), what);
    let index = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    bytes.get(index(range.start)..index(range.end)).unwrap_or_default()
}

/// Fields form a tree: each lies within its parent and begins where or behind where the one before it ends.
pub(super) fn fields(fields: &[MappedField], size: usize) {
    let mut path: Vec<(u16, Range<u64>)> = Vec::new();
    for field in fields {
        let own = field.offset..field.offset.saturating_add(field.length);
        range(&own, size, &field.label);
        let mut before = path.last().map_or(0, |(_, parent)| parent.start);
        while let Some((_, ended)) = path.pop_if(|(depth, _)| *depth >= field.depth) {
            before = ended.end;
        }
        let parent = path.last().map_or(0..size as u64, |(_, parent)| parent.clone());
        assert!(own.start >= before && own.start >= parent.start && own.end <= parent.end, "{field:?} behind {before} does not fit into {parent:?}");
        path.push((field.depth, own));
    }
}

/// Returns the first character that must never reach a terminal, by a list of its own and not that of the program.
fn unprintable(text: &str) -> Option<char> {
    text.chars().find(|&c| {
        (c.is_control() && c != '\n')
            || matches!(u32::from(c), 0xAD | 0x61C | 0x180E | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F
                | 0xFEFF | 0xFFF9..=0xFFFB | 0xE0000..=0xE01EF)
    })
}

/// Nothing in a text moves the cursor, reorders, or takes no room; no base character carries a pile of marks.
pub(super) fn printable(text: &str, what: &str) {
    let found = unprintable(text);
    assert!(found.is_none(), "{what} holds {:?}", found.unwrap_or_default());
    let mut marks = 0;
    for c in text.chars() {
        marks = if ('\u{300}'..='\u{36F}').contains(&c) { marks + 1 } else { 0 };
        assert!(marks <= 8, "{what} stacks marks");
    }
}

/// Returns what a writer wrote, which is text.
pub(super) fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    let result = write(&mut out);
    assert!(result.is_ok(), "writing into memory failed: {result:?}");
    let text = String::from_utf8(out);
    assert!(text.is_ok(), "what was written is no UTF-8");
    text.unwrap_or_default()
}

/// Parses one JSON document.
pub(super) fn json(text: &str) -> serde_json::Value {
    let parsed = serde_json::from_str(text);
    assert!(parsed.is_ok(), "no JSON: {parsed:?}\n{text}");
    parsed.unwrap_or_default()
}
