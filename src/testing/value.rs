//! Owned property values and their bytes in a property list ([MS-OXTNEF] 2.1.3.4).

use crate::{
    base::{CodePage, Timestamp},
    mapi::{Guid, NameKind, PropTag, PropType, PropertyName},
};

/// Interface id of an embedded message.
pub const IID_IMESSAGE: Guid = Guid([0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]);
/// Interface id of an OLE object.
pub const IID_ISTORAGE: Guid = Guid([0x0B, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]);
/// Interface id of a plain stream.
pub const IID_ISTREAM: Guid = Guid([0x0C, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46]);

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is the MAPI type of the same name unless it says otherwise")]
pub enum Value {
    /// PT_UNSPECIFIED or PT_NULL, no bytes at all.
    Null,
    I2(i16),
    Long(i32),
    /// PT_R4 by its bits, so that values compare.
    R4(u32),
    /// PT_R8 by its bits.
    R8(u64),
    Currency(i64),
    /// PT_APPTIME by its bits.
    AppTime(u64),
    Error(u32),
    Boolean(bool),
    I8(i64),
    /// Text that is written with its terminator, as PT_STRING8 in the code page of the stream or as PT_UNICODE.
    Text(String),
    /// PT_STRING8 as bytes, terminator included.
    String8(Vec<u8>),
    /// PT_UNICODE as bytes, terminator included.
    Unicode(Vec<u8>),
    SysTime(u64),
    Clsid(Guid),
    Binary(Vec<u8>),
    /// PT_OBJECT with its leading interface id.
    Object(Vec<u8>),
    /// Several values, or a variable value with a count other than one.
    Multi(Vec<Value>),
    /// Anything behind the tag, written as it is.
    Raw(Vec<u8>),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Long(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Binary(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Binary(bytes.to_vec())
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        // A time before 1601 has no FILETIME; zero is how MAPI writes "not set".
        Self::SysTime(u64::try_from(time.filetime()).unwrap_or(0))
    }
}

/// A property to be written: the type in its tag decides the bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Tag as it is written.
    pub tag: PropTag,
    /// Name of a property above 0x8000.
    pub name: Option<PropertyName>,
    /// The value.
    pub value: Value,
}

impl Property {
    /// Returns a property with the id of `tag` and the type of the value; texts take the string form that `tag` asks for.
    #[must_use]
    pub fn new(tag: PropTag, value: impl Into<Value>) -> Self {
        let value = value.into();
        let prop_type = value.prop_type(tag.prop_type());
        Self { tag: PropTag::new(tag.id(), prop_type), name: None, value }
    }

    /// Returns the property with texts as the bytes that are written for them.
    #[must_use]
    pub fn resolved(mut self, code_page: CodePage) -> Self {
        self.value = self.value.resolved(self.tag.prop_type(), code_page);
        self
    }

    fn write(&self, out: &mut Vec<u8>, code_page: CodePage) {
        out.extend(self.tag.0.to_le_bytes());
        if let Some(name) = &self.name {
            write_name(out, name);
        }
        let prop_type = self.tag.prop_type();
        match &self.value {
            Value::Raw(bytes) => out.extend(bytes),
            Value::Multi(values) => {
                out.extend(length_bytes(values.len()));
                for value in values {
                    value.write(out, prop_type, code_page);
                }
            }
            value => {
                if is_variable(prop_type) {
                    out.extend(1_u32.to_le_bytes());
                }
                value.write(out, prop_type, code_page);
            }
        }
    }
}

impl Value {
    fn prop_type(&self, asked: PropType) -> PropType {
        match self {
            Self::Null => PropType::NULL,
            Self::I2(_) => PropType::I2,
            Self::Long(_) => PropType::LONG,
            Self::R4(_) => PropType::R4,
            Self::R8(_) => PropType::R8,
            Self::Currency(_) => PropType::CURRENCY,
            Self::AppTime(_) => PropType::APPTIME,
            Self::Error(_) => PropType::ERROR,
            Self::Boolean(_) => PropType::BOOLEAN,
            Self::I8(_) => PropType::I8,
            Self::Text(_) if asked.element() == PropType::UNICODE => PropType::UNICODE,
            Self::Text(_) | Self::String8(_) => PropType::STRING8,
            Self::Unicode(_) => PropType::UNICODE,
            Self::SysTime(_) => PropType::SYSTIME,
            Self::Clsid(_) => PropType::CLSID,
            Self::Binary(_) => PropType::BINARY,
            Self::Object(_) => PropType::OBJECT,
            Self::Multi(values) => values.first().map_or(asked, |first| PropType(first.prop_type(asked).0 | PropType::MULTI)),
            Self::Raw(_) => asked,
        }
    }

    fn resolved(self, prop_type: PropType, code_page: CodePage) -> Self {
        match self {
            Self::Text(text) if prop_type.element() == PropType::UNICODE => Self::Unicode(terminated(&text, CodePage::UTF_16LE)),
            Self::Text(text) => Self::String8(terminated(&text, code_page)),
            Self::Multi(values) => Self::Multi(values.into_iter().map(|value| value.resolved(prop_type, code_page)).collect()),
            other => other,
        }
    }

    fn write(&self, out: &mut Vec<u8>, prop_type: PropType, code_page: CodePage) {
        match self {
            Self::Null => {}
            Self::I2(value) => {
                out.extend(value.to_le_bytes());
                out.extend([0, 0]);
            }
            Self::Long(value) => out.extend(value.to_le_bytes()),
            Self::R4(value) | Self::Error(value) => out.extend(value.to_le_bytes()),
            Self::R8(value) | Self::AppTime(value) | Self::SysTime(value) => out.extend(value.to_le_bytes()),
            Self::Currency(value) | Self::I8(value) => out.extend(value.to_le_bytes()),
            Self::Boolean(value) => out.extend([u8::from(*value), 0, 0, 0]),
            Self::Clsid(guid) => out.extend(guid.0),
            Self::Text(_) => self.clone().resolved(prop_type, code_page).write(out, prop_type, code_page),
            Self::String8(bytes) | Self::Unicode(bytes) | Self::Binary(bytes) | Self::Object(bytes) => {
                out.extend(length_bytes(bytes.len()));
                out.extend(bytes);
                pad(out, bytes.len());
            }
            Self::Multi(values) => values.iter().for_each(|value| value.write(out, prop_type, code_page)),
            Self::Raw(bytes) => out.extend(bytes),
        }
    }
}

/// Writes a counted property list.
pub(super) fn property_list(properties: &[Property], code_page: CodePage) -> Vec<u8> {
    let mut out = length_bytes(properties.len()).to_vec();
    for property in properties {
        property.write(&mut out, code_page);
    }
    out
}

/// Encodes text with its terminator; a character that the page lacks becomes a question mark, as Windows writes it.
pub(super) fn terminated(text: &str, code_page: CodePage) -> Vec<u8> {
    let mut bytes = encoded(text, code_page);
    bytes.extend(encoded("\0", code_page));
    bytes
}

/// Encodes text without a terminator.
pub(super) fn encoded(text: &str, code_page: CodePage) -> Vec<u8> {
    code_page.encode(text).unwrap_or_else(|| {
        let mut utf8 = [0; 4];
        text.chars().flat_map(|c| code_page.encode(c.encode_utf8(&mut utf8)).unwrap_or_else(|| b"?".to_vec())).collect()
    })
}

/// Returns a length as the four bytes of the wire.
pub(super) fn length_bytes(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

fn is_variable(prop_type: PropType) -> bool {
    prop_type.is_multi() || matches!(prop_type, PropType::STRING8 | PropType::UNICODE | PropType::BINARY | PropType::OBJECT)
}

fn pad(out: &mut Vec<u8>, length: usize) {
    out.extend(std::iter::repeat_n(0, length.next_multiple_of(4) - length));
}

fn write_name(out: &mut Vec<u8>, name: &PropertyName) {
    out.extend(name.set.0);
    match &name.kind {
        NameKind::Lid(lid) => {
            out.extend(0_u32.to_le_bytes());
            out.extend(lid.to_le_bytes());
        }
        NameKind::Text(text) => {
            let bytes = terminated(text, CodePage::UTF_16LE);
            out.extend(1_u32.to_le_bytes());
            out.extend(length_bytes(bytes.len()));
            out.extend(&bytes);
            pad(out, bytes.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapi::PropId;

    #[track_caller]
    fn check(property: &Property, expected: &[u8]) {
        assert_eq!(property_list(std::slice::from_ref(property), CodePage(850))[4..], *expected);
    }

    #[test]
    fn a_value_brings_its_type_and_its_padding() {
        check(&Property::new(PropTag::SUBJECT, "ü"), b"\x1e\x00\x37\x00\x01\0\0\0\x02\0\0\0\x81\0\0\0");
        check(&Property::new(PropTag(0x0037_001F), "ü"), b"\x1f\x00\x37\x00\x01\0\0\0\x04\0\0\0\xfc\0\0\0");
        check(&Property::new(PropTag::SUBJECT, 5), b"\x03\x00\x37\x00\x05\0\0\0");
        check(&Property::new(PropTag::SUBJECT, true), b"\x0b\x00\x37\x00\x01\0\0\0");
        check(&Property::new(PropTag::SUBJECT, Value::I2(-2)), b"\x02\x00\x37\x00\xfe\xff\0\0");
        check(&Property::new(PropTag::SUBJECT, Value::Null), b"\x01\x00\x37\x00");
    }

    #[test]
    fn several_values_have_a_count_and_a_slot_each() {
        let numbers = Value::Multi(vec![Value::I2(1), Value::I2(2)]);
        check(&Property::new(PropTag(0x1205_0002), numbers), b"\x02\x10\x05\x12\x02\0\0\0\x01\0\0\0\x02\0\0\0");
        let texts = Value::Multi(vec!["a".into(), "bcd".into()]);
        check(&Property::new(PropTag(0x6613_001E), texts), b"\x1e\x10\x13\x66\x02\0\0\0\x02\0\0\0a\0\0\0\x04\0\0\0bcd\0");
    }

    #[test]
    fn a_name_comes_between_tag_and_value() {
        let name = |kind| Some(PropertyName { set: IID_IMESSAGE, kind });
        let tag = PropTag::new(PropId(0x8000), PropType::LONG);
        let by_number = Property { tag, name: name(NameKind::Lid(0x8501)), value: Value::Long(1) };
        check(&by_number, &[b"\x03\x00\x00\x80", &IID_IMESSAGE.0[..], b"\0\0\0\0\x01\x85\0\0\x01\0\0\0"].concat());
        let by_text = Property { tag, name: name(NameKind::Text("ab".into())), value: Value::Long(1) };
        check(&by_text, &[b"\x03\x00\x00\x80", &IID_IMESSAGE.0[..], b"\x01\0\0\0\x06\0\0\0a\0b\0\0\0\0\0\x01\0\0\0"].concat());
    }

    #[test]
    fn a_character_that_the_page_lacks_is_a_question_mark() {
        assert_eq!(terminated("aЖ", CodePage::WINDOWS_1252), b"a?\0");
    }
}
