//! Receipts and reports that go wrong themselves: empty ones, ones without addressee, codes and texts that hurt the receiver.

use crate::{
    backup::{Item, ItemKind, QueueKind, facts::ReportFacts},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::tnef::{Recipient, RecipientKind},
    mapi::{PropTag, ReportKind},
    rules::thresholds::msg_reports::LONG_SUPPLEMENTARY,
};

use super::hearing::code_of;

declare_rule! {
    /// Report with very long supplementary text can hang the store.
    ///
    /// ## Why it matters
    /// A report from another SMTP system whose diagnostic text was too long made the store stop responding when it was
    /// delivered.
    ///
    /// ## What to do
    /// Take the report out of the queue; install SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   prop 0x0C1B001E: "{x*3000}"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   prop 0x0C1B001E: "{x*200}"
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   prop 0x0C1B001E: "{x*3000}"
    /// ```
    pub static SUPPLEMENTARY_INFO_TOO_LONG = {
        id: "MSG132", name: "supplementary-info-too-long", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2651.68" in "5.5 SP4" gates,
        kb: ["Q238419", "Q248838"],
        needs: [Messages],
        tags: ["report", "crash", "fix-store"],
        check: Message(supplementary_info_too_long),
    }
}

fn supplementary_info_too_long(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed]) {
        return;
    }
    let longest = findings.count(&LONG_SUPPLEMENTARY);
    for row in item.reports().iter().flat_map(|report| &report.failed) {
        let length = row.supplementary.as_ref().map_or(0, |text| text.chars().count());
        let Some(property) = row.row.properties.property(PropTag::SUPPLEMENTARY_INFO).filter(|_| length > longest) else { continue };
        let text = row.supplementary.as_deref().unwrap_or_default();
        findings
            .report(format!("{} of {} has a diagnostic text of {length} characters", row.object, item.path))
            .evidence(Evidence::excerpt(item.path, &row.object, property, text).expected(format!("at most {longest} characters")));
    }
}

declare_rule! {
    /// Read receipt without report time arrives empty.
    ///
    /// ## Why it matters
    /// The service writes the text of a receipt from its report time. Receipts that the cc:Mail connector made have none, and
    /// the sender on the Internet gets a blank message.
    ///
    /// ## What to do
    /// Install SP4 where the cc:Mail connector runs, or always send rich text to that domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.IPNRN
    /// PR_REPORT_TIME: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.IPNRN
    /// PR_REPORT_TIME: 1999-10-06T14:00:00Z
    /// ```
    pub static READ_RECEIPT_WITHOUT_TIME = {
        id: "MSG140", name: "read-receipt-without-time", severity: Warning, certainty: Certain,
        versions: [V5_5],
        fixed_in: "5.5 SP4",
        kb: ["Q252819"],
        needs: [Mtsout],
        tags: ["report", "interop", "fix-other"],
        check: Message(read_receipt_without_time),
    }
}

fn read_receipt_without_time(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) || item.reports().is_empty() || item.is_cut() {
        return;
    }
    for report in item.reports().iter().filter(|report| report.kind == ReportKind::Read && report.report_time.is_none()) {
        let Some(view) = item.messages.get(report.view) else { continue };
        let subject = view.message.subject().unwrap_or_default();
        findings
            .report(format!("the read receipt {} ('{subject}') has no report time", item.path))
            .evidence(Evidence::message_class(item.path, view).expected("a receipt with PR_REPORT_TIME"));
    }
}

declare_rule! {
    /// Receipt or report without a destination.
    ///
    /// ## Why it matters
    /// Unpatched stores send read receipts with a blank To line, and through gateways none at all. The person who asked for the
    /// receipt does not get it.
    ///
    /// ## What to do
    /// Install the fix for the store: 5.5 SP2, or 5.0 store 5.0.1461.82.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.IPNRN
    /// to: none
    /// p1: none
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@example.com
    /// report-destination: none
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:nobody@example.com
    /// report-destination: SMTP:ann@example.com
    /// ```
    pub static RECEIPT_WITHOUT_DESTINATION = {
        id: "MSG141", name: "receipt-without-destination", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed: "5.5.2448.5" in "5.5 SP2; 5.0 store 5.0.1461.82",
        kb: ["Q217160"],
        needs: [Mtsout],
        tags: ["report", "loss", "fix-store"],
        check: Message(receipt_without_destination),
    }
}

fn receipt_without_destination(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsOut]) || item.is_cut() {
        return;
    }
    let is_own = |report: &&ReportFacts<'_>| item.mail().zip(item.messages.get(report.view)).is_some_and(|(mail, view)| std::ptr::eq(mail, view));
    let Some(report) = item.reports().iter().find(is_own) else { return };
    let is_nobody = report.destination.as_ref().is_none_or(crate::backup::facts::MailAddress::is_nobody);
    if is_nobody && !has_primary_recipient(item, report) {
        let Some(view) = item.messages.get(report.view) else { return };
        findings
            .report(format!("{} is a {} without anybody to go to", item.path, kind_in_words(report.kind)))
            .evidence(Evidence::message_class(item.path, view).expected("a report with PR_REPORT_DESTINATION_* or a recipient"));
    }
}

/// The rows of a bare delivery report are those that it reports, and address nobody.
fn has_primary_recipient(item: &Item<'_>, report: &ReportFacts<'_>) -> bool {
    let reports_rows = item.kind == ItemKind::Report && matches!(report.kind, ReportKind::NonDelivery | ReportKind::Delivery);
    let is_primary = |row: &Recipient<'_>| matches!(row.kind(), None | Some(RecipientKind::To));
    !reports_rows && item.p1().iter().any(is_primary)
}

fn kind_in_words(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::NonDelivery => "non-delivery report",
        ReportKind::Delivery => "delivery report",
        ReportKind::Read => "read receipt",
        ReportKind::NonRead => "receipt of a deleted message",
    }
}

declare_rule! {
    /// NDR reason code -1 is not valid in X.400.
    ///
    /// ## Why it matters
    /// The service passes the illegal reason on. Encoded in three bytes it makes some X.400 systems stop.
    ///
    /// ## What to do
    /// Install SP3; until then take such reports out before they reach an X.400 connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   PR_NDR_REASON_CODE: -1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:ann@example.com
    ///   PR_NDR_REASON_CODE: 0
    ///   PR_NDR_DIAG_CODE: -1
    /// ```
    pub static NDR_REASON_CODE_MINUS_ONE = {
        id: "MSG142", name: "ndr-reason-code-minus-one", severity: Warning, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2594.0" in "5.5 SP3",
        kb: ["Q230288"],
        needs: [Messages],
        tags: ["report", "interop", "fix-ims"],
        check: Message(ndr_reason_code_minus_one),
    }
}

fn ndr_reason_code_minus_one(item: &Item<'_>, findings: &mut Findings<'_>) {
    if !item.is_in(&[QueueKind::MtsIn]) {
        return;
    }
    for report in item.reports().iter().filter(|report| report.kind == ReportKind::NonDelivery) {
        for row in report.failed.iter().filter(|row| row.reason == Some(-1)) {
            findings
                .report(format!("{} of {} has the reason code -1", row.object, item.path))
                .evidence(code_of(item, row, PropTag::NDR_REASON_CODE).expected("a reason code of 0 or more"));
        }
    }
}
