//! Raw RFC 822 documents of an item: a spool file or saved mail itself, and attachments that begin like one (message-vocabulary, section 7).

use std::{cell::OnceCell, ops::Range};

use crate::{
    backup::{Item, MessageView, SpoolFolder},
    base::{Limits, Pattern},
    formats::{
        mime::{HeaderField, MimeDocument, Received, document, received},
        spool::SpoolFile,
        tnef::Attachment,
    },
};

use super::{AddressOccurrence, AddressPlace, AddressRole, AddressSource, MailAddress, occurrence::in_field};

/// Where a raw document comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RawOrigin {
    /// A file in a spool folder.
    Spool(SpoolFolder),
    /// Another file of its own.
    File,
    /// Attached to one of the connector's notification mails.
    Notice,
    /// The original in a wrapper for mail that could not be processed (MSG085).
    FailureWrapper,
    /// Any other attachment.
    Attachment,
}

/// A raw RFC 822 document.
#[derive(Debug)]
pub struct RawDocument<'a> {
    /// What holds it, in the words of evidence: `mail, attachment 1`; empty for a file of its own.
    pub object: String,
    /// Where it comes from.
    pub origin: RawOrigin,
    /// The document, without the envelope of a spool file.
    pub bytes: &'a [u8],
    /// Offset of the document in the file.
    pub offset: u64,
    /// The envelope of a spool file, and the lines of a pickup file.
    pub spool: Option<SpoolFile>,
    limits: Limits,
    document: OnceCell<MimeDocument>,
    received: OnceCell<Vec<(HeaderField, Received)>>,
}

impl<'a> RawDocument<'a> {
    fn new(object: String, origin: RawOrigin, (bytes, offset): (&'a [u8], u64), limits: &Limits) -> Self {
        let (document, received) = (OnceCell::new(), OnceCell::new());
        Self { object, origin, bytes, offset, spool: None, limits: limits.clone(), document, received }
    }

    /// Returns the document parsed; offsets in it count from its own start.
    pub fn document(&self) -> &MimeDocument {
        self.document.get_or_init(|| document(self.bytes, &self.limits).value)
    }

    /// Returns what it is called in the words of evidence; a file of its own is "the document".
    #[must_use]
    pub fn place_name(&self) -> &str {
        if self.object.is_empty() { "the document" } else { &self.object }
    }

    /// Returns whether the document is a file of its own and no attachment.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self.origin, RawOrigin::Spool(_) | RawOrigin::File)
    }

    /// Returns whether it lies in one of these spool folders.
    #[must_use]
    pub fn is_in(&self, folders: &[SpoolFolder]) -> bool {
        matches!(self.origin, RawOrigin::Spool(folder) if folders.contains(&folder))
    }

    /// Returns whether the first lines are header fields and an empty line follows, or the data end.
    #[must_use]
    pub fn header_block_ok(&self) -> bool {
        self.document().headers().is_some_and(crate::formats::mime::HeaderBlock::is_well_formed)
    }

    /// Returns a field of the document's header block.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&HeaderField> {
        self.document().headers()?.first(name)
    }

    /// Returns the Received fields, newest first.
    pub fn received(&self) -> &[(HeaderField, Received)] {
        self.received.get_or_init(|| {
            let fields = self.document().headers().into_iter().flat_map(|headers| headers.all("Received"));
            fields.map(|field| (field.clone(), received(&field.value))).collect()
        })
    }

    /// Returns the bytes of a header field in the file.
    #[must_use]
    pub fn field_span(&self, field: &HeaderField) -> Range<u64> {
        let start = self.offset + field.offset;
        start..start + field.length
    }

    /// Returns a range of the document as a range of the file.
    #[must_use]
    pub fn span(&self, range: Range<u64>) -> Range<u64> {
        self.offset + range.start..self.offset + range.end
    }

    /// Returns the addresses of envelope and header fields.
    pub(super) fn occurrences(&self) -> Vec<AddressOccurrence<'a>> {
        let mut found = self.envelope();
        let fields = [
            ("From", AddressRole::HeaderFrom),
            ("To", AddressRole::HeaderTo),
            ("Cc", AddressRole::HeaderCc),
            ("Return-Path", AddressRole::HeaderReturnPath),
        ];
        for (name, role) in fields {
            for field in self.document().headers().into_iter().flat_map(|headers| headers.all(name)) {
                found.extend(in_field(&field.value).map(|address| AddressOccurrence {
                    role,
                    object: self.object.clone(),
                    address,
                    place: AddressPlace::Header(field.name.clone(), self.field_span(field)),
                    row: None,
                    is_ours: true,
                }));
            }
        }
        found
    }

    fn envelope(&self) -> Vec<AddressOccurrence<'a>> {
        let Some(spool) = &self.spool else { return Vec::new() };
        let envelope = spool.envelope.iter();
        let recipients = envelope.clone().flat_map(|envelope| &envelope.recipients).map(|text| (AddressRole::SpoolEnvelope, text));
        let from = envelope.filter_map(|envelope| envelope.mail_from.as_ref()).map(|text| (AddressRole::SpoolEnvelopeFrom, text));
        let pickup =
            spool.pickup.iter().map(|line| (if line.is_sender { AddressRole::SpoolEnvelopeFrom } else { AddressRole::SpoolEnvelope }, &line.address));
        let all = recipients.chain(from).chain(pickup);
        all.map(|(role, text)| AddressOccurrence {
            role,
            object: self.object.clone(),
            address: MailAddress {
                address_type: "SMTP".to_owned(),
                value: text.text.trim().trim_start_matches('<').trim_end_matches('>').to_owned(),
                source: AddressSource::Spool,
                name: None,
            },
            place: AddressPlace::Bytes(text.offset..text.offset + text.length),
            row: None,
            is_ours: true,
        })
        .collect()
    }
}

/// Returns the document of a file that is no queue item: a spool file or a saved mail.
pub(in crate::backup) fn raw_file<'a>(path: &str, bytes: &'a [u8], limits: &Limits) -> RawDocument<'a> {
    let spool = crate::formats::spool::parse(bytes, limits).value;
    let start = usize::try_from(spool.text.start).unwrap_or(0);
    let origin = SpoolFolder::of(path.rsplit_once('/').map_or("", |(folder, _)| folder)).map_or(RawOrigin::File, RawOrigin::Spool);
    let text = bytes.get(start..).unwrap_or_default();
    RawDocument { spool: Some(spool), ..RawDocument::new(String::new(), origin, (text, start as u64), limits) }
}

static WRAPPER: Pattern =
    Pattern::new(r"(?i)(Internet Mail Connector received a message|Exchange Server received an Internet message) that could not be processed");
static ORIGINAL: Pattern = Pattern::new(r"(?i)^(message\.txt|att\d{5}\.txt)$");

/// Returns the attachments that begin like an RFC 822 document: Message.txt of notices, ATTnnnnn.txt, saved mails.
pub(in crate::backup) fn attached_documents<'a>(item: &Item<'a>, limits: &Limits) -> Vec<RawDocument<'a>> {
    let mut found = Vec::new();
    for view in &item.messages {
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            let Some((bytes, offset)) = attachment.content_bytes().filter(|(bytes, _)| looks_like_headers(bytes)) else { continue };
            let object = format!("{}, attachment {}", view.object, index + 1);
            let document = RawDocument::new(object, RawOrigin::Attachment, (bytes, offset), limits);
            let origin = origin(view, attachment, &document);
            found.push(RawDocument { origin, ..document });
        }
    }
    found
}

fn origin(view: &MessageView<'_>, attachment: &Attachment<'_>, document: &RawDocument<'_>) -> RawOrigin {
    if super::report::is_notice(view) {
        return RawOrigin::Notice;
    }
    let name = attachment.long_name().or_else(|| attachment.name()).unwrap_or_default();
    let is_original = ORIGINAL.is_match(&name) && document.header_block_ok() && document.field("Received").is_some();
    let is_wrapper = is_original || view.message.body_text().is_some_and(|body| WRAPPER.is_match(&body.text));
    if is_wrapper { RawOrigin::FailureWrapper } else { RawOrigin::Attachment }
}

/// The first line is a field that mail begins with.
pub(in crate::backup) fn looks_like_headers(bytes: &[u8]) -> bool {
    let names = ["Received:", "From:", "Return-Path:", "Message-ID:", "X-Sender:", "Date:", "Subject:", "MIME-Version:", "To:", "Content-Type:"];
    names.iter().any(|name| bytes.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())))
}
