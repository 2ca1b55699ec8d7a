//! Proof that several topics of the family give: records of the e-mail domains and their fields.

use crate::{
    backup::{Backup, DomainPolicy},
    diagnostics::{Evidence, Findings},
};

/// Fields of a record by their places.
pub(super) const DOMAIN: usize = 0;
pub(super) const MIME_CHARSET: usize = 1;
pub(super) const TEXT_CHARSET: usize = 2;
pub(super) const FLAGS: usize = 3;
pub(super) const WRAP_COLUMN: usize = 4;
pub(super) const RICH_TEXT: usize = 5;
pub(super) const RESERVED: usize = 6;
pub(super) const SIZE_LIMIT: usize = 7;

/// Returns the records for which something is so.
pub(super) fn records<'a>(backup: &'a Backup, is_so: impl Fn(&DomainPolicy<'a>) -> bool) -> Vec<DomainPolicy<'a>> {
    backup.domain_policies().filter(|policy| is_so(policy)).collect()
}

/// Returns evidence for a field of a record; for the whole record when it ends before the field.
pub(super) fn field(policy: &DomainPolicy<'_>, index: usize) -> Evidence {
    match policy.record.fields.get(index) {
        Some(found) => Evidence::listed_line(policy.path, found.place, &found.value),
        None => Evidence::policy(policy),
    }
}

/// Reports records with the same trouble as one finding; `told` says what is so with the first of them.
pub(super) fn report(
    findings: &mut Findings<'_>,
    records: &[DomainPolicy<'_>],
    told: impl Fn(&DomainPolicy<'_>) -> String,
    (index, expected): (usize, &str),
) {
    let Some(first) = records.first() else { return };
    let others = match records.len() {
        1 => String::new(),
        count => format!("; so it is for {} more", count - 1),
    };
    findings.report(format!("{}{others}", told(first))).first_evidences(records.iter().map(|policy| field(policy, index).expected(expected)));
}

/// Returns the domain of a record in words.
pub(super) fn domain(policy: &DomainPolicy<'_>) -> String {
    if policy.is_default() { "the record Default".to_owned() } else { format!("the record of '{}'", policy.record.domain()) }
}
