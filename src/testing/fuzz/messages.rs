//! TNEF streams and their parts as they come.

use crate::{
    base::{CodePage, FieldMap, Limits},
    formats::{
        strict::strict_verdict,
        tnef::{self, Attachment, AttachmentContent, Attribute, TnefMessage},
    },
    mapi::{EntryId, MessageClass, PropertyBag, flat_entry_list, mapi_class, tnef_class},
    testing::{attribute_record, checksum},
};

use super::check;

/// Signature, key, attTnefVersion and attOemCodepage as every writer begins.
const START: &[u8] = b"\x78\x9f\x3e\x22\x2b\x12\x01\x06\x90\x08\x00\x04\x00\x00\x00\x00\x00\x01\x00\x01\x00\x01\x07\x90\x06\x00\x08\x00\x00\x00\xe4\x04\x00\x00\x00\x00\x00\x00\xe8\x00";
const MAPI_PROPS: u32 = 0x0006_9003;
const RECIP_TABLE: u32 = 0x0006_9004;
/// Bytes of an attribute before its data, and of its checksum behind.
const HEAD: usize = 9;
const SUM: usize = 2;

/// A stream as it is, and again with every checksum put right, so that both ways of the reader are gone. Every attribute, property and
/// attachment lies in its bytes and behind the one before; the field map is a tree over the file; the second reader does not fall.
pub(super) fn tnef(bytes: &[u8]) {
    stream(bytes);
    let repaired = with_right_checksums(bytes);
    if repaired != bytes {
        stream(&repaired);
    }
    let _ = strict_verdict(bytes);
}

/// The bytes as the property list of a message: what is stated of counts, types, lengths and names lies.
pub(super) fn properties(bytes: &[u8]) {
    stream(&[START, &attribute_record(1, MAPI_PROPS, bytes)].concat());
}

/// The bytes as the recipient table of a message.
pub(super) fn recipients(bytes: &[u8]) {
    let whole = [START, &attribute_record(1, RECIP_TABLE, bytes)].concat();
    stream(&whole);
    let found = tnef::decode(&whole, &Limits::default()).value;
    for recipient in &found.recipients {
        let address = recipient.address(found.effective_code_page());
        let _ = (recipient.kind(), format!("{address:?}"));
    }
}

/// Entry ids, lists of them, and the class of a message.
pub(super) fn entry_id(bytes: &[u8]) {
    for page in [CodePage::WINDOWS_1252, CodePage(932)] {
        let id = check::steady(|| EntryId::parse(bytes, page));
        assert!(!matches!(&id, EntryId::Other(kept) if *kept != bytes), "an id that is not understood keeps its bytes");
        let _ = id.address();
    }
    let limits = Limits::default();
    for entry in check::decoded(bytes.len(), || flat_entry_list(bytes, 0, &limits)) {
        check::place(entry.offset, entry.bytes.len() as u64, bytes.len());
    }
    let text = String::from_utf8_lossy(bytes);
    let class = MessageClass(&text);
    let _ = (class.enveloped(), class.report_kind(), class.reported(), mapi_class(&text), tnef_class(&text));
}

/// Reads one stream in every way that there is.
pub(super) fn stream(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || tnef::decode(bytes, &limits));
    message(&found, bytes);
    let mut map = FieldMap::recording();
    let mapped = tnef::decode_mapped(bytes, &limits, &mut map).value;
    assert_eq!(mapped.attributes, found.attributes, "the map changes what is read");
    check::fields(&map.fields, bytes.len());
}

fn message(found: &TnefMessage<'_>, bytes: &[u8]) {
    check::range(&found.span, bytes.len(), "a stream");
    let mut end = found.span.start;
    for attribute in &found.attributes {
        assert!(attribute.span.start >= end && attribute.span.end <= found.span.end, "{:?} behind {end} of {:?}", attribute.span, found.span);
        end = attribute.span.end;
        self::attribute(attribute, bytes);
    }
    found.unread.iter().for_each(|unread| check::range(unread, bytes.len(), "unread bytes"));
    assert!(found.unread.is_sorted_by(|a, b| a.end <= b.start), "unread bytes overlap: {:?}", found.unread);
    bag(&found.properties, bytes);
    found.recipients.iter().for_each(|recipient| bag(&recipient.properties, bytes));
    found.attachments.iter().for_each(|attachment| self::attachment(attachment, bytes));
    // What is shown of a message is drawn from it in these ways.
    let people = (found.sender(), found.sent_representing(), found.originator());
    let texts = (found.subject(), found.body_text(), found.html_text(), found.message_class(), found.internet_message_id());
    let _ = format!("{people:?}{texts:?}{:?}{:?}", found.client_submit_time(), found.delivery_time());
}

fn attribute(attribute: &Attribute<'_>, bytes: &[u8]) {
    let data = attribute.data_offset..attribute.data_offset.saturating_add(attribute.data.len() as u64);
    assert!(check::cut(bytes, &data, "the data of an attribute") == attribute.data, "{:?} holds other bytes than its place", attribute.id);
    assert!(attribute.span.start <= data.start && data.end <= attribute.span.end, "{:?} lies beyond its record", attribute.id);
    let stored = check::cut(bytes, &(data.end..attribute.span.end), "a checksum").first_chunk::<SUM>().map(|sum| u16::from_le_bytes(*sum));
    let fits = stored.map(|stored| stored == checksum(attribute.data));
    assert!(attribute.checksum_ok.is_none() || attribute.checksum_ok == fits, "{:?} says {:?}", attribute.id, attribute.checksum_ok);
}

fn bag(bag: &PropertyBag<'_>, bytes: &[u8]) {
    for property in &bag.properties {
        check::range(&property.span, bytes.len(), "a property");
        let _ = (property.value.text(), property.value.time());
    }
    assert!(bag.properties.is_sorted_by(|a, b| a.span.end <= b.span.start), "properties overlap");
}

fn attachment(attachment: &Attachment<'_>, bytes: &[u8]) {
    check::range(&attachment.span, bytes.len(), "an attachment");
    bag(&attachment.properties, bytes);
    let content = match &attachment.content {
        AttachmentContent::File(data, offset) | AttachmentContent::Message(data, offset, _) | AttachmentContent::Ole(data, offset) => {
            Some((data, *offset))
        }
        AttachmentContent::Missing | AttachmentContent::Reference => None,
    };
    if let Some((data, offset)) = content {
        let place = offset..offset.saturating_add(data.len() as u64);
        assert!(check::cut(bytes, &place, "a content") == *data, "a content holds other bytes than its place");
    }
    if let AttachmentContent::Message(_, _, Some(inner)) = &attachment.content {
        message(inner, bytes);
    }
    let _ = (attachment.name(), attachment.long_name(), attachment.path_name(), attachment.size(), attachment.is_flagged_mac_binary());
}

/// Returns the stream with the right checksum behind each attribute that is whole, streams within attachments first.
pub(super) fn with_right_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut repaired = bytes.to_vec();
    let mut starts: Vec<usize> = memchr::memmem::find_iter(bytes, &[0x78, 0x9F, 0x3E, 0x22]).take(32).collect();
    starts.reverse();
    for start in starts {
        repair(&mut repaired, start + 6);
    }
    repaired
}

fn repair(bytes: &mut [u8], mut at: usize) {
    while let Some(length) = bytes.get(at + 5..at + HEAD).and_then(|field| field.first_chunk()).map(|field| u32::from_le_bytes(*field)) {
        let Some(end) = usize::try_from(length).ok().and_then(|length| (at + HEAD).checked_add(length)) else { return };
        let Some(sum) = bytes.get(at + HEAD..end).map(checksum) else { return };
        let Some(field) = bytes.get_mut(end..end + SUM) else { return };
        field.copy_from_slice(&sum.to_le_bytes());
        at = end + SUM;
    }
}
