//! One answer to each question about a message, whichever of the two forms it was written in.
//!
//! A MAPI property wins over the attribute of the time before MAPI; both stay in the model. Nothing is made up: what neither form
//! says is none. Compressed RTF stays compressed here, and transport headers stay text.

use std::{borrow::Cow, fmt};

use crate::{
    base::{CodePage, LocalTime, Text, Timestamp},
    mapi::{EntryId, MessageClass, PropTag, PropertyBag, mapi_class},
};

use super::{AddressTriple, CountedAddress, LegacyAttributes, TnefMessage, html::html_text};

/// Who somebody is; each part may be unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address<'m> {
    /// Display name.
    pub name: Option<Cow<'m, str>>,
    /// Address type, for example `SMTP` or `EX`.
    pub address_type: Option<Cow<'m, str>>,
    /// The address.
    pub address: Option<Cow<'m, str>>,
}

/// A point in time as the stream knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageTime {
    /// From a PT_SYSTIME.
    Utc(Timestamp),
    /// From a date attribute, in the unknown zone of the writer.
    Local(LocalTime),
}

/// How urgent or important a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Urgent, or of high importance.
    High,
    /// Normal.
    Normal,
    /// Not urgent, or of low importance.
    Low,
}

impl Level {
    /// Returns `high`, `normal` or `low`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

impl fmt::Display for MessageTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utc(time) => time.fmt(f),
            Self::Local(time) => time.fmt(f),
        }
    }
}

impl<'a> TnefMessage<'a> {
    /// Returns the code page of all 8-bit strings: the stated one, else that of the enclosing stream, else Windows 1252.
    #[must_use]
    pub fn effective_code_page(&self) -> CodePage {
        self.code_page.or(self.inherited_code_page).unwrap_or(CodePage::WINDOWS_1252)
    }

    /// Returns the number of properties of the message itself.
    #[must_use]
    pub fn property_count(&self) -> usize {
        self.properties.len()
    }

    /// Returns the message class by its MAPI name.
    #[must_use]
    pub fn message_class(&self) -> Option<Cow<'_, str>> {
        self.properties.text(PropTag::MESSAGE_CLASS).or_else(|| self.legacy.message_class.as_ref().map(|class| mapi_class(&class.text)))
    }

    /// Returns the subject.
    #[must_use]
    pub fn subject(&self) -> Option<Cow<'_, str>> {
        self.properties.text(PropTag::SUBJECT).or_else(|| borrowed(self.legacy.subject.as_ref()))
    }

    /// Returns when the message was submitted.
    #[must_use]
    pub fn client_submit_time(&self) -> Option<MessageTime> {
        self.time(PropTag::CLIENT_SUBMIT_TIME, self.legacy.date_sent)
    }

    /// Returns when the message was delivered.
    #[must_use]
    pub fn delivery_time(&self) -> Option<MessageTime> {
        self.time(PropTag::MESSAGE_DELIVERY_TIME, self.legacy.date_received)
    }

    fn time(&self, tag: PropTag, legacy: Option<LocalTime>) -> Option<MessageTime> {
        self.properties.time(tag).map(MessageTime::Utc).or(legacy.map(MessageTime::Local))
    }

    /// Returns the sender: the address properties, else the entry id, else attFrom.
    #[must_use]
    pub fn sender(&self) -> Option<Address<'_>> {
        let tags = [PropTag::SENDER_NAME, PropTag::SENDER_ADDRTYPE, PropTag::SENDER_EMAIL_ADDRESS, PropTag::SENDER_ENTRYID];
        let from = self.legacy.from.first().map(AddressTriple::parts);
        Address::of(&self.properties, tags, self.effective_code_page()).completed_by(from.unwrap_or_default()).known()
    }

    /// Returns on whose behalf the message was sent: the properties, else the entry id, else attSentFor, else attOwner of a meeting.
    #[must_use]
    pub fn sent_representing(&self) -> Option<Address<'_>> {
        let tags = [
            PropTag::SENT_REPRESENTING_NAME,
            PropTag::SENT_REPRESENTING_ADDRTYPE,
            PropTag::SENT_REPRESENTING_EMAIL_ADDRESS,
            PropTag::SENT_REPRESENTING_ENTRYID,
        ];
        let class = self.message_class().unwrap_or_default();
        let meeting = |name| MessageClass(&class).is_or_below(name);
        let owned = meeting("IPM.Schedule.Meeting.Request") || meeting("IPM.Schedule.Meeting.Canceled");
        let counted = self.legacy.sent_for.as_ref().or(self.legacy.owner.as_ref().filter(|_| owned));
        let legacy = counted.map(CountedAddress::parts).unwrap_or_default();
        Address::of(&self.properties, tags, self.effective_code_page()).completed_by(legacy).known()
    }

    /// Returns the originator that a transfer envelope names.
    #[must_use]
    pub fn originator(&self) -> Option<Address<'_>> {
        let tags = [PropTag::ORIGINATOR_NAME, PropTag::ORIGINATOR_ADDRTYPE, PropTag::ORIGINATOR_ADDR, PropTag::ORIGINATOR_ENTRYID];
        Address::of(&self.properties, tags, self.effective_code_page()).known()
    }

    /// Returns the plain text, PR_BODY or attBody.
    #[must_use]
    pub fn body_text(&self) -> Option<Text<'_>> {
        let property = self.properties.get(PropTag::BODY).and_then(crate::mapi::PropValue::decoded_text);
        property.or_else(|| self.legacy.body.as_ref().map(|body| Text { text: Cow::Borrowed(&*body.text), lossy: body.lossy }))
    }

    /// Returns the bytes of the HTML body, be it a binary or a string.
    #[must_use]
    pub fn html_bytes(&self) -> Option<&'a [u8]> {
        self.properties.properties.iter().filter(|property| property.tag.id() == PropTag::HTML.id()).find_map(|property| property.value.bytes())
    }

    /// Returns the HTML body as text: by its byte order mark, else its own charset, else PR_INTERNET_CPID, else the code page.
    #[must_use]
    pub fn html_text(&self) -> Option<Text<'a>> {
        let mut found = self.properties.properties.iter().filter(|property| property.tag.id() == PropTag::HTML.id());
        let value = &found.find(|property| property.value.bytes().is_some())?.value;
        let internet = self.properties.long(PropTag::INTERNET_CPID).and_then(|page| u32::try_from(page).ok()).map(CodePage);
        let fallback = internet.filter(|page| page.is_known()).unwrap_or_else(|| self.effective_code_page());
        value.decoded_text().or_else(|| value.bytes().map(|bytes| html_text(bytes, fallback)))
    }

    /// Returns PR_RTF_COMPRESSED.
    #[must_use]
    pub fn rtf_compressed(&self) -> Option<&'a [u8]> {
        self.properties.bytes(PropTag::RTF_COMPRESSED)
    }

    /// Returns PR_INTERNET_MESSAGE_ID.
    #[must_use]
    pub fn internet_message_id(&self) -> Option<Cow<'_, str>> {
        self.properties.text(PropTag::INTERNET_MESSAGE_ID)
    }

    /// Returns PR_TNEF_CORRELATION_KEY as text: the Message-ID of the message that carried the stream.
    #[must_use]
    pub fn correlation_key(&self) -> Option<Cow<'_, str>> {
        let bytes = self.properties.bytes(PropTag::TNEF_CORRELATION_KEY)?;
        let text = bytes.strip_suffix(&[0]).unwrap_or(bytes);
        Some(self.effective_code_page().decode(text).text)
    }

    /// Returns PR_TRANSPORT_MESSAGE_HEADERS.
    #[must_use]
    pub fn transport_headers(&self) -> Option<Cow<'_, str>> {
        self.properties.text(PropTag::TRANSPORT_MESSAGE_HEADERS)
    }

    /// Returns the priority; a number outside the three that MAPI and tnef.h know is none.
    #[must_use]
    pub fn priority(&self) -> Option<Level> {
        let legacy = || match self.legacy.priority {
            Some(1) => Some(Level::High),
            Some(2) => Some(Level::Normal),
            Some(3) => Some(Level::Low),
            _ => None,
        };
        self.properties.long(PropTag::PRIORITY).map_or_else(legacy, |priority| match priority {
            1 => Some(Level::High),
            0 => Some(Level::Normal),
            -1 => Some(Level::Low),
            _ => None,
        })
    }

    /// Returns PR_IMPORTANCE.
    #[must_use]
    pub fn importance(&self) -> Option<Level> {
        match self.properties.long(PropTag::IMPORTANCE)? {
            2 => Some(Level::High),
            1 => Some(Level::Normal),
            0 => Some(Level::Low),
            _ => None,
        }
    }

    /// Returns PR_MESSAGE_FLAGS, or what attMessageStatus says of them.
    #[must_use]
    pub fn message_flags(&self) -> Option<u32> {
        let stated = self.properties.long(PropTag::MESSAGE_FLAGS).map(i32::cast_unsigned);
        stated.or_else(|| self.legacy.message_status.map(flags_of_status))
    }
}

/// attMessageStatus bits beside MSGFLAG bits; MSGFLAG_UNMODIFIED is the absence of one.
fn flags_of_status(status: u8) -> u32 {
    const MODIFIED: u8 = 0x01;
    const UNMODIFIED: u32 = 0x02;
    let pairs = [(0x20, 0x01), (0x04, 0x04), (0x02, 0x08), (0x80, 0x10)];
    let kept = pairs.iter().filter(|(bit, _)| status & bit != 0).fold(0, |flags, (_, flag)| flags | flag);
    if status & MODIFIED == 0 { kept | UNMODIFIED } else { kept }
}

impl LegacyAttributes<'_> {
    /// Returns attMessageID as text where its bytes are characters, as the X.400 connector writes an interpersonal message id.
    #[must_use]
    pub fn message_id_text(&self) -> Option<&str> {
        let bytes = self.message_id.as_deref()?;
        let text = std::str::from_utf8(bytes.strip_suffix(&[0]).unwrap_or(bytes)).ok()?;
        (!text.is_empty() && text.bytes().all(|byte| (0x20..0x7F).contains(&byte))).then_some(text)
    }
}

impl AddressTriple<'_> {
    fn parts(&self) -> Address<'_> {
        Address::of_pair(&self.name.text, &self.address.text)
    }
}

impl CountedAddress<'_> {
    fn parts(&self) -> Address<'_> {
        Address::of_pair(&self.name.text, &self.address.text)
    }
}

impl<'m> Address<'m> {
    /// Reads the tags of name, type, address and entry id.
    pub(super) fn of(properties: &PropertyBag<'m>, [name, address_type, address, entry_id]: [PropTag; 4], code_page: CodePage) -> Self {
        let stated = Self { name: properties.text(name), address_type: properties.text(address_type), address: properties.text(address) };
        if is_filled(stated.address.as_ref()) && is_filled(stated.name.as_ref()) {
            return stated;
        }
        let entry_id = properties.bytes(entry_id).map(|bytes| EntryId::parse(bytes, code_page));
        stated.completed_by(entry_id.map(Self::of_entry_id).unwrap_or_default())
    }

    fn of_entry_id(entry_id: EntryId<'m>) -> Self {
        match entry_id {
            EntryId::Ex { dn, .. } => Self { name: None, address_type: Some("EX".into()), address: Some(dn) },
            EntryId::OneOff { name, address_type, address, .. } => {
                Self { name: Some(name), address_type: Some(address_type), address: Some(address) }
            }
            EntryId::Other(_) => Self::default(),
        }
    }

    /// Splits `TYPE:address` at its first colon; without one the whole is the address.
    fn of_pair(name: &'m str, address: &'m str) -> Self {
        let (address_type, address) = address.split_once(':').map_or((None, address), |(kind, rest)| (Some(kind.into()), rest));
        Self { name: Some(name.into()), address_type, address: Some(address.into()) }
    }

    /// Fills in what is absent or empty; type and address come as a pair, so that none is a mixture.
    pub(super) fn completed_by(self, other: Self) -> Self {
        let name = if is_filled(self.name.as_ref()) { self.name } else { other.name.filter(|name| !name.is_empty()).or(self.name) };
        if is_filled(self.address.as_ref()) || !is_filled(other.address.as_ref()) {
            return Self { name, ..self };
        }
        Self { name, address_type: other.address_type.or(self.address_type), address: other.address }
    }

    /// Returns none when nothing at all is known.
    pub(super) fn known(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

fn is_filled(text: Option<&Cow<'_, str>>) -> bool {
    text.is_some_and(|text| !text.is_empty())
}

fn borrowed<'m>(text: Option<&'m Text<'_>>) -> Option<Cow<'m, str>> {
    text.map(|text| Cow::Borrowed(&*text.text))
}

#[cfg(test)]
#[expect(clippy::redundant_closure_for_method_calls, reason = "a method of a type that borrows is not general enough to be handed over by name")]
mod tests {
    use super::*;
    use crate::{
        base::Limits,
        formats::tnef::{
            decode,
            samples::{list, long, record, stream, variable},
        },
    };

    fn props(properties: &[Vec<u8>]) -> Vec<u8> {
        record(1, 0x0006_9003, &list(properties))
    }

    /// Asks the message made of these records.
    fn ask<T>(records: &[Vec<u8>], question: impl FnOnce(&TnefMessage<'_>) -> T) -> T {
        question(&decode(&stream(1252, records), &Limits::default()).value)
    }

    fn owned(address: Option<Address<'_>>) -> Option<(String, String, String)> {
        let text = |part: Option<Cow<'_, str>>| part.map_or_else(|| "?".into(), Cow::into_owned);
        address.map(|address| (text(address.name), text(address.address_type), text(address.address)))
    }

    #[track_caller]
    fn check_sender(records: &[Vec<u8>], expected: Option<(&str, &str, &str)>) {
        let sender = ask(records, |message| owned(message.sender()));
        assert_eq!(sender, expected.map(|(name, kind, address)| (name.into(), kind.into(), address.into())));
    }

    fn one_off() -> Vec<u8> {
        [&[0; 4][..], b"\x81\x2b\x1f\xa4\xbe\xa3\x10\x19\x9d\x6e\0\xdd\x01\x0f\x54\x02", &[0; 4], b"Ann\0SMTP\0ann@x.example\0"].concat()
    }

    #[test]
    fn the_property_wins_over_the_attribute() {
        let subject = record(1, 0x0001_8004, b"old\0");
        let text = |message: &TnefMessage<'_>| message.subject().map(Cow::into_owned);
        assert_eq!(ask(std::slice::from_ref(&subject), text).as_deref(), Some("old"));
        assert_eq!(ask(&[subject, props(&[variable(0x0037_001E, b"new\0")])], text).as_deref(), Some("new"));
        assert_eq!(ask(&[], text), None);
    }

    #[test]
    fn the_class_has_its_mapi_name() {
        let class = record(1, 0x0007_8008, b"IPM.Microsoft Mail.Non-Delivery\0");
        assert_eq!(ask(&[class], |message| message.message_class().map(Cow::into_owned)).as_deref(), Some("Report.IPM.Note.NDR"));
    }

    #[test]
    fn a_sender_is_found_in_three_places() {
        let from = record(1, 0x0000_8000, b"\x04\0\x24\0\x04\0\x0d\0Bob\0SMTP:b@x.yz\0\0\0\0\0\0\0\0\0\0");
        let stated = [variable(0x0C1A_001E, b"Eve\0"), variable(0x0C1E_001E, b"EX\0"), variable(0x0C1F_001E, b"/o=Org\0")];
        check_sender(&[from.clone(), props(&stated)], Some(("Eve", "EX", "/o=Org")));
        check_sender(&[from.clone(), props(&[stated[0].clone(), variable(0x0C19_0102, &one_off())])], Some(("Eve", "SMTP", "ann@x.example")));
        check_sender(&[from.clone(), props(&[stated[0].clone()])], Some(("Eve", "SMTP", "b@x.yz")));
        check_sender(&[from], Some(("Bob", "SMTP", "b@x.yz")));
        check_sender(&[], None);
    }

    #[test]
    fn an_address_without_a_type_stays_whole() {
        let from = record(1, 0x0000_8000, b"\x04\0\x1c\0\x04\0\x08\0Bob\0strange\0\0\0\0\0\0\0\0\0");
        check_sender(&[from], Some(("Bob", "?", "strange")));
    }

    #[test]
    fn a_meeting_is_sent_for_its_owner() {
        let owner = record(1, 0x0006_0000, b"\x05\0Boss\0\x0a\0EX:/o=Org\0");
        let class = record(1, 0x0007_8008, b"IPM.Microsoft Schedule.MtgReq\0");
        let represented = |message: &TnefMessage<'_>| owned(message.sent_representing());
        assert_eq!(ask(&[class, owner.clone()], represented), Some(("Boss".into(), "EX".into(), "/o=Org".into())));
        assert_eq!(ask(&[owner], represented), None);
    }

    #[test]
    fn an_envelope_names_its_originator() {
        let envelope = props(&[variable(0x665B_001E, b"Eve\0"), variable(0x665C_001E, b"/o=Org\0"), variable(0x665D_001E, b"EX\0")]);
        assert_eq!(ask(&[envelope], |message| owned(message.originator())), Some(("Eve".into(), "EX".into(), "/o=Org".into())));
    }

    #[test]
    fn times_say_whether_their_zone_is_known() {
        let sent = record(1, 0x0003_8005, b"\xcf\x07\n\0\x06\0\x0f\0\x08\0\x13\0\x03\0");
        let submitted = |message: &TnefMessage<'_>| message.client_submit_time().map(|time| time.to_string());
        assert_eq!(ask(std::slice::from_ref(&sent), submitted).as_deref(), Some("1999-10-06T15:08:19"));
        let property = [&0x0039_0040_u32.to_le_bytes()[..], &0x01BA_6278_2596_13E0_u64.to_le_bytes()].concat();
        assert_eq!(ask(&[sent, props(&[property])], submitted).as_deref(), Some("1995-08-04T14:39:47.23Z"));
    }

    #[test]
    fn bodies_lie_in_either_form() {
        let body = record(1, 0x0002_800C, b"old");
        let text = |message: &TnefMessage<'_>| message.body_text().map(|text| text.text.into_owned());
        assert_eq!(ask(std::slice::from_ref(&body), text).as_deref(), Some("old"));
        assert_eq!(ask(&[body, props(&[variable(0x1000_001F, b"n\0e\0w\0\0\0")])], text).as_deref(), Some("new"));
        let html = |message: &TnefMessage<'_>| (message.html_bytes().map(<[u8]>::len), message.html_text().map(|text| text.text.into_owned()));
        let binary = [variable(0x1013_0102, b"\xf0"), long(0x3FDE_0003, 20866)];
        assert_eq!(ask(&[props(&binary)], html), (Some(1), Some("П".into())));
        assert_eq!(ask(&[props(&[variable(0x1013_001E, b"\xf0\0")])], html), (Some(2), Some("ð".into())));
        assert_eq!(ask(&[], html), (None, None));
        assert_eq!(ask(&[props(&[variable(0x1009_0102, b"rtf")])], |message| message.rtf_compressed().map(<[u8]>::len)), Some(3));
    }

    #[test]
    fn priorities_of_both_forms_agree() {
        for (attribute, property, level) in [(1, 1, Level::High), (2, 0, Level::Normal), (3, -1, Level::Low)] {
            assert_eq!(ask(&[record(1, 0x0004_800D, &[attribute, 0])], |message| message.priority()), Some(level));
            assert_eq!(ask(&[props(&[long(0x0026_0003, property)])], |message| message.priority()), Some(level));
        }
        assert_eq!(ask(&[props(&[long(0x0017_0003, 2)])], |message| message.importance()), Some(Level::High));
        assert_eq!(ask(&[props(&[long(0x0026_0003, 77)])], |message| message.priority()), None);
        assert_eq!(Level::Low.name(), "low");
    }

    #[test]
    fn the_status_byte_becomes_flags() {
        for (status, flags) in [(0x20, 0x03), (0x01, 0x00), (0x84, 0x16), (0x03, 0x08)] {
            assert_eq!(ask(&[record(1, 0x0006_8007, &[status])], |message| message.message_flags()), Some(flags));
        }
        assert_eq!(ask(&[props(&[long(0x0E07_0003, 0x14)])], |message| message.message_flags()), Some(0x14));
    }

    #[test]
    fn identifiers_show_as_text() {
        let keys = props(&[variable(0x1035_001E, b"<1@x>\0"), variable(0x007F_0102, b"<2@x>\0"), variable(0x007D_001E, b"To: a\r\n\0")]);
        let texts = |message: &TnefMessage<'_>| {
            [message.internet_message_id(), message.correlation_key(), message.transport_headers()].map(|text| text.unwrap().into_owned())
        };
        assert_eq!(ask(&[keys], texts), ["<1@x>", "<2@x>", "To: a\r\n"]);
        let x400 = |message: &TnefMessage<'_>| message.legacy.message_id_text().map(str::to_owned);
        assert_eq!(ask(&[record(1, 0x0001_8009, b"633D555300\0")], x400).as_deref(), Some("c=US"));
        assert_eq!(ask(&[record(1, 0x0001_8009, b"0123\0")], x400), None);
    }
}
