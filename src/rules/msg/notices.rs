//! The connector's own notification mails to its administrator, and reports about mail that is still queued.

use crate::{
    backup::{Backup, Item, MessageRecord, MessageView, QueueKind, facts::Notice},
    base::{Pattern, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::ReportKind,
};

use super::hearing::{Words, heard};

declare_rule! {
    /// Notification of inbound mail failure.
    ///
    /// ## Why it matters
    /// The connector could not convert or deliver an inbound message and told its administrator, mostly with the original
    /// attached. Unknown recipients and loops are reported in the same form, so that the reason decides. For failed conversions
    /// the original is the evidence to analyse.
    ///
    /// ## What to do
    /// Analyse the attached original, and forward it to its recipient.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Notification: Inbound Mail Failure - The message conversion failed."
    /// attach: Message.txt "Received: from a.example by b.example; Wed, 6 Oct 1999 14:00:00 +0000\r\nSubject: x\r\n\r\ntext"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Re: Notification: Inbound Mail Failure"
    /// ```
    pub static NOTICE_INBOUND_FAILURE = {
        id: "MSG185", name: "notice-inbound-failure", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163080", "Q155016", "Q159175", "Q190021"],
        needs: [Messages],
        tags: ["report", "triage"],
        check: Message(notice_inbound_failure),
    }
}

fn notice_inbound_failure(item: &Item<'_>, findings: &mut Findings<'_>) {
    if let Some((notice, view)) = notice_of(item).filter(|(notice, _)| notice.is_inbound) {
        let names = view.message.attachments.iter().filter_map(|attachment| attachment.long_name().or_else(|| attachment.name()));
        let names: Vec<_> = names.collect();
        let originals = if names.is_empty() { "no original is attached".to_owned() } else { format!("attached: {}", enumerated(&names, 5)) };
        findings
            .report(format!("{} tells of inbound mail that failed{}; {originals}", item.path, because(notice)))
            .group(notice.reason.as_str())
            .evidence(Evidence::subject(item.path, view).expected("no notification of failed mail"));
    }
}

declare_rule! {
    /// Notification of outbound mail failure.
    ///
    /// ## Why it matters
    /// Mail to the outside failed. On 4.0 this note to the administrator may be all there is: if Imcdata\Out was removed while
    /// the service ran, the mail is gone and its senders hear nothing.
    ///
    /// ## What to do
    /// Read the reply text in the note. If Out was lost, restart the 4.0 connector and let the users send again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Notification: Outbound Mail Failure - A protocol error occurred."
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// subject: "Undeliverable: Outbound Mail"
    /// ```
    pub static NOTICE_OUTBOUND_FAILURE = {
        id: "MSG186", name: "notice-outbound-failure", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146950", "Q241892"],
        needs: [Messages],
        tags: ["report", "loss", "triage"],
        check: Message(notice_outbound_failure),
    }
}

fn notice_outbound_failure(item: &Item<'_>, findings: &mut Findings<'_>) {
    if let Some((notice, view)) = notice_of(item).filter(|(notice, _)| !notice.is_inbound) {
        findings
            .report(format!("{} tells of outbound mail that failed{}", item.path, because(notice)))
            .group(notice.reason.as_str())
            .evidence(Evidence::subject(item.path, view).expected("no notification of failed mail"));
    }
}

fn notice_of<'i, 'a>(item: &'i Item<'a>) -> Option<(&'i Notice, &'i MessageView<'a>)> {
    let notice = item.notice()?;
    Some((notice, item.messages.get(notice.view)?))
}

fn because(notice: &Notice) -> String {
    let reason = notice.reason.trim_end_matches('.');
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

declare_rule! {
    /// Mail refused: originator does not match the account.
    ///
    /// ## Why it matters
    /// The options against spoofing demand that From and Sender belong to the mailbox that logged on. Wrong addresses in mail
    /// clients trip them, and so does the Sender header of Netscape (event 4151).
    ///
    /// ## What to do
    /// Correct the address in the client, suppress its Sender header, or exempt the host.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Notification: Inbound Mail Failure"
    /// body: "An Inbound mail message was not accepted on server SRV because the authentication account did not have permission to use the originator address on the message."
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Undeliverable"
    /// body: "The account did not have permission to use the originator address."
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// subject: "Notification: Inbound Mail Failure"
    /// body: "554 transaction failed"
    /// ```
    pub static NOTICE_ORIGINATOR_NOT_ALLOWED = {
        id: "MSG187", name: "notice-originator-not-allowed", severity: Warning, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q186134", "Q188250"],
        needs: [Messages],
        tags: ["report", "security", "config"],
        check: Message(notice_originator_not_allowed),
    }
}

const NOT_ALLOWED_TEXT: &str = r"(?i)did not have permission\s+to use\s+the\s+originator\s+address";
static NOT_ALLOWED: Words = Words::said(NOT_ALLOWED_TEXT);
static IN_MAIL: Pattern = Pattern::new(NOT_ALLOWED_TEXT);

fn notice_originator_not_allowed(item: &Item<'_>, findings: &mut Findings<'_>) {
    for heard in heard(item, &NOT_ALLOWED).into_iter().filter(|heard| heard.report().is_none()) {
        findings
            .report(format!("{} says that mail was refused because its originator does not belong to the account", heard.source()))
            .evidence(heard.evidence());
    }
    let mail = item.mail().filter(|_| item.is_in(&[QueueKind::MtsIn]) && item.notice().is_none());
    let Some((mail, body)) = mail.and_then(|mail| Some((mail, mail.body()?))) else { return };
    if let Some(said) = IN_MAIL.find(body) {
        findings
            .report(format!("{} says that mail was refused because its originator does not belong to the account", item.path))
            .evidence(Evidence::body(item.path, mail, said.as_str()).expected("no refusal of an originator"));
    }
}

declare_rule! {
    /// Delivery report for a message that is still queued.
    ///
    /// ## Why it matters
    /// The MTA was told to report delivery when it hands mail to a gateway, or another recipient of the same message was
    /// served. The report does not prove that the recipient on the Internet has the mail.
    ///
    /// ## What to do
    /// Check the value "DR for Gateway Transmission" of the MTA.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// mts-id: "c=US;a= ;p=Org;l=SERVER-991006140000Z-7"
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.DR
    /// body: "The MTS-ID of the original message is: c=US/a= /p=Org/l=SERVER-991006140000Z-7"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// mts-id: "c=US;a= ;p=Org;l=SERVER-991006140000Z-8"
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.DR
    /// body: "The MTS-ID of the original message is: c=US;a= ;p=Org;l=SERVER-991006140000Z-7"
    /// ```
    pub static DELIVERY_REPORT_FOR_QUEUED_MAIL = {
        id: "MSG188", name: "delivery-report-for-queued-mail", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q152928"],
        needs: [Mtsout],
        tags: ["report"],
        check: Backup(delivery_report_for_queued_mail),
    }
}

fn delivery_report_for_queued_mail(backup: &Backup, findings: &mut Findings<'_>) {
    let reports: Vec<(&MessageRecord, &str)> =
        backup.messages.iter().filter_map(|record| Some((record, record.facts.words.delivered_mts_local()?))).collect();
    if reports.is_empty() {
        return;
    }
    let is_mail = |record: &&MessageRecord| record.facts.report != Some(ReportKind::Delivery);
    let queued = backup.items(QueueKind::MtsOut).filter(is_mail).filter_map(|item| Some((item.facts.words.mts_local()?, item)));
    let reported = |local: &str| reports.iter().find(|(_, delivered)| delivered.eq_ignore_ascii_case(local)).map(|(report, _)| *report);
    let pairs: Vec<_> =
        queued.filter_map(|(local, item)| Some((local, backup.path_of(item), backup.path_of(reported(local)?), item.queue))).collect();
    let Some((local, path, report, queue)) = pairs.first() else { return };
    let queue = backup.queues.get(*queue).map_or("", |queue| queue.name.as_str());
    let proof = pairs.iter().flat_map(|(local, path, report, _)| {
        let told = Evidence::file(*report).observed(*local).expected("a report about mail that has left the queue");
        [told, Evidence::file(*path).observed(*local)]
    });
    findings
        .report(format!("{} that still waits; the first: {report} reports the delivery of '{local}', which is {path}", reported_mail(pairs.len())))
        .affects(queue, pairs.len())
        .first_evidences(proof);
}

fn reported_mail(count: usize) -> String {
    format!("delivery is reported of {}", counted(count, "message"))
}
