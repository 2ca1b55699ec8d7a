//! From the bytes of a stream to a [`TnefMessage`]: the records, what they mean, and the streams within.

use crate::base::{CodePage, Decoded, FieldMap, Limits};

use super::{
    Attachment, AttachmentContent, Attribute, AttributeId, Recipient, TnefMessage,
    attachments::Attachments,
    attribute_id::known,
    context::Context,
    legacy::Typed,
    map::map_message,
    property_list::{Form, gather, read_lists},
    records::{PREFIX, Records, SIGNATURE, read_records},
    sparse::Sparse,
};

/// The only version of the format.
const VERSION: u32 = 0x0001_0000;

/// Returns whether some bytes begin as a TNEF stream.
#[must_use]
pub fn is_tnef(data: &[u8]) -> bool {
    data.starts_with(&SIGNATURE)
}

/// Decodes a whole file; reads on after every fault.
#[must_use]
pub fn decode<'a>(data: &'a [u8], limits: &Limits) -> Decoded<TnefMessage<'a>> {
    decode_sparse(data.into(), limits)
}

/// Decodes a file of which runs were left out, as if they were there.
#[must_use]
pub fn decode_sparse<'a>(Sparse { bytes: data, holes }: Sparse<'a>, limits: &Limits) -> Decoded<TnefMessage<'a>> {
    let mut context = Context::of_sparse(holes, limits);
    let most = usize::try_from(limits.file_bytes.min(limits.work)).unwrap_or(usize::MAX);
    let read = data.get(..most).unwrap_or(data);
    context.may_work_through(read.len());
    let mut message = Stream { data: read, base: 0, depth: 0, code_page: None }.message(&mut context);
    if read.len() < data.len() {
        let (at, end) = (holes.offset(0, read.len()), holes.offset(0, data.len()));
        context.note(at, "limit-reached", || format!("only the first {at} bytes of the file are decoded"));
        message.unread.push(at..end);
        message.span.end = end;
    }
    Decoded { value: message, anomalies: context.into_anomalies() }
}

/// Decodes a whole file and records which field owns each byte.
#[must_use]
pub fn decode_mapped<'a>(data: &'a [u8], limits: &Limits, map: &mut FieldMap) -> Decoded<TnefMessage<'a>> {
    let decoded = decode(data, limits);
    if map.is_recording() {
        map_message(data, &decoded.value, map);
    }
    decoded
}

/// A stream and where it lies.
#[derive(Clone, Copy)]
struct Stream<'a> {
    data: &'a [u8],
    base: u64,
    depth: usize,
    /// Code page of the enclosing stream.
    code_page: Option<CodePage>,
}

impl<'a> Stream<'a> {
    fn message(self, context: &mut Context<'_>) -> TnefMessage<'a> {
        let end = context.holes.offset(self.base, self.data.len());
        let mut message = TnefMessage { span: self.base..end, inherited_code_page: self.code_page, ..TnefMessage::default() };
        let records = self.records(&mut message, context);
        message.code_page = stated_code_page(&records.attributes);
        message.unread = records.unread;
        self.interpret(&mut message, &records.attributes, context);
        if let Some(start) = records.orphan {
            self.adopt(&mut message, start, context);
        }
        message.attributes = records.attributes;
        message.unread.sort_by_key(|range| range.start);
        message
    }

    /// Reads the signature, the key and the records; bytes that show no sign of being TNEF are left unread.
    fn records(self, message: &mut TnefMessage<'a>, context: &mut Context<'_>) -> Records<'a> {
        let &Self { data, base, .. } = &self;
        if !data.starts_with(&SIGNATURE) {
            context.note(base, "not-tnef", || "the signature of TNEF is not there");
        }
        let key = data.get(4..).and_then(|rest| rest.first_chunk::<2>());
        message.key = key.map_or(0, |key| u16::from_le_bytes(*key));
        if key.is_none() && data.starts_with(&SIGNATURE) {
            context.note(base, "truncated", || format!("the stream ends after {} bytes", data.len()));
        }
        // With the signature damaged, a first attribute that can only be one still shows what this is.
        let first = data.get(PREFIX..).and_then(|rest| rest.first_chunk::<5>());
        if data.starts_with(&SIGNATURE) || first == Some(&[1, 0x06, 0x90, 0x08, 0x00]) {
            return read_records(data, base, context);
        }
        let unread = if data.is_empty() { Vec::new() } else { vec![message.span.clone()] };
        Records { unread, ..Records::default() }
    }

    fn interpret(self, message: &mut TnefMessage<'a>, attributes: &[Attribute<'a>], context: &mut Context<'_>) {
        let code_page = message.effective_code_page();
        check_frame(self.base, attributes, context);
        let mut typed = Typed { code_page, context };
        let mut attachments = Attachments::default();
        let mut saw_late = false;
        for attribute in attributes {
            match role(attribute) {
                Role::Unknown => {}
                Role::Attachment => attachments.attribute(attribute, &mut typed),
                Role::Message => {
                    if !attachments.list.is_empty() && !saw_late {
                        saw_late = true;
                        let name = attribute.name().unwrap_or("an attribute");
                        typed.context.note(attribute.span.start, "wrong-order", || format!("{name} of the message follows its attachments"));
                    }
                    message_attribute(message, attribute, &mut typed);
                }
            }
        }
        message.unread.append(&mut attachments.unread);
        message.attachments.reserve_exact(attachments.list.len());
        for gathered in attachments.list {
            let mut attachment = gathered.settle(context.holes);
            self.open(&mut attachment, code_page, context);
            message.attachments.push(attachment);
        }
    }

    /// Decodes the stream of an embedded message unless it lies too deep.
    fn open(self, attachment: &mut Attachment<'a>, code_page: CodePage, context: &mut Context<'_>) {
        let AttachmentContent::Message(data, base, message) = &mut attachment.content else { return };
        if self.depth >= context.limits.nesting {
            let limit = context.limits.nesting;
            context.note(*base, "limit-reached", || format!("more than {limit} messages lie within each other; this one stays bytes"));
            return;
        }
        if !context.may_work_through(data.len()) {
            let (limit, bytes) = (context.limits.work, data.len());
            context
                .note(*base, "limit-reached", || format!("more than {limit} bytes would be worked through; the {bytes} of this message stay bytes"));
            return;
        }
        let inner = Stream { data, base: *base, depth: self.depth.saturating_add(1), code_page: Some(code_page) };
        *message = Some(Box::new(inner.message(context)));
    }

    /// Takes an embedded stream that no record leads to as the last attachment, so that its mail is not lost.
    fn adopt(self, message: &mut TnefMessage<'a>, start: usize, context: &mut Context<'_>) {
        let base = context.holes.offset(self.base, start);
        let data = self.data.get(start..).unwrap_or_default();
        let mut attachment = Attachment { span: base..message.span.end, ..Attachment::default() };
        attachment.content = AttachmentContent::Message(data, base, None);
        self.open(&mut attachment, message.effective_code_page(), context);
        message.attachments.push(attachment);
    }
}

/// Returns the primary code page of the first attOemCodepage that has one.
fn stated_code_page(attributes: &[Attribute<'_>]) -> Option<CodePage> {
    let stated = attributes.iter().find(|attribute| attribute.id == AttributeId::OEM_CODEPAGE)?;
    stated.data.first_chunk::<4>().map(|page| CodePage(u32::from_le_bytes(*page)))
}

/// Notes a version or code page that is missing or not in front, as every real stream has them.
fn check_frame(base: u64, attributes: &[Attribute<'_>], context: &mut Context<'_>) {
    if attributes.is_empty() {
        context.note(base, "no-attributes", || "the stream has no attributes");
        return;
    }
    for (place, id, name) in [(0, AttributeId::TNEF_VERSION, "attTnefVersion"), (1, AttributeId::OEM_CODEPAGE, "attOemCodepage")] {
        match attributes.iter().position(|attribute| attribute.id == id) {
            None => context.note(base, "missing-attribute", || format!("{name} is missing")),
            Some(at) if at > place => {
                let offset = attributes.get(at).map_or(base, |attribute| attribute.span.start);
                context.note(offset, "wrong-order", || format!("{name} is attribute {} of its stream", at.saturating_add(1)));
            }
            Some(_) => {}
        }
    }
}

enum Role {
    Message,
    Attachment,
    Unknown,
}

/// Returns what an attribute speaks of. At the wrong level, one that only attachments have is still theirs; others stay bytes,
/// as the id may be what is damaged.
fn role(attribute: &Attribute<'_>) -> Role {
    match known(attribute.id.0, attribute.type_word).map(|known| known.level) {
        Some(2) => Role::Attachment,
        Some(_) if attribute.level != 2 => Role::Message,
        _ => Role::Unknown,
    }
}

fn message_attribute<'a>(message: &mut TnefMessage<'a>, attribute: &Attribute<'a>, typed: &mut Typed<'_, '_>) {
    let mut lists = |form, typed: &mut Typed<'_, '_>| {
        let lists = read_lists(attribute.data, attribute.data_offset, (form, typed.code_page), typed.context);
        message.unread.extend(lists.unread);
        lists.bags
    };
    match attribute.id {
        AttributeId::MAPI_PROPS => {
            for bag in lists(Form::List, typed) {
                gather(&mut message.properties, bag);
            }
        }
        AttributeId::RECIP_TABLE => {
            let bags = lists(Form::Table, typed);
            message.recipients.extend(bags.into_iter().map(|properties| Recipient { properties }));
        }
        AttributeId::TNEF_VERSION => {
            typed.number_into(&mut message.version, attribute, |reader| reader.u32("attTnefVersion"));
            if let Some(version) = message.version.filter(|version| *version != VERSION) {
                typed.context.note(attribute.data_offset, "unknown-version", || format!("attTnefVersion is {version:#010x}"));
            }
        }
        AttributeId::OEM_CODEPAGE => {
            let mut page = None;
            typed.number_into(&mut page, attribute, |reader| reader.u32("attOemCodepage").map(CodePage));
            if let Some(page) = page.filter(|page| !page.is_known()) {
                typed.context.note(attribute.data_offset, "unknown-code-page", || format!("code page {} is not known; 1252 is assumed", page.0));
            }
        }
        _ => {
            typed.message_attribute(&mut message.legacy, attribute);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        formats::tnef::samples::{attachment, embedded, list, long, record, rend_data, stream, variable},
        mapi::PropTag,
    };

    fn codes(decoded: &Decoded<TnefMessage<'_>>) -> Vec<&'static str> {
        decoded.anomalies.iter().map(|anomaly| anomaly.code).collect()
    }

    fn subject(text: &[u8]) -> Vec<u8> {
        record(1, 0x0001_8004, text)
    }

    /// Subjects from the outermost message to the innermost.
    fn subjects(message: &TnefMessage<'_>) -> Vec<String> {
        let mut found = vec![message.subject().unwrap_or_default().into_owned()];
        for attachment in &message.attachments {
            if let AttachmentContent::Message(_, _, Some(inner)) = &attachment.content {
                found.extend(subjects(inner));
            }
        }
        found
    }

    #[track_caller]
    fn check(data: &[u8], expected_subjects: &[&str], expected_codes: &[&str]) {
        let decoded = decode(data, &Limits::default());
        assert_eq!(subjects(&decoded.value), expected_subjects);
        assert_eq!(codes(&decoded), expected_codes);
    }

    #[test]
    fn a_message_within_a_message_is_read_with_offsets_of_the_file() {
        let inner = stream(1252, &[subject(b"inner\0")]);
        let data = stream(1252, &[subject(b"outer\0"), embedded(&inner)]);
        check(&data, &["outer", "inner"], &[]);
        let decoded = decode(&data, &Limits::default()).value;
        let AttachmentContent::Message(bytes, at, Some(message)) = &decoded.attachments[0].content else { panic!("no message") };
        let start = usize::try_from(*at).unwrap();
        assert_eq!((*bytes, message.span.clone()), (&data[start..start + inner.len()], *at..*at + inner.len() as u64));
        let attribute = &message.attributes[2];
        let data_at = usize::try_from(attribute.data_offset).unwrap();
        assert_eq!(&data[data_at..data_at + 6], b"inner\0");
    }

    #[test]
    fn an_inner_message_has_its_own_code_page_or_that_around_it() {
        let own = stream(1251, &[subject(b"\xcf\xf0")]);
        check(&stream(1250, &[subject(b"\x9a"), embedded(&own)]), &["š", "Пр"], &[]);
        let none = [&own[..21], &own[40..]].concat();
        check(&stream(1250, &[subject(b"\x9a"), embedded(&none)]), &["š", "Ďđ"], &["missing-attribute"]);
        check(&none, &["Ïð"], &["missing-attribute"]);
    }

    #[test]
    fn nesting_stops_at_the_limit() {
        let mut data = stream(1252, &[subject(b"0\0")]);
        for level in 1..=3 {
            data = stream(1252, &[subject(format!("{level}\0").as_bytes()), embedded(&data)]);
        }
        check(&data, &["3", "2", "1", "0"], &[]);
        let decoded = decode(&data, &Limits { nesting: 2, ..Limits::default() });
        assert_eq!((subjects(&decoded.value).len(), codes(&decoded)), (3, vec!["limit-reached"]));
    }

    #[test]
    fn what_is_not_tnef_is_unread() {
        for data in [&b"From: ann@example.com\r\n"[..], b"", b"x", &[0; 100]] {
            let decoded = decode(data, &Limits::default());
            assert_eq!(codes(&decoded), ["not-tnef", "no-attributes"]);
            assert_eq!(decoded.value.unread.iter().map(|run| run.end - run.start).sum::<u64>(), data.len() as u64);
        }
        assert!(!is_tnef(b"x\x9f>"));
    }

    #[test]
    fn a_damaged_signature_hides_nothing() {
        let mut data = stream(1252, &[subject(b"still here\0")]);
        data[2] ^= 0x10;
        check(&data, &["still here"], &["not-tnef"]);
    }

    #[test]
    fn a_stream_cut_in_its_head_says_so() {
        let data = stream(1252, &[]);
        check(&data[..5], &[""], &["truncated", "no-attributes"]);
        check(&data[..6], &[""], &["no-attributes"]);
    }

    #[test]
    fn order_and_absence_of_the_frame_are_said() {
        let version = record(1, 0x0008_9006, &[0, 0, 1, 0]);
        let page = record(1, 0x0006_9007, &[0xE4, 4, 0, 0, 0, 0, 0, 0]);
        let head = [0x78, 0x9F, 0x3E, 0x22, 1, 0];
        check(&[&head[..], &subject(b"a\0")].concat(), &["a"], &["missing-attribute", "missing-attribute"]);
        check(&[&head[..], &page, &subject(b"a\0"), &version].concat(), &["a"], &["wrong-order"]);
        check(&stream(1252, &[rend_data(), subject(b"late\0")]), &["late"], &["wrong-order"]);
    }

    #[test]
    fn strange_versions_and_code_pages_are_said() {
        let mut data = stream(4711, &[subject(b"caf\xe9\0")]);
        data[15] = 9;
        check(&data, &["café"], &["unknown-version", "checksum-mismatch", "unknown-code-page"]);
    }

    #[test]
    fn several_property_lists_are_one_bag() {
        let props = |value| record(1, 0x0006_9003, &list(&[long(0x0017_0003, value)]));
        let data = stream(1252, &[props(1), props(2)]);
        let decoded = decode(&data, &Limits::default());
        assert_eq!((decoded.value.property_count(), decoded.anomalies.len()), (2, 0));
    }

    #[test]
    fn a_list_at_the_wrong_level_invents_nobody() {
        let rows = [&[1, 0, 0, 0][..], &list(&[long(0x0C15_0003, 1)])].concat();
        let data = stream(1252, &[rend_data(), record(2, 0x0006_9004, &rows)]);
        let decoded = decode(&data, &Limits::default());
        assert_eq!((decoded.value.recipients.len(), decoded.value.attributes.len(), codes(&decoded)), (0, 4, vec!["wrong-level"]));
    }

    #[test]
    fn an_embedded_stream_that_lost_its_record_stays_a_message_of_its_own() {
        let inner = stream(1252, &[subject(b"inner\0")]);
        let mut data = stream(1252, &[subject(b"outer\0"), embedded(&inner)]);
        let lost = 58 + 25;
        data[lost..lost + 9].fill(0xEE);
        let decoded = decode(&data, &Limits::default());
        assert_eq!(subjects(&decoded.value), ["outer", "inner"]);
        assert_eq!(codes(&decoded)[0], "resynchronised");
    }

    #[test]
    fn a_cut_stream_keeps_the_beginning_of_its_attachment() {
        let data = stream(1252, &[rend_data(), record(2, 0x0006_800F, b"0123456789")]);
        let cut = decode(&data[..data.len() - 6], &Limits::default());
        let attachment = &cut.value.attachments[0];
        assert_eq!((attachment.content_bytes().map(|(bytes, _)| bytes), attachment.is_cut), (Some(&b"012345"[..]), true));
        assert_eq!(codes(&cut), ["truncated"]);
    }

    #[test]
    fn a_cut_embedded_message_keeps_its_properties() {
        let properties = record(1, 0x0006_9003, &list(&[variable(0x0037_001E, b"inner\0"), variable(0x1000_001E, b"a long body\0")]));
        let data = stream(1252, &[embedded(&stream(1252, &[properties]))]);
        let cut = decode(&data[..data.len() - 10], &Limits::default());
        assert!(cut.value.attachments[0].is_cut);
        assert_eq!(subjects(&cut.value), ["", "inner"]);
        assert_eq!(codes(&cut), ["truncated"; 4]);
    }

    #[test]
    fn a_file_larger_than_allowed_is_read_as_far_as_allowed() {
        let data = stream(1252, &[subject(b"a\0"), record(1, 0x0002_800C, &[b'x'; 100])]);
        let limits = Limits { file_bytes: 80, ..Limits::default() };
        let decoded = decode(&data, &limits);
        assert_eq!((decoded.value.span.end, codes(&decoded)), (data.len() as u64, vec!["truncated", "limit-reached"]));
    }

    #[test]
    fn anomalies_are_listed_up_to_the_limit() {
        let unknown: Vec<_> = (0..9).map(|_| record(1, 0x0006_9099, b"?")).collect();
        let data = stream(1252, &unknown);
        let decoded = decode(&data, &Limits { anomalies: 3, ..Limits::default() });
        assert_eq!(codes(&decoded), ["unknown-attribute", "unknown-attribute", "unknown-attribute", "more-anomalies"]);
    }

    #[test]
    fn every_prefix_and_every_changed_byte_is_read() {
        let inner = stream(1252, &[subject(b"inner\0")]);
        let properties = [long(0x3705_0003, 1), variable(0x3707_001E, b"long name.txt\0")];
        let file = [rend_data(), record(2, 0x0006_800F, b"bytes"), attachment(&properties)].concat();
        let mut data = stream(1252, &[subject(b"outer\0"), embedded(&inner), file]);
        for end in 0..data.len() {
            let cut = decode(&data[..end], &Limits::default()).value;
            let ends = cut.attributes.iter().map(|attribute| attribute.span.end).chain(cut.unread.iter().map(|run| run.end));
            assert!(end < 6 || ends.max().unwrap_or(6) == end as u64, "cut at {end}");
        }
        for at in 0..data.len() {
            for change in [0x01, 0x80, 0xFF] {
                data[at] ^= change;
                let decoded = decode(&data, &Limits::default());
                // The key means nothing without the message it refers to.
                assert!(!decoded.anomalies.is_empty() || (4..6).contains(&at), "changed at {at}");
                data[at] ^= change;
            }
        }
        assert_eq!(decode(&data, &Limits::default()).value.attachments[1].properties.text(PropTag::ATTACH_LONG_FILENAME).unwrap(), "long name.txt");
    }
}
