//! An IMCCOPY file as read; every field with its place.

use std::sync::Arc;

use super::FormatFlags;
use crate::formats::ini::{Located, Place};

/// A text file of IMCCOPY.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImccopyFile {
    /// Where `[Header]` stands.
    pub header: Option<Place>,
    /// `Version` of the header; 1 is the only known one.
    pub version: Option<Located>,
    /// Where `[Domain]` stands.
    pub domain_section: Option<Place>,
    /// Where the key DomainInformation stands.
    pub domain_information: Option<Place>,
    /// The records of DomainInformation.
    pub formats: Vec<DomainFormat>,
    /// Where `[Routes]` stands.
    pub routes_section: Option<Place>,
    /// Where the key DeliveryRouting stands.
    pub delivery_routing: Option<Place>,
    /// The records of DeliveryRouting.
    pub routes: Vec<DeliveryRoute>,
    /// DefaultRouting, which may be empty.
    pub default_routing: Option<Located>,
    /// Names of all sections in order.
    pub sections: Vec<Located>,
    /// Keys and elements that no article names.
    pub unknown: Vec<UnknownItem>,
    /// Lines that belong to no key: neither `key=` nor `+element`.
    pub stray_lines: Vec<StrayLine>,
}

/// One record of DomainInformation, fields as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainFormat {
    /// All fields in order; a whole record has 8.
    pub fields: Vec<Located>,
    /// Where the record stands, without `+`.
    pub place: Place,
}

impl DomainFormat {
    /// Number of fields of a whole record.
    pub const FIELDS: usize = 8;

    /// Returns the record as it stands, without `+`.
    #[must_use]
    pub fn text(&self) -> String {
        self.fields.iter().map(|field| field.value.as_str()).collect::<Vec<_>>().join(",")
    }

    /// Returns the domain, or `Default`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.field(0)
    }

    /// Returns whether this is the record of all other domains.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.domain().eq_ignore_ascii_case("default")
    }

    /// Returns the character set of MIME messages.
    #[must_use]
    pub fn mime_charset(&self) -> Option<&Located> {
        self.fields.get(1)
    }

    /// Returns the character set of other messages.
    #[must_use]
    pub fn non_mime_charset(&self) -> Option<&Located> {
        self.fields.get(2)
    }

    /// Returns the formatting flags; none when the field is no number.
    #[must_use]
    pub fn flags(&self) -> Option<FormatFlags> {
        self.number(3).map(FormatFlags)
    }

    /// Returns the word wrap column, in force only with [`FormatFlags::WRAP`].
    #[must_use]
    pub fn wrap_column(&self) -> Option<u32> {
        self.number(4)
    }

    /// Returns when rich text is sent: 0 as the user says, 1 always, 2 never.
    #[must_use]
    pub fn rich_text(&self) -> Option<u32> {
        self.number(5)
    }

    /// Returns the unused field, 0 in every sample.
    #[must_use]
    pub fn reserved(&self) -> Option<u32> {
        self.number(6)
    }

    /// Returns the message size limit, 0 for none.
    #[must_use]
    pub fn size_limit(&self) -> Option<u32> {
        self.number(7)
    }

    /// Returns the place of a field, or of the whole record when the field is not there.
    #[must_use]
    pub fn field_place(&self, index: usize) -> Place {
        self.fields.get(index).map_or(self.place, |field| field.place)
    }

    fn field(&self, index: usize) -> &str {
        self.fields.get(index).map_or("", |field| field.value.as_str())
    }

    fn number(&self, index: usize) -> Option<u32> {
        decimal(self.field(index))
    }
}

/// One record of DeliveryRouting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRoute {
    /// All fields in order; a whole record has domain, host and a number of unknown meaning.
    pub fields: Vec<Located>,
    /// The record as it stands, without `+`.
    pub text: Located,
}

impl DeliveryRoute {
    /// Number of fields of a whole record.
    pub const FIELDS: usize = 3;

    /// Returns the domain.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.fields.first().map_or("", |field| field.value.as_str())
    }

    /// Returns the host or IP address that mail for the domain goes to; none when the record is torn.
    #[must_use]
    pub fn host(&self) -> Option<&Located> {
        self.fields.get(1)
    }

    /// Returns the number; none when the field is missing or no number.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        self.fields.get(2).and_then(|field| decimal(&field.value))
    }

    /// Returns whether the connector can parse the record: three fields, a domain, a number (event 4056, Q182522).
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.fields.len() == Self::FIELDS && !self.domain().is_empty() && self.number().is_some() && !self.text.value.chars().any(char::is_control)
    }
}

/// A key or element that no article names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownItem {
    /// The section; none before the first one.
    pub section: Option<Arc<str>>,
    /// The key that it is or belongs to.
    pub key: Arc<str>,
    /// The value, or the element behind `+`.
    pub value: Located,
}

/// A line that belongs to no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayLine {
    /// The line without outer blanks.
    pub text: Located,
    /// The section it stands in; none before the first one.
    pub section: Option<Arc<str>>,
    /// Whether it stands behind a key that `+` lines continue.
    pub follows_list: bool,
}

/// Returns an unsigned decimal without sign or blanks.
pub(super) fn decimal(text: &str) -> Option<u32> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}
