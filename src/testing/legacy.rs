//! The attributes of the time before MAPI, and the orders in which real writers put them.

use crate::base::{CodePage, LocalTime, Timestamp};

use super::value::terminated;

/// An attribute of the message that is not a property list ([MS-OXTNEF] 2.1.3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LegacyAttribute {
    /// attMessageClass as it is written, not mapped.
    MessageClass(String),
    /// attOriginalMessageClass.
    OriginalMessageClass(String),
    /// attFrom: name and `TYPE:address` of each one-off triple.
    From(Vec<(String, String)>),
    /// attSubject.
    Subject(String),
    /// attDateSent.
    DateSent(LocalTime),
    /// attDateRecd.
    DateReceived(LocalTime),
    /// attMessageStatus.
    MessageStatus(u8),
    /// attMessageID, written as hexadecimal text.
    MessageId(Vec<u8>),
    /// attParentID, written as hexadecimal text.
    ParentId(Vec<u8>),
    /// attConversationID, written as hexadecimal text.
    ConversationId(Vec<u8>),
    /// attBody.
    Body(String),
    /// attPriority: 1 high, 2 normal, 3 low.
    Priority(u16),
    /// attDateModified.
    DateModified(LocalTime),
    /// attOwner: name and `TYPE:address`.
    Owner(String, String),
    /// attSentFor: name and `TYPE:address`.
    SentFor(String, String),
    /// attDelegate, an entry id.
    Delegate(Vec<u8>),
    /// attDateStart.
    DateStart(LocalTime),
    /// attDateEnd.
    DateEnd(LocalTime),
    /// attAidOwner.
    AidOwner(u32),
    /// attRequestRes.
    RequestResponse(bool),
    /// Any attribute, with its full tag.
    Raw(u32, Vec<u8>),
}

/// Orders of the attributes of a message that streams of the era have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AttributeOrder {
    /// As they were given, with the recipient table and attMAPIProps last.
    #[default]
    AsGiven,
    /// Priority and recipients before the class (1995, and the sample of KB Q136204).
    Exchange1995,
    /// Dates before the subject (Exchange client of 1996).
    ExchangeClient1996,
    /// Recipients behind the class (1997).
    Exchange1997,
}

/// Tag of attRecipTable.
pub(super) const RECIP_TABLE: u32 = 0x0006_9004;
/// Tag of attMAPIProps.
pub(super) const MAPI_PROPS: u32 = 0x0006_9003;

const CLASS: u32 = 0x0007_8008;
const SUBJECT: u32 = 0x0001_8004;
const SENT: u32 = 0x0003_8005;
const MODIFIED: u32 = 0x0003_8020;
const ID: u32 = 0x0001_8009;
const PRIORITY: u32 = 0x0004_800D;

impl AttributeOrder {
    /// Returns the place of an attribute; those that the order does not name stand before attMAPIProps as given.
    pub(super) fn rank(self, tag: u32) -> usize {
        let order: &[u32] = match self {
            Self::AsGiven => &[],
            Self::Exchange1995 => &[PRIORITY, RECIP_TABLE, CLASS, SUBJECT, SENT, MODIFIED, ID],
            Self::ExchangeClient1996 => &[CLASS, SENT, MODIFIED, ID, PRIORITY, SUBJECT],
            Self::Exchange1997 => &[CLASS, PRIORITY, RECIP_TABLE, SUBJECT, SENT, MODIFIED, ID],
        };
        let unnamed = match tag {
            MAPI_PROPS => order.len() + 2,
            RECIP_TABLE => order.len() + 1,
            _ => order.len(),
        };
        order.iter().position(|&named| named == tag).unwrap_or(unnamed)
    }
}

impl LegacyAttribute {
    /// Returns the full tag.
    #[must_use]
    pub fn tag(&self) -> u32 {
        match self {
            Self::MessageClass(_) => CLASS,
            Self::OriginalMessageClass(_) => 0x0007_0006,
            Self::From(_) => 0x0000_8000,
            Self::Subject(_) => SUBJECT,
            Self::DateSent(_) => SENT,
            Self::DateReceived(_) => 0x0003_8006,
            Self::MessageStatus(_) => 0x0006_8007,
            Self::MessageId(_) => ID,
            Self::ParentId(_) => 0x0001_800A,
            Self::ConversationId(_) => 0x0001_800B,
            Self::Body(_) => 0x0002_800C,
            Self::Priority(_) => PRIORITY,
            Self::DateModified(_) => MODIFIED,
            Self::Owner(..) => 0x0006_0000,
            Self::SentFor(..) => 0x0006_0001,
            Self::Delegate(_) => 0x0006_0002,
            Self::DateStart(_) => 0x0003_0006,
            Self::DateEnd(_) => 0x0003_0007,
            Self::AidOwner(_) => 0x0005_0008,
            Self::RequestResponse(_) => 0x0004_0009,
            Self::Raw(tag, _) => *tag,
        }
    }

    /// Returns the data as it is written.
    #[must_use]
    pub fn data(&self, code_page: CodePage) -> Vec<u8> {
        match self {
            Self::MessageClass(text) | Self::OriginalMessageClass(text) | Self::Subject(text) | Self::Body(text) => terminated(text, code_page),
            Self::From(triples) => triples.iter().flat_map(|(name, address)| triple(name, address, code_page)).chain([0; 8]).collect(),
            Self::DateSent(time) | Self::DateReceived(time) | Self::DateModified(time) | Self::DateStart(time) | Self::DateEnd(time) => date(*time),
            Self::MessageStatus(flags) => vec![*flags],
            Self::MessageId(bytes) | Self::ParentId(bytes) | Self::ConversationId(bytes) => hexadecimal(bytes),
            Self::Priority(value) => value.to_le_bytes().to_vec(),
            Self::Owner(name, address) | Self::SentFor(name, address) => [counted(name, code_page), counted(address, code_page)].concat(),
            Self::Delegate(bytes) | Self::Raw(_, bytes) => bytes.clone(),
            Self::AidOwner(id) => id.to_le_bytes().to_vec(),
            Self::RequestResponse(wanted) => vec![u8::from(*wanted), 0],
        }
    }
}

/// Returns the 14 bytes of a date attribute; the weekday is computed.
pub(super) fn date(time: LocalTime) -> Vec<u8> {
    let LocalTime { year, month, day, hour, minute, second } = time;
    // 1970-01-01 was a Thursday.
    let days = time.as_utc().map_or(0, |utc: Timestamp| utc.unix_seconds().div_euclid(86_400) + 4);
    let weekday = u16::try_from(days.rem_euclid(7)).unwrap_or(0);
    [year, month, day, hour, minute, second, weekday].into_iter().flat_map(u16::to_le_bytes).collect()
}

/// One one-off triple without the null triple that ends the group; the name is padded to an even length.
fn triple(name: &str, address: &str, code_page: CodePage) -> Vec<u8> {
    let mut name = terminated(name, code_page);
    if name.len() % 2 == 1 {
        name.push(0);
    }
    let address = terminated(address, code_page);
    let mut out = Vec::new();
    for field in [4, 16 + name.len() + address.len(), name.len(), address.len()] {
        out.extend(short_length(field));
    }
    [out, name, address].concat()
}

fn counted(text: &str, code_page: CodePage) -> Vec<u8> {
    let bytes = terminated(text, code_page);
    [short_length(bytes.len()).to_vec(), bytes].concat()
}

fn short_length(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes()
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0').to_ascii_uppercase();
    let digits: String = bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    terminated(&digits, CodePage::WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(attribute: &LegacyAttribute, expected: &[u8]) {
        assert_eq!(attribute.data(CodePage::WINDOWS_1252), expected);
    }

    #[test]
    fn the_sample_of_the_knowledge_base_comes_out() {
        // KB Q136204: 1995-08-04 07:39:47, a Friday.
        let sent = LocalTime { year: 1995, month: 8, day: 4, hour: 7, minute: 39, second: 47 };
        check(&LegacyAttribute::DateSent(sent), b"\xcb\x07\x08\x00\x04\x00\x07\x00\x27\x00\x2f\x00\x05\x00");
    }

    #[test]
    fn strings_ids_and_triples_are_written_as_real_streams_have_them() {
        check(&LegacyAttribute::MessageId(vec![0xAB, 1]), b"AB01\0");
        let from = LegacyAttribute::From(vec![("Ann".into(), "SMTP:a@b".into())]);
        check(&from, b"\x04\0\x1d\0\x04\0\x09\0Ann\0SMTP:a@b\0\0\0\0\0\0\0\0\0");
        check(&LegacyAttribute::Owner("A".into(), "EX:b".into()), b"\x02\0A\0\x05\0EX:b\0");
    }

    #[test]
    fn every_order_ends_with_the_properties() {
        for order in [AttributeOrder::AsGiven, AttributeOrder::Exchange1995, AttributeOrder::ExchangeClient1996, AttributeOrder::Exchange1997] {
            for tag in [RECIP_TABLE, CLASS, SUBJECT, PRIORITY, 0x0002_800C] {
                assert!(order.rank(tag) < order.rank(MAPI_PROPS));
            }
        }
    }
}
