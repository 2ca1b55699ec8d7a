//! The same message several times in one queue.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    backup::{Backup, ItemKind, MailRecord, MessageRecord, Queue, QueueKind, Stamp},
    base::{counted, hex},
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::que::JOURNAL_COPIES,
};

use super::{
    proof::{envelope_recipients, place, shown, shown_time},
    tally::Tally,
};

/// The items of one queue that are one message, by its Message-ID or search key.
struct Copies<'b> {
    id: String,
    copies: Vec<(&'b MessageRecord, Vec<String>)>,
}

/// Returns the messages that a queue holds more than once. Reports have no identity that tells copies.
fn copies<'b>(backup: &'b Backup, queue: &Queue) -> Vec<Copies<'b>> {
    let index = backup.queues.iter().position(|other| other.folder == queue.folder);
    let in_queue = || backup.messages.iter().filter(|record| Some(record.queue) == index && record.kind != ItemKind::Report);
    let mut seen = Tally::new(queue.messages);
    in_queue().filter_map(|record| identity(record, &record.shell.outline())).for_each(|id| seen.count(&id, false));
    let mut groups: BTreeMap<String, Vec<(&MessageRecord, Vec<String>)>> = BTreeMap::new();
    for record in in_queue() {
        let shell = record.shell.outline();
        let Some(id) = identity(record, &shell).filter(|id| seen.at_most(id)[0] > 1) else { continue };
        let mut recipients: Vec<String> =
            envelope_recipients(record, &shell).into_iter().map(|(kind, address)| format!("{kind}:{address}")).collect();
        recipients.sort_unstable();
        groups.entry(id).or_default().push((record, recipients));
    }
    groups.into_iter().filter(|(_, copies)| copies.len() > 1).map(|(id, copies)| Copies { id, copies }).collect()
}

/// Returns what all copies of a message have in common: its id, else its search key.
fn identity(record: &MessageRecord, shell: &MailRecord) -> Option<String> {
    let mail = shell.embedded.first().filter(|_| record.kind == ItemKind::Envelope).unwrap_or(shell);
    let id = mail.message_id.as_deref().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned);
    id.or_else(|| record.facts.words.search_key().filter(|key| !key.is_empty()).map(hex))
}

impl Copies<'_> {
    /// Distribution lists explain the copies: they came by different header recipients, or the mail went to several lists.
    fn come_by_lists(&self) -> bool {
        let numbers: BTreeSet<Vec<i32>> = self.copies.iter().map(|(record, _)| record.facts.words.recipient_numbers().collect()).collect();
        let differ = numbers.len() > 1 && numbers.iter().any(|numbers| !numbers.is_empty());
        differ || self.copies.iter().any(|(record, _)| record.facts.queue.lists >= 2)
    }

    /// Returns the largest set of copies that go to the same recipients.
    fn same_recipients(&self) -> Vec<&MessageRecord> {
        let mut sets: BTreeMap<&[String], Vec<&MessageRecord>> = BTreeMap::new();
        self.copies.iter().for_each(|(record, recipients)| sets.entry(recipients).or_default().push(*record));
        sets.into_values().max_by_key(Vec::len).unwrap_or_default()
    }
}

declare_rule! {
    /// Same message several times in one queue.
    ///
    /// ## Why it matters
    /// Copies with one id are made by the system, not by the sender. A pointer left in Queue.dat delivers again at each start; processed items
    /// could not be removed from MTS-OUT (event 3038, a damaged folder or a scanner); a rebuilt queue sends again what was not yet deleted; or a PIX
    /// mail guard hides the end of the data so that the peer repeats. Copies of one inbound message at a constant interval for hours, which then
    /// stop, speak for the mail guard.
    ///
    /// ## What to do
    /// Stop the service and delete Queue.dat. Exclude the connector's mailbox from scanners. Check the firewall.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=2
    /// header: Message-ID: <one@example.com>
    /// p1: SMTP:joe@far.example
    /// ```
    /// ```backup
    /// //- Mtsout/{n} repeat=2
    /// prop 0x300B0102: hex 01 02 03 04
    /// p1: SMTP:joe@far.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/1
    /// header: Message-ID: <one@example.com>
    /// //- Mtsin/1
    /// header: Message-ID: <one@example.com>
    /// ```
    /// ```backup
    /// //- Mtsout/{n} repeat=2
    /// subject: "equal"
    /// header: Message-ID: <{n}@example.com>
    /// ```
    /// ```backup
    /// //- Mtsout/{n} repeat=2
    /// header: Message-ID: <one@example.com>
    /// p1: SMTP:joe@far.example
    ///   prop 0x66620003: {n}
    /// ```
    pub static REPEATED_MESSAGE_SAME_RECIPIENTS = {
        id: "QUE035", name: "repeated-message-same-recipients", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q239420", "Q296879", "Q312443", "Q274200", "Q295725", "Q233276"],
        needs: [Messages],
        tags: ["queue", "duplicate"],
        check: Backup(repeated_message_same_recipients),
    }
}

fn repeated_message_same_recipients(backup: &Backup, findings: &mut Findings<'_>) {
    for queue in &backup.queues {
        let groups = copies(backup, queue);
        let repeated = groups.iter().filter(|group| !group.come_by_lists()).map(|group| (group, group.same_recipients()));
        let repeated: Vec<_> = repeated.filter(|(_, copies)| copies.len() > 1).collect();
        let Some((first, same)) = repeated.first() else { continue };
        let touched = repeated.iter().map(|(_, copies)| copies.len()).sum();
        let more = if repeated.len() > 1 { format!("; {} messages in all stand there several times", repeated.len()) } else { String::new() };
        findings
            .report(format!("{} {} times in {} with the same recipients{}{more}", first.id, same.len(), queue.name, interval(same)))
            .group(queue.name.as_str())
            .first_evidences(
                repeated
                    .iter()
                    .flat_map(|(group, copies)| copies.iter().map(|record| shown_time(backup, record).expected(format!("{} once", group.id)))),
            )
            .affects(&queue.name, touched);
    }
}

/// Returns the time between the copies in words, and whether it is always the same.
fn interval(copies: &[&MessageRecord]) -> String {
    let mut times: Vec<_> = copies.iter().filter_map(|record| record.facts.arrival).collect();
    times.sort_unstable();
    let gaps: Vec<i64> = times.windows(2).filter_map(|pair| Some(pair.last()?.seconds_since(*pair.first()?))).collect();
    let (Some(least), Some(most)) = (gaps.iter().min(), gaps.iter().max()) else { return String::new() };
    match (*least, *most) {
        (_, 0) => String::new(),
        (least, most) if gaps.len() > 1 && (most - least) * 10 <= most => format!(", always {} minutes apart", most / 60),
        (_, most) => format!(", up to {} minutes apart", most / 60),
    }
}

declare_rule! {
    /// Copies made by overlapping distribution lists.
    ///
    /// ## Why it matters
    /// For gateways, and for mail from outside, one copy is made for each list on which the recipient stands. That is by design and no loop.
    ///
    /// ## What to do
    /// Clean up the lists if the copies annoy.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=2
    /// header: Message-ID: <one@example.com>
    /// p1: SMTP:joe@far.example
    ///   prop 0x66620003: {n}
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/{n} repeat=2
    /// header: Message-ID: <one@example.com>
    /// p1: SMTP:joe@far.example
    ///   prop 0x66620003: 1
    /// ```
    pub static COPIES_THROUGH_SEVERAL_LISTS = {
        id: "QUE036", name: "copies-through-several-lists", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q181797", "Q143375"],
        needs: [Messages],
        tags: ["queue", "duplicate"],
        check: Backup(copies_through_several_lists),
    }
}

fn copies_through_several_lists(backup: &Backup, findings: &mut Findings<'_>) {
    for queue in &backup.queues {
        let groups = copies(backup, queue);
        let by_lists: Vec<_> = groups.iter().filter(|group| group.come_by_lists()).collect();
        let Some(first) = by_lists.first() else { continue };
        let touched = by_lists.iter().map(|group| group.copies.len()).sum();
        let more = if by_lists.len() > 1 { format!("; {} messages in all", by_lists.len()) } else { String::new() };
        let proof = by_lists.iter().flat_map(|group| &group.copies).map(|(record, recipients)| {
            let numbers = record.facts.words.recipient_numbers().map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
            place(backup, record).observed(format!("{} by list {numbers}", recipients.join(", ")))
        });
        findings
            .report(format!("{} stands {} times in {}, once for each list{more}", first.id, first.copies.len(), queue.name))
            .group(queue.name.as_str())
            .first_evidences(proof)
            .affects(&queue.name, touched);
    }
}

declare_rule! {
    /// Journal copies pile up in the connector's folders.
    ///
    /// ## Why it matters
    /// If the journaling extension cannot set properties on the copy (its event 9), unfinished copies stay behind in MTS-IN or MTS-OUT.
    ///
    /// ## What to do
    /// Correct the journal addresses, and remove the copies.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\exchsrvr\\bin\\imsext.dll"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/o=Org/ou=Site/cn=Recipients/cn=Journal"
    /// //- Mtsin/a{n} repeat=2
    /// subject: "one"
    /// //- Mtsin/b{n} repeat=2
    /// subject: "two"
    /// //- Mtsin/c{n} repeat=2
    /// subject: "three"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\exchsrvr\\bin\\imsext.dll"
    /// //- Mtsin/a{n} repeat=2
    /// subject: "one"
    /// //- Mtsin/b{n} repeat=2
    /// subject: "two"
    /// //- Mtsin/c{n} repeat=2
    /// subject: "three"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\exchsrvr\\bin\\imsext.dll"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/o=Org/ou=Site/cn=Recipients/cn=Journal"
    /// //- Mtsin/a{n} repeat=6
    /// subject: "number {n}"
    /// ```
    pub static JOURNAL_COPIES_LEFT_OVER = {
        id: "QUE037", name: "journal-copies-left-over", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q262119"],
        needs: [Messages, ImcsvcReg],
        tags: ["queue", "duplicate", "config"],
        check: Backup(journal_copies_left_over),
    }
}

fn journal_copies_left_over(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let loads = |name: &&str| service.text("Parameters", name).is_some_and(|dll| dll.data.trim().to_lowercase().ends_with("imsext.dll"));
    let Some(dll) = ["NonRoutingExtensionDll", "ExtensionDLL"].iter().find(|name| loads(name)).and_then(|name| service.text("Parameters", name))
    else {
        return;
    };
    let extension = service.values_of("Parameters\\Extension");
    let is_journal = |name: &str| name.to_lowercase().contains("journal");
    let journals =
        extension.iter().filter(|value| is_journal(&value.value.name)).filter_map(|value| service.text("Parameters\\Extension", &value.value.name));
    let journals: Vec<_> = journals.filter(|journal| !journal.data.trim().is_empty()).collect();
    if journals.is_empty() {
        return;
    }
    let mut groups: BTreeMap<(String, u64, String), Vec<&MessageRecord>> = BTreeMap::new();
    for record in backup.items(QueueKind::MtsIn).chain(backup.items(QueueKind::MtsOut)) {
        groups.entry(likeness(backup, record)).or_default().push(record);
    }
    let groups: Vec<_> = groups.into_values().filter(|copies| copies.len() > 1).collect();
    if groups.len() < findings.count(&JOURNAL_COPIES) {
        return;
    }
    let addresses = journals.iter().map(|journal| journal.data).collect::<Vec<_>>().join(", ");
    let finding = findings.report(format!("{} of equal messages wait; the extension journals to {addresses}", counted(groups.len(), "group")));
    finding.evidence(Evidence::setting(service, &dll));
    finding.evidences(journals.iter().map(|journal| Evidence::setting(service, journal).expected("the address of a mailbox that takes the copies")));
    finding.first_evidences(groups.iter().flatten().map(|record| shown(backup, record)));
    super::loops::affects(finding, backup, groups.iter().flatten().copied());
}

/// Subject, size and submit time.
fn likeness(backup: &Backup, record: &MessageRecord) -> (String, u64, String) {
    let mail = record.mail_outline();
    let size = record.facts.queue.size.map_or_else(|| backup.files.get(record.file).map_or(0, |file| file.size), u64::from);
    let submitted = match mail.submitted {
        Some(Stamp::Utc(time)) => time.to_string(),
        Some(Stamp::Local(time)) => time.to_string(),
        None => String::new(),
    };
    (mail.subject.unwrap_or_default().into(), size, submitted)
}
