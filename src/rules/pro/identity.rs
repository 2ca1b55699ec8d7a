//! Whose the connector's profile is: which server and mailbox it logs on to (Q165505, Q183015).

use std::{collections::BTreeSet, net::Ipv4Addr};

use crate::{
    backup::{
        Backup, Profile, RegistryText, ServerName,
        dn::{Dn, same_name},
    },
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings, Severity},
    formats::profile_blob::ProfileValue,
    mapi::PropTag,
};

use super::proof::{Placed, connectors, proof, properties};

const HOME_SERVER: PropTag = PropTag(0x6602_001E);
const USER: PropTag = PropTag(0x6603_001E);
const UNRESOLVED_NAME: PropTag = PropTag(0x6607_001E);
const UNRESOLVED_SERVER: PropTag = PropTag(0x6608_001E);
const STORE_KIND: PropTag = PropTag(0x660A_0003);
const MAILBOX: PropTag = PropTag(0x660B_001E);
const ADDRESSES: PropTag = PropTag(0x6613_101E);
const CONVERSION_PROHIBITED: PropTag = PropTag(0x3A03_000B);

declare_rule! {
    /// Connector profiles point to different servers.
    ///
    /// ## Why it matters
    /// All profiles of one connector log on to its own server. One that names another server is left over from a move, or was copied
    /// in.
    ///
    /// ## What to do
    /// Delete the stale profile while the service is stopped.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,6e,70,3a,53,52,56,31,00
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 99F0\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,6e,70,3a,4f,4c,44,53,52,56,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,6e,70,3a,53,52,56,31,00
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 99F0\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,6e,70,3a,73,72,76,31,00
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,6e,70,3a,53,52,56,31,00
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 99F0]
    /// ```
    pub static PROFILES_NAME_DIFFERENT_SERVERS = {
        id: "PRO004", name: "profiles-name-different-servers", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q183015", "Q184621", "Q201121"],
        needs: [ImcproReg],
        tags: ["profile", "identity"],
        check: Backup(profiles_name_different_servers),
    }
}

fn profiles_name_different_servers(backup: &Backup, findings: &mut Findings<'_>) {
    let named: Vec<_> = backup.servers_by_profile().into_iter().filter(|(_, servers)| !servers.is_empty()).collect();
    let set_of = |servers: &[ServerName<RegistryText<'_>>]| -> BTreeSet<String> {
        servers.iter().map(|server| short(&server.name).trim().to_lowercase()).collect()
    };
    let sets: Vec<BTreeSet<String>> = named.iter().map(|(_, servers)| set_of(servers)).collect();
    // Profiles that name the same servers are alike, and a name in all of them tells that none is apart.
    let distinct: BTreeSet<&BTreeSet<String>> = sets.iter().collect();
    let is_common = |name: &String| distinct.iter().all(|set| set.contains(name));
    if sets.first().is_some_and(|set| set.iter().any(is_common)) {
        return;
    }
    let is_apart = |own: &BTreeSet<String>| distinct.iter().any(|other| own.is_disjoint(other));
    let apart: Vec<_> = named.iter().zip(&sets).filter(|(_, own)| is_apart(own)).map(|(found, _)| found).collect();
    if apart.is_empty() {
        return;
    }
    let told = |(profile, servers): &&(&Profile, Vec<ServerName<RegistryText<'_>>>)| {
        servers.first().map(|server| format!("'{}' {}", profile.name, server.name))
    };
    findings.report(format!("profiles name different servers: {}", enumerated(apart.iter().filter_map(told), 5))).first_evidences(
        apart
            .iter()
            .filter_map(|(_, servers)| servers.first())
            .map(|server| Evidence::registry_text(&server.source).expected("one server in all profiles of the connector")),
    );
}

/// The first label of a host name.
fn short(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

declare_rule! {
    /// Profile's network addresses name more than one server.
    ///
    /// ## Why it matters
    /// All entries of the list are addresses of one server. Different names mean that the server was renamed; where only the entry
    /// for TCP/IP differs, the DNS host name differs from the NetBIOS name, which is worth knowing but works.
    ///
    /// ## What to do
    /// Check the attribute Network Address of the server object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:02,00,00,00,0c,00,00,00,19,00,00,00,6e,63,61,6c,72,70,63,3a,53,52,56,31,00,6e,63,61,63,6e,5f,6e,70,3a,53,52,56,32,00
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:02,00,00,00,0c,00,00,00,19,00,00,00,6e,63,61,6c,72,70,63,3a,53,52,56,31,00,6e,63,61,63,6e,5f,69,70,5f,74,63,70,3a,6d,61,69,6c,2e,61,63,6d,65,2e,63,6f,6d,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:03,00,00,00,10,00,00,00,1d,00,00,00,38,00,00,00,6e,63,61,6c,72,70,63,3a,53,52,56,31,00,6e,63,61,63,6e,5f,69,70,5f,74,63,70,3a,73,72,76,31,2e,61,63,6d,65,2e,63,6f,6d,00,6e,65,74,62,69,6f,73,3a,73,72,76,31,00
    /// ```
    pub static PROFILE_ADDRESSES_INCONSISTENT = {
        id: "PRO012", name: "profile-addresses-inconsistent", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q183015"],
        needs: [ImcproReg],
        tags: ["profile", "identity"],
        check: Backup(profile_addresses_inconsistent),
    }
}

fn profile_addresses_inconsistent(backup: &Backup, findings: &mut Findings<'_>) {
    for placed @ (_, _, property) in properties(backup).filter(|(_, _, property)| property.tag == ADDRESSES) {
        // Names out of a broken list prove nothing; PRO011 tells of it.
        let ProfileValue::Strings(list) = &property.value else { continue };
        if property.anomalies.iter().any(|anomaly| anomaly.code.starts_with("mv-string-")) {
            continue;
        }
        let Some((expected, is_grave)) = inconsistency(list) else { continue };
        let finding = findings.report(format!("the addresses of the server name several: {}", enumerated(list, 6)));
        finding.evidence(proof(&placed).expected(expected));
        if !is_grave {
            finding.of_severity(Severity::Info);
        }
    }
}

/// Returns what should stand in a list whose names differ, and whether more than the name in DNS differs.
fn inconsistency(list: &[String]) -> Option<(&'static str, bool)> {
    let behind = |kinds: &[&str]| -> Vec<&str> { list.iter().filter_map(|entry| name_behind(entry, kinds)).collect() };
    let names = behind(&["ncalrpc", "ncacn_np", "ncacn_spx", "netbios"]);
    let first = names.first()?;
    if !names.iter().all(|name| name.eq_ignore_ascii_case(first)) {
        return Some(("one server in all entries", true));
    }
    let hosts = behind(&["ncacn_ip_tcp"]);
    // An address in numbers names nobody.
    let differs = |host: &&str| host.parse::<Ipv4Addr>().is_err() && !short(host).eq_ignore_ascii_case(first);
    hosts.iter().any(differs).then_some(("a host name that begins with the name of the server", false))
}

/// Returns the name in an entry `kind:name` of one of some kinds, without the endpoint in brackets.
fn name_behind<'a>(entry: &'a str, kinds: &[&str]) -> Option<&'a str> {
    let (kind, name) = entry.split_once(':')?;
    let name = name.split('[').next().unwrap_or_default().trim().trim_start_matches('\\');
    (kinds.iter().any(|known| kind.trim().eq_ignore_ascii_case(known)) && !name.is_empty()).then_some(name)
}

declare_rule! {
    /// Connector profile opens another mailbox.
    ///
    /// ## Why it matters
    /// The profile of the service logs on to the mailbox of the connector object. Another mailbox means that somebody edited the
    /// profile or made it by hand; the saved queues may then not be the connector's. That the own profile of the connector uses
    /// these values as a published sample for gateways does is likely, but not documented.
    ///
    /// ## What to do
    /// Stop the service so that the profile goes away, start it, and collect again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e660b"="/o=ACME/ou=WEST/cn=Recipients/cn=Admin"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e6603"="/o=ACME/ou=WEST/cn=Recipients/cn=Admin"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e660b"="/O=ACME/OU=WEST/CN=CONFIGURATION/CN=CONNECTIONS/CN=INTERNET MAIL CONNECTOR (SRV1)"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "0003660a"=hex:03,00,00,00
    /// "001e660b"="/o=ACME/ou=WEST/cn=Recipients/cn=Admin"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static PROFILE_OPENS_OTHER_MAILBOX = {
        id: "PRO021", name: "profile-opens-other-mailbox", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q165505", "Q195804", "Q201121"],
        needs: [ImcproReg, ImcobjCsv],
        tags: ["profile", "identity"],
        check: Backup(profile_opens_other_mailbox),
    }
}

fn profile_opens_other_mailbox(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(object), Some(foreign)) = (backup.object_dn(), backup.foreign_profile_texts()) else {
        return findings.undecided("Imcobj.csv", "the object has no distinguished name");
    };
    let name = Dn::parse(&object.text).filter(Dn::is_internet_connector).and_then(|dn| dn.last_cn());
    let Some(own) = name else { return findings.undecided("Imcobj.csv", "the object is not the Internet connector") };
    let is_other = |(_, section, property): &Placed<'_>| {
        let is_primary = section.property(STORE_KIND).is_none_or(|kind| kind.long() == Some(1));
        let opens = property.tag == USER || property.tag == MAILBOX && is_primary;
        let dn = property.text().filter(|text| text.trim_start().starts_with(['/', '\\'])).and_then(Dn::parse);
        let name = dn.as_ref().filter(|dn| dn.organization().is_some()).and_then(Dn::last_cn);
        opens && name.is_some_and(|name| !same_name(name, own))
    };
    let others: Vec<_> = properties(backup).filter(is_other).collect();
    let Some((_, _, first)) = others.first().filter(|_| foreign.is_empty()) else { return };
    findings
        .report(format!("the profile opens {}, the object is {}", first.text().unwrap_or_default(), object.text))
        .first_evidences(others.iter().map(|placed| proof(placed).expected(object.text.as_str())))
        .first_evidences([Evidence::cell(&object)]);
}

declare_rule! {
    /// Connector profile was never logged on.
    ///
    /// ## Why it matters
    /// Names that were typed are replaced at the first successful log-on; any server of the site will do, and the real home server
    /// is entered then. A profile that still has nothing else was created, but the store could not be opened with it.
    ///
    /// ## What to do
    /// Look for errors of the log-on (events 4018, 4086), and check name of the server and account.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e6608"="SRV1"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e6608"="SRV1"
    /// "001e6602"="SRV1"
    /// "001e6603"="/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)"
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// ```
    pub static PROFILE_NEVER_RESOLVED = {
        id: "PRO022", name: "profile-never-resolved", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q175107", "Q165505", "Q201121", "Q259957"],
        needs: [ImcproReg],
        tags: ["profile", "startup"],
        check: Backup(profile_never_resolved),
    }
}

fn profile_never_resolved(backup: &Backup, findings: &mut Findings<'_>) {
    for (dump, profile) in connectors(backup) {
        let of = |tags: &[PropTag]| -> Vec<_> { profile.properties().filter(|(_, property)| tags.contains(&property.tag)).collect() };
        let typed = of(&[UNRESOLVED_NAME, UNRESOLVED_SERVER]);
        if typed.is_empty() || !of(&[HOME_SERVER, USER]).is_empty() {
            continue;
        }
        let names = enumerated(typed.iter().filter_map(|(_, property)| property.text()), 3);
        findings
            .report(format!("profile '{}' still has what was typed, {names}, and nothing that a log-on would enter", profile.name))
            .evidences(typed.iter().map(|(section, property)| {
                Evidence::profile_property(dump, section, property).expected("001e6602 and 001e6603 of a successful log-on beside it")
            }))
            .evidences(of(&[CONVERSION_PROHIBITED]).iter().map(|(section, property)| Evidence::profile_property(dump, section, property)))
            .group(profile.name.as_ref());
    }
}
