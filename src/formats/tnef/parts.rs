//! One answer to each question about a recipient or an attachment, whichever property or attribute holds it.

use std::borrow::Cow;

use crate::{
    base::{CodePage, Text},
    mapi::PropTag,
};

use super::{Address, Attachment, AttachmentContent, Recipient};

/// How a recipient is addressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientKind {
    /// The originator, as some writers list it.
    Originator,
    /// To.
    To,
    /// Cc.
    Cc,
    /// Bcc.
    Bcc,
    /// A number that MAPI does not know.
    Other(i32),
}

impl RecipientKind {
    /// Returns `orig`, `to`, `cc` or `bcc`; none for numbers that MAPI does not know.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Originator => Some("orig"),
            Self::To => Some("to"),
            Self::Cc => Some("cc"),
            Self::Bcc => Some("bcc"),
            Self::Other(_) => None,
        }
    }
}

/// Flags in the recipient type: MAPI_P1 and MAPI_SUBMITTED.
const RECIPIENT_FLAGS: i32 = 0x1000_0000 | i32::MIN;

impl Recipient<'_> {
    /// Returns how the recipient is addressed; flags of a submitted or resent message do not count.
    #[must_use]
    pub fn kind(&self) -> Option<RecipientKind> {
        Some(match self.properties.long(PropTag::RECIPIENT_TYPE)? & !RECIPIENT_FLAGS {
            0 => RecipientKind::Originator,
            1 => RecipientKind::To,
            2 => RecipientKind::Cc,
            3 => RecipientKind::Bcc,
            other => RecipientKind::Other(other),
        })
    }

    /// Returns name, type and address; an entry id fills in what is missing. `code_page` is that of the message.
    #[must_use]
    pub fn address(&self, code_page: CodePage) -> Address<'_> {
        let named = [PropTag::RECIPIENT_DISPLAY_NAME, TRANSMITTABLE_DISPLAY_NAME, PropTag::DISPLAY_NAME];
        let name = named.iter().copied().find(|tag| self.properties.text(*tag).is_some_and(|name| !name.is_empty()));
        let tags = [name.unwrap_or(PropTag::DISPLAY_NAME), PropTag::ADDRTYPE, PropTag::EMAIL_ADDRESS, PropTag::ENTRYID];
        Address::of(&self.properties, tags, code_page)
    }
}

/// PR_TRANSMITABLE_DISPLAY_NAME.
const TRANSMITTABLE_DISPLAY_NAME: PropTag = PropTag(0x3A20_001E);

/// PR_ATTACH_METHOD, an open number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AttachMethod(pub i32);

#[expect(missing_docs, reason = "each constant is the MAPI method of the same name")]
impl AttachMethod {
    pub const NO_ATTACHMENT: Self = Self(0);
    pub const BY_VALUE: Self = Self(1);
    pub const BY_REFERENCE: Self = Self(2);
    pub const BY_REF_RESOLVE: Self = Self(3);
    pub const BY_REF_ONLY: Self = Self(4);
    pub const EMBEDDED_MESSAGE: Self = Self(5);
    pub const OLE: Self = Self(6);
}

impl AttachMethod {
    /// Returns the name that reports use, for example `by_value`.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let names = ["none", "by_value", "by_reference", "by_ref_resolve", "by_ref_only", "embedded_message", "ole"];
        names.get(usize::try_from(self.0).ok()?).copied()
    }
}

/// OID of MacBinary in PR_ATTACH_ENCODING, 1.2.840.113556.3.11.1 (MAPIOID.h).
const OID_MAC_BINARY: [u8; 9] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 0x03, 0x0B, 0x01];
/// dwFlags bit of attAttachRenddata.
const MAC_BINARY: u32 = 1;

impl<'a> Attachment<'a> {
    /// Returns PR_ATTACH_METHOD; where it is missing, what the content shows it to be.
    #[must_use]
    pub fn method(&self) -> Option<AttachMethod> {
        let stated = self.properties.long(PropTag::ATTACH_METHOD).map(AttachMethod);
        stated.or(match self.content {
            AttachmentContent::File(..) => Some(AttachMethod::BY_VALUE),
            AttachmentContent::Message(..) => Some(AttachMethod::EMBEDDED_MESSAGE),
            AttachmentContent::Ole(..) => Some(AttachMethod::OLE),
            AttachmentContent::Reference | AttachmentContent::Missing => None,
        })
    }

    /// Returns the short name: PR_ATTACH_FILENAME, else attAttachTitle, else the transport name.
    #[must_use]
    pub fn name(&self) -> Option<Cow<'_, str>> {
        let short = self.filled(PropTag::ATTACH_FILENAME).or_else(|| filled_text(self.title.as_ref()));
        short.or_else(|| self.transport_file_name())
    }

    /// Returns PR_ATTACH_LONG_FILENAME.
    #[must_use]
    pub fn long_name(&self) -> Option<Cow<'_, str>> {
        self.filled(PropTag::ATTACH_LONG_FILENAME)
    }

    /// Returns the name given by the transport, from the property or the attribute.
    #[must_use]
    pub fn transport_file_name(&self) -> Option<Cow<'_, str>> {
        self.filled(PropTag::ATTACH_TRANSPORT_NAME).or_else(|| filled_text(self.transport_name.as_ref()))
    }

    /// Returns the display name.
    #[must_use]
    pub fn display_name(&self) -> Option<Cow<'_, str>> {
        self.filled(PropTag::DISPLAY_NAME)
    }

    /// Returns the path of an attachment by reference.
    #[must_use]
    pub fn path_name(&self) -> Option<Cow<'_, str>> {
        self.filled(PropTag::ATTACH_LONG_PATHNAME).or_else(|| self.filled(PropTag::ATTACH_PATHNAME))
    }

    /// Returns the MIME type.
    #[must_use]
    pub fn mime_tag(&self) -> Option<Cow<'_, str>> {
        self.filled(PropTag::ATTACH_MIME_TAG)
    }

    /// Returns PR_ATTACH_ENCODING, an object identifier; one without bytes means "none" and is none.
    #[must_use]
    pub fn encoding(&self) -> Option<&'a [u8]> {
        self.properties.bytes(PropTag::ATTACH_ENCODING).filter(|oid| !oid.is_empty())
    }

    /// Returns whether the stream says that the data is MacBinary, which may be a lie (KB Q161937).
    #[must_use]
    pub fn is_flagged_mac_binary(&self) -> bool {
        let flagged = self.rendering.is_some_and(|rendering| rendering.flags & MAC_BINARY != 0);
        flagged || self.encoding().is_some_and(|oid| oid == OID_MAC_BINARY)
    }

    /// Returns the bytes of the content, without interface id, and their offset in the file; of a very large one only the first.
    #[must_use]
    pub fn content_bytes(&self) -> Option<(&'a [u8], u64)> {
        match &self.content {
            AttachmentContent::File(bytes, at) | AttachmentContent::Message(bytes, at, _) | AttachmentContent::Ole(bytes, at) => Some((bytes, *at)),
            AttachmentContent::Reference | AttachmentContent::Missing => None,
        }
    }

    /// Returns the number of bytes of the content, those that are not there included.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.whole.map(|whole| whole.length).or_else(|| self.content_bytes().map(|(bytes, _)| bytes.len() as u64))
    }

    /// Returns whether the content can be looked at to its end.
    #[must_use]
    pub fn is_all_there(&self) -> bool {
        !self.is_cut && self.whole.is_none()
    }

    fn filled(&self, tag: PropTag) -> Option<Cow<'_, str>> {
        self.properties.text(tag).filter(|text| !text.is_empty())
    }
}

fn filled_text<'m>(text: Option<&'m Text<'_>>) -> Option<Cow<'m, str>> {
    text.filter(|text| !text.text.is_empty()).map(|text| Cow::Borrowed(&*text.text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Limits,
        formats::tnef::{
            decode,
            samples::{attachment, list, long, record, rend_data, stream, variable},
        },
    };

    #[track_caller]
    fn check_recipient(properties: &[Vec<u8>], kind: Option<RecipientKind>, name: &str, address: Option<&str>) {
        let rows = [&[1, 0, 0, 0][..], &list(properties)].concat();
        let data = stream(1252, &[record(1, 0x0006_9004, &rows)]);
        let message = decode(&data, &Limits::default()).value;
        let found = message.recipients[0].address(CodePage::WINDOWS_1252);
        assert_eq!((message.recipients[0].kind(), found.name.unwrap_or_default(), found.address.as_deref()), (kind, name.into(), address));
    }

    #[test]
    fn flags_do_not_change_the_kind() {
        let kind = |kind: u32| long(0x0C15_0003, kind.cast_signed());
        check_recipient(&[kind(1)], Some(RecipientKind::To), "", None);
        check_recipient(&[kind(0x1000_0002)], Some(RecipientKind::Cc), "", None);
        check_recipient(&[kind(0x8000_0003)], Some(RecipientKind::Bcc), "", None);
        check_recipient(&[kind(0)], Some(RecipientKind::Originator), "", None);
        check_recipient(&[kind(9)], Some(RecipientKind::Other(9)), "", None);
        check_recipient(&[], None, "", None);
    }

    #[test]
    fn the_name_has_three_places_and_the_entry_id() {
        let (shown, sent, plain) = (variable(0x5FF6_001E, b"A\0"), variable(0x3A20_001F, b"B\0\0\0"), variable(0x3001_001E, b"C\0"));
        check_recipient(&[plain.clone(), sent.clone(), shown], None, "A", None);
        check_recipient(&[plain.clone(), sent], None, "B", None);
        check_recipient(&[variable(0x5FF6_001E, b"\0"), plain], None, "C", None);
        let id = [&[0; 4][..], b"\x81\x2b\x1f\xa4\xbe\xa3\x10\x19\x9d\x6e\0\xdd\x01\x0f\x54\x02", &[0; 4], b"Ann\0SMTP\0ann@x.example\0"].concat();
        check_recipient(&[variable(0x0FFF_0102, &id)], None, "Ann", Some("ann@x.example"));
    }

    fn ask<T>(records: &[Vec<u8>], question: impl FnOnce(&Attachment<'_>) -> T) -> T {
        let data = stream(1252, records);
        question(&decode(&data, &Limits::default()).value.attachments[0])
    }

    #[test]
    fn names_are_told_apart() {
        let names = |attachment: &Attachment<'_>| {
            [attachment.name(), attachment.long_name(), attachment.transport_file_name(), attachment.display_name()]
                .map(|name| name.map(Cow::into_owned))
        };
        let title = record(2, 0x0001_8010, b"TITLE.TXT\0");
        let transport = record(2, 0x0006_9001, b"T.TXT\0");
        let long_name = attachment(&[variable(0x3707_001E, b"long.txt\0"), variable(0x3001_001E, b"shown\0")]);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            ask(&[rend_data(), title.clone(), transport.clone(), long_name.clone()], names),
            [some("TITLE.TXT"), some("long.txt"), some("T.TXT"), some("shown")]
        );
        assert_eq!(ask(&[rend_data(), transport, long_name], names), [some("T.TXT"), some("long.txt"), some("T.TXT"), some("shown")]);
        assert_eq!(ask(&[rend_data(), title, attachment(&[variable(0x3704_001E, b"SHORT.TXT\0")])], names)[0], some("SHORT.TXT"));
        assert_eq!(ask(&[rend_data(), record(2, 0x0001_8010, b"\0")], names), [None, None, None, None]);
    }

    #[test]
    fn mac_binary_is_flagged_twice() {
        let flagged = |attachment: &Attachment<'_>| attachment.is_flagged_mac_binary();
        let flag = record(2, 0x0006_9002, &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
        assert!(ask(&[flag], flagged));
        assert!(ask(&[rend_data(), attachment(&[variable(0x3702_0102, &OID_MAC_BINARY)])], flagged));
        assert!(!ask(&[rend_data(), attachment(&[variable(0x3702_0102, b"")])], flagged));
    }

    #[test]
    fn the_method_is_stated_or_shown() {
        let method = |attachment: &Attachment<'_>| attachment.method().and_then(AttachMethod::name);
        assert_eq!(ask(&[rend_data(), attachment(&[long(0x3705_0003, 4)])], method), Some("by_ref_only"));
        assert_eq!(ask(&[rend_data(), record(2, 0x0006_800F, b"x")], method), Some("by_value"));
        assert_eq!(ask(&[rend_data()], method), None);
        assert_eq!(AttachMethod(77).name(), None);
    }

    #[test]
    fn size_type_and_path_come_from_the_content_and_the_properties() {
        let properties = attachment(&[variable(0x370E_001E, b"text/plain\0"), variable(0x3708_001E, b"C:\\A.TXT\0")]);
        let asked = |attachment: &Attachment<'_>| {
            (attachment.size(), attachment.mime_tag().unwrap().into_owned(), attachment.path_name().unwrap().into_owned())
        };
        assert_eq!(ask(&[rend_data(), record(2, 0x0006_800F, b"12"), properties], asked), (Some(2), "text/plain".into(), "C:\\A.TXT".into()));
    }
}
