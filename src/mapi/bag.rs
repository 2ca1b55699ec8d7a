//! Property bags: properties in the order of the wire, found by tag.

use std::{borrow::Cow, ops::Range};

use crate::base::Timestamp;

use super::{PropTag, PropValue, PropertyName};

/// One property.
#[derive(Debug, Clone, PartialEq)]
pub struct Property<'a> {
    /// Tag as on the wire.
    pub tag: PropTag,
    /// Name of a property above 0x8000.
    pub name: Option<PropertyName>,
    /// The value.
    pub value: PropValue<'a>,
    /// Bytes of the whole property in its file, tag to padding.
    pub span: Range<u64>,
}

/// Properties of a message, recipient or attachment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PropertyBag<'a> {
    /// All properties in the order of the wire, repeated ones included.
    pub properties: Vec<Property<'a>>,
}

impl<'a> PropertyBag<'a> {
    /// Returns the number of properties.
    #[must_use]
    pub fn len(&self) -> usize {
        self.properties.len()
    }

    /// Returns whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.properties.is_empty()
    }

    /// Returns the first property of that tag; a string tag finds both string forms, UNICODE first.
    #[must_use]
    pub fn property(&self, tag: PropTag) -> Option<&Property<'a>> {
        let mut found = self.properties.iter().filter(|property| property.tag.matches(tag));
        let first = found.next()?;
        let unicode = |property: &Property<'_>| matches!(property.value, PropValue::Unicode(_));
        Some(if unicode(first) { first } else { found.find(|property| unicode(property)).unwrap_or(first) })
    }

    /// Returns the first value of that tag.
    #[must_use]
    pub fn get(&self, tag: PropTag) -> Option<&PropValue<'a>> {
        self.property(tag).map(|property| &property.value)
    }

    /// Returns the first property of that id whatever its type, for faults such as a binary where text belongs.
    #[must_use]
    pub fn any_type(&self, tag: PropTag) -> Option<&Property<'a>> {
        self.properties.iter().find(|property| property.tag.id() == tag.id())
    }

    /// Returns a text property.
    #[must_use]
    pub fn text(&self, tag: PropTag) -> Option<Cow<'a, str>> {
        self.get(tag)?.text()
    }

    /// Returns a PT_LONG property.
    #[must_use]
    pub fn long(&self, tag: PropTag) -> Option<i32> {
        self.get(tag)?.long()
    }

    /// Returns a PT_BOOLEAN property.
    #[must_use]
    pub fn boolean(&self, tag: PropTag) -> Option<bool> {
        self.get(tag)?.boolean()
    }

    /// Returns a PT_SYSTIME property.
    #[must_use]
    pub fn time(&self, tag: PropTag) -> Option<Timestamp> {
        self.get(tag)?.time()
    }

    /// Returns the bytes of a PT_BINARY or PT_OBJECT property.
    #[must_use]
    pub fn bytes(&self, tag: PropTag) -> Option<&'a [u8]> {
        self.get(tag)?.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::CodePage,
        mapi::{PropId, PropType, Text8},
    };

    fn property(prop_type: PropType, value: PropValue<'static>) -> Property<'static> {
        Property { tag: PropTag::new(PropId(0x0037), prop_type), name: None, value, span: 0..0 }
    }

    #[test]
    fn the_unicode_form_wins() {
        let text8 = PropValue::String8(Text8 { bytes: b"?", code_page: CodePage::WINDOWS_1252 });
        let bag = PropertyBag { properties: vec![property(PropType::STRING8, text8), property(PropType::UNICODE, PropValue::Unicode(b"a\0"))] };
        assert_eq!(bag.text(PropTag::SUBJECT).as_deref(), Some("a"));
    }

    #[test]
    fn a_wrong_type_is_not_an_absence() {
        let bag = PropertyBag { properties: vec![property(PropType::BINARY, PropValue::Binary(b"a"))] };
        assert_eq!(bag.text(PropTag::SUBJECT), None);
        assert!(bag.any_type(PropTag::SUBJECT).is_some());
    }
}
