//! Size limits of the e-mail domains (Q262126).

use crate::{
    backup::{Backup, DomainPolicy, MessageRecord, QueueKind},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    mapi::PropTag,
};

use super::proof::{SIZE_LIMIT, domain, field, records, report};

declare_rule! {
    /// Size limit in the Default record has no effect.
    ///
    /// ## Why it matters
    /// The field is valid for separately configured domains only. The limit of the connector itself is kept elsewhere and is
    /// not in this file.
    ///
    /// ## What to do
    /// Set the limit on the General page of the connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,2048
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
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,2048
    /// ```
    pub static DEFAULT_SIZE_LIMIT_IGNORED = {
        id: "CPY022", name: "default-size-limit-ignored", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q262126"],
        needs: [ImccopyDomain],
        tags: ["size-limit"],
        check: Backup(default_size_limit_ignored),
    }
}

fn default_size_limit_ignored(backup: &Backup, findings: &mut Findings<'_>) {
    let limit = |policy: &DomainPolicy<'_>| policy.record.size_limit().filter(|limit| *limit > 0);
    let limited = records(backup, |policy| policy.is_default() && limit(policy).is_some());
    let told =
        |policy: &DomainPolicy<'_>| format!("{} limits messages to {} KB, which has no effect", domain(policy), limit(policy).unwrap_or_default());
    report(findings, &limited, told, (SIZE_LIMIT, "0"));
}

declare_rule! {
    /// Queued message exceeds its domain's size limit.
    ///
    /// ## Why it matters
    /// The limit of a domain applies after that of the connector; the sender will get a non-delivery report with 3903,
    /// message exceeds size limit. The unit of the field is KB in the dialog; the dialog of SP3 shows another figure although
    /// the stored one is right.
    ///
    /// ## What to do
    /// Raise the limit of the domain, or let the report go out.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// to: SMTP:joe@acme.com
    /// envelope:
    ///   prop 0x0E080003: 1468006
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,1000
    /// ```
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// to: SMTP:joe@mail.acme.com
    /// envelope:
    ///   prop 0x0E080003: 1468006
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,1000
    /// ```
    ///
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// to: SMTP:joe@acme.com
    /// body: "{x*3000}"
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,1
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// to: SMTP:joe@acme.com
    /// envelope:
    ///   prop 0x0E080003: 1468006
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
    /// //- Mtsout/00000001.TNF
    /// to: SMTP:joe@acme.com
    /// envelope:
    ///   prop 0x0E080003: 1000000
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,1000
    /// ```
    /// ```backup
    /// //- Mtsout/00000001.TNF
    /// to: SMTP:joe@mail.acme.com
    /// envelope:
    ///   prop 0x0E080003: 1468006
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    ///
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,1000
    /// +mail.acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static DOMAIN_SIZE_LIMIT_EXCEEDED = {
        id: "CPY023", name: "domain-size-limit-exceeded", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q262126", "Q257264", "Q243822"],
        needs: [ImccopyDomain, Mtsout],
        tags: ["size-limit", "queue"],
        check: Backup(domain_size_limit_exceeded),
    }
}

fn domain_size_limit_exceeded(backup: &Backup, findings: &mut Findings<'_>) {
    for policy in records(backup, |policy| !policy.is_default()) {
        let Some(limit) = policy.record.size_limit().filter(|limit| *limit > 0).map(u64::from) else { continue };
        let applies = |item: &&MessageRecord| item.facts.words.recipient_domains().any(|domain| backup.policy(domain) == Some(policy));
        let size = |item: &MessageRecord| size_of(backup, item);
        let too_large: Vec<&MessageRecord> =
            backup.items(QueueKind::MtsOut).filter(applies).filter(|item| size(item).is_some_and(|size| size > limit * 1024)).collect();
        let Some(largest) = too_large.iter().filter_map(|item| size(item)).max() else { continue };
        findings
            .report(format!(
                "{} in MTS-OUT for '{}' above its limit of {limit} KB; the largest has {} KB",
                counted(too_large.len(), "message"),
                policy.record.domain(),
                largest / 1024
            ))
            .group(policy.record.domain())
            .affects("MTS-OUT", too_large.len())
            .evidence(field(&policy, SIZE_LIMIT).expected(format!("{} or more", largest.div_ceil(1024))))
            .first_evidences(
                too_large.iter().filter_map(|item| proof_of_size(backup, item)).map(|proof| proof.expected(format!("{} at most", limit * 1024))),
            );
    }
}

/// Returns the size that the message states, else that of its file.
fn size_of(backup: &Backup, item: &MessageRecord) -> Option<u64> {
    let stated = item.facts.quotes.stated_size().map(|size| size.bytes);
    stated.or_else(|| backup.files.get(item.file).map(|file| file.size))
}

fn proof_of_size(backup: &Backup, item: &MessageRecord) -> Option<Evidence> {
    let file = backup.files.get(item.file)?;
    let Some(size) = item.facts.quotes.stated_size() else { return Some(Evidence::of_file(file)) };
    let locator = Locator::Property { object: size.object.into(), tag: PropTag::MESSAGE_SIZE };
    Some(Evidence::new(file.path.clone(), locator).at(size.span).observed(size.bytes.to_string()))
}
