//! TNEF streams *inside* the messages of an item: attachments that begin with the signature or are named winmail.dat, ms-tnef parts of
//! raw documents, UUENCODE blocks of that name are left to the text readers. The saved queue file itself is never one.

use std::borrow::Cow;

use crate::{
    backup::Item,
    base::{Decoded, Limits},
    formats::{
        mime::content_of,
        tnef::{self, TnefMessage},
    },
    mapi::Property,
};

/// An inner TNEF stream.
#[derive(Debug)]
pub struct InnerTnef<'a> {
    /// What holds it, in the words of evidence.
    pub object: String,
    /// Index of the message that holds it among [`Item::messages`]; none for a part of a raw file.
    pub view: Option<usize>,
    /// Index of the raw document that holds it among [`Item::raws`]; none for an attachment of a message.
    pub raw: Option<usize>,
    /// Whether the queue file ends, or a length lies, inside of it: its faults are then faults of the collection.
    pub is_cut: bool,
    /// The stream.
    pub bytes: Cow<'a, [u8]>,
    /// Bytes that hold it in the file, encoded when it comes from a raw document.
    pub span: std::ops::Range<u64>,
}

impl InnerTnef<'_> {
    /// The signature 0x223E9F78 in the order of its bytes.
    pub const SIGNATURE: [u8; 4] = [0x78, 0x9F, 0x3E, 0x22];

    /// Returns whether the stream begins with the signature.
    #[must_use]
    pub fn has_signature(&self) -> bool {
        self.bytes.starts_with(&Self::SIGNATURE)
    }

    /// Decodes the stream; offsets in it count from its own start.
    #[must_use]
    pub fn decode(&self) -> Decoded<TnefMessage<'_>> {
        tnef::decode(&self.bytes, &Limits::default())
    }

    /// Returns a place in the stream as a place in the file; the whole stream when it was encoded.
    #[must_use]
    pub fn place(&self, range: std::ops::Range<u64>) -> std::ops::Range<u64> {
        match self.bytes {
            Cow::Borrowed(_) => self.span.start + range.start..self.span.start + range.end,
            Cow::Owned(_) => self.span.clone(),
        }
    }
}

/// Returns every property of a stream: those of the message, of its recipients and of its attachments, not those of messages within.
pub fn stream_properties<'m, 'a>(message: &'m TnefMessage<'a>) -> impl Iterator<Item = &'m Property<'a>> {
    let rows = message.recipients.iter().flat_map(|row| &row.properties.properties);
    let attachments = message.attachments.iter().flat_map(|attachment| &attachment.properties.properties);
    message.properties.properties.iter().chain(rows).chain(attachments)
}

/// Returns the inner streams of an item.
pub(in crate::backup) fn inner_tnefs<'a>(item: &Item<'a>) -> Vec<InnerTnef<'a>> {
    let mut found = Vec::new();
    for (view_index, view) in item.messages.iter().enumerate() {
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            let tnef::AttachmentContent::File(bytes, offset) = attachment.content else { continue };
            let name = attachment.long_name().or_else(|| attachment.name()).unwrap_or_default();
            let says_so = attachment.mime_tag().is_some_and(|tag| tag.eq_ignore_ascii_case("application/ms-tnef"));
            if bytes.starts_with(&InnerTnef::SIGNATURE) || name.eq_ignore_ascii_case("winmail.dat") || says_so {
                let object = format!("{}, attachment {}", view.object, index + 1);
                let span = offset..offset + bytes.len() as u64;
                let is_cut = !attachment.is_all_there();
                found.push(InnerTnef { object, view: Some(view_index), raw: None, is_cut, bytes: Cow::Borrowed(bytes), span });
            }
        }
    }
    for (raw_index, raw) in item.raws().iter().enumerate() {
        for entity in &raw.document().entities {
            if entity.media_type == "application/ms-tnef" {
                let content = content_of(raw.bytes, entity).into_owned();
                let object =
                    if raw.object.is_empty() { "part application/ms-tnef".to_owned() } else { format!("{}, part application/ms-tnef", raw.object) };
                let span = raw.span(entity.body.clone());
                found.push(InnerTnef { object, view: None, raw: Some(raw_index), is_cut: false, bytes: Cow::Owned(content), span });
            }
        }
    }
    found
}
