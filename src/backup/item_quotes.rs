//! What rules over many items quote of single ones, packed: most items say little of it, and each piece is asked for by one rule or two.
//! Written and read here only; it never leaves the process.

use crate::{base::Timestamp, mapi::PropTag};

use super::{
    HeaderStamp, RelayRefusal, Said, StatedSize, TextPlace,
    compact_bytes::{Cursor, flag, index_of, number, optional_text, text},
};

/// Texts of an item with their places.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Quotes {
    pub(super) stamps: Vec<HeaderStamp>,
    pub(super) senders: Vec<Said>,
    pub(super) peer: Option<Said>,
    pub(super) relay_refusals: Vec<RelayRefusal>,
    pub(super) stated_size: Option<StatedSize>,
    pub(super) long_url: Option<TextPlace>,
    pub(super) western_text: Option<TextPlace>,
}

/// The same as bytes: seven parts, each behind its length; empty ones at the end are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemQuotes(Box<[u8]>);

/// Names that are held by reference; their index is stored, and the last stands for none.
const HEADERS: [&str; 3] = ["Received", "From", ""];
const OBJECTS: [&str; 5] = ["envelope", "report", "message", "mail", ""];

impl ItemQuotes {
    pub(super) fn of(quotes: &Quotes) -> Self {
        let Quotes { stamps, senders, peer, relay_refusals, stated_size, long_url, western_text } = quotes;
        let parts = [
            part(stamps, write_stamp),
            part(senders, write_said),
            part(peer, write_said),
            part(relay_refusals, write_refusal),
            part(stated_size, write_size),
            part(long_url, write_place),
            part(western_text, write_place),
        ];
        let end = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
        let mut bytes = Vec::new();
        for part in parts.iter().take(end) {
            number(&mut bytes, part.len() as u64);
            bytes.extend_from_slice(part);
        }
        Self(bytes.into())
    }

    /// Returns the stamps of Exchange connectors in the Internet headers, with the field they stand in.
    pub fn stamps(&self) -> impl Iterator<Item = HeaderStamp> {
        self.part(0, read_stamp)
    }

    /// Returns the SMTP addresses of the sender, of inbound mail and of notices.
    pub fn senders(&self) -> impl Iterator<Item = Said> {
        self.part(1, read_said)
    }

    /// Returns the address of the host that handed an inbound mail over.
    #[must_use]
    pub fn peer(&self) -> Option<Said> {
        self.part(2, read_said).next()
    }

    /// Returns the recipients that were refused as relaying.
    pub fn relay_refusals(&self) -> impl Iterator<Item = RelayRefusal> {
        self.part(3, read_refusal)
    }

    /// Returns the size that the item states; the size of its file stands in the file's record.
    #[must_use]
    pub fn stated_size(&self) -> Option<StatedSize> {
        self.part(4, read_size).next()
    }

    /// Returns the longest address of more than 76 characters in the body, of outbound mail only.
    #[must_use]
    pub fn long_url(&self) -> Option<TextPlace> {
        self.part(5, read_place).next()
    }

    /// Returns a word with an accented letter of Western Europe in subject or body, in a Western code page.
    #[must_use]
    pub fn western_text(&self) -> Option<TextPlace> {
        self.part(6, read_place).next()
    }

    fn part<T>(&self, index: usize, read: fn(&mut Cursor<'_>) -> Option<T>) -> impl Iterator<Item = T> {
        let mut all = Cursor(&self.0);
        let mut part = None;
        for _ in 0..=index {
            part = all.count().and_then(|length| all.take(length));
        }
        let mut from = Cursor(part.unwrap_or_default());
        std::iter::from_fn(move || read(&mut from))
    }
}

fn part<'a, T: 'a>(items: impl IntoIterator<Item = &'a T>, write: fn(&mut Vec<u8>, &T)) -> Vec<u8> {
    let mut bytes = Vec::new();
    items.into_iter().for_each(|item| write(&mut bytes, item));
    bytes
}

fn write_stamp(out: &mut Vec<u8>, stamp: &HeaderStamp) {
    let HeaderStamp { object, field, hop, is_in_mail, host, time, build, offset, length } = stamp;
    text(out, object);
    text(out, field);
    number(out, hop.map_or(0, |hop| u64::from(hop) + 1));
    flag(out, *is_in_mail);
    optional_text(out, host.as_deref());
    flag(out, time.is_some());
    if let Some(time) = time {
        out.extend_from_slice(&time.filetime().to_le_bytes());
    }
    text(out, build);
    number(out, *offset);
    number(out, *length);
}

fn read_stamp(from: &mut Cursor<'_>) -> Option<HeaderStamp> {
    Some(HeaderStamp {
        object: from.text()?,
        field: from.text()?,
        hop: from.number()?.checked_sub(1).and_then(|hop| u32::try_from(hop).ok()),
        is_in_mail: from.flag()?,
        host: from.optional_text()?,
        time: if from.flag()? { Timestamp::from_filetime(u64::from_le_bytes(from.array()?)) } else { None },
        build: from.text()?,
        offset: from.number()?,
        length: from.number()?,
    })
}

fn write_said(out: &mut Vec<u8>, said: &Said) {
    let Said { text: words, object, tag, header, span } = said;
    text(out, words);
    text(out, object);
    out.extend_from_slice(&tag.0.to_le_bytes());
    number(out, index_of(&HEADERS, header.unwrap_or_default()));
    number(out, span.start);
    number(out, span.end);
}

fn read_said(from: &mut Cursor<'_>) -> Option<Said> {
    Some(Said {
        text: from.text()?,
        object: from.text()?,
        tag: PropTag(u32::from_le_bytes(from.array()?)),
        header: Some(from.word(&HEADERS)?).filter(|name| !name.is_empty()),
        span: from.number()?..from.number()?,
    })
}

fn write_refusal(out: &mut Vec<u8>, refusal: &RelayRefusal) {
    let RelayRefusal { recipient, words } = refusal;
    text(out, recipient);
    write_said(out, words);
}

fn read_refusal(from: &mut Cursor<'_>) -> Option<RelayRefusal> {
    Some(RelayRefusal { recipient: from.text()?, words: read_said(from)? })
}

fn write_size(out: &mut Vec<u8>, size: &StatedSize) {
    let StatedSize { bytes, object, span } = size;
    number(out, *bytes);
    number(out, index_of(&OBJECTS, object));
    number(out, span.start);
    number(out, span.end);
}

fn read_size(from: &mut Cursor<'_>) -> Option<StatedSize> {
    Some(StatedSize { bytes: from.number()?, object: from.word(&OBJECTS)?, span: from.number()?..from.number()? })
}

fn write_place(out: &mut Vec<u8>, place: &TextPlace) {
    let TextPlace { object, span, text: words } = place;
    text(out, object);
    number(out, span.start);
    number(out, span.end);
    text(out, words);
}

fn read_place(from: &mut Cursor<'_>) -> Option<TextPlace> {
    Some(TextPlace { object: from.text()?, span: from.number()?..from.number()?, text: from.text()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(header: Option<&'static str>) -> Said {
        Said { text: "joe@a.example".into(), object: "mail".into(), tag: PropTag::BODY, header, span: 7..u64::MAX }
    }

    fn rich() -> Quotes {
        let stamp = HeaderStamp {
            object: "mail".into(),
            field: "Received".into(),
            hop: Some(0),
            is_in_mail: true,
            host: Some("SRV1".into()),
            time: Some(Timestamp::from_unix(952_682_400)),
            build: "5.5.2650.21".into(),
            offset: 300,
            length: 12,
        };
        let place = TextPlace { object: "mail, body".into(), span: 1..2, text: "Gr\u{fc}\u{df}e".into() };
        Quotes {
            stamps: vec![stamp.clone(), HeaderStamp { hop: None, host: None, time: None, ..stamp }],
            senders: vec![said(None), said(Some("From"))],
            peer: Some(said(Some("Received"))),
            relay_refusals: vec![RelayRefusal { recipient: "ann@b.example".into(), words: said(None) }],
            stated_size: Some(StatedSize { bytes: 0, object: "report", span: 0..8 }),
            long_url: Some(place.clone()),
            western_text: Some(place),
        }
    }

    fn back(packed: &ItemQuotes) -> Quotes {
        Quotes {
            stamps: packed.stamps().collect(),
            senders: packed.senders().collect(),
            peer: packed.peer(),
            relay_refusals: packed.relay_refusals().collect(),
            stated_size: packed.stated_size(),
            long_url: packed.long_url(),
            western_text: packed.western_text(),
        }
    }

    #[test]
    fn what_is_packed_comes_back() {
        for quotes in [rich(), Quotes { stated_size: rich().stated_size, ..Quotes::default() }, Quotes::default()] {
            assert_eq!(back(&ItemQuotes::of(&quotes)), quotes);
        }
        assert!(ItemQuotes::of(&Quotes::default()).0.is_empty());
    }

    #[test]
    fn every_prefix_is_read_without_harm() {
        let ItemQuotes(bytes) = ItemQuotes::of(&rich());
        for end in 0..bytes.len() {
            let _ = back(&ItemQuotes(bytes[..end].into()));
        }
    }
}
