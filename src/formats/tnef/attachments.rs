//! Attachments: which attributes belong together, and what an attachment holds.
//!
//! By the specification attAttachRenddata begins an attachment and attAttachment ends it. Real streams lack either, so that nothing is
//! required: the title may follow the data, and everything may lie in the properties. MacBinary is not taken apart here.

use std::ops::Range;

use crate::mapi::{PropTag, PropValue};

use super::{
    Attachment, AttachmentContent, Attribute, AttributeId, RendData,
    legacy::Typed,
    property_list::{Form, Lists, gather, read_lists},
    records::SIGNATURE,
    sparse::Holes,
};

/// What writers put into attAttachData beside an embedded message, for readers that know no MAPI.
const STUB: &[u8] = b"This attachment is a MAPI 1.0 embedded message and is not supported by this mail system.";

/// Attachments while their attributes are read.
#[derive(Default)]
pub(super) struct Attachments<'a> {
    pub(super) list: Vec<Gathered<'a>>,
    pub(super) unread: Vec<Range<u64>>,
    is_full: bool,
}

/// One attachment with what only matters until its content is chosen.
#[derive(Default)]
pub(super) struct Gathered<'a> {
    pub(super) attachment: Attachment<'a>,
    data_is_cut: bool,
    value_is_cut: bool,
    is_closed: bool,
}

impl<'a> Attachments<'a> {
    /// Reads an attribute of the current attachment, or of the one that it begins.
    pub(super) fn attribute(&mut self, attribute: &Attribute<'a>, typed: &mut Typed<'_, '_>) {
        let begins = attribute.id == AttributeId::ATTACH_REND_DATA;
        if begins || self.list.last().is_none_or(|last| last.is_over_at(attribute)) {
            if !typed.context.may_keep_attachment() {
                self.refuse(attribute, typed);
                return;
            }
            self.is_full = false;
            if !begins {
                let name = attribute.name().unwrap_or("an attribute");
                typed.context.note(attribute.span.start, "wrong-order", || format!("{name} begins an attachment without attAttachRenddata"));
            }
            let attachment = Attachment { span: attribute.span.clone(), ..Attachment::default() };
            self.list.push(Gathered { attachment, ..Gathered::default() });
        }
        if let Some(last) = self.list.last_mut().filter(|_| !self.is_full) {
            last.attachment.span.end = attribute.span.end;
            last.read(attribute, typed, &mut self.unread);
        }
    }

    fn refuse(&mut self, attribute: &Attribute<'_>, typed: &mut Typed<'_, '_>) {
        if !self.is_full {
            let limit = typed.context.limits.attachments;
            typed
                .context
                .note(attribute.span.start, "limit-reached", || format!("there are more than {limit} attachments; the rest stays attributes"));
        }
        self.is_full = true;
    }
}

impl<'a> Gathered<'a> {
    /// Whether this attribute cannot belong to this attachment any more: the one that begins the next is lost.
    fn is_over_at(&self, attribute: &Attribute<'_>) -> bool {
        match attribute.id {
            AttributeId::ATTACHMENT => false,
            AttributeId::ATTACH_DATA => self.is_closed || self.attachment.data.is_some(),
            AttributeId::ATTACH_TITLE => self.is_closed || self.attachment.title.is_some(),
            _ => self.is_closed && attribute.name().is_some(),
        }
    }

    fn read(&mut self, attribute: &Attribute<'a>, typed: &mut Typed<'_, '_>, unread: &mut Vec<Range<u64>>) {
        let attachment = &mut self.attachment;
        match attribute.id {
            AttributeId::ATTACH_REND_DATA => attachment.rendering = typed.rend_data(attribute),
            AttributeId::ATTACH_TITLE => typed.text_into(&mut attachment.title, attribute),
            AttributeId::ATTACH_TRANSPORT_FILENAME => typed.text_into(&mut attachment.transport_name, attribute),
            AttributeId::ATTACH_CREATE_DATE => typed.date_into(&mut attachment.created, attribute),
            AttributeId::ATTACH_MODIFY_DATE => typed.date_into(&mut attachment.modified, attribute),
            AttributeId::ATTACH_META_FILE => typed.first(&mut attachment.meta_file, attribute.data, attribute),
            AttributeId::ATTACH_DATA => {
                typed.first(&mut attachment.data, (attribute.data, attribute.data_offset), attribute);
                self.data_is_cut = attribute.is_cut();
            }
            AttributeId::ATTACHMENT => {
                let lists = read_lists(attribute.data, attribute.data_offset, (Form::List, typed.code_page), typed.context);
                self.properties(lists, unread);
            }
            _ => {}
        }
    }

    fn properties(&mut self, lists: Lists<'a>, unread: &mut Vec<Range<u64>>) {
        self.is_closed = true;
        unread.extend(lists.unread);
        for bag in lists.bags {
            let ends_in_data = bag.properties.last().is_some_and(|last| is_data(last.tag));
            self.value_is_cut |= lists.is_cut && ends_in_data;
            gather(&mut self.attachment.properties, bag);
        }
    }

    /// Chooses the content; an embedded message is not read yet.
    pub(super) fn settle(self, holes: &Holes) -> Attachment<'a> {
        let mut attachment = self.attachment;
        let sources = Sources::of(&attachment);
        let (content, origin) = sources.content(method(&attachment), attachment.rendering);
        attachment.content = content;
        attachment.whole = attachment.content_bytes().and_then(|(_, at)| holes.whole(at));
        attachment.is_cut = match origin {
            Origin::Attribute => self.data_is_cut,
            Origin::Property => self.value_is_cut,
            Origin::Nowhere => false,
        };
        attachment
    }
}

fn is_data(tag: PropTag) -> bool {
    tag == PropTag::ATTACH_DATA_OBJ || tag == PropTag::ATTACH_DATA_BIN
}

/// Returns PR_ATTACH_METHOD.
fn method(attachment: &Attachment<'_>) -> Option<i32> {
    attachment.properties.long(PropTag::ATTACH_METHOD)
}

type Bytes<'a> = (&'a [u8], u64);

/// The places where the bytes of an attachment may be.
struct Sources<'a> {
    data: Option<Bytes<'a>>,
    is_stub: bool,
    binary: Option<Bytes<'a>>,
    object: Option<Bytes<'a>>,
}

#[derive(Clone, Copy)]
enum Origin {
    Attribute,
    Property,
    Nowhere,
}

impl<'a> Sources<'a> {
    fn of(attachment: &Attachment<'a>) -> Self {
        let property = |tag| {
            attachment.properties.properties.iter().find_map(|property| match property.value {
                // Tag, value count and length come before the bytes.
                PropValue::Binary(bytes) | PropValue::Object(bytes) if property.tag == tag => Some((bytes, property.span.start.saturating_add(12))),
                _ => None,
            })
        };
        let data = attachment.data;
        let is_stub = data.is_some_and(|(bytes, _)| bytes.strip_suffix(&[0]).unwrap_or(bytes) == STUB);
        Self { data, is_stub, binary: property(PropTag::ATTACH_DATA_BIN), object: property(PropTag::ATTACH_DATA_OBJ) }
    }

    fn content(&self, method: Option<i32>, rendering: Option<RendData>) -> (AttachmentContent<'a>, Origin) {
        let interface = self.object.map(|(bytes, _)| Interface::of(bytes));
        let drawn = method.is_none() && rendering.is_some_and(|rendering| matches!(rendering.attach_type, OLE | PICTURE));
        match (method, interface) {
            (Some(EMBEDDED_MESSAGE), _) | (_, Some(Interface::Message)) => self.message(),
            (Some(OLE_OBJECT), _) | (_, Some(Interface::Storage)) => self.ole(),
            _ if drawn && self.object.is_some() => self.ole(),
            _ => self.file(matches!(method, Some(BY_REFERENCE..=BY_REFERENCE_ONLY))),
        }
    }

    fn message(&self) -> (AttachmentContent<'a>, Origin) {
        let property = self.object.map(without_interface).or(self.binary);
        let in_data = self.data.filter(|(bytes, _)| bytes.starts_with(&SIGNATURE));
        match (property, in_data, self.data.filter(|_| !self.is_stub)) {
            (Some((bytes, _)), Some((stream, at)), _) if !bytes.starts_with(&SIGNATURE) => {
                (AttachmentContent::Message(stream, at, None), Origin::Attribute)
            }
            (Some((bytes, at)), ..) => (AttachmentContent::Message(bytes, at, None), Origin::Property),
            (None, Some((bytes, at)), _) => (AttachmentContent::Message(bytes, at, None), Origin::Attribute),
            (None, None, Some((bytes, at))) => (AttachmentContent::File(bytes, at), Origin::Attribute),
            (None, None, None) => (AttachmentContent::Missing, Origin::Nowhere),
        }
    }

    fn ole(&self) -> (AttachmentContent<'a>, Origin) {
        if let Some((bytes, at)) = self.object.map(without_interface) {
            return (AttachmentContent::Ole(bytes, at), Origin::Property);
        }
        match (self.data, self.binary) {
            (Some((bytes, at)), _) => (AttachmentContent::Ole(bytes, at), Origin::Attribute),
            (None, Some((bytes, at))) => (AttachmentContent::Ole(bytes, at), Origin::Property),
            (None, None) => (AttachmentContent::Missing, Origin::Nowhere),
        }
    }

    fn file(&self, by_reference: bool) -> (AttachmentContent<'a>, Origin) {
        let property = self.binary.or_else(|| self.object.map(without_interface));
        match (self.data, property) {
            (Some((bytes, at)), None) => (AttachmentContent::File(bytes, at), Origin::Attribute),
            (Some((bytes, at)), Some(_)) if !self.is_stub => (AttachmentContent::File(bytes, at), Origin::Attribute),
            (_, Some((bytes, at))) => (AttachmentContent::File(bytes, at), Origin::Property),
            (None, None) if by_reference => (AttachmentContent::Reference, Origin::Nowhere),
            (None, None) => (AttachmentContent::Missing, Origin::Nowhere),
        }
    }
}

/// atyp of an OLE object.
const OLE: u16 = 2;
/// atyp of a picture, which the specification leaves out.
const PICTURE: u16 = 3;
const BY_REFERENCE: i32 = 2;
const BY_REFERENCE_ONLY: i32 = 4;
const EMBEDDED_MESSAGE: i32 = 5;
const OLE_OBJECT: i32 = 6;

/// The interface id in front of a PT_OBJECT.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interface {
    Message,
    Storage,
    Stream,
    Other,
}

/// Bytes of an interface id.
const IID: usize = 16;
/// What all interface ids of OLE end with, xxxxxxxx-0000-0000-C000-000000000046.
const IID_TAIL: [u8; 12] = [0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

impl Interface {
    fn of(object: &[u8]) -> Self {
        let (head, tail) = (object.first_chunk::<4>().copied().map(u32::from_le_bytes), object.get(4..IID));
        match head.filter(|_| tail == Some(&IID_TAIL)) {
            Some(0x0002_0307) => Self::Message,
            Some(0x0000_000B) => Self::Storage,
            Some(0x0000_000C) => Self::Stream,
            // One damaged byte in the id does not turn a message into something else.
            _ if object.get(IID..).is_some_and(|rest| rest.starts_with(&SIGNATURE)) => Self::Message,
            _ => Self::Other,
        }
    }
}

/// Returns how many bytes of an object, of which the first twenty are given, are its interface id.
pub(super) fn interface_length(head: &[u8]) -> u64 {
    without_interface((head, 0)).1
}

/// Returns an object without its interface id; an id that nobody documented stays.
fn without_interface((object, at): Bytes<'_>) -> Bytes<'_> {
    match (Interface::of(object), object.get(IID..)) {
        (Interface::Message | Interface::Storage | Interface::Stream, Some(rest)) => (rest, at.saturating_add(IID as u64)),
        _ => (object, at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{CodePage, Limits},
        formats::tnef::{
            decode,
            samples::{IID_MESSAGE, attachment, long, record, rend_data, stream, variable},
        },
    };

    const STORAGE: [u8; 16] = [0x0B, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];
    const STREAM: [u8; 16] = [0x0C, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

    fn data(bytes: &[u8]) -> Vec<u8> {
        record(2, 0x0006_800F, bytes)
    }

    fn title(text: &[u8]) -> Vec<u8> {
        record(2, 0x0001_8010, text)
    }

    fn method(method: i32) -> Vec<u8> {
        long(0x3705_0003, method)
    }

    fn object(iid: &[u8], bytes: &[u8]) -> Vec<u8> {
        variable(0x3701_000D, &[iid, bytes].concat())
    }

    /// Checks kind and bytes of the only attachment.
    #[track_caller]
    fn check(records: &[Vec<u8>], kind: &str, bytes: &[u8]) {
        let data = stream(1252, records);
        let decoded = decode(&data, &Limits::default()).value;
        let [attachment] = decoded.attachments.as_slice() else { panic!("{} attachments", decoded.attachments.len()) };
        let found = match &attachment.content {
            AttachmentContent::Missing => "missing",
            AttachmentContent::File(..) => "file",
            AttachmentContent::Reference => "reference",
            AttachmentContent::Message(_, _, Some(_)) => "message",
            AttachmentContent::Message(..) => "closed message",
            AttachmentContent::Ole(..) => "ole",
        };
        let content = attachment.content_bytes();
        assert_eq!((found, content.map_or(&[][..], |(bytes, _)| bytes)), (kind, bytes));
        if let Some((bytes, at)) = content {
            let at = usize::try_from(at).unwrap();
            assert_eq!(data[at..at + bytes.len()], *bytes, "the offset is that of the bytes");
        }
    }

    #[test]
    fn a_file_lies_in_either_form() {
        check(&[rend_data(), data(b"bytes")], "file", b"bytes");
        check(&[rend_data(), attachment(&[method(1), variable(0x3701_0102, b"bytes")])], "file", b"bytes");
        check(&[rend_data(), data(b"bytes"), attachment(&[variable(0x3701_0102, b"others")])], "file", b"bytes");
        check(&[rend_data(), attachment(&[method(1), object(&STREAM, b"bytes")])], "file", b"bytes");
        check(&[rend_data(), attachment(&[method(1), object(&[9; 16], b"bytes")])], "file", &[&[9; 16][..], b"bytes"].concat());
        check(&[rend_data(), data(b"")], "file", b"");
        check(&[rend_data(), data(STUB)], "file", STUB);
    }

    #[test]
    fn an_embedded_message_is_found_wherever_it_is() {
        let inner = stream(1252, &[]);
        let stub = [STUB, &[0]].concat();
        check(&[rend_data(), data(&stub), attachment(&[method(5), object(&IID_MESSAGE, &inner)])], "message", &inner);
        check(&[rend_data(), attachment(&[method(5), object(&[], &inner)])], "message", &inner);
        check(&[rend_data(), attachment(&[method(5), variable(0x3701_0102, &inner)])], "message", &inner);
        check(&[rend_data(), attachment(&[object(&IID_MESSAGE, &inner)])], "message", &inner);
        check(&[rend_data(), data(&inner), attachment(&[method(5)])], "message", &inner);
        check(&[rend_data(), data(&inner), attachment(&[method(5), object(&IID_MESSAGE, b"junk")])], "message", &inner);
        let mut damaged = IID_MESSAGE;
        damaged[5] = 1;
        check(&[rend_data(), attachment(&[method(5), object(&damaged, &inner)])], "message", &inner);
    }

    #[test]
    fn the_stub_is_not_the_message() {
        check(&[rend_data(), data(STUB), attachment(&[method(5)])], "missing", b"");
        check(&[rend_data(), data(b"Diese Nachricht fehlt."), attachment(&[method(5)])], "file", b"Diese Nachricht fehlt.");
    }

    #[test]
    fn a_file_that_happens_to_be_tnef_stays_a_file() {
        let inner = stream(1252, &[]);
        check(&[rend_data(), data(&inner), attachment(&[method(1)])], "file", &inner);
    }

    #[test]
    fn an_ole_object_is_known_by_method_interface_or_rendering() {
        check(&[rend_data(), attachment(&[method(6), object(&STORAGE, b"\xd0\xcf")])], "ole", b"\xd0\xcf");
        check(&[rend_data(), attachment(&[object(&STORAGE, b"\xd0\xcf")])], "ole", b"\xd0\xcf");
        check(&[rend_data(), data(b"\x01\x05"), attachment(&[method(6)])], "ole", b"\x01\x05");
        let picture = record(2, 0x0006_9002, &[3, 0, 1, 0, 0, 0, 32, 0, 32, 0, 0, 0, 0, 0]);
        check(&[picture.clone(), attachment(&[object(&[9; 16], b"x")])], "ole", &[&[9; 16][..], b"x"].concat());
        check(&[picture, data(b"x")], "file", b"x");
    }

    #[test]
    fn a_reference_has_no_bytes() {
        check(&[rend_data(), attachment(&[method(2)])], "reference", b"");
        check(&[rend_data(), attachment(&[method(1)])], "missing", b"");
        check(&[rend_data(), data(b"copy"), attachment(&[method(4)])], "file", b"copy");
    }

    #[track_caller]
    fn check_gathering(records: &[Vec<u8>], titles: &[&str], codes: &[&str]) {
        let data = stream(1252, records);
        let decoded = decode(&data, &Limits::default());
        let found: Vec<_> = decoded.value.attachments.iter().map(|attachment| attachment.title.as_ref().map_or("", |title| &title.text)).collect();
        assert_eq!(found, titles);
        assert_eq!(decoded.anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
    }

    #[test]
    fn the_title_may_follow_the_data() {
        check_gathering(&[rend_data(), data(b"1"), title(b"A"), rend_data(), data(b"2"), title(b"B"), attachment(&[])], &["A", "B"], &[]);
    }

    #[test]
    fn an_attachment_may_lack_its_beginning() {
        check_gathering(&[title(b"A"), data(b"1")], &["A"], &["wrong-order"]);
        check_gathering(&[rend_data(), title(b"A"), data(b"1"), title(b"B"), data(b"2")], &["A", "B"], &["wrong-order"]);
        check_gathering(&[rend_data(), data(b"1"), attachment(&[]), title(b"B"), data(b"2")], &["", "B"], &["wrong-order"]);
    }

    #[test]
    fn attachments_beyond_the_limit_stay_attributes() {
        let records = [rend_data(), title(b"A"), rend_data(), title(b"B"), rend_data(), title(b"C")];
        let data = stream(1252, &records);
        let decoded = decode(&data, &Limits { attachments: 1, ..Limits::default() });
        assert_eq!((decoded.value.attachments.len(), decoded.value.attributes.len(), decoded.anomalies.len()), (1, 8, 1));
        assert_eq!(decoded.value.attachments[0].title.as_ref().unwrap().text, "A");
        assert_eq!(decoded.value.effective_code_page(), CodePage::WINDOWS_1252);
    }
}
