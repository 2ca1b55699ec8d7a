//! Delivery routes (the per-domain list of the Connections page) that a build cannot bear.

use std::net::Ipv4Addr;

use crate::{
    backup::{Backup, Build, ServiceValue, secrets::is_secret_value},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::bld::LONG_ROUTE_LIST,
};

use super::proof::{FIRST_40, RTM_50, RTM_55, SP1_55, SP4_40, build_between, build_in, elements};

declare_rule! {
    /// Long delivery routing table on an unpatched administrator program.
    ///
    /// ## Why it matters
    /// Too many entries make Imcadmin.dll damage its heap. The next edit may tear entries apart and so stop the service (event 4056).
    ///
    /// ## What to do
    /// Save the list with IMCCOPY before any change, and install the service pack.
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
    /// "DeliveryRouting"=hex(7):64,31,2e,65,78,3b,3b,30,00,64,32,2e,65,78,3b,3b,30,00,64,33,2e,65,78,3b,3b,\
    ///   30,00,64,34,2e,65,78,3b,3b,30,00,64,35,2e,65,78,3b,3b,30,00,64,36,2e,65,78,3b,3b,30,00,64,37,2e,\
    ///   65,78,3b,3b,30,00,64,38,2e,65,78,3b,3b,30,00,64,39,2e,65,78,3b,3b,30,00,64,31,30,2e,65,78,3b,3b,\
    ///   30,00,64,31,31,2e,65,78,3b,3b,30,00,64,31,32,2e,65,78,3b,3b,30,00,64,31,33,2e,65,78,3b,3b,30,00,\
    ///   64,31,34,2e,65,78,3b,3b,30,00,64,31,35,2e,65,78,3b,3b,30,00,64,31,36,2e,65,78,3b,3b,30,00,64,31,\
    ///   37,2e,65,78,3b,3b,30,00,64,31,38,2e,65,78,3b,3b,30,00,64,31,39,2e,65,78,3b,3b,30,00,64,32,30,2e,\
    ///   65,78,3b,3b,30,00,64,32,31,2e,65,78,3b,3b,30,00,64,32,32,2e,65,78,3b,3b,30,00,64,32,33,2e,65,78,\
    ///   3b,3b,30,00,64,32,34,2e,65,78,3b,3b,30,00,64,32,35,2e,65,78,3b,3b,30,00,64,32,36,2e,65,78,3b,3b,\
    ///   30,00,64,32,37,2e,65,78,3b,3b,30,00,64,32,38,2e,65,78,3b,3b,30,00,64,32,39,2e,65,78,3b,3b,30,00,\
    ///   64,33,30,2e,65,78,3b,3b,30,00,64,33,31,2e,65,78,3b,3b,30,00,64,33,32,2e,65,78,3b,3b,30,00,64,33,\
    ///   33,2e,65,78,3b,3b,30,00,64,33,34,2e,65,78,3b,3b,30,00,64,33,35,2e,65,78,3b,3b,30,00,64,33,36,2e,\
    ///   65,78,3b,3b,30,00,64,33,37,2e,65,78,3b,3b,30,00,64,33,38,2e,65,78,3b,3b,30,00,64,33,39,2e,65,78,\
    ///   3b,3b,30,00,64,34,30,2e,65,78,3b,3b,30,00,64,34,31,2e,65,78,3b,3b,30,00,00
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
    /// "DeliveryRouting"=hex(7):64,31,2e,65,78,3b,3b,30,00,64,32,2e,65,78,3b,3b,30,00,64,33,2e,65,78,3b,3b,\
    ///   30,00,64,34,2e,65,78,3b,3b,30,00,64,35,2e,65,78,3b,3b,30,00,64,36,2e,65,78,3b,3b,30,00,64,37,2e,\
    ///   65,78,3b,3b,30,00,64,38,2e,65,78,3b,3b,30,00,64,39,2e,65,78,3b,3b,30,00,64,31,30,2e,65,78,3b,3b,\
    ///   30,00,64,31,31,2e,65,78,3b,3b,30,00,64,31,32,2e,65,78,3b,3b,30,00,64,31,33,2e,65,78,3b,3b,30,00,\
    ///   64,31,34,2e,65,78,3b,3b,30,00,64,31,35,2e,65,78,3b,3b,30,00,64,31,36,2e,65,78,3b,3b,30,00,64,31,\
    ///   37,2e,65,78,3b,3b,30,00,64,31,38,2e,65,78,3b,3b,30,00,64,31,39,2e,65,78,3b,3b,30,00,64,32,30,2e,\
    ///   65,78,3b,3b,30,00,64,32,31,2e,65,78,3b,3b,30,00,64,32,32,2e,65,78,3b,3b,30,00,64,32,33,2e,65,78,\
    ///   3b,3b,30,00,64,32,34,2e,65,78,3b,3b,30,00,64,32,35,2e,65,78,3b,3b,30,00,64,32,36,2e,65,78,3b,3b,\
    ///   30,00,64,32,37,2e,65,78,3b,3b,30,00,64,32,38,2e,65,78,3b,3b,30,00,64,32,39,2e,65,78,3b,3b,30,00,\
    ///   64,33,30,2e,65,78,3b,3b,30,00,64,33,31,2e,65,78,3b,3b,30,00,64,33,32,2e,65,78,3b,3b,30,00,64,33,\
    ///   33,2e,65,78,3b,3b,30,00,64,33,34,2e,65,78,3b,3b,30,00,64,33,35,2e,65,78,3b,3b,30,00,64,33,36,2e,\
    ///   65,78,3b,3b,30,00,64,33,37,2e,65,78,3b,3b,30,00,64,33,38,2e,65,78,3b,3b,30,00,64,33,39,2e,65,78,\
    ///   3b,3b,30,00,64,34,30,2e,65,78,3b,3b,30,00,64,34,31,2e,65,78,3b,3b,30,00,00
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
    /// "DeliveryRouting"=hex(7):61,2e,65,78,61,6d,70,6c,65,3b,31,30,2e,31,2e,32,2e,33,3b,30,00,62,2e,65,78,\
    ///   61,6d,70,6c,65,3b,3b,30,00,00
    /// ```
    pub static LONG_ROUTE_TABLE_AT_RISK = {
        id: "BLD009", name: "long-route-table-at-risk", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232" in "5.5 SP1",
        kb: ["Q182522", "Q242221"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["routing", "startup"],
        check: Backup(long_route_table_at_risk),
    }
}

fn long_route_table_at_risk(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_in(backup, &[(RTM_50, Build::new(5, 0, 1461, 0)), (RTM_55, SP1_55)]) else { return };
    let Some(service) = &backup.service else { return };
    let Some(list) = service.strings("Parameters", "DeliveryRouting") else { return };
    let routes: Vec<_> = list.data.iter().filter(|route| !route.trim().is_empty()).collect();
    // A list that is torn already is the matter of another rule.
    if routes.len() <= findings.count(&LONG_ROUTE_LIST) || routes.iter().any(|route| !is_whole(route)) {
        return;
    }
    findings
        .report(format!(
            "DeliveryRouting has {}; the administrator program of build {} may damage so long a list",
            counted(routes.len(), "entry"),
            found.build
        ))
        .evidence(
            Evidence::setting(service, &list).observed(routes.first().map_or("", |route| route.as_str())).expected("a short list before the fix"),
        )
        .evidence(found.proof.expected("5.0 after SP2, or 5.5.2232.9"));
}

/// `domain;host;number`, the host maybe empty.
fn is_whole(route: &str) -> bool {
    let fields: Vec<&str> = route.split(';').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_clean = route.is_ascii() && !route.chars().any(char::is_control);
    is_clean && matches!(fields.as_slice(), [domain, _, number] if !domain.is_empty() && is_number(number))
}

declare_rule! {
    /// Own domain in the per-domain list breaks similar domains.
    ///
    /// ## Why it matters
    /// This build compares the ends of names and takes foreign domains for the local one. Mail for domains that end like the own one is
    /// returned with '3902 Host Unknown'.
    ///
    /// ## What to do
    /// Take the own domain out of the list, or install 4.0 SP4.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,3b,30,00,00
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// //- imcrou.txt
    /// [Header]
    /// Version=1
    /// [Routes]
    /// DeliveryRouting=+
    /// +ACME.com;;0
    /// DefaultRouting=
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.995.52) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,3b,30,00,00
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name,E-mail Addresses
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1),SMTP:imc@acme.com
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):70,61,72,74,6e,65,72,2e,65,78,61,6d,70,6c,65,3b,3b,30,00,00
    /// ```
    pub static OWN_DOMAIN_IN_ROUTE_LIST_40 = {
        id: "BLD023", name: "own-domain-in-route-list-40", severity: Error, certainty: Possible,
        versions: [V4_0],
        fixed: "4.0.995" in "4.0 SP4",
        kb: ["Q164457"],
        needs: [ImcsvcReg, ServerBuild, ImcobjCsv | Messages],
        tags: ["routing"],
        check: Backup(own_domain_in_route_list_40),
    }
}

fn own_domain_in_route_list_40(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, FIRST_40, SP4_40) else { return };
    let own = backup.local_domains();
    if own.is_empty() {
        return findings.undecided("Imcobj.csv", "no source names a domain of this server");
    }
    let is_own = |route: &str| route.split(';').next().is_some_and(|domain| own.iter().any(|own| own.eq_ignore_ascii_case(domain.trim())));
    let saved = backup.siblings.imccopy.iter().flat_map(|sibling| sibling.file.value.routes.iter().map(move |route| (sibling, &route.text)));
    let saved = saved.map(|(sibling, text)| (text.value.as_str(), Evidence::listed_line(&sibling.path, text.place, &text.value)));
    let routes: Vec<_> = elements(backup, "DeliveryRouting").into_iter().chain(saved).filter(|(route, _)| is_own(route)).collect();
    let Some((first, _)) = routes.first() else { return };
    findings
        .report(format!("the per-domain list holds '{first}', a domain of this server; build {} compares name endings", found.build))
        .evidences(routes.into_iter().map(|(_, proof)| proof.expected("no domain of this server before 4.0 SP4")))
        .evidence(found.expecting("4.0.995.52"));
}

declare_rule! {
    /// One domain entry stops all dialling on this build.
    ///
    /// ## Why it matters
    /// An entry for a domain that does not use the dial-up link keeps the connection from being dialled ever again. Mail piles up in
    /// Imcdata\Out.
    ///
    /// ## What to do
    /// Remove the entry, or install 5.5 SP3.
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
    /// "RasEntry"="Provider"
    /// "DeliveryRouting"=hex(7):70,6c,61,6e,74,2e,61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,31,2e,39,3b,30,\
    ///   00,00
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
    /// "RasEntry"="Provider"
    /// "DeliveryRouting"=hex(7):70,6c,61,6e,74,2e,61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,31,2e,39,3b,30,\
    ///   00,00
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
    /// "RasEntry"=""
    /// "DeliveryRouting"=hex(7):70,6c,61,6e,74,2e,61,63,6d,65,2e,63,6f,6d,3b,31,30,2e,31,2e,31,2e,39,3b,30,\
    ///   00,00
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
    /// "RasEntry"="Provider"
    /// "DeliveryRouting"=hex(7):70,6c,61,6e,74,2e,61,63,6d,65,2e,63,6f,6d,3b,72,65,6c,61,79,2e,70,72,6f,76,\
    ///   69,64,65,72,2e,65,78,61,6d,70,6c,65,3b,30,00,00
    /// ```
    pub static DIAL_UP_STOPS_DIALLING = {
        id: "BLD034", name: "dial-up-stops-dialling", severity: Error, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2591" in "5.5 SP3",
        kb: ["Q230051"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["dial-up", "queue"],
        check: Backup(dial_up_stops_dialling),
    }
}

fn dial_up_stops_dialling(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, RTM_55, Build::new(5, 5, 2591, 0)) else { return };
    let Some(service) = &backup.service else { return };
    let Some(link) = service.values_of("Parameters").into_iter().find(|value| is_dial_up_entry(value)) else { return };
    let Some(setting) = service.text("Parameters", &link.value.name) else { return };
    let own = backup.local_domains();
    let direct: Vec<_> = elements(backup, "DeliveryRouting").into_iter().filter(|(route, _)| avoids_the_link(route, &own)).collect();
    let Some((first, _)) = direct.first() else { return };
    findings
        .report(format!("'{first}' does not use the dial-up link '{}'; build {} then never dials again", setting.data, found.build))
        .first_evidences(direct.iter().map(|(_, proof)| proof.clone().expected("no such entry before 5.5 SP3")))
        .evidence(Evidence::setting(service, &setting))
        .evidence(found.expecting("5.5.2591"));
}

/// The names of dial-up settings are not documented; they are known by their words and by data that is neither path nor telephone number.
fn is_dial_up_entry(value: &ServiceValue) -> bool {
    let name = value.value.name.to_lowercase();
    let text = value.value.data.text().unwrap_or_default().trim();
    let is_number = text.chars().all(|c| c.is_ascii_digit() || " +-().,/#*".contains(c));
    let speaks_of_it = ["ras", "dial", "phone"].iter().any(|word| name.contains(word));
    speaks_of_it && !is_secret_value(&value.value.name) && !text.is_empty() && !is_number && !text.contains(['\\', '/'])
}

/// Delivery by DNS, or to a host of the local network.
fn avoids_the_link(route: &str, own: &[String]) -> bool {
    let Some(host) = route.split(';').nth(1).map(str::trim) else { return false };
    let is_private = host.trim_matches(['[', ']']).parse::<Ipv4Addr>().is_ok_and(|address| address.is_private() || address.is_loopback());
    let host = host.to_lowercase();
    let is_own = own.iter().any(|own| host == *own || host.strip_suffix(own.as_str()).is_some_and(|label| label.ends_with('.')));
    host.is_empty() || is_private || is_own
}
