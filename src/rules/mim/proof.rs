//! What the rules of this family have in common: which failed or arrived mail they look at, and what of it they show.

use crate::{
    backup::{
        Backup, Item, MessageView, QueueKind, SpoolFolder,
        facts::{EntityOf, InternetMessage, RawDocument, RawOrigin},
    },
    diagnostics::{Evidence, Exposure, Findings, Rule, Verdict},
};

/// Queues of mail that the connector gave up on.
pub(super) const FAILED: &[QueueKind] = &[QueueKind::Bad, QueueKind::ContentConversionFailed];
/// Queues of mail that came in, or that failed.
pub(super) const ARRIVED: &[QueueKind] = &[QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed];
/// Spool folders of mail that comes in.
pub(super) const INBOUND: &[SpoolFolder] = &[SpoolFolder::In, SpoolFolder::InArchive];

/// Returns the mail of an item that came in or failed.
pub(super) fn arrived_mail<'i, 'a>(item: &'i Item<'a>) -> Option<&'i MessageView<'a>> {
    item.mail().filter(|_| item.is_in(ARRIVED))
}

/// Returns mail of MTS-IN, and raw documents that came in: files of the spool and originals of failed mail.
pub(super) fn inbound<'i, 'a>(item: &'i Item<'a>) -> impl Iterator<Item = InternetMessage<'i, 'a>> {
    let is_inbound = |raw: &&RawDocument<'_>| raw.is_in(INBOUND) || matches!(raw.origin, RawOrigin::Notice | RawOrigin::FailureWrapper);
    let raws = item.raws().iter().filter(is_inbound).map(InternetMessage::Raw);
    item.internet_mail().filter(|_| item.is_in(&[QueueKind::MtsIn])).into_iter().chain(raws)
}

/// Returns mail that failed or waits: of the queues Bad and ContentConversionFailed, of these spool folders, and originals with notices.
pub(super) fn failed<'i, 'a>(item: &'i Item<'a>, folders: &'static [SpoolFolder]) -> impl Iterator<Item = InternetMessage<'i, 'a>> {
    let is_failed = item.is_in(FAILED);
    let raws = item.raws().iter().filter(move |raw| is_failed || raw.is_in(folders) || raw.origin == RawOrigin::Notice);
    item.internet_mail().filter(|_| is_failed).into_iter().chain(raws.map(InternetMessage::Raw))
}

/// Returns the documents that go out: files of the spool folder Out, and what this server wrote.
pub(super) fn outbound<'i, 'a>(item: &'i Item<'a>) -> impl Iterator<Item = InternetMessage<'i, 'a>> {
    item.raws().iter().filter(|raw| raw.is_outbound(item.server)).map(InternetMessage::Raw)
}

/// Returns whether the build of this server still has the defect of a rule, for rules of which only an alternative depends on it.
pub(super) fn is_exposed(rule: &Rule, backup: &Backup) -> Verdict {
    match Exposure::of(&rule.meta, backup.version.as_ref()) {
        Exposure::Yes => Verdict::Yes,
        Exposure::No => Verdict::No,
        Exposure::Unknown => Verdict::Unknown("the build is not known, so it may be fixed on this server".to_owned()),
    }
}

/// Returns the first line in a range of a document that is not blank, as such a range.
pub(super) fn first_line(raw: &RawDocument<'_>, range: std::ops::Range<u64>) -> std::ops::Range<u64> {
    let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    let bytes = raw.bytes.get(place(range.start)..place(range.end)).unwrap_or_default();
    let start = bytes.len() - bytes.trim_ascii_start().len();
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
    range.start + start as u64..range.start + (start + length) as u64
}

/// Reports every entity in one of these character sets.
pub(super) fn with_charset(item: &Item<'_>, names: &[&str], findings: &mut Findings<'_>, expected: &str) {
    for part in item.entities().filter(|part| part.has_charset(names)) {
        let charset = part.entity.charset().unwrap_or_default();
        let mailer = part.message.field("X-Mailer").map_or_else(String::new, |field| format!("; written by {}", field.value));
        findings
            .report(format!("{} ({}) is in the character set {charset}{mailer}", item.path, part.words()))
            .evidence(Evidence::mime_part(item.path, part).expected(expected));
    }
}

/// Evidence for a place in the decoded content of an entity: its bytes in hexadecimal, or the whole body when it was encoded.
pub(super) fn in_content(path: &str, part: EntityOf<'_, '_>, range: std::ops::Range<usize>) -> Evidence {
    let Some(raw) = part.message.raw() else { return Evidence::mime_part(path, part) };
    let start = part.entity.body.start;
    if part.is_plain() {
        Evidence::raw_hex(path, raw, start + range.start as u64..start + range.end as u64)
    } else {
        Evidence::part(path, part.words(), raw.span(part.entity.body.clone()))
    }
}
