//! What stays of a queue item once its bytes are gone: a compact record, so that memory does not grow with attachments.

use crate::{
    base::{Sha256Digest, Timestamp},
    mapi::ReportKind,
};

use super::{CompactMail, ItemKind, ItemQuotes, ItemWords, QueueFacts, facts::PostScriptPart};

/// One queue item: the shell, and what rules and reports need of it.
#[derive(Debug, Clone)]
pub struct MessageRecord {
    /// Index of its file in the Backup.
    pub file: usize,
    /// Index of its queue in the Backup.
    pub queue: usize,
    /// Where a strict TNEF reader stops; none when it accepts the stream.
    pub strict_stop: Option<Box<str>>,
    /// Envelope, report or bare message.
    pub kind: ItemKind,
    /// The outermost message of the stream, packed.
    pub shell: CompactMail,
    /// Facts that rules over queues join.
    pub facts: ItemFacts,
}

impl MessageRecord {
    /// Returns the mail: the embedded message of an envelope, else the outermost message.
    #[must_use]
    pub fn mail(&self) -> MailRecord {
        self.mail_of(self.shell.record())
    }

    /// Returns the mail without Internet headers.
    #[must_use]
    pub fn mail_outline(&self) -> MailRecord {
        self.mail_of(self.shell.outline())
    }

    fn mail_of(&self, mut shell: MailRecord) -> MailRecord {
        let embedded = std::mem::take(&mut shell.embedded);
        match self.kind {
            ItemKind::Envelope if !embedded.is_empty() => embedded.into_iter().next().unwrap_or_default(),
            _ => MailRecord { embedded, ..shell },
        }
    }
}

/// Facts of an item that rules over many items need.
#[derive(Debug, Clone, Default)]
pub struct ItemFacts {
    /// When the item came to the gateway (PR_ARRIVAL_TIME, else PR_CREATION_TIME).
    pub arrival: Option<Timestamp>,
    /// What is asked for by few rules: ids, domains, hosts, further times.
    pub words: ItemWords,
    /// Kind of report.
    pub report: Option<ReportKind>,
    /// Whether it is one of the connector's own notification mails.
    pub is_notice: bool,
    /// Whether Internet headers are kept with the mail.
    pub has_headers: bool,
    /// Whether a raw RFC 822 document is attached.
    pub has_raw_document: bool,
    /// What single rules quote of it: names, stamps, senders, sizes, long addresses.
    pub quotes: ItemQuotes,
    /// What rules over whole queues need besides.
    pub queue: QueueFacts,
    /// Characters of the longest subject of its messages, the envelope's copy aside.
    pub longest_subject: u16,
    /// How many of these subjects have exactly 40 characters (Q156844).
    pub subjects_of_40: u16,
    /// The first PostScript attachment of the mail.
    pub postscript: Option<Box<PostScriptPart>>,
}

/// A version stamp of an Exchange connector in one header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderStamp {
    /// Which message of the item, in words.
    pub object: Box<str>,
    /// Name of the header field.
    pub field: Box<str>,
    /// Position of the field among all Received fields, 0 the topmost; none for other fields.
    pub hop: Option<u32>,
    /// Whether the message is the mail itself and no nested one.
    pub is_in_mail: bool,
    /// The `by` host; for X-Mailer that of the lowest Received field of the same headers.
    pub host: Option<Box<str>>,
    /// When the stamp was made, if the field says so.
    pub time: Option<Timestamp>,
    /// The build as written.
    pub build: Box<str>,
    /// Bytes of the header property in the file.
    pub offset: u64,
    /// Their number.
    pub length: u64,
}

/// One message at any level.
#[derive(Debug, Clone, Default)]
pub struct MailRecord {
    /// Bytes of the stream in its file.
    pub span: std::ops::Range<u64>,
    /// PR_MESSAGE_CLASS, or what attMessageClass stands for.
    pub message_class: Option<Box<str>>,
    /// Subject.
    pub subject: Option<Box<str>>,
    /// Internet message id.
    pub message_id: Option<Box<str>>,
    /// When the sender submitted it; a local time without zone when only attDateSent says so.
    pub submitted: Option<Stamp>,
    /// When it was delivered.
    pub delivered: Option<Stamp>,
    /// Code page as stated in the stream.
    pub code_page: Option<u32>,
    /// Priority.
    pub priority: Option<&'static str>,
    /// Sender.
    pub sender: Option<Party>,
    /// Rows of the recipient table.
    pub recipients: Box<[RecipientRecord]>,
    /// Bodies.
    pub bodies: Bodies,
    /// Attachments.
    pub attachments: Box<[AttachmentRecord]>,
    /// Embedded messages in the order of their attachments.
    pub embedded: Box<[MailRecord]>,
    /// Internet headers, unfolded and decoded.
    pub headers: Box<[(Box<str>, Box<str>)]>,
    /// Number of MAPI properties.
    pub properties: usize,
}

/// A time as the source gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// UTC.
    Utc(Timestamp),
    /// Local time of an unknown zone.
    Local(crate::base::LocalTime),
}

/// Name and address of a sender or recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Party {
    /// Display name.
    pub name: Option<Box<str>>,
    /// Address type in capitals as stored.
    pub address_type: Option<Box<str>>,
    /// Address.
    pub address: Option<Box<str>>,
}

/// One row of a recipient table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipientRecord {
    /// `to`, `cc`, `bcc`, `orig`, or the number as text for anything else.
    pub kind: &'static str,
    /// Who.
    pub party: Party,
}

/// Sizes and digests of the bodies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bodies {
    /// Characters of the plain text and the digest of its UTF-8 form.
    pub text: Option<(usize, Sha256Digest)>,
    /// Bytes of the decompressed RTF and their digest.
    pub rtf: Option<(usize, Sha256Digest)>,
    /// Characters of the HTML and the digest of its UTF-8 form.
    pub html: Option<(usize, Sha256Digest)>,
}

/// One attachment.
#[derive(Debug, Clone)]
pub struct AttachmentRecord {
    /// Short name: 8.3 or title.
    pub name: Option<Box<str>>,
    /// Long name.
    pub long_name: Option<Box<str>>,
    /// Method in the words of the report.
    pub method: &'static str,
    /// Bytes of the content, without interface id.
    pub size: Option<u64>,
    /// Their digest.
    pub sha256: Option<Sha256Digest>,
    /// MIME type.
    pub mime_type: Option<Box<str>>,
    /// Whether the content ends before its stated length.
    pub is_cut: bool,
    /// Whether a flag or an object identifier says that the content is MacBinary.
    pub says_mac_binary: bool,
    /// Its forks, when the content is MacBinary indeed (Q161937 tells of bare data forks under the flag).
    pub mac_binary: Option<MacForks>,
}

/// The forks of a MacBinary attachment: size and digest each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MacForks {
    /// The data fork.
    pub data: (u64, Sha256Digest),
    /// The resource fork.
    pub resource: (u64, Sha256Digest),
}
