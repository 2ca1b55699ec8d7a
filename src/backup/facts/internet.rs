//! Messages as the Internet wrote them: a mail by the headers that are kept with it, or a raw document; and their MIME entities
//! (message-vocabulary, section 4: `header_blocks`, `headers`, `received`, `entities`).

use std::{borrow::Cow, slice};

use crate::{
    backup::{Item, MessageView, ServerFacts, SpoolFolder},
    formats::mime::{HeaderBlock, HeaderField, MailProduct, MimeEntity, Received, addresses, content_of, version_stamps},
    mapi::{PropTag, PropValue},
};

use super::RawDocument;

/// A message with Internet headers.
#[derive(Debug, Clone, Copy)]
pub enum InternetMessage<'i, 'a> {
    /// A mail with the headers kept with it.
    Mail(&'i MessageView<'a>),
    /// A raw document.
    Raw(&'i RawDocument<'a>),
}

/// A MIME entity: of a raw document, or the one that the headers kept with a mail describe.
#[derive(Debug, Clone, Copy)]
pub struct EntityOf<'i, 'a> {
    /// What holds it.
    pub message: InternetMessage<'i, 'a>,
    /// Index among the entities of its document.
    pub index: usize,
    /// The entity.
    pub entity: &'i MimeEntity,
}

impl<'i, 'a> InternetMessage<'i, 'a> {
    /// Returns what it is called in the words of evidence; a file of its own is "the document".
    #[must_use]
    pub fn object(self) -> &'i str {
        match self {
            Self::Mail(view) => &view.object,
            Self::Raw(raw) => raw.place_name(),
        }
    }

    /// Returns the raw document, when it is one.
    #[must_use]
    pub fn raw(self) -> Option<&'i RawDocument<'a>> {
        match self {
            Self::Mail(_) => None,
            Self::Raw(raw) => Some(raw),
        }
    }

    /// Returns its header block.
    #[must_use]
    pub fn headers(self) -> Option<&'i HeaderBlock> {
        match self {
            Self::Mail(view) => view.headers.as_ref().map(|headers| &headers.value),
            Self::Raw(raw) => raw.document().headers(),
        }
    }

    /// Returns a field.
    #[must_use]
    pub fn field(self, name: &str) -> Option<&'i HeaderField> {
        self.headers()?.first(name)
    }

    /// Returns whether it has a field.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.field(name).is_some()
    }

    /// Returns the fields of some names.
    pub fn fields(self, names: &'i [&'i str]) -> impl Iterator<Item = &'i HeaderField> {
        let all = self.headers().into_iter().flat_map(|headers| &headers.fields);
        all.filter(move |field| names.iter().any(|name| field.name.eq_ignore_ascii_case(name)))
    }

    /// Returns the Received fields, newest first.
    #[must_use]
    pub fn received(self) -> &'i [(HeaderField, Received)] {
        match self {
            Self::Mail(view) => view.received(),
            Self::Raw(raw) => raw.received(),
        }
    }

    /// Returns its entities; of a mail the one that its headers describe.
    #[must_use]
    pub fn mime_entities(self) -> &'i [MimeEntity] {
        match self {
            Self::Mail(view) => view.entity().map_or(&[], slice::from_ref),
            Self::Raw(raw) => &raw.document().entities,
        }
    }

    /// Returns the entities, each knowing where it belongs.
    pub fn entities(self) -> impl Iterator<Item = EntityOf<'i, 'a>> {
        self.mime_entities().iter().enumerate().map(move |(index, entity)| EntityOf { message: self, index, entity })
    }

    /// Returns the topmost entity.
    #[must_use]
    pub fn top(self) -> Option<&'i MimeEntity> {
        self.mime_entities().first()
    }

    /// Returns the character set of the topmost entity, else of the first text in it, in lower case.
    #[must_use]
    pub fn charset(self) -> Option<String> {
        let entities = self.mime_entities();
        let text = || entities.iter().find(|entity| entity.text.is_some() && entity.charset().is_some());
        self.top()?.charset().or_else(|| text()?.charset()).map(str::to_ascii_lowercase)
    }

    /// Returns the bytes of a field as written, name included; none when the headers are kept as Unicode.
    #[must_use]
    pub fn bytes_of(self, field: &HeaderField) -> Option<&'a [u8]> {
        let bytes: &'a [u8] = match self {
            Self::Raw(raw) => raw.bytes,
            Self::Mail(view) => match view.message.properties.get(PropTag::TRANSPORT_MESSAGE_HEADERS)? {
                PropValue::String8(text) => text.bytes,
                _ => return None,
            },
        };
        let start = usize::try_from(field.offset).ok()?;
        bytes.get(start..start + usize::try_from(field.length).ok()?)
    }

    /// Returns the domain of the From field's first address in lower case.
    #[must_use]
    pub fn from_domain(self) -> Option<String> {
        let from = addresses(&self.field("From")?.value).into_iter().next()?;
        from.address.rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
    }

    /// Returns whether this server wrote it: every host in its Received fields belongs to the inside and the oldest is this server; without
    /// such fields, whether an Exchange connector sent it from a local domain.
    #[must_use]
    pub fn is_sent_from(self, server: &ServerFacts) -> bool {
        let hops = self.received();
        let is_inside = |hop: &Received| hop.from.as_deref().is_none_or(|from| server.is_inside(from));
        if let Some((_, oldest)) = hops.last() {
            return oldest.by.as_deref().is_some_and(|by| server.is_own_name(by)) && is_inside(oldest);
        }
        let mailer = self.field("X-Mailer").map(|field| version_stamps(&field.value)).unwrap_or_default();
        let is_connector = mailer.iter().any(|stamp| stamp.product != MailProduct::Other);
        is_connector && self.from_domain().is_some_and(|domain| server.is_local_domain(&domain))
    }
}

impl RawDocument<'_> {
    /// Returns whether the document is on its way out: it lies in the spool folder Out, or this server wrote it.
    #[must_use]
    pub fn is_outbound(&self, server: &ServerFacts) -> bool {
        self.is_in(&[SpoolFolder::Out]) || InternetMessage::Raw(self).is_sent_from(server)
    }
}

impl<'i, 'a> EntityOf<'i, 'a> {
    /// Returns the number of the part within its document as people count: `1.2`; empty for the topmost entity.
    #[must_use]
    pub fn number(self) -> String {
        let all = self.message.mime_entities();
        let mut numbers = Vec::new();
        let mut at = (self.index, self.entity);
        while let Some((parent, holder)) = at.1.parent.and_then(|parent| Some((parent, all.get(parent)?))) {
            let before = all.iter().take(at.0).filter(|each| each.parent == Some(parent)).count();
            numbers.push((before + 1).to_string());
            at = (parent, holder);
        }
        numbers.reverse();
        numbers.join(".")
    }

    /// Returns what it is called in the words of evidence: `part 1.2 of mail, attachment 1`.
    #[must_use]
    pub fn words(self) -> String {
        let number = self.number();
        if number.is_empty() { self.message.object().to_owned() } else { format!("part {number} of {}", self.message.object()) }
    }

    /// Returns the decoded body; empty for the entity of a mail, whose body is elsewhere.
    #[must_use]
    pub fn content(self) -> Cow<'a, [u8]> {
        self.message.raw().map_or(Cow::Borrowed(&[]), |raw| content_of(raw.bytes, self.entity))
    }

    /// Returns whether the decoded body is the body as written, so that places in the one are places in the other.
    #[must_use]
    pub fn is_plain(self) -> bool {
        !self.is_encoded_as("base64") && !self.is_encoded_as("quoted-printable")
    }

    /// Returns whether the transfer encoding is this one.
    #[must_use]
    pub fn is_encoded_as(self, encoding: &str) -> bool {
        self.entity.transfer_encoding.as_deref() == Some(encoding)
    }

    /// Returns whether the character set is one of these, in lower case.
    #[must_use]
    pub fn has_charset(self, names: &[&str]) -> bool {
        self.entity.charset().is_some_and(|charset| names.iter().any(|name| charset.eq_ignore_ascii_case(name)))
    }

    /// Returns the entities that hold it, the nearest first.
    pub fn holders(self) -> impl Iterator<Item = &'i MimeEntity> {
        let all = self.message.mime_entities();
        let up = move |entity: &MimeEntity| entity.parent.and_then(|parent| all.get(parent));
        std::iter::successors(up(self.entity), move |entity| up(entity))
    }

    /// Returns the entities directly in it.
    pub fn children(self) -> impl Iterator<Item = EntityOf<'i, 'a>> {
        self.message.entities().skip(self.index + 1).filter(move |each| each.entity.parent == Some(self.index))
    }
}

impl<'a> Item<'a> {
    /// Returns the mail, when Internet headers are kept with it.
    #[must_use]
    pub fn internet_mail(&self) -> Option<InternetMessage<'_, 'a>> {
        self.mail().filter(|mail| mail.headers.is_some()).map(InternetMessage::Mail)
    }

    /// Returns the raw documents.
    pub fn raw_messages(&self) -> impl Iterator<Item = InternetMessage<'_, 'a>> {
        self.raws().iter().map(InternetMessage::Raw)
    }

    /// Returns the mail, when Internet headers are kept with it, and the raw documents.
    pub fn internet_messages(&self) -> impl Iterator<Item = InternetMessage<'_, 'a>> {
        self.internet_mail().into_iter().chain(self.raw_messages())
    }

    /// Returns the entities of raw documents, and for the mail the one that its headers describe.
    pub fn entities(&self) -> impl Iterator<Item = EntityOf<'_, 'a>> {
        self.internet_messages().flat_map(InternetMessage::entities)
    }

    /// Returns the entities of raw documents.
    pub fn raw_entities(&self) -> impl Iterator<Item = EntityOf<'_, 'a>> {
        self.raw_messages().flat_map(InternetMessage::entities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backup::{ItemPlace, ServerFacts},
        base::Limits,
    };

    #[track_caller]
    fn with_document(text: &str, server: &ServerFacts, look: impl Fn(InternetMessage<'_, '_>)) {
        let place = ItemPlace { path: "../Out/ABCDEFGH", queue: "Out", queue_kind: None, server, configuration: None };
        let item = Item::of_raw(place, text.as_bytes(), &Limits::default());
        look(item.raw_messages().next().unwrap());
    }

    #[test]
    fn parts_are_numbered_as_people_count() {
        let text = "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\none\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
            --b\r\n\r\ntwo\r\n--b\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\nthree\r\n--b--\r\n--a--\r\n";
        with_document(text, &ServerFacts::UNKNOWN, |message| {
            let numbers: Vec<_> = message.entities().map(EntityOf::number).collect();
            assert_eq!(numbers, ["", "1", "2", "2.1", "2.2"]);
            let last = message.entities().last().unwrap();
            assert_eq!((last.words().as_str(), last.holders().count(), last.content().as_ref()), ("part 2.2 of the document", 2, &b"three"[..]));
            assert_eq!(message.entities().next().unwrap().children().count(), 2);
            assert_eq!(message.charset().as_deref(), Some("koi8-r"));
        });
    }

    #[test]
    fn what_this_server_wrote_is_known_by_its_oldest_hop() {
        let server = ServerFacts { names: vec!["mail1".into()], local_domains: vec!["example.com".into()], ..ServerFacts::UNKNOWN };
        let check =
            |text: &str, expected: bool| with_document(text, &server, |message| assert_eq!(message.is_sent_from(&server), expected, "{text}"));
        check("Received: by mail1 with Internet Mail Service (5.5.2653.19)\r\n\tid <A>; x\r\n\r\n", true);
        check("Received: from far.example by mail1 with SMTP; x\r\n\r\n", false);
        check("Received: by mail1 with SMTP; x\r\nReceived: from a by far.example; x\r\n\r\n", false);
        check("X-Mailer: Internet Mail Service (5.5.2653.19)\r\nFrom: ann@example.com\r\n\r\n", true);
        check("X-Mailer: Internet Mail Service (5.5.2653.19)\r\nFrom: ann@far.example\r\n\r\n", false);
    }
}
