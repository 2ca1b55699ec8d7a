//! A message to be written, from whole to part. Plain fields, and methods that add to them in the order of the calls.

use crate::{
    base::{CodePage, Timestamp},
    mapi::{PropId, PropTag, PropType, PropertyName, tnef_class},
};

use super::{Attachment, AttributeOrder, Damage, LegacyAttribute, Property, Recipient, Value};

/// A TNEF message to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The attachment key behind the signature.
    pub key: u16,
    /// attTnefVersion; none leaves the attribute out.
    pub version: Option<u32>,
    /// Primary code page of attOemCodepage; none leaves the attribute out and writes texts in Windows-1252.
    pub code_page: Option<CodePage>,
    /// Attributes of the message but the tables.
    pub attributes: Vec<LegacyAttribute>,
    /// Rows of attRecipTable; none leaves the attribute out.
    pub recipients: Option<Vec<Vec<Property>>>,
    /// Properties of attMAPIProps; none leaves the attribute out.
    pub properties: Option<Vec<Property>>,
    /// Attachments.
    pub attachments: Vec<Attachment>,
    /// Order of the message's attributes.
    pub order: AttributeOrder,
    /// What is done to the bytes afterwards.
    pub damage: Vec<Damage>,
}

impl Default for Message {
    fn default() -> Self {
        Self {
            key: 0x2E34,
            version: Some(0x0001_0000),
            code_page: Some(CodePage::WINDOWS_1252),
            attributes: Vec::new(),
            recipients: None,
            properties: None,
            attachments: Vec::new(),
            order: AttributeOrder::AsGiven,
            damage: Vec::new(),
        }
    }
}

impl Message {
    /// Returns a message of a MAPI class, which is written in both forms.
    #[must_use]
    pub fn new(class: &str) -> Self {
        Self::default().with(LegacyAttribute::MessageClass(tnef_class(class).into_owned())).prop(PropTag::MESSAGE_CLASS, class)
    }

    /// Chooses the code page of the 8-bit strings.
    #[must_use]
    pub fn code_page(mut self, code_page: u32) -> Self {
        self.code_page = Some(CodePage(code_page));
        self
    }

    /// Chooses the order of the attributes.
    #[must_use]
    pub fn in_order(mut self, order: AttributeOrder) -> Self {
        self.order = order;
        self
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, attribute: LegacyAttribute) -> Self {
        self.attributes.push(attribute);
        self
    }

    /// Adds a property.
    #[must_use]
    pub fn prop(self, tag: PropTag, value: impl Into<Value>) -> Self {
        self.property(Property::new(tag, value))
    }

    /// Adds a property as it is.
    #[must_use]
    pub fn property(mut self, property: Property) -> Self {
        self.properties.get_or_insert_default().push(property);
        self
    }

    /// Adds a named property; the same name gets the same id throughout the stream.
    #[must_use]
    pub fn named(self, name: PropertyName, value: impl Into<Value>) -> Self {
        let property = named_property(self.properties.as_deref().unwrap_or_default(), name, value);
        self.property(property)
    }

    /// Sets the subject as attribute and as property.
    #[must_use]
    pub fn subject(self, subject: &str) -> Self {
        self.with(LegacyAttribute::Subject(subject.to_owned())).prop(PropTag::SUBJECT, subject)
    }

    /// Sets the plain body as property, as Exchange does.
    #[must_use]
    pub fn body(self, body: &str) -> Self {
        self.prop(PropTag::BODY, body)
    }

    /// Sets the time of submission as property, and as attribute as if the writer lived in UTC.
    #[must_use]
    pub fn submitted(self, time: Timestamp) -> Self {
        self.with(LegacyAttribute::DateSent(time.utc())).prop(PropTag::CLIENT_SUBMIT_TIME, time)
    }

    /// Sets the Internet headers, one `Name: value` each.
    #[must_use]
    pub fn headers(self, headers: &[String]) -> Self {
        self.prop(PropTag::TRANSPORT_MESSAGE_HEADERS, headers.join("\r\n") + "\r\n\r\n")
    }

    /// Adds a row to the recipient table.
    #[must_use]
    pub fn recipient(mut self, recipient: &Recipient) -> Self {
        let code_page = self.written_code_page();
        let rows = self.recipients.get_or_insert_default();
        rows.push(recipient.row(rows.len(), code_page));
        self
    }

    /// Adds an attachment.
    #[must_use]
    pub fn attach(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// Does something to the bytes once they are written.
    #[must_use]
    pub fn damaged(mut self, damage: Damage) -> Self {
        self.damage.push(damage);
        self
    }

    /// Returns the code page in which texts are written.
    #[must_use]
    pub fn written_code_page(&self) -> CodePage {
        self.code_page.unwrap_or(CodePage::WINDOWS_1252)
    }
}

/// Returns a property with the id that its name has among `present`, or the next free one.
pub(super) fn named_property(present: &[Property], name: PropertyName, value: impl Into<Value>) -> Property {
    let mut names = Vec::new();
    for known in present.iter().filter_map(|property| property.name.as_ref()) {
        if !names.contains(&known) {
            names.push(known);
        }
    }
    let index = names.iter().position(|&known| *known == name).unwrap_or(names.len());
    let id = PropId(u16::try_from(0x8000 + index).unwrap_or(0xFFFE));
    Property { name: Some(name), ..Property::new(PropTag::new(id, PropType::STRING8), value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapi::{NameKind, PSETID_COMMON};

    #[test]
    fn one_name_has_one_id() {
        let name = |lid| PropertyName { set: PSETID_COMMON, kind: NameKind::Lid(lid) };
        let message = Message::new("IPM.Note").named(name(1), 1).named(name(2), 2).named(name(1), 3);
        let tags: Vec<_> = message.properties.unwrap().iter().skip(1).map(|property| property.tag.0).collect();
        assert_eq!(tags, [0x8000_0003, 0x8001_0003, 0x8000_0003]);
    }
}
