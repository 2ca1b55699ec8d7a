//! For which domains IMCCOPY saved records, and what is left unused in them (Q262126).

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, DomainPolicy},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::imccopy::DomainFormat,
};

use super::proof::{DOMAIN, RESERVED, domain, records, report};

declare_rule! {
    /// No Default record among the domain formats.
    ///
    /// ## Why it matters
    /// Every connector is expected to have one Default record; others exist only for domains that are configured separately.
    /// Without it the format of mail to all other domains is undefined.
    ///
    /// ## What to do
    /// Save the Internet Mail page again, or restore the records from a good copy.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +microsoft.com,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +DEFAULT,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static DOMAIN_DEFAULT_MISSING = {
        id: "CPY002", name: "domain-default-missing", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(domain_default_missing),
    }
}

fn domain_default_missing(backup: &Backup, findings: &mut Findings<'_>) {
    for sibling in &backup.siblings.imccopy {
        let file = &sibling.file.value;
        let Some(list) = file.domain_information else { continue };
        // A record that lost its plus sign is a damage of the file and no missing record.
        let is_torn = file.stray_lines.iter().any(|line| line.text.value.to_ascii_lowercase().starts_with("default"));
        if is_torn || file.formats.iter().any(DomainFormat::is_default) {
            continue;
        }
        let present = file.formats.iter().map(DomainFormat::domain);
        let present = if file.formats.is_empty() { "no records at all".to_owned() } else { format!("records for {}", enumerated(present, 5)) };
        findings
            .report(format!("{} has {present} and none for Default", sibling.path))
            .evidence(Evidence::listed_line(&sibling.path, list, "DomainInformation").expected("a record Default"))
            .first_evidences(
                file.formats
                    .iter()
                    .map(|record| Evidence::policy(&DomainPolicy { path: &sibling.path, record }).expected("Default among the domains")),
            );
    }
}

declare_rule! {
    /// Two format records for one domain.
    ///
    /// ## Why it matters
    /// Which of the records the service uses is undefined, so that mail to the domain may be encoded in either way.
    ///
    /// ## What to do
    /// Delete one of them on the Internet Mail page.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +ACME.COM,ISO-8859-1,ISO-8859-1,16,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +sub.acme.com,ISO-8859-1,ISO-8859-1,16,76,0,0,0
    /// ```
    pub static DOMAIN_DUPLICATE_RECORD = {
        id: "CPY008", name: "domain-duplicate-record", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(domain_duplicate_record),
    }
}

fn domain_duplicate_record(backup: &Backup, findings: &mut Findings<'_>) {
    let mut by_domain: BTreeMap<(&str, String), Vec<DomainPolicy<'_>>> = BTreeMap::new();
    for policy in backup.domain_policies() {
        by_domain.entry((policy.path, policy.record.domain().to_lowercase())).or_default().push(policy);
    }
    for ((path, name), group) in by_domain.into_iter().filter(|(_, group)| group.len() > 1) {
        findings
            .report(format!("{path} has {} for '{name}'", counted(group.len(), "record")))
            .group(name)
            .first_evidences(group.iter().map(|policy| Evidence::policy(policy).expected("one record for a domain")));
    }
}

declare_rule! {
    /// Format record for an impossible domain.
    ///
    /// ## Why it matters
    /// Records are chosen by the domain of the recipient, so that such an entry never applies. Names with a final dot are not
    /// supported.
    ///
    /// ## What to do
    /// Correct the domain on the Internet Mail page.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +@acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com.,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +3com.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static DOMAIN_NAME_MALFORMED = {
        id: "CPY009", name: "domain-name-malformed", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q262126", "Q156063", "Q146677"],
        needs: [ImccopyDomain],
        tags: ["encoding", "typo"],
        check: Backup(domain_name_malformed),
    }
}

fn domain_name_malformed(backup: &Backup, findings: &mut Findings<'_>) {
    let is_malformed = |name: &str| name.is_empty() || name.ends_with('.') || name.contains(['@', '/']) || name.contains(char::is_whitespace);
    let malformed = records(backup, |policy| !policy.is_default() && is_malformed(policy.record.domain()));
    let told = |policy: &DomainPolicy<'_>| format!("'{}' is no domain that a recipient can have", policy.record.domain());
    report(findings, &malformed, told, (DOMAIN, "a domain such as acme.com"));
}

declare_rule! {
    /// Unused field of a domain record is not zero.
    ///
    /// ## Why it matters
    /// The seventh field is described as unused and is 0 in every sample; another value is new information or damage.
    ///
    /// ## What to do
    /// Compare the record with a fresh dump.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,1,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static UNUSED_FIELD_NOT_ZERO = {
        id: "CPY024", name: "unused-field-not-zero", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["encoding"],
        check: Backup(unused_field_not_zero),
    }
}

fn unused_field_not_zero(backup: &Backup, findings: &mut Findings<'_>) {
    let used = records(backup, |policy| policy.record.reserved().is_some_and(|value| value != 0));
    let told = |policy: &DomainPolicy<'_>| format!("{} has {} in its unused field", domain(policy), policy.record.reserved().unwrap_or_default());
    report(findings, &used, told, (RESERVED, "0"));
}
