//! Property values, borrowed from the bytes they were read from.

use std::borrow::Cow;

use crate::base::{CodePage, Text, Timestamp};

use super::{Guid, PropType};

/// The value of one property.
#[derive(Debug, Clone, PartialEq)]
pub enum PropValue<'a> {
    /// PT_UNSPECIFIED or PT_NULL: no data at all.
    Null,
    /// PT_I2.
    I2(i16),
    /// PT_LONG.
    Long(i32),
    /// PT_R4.
    R4(f32),
    /// PT_R8.
    R8(f64),
    /// PT_CURRENCY, in ten-thousandths.
    Currency(i64),
    /// PT_APPTIME, days since 1899-12-30.
    AppTime(f64),
    /// PT_ERROR, an SCODE.
    Error(u32),
    /// PT_BOOLEAN.
    Boolean(bool),
    /// PT_I8.
    I8(i64),
    /// PT_STRING8 in the code page of its stream.
    String8(Text8<'a>),
    /// PT_UNICODE as UTF-16LE bytes.
    Unicode(&'a [u8]),
    /// PT_SYSTIME as a raw FILETIME.
    SysTime(u64),
    /// PT_CLSID.
    Clsid(Guid),
    /// PT_BINARY.
    Binary(&'a [u8]),
    /// PT_OBJECT with its leading interface id.
    Object(&'a [u8]),
    /// Several values; also a single-valued type whose count is not 1.
    Multi(Vec<PropValue<'a>>),
    /// A type that nobody documented, with its bytes as far as they could be delimited.
    Unknown(PropType, &'a [u8]),
}

/// An 8-bit string and the code page that it is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text8<'a> {
    /// The bytes as on the wire, terminator included when there is one.
    pub bytes: &'a [u8],
    /// The code page.
    pub code_page: CodePage,
}

impl<'a> Text8<'a> {
    /// Returns the text without trailing terminators.
    #[must_use]
    pub fn text(self) -> Text<'a> {
        self.code_page.decode(without_terminator(self.bytes))
    }
}

impl<'a> PropValue<'a> {
    /// Returns the text of a string value without its terminator.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        self.decoded_text().map(|text| text.text)
    }

    /// Returns the text of a string value and whether something was lost.
    #[must_use]
    pub fn decoded_text(&self) -> Option<Text<'a>> {
        match self {
            Self::String8(text) => Some(text.text()),
            Self::Unicode(bytes) => Some(utf16_text(bytes)),
            _ => None,
        }
    }

    /// Returns the bytes of a binary, object, string or unknown value.
    #[must_use]
    pub fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Binary(bytes) | Self::Object(bytes) | Self::Unicode(bytes) | Self::Unknown(_, bytes) => Some(bytes),
            Self::String8(text) => Some(text.bytes),
            _ => None,
        }
    }

    /// Returns the number of a PT_LONG or PT_I2.
    #[must_use]
    pub fn long(&self) -> Option<i32> {
        match self {
            Self::Long(value) => Some(*value),
            Self::I2(value) => Some(i32::from(*value)),
            _ => None,
        }
    }

    /// Returns the value of a PT_BOOLEAN.
    #[must_use]
    pub fn boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the time of a PT_SYSTIME; zero means "not set".
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        match self {
            Self::SysTime(ticks) if *ticks != 0 => Timestamp::from_filetime(*ticks),
            _ => None,
        }
    }
}

fn without_terminator(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

fn utf16_text(bytes: &[u8]) -> Text<'_> {
    let odd = bytes.len() % 2 == 1;
    let even = bytes.get(..bytes.len() & !1).unwrap_or_default();
    let mut text = CodePage::UTF_16LE.decode(even);
    text.lossy |= odd;
    let kept = text.text.trim_end_matches('\0').len();
    text.text.to_mut().truncate(kept);
    text
}

impl PropValue<'_> {
    /// Returns a value of fixed size as text; none for texts, bytes and lists.
    #[must_use]
    pub fn scalar_text(&self) -> Option<String> {
        Some(match self {
            Self::Null => "no data".to_owned(),
            Self::I2(number) => number.to_string(),
            Self::Long(number) => format!("{number} ({number:#x})"),
            Self::R4(number) => number.to_string(),
            Self::R8(number) | Self::AppTime(number) => number.to_string(),
            Self::Currency(number) | Self::I8(number) => number.to_string(),
            Self::Error(code) => format!("error {code:#010x}"),
            Self::Boolean(flag) => flag.to_string(),
            Self::SysTime(ticks) => self.time().map_or_else(|| format!("not set ({ticks})"), |time| time.to_string()),
            Self::Clsid(guid) => format!("{{{guid}}}"),
            Self::String8(_) | Self::Unicode(_) | Self::Binary(_) | Self::Object(_) | Self::Unknown(..) | Self::Multi(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_lose_their_terminator_only() {
        let text = Text8 { bytes: b" a \0\0", code_page: CodePage::WINDOWS_1252 };
        assert_eq!(PropValue::String8(text).text().as_deref(), Some(" a "));
        assert_eq!(PropValue::Unicode(b"\xacx\0\0").text().as_deref(), Some("碬"));
        assert!(PropValue::Unicode(b"a\0b").decoded_text().unwrap().lossy);
    }

    #[test]
    fn a_zero_time_is_not_set() {
        assert_eq!(PropValue::SysTime(0).time(), None);
    }
}
