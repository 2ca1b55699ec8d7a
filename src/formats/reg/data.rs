//! Data of values in the spellings of the text shapes, and from the bytes of a hive.

use super::{
    RegType, RegistryContent, RegistryData,
    numerals::{hex_digits, number, wide_number},
    strings::content,
};

impl RegistryData {
    /// Returns text of a stated type.
    pub(super) fn from_text(reg_type: RegType, text: String) -> Self {
        let content = match reg_type {
            RegType::EXPAND_SZ => RegistryContent::ExpandSz(text),
            RegType::LINK => RegistryContent::Link(text),
            _ => RegistryContent::Sz(text),
        };
        Self { reg_type, type_stated: true, list_is_guessed: false, content, bytes: Vec::new() }
    }

    /// Returns text of a file that states no types.
    pub(super) fn untyped(text: &str) -> Self {
        Self { type_stated: false, ..Self::from_text(RegType::SZ, text.to_owned()) }
    }

    /// Returns the strings of a list.
    pub(super) fn from_strings(strings: Vec<String>) -> Self {
        let content = RegistryContent::MultiSz(strings);
        Self { reg_type: RegType::MULTI_SZ, type_stated: true, list_is_guessed: false, content, bytes: Vec::new() }
    }

    /// Returns a number.
    pub(super) fn from_dword(value: u32) -> Self {
        Self::from_bytes(RegType::DWORD, value.to_le_bytes().to_vec(), false).0
    }

    /// Returns typed bytes, and whether their strings had the other width than promised.
    pub(super) fn from_bytes(reg_type: RegType, bytes: Vec<u8>, wide: bool) -> (Self, bool) {
        let (content, surprise) = content(reg_type, &bytes, wide);
        (Self { reg_type, type_stated: true, list_is_guessed: false, content, bytes }, surprise)
    }

    /// Returns a number or bytes spelled as text; none when the text does not fit the type.
    pub(super) fn from_spelled(reg_type: RegType, text: &str) -> Option<Self> {
        let text = text.trim();
        match reg_type {
            RegType::SZ | RegType::EXPAND_SZ | RegType::LINK => Some(Self::from_text(reg_type, text.to_owned())),
            RegType::MULTI_SZ => None,
            RegType::DWORD => number(text).map(Self::from_dword),
            RegType::DWORD_BIG_ENDIAN => Some(Self::from_bytes(reg_type, number(text)?.to_be_bytes().to_vec(), false).0),
            RegType::QWORD => Some(Self::from_bytes(reg_type, wide_number(text)?.to_le_bytes().to_vec(), false).0),
            _ => Some(Self::from_bytes(reg_type, hex_digits(text)?, false).0),
        }
    }
}

/// Returns the data of a value in a hive, and whether its strings are not the UTF-16 that hives hold.
pub(in crate::formats) fn hive_data(reg_type: RegType, bytes: Vec<u8>) -> (RegistryData, bool) {
    RegistryData::from_bytes(reg_type, bytes, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_type_are_found_but_typed_strings_are_not_numbers() {
        assert_eq!(RegistryData::untyped(" 16 ").dword(), Some(16));
        assert_eq!(RegistryData::from_text(RegType::SZ, "16".to_owned()).dword(), None);
    }
}
