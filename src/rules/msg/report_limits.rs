//! Reports that tell of a limit: hops, sizes, recipients, full mailboxes, permissions.

use crate::{
    backup::{Item, facts::FailedRecipient},
    base::{Pattern, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::PropTag,
};

use super::hearing::{Words, heard};

declare_rule! {
    /// Reports: too many hops.
    ///
    /// ## Why it matters
    /// The message went round until it reached the hop limit. Usually "forward all mail to host" points back to this server,
    /// the routing table reroutes a domain of its own, or a domain without MX record resolves to this server.
    ///
    /// ## What to do
    /// Correct the routing table, the connected sites and the smart host; give the domain an MX record.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:Server 0 (00120270) Too Many Hops"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "A loop was detected.\r\nMSEXCH:MSExchangeMTA:Site:Server"
    /// ```
    pub static NDR_TOO_MANY_HOPS = {
        id: "MSG164", name: "ndr-too-many-hops", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q190021", "Q260247"],
        needs: [Messages],
        tags: ["report", "loop", "config"],
        check: Message(ndr_too_many_hops),
    }
}

static TOO_MANY_HOPS: Words = Words::said_or_coded(r"(?i)Too Many\s+Hops|maximum hop\s+count", "00120270");

fn ndr_too_many_hops(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &TOO_MANY_HOPS) {
        findings
            .report(format!("{} says that mail for '{}' went round until the hop limit", heard.source(), heard.whom()))
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: message exceeds the size limit.
    ///
    /// ## Why it matters
    /// A size limit of the connector, on its General page or for one domain, refused the message. What users get to read is a
    /// syntax error of the content.
    ///
    /// ## What to do
    /// Raise the limit, or tell the senders what it is.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:ORG:Site:Server 3903 (000B099C) Message exceeds size limit"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:ORG:Site:Server 3902 (000B099C) Host Unknown"
    /// ```
    pub static NDR_SIZE_LIMIT = {
        id: "MSG165", name: "ndr-size-limit", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q257264", "Q146264", "Q266092"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_size_limit),
    }
}

static SIZE_LIMIT: Words = Words::said_or_numbered(r"(?i)Message exceeds\s+size\s+limit", 3903);

fn ndr_size_limit(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &SIZE_LIMIT) {
        findings.report(format!("{} says that a message for '{}' exceeds a size limit", heard.source(), heard.whom())).evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: too many recipients.
    ///
    /// ## Why it matters
    /// With all lists expanded the message had more recipients than the store takes at submission. Builds before 5.5.2651.58
    /// move such mail to the archive and do not tell the sender.
    ///
    /// ## What to do
    /// Raise "Max Recipients on Submit", or split the mail.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:SITE:SRV 0 (00010256) Too many recipients"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:SITE:SRV 3552 (000B09AA) 552 Too many recipients"
    /// ```
    pub static NDR_TOO_MANY_RECIPIENTS = {
        id: "MSG166", name: "ndr-too-many-recipients", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q246051"],
        needs: [Messages],
        tags: ["report", "recipient", "config"],
        check: Message(ndr_too_many_recipients),
    }
}

static TOO_MANY_RECIPIENTS: Words = Words::coded("00010256");

fn ndr_too_many_recipients(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &TOO_MANY_RECIPIENTS) {
        let about = heard.report().map_or(0, |report| report.failed.len());
        findings
            .report(format!("{} says that a message had too many recipients; it reports {}", heard.source(), counted(about, "recipient")))
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: one full mailbox refused all recipients.
    ///
    /// ## Why it matters
    /// SP3 writes the answer 552 that one recipient got to the other recipients of the same batch. Good addresses do not get
    /// the mail, and the report says that their mailboxes are full.
    ///
    /// ## What to do
    /// Send again to all but the first of these recipients; install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   prop 0x0C1B001E: "MSEXCH:IMS:O:S:V 3552 (000B09AA) 552 mailbox quota limit exceeded"
    /// failed: SMTP:bob@example.com
    ///   prop 0x0C1B001E: "MSEXCH:IMS:O:S:V 3552 (000B09AA) 552 mailbox quota limit exceeded"
    /// failed: SMTP:eve@example.com
    ///   prop 0x0C1B001E: "MSEXCH:IMS:O:S:V 3552 (000B09AA) 552 mailbox quota limit exceeded"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   prop 0x0C1B001E: "MSEXCH:IMS:O:S:V 3552 (000B09AA) 552 mailbox quota limit exceeded"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   prop 0x0C1B001E: "MSEXCH:IMS:O:S:V 3552 (000B09AA) 552 <ann> quota limit exceeded"
    /// failed: SMTP:bob@example.com
    ///   prop 0x0C1B001E: "MSEXCH:IMS:O:S:V 3552 (000B09AA) 552 <bob> quota limit exceeded"
    /// ```
    pub static NDR_552_FOR_WHOLE_BATCH = {
        id: "MSG172", name: "ndr-552-for-whole-batch", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.39" in "5.5 SP4" gates,
        kb: ["Q260741", "Q246889"],
        needs: [Messages],
        tags: ["report", "loss", "fix-ims"],
        check: Message(ndr_552_for_whole_batch),
    }
}

static FULL: Pattern = Pattern::new(r"(?i)552 .*(quota|mailbox)");

fn ndr_552_for_whole_batch(item: &Item<'_>, findings: &mut Findings<'_>) {
    for report in item.reports().iter().filter(|report| report.failed.len() > 1) {
        let text_of = |row: &FailedRecipient<'_>| row.supplementary.as_deref().map(str::trim).filter(|text| FULL.is_match(text)).map(str::to_owned);
        let mut full: Vec<(&FailedRecipient<'_>, String)> = report.failed.iter().filter_map(|row| Some((row, text_of(row)?))).collect();
        full.dedup_by(|(row, _), (other, _)| row.address.is_same(&other.address));
        let [(_, first), others @ ..] = full.as_slice() else { continue };
        if others.is_empty() || others.iter().any(|(_, text)| text != first) {
            continue;
        }
        let names = enumerated(full.iter().map(|(row, _)| row.address.value.as_str()), 5);
        let proof = full.iter().filter_map(|(row, _)| {
            let property = row.row.properties.property(PropTag::SUPPLEMENTARY_INFO)?;
            Some(Evidence::property(item.path, &row.object, property).expected("a text of its own for each recipient"))
        });
        findings
            .report(format!("a report in {} gives {names} one and the same answer: {}", item.path, first.lines().next().unwrap_or_default()))
            .first_evidences(proof);
    }
}

declare_rule! {
    /// Reports: a relay cannot take a long To line.
    ///
    /// ## Why it matters
    /// A relay called Secure Message Guard takes at most 254 characters in the To line. Mail to a list that was expanded before
    /// it passes the relay fails for everybody.
    ///
    /// ## What to do
    /// Use a list that is expanded behind the relay, or put the recipients into Bcc.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:O:S:V 3554 (000B09AA) 554 (not a type writer) Input line to submit longer than 254 characters"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:O:S:V 3500 (000B09AA) 500 Line too long"
    /// ```
    pub static NDR_TO_LINE_TOO_LONG = {
        id: "MSG173", name: "ndr-to-line-too-long", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q180414"],
        needs: [Messages],
        tags: ["report", "bounce", "interop"],
        check: Message(ndr_to_line_too_long),
    }
}

static LONG_TO_LINE: Words = Words::said(r"(?i)Input line to submit\s+longer than\s+254|not a type ?writer");

fn ndr_to_line_too_long(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &LONG_TO_LINE) {
        let original = heard.report().and_then(|report| item.messages.get(report.original?));
        let length = original.and_then(|view| view.field("To")).map(|to| format!("; the To line of the original has {} characters", to.value.len()));
        findings
            .report(format!(
                "{} says that a relay on the way to {} takes no To line of more than 254 characters{}",
                heard.source(),
                heard.domain(),
                length.unwrap_or_default()
            ))
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: a restriction prevented delivery.
    ///
    /// ## Why it matters
    /// The MTA refused the sender because of a delivery restriction. It stands either on the connector or on a custom recipient
    /// with that SMTP address, which is a published way to forbid mail to one address.
    ///
    /// ## What to do
    /// Compare the sender with the accept and reject lists of the custom recipient and of the connector (DIR050 to DIR052).
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "A restriction in the system prevented delivery of the message.\r\nMSEXCH:MSExchangeMTA:Site:SRV"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    pub static NDR_RESTRICTION_IN_THE_SYSTEM = {
        id: "MSG610", name: "ndr-restriction-in-the-system", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q250521"],
        needs: [Messages],
        tags: ["report", "bounce", "config"],
        check: Message(ndr_restriction_in_the_system),
    }
}

static RESTRICTION: Words = Words::said(r"(?i)restriction in the system\s+prevented\s+delivery");

fn ndr_restriction_in_the_system(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &RESTRICTION).into_iter().filter(|heard| heard.report().is_some()) {
        findings
            .report(format!("{} says that a delivery restriction kept mail from '{}'", heard.source(), heard.whom()))
            .group(heard.address_key())
            .evidence(heard.evidence());
    }
}

declare_rule! {
    /// Reports: an argument in the recipient is invalid.
    ///
    /// ## Why it matters
    /// The store could not build the X.400 form of the recipient. On 5.0 SP1 the usual reason is a site address without PRMD,
    /// and then every message to the Internet comes back.
    ///
    /// ## What to do
    /// Check the X.400 site address (BLD601) and the events 1026 and 2007 of the store.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "One or more arguments in the recipient was detected as being invalid"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    /// body: "MSEXCH:IMS:Org:Site:SRV 0 (000C05A6) Unknown Recipient"
    /// ```
    pub static NDR_INVALID_ARGUMENT_IN_RECIPIENT = {
        id: "MSG612", name: "ndr-invalid-argument-in-recipient", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q166866"],
        needs: [Messages],
        tags: ["report", "bounce", "fix-store"],
        check: Message(ndr_invalid_argument_in_recipient),
    }
}

static INVALID_ARGUMENT: Words = Words::said(r"(?i)arguments? in the\s+recipient was\s+detected as\s+being\s+invalid");

fn ndr_invalid_argument_in_recipient(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &INVALID_ARGUMENT).into_iter().filter(|heard| heard.report().is_some()) {
        findings
            .report(format!("{} says that the recipient '{}' holds an invalid argument", heard.source(), heard.whom()))
            .group(heard.domain())
            .evidence(heard.evidence());
    }
}
