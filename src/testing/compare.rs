//! The way back: what the decoder found, in the form in which it was written, so that the two compare.

use crate::{
    formats::tnef::{self, AddressTriple, AttachmentContent, Attribute, CountedAddress, TnefMessage},
    mapi::{self, PropTag, PropValue, PropertyBag},
};

use super::{Attachment, AttachmentAttribute, AttachmentOrder, AttributeOrder, LegacyAttribute, Message, Property, Value};

impl Message {
    /// Returns what the decoder found, in normal form.
    #[must_use]
    pub fn of(found: &TnefMessage<'_>) -> Self {
        let has = |id: u16| found.attributes.iter().any(|attribute| attribute.level == 1 && attribute.id.0 == id);
        let message = Self {
            key: found.key,
            version: found.version,
            code_page: found.code_page,
            attributes: legacy(found),
            recipients: has(0x9004).then(|| found.recipients.iter().map(|row| properties(&row.properties)).collect()),
            properties: has(0x9003).then(|| properties(&found.properties)),
            attachments: found.attachments.iter().map(|attachment| attachment_of(attachment, found)).collect(),
            ..Self::default()
        };
        message.normal()
    }

    /// Returns the message as the decoder shows it: texts as bytes, attributes sorted by tag, no order and no damage.
    #[must_use]
    pub fn normal(mut self) -> Self {
        let code_page = self.written_code_page();
        let resolve = |list: Vec<Property>| list.into_iter().map(|property| property.resolved(code_page)).collect::<Vec<_>>();
        self.attributes.sort_by_key(LegacyAttribute::tag);
        self.recipients = self.recipients.map(|rows| rows.into_iter().map(resolve).collect());
        self.properties = self.properties.map(resolve);
        for attachment in &mut self.attachments {
            attachment.attributes.sort_by_key(AttachmentAttribute::tag);
            attachment.properties = resolve(std::mem::take(&mut attachment.properties));
            attachment.embedded = attachment.embedded.take().map(|message| Box::new(message.normal()));
            attachment.order = AttachmentOrder::AsGiven;
        }
        self.order = AttributeOrder::AsGiven;
        self.damage.clear();
        self
    }
}

fn legacy(found: &TnefMessage<'_>) -> Vec<LegacyAttribute> {
    use LegacyAttribute as L;
    let l = &found.legacy;
    let text = |text: &Option<crate::base::Text<'_>>| text.as_ref().map(|text| text.text.clone().into_owned());
    let counted = |address: &CountedAddress<'_>| (address.name.text.clone().into_owned(), address.address.text.clone().into_owned());
    let triple = |triple: &AddressTriple<'_>| (triple.name.text.clone().into_owned(), triple.address.text.clone().into_owned());
    let from = (!l.from.is_empty()).then(|| L::From(l.from.iter().map(triple).collect()));
    let known = [
        text(&l.message_class).map(L::MessageClass),
        text(&l.original_message_class).map(L::OriginalMessageClass),
        from,
        text(&l.subject).map(L::Subject),
        text(&l.body).map(L::Body),
        l.date_sent.map(L::DateSent),
        l.date_received.map(L::DateReceived),
        l.date_modified.map(L::DateModified),
        l.date_start.map(L::DateStart),
        l.date_end.map(L::DateEnd),
        l.message_status.map(L::MessageStatus),
        l.message_id.as_ref().map(|id| L::MessageId(id.to_vec())),
        l.parent_id.as_ref().map(|id| L::ParentId(id.to_vec())),
        l.conversation_id.as_ref().map(|id| L::ConversationId(id.to_vec())),
        l.priority.map(L::Priority),
        l.owner.as_ref().map(counted).map(|(name, address)| L::Owner(name, address)),
        l.sent_for.as_ref().map(counted).map(|(name, address)| L::SentFor(name, address)),
        l.delegate.map(|id| L::Delegate(id.to_vec())),
        l.aid_owner.map(L::AidOwner),
        l.request_response.map(L::RequestResponse),
    ];
    let tables = [0x9003, 0x9004, 0x9006, 0x9007];
    let is_known = |attribute: &Attribute<'_>| {
        tables.contains(&attribute.id.0) || known.iter().flatten().any(|known| known.tag() & 0xFFFF == u32::from(attribute.id.0))
    };
    let unknown = found.attributes.iter().filter(|attribute| attribute.level == 1 && !is_known(attribute)).map(|a| L::Raw(tag(a), a.data.to_vec()));
    let unknown: Vec<_> = unknown.collect();
    known.into_iter().flatten().chain(unknown).collect()
}

fn attachment_of(found: &tnef::Attachment<'_>, message: &TnefMessage<'_>) -> Attachment {
    use AttachmentAttribute as A;
    let text = |text: &Option<crate::base::Text<'_>>| text.as_ref().map(|text| text.text.clone().into_owned());
    let known = [
        text(&found.title).map(A::Title),
        text(&found.transport_name).map(A::TransportName),
        found.created.map(A::Created),
        found.modified.map(A::Modified),
        found.meta_file.map(|bytes| A::MetaFile(bytes.to_vec())),
        found.data.map(|(bytes, _)| A::Data(bytes.to_vec())),
    ];
    let is_mine = |a: &&Attribute<'_>| a.level == 2 && found.span.start <= a.span.start && a.span.end <= found.span.end;
    let is_known = |a: &Attribute<'_>| matches!(a.id.0, 0x9002 | 0x9005) || known.iter().flatten().any(|k| k.tag() & 0xFFFF == u32::from(a.id.0));
    let unknown: Vec<_> = message.attributes.iter().filter(is_mine).filter(|a| !is_known(a)).map(|a| A::Raw(tag(a), a.data.to_vec())).collect();
    let mut properties = properties(&found.properties);
    let embedded = match &found.content {
        AttachmentContent::Message(_, _, Some(inner)) => {
            properties.retain(|property| property.tag != PropTag::ATTACH_DATA_OBJ);
            Some(Box::new(Message::of(inner)))
        }
        _ => None,
    };
    let attributes = known.into_iter().flatten().chain(unknown).collect();
    Attachment { rendering: found.rendering, attributes, properties, embedded, order: AttachmentOrder::AsGiven }
}

fn tag(attribute: &Attribute<'_>) -> u32 {
    u32::from(attribute.type_word) << 16 | u32::from(attribute.id.0)
}

fn properties(bag: &PropertyBag<'_>) -> Vec<Property> {
    let convert = |property: &mapi::Property<'_>| Property { tag: property.tag, name: property.name.clone(), value: value(&property.value) };
    bag.properties.iter().map(convert).collect()
}

fn value(found: &PropValue<'_>) -> Value {
    match found {
        PropValue::Null => Value::Null,
        PropValue::I2(value) => Value::I2(*value),
        PropValue::Long(value) => Value::Long(*value),
        PropValue::R4(value) => Value::R4(value.to_bits()),
        PropValue::R8(value) => Value::R8(value.to_bits()),
        PropValue::Currency(value) => Value::Currency(*value),
        PropValue::AppTime(value) => Value::AppTime(value.to_bits()),
        PropValue::Error(value) => Value::Error(*value),
        PropValue::Boolean(value) => Value::Boolean(*value),
        PropValue::I8(value) => Value::I8(*value),
        PropValue::String8(text) => Value::String8(text.bytes.to_vec()),
        PropValue::Unicode(bytes) => Value::Unicode(bytes.to_vec()),
        PropValue::SysTime(ticks) => Value::SysTime(*ticks),
        PropValue::Clsid(guid) => Value::Clsid(*guid),
        PropValue::Binary(bytes) => Value::Binary(bytes.to_vec()),
        PropValue::Object(bytes) => Value::Object(bytes.to_vec()),
        PropValue::Multi(values) => Value::Multi(values.iter().map(value).collect()),
        PropValue::Unknown(_, bytes) => Value::Raw(bytes.to_vec()),
    }
}
