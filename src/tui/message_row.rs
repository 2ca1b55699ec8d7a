//! The queue items as the table has them: small rows that come while the Backup is read, and again from the report with their findings.

use crate::{
    backup::{Backup, Item, ItemKind, MailRecord, MessageRecord, MessageView, Party, RecipientRecord, Stamp, facts::recipient_address},
    base::{CodePage, Timestamp},
    formats::tnef::{MessageTime, Recipient},
};

/// One queue item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageRow {
    /// Path in the Backup.
    pub path: Box<str>,
    /// Name of the queue.
    pub queue: Box<str>,
    /// When it was submitted, else when it came to the gateway.
    pub time: Option<Timestamp>,
    /// Who sent it.
    pub sender: Box<str>,
    /// Whom it goes to; several are joined.
    pub recipients: Box<str>,
    /// Their number.
    pub recipient_count: usize,
    /// Its subject.
    pub subject: Box<str>,
    /// Bytes of the file; those of the stream while the Backup is read.
    pub size: u64,
    /// Number of attachments of the mail.
    pub attachments: usize,
    /// Codes of the rules that found something in it.
    pub codes: Box<[&'static str]>,
    /// Number of deviations from the format.
    pub damage: usize,
    /// Index of its record in the Backup; none while it is read.
    pub record: Option<usize>,
}

/// Recipients that are joined in one cell.
const JOINED: usize = 4;

impl MessageRow {
    /// Returns the row of an item that is being read.
    #[must_use]
    pub fn of_item(item: &Item<'_>) -> Option<Self> {
        let shell = item.shell()?;
        let mail = item.mail()?;
        let recipients: Vec<String> = item.p1().iter().take(JOINED).map(address_of).collect();
        let sender = mail.message.sender().or_else(|| item.originator());
        Some(Self {
            path: item.path.into(),
            queue: item.queue.into(),
            time: submitted(mail).or_else(|| submitted(shell)).or_else(|| item.arrival_time()),
            sender: sender.map(|sender| shown(sender.name.as_deref(), sender.address.as_deref())).unwrap_or_default().into(),
            recipient_count: item.p1().len(),
            recipients: recipients.join(", ").into(),
            subject: mail.message.subject().unwrap_or_default().into(),
            size: shell.message.span.end - shell.message.span.start,
            attachments: mail.message.attachments.len(),
            codes: Box::default(),
            damage: 0,
            record: None,
        })
    }

    /// Returns the row of a record.
    #[must_use]
    pub fn of_record(backup: &Backup, index: usize, message: &MessageRecord) -> Self {
        let shell = message.shell.record();
        let mail = mail_of(message, &shell);
        let file = backup.files.get(message.file);
        let recipients = if shell.recipients.is_empty() { &mail.recipients } else { &shell.recipients };
        let time = mail.submitted.or(shell.submitted).and_then(timestamp).or(message.facts.arrival);
        let sender = mail.sender.as_ref().or(shell.sender.as_ref());
        Self {
            path: backup.path_of(message).into(),
            queue: backup.queues.get(message.queue).map(|queue| queue.name.as_str()).unwrap_or_default().into(),
            time,
            sender: sender.map(party).unwrap_or_default().into(),
            recipients: recipients.iter().take(JOINED).map(recipient).collect::<Vec<_>>().join(", ").into(),
            recipient_count: recipients.len(),
            subject: mail.subject.clone().unwrap_or_default(),
            size: file.map_or(0, |file| file.size),
            attachments: mail.attachments.len(),
            codes: Box::default(),
            damage: file.map_or(0, |file| file.anomalies.len()),
            record: Some(index),
        }
    }

    /// Returns the texts that the row says, without its time.
    pub fn searched(&self) -> impl Iterator<Item = &str> {
        let own = [&self.subject, &self.sender, &self.recipients, &self.path, &self.queue];
        own.into_iter().map(AsRef::as_ref).chain(self.codes.iter().copied())
    }

    /// Returns whether something is wrong with it.
    #[must_use]
    pub fn is_flagged(&self) -> bool {
        !self.codes.is_empty() || self.damage > 0
    }
}

/// Returns the mail of an item: the embedded message of an envelope, else the shell.
#[must_use]
pub fn mail_of<'r>(message: &MessageRecord, shell: &'r MailRecord) -> &'r MailRecord {
    let embedded = shell.embedded.first().filter(|_| message.kind == ItemKind::Envelope);
    embedded.unwrap_or(shell)
}

fn submitted(mail: &MessageView<'_>) -> Option<Timestamp> {
    match mail.message.client_submit_time()? {
        MessageTime::Utc(time) => Some(time),
        MessageTime::Local(time) => time.as_utc(),
    }
}

fn timestamp(stamp: Stamp) -> Option<Timestamp> {
    match stamp {
        Stamp::Utc(time) => Some(time),
        Stamp::Local(time) => time.as_utc(),
    }
}

fn address_of(recipient: &Recipient<'_>) -> String {
    let address = recipient_address(recipient, CodePage::WINDOWS_1252);
    if address.value.is_empty() { address.name.unwrap_or_default() } else { address.value }
}

/// Returns somebody in one cell: the address, before it the name when it says more.
#[must_use]
pub fn party(party: &Party) -> String {
    shown(party.name.as_deref(), party.address.as_deref())
}

fn recipient(record: &RecipientRecord) -> String {
    let Party { name, address, .. } = &record.party;
    address.as_deref().filter(|address| !address.is_empty()).or(name.as_deref()).unwrap_or_default().to_owned()
}

fn shown(name: Option<&str>, address: Option<&str>) -> String {
    let known = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    match (known(name), known(address)) {
        (Some(name), Some(address)) if !name.eq_ignore_ascii_case(&address) => format!("{name} <{address}>"),
        (_, Some(address)) => address,
        (Some(name), None) => name,
        (None, None) => String::new(),
    }
}
