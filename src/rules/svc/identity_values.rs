//! The values by which the service finds itself in the directory: present, and of the object that is there.

use crate::{
    backup::{Backup, GatewayAttribute, ServiceKey, dn, dn::Dn},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

use super::proof::{is_whole, parameters, with_settings};

declare_rule! {
    /// CommonName or HomeDSA is missing.
    ///
    /// ## Why it matters
    /// The service finds its directory object and its directory server through these two values. Without one of them it cannot log on:
    /// event 4018 with error 2140.
    ///
    /// ## What to do
    /// Restore the values from a backup of the registry, or reinstall the connector.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"=""
    /// "HomeDSA"="SRV1"
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
    /// ```
    pub static IDENTITY_VALUES_MISSING = {
        id: "SVC010", name: "identity-values-missing", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163243"],
        needs: [ImcsvcReg],
        tags: ["startup", "identity"],
        check: Backup(identity_values_missing),
    }
}

fn identity_values_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = backup.service.as_ref().filter(|service| service.has_settings()) else { return };
    let missing: Vec<&str> = ["CommonName", "HomeDSA"].into_iter().filter(|name| service.is_absent_or_empty("Parameters", name)).collect();
    if missing.is_empty() || !is_whole(backup, findings) {
        return;
    }
    let verb = if missing.len() == 1 { "is" } else { "are" };
    let finding = findings.report(format!("{} {verb} missing or empty in Parameters", missing.join(" and ")));
    finding.evidences(missing.iter().map(|name| absence(service, name)));
    finding.evidences(
        service.identity_settings().filter(|other| !missing.contains(&other.value.name.as_str())).map(|other| Evidence::setting(service, &other)),
    );
}

/// Returns evidence for a value that is empty, or for the key where it should be.
fn absence(service: &ServiceKey, name: &str) -> Evidence {
    let found = service.value("Parameters", name).map(|empty| Evidence::setting(service, &empty));
    found.unwrap_or_else(|| parameters(service)).expected(format!("{name} with its data"))
}

declare_rule! {
    /// CommonName does not match the directory object.
    ///
    /// ## Why it matters
    /// The value has to be the directory name of the connector's object, which stays Internet Mail Connector (SERVER) in all versions,
    /// and not the name that 5.0 and 5.5 display. With another name the start fails.
    ///
    /// ## What to do
    /// Enter the directory name of the object.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Service (SRV1)"
    /// "HomeDSA"="SRV1"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="INTERNET MAIL CONNECTOR (SRV1)"
    /// "HomeDSA"="SRV1"
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
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static COMMONNAME_DIFFERS_FROM_OBJECT = {
        id: "SVC011", name: "commonname-differs-from-object", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163243"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["startup", "identity"],
        check: Backup(commonname_differs_from_object),
    }
}

fn commonname_differs_from_object(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let (Some(directory), Some(gateway)) = (&backup.directory, &backup.gateway) else {
        return findings.undecided("Imcobj.csv", "the directory export holds no connector object");
    };
    let Some(name) = service.text("Parameters", "CommonName").filter(|name| !name.data.trim().is_empty()) else { return };
    let column = |name: &str, read: fn(&str) -> Option<&str>| gateway.attribute(name).and_then(|found| Some((read(found.values.first()?)?, found)));
    let from_dn: fn(&str) -> Option<&str> = |text| Dn::parse(text)?.last_cn();
    let named: Option<(&str, &GatewayAttribute)> = column("Obj-Dist-Name", from_dn).or_else(|| column("Common-Name", |text| Some(text.trim())));
    let Some((object, attribute)) = named else {
        return findings.undecided("Imcobj.csv", "the directory object does not tell its name");
    };
    if !dn::same_name(name.data, object) && !backup.is_of_two_servers() {
        findings
            .report(format!("CommonName is '{}', the directory object is '{object}'", name.data.trim()))
            .evidence(Evidence::setting(service, &name).expected(object))
            .evidence(Evidence::attribute(directory, gateway, attribute));
    }
}

declare_rule! {
    /// Service exists but the directory delivered no connector.
    ///
    /// ## Why it matters
    /// Either the service is left over while its object is gone: the start fails with event 4086, and a new installation refuses with
    /// 0xc0020002 until the old key and the Imcdata folder are removed. Or the account that collected had no rights on the directory,
    /// which looks the same.
    ///
    /// ## What to do
    /// Look into the Connections container. If no connector is there, delete the left-over key and folder before reinstalling.
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
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
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
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Acme/ou=WEST/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static SERVICE_WITHOUT_OBJECT = {
        id: "SVC024", name: "service-without-object", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q216110", "Q163243", "Q298565"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["startup", "identity"],
        check: Backup(service_without_object),
    }
}

fn service_without_object(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = backup.service.as_ref().filter(|service| service.has_settings()) else { return };
    let Some(directory) = &backup.directory else { return };
    if directory.export.rows.is_empty() && !directory.export.header.is_empty() {
        let header = Evidence::new(directory.path.as_ref(), Locator::Line(directory.export.header_line));
        findings
            .report("the registry holds a connector, but the directory export holds a header only")
            .evidence(header.expected("a line for the connector object below it"))
            .evidences(service.identity_settings().map(|setting| Evidence::setting(service, &setting)));
    }
}
