//! Whether the service can start at all.

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{is_whole, service_key};

declare_rule! {
    /// Connector exists in the directory but not as a service.
    ///
    /// ## Why it matters
    /// After a removal, reinstallation and restore of the directory database the connector object is back while the service
    /// part of the registry is gone. The set-up wizard then claims that the service is already installed.
    ///
    /// ## What to do
    /// Delete the connector object in the Connections container and run the Internet Mail Wizard again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    ///
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static SERVICE_KEY_ABSENT = {
        id: "SVC001", name: "service-key-absent", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q188632", "Q185061"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["startup", "identity"],
        check: Backup(service_key_absent),
    }
}

fn service_key_absent(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = backup.service.as_ref().filter(|service| !service.is_present()) else { return };
    if backup.directory.as_ref().is_some_and(|directory| !directory.export.rows.is_empty()) && is_whole(backup, findings) {
        findings
            .report("the directory has a connector object, but the registry has no key of its service")
            .evidence(service_key(service).observed("no key Services\\MSExchangeIMC").expected("the key of the service"));
    }
}

declare_rule! {
    /// Service key holds none of the connector's settings.
    ///
    /// ## Why it matters
    /// Setup registers performance counters under this key on every server, installed connector or not. A key with counters
    /// only means that no connector is installed here, or that the exporting account could not read the rest.
    ///
    /// ## What to do
    /// Export again with Windows NT administrator rights; if nothing changes, the connector is not installed on this server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Performance]
    /// "Library"="imsperf.dll"
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
    /// ```
    pub static SERVICE_KEY_WITHOUT_PARAMETERS = {
        id: "SVC002", name: "service-key-without-parameters", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q163727", "Q160987", "Q164854", "Q189730"],
        needs: [ImcsvcReg],
        tags: ["startup", "collection"],
        check: Backup(service_key_without_parameters),
    }
}

fn service_key_without_parameters(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = backup.service.as_ref().filter(|service| service.is_present()) else { return };
    if !service.has_settings() && is_whole(backup, findings) {
        findings
            .report("the service key holds none of RootDir, SiteDN, CommonName and HomeDSA")
            .evidence(service_key(service).expected("the settings of an installed connector in Parameters"));
    }
}

declare_rule! {
    /// Service start type is Disabled.
    ///
    /// ## Why it matters
    /// A disabled connector cannot run. Disabling alone does not take it out of routing: mail can still be sent to it and then
    /// waits for ever (see DIR090).
    ///
    /// ## What to do
    /// Set it back to automatic, or retire the connector properly by removing its address spaces.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000004
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000002
    /// ```
    pub static SERVICE_DISABLED = {
        id: "SVC004", name: "service-disabled", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q176566", "Q285090"],
        needs: [ImcsvcReg],
        tags: ["startup"],
        check: Backup(service_disabled),
    }
}

fn service_disabled(backup: &Backup, findings: &mut Findings<'_>) {
    start_type(backup, 4, "the service is disabled (Start 4)", findings);
}

declare_rule! {
    /// Service start type is Manual.
    ///
    /// ## Why it matters
    /// Support sets services to manual while taming a hung service; after the next reboot mail stands still. On cluster nodes
    /// manual start is normal.
    ///
    /// ## What to do
    /// Set it back to automatic unless the server is a cluster node.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000003
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000002
    /// ```
    pub static SERVICE_START_MANUAL = {
        id: "SVC005", name: "service-start-manual", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q176566"],
        needs: [ImcsvcReg],
        tags: ["startup"],
        check: Backup(service_start_manual),
    }
}

fn service_start_manual(backup: &Backup, findings: &mut Findings<'_>) {
    start_type(backup, 3, "the service starts by hand only (Start 3)", findings);
}

fn start_type(backup: &Backup, wanted: u32, message: &str, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    if let Some(start) = service.dword("", "Start").filter(|start| start.data == wanted) {
        findings.report(message).evidence(Evidence::setting(service, &start).expected("2 (automatic)"));
    }
}
