//! Whether the queues are of the server and organization of the directory object.

use std::collections::BTreeMap;

use crate::{
    backup::{
        Backup, HeaderStamp, MessageRecord, QueueKind,
        dn::{Dn, same_name},
    },
    base::{Timestamp, counted},
    declare_rule,
    diagnostics::{Certainty, Evidence, Findings, Locator},
    formats::dapi_csv,
};

/// Messages by one foreign host before the queue seems to be its.
const ENOUGH_STAMPED: usize = 5;
/// Messages of foreign organizations before the queue seems to be theirs.
const ENOUGH_SENT: usize = 3;

declare_rule! {
    /// Queued mail was handled by another server.
    ///
    /// ## Why it matters
    /// The top stamp is written by the server that accepted the mail. If it is always another host, the queue folders may come from a
    /// different machine than the configuration. The DNS name of a server may differ from its computer name; an alias is the harmless
    /// explanation.
    ///
    /// ## What to do
    /// Ask which server the queues were taken from.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/{n:8} repeat=5
    /// header: Received: from a.example by mail7.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// mts-id: "c=US;a= ;p=Org;l=MAIL7-000310100000Z-{n}"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/{n:8} repeat=5
    /// header: Received: from a.example by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static SERVER_DIFFERS_MESSAGES_OBJECT = {
        id: "PKG054", name: "server-differs-messages-object", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q153060", "Q190084", "Q320636", "Q191267"],
        needs: [ImcobjCsv, Messages],
        tags: ["identity"],
        check: Backup(server_differs_messages_object),
    }
}

fn server_differs_messages_object(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(object) = backup.server_of_object() else {
        return findings.undecided("server name", "the directory object does not name its server");
    };
    let stamped: Vec<(&MessageRecord, HeaderStamp, Box<str>)> = backup.items(QueueKind::MtsIn).filter_map(top_stamp).collect();
    let Some((_, _, host)) = stamped.first() else { return };
    let is_own = |message: &MessageRecord, host: &str| first_label(host).eq_ignore_ascii_case(&object.name) || submitted_on(message, &object.name);
    let is_foreign = stamped.iter().all(|(message, _, other)| other.eq_ignore_ascii_case(host) && !is_own(message, other));
    if stamped.len() < ENOUGH_STAMPED || !is_foreign || backup.messages.iter().any(|message| is_report_of(message, &object.name)) {
        return;
    }
    let path = |message: &MessageRecord| backup.files.get(message.file).map_or("", |file| file.path.as_ref());
    let finding = findings.report(format!(
        "{} in MTS-IN were accepted by {host}, the directory object is of server {}",
        counted(stamped.len(), "message"),
        object.name
    ));
    finding.evidence(Evidence::cell(&object.source).expected(format!("server {}", first_label(host))));
    finding.first_evidences(stamped.iter().map(|(message, stamp, host)| {
        let locator = Locator::Header { object: stamp.object.clone(), name: stamp.field.clone() };
        let span = stamp.offset..stamp.offset.saturating_add(stamp.length);
        Evidence::new(path(message), locator).at(span).observed(host.clone()).expected(format!("by {}", object.name))
    }));
    finding.affects(QueueKind::MtsIn.display_name(), stamped.len());
}

fn top_stamp(message: &MessageRecord) -> Option<(&MessageRecord, HeaderStamp, Box<str>)> {
    let mut stamp = message.facts.quotes.stamps().find(|stamp| stamp.hop == Some(0) && stamp.is_in_mail)?;
    let host = stamp.host.take()?;
    Some((message, stamp, host))
}

fn first_label(host: &str) -> &str {
    host.split('.').next().unwrap_or(host)
}

/// The local part of an MTS-ID begins with the server: `SRV1-000310100000Z-12`.
fn submitted_on(message: &MessageRecord, server: &str) -> bool {
    let local = message.facts.words.mts_local();
    local
        .and_then(|local| local.split_at_checked(server.len()))
        .is_some_and(|(head, rest)| head.eq_ignore_ascii_case(server) && rest.starts_with('-'))
}

/// Reports that 5.0 and later make come from `postmaster.<host>@domain` (Q191267).
fn is_report_of(message: &MessageRecord, server: &str) -> bool {
    if message.facts.report.is_none() {
        return false;
    }
    let shell = message.shell.outline();
    let senders = std::iter::once(&shell).chain(&shell.embedded).filter_map(|mail| mail.sender.as_ref()?.address.as_deref());
    let mut hosts = senders.filter_map(|address| address.split_once('@')).filter_map(|(local, _)| local.split_once('.'));
    hosts.any(|(postmaster, host)| postmaster.eq_ignore_ascii_case("postmaster") && host.eq_ignore_ascii_case(server))
}

declare_rule! {
    /// Addresses in the queues belong to another organization.
    ///
    /// ## Why it matters
    /// Senders of outbound mail must be in the connector's own organization. If all carry another one, queues and directory object are
    /// from different installations. For a while after a server was moved (Move Server Wizard, export and import by hand) old mail keeps
    /// the old directory names; an object that is younger than the messages points to that.
    ///
    /// ## What to do
    /// Separate the collections.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/{n:8} repeat=3
    /// from: "Ann" EX:/o=Contoso/ou=HQ/cn=Recipients/cn=ann
    /// originator: EX:/o=Contoso/ou=HQ/cn=Recipients/cn=ann
    /// to: SMTP:bob@example.com
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/{n:8} repeat=3
    /// from: "Ann" EX:/o=Contoso/ou=HQ/cn=Recipients/cn=ann
    /// originator: EX:/o=Contoso/ou=HQ/cn=Recipients/cn=ann
    /// to: SMTP:bob@example.com
    /// //- Mtsout/9
    /// from: "Ann" EX:/o=acme/ou=WEST/cn=Recipients/cn=ann
    /// originator: EX:/o=acme/ou=WEST/cn=Recipients/cn=ann
    /// to: SMTP:bob@example.com
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static ORGANIZATION_DIFFERS_MESSAGES_OBJECT = {
        id: "PKG055", name: "organization-differs-messages-object", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q282780", "Q306308", "Q195804", "Q251315", "Q258602"],
        needs: [ImcobjCsv, Messages],
        tags: ["identity"],
        check: Backup(organization_differs_messages_object),
    }
}

fn organization_differs_messages_object(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((own, cell)) = backup.object_organization() else {
        return findings.undecided("organization", "the directory object does not name its organization");
    };
    let mut orgs: BTreeMap<String, usize> = BTreeMap::new();
    let mut messages: Vec<(&MessageRecord, Box<str>)> = Vec::new();
    for message in backup.items(QueueKind::MtsOut) {
        let organization = |prefix: &str| Some(Dn::parse(prefix)?.organization()?.to_owned());
        let names = message.facts.quotes.dn_prefixes().filter_map(|prefix| organization(&prefix).map(|organization| (prefix, organization)));
        let names: Vec<(Box<str>, String)> = names.collect();
        if names.iter().any(|(_, org)| same_name(org, &own)) {
            return;
        }
        for (_, org) in &names {
            *orgs.entry(org.clone()).or_default() += 1;
        }
        messages.extend(names.into_iter().next().map(|(prefix, _)| (message, prefix)));
    }
    if messages.len() < ENOUGH_SENT {
        return;
    }
    let shown: Vec<String> = orgs.iter().take(5).map(|(org, count)| format!("/o={org} in {}", counted(*count, "message"))).collect();
    let created = backup.object_cell("When-Created").and_then(|cell| dapi_csv::utc_time(cell.text.trim()));
    let is_younger =
        |created: Timestamp| messages.iter().filter_map(|(message, _)| message.facts.arrival).max().is_some_and(|newest| created > newest);
    let path = |message: &MessageRecord| backup.files.get(message.file).map_or("", |file| file.path.as_ref());
    let finding =
        findings.report(format!("no Exchange address in MTS-OUT is of /o={own}, the organization of the directory object: {}", shown.join(", ")));
    finding.evidence(Evidence::cell(&cell).expected("the organization of the senders"));
    finding.first_evidences(
        messages.iter().map(|(message, prefix)| Evidence::file(path(message)).observed(prefix.clone()).expected(format!("/o={own}"))),
    );
    finding.affects(QueueKind::MtsOut.display_name(), messages.len());
    if created.is_some_and(is_younger) {
        finding.at_most(Certainty::Possible);
    }
}
