//! The forwarding host for all mail (DefaultRouting), and routes that lead back to this server.

use std::net::Ipv4Addr;

use crate::{
    backup::{Backup, ServiceKey, comparable_host, without_number},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::filled_text;

declare_rule! {
    /// A route leads back to this server.
    ///
    /// ## Why it matters
    /// The service sends the mail to itself until the limit of hops is reached: event 4115, non-delivery report 00120270 Too Many
    /// Hops. Own IP addresses are not part of the collection, so a route to one of them is not found.
    ///
    /// ## What to do
    /// Correct the host and restart the service and the MTA.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="srv1.acme.com"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 3414350A60\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,69,70,5f,74,63,70,3a,73,72,76,31,2e,61,63,6d,65,2e,63,6f,6d,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="relay.provider.example,localhost"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,5b,31,32,37,2e,30,2e,30,2e,31,5d,3b,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,73,72,76,31,3b,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "DefaultRouting"="relay.provider.example"
    /// "DeliveryRouting"=hex(7):61,63,6d,65,2e,63,6f,6d,3b,73,72,76,31,32,3b,30,00,00
    /// ```
    pub static ROUTE_TO_OWN_SERVER = {
        id: "SVC175", name: "route-to-own-server", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q190021"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(route_to_own_server),
    }
}

fn route_to_own_server(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let hosts = hosts_of_routes(service);
    if hosts.is_empty() {
        return;
    }
    let own = backup.own_host_names();
    let leads_back = |host: &str| {
        let host = comparable_host(host);
        host == "localhost" || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback()) || own.contains(&host)
    };
    let back: Vec<_> = hosts.into_iter().filter(|(host, _)| leads_back(host)).collect();
    let Some((host, _)) = back.first() else {
        if own.is_empty() {
            findings.undecided("Imcobj.csv|Imcpro.reg", "no source names this server");
        }
        return;
    };
    findings
        .report(format!("mail is routed to {host}, which is this server"))
        .first_evidences(back.iter().map(|(_, proof)| proof.clone().expected("a host other than this server")));
}

/// Returns the hosts that DefaultRouting and the delivery routes name, each with its place.
fn hosts_of_routes(service: &ServiceKey) -> Vec<(&str, Evidence)> {
    let mut hosts = Vec::new();
    if let Some(forwarding) = service.forwarding_hosts() {
        hosts.extend(forwarding.data.iter().map(|host| (*host, Evidence::setting(service, &forwarding))));
    }
    if let Some(routes) = service.delivery_routes() {
        for route in &routes.data {
            let proof = Evidence::setting(service, &routes).observed(route.text);
            hosts.extend(route.host.split(',').map(str::trim).filter(|host| !host.is_empty()).map(|host| (host, proof.clone())));
        }
    }
    hosts
}

declare_rule! {
    /// Smart-host list is not separated by commas.
    ///
    /// ## Why it matters
    /// Several forwarding hosts are given with commas between them, without quotes and blanks. Anything else becomes part of a host
    /// name. A semicolon with a number at the end is let pass, because delivery routes carry such a field.
    ///
    /// ## What to do
    /// Use commas only; addresses are better than names.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="relay1.example relay2.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="relay1.example,,relay2.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="relay1.example,;0"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="\"relay1.example\""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="relay1.example,relay2.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="relay1.example;0"
    /// ```
    pub static SMART_HOST_LIST_SEPARATOR = {
        id: "SVC177", name: "smart-host-list-separator", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q279323"],
        needs: [ImcsvcReg],
        tags: ["routing", "typo"],
        check: Backup(smart_host_list_separator),
    }
}

fn smart_host_list_separator(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(forwarding) = filled_text(service, "Parameters", "DefaultRouting") else { return };
    let list = without_number(forwarding.data).trim();
    let fault = if list.contains(char::is_whitespace) {
        "a blank"
    } else if list.contains('"') {
        "a double quote"
    } else if list.contains(",,") || list.starts_with(',') || list.ends_with(',') {
        "a comma without a host beside it"
    } else {
        return;
    };
    findings
        .report(format!("DefaultRouting '{}' holds {fault}", forwarding.data))
        .evidence(Evidence::setting(service, &forwarding).expected("hosts with commas between them"));
}

declare_rule! {
    /// Smart host's address is looked up only once.
    ///
    /// ## Why it matters
    /// The forwarding host is resolved when the service starts and never again, and other look-ups are cached without regard to their
    /// lifetime. A changed DNS record has no effect until the service is restarted.
    ///
    /// ## What to do
    /// Restart the service after DNS changes, or set EnableTTL to 1 on build 5.5.2655.51 or later.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="smtp.provider.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="10.1.1.1,smtp.provider.example"
    /// "EnableTTL"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="10.1.1.1"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"="smtp.provider.example"
    /// "EnableTTL"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultRouting"=""
    /// ```
    pub static SMART_HOST_NAME_CACHED = {
        id: "SVC178", name: "smart-host-name-cached", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q285023", "Q182339"],
        needs: [ImcsvcReg],
        tags: ["routing", "performance"],
        check: Backup(smart_host_name_cached),
    }
}

fn smart_host_name_cached(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(forwarding) = service.forwarding_hosts() else { return };
    let ttl = service.dword("Parameters", "EnableTTL");
    if ttl.is_some_and(|ttl| ttl.data != 0) {
        return;
    }
    let Some(name) = forwarding.data.iter().find(|host| comparable_host(host).parse::<Ipv4Addr>().is_err()) else { return };
    let finding =
        findings.report(format!("forwarding host {name} is looked up once at start; EnableTTL is {}", if ttl.is_some() { "0" } else { "absent" }));
    finding.evidence(Evidence::setting(service, &forwarding).expected("an IP address, or EnableTTL set to 1"));
    if let Some(ttl) = ttl {
        finding.evidence(Evidence::setting(service, &ttl).expected("1"));
    }
}
