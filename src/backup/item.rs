//! A queue item while its bytes are at hand: shell, mail and nested messages, with the facts that rules read like sentences
//! (message-vocabulary, sections 3 to 5). Q262119: the outermost message is the envelope, the mail is embedded in it.

use std::{cell::OnceCell, ops::Range};

use crate::{
    base::{Decoded, Limits, Timestamp},
    formats::{
        mime::{HeaderBlock, HeaderField, MimeEntity, Received, described_entity, header_block, received},
        rtf::{CompressedRtf, RtfText, decompress, to_text},
        tnef::{Address, Attachment, AttachmentContent, Attribute, Recipient, TnefMessage},
    },
    mapi::{EntryId, MessageClass, PropTag, PropValue},
};

use super::{
    Backup, ItemPlace, QueueKind, ServerFacts,
    facts::{self, AddressOccurrence, AddressRole, Diagnosis, InnerTnef, Notice, RawDocument, ReportFacts, Statement, UuFound},
};

/// What a queue file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// A message transfer envelope around a mail.
    Envelope,
    /// A delivery or non-delivery report without envelope.
    Report,
    /// Anything else.
    Bare,
}

impl ItemKind {
    /// Returns the name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Report => "report",
            Self::Bare => "bare",
        }
    }

    /// Returns what the outermost message is called in the words of evidence.
    #[must_use]
    pub fn shell_name(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Report => "report",
            Self::Bare => "message",
        }
    }
}

/// A queue item with everything in it.
#[derive(Debug)]
pub struct Item<'a> {
    /// Path relative to the Backup.
    pub path: &'a str,
    /// Name of its queue.
    pub queue: &'a str,
    /// Which queue.
    pub queue_kind: Option<QueueKind>,
    /// What the file is.
    pub kind: ItemKind,
    /// Every message in it, depth first: the shell, its mail, nested ones. None for a spool file or saved mail, which is one raw document.
    pub messages: Vec<MessageView<'a>>,
    /// What is known of the server before the queues are read.
    pub server: &'a ServerFacts,
    /// The Backup as far as it is known before the queues are read: service, profile, directory object and sibling files, no messages
    /// and no version. None for a file that is decoded alone.
    pub configuration: Option<&'a Backup>,
    mail: usize,
    limits: Limits,
    cells: Cells<'a>,
}

/// What is computed when a rule first asks.
#[derive(Debug, Default)]
struct Cells<'a> {
    addresses: OnceCell<Vec<AddressOccurrence<'a>>>,
    raws: OnceCell<Vec<RawDocument<'a>>>,
    inner_tnefs: OnceCell<Vec<InnerTnef<'a>>>,
    reports: OnceCell<Vec<ReportFacts<'a>>>,
    notice: OnceCell<Option<Notice>>,
    diagnoses: OnceCell<Vec<Diagnosis<'a>>>,
    statements: OnceCell<Vec<Statement<'a>>>,
    uuencoded: OnceCell<Vec<UuFound>>,
}

/// One message of an item, with what is decoded out of its properties.
#[derive(Debug)]
pub struct MessageView<'a> {
    /// Which message, in words: `envelope`, `mail`, `mail, attachment 2`.
    pub object: String,
    /// 0 for the shell.
    pub depth: usize,
    /// The decoded stream.
    pub message: &'a TnefMessage<'a>,
    /// Internet headers kept with it.
    pub headers: Option<Decoded<HeaderBlock>>,
    /// Its compressed RTF.
    pub rtf: Option<Decoded<CompressedRtf<'a>>>,
    limits: Limits,
    received: OnceCell<Vec<(HeaderField, Received)>>,
    entity: OnceCell<Option<MimeEntity>>,
    rtf_text: OnceCell<Option<RtfText>>,
    body: OnceCell<Option<String>>,
}

impl<'a> Item<'a> {
    /// Returns the view of a decoded queue file.
    #[must_use]
    pub fn new(place: ItemPlace<'a>, shell: &'a TnefMessage<'a>, limits: &Limits) -> Self {
        let ItemPlace { path, queue, queue_kind, server, configuration } = place;
        let kind = kind_of(shell);
        let mut messages = Vec::new();
        collect(shell, kind.shell_name(), 0, &mut messages, limits);
        let mail = usize::from(kind == ItemKind::Envelope && messages.len() > 1);
        if let Some(view) = messages.get_mut(mail).filter(|_| mail > 0) {
            let old = std::mem::replace(&mut view.object, "mail".to_owned());
            for nested in messages.iter_mut().skip(mail + 1) {
                if let Some(rest) = nested.object.strip_prefix(&old) {
                    nested.object = format!("mail{rest}");
                }
            }
        }
        Self { path, queue, queue_kind, kind, messages, server, configuration, mail, limits: limits.clone(), cells: Cells::default() }
    }

    /// Returns the view of a file that is no queue item but a raw document: a spool file or a saved mail.
    #[must_use]
    pub fn of_raw(place: ItemPlace<'a>, bytes: &'a [u8], limits: &Limits) -> Self {
        let ItemPlace { path, queue, queue_kind, server, configuration } = place;
        let cells = Cells { raws: OnceCell::from(vec![facts::raw_file(path, bytes, limits)]), ..Cells::default() };
        let (kind, messages) = (ItemKind::Bare, Vec::new());
        Self { path, queue, queue_kind, kind, messages, server, configuration, mail: 0, limits: limits.clone(), cells }
    }

    /// Returns the bounds under which it is read.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns every address of the item in its role.
    pub fn addresses(&self) -> &[AddressOccurrence<'a>] {
        self.cells.addresses.get_or_init(|| facts::occurrences(self))
    }

    /// Returns the addresses in some roles.
    pub fn addresses_as(&self, roles: &[AddressRole]) -> impl Iterator<Item = &AddressOccurrence<'a>> {
        self.addresses().iter().filter(move |occurrence| roles.contains(&occurrence.role))
    }

    /// Returns the raw RFC 822 documents: attachments that begin like one, or the file itself when it is one.
    pub fn raws(&self) -> &[RawDocument<'a>] {
        self.cells.raws.get_or_init(|| facts::attached_documents(self, &self.limits))
    }

    /// Returns the TNEF streams inside the messages and raw documents.
    pub fn inner_tnefs(&self) -> &[InnerTnef<'a>] {
        self.cells.inner_tnefs.get_or_init(|| facts::inner_tnefs(self))
    }

    /// Returns the reports, nested ones included.
    pub fn reports(&self) -> &[ReportFacts<'a>] {
        self.cells.reports.get_or_init(|| facts::reports(self))
    }

    /// Returns what the item says as a notification mail of the connector.
    pub fn notice(&self) -> Option<&Notice> {
        self.cells.notice.get_or_init(|| facts::notice(self)).as_ref()
    }

    /// Returns the diagnostic lines of its reports and its notice.
    pub fn diagnoses(&self) -> &[Diagnosis<'a>] {
        self.cells.diagnoses.get_or_init(|| facts::diagnoses(self))
    }

    /// Returns every text in which its reports and its notice say why mail failed.
    pub fn statements(&self) -> &[Statement<'a>] {
        self.cells.statements.get_or_init(|| facts::statements(self))
    }

    /// Returns the outermost message.
    #[must_use]
    pub fn shell(&self) -> Option<&MessageView<'a>> {
        self.messages.first()
    }

    /// Returns the mail: the embedded message of an envelope, else the shell itself.
    #[must_use]
    pub fn mail(&self) -> Option<&MessageView<'a>> {
        self.messages.get(self.mail)
    }

    /// Returns the UUENCODE blocks in bodies and text parts.
    pub fn uuencoded(&self) -> &[UuFound] {
        self.cells.uuencoded.get_or_init(|| facts::uuencoded(self, &self.limits))
    }

    /// Returns whether the item lies in one of these queues.
    #[must_use]
    pub fn is_in(&self, queues: &[QueueKind]) -> bool {
        self.queue_kind.is_some_and(|kind| queues.contains(&kind))
    }

    /// Returns the envelope recipients: the shell's recipient table.
    #[must_use]
    pub fn p1(&self) -> &'a [Recipient<'a>] {
        self.shell().map_or(&[], |view| &view.message.recipients)
    }

    /// Returns the deepest nesting below the mail.
    #[must_use]
    pub fn nesting_depth(&self) -> usize {
        let mail = self.mail().map_or(0, |mail| mail.depth);
        self.messages.iter().map(|view| view.depth.saturating_sub(mail)).max().unwrap_or(0)
    }

    /// Returns when the item came to the gateway.
    #[must_use]
    pub fn arrival_time(&self) -> Option<Timestamp> {
        let properties = &self.shell()?.message.properties;
        properties.time(PropTag::ARRIVAL_TIME).or_else(|| properties.time(PropTag::CREATION_TIME))
    }

    /// Returns the envelope originator; for a bare item its sender.
    #[must_use]
    pub fn originator(&self) -> Option<Address<'a>> {
        let shell = self.shell()?.message;
        shell.originator().or_else(|| shell.sender())
    }

    /// Returns whom a report goes to: PR_REPORT_DESTINATION_*, by name and entry id.
    #[must_use]
    pub fn report_destination(&self) -> Option<Address<'a>> {
        let shell = self.shell()?.message;
        let entry_id = shell.properties.bytes(PropTag::REPORT_DESTINATION_ENTRYID).map(|bytes| EntryId::parse(bytes, shell.effective_code_page()))?;
        let (address_type, address) = entry_id.address()?;
        let name = shell.properties.text(PropTag::REPORT_DESTINATION_NAME);
        Some(Address { name, address_type: Some(address_type.to_owned().into()), address: Some(address.to_owned().into()) })
    }

    /// Returns whether the item is a report, or carries one.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.kind == ItemKind::Report || self.mail().is_some_and(MessageView::is_report)
    }

    /// Returns whether a part of the shell could not be read, so that what is absent may only be lost.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.messages.iter().any(MessageView::is_cut)
    }

    /// Returns the MTS-ID of the item as text.
    #[must_use]
    pub fn mts_id(&self) -> Option<String> {
        let bytes = self.shell()?.message.properties.bytes(PropTag::MESSAGE_SUBMISSION_ID)?;
        let text: String = bytes.iter().take_while(|&&byte| byte != 0).copied().map(char::from).collect();
        (!text.is_empty()).then_some(text)
    }
}

impl MessageView<'_> {
    /// Returns the bounds under which it is read.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns the Received fields of its Internet headers, newest first.
    pub fn received(&self) -> &[(HeaderField, Received)] {
        self.received.get_or_init(|| {
            let fields = self.headers.iter().flat_map(|headers| headers.value.all("Received"));
            fields.map(|field| (field.clone(), received(&field.value))).collect()
        })
    }

    /// Returns a field of its Internet headers.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&HeaderField> {
        self.headers.as_ref()?.value.first(name)
    }

    /// Returns the bytes that hold a field: the property of the headers, since places within it are known in 8-bit text only.
    #[must_use]
    pub fn header_span(&self, _field: &HeaderField) -> Range<u64> {
        self.message.properties.property(PropTag::TRANSPORT_MESSAGE_HEADERS).map_or(0..0, |property| property.span.clone())
    }

    /// Returns the plain text of the body.
    pub fn body(&self) -> Option<&str> {
        self.body.get_or_init(|| self.message.body_text().map(|body| body.text.into_owned())).as_deref()
    }

    /// Returns the visible text of its RTF, and whether that was HTML or plain text before.
    pub fn rtf_text(&self) -> Option<&RtfText> {
        self.rtf_text.get_or_init(|| Some(to_text(&self.rtf.as_ref()?.value.bytes, &self.limits).value)).as_ref()
    }

    /// Returns whether the message is a report.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.message.message_class().is_some_and(|class| MessageClass(&class).is_report())
    }

    /// Returns the MIME entity that the Internet headers describe.
    #[must_use]
    pub fn entity(&self) -> Option<&MimeEntity> {
        self.entity.get_or_init(|| self.headers.as_ref().map(|headers| described_entity(&headers.value))).as_ref()
    }

    /// Returns whether a part of the message could not be read.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let message = self.message;
        message.attributes.is_empty() || message.attributes.iter().any(Attribute::is_cut) || !message.unread.is_empty()
    }
}

fn without_terminator(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
    bytes.get(..end).unwrap_or_default()
}

/// Class `ENVELOPE.*`, or exactly one attachment of method 5 beside a property of the transfer envelope, is an envelope.
fn kind_of(shell: &TnefMessage<'_>) -> ItemKind {
    let class = shell.message_class().unwrap_or_default().to_ascii_uppercase();
    let has_transfer_property = || shell.properties.properties.iter().any(|property| (0x665B..=0x6669).contains(&property.tag.id().0));
    let embeds_one = || matches!(shell.attachments.as_slice(), [only] if matches!(only.content, AttachmentContent::Message(..)));
    if class.starts_with("ENVELOPE.") {
        ItemKind::Envelope
    } else if class.starts_with("REPORT.") {
        ItemKind::Report
    } else if embeds_one() && has_transfer_property() {
        ItemKind::Envelope
    } else {
        ItemKind::Bare
    }
}

/// Depth is bounded by the decoder's own limit on nesting.
fn collect<'a>(message: &'a TnefMessage<'a>, object: &str, depth: usize, into: &mut Vec<MessageView<'a>>, limits: &Limits) {
    let headers = match message.properties.get(PropTag::TRANSPORT_MESSAGE_HEADERS) {
        // The raw bytes keep the places exact; a UNICODE property is read through its text.
        Some(PropValue::String8(text)) => Some(header_block(without_terminator(text.bytes), limits)),
        Some(other) => other.text().map(|text| header_block(text.as_bytes(), limits)),
        None => None,
    };
    let rtf = message.rtf_compressed().map(|bytes| decompress(bytes, limits));
    into.push(MessageView {
        object: object.to_owned(),
        depth,
        message,
        headers,
        rtf,
        limits: limits.clone(),
        received: OnceCell::new(),
        entity: OnceCell::new(),
        rtf_text: OnceCell::new(),
        body: OnceCell::new(),
    });
    for (index, attachment) in message.attachments.iter().enumerate() {
        if let Attachment { content: AttachmentContent::Message(_, _, Some(nested)), .. } = attachment {
            collect(nested, &format!("{object}, attachment {}", index + 1), depth + 1, into, limits);
        }
    }
}
