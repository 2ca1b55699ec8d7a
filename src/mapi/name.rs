//! Names of the properties above 0x8000, whose ids mean nothing outside one stream.

use std::fmt;

use super::Guid;

/// The identity of a named property: its set and its id or name within the set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PropertyName {
    /// The property set.
    pub set: Guid,
    /// Id or text within the set.
    pub kind: NameKind,
}

/// How a property is named within its set.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum NameKind {
    /// By number (MNID_ID).
    Lid(u32),
    /// By text (MNID_STRING).
    Text(String),
}

impl fmt::Display for PropertyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NameKind::Lid(lid) => write!(f, "{{{}}}/{lid:#06x}", self.set),
            NameKind::Text(text) => write!(f, "{{{}}}/{text}", self.set),
        }
    }
}
