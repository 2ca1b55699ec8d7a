//! SiteDN: where in the directory the configuration of a 5.5 service is (Q298565).

use crate::{
    backup::{
        Backup, GatewayAttribute,
        dn::{Dn, same_name},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{is_whole, parameters, with_settings};

/// Columns whose distinguished names are of the connector's own organization and site, the surest first.
const COLUMNS: [&str; 4] = ["Obj-Dist-Name", "Home-MTA", "Home-MDB", "Obj-Container"];

declare_rule! {
    /// SiteDN is missing.
    ///
    /// ## Why it matters
    /// On 5.5 the value tells the service where in the directory its configuration is. Without it the start fails with event 4086 and
    /// error 2140.
    ///
    /// ## What to do
    /// Create SiteDN with the directory names of organization and site, or reinstall the connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "RelayFlags"=dword:00000002
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "RelayFlags"=dword:00000002
    /// "SiteDN"="/o=Acme/ou=WEST"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "ResolveP2"=dword:00000000
    /// ```
    pub static SITEDN_MISSING = {
        id: "SVC040", name: "sitedn-missing", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q298565"],
        needs: [ImcsvcReg],
        tags: ["startup", "identity"],
        check: Backup(sitedn_missing),
    }
}

fn sitedn_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = backup.service.as_ref().filter(|service| service.has_settings()) else { return };
    if !service.is_absent_or_empty("Parameters", "SiteDN") || !is_whole(backup, findings) {
        return;
    }
    match backup.is_5_5() {
        Some(true) => {}
        Some(false) => return,
        None => return findings.undecided("server-build", "SiteDN is missing, and nothing tells whether this is 5.5"),
    }
    let empty = service.value("Parameters", "SiteDN").map(|empty| Evidence::setting(service, &empty));
    findings
        .report("SiteDN is missing or empty in Parameters of a 5.5 service")
        .evidence(empty.unwrap_or_else(|| parameters(service)).expected("SiteDN with /o=organization/ou=site"))
        .evidences(
            service
                .identity_settings()
                .filter(|setting| !setting.value.name.eq_ignore_ascii_case("SiteDN"))
                .map(|setting| Evidence::setting(service, &setting)),
        );
}

declare_rule! {
    /// SiteDN does not match the directory object.
    ///
    /// ## Why it matters
    /// The value must carry the directory names of organization and site, not the names displayed. A reinstallation under another name
    /// of organization or site leaves a wrong one; the service then stops at start with event 4086 and error 2140.
    ///
    /// ## What to do
    /// Correct SiteDN to the directory names, or reinstall with the right ones.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "SiteDN"="/o=Acme Corp/ou=WEST"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "SiteDN"="/o=Acme/ou=EAST"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Home-MTA
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Servers/cn=SRV1/cn=Microsoft MTA
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "SiteDN"="\\O = ACME\\OU=WEST\\CN=SRV1"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV2)"
    /// "HomeDSA"="SRV1"
    /// "SiteDN"="/o=Other/ou=WEST"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static SITEDN_DIFFERS_FROM_DIRECTORY = {
        id: "SVC041", name: "sitedn-differs-from-directory", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q298565"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["startup", "identity"],
        check: Backup(sitedn_differs_from_directory),
    }
}

fn sitedn_differs_from_directory(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let (Some(directory), Some(gateway)) = (&backup.directory, &backup.gateway) else {
        return findings.undecided("Imcobj.csv", "the directory export holds no connector object");
    };
    let Some(setting) = service.text("Parameters", "SiteDN") else { return };
    let Some((organization, site)) = organization_and_site(setting.data) else { return };
    let of_column = |name: &str| gateway.attribute(name).and_then(|found| Some((organization_and_site(found.values.first()?)?, found)));
    let object: Option<((&str, &str), &GatewayAttribute)> = COLUMNS.iter().find_map(|name| of_column(name));
    let Some(((own_organization, own_site), attribute)) = object else {
        return findings.undecided("Imcobj.csv", "the directory object tells neither organization nor site");
    };
    let what = match (same_name(organization, own_organization), same_name(site, own_site)) {
        (true, true) => return,
        (false, true) => format!("organization '{organization}', the directory object has '{own_organization}'"),
        (true, false) => format!("site '{site}', the directory object has '{own_site}'"),
        (false, false) => format!("/o={organization}/ou={site}, the directory object is of /o={own_organization}/ou={own_site}"),
    };
    if !backup.is_of_two_servers() {
        findings
            .report(format!("SiteDN names {what}"))
            .evidence(Evidence::setting(service, &setting).expected(format!("/o={own_organization}/ou={own_site}")))
            .evidence(Evidence::attribute(directory, gateway, attribute));
    }
}

fn organization_and_site(text: &str) -> Option<(&str, &str)> {
    let dn = Dn::parse(text)?;
    dn.organization().zip(dn.site())
}

declare_rule! {
    /// SiteDN is not a distinguished name.
    ///
    /// ## Why it matters
    /// The value needs the parts o= and ou= in this order at its beginning; nothing else can be found in the directory, and the service
    /// does not start.
    ///
    /// ## What to do
    /// Enter the distinguished name as the raw properties of the site object show it.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "SiteDN"="ACME/WEST"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "SiteDN"="/ou=WEST/o=ACME"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// "SiteDN"="/o=ACME/ou=WEST"
    /// ```
    pub static SITEDN_MALFORMED = {
        id: "SVC042", name: "sitedn-malformed", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q298565"],
        needs: [ImcsvcReg],
        tags: ["startup", "identity", "typo"],
        check: Backup(sitedn_malformed),
    }
}

fn sitedn_malformed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let Some(setting) = service.text("Parameters", "SiteDN").filter(|setting| !setting.data.trim().is_empty()) else { return };
    if !begins_with_organization_and_site(setting.data) {
        findings
            .report(format!("SiteDN is '{}', which does not begin with organization and site", setting.data))
            .evidence(Evidence::setting(service, &setting).expected("/o=organization/ou=site"));
    }
}

fn begins_with_organization_and_site(text: &str) -> bool {
    let text = text.trim_start();
    let begins = Dn::parse(text).is_some_and(|dn| match dn.parts() {
        [(o, organization), (ou, site), ..] => {
            o.eq_ignore_ascii_case("o") && ou.eq_ignore_ascii_case("ou") && !organization.is_empty() && !site.is_empty()
        }
        _ => false,
    });
    begins && text.starts_with(['/', '\\'])
}
