//! Message transfer envelopes as the MTS-OUT and MTS-IN folders hold them: `ENVELOPE.<class>` around the mail (KB Q262119, Q166587).

use crate::{
    base::{CodePage, Timestamp},
    mapi::PropTag,
};

use super::{Address, Attachment, LegacyAttribute, Message, Property, Value, one_off_entry_id, value::terminated};

/// A row of a recipient table.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    /// Who it is.
    pub address: Address,
    /// PR_RECIPIENT_TYPE: 1 To, 2 Cc, 3 Bcc.
    pub kind: i32,
    /// PR_SEND_RICH_INFO; one-off ids say it as well.
    pub rich_info: Option<bool>,
    /// More properties, which replace the usual one of the same id; a null value takes it away.
    pub properties: Vec<Property>,
}

impl Recipient {
    /// Returns a To recipient.
    #[must_use]
    pub fn to(address: Address) -> Self {
        Self { address, kind: 1, rich_info: None, properties: Vec::new() }
    }

    /// Returns the same recipient with another PR_RECIPIENT_TYPE.
    #[must_use]
    pub fn of_kind(mut self, kind: i32) -> Self {
        self.kind = kind;
        self
    }

    /// Adds or replaces a property.
    #[must_use]
    pub fn prop(mut self, tag: PropTag, value: impl Into<Value>) -> Self {
        self.properties.push(Property::new(tag, value));
        self
    }

    /// Returns the properties of the row in the order of real tables (KB Q136204).
    #[must_use]
    pub fn row(&self, index: usize, code_page: CodePage) -> Vec<Property> {
        let Address { name, address_type, value } = &self.address;
        let entry_id = match (self.rich_info, address_type.as_str()) {
            (Some(rich), kind) if kind != "EX" => one_off_entry_id(&self.address, rich, code_page),
            _ => self.address.entry_id(code_page),
        };
        let mut row = vec![
            Property::new(PropTag(0x3000_0003), i32::try_from(index).unwrap_or(i32::MAX)),
            Property::new(PropTag::ENTRYID, entry_id),
            Property::new(PropTag::DISPLAY_NAME, name.as_str()),
            Property::new(PropTag::ADDRTYPE, address_type.as_str()),
            Property::new(PropTag::EMAIL_ADDRESS, value.as_str()),
            Property::new(PropTag::RECIPIENT_TYPE, self.kind),
            Property::new(PropTag(0x0FFE_0003), 6),
            Property::new(PropTag::DISPLAY_TYPE, 0),
            Property::new(PropTag::SEARCH_KEY, self.address.search_key()),
        ];
        row.extend(self.rich_info.map(|rich| Property::new(PropTag::SEND_RICH_INFO, rich)));
        for property in &self.properties {
            row.retain(|usual| usual.tag.id() != property.tag.id());
            // PT_NULL in a row would say nothing that its absence does not say.
            if property.value != Value::Null {
                row.push(property.clone());
            }
        }
        row
    }
}

/// An envelope around a mail.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The mail inside.
    pub mail: Message,
    /// `ENVELOPE.` and the class of the mail.
    pub class: String,
    /// Originator; none writes no originator property, as reports have it (KB Q200059).
    pub originator: Option<Address>,
    /// Envelope recipients.
    pub recipients: Vec<Recipient>,
    /// PR_ARRIVAL_TIME.
    pub arrival: Option<Timestamp>,
    /// PR_MESSAGE_SUBMISSION_ID, the MTS-ID as text.
    pub submission_id: Option<String>,
    /// More properties of the envelope.
    pub properties: Vec<Property>,
}

impl Envelope {
    /// Returns an envelope without originator, recipients and stamps.
    #[must_use]
    pub fn around(mail: Message, class: &str) -> Self {
        Self { mail, class: class.to_owned(), originator: None, recipients: Vec::new(), arrival: None, submission_id: None, properties: Vec::new() }
    }

    /// Returns the envelope as a message whose only attachment is the mail.
    #[must_use]
    pub fn message(self) -> Message {
        let code_page = self.mail.written_code_page();
        let mut shell = Message { code_page: self.mail.code_page, key: self.mail.key, ..Message::new(&self.class) };
        shell = shell.with(LegacyAttribute::Priority(2)).prop(PropTag::PRIORITY, 0).prop(PropTag::IMPORTANCE, 1);
        for (index, recipient) in (0..).zip(&self.recipients) {
            // The connector delivers rows with responsibility TRUE (KB Q259881); the number is that of the header recipient.
            let usual = Recipient { properties: Vec::new(), ..recipient.clone() }.prop(PropTag::RESPONSIBILITY, true);
            let mut row = usual.prop(PropTag::RECIPIENT_NUMBER, index + 1);
            row.properties.extend(recipient.properties.iter().cloned());
            shell = shell.recipient(&row);
        }
        if let Some(arrival) = self.arrival {
            shell = shell.prop(PropTag::CREATION_TIME, arrival).prop(PropTag::LAST_MODIFICATION_TIME, arrival);
            shell = shell.prop(PropTag::ARRIVAL_TIME, arrival);
        }
        if let Some(Address { name, address_type, value }) = &self.originator {
            shell = shell.prop(PropTag::ORIGINATOR_NAME, name.as_str()).prop(PropTag::ORIGINATOR_ADDR, value.as_str());
            shell = shell.prop(PropTag::ORIGINATOR_ADDRTYPE, address_type.as_str());
        }
        if let Some(originator) = &self.originator {
            shell = shell.prop(PropTag::ORIGINATOR_ENTRYID, originator.entry_id(code_page));
        }
        if let Some(id) = &self.submission_id {
            shell = shell.prop(PropTag::MESSAGE_SUBMISSION_ID, terminated(id, CodePage::WINDOWS_1252));
        }
        let shell = self.properties.into_iter().fold(shell, Message::property);
        shell.attach(Attachment::message(self.mail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_of_the_row_replaces_the_usual_one() {
        let ann = Recipient::to(Address::parse("SMTP:ann@example.com").unwrap());
        let row = ann.clone().prop(PropTag::EMAIL_ADDRESS, "").row(0, CodePage(1252));
        let addresses: Vec<_> = row.iter().filter(|property| property.tag == PropTag::EMAIL_ADDRESS).collect();
        assert_eq!(addresses, [&Property::new(PropTag::EMAIL_ADDRESS, "")]);
        let row = ann.prop(PropTag::ADDRTYPE, Value::Null).row(0, CodePage(1252));
        assert!(!row.iter().any(|property| property.tag.id() == PropTag::ADDRTYPE.id()));
    }

    #[test]
    fn an_envelope_holds_its_mail_as_only_attachment() {
        let mail = Message::new("IPM.Note").subject("x");
        let mut envelope = Envelope::around(mail.clone(), "ENVELOPE.IPM.Note");
        envelope.recipients.push(Recipient::to(Address::parse("SMTP:ann@example.com").unwrap()));
        let shell = envelope.message();
        assert_eq!(shell.attachments, [Attachment::message(mail)]);
        assert_eq!(shell.recipients.as_ref().map(Vec::len), Some(1));
        assert!(shell.properties.unwrap().contains(&Property::new(PropTag::MESSAGE_CLASS, "ENVELOPE.IPM.Note")));
    }
}
