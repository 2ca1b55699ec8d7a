//! A queue item while its bytes are at hand: shell, mail and nested messages, with the facts that rules read like sentences
//! (message-vocabulary, sections 3 to 5). Q262119: the outermost message is the envelope, the mail is embedded in it.

use crate::{
    base::{Decoded, Limits, Timestamp},
    formats::{
        mime::{HeaderBlock, MimeEntity, document, header_block},
        rtf::{CompressedRtf, decompress},
        tnef::{Address, Attachment, AttachmentContent, Attribute, Recipient, TnefMessage},
    },
    mapi::{EntryId, MessageClass, PropTag, PropValue},
};

use super::QueueKind;

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
    /// Every message in it, depth first: the shell, its mail, nested ones.
    pub messages: Vec<MessageView<'a>>,
    mail: usize,
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
}

impl<'a> Item<'a> {
    /// Returns the view of a decoded queue file.
    #[must_use]
    pub fn new(place: (&'a str, &'a str, Option<QueueKind>), shell: &'a TnefMessage<'a>, limits: &Limits) -> Self {
        let (path, queue, queue_kind) = place;
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
        Self { path, queue, queue_kind, kind, messages, mail }
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

    /// Returns the attachments that begin like an RFC 822 document: Message.txt of notices, ATTnnnnn.txt, saved mails.
    pub fn raw_documents(&self) -> impl Iterator<Item = &'a Attachment<'a>> {
        let is_document = |attachment: &&Attachment<'_>| attachment.content_bytes().is_some_and(|(bytes, _)| looks_like_headers(bytes));
        self.messages.iter().flat_map(|view| &view.message.attachments).filter(is_document)
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
    /// Returns whether the message is a report.
    #[must_use]
    pub fn is_report(&self) -> bool {
        self.message.message_class().is_some_and(|class| MessageClass(&class).is_report())
    }

    /// Returns the MIME entity that the Internet headers describe.
    #[must_use]
    pub fn entity(&self) -> Option<MimeEntity> {
        let text = self.message.transport_headers()?;
        document(format!("{text}\r\n\r\n").as_bytes(), &Limits::default()).value.entities.into_iter().next()
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
    into.push(MessageView { object: object.to_owned(), depth, message, headers, rtf });
    for (index, attachment) in message.attachments.iter().enumerate() {
        if let Attachment { content: AttachmentContent::Message(_, _, Some(nested)), .. } = attachment {
            collect(nested, &format!("{object}, attachment {}", index + 1), depth + 1, into, limits);
        }
    }
}

/// The first line is a field that mail begins with.
fn looks_like_headers(bytes: &[u8]) -> bool {
    let names = ["Received:", "From:", "Return-Path:", "Message-ID:", "X-Sender:", "Date:", "Subject:", "MIME-Version:"];
    names.iter().any(|name| bytes.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())))
}
