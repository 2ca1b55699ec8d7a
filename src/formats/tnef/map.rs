//! Which field of a stream owns each byte, drawn from the decoded message and the bytes themselves.
//!
//! The decoder leaves the spans of everything it read in the model; this splits them into their parts. Whatever a span holds beyond
//! its known parts is labelled as unread, so that the innermost fields tile the stream whatever its faults.

use std::{borrow::Cow, collections::BTreeMap};

use crate::{
    base::FieldMap,
    mapi::{NameKind, PropType, PropValue, Property, describe},
};

use super::{Attachment, AttachmentContent, Attribute, AttributeId, Recipient, TnefMessage, property_value::padding};

/// Records the fields of a message that was decoded from `data`.
pub(super) fn map_message(data: &[u8], message: &TnefMessage<'_>, map: &mut FieldMap) {
    Mapper { data, map }.stream(message, 0);
}

struct Mapper<'d, 'f> {
    data: &'d [u8],
    map: &'f mut FieldMap,
}

/// A run of bytes that is being split, and how deep its parts lie.
struct Run {
    at: u64,
    end: u64,
    depth: u16,
}

impl Run {
    fn within(&self) -> Self {
        Self { depth: self.depth.saturating_add(1), ..*self }
    }
}

/// The streams within a message by the offset of their signature.
type Inner<'m, 'a> = BTreeMap<u64, &'m TnefMessage<'a>>;

impl Mapper<'_, '_> {
    fn field(&mut self, run: &mut Run, length: u64, label: impl Into<Cow<'static, str>>) {
        let length = length.min(run.end.saturating_sub(run.at));
        self.map.add(run.at, length, run.depth, || label);
        run.at = run.at.saturating_add(length);
    }

    fn rest(&mut self, mut run: Run, label: impl Into<Cow<'static, str>>) {
        self.field(&mut run, u64::MAX, label);
    }

    fn u16_at(&self, at: u64) -> u64 {
        let bytes = usize::try_from(at).ok().and_then(|at| self.data.get(at..)?.first_chunk::<2>());
        bytes.map_or(0, |bytes| u64::from(u16::from_le_bytes(*bytes)))
    }

    fn u32_at(&self, at: u64) -> u64 {
        let bytes = usize::try_from(at).ok().and_then(|at| self.data.get(at..)?.first_chunk::<4>());
        bytes.map_or(0, |bytes| u64::from(u32::from_le_bytes(*bytes)))
    }

    fn stream(&mut self, message: &TnefMessage<'_>, depth: u16) {
        let mut run = Run { at: message.span.start, end: message.span.end, depth };
        self.map.add(run.at, run.end.saturating_sub(run.at), depth, || "TNEF stream");
        run = run.within();
        let inner: Inner<'_, '_> = message.attachments.iter().filter_map(inner_message).collect();
        if message.unread.first().is_none_or(|unread| unread.start != run.at) {
            self.field(&mut run, 4, "signature");
            self.field(&mut run, 2, "key");
        }
        for attribute in &message.attributes {
            self.gap(&mut run, attribute.span.start, &inner);
            self.attribute(message, attribute, (run.depth, &inner));
            run.at = attribute.span.end.max(run.at);
        }
        let end = run.end;
        self.gap(&mut run, end, &inner);
    }

    /// Maps what lies between two records: unread bytes, and a stream that no record leads to.
    fn gap(&mut self, run: &mut Run, end: u64, inner: &Inner<'_, '_>) {
        if let Some((&start, message)) = inner.range(run.at..end).next() {
            self.field(run, start.saturating_sub(run.at), "unread bytes");
            self.stream(message, run.depth);
            run.at = message.span.end.max(run.at);
        }
        self.field(run, end.saturating_sub(run.at), "unread bytes");
    }

    fn attribute(&mut self, message: &TnefMessage<'_>, attribute: &Attribute<'_>, (depth, inner): (u16, &Inner<'_, '_>)) {
        let name = attribute.name().map_or_else(|| format!("attribute 0x{:04X}{:04X}", attribute.type_word, attribute.id.0).into(), Cow::from);
        let mut run = Run { at: attribute.span.start, end: attribute.span.end, depth };
        self.map.add(run.at, run.end.saturating_sub(run.at), depth, || name);
        run = run.within();
        for (length, label) in [(1, "level"), (2, "attribute id"), (2, "attribute type"), (4, "attribute length")] {
            self.field(&mut run, length, label);
        }
        let data = Run { end: run.at.saturating_add(attribute.data.len() as u64), ..run };
        run.at = data.end;
        self.data(message, attribute, (data, inner));
        self.rest(run, "checksum");
    }

    fn data(&mut self, message: &TnefMessage<'_>, attribute: &Attribute<'_>, (mut run, inner): (Run, &Inner<'_, '_>)) {
        match attribute.id {
            AttributeId::MAPI_PROPS => self.list(&mut run, &message.properties.properties, inner),
            AttributeId::ATTACHMENT => {
                let after = message.attachments.partition_point(|attachment| attachment.span.start <= attribute.span.start);
                let owner = after.checked_sub(1).and_then(|owner| message.attachments.get(owner));
                self.list(&mut run, owner.map_or(&[], |owner| owner.properties.properties.as_slice()), inner);
            }
            AttributeId::RECIP_TABLE => self.table(&mut run, &message.recipients, inner),
            AttributeId::FROM => self.triples(&mut run),
            AttributeId::OWNER | AttributeId::SENT_FOR => {
                for [length, text] in [["length of name", "name"], ["length of address", "address"]] {
                    let bytes = self.u16_at(run.at);
                    self.field(&mut run, 2, length);
                    self.field(&mut run, bytes, text);
                }
            }
            AttributeId::ATTACH_DATA if inner.contains_key(&run.at) => self.value(&mut run, inner),
            _ => {
                for &(length, label) in layout(attribute) {
                    self.field(&mut run, length, label);
                }
            }
        }
        self.rest(run, "unread rest");
    }

    fn triples(&mut self, run: &mut Run) {
        while run.at < run.end {
            let (name, address) = (self.u16_at(run.at.saturating_add(4)), self.u16_at(run.at.saturating_add(6)));
            let is_last = self.u16_at(run.at) == 0 && name == 0 && address == 0;
            for label in ["trpid", "cbgrtrp", "cch", "cbRgb"] {
                self.field(run, 2, label);
            }
            if is_last {
                return;
            }
            self.field(run, name, "name");
            self.field(run, address, "address");
        }
    }

    fn list(&mut self, run: &mut Run, properties: &[Property<'_>], inner: &Inner<'_, '_>) {
        let first = properties.partition_point(|property| property.span.start < run.at);
        let end = run.end;
        self.field(run, 4, "property count");
        for property in properties.get(first..).unwrap_or_default().iter().take_while(|property| property.span.start < end) {
            self.property(run, property, inner);
        }
    }

    fn table(&mut self, run: &mut Run, rows: &[Recipient<'_>], inner: &Inner<'_, '_>) {
        let (start, end) = (run.at, run.end);
        self.field(run, 4, "row count");
        let properties = rows.iter().flat_map(|row| &row.properties.properties);
        for property in properties.filter(|property| (start..end).contains(&property.span.start)) {
            while run.at < property.span.start {
                self.field(run, 4, "property count");
            }
            self.property(run, property, inner);
        }
        while run.end.saturating_sub(run.at) >= 4 && self.u32_at(run.at) == 0 {
            self.field(run, 4, "property count");
        }
    }

    fn property(&mut self, list: &mut Run, property: &Property<'_>, inner: &Inner<'_, '_>) {
        let mut run = Run { at: property.span.start, end: property.span.end, depth: list.depth };
        list.at = run.end;
        self.map.add(run.at, run.end.saturating_sub(run.at), run.depth, || match &property.name {
            Some(name) => format!("{} {name}", property.tag),
            None => describe(property.tag).map_or_else(|| property.tag.to_string(), |known| format!("{} {}", property.tag, known.name)),
        });
        run = run.within();
        self.field(&mut run, 4, "property tag");
        if let Some(name) = &property.name {
            self.name(&mut run, &name.kind);
        }
        let kind = property.tag.prop_type();
        let variable = matches!(kind.element(), PropType::STRING8 | PropType::UNICODE | PropType::BINARY | PropType::OBJECT);
        if matches!(property.value, PropValue::Unknown(..)) {
            return self.rest(run, "undelimited value");
        }
        if variable || kind.is_multi() {
            self.field(&mut run, 4, "value count");
        }
        if variable {
            self.variable_values(&mut run, inner);
        } else if kind.is_multi() {
            self.field(&mut run, u64::MAX, "values");
        } else {
            let size = if matches!(kind, PropType::I2 | PropType::BOOLEAN) { 2 } else { u64::MAX };
            self.field(&mut run, size, "value");
        }
        self.rest(run, "padding");
    }

    fn name(&mut self, run: &mut Run, kind: &NameKind) {
        self.field(run, 16, "property set");
        self.field(run, 4, "kind of property name");
        match kind {
            NameKind::Lid(_) => self.field(run, 4, "id of named property"),
            NameKind::Text(_) => {
                let length = self.u32_at(run.at);
                self.field(run, 4, "length of property name");
                self.field(run, length, "property name");
                self.field(run, pad(length), "padding");
            }
        }
    }

    fn variable_values(&mut self, run: &mut Run, inner: &Inner<'_, '_>) {
        while run.at < run.end {
            let length = self.u32_at(run.at);
            self.field(run, 4, "value length");
            let mut value = Run { end: run.at.saturating_add(length).min(run.end), ..*run };
            run.at = value.end;
            self.value(&mut value, inner);
            self.field(run, pad(length), "padding");
        }
    }

    /// Maps a value, and the stream in it when an embedded message was read there.
    fn value(&mut self, run: &mut Run, inner: &Inner<'_, '_>) {
        if let Some((&start, message)) = inner.range(run.at..run.end).next().filter(|(_, message)| message.span.end <= run.end) {
            self.field(run, start.saturating_sub(run.at), "interface id");
            self.stream(message, run.depth);
            run.at = message.span.end;
        }
        self.field(run, u64::MAX, "value");
    }
}

fn pad(length: u64) -> u64 {
    usize::try_from(length).map_or(0, |length| padding(length) as u64)
}

fn inner_message<'m, 'a>(attachment: &'m Attachment<'a>) -> Option<(u64, &'m TnefMessage<'a>)> {
    match &attachment.content {
        AttachmentContent::Message(_, at, Some(message)) => Some((*at, &**message)),
        _ => None,
    }
}

const DATE: &[(u64, &str)] = &[(2, "year"), (2, "month"), (2, "day"), (2, "hour"), (2, "minute"), (2, "second"), (2, "weekday")];
const TEXT: &[(u64, &str)] = &[(u64::MAX, "text")];
const RENDERING: &[(u64, &str)] =
    &[(2, "attachment type"), (4, "rendering position"), (2, "rendering width"), (2, "rendering height"), (4, "rendering flags")];

/// Returns the parts of the attributes whose parts have fixed lengths.
fn layout(attribute: &Attribute<'_>) -> &'static [(u64, &'static str)] {
    let Some(name) = attribute.name() else { return &[(u64::MAX, "unknown data")] };
    match attribute.id {
        _ if matches!(name, "attOriginalMessageClass" | "attAttachTitle" | "attAttachTransportFilename") => TEXT,
        _ if name.contains("Date") => DATE,
        AttributeId::MESSAGE_CLASS | AttributeId::SUBJECT | AttributeId::BODY => TEXT,
        AttributeId::MESSAGE_ID | AttributeId::PARENT_ID | AttributeId::CONVERSATION_ID => &[(u64::MAX, "hexadecimal text")],
        AttributeId::ATTACH_REND_DATA => RENDERING,
        AttributeId::TNEF_VERSION => &[(4, "version")],
        AttributeId::OEM_CODEPAGE => &[(4, "primary code page"), (4, "secondary code page")],
        AttributeId::PRIORITY => &[(2, "priority")],
        AttributeId::MESSAGE_STATUS => &[(1, "flags")],
        AttributeId::AID_OWNER => &[(4, "appointment id")],
        AttributeId::REQUEST_RES => &[(2, "response requested")],
        AttributeId::DELEGATE => &[(u64::MAX, "entry id")],
        _ => &[(u64::MAX, "data")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Limits,
        formats::tnef::{
            decode_mapped,
            samples::{attachment, embedded, list, long, record, rend_data, stream, variable},
        },
    };

    /// The innermost fields, which must tile the bytes.
    #[track_caller]
    fn leaves(data: &[u8]) -> Vec<String> {
        let mut map = FieldMap::recording();
        let _ = decode_mapped(data, &Limits::default(), &mut map);
        let mut at = 0;
        let mut found = Vec::new();
        for (index, field) in map.fields.iter().enumerate() {
            if map.fields.get(index + 1).is_none_or(|next| next.depth <= field.depth) {
                assert_eq!(field.offset, at, "{} does not follow the field before it", field.label);
                at += field.length;
                found.push(field.label.to_string());
            }
        }
        assert_eq!(at, data.len() as u64, "every byte has an owner");
        found
    }

    const RECORD: [&str; 4] = ["level", "attribute id", "attribute type", "attribute length"];

    /// Checks the fields behind version and code page.
    #[track_caller]
    fn check(records: &[Vec<u8>], expected: &[&str]) {
        let labels = leaves(&stream(1252, records));
        assert_eq!(labels[15..], *expected);
    }

    #[test]
    fn texts_dates_and_addresses_have_their_parts() {
        check(&[record(1, 0x0001_8004, b"a\0")], &[&RECORD[..], &["text", "checksum"]].concat());
        let date = ["year", "month", "day", "hour", "minute", "second", "weekday", "checksum"];
        check(&[record(1, 0x0003_8005, &[1; 14])], &[&RECORD[..], &date].concat());
        let triple = ["trpid", "cbgrtrp", "cch", "cbRgb", "name", "address", "trpid", "cbgrtrp", "cch", "cbRgb", "checksum"];
        let from = record(1, 0x0000_8000, b"\x04\0\x16\0\x02\0\x04\0A\0X:a\0\0\0\0\0\0\0\0\0");
        check(&[from], &[&RECORD[..], &triple].concat());
        let owner = record(1, 0x0006_0000, b"\x02\0A\0\x04\0X:a\0");
        check(&[owner], &[&RECORD[..], &["length of name", "name", "length of address", "address", "checksum"]].concat());
    }

    #[test]
    fn properties_have_their_parts() {
        let named = [&b"\x03\0\x01\x80"[..], b"0123456789abcdef", b"\x01\0\0\0\x06\0\0\0K\0e\0\0\0\0\0", b"\x08\0\0\0"].concat();
        let short = b"\x0b\0\x1b\x0e\x01\0\0\0".to_vec();
        let props = record(1, 0x0006_9003, &list(&[variable(0x0037_001E, b"a"), named, short, long(0x7000_0099, 1)]));
        let parts = [
            &RECORD[..],
            &["property count", "property tag", "value count", "value length", "value", "padding"],
            &["property tag", "property set", "kind of property name", "length of property name", "property name", "padding", "value"],
            &["property tag", "value", "padding", "property tag", "undelimited value", "checksum"],
        ];
        check(&[props], &parts.concat());
    }

    #[test]
    fn tables_and_their_rests_have_owners() {
        let rows = [&[3, 0, 0, 0][..], &list(&[long(0x0C15_0003, 1)]), &list(&[]), &list(&[long(0x0C15_0003, 2)]), b"rest"].concat();
        let row = ["property count", "property tag", "value"];
        let parts = [&RECORD[..], &["row count"], &row, &["property count"], &row, &["unread rest", "checksum"]];
        check(&[record(1, 0x0006_9004, &rows)], &parts.concat());
    }

    #[test]
    fn streams_within_streams_have_owners() {
        let inner = stream(1252, &[record(1, 0x0001_8004, b"a\0")]);
        let data = stream(1252, &[embedded(&inner), rend_data(), record(2, 0x0006_800F, &inner), attachment(&[long(0x3705_0003, 5)])]);
        let labels = leaves(&data);
        let count = |label: &str| labels.iter().filter(|found| *found == label).count();
        assert_eq!((count("signature"), count("interface id"), count("text")), (3, 1, 2));
    }

    #[test]
    fn unread_bytes_have_owners() {
        let inner = stream(1252, &[record(1, 0x0001_8004, b"a\0")]);
        let subject = record(1, 0x0001_8004, b"a\0");
        assert_eq!(leaves(b"no stream at all"), ["unread bytes"]);
        assert_eq!(leaves(b""), Vec::<String>::new());
        check(&[b"garbage".to_vec(), subject], &[&["unread bytes"], &RECORD[..], &["text", "checksum"]].concat());
        let labels = leaves(&stream(1252, &[b"garbage".to_vec(), inner, b"tail".to_vec()]));
        assert_eq!(labels[15..18], ["unread bytes", "signature", "key"]);
        assert_eq!(labels.last().unwrap(), "unread bytes");
    }

    #[test]
    fn a_map_that_is_off_costs_nothing() {
        let mut map = FieldMap::off();
        let _ = decode_mapped(&stream(1252, &[]), &Limits::default(), &mut map);
        assert!(map.fields.is_empty());
    }
}
