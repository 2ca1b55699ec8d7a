//! From the bytes of a queue file to its compact record. The judge sees the whole item; afterwards only the record stays.

use std::borrow::Cow;

use crate::{
    base::{Anomaly, CodePage, Limits, Sha256Digest},
    formats::{
        macbinary,
        strict::{StrictVerdict, strict_verdict},
        tnef::{self, Address, AttachMethod, Attachment, AttachmentContent, MessageTime, RecipientKind, Sparse, TnefMessage},
    },
    mapi::PropTag,
};

use super::{
    AttachmentRecord, Backup, Bodies, CompactMail, Item, MacForks, MailRecord, MessageRecord, MessageView, Party, QueueKind, RecipientRecord,
    ServerFacts, Stamp, facts::looks_like_headers, item_facts::facts, kept_texts,
};

/// A queue file that was read.
#[derive(Debug)]
pub struct ReadItem {
    /// The record; `file` and `queue` are set when the Backup is assembled.
    pub record: MessageRecord,
    /// Deviations, sorted by offset.
    pub anomalies: Vec<Anomaly>,
}

/// Where a queue item lies, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub struct ItemPlace<'a> {
    /// Path relative to the Backup.
    pub path: &'a str,
    /// Name of its queue.
    pub queue: &'a str,
    /// Which queue.
    pub queue_kind: Option<QueueKind>,
    /// What is known of the server.
    pub server: &'a ServerFacts,
    /// The Backup without its queues.
    pub configuration: Option<&'a Backup>,
}

impl ItemPlace<'_> {
    /// The place of a file that is decoded alone.
    pub const NOWHERE: Self = Self { path: "", queue: "", queue_kind: None, server: &ServerFacts::UNKNOWN, configuration: None };
}

/// Decodes a queue file and hands it to the judge.
pub fn read_item(file: Sparse<'_>, place: ItemPlace<'_>, limits: &Limits, judge: &dyn Fn(&Item<'_>)) -> ReadItem {
    let decoded = tnef::decode_sparse(file, limits);
    let item = Item::new(place, &decoded.value, limits);
    judge(&item);
    let mut anomalies = decoded.anomalies.clone();
    for view in &item.messages {
        anomalies.extend(view.anomalies());
        anomalies.extend(view.message.attachments.iter().filter_map(seen_in_part));
    }
    let verdict =
        if file.holes.is_empty() { strict_verdict(file.bytes) } else { StrictVerdict::too_long(file.bytes.len() as u64 + file.holes.left_out()) };
    let strict_stop = match verdict {
        StrictVerdict::Accepts => None,
        StrictVerdict::Stops(reason) => Some(reason.into_boxed_str()),
    };
    let mut views = item.messages.iter();
    let mut shell = views.next().map(|view| mail_record(view, &mut views)).unwrap_or_default();
    anomalies.extend(kept_texts::bound(&mut shell, limits));
    anomalies.sort_by_key(|anomaly| anomaly.offset);
    let shell = CompactMail::of(&shell);
    let record = MessageRecord { file: 0, queue: 0, strict_stop, kind: item.kind, shell, facts: facts(&item) };
    ReadItem { record, anomalies }
}

/// Says of an attachment that holds more than a file, but is so large that only its begin is there, that the rest was not looked into.
fn seen_in_part(attachment: &Attachment<'_>) -> Option<Anomaly> {
    let (whole, (bytes, at)) = (attachment.whole?, attachment.content_bytes()?);
    let is_file = matches!(attachment.content, AttachmentContent::File(..));
    let holds_more = attachment.is_flagged_mac_binary() || tnef::is_tnef(bytes) || looks_like_headers(bytes);
    let text = || format!("only the first {} of {} bytes of an attachment are looked into; all are hashed", bytes.len(), whole.length);
    (is_file && holds_more).then(|| Anomaly::new(at.saturating_add(bytes.len() as u64), "limit-reached", text()))
}

impl MessageView<'_> {
    /// Deviations of what is decoded out of properties, at the place of the property in the file.
    fn anomalies(&self) -> Vec<Anomaly> {
        let place = |tag| self.message.properties.property(tag).map_or(self.message.span.start, |property| property.span.start);
        let moved = |anomalies: &[Anomaly], base: u64| {
            anomalies.iter().map(|anomaly| Anomaly { offset: base + anomaly.offset, ..anomaly.clone() }).collect::<Vec<_>>()
        };
        let mut all = self.rtf.as_ref().map(|rtf| moved(&rtf.anomalies, place(PropTag::RTF_COMPRESSED))).unwrap_or_default();
        // Positions inside header text do not map to bytes one to one in every code page, so the property itself is named.
        if let Some(headers) = &self.headers {
            let base = place(PropTag::TRANSPORT_MESSAGE_HEADERS);
            all.extend(headers.anomalies.iter().map(|anomaly| Anomaly { offset: base, ..anomaly.clone() }));
        }
        all
    }
}

/// Makes the record of a message and, from the views that follow it depth first, of the messages in it.
fn mail_record<'v, 'a: 'v>(view: &'v MessageView<'a>, following: &mut std::slice::Iter<'v, MessageView<'a>>) -> MailRecord {
    let message = view.message;
    let nested = message.attachments.iter().filter(|attachment| matches!(attachment.content, AttachmentContent::Message(_, _, Some(_))));
    let embedded = nested.filter_map(|_| following.next().map(|view| mail_record(view, following))).collect();
    MailRecord {
        span: message.span.clone(),
        message_class: message.message_class().map(boxed),
        subject: message.subject().map(boxed),
        message_id: message_id(view),
        submitted: message.client_submit_time().map(Stamp::from),
        delivered: message.delivery_time().map(Stamp::from),
        code_page: message.code_page.map(|CodePage(number)| number),
        priority: message.priority().map(tnef::Level::name),
        sender: message.sender().map(Party::from),
        recipients: recipients(message),
        bodies: bodies(view),
        attachments: message.attachments.iter().map(attachment).collect(),
        embedded,
        headers: headers(view),
        properties: message.property_count(),
    }
}

fn boxed(text: Cow<'_, str>) -> Box<str> {
    text.into_owned().into_boxed_str()
}

fn message_id(view: &MessageView<'_>) -> Option<Box<str>> {
    let stored = view.message.internet_message_id().map(boxed);
    stored.or_else(|| {
        let headers = view.headers.as_ref()?;
        headers.value.first("Message-ID").map(|field| field.value.as_str().trim().into())
    })
}

fn recipients(message: &TnefMessage<'_>) -> Box<[RecipientRecord]> {
    let code_page = message.effective_code_page();
    let row = |recipient: &tnef::Recipient<'_>| RecipientRecord {
        kind: match recipient.kind() {
            Some(RecipientKind::Originator) => "orig",
            Some(RecipientKind::Cc) => "cc",
            Some(RecipientKind::Bcc) => "bcc",
            // A row without PR_RECIPIENT_TYPE is a primary recipient to every reader of the era.
            Some(RecipientKind::To) | None => "to",
            Some(RecipientKind::Other(_)) => "other",
        },
        party: recipient.address(code_page).into(),
    };
    message.recipients.iter().map(row).collect()
}

fn bodies(view: &MessageView<'_>) -> Bodies {
    let text_of = |text: &str| (text.chars().count(), Sha256Digest::of(text.as_bytes()));
    Bodies {
        text: view.message.body_text().map(|body| text_of(&body.text)),
        rtf: view.rtf.as_ref().map(|rtf| (rtf.value.bytes.len(), Sha256Digest::of(&rtf.value.bytes))),
        html: view.message.html_text().map(|html| text_of(&html.text)),
    }
}

fn headers(view: &MessageView<'_>) -> Box<[(Box<str>, Box<str>)]> {
    let fields = view.headers.iter().flat_map(|headers| &headers.value.fields);
    fields.map(|field| (field.name.as_str().into(), field.value.as_str().into())).collect()
}

fn attachment(attachment: &Attachment<'_>) -> AttachmentRecord {
    let content = attachment.content_bytes().map(|(bytes, _)| bytes);
    let says_mac_binary = attachment.is_flagged_mac_binary();
    let forks = content.filter(|_| says_mac_binary && attachment.whole.is_none()).and_then(macbinary::split).map(|file| MacForks {
        data: (file.data_fork.len() as u64, Sha256Digest::of(file.data_fork)),
        resource: (file.resource_fork.len() as u64, Sha256Digest::of(file.resource_fork)),
    });
    AttachmentRecord {
        name: attachment.name().map(boxed),
        long_name: attachment.long_name().map(boxed),
        method: attachment.method().unwrap_or(AttachMethod::NO_ATTACHMENT).name().unwrap_or("other"),
        size: attachment.size(),
        sha256: attachment.whole.map(|whole| whole.sha256).or_else(|| content.map(Sha256Digest::of)),
        mime_type: attachment.mime_tag().map(boxed),
        is_cut: attachment.is_cut,
        says_mac_binary,
        mac_binary: forks,
    }
}

impl From<Address<'_>> for Party {
    fn from(address: Address<'_>) -> Self {
        let Address { name, address_type, address } = address;
        Self { name: name.map(boxed), address_type: address_type.map(boxed), address: address.map(boxed) }
    }
}

impl From<MessageTime> for Stamp {
    fn from(time: MessageTime) -> Self {
        match time {
            MessageTime::Utc(time) => Self::Utc(time),
            MessageTime::Local(time) => Self::Local(time),
        }
    }
}
