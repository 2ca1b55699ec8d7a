//! What the mail in the queues shows of the relay restrictions at work.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

use crate::{
    backup::{Backup, MessageRecord, QueueKind, RelayRefusal, Said, relay::ALLOW},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::svc_access::{SCANNER_MESSAGES, SCANNER_SHARE},
};

use super::proof::{active_ranges, with_settings};

/// Bits that refuse everybody whom no list or logon lets through.
const RESTRICTING: u32 = 0xE;

declare_rule! {
    /// Open relay through an SMTP scanner in front.
    ///
    /// ## Why it matters
    /// Inbound mail comes from one inside address, that of a scanner or proxy, so the service never sees the real clients. As that
    /// address may relay, the restrictions let everybody through.
    ///
    /// ## What to do
    /// Enforce relay control in the scanner and take its address off the list.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,32,37,2e,30,2e,30,2e,31,00,00
    /// //- Mtsin/{n:8} repeat=9
    /// header: Received: from localhost ([127.0.0.1]) by SRV1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id ABC{n}; Wed, 6 Oct 1999 14:00:00 +0000
    /// //- Mtsin/x
    /// header: Received: from mail.partner.example ([192.0.2.7]) by SRV1 with SMTP
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,30,2e,31,2e,31,2e,30,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// //- Mtsin/{n:8} repeat=3
    /// header: Received: from scanner ([10.1.1.9]) by SRV1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id ABC{n}; Wed, 6 Oct 1999 14:00:00 +0000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,32,37,2e,30,2e,30,2e,31,00,00
    /// //- Mtsin/{n:8} repeat=9
    /// header: Received: from mail{n}.partner.example ([192.0.2.{n}]) by SRV1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id ABC{n}; Wed, 6 Oct 1999 14:00:00 +0000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,30,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// //- Mtsin/{n:8} repeat=9
    /// header: Received: from localhost ([127.0.0.1]) by SRV1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id ABC{n}; Wed, 6 Oct 1999 14:00:00 +0000
    /// ```
    pub static RELAY_OPEN_THROUGH_SCANNER = {
        id: "SVC089", name: "relay-open-through-scanner", severity: Critical, certainty: Likely,
        versions: [V5_5],
        kb: ["Q254214", "Q251283"],
        needs: [ImcsvcReg, Mtsin],
        tags: ["relay", "security"],
        check: Backup(relay_open_through_scanner),
    }
}

fn relay_open_through_scanner(backup: &Backup, findings: &mut Findings<'_>) {
    let allowed = active_ranges(backup, ALLOW, findings);
    if allowed.is_empty() || backup.items(QueueKind::MtsIn).count() < findings.count(&SCANNER_MESSAGES) {
        return;
    }
    let own = backup.own_names();
    if own.server.is_none() && own.hosts.is_empty() {
        return findings.undecided("server names", "no source names the server, so its own Received lines are not known");
    }
    let is_ours = |item: &&MessageRecord| item.facts.words.topmost_host().is_some_and(|host| own.is_own(host, true));
    let ours: Vec<&MessageRecord> = backup.items(QueueKind::MtsIn).filter(is_ours).collect();
    let Some((address, items)) = commonest_inside_peer(&ours) else { return };
    let share = i64::try_from(items.len() * 100 / ours.len().max(1)).unwrap_or_default();
    let matching = allowed.into_iter().find(|found| found.range.matches(address));
    if let Some(found) = matching.filter(|_| share > findings.number(&SCANNER_SHARE)) {
        findings
            .report(format!("{} of {} inbound messages come from {address}, and '{}' lets it relay", items.len(), ours.len(), found.element))
            .evidence(found.proof.expected("no entry for the scanner in front"))
            .first_evidences(items.iter().map(|(item, peer)| Evidence::said(backup.path_of(item), peer).expected("the address of an outside host")))
            .affects(QueueKind::MtsIn.display_name(), items.len());
    }
}

/// An item and the host that handed it over.
type Handed<'a> = (&'a MessageRecord, Said);

/// Returns the loopback or private address that handed over most of the items.
fn commonest_inside_peer<'a>(items: &[&'a MessageRecord]) -> Option<(Ipv4Addr, Vec<Handed<'a>>)> {
    let mut by_address: BTreeMap<Ipv4Addr, Vec<Handed<'a>>> = BTreeMap::new();
    for item in items {
        let Some(peer) = item.facts.quotes.peer() else { continue };
        let address = if peer.text.eq_ignore_ascii_case("localhost") { Ok(Ipv4Addr::LOCALHOST) } else { peer.text.parse::<Ipv4Addr>() };
        let Ok(address) = address else { continue };
        if address.is_loopback() || address.is_private() {
            by_address.entry(address).or_default().push((item, peer));
        }
    }
    by_address.into_iter().max_by_key(|(_, items)| items.len())
}

declare_rule! {
    /// Own recipients are refused with 'relaying prohibited'.
    ///
    /// ## Why it matters
    /// Typical after switching to 'Do not reroute incoming SMTP mail' while the restrictions stayed in the registry: the service then
    /// refuses mail for its own users, and on SP3 hosts of the old list may go on relaying. A missing inbound entry in the routing
    /// table has the same effect.
    ///
    /// ## What to do
    /// Choose rerouting with restrictions and list the own domains as inbound, or delete RelayFlags; then restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:joe@acme.com
    /// body: "550 Relaying is prohibited"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:joe@partner.example
    /// body: "550 Relaying is prohibited"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000001
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// //- Mtsin/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:joe@acme.com
    /// body: "550 Relaying is prohibited"
    /// ```
    pub static RELAY_PROHIBITED_FOR_OWN_USERS = {
        id: "SVC100", name: "relay-prohibited-for-own-users", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q206968", "Q256856", "Q243045"],
        needs: [ImcsvcReg, Messages],
        tags: ["relay", "routing"],
        check: Backup(relay_prohibited_for_own_users),
    }
}

fn relay_prohibited_for_own_users(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let Some(flags) = service.relay().flags.filter(|flags| flags.data & RESTRICTING != 0) else { return };
    let refused: Vec<(&MessageRecord, RelayRefusal)> =
        backup.messages.iter().flat_map(|message| message.facts.quotes.relay_refusals().map(move |refusal| (message, refusal))).collect();
    let own = backup.own_domains();
    if own.is_empty() && !refused.is_empty() {
        return findings.undecided("own domains", "neither object nor registry nor notifications tell the own domains");
    }
    let is_own = |address: &str| address.rsplit_once('@').is_some_and(|(_, domain)| own.contains(&domain.to_lowercase()));
    let ours: Vec<_> = refused.into_iter().filter(|(_, refusal)| is_own(&refusal.recipient)).collect();
    let Some((_, first)) = ours.first() else { return };
    let recipients: BTreeSet<String> = ours.iter().map(|(_, refusal)| refusal.recipient.to_lowercase()).collect();
    let finding = findings.report(format!("own recipients were refused as relaying ('{}'): {}", first.words.text, enumerated(recipients.iter(), 4)));
    finding.evidence(Evidence::setting(service, &flags).expected("no restriction for own domains, which are inbound"));
    finding.first_evidences(ours.iter().map(|(message, refusal)| Evidence::said(backup.path_of(message), &refusal.words)));
    for queue in &backup.queues {
        let touched: BTreeSet<usize> =
            ours.iter().filter(|(message, _)| is_in(backup, message, &queue.name)).map(|(message, _)| message.file).collect();
        if !touched.is_empty() {
            finding.affects(&queue.name, touched.len());
        }
    }
}

fn is_in(backup: &Backup, message: &MessageRecord, queue: &str) -> bool {
    backup.queues.get(message.queue).is_some_and(|found| found.name == queue)
}
