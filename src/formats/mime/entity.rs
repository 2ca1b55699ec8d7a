//! A decoded document: MIME entities in the order of the text, flat, each knowing its parent.

use std::ops::Range;

use super::{block::HeaderBlock, dbcs::DbcsFault, transfer::Base64Fault};
use crate::base::{CodePage, Sha256Digest};

/// An RFC 822 document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MimeDocument {
    /// All entities, the document itself first, each before its children.
    pub entities: Vec<MimeEntity>,
}

/// One MIME entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MimeEntity {
    /// Index of the entity that holds this one.
    pub parent: Option<usize>,
    /// Levels above it: 0 for the document.
    pub depth: usize,
    /// Its header fields.
    pub headers: HeaderBlock,
    /// Bytes of its body in the document.
    pub body: Range<u64>,
    /// `type/subtype` in lower case, as stated or by default.
    pub media_type: String,
    /// Value of Content-Type as written, folds included.
    pub content_type_raw: Option<String>,
    /// Parameters of Content-Type, names in lower case.
    pub parameters: Vec<(String, String)>,
    /// Content-Transfer-Encoding in lower case.
    pub transfer_encoding: Option<String>,
    /// Content-Disposition without parameters, in lower case.
    pub disposition: Option<String>,
    /// `filename` of the disposition, else `name` of the type.
    pub name: Option<String>,
    /// What is known of the parts, in a multipart entity.
    pub multipart: Option<Multipart>,
    /// The text of a text entity that is no attachment.
    pub text: Option<EntityText>,
    /// Bytes of the decoded body; 0 for an entity that only holds others.
    pub size: u64,
    /// Digest of the decoded body; none for an entity that only holds others.
    pub sha256: Option<Sha256Digest>,
    /// What is wrong with its base64, and the offset of that in the document.
    pub base64_fault: (Base64Fault, u64),
    /// Whether it counts as an attachment: a named, foreign or so disposed leaf, or a message within.
    pub is_attachment: bool,
}

/// What is known of the parts of a multipart entity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Multipart {
    /// The boundary without its leading hyphens.
    pub boundary: String,
    /// Delimiter lines found, the closing one included.
    pub boundary_count: usize,
    /// Whether the closing delimiter was found.
    pub is_closed: bool,
    /// Text before the first delimiter, the first 4096 bytes of it.
    pub prologue: String,
    /// Length of all of it.
    pub prologue_length: u64,
}

/// The text of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntityText {
    /// The characters.
    pub text: String,
    /// The code page that it was read in.
    pub page: CodePageSource,
    /// Whether bytes did not exist in the code page.
    pub lossy: bool,
    /// What is wrong with double-byte characters.
    pub dbcs_fault: DbcsFault,
}

/// The code page of a text and whether somebody stated it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePageSource {
    /// By the charset parameter.
    Stated(CodePage),
    /// Guessed: nothing or something unknown is stated, or it cannot be.
    Guessed(CodePage),
}

impl Default for CodePageSource {
    fn default() -> Self {
        Self::Guessed(CodePage::WINDOWS_1252)
    }
}

impl CodePageSource {
    /// Returns the code page.
    #[must_use]
    pub fn page(self) -> CodePage {
        match self {
            Self::Stated(page) | Self::Guessed(page) => page,
        }
    }
}

impl MimeEntity {
    /// Returns a parameter of Content-Type.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(each, _)| each.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns the character set as stated.
    #[must_use]
    pub fn charset(&self) -> Option<&str> {
        self.param("charset")
    }
}

impl MimeDocument {
    /// Returns the header block of the document.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderBlock> {
        self.entities.first().map(|entity| &entity.headers)
    }

    /// Returns the depth of the deepest entity.
    #[must_use]
    pub fn mime_depth(&self) -> usize {
        self.entities.iter().map(|entity| entity.depth).max().unwrap_or(0)
    }

    /// Returns the attachments in their order.
    pub fn attachments(&self) -> impl Iterator<Item = &MimeEntity> {
        self.entities.iter().filter(|entity| entity.is_attachment)
    }

    /// Returns the texts that are no attachments, in their order.
    pub fn texts(&self) -> impl Iterator<Item = (&MimeEntity, &EntityText)> {
        self.entities.iter().filter_map(|entity| entity.text.as_ref().map(|text| (entity, text)))
    }
}
