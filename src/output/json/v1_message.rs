//! The wire form of messages, the same in reports and in decoded files.

use serde::Serialize;

use crate::{
    backup::{AttachmentRecord, Backup, MacForks, MailRecord, MessageRecord, Party, RecipientRecord, Stamp},
    base::{Anomaly, Limits, Sha256Digest},
    formats::tnef::{AttachmentContent, TnefMessage},
};

use super::v1_properties::{MessageDetailsV1, PropertyV1, property_list};

/// A queue item.
#[derive(Serialize)]
pub(super) struct ItemV1<'a> {
    path: &'a str,
    queue: &'a str,
    sha256: Option<String>,
    strict_reader: &'a str,
    kind: &'static str,
    #[serde(flatten)]
    message: MessageV1<'a>,
}

/// A message at any level.
#[derive(Serialize)]
pub(super) struct MessageV1<'a> {
    message_class: Option<&'a str>,
    subject: Option<&'a str>,
    message_id: Option<&'a str>,
    submitted: Option<String>,
    delivered: Option<String>,
    code_page: Option<u32>,
    priority: Option<&'static str>,
    sender: Option<PartyV1<'a>>,
    recipients: Vec<RecipientV1<'a>>,
    bodies: BodiesV1,
    attachments: Vec<AttachmentV1<'a>>,
    embedded: Vec<MessageV1<'a>>,
    headers: Vec<HeaderV1<'a>>,
    properties: usize,
    #[serde(flatten)]
    details: Option<MessageDetailsV1>,
    anomalies: Vec<AnomalyV1<'a>>,
}

#[derive(Serialize)]
struct PartyV1<'a> {
    name: Option<&'a str>,
    r#type: Option<&'a str>,
    address: Option<&'a str>,
}

#[derive(Serialize)]
struct RecipientV1<'a> {
    kind: &'static str,
    #[serde(flatten)]
    party: PartyV1<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    property_list: Option<Vec<PropertyV1>>,
}

#[derive(Serialize)]
struct BodiesV1 {
    text: Option<usize>,
    rtf: Option<usize>,
    html: Option<usize>,
    text_sha256: Option<String>,
    rtf_sha256: Option<String>,
    html_sha256: Option<String>,
}

#[derive(Serialize)]
struct AttachmentV1<'a> {
    name: Option<&'a str>,
    long_name: Option<&'a str>,
    method: &'static str,
    size: Option<u64>,
    sha256: Option<String>,
    mime_type: Option<&'a str>,
    encoding: Option<&'static str>,
    cut: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_fork: Option<ForkV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_fork: Option<ForkV1>,
    #[serde(skip_serializing_if = "Option::is_none")]
    property_list: Option<Vec<PropertyV1>>,
}

#[derive(Serialize)]
struct ForkV1 {
    size: u64,
    sha256: String,
}

#[derive(Serialize)]
struct HeaderV1<'a> {
    name: &'a str,
    value: &'a str,
}

/// A deviation.
#[derive(Serialize)]
pub(super) struct AnomalyV1<'a> {
    offset: u64,
    code: &'static str,
    text: &'a str,
}

impl<'a> From<&'a Anomaly> for AnomalyV1<'a> {
    fn from(anomaly: &'a Anomaly) -> Self {
        let Anomaly { offset, code, text } = anomaly;
        Self { offset: *offset, code, text }
    }
}

impl<'a> ItemV1<'a> {
    pub(super) fn new(backup: &'a Backup, record: &'a MessageRecord, mail: &'a MailRecord) -> Self {
        let MessageRecord { file, queue, strict_stop, kind, shell: _, facts: _ } = record;
        let file = backup.files.get(*file);
        Self {
            path: file.map_or("", |file| &file.path),
            queue: backup.queues.get(*queue).map_or("", |queue| queue.name.as_str()),
            sha256: file.and_then(|file| file.sha256).map(|digest| digest.to_string()),
            strict_reader: strict_stop.as_deref().unwrap_or("accepts"),
            kind: kind.name(),
            message: MessageV1::new(mail, file.map_or(&[], |file| &file.anomalies)),
        }
    }
}

impl<'a> MessageV1<'a> {
    /// Returns the wire form; `anomalies` are those of the whole file, from which an embedded message takes its own by their offsets.
    pub(super) fn new(record: &'a MailRecord, anomalies: &'a [Anomaly]) -> Self {
        let MailRecord {
            span: _,
            message_class,
            subject,
            message_id,
            submitted,
            delivered,
            code_page,
            priority,
            sender,
            recipients,
            bodies,
            attachments,
            embedded,
            headers,
            properties,
        } = record;
        let digest = |body: &Option<(usize, Sha256Digest)>| body.map(|(_, digest)| digest.to_string());
        let length = |body: &Option<(usize, Sha256Digest)>| body.map(|(length, _)| length);
        Self {
            message_class: message_class.as_deref(),
            subject: subject.as_deref(),
            message_id: message_id.as_deref(),
            submitted: submitted.map(|stamp| stamp.to_string()),
            delivered: delivered.map(|stamp| stamp.to_string()),
            code_page: *code_page,
            priority: *priority,
            sender: sender.as_ref().map(PartyV1::from),
            recipients: recipients.iter().map(RecipientV1::from).collect(),
            bodies: BodiesV1 {
                text: length(&bodies.text),
                rtf: length(&bodies.rtf),
                html: length(&bodies.html),
                text_sha256: digest(&bodies.text),
                rtf_sha256: digest(&bodies.rtf),
                html_sha256: digest(&bodies.html),
            },
            attachments: attachments.iter().map(AttachmentV1::from).collect(),
            embedded: embedded.iter().map(|mail| Self::new(mail, within(anomalies, &mail.span))).collect(),
            headers: headers.iter().map(|(name, value)| HeaderV1 { name, value }).collect(),
            properties: *properties,
            details: None,
            anomalies: anomalies.iter().map(AnomalyV1::from).collect(),
        }
    }
}

impl MessageV1<'_> {
    /// Adds every property, and the bodies as text, of this message and of those in it; the nesting is bounded by the decoder.
    pub(super) fn detailed(mut self, message: &TnefMessage<'_>, limits: &Limits) -> Self {
        self.details = Some(MessageDetailsV1::new(message, limits));
        for (recipient, found) in self.recipients.iter_mut().zip(&message.recipients) {
            recipient.property_list = Some(property_list(&found.properties));
        }
        for (attachment, found) in self.attachments.iter_mut().zip(&message.attachments) {
            attachment.property_list = Some(property_list(&found.properties));
        }
        let nested = message.attachments.iter().filter_map(|attachment| match &attachment.content {
            AttachmentContent::Message(_, _, nested) => nested.as_deref(),
            _ => None,
        });
        self.embedded = self.embedded.into_iter().zip(nested).map(|(wire, message)| wire.detailed(message, limits)).collect();
        self
    }
}

/// Anomalies are sorted by offset, so those of an embedded message are a run.
fn within<'a>(anomalies: &'a [Anomaly], span: &std::ops::Range<u64>) -> &'a [Anomaly] {
    let start = anomalies.partition_point(|anomaly| anomaly.offset < span.start);
    let end = anomalies.partition_point(|anomaly| anomaly.offset < span.end).max(start);
    anomalies.get(start..end).unwrap_or_default()
}

impl<'a> From<&'a Party> for PartyV1<'a> {
    fn from(party: &'a Party) -> Self {
        let Party { name, address_type, address } = party;
        Self { name: name.as_deref(), r#type: address_type.as_deref(), address: address.as_deref() }
    }
}

impl<'a> From<&'a RecipientRecord> for RecipientV1<'a> {
    fn from(recipient: &'a RecipientRecord) -> Self {
        let RecipientRecord { kind, party } = recipient;
        Self { kind, party: party.into(), property_list: None }
    }
}

impl<'a> From<&'a AttachmentRecord> for AttachmentV1<'a> {
    fn from(attachment: &'a AttachmentRecord) -> Self {
        let AttachmentRecord { name, long_name, method, size, sha256, mime_type, is_cut, says_mac_binary, mac_binary } = attachment;
        let fork = |(size, sha256): &(u64, Sha256Digest)| ForkV1 { size: *size, sha256: sha256.to_string() };
        Self {
            name: name.as_deref(),
            long_name: long_name.as_deref(),
            method,
            size: *size,
            sha256: sha256.map(|digest| digest.to_string()),
            mime_type: mime_type.as_deref(),
            encoding: says_mac_binary.then_some("macbinary"),
            cut: *is_cut,
            data_fork: mac_binary.as_ref().map(|MacForks { data, .. }| fork(data)),
            resource_fork: mac_binary.as_ref().map(|MacForks { resource, .. }| fork(resource)),
            property_list: None,
        }
    }
}

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Utc(time) => time.fmt(f),
            Self::Local(time) => time.fmt(f),
        }
    }
}
