//! Queues whose destinations tell the story: one domain that hogs them, or reports to strangers.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, QueueKind},
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::ReportKind,
    rules::thresholds::que::{BACKLOG, BACKLOG_DOMAINS, BACKSCATTER, BACKSCATTER_DOMAINS},
};

declare_rule! {
    /// Mail piles up for one domain.
    ///
    /// ## Why it matters
    /// One destination hogs the queue: its name does not resolve, it drops connections (own code 499), refuses our address, has
    /// many equal MX records (5.0 RTM chooses badly), or a large message hangs a 4.0 thread.
    ///
    /// ## What to do
    /// Test the domain with restest; enter its host's IP for the domain; set a maximum size for it on 4.0.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=15
    /// p1: SMTP:user@bigisp.example
    /// //- Mtsout/o{n} repeat=7
    /// p1: SMTP:user@other{n}.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/{n} repeat=22
    /// p1: SMTP:user@domain{n}.example
    /// ```
    pub static BACKLOG_FOR_ONE_DOMAIN = {
        id: "QUE008", name: "backlog-for-one-domain", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q262782", "Q228725", "Q198981", "Q152165", "Q152940"],
        needs: [Mtsout],
        tags: ["queue", "stuck", "config"],
        check: Backup(backlog_for_one_domain),
    }
}

fn backlog_for_one_domain(backup: &Backup, findings: &mut Findings<'_>) {
    let local = backup.local_domains();
    let mut waiting: BTreeMap<&str, usize> = BTreeMap::new();
    let items: Vec<_> = backup.items(QueueKind::MtsOut).collect();
    for domain in items.iter().flat_map(|item| item.facts.words.recipient_domains()).filter(|domain| !local.iter().any(|own| own.as_str() == *domain))
    {
        *waiting.entry(domain).or_default() += 1;
    }
    let total: usize = waiting.values().sum();
    let Some((&domain, &count)) = waiting.iter().max_by_key(|(_, count)| **count) else { return };
    if items.len() < findings.count(&BACKLOG) || count * 2 <= total || waiting.len() < findings.count(&BACKLOG_DOMAINS) {
        return;
    }
    let touched: Vec<_> = items.iter().filter(|item| item.facts.words.recipient_domains().any(|own| own == domain)).collect();
    let proof = touched.iter().map(|item| Evidence::file(backup.path_of(item)).observed(format!("recipient at {domain}")));
    findings
        .report(format!("{count} of {total} recipients waiting in MTS-OUT are at {domain}; the rest are spread over {} domains", waiting.len() - 1))
        .first_evidences(proof)
        .affects(QueueKind::MtsOut.display_name(), touched.len());
}

declare_rule! {
    /// Outbound queue is full of reports to strangers (backscatter).
    ///
    /// ## Why it matters
    /// The service checks only the domain at RCPT, takes mail for unknown users and returns it to the forged sender. With 'do
    /// not reroute' on, outsiders even use the report to deliver their text.
    ///
    /// ## What to do
    /// Use rerouting with restrictions and authentication, filter earlier, purge the reports.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n} repeat=24
    /// class: REPORT.IPM.Note.NDR
    /// report-destination: SMTP:user@victim{n}.example
    /// failed: SMTP:nobody@example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/{n} repeat=5
    /// class: REPORT.IPM.Note.NDR
    /// report-destination: SMTP:user@victim{n}.example
    /// failed: SMTP:nobody@example.com
    /// ```
    pub static NDR_BACKSCATTER = {
        id: "QUE020", name: "ndr-backscatter", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q255695", "Q304897"],
        needs: [Mtsout],
        tags: ["queue", "spam", "security", "report", "loop"],
        check: Backup(ndr_backscatter),
    }
}

fn ndr_backscatter(backup: &Backup, findings: &mut Findings<'_>) {
    let reports: Vec<_> =
        backup.items(QueueKind::MtsOut).filter(|item| item.facts.report == Some(ReportKind::NonDelivery) || item.facts.is_notice).collect();
    let total = backup.items(QueueKind::MtsOut).count();
    let mut domains: Vec<&str> = reports.iter().flat_map(|item| item.facts.words.recipient_domains()).collect();
    domains.sort_unstable();
    domains.dedup();
    if reports.len() < findings.count(&BACKSCATTER) || reports.len() * 2 <= total || domains.len() < findings.count(&BACKSCATTER_DOMAINS) {
        return;
    }
    let proof = reports.iter().map(|item| {
        let to = item.facts.words.recipient_domains().next().map(|domain| format!("report to {domain}")).unwrap_or_default();
        Evidence::file(backup.path_of(item)).observed(to)
    });
    findings
        .report(format!("{} of {total} messages in MTS-OUT are reports, to {} domains", reports.len(), domains.len()))
        .first_evidences(proof)
        .affects(QueueKind::MtsOut.display_name(), reports.len());
}
