//! Entries of the Routing page's table that a build does not bear.

use std::net::Ipv4Addr;

use crate::{
    backup::{Backup, Build},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{RTM_50, RTM_55, SP2_50, build_between};

declare_rule! {
    /// Rerouting to an IP literal gives random NDRs.
    ///
    /// ## Why it matters
    /// Under load the service alters the table entry itself, so some messages are returned.
    ///
    /// ## What to do
    /// Use a host name, or install 5.5 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SampleRouting"=hex(7):61,63,6d,65,2e,6e,65,74,20,2d,3e,20,31,30,2e,31,2e,32,2e,33,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SampleRouting"=hex(7):61,63,6d,65,2e,6e,65,74,20,2d,3e,20,6d,61,69,6c,2e,61,63,6d,65,2e,6e,65,74,\
    ///   00,00
    /// ```
    pub static REROUTE_TO_IP_LITERAL = {
        id: "BLD007", name: "reroute-to-ip-literal", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2651.58" in "5.5 SP4",
        kb: ["Q245740", "Q274833"],
        needs: [ImcsvcReg, RoutingTable, ServerBuild],
        tags: ["routing"],
        check: Backup(reroute_to_ip_literal),
    }
}

fn reroute_to_ip_literal(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, RTM_55, Build::new(5, 5, 2651, 58)) else { return };
    let Some(service) = &backup.service else { return };
    let Some(table) = service.routing_table() else { return };
    let is_literal = |host: &str| host.trim_matches(['[', ']']).parse::<Ipv4Addr>().is_ok();
    let literal: Vec<_> = table.entries.iter().filter(|entry| entry.host().is_some_and(is_literal)).collect();
    let Some(first) = literal.first() else { return };
    findings
        .report(format!("'{}' reroutes to an IP address, which build {} may alter under load", first.text, found.build))
        .first_evidences(literal.iter().map(|entry| Evidence::setting(service, &table.setting).observed(entry.text).expected("a host name")))
        .evidence(found.expecting("5.5.2651.58"));
}

declare_rule! {
    /// '#' routing entry on a build that does not know it.
    ///
    /// ## Why it matters
    /// The mark for an exact match came with 5.0 SP2. Before, the entry never matches, and the domain is treated as foreign.
    ///
    /// ## What to do
    /// Install 5.0 SP2, or take the mark away.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SampleRouting"=hex(7):23,6d,73,2e,63,6f,6d,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "SampleRouting"=hex(7):23,6d,73,2e,63,6f,6d,20,2d,3e,20,69,6e,62,6f,75,6e,64,00,00
    /// ```
    pub static EXACT_DOMAIN_PREFIX_ON_OLD_50 = {
        id: "BLD008", name: "exact-domain-prefix-on-old-50", severity: Error, certainty: Possible,
        versions: [V5_0],
        fixed: "5.0.1460" in "5.0 SP2",
        kb: ["Q169683"],
        needs: [ImcsvcReg, RoutingTable, ServerBuild],
        tags: ["routing"],
        check: Backup(exact_domain_prefix_on_old_50),
    }
}

fn exact_domain_prefix_on_old_50(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, RTM_50, SP2_50) else { return };
    let Some(service) = &backup.service else { return };
    let Some(table) = service.routing_table() else { return };
    let marked: Vec<_> = table.entries.iter().filter(|entry| entry.alone).collect();
    let Some(first) = marked.first() else { return };
    findings
        .report(format!("'{}' begins with '#', which build {} does not know", first.text, found.build))
        .first_evidences(marked.iter().map(|entry| Evidence::setting(service, &table.setting).observed(entry.text).expected("no '#' before 5.0 SP2")))
        .evidence(found.expecting("5.0.1460.8"));
}
