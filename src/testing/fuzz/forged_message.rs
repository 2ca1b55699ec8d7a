//! TNEF by the encoder: messages of every shape that it can write, then lies in what was written. Reaches what arbitrary bytes do not.

use crate::{
    base::{CodePage, Limits},
    formats::tnef::{self, RendData},
    mapi::{Guid, NameKind, PropTag, PropType, PropertyName},
    testing::{Attachment, AttachmentAttribute, AttachmentOrder, AttributeOrder, Damage, LegacyAttribute, Message, Property, Value, compressed_rtf},
};

use super::{
    dice::Dice,
    messages::{stream, with_right_checksums},
};

/// Levels of messages within messages.
const DEPTH: usize = 5;
/// A code page with characters that it has.
const PAGES: [(u32, &[char]); 5] =
    [(1252, &['ä', 'é', '€']), (850, &['ä', 'ß']), (1251, &['ж', 'Ж']), (932, &['日', 'ー', 'ｱ']), (1250, &['ő', 'ł'])];
/// Numbers that lie: nothing, the edges of signs and words, and more than there is.
const LIES: [u32; 10] = [0, 1, 2, 0x7F, 0xFF, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];

/// The bytes choose a message, damage to it, and then lies in its bytes. What is not damaged is read as it was written, without an
/// anomaly; what is damaged keeps every promise of a stream, with wrong checksums and with right ones.
pub(super) fn run(bytes: &[u8]) {
    let mut dice = Dice::new(bytes);
    let written = message(&mut dice, DEPTH);
    let sound = written.encode();
    let found = tnef::decode(&sound, &Limits::default());
    assert_eq!(found.anomalies, [], "a sound message has anomalies");
    assert_eq!(Message::of(&found.value), written.clone().normal(), "a message is read otherwise than it was written");
    stream(&sound);
    if dice.is_empty() {
        return;
    }
    let mut damaged = damage(&mut dice, written).encode();
    stream(&damaged);
    lie(&mut dice, &mut damaged);
    stream(&damaged);
    stream(&with_right_checksums(&damaged));
}

fn message(dice: &mut Dice<'_>, depth: usize) -> Message {
    let (page, more) = PAGES.get(dice.below(PAGES.len())).copied().unwrap_or((1252, &[]));
    let mut message = Message { key: dice.u16(), code_page: Some(CodePage(page)), ..Message::default() };
    message.order = [AttributeOrder::AsGiven, AttributeOrder::Exchange1995, AttributeOrder::ExchangeClient1996, AttributeOrder::Exchange1997]
        .get(dice.below(4))
        .copied()
        .unwrap_or_default();
    for _ in 0..dice.below(6) {
        let attribute = legacy(dice, more);
        if message.attributes.iter().all(|known| known.tag() & 0xFFFF != attribute.tag() & 0xFFFF) {
            message.attributes.push(attribute);
        }
    }
    message.recipients = (dice.below(2) == 1).then(|| (0..dice.below(4)).map(|_| properties(dice, more)).collect());
    message.properties = (dice.below(2) == 1).then(|| properties(dice, more));
    for _ in 0..dice.below(3) {
        message.attachments.push(attachment(dice, more, depth));
    }
    message
}

fn legacy(dice: &mut Dice<'_>, more: &[char]) -> LegacyAttribute {
    use LegacyAttribute as L;
    let id = |dice: &mut Dice<'_>| [&[0x42], dice.bytes(16)].concat();
    match dice.below(18) {
        0 => L::Subject(dice.text(more)),
        1 => L::MessageClass(dice.text(more)),
        2 => L::From(vec![(dice.text(more), dice.text(more))]),
        3 => L::Body(dice.text(more)),
        4 => L::DateSent(dice.time()),
        5 => L::DateReceived(dice.time()),
        6 => L::MessageStatus(dice.byte()),
        7 => L::MessageId(id(dice)),
        8 => L::ParentId(id(dice)),
        9 => L::ConversationId(id(dice)),
        10 => L::Priority(dice.u16()),
        11 => L::DateModified(dice.time()),
        12 => L::Owner(dice.text(more), dice.text(more)),
        13 => L::SentFor(dice.text(more), dice.text(more)),
        14 => L::Delegate(id(dice)),
        15 => L::DateEnd(dice.time()),
        16 => L::AidOwner(dice.u32()),
        _ => L::RequestResponse(dice.below(2) == 1),
    }
}

fn properties(dice: &mut Dice<'_>, more: &[char]) -> Vec<Property> {
    (0..dice.below(6)).map(|_| property(dice, more)).collect()
}

fn property(dice: &mut Dice<'_>, more: &[char]) -> Property {
    let (prop_type, value) = value(dice, more);
    let is_named = dice.once_in(4);
    let (id, name) = if is_named { (0x8000 + u32::from(dice.byte()), Some(name(dice))) } else { (0x6700 + u32::from(dice.byte() & 0x7F), None) };
    Property { tag: PropTag(id << 16 | u32::from(prop_type.0)), name, value }
}

fn name(dice: &mut Dice<'_>) -> PropertyName {
    let set = Guid(dice.array());
    let kind = if dice.below(2) == 0 { NameKind::Lid(dice.u32()) } else { NameKind::Text(format!("n{}", dice.text(&['é']))) };
    PropertyName { set, kind }
}

fn value(dice: &mut Dice<'_>, more: &[char]) -> (PropType, Value) {
    match dice.below(20) {
        0 => (PropType::BOOLEAN, Value::Boolean(dice.below(2) == 1)),
        1 => (PropType::ERROR, Value::Error(dice.u32())),
        2 => (PropType::NULL, Value::Null),
        3 => (PropType::OBJECT, Value::Object([&dice.array::<16>(), dice.bytes(24)].concat())),
        4..=8 => {
            let (prop_type, value) = single(dice, more);
            (PropType(prop_type.0 | PropType::MULTI), Value::Multi(vec![value; dice.below(4)]))
        }
        _ => single(dice, more),
    }
}

fn single(dice: &mut Dice<'_>, more: &[char]) -> (PropType, Value) {
    match dice.below(13) {
        0 => (PropType::I2, Value::I2(i16::from_le_bytes(dice.array()))),
        1 => (PropType::LONG, Value::Long(i32::from_le_bytes(dice.array()))),
        2 => (PropType::R4, Value::R4(dice.u32())),
        3 => (PropType::R8, Value::R8(dice.u64())),
        4 => (PropType::CURRENCY, Value::Currency(i64::from_le_bytes(dice.array()))),
        5 => (PropType::APPTIME, Value::AppTime(dice.u64())),
        6 => (PropType::I8, Value::I8(i64::from_le_bytes(dice.array()))),
        7 => (PropType::SYSTIME, Value::SysTime(dice.u64())),
        8 => (PropType::CLSID, Value::Clsid(Guid(dice.array()))),
        9 => (PropType::STRING8, Value::Text(dice.text(more))),
        10 => (PropType::UNICODE, Value::Text(dice.text(&['Ж', 'é', '日']))),
        11 => (PropType::BINARY, Value::Binary(compressed_rtf(dice.bytes(40)))),
        _ => (PropType::BINARY, Value::Binary(dice.bytes(40).to_vec())),
    }
}

fn attachment(dice: &mut Dice<'_>, more: &[char], depth: usize) -> Attachment {
    use AttachmentAttribute as A;
    let rendering =
        RendData { attach_type: dice.u16() & 3, position: dice.u32(), width: dice.u16(), height: dice.u16(), flags: u32::from(dice.byte() & 1) };
    let mut attachment = Attachment { rendering: Some(rendering), ..Attachment::default() };
    for _ in 0..dice.below(4) {
        let attribute = match dice.below(6) {
            0 => A::Title(dice.text(more)),
            1 => A::TransportName(dice.text(more)),
            2 => A::Created(dice.time()),
            3 => A::Modified(dice.time()),
            4 => A::MetaFile(dice.bytes(24).to_vec()),
            _ => A::Data(dice.bytes(60).to_vec()),
        };
        if attachment.attributes.iter().all(|known| known.tag() != attribute.tag()) {
            attachment.attributes.push(attribute);
        }
    }
    let orders = [AttachmentOrder::AsGiven, AttachmentOrder::TitleFirst, AttachmentOrder::DataFirst, AttachmentOrder::MetaFileFirst];
    attachment.order = orders.get(dice.below(4)).copied().unwrap_or_default();
    attachment.properties = properties(dice, more);
    if depth > 0 && dice.once_in(3) {
        attachment.properties.insert(0, Property::new(PropTag::ATTACH_METHOD, 5));
        attachment.embedded = Some(Box::new(message(dice, depth - 1)));
    }
    attachment
}

fn damage(dice: &mut Dice<'_>, mut message: Message) -> Message {
    const IDS: [u16; 9] = [0x9003, 0x9004, 0x9005, 0x9002, 0x9006, 0x9007, 0x8004, 0x8008, 0x800F];
    for _ in 0..dice.below(4) {
        let id = dice.pick(&IDS);
        let damage = match dice.below(8) {
            0 => Damage::BadChecksum(id),
            1 => Damage::Length(id, dice.pick(&LIES)),
            2 => Damage::GarbageBefore(id, dice.bytes(24).to_vec()),
            3 => Damage::Missing(id),
            4 => Damage::Twice(id),
            5 => Damage::CutTo(usize::from(dice.u16())),
            6 => Damage::CutBy(usize::from(dice.byte())),
            _ => Damage::Trailing(dice.bytes(24).to_vec()),
        };
        let inner = message.attachments.first_mut().and_then(|attachment| attachment.embedded.as_mut());
        match inner.filter(|_| dice.once_in(3)) {
            Some(inner) => inner.damage.push(damage),
            None => message.damage.push(damage),
        }
    }
    message
}

/// Writes lies over the bytes: numbers of four and two bytes, single bytes, and pieces out of the engine's hand.
fn lie(dice: &mut Dice<'_>, bytes: &mut [u8]) {
    for _ in 0..dice.below(8) {
        let at = usize::from(dice.u16()).checked_rem(bytes.len()).unwrap_or(0);
        let lie = match dice.below(4) {
            0 => dice.pick(&LIES).to_le_bytes().to_vec(),
            1 => dice.u16().to_le_bytes().to_vec(),
            2 => vec![dice.byte()],
            _ => dice.bytes(12).to_vec(),
        };
        bytes.iter_mut().skip(at).zip(lie).for_each(|(byte, lie)| *byte = lie);
    }
}
