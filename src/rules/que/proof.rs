//! What rules over queues share: evidence for items, their age, addresses and subjects as they compare.

use crate::{
    backup::{Backup, ItemKind, MailRecord, MessageRecord, Party, RecipientRecord},
    base::Timestamp,
    diagnostics::{Evidence, Locator},
    formats::imccopy::{DomainFormat, FormatFlags},
    mapi::PropTag,
};

/// Evidence for a queue item as a whole: its subject, else when it came.
pub(super) fn shown(backup: &Backup, record: &MessageRecord) -> Evidence {
    let arrival = record.facts.arrival.map(|time| time.to_string());
    let shell = record.shell.outline();
    let subject = shell.subject.as_deref().or_else(|| shell.embedded.first().and_then(|mail| mail.subject.as_deref()));
    let observed = subject.map(|subject| format!("subject '{subject}'")).or(arrival).unwrap_or_default();
    place(backup, record).observed(observed)
}

/// The place of a queue item as a whole.
pub(super) fn place(backup: &Backup, record: &MessageRecord) -> Evidence {
    let locator = Locator::Property { object: record.kind.shell_name().into(), tag: PropTag::SUBJECT };
    Evidence::new(backup.path_of(record), locator)
}

/// Evidence for a queue item with the time it came.
pub(super) fn shown_time(backup: &Backup, record: &MessageRecord) -> Evidence {
    place(backup, record).observed(record.facts.arrival.map(|time| time.to_string()).unwrap_or_default())
}

/// Returns the hours that an item has waited; none when it does not say when it came.
pub(super) fn hours_waited(record: &MessageRecord, snapshot: Timestamp) -> Option<i64> {
    record.facts.arrival.map(|arrival| snapshot.seconds_since(arrival) / 3600)
}

/// Returns what follows from the record of e-mail domain Default, with its place.
pub(super) fn default_record(backup: &Backup) -> Option<(&str, &DomainFormat, FormatFlags)> {
    let files = backup.siblings.imccopy.iter();
    let mut records = files.flat_map(|sibling| sibling.file.value.formats.iter().map(|record| (sibling.path.as_str(), record)));
    let (path, record) = records.find(|(_, record)| record.is_default())?;
    Some((path, record, record.flags()?))
}

/// Evidence for the flags of a record.
pub(super) fn flags_of((path, record, flags): (&str, &DomainFormat, FormatFlags)) -> Evidence {
    Evidence::listed_line(path, record.field_place(3), &flags.0.to_string())
}

/// Returns the envelope recipients; those of a report are its addressee, which the record of the shell does not hold.
pub(super) fn envelope_recipients(record: &MessageRecord, shell: &MailRecord) -> Vec<(String, String)> {
    if record.kind == ItemKind::Report {
        let destination = record.facts.queue.report.as_ref().and_then(|report| report.destination.as_deref());
        return destination.and_then(|address| address.split_once(':')).map(folded).into_iter().collect();
    }
    shell.recipients.iter().map(|RecipientRecord { party, .. }| folded(typed(party))).collect()
}

/// Returns who sent an item: the sender of the mail, else of the shell.
pub(super) fn sender(shell: &MailRecord, mail: &MailRecord) -> Option<(String, String)> {
    let said = |record: &MailRecord| record.sender.as_ref().filter(|sender| sender.address.is_some()).map(|sender| folded(typed(sender)));
    said(mail).or_else(|| said(shell))
}

fn typed(party: &Party) -> (&str, &str) {
    (party.address_type.as_deref().unwrap_or_default(), party.address.as_deref().unwrap_or_default())
}

/// Types in capitals, addresses in lower case, as they compare.
fn folded((address_type, address): (&str, &str)) -> (String, String) {
    (address_type.trim().to_uppercase(), address.trim().to_lowercase())
}

/// Returns the domain of an SMTP address.
pub(super) fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Returns whether somebody of this site has the address: anybody of the directory, or an address of a local domain.
pub(super) fn is_local((address_type, address): &(String, String), local: &[String]) -> bool {
    address_type != "SMTP" || local.iter().any(|own| own == domain_of(address))
}

/// Returns a subject without the marks of answers and forwards, in lower case.
pub(super) fn norm_subject(subject: &str) -> String {
    let mut rest = subject.trim().to_lowercase();
    while let Some(shorter) = without_prefix(&rest) {
        rest = shorter;
    }
    rest
}

/// Marks of answers and forwards in the languages of the era.
const MARKS: [&str; 10] = ["re:", "fw:", "fwd:", "aw:", "wg:", "tr:", "rv:", "sv:", "i:", "r:"];

fn without_prefix(subject: &str) -> Option<String> {
    MARKS.iter().find_map(|mark| subject.strip_prefix(mark)).map(|rest| rest.trim().to_owned())
}

/// Returns whether a subject begins with such a mark.
pub(super) fn is_answer_or_forward(subject: &str) -> bool {
    without_prefix(&subject.trim().to_lowercase()).is_some()
}

/// Returns every report in a message: itself and nested ones, each as its record.
pub(super) fn reports_in(mail: &MailRecord) -> Vec<&MailRecord> {
    let mut found = Vec::new();
    let mut open = vec![mail];
    while let Some(mail) = open.pop() {
        if is_report(mail) {
            found.push(mail);
        }
        open.extend(&mail.embedded);
    }
    found
}

/// Returns whether a message is a report by its class.
pub(super) fn is_report(mail: &MailRecord) -> bool {
    mail.message_class.as_deref().is_some_and(|class| crate::mapi::MessageClass(class).is_report())
}
