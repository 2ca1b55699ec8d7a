//! Messages embedded in others that a converter cannot process, or that lose something on the way.

use crate::{
    backup::{
        Item, MessageView, QueueKind,
        facts::{AddressSource, MailAddress, recipient_address},
    },
    base::Anomaly,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::{
        rtf::RtfOrigin,
        tnef::{self, Address, AttachmentContent},
    },
    mapi::PropTag,
};

use super::recipients::proof;

/// MSGFLAG_UNSENT of PR_MESSAGE_FLAGS.
const UNSENT: u32 = 0x8;
/// PR_DISPLAY_TO, the To list as one text.
const DISPLAY_TO: PropTag = PropTag(0x0E04_001E);

/// Returns the messages below the mail that could be read as a whole.
fn nested<'i, 'a>(item: &'i Item<'a>) -> impl Iterator<Item = &'i MessageView<'a>> {
    let mail = item.mail().map_or(0, |mail| mail.depth);
    item.messages.iter().filter(move |view| view.depth > mail && !view.is_cut())
}

declare_rule! {
    /// Embedded message was never sent or was imported (4.0, 5.0).
    ///
    /// ## Why it matters
    /// 4.0 and 5.0 cannot process an embedded message that was never submitted, or that the migration tools wrote. The sender gets a
    /// non-delivery report.
    ///
    /// ## What to do
    /// Forward the original, or paste its text.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   subject: "draft"
    ///   prop 0x0E070003: 9
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   subject: "imported"
    ///   from: none
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   subject: "never sent"
    ///   submitted: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   subject: "sent"
    ///   submitted: 1999-10-05T14:00:00Z
    ///   delivered: 1999-10-05T14:01:00Z
    /// ```
    pub static UNSENT_OR_IMPORTED_MESSAGE_EMBEDDED = {
        id: "MSG080", name: "unsent-or-imported-message-embedded", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0],
        kb: ["Q153655", "Q156063"],
        needs: [Mtsout],
        tags: ["attachment", "bounce"],
        check: Message(unsent_or_imported_message_embedded),
    }
}

fn unsent_or_imported_message_embedded(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad]) {
        return;
    }
    for view in nested(item) {
        let message = view.message;
        let is_somebody = |address: Option<Address<'_>>| address.is_some_and(|address| address.address.is_some_and(|value| !value.is_empty()));
        let what = if message.message_flags().is_some_and(|flags| flags & UNSENT != 0) {
            "is marked as unsent"
        } else if message.client_submit_time().is_none() && message.delivery_time().is_none() {
            "was neither submitted nor delivered at any time"
        } else if !is_somebody(message.sent_representing()) && !is_somebody(message.sender()) {
            "names no sender"
        } else {
            continue;
        };
        let subject = message.subject().unwrap_or_default();
        let place = match message.properties.property(PropTag::MESSAGE_FLAGS) {
            Some(flags) => Evidence::property(item.path, &view.object, flags),
            None => Evidence::message_class(item.path, view),
        };
        findings
            .report(format!("the embedded message '{subject}' of {} ({}) {what}", item.path, view.object))
            .evidence(place.expected("a message that was sent, with sender and times"));
    }
}

declare_rule! {
    /// Embedded message has an invalid SMTP recipient (4.0).
    ///
    /// ## Why it matters
    /// The MIME converter of 4.0 also processes the addresses of embedded messages, and returns the whole mail for an address that
    /// nobody is sending to. Recipients that were never resolved do it as well; the report then says that a syntax error was
    /// detected in the content. It does not happen when the outer recipient is in the local directory.
    ///
    /// ## What to do
    /// Correct or remove the embedded message, and apply the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   to: SMTP:joe.example.com
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   to: SMTP:joe@example.com
    ///     prop 0x3002001E: ""
    ///     prop 0x0FFF0102: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:joe.example.com
    /// embed:
    ///   to: SMTP:joe@example.com
    ///   cc: EX:/o=Org/ou=Site/cn=Recipients/cn=Ann
    /// ```
    pub static EMBEDDED_MESSAGE_WITH_BAD_RECIPIENT = {
        id: "MSG081", name: "embedded-message-with-bad-recipient", severity: Error, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.995.52" in "4.0 SP4" gates,
        kb: ["Q163376", "Q196920"],
        needs: [Mtsout],
        tags: ["attachment", "address", "bounce", "fix-ims"],
        check: Message(embedded_message_with_bad_recipient),
    }
}

fn embedded_message_with_bad_recipient(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad]) {
        return;
    }
    for view in nested(item).filter(|view| !view.is_report()) {
        for (index, row) in view.message.recipients.iter().enumerate() {
            let address = recipient_address(row, view.message.effective_code_page());
            if !is_bad(&address) {
                continue;
            }
            let object = format!("{}, recipient {}", view.object, index + 1);
            let subject = view.message.subject().unwrap_or_default();
            findings
                .report(format!("{object} of {} (subject '{subject}') is '{}:{}'", item.path, address.address_type, address.value))
                .evidence(proof(item, &object, row, PropTag::EMAIL_ADDRESS).expected("a resolved recipient: local-part@domain"));
        }
    }
}

fn is_bad(address: &MailAddress) -> bool {
    let is_unresolved = address.address_type.is_empty() && address.source != AddressSource::DirectoryId;
    is_unresolved || address.is_smtp() && !address.syntax_ok()
}

declare_rule! {
    /// Embedded message with a long To list lost its body.
    ///
    /// ## Why it matters
    /// Mapi32 of 5.5 without service pack stops reading an embedded message at a To list of more than 1,024 bytes and goes on behind
    /// the message, so that its body is missing.
    ///
    /// ## What to do
    /// Recover the body from the TNEF stream, and install SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   body: none
    ///   prop 0x0E04001E: "{Ann Ray; *150}"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   body: "text"
    ///   prop 0x0E04001E: "{Ann Ray; *150}"
    /// embed:
    ///   body: none
    ///   prop 0x0E04001E: "{Ann Ray; *50}"
    /// ```
    pub static ENCAPSULATED_MESSAGE_LOST_ITS_BODY = {
        id: "MSG088", name: "encapsulated-message-lost-its-body", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1" gates,
        kb: ["Q180679", "Q242221"],
        needs: [Messages],
        tags: ["tnef", "attachment", "loss", "fix-other"],
        check: Message(encapsulated_message_lost_its_body),
    }
}

fn encapsulated_message_lost_its_body(item: &Item<'_>, findings: &mut Findings<'_>) {
    const LONGEST: usize = 1024;
    for view in nested(item) {
        let Some(property) = view.message.properties.property(DISPLAY_TO) else { continue };
        let length = property.value.text().map_or(0, |text| text.len());
        let has_body = view.rtf.is_some() || view.message.html_bytes().is_some() || view.body().is_some_and(|body| !body.is_empty());
        if length <= LONGEST || has_body {
            continue;
        }
        let subject = view.message.subject().unwrap_or_default();
        findings
            .report(format!("the embedded message '{subject}' of {} ({}) has no body and a To list of {length} bytes", item.path, view.object))
            .evidence(Evidence::property(item.path, &view.object, property).observed("").expected("a body, or a shorter list"));
    }
}

declare_rule! {
    /// HTML message with a damaged embedded message crashes the store.
    ///
    /// ## Why it matters
    /// The converter faults when it encodes the damaged attachment of an HTML message for the Internet, and meets the message again
    /// after the restart.
    ///
    /// ## What to do
    /// Delete the message, and install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// rtf: "{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}text}"
    /// embed:
    ///   cut-by: 40
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// embed:
    ///   cut-by: 40
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// rtf: "{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}text}"
    /// embed:
    ///   subject: "whole"
    /// ```
    pub static HTML_MESSAGE_WITH_DAMAGED_ATTACHMENT = {
        id: "MSG089", name: "html-message-with-damaged-attachment", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2653.12" in "5.5 SP4" gates,
        kb: ["Q272863", "Q248838", "Q274832"],
        needs: [Messages],
        tags: ["attachment", "rtf", "crash", "fix-store"],
        check: Message(html_message_with_damaged_attachment),
    }
}

fn html_message_with_damaged_attachment(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad, QueueKind::ContentConversionFailed]) {
        return;
    }
    let Some(mail) = item.mail() else { return };
    let attachments = mail.message.attachments.iter().enumerate();
    // Where the outer stream ends too early, the damage is one of the collection.
    let embedded = attachments.filter_map(|(index, attachment)| match attachment.content {
        AttachmentContent::Message(bytes, offset, _) if attachment.is_all_there() => Some((index, bytes, offset)),
        _ => None,
    });
    let is_html = || mail.message.html_bytes().is_some() || mail.rtf_text().is_some_and(|text| text.origin == RtfOrigin::Html);
    for (index, bytes, offset) in embedded.filter(|_| is_html()) {
        let Some(fault) = tnef::decode(bytes, item.limits()).anomalies.into_iter().find(is_damage) else { continue };
        let at = offset + fault.offset;
        findings
            .report(format!(
                "attachment {} of {} ({}) is a damaged message in HTML mail: {} at {at:#x}",
                index + 1,
                item.path,
                mail.object,
                fault.text
            ))
            .evidence(Evidence::attachment(item.path, mail, index).expected("a stream that can be decoded"));
    }
}

/// Deviations that lose something, in the words of the decoder.
fn is_damage(anomaly: &Anomaly) -> bool {
    ["not-tnef", "truncated", "property-count", "recipient-count", "value-count", "length-mismatch", "no-attributes"].contains(&anomaly.code)
}
