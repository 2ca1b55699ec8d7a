//! What a message loses between Exchange and the Internet, in either direction: objects, receipts, signatures, addresses, rich text.

use crate::{
    backup::{
        Item, QueueKind, RichText,
        facts::{AddressOccurrence, AddressRole, attachment_name},
    },
    base::{Pattern, extension},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::{AttachMethod, Attachment},
    mapi::PropTag,
};

use super::{
    address_words::HEADER_VIEW,
    outbound_format::{Outbound, gets_plain_text, report_recipients},
};

declare_rule! {
    /// Clear-signed mail lost its signature.
    ///
    /// ## Why it matters
    /// Unless the option for S/MIME clients is on, the service turns clear-signed mail into unsigned mail. Opaque signed mail
    /// passes untouched.
    ///
    /// ## What to do
    /// Tick the option on the Internet Mail page, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=sha1; boundary="b"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: IPM.Note.SMIME.MultipartSigned
    /// header: Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=sha1; boundary="b"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=sha1; boundary="b"
    /// attach: smime.p7s 2 KB
    /// ```
    pub static CLEAR_SIGNATURE_STRIPPED = {
        id: "MSG055", name: "clear-signature-stripped", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q274241"],
        needs: [Headers],
        tags: ["security", "config"],
        check: Message(clear_signature_stripped),
    }
}

fn clear_signature_stripped(item: &Item<'_>, findings: &mut Findings<'_>) {
    static SIGNED: Pattern = Pattern::new(r"(?i)^\s*multipart/signed\b");
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn])) else { return };
    let Some(field) = mail.field("Content-Type").filter(|field| SIGNED.is_match(&field.value)) else { return };
    let is_signature = |attachment: &Attachment<'_>| {
        let name = attachment_name(attachment);
        let named = ["p7s", "p7m"].iter().any(|wanted| extension(&name).eq_ignore_ascii_case(wanted));
        named || attachment.mime_tag().is_some_and(|tag| tag.to_ascii_lowercase().contains("pkcs7"))
    };
    let is_note = mail.message.message_class().is_some_and(|class| class.eq_ignore_ascii_case("IPM.Note"));
    if !is_note || mail.is_cut() || mail.message.attachments.iter().any(is_signature) {
        return;
    }
    findings
        .report(format!("{} came as multipart/signed and is stored without its signature", item.path))
        .evidence(Evidence::header(item.path, mail, field))
        .evidence(Evidence::message_class(item.path, mail).expected("IPM.Note.SMIME.MultipartSigned, or the attachment smime.p7s"));
}

declare_rule! {
    /// Sealed message: content cannot be checked.
    ///
    /// ## Why it matters
    /// Text and attachments of an encrypted message lie in one sealed part, so that no rule about them applies. What could stop
    /// the connector inside of it would not be seen here.
    ///
    /// ## What to do
    /// Judge such an item only by its place and age in the queue.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// class: IPM.Note.Secure
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Content-Type: application/x-pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// class: IPM.Note.SMIME.MultipartSigned
    /// ```
    pub static SEALED_MESSAGE_NOT_INSPECTABLE = {
        id: "MSG056", name: "sealed-message-not-inspectable", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q147146"],
        needs: [Messages],
        tags: ["triage"],
        check: Message(sealed_message_not_inspectable),
    }
}

fn sealed_message_not_inspectable(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|mail| mail.is_encrypted()) else { return };
    let class = mail.message.message_class().unwrap_or_default();
    let size = mail.message.span.end - mail.message.span.start;
    findings
        .report(format!("the mail of {} is sealed: class {class}, {size} bytes", item.path))
        .evidence(Evidence::message_class(item.path, mail).expected("a message that can be read"))
        .evidences(mail.field("Content-Type").map(|field| Evidence::header(item.path, mail, field)));
}

declare_rule! {
    /// Embedded OLE object will not reach Internet recipients.
    ///
    /// ## Why it matters
    /// OLE objects are not converted for SMTP, POP3 or IMAP4. The recipient sees a placeholder in angle brackets, from the store
    /// of SP4 on one with the words OLE Obj, and nobody tells him that something is missing.
    ///
    /// ## What to do
    /// Attach the document as a file, or send rich text to that recipient.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    ///   rich: no
    /// ole: Sheet 2 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    ///   rich: yes
    /// ole: Sheet 2 KB
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    ///   rich: no
    /// attach: Sheet.xls 2 KB
    /// ```
    pub static OLE_OBJECT_TO_INTERNET = {
        id: "MSG057", name: "ole-object-to-internet", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q216798", "Q233353"],
        needs: [Mtsout],
        tags: ["attachment", "loss"],
        check: Message(ole_object_to_internet),
    }
}

fn ole_object_to_internet(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let is_object = |attachment: &Attachment<'_>| attachment.method() == Some(AttachMethod::OLE);
    let Some(index) = mail.message.attachments.iter().position(is_object) else { return };
    let is_plain = |to: &Outbound<'_, '_>| to.rich_info != Some(true) && to.rich_text != Some(RichText::Always);
    let finding = report_recipients(item, findings, (is_plain, "rich text"), |to| {
        format!("{} of {} will not get the OLE object in attachment {}", to.whom(), item.path, index + 1)
    });
    if let Some(finding) = finding {
        finding.evidence(Evidence::attachment(item.path, mail, index).expected("a file"));
    }
}

declare_rule! {
    /// Read-receipt request will not survive the conversion.
    ///
    /// ## Why it matters
    /// Plain Internet mail has no read receipt: the request is dropped, or turned into one for a delivery receipt. Between Exchange
    /// organizations it survives only inside of TNEF.
    ///
    /// ## What to do
    /// Send rich text to that domain if receipts matter.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,32,76,2,0,0
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    /// prop 0x0029000B: true
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,32,76,1,0,0
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    /// prop 0x0029000B: true
    /// ```
    pub static READ_RECEIPT_REQUEST_LOST = {
        id: "MSG058", name: "read-receipt-request-lost", severity: Info, certainty: Likely,
        versions: [V5_5],
        kb: ["Q253917", "Q195038"],
        needs: [Mtsout, DomainPolicy],
        tags: ["rtf", "report"],
        check: Message(read_receipt_request_lost),
    }
}

fn read_receipt_request_lost(item: &Item<'_>, findings: &mut Findings<'_>) {
    let Some(mail) = item.mail().filter(|_| item.is_in(&[QueueKind::MtsOut])) else { return };
    let request = mail.message.properties.property(PropTag::READ_RECEIPT_REQUESTED);
    let Some(request) = request.filter(|property| property.value.boolean() == Some(true)) else { return };
    let finding = report_recipients(item, findings, (gets_plain_text, "rich text"), |to| {
        format!("{} of {} gets no rich text, and with it no request for a read receipt", to.whom(), item.path)
    });
    if let Some(finding) = finding {
        finding.first_evidences([Evidence::property(item.path, &mail.object, request)]);
    }
}

declare_rule! {
    /// Rich-text recipients replaced the Internet addresses.
    ///
    /// ## Why it matters
    /// Recipients from the TNEF part take the place of those in the header. A reply to all goes to MS Mail addresses that cannot
    /// be reached from here, and bounces.
    ///
    /// ## What to do
    /// Install the service pack, and reply to the address in the header.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: To: "Ann Ray" <ann@po.example>
    /// to: "Ann Ray" MS:NET/PO/ANN
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: To: "Ann Ray" <ann@po.example>
    /// to: "Ann Ray" SMTP:ann@po.example
    /// ```
    pub static TNEF_RECIPIENTS_REPLACED_INTERNET_RECIPIENTS = {
        id: "MSG060", name: "tnef-recipients-replaced-internet-recipients", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2448.0" in "5.5 SP2; 5.0 post-SP2 hotfix" gates,
        kb: ["Q184457", "Q242222"],
        needs: [Headers],
        tags: ["tnef", "recipient", "bounce", "fix-store"],
        check: Message(tnef_recipients_replaced_internet_recipients),
    }
}

fn tnef_recipients_replaced_internet_recipients(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsIn]) {
        return;
    }
    let is_msmail = |found: &&AddressOccurrence<'_>| found.address.is_type("MS") || found.address.is_type("MSA");
    for stored in item.addresses_as(&HEADER_VIEW).filter(is_msmail) {
        let Some(name) = stored.address.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) else { continue };
        let is_same = |found: &&AddressOccurrence<'_>| {
            found.address.at().is_some() && found.address.name.as_deref().is_some_and(|other| other.trim().to_lowercase() == name.to_lowercase())
        };
        let Some(written) = item.addresses_as(&[AddressRole::HeaderTo, AddressRole::HeaderCc]).find(is_same) else { continue };
        findings
            .report(format!("'{name}' stands in {} as {}, and in its header as {}", item.path, stored.address.value, written.address.value))
            .evidence(Evidence::address(item.path, stored).expected("the address of the header"))
            .evidence(Evidence::address(item.path, written));
    }
}

declare_rule! {
    /// Notes turned a rich-text part into an .unk or .dtf file.
    ///
    /// ## Why it matters
    /// The SMTP gateway of Notes cannot read TNEF. Such a file in a reply shows that rich text is sent to that domain.
    ///
    /// ## What to do
    /// Set the domain to get rich text never.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// attach: Att1.unk 2 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// attach: report.unk 2 KB
    /// ```
    pub static NOTES_MADE_ATTACHMENT_OF_RICH_TEXT = {
        id: "MSG061", name: "notes-made-attachment-of-rich-text", severity: Info, certainty: Likely,
        versions: [V5_5],
        kb: ["Q259065"],
        needs: [Messages],
        tags: ["rtf", "interop", "attachment"],
        check: Message(notes_made_attachment_of_rich_text),
    }
}

fn notes_made_attachment_of_rich_text(item: &Item<'_>, findings: &mut Findings<'_>) {
    static LEFT_OVER: Pattern = Pattern::new(r"(?i)^(att\d*\.unk|c\.dtf)$");
    if !item.is_in(&[QueueKind::MtsIn]) {
        return;
    }
    let sender = item.addresses_as(&[AddressRole::P2From]).find(|found| found.address.is_smtp()).map(|found| found.address.domain());
    for view in &item.messages {
        for (index, attachment) in view.message.attachments.iter().enumerate() {
            let name = attachment_name(attachment);
            if !LEFT_OVER.is_match(&name) {
                continue;
            }
            let from = sender.as_ref().map_or_else(String::new, |domain| format!(" from {domain}"));
            let proof = Evidence::attachment(item.path, view, index).observed(&*name).expected("no rich text for the sender's domain");
            findings.report(format!("{}{from} holds the attachment {name}", item.path)).evidence(proof);
        }
    }
}
