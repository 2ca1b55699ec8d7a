//! The attributes that are no property lists: texts, dates, numbers and addresses of the time before MAPI ([MS-OXTNEF] 2.1.3.3).
//!
//! Dates carry no zone; they are kept as written. A date of zeros is not set.

use std::borrow::Cow;

use crate::base::{CodePage, LocalTime, Reader, Text, Truncated};

use super::{AddressTriple, Attribute, AttributeId, CountedAddress, LegacyAttributes, RendData, context::Context};

/// Reads the data of single attributes; what is wrong with one is noted and costs no other.
pub(super) struct Typed<'c, 'l> {
    pub(super) code_page: CodePage,
    pub(super) context: &'c mut Context<'l>,
}

/// Type word of attOriginalMessageClass, which shares its id with attDateStart.
const WORD: u16 = 7;

impl Typed<'_, '_> {
    /// Reads a message attribute into its field; returns whether it is one that has a field.
    pub(super) fn message_attribute<'a>(&mut self, legacy: &mut LegacyAttributes<'a>, attribute: &Attribute<'a>) -> bool {
        match attribute.id {
            AttributeId::MESSAGE_CLASS => self.text_into(&mut legacy.message_class, attribute),
            AttributeId::ORIGINAL_MESSAGE_CLASS_MISPRINT => self.text_into(&mut legacy.original_message_class, attribute),
            AttributeId::DATE_START if attribute.type_word == WORD => self.text_into(&mut legacy.original_message_class, attribute),
            AttributeId::SUBJECT => self.text_into(&mut legacy.subject, attribute),
            AttributeId::BODY => self.text_into(&mut legacy.body, attribute),
            AttributeId::DATE_SENT => self.date_into(&mut legacy.date_sent, attribute),
            AttributeId::DATE_RECD => self.date_into(&mut legacy.date_received, attribute),
            AttributeId::DATE_MODIFIED => self.date_into(&mut legacy.date_modified, attribute),
            AttributeId::DATE_START => self.date_into(&mut legacy.date_start, attribute),
            AttributeId::DATE_END => self.date_into(&mut legacy.date_end, attribute),
            AttributeId::MESSAGE_ID => self.hex_into(&mut legacy.message_id, attribute),
            AttributeId::PARENT_ID => self.hex_into(&mut legacy.parent_id, attribute),
            AttributeId::CONVERSATION_ID => self.hex_into(&mut legacy.conversation_id, attribute),
            AttributeId::MESSAGE_STATUS => self.number_into(&mut legacy.message_status, attribute, |reader| reader.u8("attMessageStatus")),
            AttributeId::PRIORITY => self.number_into(&mut legacy.priority, attribute, |reader| reader.u16("attPriority")),
            AttributeId::AID_OWNER => self.number_into(&mut legacy.aid_owner, attribute, |reader| reader.u32("attAidOwner")),
            AttributeId::REQUEST_RES => {
                self.number_into(&mut legacy.request_response, attribute, |reader| reader.u16("attRequestRes").map(|value| value != 0));
            }
            AttributeId::OWNER => self.address_into(&mut legacy.owner, attribute),
            AttributeId::SENT_FOR => self.address_into(&mut legacy.sent_for, attribute),
            AttributeId::DELEGATE => self.first(&mut legacy.delegate, attribute.data, attribute),
            AttributeId::FROM => self.triples(&mut legacy.from, attribute),
            _ => return false,
        }
        true
    }

    /// Reads a text attribute.
    pub(super) fn text_into<'a>(&mut self, field: &mut Option<Text<'a>>, attribute: &Attribute<'a>) {
        let text = self.text(attribute.data, attribute.data_offset);
        self.first(field, text, attribute);
    }

    /// Reads a DTR.
    pub(super) fn date_into(&mut self, field: &mut Option<LocalTime>, attribute: &Attribute<'_>) {
        let date = match date(attribute) {
            Ok(date) => date,
            Err(cut) => return self.short(cut),
        };
        if date.month == 0 || (date.year, date.day) == (0, 0) {
            return;
        }
        if !date.is_valid() {
            self.context.note(attribute.data_offset, "impossible-date", || format!("{} says {date}", name(attribute)));
        }
        self.first(field, date, attribute);
    }

    /// Reads RENDDATA; what is missing at its end is zero.
    pub(super) fn rend_data(&mut self, attribute: &Attribute<'_>) -> Option<RendData> {
        match rend_data(attribute) {
            Ok(rendering) => Some(rendering),
            Err(cut) => {
                self.short(cut);
                None
            }
        }
    }

    /// Keeps the first value of an attribute; a second one is said to be there.
    pub(super) fn first<T>(&mut self, field: &mut Option<T>, value: T, attribute: &Attribute<'_>) {
        if field.is_none() {
            *field = Some(value);
        } else {
            self.context.note(attribute.span.start, "duplicate-attribute", || format!("{} is there more than once", name(attribute)));
        }
    }

    /// Reads a number from the first bytes of an attribute.
    pub(super) fn number_into<'a, T>(
        &mut self,
        field: &mut Option<T>,
        attribute: &Attribute<'a>,
        read: impl FnOnce(&mut Reader<'a>) -> Result<T, Truncated>,
    ) {
        match read(&mut Reader::at(attribute.data, attribute.data_offset)) {
            Ok(value) => self.first(field, value, attribute),
            Err(cut) => self.short(cut),
        }
    }

    fn short(&mut self, cut: Truncated) {
        self.context.note(cut.offset, "attribute-length", || cut.to_string());
    }

    /// Decodes text up to its terminators and notes what the code page does not have.
    pub(super) fn text<'a>(&mut self, bytes: &'a [u8], at: u64) -> Text<'a> {
        let end = bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last.saturating_add(1));
        let text = self.code_page.decode(bytes.get(..end).unwrap_or_default());
        if text.lossy && self.code_page.is_known() {
            let page = self.code_page.0;
            self.context.note(at, "lossy-text", || format!("the text has bytes that code page {page} does not have"));
        }
        text
    }

    fn hex_into<'a>(&mut self, field: &mut Option<Cow<'a, [u8]>>, attribute: &Attribute<'a>) {
        let digits = attribute.data.strip_suffix(&[0]).unwrap_or(attribute.data);
        let bytes = from_hex(digits).map_or_else(
            || {
                self.context.note(attribute.data_offset, "not-hexadecimal", || format!("{} is no hexadecimal text", name(attribute)));
                Cow::Borrowed(digits)
            },
            Cow::Owned,
        );
        self.first(field, bytes, attribute);
    }

    fn address_into<'a>(&mut self, field: &mut Option<CountedAddress<'a>>, attribute: &Attribute<'a>) {
        let mut reader = Reader::at(attribute.data, attribute.data_offset);
        let name = self.counted(&mut reader, "length of name");
        let address = self.counted(&mut reader, "length of address");
        self.first(field, CountedAddress { name, address }, attribute);
    }

    fn counted<'a>(&mut self, reader: &mut Reader<'a>, what: &'static str) -> Text<'a> {
        let length = reader.u16(what).unwrap_or_else(|cut| {
            self.short(cut);
            0
        });
        self.clamped(reader, usize::from(length))
    }

    fn clamped<'a>(&mut self, reader: &mut Reader<'a>, length: usize) -> Text<'a> {
        let at = reader.offset();
        let bytes = reader.up_to(length);
        if bytes.len() < length {
            self.context.note(at, "attribute-length", || format!("a text of {length} bytes has {} left", bytes.len()));
        }
        self.text(bytes, at)
    }

    /// Walks the TRPs of attFrom up to the empty one that ends them.
    fn triples<'a>(&mut self, triples: &mut Vec<AddressTriple<'a>>, attribute: &Attribute<'a>) {
        if !triples.is_empty() {
            self.context.note(attribute.span.start, "duplicate-attribute", || "attFrom is there more than once");
        }
        let mut reader = Reader::at(attribute.data, attribute.data_offset);
        loop {
            let begin = reader.offset();
            match triple_head(&mut reader) {
                Ok((0, 0, 0)) => return,
                Ok((id, name, address)) => {
                    let name = self.clamped(&mut reader, usize::from(name));
                    let address = self.clamped(&mut reader, usize::from(address));
                    triples.push(AddressTriple { id, name, address });
                }
                // The end mark is sometimes left out.
                Err(_) if reader.is_empty() && !triples.is_empty() => return,
                Err(cut) => return self.short(Truncated { offset: begin, ..cut }),
            }
        }
    }
}

fn name(attribute: &Attribute<'_>) -> &'static str {
    attribute.name().unwrap_or("attribute")
}

fn date(attribute: &Attribute<'_>) -> Result<LocalTime, Truncated> {
    let mut reader = Reader::at(attribute.data, attribute.data_offset);
    let mut part = || reader.u16("date");
    // The weekday behind these is redundant, and some writers leave it out.
    Ok(LocalTime { year: part()?, month: part()?, day: part()?, hour: part()?, minute: part()?, second: part()? })
}

fn rend_data(attribute: &Attribute<'_>) -> Result<RendData, Truncated> {
    let mut reader = Reader::at(attribute.data, attribute.data_offset);
    Ok(RendData {
        attach_type: reader.u16("attachment type")?,
        position: reader.u32("rendering position")?,
        width: reader.u16("rendering width")?,
        height: reader.u16("rendering height")?,
        flags: reader.u32("rendering flags")?,
    })
}

fn triple_head(reader: &mut Reader<'_>) -> Result<(u16, u16, u16), Truncated> {
    let id = reader.u16("trpid")?;
    reader.u16("cbgrtrp")?;
    Ok((id, reader.u16("cch")?, reader.u16("cbRgb")?))
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = digits.chunks(2);
    pairs.map(|pair| Some(digit(pair.first())? << 4 | digit(pair.get(1))?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Limits;

    fn attribute(tag: u32, data: &[u8]) -> Attribute<'_> {
        let (id, type_word) = (AttributeId((tag & 0xFFFF) as u16), (tag >> 16) as u16);
        let (declared, span) = (u32::try_from(data.len()).unwrap(), 0..data.len() as u64 + 11);
        Attribute { level: 1, id, type_word, data, declared, data_offset: 9, span, checksum_ok: Some(true) }
    }

    #[track_caller]
    fn check(attributes: &[(u32, &[u8])], expected: &LegacyAttributes<'_>, codes: &[&str]) {
        let limits = Limits::default();
        let mut context = Context::new(&limits);
        let mut legacy = LegacyAttributes::default();
        for &(tag, data) in attributes {
            let mut typed = Typed { code_page: CodePage::WINDOWS_1252, context: &mut context };
            assert!(typed.message_attribute(&mut legacy, &attribute(tag, data)));
        }
        assert_eq!(legacy, *expected);
        assert_eq!(context.into_anomalies().iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
    }

    fn text(text: &str) -> Text<'_> {
        Text { text: text.into(), lossy: false }
    }

    #[test]
    fn the_id_0006_is_a_date_or_a_class_by_its_type() {
        let date_start = Some(LocalTime { year: 1999, month: 10, day: 6, hour: 15, minute: 8, second: 19 });
        check(
            &[(0x0003_0006, b"\xcf\x07\n\0\x06\0\x0f\0\x08\0\x13\0\x03\0"), (0x0007_0006, b"IPM.Note\0")],
            &LegacyAttributes { date_start, original_message_class: Some(text("IPM.Note")), ..Default::default() },
            &[],
        );
        let misprinted = LegacyAttributes { original_message_class: Some(text("IPM.Note")), ..Default::default() };
        check(&[(0x0007_0600, b"IPM.Note\0")], &misprinted, &[]);
    }

    #[test]
    fn a_date_needs_twelve_bytes_and_zeros_are_no_date() {
        let written = LocalTime { year: 1999, month: 10, day: 6, hour: 15, minute: 8, second: 19 };
        let sent = |date_sent| LegacyAttributes { date_sent, ..Default::default() };
        check(&[(0x0003_8005, b"\xcf\x07\n\0\x06\0\x0f\0\x08\0\x13\0")], &sent(Some(written)), &[]);
        check(&[(0x0003_8005, &[0; 14])], &sent(None), &[]);
        check(&[(0x0003_8005, &[1; 11])], &sent(None), &["attribute-length"]);
        let impossible = Some(LocalTime { month: 13, ..written });
        check(&[(0x0003_8005, b"\xcf\x07\x0d\0\x06\0\x0f\0\x08\0\x13\0\x03\0")], &sent(impossible), &["impossible-date"]);
    }

    #[test]
    fn from_holds_triples() {
        let from = vec![AddressTriple { id: 4, name: text("Doe, John"), address: text("SMTP:john@contoso.example") }];
        let expected = LegacyAttributes { from, ..Default::default() };
        let group = b"\x04\0\x34\0\n\0\x1a\0Doe, John\0SMTP:john@contoso.example\0\0\0\0\0\0\0\0\0";
        check(&[(0x0000_8000, group)], &expected, &[]);
        check(&[(0x0000_8000, &group[..44])], &expected, &[]);
        let cut = AddressTriple { id: 4, name: text("Doe, John"), address: text("SMTP:joh") };
        check(&[(0x0000_8000, &group[..26])], &LegacyAttributes { from: vec![cut], ..Default::default() }, &["attribute-length"]);
        check(&[(0x0000_8000, b"\x04\0")], &LegacyAttributes::default(), &["attribute-length"]);
    }

    #[test]
    fn owner_and_sent_for_are_counted_strings() {
        let owner = Some(CountedAddress { name: text("Boss"), address: text("EX:/o=Org") });
        check(&[(0x0006_0000, b"\x05\0Boss\0\x0a\0EX:/o=Org\0")], &LegacyAttributes { owner, ..Default::default() }, &[]);
        let sent_for = Some(CountedAddress { name: text("Bo"), address: text("") });
        let expected = LegacyAttributes { sent_for, ..Default::default() };
        check(&[(0x0006_0001, b"\x05\0Bo")], &expected, &["attribute-length", "attribute-length"]);
    }

    #[test]
    fn identifiers_are_hexadecimal_text() {
        let with = |bytes: &'static [u8]| LegacyAttributes { message_id: Some(bytes.into()), ..Default::default() };
        check(&[(0x0001_8009, b"0123abCD\0")], &with(b"\x01\x23\xab\xcd"), &[]);
        check(&[(0x0001_8009, b"012\0")], &with(b"012"), &["not-hexadecimal"]);
    }

    #[test]
    fn numbers_have_their_own_widths() {
        let expected = LegacyAttributes {
            message_status: Some(0x20),
            priority: Some(1),
            aid_owner: Some(0x1267),
            request_response: Some(true),
            delegate: Some(b"id"),
            ..Default::default()
        };
        let given: &[(u32, &[u8])] =
            &[(0x0006_8007, b" "), (0x0004_800D, b"\x01\0"), (0x0005_0008, b"\x67\x12\0\0"), (0x0004_0009, b"\x01\0"), (0x0006_0002, b"id")];
        check(given, &expected, &[]);
        check(&[(0x0004_800D, b"\x01")], &LegacyAttributes::default(), &["attribute-length"]);
    }

    #[test]
    fn the_first_of_two_stays() {
        let subject = Some(text("a"));
        check(&[(0x0001_8004, b"a\0"), (0x0001_8004, b"b\0")], &LegacyAttributes { subject, ..Default::default() }, &["duplicate-attribute"]);
    }

    #[test]
    fn short_rendering_data_is_said() {
        let limits = Limits::default();
        let mut context = Context::new(&limits);
        let mut typed = Typed { code_page: CodePage::WINDOWS_1252, context: &mut context };
        let whole = b"\x02\0\xff\xff\xff\xff\x20\0\x10\0\x01\0\0\0";
        let expected = RendData { attach_type: 2, position: u32::MAX, width: 32, height: 16, flags: 1 };
        assert_eq!(typed.rend_data(&attribute(0x0006_9002, whole)), Some(expected));
        assert_eq!(typed.rend_data(&attribute(0x0006_9002, &whole[..13])), None);
        assert_eq!(context.into_anomalies()[0].code, "attribute-length");
    }
}
