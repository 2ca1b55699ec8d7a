//! How rules on addresses name the places that they report, and the evidence that they share.

use crate::{
    backup::{
        Item,
        facts::{AddressOccurrence, AddressRole},
    },
    diagnostics::{Evidence, Finding, Findings},
};

/// Characters of an address that a message to the engineer shows.
const SHOWN: usize = 120;

/// What is wrong with an address, and what should stand there.
pub(super) struct Wrong {
    what: String,
    expected: &'static str,
}

/// Returns what is wrong: the end of a sentence that begins with the address.
pub(super) fn wrong(what: impl Into<String>, expected: &'static str) -> Wrong {
    Wrong { what: what.into(), expected }
}

/// The recipients of the mail, which the header shows.
pub(super) const HEADER_VIEW: [AddressRole; 3] = [AddressRole::P2To, AddressRole::P2Cc, AddressRole::P2Bcc];

/// Every role that an address can have.
pub(super) const EVERY_ROLE: [AddressRole; 16] = [
    AddressRole::P1,
    AddressRole::P1Originator,
    AddressRole::P2From,
    AddressRole::P2Sender,
    AddressRole::P2To,
    AddressRole::P2Cc,
    AddressRole::P2Bcc,
    AddressRole::ReplyTo,
    AddressRole::ReportDestination,
    AddressRole::ReportFailed,
    AddressRole::HeaderFrom,
    AddressRole::HeaderTo,
    AddressRole::HeaderCc,
    AddressRole::HeaderReturnPath,
    AddressRole::SpoolEnvelope,
    AddressRole::SpoolEnvelopeFrom,
];

/// Reports the addresses of an item that are wrong in one way, as one finding with every place once.
pub(super) fn report_addresses<'f>(
    item: &Item<'_>,
    findings: &'f mut Findings<'_>,
    roles: &[AddressRole],
    judge: impl Fn(&AddressOccurrence<'_>) -> Option<Wrong>,
) -> Option<&'f mut Finding> {
    let mut message = None;
    let mut proof: Vec<Evidence> = Vec::new();
    for found in item.addresses_as(roles) {
        let Some(wrong) = judge(found) else { continue };
        message.get_or_insert_with(|| format!("{}, which {}", told(item, found), wrong.what));
        let evidence = Evidence::address(item.path, found).expected(wrong.expected);
        if !proof.contains(&evidence) {
            proof.push(evidence);
        }
    }
    let finding = findings.report(message?);
    finding.first_evidences(proof);
    Some(finding)
}

/// Returns `envelope, recipient 1 of Mtsout/1 is 'ann@example.com'`.
pub(super) fn told(item: &Item<'_>, found: &AddressOccurrence<'_>) -> String {
    let value: String = found.address.value.chars().take(SHOWN).collect();
    format!("{} of {} is '{value}'", place(found), item.path)
}

fn place<'f>(found: &'f AddressOccurrence<'_>) -> &'f str {
    match found.role {
        AddressRole::P1Originator => "the envelope originator",
        AddressRole::P2From => "the shown sender",
        AddressRole::P2Sender => "the sender",
        AddressRole::ReplyTo => "a reply recipient",
        AddressRole::ReportDestination => "the addressee of the report",
        AddressRole::HeaderFrom => "an address in the field From",
        AddressRole::HeaderTo => "an address in the field To",
        AddressRole::HeaderCc => "an address in the field Cc",
        AddressRole::HeaderReturnPath => "the address in the field Return-Path",
        AddressRole::SpoolEnvelope => "a recipient in the spool envelope",
        AddressRole::SpoolEnvelopeFrom => "the originator in the spool envelope",
        // A report without envelope has no row for its addressee.
        AddressRole::P1 if found.row.is_none() => "the addressee",
        _ => &found.object,
    }
}

/// Returns evidence for the topmost Received field: the host that handed the message over.
pub(super) fn topmost_received(item: &Item<'_>) -> Option<Evidence> {
    if let Some((mail, field)) = item.mail().and_then(|mail| Some((mail, mail.field("Received")?))) {
        return Some(Evidence::header(item.path, mail, field));
    }
    let raw = item.raws().iter().find(|raw| raw.is_file())?;
    raw.field("Received").map(|field| Evidence::raw_header(item.path, raw, field))
}
