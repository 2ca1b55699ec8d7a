//! Mail that makes more mail: reports about reports, receipts that come back, out-of-office replies.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, ItemKind, ItemMarks, MailRecord, MessageRecord, QueueKind},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::imccopy::FormatFlags,
    mapi::{MessageClass, ReportKind},
    rules::thresholds::que::{NOTICE_LOOP, OOF_CLOG, RECEIPT_LOOP, REPORTS_ON_REPORTS},
};

use super::proof::{default_record, domain_of, flags_of, is_answer_or_forward, is_report, norm_subject, reports_in, shown};

declare_rule! {
    /// Report about a report: NDR loop over the null address.
    ///
    /// ## Why it matters
    /// A mailbox over its prohibit-receive limit on another server returns reports that are addressed to <>. The service cannot deliver those,
    /// makes a new report about each, and so on.
    ///
    /// ## What to do
    /// Raise the limit of the mailbox that the reports speak of, purge the reports, and install 5.5 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=5
    /// class: REPORT.IPM.Note.NDR
    /// report-destination: SMTP:user@far.example
    /// embed:
    ///   class: REPORT.IPM.Note.NDR
    ///   subject: "Undeliverable: x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// report-destination: SMTP:user@far.example
    /// embed:
    ///   class: IPM.Note
    ///   subject: "x"
    /// ```
    /// ```backup
    /// //- Mtsout/{n} repeat=5
    /// class: REPORT.IPM.Note.NDR
    /// report-destination: SMTP:user@far.example
    /// ```
    pub static REPORT_STORM_ON_NULL_ADDRESS = {
        id: "QUE021", name: "report-storm-on-null-address", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2651.68" in "5.5 SP4",
        kb: ["Q238498", "Q248838"],
        needs: [Messages],
        tags: ["queue", "report", "loop", "fix-store"],
        check: Backup(report_storm_on_null_address),
    }
}

fn report_storm_on_null_address(backup: &Backup, findings: &mut Findings<'_>) {
    let mut storm = Vec::new();
    for record in &backup.messages {
        let mail = record.mail_outline();
        let about_reports = reports_in(&mail).into_iter().filter(|report| report.embedded.first().is_some_and(is_report)).count();
        let to_nobody = is_report(&mail) && goes_to_nobody(record);
        let count = about_reports.max(usize::from(to_nobody));
        if count > 0 {
            storm.push((record, mail, count));
        }
    }
    let count: usize = storm.iter().map(|(_, _, count)| count).sum();
    let Some((_, first, _)) = storm.first().filter(|_| count >= findings.count(&REPORTS_ON_REPORTS)) else { return };
    let chain = enumerated(reports_in(first).iter().filter_map(|report| report.subject.as_deref()), 4);
    let chain = if chain.is_empty() { String::new() } else { format!("; the first: {chain}") };
    let finding = findings.report(format!("{} about reports, or to the null address{chain}", counted(count, "report")));
    finding.first_evidences(storm.iter().map(|(record, mail, _)| {
        let class = mail.embedded.first().and_then(|original| original.message_class.as_deref()).unwrap_or("no original");
        shown(backup, record).expected(format!("a report about a mail, with somebody to go to; its original is {class}"))
    }));
    affects(finding, backup, storm.iter().map(|(record, ..)| *record));
}

/// The addressee is known and empty; an absent one is not known.
fn goes_to_nobody(record: &MessageRecord) -> bool {
    let destination = record.facts.queue.report.as_ref().and_then(|report| report.destination.as_deref());
    destination.and_then(|address| address.split_once(':')).is_some_and(|(_, address)| address.is_empty() || address == "<>")
}

/// Notes how many items of which queues are touched.
pub(super) fn affects<'r>(finding: &mut crate::diagnostics::Finding, backup: &Backup, touched: impl Iterator<Item = &'r MessageRecord>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for queue in touched.filter_map(|record| backup.queues.get(record.queue)) {
        *counts.entry(queue.name.as_str()).or_default() += 1;
    }
    for (queue, count) in counts {
        finding.affects(queue, count);
    }
}

declare_rule! {
    /// Out-of-office replies clog the outbound queue.
    ///
    /// ## Why it matters
    /// Replies to mail of lists and bulk senders wait for hosts that do not answer. Some have no recipient at all (event 2079). Their class tells
    /// them; the subject is written in the language of the system.
    ///
    /// ## What to do
    /// Switch off out-of-office replies to the Internet.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=12
    /// class: IPM.Note.Rules.OofTemplate.Microsoft
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/{n} repeat=2
    /// class: IPM.Note.Rules.OofTemplate.Microsoft
    /// ```
    /// ```backup
    /// //- Mtsout/{n} repeat=12
    /// class: IPM.Note.Rules.OofTemplate.Microsoft
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,288,76,0,0,0
    /// ```
    pub static OUT_OF_OFFICE_CLOG = {
        id: "QUE022", name: "out-of-office-clog", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q168616", "Q270018"],
        needs: [Mtsout],
        tags: ["queue", "stuck", "config"],
        check: Backup(out_of_office_clog),
    }
}

fn out_of_office_clog(backup: &Backup, findings: &mut Findings<'_>) {
    let policy = default_record(backup);
    if policy.as_ref().is_some_and(|(_, _, flags)| flags.has(FormatFlags::NO_OUT_OF_OFFICE)) {
        return;
    }
    let is_oof = |mail: &MailRecord| mail.message_class.as_deref().is_some_and(|class| MessageClass(class).is_or_below("IPM.Note.Rules.OofTemplate"));
    let replies: Vec<_> = backup.items(QueueKind::MtsOut).filter(|record| is_oof(&record.mail())).collect();
    if replies.len() < findings.count(&OOF_CLOG) {
        return;
    }
    let mut domains: Vec<&str> = replies.iter().flat_map(|record| record.facts.words.recipient_domains()).collect();
    domains.sort_unstable();
    domains.dedup();
    let places = if domains.is_empty() { String::new() } else { format!(" for {}", enumerated(&domains, 4)) };
    findings
        .report(format!("{} wait in MTS-OUT{places}", counted(replies.len(), "out-of-office reply")))
        .evidences(policy.map(|policy| flags_of(policy).expected("bit 0x100 set")))
        .first_evidences(replies.iter().map(|record| shown(backup, record)))
        .affects(QueueKind::MtsOut.display_name(), replies.len());
}

declare_rule! {
    /// Forward rule on the administrator mailbox makes a loop (4.0).
    ///
    /// ## Why it matters
    /// A rule that forwards the connector's notices to the Internet produces new failures, and these new notices.
    ///
    /// ## What to do
    /// Remove the rule from the administrator mailbox, and apply 4.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=3
    /// subject: "FW: Notification: Outbound Mail Failure"
    /// ```
    /// ```backup
    /// //- Mtsout/{n} repeat=3
    /// subject: "Notification: Inbound Mail Failure"
    /// prop 0x0005000B: true
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/{n} repeat=3
    /// subject: "Notification: Outbound Mail Failure"
    /// ```
    pub static ADMINISTRATOR_NOTIFICATION_LOOP = {
        id: "QUE026", name: "administrator-notification-loop", severity: Warning, certainty: Possible,
        versions: [V4_0],
        fixed: "4.0.993.5" in "4.0 SP2",
        kb: ["Q153655"],
        needs: [Messages],
        tags: ["queue", "loop", "report", "fix-ims"],
        check: Backup(administrator_notification_loop),
    }
}

fn administrator_notification_loop(backup: &Backup, findings: &mut Findings<'_>) {
    let is_forwarded = |record: &&MessageRecord| {
        let subject = record.mail_outline().subject.unwrap_or_default();
        let stem = norm_subject(&subject);
        let is_notice = ["notification: inbound mail failure", "notification: outbound mail failure"].iter().any(|start| stem.starts_with(start));
        is_notice && (is_answer_or_forward(&subject) || record.facts.queue.marks.has(ItemMarks::AUTO_FORWARDED))
    };
    let forwarded: Vec<_> = backup.messages.iter().filter(is_forwarded).collect();
    if forwarded.len() < findings.count(&NOTICE_LOOP) {
        return;
    }
    let mut domains: Vec<&str> = forwarded.iter().flat_map(|record| record.facts.words.recipient_domains()).collect();
    domains.sort_unstable();
    domains.dedup();
    let places = if domains.is_empty() { String::new() } else { format!(" to {}", enumerated(&domains, 4)) };
    let finding = findings.report(format!("{} of the connector were forwarded{places}", counted(forwarded.len(), "notice")));
    finding.first_evidences(forwarded.iter().map(|record| shown(backup, record)));
    affects(finding, backup, forwarded.iter().copied());
}

declare_rule! {
    /// Delivery receipts loop over a connector that links sites.
    ///
    /// ## Why it matters
    /// The receiving connector addresses a receipt to the primary proxy, which leads back to the other server. As each receipt is a new message,
    /// Received fields do not stop it.
    ///
    /// ## What to do
    /// Apply 5.5 SP1, or the hotfix of 5.0, and give the users of the site the right primary proxy.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// //- Mtsout/{n} repeat=5
    /// class: REPORT.IPM.Note.DR
    /// subject: "Delivered: offer"
    /// report-destination: SMTP:user1@ourdomain.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// //- Mtsout/{n} repeat=5
    /// class: REPORT.IPM.Note.DR
    /// subject: "Delivered: offer {n}"
    /// report-destination: SMTP:user1@ourdomain.example
    /// ```
    pub static DELIVERY_RECEIPT_LOOP = {
        id: "QUE027", name: "delivery-receipt-loop", severity: Error, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1; 5.0 post-SP2 hotfix" gates,
        kb: ["Q178436", "Q242221"],
        needs: [Messages],
        tags: ["queue", "loop", "report", "fix-ims"],
        check: Backup(delivery_receipt_loop),
    }
}

fn delivery_receipt_loop(backup: &Backup, findings: &mut Findings<'_>) {
    let local = backup.local_domains();
    let mut about: BTreeMap<(String, String, Option<&str>), Vec<&MessageRecord>> = BTreeMap::new();
    let queued = backup.items(QueueKind::MtsOut).chain(backup.items(QueueKind::MtsIn));
    for record in queued.filter(|record| record.facts.report == Some(ReportKind::Delivery)) {
        let Some(said) = &record.facts.queue.report else { continue };
        let Some((_, address)) = said.destination.as_deref().and_then(|address| address.split_once(':')) else { continue };
        let address = address.to_lowercase();
        if local.iter().any(|own| own == domain_of(&address)) {
            about.entry((address, original_subject(record), said.subject_mts_id.as_deref())).or_default().push(record);
        }
    }
    let largest = about.iter().max_by_key(|(_, receipts)| receipts.len());
    let Some(((address, subject, _), receipts)) = largest.filter(|(_, receipts)| receipts.len() >= findings.count(&RECEIPT_LOOP)) else {
        if local.is_empty() && backup.messages.iter().any(|record| record.facts.report == Some(ReportKind::Delivery)) {
            findings.undecided("Imcobj.csv", "delivery receipts are queued, and no source names a local domain");
        }
        return;
    };
    let finding = findings.report(format!("{} about '{subject}' to {address}", counted(receipts.len(), "delivery receipt")));
    finding.first_evidences(receipts.iter().map(|record| {
        let way = record.mail().headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("Received")).map(|(_, value)| value.to_string());
        let seen = shown(backup, record).expected(format!("one receipt to {address}"));
        way.map_or(seen.clone(), |way| Evidence { observed: format!("{}; {way}", seen.observed).into(), ..seen })
    }));
    affects(finding, backup, receipts.iter().copied());
}

/// The subject of the attached original, else of the report itself.
fn original_subject(record: &MessageRecord) -> String {
    let mail = record.mail();
    let original = mail.embedded.first().filter(|_| record.kind != ItemKind::Bare).and_then(|original| original.subject.clone());
    norm_subject(&original.or(mail.subject).unwrap_or_default())
}
