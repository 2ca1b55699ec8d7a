//! Items that may be the reason why a queue stands still.

use crate::{
    backup::{Backup, MessageRecord, QueueKind, Stamp},
    base::{Timestamp, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Severity},
    rules::thresholds::que::{HEAD_GAP, LOST_CAUSE},
};

use super::proof::{hours_waited, place, shown};

declare_rule! {
    /// Messages in the Work queue.
    ///
    /// ## Why it matters
    /// The Work queue is a folder of the connector's mailbox, not the directory Imcdata\Work. Its items were in the hands of a thread when
    /// the snapshot was made. If the service had crashed, one of them may be the reason.
    ///
    /// ## What to do
    /// Compare their times with the time of the crash, and treat old items as suspects.
    ///
    /// ## Fires
    /// ```backup
    /// //- Work/1
    /// subject: "in hand"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Work/
    /// ```
    pub static WORK_QUEUE_NOT_EMPTY = {
        id: "QUE003", name: "work-queue-not-empty", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Work],
        tags: ["queue", "triage"],
        check: Backup(work_queue_not_empty),
    }
}

fn work_queue_not_empty(backup: &Backup, findings: &mut Findings<'_>) {
    let held: Vec<_> = backup.items(QueueKind::Work).collect();
    if held.is_empty() {
        return;
    }
    let age = backup.snapshot_time().and_then(|snapshot| held.iter().filter_map(|record| hours_waited(record, snapshot)).max());
    let age = age.map(|hours| format!(", the oldest {} old", counted(usize::try_from(hours).unwrap_or(0), "hour"))).unwrap_or_default();
    let hits = findings.hits();
    let mut codes: Vec<&str> = held.iter().flat_map(|record| hits.on(backup.path_of(record))).map(|hit| hit.rule.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let told = if codes.is_empty() { String::new() } else { format!("; {} speak of them", enumerated(codes, 6)) };
    let name = QueueKind::Work.display_name();
    findings
        .report(format!("{} in the Work queue{age}{told}", counted(held.len(), "message")))
        .first_evidences(held.iter().map(|record| shown(backup, record)))
        .affects(name, held.len());
}

declare_rule! {
    /// Oldest message of MTS-OUT is the suspect.
    ///
    /// ## Why it matters
    /// The connector takes MTS-OUT from the front. If it or the store dies on a message, it dies on the same one at each start, and the rest
    /// piles up behind it.
    ///
    /// ## What to do
    /// Save everything, remove this item first, and start. If it dies again, halve the rest. Put the messages back a few at a time.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/1
    /// arrived: 2000-03-10T05:00:00Z
    /// //- Mtsout/{n}x repeat=4
    /// arrived: 2000-03-10T09:13:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// arrived: 2000-03-10T09:08:00Z
    /// //- Mtsout/2
    /// arrived: 2000-03-10T09:13:00Z
    /// ```
    /// ```backup
    /// //- Mtsout/1
    /// arrived: 2000-03-10T05:00:00Z
    /// ```
    pub static POISON_CANDIDATE_AT_QUEUE_HEAD = {
        id: "QUE004", name: "poison-candidate-at-queue-head", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q161937", "Q194560", "Q148727", "Q168883", "Q184621", "Q192540"],
        needs: [Mtsout],
        tags: ["queue", "triage", "stuck", "crash"],
        check: Backup(poison_candidate_at_queue_head),
    }
}

fn poison_candidate_at_queue_head(backup: &Backup, findings: &mut Findings<'_>) {
    let all = backup.items(QueueKind::MtsOut).count();
    let mut queue: Vec<_> = backup.items(QueueKind::MtsOut).filter_map(|record| Some((came(record)?, record))).collect();
    queue.sort_by_key(|(time, record)| (*time, record.file));
    let [(first, head), (second, _), ..] = queue.as_slice() else {
        if all >= 2 {
            findings.undecided("times of the items in MTS-OUT", "fewer than two items say when they came");
        }
        return;
    };
    let gap = second.seconds_since(*first);
    let hits = findings.hits().on(backup.path_of(head)).iter().filter(|hit| hit.severity == Severity::Critical);
    let critical: Vec<&str> = hits.map(|hit| hit.rule.code).collect();
    if critical.is_empty() && gap <= findings.number(&HEAD_GAP) * 3600 {
        return;
    }
    let told = if critical.is_empty() { String::new() } else { format!(" and is hit by {}", enumerated(critical, 4)) };
    findings
        .report(format!("the oldest of {all} messages in MTS-OUT came {} before the next{told}", duration(gap)))
        .evidence(shown(backup, head))
        .evidence(place(backup, head).observed(first.to_string()).expected(format!("close to the next item, of {second}")))
        .affects(QueueKind::MtsOut.display_name(), 1);
}

/// When an item came: its arrival, else when it was submitted.
fn came(record: &MessageRecord) -> Option<Timestamp> {
    record.facts.arrival.or_else(|| match record.mail().submitted? {
        Stamp::Utc(time) => Some(time),
        Stamp::Local(local) => local.as_utc(),
    })
}

fn duration(seconds: i64) -> String {
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    match seconds {
        ..120 => counted(count(seconds), "second"),
        120..7200 => counted(count(seconds / 60), "minute"),
        7200..172_800 => counted(count(seconds / 3600), "hour"),
        _ => counted(count(seconds / 86_400), "day"),
    }
}

declare_rule! {
    /// Failed mail is well-formed: a scanner may be the cause.
    ///
    /// ## Why it matters
    /// Antivirus programs that open items while the service works on them make sound mail fail. A second try on an attachment that is still
    /// being scanned gets a generic failure, and the mail goes to Bad (5.5 SP3); or addresses are garbled (events 4122, 4117).
    ///
    /// ## What to do
    /// Exclude Imcdata and the connector's mailbox from scanning, install 5.5 SP4, and move the messages back.
    ///
    /// ## Fires
    /// ```backup
    /// //- Bad/{n} repeat=3
    /// subject: "sound"
    /// attach: a.zip 12 KB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Bad/{n} repeat=2
    /// subject: "sound"
    /// attach: a.zip 12 KB
    /// ```
    /// ```backup
    /// //- Bad/{n} repeat=3
    /// subject: "sound"
    /// //- Bad/x
    /// p1: SMTP:no.domain
    /// prop 0x001A001E: none
    /// attribute 0x00078008: none
    /// ```
    pub static SCANNER_SUSPECTED = {
        id: "QUE040", name: "scanner-suspected", severity: Info, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2653.12" in "5.5 SP4",
        kb: ["Q271591", "Q242320", "Q230250", "Q296879"],
        needs: [Bad],
        tags: ["queue", "triage", "stuck", "fix-store"],
        check: Backup(scanner_suspected),
    }
}

fn scanner_suspected(backup: &Backup, findings: &mut Findings<'_>) {
    let failed: Vec<_> = backup.items(QueueKind::Bad).chain(backup.items(QueueKind::ContentConversionFailed)).collect();
    let is_of_content = |code: &str| code.starts_with("MSG") || code.starts_with("MIM");
    let hits = findings.hits();
    // A stream that could not be read whole is not sound, whatever the rules on content say.
    let explained = |record: &&MessageRecord| {
        let is_whole = backup.files.get(record.file).is_some_and(|file| file.anomalies.is_empty());
        !is_whole || hits.on(backup.path_of(record)).iter().any(|hit| is_of_content(hit.rule.code) && hit.severity >= Severity::Error)
    };
    if failed.len() < findings.count(&LOST_CAUSE) || failed.iter().any(explained) {
        return;
    }
    let zipped = failed.iter().filter(|record| has_packed_attachment(record)).count();
    let service = backup.service.as_ref();
    let reroute = service.and_then(|service| service.dword("Parameters", "ReRouteViaStore").map(|value| Evidence::setting(service, &value)));
    let finding = findings.report(format!("{} failed, no rule explains why; {zipped} carry packed attachments", counted(failed.len(), "message")));
    for (kind, name) in [QueueKind::Bad, QueueKind::ContentConversionFailed].map(|kind| (kind, kind.display_name())) {
        let touched = failed.iter().filter(|record| backup.queue_kind_of(record) == Some(kind)).count();
        if touched > 0 {
            finding.affects(name, touched);
        }
    }
    finding.evidences(reroute);
    finding.first_evidences(failed.iter().map(|record| shown(backup, record)));
}

fn has_packed_attachment(record: &MessageRecord) -> bool {
    let is_packed = |name: &str| {
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
        ["zip", "cab", "gz", "tgz", "arj", "lzh", "rar"].contains(&extension.as_str())
    };
    record.mail().attachments.iter().any(|attachment| attachment.long_name.as_deref().or(attachment.name.as_deref()).is_some_and(is_packed))
}
