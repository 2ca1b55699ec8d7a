//! The compact form of a mail record: one squeezed run of bytes instead of dozens of small allocations, so that a hundred thousand queue
//! items fit in memory. Written and read here only; it never leaves the process.

use crate::base::{LocalTime, Sha256Digest, Timestamp};

use super::{
    AttachmentRecord, Bodies, MacForks, MailRecord, Party, RecipientRecord, Stamp,
    compact_bytes::{Cursor, flag, index_of, number, optional_text, text},
    squeeze::{expand, squeeze},
};

/// A mail record as squeezed bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompactMail(Box<[u8]>);

/// What becomes of Internet headers when a record is read.
#[derive(Clone, Copy)]
enum Headers {
    Kept,
    PassedOver,
}

/// Words that records hold by reference; their index is stored.
const RECIPIENT_KINDS: [&str; 5] = ["to", "cc", "bcc", "orig", "other"];
const METHODS: [&str; 8] = ["none", "by_value", "by_reference", "by_ref_resolve", "by_ref_only", "embedded_message", "ole", "other"];
const PRIORITIES: [&str; 3] = ["high", "normal", "low"];

impl CompactMail {
    /// Returns the compact form of a record.
    #[must_use]
    pub fn of(record: &MailRecord) -> Self {
        let mut bytes = Vec::with_capacity(1024);
        write_mail(&mut bytes, record);
        Self(squeeze(&bytes))
    }

    /// Returns the record.
    #[must_use]
    pub fn record(&self) -> MailRecord {
        self.read(Headers::Kept)
    }

    /// Returns the record without its Internet headers, which are most of it; for rules that look through all messages for something else.
    #[must_use]
    pub fn outline(&self) -> MailRecord {
        self.read(Headers::PassedOver)
    }

    fn read(&self, headers: Headers) -> MailRecord {
        let expanded = expand(&self.0);
        read_mail(&mut Cursor(&expanded), headers).unwrap_or_default()
    }

    /// Calls a function with name and value of every Internet header of the message and those in it.
    pub fn each_header(&self, visit: &mut dyn FnMut(&str, &str)) {
        visit_headers(&self.record(), visit);
    }
}

fn write_mail(out: &mut Vec<u8>, record: &MailRecord) {
    let MailRecord { span, message_class, subject, message_id, submitted, delivered, code_page, priority, sender, recipients, bodies, .. } = record;
    number(out, span.start);
    number(out, span.end);
    for found in [message_class, subject, message_id] {
        optional_text(out, found.as_deref());
    }
    stamp(out, *submitted);
    stamp(out, *delivered);
    number(out, code_page.map_or(0, |page| u64::from(page) + 1));
    number(out, priority.map_or(0, |priority| index_of(&PRIORITIES, priority) + 1));
    flag(out, sender.is_some());
    if let Some(sender) = sender {
        party(out, sender);
    }
    number(out, recipients.len() as u64);
    for RecipientRecord { kind, party: who } in recipients {
        number(out, index_of(&RECIPIENT_KINDS, kind));
        party(out, who);
    }
    let Bodies { text: plain, rtf, html } = bodies;
    for body in [plain, rtf, html] {
        sized(out, body.map(|(length, digest)| (length as u64, digest)));
    }
    write_parts(out, record);
}

fn write_parts(out: &mut Vec<u8>, record: &MailRecord) {
    let MailRecord { attachments, embedded, headers, properties, .. } = record;
    number(out, attachments.len() as u64);
    attachments.iter().for_each(|attachment| write_attachment(out, attachment));
    number(out, embedded.len() as u64);
    embedded.iter().for_each(|mail| write_mail(out, mail));
    number(out, headers.len() as u64);
    for (name, value) in headers {
        text(out, name);
        text(out, value);
    }
    number(out, *properties as u64);
}

fn write_attachment(out: &mut Vec<u8>, attachment: &AttachmentRecord) {
    let AttachmentRecord { name, long_name, method, size, sha256, mime_type, is_cut, says_mac_binary, mac_binary } = attachment;
    for found in [name, long_name, mime_type] {
        optional_text(out, found.as_deref());
    }
    number(out, index_of(&METHODS, method));
    sized(out, size.zip(*sha256));
    flag(out, *is_cut);
    flag(out, *says_mac_binary);
    flag(out, mac_binary.is_some());
    if let Some(MacForks { data, resource }) = mac_binary {
        sized(out, Some(*data));
        sized(out, Some(*resource));
    }
}

fn sized(out: &mut Vec<u8>, value: Option<(u64, Sha256Digest)>) {
    number(out, value.map_or(0, |(length, _)| length.saturating_add(1)));
    if let Some((_, digest)) = value {
        out.extend_from_slice(&digest.0);
    }
}

fn party(out: &mut Vec<u8>, party: &Party) {
    let Party { name, address_type, address } = party;
    for found in [name, address_type, address] {
        optional_text(out, found.as_deref());
    }
}

fn stamp(out: &mut Vec<u8>, time: Option<Stamp>) {
    match time {
        None => out.push(0),
        Some(Stamp::Utc(time)) => {
            out.push(1);
            out.extend_from_slice(&time.filetime().to_le_bytes());
        }
        Some(Stamp::Local(LocalTime { year, month, day, hour, minute, second })) => {
            out.push(2);
            for part in [year, month, day, hour, minute, second] {
                out.extend_from_slice(&part.to_le_bytes());
            }
        }
    }
}

#[expect(clippy::option_option, reason = "outer none: the bytes are wrong; inner none: the record has no such value")]
impl Cursor<'_> {
    fn sized(&mut self) -> Option<Option<(u64, Sha256Digest)>> {
        match self.number()? {
            0 => Some(None),
            length => Some(Some((length - 1, Sha256Digest(self.array()?)))),
        }
    }

    fn body(&mut self) -> Option<Option<(usize, Sha256Digest)>> {
        Some(self.sized()?.map(|(length, digest)| (usize::try_from(length).unwrap_or(usize::MAX), digest)))
    }

    fn party(&mut self) -> Option<Party> {
        Some(Party { name: self.optional_text()?, address_type: self.optional_text()?, address: self.optional_text()? })
    }

    fn stamp(&mut self) -> Option<Option<Stamp>> {
        match self.array::<1>()? {
            [0] => Some(None),
            [1] => Some(Timestamp::from_filetime(i64::from_le_bytes(self.array()?).cast_unsigned()).map(Stamp::Utc)),
            _ => {
                let mut part = || self.array().map(u16::from_le_bytes);
                let time = LocalTime { year: part()?, month: part()?, day: part()?, hour: part()?, minute: part()?, second: part()? };
                Some(Some(Stamp::Local(time)))
            }
        }
    }
}

/// Fields are read in the order in which they were written.
fn read_mail(from: &mut Cursor<'_>, headers: Headers) -> Option<MailRecord> {
    Some(MailRecord {
        span: from.number()?..from.number()?,
        message_class: from.optional_text()?,
        subject: from.optional_text()?,
        message_id: from.optional_text()?,
        submitted: from.stamp()?,
        delivered: from.stamp()?,
        code_page: from.number()?.checked_sub(1).and_then(|page| u32::try_from(page).ok()),
        priority: from.count()?.checked_sub(1).and_then(|index| PRIORITIES.get(index).copied()),
        sender: if from.flag()? { Some(from.party()?) } else { None },
        recipients: from.list(|from| Some(RecipientRecord { kind: from.word(&RECIPIENT_KINDS)?, party: from.party()? }))?,
        bodies: Bodies { text: from.body()?, rtf: from.body()?, html: from.body()? },
        attachments: from.list(read_attachment)?,
        embedded: from.list(|from| read_mail(from, headers))?,
        headers: read_headers(from, headers)?,
        properties: from.count()?,
    })
}

#[expect(clippy::type_complexity, reason = "the type of the field that is read")]
fn read_headers(from: &mut Cursor<'_>, headers: Headers) -> Option<Box<[(Box<str>, Box<str>)]>> {
    match headers {
        Headers::Kept => from.list(|from| Some((from.text()?, from.text()?))),
        Headers::PassedOver => from.list(|from| from.skip_text().and_then(|()| from.skip_text())).map(|_| Box::default()),
    }
}

fn visit_headers(mail: &MailRecord, visit: &mut dyn FnMut(&str, &str)) {
    mail.embedded.iter().for_each(|nested| visit_headers(nested, visit));
    mail.headers.iter().for_each(|(name, value)| visit(name, value));
}

fn read_attachment(from: &mut Cursor<'_>) -> Option<AttachmentRecord> {
    let (name, long_name, mime_type, method) = (from.optional_text()?, from.optional_text()?, from.optional_text()?, from.word(&METHODS)?);
    let content = from.sized()?;
    let (is_cut, says_mac_binary) = (from.flag()?, from.flag()?);
    let mac_binary = if from.flag()? { Some(MacForks { data: from.sized()??, resource: from.sized()?? }) } else { None };
    let (size, sha256) = (content.map(|(size, _)| size), content.map(|(_, digest)| digest));
    Some(AttachmentRecord { name, long_name, method, size, sha256, mime_type, is_cut, says_mac_binary, mac_binary })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rich() -> MailRecord {
        let digest = Sha256Digest::of(b"x");
        let time = LocalTime { year: 1999, month: 10, day: 6, hour: 14, minute: 1, second: 2 };
        let fork = (300, digest);
        let attachment = AttachmentRecord {
            name: Some("A.DOC".into()),
            long_name: None,
            method: "ole",
            size: Some(1 << 40),
            sha256: Some(digest),
            mime_type: Some("".into()),
            is_cut: true,
            says_mac_binary: true,
            mac_binary: Some(MacForks { data: fork, resource: fork }),
        };
        let party = Party { name: Some("Žluť".into()), address_type: Some("EX".into()), address: None };
        MailRecord {
            span: 7..u64::MAX,
            message_class: Some("IPM.Note".into()),
            subject: Some("".into()),
            submitted: Some(Stamp::Local(time)),
            delivered: time.as_utc().map(Stamp::Utc),
            code_page: Some(0),
            priority: Some("low"),
            sender: Some(party.clone()),
            recipients: Box::new([RecipientRecord { kind: "bcc", party }]),
            bodies: Bodies { text: Some((0, digest)), rtf: None, html: Some((99, digest)) },
            attachments: Box::new([attachment]),
            headers: Box::new([("Received".into(), "from a".into()), ("X".into(), "".into())]),
            properties: 57,
            ..MailRecord::default()
        }
    }

    #[test]
    fn what_is_packed_comes_back() {
        let mail = MailRecord { embedded: Box::new([rich(), MailRecord::default()]), ..rich() };
        let back = CompactMail::of(&mail).record();
        assert_eq!(format!("{back:?}"), format!("{mail:?}"));
    }

    #[test]
    fn an_outline_is_the_record_without_headers() {
        let mail = MailRecord { embedded: Box::new([rich(), MailRecord::default()]), ..rich() };
        let bare = |mail: MailRecord| MailRecord { headers: Box::default(), ..mail };
        let expected = MailRecord { embedded: mail.embedded.iter().cloned().map(bare).collect(), ..bare(mail.clone()) };
        assert_eq!(format!("{:?}", CompactMail::of(&mail).outline()), format!("{expected:?}"));
    }

    #[test]
    fn headers_are_found_without_the_rest() {
        let mail = MailRecord { embedded: Box::new([rich()]), ..rich() };
        let mut found = Vec::new();
        CompactMail::of(&mail).each_header(&mut |name, value| found.push(format!("{name}={value}")));
        assert_eq!(found, ["Received=from a", "X=", "Received=from a", "X="]);
    }

    #[test]
    fn every_prefix_is_read_without_harm() {
        let CompactMail(bytes) = CompactMail::of(&rich());
        for end in 0..bytes.len() {
            let cut = CompactMail(bytes[..end].into());
            let _ = cut.record();
            cut.each_header(&mut |_, _| ());
        }
    }
}
