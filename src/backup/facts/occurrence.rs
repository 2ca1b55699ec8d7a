//! Every place of an item where somebody is named: envelope, header view, report, Internet headers, spool envelope (message-vocabulary,
//! section 4, `addrs`).

use std::ops::Range;

use crate::{
    backup::{Item, MessageView},
    base::CodePage,
    formats::{
        mime::addresses,
        tnef::{Recipient, RecipientKind},
    },
    mapi::{EntryId, PropTag, Property, PropertyBag, flat_entry_list},
};

use super::{AddressSource, MailAddress};

/// What somebody is named as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressRole {
    /// Recipient of the envelope; of a report its addressee.
    P1,
    /// Originator of the envelope.
    P1Originator,
    /// On whose behalf the mail was sent.
    P2From,
    /// Who sent the mail.
    P2Sender,
    /// Primary recipient of the mail.
    P2To,
    /// Copy recipient of the mail.
    P2Cc,
    /// Blind copy recipient of the mail.
    P2Bcc,
    /// Who gets the replies.
    ReplyTo,
    /// Whom a report goes to.
    ReportDestination,
    /// Whom a report is about.
    ReportFailed,
    /// In the field From.
    HeaderFrom,
    /// In the field To.
    HeaderTo,
    /// In the field Cc.
    HeaderCc,
    /// In the field Return-Path.
    HeaderReturnPath,
    /// Recipient in the envelope of a spool file.
    SpoolEnvelope,
    /// Originator in the envelope of a spool file.
    SpoolEnvelopeFrom,
}

/// Where an address stands.
#[derive(Debug, Clone)]
pub enum AddressPlace<'a> {
    /// In a property.
    Property(&'a Property<'a>),
    /// In a header field of this name; the bytes are those of the header property or of the field in a document.
    Header(String, Range<u64>),
    /// In bytes of the file; an empty range when the row has no property at all.
    Bytes(Range<u64>),
}

/// One address in one role.
#[derive(Debug, Clone)]
pub struct AddressOccurrence<'a> {
    /// The role.
    pub role: AddressRole,
    /// The object that names it, in the words of evidence: `envelope, recipient 2`, `mail`.
    pub object: String,
    /// The address.
    pub address: MailAddress,
    /// Where it stands.
    pub place: AddressPlace<'a>,
    /// The row of a recipient table that names it.
    pub row: Option<&'a Recipient<'a>>,
    /// Whether this gateway has to deliver to it: PR_RESPONSIBILITY is not FALSE (Q259881). True for what is no envelope recipient.
    pub is_ours: bool,
}

impl AddressOccurrence<'_> {
    /// Returns whether this is an envelope recipient of type SMTP that the gateway has to deliver to.
    #[must_use]
    pub fn is_our_smtp_recipient(&self) -> bool {
        self.role == AddressRole::P1 && self.is_ours && self.address.is_smtp()
    }
}

/// The four properties that name somebody: type, address, entry id, display name.
struct Naming {
    address_type: PropTag,
    address: PropTag,
    entry_id: PropTag,
    name: PropTag,
}

const ROW: Naming =
    Naming { address_type: PropTag::ADDRTYPE, address: PropTag::EMAIL_ADDRESS, entry_id: PropTag::ENTRYID, name: PropTag::DISPLAY_NAME };
const ORIGINATOR: Naming = Naming {
    address_type: PropTag::ORIGINATOR_ADDRTYPE,
    address: PropTag::ORIGINATOR_ADDR,
    entry_id: PropTag::ORIGINATOR_ENTRYID,
    name: PropTag::ORIGINATOR_NAME,
};
const SENDER: Naming = Naming {
    address_type: PropTag::SENDER_ADDRTYPE,
    address: PropTag::SENDER_EMAIL_ADDRESS,
    entry_id: PropTag::SENDER_ENTRYID,
    name: PropTag::SENDER_NAME,
};
const FROM: Naming = Naming {
    address_type: PropTag::SENT_REPRESENTING_ADDRTYPE,
    address: PropTag::SENT_REPRESENTING_EMAIL_ADDRESS,
    entry_id: PropTag::SENT_REPRESENTING_ENTRYID,
    name: PropTag::SENT_REPRESENTING_NAME,
};

/// Returns the address of a recipient row, as its properties or its entry id name it.
#[must_use]
pub fn recipient_address(recipient: &Recipient<'_>, code_page: CodePage) -> MailAddress {
    named(&recipient.properties, &ROW, code_page).0
}

/// Returns every address of an item.
pub(in crate::backup) fn occurrences<'a>(item: &Item<'a>) -> Vec<AddressOccurrence<'a>> {
    let mut found = Vec::new();
    if let Some(shell) = item.shell() {
        envelope(item, shell, &mut found);
    }
    if let Some(mail) = item.mail() {
        header_view(mail, &mut found);
        header_fields(mail, &mut found);
    }
    for view in item.messages.iter().filter(|view| view.is_report()) {
        let rows = view.message.recipients.iter().enumerate();
        found.extend(rows.map(|(index, row)| of_row(AddressRole::ReportFailed, (view, index), row)));
    }
    for raw in item.raws().iter().filter(|raw| raw.is_file()) {
        found.extend(raw.occurrences());
    }
    found
}

fn envelope<'a>(item: &Item<'a>, shell: &MessageView<'a>, found: &mut Vec<AddressOccurrence<'a>>) {
    let code_page = shell.message.effective_code_page();
    let of_message = |role, naming| of_message(role, shell, naming);
    let originator = of_message(AddressRole::P1Originator, &ORIGINATOR);
    found.extend(originator.or_else(|| of_message(AddressRole::P1Originator, &SENDER).filter(|_| item.kind == crate::backup::ItemKind::Bare)));
    let destination = report_destination(shell, code_page);
    if item.kind == crate::backup::ItemKind::Report {
        found.extend(destination.clone().map(|to| AddressOccurrence { role: AddressRole::P1, ..to }));
    } else {
        found.extend(item.p1().iter().enumerate().map(|(index, row)| of_row(AddressRole::P1, (shell, index), row)));
    }
    found.extend(destination);
}

fn report_destination<'a>(shell: &MessageView<'a>, code_page: CodePage) -> Option<AddressOccurrence<'a>> {
    let message = shell.message;
    let property = message.properties.property(PropTag::REPORT_DESTINATION_ENTRYID)?;
    let bytes = property.value.bytes()?;
    let (address_type, value, source) = of_entry_id(bytes, code_page)?;
    let name = message.properties.text(PropTag::REPORT_DESTINATION_NAME).map(std::borrow::Cow::into_owned);
    let address = MailAddress { address_type, value, source, name };
    Some(AddressOccurrence {
        role: AddressRole::ReportDestination,
        object: shell.object.clone(),
        address,
        place: AddressPlace::Property(property),
        row: None,
        is_ours: true,
    })
}

fn header_view<'a>(mail: &MessageView<'a>, found: &mut Vec<AddressOccurrence<'a>>) {
    found.extend(of_message(AddressRole::P2From, mail, &FROM));
    found.extend(of_message(AddressRole::P2Sender, mail, &SENDER));
    if !mail.is_report() {
        for (index, row) in mail.message.recipients.iter().enumerate() {
            let role = match row.kind() {
                Some(RecipientKind::Cc) => AddressRole::P2Cc,
                Some(RecipientKind::Bcc) => AddressRole::P2Bcc,
                Some(RecipientKind::Originator) => continue,
                _ => AddressRole::P2To,
            };
            found.push(of_row(role, (mail, index), row));
        }
    }
    let Some(property) = mail.message.properties.property(PropTag::REPLY_RECIPIENT_ENTRIES) else { return };
    let Some(bytes) = property.value.bytes() else { return };
    let code_page = mail.message.effective_code_page();
    for entry in flat_entry_list(bytes, property.span.start, mail.limits()).value {
        let Some((address_type, value, source)) = of_entry_id(entry.bytes, code_page) else { continue };
        let name = match EntryId::parse(entry.bytes, code_page) {
            EntryId::OneOff { name, .. } => Some(name.into_owned()),
            _ => None,
        };
        let address = MailAddress { address_type, value, source, name };
        let place = AddressPlace::Property(property);
        found.push(AddressOccurrence { role: AddressRole::ReplyTo, object: mail.object.clone(), address, place, row: None, is_ours: true });
    }
}

fn header_fields<'a>(mail: &MessageView<'a>, found: &mut Vec<AddressOccurrence<'a>>) {
    let Some(headers) = &mail.headers else { return };
    let fields = [
        ("From", AddressRole::HeaderFrom),
        ("To", AddressRole::HeaderTo),
        ("Cc", AddressRole::HeaderCc),
        ("Return-Path", AddressRole::HeaderReturnPath),
    ];
    for (name, role) in fields {
        for field in headers.value.all(name) {
            let span = mail.header_span(field);
            found.extend(in_field(&field.value).map(|address| AddressOccurrence {
                role,
                object: mail.object.clone(),
                address,
                place: AddressPlace::Header(field.name.clone(), span.clone()),
                row: None,
                is_ours: true,
            }));
        }
    }
}

/// Returns the addresses of an unfolded header field.
pub(super) fn in_field(value: &str) -> impl Iterator<Item = MailAddress> {
    addresses(value).into_iter().map(|each| MailAddress {
        address_type: "SMTP".to_owned(),
        value: each.address,
        source: AddressSource::Header,
        name: each.name,
    })
}

/// Returns who a message names by four of its properties; none when it has none of them.
fn of_message<'a>(role: AddressRole, view: &MessageView<'a>, naming: &Naming) -> Option<AddressOccurrence<'a>> {
    let (address, property) = named(&view.message.properties, naming, view.message.effective_code_page());
    property.map(|property| AddressOccurrence {
        role,
        object: view.object.clone(),
        address,
        place: AddressPlace::Property(property),
        row: None,
        is_ours: true,
    })
}

fn of_row<'a>(role: AddressRole, (view, index): (&MessageView<'a>, usize), row: &'a Recipient<'a>) -> AddressOccurrence<'a> {
    let (address, property) = named(&row.properties, &ROW, view.message.effective_code_page());
    let place = property.or_else(|| row.properties.properties.first()).map_or(AddressPlace::Bytes(0..0), AddressPlace::Property);
    let is_ours = row.properties.boolean(PropTag::RESPONSIBILITY) != Some(false);
    AddressOccurrence { role, object: format!("{}, recipient {}", view.object, index + 1), address, place, row: Some(row), is_ours }
}

/// Reads the four properties; an empty address is completed by the entry id. The property is the one that names the value.
fn named<'a>(bag: &'a PropertyBag<'a>, naming: &Naming, code_page: CodePage) -> (MailAddress, Option<&'a Property<'a>>) {
    let stated_type = bag.text(naming.address_type).map(std::borrow::Cow::into_owned).unwrap_or_default();
    let address = bag.property(naming.address);
    let value = address.and_then(|property| property.value.text()).map(std::borrow::Cow::into_owned).unwrap_or_default();
    let name = bag.text(naming.name).map(std::borrow::Cow::into_owned);
    let entry_id = bag.property(naming.entry_id);
    let of_id = || of_entry_id(entry_id?.value.bytes()?, code_page);
    if value.is_empty()
        && let Some((id_type, id_value, source)) = of_id()
    {
        let address_type = if stated_type.is_empty() { id_type } else { stated_type };
        return (MailAddress { address_type, value: id_value, source, name }, entry_id);
    }
    let place = address.or_else(|| bag.property(naming.address_type)).or(entry_id).or_else(|| bag.property(naming.name));
    (MailAddress { address_type: stated_type, value, source: AddressSource::Property, name }, place)
}

fn of_entry_id(bytes: &[u8], code_page: CodePage) -> Option<(String, String, AddressSource)> {
    match EntryId::parse(bytes, code_page) {
        EntryId::Ex { dn, .. } => Some(("EX".to_owned(), dn.into_owned(), AddressSource::DirectoryId)),
        EntryId::OneOff { address_type, address, .. } => Some((address_type.into_owned(), address.into_owned(), AddressSource::OneOffId)),
        EntryId::Other(_) => None,
    }
}
