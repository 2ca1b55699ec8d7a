//! Reports, and mail that asks for them, at which the store stops.

use crate::{
    backup::{
        Backup, Item, MessageView, QueueKind, SpoolFolder,
        facts::{InternetMessage, ReportFacts},
    },
    base::Pattern,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::AttachMethod,
    mapi::PropTag,
};

use super::proof::arrived_mail;

declare_rule! {
    /// An S/MIME message that asks for a delivery receipt crashes the store.
    ///
    /// ## Why it matters
    /// While it makes the delivery report the store frees an object twice.
    ///
    /// ## What to do
    /// Take the message out and install 5.5 SP3 or, on 5.0, store 5.0.1462.3.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// Return-Receipt-To: ann@example.com
    /// MIME-Version: 1.0
    /// Content-Type: multipart/signed; boundary=b1
    ///
    /// --b1
    ///
    /// Hello
    /// --b1--
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: IPM.Note.SMIME
    /// prop 0x0023000B: true
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/ABCDEFGH
    /// MIME-Version: 1.0
    /// Content-Type: multipart/signed; boundary=b1
    ///
    /// --b1
    ///
    /// Hello
    /// --b1--
    /// //- Mtsin/1
    /// header: Return-Receipt-To: ann@example.com
    /// ```
    pub static SMIME_WITH_DELIVERY_RECEIPT = {
        id: "MIM090", name: "smime-with-delivery-receipt", severity: Critical, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2637.0" in "5.5 SP3; 5.0 store 5.0.1462.3" gates,
        kb: ["Q234175", "Q241740"],
        needs: [Messages],
        tags: ["crash", "fix-store"],
        check: Message(smime_with_delivery_receipt),
    }
}

fn smime_with_delivery_receipt(item: &Item<'_>, findings: &mut Findings<'_>) {
    let mail = arrived_mail(item).map(InternetMessage::Mail).into_iter();
    let raws = item.raws().iter().filter(|raw| raw.is_in(&[SpoolFolder::In])).map(InternetMessage::Raw);
    for message in mail.chain(raws) {
        let Some(request) = receipt_request(item.path, message).filter(|_| is_secure(message)) else { continue };
        let kind = match message {
            InternetMessage::Mail(view) => Some(Evidence::message_class(item.path, view)),
            InternetMessage::Raw(raw) => raw.field("Content-Type").map(|field| Evidence::raw_header(item.path, raw, field)),
        };
        findings
            .report(format!("{} ({}) is an S/MIME message and asks for a delivery receipt", item.path, message.object()))
            .evidence(request.expected("no request for a receipt"))
            .evidences(kind);
    }
}

/// Whether a message is signed or encrypted by its class or its media type.
fn is_secure(message: InternetMessage<'_, '_>) -> bool {
    const TYPES: [&str; 3] = ["multipart/signed", "application/pkcs7-mime", "application/x-pkcs7-mime"];
    let by_type = message.top().is_some_and(|top| TYPES.contains(&top.media_type.as_str()));
    let InternetMessage::Mail(view) = message else { return by_type };
    let class = view.message.message_class().unwrap_or_default().to_ascii_lowercase();
    by_type || class.starts_with("ipm.note.secure") || class.starts_with("ipm.note.smime")
}

/// Returns where a message asks for a delivery receipt.
fn receipt_request(path: &str, message: InternetMessage<'_, '_>) -> Option<Evidence> {
    if let InternetMessage::Mail(view) = message
        && let Some(property) = view.message.properties.property(PropTag::ORIGINATOR_DELIVERY_REPORT_REQUESTED)
        && property.value.boolean() == Some(true)
    {
        return Some(Evidence::property(path, &view.object, property));
    }
    message.field("Return-Receipt-To").map(|field| Evidence::internet_field(path, message, field))
}

declare_rule! {
    /// A report for a plain message with links can crash the store.
    ///
    /// ## Why it matters
    /// With HTML sending on, the store faults while it writes the report for a message that is no MIME and holds URLs, sent to an
    /// unknown user.
    ///
    /// ## What to do
    /// Switch HTML off, or install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,iso-8859-1,us-ascii,65536,76,0,0,0
    /// //- Bad/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@example.com
    ///   prop 0x0C1B001E: "MSEXCH:MSExchangeIS:Site:SERVER 0 (000C05A6) Unknown Recipient"
    /// embed:
    ///   header: Subject: x
    ///   body: "Look at http://www.example.com/ today.\r\n"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,iso-8859-1,us-ascii,32,76,0,0,0
    /// //- Bad/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@example.com
    ///   prop 0x0C1B001E: "MSEXCH:MSExchangeIS:Site:SERVER 0 (000C05A6) Unknown Recipient"
    /// embed:
    ///   header: Subject: x
    ///   body: "Look at http://www.example.com/ today.\r\n"
    /// ```
    pub static NON_MIME_WITH_URLS_TO_UNKNOWN_USER = {
        id: "MIM091", name: "non-mime-with-urls-to-unknown-user", severity: Error, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2637.0" in "5.5 SP3" gates,
        kb: ["Q234175"],
        needs: [Messages, DomainPolicy],
        tags: ["report", "crash", "fix-store"],
        check: Message(non_mime_with_urls_to_unknown_user),
    }
}

fn non_mime_with_urls_to_unknown_user(item: &Item<'_>, findings: &mut Findings<'_>) {
    static URL: Pattern = Pattern::new(r"https?://[^\s]*");
    const UNKNOWN_USER: &str = "000C05A6";
    for report in item.reports() {
        let Some(original) = original_of(item, report) else { continue };
        let is_plain = original.headers.is_some() && original.field("MIME-Version").is_none() && original.body_has(b"://");
        let Some(url) = original.body().filter(|_| is_plain).and_then(|body| URL.find(body)) else { continue };
        let unknown =
            item.diagnoses().iter().find(|diagnosis| diagnosis.view == report.view && diagnosis.line.status.as_deref() == Some(UNKNOWN_USER));
        let Some(policy) = item.configuration.and_then(Backup::default_policy).filter(|policy| policy.html() == Some(true)) else { return };
        let Some(diagnosis) = unknown else { continue };
        let subject = original.message.subject().unwrap_or_default();
        findings
            .report(format!("{} reports the plain message '{subject}' with links to an unknown user, and HTML sending is on", item.path))
            .evidence(Evidence::body(item.path, original, url.as_str()))
            .evidence(Evidence::diagnosis(item.path, diagnosis))
            .evidence(Evidence::policy(&policy).expected("no HTML (bits 0x10000 and 0x20000 of the flags)"));
    }
}

fn original_of<'i, 'a>(item: &'i Item<'a>, report: &ReportFacts<'_>) -> Option<&'i MessageView<'a>> {
    item.messages.get(report.original?)
}

declare_rule! {
    /// An outbound multipart/report with an embedded message crashes the store.
    ///
    /// ## Why it matters
    /// On the way out the store hands over the two attachments in the wrong order, and the check for full fidelity uses a null pointer.
    ///
    /// ## What to do
    /// Take the message out and install 5.0 SP2 or 5.5 SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/report; report-type=delivery-status; boundary=b1
    /// embed:
    ///   subject: "original"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/report; report-type=delivery-status; boundary=b1
    /// embed:
    ///   subject: "original"
    /// //- Mtsout/1
    /// header: MIME-Version: 1.0
    /// header: Content-Type: multipart/report; report-type=delivery-status; boundary=b1
    /// ```
    pub static MULTIPART_REPORT_WITH_MESSAGE_OUTBOUND = {
        id: "MIM092", name: "multipart-report-with-message-outbound", severity: Critical, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.0 SP2; 5.5 SP1" gates,
        kb: ["Q178338", "Q242221"],
        needs: [Mtsout],
        tags: ["report", "mime", "crash", "fix-store"],
        check: Message(multipart_report_with_message_outbound),
    }
}

fn multipart_report_with_message_outbound(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut, QueueKind::Bad]) {
        return;
    }
    let Some(mail) = item.mail().filter(|mail| mail.entity().is_some_and(|entity| entity.media_type == "multipart/report")) else { return };
    let embedded = mail.message.attachments.iter().position(|each| each.method() == Some(AttachMethod::EMBEDDED_MESSAGE));
    let (Some(index), Some(field)) = (embedded, mail.field("Content-Type")) else { return };
    let subject = mail.message.subject().unwrap_or_default();
    findings
        .report(format!("{} ('{subject}') is a multipart/report with an embedded message", item.path))
        .evidence(Evidence::header(item.path, mail, field))
        .evidence(Evidence::attachment(item.path, mail, index).expected("no embedded message in an outbound multipart/report"));
}
