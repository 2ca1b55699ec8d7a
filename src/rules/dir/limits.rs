//! Size limits of the connector and of its mailbox, both in KB (Q146264, Q226202, Q257264).

use crate::{
    backup::{Backup, GatewayAttribute, QueueKind},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings, Severity},
    rules::thresholds::dir::SMALL_LIMIT,
};

use super::proof::{Object, column, object};

/// The largest limit that the dialog of 5.5 takes; 4.0 takes less (Q146264, Q257264).
const LARGEST_LIMIT: i64 = 9_999_999;
/// What Small Business Server 4.0 sets (Q218136).
const SMALL_BUSINESS_LIMIT: i64 = 800;
/// The size of packed replication messages; single items can be larger (Q222833).
const REPLICATION_PACK: i64 = 300;

/// Returns the limit for messages as written and as a number; says that nothing is decided when the column is missing.
fn limit<'a>(object @ (_, gateway): Object<'a>, findings: &mut Findings<'_>) -> Option<(&'a GatewayAttribute, Option<i64>)> {
    column(object, "Deliv-Cont-Length", findings)?;
    let attribute = gateway.filled("Deliv-Cont-Length")?;
    Some((attribute, attribute.values.first().and_then(|text| text.trim().parse().ok())))
}

declare_rule! {
    /// Size limit on a connector that links sites.
    ///
    /// ## Why it matters
    /// Replication of the directory and of public folders passes here too. Messages over the limit are refused and replication
    /// stands still: system messages escape the limits of other connectors, but not the one of this service. Replication packs 300
    /// KB into a message, and single items can be larger. Where the same site can be reached by another way with another limit, a
    /// message over the limit wanders until 512 reroutes are done, and its report comes hours later.
    ///
    /// ## What to do
    /// Set "No limit" on this connector, or the same limit on every way to the site.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),2048,ACME§SITEB§1§SMTP:siteb.acme.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),2048,
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),,ACME§SITEB§1§SMTP:siteb.acme.com
    /// ```
    pub static SIZE_LIMIT_ON_SITE_CONNECTOR = {
        id: "DIR060", name: "size-limit-on-site-connector", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146264", "Q257264", "Q222833", "Q160534"],
        needs: [ImcobjCsv],
        tags: ["size-limit", "site-connector"],
        check: Backup(size_limit_on_site_connector),
    }
}

fn size_limit_on_site_connector(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    if column(object, "Connected-Domains", findings).is_none_or(GatewayAttribute::is_blank) {
        return;
    }
    let (Some((attribute, Some(kilobytes @ 1..))), Some(sites)) = (limit(object, findings), gateway.filled("Connected-Domains")) else { return };
    let names = enumerated(gateway.connected_sites().map(|site| site.map_or_else(str::to_owned, |link| link.site.site.to_owned())), 3);
    let finding = findings.report(format!("messages over {kilobytes} KB are refused, and the connector links the site {names}"));
    finding.evidence(Evidence::attribute(directory, gateway, attribute).expected("no limit where sites are linked"));
    finding.evidence(Evidence::attribute(directory, gateway, sites));
    if kilobytes < REPLICATION_PACK {
        finding.of_severity(Severity::Error);
    }
}

declare_rule! {
    /// Very small message size limit.
    ///
    /// ## Why it matters
    /// Larger messages are returned with 3903 "Message exceeds size limit", and encoding adds about a third to attachments. Small
    /// Business Server 4.0 comes with a limit of 800 KB for outbound mail. From which size on a limit hurts is a rule of thumb.
    ///
    /// ## What to do
    /// Raise the limit on the page General.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),800
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Incoming message size limit
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),1024
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),10240
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),0
    /// ```
    pub static SIZE_LIMIT_VERY_SMALL = {
        id: "DIR061", name: "size-limit-very-small", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q218136", "Q257264"],
        needs: [ImcobjCsv],
        tags: ["size-limit"],
        check: Backup(size_limit_very_small),
    }
}

fn size_limit_very_small(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let small = findings.number(&SMALL_LIMIT);
    let Some((attribute, Some(kilobytes))) = limit(object, findings).filter(|(_, limit)| limit.is_some_and(|limit| (1..=small).contains(&limit)))
    else {
        return;
    };
    let preset = if kilobytes == SMALL_BUSINESS_LIMIT { ", as Small Business Server 4.0 sets it" } else { "" };
    findings
        .report(format!("messages over {kilobytes} KB are refused{preset}"))
        .evidence(Evidence::attribute(directory, gateway, attribute).expected(format!("more than {small} KB, or no limit")));
}

declare_rule! {
    /// Message size limit is out of range.
    ///
    /// ## Why it matters
    /// The dialog takes 1 to 2097151 KB (4.0), to 9999999 KB (5.5), or no limit. Another value was set by an import or in raw mode.
    ///
    /// ## What to do
    /// Correct the limit on the page General.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),-1
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),10000000
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),2 MB
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),9999999
    /// ```
    pub static SIZE_LIMIT_INVALID = {
        id: "DIR063", name: "size-limit-invalid", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146264", "Q257264"],
        needs: [ImcobjCsv],
        tags: ["size-limit", "typo"],
        check: Backup(size_limit_invalid),
    }
}

fn size_limit_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some((attribute, number)) = limit(object, findings) else { return };
    if !number.is_some_and(|limit| (0..=LARGEST_LIMIT).contains(&limit)) {
        findings
            .report(format!("the message size limit is '{}'", attribute.values.join("%")))
            .evidence(Evidence::attribute(directory, gateway, attribute).expected(format!("1 to {LARGEST_LIMIT}, or empty for no limit")));
    }
}

declare_rule! {
    /// Message size limit is zero.
    ///
    /// ## Why it matters
    /// No limit is stored as an empty attribute; the dialog cannot make a zero. Taken literally nothing of more than 1023 bytes
    /// passes. The public description of the attribute reads a zero like that; how the connector reads it is not documented.
    ///
    /// ## What to do
    /// Choose "No limit" on the page General and save.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// ```
    pub static SIZE_LIMIT_ZERO = {
        id: "DIR064", name: "size-limit-zero", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146264", "Q257264"],
        needs: [ImcobjCsv],
        tags: ["size-limit", "typo"],
        check: Backup(size_limit_zero),
    }
}

fn size_limit_zero(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some((attribute, Some(0))) = limit(object, findings) else { return };
    let is_large = |file: usize| backup.files.get(file).is_some_and(|file| file.size > 1023);
    let large = backup.items(QueueKind::MtsOut).filter(|item| is_large(item.file)).count();
    findings
        .report(format!("the message size limit is 0 KB; {large} queue items in MTS-OUT are larger than 1023 bytes"))
        .evidence(Evidence::attribute(directory, gateway, attribute).expected("empty for no limit"));
}

declare_rule! {
    /// Size limit cannot be changed on an inbound-only connector.
    ///
    /// ## Why it matters
    /// The Administrator program refuses to save a size limit on a connector without address space and connected site. From SP3 on
    /// separate limits can be set in the registry.
    ///
    /// ## What to do
    /// Add an address space for the time of the change, or use InboundSizeLimit and OutboundSizeLimit.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),,5120
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:*;1,5120
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Routing-List,Deliv-Cont-Length
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),,
    /// ```
    pub static FIXED_LIMITS_ON_INBOUND_ONLY = {
        id: "DIR094", name: "fixed-limits-on-inbound-only", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q271506"],
        needs: [ImcobjCsv],
        tags: ["size-limit"],
        check: Backup(fixed_limits_on_inbound_only),
    }
}

fn fixed_limits_on_inbound_only(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object @ (directory, gateway)) = object(backup, findings) else { return };
    let Some(spaces) = column(object, "Routing-List", findings).filter(|spaces| spaces.is_blank()) else { return };
    if let Some((attribute, Some(kilobytes @ 1..))) = limit(object, findings) {
        findings
            .report(format!("a limit of {kilobytes} KB is set on a connector without address space, where it cannot be changed"))
            .evidence(Evidence::attribute(directory, gateway, attribute).expected("no limit"))
            .evidence(Evidence::attribute(directory, gateway, spaces).expected("an address space"));
    }
}

declare_rule! {
    /// Connector object carries a storage limit.
    ///
    /// ## Why it matters
    /// The connector's queues are folders of a system mailbox, which limits of the store or of the object reach as well: over the
    /// limit no reports for the gateway can be made (event 2018 with 0x4dd), and the mailbox shows as disabled. The article is about
    /// the default limit of the store, which a collection does not hold; a limit on the object itself is the case that can be seen.
    ///
    /// ## What to do
    /// Remove the limit from the object, and drain the queues. The fault with the default limit of the store is mended in 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,MDB-Over-Quota-Limit
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),10000
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Issue warning storage limit
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),5000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,MDB-Storage-Quota,MDB-Over-Quota-Limit
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),,0
    /// ```
    pub static CONNECTOR_MAILBOX_QUOTA = {
        id: "DIR096", name: "connector-mailbox-quota", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q226202", "Q185155"],
        needs: [ImcobjCsv],
        tags: ["size-limit", "queue"],
        check: Backup(connector_mailbox_quota),
    }
}

fn connector_mailbox_quota(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((directory, gateway)) = object(backup, findings) else { return };
    let columns: Vec<_> = ["MDB-Storage-Quota", "MDB-Over-Quota-Limit"].iter().filter_map(|name| gateway.column(name)).collect();
    if columns.len() < 2 {
        findings.undecided("Imcobj.csv", "the export lacks MDB-Storage-Quota or MDB-Over-Quota-Limit, or surplus fields make them unsure");
    }
    let number = |attribute: &GatewayAttribute| attribute.values.first().and_then(|text| text.trim().parse::<u64>().ok()).filter(|limit| *limit > 0);
    let set: Vec<_> = columns.into_iter().filter_map(|attribute| Some((attribute, number(attribute)?))).collect();
    if set.is_empty() {
        return;
    }
    let is_own = |kind| matches!(kind, Some(QueueKind::MtsIn | QueueKind::MtsOut));
    let queued = backup.queues.iter().filter(|queue| is_own(queue.kind)).map(|queue| queue.bytes).sum::<u64>() / 1024;
    let told = set.iter().map(|(attribute, limit)| format!("{} is {limit} KB", attribute.column)).collect::<Vec<_>>().join(", ");
    let finding = findings.report(format!("{told}; MTS-IN and MTS-OUT hold {queued} KB"));
    finding.evidences(set.iter().map(|(attribute, _)| Evidence::attribute(directory, gateway, attribute).expected("no limit on a connector")));
    let forbids = |attribute: &GatewayAttribute| attribute.known.is_some_and(|known| known.name == "MDB-Over-Quota-Limit");
    if set.iter().any(|(attribute, limit)| forbids(attribute) && *limit < queued) {
        finding.of_severity(Severity::Warning);
    }
}
