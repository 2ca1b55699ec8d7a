//! Short texts and times of an item that rules over whole queues join, packed into one run of bytes: a queue may hold a hundred thousand
//! items, and each text in memory of its own would cost more than its letters. Written and read here only; it never leaves the process.

use std::str;

use crate::{base::Timestamp, mapi::PropTag};

use super::compact_bytes::{Cursor, number};

/// The texts and times as they are found.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) mts_local: Option<Box<str>>,
    pub(super) recipient_domains: Vec<Box<str>>,
    pub(super) topmost_host: Option<Box<str>>,
    pub(super) search_key: Option<Box<[u8]>>,
    pub(super) recipient_numbers: Vec<i32>,
    pub(super) raw_hosts: Vec<Box<str>>,
    pub(super) delivered_mts_local: Option<Box<str>>,
    pub(super) creation: Option<Timestamp>,
    pub(super) newest: Option<(Timestamp, PropTag)>,
}

/// The same as bytes: nine parts, each behind its length, and in a part each value behind its own; empty parts at the end are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemWords(Box<[u8]>);

impl ItemWords {
    pub(super) fn of(words: &Words) -> Self {
        let Words { mts_local, recipient_domains, topmost_host, search_key, recipient_numbers, raw_hosts, .. } = words;
        let Words { delivered_mts_local, creation, newest, .. } = words;
        let parts = [
            part(mts_local.as_deref().map(str::as_bytes)),
            part(recipient_domains.iter().map(|domain| domain.as_bytes())),
            part(topmost_host.as_deref().map(str::as_bytes)),
            part(search_key.as_deref()),
            recipient_numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            part(raw_hosts.iter().map(|host| host.as_bytes())),
            part(delivered_mts_local.as_deref().map(str::as_bytes)),
            creation.iter().flat_map(|time| time.filetime().to_le_bytes()).collect(),
            newest.iter().flat_map(|(time, tag)| time.filetime().to_le_bytes().into_iter().chain(tag.0.to_le_bytes())).collect(),
        ];
        let end = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
        let mut bytes = Vec::with_capacity(parts.iter().map(|part: &Vec<u8>| part.len() + 1).sum());
        for part in parts.iter().take(end) {
            number(&mut bytes, part.len() as u64);
            bytes.extend_from_slice(part);
        }
        Self(bytes.into())
    }

    /// Returns the local part of the MTS-ID (`l=`).
    #[must_use]
    pub fn mts_local(&self) -> Option<&str> {
        self.texts(0).next()
    }

    /// Returns the domains of the envelope recipients of type SMTP (of a report: of its addressee), lower case, one per recipient.
    pub fn recipient_domains(&self) -> impl Iterator<Item = &str> {
        self.texts(1)
    }

    /// Returns the `by` host of the topmost Received field of the mail.
    #[must_use]
    pub fn topmost_host(&self) -> Option<&str> {
        self.texts(2).next()
    }

    /// Returns PR_SEARCH_KEY of the mail.
    #[must_use]
    pub fn search_key(&self) -> Option<&[u8]> {
        self.values(3).next()
    }

    /// Returns PR_RECIPIENT_NUMBER of each envelope recipient that has one: the header recipient that brought it (Q181797).
    pub fn recipient_numbers(&self) -> impl Iterator<Item = i32> {
        self.part(4).as_chunks().0.iter().copied().map(i32::from_le_bytes)
    }

    /// Returns the `by` hosts of attached raw documents with three Received fields or more, newest first, each document behind the other.
    pub fn raw_hosts(&self) -> impl Iterator<Item = &str> {
        self.texts(5)
    }

    /// Returns the local part of the MTS-ID that a delivery report in it is about.
    #[must_use]
    pub fn delivered_mts_local(&self) -> Option<&str> {
        self.texts(6).next()
    }

    /// Returns PR_CREATION_TIME of the shell.
    #[must_use]
    pub fn creation(&self) -> Option<Timestamp> {
        time(&mut Cursor(self.part(7)))
    }

    /// Returns the latest time that this site's clocks wrote: creation, modification or delivery of shell and mail, with its property.
    #[must_use]
    pub fn newest(&self) -> Option<(Timestamp, PropTag)> {
        let mut from = Cursor(self.part(8));
        Some((time(&mut from)?, PropTag(u32::from_le_bytes(from.array()?))))
    }

    fn part(&self, index: usize) -> &[u8] {
        let mut all = Cursor(&self.0);
        let mut part = None;
        for _ in 0..=index {
            part = all.count().and_then(|length| all.take(length));
        }
        part.unwrap_or_default()
    }

    fn values(&self, index: usize) -> impl Iterator<Item = &[u8]> {
        let mut from = Cursor(self.part(index));
        std::iter::from_fn(move || from.count().and_then(|length| from.take(length)))
    }

    fn texts(&self, index: usize) -> impl Iterator<Item = &str> {
        self.values(index).filter_map(|value| str::from_utf8(value).ok())
    }
}

fn part<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for value in values {
        number(&mut bytes, value.len() as u64);
        bytes.extend_from_slice(value);
    }
    bytes
}

fn time(from: &mut Cursor<'_>) -> Option<Timestamp> {
    from.array().map(i64::from_le_bytes).and_then(|ticks| Timestamp::from_filetime(u64::try_from(ticks).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rich() -> Words {
        Words {
            mts_local: Some("SRV1-991006".into()),
            recipient_domains: vec!["a.example".into(), "".into(), "\u{17d}.example".into()],
            topmost_host: Some("".into()),
            search_key: Some([0xFF, 0, 1].into()),
            recipient_numbers: vec![i32::MIN, 0, 7],
            raw_hosts: vec!["one".into(), "two".into()],
            delivered_mts_local: Some("x".repeat(300).into()),
            creation: Some(Timestamp::from_unix(952_682_400)),
            newest: Some((Timestamp::from_unix(0), PropTag::BODY)),
        }
    }

    #[test]
    fn what_is_packed_comes_back() {
        let (words, packed) = (rich(), ItemWords::of(&rich()));
        assert_eq!(packed.mts_local(), words.mts_local.as_deref());
        assert_eq!(packed.recipient_domains().collect::<Vec<_>>(), ["a.example", "", "\u{17d}.example"]);
        assert_eq!((packed.topmost_host(), packed.search_key()), (Some(""), words.search_key.as_deref()));
        assert_eq!(packed.recipient_numbers().collect::<Vec<_>>(), words.recipient_numbers);
        assert_eq!(packed.raw_hosts().collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(packed.delivered_mts_local(), words.delivered_mts_local.as_deref());
        assert_eq!((packed.creation(), packed.newest()), (words.creation, words.newest));
    }

    #[test]
    fn what_is_not_there_takes_nothing() {
        let packed = ItemWords::of(&Words::default());
        assert!(packed.0.is_empty() && packed.mts_local().is_none() && packed.newest().is_none());
        assert_eq!(packed.recipient_domains().count() + packed.raw_hosts().count() + packed.recipient_numbers().count(), 0);
        let last = ItemWords::of(&Words { newest: rich().newest, ..Words::default() });
        assert_eq!((last.newest(), last.creation(), last.search_key()), (rich().newest, None, None));
    }

    #[test]
    fn every_prefix_is_read_without_harm() {
        let ItemWords(bytes) = ItemWords::of(&rich());
        for end in 0..bytes.len() {
            let cut = ItemWords(bytes[..end].into());
            let _ = (cut.mts_local(), cut.recipient_domains().count(), cut.recipient_numbers().count(), cut.raw_hosts().count(), cut.newest());
        }
    }
}
