//! Lists of reply recipients that stop a store or a connector.

use crate::{
    backup::{
        Item, QueueKind,
        facts::{AddressRole, ReplyFault, reply_list},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
};

/// Address types of connectors that were made with the Exchange Development Kit.
const EDK_TYPES: [&str; 6] = ["CCMAIL", "PROFS", "SNADS", "NOTES", "GWISE", "MHS"];

declare_rule! {
    /// Damaged reply-recipient list in a message.
    ///
    /// ## Why it matters
    /// The store walks this list while it takes over TNEF that came in. A list that does not add up made 5.0 and 5.5 free or read
    /// a bad pointer; that the list is the property behind the published stacks is inferred. Fixed builds ignore such TNEF and
    /// deliver the plain message.
    ///
    /// ## What to do
    /// Remove the spool file or message, and install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x004F0102: hex 02 00 00 00 05 00 00 00 01 00 00 00 61
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// winmail:
    ///   prop 0x004F0102: hex 01 00 00 00 04 00 00 00 00 00 00 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// reply-to: "Ann Ray" SMTP:ann@example.com
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// winmail:
    ///   reply-to: "Ann Ray" SMTP:ann@example.com
    /// ```
    pub static REPLY_RECIPIENT_LIST_DAMAGED = {
        id: "MSG045", name: "reply-recipient-list-damaged", severity: Critical, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2653.12" in "5.0 SP2; 5.5 SP4" gates,
        kb: ["Q166585", "Q250302", "Q248838"],
        needs: [Messages],
        tags: ["tnef", "crash", "address", "fix-store"],
        check: Message(reply_recipient_list_damaged),
    }
}

fn reply_recipient_list_damaged(item: &Item<'_>, findings: &mut Findings<'_>) {
    const EXPECTED: &str = "a count and lengths that fit the entries";
    if item.is_in(&[QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed]) {
        for view in item.messages.iter().filter(|view| !view.is_cut()) {
            let Some(list) = reply_list(view.message) else { continue };
            let Some(fault) = list.fault else { continue };
            findings.report(said(item, &view.object, fault)).evidence(Evidence::property(item.path, &view.object, list.property).expected(EXPECTED));
        }
    }
    for inner in item.inner_tnefs().iter().filter(|inner| !inner.is_cut) {
        let stream = inner.decode().value;
        let Some(list) = reply_list(&stream) else { continue };
        let Some(fault) = list.fault else { continue };
        findings
            .report(said(item, &inner.object, fault))
            .evidence(Evidence::inner_tnef(item.path, inner, list.property.span.clone()).expected(EXPECTED));
    }
}

fn said(item: &Item<'_>, object: &str, (fault, offset): (ReplyFault, u64)) -> String {
    format!("the list of reply recipients of {} ({object}) is damaged at {offset:#x}: {}", item.path, fault.name())
}

declare_rule! {
    /// Reply recipient without a display name for an EDK connector.
    ///
    /// ## Why it matters
    /// The connectors for PROFS, SNADS and Notes read memory that is not theirs if a reply recipient has no display name.
    ///
    /// ## What to do
    /// Correct the directory entry, and install SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: PROFS:NODE.ANN
    /// reply-to: " " SMTP:joe@partner.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    /// reply-to: " " SMTP:joe@partner.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: PROFS:NODE.ANN
    /// reply-to: "Joe Doe" SMTP:joe@partner.example
    /// ```
    pub static REPLY_RECIPIENT_WITHOUT_NAME = {
        id: "MSG046", name: "reply-recipient-without-name", severity: Error, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1" gates,
        kb: ["Q189790", "Q242221"],
        needs: [Messages],
        tags: ["recipient", "crash", "interop", "fix-other"],
        check: Message(reply_recipient_without_name),
    }
}

fn reply_recipient_without_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn])) else { return };
    let Some(list) = reply_list(mail.message) else { return };
    let nameless = list.entries.iter().position(|entry| entry.name.as_ref().is_some_and(|name| name.trim().is_empty()));
    let (Some(nameless), Some(entry)) = (nameless, nameless.and_then(|index| list.entries.get(index))) else { return };
    let is_edk = |address_type: &str| EDK_TYPES.iter().any(|known| known.eq_ignore_ascii_case(address_type));
    let Some(found) = item.addresses_as(&[AddressRole::P1]).find(|found| is_edk(&found.address.address_type)) else { return };
    findings
        .report(format!(
            "reply recipient {} of {} has no display name, and the message goes to {}",
            nameless + 1,
            item.path,
            found.address.address_type
        ))
        .evidence(
            Evidence::part(item.path, format!("{}, reply recipient {}", mail.object, nameless + 1), entry.span.clone()).expected("a display name"),
        )
        .evidence(Evidence::address(item.path, found));
}
