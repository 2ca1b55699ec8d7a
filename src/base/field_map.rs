//! Which field owns which byte. Decoders record into it when somebody wants to look at bytes; scanning a folder passes none.

use std::borrow::Cow;

/// One named run of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedField {
    /// Absolute offset of the first byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
    /// Nesting level: 0 for the parts of the file, deeper for parts of parts.
    pub depth: u16,
    /// What the bytes are, for example `attSubject checksum` or `padding`.
    pub label: Cow<'static, str>,
}

/// The fields of one file in the order they were met; children follow their parent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldMap {
    /// All fields.
    pub fields: Vec<MappedField>,
    enabled: bool,
}

impl FieldMap {
    /// Returns a map that records.
    #[must_use]
    pub fn recording() -> Self {
        Self { fields: Vec::new(), enabled: true }
    }

    /// Returns a map that ignores everything, for bulk decoding.
    #[must_use]
    pub fn off() -> Self {
        Self::default()
    }

    /// Returns whether fields are kept; callers may skip the making of labels otherwise.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.enabled
    }

    /// Records one field; the label is only made when it is kept.
    pub fn add<L: Into<Cow<'static, str>>>(&mut self, offset: u64, length: u64, depth: u16, label: impl FnOnce() -> L) {
        if self.enabled && length > 0 {
            self.fields.push(MappedField { offset, length, depth, label: label().into() });
        }
    }

    /// Returns the innermost field that owns the byte at `offset`.
    #[must_use]
    pub fn owner(&self, offset: u64) -> Option<&MappedField> {
        self.fields
            .iter()
            .filter(|field| field.offset <= offset && offset - field.offset < field.length)
            .max_by_key(|field| (field.depth, std::cmp::Reverse(field.length)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_field_owns_a_byte() {
        let mut map = FieldMap::recording();
        map.add(0, 10, 0, || "attribute");
        map.add(2, 4, 1, || "length");
        assert_eq!(map.owner(3).map(|field| field.label.as_ref()), Some("length"));
        assert_eq!(map.owner(7).map(|field| field.label.as_ref()), Some("attribute"));
        assert_eq!(map.owner(10), None);
    }

    #[test]
    fn a_map_that_is_off_keeps_nothing() {
        let mut map = FieldMap::off();
        map.add(0, 10, 0, || -> &'static str { unreachable!("no label is made") });
        assert!(map.fields.is_empty());
    }
}
