//! Whom replies go to, as the FLATENTRYLIST of PR_REPLY_RECIPIENT_ENTRIES says it, and whether that list adds up (message-vocabulary,
//! section 5: `reply_to`, `reply_to_fault`).

use std::ops::Range;

use crate::{
    base::{CodePage, Limits},
    formats::tnef::TnefMessage,
    mapi::{EXCHANGE_PROVIDER, EntryId, FlatEntry, ONE_OFF_PROVIDER, PropTag, Property, flat_entry_list},
};

/// PR_REPLY_RECIPIENT_NAMES, the display names parted by semicolons.
const NAMES: PropTag = PropTag(0x0050_001E);
/// Tag, value count and length in front of the bytes of a binary property.
const HEAD: u64 = 12;
/// Flags and provider of an entry id.
const PREFIX: usize = 20;

/// The reply recipients of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyList<'m, 'a> {
    /// The property that holds them.
    pub property: &'m Property<'a>,
    /// The entries.
    pub entries: Vec<ReplyEntry>,
    /// What does not add up, and the byte of the stream where it shows.
    pub fault: Option<(ReplyFault, u64)>,
}

/// One reply recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyEntry {
    /// Display name: of the one-off entry id, else of the list of names when that is as long as the list of entries.
    pub name: Option<String>,
    /// Bytes of the entry id in the stream.
    pub span: Range<u64>,
}

/// Why the list of reply recipients does not add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReplyFault {
    /// The number of entries is not the one stated.
    CountMismatch,
    /// A length runs past the bytes that are there, or stops short of them.
    LengthOverrun,
    /// An entry has no bytes.
    ZeroLengthEntry,
    /// An entry is no entry id.
    BadEntryId,
    /// There are fewer or more names than entries.
    NamesMismatch,
}

impl ReplyFault {
    /// Returns the fault in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CountMismatch => "the stated number of entries is not the number that is there",
            Self::LengthOverrun => "a stated length is not that of the bytes that are there",
            Self::ZeroLengthEntry => "an entry has no bytes",
            Self::BadEntryId => "an entry is no entry id",
            Self::NamesMismatch => "the number of names is not that of the entries",
        }
    }
}

/// Returns the reply recipients of a message; none when it names none.
#[must_use]
pub fn reply_list<'m, 'a>(message: &'m TnefMessage<'a>) -> Option<ReplyList<'m, 'a>> {
    let property = message.properties.property(PropTag::REPLY_RECIPIENT_ENTRIES)?;
    let bytes = property.value.bytes()?;
    let read = flat_entry_list(bytes, property.span.start + HEAD, &Limits::default());
    let code_page = message.effective_code_page();
    let stated = message.properties.text(NAMES);
    let names: Vec<&str> = stated.as_deref().map(|names| names.split(';').map(str::trim).collect()).unwrap_or_default();
    let own: Vec<Option<String>> = read.value.iter().map(|entry| own_name(entry, code_page)).collect();
    let fault = read.anomalies.first().map(|anomaly| (fault_of(anomaly.code), anomaly.offset));
    let bad_entry = || read.value.iter().find(|entry| is_bad(entry, code_page)).map(|entry| (ReplyFault::BadEntryId, entry.offset));
    let mismatch = || (stated.is_some() && differ(&names, &own)).then_some((ReplyFault::NamesMismatch, property.span.start));
    let fault = fault.or_else(bad_entry).or_else(mismatch);
    let is_paired = names.len() == read.value.len();
    let of_entry = |(index, (entry, own)): (usize, (&FlatEntry<'_>, Option<String>))| ReplyEntry {
        name: own.or_else(|| names.get(index).filter(|_| is_paired).map(|name| (*name).to_owned())),
        span: entry.offset..entry.offset + entry.bytes.len() as u64,
    };
    let entries = read.value.iter().zip(own).enumerate().map(of_entry).collect();
    Some(ReplyList { property, entries, fault })
}

fn own_name(entry: &FlatEntry<'_>, code_page: CodePage) -> Option<String> {
    match EntryId::parse(entry.bytes, code_page) {
        EntryId::OneOff { name, .. } => Some(name.into_owned()),
        _ => None,
    }
}

fn fault_of(anomaly: &str) -> ReplyFault {
    match anomaly {
        "entry-list-count-mismatch" => ReplyFault::CountMismatch,
        "entry-list-empty-entry" => ReplyFault::ZeroLengthEntry,
        _ => ReplyFault::LengthOverrun,
    }
}

/// Ids of other providers are left alone, as nobody knows their form.
fn is_bad(entry: &FlatEntry<'_>, code_page: CodePage) -> bool {
    let provider = entry.bytes.get(4..PREFIX);
    let is_ours = provider.is_some_and(|provider| provider == EXCHANGE_PROVIDER.0 || provider == ONE_OFF_PROVIDER.0);
    provider.is_none() || is_ours && matches!(EntryId::parse(entry.bytes, code_page), EntryId::Other(_))
}

/// A semicolon may stand in a name: more names than entries are judged by the names that the entries hold themselves.
fn differ(names: &[&str], own: &[Option<String>]) -> bool {
    let plain = |text: String| text.replace("; ", ";").trim_matches([';', ' ']).to_owned();
    match own.iter().cloned().collect::<Option<Vec<String>>>() {
        _ if names.len() <= own.len() => names.len() < own.len(),
        Some(own) => plain(own.join(";")) != plain(names.join(";")),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        formats::tnef::{self, AttachmentContent},
        testing::fixture::compile,
    };

    #[track_caller]
    fn check(lines: &str, names: &[&str], fault: Option<ReplyFault>) {
        let files = compile(&format!("//- Bad/1\nbare\n{lines}\n")).unwrap();
        let decoded = tnef::decode(&files.first().unwrap().bytes, &Limits::default()).value;
        assert!(!matches!(decoded.attachments.first().map(|first| &first.content), Some(AttachmentContent::Message(..))));
        let list = reply_list(&decoded).unwrap();
        assert_eq!(list.entries.iter().map(|entry| entry.name.as_deref().unwrap_or("?")).collect::<Vec<_>>(), names);
        assert_eq!(list.fault.map(|(fault, _)| fault), fault);
    }

    #[test]
    fn a_list_that_adds_up_has_no_fault() {
        check("reply-to: \"Ann Ray\" SMTP:a@b", &["Ann Ray"], None);
        check("reply-to: \"Ray; Ann\" SMTP:a@b", &["Ray; Ann"], None);
        check("reply-to: \"Ann\" SMTP:a@b\nreply-to: \"Bob\" EX:/o=Org/cn=Bob", &["Ann", "Bob"], None);
        check("reply-to: \"Ann\" SMTP:a@b\nprop 0x0050001E: \"Ann;\"", &["Ann"], None);
    }

    #[test]
    fn faults_are_told_apart() {
        check("prop 0x004F0102: hex 02 00 00 00 04 00 00 00 00 00 00 00", &["?"], Some(ReplyFault::ZeroLengthEntry));
        check("prop 0x004F0102: hex 01 00 00 00 05 00 00 00 01 00 00 00 61", &["?"], Some(ReplyFault::BadEntryId));
        check("prop 0x004F0102: hex 01 00 00 00 05 00 00 00 09 00 00 00 61", &["?"], Some(ReplyFault::LengthOverrun));
        check("prop 0x004F0102: hex 02 00 00 00 05 00 00 00 01 00 00 00 61", &["?"], Some(ReplyFault::CountMismatch));
        check("reply-to: \"Ann\" SMTP:a@b\nreply-to: \"Bob\" SMTP:b@b\nprop 0x0050001E: \"Ann\"", &["Ann", "Bob"], Some(ReplyFault::NamesMismatch));
        check("reply-to: \"Ann\" SMTP:a@b\nprop 0x0050001E: \"Ann;Bob\"", &["Ann"], Some(ReplyFault::NamesMismatch));
    }
}
