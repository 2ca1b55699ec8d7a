//! Ids of TNEF attributes with their names, types and levels ([MS-OXTNEF] 2.1.3.3, tnef.h).
//!
//! An attribute is known by the low word of its tag. Two share the id 0x0006 and are told apart by the type word, and the
//! specification prints attOriginalMessageClass with its bytes turned (0x00070600): readers meet both, so both are in the table.

use super::{Attribute, AttributeId};

/// What is known of an attribute before its data is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownAttribute {
    pub(super) id: u16,
    pub(super) type_word: u16,
    pub(super) level: u8,
    pub(super) name: &'static str,
}

/// Ids by the names of the specification.
#[expect(missing_docs, reason = "each constant is the attribute of the same name")]
impl AttributeId {
    pub const OWNER: Self = Self(0x0000);
    pub const SENT_FOR: Self = Self(0x0001);
    pub const DELEGATE: Self = Self(0x0002);
    /// attDateStart, or attOriginalMessageClass when the type word is 7.
    pub const DATE_START: Self = Self(0x0006);
    pub const DATE_END: Self = Self(0x0007);
    pub const AID_OWNER: Self = Self(0x0008);
    pub const REQUEST_RES: Self = Self(0x0009);
    /// attOriginalMessageClass as the specification misprints it.
    pub const ORIGINAL_MESSAGE_CLASS_MISPRINT: Self = Self(0x0600);
    pub const FROM: Self = Self(0x8000);
    pub const SUBJECT: Self = Self(0x8004);
    pub const DATE_SENT: Self = Self(0x8005);
    pub const DATE_RECD: Self = Self(0x8006);
    pub const MESSAGE_STATUS: Self = Self(0x8007);
    pub const MESSAGE_CLASS: Self = Self(0x8008);
    pub const MESSAGE_ID: Self = Self(0x8009);
    pub const PARENT_ID: Self = Self(0x800A);
    pub const CONVERSATION_ID: Self = Self(0x800B);
    pub const BODY: Self = Self(0x800C);
    pub const PRIORITY: Self = Self(0x800D);
    pub const ATTACH_DATA: Self = Self(0x800F);
    pub const ATTACH_TITLE: Self = Self(0x8010);
    pub const ATTACH_META_FILE: Self = Self(0x8011);
    pub const ATTACH_CREATE_DATE: Self = Self(0x8012);
    pub const ATTACH_MODIFY_DATE: Self = Self(0x8013);
    pub const DATE_MODIFIED: Self = Self(0x8020);
    pub const ATTACH_TRANSPORT_FILENAME: Self = Self(0x9001);
    pub const ATTACH_REND_DATA: Self = Self(0x9002);
    pub const MAPI_PROPS: Self = Self(0x9003);
    pub const RECIP_TABLE: Self = Self(0x9004);
    pub const ATTACHMENT: Self = Self(0x9005);
    pub const TNEF_VERSION: Self = Self(0x9006);
    pub const OEM_CODEPAGE: Self = Self(0x9007);
}

impl Attribute<'_> {
    /// Returns the name of the specification, for example `attSubject`.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        known(self.id.0, self.type_word).map(|known| known.name)
    }

    /// Returns whether less data is there than the record says, and no checksum proves the record wrong and the data whole.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        // The span tells how many bytes there are even when not all of them are held.
        let checksum = if self.checksum_ok.is_some() { 2 } else { 0 };
        let have = self.span.end.saturating_sub(self.data_offset).saturating_sub(checksum);
        have < u64::from(self.declared) && self.checksum_ok != Some(true)
    }
}

/// Returns what is known of an id; the type word decides where two attributes share it.
pub(super) fn known(id: u16, type_word: u16) -> Option<&'static KnownAttribute> {
    let exact = KNOWN.binary_search_by_key(&(id, type_word), |row| (row.id, row.type_word)).ok().and_then(|row| KNOWN.get(row));
    exact.or_else(|| {
        // Some writers leave the type word zero. The ids below 0x8000 are too near to plain zeros to be taken without it.
        let first = KNOWN.partition_point(|row| row.id < id);
        KNOWN.get(first).filter(|row| row.id == id && id >= 0x8000)
    })
}

const fn row(id: u16, type_word: u16, level: u8, name: &'static str) -> KnownAttribute {
    KnownAttribute { id, type_word, level, name }
}

/// All attributes, sorted by id and type.
#[rustfmt::skip]
static KNOWN: [KnownAttribute; 33] = [
    row(0x0000, 6, 1, "attOwner"),
    row(0x0001, 6, 1, "attSentFor"),
    row(0x0002, 6, 1, "attDelegate"),
    row(0x0006, 3, 1, "attDateStart"),
    row(0x0006, 7, 1, "attOriginalMessageClass"),
    row(0x0007, 3, 1, "attDateEnd"),
    row(0x0008, 5, 1, "attAidOwner"),
    row(0x0009, 4, 1, "attRequestRes"),
    row(0x0600, 7, 1, "attOriginalMessageClass"),
    row(0x8000, 0, 1, "attFrom"),
    row(0x8004, 1, 1, "attSubject"),
    row(0x8005, 3, 1, "attDateSent"),
    row(0x8006, 3, 1, "attDateRecd"),
    row(0x8007, 6, 1, "attMessageStatus"),
    row(0x8008, 7, 1, "attMessageClass"),
    row(0x8009, 1, 1, "attMessageID"),
    row(0x800A, 1, 1, "attParentID"),
    row(0x800B, 1, 1, "attConversationID"),
    row(0x800C, 2, 1, "attBody"),
    row(0x800D, 4, 1, "attPriority"),
    row(0x800F, 6, 2, "attAttachData"),
    row(0x8010, 1, 2, "attAttachTitle"),
    row(0x8011, 6, 2, "attAttachMetaFile"),
    row(0x8012, 3, 2, "attAttachCreateDate"),
    row(0x8013, 3, 2, "attAttachModifyDate"),
    row(0x8020, 3, 1, "attDateModified"),
    row(0x9001, 6, 2, "attAttachTransportFilename"),
    row(0x9002, 6, 2, "attAttachRenddata"),
    row(0x9003, 6, 1, "attMAPIProps"),
    row(0x9004, 6, 1, "attRecipTable"),
    row(0x9005, 6, 2, "attAttachment"),
    row(0x9006, 8, 1, "attTnefVersion"),
    row(0x9007, 6, 1, "attOemCodepage"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tag: u32, name: Option<&str>) {
        let (id, type_word) = ((tag & 0xFFFF) as u16, (tag >> 16) as u16);
        assert_eq!(known(id, type_word).map(|known| known.name), name);
    }

    #[test]
    fn the_table_is_sorted_and_unique() {
        assert!(KNOWN.is_sorted_by(|a, b| (a.id, a.type_word) < (b.id, b.type_word)));
    }

    #[test]
    fn the_type_word_decides_only_where_ids_collide() {
        check(0x0003_0006, Some("attDateStart"));
        check(0x0007_0006, Some("attOriginalMessageClass"));
        check(0x0007_0600, Some("attOriginalMessageClass"));
        check(0x0000_9002, Some("attAttachRenddata"));
        check(0x0001_8004, Some("attSubject"));
    }

    #[test]
    fn zeros_are_no_attribute() {
        check(0, None);
        check(0x0006_0000, Some("attOwner"));
        check(0x0006_4711, None);
    }
}
