//! Queues that hold what should have moved on.

use crate::{
    backup::{Backup, MessageRecord, QueueKind},
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::que::STALE_AFTER,
};

use super::proof::shown;

declare_rule! {
    /// Messages in the Bad queue.
    ///
    /// ## Why it matters
    /// Each item is a message that the connector gave up on, mostly outbound mail it could not convert or whose originator it
    /// could not read (events 4116, 4122). If the service does not start, an item here or in MTS-OUT is the prime suspect.
    /// Another cause on 4.0 and 5.0 RTM is a damaged protocol unit from the MTA (Q146397).
    ///
    /// ## What to do
    /// Start the analysis here. Save the items, clear the folder, replay or resend what proves sound.
    ///
    /// ## Fires
    /// ```backup
    /// //- Bad/1
    /// subject: "first"
    /// //- Bad/2
    /// subject: "second"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Bad/
    /// ```
    pub static BAD_QUEUE_NOT_EMPTY = {
        id: "QUE001", name: "bad-queue-not-empty", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q189731", "Q192186", "Q186739", "Q322829", "Q193639"],
        needs: [Bad],
        tags: ["queue", "triage", "stuck"],
        check: Backup(bad_queue_not_empty),
    }
}

fn bad_queue_not_empty(backup: &Backup, findings: &mut Findings<'_>) {
    not_empty(backup, QueueKind::Bad, findings);
}

declare_rule! {
    /// Messages in the ContentConversionFailed queue.
    ///
    /// ## Why it matters
    /// The content converter refused these messages. The pattern rules show whether a known defect of the content explains it;
    /// a well-formed message points to code pages, disk space or a scanner.
    ///
    /// ## What to do
    /// Read the findings per item; fix the cause, then replay.
    ///
    /// ## Fires
    /// ```backup
    /// //- ContentConversionFailed/1
    /// subject: "refused"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ContentConversionFailed/
    /// ```
    pub static CONVERSION_FAILED_QUEUE_NOT_EMPTY = {
        id: "QUE002", name: "conversion-failed-queue-not-empty", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q189731", "Q192186", "Q195804"],
        needs: [ConversionFailed],
        tags: ["queue", "triage", "stuck"],
        check: Backup(conversion_failed_queue_not_empty),
    }
}

fn conversion_failed_queue_not_empty(backup: &Backup, findings: &mut Findings<'_>) {
    not_empty(backup, QueueKind::ContentConversionFailed, findings);
}

fn not_empty(backup: &Backup, kind: QueueKind, findings: &mut Findings<'_>) {
    let held: Vec<_> = backup.items(kind).collect();
    if held.is_empty() {
        return;
    }
    let proof = held.iter().map(|record| shown(backup, record));
    let name = kind.display_name();
    findings.report(format!("queue {name} holds {} message{}", held.len(), plural(held.len()))).first_evidences(proof).affects(name, held.len());
}

declare_rule! {
    /// Mail in MTS-OUT is older than the time-out.
    ///
    /// ## Why it matters
    /// 48 hours is the default time-out of normal mail, but it counts from the moment the connector takes a message over. MTS-
    /// OUT itself has no time-out and no other route, so old items mean that nobody fetches them. Reports with an empty reverse
    /// path that a peer drops (Q250507) and leaked connections on 5.0 before SP2 and 5.5 RTM (Q175982) look like this as well.
    ///
    /// ## What to do
    /// Check service state and the head of the queue; tell the senders.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// arrived: 2000-03-01T10:00:00Z
    /// //- Mtsout/2
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// arrived: 2000-03-09T14:00:00Z
    /// //- Mtsout/2
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    pub static STALE_MAIL_IN_MTSOUT = {
        id: "QUE005", name: "stale-mail-in-mtsout", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q263714", "Q156063", "Q271545"],
        needs: [Mtsout],
        tags: ["queue", "stuck"],
        check: Backup(stale_mail_in_mtsout),
    }
}

fn stale_mail_in_mtsout(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(snapshot) = backup.snapshot_time() else { return findings.undecided("a time of collection", "no time in the Backup is reliable") };
    let age = |record: &&MessageRecord| record.facts.arrival.map_or(0, |arrival| snapshot.seconds_since(arrival) / 3600);
    let limit = findings.number(&STALE_AFTER);
    let mut stale: Vec<_> = backup.items(QueueKind::MtsOut).filter(|record| age(record) > limit).collect();
    stale.sort_by_key(|record| record.facts.arrival);
    let Some(oldest) = stale.first() else { return };
    let (count, days) = (stale.len(), age(oldest) / 24);
    let proof = stale.iter().map(|record| {
        let arrival = record.facts.arrival.map(|time| time.to_string()).unwrap_or_default();
        shown(backup, record).observed(arrival).expected(format!("at most {limit} hours before the collection at {snapshot}"))
    });
    findings
        .report(format!("{count} message{} in MTS-OUT waited longer than {limit} hours; the oldest {days} days", plural(count)))
        .first_evidences(proof)
        .affects(QueueKind::MtsOut.display_name(), count);
}

declare_rule! {
    /// Mail waits on a connector that will not send it.
    ///
    /// ## Why it matters
    /// The MTA routes by the address space and knows nothing of a disabled or inbound-only service. Once in MTS-OUT the mail
    /// counts as delivered to the gateway: it is neither rerouted nor returned, and is lost if the service is never started
    /// again. If the service runs and inbound mail works, a damaged service account has the same effect (Q189184).
    ///
    /// ## What to do
    /// Run it outbound-only until empty, remove the address space, then retire it; or export and resend the mail.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000004
    /// //- Mtsout/1
    /// subject: "waits"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000002
    /// //- Mtsout/1
    /// subject: "waits"
    /// ```
    pub static MAIL_QUEUED_ON_STOPPED_CONNECTOR = {
        id: "QUE006", name: "mail-queued-on-stopped-connector", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q285090", "Q263714", "Q282780", "Q146298"],
        needs: [Mtsout, ImcsvcReg],
        tags: ["queue", "loss", "config"],
        check: Backup(mail_queued_on_stopped_connector),
    }
}

fn mail_queued_on_stopped_connector(backup: &Backup, findings: &mut Findings<'_>) {
    let waiting = backup.items(QueueKind::MtsOut).count();
    let Some(service) = &backup.service else { return };
    let Some(start) = service.dword("", "Start").filter(|start| start.data == 4) else { return };
    // Without a gateway object nobody knows whether an address space leads here; the vocabulary counts that as "may".
    let attracts = backup.gateway.as_ref().is_none_or(|gateway| gateway.address_spaces().next().is_some());
    if waiting == 0 || !attracts {
        return;
    }
    findings
        .report(format!("{waiting} message{} wait in MTS-OUT and the service is disabled", plural(waiting)))
        .evidence(Evidence::setting(service, &start).expected("2 (automatic)"))
        .first_evidences(backup.items(QueueKind::MtsOut).map(|record| shown(backup, record)))
        .affects(QueueKind::MtsOut.display_name(), waiting);
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
