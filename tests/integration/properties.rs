//! Properties that hold for any message: what is written is read again, damage stays where it is, and nobody reads otherwise than we do.

use imcscan::{
    base::{CodePage, Limits, LocalTime, Timestamp},
    formats::{
        strict::{StrictVerdict, strict_verdict},
        tnef::{self, RendData, TnefMessage},
    },
    mapi::{Guid, NameKind, PropTag, PropType, PropertyName},
    testing::{Attachment, AttachmentAttribute, AttachmentOrder, AttributeOrder, Damage, LegacyAttribute, Message, Property, Value, fixture},
};
use proptest::{collection::vec, option, prelude::*, sample::select};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A code page with characters that it has.
fn code_page() -> impl Strategy<Value = (CodePage, &'static str)> {
    select(vec![
        (CodePage(1252), "[ -~äöüéß€]{0,12}"),
        (CodePage(850), "[ -~äöüéß]{0,12}"),
        (CodePage(1251), "[ -~а-яЖ]{0,12}"),
        (CodePage(932), "[ -Z日本語ー]{0,12}"),
        (CodePage(936), "[ -Z你好]{0,12}"),
    ])
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..24)
}

fn time() -> impl Strategy<Value = LocalTime> {
    (0_i64..4_000_000_000).prop_map(|seconds| Timestamp::from_unix(seconds).utc())
}

fn single(text: &'static str) -> BoxedStrategy<(PropType, Value)> {
    prop_oneof![
        any::<i16>().prop_map(|value| (PropType::I2, Value::I2(value))),
        any::<i32>().prop_map(|value| (PropType::LONG, Value::Long(value))),
        any::<u32>().prop_map(|bits| (PropType::R4, Value::R4(bits))),
        any::<u64>().prop_map(|bits| (PropType::R8, Value::R8(bits))),
        any::<i64>().prop_map(|value| (PropType::CURRENCY, Value::Currency(value))),
        any::<u64>().prop_map(|bits| (PropType::APPTIME, Value::AppTime(bits))),
        any::<i64>().prop_map(|value| (PropType::I8, Value::I8(value))),
        any::<u64>().prop_map(|ticks| (PropType::SYSTIME, Value::SysTime(ticks))),
        any::<[u8; 16]>().prop_map(|guid| (PropType::CLSID, Value::Clsid(Guid(guid)))),
        text.prop_map(|text| (PropType::STRING8, Value::Text(text))),
        "[ -~Жé日]{0,12}".prop_map(|text| (PropType::UNICODE, Value::Text(text))),
        bytes().prop_map(|bytes| (PropType::BINARY, Value::Binary(bytes))),
    ]
    .boxed()
}

fn value(text: &'static str) -> BoxedStrategy<(PropType, Value)> {
    let multi = single(text).prop_flat_map(|(prop_type, value)| {
        (0..4_usize).prop_map(move |count| (PropType(prop_type.0 | PropType::MULTI), Value::Multi(vec![value.clone(); count])))
    });
    prop_oneof![
        8 => single(text),
        1 => any::<bool>().prop_map(|value| (PropType::BOOLEAN, Value::Boolean(value))),
        1 => any::<u32>().prop_map(|code| (PropType::ERROR, Value::Error(code))),
        1 => Just((PropType::NULL, Value::Null)),
        1 => vec(any::<u8>(), 16..40).prop_map(|bytes| (PropType::OBJECT, Value::Object(bytes))),
        3 => multi,
    ]
    .boxed()
}

fn name() -> BoxedStrategy<PropertyName> {
    let kind = prop_oneof![any::<u32>().prop_map(NameKind::Lid), "[a-zé]{1,9}".prop_map(NameKind::Text)];
    (any::<[u8; 16]>(), kind).prop_map(|(set, kind)| PropertyName { set: Guid(set), kind }).boxed()
}

fn property(text: &'static str) -> BoxedStrategy<Property> {
    let plain = (0x6700_u32..0x6780, value(text)).prop_map(|(id, value)| (id, None, value));
    let named = (0x8000_u32..0xFFFE, name(), value(text)).prop_map(|(id, name, value)| (id, Some(name), value));
    prop_oneof![3 => plain, 1 => named]
        .prop_map(|(id, name, (prop_type, value))| Property { tag: PropTag(id << 16 | u32::from(prop_type.0)), name, value })
        .boxed()
}

fn properties(text: &'static str) -> BoxedStrategy<Vec<Property>> {
    vec(property(text), 0..5).boxed()
}

/// Every attribute at most once, in any order.
fn attributes(text: &'static str) -> BoxedStrategy<Vec<LegacyAttribute>> {
    use LegacyAttribute as L;
    let id = || vec(any::<u8>(), 1..20);
    let texts = (option::of(text.prop_map(L::Subject)), option::of(text.prop_map(L::Body)), option::of(text.prop_map(L::OriginalMessageClass)));
    let dates = (option::of(time().prop_map(L::DateSent)), option::of(time().prop_map(L::DateReceived)), option::of(time().prop_map(L::DateStart)));
    let more = (option::of(time().prop_map(L::DateEnd)), option::of(time().prop_map(L::DateModified)), option::of(text.prop_map(L::MessageClass)));
    let ids = (option::of(id().prop_map(L::MessageId)), option::of(id().prop_map(L::ParentId)), option::of(id().prop_map(L::ConversationId)));
    let numbers = (
        option::of(any::<u8>().prop_map(L::MessageStatus)),
        option::of(any::<u16>().prop_map(L::Priority)),
        option::of(any::<u32>().prop_map(L::AidOwner)),
        option::of(any::<bool>().prop_map(L::RequestResponse)),
        option::of(id().prop_map(L::Delegate)),
    );
    let people = (
        option::of(vec((text, text), 1..3).prop_map(L::From)),
        option::of((text, text).prop_map(|(name, address)| L::Owner(name, address))),
        option::of((text, text).prop_map(|(name, address)| L::SentFor(name, address))),
    );
    (texts, dates, more, ids, numbers, people)
        .prop_map(|(a, b, c, d, e, f)| {
            let all = [a.0, a.1, a.2, b.0, b.1, b.2, c.0, c.1, c.2, d.0, d.1, d.2, e.0, e.1, e.2, e.3, e.4, f.0, f.1, f.2];
            all.into_iter().flatten().collect::<Vec<_>>()
        })
        .prop_shuffle()
        .boxed()
}

fn attachment_attributes(text: &'static str) -> BoxedStrategy<Vec<AttachmentAttribute>> {
    use AttachmentAttribute as A;
    let all = (
        option::of(text.prop_map(A::Title)),
        option::of(text.prop_map(A::TransportName)),
        option::of(time().prop_map(A::Created)),
        option::of(time().prop_map(A::Modified)),
        option::of(bytes().prop_map(A::MetaFile)),
        option::of(bytes().prop_map(A::Data)),
    );
    all.prop_map(|all| [all.0, all.1, all.2, all.3, all.4, all.5].into_iter().flatten().collect::<Vec<_>>()).prop_shuffle().boxed()
}

fn rendering() -> BoxedStrategy<RendData> {
    (0..4_u16, any::<u32>(), any::<u16>(), any::<u16>(), 0..2_u32)
        .prop_map(|(attach_type, position, width, height, flags)| RendData { attach_type, position, width, height, flags })
        .boxed()
}

fn attachment(text: &'static str, inner: BoxedStrategy<Option<Message>>) -> BoxedStrategy<Attachment> {
    use AttachmentOrder as O;
    let order = select(vec![O::AsGiven, O::TitleFirst, O::DataFirst, O::MetaFileFirst]);
    (rendering(), attachment_attributes(text), properties(text), inner, order)
        .prop_map(|(rendering, attributes, mut properties, inner, order)| {
            if inner.is_some() {
                properties.insert(0, Property::new(PropTag::ATTACH_METHOD, 5));
            }
            Attachment { rendering: Some(rendering), attributes, properties, embedded: inner.map(Box::new), order }
        })
        .boxed()
}

fn message_with(inner: BoxedStrategy<Option<Message>>) -> BoxedStrategy<Message> {
    use AttributeOrder as O;
    let order = select(vec![O::AsGiven, O::Exchange1995, O::ExchangeClient1996, O::Exchange1997]);
    (code_page(), any::<u16>(), order)
        .prop_flat_map(move |((page, text), key, order)| {
            let tables = (option::of(vec(properties(text), 0..4)), option::of(properties(text)));
            let attachments = vec(attachment(text, inner.clone()), 0..3);
            (attributes(text), tables, attachments).prop_map(move |(attributes, (recipients, properties), attachments)| Message {
                key,
                version: Some(0x0001_0000),
                code_page: Some(page),
                attributes,
                recipients,
                properties,
                attachments,
                order,
                damage: Vec::new(),
            })
        })
        .boxed()
}

fn message() -> BoxedStrategy<Message> {
    let innermost = message_with(Just(None).boxed());
    let middle = message_with(option::weighted(0.3, innermost).boxed());
    message_with(option::weighted(0.3, middle).boxed())
}

fn read(bytes: &[u8]) -> (Message, Vec<&'static str>) {
    let decoded = tnef::decode(bytes, &Limits::default());
    (Message::of(&decoded.value), decoded.anomalies.iter().map(|anomaly| anomaly.code).collect())
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn what_is_written_is_read_again(message in message()) {
        let (found, anomalies) = read(&message.encode());
        prop_assert_eq!(found, message.normal());
        // Attributes that only the order of the era puts elsewhere are no anomaly; nothing else may be one.
        prop_assert_eq!(anomalies, Vec::<&str>::new());
    }

    #[test]
    fn a_bad_checksum_costs_nothing(message in message(), chosen in any::<prop::sample::Index>()) {
        prop_assume!(!message.attributes.is_empty());
        let id = (message.attributes[chosen.index(message.attributes.len())].tag() & 0xFFFF) as u16;
        // attOriginalMessageClass and attDateStart share an id, so that the first of them would be meant.
        let (found, anomalies) = read(&message.clone().damaged(Damage::BadChecksum(id)).encode());
        prop_assert_eq!(found, message.normal());
        prop_assert_eq!(anomalies, vec!["checksum-mismatch"]);
    }

    #[test]
    fn a_cut_stream_gives_a_prefix(message in message(), cut in any::<prop::sample::Index>()) {
        let bytes = message.encode();
        let cut = &bytes[..cut.index(bytes.len())];
        let (whole, part) = (tnef::decode(&bytes, &Limits::default()).value, tnef::decode(cut, &Limits::default()).value);
        let shown = |message: &TnefMessage<'_>| message.attributes.iter().map(|a| (a.level, a.id, a.data.to_vec())).collect::<Vec<_>>();
        let (mut all, mut have) = (shown(&whole), shown(&part));
        let last = have.pop();
        all.truncate(have.len() + usize::from(last.is_some()));
        if let (Some(last), Some(original)) = (last, all.pop()) {
            prop_assert!(last.0 == original.0 && last.1 == original.1 && original.2.starts_with(&last.2));
        }
        prop_assert_eq!(have, all);
    }

    #[test]
    fn changed_bytes_never_panic(message in message(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = message.encode();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
        let _ = strict_verdict(&bytes);
    }

    #[test]
    fn what_a_strict_reader_accepts_is_read_the_same(message in message()) {
        let bytes = without_what_the_strict_reader_lacks(message).encode();
        if strict_verdict(&bytes) == StrictVerdict::Accepts {
            agree_with_the_strict_reader(&bytes)?;
        }
    }

    #[test]
    fn plain_mail_is_accepted_by_a_strict_reader(subject in "[ -~äé]{0,20}", files in vec(("[a-z]{1,12}\\.[a-z]{3}", bytes(), time()), 0..4)) {
        let mut message = Message::new("IPM.Note").subject(&subject);
        for (name, data, time) in files {
            let file = Attachment::file(&name, data).with(AttachmentAttribute::Created(time)).with(AttachmentAttribute::Modified(time));
            message = message.attach(file.in_order(AttachmentOrder::TitleFirst));
        }
        let bytes = message.encode();
        prop_assert_eq!(strict_verdict(&bytes), StrictVerdict::Accepts);
        agree_with_the_strict_reader(&bytes)?;
    }

    #[test]
    fn a_fixture_never_panics(text in "(//- (Mtsout/1|a\\.txt|x hex)|( {0,2}(to|prop 0x0037001E|attach|embed|body|subject)(:|: )[ -~]{0,12})|\n){0,12}") {
        let _ = fixture::compile(&text);
    }
}

/// Takes away what the strict reader never accepts, so that it accepts most of the rest.
fn without_what_the_strict_reader_lacks(mut message: Message) -> Message {
    use LegacyAttribute as L;
    let is_unknown =
        |attribute: &L| matches!(attribute, L::Body(_) | L::ParentId(_) | L::OriginalMessageClass(_) | L::Delegate(_) | L::RequestResponse(_));
    message.attributes.retain(|attribute| !is_unknown(attribute));
    if message.code_page == Some(CodePage(850)) {
        message.code_page = Some(CodePage::WINDOWS_1252);
    }
    for attachment in &mut message.attachments {
        attachment.rendering = attachment.rendering.map(|rendering| RendData { attach_type: 1 + rendering.attach_type % 2, ..rendering });
        attachment.properties.push(Property::new(PropTag::ATTACH_METHOD, 1));
    }
    message
}

/// Compares subject, titles and data of attachments with what the strict reader reads.
fn agree_with_the_strict_reader(bytes: &[u8]) -> Result<(), TestCaseError> {
    let ours = tnef::decode(bytes, &Limits::default()).value;
    let strict = ::tnef::TnefReader::new(bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
    for attribute in strict {
        let (id, data) = attribute.map_err(|error| TestCaseError::fail(error.to_string()))?;
        if id == ::tnef::AttributeId::Message(::tnef::MessageAttrId::Subject) {
            let subject = ours.effective_code_page().decode(data).text;
            prop_assert_eq!(ours.legacy.subject.as_ref().map(|subject| subject.text.as_ref()), Some(subject.trim_end_matches('\0')));
        }
    }
    let theirs = ::tnef::read_attachments(bytes).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let theirs: Vec<_> = theirs.iter().map(|attachment| (attachment.title.clone(), attachment.data.to_vec())).collect();
    // The strict reader only counts attachments that have all six of its attributes, attAttachment being the last.
    let complete = ours.attachments.iter().filter(|attachment| {
        let has_properties = ours.attributes.iter().any(|a| a.id.0 == 0x9005 && attachment.span.contains(&a.span.start));
        attachment.created.is_some() && attachment.modified.is_some() && attachment.rendering.is_some() && has_properties
    });
    let ours: Vec<_> =
        complete.filter_map(|attachment| Some((attachment.title.as_ref()?.text.clone().into_owned(), attachment.data?.0.to_vec()))).collect();
    prop_assert_eq!(theirs, ours);
    Ok(())
}
