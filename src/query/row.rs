//! A message as the filter sees it: what is asked often stands ready, made once from the compact record. The texts of a message are one
//! string, values parted by line ends and fields one behind the other, so that a hundred thousand rows stay small.

use std::collections::{BTreeSet, HashSet};

use crate::{
    backup::{FileRecord, ItemFacts, ItemKind, MailRecord, Party, Stamp},
    base::Timestamp,
    mapi::{MessageClass, ReportKind},
};

use super::Flag;

/// Fields of text, in the order in which a row holds them; a bare word is looked for up to the last but three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextField {
    Path,
    Subject,
    From,
    To,
    Cc,
    Bcc,
    Attach,
    Id,
    Domain,
    Class,
    Damage,
}

const TEXTS: usize = 11;

/// Fields with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberField {
    Size,
    Recipients,
    Attachments,
}

/// Fields with a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeField {
    Date,
    Arrived,
}

/// A message of the table.
#[derive(Debug, Clone)]
pub struct MessageRow {
    texts: Box<str>,
    ends: [u32; TEXTS],
    /// Index of its queue in the Backup.
    pub queue: u32,
    /// Bytes of the file.
    pub size: u64,
    /// When it was submitted, else when it arrived.
    pub date: Option<Timestamp>,
    /// When it came to the connector.
    pub arrived: Option<Timestamp>,
    /// Number of its recipients.
    pub recipients: u32,
    /// Number of its attachments.
    pub attachments: u32,
    /// Number of deviations in its bytes.
    pub deviations: u32,
    flags: u32,
    /// The findings that name it, by their index, gravest first.
    pub findings: Box<[u32]>,
}

/// What a row is made of.
#[derive(Debug, Clone, Copy)]
pub struct RowSource<'a> {
    /// Its file.
    pub file: &'a FileRecord,
    /// Index of its queue in the Backup.
    pub queue: usize,
    /// What the file is.
    pub kind: ItemKind,
    /// The outermost message.
    pub shell: &'a MailRecord,
    /// What is known of the item as a whole.
    pub facts: &'a ItemFacts,
}

impl MessageRow {
    /// Returns the row of a message, as yet without findings.
    #[must_use]
    pub fn new(source: RowSource<'_>) -> Self {
        let RowSource { file, queue, kind: _, shell, facts } = source;
        let mail = mail_of(source);
        let mut texts = Texts::default();
        texts.add(source, mail);
        let Texts { text, ends, .. } = texts;
        let submitted = mail.submitted.or(shell.submitted).and_then(as_utc);
        let recipients = if shell.recipients.is_empty() { &mail.recipients } else { &shell.recipients };
        Self {
            texts: text.into(),
            ends,
            queue: count(queue),
            size: file.size,
            date: submitted.or(facts.arrival),
            arrived: facts.arrival,
            recipients: count(recipients.len()),
            attachments: count(mail.attachments.len()),
            deviations: count(file.anomalies.len()),
            flags: flags(source, mail),
            findings: Box::default(),
        }
    }

    /// Adds the findings that name it.
    pub(super) fn set_findings(&mut self, findings: Box<[u32]>) {
        self.flags |= if findings.is_empty() { 0 } else { bit(Flag::Finding) };
        self.findings = findings;
    }

    pub(super) fn is(&self, flag: Flag) -> bool {
        self.flags & bit(flag) != 0
    }

    /// Returns the values of a field, parted by line ends.
    pub(super) fn text(&self, field: TextField) -> &str {
        let index = field as usize;
        let end = |index: usize| self.ends.get(index).map_or(0, |end| *end as usize);
        let start = index.checked_sub(1).map_or(0, |before| end(before) + 1);
        self.texts.get(start..end(index)).unwrap_or_default()
    }

    /// Returns everything that a bare word is looked for in: path, subject, names, addresses, attachments and ids, one a line.
    #[must_use]
    pub fn anywhere(&self) -> &str {
        let end = self.ends.get(TextField::Id as usize).map_or(0, |end| *end as usize);
        self.texts.get(..end).unwrap_or_default()
    }

    /// Returns the path of its file.
    #[must_use]
    pub fn path(&self) -> &str {
        self.text(TextField::Path)
    }

    /// Returns the subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.text(TextField::Subject)
    }

    /// Returns names and addresses of the sender, one a line, the mail's own sender first.
    #[must_use]
    pub fn from(&self) -> &str {
        self.text(TextField::From)
    }

    /// Returns names and addresses of those it goes to, one a line.
    #[must_use]
    pub fn to(&self) -> &str {
        self.text(TextField::To)
    }

    /// Returns the domains that it goes to, each once, in small letters.
    #[must_use]
    pub fn domains(&self) -> BTreeSet<String> {
        self.text(TextField::Domain).lines().map(str::to_lowercase).collect()
    }

    /// Returns the kinds of deviations in its bytes, one a line.
    #[must_use]
    pub fn damage(&self) -> &str {
        self.text(TextField::Damage)
    }

    pub(super) fn number(&self, field: NumberField) -> u64 {
        match field {
            NumberField::Size => self.size,
            NumberField::Recipients => self.recipients.into(),
            NumberField::Attachments => self.attachments.into(),
        }
    }

    pub(super) fn time(&self, field: TimeField) -> Option<Timestamp> {
        match field {
            TimeField::Date => self.date,
            TimeField::Arrived => self.arrived,
        }
    }
}

/// The mail proper: what an envelope embeds, else the outermost message.
fn mail_of(source: RowSource<'_>) -> &MailRecord {
    let inner = source.shell.embedded.first().filter(|_| source.kind == ItemKind::Envelope);
    inner.unwrap_or(source.shell)
}

fn as_utc(stamp: Stamp) -> Option<Timestamp> {
    match stamp {
        Stamp::Utc(time) => Some(time),
        // Whoever filters by date does not ask for the zone that nobody wrote down.
        Stamp::Local(time) => time.as_utc(),
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn bit(flag: Flag) -> u32 {
    1 << flag as u32
}

fn flags(source: RowSource<'_>, mail: &MailRecord) -> u32 {
    let RowSource { file, kind, shell, facts, .. } = source;
    let class = MessageClass(shell.message_class.as_deref().unwrap_or_default());
    let is_receipt = matches!(facts.report, Some(ReportKind::Read | ReportKind::NonRead));
    let all = [
        (Flag::Attachment, !mail.attachments.is_empty()),
        (Flag::Bare, kind == ItemKind::Bare),
        (Flag::Body, mail.bodies.text.is_some()),
        (Flag::Damage, !file.anomalies.is_empty()),
        (Flag::DeliveryReport, facts.report == Some(ReportKind::Delivery)),
        (Flag::Envelope, kind == ItemKind::Envelope),
        (Flag::Headers, facts.has_headers || !mail.headers.is_empty()),
        (Flag::Html, mail.bodies.html.is_some()),
        (Flag::Nested, !mail.embedded.is_empty()),
        (Flag::NonDelivery, facts.report == Some(ReportKind::NonDelivery)),
        (Flag::Notice, facts.is_notice),
        (Flag::Raw, facts.has_raw_document),
        (Flag::Receipt, is_receipt),
        (Flag::Report, kind == ItemKind::Report || facts.report.is_some() || class.is_report()),
        (Flag::Rtf, mail.bodies.rtf.is_some()),
    ];
    all.into_iter().filter(|(_, holds)| *holds).fold(0, |flags, (flag, _)| flags | bit(flag))
}

/// The texts of a row as they are gathered.
#[derive(Default)]
struct Texts<'a> {
    text: String,
    ends: [u32; TEXTS],
    seen: HashSet<&'a str>,
}

impl<'a> Texts<'a> {
    /// Adds every field in the order of [`TextField`].
    fn add(&mut self, source: RowSource<'a>, mail: &'a MailRecord) {
        let RowSource { file, shell, facts, kind, .. } = source;
        let senders = [&mail.sender, &shell.sender].into_iter().flatten().flat_map(names);
        let recipients = |mail: &'a MailRecord, wanted: &'static str| {
            mail.recipients
                .iter()
                .filter(move |recipient| wanted.is_empty() || recipient.kind == wanted)
                .flat_map(|recipient| names(&recipient.party))
        };
        // The envelope names everyone that the item goes to, whatever the mail says of copies.
        let goes_to = recipients(shell, if kind == ItemKind::Envelope { "" } else { "to" });
        let addresses = mail.recipients.iter().filter_map(|recipient| recipient.party.address.as_deref());
        let domains = addresses.filter_map(|address| address.rsplit_once('@').map(|(_, domain)| domain.trim_end_matches('>')));
        let fields: [(TextField, Box<dyn Iterator<Item = &'a str> + '_>); TEXTS] = [
            (TextField::Path, Box::new([&*file.path].into_iter())),
            (TextField::Subject, Box::new([&mail.subject, &shell.subject].into_iter().flatten().map(|text| &**text).take(1))),
            (TextField::From, Box::new(senders)),
            (TextField::To, Box::new(goes_to.chain(recipients(mail, "to")))),
            (TextField::Cc, Box::new(recipients(mail, "cc"))),
            (TextField::Bcc, Box::new(recipients(mail, "bcc"))),
            (TextField::Attach, Box::new(attachments(mail).into_iter())),
            (TextField::Id, Box::new([mail.message_id.as_deref(), shell.message_id.as_deref(), facts.words.mts_local()].into_iter().flatten())),
            (TextField::Domain, Box::new(facts.words.recipient_domains().chain(domains))),
            (TextField::Class, Box::new([&mail.message_class, &shell.message_class].into_iter().flatten().map(|text| &**text))),
            (TextField::Damage, Box::new(file.anomalies.iter().map(|anomaly| anomaly.code))),
        ];
        for (field, values) in fields {
            self.field(field, values);
        }
    }

    /// Adds a field; each value once.
    fn field(&mut self, field: TextField, values: impl Iterator<Item = &'a str>) {
        if field as usize > 0 {
            self.text.push('\n');
        }
        self.seen.clear();
        let start = self.text.len();
        for value in values {
            if value.is_empty() || !self.seen.insert(value) {
                continue;
            }
            if self.text.len() > start {
                self.text.push('\n');
            }
            push_line(&mut self.text, value);
        }
        if let Some(end) = self.ends.get_mut(field as usize) {
            *end = count(self.text.len());
        }
    }
}

/// Adds a value; a line end within it would begin another value.
pub(super) fn push_line(text: &mut String, value: &str) {
    if value.contains(['\r', '\n']) { text.push_str(&value.replace(['\r', '\n'], " ")) } else { text.push_str(value) }
}

fn names(party: &Party) -> impl Iterator<Item = &str> {
    [&party.name, &party.address].into_iter().flatten().map(|text| &**text)
}

/// Returns the names of all attachments below a message; the decoder bounds the nesting.
fn attachments(mail: &MailRecord) -> Vec<&str> {
    let own = mail.attachments.iter().flat_map(|attachment| [&attachment.long_name, &attachment.name]);
    let mut found: Vec<&str> = own.flatten().map(|name| &**name).collect();
    mail.embedded.iter().for_each(|nested| found.append(&mut attachments(nested)));
    found
}
