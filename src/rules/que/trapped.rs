//! Reports that nobody will ever fetch from MTS-OUT.

use crate::{
    backup::{Backup, ItemKind, MessageRecord, QueueKind, TransferMode},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{is_report, shown};

declare_rule! {
    /// Receipts are trapped in MTS-OUT of an inbound-only service.
    ///
    /// ## Why it matters
    /// Receipts for Internet mail are made on the connector that took the mail in. If it may not send, they wait there for ever.
    ///
    /// ## What to do
    /// Set the connector to inbound and outbound, and let it forward all mail to one that sends.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Routing-List,Transfer mode
    /// Mail-Gateway,Internet Mail Connector (SRV1),,inbound only
    /// //- Mtsout/{n} repeat=15
    /// class: REPORT.IPM.Note.DR
    /// report-destination: SMTP:user@far.example
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Routing-List,Transfer mode
    /// Mail-Gateway,Internet Mail Connector (SRV1),,inbound only
    /// //- Mtsout/x
    /// subject: "ordinary"
    /// //- Mtsout/{n} repeat=15
    /// class: REPORT.IPM.Note.DR
    /// report-destination: SMTP:user@far.example
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Routing-List,Transfer mode
    /// Mail-Gateway,Internet Mail Connector (SRV1),SMTP:*;1,inbound and outbound
    /// //- Mtsout/{n} repeat=15
    /// class: REPORT.IPM.Note.DR
    /// report-destination: SMTP:user@far.example
    /// ```
    pub static RECEIPTS_TRAPPED_ON_INBOUND_ONLY = {
        id: "QUE007", name: "receipts-trapped-on-inbound-only", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q266205"],
        needs: [Mtsout],
        tags: ["queue", "report", "stuck", "config"],
        check: Backup(receipts_trapped_on_inbound_only),
    }
}

fn receipts_trapped_on_inbound_only(backup: &Backup, findings: &mut Findings<'_>) {
    let waiting: Vec<_> = backup.items(QueueKind::MtsOut).collect();
    let is_said = |record: &&MessageRecord| record.kind == ItemKind::Report || is_report(&record.mail());
    if waiting.is_empty() || !waiting.iter().all(is_said) {
        return;
    }
    let space = backup.gateway.as_ref().and_then(|gateway| gateway.column("Routing-List"));
    let Some(space) = space else { return findings.undecided("Imcobj.csv", "reports wait, and no column Routing-List tells the address space") };
    if space.values.iter().any(|value| !value.trim().is_empty()) {
        return;
    }
    let Some((mode, column)) = backup.transfer_mode() else {
        return findings.undecided(
            "the transfer mode",
            "only reports wait and there is no address space, but nothing in the collection tells the transfer mode",
        );
    };
    let (Some(directory), Some(gateway)) = (&backup.directory, &backup.gateway) else { return };
    if mode != TransferMode::InboundOnly {
        return;
    }
    let mut classes: Vec<String> = waiting.iter().filter_map(|record| record.mail().message_class).map(String::from).collect();
    classes.sort_unstable();
    classes.dedup();
    findings
        .report(format!(
            "{} wait in MTS-OUT of an inbound-only service without address space: {}",
            counted(waiting.len(), "report"),
            enumerated(classes, 4)
        ))
        .evidence(Evidence::attribute(directory, gateway, column).expected("inbound and outbound"))
        .evidence(Evidence::attribute(directory, gateway, space).expected("an address space"))
        .first_evidences(waiting.iter().map(|record| shown(backup, record)))
        .affects(QueueKind::MtsOut.display_name(), waiting.len());
}
