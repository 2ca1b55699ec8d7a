//! The way that messages took, by their Received fields and by what reports say.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    backup::{Backup, MailRecord, MessageRecord, OwnNames, QueueKind},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    formats::mime::received,
    rules::thresholds::que::{FIXED_CLIENT, LONG_WAY, OWN_BOUNCES, OWN_HOPS, SAME_HOPS},
};

use super::{loops::affects, proof::domain_of};

/// The Received fields of one message or spool file.
struct Way<'b> {
    path: &'b str,
    record: Option<&'b MessageRecord>,
    /// The `by` host of each field, newest first.
    hosts: Vec<String>,
    /// Evidence for each field; none for attached documents.
    proof: Vec<Evidence>,
    /// Domains of the recipients.
    domains: String,
}

/// Returns the ways of at least `least` fields: of queued mail, of documents attached to it, of spool files.
fn ways(backup: &Backup, least: usize) -> Vec<Way<'_>> {
    let mut found = Vec::new();
    for record in &backup.messages {
        if record.facts.has_headers {
            found.extend(of_mail(backup, record, least));
        }
        let hosts: Vec<String> = record.facts.words.raw_hosts().map(str::to_lowercase).collect();
        if hosts.len() >= least {
            let domains = enumerated(record.facts.words.recipient_domains(), 3);
            found.push(Way { path: backup.path_of(record), record: Some(record), hosts, proof: Vec::new(), domains });
        }
    }
    for (_, file) in backup.spool_files() {
        let Some(mail) = file.spool_mail() else { continue };
        let fields: Vec<_> = mail.all("Received").collect();
        if fields.len() >= least {
            let hosts = fields.iter().map(|field| by_host(&field.value)).collect();
            let proof = fields.iter().map(|field| {
                let locator = Locator::Header { object: "document".into(), name: field.name.clone() };
                Evidence::new(file.path.as_ref(), locator).at(field.offset..field.offset + field.length)
            });
            let domains = enumerated(mail.recipients().map(|recipient| domain_of(recipient.text.trim_matches(['<', '>']))), 3);
            found.push(Way { path: &file.path, record: None, hosts, proof: proof.collect(), domains });
        }
    }
    found
}

fn of_mail<'b>(backup: &'b Backup, record: &'b MessageRecord, least: usize) -> Option<Way<'b>> {
    let mail = record.mail();
    let fields = received_of(&mail);
    if fields.len() < least {
        return None;
    }
    let object = if record.kind == crate::backup::ItemKind::Envelope { "mail" } else { record.kind.shell_name() };
    let path = backup.path_of(record);
    let proof = fields.iter().map(|value| Evidence::new(path, Locator::Header { object: object.into(), name: "Received".into() }).observed(*value));
    let domains = enumerated(record.facts.words.recipient_domains(), 3);
    Some(Way { path, record: Some(record), hosts: fields.iter().map(|value| by_host(value)).collect(), proof: proof.collect(), domains })
}

fn received_of(mail: &MailRecord) -> Vec<&str> {
    mail.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Received")).map(|(_, value)| value.as_ref()).collect()
}

fn by_host(value: &str) -> String {
    received(value).by.unwrap_or_default().to_lowercase()
}

impl Way<'_> {
    /// Returns the fields that this server wrote; without its name, those of a host that is in the way four times.
    fn own_fields(&self, own: &OwnNames, (stamps, same): (usize, usize)) -> Vec<usize> {
        let numbered = || self.hosts.iter().enumerate();
        if own.server.is_none() && own.hosts.is_empty() {
            let counts = counts(&self.hosts);
            let repeated = counts.into_iter().find(|(host, count)| !host.is_empty() && *count >= same).map(|(host, _)| host.to_owned());
            return numbered().filter(|(_, host)| Some(*host) == repeated.as_ref()).map(|(index, _)| index).collect();
        }
        // Nobody but this server writes the topmost field of mail that it took in, so its host is this server.
        let topmost = self.hosts.first().filter(|host| own.is_own(host, true));
        let is_own = |host: &String| own.is_own(host, false) || topmost == Some(host);
        let fields: Vec<usize> = numbered().filter(|(_, host)| is_own(host)).map(|(index, _)| index).collect();
        if fields.len() >= stamps { fields } else { Vec::new() }
    }

    /// Evidence for some of the fields, else for the item as a whole.
    fn proof_of(&self, fields: &[usize]) -> Vec<Evidence> {
        let fields: Vec<Evidence> = fields.iter().filter_map(|field| self.proof.get(*field)).cloned().collect();
        if fields.is_empty() { vec![Evidence::part(self.path, "attached document", 0..0).observed("")] } else { fields }
    }
}

fn counts(hosts: &[String]) -> BTreeMap<&str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for host in hosts {
        *counts.entry(host).or_default() += 1;
    }
    counts
}

declare_rule! {
    /// Message passed this server several times.
    ///
    /// ## Why it matters
    /// The message comes back to the same server: forwarding of all mail points to itself, an own domain is rerouted, the domain's A record is
    /// this server (a Windows 2000 domain controller, say), or a host with several addresses takes itself for the next exchanger.
    ///
    /// ## What to do
    /// Add an MX record, or a host for the domain. Correct the inbound entries and the smart host.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from b by srv1.ourdomain.example with Internet Mail Service (5.5.2650.21) id A; Fri, 10 Mar 2000 10:03:00 +0100
    /// header: Received: from a by srv1.ourdomain.example with Internet Mail Service (5.5.2650.21) id B; Fri, 10 Mar 2000 10:02:00 +0100
    /// header: Received: from c by srv1.ourdomain.example with Internet Mail Service (5.5.2650.21) id C; Fri, 10 Mar 2000 10:01:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from b by relay.far.example; Fri, 10 Mar 2000 10:04:00 +0100
    /// header: Received: from b by relay.far.example; Fri, 10 Mar 2000 10:03:00 +0100
    /// header: Received: from a by relay.far.example; Fri, 10 Mar 2000 10:02:00 +0100
    /// header: Received: from c by relay.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from b by srv1.ourdomain.example with Internet Mail Service (5.5.2650.21) id A; Fri, 10 Mar 2000 10:03:00 +0100
    /// header: Received: from a by srv1.ourdomain.example with Internet Mail Service (5.5.2650.21) id B; Fri, 10 Mar 2000 10:02:00 +0100
    /// header: Received: from c by relay.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from b by srv1.ourdomain.example with Internet Mail Service (5.5.2650.21) id A; Fri, 10 Mar 2000 10:03:00 +0100
    /// header: Received: from b by relay.far.example; Fri, 10 Mar 2000 10:03:00 +0100
    /// header: Received: from a by relay.far.example; Fri, 10 Mar 2000 10:02:00 +0100
    /// header: Received: from a by relay.far.example; Fri, 10 Mar 2000 10:02:00 +0100
    /// header: Received: from c by relay.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// ```
    pub static RECEIVED_LOOP_THROUGH_OWN_HOST = {
        id: "QUE028", name: "received-loop-through-own-host", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q260247", "Q190021", "Q182406"],
        needs: [Headers],
        tags: ["queue", "loop", "config"],
        check: Backup(received_loop_through_own_host),
    }
}

fn received_loop_through_own_host(backup: &Backup, findings: &mut Findings<'_>) {
    let own = backup.own_names();
    let limits = (findings.count(&OWN_HOPS), findings.count(&SAME_HOPS));
    let ways = ways(backup, limits.0.min(limits.1));
    let looping: Vec<_> = ways.iter().map(|way| (way, way.own_fields(&own, limits))).filter(|(_, fields)| !fields.is_empty()).collect();
    let Some((first, fields)) = looping.first() else { return };
    let host = fields.first().and_then(|field| first.hosts.get(*field)).map_or("", String::as_str);
    let to = if first.domains.is_empty() { String::new() } else { format!(", to {}", first.domains) };
    let more = if looping.len() > 1 { format!("; {} in all came back", counted(looping.len(), "message")) } else { String::new() };
    let finding = findings.report(format!("{} passed {host} {} times{to}{more}", first.path, fields.len()));
    let proof = looping.iter().flat_map(|(way, fields)| way.proof_of(fields).into_iter().take(4));
    finding.first_evidences(proof.map(|proof| proof.expected("one stamp of this server, or two when it passes mail on")));
    affects(finding, backup, looping.iter().filter_map(|(way, _)| way.record));
}

declare_rule! {
    /// Message with an unusual number of hops.
    ///
    /// ## Why it matters
    /// Long chains of stamps are the trace of a loop outside this server, or of one that is just starting here.
    ///
    /// ## What to do
    /// Read the chain for the pair of hosts that alternate.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from x1 by h1.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x2 by h2.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x3 by h3.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x1 by h1.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x2 by h2.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x3 by h3.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x1 by h1.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x2 by h2.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x3 by h3.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x4 by h4.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x5 by h5.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x6 by h6.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x4 by h4.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x5 by h5.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x6 by h6.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: from x1 by h1.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x2 by h2.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// header: Received: from x3 by h3.far.example; Fri, 10 Mar 2000 10:01:00 +0100
    /// ```
    pub static MANY_HOPS = {
        id: "QUE029", name: "many-hops", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q190021", "Q260247"],
        needs: [Headers],
        tags: ["queue", "loop"],
        check: Backup(many_hops),
    }
}

fn many_hops(backup: &Backup, findings: &mut Findings<'_>) {
    let own = backup.own_names();
    let limits = (findings.count(&OWN_HOPS), findings.count(&SAME_HOPS));
    let ways = ways(backup, findings.count(&LONG_WAY));
    let long: Vec<_> = ways.iter().filter(|way| way.own_fields(&own, limits).is_empty()).collect();
    let Some(first) = long.first() else { return };
    let mut hosts: Vec<(&str, usize)> = counts(&first.hosts).into_iter().collect();
    hosts.sort_by_key(|(host, count)| (std::cmp::Reverse(*count), *host));
    let hosts = enumerated(hosts.iter().map(|(host, count)| format!("{host} {count} times")), 3);
    let more = if long.len() > 1 { format!("; {} in all", counted(long.len(), "message")) } else { String::new() };
    let finding = findings.report(format!("{} has {} Received fields: {hosts}{more}", first.path, first.hosts.len()));
    let proof = long.iter().flat_map(|way| way.proof_of(&[0, way.hosts.len() - 1]));
    finding.first_evidences(proof.map(|proof| proof.expected("a handful of fields")));
    affects(finding, backup, long.iter().filter_map(|way| way.record));
}

declare_rule! {
    /// Connector returns outbound mail as unknown to itself (wildcard MX).
    ///
    /// ## Why it matters
    /// The resolver appends the own domain to each name. With a wildcard MX every outside name then resolves to the own site: the connector hands
    /// the mail to itself, and finds no such user.
    ///
    /// ## What to do
    /// Set DisableResolverSearchList to 1 and restart the service, or remove the wildcard record.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// //- Mtsin/{n} repeat=3
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:user@microsoft{n}.example
    ///   prop 0x0C1B001E: "Recipient Not Found [MSEXCH:IMC:Org:Site:SRV1]"
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableResolverSearchList"=dword:00000000
    /// //- Mtsin/{n} repeat=3
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:user@microsoft{n}.example
    ///   prop 0x0C1B001E: "MSEXCH:IMS:Org:Site:SRV1 0 (000C05A6) Unknown Recipient"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// //- Mtsin/{n} repeat=3
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:missspelled{n}@ourdomain.example
    ///   prop 0x0C1B001E: "Recipient Not Found [MSEXCH:IMC:Org:Site:SRV1]"
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@ourdomain.example
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableResolverSearchList"=dword:00000001
    /// //- Mtsin/{n} repeat=3
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:user@microsoft{n}.example
    ///   prop 0x0C1B001E: "Recipient Not Found [MSEXCH:IMC:Org:Site:SRV1]"
    /// ```
    pub static OWN_USERS_BOUNCED_BY_OWN_CONNECTOR = {
        id: "QUE030", name: "own-users-bounced-by-own-connector", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q150969", "Q153655", "Q156063", "Q153150", "Q190711", "Q191548"],
        needs: [Messages],
        tags: ["queue", "bounce", "loop", "config"],
        check: Backup(own_users_bounced_by_own_connector),
    }
}

fn own_users_bounced_by_own_connector(backup: &Backup, findings: &mut Findings<'_>) {
    let service = backup.service.as_ref();
    let switch = service.and_then(|service| service.dword("Parameters", "DisableResolverSearchList").map(|value| (service, value)));
    if switch.as_ref().is_some_and(|(_, value)| value.data != 0) {
        return;
    }
    let (own, local) = (backup.own_names(), backup.local_domains());
    let own_bounce = |record: &MessageRecord| {
        let said = record.facts.queue.report.as_ref().filter(|_| record.facts.report.is_some())?;
        said.diagnoses.iter().find(|said| is_own_unknown(said, &own)).cloned()
    };
    let bounces: Vec<_> = backup.messages.iter().filter_map(|record| Some((record, own_bounce(record)?))).collect();
    if !bounces.is_empty() && local.is_empty() {
        return findings.undecided("Imcobj.csv", "this connector calls recipients unknown, and no source names a local domain");
    }
    let outside = |said: &crate::backup::SaidLine| {
        let domain = domain_of(&said.recipient).to_lowercase();
        !domain.is_empty() && !local.contains(&domain)
    };
    let foreign: Vec<_> = bounces.into_iter().filter(|(_, said)| outside(said)).collect();
    if foreign.len() < findings.count(&OWN_BOUNCES) {
        return;
    }
    let domains: BTreeSet<String> = foreign.iter().map(|(_, said)| domain_of(&said.recipient).to_lowercase()).collect();
    let finding =
        findings.report(format!("{} of this connector call recipients at {} unknown", counted(foreign.len(), "report"), enumerated(&domains, 4)));
    finding.evidences(switch.map(|(service, value)| Evidence::setting(service, &value).expected("1")));
    finding.first_evidences(foreign.iter().map(|(record, said)| {
        let locator = Locator::Property { object: said.object.clone(), tag: said.tag };
        Evidence::new(backup.path_of(record), locator)
            .at(said.span.clone())
            .observed(said.line.as_ref())
            .expected("mail handed to the recipient's own host")
    }));
    affects(finding, backup, foreign.iter().map(|(record, _)| *record));
}

/// The line is of the connector of this server, and says that it knows no such recipient.
fn is_own_unknown(said: &crate::backup::SaidLine, own: &OwnNames) -> bool {
    let text = said.line.to_lowercase();
    let is_unknown = text.contains("recipient not found") || text.contains("unknown recipient");
    is_unknown
        && said.parsed().is_some_and(|line| {
            let server = line.fields.last().map_or("", String::as_str);
            matches!(line.component.as_str(), "IMC" | "IMS") && own.is_own(server, false)
        })
}

declare_rule! {
    /// All inbound mail comes from one local or private address.
    ///
    /// ## Why it matters
    /// An SMTP scanner or firewall sits in front, so the service never sees the real clients. Its address lists then neither block nor allow the
    /// right hosts, and 127.0.0.1 on an allow list opens the relay. The service works as designed.
    ///
    /// ## What to do
    /// Use the relay control of the program in front.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayAllowList"=hex(7):31,30,2e,30,2e,30,2e,30,3b,32,35,35,2e,30,2e,30,2e,30,00,00
    /// //- Mtsin/{n} repeat=3
    /// header: Received: from localhost ([127.0.0.1]) by srv1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id A{n}; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayAllowList"=hex(7):31,30,2e,30,2e,30,2e,30,3b,32,35,35,2e,30,2e,30,2e,30,00,00
    /// //- Mtsin/{n} repeat=3
    /// header: Received: from mail.far.example ([192.0.2.{n}]) by srv1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id A{n}; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// //- Mtsin/{n} repeat=3
    /// header: Received: from localhost ([127.0.0.1]) by srv1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id A{n}; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    pub static ALL_INBOUND_FROM_ONE_ADDRESS = {
        id: "QUE039", name: "all-inbound-from-one-address", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q254214"],
        needs: [Headers],
        tags: ["queue", "security", "relay", "config"],
        check: Backup(all_inbound_from_one_address),
    }
}

fn all_inbound_from_one_address(backup: &Backup, findings: &mut Findings<'_>) {
    let service = backup.service.as_ref();
    let lists: Vec<Evidence> = service
        .map(|service| {
            ["RelayAllowList", "RelayDenyList"]
                .iter()
                .filter_map(|name| service.value("Parameters", name))
                .map(|list| Evidence::setting(service, &list))
                .collect()
        })
        .unwrap_or_default();
    if service.is_some() && lists.is_empty() {
        return;
    }
    let own = backup.own_names();
    let inbound = backup.items(QueueKind::MtsIn).chain(backup.items(QueueKind::Bad)).filter(|record| record.facts.has_headers);
    let stamped: Vec<_> = inbound.filter_map(|record| Some((record, client_of(record, &own)?))).collect();
    let clients: BTreeSet<std::net::Ipv4Addr> = stamped.iter().map(|(_, (client, _))| *client).collect();
    let mut clients = clients.into_iter();
    let (Some(client), None) = (clients.next(), clients.next()) else { return };
    if stamped.len() < findings.count(&FIXED_CLIENT) || !(client.is_private() || client.is_loopback()) {
        return;
    }
    let finding = findings.report(format!("all {} inbound mails with a stamp of this server came from {client}", stamped.len()));
    finding.evidences(lists.into_iter().map(|list| list.expected("rules about clients that the service sees")));
    finding.first_evidences(stamped.iter().map(|(record, (_, field))| {
        let locator = Locator::Header { object: "mail".into(), name: "Received".into() };
        Evidence::new(backup.path_of(record), locator).observed(field.as_str()).expected("addresses of other hosts as well")
    }));
    affects(finding, backup, stamped.iter().map(|(record, _)| *record));
}

/// Returns the client's address in the topmost field that this server wrote, and the field.
fn client_of(record: &MessageRecord, own: &OwnNames) -> Option<(std::net::Ipv4Addr, String)> {
    let mail = record.mail();
    let fields = received_of(&mail);
    let mut fields = fields.iter().enumerate().map(|(index, value)| (index, *value, received(value)));
    let (_, value, hop) = fields.find(|(index, _, hop)| hop.by.as_deref().is_some_and(|by| own.is_own(by, *index == 0)))?;
    let texts = [hop.from_comment, hop.from].into_iter().flatten();
    let client = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_digit() && c != '.').map(str::to_owned).collect::<Vec<_>>());
    Some((client.into_iter().find_map(|part| part.parse().ok())?, value.to_owned()))
}
