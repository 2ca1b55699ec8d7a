//! A decoded TNEF stream, from whole to part. Everything borrows from the file's bytes.

use std::{borrow::Cow, ops::Range};

use crate::{
    base::{CodePage, LocalTime, Text},
    mapi::PropertyBag,
};

use super::sparse::Whole;

/// A whole TNEF stream: a message, or what is left of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TnefMessage<'a> {
    /// Bytes of the stream in its file.
    pub span: Range<u64>,
    /// The attachment key behind the signature.
    pub key: u16,
    /// attTnefVersion.
    pub version: Option<u32>,
    /// Primary code page of attOemCodepage as stated, known or not.
    pub code_page: Option<CodePage>,
    /// Effective code page of the enclosing stream, for an embedded message.
    pub inherited_code_page: Option<CodePage>,
    /// Every attribute in the order of the stream, attachments' ones included.
    pub attributes: Vec<Attribute<'a>>,
    /// The attributes that are not property lists, typed.
    pub legacy: LegacyAttributes<'a>,
    /// Properties of all attMAPIProps.
    pub properties: PropertyBag<'a>,
    /// Rows of the recipient table.
    pub recipients: Vec<Recipient<'a>>,
    /// Attachments in the order of their attAttachRenddata.
    pub attachments: Vec<Attachment<'a>>,
    /// Runs of bytes that could not be read as anything.
    pub unread: Vec<Range<u64>>,
}

/// Id of an attribute; the type word above it only chooses a default rendering ([MS-OXTNEF] 2.1.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttributeId(pub u16);

/// One attribute record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'a> {
    /// 1 for the message, 2 for an attachment.
    pub level: u8,
    /// The low word of the tag.
    pub id: AttributeId,
    /// The high word of the tag.
    pub type_word: u16,
    /// The data that is there, which may be less than the length says.
    pub data: &'a [u8],
    /// Length as stated.
    pub declared: u32,
    /// Offset of the data in the file.
    pub data_offset: u64,
    /// Bytes of the record in the file, level to checksum.
    pub span: Range<u64>,
    /// Whether the checksum fits; none when it was cut off.
    pub checksum_ok: Option<bool>,
}

/// Attributes of the time before MAPI, typed ([MS-OXTNEF] 2.1.3.3).
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegacyAttributes<'a> {
    /// attMessageClass as written, not mapped to its MAPI name.
    pub message_class: Option<Text<'a>>,
    /// attOriginalMessageClass as written (either id, [MS-OXTNEF] 2.1.3.3.17).
    pub original_message_class: Option<Text<'a>>,
    /// attFrom, all triples.
    pub from: Vec<AddressTriple<'a>>,
    /// attSubject.
    pub subject: Option<Text<'a>>,
    /// attBody.
    pub body: Option<Text<'a>>,
    /// attDateSent, in the writer's unknown zone.
    pub date_sent: Option<LocalTime>,
    /// attDateRecd.
    pub date_received: Option<LocalTime>,
    /// attDateModified.
    pub date_modified: Option<LocalTime>,
    /// attDateStart.
    pub date_start: Option<LocalTime>,
    /// attDateEnd.
    pub date_end: Option<LocalTime>,
    /// attMessageStatus, the flag byte.
    pub message_status: Option<u8>,
    /// attMessageID as the bytes that its hexadecimal text stands for.
    pub message_id: Option<Cow<'a, [u8]>>,
    /// attParentID, likewise.
    pub parent_id: Option<Cow<'a, [u8]>>,
    /// attConversationID, likewise.
    pub conversation_id: Option<Cow<'a, [u8]>>,
    /// attPriority: 1 high, 2 normal, 3 low.
    pub priority: Option<u16>,
    /// attOwner.
    pub owner: Option<CountedAddress<'a>>,
    /// attSentFor.
    pub sent_for: Option<CountedAddress<'a>>,
    /// attDelegate, an entry id.
    pub delegate: Option<&'a [u8]>,
    /// attAidOwner.
    pub aid_owner: Option<u32>,
    /// attRequestRes.
    pub request_response: Option<bool>,
}

/// One TRP of attFrom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressTriple<'a> {
    /// trpid, for example 4 for a one-off.
    pub id: u16,
    /// Display name.
    pub name: Text<'a>,
    /// Address as `TYPE:address`.
    pub address: Text<'a>,
}

/// Name and address of attOwner and attSentFor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedAddress<'a> {
    /// Display name.
    pub name: Text<'a>,
    /// Address as `TYPE:address`.
    pub address: Text<'a>,
}

/// One row of the recipient table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recipient<'a> {
    /// Properties of the row.
    pub properties: PropertyBag<'a>,
}

/// An attachment and everything that was said of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attachment<'a> {
    /// Bytes in the file from its first to its last attribute.
    pub span: Range<u64>,
    /// attAttachRenddata.
    pub rendering: Option<RendData>,
    /// attAttachTitle.
    pub title: Option<Text<'a>>,
    /// attAttachTransportFilename.
    pub transport_name: Option<Text<'a>>,
    /// attAttachCreateDate.
    pub created: Option<LocalTime>,
    /// attAttachModifyDate.
    pub modified: Option<LocalTime>,
    /// attAttachMetaFile.
    pub meta_file: Option<&'a [u8]>,
    /// attAttachData with its offset in the file.
    pub data: Option<(&'a [u8], u64)>,
    /// Properties of all attAttachment.
    pub properties: PropertyBag<'a>,
    /// What the attachment holds, chosen by method and by what is there.
    pub content: AttachmentContent<'a>,
    /// Whether the stream ended, or a length lied, inside the content.
    pub is_cut: bool,
    /// Length and digest of the content, when it is so large that only its first bytes are there.
    pub whole: Option<Whole>,
}

/// The content of an attachment; offsets are those of the first byte in the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum AttachmentContent<'a> {
    /// Nothing was found.
    #[default]
    Missing,
    /// A file by value.
    File(&'a [u8], u64),
    /// A file that lies elsewhere; the path is in the properties.
    Reference,
    /// An embedded message: its bytes without interface id, and the message unless nesting went too deep.
    Message(&'a [u8], u64, Option<Box<TnefMessage<'a>>>),
    /// An OLE object without interface id.
    Ole(&'a [u8], u64),
}

/// attAttachRenddata ([MS-OXTNEF] 2.1.3.3.15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RendData {
    /// atyp: 0 null, 1 file, 2 OLE, 3 picture.
    pub attach_type: u16,
    /// Character position in the body, 0xFFFFFFFF for none.
    pub position: u32,
    /// Width of the rendering.
    pub width: u16,
    /// Height of the rendering.
    pub height: u16,
    /// Flags; bit 0 says MacBinary.
    pub flags: u32,
}
