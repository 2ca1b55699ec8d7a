//! Rows of recipient tables that lack something, or hold what a recipient must not have.

use crate::{
    backup::{
        Item, ItemKind, MessageView, QueueKind,
        facts::{AddressOccurrence, AddressRole},
    },
    base::counted,
    declare_rule,
    diagnostics::{Certainty, Evidence, Findings},
    formats::tnef::Recipient,
    mapi::{PropTag, PropType},
};

use super::{
    address_words::{HEADER_VIEW, told},
    recipients::proof,
};

/// Queues of mail that came in and of mail that failed.
const IN_AND_FAILED: [QueueKind; 3] = [QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed];

declare_rule! {
    /// Recipient with an empty address in a queued message.
    ///
    /// ## Why it matters
    /// One recipient row has no address at all. Services before the fix of July 2000 do not deliver a message with such a
    /// recipient, and the other recipients wait with it. The stores of 4.0 SP4 and of 5.0 stop in CbStrlenWithoutNullW or
    /// EcEntryIdFromORName while they make the report for it (fixed in 4.0 SP5 and 5.0 SP1).
    ///
    /// ## What to do
    /// Remove the message or the empty recipient, find the program that made it, and install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// p1: SMTP:x@example.com
    ///   prop 0x3003001E: ""
    ///   prop 0x0FFF0102: none
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    ///   prop 0x3003001E: none
    ///   prop 0x0FFF0102: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: EX:/O=Org/OU=Site/CN=Recipients/CN=Ann
    ///   prop 0x3003001E: none
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    /// p1: SMTP:x@example.com
    ///   prop 0x3003001E: ""
    ///   prop 0x0FFF0102: none
    ///   responsibility: no
    /// ```
    pub static RECIPIENT_ADDRESS_EMPTY = {
        id: "MSG001", name: "recipient-address-empty", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2652.78" in "4.0 SP5; 5.0 SP1; 5.5 SP4",
        kb: ["Q246889", "Q274832", "Q167132"],
        needs: [Messages],
        tags: ["recipient", "stuck", "fix-ims"],
        check: Message(recipient_address_empty),
    }
}

fn recipient_address_empty(item: &Item<'_>, findings: &mut Findings<'_>) {
    let queues = [QueueKind::MtsOut, QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed];
    if !item.is_in(&queues) || item.kind == ItemKind::Report {
        return;
    }
    let may_be_lost = item.shell().is_none_or(MessageView::is_cut);
    for (number, found) in item.addresses_as(&[AddressRole::P1]).enumerate().filter(|(_, found)| found.is_ours) {
        let Some(row) = found.row else { continue };
        let written = row.properties.any_type(PropTag::EMAIL_ADDRESS);
        let is_emptied = written.is_some_and(|property| property.value.text().is_some_and(|text| text.is_empty()));
        let is_lacking = written.is_none() && found.address.is_nobody() && !may_be_lost;
        let is_named_by_id = is_emptied && !found.address.value.is_empty();
        if !is_emptied && !is_lacking || is_named_by_id && found.address.is_type("EX") {
            continue;
        }
        let name = found.address.name.as_deref().unwrap_or("none");
        let message = format!("recipient {} in the envelope of {} has no address; its display name is '{name}'", number + 1, item.path);
        let finding = findings.report(message).evidence(Evidence::address(item.path, found).expected("an address"));
        if is_named_by_id {
            finding.at_most(Certainty::Possible);
        }
    }
}

declare_rule! {
    /// All envelope recipients are already served.
    ///
    /// ## Why it matters
    /// PR_RESPONSIBILITY FALSE says that somebody else delivers to this recipient. When no other is left, the connector has
    /// nothing to do with the message, and it stays. A client whose profile lists its own Internet transport before that of
    /// Exchange produces this, harmlessly, with 5.5 SP3.
    ///
    /// ## What to do
    /// Nothing is lost in that case. Remove the second transport from the client's profile or install 5.5 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    ///   responsibility: no
    /// p1: SMTP:bob@example.com
    ///   responsibility: no
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    ///   responsibility: no
    /// p1: SMTP:bob@example.com
    ///   responsibility: yes
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:ann@example.com
    ///   prop 0x0E0F000B: none
    /// ```
    pub static NO_RECIPIENT_LEFT_TO_SERVE = {
        id: "MSG038", name: "no-recipient-left-to-serve", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.42" in "5.5 SP4",
        kb: ["Q259881"],
        needs: [Mtsout],
        tags: ["recipient", "fix-store"],
        check: Message(no_recipient_left_to_serve),
    }
}

fn no_recipient_left_to_serve(item: &Item<'_>, findings: &mut Findings<'_>) {
    let is_served = |row: &Recipient<'_>| row.properties.boolean(PropTag::RESPONSIBILITY) == Some(false);
    let rows = item.p1();
    if !item.is_in(&[QueueKind::MtsOut]) || item.kind == ItemKind::Report || rows.is_empty() || !rows.iter().all(is_served) {
        return;
    }
    if item.shell().is_none_or(MessageView::is_cut) {
        return;
    }
    let proof = rows.iter().enumerate().filter_map(|(index, row)| {
        let property = row.properties.property(PropTag::RESPONSIBILITY)?;
        Some(Evidence::property(item.path, &format!("envelope, recipient {}", index + 1), property).expected("TRUE for one recipient at least"))
    });
    findings
        .report(format!("each of the {} in the envelope of {} is marked as served by somebody else", counted(rows.len(), "recipient"), item.path))
        .first_evidences(proof);
}

declare_rule! {
    /// Multi-valued text property in a recipient row crashes the store.
    ///
    /// ## Why it matters
    /// The store sets the properties of recipients without allowing for lists of texts, and faults while it takes the mail over
    /// from the service. The same message does it again after the restart.
    ///
    /// ## What to do
    /// Remove the message and install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    ///   prop 0x3A58101E: ["Tom", "Eve"]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x3A58101E: ["Tom", "Eve"]
    /// ```
    pub static MULTI_VALUED_STRING_IN_RECIPIENT_ROW = {
        id: "MSG042", name: "multi-valued-string-in-recipient-row", severity: Critical, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1; 5.0 post-SP2 hotfix" gates,
        kb: ["Q179814"],
        needs: [Messages],
        tags: ["recipient", "crash", "fix-store"],
        check: Message(multi_valued_string_in_recipient_row),
    }
}

fn multi_valued_string_in_recipient_row(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&IN_AND_FAILED) {
        return;
    }
    let is_text_list = |tag: PropTag| {
        let kind = tag.prop_type();
        kind.is_multi() && matches!(kind.element(), PropType::STRING8 | PropType::UNICODE)
    };
    for view in item.messages.iter().take(item.mail().map_or(1, |mail| mail.depth + 1)) {
        for (index, row) in view.message.recipients.iter().enumerate() {
            for property in row.properties.properties.iter().filter(|property| is_text_list(property.tag)) {
                let object = format!("{}, recipient {}", view.object, index + 1);
                findings
                    .report(format!("{object} of {} has the property {}, a list of texts", item.path, property.tag))
                    .evidence(Evidence::property(item.path, &object, property).observed("").expected("single texts only"));
            }
        }
    }
}

declare_rule! {
    /// UTF message with a recipient that has no display name (5.0).
    ///
    /// ## Why it matters
    /// The store of 5.0 faults when a POP3 client fetches such a message from the mailbox. It is the missing property that
    /// matters; an empty name does no harm.
    ///
    /// ## What to do
    /// Remove the message and apply 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x3FDE0003: 65001
    /// to: SMTP:ann@example.com
    ///   prop 0x3001001E: none
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: text/plain; charset="utf-8"
    /// to: SMTP:ann@example.com
    ///   prop 0x3001001E: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// prop 0x3FDE0003: 65001
    /// to: SMTP:ann@example.com
    ///   prop 0x3001001E: ""
    /// ```
    pub static UTF_MESSAGE_RECIPIENT_WITHOUT_NAME = {
        id: "MSG043", name: "utf-message-recipient-without-name", severity: Error, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q176465"],
        needs: [Messages],
        tags: ["recipient", "charset", "crash", "fix-store"],
        check: Message(utf_message_recipient_without_name),
    }
}

fn utf_message_recipient_without_name(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail() else { return };
    let is_nameless = |row: &Recipient<'_>| row.properties.any_type(PropTag::DISPLAY_NAME).is_none();
    if !mail.message.recipients.iter().any(is_nameless) {
        return;
    }
    let is_utf_charset = || {
        let charset = mail.charset().unwrap_or_default().to_ascii_lowercase();
        ["utf-7", "utf-8", "utf7", "utf8"].iter().any(|ending| charset.ends_with(ending))
    };
    let is_utf = mail.code_pages().iter().any(|page| matches!(page, Some(65000 | 65001))) || is_utf_charset();
    if !is_utf || mail.is_cut() {
        return;
    }
    for (index, row) in mail.message.recipients.iter().enumerate().filter(|(_, row)| is_nameless(row)) {
        let object = format!("{}, recipient {}", mail.object, index + 1);
        findings
            .report(format!("{object} of {} has no display name, and the message is UTF text", item.path))
            .evidence(proof(item, &object, row, PropTag::DISPLAY_NAME).expected("PR_DISPLAY_NAME"));
    }
}

declare_rule! {
    /// Recipient over 256 characters stops the MS Mail interchange (5.0).
    ///
    /// ## Why it matters
    /// The interchange of the MS Mail Connector cannot parse the long name, faults with events 2380 and 2451, and leaves the
    /// message in the MTA's queue until somebody deletes it.
    ///
    /// ## What to do
    /// Stop the interchange, delete the message, and apply 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// p1: MS:NET/PO/ANN
    /// to: MS:NET/PO/ANN
    /// cc: SMTP:{x*300}@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// p1: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    /// cc: SMTP:{x*300}@example.com
    /// ```
    pub static RECIPIENT_NAME_OVER_256_FOR_MSMAIL = {
        id: "MSG044", name: "recipient-name-over-256-for-msmail", severity: Error, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q173344"],
        needs: [Messages],
        tags: ["recipient", "stuck", "crash", "interop", "fix-other"],
        check: Message(recipient_name_over_256_for_msmail),
    }
}

fn recipient_name_over_256_for_msmail(item: &Item<'_>, findings: &mut Findings<'_>) {
    const LONGEST: usize = 256;
    let is_msmail = |found: &&AddressOccurrence<'_>| found.address.is_type("MS") || found.address.is_type("MSA");
    if !item.is_in(&[QueueKind::MtsIn]) || !item.addresses_as(&[AddressRole::P1]).any(|found| is_msmail(&found)) {
        return;
    }
    let length = |text: &str| text.chars().count();
    for found in item.addresses_as(&[HEADER_VIEW.as_slice(), &[AddressRole::P1]].concat()) {
        let (address, name) = (length(&found.address.value), found.address.name.as_deref().map_or(0, length));
        if address > LONGEST || name > LONGEST {
            findings
                .report(format!("{}; address and name have {address} and {name} characters, and the message goes to MS Mail", told(item, found)))
                .evidence(Evidence::address(item.path, found).expected("at most 256 characters"));
        }
    }
}
