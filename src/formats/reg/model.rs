//! What a registry dump says: keys in the order of the file, each with its values, each with its place.

use std::fmt;

use crate::base::{Encoding, Timestamp};

use super::numerals::number;

/// How a registry dump is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RegistryShape {
    /// REGEDIT4 text, with or without its header.
    Regedit4,
    /// `Windows Registry Editor Version 5.00`.
    Version5,
    /// REGEDIT text of Windows 3.x: paths and data without types.
    Regedit3,
    /// A hive file (`regf`).
    Hive,
    /// A REGINI script: indentation makes subkeys.
    Regini,
    /// The text that RegEdt32 saves ("Save Subtree As").
    RegEdt32,
    /// Ini text with key paths as sections.
    PrivateIni,
    /// None of these, or nothing at all.
    #[default]
    Unknown,
}

impl RegistryShape {
    /// Returns the name that reports show.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Regedit4 => "REGEDIT4 text",
            Self::Version5 => "registry editor version 5 text",
            Self::Regedit3 => "REGEDIT text without types",
            Self::Hive => "registry hive",
            Self::Regini => "REGINI script",
            Self::RegEdt32 => "RegEdt32 text",
            Self::PrivateIni => "ini text",
            Self::Unknown => "unknown form",
        }
    }

    /// Returns whether the file is REGEDIT4 or version 5 text, the only shapes with damaged lines and delete directives.
    #[must_use]
    pub fn is_regedit(self) -> bool {
        matches!(self, Self::Regedit4 | Self::Version5)
    }
}

/// Where something stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Line from 1; none in a hive.
    pub line: Option<usize>,
    /// Offset of the first byte.
    pub offset: u64,
    /// Number of bytes.
    pub length: u64,
}

/// The type of a registry value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegType(pub u32);

/// Types by their names in the Windows headers.
#[expect(missing_docs, reason = "each constant is the registry type of the same name")]
impl RegType {
    pub const NONE: Self = Self(0);
    pub const SZ: Self = Self(1);
    pub const EXPAND_SZ: Self = Self(2);
    pub const BINARY: Self = Self(3);
    pub const DWORD: Self = Self(4);
    pub const DWORD_BIG_ENDIAN: Self = Self(5);
    pub const LINK: Self = Self(6);
    pub const MULTI_SZ: Self = Self(7);
    pub const RESOURCE_LIST: Self = Self(8);
    pub const FULL_RESOURCE_DESCRIPTOR: Self = Self(9);
    pub const RESOURCE_REQUIREMENTS_LIST: Self = Self(10);
    pub const QWORD: Self = Self(11);
}

const TYPE_NAMES: [&str; 12] = [
    "REG_NONE",
    "REG_SZ",
    "REG_EXPAND_SZ",
    "REG_BINARY",
    "REG_DWORD",
    "REG_DWORD_BIG_ENDIAN",
    "REG_LINK",
    "REG_MULTI_SZ",
    "REG_RESOURCE_LIST",
    "REG_FULL_RESOURCE_DESCRIPTOR",
    "REG_RESOURCE_REQUIREMENTS_LIST",
    "REG_QWORD",
];

impl RegType {
    /// Returns the name, for example `REG_DWORD`.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        usize::try_from(self.0).ok().and_then(|index| TYPE_NAMES.get(index)).copied()
    }

    /// Returns the type of a name, whatever its letter case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("REG_DWORD_LITTLE_ENDIAN") {
            return Some(Self::DWORD);
        }
        let index = TYPE_NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
        u32::try_from(index).ok().map(Self)
    }
}

impl fmt::Display for RegType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "REG_{:#x}", self.0),
        }
    }
}

/// The data of a value as far as its type could be followed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RegistryContent {
    /// REG_SZ without terminator.
    Sz(String),
    /// REG_EXPAND_SZ without terminator, not expanded.
    ExpandSz(String),
    /// REG_LINK.
    Link(String),
    /// REG_MULTI_SZ without its terminators; empty strings between others are kept.
    MultiSz(Vec<String>),
    /// REG_DWORD of four bytes.
    Dword(u32),
    /// REG_DWORD_BIG_ENDIAN of four bytes.
    DwordBigEndian(u32),
    /// REG_QWORD of eight bytes.
    Qword(u64),
    /// Bytes, because the type says so or because they do not fit the type.
    #[default]
    Bytes,
}

/// Type and data of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryData {
    /// The type; REG_SZ where the file states none.
    pub reg_type: RegType,
    /// Whether the file states the type; the Windows 3.x form never does.
    pub type_stated: bool,
    /// Whether a list was split at a separator that may also be part of its elements.
    pub list_is_guessed: bool,
    /// The data decoded.
    pub content: RegistryContent,
    /// The bytes where the file gives bytes, and those of a number; empty where the file writes text.
    pub bytes: Vec<u8>,
}

impl RegistryData {
    /// Returns the number of a REG_DWORD, or of numerals in a file that states no types.
    #[must_use]
    pub fn dword(&self) -> Option<u32> {
        match &self.content {
            RegistryContent::Dword(value) => Some(*value),
            RegistryContent::Sz(text) if !self.type_stated => number(text.trim()),
            _ => None,
        }
    }

    /// Returns the text of a REG_SZ or REG_EXPAND_SZ.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            RegistryContent::Sz(text) | RegistryContent::ExpandSz(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the strings of a REG_MULTI_SZ.
    #[must_use]
    pub fn strings(&self) -> Option<&[String]> {
        match &self.content {
            RegistryContent::MultiSz(strings) => Some(strings),
            _ => None,
        }
    }
}

/// One value of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryValue {
    /// Name without escapes; empty for the default value.
    pub name: String,
    /// Type and data.
    pub data: RegistryData,
    /// The data as written, continuation lines included; none in a hive.
    pub raw: Option<Box<str>>,
    /// The whole value: from its name to the end of its data in texts, the `vk` cell in hives.
    pub place: Place,
    /// The data alone.
    pub data_place: Place,
    /// Whether this is a directive to delete the value.
    pub deleted: bool,
}

/// When a key was last written, as far as the shape tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastWrite {
    /// In UTC, from a hive.
    Utc(Timestamp),
    /// As RegEdt32 wrote it: in the format of an unknown locale and zone.
    AsWritten(Box<str>),
}

/// One key, or one more header of the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryKey {
    /// Path as written; in a hive from the name of the root key on.
    pub path: String,
    /// The header of the key.
    pub place: Place,
    /// Whether this is a directive to delete the key.
    pub deleted: bool,
    /// Time of the last write.
    pub last_write: Option<LastWrite>,
    /// Values in the order of the file, repeated ones included.
    pub values: Vec<RegistryValue>,
}

/// A line that no grammar explains, or whose data ends too early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The code of the anomaly that tells the same.
    pub code: &'static str,
    /// The line.
    pub place: Place,
    /// Its text, cut after 400 characters.
    pub text: Box<str>,
}

/// How often each line end occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineEnds {
    /// CR LF.
    pub crlf: usize,
    /// LF alone.
    pub lf: usize,
    /// CR alone.
    pub cr: usize,
}

/// A whole registry dump.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegistryDump {
    /// How it is written.
    pub shape: RegistryShape,
    /// Keys in the order of the file, repeated ones included.
    pub keys: Vec<RegistryKey>,
    /// The header line as written, if there is one.
    pub header: Option<(Place, Box<str>)>,
    /// Encoding of a text.
    pub encoding: Option<Encoding>,
    /// Line ends of a text.
    pub line_ends: LineEnds,
    /// Whether a text ends in the middle of a line; every tool ends the last one.
    pub is_open_ended: bool,
    /// Lines that the grammar of the shape does not explain, at most as many as [`crate::base::Limits::anomalies`].
    pub bad_lines: Vec<BadLine>,
}

impl RegistryDump {
    /// Returns whether this is a text that holds no carriage return at all, as a copy through a Unix machine leaves it.
    #[must_use]
    pub fn is_lf_only(&self) -> bool {
        self.line_ends.lf > 0 && self.line_ends.crlf == 0 && self.line_ends.cr == 0
    }

    /// Returns the number of values, repeated ones and delete directives included.
    #[must_use]
    pub fn value_count(&self) -> usize {
        self.keys.iter().map(|key| key.values.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_their_names() {
        assert_eq!(RegType::MULTI_SZ.to_string(), "REG_MULTI_SZ");
        assert_eq!(RegType(0x1234).to_string(), "REG_0x1234");
        assert_eq!(RegType::from_name("reg_qword"), Some(RegType::QWORD));
        assert_eq!(RegType::from_name("REG_NOTHING"), None);
    }
}
