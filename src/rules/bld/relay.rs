//! Relay settings that a build takes amiss, does not show, or lets itself be talked out of.

use crate::{
    backup::{Backup, Build},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{RTM_55, SP1_55, SP2_55, build_between, elements, found_build, parameter};

/// RelayFlags bits that restrict: allow list, own interfaces, authenticated clients.
const RESTRICTS: u32 = 0xE;

declare_rule! {
    /// Several relay entries crash the 5.5 RTM service at start.
    ///
    /// ## Why it matters
    /// This build damages its heap while it parses an allow list of two or more entries (access violation in RtlAllocateHeap), so the
    /// service faults at each start.
    ///
    /// ## What to do
    /// Install 5.5 SP1 or later. Until then keep one entry only.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,34,32,2e,31,00,31,39,32,2e,31,36,38,2e,34,32,2e,32,\
    ///   00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,34,32,2e,31,00,31,39,32,2e,31,36,38,2e,34,32,2e,32,\
    ///   00,00
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,34,32,2e,31,00,00
    /// ```
    pub static RELAY_LIST_CRASHES_RTM = {
        id: "BLD001", name: "relay-list-crashes-rtm", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2232" in "5.5 SP1",
        kb: ["Q179289", "Q242221"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["crash", "relay", "startup"],
        check: Backup(relay_list_crashes_rtm),
    }
}

fn relay_list_crashes_rtm(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, flags)) = parameter(backup, "RelayFlags") else { return };
    let Some(found) = build_between(backup, RTM_55, SP1_55) else { return };
    let entries = elements(backup, "RelayAllowList");
    if entries.len() < 2 {
        return;
    }
    findings
        .report(format!("RelayAllowList holds {}; build {} crashes on more than one", counted(entries.len(), "entry"), found.build))
        .first_evidences(entries.into_iter().map(|(_, proof)| proof.expected("one entry at most before 5.5 SP1")))
        .evidence(Evidence::setting(service, &flags))
        .evidence(found.expecting("5.5.2232.9"));
}

declare_rule! {
    /// Relay restrictions can be bypassed with encapsulated addresses.
    ///
    /// ## Why it matters
    /// Mail to an address like IMCEASMTP-user+40domain@local-domain is passed on although rerouting is off or restricted. The relay is
    /// open in spite of the settings.
    ///
    /// ## What to do
    /// Install 5.5 SP3 (Msexcimc.exe 5.5.2650.1) or later. Site links over the Internet service then need rerouting, and the peer's
    /// address in the allow list.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
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
    /// "RelayFlags"=dword:00000008
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000001
    /// ```
    pub static RELAY_BYPASS_ENCAPSULATED = {
        id: "BLD010", name: "relay-bypass-encapsulated", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2650.1" in "5.5 SP3",
        kb: ["Q237927"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["relay", "security"],
        check: Backup(relay_bypass_encapsulated),
    }
}

fn relay_bypass_encapsulated(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, flags)) = parameter(backup, "RelayFlags") else { return };
    let Some(found) = build_between(backup, RTM_55, Build::new(5, 5, 2650, 1)) else { return };
    if flags.data & RESTRICTS != 0 {
        findings
            .report(format!(
                "relay restrictions are on (RelayFlags {}), and build {} relays for encapsulated addresses against them",
                flags.data, found.build
            ))
            .evidence(Evidence::setting(service, &flags))
            .evidence(found.expecting("5.5.2650.1"));
    }
}

declare_rule! {
    /// Site link needs an allow entry since SP3.
    ///
    /// ## Why it matters
    /// From SP3 on, encapsulated addresses no longer pass the relay restrictions. Mail for recipients behind the other site's bridgehead
    /// comes in that form and is returned, unless the peer may relay.
    ///
    /// ## What to do
    /// Enable rerouting and add the address of the other site's bridgehead to the hosts that may relay.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Org§SITEB§1§SMTP:siteb.example.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Org§SITEB§1§SMTP:siteb.example.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,30,2e,31,2e,31,2e,31,00,00
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,Connected-Domains
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),Org§SITEB§1§SMTP:siteb.example.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// ```
    pub static SITE_LINK_NEEDS_REROUTING = {
        id: "BLD012", name: "site-link-needs-rerouting", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q237927"],
        needs: [ImcsvcReg, ImcobjCsv, ServerBuild],
        tags: ["site-connector", "relay"],
        check: Backup(site_link_needs_rerouting),
    }
}

fn site_link_needs_rerouting(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, flags)) = parameter(backup, "RelayFlags") else { return };
    let Some(found) = found_build(backup).filter(|found| found.build >= Build::new(5, 5, 2650, 1)) else { return };
    let has_peers = flags.data & 2 != 0 && !elements(backup, "RelayAllowList").is_empty();
    if flags.data & RESTRICTS == 0 || has_peers {
        return;
    }
    let (Some(directory), Some(gateway)) = (&backup.directory, &backup.gateway) else { return };
    let Some(column) = gateway.column("Connected-Domains") else {
        return findings.undecided("Imcobj.csv", "the export has no column Connected-Domains");
    };
    let sites: Vec<_> = column.values.iter().filter(|value| !value.trim().is_empty()).collect();
    let Some(first) = sites.first() else { return };
    findings
        .report(format!(
            "{} linked over this service, the first '{first}', and no host may relay (RelayFlags {})",
            counted(sites.len(), "site"),
            flags.data
        ))
        .evidence(Evidence::attribute(directory, gateway, column).observed(first.as_ref()))
        .evidence(Evidence::setting(service, &flags).expected("bit 2 set, and the peers in RelayAllowList"))
        .evidence(found.proof.expected("before 5.5.2650.1 the link works without"));
}

declare_rule! {
    /// Relay settings can be seen only in the registry.
    ///
    /// ## Why it matters
    /// Before 5.5 SP2 there is no dialog for relay restrictions: the lists are registry values only, and an administrator may not know that
    /// they exist.
    ///
    /// ## What to do
    /// Document the values, or upgrade and look after them in the Routing Restrictions dialog.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// ```
    pub static RELAY_SETTINGS_HIDDEN_FROM_DIALOG = {
        id: "BLD032", name: "relay-settings-hidden-from-dialog", severity: Info, certainty: Likely,
        versions: [V5_5],
        kb: ["Q255695", "Q193922"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["relay"],
        check: Backup(relay_settings_hidden_from_dialog),
    }
}

fn relay_settings_hidden_from_dialog(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(found) = build_between(backup, RTM_55, SP2_55) else { return };
    let is_relay = |name: &str| name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("relay"));
    let values: Vec<_> = service.values_of("Parameters").into_iter().filter(|value| is_relay(&value.value.name)).collect();
    if values.is_empty() {
        return;
    }
    let proof = values.iter().filter_map(|value| service.value("Parameters", &value.value.name)).map(|setting| Evidence::setting(service, &setting));
    findings
        .report(format!("{} on relaying set, for which build {} has no dialog", counted(values.len(), "value"), found.build))
        .first_evidences(proof)
        .evidence(found.expecting("5.5.2448.0"));
}
