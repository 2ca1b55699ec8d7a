//! Builds whose store loses mail or dies of it, and connections that leak.

use crate::{
    backup::{Backup, Build, QueueKind},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::que::{backlog::GENERAL_OUTBOUND_BACKLOG, destinations::BACKLOG_FOR_ONE_DOMAIN, waiting::STALE_MAIL_IN_MTSOUT},
};

use super::{
    proof::{FIRST_50, SP1_50, SP3_55, build_between, build_in},
    queues::{MX_CHOICE_DEFECTS, SILENT_HOSTS, queue_proof},
};

declare_rule! {
    /// Old build: hosts that send no greeting use up the connection count.
    ///
    /// ## Why it matters
    /// If a remote host accepts the connection but never sends its banner, these builds do not give the connection back after the five-minute
    /// time-out. The count for that domain leaks until nothing is sent any more. A restart helps for a while.
    ///
    /// ## What to do
    /// Apply the service pack. Until then look for long-lived established connections with netstat, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=3
    /// arrived: 2000-03-01T10:00:00Z
    /// //- Mtsout/new
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=3
    /// arrived: 2000-03-01T10:00:00Z
    /// //- Mtsout/new
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=3
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    pub static SILENT_HOSTS_USE_UP_CONNECTIONS = {
        id: "BLD602", name: "silent-hosts-use-up-connections", severity: Info, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.0 SP2; 5.5 SP1",
        kb: ["Q175982", "Q242221", "Q168735"],
        needs: [ServerBuild, Mtsout],
        tags: ["build", "stuck", "queue", "fix-ims"],
        check: Backup(silent_hosts_use_up_connections),
    }
}

fn silent_hosts_use_up_connections(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_in(backup, &SILENT_HOSTS) else { return };
    let waits = [&STALE_MAIL_IN_MTSOUT, &BACKLOG_FOR_ONE_DOMAIN, &GENERAL_OUTBOUND_BACKLOG].iter().any(|rule| findings.fires(rule, backup));
    if !waits || findings.fires(&MX_CHOICE_DEFECTS, backup) {
        return;
    }
    let mut domains: Vec<&str> = backup.items(QueueKind::MtsOut).flat_map(|record| record.facts.words.recipient_domains()).collect();
    domains.sort_unstable();
    domains.dedup();
    let places = if domains.is_empty() { String::new() } else { format!(" for {}", enumerated(domains, 4)) };
    let oldest = backup.items(QueueKind::MtsOut).filter_map(|record| record.facts.arrival).min();
    let since = oldest.map(|oldest| format!(", the oldest since {oldest}")).unwrap_or_default();
    let waiting = backup.items(QueueKind::MtsOut).count();
    let build = found.build;
    findings
        .report(format!(
            "{} wait in MTS-OUT{places}{since}; build {build} leaks connections to hosts that send no greeting",
            counted(waiting, "message")
        ))
        .evidence(queue_proof(backup, QueueKind::MtsOut))
        .evidence(found.expecting("5.0.1460.8 or 5.5.2232.9"))
        .affects(QueueKind::MtsOut.display_name(), waiting);
}

declare_rule! {
    /// SP3 store can drop inbound mail without a trace.
    ///
    /// ## Why it matters
    /// The store of 5.5 SP3 sets the number of recipients to zero if it loses its session to the transfer agent under load, and then deletes the message
    /// as done. Inbound Internet mail takes that way, outbound mail does not. The build seen is that of the service: a fixed store may be there
    /// without it.
    ///
    /// ## What to do
    /// Look at the build of Store.exe, and install 5.5 SP4 or the store 5.5.2651.68. Ask for cases of mail that was sent and never arrived, and for times
    /// at which the transfer agent was stopped.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/x{n} repeat=2
    /// subject: "in"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/x{n} repeat=2
    /// subject: "in"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/x{n} repeat=2
    /// subject: "in"
    /// ```
    pub static SP3_STORE_DROPS_INBOUND_MAIL = {
        id: "BLD603", name: "sp3-store-drops-inbound-mail", severity: Critical, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2651.68" in "5.5 SP4",
        kb: ["Q247255", "Q248838", "Q274833"],
        needs: [ServerBuild, Mtsin],
        tags: ["build", "loss", "fix-store"],
        check: Backup(sp3_store_drops_inbound_mail),
    }
}

fn sp3_store_drops_inbound_mail(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, SP3_55, Build::new(5, 5, 2651, 68)) else { return };
    let inbound = backup.items(QueueKind::MtsIn).count();
    if inbound > 0 {
        let build = found.build;
        findings
            .report(format!(
                "{} in MTS-IN, and a store of the age of build {build} drops inbound mail under load; the build of Store.exe decides",
                counted(inbound, "message")
            ))
            .evidence(found.expecting("Store.exe 5.5.2651.68"))
            .evidence(queue_proof(backup, QueueKind::MtsIn))
            .affects(QueueKind::MtsIn.display_name(), inbound);
    }
}

/// Rules about addresses that a store cannot use.
const BAD_ADDRESSES: [&str; 6] = ["MSG001", "MSG002", "MSG003", "MSG012", "MSG018", "MSG029"];

declare_rule! {
    /// Build whose store crashes over invalid addresses, and such addresses are queued.
    ///
    /// ## Why it matters
    /// Since 4.0 SP4, and in 5.0, the store takes an access violation in EcEntryIdFromORName when a report or message brings an address that it cannot
    /// use. A bad address that is queued is bound to come back as a report.
    ///
    /// ## What to do
    /// Take the messages named out of the queues before the store is started again, and install the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// p1: SMTP:joe.example.com
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// p1: SMTP:joe.example.com
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// p1: SMTP:joe.example.com
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// p1: SMTP:joe@example.com
    /// ```
    pub static INVALID_ADDRESS_CRASHES_STORE = {
        id: "BLD607", name: "invalid-address-crashes-store", severity: Critical, certainty: Possible,
        versions: [V4_0, V5_0],
        fixed: "5.0.1458.49" in "4.0 SP5; 5.0 SP1",
        kb: ["Q167132", "Q174189", "Q168735"],
        needs: [Messages, ServerBuild],
        tags: ["crash", "address", "build", "fix-store"],
        check: Backup(invalid_address_crashes_store),
    }
}

fn invalid_address_crashes_store(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_in(backup, &[(Build::new(4, 0, 995, 0), Build::new(4, 0, 996, 0)), (FIRST_50, SP1_50)]) else { return };
    let hits: Vec<_> = findings.hits().of_rules(&BAD_ADDRESSES).collect();
    if hits.is_empty() {
        return;
    }
    let mut codes: Vec<&str> = hits.iter().map(|(_, hit)| hit.rule.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let build = found.build;
    findings
        .report(format!(
            "{} with an address that a store of the age of build {build} crashes on ({})",
            counted(hits.len(), "message"),
            enumerated(codes, 6)
        ))
        .first_evidences(hits.iter().map(|(path, hit)| Evidence::file(*path).observed(hit.rule.code).expected("addresses that can be used")))
        .evidence(found.expecting("4.0.996.62 or 5.0.1458.49"));
}
