//! Queues that grow because something behind or before the connector does not take the mail.

use std::collections::BTreeSet;

use crate::{
    backup::{Backup, Build, ItemMarks, MessageRecord, ProductLine, QueueKind},
    base::{Timestamp, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::que::{
        BOTH_STAND, GENERAL_BACKLOG, GENERAL_BACKLOG_DOMAINS, INBOUND_BACKLOG, INBOUND_WAIT, RECEIPT_BACKLOG, SHOWN_ENTRIES, STORE_FULL,
        STRANDED_AFTER,
    },
};

use super::{
    destinations::BACKLOG_FOR_ONE_DOMAIN,
    proof::{envelope_recipients, hours_waited, is_report, shown, shown_time},
    waiting::STALE_MAIL_IN_MTSOUT,
};

declare_rule! {
    /// Outbound backlog across many domains.
    ///
    /// ## Why it matters
    /// More mail is made than the line or the resolver can serve. 5.5 RTM walks its domain list slowly and loses threads to look-ups that
    /// fail, so sending and start-up get very slow.
    ///
    /// ## What to do
    /// Test with a forward host by its IP address. Add bandwidth, threads or a second connector; install 5.5 SP1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=200
    /// arrived: 2000-03-10T09:00:00Z
    /// p1: SMTP:user@domain{n}.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/{n} repeat=30
    /// arrived: 2000-03-10T09:00:00Z
    /// p1: SMTP:user@domain{n}.example
    /// ```
    pub static GENERAL_OUTBOUND_BACKLOG = {
        id: "QUE009", name: "general-outbound-backlog", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1",
        kb: ["Q261414", "Q262270", "Q184542", "Q185996", "Q242221"],
        needs: [Mtsout],
        tags: ["queue", "stuck", "fix-ims"],
        check: Backup(general_outbound_backlog),
    }
}

fn general_outbound_backlog(backup: &Backup, findings: &mut Findings<'_>) {
    let local = backup.local_domains();
    let items: Vec<_> = backup.items(QueueKind::MtsOut).collect();
    let domains = items.iter().flat_map(|item| item.facts.words.recipient_domains());
    let domains: BTreeSet<&str> = domains.filter(|domain| !local.iter().any(|own| own == domain)).collect();
    if items.len() < findings.count(&GENERAL_BACKLOG) || domains.len() < findings.count(&GENERAL_BACKLOG_DOMAINS) {
        return;
    }
    let others = [&STALE_MAIL_IN_MTSOUT, &BACKLOG_FOR_ONE_DOMAIN, &LEFTOVER_ITEMS_FOR_MSMAIL_RECIPIENTS];
    if others.iter().any(|rule| findings.fires(rule, backup)) {
        return;
    }
    let bytes: u64 = items.iter().map(|item| size_of(backup, item)).sum();
    let rate = per_hour(&items).map(|rate| format!(", {rate} arriving per hour")).unwrap_or_default();
    findings
        .report(format!("{} messages of {} KB wait in MTS-OUT for {} domains{rate}", items.len(), bytes / 1024, domains.len()))
        .first_evidences(items.iter().take(5).map(|record| shown(backup, record)))
        .evidences(thread_values(backup))
        .affects(QueueKind::MtsOut.display_name(), items.len());
}

fn per_hour(items: &[&MessageRecord]) -> Option<usize> {
    let arrivals = || items.iter().filter_map(|item| item.facts.arrival);
    let hours = (arrivals().max()?.seconds_since(arrivals().min()?) / 3600).max(1);
    Some(arrivals().count() / usize::try_from(hours).ok()?)
}

fn thread_values(backup: &Backup) -> Vec<Evidence> {
    let Some(service) = &backup.service else { return Vec::new() };
    let names = ["OutboundThreads", "InOutThreads", "ThreadsPerProcessor", "ResolverThreads", "SMTPWorkerThreads"];
    names.iter().filter_map(|name| service.dword("Parameters", name)).map(|value| Evidence::setting(service, &value)).collect()
}

fn size_of(backup: &Backup, record: &MessageRecord) -> u64 {
    record.facts.queue.size.map_or_else(|| backup.files.get(record.file).map_or(0, |file| file.size), u64::from)
}

declare_rule! {
    /// Queue longer than the administrator program shows (4.0).
    ///
    /// ## Why it matters
    /// The program lists the first 10,000 entries of a queue, so the backlog on screen is too small.
    ///
    /// ## What to do
    /// Count the files of the collection instead.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// subject: "first"
    /// //- Mtsout/x{n} repeat=10000 text
    /// x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// subject: "first"
    /// //- Mtsout/x{n} repeat=900 text
    /// x
    /// ```
    pub static QUEUE_OVER_10000 = {
        id: "QUE010", name: "queue-over-10000", severity: Info, certainty: Certain,
        versions: [V4_0],
        kb: ["Q147051"],
        needs: [Messages],
        tags: ["queue"],
        check: Backup(queue_over_10000),
    }
}

fn queue_over_10000(backup: &Backup, findings: &mut Findings<'_>) {
    let most = findings.count(&SHOWN_ENTRIES);
    for queue in backup.queues.iter().filter(|queue| queue.kind.is_some()) {
        let files = backup.entries_below(&queue.folder).filter(|file| file.is_file()).count();
        if files > most {
            findings
                .report(format!("{} holds {files} files; the administrator program of 4.0 shows {most} of them", queue.name))
                .group(queue.name.as_str())
                .evidence(Evidence::folder(queue.folder.as_ref()).observed(format!("{files} files")).expected(format!("at most {most} on screen")))
                .affects(&queue.name, files);
        }
    }
}

declare_rule! {
    /// Both queues stand still on a build with a converter deadlock.
    ///
    /// ## Why it matters
    /// Two threads of the content converter block one another: both queues stand still, and the store cannot be stopped. Stores of 5.5 from
    /// 2653.7 on have the fault, up to 2654.29 in one form and up to 2654.94 in another. The build seen is that of the service.
    ///
    /// ## What to do
    /// Look at the build of Store.exe, and bring it to 5.5.2654.94 or later.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/x{n} repeat=50
    /// subject: "in"
    /// //- Mtsout/x{n} repeat=50
    /// subject: "out"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2655.55) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/x{n} repeat=50
    /// subject: "in"
    /// //- Mtsout/x{n} repeat=50
    /// subject: "out"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/x{n} repeat=50
    /// subject: "out"
    /// ```
    pub static STORE_DEADLOCK_BUILD_WITH_BACKLOG = {
        id: "QUE011", name: "store-deadlock-build-with-backlog", severity: Error, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2654.94" in "5.5 post-SP4",
        kb: ["Q279798", "Q295969", "Q274403"],
        needs: [Mtsout, Mtsin, ServerBuild],
        tags: ["queue", "stuck", "crash", "fix-store", "build"],
        check: Backup(store_deadlock_build_with_backlog),
    }
}

fn store_deadlock_build_with_backlog(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(build) = backup.version.as_ref().and_then(|version| version.build) else { return };
    let (out, inbound) = (backup.items(QueueKind::MtsOut).count(), backup.items(QueueKind::MtsIn).count());
    let least = findings.count(&BOTH_STAND);
    if out < least || inbound < least || !(Build::new(5, 5, 2653, 7)..Build::new(5, 5, 2654, 94)).contains(&build) {
        return;
    }
    let oldest = |kind| backup.items(kind).min_by_key(|record| record.facts.arrival.map_or(i64::MAX, Timestamp::unix_seconds));
    let proof = [QueueKind::MtsOut, QueueKind::MtsIn].into_iter().filter_map(oldest).map(|record| shown_time(backup, record));
    findings
        .report(format!("{out} messages wait in MTS-OUT and {inbound} in MTS-IN; stores of the age of build {build} can block in the converter"))
        .evidences(proof.map(|proof| proof.expected("Store.exe 5.5.2654.94 or later")))
        .affects(QueueKind::MtsOut.display_name(), out)
        .affects(QueueKind::MtsIn.display_name(), inbound);
}

declare_rule! {
    /// Inbound mail piles up in MTS-IN.
    ///
    /// ## Why it matters
    /// Store or transfer agent do not take converted mail: the converter blocks itself, too few gateway threads serve more than four EDK
    /// connectors (5.5 SP3 and later), or mail loops through the routing extension.
    ///
    /// ## What to do
    /// Restart the store. Check gateway threads, the routing table and the builds.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/{n} repeat=20
    /// arrived: 2000-03-09T10:00:00Z
    /// //- Mtsin/new
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/{n} repeat=10
    /// arrived: 2000-03-10T09:59:00Z
    /// ```
    /// ```backup
    /// //- Mtsin/{n} repeat=20
    /// arrived: 2000-03-09T10:00:00Z
    /// p1: MS:NET/PO/ANN
    /// ```
    pub static INBOUND_QUEUE_BACKLOG = {
        id: "QUE012", name: "inbound-queue-backlog", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q274403", "Q282115", "Q190021"],
        needs: [Mtsin],
        tags: ["queue", "stuck"],
        check: Backup(inbound_queue_backlog),
    }
}

fn inbound_queue_backlog(backup: &Backup, findings: &mut Findings<'_>) {
    let least = findings.count(&INBOUND_BACKLOG);
    if backup.items(QueueKind::MtsIn).count() < least {
        return;
    }
    let Some(snapshot) = backup.snapshot_time() else { return findings.undecided("a time of collection", "no time in the Backup is reliable") };
    let limit = findings.number(&INBOUND_WAIT);
    let waits = |record: &&MessageRecord| record.facts.arrival.is_some_and(|arrival| snapshot.seconds_since(arrival) > limit * 3600);
    let mut waiting: Vec<_> = backup.items(QueueKind::MtsIn).filter(waits).filter(|record| !only_for_msmail(record)).collect();
    waiting.sort_by_key(|record| record.facts.arrival);
    let Some(oldest) = waiting.first().filter(|_| waiting.len() >= least) else { return };
    let hours = hours_waited(oldest, snapshot).unwrap_or(0);
    findings
        .report(format!("{} messages in MTS-IN waited longer than {limit} hours; the oldest {hours} hours", waiting.len()))
        .first_evidences(waiting.iter().map(|record| shown_time(backup, record).expected(format!("at most {limit} hours before {snapshot}"))))
        .affects(QueueKind::MtsIn.display_name(), waiting.len());
}

const MSMAIL: [&str; 2] = ["MS", "MSA"];

fn only_for_msmail(record: &MessageRecord) -> bool {
    let recipients = envelope_recipients(record, &record.shell.outline());
    !recipients.is_empty() && recipients.iter().all(|(address_type, _)| MSMAIL.contains(&address_type.as_str()))
}

declare_rule! {
    /// Delivered mail for MS Mail recipients is left in MTS-IN (4.0).
    ///
    /// ## Why it matters
    /// For a recipient that it does not recognise the store puts a gateway's mail into a spooler queue, which gateways do not have. Details,
    /// Delete and Refresh do nothing in the queue view. The mail may have been delivered all the same.
    ///
    /// ## What to do
    /// Delete the items in the MDB viewer, and apply the service pack, after which a scavenger clears them.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// arrived: 2000-03-03T10:00:00Z
    /// p1: MS:NET/PO/ANN
    /// //- Mtsin/2
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/2
    /// arrived: 2000-03-03T10:00:00Z
    /// p1: MS:NET/PO/ANN
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// arrived: 2000-03-10T09:55:00Z
    /// p1: MS:NET/PO/ANN
    /// ```
    pub static LEFTOVER_ITEMS_FOR_MSMAIL_RECIPIENTS = {
        id: "QUE013", name: "leftover-items-for-msmail-recipients", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3" gates,
        kb: ["Q155137"],
        needs: [Mtsin],
        tags: ["queue", "stuck", "fix-store"],
        check: Backup(leftover_items_for_msmail_recipients),
    }
}

fn leftover_items_for_msmail_recipients(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(snapshot) = backup.snapshot_time() else { return findings.undecided("a time of collection", "no time in the Backup is reliable") };
    let limit = findings.number(&STRANDED_AFTER);
    let is_old = |record: &&MessageRecord| record.facts.arrival.is_some_and(|arrival| snapshot.seconds_since(arrival) > limit * 3600);
    let foreign = |record: &MessageRecord| {
        let recipients = envelope_recipients(record, &record.shell.outline());
        recipients.into_iter().find(|(address_type, _)| address_type.is_empty() || MSMAIL.contains(&address_type.as_str()))
    };
    let left = backup.items(QueueKind::MtsIn).filter(is_old).filter_map(|record| Some((record, foreign(record)?)));
    let left: Vec<_> = left.collect();
    let Some((oldest, (address_type, address))) = left.iter().min_by_key(|(record, _)| record.facts.arrival) else { return };
    let days = hours_waited(oldest, snapshot).unwrap_or(0) / 24;
    findings
        .report(format!("{} in MTS-IN for MS Mail, the oldest {days} days old, to {address_type}:{address}", counted(left.len(), "item")))
        .first_evidences(
            left.iter().map(|(record, (address_type, address))| shown(backup, record).expected(format!("delivered to {address_type}:{address}"))),
        )
        .affects(QueueKind::MtsIn.display_name(), left.len());
}

declare_rule! {
    /// Queued mail may exceed the store's mailbox limit.
    ///
    /// ## Why it matters
    /// The queues are folders of the connector's mailbox. If the default limits of the private store apply to it, a mailbox above them counts as
    /// disabled, and no delivery or non-delivery report can be made (event 2018, 0x4dd). The store's limits are not in the Backup.
    ///
    /// ## What to do
    /// Clear the queues, exempt the mailbox from the limits, and install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// envelope:
    ///   prop 0x0E080003: 83886080
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// envelope:
    ///   prop 0x0E080003: 5242880
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// envelope:
    ///   prop 0x0E080003: 83886080
    /// ```
    pub static CONNECTOR_MAILBOX_NEAR_QUOTA = {
        id: "QUE038", name: "connector-mailbox-near-quota", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2591.0" in "5.5 SP3" gates,
        kb: ["Q226202"],
        needs: [Messages],
        tags: ["queue", "report", "config", "fix-store"],
        check: Backup(connector_mailbox_near_quota),
    }
}

fn connector_mailbox_near_quota(backup: &Backup, findings: &mut Findings<'_>) {
    const MEGABYTE: u64 = 1 << 20;
    let sized: Vec<_> = backup.messages.iter().map(|record| (size_of(backup, record), record)).collect();
    let total: u64 = sized.iter().map(|(size, _)| size).sum();
    if total <= findings.count(&STORE_FULL) as u64 * MEGABYTE {
        return;
    }
    let of_queue = |index: usize| sized.iter().filter(move |(_, record)| record.queue == index).map(|(size, _)| size).sum::<u64>();
    let queues = backup.queues.iter().enumerate().filter(|(_, queue)| queue.messages > 0);
    let parts: Vec<String> = queues.map(|(index, queue)| format!("{} {} MB", queue.name, of_queue(index) / MEGABYTE)).collect();
    let mut largest: Vec<_> = sized.iter().collect();
    largest.sort_by_key(|(size, record)| (std::cmp::Reverse(*size), record.file));
    let finding = findings.report(format!("the queues hold {} MB: {}", total / MEGABYTE, enumerated(parts, 6)));
    finding.evidences(largest.iter().take(5).map(|(size, record)| Evidence::file(backup.path_of(record)).observed(format!("{size} bytes"))));
    for queue in backup.queues.iter().filter(|queue| queue.messages > 0) {
        finding.affects(&queue.name, queue.messages);
    }
}

declare_rule! {
    /// Messages that ask for receipts pile up (4.0, 5.0).
    ///
    /// ## Why it matters
    /// A damaged protocol unit from the transfer agent slows or stops it when many messages with read and delivery receipts go to the Internet
    /// connector. A restart moves only a few, and some end in the Bad queue.
    ///
    /// ## What to do
    /// Install the transfer agent of 4.0 SP5 (build 996.25) or 5.0 SP1; event 9298 tells its build. Then requeue what lies in Bad.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Bad/1
    /// prop 0x0029000B: true
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=20
    /// prop 0x0023000B: true
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=5
    /// prop 0x0029000B: true
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Bad/1
    /// prop 0x0029000B: true
    /// ```
    pub static RECEIPT_REQUESTS_PILE_UP = {
        id: "QUE601", name: "receipt-requests-pile-up", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0],
        fixed: "5.0.1458.49" in "4.0 SP5; 5.0 SP1" gates,
        kb: ["Q146397", "Q168735"],
        needs: [Messages],
        tags: ["queue", "stuck", "report", "fix-mta"],
        check: Backup(receipt_requests_pile_up),
    }
}

fn receipt_requests_pile_up(backup: &Backup, findings: &mut Findings<'_>) {
    let asks = |record: &&MessageRecord| {
        let marks = record.facts.queue.marks;
        (marks.has(ItemMarks::READ_RECEIPT) || marks.has(ItemMarks::DELIVERY_REPORT)) && !is_report(&record.shell.outline())
    };
    let bad: Vec<_> = backup.items(QueueKind::Bad).filter(asks).collect();
    let out: Vec<_> = backup.items(QueueKind::MtsOut).filter(asks).collect();
    let all = backup.items(QueueKind::MtsOut).count();
    let piles = out.len() >= findings.count(&RECEIPT_BACKLOG) && out.len() * 2 > all;
    if bad.is_empty() && !piles {
        return;
    }
    let line = backup.version.as_ref().and_then(|version| version.line);
    if !matches!(line, Some(ProductLine::V4_0 | ProductLine::V5_0)) {
        return findings.undecided("server-build", "messages that ask for receipts wait, and the product line is not known");
    }
    let finding = findings.report(format!("{} of {all} messages in MTS-OUT and {} in Bad ask for receipts", out.len(), bad.len()));
    finding.first_evidences(bad.iter().chain(&out).map(|record| shown(backup, record)));
    for (kind, touched) in [(QueueKind::Bad, bad.len()), (QueueKind::MtsOut, out.len())] {
        if touched > 0 {
            finding.affects(kind.display_name(), touched);
        }
    }
}
