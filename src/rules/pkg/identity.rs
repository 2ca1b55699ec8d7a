//! Whether registry, directory object and profile speak of the same server, site and organization.

use crate::{
    backup::{
        Backup, RegistryText, ServerName,
        dn::{Dn, same_name},
    },
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// Registry dump and directory object name different servers.
    ///
    /// ## Why it matters
    /// Registry values and directory object come from different machines, or the server was renamed or built anew. In the latter case the
    /// service does not find its object and fails with 4018, 4086 or 2140.
    ///
    /// ## What to do
    /// Collect both from the same server; if they are, correct CommonName/HomeDSA/SiteDN or run the Internet Mail Wizard again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV2),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV2)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (srv1)"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static SERVER_DIFFERS_REGISTRY_OBJECT = {
        id: "PKG052", name: "server-differs-registry-object", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163243", "Q282780", "Q298565", "Q246608"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["identity", "startup"],
        check: Backup(server_differs_registry_object),
    }
}

fn server_differs_registry_object(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(registry), Some(object)) = (backup.server_of_registry(), backup.server_of_object()) else {
        return findings.undecided("server names", "registry or directory object do not name their server");
    };
    if !same_name(&registry.name, &object.name) {
        findings
            .report(format!("the registry names the server {}, the directory object {}", registry.name, object.name))
            .evidence(Evidence::registry_text(&registry.source).expected(format!("server {}", object.name)))
            .evidence(Evidence::cell(&object.source).expected(format!("server {}", registry.name)));
    }
}

declare_rule! {
    /// MAPI profile and directory object name different servers.
    ///
    /// ## Why it matters
    /// The profile logs on to another server than the one that the connector's object belongs to: two collections were mixed, or a
    /// profile was copied from another machine.
    ///
    /// ## What to do
    /// Let the service make its profile anew by a clean stop and start, and collect again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,6e,70,3a,53,52,56,39,00
    /// "001e6602"="SRV9"
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
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:02,00,00,00,0c,00,00,00,19,00,00,00,6e,63,61,6c,72,70,63,3a,53,52,56,31,00,6e,63,61,63,6e,5f,69,70,5f,74,63,70,3a,73,72,76,31,2e,65,78,61,6d,70,6c,65,2e,63,6f,6d,00
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static SERVER_DIFFERS_PROFILE_OBJECT = {
        id: "PKG053", name: "server-differs-profile-object", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q185155", "Q183015"],
        needs: [ImcproReg, ImcobjCsv],
        tags: ["identity", "profile"],
        check: Backup(server_differs_profile_object),
    }
}

fn server_differs_profile_object(backup: &Backup, findings: &mut Findings<'_>) {
    let (names, object) = (backup.servers_of_profile(), backup.server_of_object());
    let (false, Some(object)) = (names.is_empty(), object) else {
        return findings.undecided("server names", "profile or directory object do not name their server");
    };
    if names.iter().any(|name| same_name(&name.name, &object.name)) {
        return;
    }
    findings
        .report(format!("the profile names {}, the directory object is of server {}", distinct(&names), object.name))
        .evidences(places(&names, &object.name))
        .evidence(Evidence::cell(&object.source).expected("the server of the profile"));
}

fn distinct(names: &[ServerName<RegistryText<'_>>]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if !seen.iter().any(|known| known.eq_ignore_ascii_case(&name.name)) {
            seen.push(&name.name);
        }
    }
    enumerated(seen, 4)
}

/// Returns evidence for each value that names a server, once.
fn places(names: &[ServerName<RegistryText<'_>>], expected: &str) -> Vec<Evidence> {
    let mut places: Vec<Evidence> = Vec::new();
    for name in names.iter().take(20) {
        let place = Evidence::registry_text(&name.source).expected(format!("server {expected}, not {}", name.name));
        if !places.iter().any(|known| known.span == place.span) {
            places.push(place);
        }
    }
    places
}

declare_rule! {
    /// Registry dump and MAPI profile name different servers.
    ///
    /// ## Why it matters
    /// Service values and profile are from different machines, or the profile is a leftover of another server. There is no directory
    /// object that would decide.
    ///
    /// ## What to do
    /// Collect both again on the same server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,6e,70,3a,53,52,56,39,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,63,6e,5f,6e,70,3a,53,52,56,31,00
    /// ```
    pub static SERVER_DIFFERS_REGISTRY_PROFILE = {
        id: "PKG067", name: "server-differs-registry-profile", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163243", "Q183015", "Q185155"],
        needs: [ImcsvcReg, ImcproReg],
        tags: ["identity", "profile"],
        check: Backup(server_differs_registry_profile),
    }
}

fn server_differs_registry_profile(backup: &Backup, findings: &mut Findings<'_>) {
    if backup.directory.as_ref().is_some_and(|source| !source.export.rows.is_empty()) {
        return;
    }
    let (Some(registry), names) = (backup.server_of_registry(), backup.servers_of_bindings()) else {
        return findings.undecided("server names", "the registry does not name its server");
    };
    if names.is_empty() {
        return findings.undecided("server names", "the profile holds no network addresses of its server");
    }
    if !names.iter().any(|name| same_name(&name.name, &registry.name)) {
        findings
            .report(format!("the registry names the server {}, the profile {}", registry.name, distinct(&names)))
            .evidence(Evidence::registry_text(&registry.source))
            .evidences(places(&names, &registry.name));
    }
}

declare_rule! {
    /// Registry dump and directory object belong to different sites.
    ///
    /// ## Why it matters
    /// Organization or site and the server all differ, which is no typing error in SiteDN but a mixture of two collections. Where only
    /// SiteDN differs, SVC041 tells it.
    ///
    /// ## What to do
    /// Take registry and object from the same server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "SiteDN"="/o=ACME/ou=WEST/cn=Configuration"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV2),/o=ACME/ou=EAST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV2)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "SiteDN"="/o=acme/ou=west/cn=Configuration"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV2),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV2)
    /// ```
    pub static SITE_DIFFERS_REGISTRY_OBJECT = {
        id: "PKG056", name: "site-differs-registry-object", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q298565", "Q195804"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["identity", "integrity"],
        check: Backup(site_differs_registry_object),
    }
}

fn site_differs_registry_object(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(source), Some(cell)) = (backup.service_parameter("SiteDN"), backup.object_cell("Obj-Dist-Name")) else {
        return findings.undecided("distinguished names", "SiteDN or Obj-Dist-Name is missing");
    };
    let (Some(site), Some(object)) = (Dn::parse(&source.text), Dn::parse(&cell.text)) else {
        return findings.undecided("distinguished names", "SiteDN or Obj-Dist-Name is no distinguished name");
    };
    let differ = |a: Option<&str>, b: Option<&str>| a.zip(b).is_some_and(|(a, b)| !same_name(a, b));
    let other_site = differ(site.organization(), object.organization()) || differ(site.site(), object.site());
    let servers = backup.server_of_registry().zip(backup.server_of_object());
    let other_servers = servers.filter(|(registry, object)| !same_name(&registry.name, &object.name));
    if let Some((of_registry, of_object)) = other_servers.filter(|_| other_site) {
        findings
            .report(format!(
                "the registry is of {} in {}, the directory object of {} in {}",
                of_registry.name,
                place(&site),
                of_object.name,
                place(&object)
            ))
            .evidence(Evidence::registry_text(&source).expected(place(&object)))
            .evidence(Evidence::cell(&cell).expected(place(&site)));
    }
}

fn place(dn: &Dn<'_>) -> String {
    format!("/o={}/ou={}", dn.organization().unwrap_or("?"), dn.site().unwrap_or("?"))
}

declare_rule! {
    /// Profile refers to another organization or site.
    ///
    /// ## Why it matters
    /// The profile was made for another directory. After a reinstallation with another name of organization or site the old profile is
    /// useless.
    ///
    /// ## What to do
    /// Delete stale profiles, start the service anew, and collect again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e6602"="/o=OLDORG/ou=HQ/cn=Configuration/cn=Servers/cn=SRV1"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=NEWORG/ou=HQ/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e6602"="/o=acme/ou=west/cn=Configuration/cn=Servers/cn=SRV1"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=ACME/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static PROFILE_OF_OTHER_ORGANIZATION = {
        id: "PKG057", name: "profile-of-other-organization", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q185155", "Q282496"],
        needs: [ImcproReg, ImcobjCsv],
        tags: ["identity", "profile"],
        check: Backup(profile_of_other_organization),
    }
}

fn profile_of_other_organization(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(cell) = backup.object_cell("Obj-Dist-Name") else {
        return findings.undecided("Obj-Dist-Name", "the object has no Obj-Dist-Name");
    };
    let (Some(object), foreign) = (Dn::parse(&cell.text), backup.foreign_profile_texts().unwrap_or_default()) else { return };
    let Some((first, dn)) = foreign.first().and_then(|(_, _, first)| Some((first, Dn::parse(first.data.text()?)?))) else { return };
    findings
        .report(format!("value {} of the profile is of {}, the directory object of {}", first.name, place(&dn), place(&object)))
        .first_evidences(foreign.iter().map(|(file, key, value)| Evidence::registry_value(&file.path, key, value).expected(place(&object))))
        .first_evidences([Evidence::cell(&cell)]);
}
