//! Property lists: attMAPIProps and attAttachment hold one, attRecipTable a row of them ([MS-OXTNEF] 2.1.3.4).
//!
//! Every item is a multiple of four bytes. A list says how many properties it has but not where each ends, so that a type that
//! nobody documented, or a name of an unknown kind, ends the reading of the list: the rest is kept as bytes.

use std::ops::Range;

use crate::{
    base::{CodePage, Reader, Truncated},
    mapi::{Guid, NameKind, PropTag, PropType, PropValue, Property, PropertyBag, PropertyName, Text8},
};

use super::{
    context::Context,
    property_value::{Shape, fixed, padding},
};

/// The lists of one attribute.
#[derive(Default)]
pub(super) struct Lists<'a> {
    /// One bag for a list, one for each row of a table.
    pub(super) bags: Vec<PropertyBag<'a>>,
    /// Bytes behind the last property that could be read.
    pub(super) unread: Option<Range<u64>>,
    /// Whether the last property of the last bag lost some of its bytes.
    pub(super) is_cut: bool,
    is_complete: bool,
}

/// Adds the properties of one more list; the usual only list is taken as it is.
pub(super) fn gather<'a>(all: &mut PropertyBag<'a>, mut list: PropertyBag<'a>) {
    if all.is_empty() {
        *all = list;
    } else {
        all.properties.append(&mut list.properties);
    }
}

/// Which of the two forms an attribute has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One list.
    List,
    /// A count of rows, each a list.
    Table,
}

/// Reads the lists of an attribute whose data begins at `base` in its file.
pub(super) fn read_lists<'a>(data: &'a [u8], base: u64, (form, code_page): (Form, CodePage), context: &mut Context<'_>) -> Lists<'a> {
    let mark = context.mark();
    let (lists, saw_short_list) = Parser::new(data, base, code_page, context).read(form);
    // Multi-valued PT_I2 takes four bytes each by most writers, two by some; no sample with two elements is public.
    if saw_short_list && !lists.is_complete {
        let after = context.mark();
        let (packed, _) = Parser { packed: true, ..Parser::new(data, base, code_page, context) }.read(form);
        if packed.is_complete {
            context.keep_since(&mark, &after);
            return packed;
        }
        context.return_to(&after);
    }
    lists
}

/// Why a list ends early.
enum Stop {
    /// The bytes ended inside the head of a property.
    Cut(Truncated),
    /// The property cannot be read on, and the anomaly is noted.
    Noted,
}

impl From<Truncated> for Stop {
    fn from(cut: Truncated) -> Self {
        Self::Cut(cut)
    }
}

/// How far the lists can be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Reading,
    /// What follows cannot be delimited, or may not be kept.
    Ended,
    /// The value just read lost some of its bytes.
    Cut,
}

struct Parser<'a, 'c, 'l> {
    reader: Reader<'a>,
    /// Offset of the first byte in the file.
    base: u64,
    code_page: CodePage,
    packed: bool,
    saw_short_list: bool,
    progress: Progress,
    context: &'c mut Context<'l>,
}

impl<'a, 'c, 'l> Parser<'a, 'c, 'l> {
    fn new(data: &'a [u8], base: u64, code_page: CodePage, context: &'c mut Context<'l>) -> Self {
        Self { reader: Reader::new(data), base, code_page, packed: false, saw_short_list: false, progress: Progress::Reading, context }
    }

    fn offset(&self) -> u64 {
        self.context.holes.offset(self.base, self.reader.position())
    }

    /// Says what the bytes ended too early for.
    fn note_cut(&mut self, cut: Truncated) {
        let offset = usize::try_from(cut.offset).map_or(cut.offset, |place| self.context.holes.offset(self.base, place));
        self.context.note(offset, "truncated", || Truncated { offset, ..cut }.to_string());
    }

    fn read(mut self, form: Form) -> (Lists<'a>, bool) {
        let start = self.offset();
        let mut lists = Lists::default();
        match form {
            Form::List => lists.bags.extend(self.list()),
            Form::Table => self.rows(&mut lists.bags),
        }
        let rest = self.offset()..self.context.holes.offset(self.base, self.reader.position().saturating_add(self.reader.remaining()));
        if !rest.is_empty() {
            if self.progress == Progress::Reading {
                let bytes = rest.end.saturating_sub(rest.start);
                self.context.note(rest.start, "property-list-rest", || format!("{bytes} bytes follow the property list that begins at {start:#x}"));
            }
            lists.unread = Some(rest);
        }
        lists.is_cut = self.progress == Progress::Cut;
        lists.is_complete = self.progress == Progress::Reading && lists.unread.is_none();
        (lists, self.saw_short_list)
    }

    fn rows(&mut self, bags: &mut Vec<PropertyBag<'a>>) {
        let at = self.offset();
        let Some(count) = self.count("row count") else { return };
        while (bags.len() as u64) < u64::from(count) && self.progress == Progress::Reading {
            if self.reader.is_empty() {
                let have = bags.len();
                self.context.note(at, "recipient-count", || format!("the recipient table says {count} rows, {have} are there"));
                self.progress = Progress::Ended;
            } else if self.context.may_keep_recipient() {
                bags.extend(self.list());
            } else {
                let limit = self.context.limits.recipients;
                self.context.note(at, "limit-reached", || format!("there are more than {limit} recipients; the rest is not read"));
                self.progress = Progress::Ended;
            }
        }
    }

    fn count(&mut self, what: &'static str) -> Option<u32> {
        match self.reader.u32(what) {
            Ok(count) => Some(count),
            Err(cut) => {
                self.progress = Progress::Ended;
                self.note_cut(cut);
                None
            }
        }
    }

    fn list(&mut self) -> Option<PropertyBag<'a>> {
        let at = self.offset();
        let count = self.count("property count")?;
        // A property takes at least four bytes, most take eight and more.
        let likely = usize::try_from(count).unwrap_or(usize::MAX).min(self.reader.remaining() / 8).min(self.context.limits.properties);
        let mut properties = Vec::with_capacity(likely);
        while (properties.len() as u64) < u64::from(count) && self.progress == Progress::Reading {
            if properties.len() >= self.context.limits.properties || !self.context.may_keep_value() {
                let have = properties.len();
                self.context.note(at, "limit-reached", || format!("the property list says {count} properties; only the first {have} are kept"));
                self.progress = Progress::Ended;
            } else if self.reader.is_empty() {
                let have = properties.len();
                self.context.note(at, "property-count", || format!("the property list says {count} properties, {have} are there"));
                self.progress = Progress::Ended;
            } else {
                properties.extend(self.property());
            }
        }
        Some(PropertyBag { properties })
    }

    fn property(&mut self) -> Option<Property<'a>> {
        let begin = self.reader.clone();
        let start = self.offset();
        match self.head() {
            Ok((tag, name)) => {
                let value = self.value(tag);
                Some(Property { tag, name, value, span: start..self.offset() })
            }
            Err(stop) => {
                self.progress = Progress::Ended;
                self.reader = begin;
                if let Stop::Cut(cut) = stop {
                    self.note_cut(cut);
                }
                None
            }
        }
    }

    fn head(&mut self) -> Result<(PropTag, Option<PropertyName>), Stop> {
        let tag = PropTag(self.reader.u32("property tag")?);
        Ok((tag, if tag.is_named() { Some(self.name(tag)?) } else { None }))
    }

    fn name(&mut self, tag: PropTag) -> Result<PropertyName, Stop> {
        let set = Guid(self.reader.array("property set")?);
        let at = self.offset();
        let kind = match self.reader.u32("kind of property name")? {
            0 => NameKind::Lid(self.reader.u32("id of named property")?),
            1 => {
                let length = self.reader.len("length of property name")?;
                let at = self.offset();
                let bytes = self.reader.bytes(length, "property name")?;
                self.reader.up_to(padding(length));
                self.check_utf16(bytes, at, tag);
                NameKind::Text(PropValue::Unicode(bytes).text().unwrap_or_default().into_owned())
            }
            other => {
                self.context.note(at, "unknown-name-kind", || format!("{tag} has a name of kind {other}; the list is read up to here"));
                return Err(Stop::Noted);
            }
        };
        Ok(PropertyName { set, kind })
    }

    fn value(&mut self, tag: PropTag) -> PropValue<'a> {
        let (kind, at) = (tag.prop_type(), self.offset());
        let Some(shape) = Shape::of(kind.element()).filter(|shape| !(kind.is_multi() && matches!(shape, Shape::Nothing))) else {
            self.progress = Progress::Ended;
            let bytes = self.reader.rest();
            self.context.note(at, "unknown-property-type", || {
                format!("{tag} has a type that nobody documented; the {} bytes behind it are kept as they are", bytes.len())
            });
            return PropValue::Unknown(kind, bytes);
        };
        let count = match shape {
            Shape::Variable => None,
            _ if kind.is_multi() => None,
            _ => Some(1),
        };
        let Some(count) = count.map_or_else(|| self.reader.u32("value count").ok(), Some) else { return self.cut_value(tag) };
        if !kind.is_multi() {
            if count == 1 {
                return self.element(tag, shape);
            }
            self.context.note(at, "value-count", || format!("{tag} is a single value, its count says {count}"));
        }
        self.elements(tag, shape, count)
    }

    fn elements(&mut self, tag: PropTag, shape: Shape, count: u32) -> PropValue<'a> {
        let at = self.offset();
        let is_short = matches!(shape, Shape::Fixed { value: 2, .. }) && count > 1;
        self.saw_short_list |= is_short;
        let shape = if is_short && self.packed { Shape::PACKED } else { shape };
        let mut values = Vec::new();
        while (values.len() as u64) < u64::from(count) && self.progress == Progress::Reading {
            if self.reader.is_empty() || !self.context.may_keep_value() {
                self.progress = Progress::Cut;
                let have = values.len();
                self.context.note(at, "value-count", || format!("{tag} says {count} values, {have} could be read"));
            } else {
                values.push(self.element(tag, shape));
            }
        }
        if is_short && self.packed {
            self.reader.up_to(padding(values.len().saturating_mul(2)));
        }
        PropValue::Multi(values)
    }

    fn element(&mut self, tag: PropTag, shape: Shape) -> PropValue<'a> {
        match shape {
            Shape::Nothing => PropValue::Null,
            Shape::Variable => self.variable(tag),
            Shape::Fixed { value, slot } => match self.reader.bytes(value, "property value") {
                Ok(bytes) => {
                    // The padding of the last value may be cut off with the attribute.
                    self.reader.up_to(slot.saturating_sub(value));
                    fixed(tag.prop_type().element(), bytes).unwrap_or_else(|| PropValue::Unknown(tag.prop_type(), bytes))
                }
                Err(_) => self.cut_value(tag),
            },
        }
    }

    /// Keeps what is left of a value that has no length or ends too early for it.
    fn cut_value(&mut self, tag: PropTag) -> PropValue<'a> {
        let (at, rest) = (self.offset(), self.reader.rest());
        self.progress = Progress::Cut;
        self.context.note(at, "truncated", || format!("the value of {tag} is cut; {} bytes are left", rest.len()));
        PropValue::Unknown(tag.prop_type(), rest)
    }

    fn variable(&mut self, tag: PropTag) -> PropValue<'a> {
        let Ok(length) = self.reader.len("value length") else { return self.cut_value(tag) };
        let at = self.offset();
        let held = usize::try_from(self.context.holes.kept(at, length as u64)).unwrap_or(length);
        let bytes = self.reader.up_to(held);
        if bytes.len() < held {
            self.progress = Progress::Cut;
            self.context.note(at, "truncated", || format!("the value of {tag} says {length} bytes, {} are there", bytes.len()));
        }
        self.reader.up_to(padding(length));
        match tag.prop_type().element() {
            PropType::STRING8 => {
                self.check_string8(bytes, at, tag);
                PropValue::String8(Text8 { bytes, code_page: self.code_page })
            }
            PropType::UNICODE => {
                self.check_utf16(bytes, at, tag);
                PropValue::Unicode(bytes)
            }
            PropType::OBJECT => PropValue::Object(bytes),
            _ => PropValue::Binary(bytes),
        }
    }

    fn check_string8(&mut self, bytes: &[u8], at: u64, tag: PropTag) {
        let code_page = self.code_page;
        if !bytes.is_ascii() && code_page.is_known() && (Text8 { bytes, code_page }).text().lossy {
            self.context.note(at, "lossy-text", || format!("{tag} has bytes that code page {} does not have", code_page.0));
        }
    }

    fn check_utf16(&mut self, bytes: &[u8], at: u64, tag: PropTag) {
        let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit.first().copied().unwrap_or(0), unit.last().copied().unwrap_or(0)]));
        if bytes.len() % 2 == 1 || char::decode_utf16(units).any(|unit| unit.is_err()) {
            self.context.note(at, "lossy-text", || format!("{tag} is not well-formed UTF-16"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::Limits,
        formats::tnef::samples::{list, long, variable},
    };

    type Read<'a> = (Vec<Vec<(u32, PropValue<'a>)>>, Vec<&'static str>, Option<Range<u64>>);

    fn read<'a>(data: &'a [u8], form: Form, limits: &Limits) -> Read<'a> {
        let mut context = Context::new(limits);
        let lists = read_lists(data, 0, (form, CodePage::WINDOWS_1252), &mut context);
        let pair = |property: Property<'a>| (property.tag.0, property.value);
        let bags = lists.bags.into_iter().map(|bag| bag.properties.into_iter().map(pair).collect()).collect();
        (bags, context.into_anomalies().iter().map(|anomaly| anomaly.code).collect(), lists.unread)
    }

    #[track_caller]
    fn check(data: &[u8], expected: &[(u32, PropValue<'_>)], codes: &[&str]) {
        let (bags, found, _) = read(data, Form::List, &Limits::default());
        assert_eq!(bags, [expected]);
        assert_eq!(found, codes);
    }

    fn text(bytes: &[u8]) -> PropValue<'_> {
        PropValue::String8(Text8 { bytes, code_page: CodePage::WINDOWS_1252 })
    }

    #[test]
    fn every_type_is_read() {
        let properties = [
            (&b"\0\0\x01\x70"[..], PropValue::Null),
            (b"\x02\0\x02\x70\xfe\xff\x99\x99", PropValue::I2(-2)),
            (b"\x03\0\x03\x70\xfe\xff\xff\xff", PropValue::Long(-2)),
            (b"\x04\0\x04\x70\0\0\x80\x3f", PropValue::R4(1.0)),
            (b"\x05\0\x05\x70\0\0\0\0\0\0\xf0\x3f", PropValue::R8(1.0)),
            (b"\x06\0\x06\x70\x10\x27\0\0\0\0\0\0", PropValue::Currency(10_000)),
            (b"\x07\0\x07\x70\0\0\0\0\0\0\xf0\x3f", PropValue::AppTime(1.0)),
            (b"\x0a\0\x0a\x70\x0f\x01\x04\x80", PropValue::Error(0x8004_010F)),
            // The padding of a boolean is garbage in real streams.
            (b"\x0b\0\x0b\x70\0\0\x3e\x62", PropValue::Boolean(false)),
            (b"\x14\0\x14\x70\x02\0\0\0\0\0\0\0", PropValue::I8(2)),
            (b"\x40\0\x40\x70\x03\0\0\0\0\0\0\0", PropValue::SysTime(3)),
            (b"\x48\0\x48\x700123456789abcdef", PropValue::Clsid(Guid(*b"0123456789abcdef"))),
            (b"\x1e\0\x1e\x70\x01\0\0\0\x03\0\0\0ab\0\0", text(b"ab\0")),
            (b"\x1f\0\x1f\x70\x01\0\0\0\x04\0\0\0a\0\0\0", PropValue::Unicode(b"a\0\0\0")),
            (b"\x02\x01\x20\x70\x01\0\0\0\0\0\0\0", PropValue::Binary(b"")),
            (b"\x0d\0\x0d\x70\x01\0\0\0\x05\0\0\0abcde\0\0\0", PropValue::Object(b"abcde")),
        ];
        for (bytes, value) in properties {
            let tag = u32::from_le_bytes(*bytes.first_chunk().unwrap());
            check(&list(&[bytes.to_vec(), long(0x0017_0003, 1)]), &[(tag, value), (0x0017_0003, PropValue::Long(1))], &[]);
        }
    }

    #[test]
    fn lists_of_values_take_a_slot_each() {
        let multi = |tag: u32, values: &[u8]| list(&[[&tag.to_le_bytes()[..], values].concat()]);
        let names = PropValue::Multi(vec![text(b"p\0"), text(b"")]);
        check(&multi(0x7000_101E, b"\x02\0\0\0\x02\0\0\0p\0\0\0\0\0\0\0"), &[(0x7000_101E, names)], &[]);
        let numbers = || PropValue::Multi(vec![PropValue::I2(1), PropValue::I2(2), PropValue::I2(3)]);
        check(&multi(0x7000_1002, b"\x03\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0"), &[(0x7000_1002, numbers())], &[]);
        // Some writers pack two of them into one slot.
        check(&multi(0x7000_1002, b"\x03\0\0\0\x01\0\x02\0\x03\0\0\0"), &[(0x7000_1002, numbers())], &[]);
        check(&multi(0x7000_1003, b"\0\0\0\0"), &[(0x7000_1003, PropValue::Multi(vec![]))], &[]);
    }

    #[test]
    fn a_count_other_than_one_is_said() {
        let two = [&0x0037_001E_u32.to_le_bytes()[..], b"\x02\0\0\0\x01\0\0\0a\0\0\0\x01\0\0\0b\0\0\0"].concat();
        check(&list(&[two]), &[(0x0037_001E, PropValue::Multi(vec![text(b"a"), text(b"b")]))], &["value-count"]);
        let none = [0x0037_001E_u32.to_le_bytes(), [0; 4]].concat();
        check(&list(&[none, long(0x0017_0003, 1)]), &[(0x0037_001E, PropValue::Multi(vec![])), (0x0017_0003, PropValue::Long(1))], &["value-count"]);
    }

    #[test]
    fn named_properties_have_numbers_or_texts() {
        let by_number = [&b"\x03\0\0\x80"[..], b"0123456789abcdef", b"\0\0\0\0\x01\x85\0\0", b"\x07\0\0\0"].concat();
        let by_text = [&b"\x03\0\x01\x80"[..], b"0123456789abcdef", b"\x01\0\0\0\x06\0\0\0K\0e\0\0\0\0\0", b"\x08\0\0\0"].concat();
        let data = list(&[by_number, by_text]);
        let limits = Limits::default();
        let lists = read_lists(&data, 0, (Form::List, CodePage::WINDOWS_1252), &mut Context::new(&limits));
        let properties = &lists.bags[0].properties;
        let set = Guid(*b"0123456789abcdef");
        assert_eq!(properties[0].name, Some(PropertyName { set, kind: NameKind::Lid(0x8501) }));
        assert_eq!(properties[1].name, Some(PropertyName { set, kind: NameKind::Text("Ke".into()) }));
        assert_eq!((properties[0].value.long(), properties[1].value.long()), (Some(7), Some(8)));
        assert_eq!((properties[0].span.clone(), properties[1].span.end), (4..36, data.len() as u64));
    }

    #[test]
    fn a_name_of_an_unknown_kind_ends_the_list() {
        let strange = [&b"\x03\0\0\x80"[..], b"0123456789abcdef", b"\x02\0\0\0\x01\x85\0\0"].concat();
        let data = list(&[long(0x0017_0003, 1), strange]);
        let (bags, codes, unread) = read(&data, Form::List, &Limits::default());
        assert_eq!((bags[0].len(), codes, unread), (1, vec!["unknown-name-kind"], Some(12..40)));
    }

    #[test]
    fn an_unknown_type_keeps_the_rest() {
        let strange = [&0x7000_0099_u32.to_le_bytes()[..], b"who knows"].concat();
        let unknown = PropValue::Unknown(PropType(0x0099), b"who knows");
        check(&list(&[long(0x0017_0003, 1), strange]), &[(0x0017_0003, PropValue::Long(1)), (0x7000_0099, unknown)], &["unknown-property-type"]);
    }

    #[test]
    fn the_last_padding_may_be_cut_off() {
        let data = list(&[variable(0x0037_001E, b"a")]);
        check(&data[..data.len() - 3], &[(0x0037_001E, text(b"a"))], &[]);
        check(b"\x01\0\0\0\x0b\0\x0b\x70\x01\0", &[(0x700B_000B, PropValue::Boolean(true))], &[]);
    }

    #[test]
    fn a_cut_list_keeps_what_is_there() {
        let data = list(&[long(0x0017_0003, 1), variable(0x0037_001E, b"hello")]);
        let one = (0x0017_0003, PropValue::Long(1));
        check(&data[..data.len() - 5], &[one.clone(), (0x0037_001E, text(b"hel"))], &["truncated"]);
        check(&data[..18], &[one.clone(), (0x0037_001E, PropValue::Unknown(PropType::STRING8, b"\x01\0"))], &["truncated"]);
        check(&data[..14], std::slice::from_ref(&one), &["truncated"]);
        check(&data[..12], &[one], &["property-count"]);
    }

    #[test]
    fn bytes_behind_the_list_are_unread() {
        let data = [list(&[long(0x0017_0003, 1)]), vec![0xAA; 5]].concat();
        let (bags, codes, unread) = read(&data, Form::List, &Limits::default());
        assert_eq!((bags[0].len(), codes, unread), (1, vec!["property-list-rest"], Some(12..17)));
    }

    #[test]
    fn counts_are_not_believed() {
        check(b"\xff\xff\xff\xff\x03\0\x17\0\x01\0\0\0", &[(0x0017_0003, PropValue::Long(1))], &["property-count"]);
        let values = list(&[[&0x7000_1003_u32.to_le_bytes()[..], b"\xff\xff\xff\xff\x05\0\0\0"].concat()]);
        check(&values, &[(0x7000_1003, PropValue::Multi(vec![PropValue::Long(5)]))], &["value-count"]);
        // A list of values without bytes would never end.
        let nothing = list(&[[&0x7000_1001_u32.to_le_bytes()[..], b"\xff\xff\xff\xff"].concat()]);
        let unknown = PropValue::Unknown(PropType(0x1001), b"\xff\xff\xff\xff");
        check(&nothing, &[(0x7000_1001, unknown)], &["unknown-property-type"]);
    }

    #[test]
    fn rows_of_a_table_are_lists() {
        let rows = [&[3, 0, 0, 0][..], &list(&[long(0x0C15_0003, 1)]), &list(&[])].concat();
        let (bags, codes, _) = read(&rows, Form::Table, &Limits::default());
        assert_eq!((bags.len(), codes), (2, vec!["recipient-count"]));
        let limits = Limits { recipients: 1, ..Limits::default() };
        let (bags, codes, unread) = read(&rows, Form::Table, &limits);
        assert_eq!((bags.len(), codes, unread), (1, vec!["limit-reached"], Some(16..20)));
    }

    #[test]
    fn text_outside_its_code_page_is_said() {
        let limits = Limits::default();
        let mut context = Context::new(&limits);
        let data = list(&[variable(0x0037_001E, b"\x81\x20"), variable(0x0037_001F, b"\0\xd8a\0"), variable(0x1000_001F, b"a")]);
        read_lists(&data, 0x100, (Form::List, CodePage(932)), &mut context);
        let found: Vec<_> = context.into_anomalies().iter().map(|anomaly| (anomaly.offset, anomaly.code)).collect();
        assert_eq!(found, [(0x110, "lossy-text"), (0x120, "lossy-text"), (0x130, "lossy-text")]);
    }
}
