//! Property tags: an id and a type. Both come from the wire and are open.

use std::fmt;

/// The lower half of a tag's meaning: which property.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PropId(pub u16);

/// Type of a property value; with [`PropType::MULTI`] set, a list of such values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PropType(pub u16);

/// A property tag: id in the high word, type in the low word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PropTag(pub u32);

/// Types by their MAPI names.
#[expect(missing_docs, reason = "each constant is the MAPI type of the same name")]
impl PropType {
    pub const UNSPECIFIED: Self = Self(0x0000);
    pub const NULL: Self = Self(0x0001);
    pub const I2: Self = Self(0x0002);
    pub const LONG: Self = Self(0x0003);
    pub const R4: Self = Self(0x0004);
    pub const R8: Self = Self(0x0005);
    pub const CURRENCY: Self = Self(0x0006);
    pub const APPTIME: Self = Self(0x0007);
    pub const ERROR: Self = Self(0x000A);
    pub const BOOLEAN: Self = Self(0x000B);
    pub const OBJECT: Self = Self(0x000D);
    pub const I8: Self = Self(0x0014);
    pub const STRING8: Self = Self(0x001E);
    pub const UNICODE: Self = Self(0x001F);
    pub const SYSTIME: Self = Self(0x0040);
    pub const CLSID: Self = Self(0x0048);
    pub const BINARY: Self = Self(0x0102);
    /// Flag of multi-valued types.
    pub const MULTI: u16 = 0x1000;
}

impl PropType {
    /// Returns whether values come as a list.
    #[must_use]
    pub fn is_multi(self) -> bool {
        self.0 & Self::MULTI != 0
    }

    /// Returns the type of one element.
    #[must_use]
    pub fn element(self) -> Self {
        Self(self.0 & !Self::MULTI)
    }

    /// Returns the MAPI name, for example `PT_MV_STRING8`.
    #[must_use]
    pub fn name(self) -> Option<String> {
        let element = match self.element() {
            Self::UNSPECIFIED => "UNSPECIFIED",
            Self::NULL => "NULL",
            Self::I2 => "I2",
            Self::LONG => "LONG",
            Self::R4 => "R4",
            Self::R8 => "R8",
            Self::CURRENCY => "CURRENCY",
            Self::APPTIME => "APPTIME",
            Self::ERROR => "ERROR",
            Self::BOOLEAN => "BOOLEAN",
            Self::OBJECT => "OBJECT",
            Self::I8 => "I8",
            Self::STRING8 => "STRING8",
            Self::UNICODE => "UNICODE",
            Self::SYSTIME => "SYSTIME",
            Self::CLSID => "CLSID",
            Self::BINARY => "BINARY",
            _ => return None,
        };
        Some(format!("PT_{}{element}", if self.is_multi() { "MV_" } else { "" }))
    }
}

/// Tags that the decoder or the rules name; string tags are written as STRING8 and stand for UNICODE as well.
#[expect(missing_docs, reason = "each constant is the MAPI property of the same name")]
impl PropTag {
    pub const AUTO_FORWARDED: Self = Self(0x0005_000B);
    pub const CONVERSATION_KEY: Self = Self(0x000B_0102);
    pub const IMPORTANCE: Self = Self(0x0017_0003);
    pub const MESSAGE_CLASS: Self = Self(0x001A_001E);
    pub const ORIGINATOR_DELIVERY_REPORT_REQUESTED: Self = Self(0x0023_000B);
    pub const PARENT_KEY: Self = Self(0x0025_0102);
    pub const PRIORITY: Self = Self(0x0026_0003);
    pub const READ_RECEIPT_REQUESTED: Self = Self(0x0029_000B);
    pub const REPORT_TIME: Self = Self(0x0032_0040);
    pub const SUBJECT: Self = Self(0x0037_001E);
    pub const CLIENT_SUBMIT_TIME: Self = Self(0x0039_0040);
    pub const SENT_REPRESENTING_ENTRYID: Self = Self(0x0041_0102);
    pub const SENT_REPRESENTING_NAME: Self = Self(0x0042_001E);
    pub const RCVD_REPRESENTING_ENTRYID: Self = Self(0x0043_0102);
    pub const MESSAGE_SUBMISSION_ID: Self = Self(0x0047_0102);
    pub const ORIG_MESSAGE_CLASS: Self = Self(0x004B_001E);
    pub const REPLY_RECIPIENT_ENTRIES: Self = Self(0x004F_0102);
    pub const START_DATE: Self = Self(0x0060_0040);
    pub const END_DATE: Self = Self(0x0061_0040);
    pub const OWNER_APPT_ID: Self = Self(0x0062_0003);
    pub const RESPONSE_REQUESTED: Self = Self(0x0063_000B);
    pub const SENT_REPRESENTING_ADDRTYPE: Self = Self(0x0064_001E);
    pub const SENT_REPRESENTING_EMAIL_ADDRESS: Self = Self(0x0065_001E);
    pub const TRANSPORT_MESSAGE_HEADERS: Self = Self(0x007D_001E);
    pub const TNEF_CORRELATION_KEY: Self = Self(0x007F_0102);
    pub const ORIGINAL_SUBMIT_TIME: Self = Self(0x004E_0040);
    pub const NDR_REASON_CODE: Self = Self(0x0C04_0003);
    pub const NDR_DIAG_CODE: Self = Self(0x0C05_0003);
    pub const RECIPIENT_TYPE: Self = Self(0x0C15_0003);
    pub const SENDER_ENTRYID: Self = Self(0x0C19_0102);
    pub const SENDER_NAME: Self = Self(0x0C1A_001E);
    pub const SUPPLEMENTARY_INFO: Self = Self(0x0C1B_001E);
    pub const SENDER_ADDRTYPE: Self = Self(0x0C1E_001E);
    pub const SENDER_EMAIL_ADDRESS: Self = Self(0x0C1F_001E);
    pub const MESSAGE_DELIVERY_TIME: Self = Self(0x0E06_0040);
    pub const MESSAGE_FLAGS: Self = Self(0x0E07_0003);
    pub const MESSAGE_SIZE: Self = Self(0x0E08_0003);
    pub const RESPONSIBILITY: Self = Self(0x0E0F_000B);
    pub const ENTRYID: Self = Self(0x0FFF_0102);
    pub const BODY: Self = Self(0x1000_001E);
    pub const REPORT_TEXT: Self = Self(0x1001_001E);
    pub const RTF_COMPRESSED: Self = Self(0x1009_0102);
    /// The HTML body; PT_BINARY in most streams, a string in some.
    pub const HTML: Self = Self(0x1013_0102);
    pub const INTERNET_MESSAGE_ID: Self = Self(0x1035_001E);
    pub const DISPLAY_NAME: Self = Self(0x3001_001E);
    pub const ADDRTYPE: Self = Self(0x3002_001E);
    pub const EMAIL_ADDRESS: Self = Self(0x3003_001E);
    pub const CREATION_TIME: Self = Self(0x3007_0040);
    pub const LAST_MODIFICATION_TIME: Self = Self(0x3008_0040);
    pub const SEARCH_KEY: Self = Self(0x300B_0102);
    pub const ATTACH_DATA_BIN: Self = Self(0x3701_0102);
    pub const ATTACH_DATA_OBJ: Self = Self(0x3701_000D);
    pub const ATTACH_ENCODING: Self = Self(0x3702_0102);
    pub const ATTACH_FILENAME: Self = Self(0x3704_001E);
    pub const ATTACH_METHOD: Self = Self(0x3705_0003);
    pub const ATTACH_LONG_FILENAME: Self = Self(0x3707_001E);
    pub const ATTACH_PATHNAME: Self = Self(0x3708_001E);
    pub const ATTACH_RENDERING: Self = Self(0x3709_0102);
    pub const ATTACH_TAG: Self = Self(0x370A_0102);
    pub const RENDERING_POSITION: Self = Self(0x370B_0003);
    pub const ATTACH_TRANSPORT_NAME: Self = Self(0x370C_001E);
    pub const ATTACH_LONG_PATHNAME: Self = Self(0x370D_001E);
    pub const ATTACH_MIME_TAG: Self = Self(0x370E_001E);
    pub const DISPLAY_TYPE: Self = Self(0x3900_0003);
    pub const SEND_RICH_INFO: Self = Self(0x3A40_000B);
    pub const INTERNET_CPID: Self = Self(0x3FDE_0003);
    pub const MESSAGE_CODEPAGE: Self = Self(0x3FFD_0003);
    pub const SENDER_CODED_FORMAT: Self = Self(0x5902_0003);
    pub const RECIPIENT_DISPLAY_NAME: Self = Self(0x5FF6_001E);
    pub const ORIGINATOR_NAME: Self = Self(0x665B_001E);
    pub const ORIGINATOR_ADDR: Self = Self(0x665C_001E);
    pub const ORIGINATOR_ADDRTYPE: Self = Self(0x665D_001E);
    pub const ORIGINATOR_ENTRYID: Self = Self(0x665E_0102);
    pub const ARRIVAL_TIME: Self = Self(0x665F_0040);
    pub const RECIPIENT_NUMBER: Self = Self(0x6662_0003);
    pub const MTS_SUBJECT_ID: Self = Self(0x6663_0102);
    pub const REPORT_DESTINATION_NAME: Self = Self(0x6664_001E);
    pub const REPORT_DESTINATION_ENTRYID: Self = Self(0x6665_0102);
}

impl PropTag {
    /// Returns the tag of an id and a type.
    #[must_use]
    pub fn new(id: PropId, prop_type: PropType) -> Self {
        Self(u32::from(id.0) << 16 | u32::from(prop_type.0))
    }

    /// Returns the id.
    #[must_use]
    pub fn id(self) -> PropId {
        PropId((self.0 >> 16) as u16)
    }

    /// Returns the type.
    #[must_use]
    pub fn prop_type(self) -> PropType {
        PropType((self.0 & 0xFFFF) as u16)
    }

    /// Returns whether the two name the same property with the same type, STRING8 and UNICODE being alike.
    #[must_use]
    pub fn matches(self, other: Self) -> bool {
        let plain = |tag: Self| match tag.prop_type().element() {
            PropType::UNICODE => tag.0 & !1,
            _ => tag.0,
        };
        plain(self) == plain(other)
    }

    /// Returns whether the id is of the range whose meaning a name gives.
    #[must_use]
    pub fn is_named(self) -> bool {
        (0x8000..0xFFFF).contains(&self.id().0)
    }
}

impl fmt::Display for PropTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}", self.0)
    }
}

impl fmt::Debug for PropTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_splits_and_shows_as_in_the_headers() {
        let tag = PropTag::new(PropId(0x6613), PropType(0x101E));
        assert_eq!((tag.id(), tag.prop_type()), (PropId(0x6613), PropType(0x101E)));
        assert_eq!(tag.to_string(), "0x6613101E");
        assert_eq!(tag.prop_type().name().as_deref(), Some("PT_MV_STRING8"));
    }

    #[test]
    fn string_tags_stand_for_both_forms() {
        assert!(PropTag::SUBJECT.matches(PropTag(0x0037_001F)));
        assert!(!PropTag::SUBJECT.matches(PropTag(0x0037_0102)));
        assert!(!PropTag::ATTACH_DATA_BIN.matches(PropTag::ATTACH_DATA_OBJ));
    }
}
