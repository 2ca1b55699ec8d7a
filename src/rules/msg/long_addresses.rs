//! Addresses and lists of recipients that are longer than the product can bear.

use std::collections::BTreeMap;

use crate::{
    backup::{
        Item, ItemKind, QueueKind,
        facts::{AddressOccurrence, AddressRole},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::msg_addresses::MANY_RECIPIENTS,
};

use super::address_words::{report_addresses, topmost_received, wrong};

/// Recipients that a MAPI message can hold.
const MOST_RECIPIENTS: usize = 32_766;

declare_rule! {
    /// Domain name over 255 characters sticks in MTS-OUT (4.0).
    ///
    /// ## Why it matters
    /// The 4.0 connector neither delivers nor returns mail to such a name; it stays in the queue for ever.
    ///
    /// ## What to do
    /// Delete the message and apply the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@{x*260}.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:{x*250}@{x*240}.example
    /// ```
    pub static SMTP_DOMAIN_OVER_255 = {
        id: "MSG016", name: "smtp-domain-over-255", severity: Critical, certainty: Certain,
        versions: [V4_0],
        fixed: "4.0.838.14" in "4.0 SP1" gates,
        kb: ["Q146567", "Q153655"],
        needs: [Messages],
        tags: ["address", "stuck", "fix-ims"],
        check: Message(smtp_domain_over_255),
    }
}

fn smtp_domain_over_255(item: &Item<'_>, findings: &mut Findings<'_>) {
    const LONGEST: usize = 255;
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::MtsIn]) {
        return;
    }
    report_addresses(item, findings, &[AddressRole::P1, AddressRole::P1Originator], |found| {
        if found.address.value.len() <= LONGEST || !found.address.is_smtp() {
            return None;
        }
        let length = found.address.domain().chars().count();
        (length > LONGEST).then(|| wrong(format!("has a domain of {length} characters"), "a domain of at most 255 characters"))
    });
}

declare_rule! {
    /// SMTP address over 1 KB overruns the 5.0 service.
    ///
    /// ## Why it matters
    /// 5.0 copies an envelope address that is too long and not well formed into a buffer of fixed size and faults. Anybody outside
    /// can bring that about.
    ///
    /// ## What to do
    /// Apply 5.0 SP1, remove the message, and block the source.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// originator: SMTP:{x*1500}@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// originator: SMTP:{x*900}@example.com
    /// ```
    pub static SMTP_ADDRESS_OVER_1024 = {
        id: "MSG017", name: "smtp-address-over-1024", severity: Critical, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1458.49" in "5.0 SP1" gates,
        kb: ["Q169174"],
        needs: [Messages],
        tags: ["address", "crash", "security", "fix-ims"],
        check: Message(smtp_address_over_1024),
    }
}

fn smtp_address_over_1024(item: &Item<'_>, findings: &mut Findings<'_>) {
    const LONGEST: usize = 1024;
    let envelope = [AddressRole::P1, AddressRole::P1Originator, AddressRole::HeaderFrom, AddressRole::SpoolEnvelope, AddressRole::SpoolEnvelopeFrom];
    report_addresses(item, findings, &envelope, |found| {
        if found.address.value.len() <= LONGEST || !found.address.is_smtp() {
            return None;
        }
        let length = found.address.value.chars().count();
        (length > LONGEST).then(|| wrong(format!("has {length} characters in all"), "at most 1024 characters"))
    });
}

declare_rule! {
    /// More than 100 recipients on one message (5.0).
    ///
    /// ## Why it matters
    /// A host that keeps to the minimum of RFC 821 answers 522 after 100 recipients and wants the text first. The 5.0 service
    /// does not heed that, goes on naming recipients, and the message fails. Other hosts take more.
    ///
    /// ## What to do
    /// Split the list, or apply 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:list@example.com
    ///   times: 120
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:list@example.com
    ///   times: 30
    /// p1: SMTP:served@example.com
    ///   responsibility: no
    ///   times: 90
    /// ```
    pub static OVER_100_RECIPIENTS_ON_50 = {
        id: "MSG039", name: "over-100-recipients-on-50", severity: Error, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q176477"],
        needs: [Mtsout],
        tags: ["recipient", "bounce", "fix-ims"],
        check: Message(over_100_recipients_on_50),
    }
}

fn over_100_recipients_on_50(item: &Item<'_>, findings: &mut Findings<'_>) {
    const SMALLEST_MAXIMUM: usize = 100;
    if !item.is_in(&[QueueKind::MtsOut]) || item.p1().len() <= SMALLEST_MAXIMUM {
        return;
    }
    let ours: Vec<&AddressOccurrence<'_>> = item.addresses().iter().filter(|found| found.is_our_smtp_recipient()).collect();
    if ours.len() <= SMALLEST_MAXIMUM {
        return;
    }
    let mut domains: BTreeMap<String, usize> = BTreeMap::new();
    for found in &ours {
        *domains.entry(found.address.domain()).or_default() += 1;
    }
    let (domain, count) = domains.into_iter().max_by_key(|(_, count)| *count).unwrap_or_default();
    findings
        .report(format!("{} has {} SMTP recipients, {count} of them at {domain}", item.path, ours.len()))
        .evidences(ours.get(SMALLEST_MAXIMUM).map(|found| Evidence::address(item.path, found).expected("at most 100 recipients")));
}

declare_rule! {
    /// More than 32,766 recipients: the message never leaves.
    ///
    /// ## Why it matters
    /// A MAPI message cannot hold more recipients, so that the report about them cannot be made (event 4120). The file stays in
    /// Imcdata\In and is delivered once more to most of the recipients at each start of the service.
    ///
    /// ## What to do
    /// Remove the file. The fix bounds the report and answers 452 to further recipients.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/cn=A
    ///   prop 0x0FFF0102: none
    ///   prop 0x300B0102: none
    ///   times: 32767
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/cn=A
    ///   prop 0x0FFF0102: none
    ///   prop 0x300B0102: none
    ///   times: 32766
    /// ```
    pub static OVER_32766_RECIPIENTS = {
        id: "MSG040", name: "over-32766-recipients", severity: Critical, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2654.14" in "5.5 post-SP4" gates,
        kb: ["Q272672"],
        needs: [Messages],
        tags: ["recipient", "stuck", "duplicate", "fix-ims"],
        check: Message(over_32766_recipients),
    }
}

fn over_32766_recipients(item: &Item<'_>, findings: &mut Findings<'_>) {
    // Most items have a few rows; their addresses need not be read for this.
    let is_raw = item.messages.is_empty();
    if !is_raw && (item.p1().len() <= MOST_RECIPIENTS || item.kind == ItemKind::Report) {
        return;
    }
    let role = if is_raw { AddressRole::SpoolEnvelope } else { AddressRole::P1 };
    let count = item.addresses_as(&[role]).count();
    let Some(first_too_many) = item.addresses_as(&[role]).nth(MOST_RECIPIENTS) else { return };
    let mut originators = item.addresses_as(&[AddressRole::P1Originator, AddressRole::SpoolEnvelopeFrom]);
    let from = originators.next().map_or_else(String::new, |found| format!(" from '{}'", found.address.value));
    findings
        .report(format!("{}{from} has {count} recipients", item.path))
        .evidence(Evidence::address(item.path, first_too_many).expected("at most 32766 recipients"))
        .evidences(topmost_received(item));
}

declare_rule! {
    /// Message with very many recipients.
    ///
    /// ## Why it matters
    /// Long lists touch several limits. The store's Max Recipients on Submit refuses the message and, before December 1999, the
    /// report about it as well; a long list over SSL stops 5.5 before SP3; and the MTA of 4.0 before SP1 faults on a large list.
    ///
    /// ## What to do
    /// Use distribution lists, look at Max Recipients on Submit, and install the service packs.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    ///   times: 900
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    ///   times: 100
    /// ```
    pub static VERY_MANY_RECIPIENTS = {
        id: "MSG041", name: "very-many-recipients", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2651.58" in "5.5 SP4",
        kb: ["Q246051", "Q214640", "Q146399"],
        needs: [Messages],
        tags: ["recipient", "loss", "crash", "fix-ims"],
        check: Message(very_many_recipients),
    }
}

fn very_many_recipients(item: &Item<'_>, findings: &mut Findings<'_>) {
    let count = item.p1().len();
    if count < findings.count(&MANY_RECIPIENTS) || count > MOST_RECIPIENTS || item.kind == ItemKind::Report {
        return;
    }
    let Some(last) = item.addresses_as(&[AddressRole::P1]).last() else { return };
    let from = item.addresses_as(&[AddressRole::P1Originator]).next();
    let from = from.map_or_else(String::new, |found| format!(" from '{}'", found.address.value));
    findings
        .report(format!("{}{from} has {count} recipients in its envelope", item.path))
        .evidence(Evidence::address(item.path, last).expected("a distribution list"));
}
