//! How the service manager knows the service: account, start type, dependencies, program.

use crate::{
    backup::{
        Backup, ServiceKey, Setting,
        windows_path::{last_component, program},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::reg::RegType,
};

/// The services that Setup makes the connector wait for (Q143380).
const STOCK_DEPENDENCIES: [&str; 3] = ["MSExchangeIS", "MSExchangeMTA", "TCPIP"];
/// The program of the service.
const PROGRAM: &str = "msexcimc.exe";
/// Its usual folder; one article prints it without `bin`.
const FOLDER: &str = "\\connect\\msexcimc\\";

declare_rule! {
    /// Service logs on as LocalSystem and cannot start.
    ///
    /// ## Why it matters
    /// The system account may not read the connector's configuration in the directory. The start ends with event 4086 and error 7000 of
    /// the service manager, a start by hand with error 2186. A service account that is damaged or lost its rights looks similar:
    /// inbound mail may work while outbound mail stays, and everything works when the program is started from a command prompt under
    /// another account (Q189184).
    ///
    /// ## What to do
    /// Set the logon to the Exchange service account, or to an account with the role Service Account Admin on organization, site and
    /// configuration.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ObjectName"="LocalSystem"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ObjectName"="ACME\\exservice"
    /// ```
    pub static SERVICE_LOGON_LOCALSYSTEM = {
        id: "SVC003", name: "service-logon-localsystem", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155814", "Q189184"],
        needs: [ImcsvcReg],
        tags: ["startup"],
        check: Backup(service_logon_localsystem),
    }
}

fn service_logon_localsystem(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(account) = service.text("", "ObjectName") else { return };
    if account.data.trim().eq_ignore_ascii_case("LocalSystem") {
        findings
            .report("the service logs on as LocalSystem, which may not read the connector's configuration")
            .evidence(Evidence::setting(service, &account).expected("the Exchange service account"));
    }
}

declare_rule! {
    /// Service start type is not valid for a service.
    ///
    /// ## Why it matters
    /// 0 and 1 are for drivers that the boot loader or the kernel starts, and numbers above 4 do not exist. Somebody edited the value
    /// by hand.
    ///
    /// ## What to do
    /// Set Start to 2 (automatic), as REG_DWORD.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000005
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"="2"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000003
    /// ```
    pub static SERVICE_START_INVALID = {
        id: "SVC006", name: "service-start-invalid", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q176566"],
        needs: [ImcsvcReg],
        tags: ["startup", "typo"],
        check: Backup(service_start_invalid),
    }
}

fn service_start_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(start) = service.value("", "Start") else { return };
    let number = service.dword("", "Start").map(|start| start.data);
    let message = match number {
        Some(driver @ (0 | 1)) => format!("Start is {driver}, which is for drivers only"),
        Some(2..=4) => return,
        Some(unknown) => format!("Start is {unknown}, and no start type has this number"),
        None if start.data.data.reg_type != RegType::DWORD => format!("Start is of type {}", start.data.data.reg_type),
        None => return,
    };
    findings.report(message).evidence(Evidence::setting(service, &start).expected("REG_DWORD 2 (automatic)"));
}

declare_rule! {
    /// Service lacks a stock dependency.
    ///
    /// ## Why it matters
    /// Without the dependency the connector may start before the store, the MTA or TCP/IP is up. It then fails at boot, while a later
    /// start by hand works.
    ///
    /// ## What to do
    /// Restore the list: MSExchangeIS, MSExchangeMTA and TCPIP.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "DependOnService"=hex(7):4d,53,45,78,63,68,61,6e,67,65,49,53,00,54,43,50,49,50,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "DependOnService"=hex(7):6d,73,65,78,63,68,61,6e,67,65,69,73,00,4d,53,45,78,63,68,61,6e,67,65,4d,54,41,00,54,43,50,49,50,00,00
    /// ```
    pub static SERVICE_DEPENDENCY_MISSING = {
        id: "SVC007", name: "service-dependency-missing", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q143380"],
        needs: [ImcsvcReg],
        tags: ["startup"],
        check: Backup(service_dependency_missing),
    }
}

fn service_dependency_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(list) = service.strings("", "DependOnService") else { return };
    let is_listed = |name: &&str| list.data.iter().any(|listed| listed.trim().eq_ignore_ascii_case(name));
    let missing: Vec<&str> = STOCK_DEPENDENCIES.into_iter().filter(|name| !is_listed(name)).collect();
    if !missing.is_empty() {
        findings
            .report(format!("the service does not wait for {}; it waits for {}", missing.join(", "), shown(list.data)))
            .evidence(Evidence::setting(service, &list).expected("MSExchangeIS, MSExchangeMTA and TCPIP"));
    }
}

fn shown(list: &[String]) -> String {
    if list.is_empty() { "nothing".to_owned() } else { list.join(", ") }
}

declare_rule! {
    /// Service key points to another program.
    ///
    /// ## Why it matters
    /// The service is msexcimc.exe. If the key names another or a renamed file, the start fails with error 2 (file not found), or
    /// something else runs in its place.
    ///
    /// ## What to do
    /// Correct ImagePath, or restore the program from the CD or the service pack.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ImagePath"="C:\\exchsrvr\\connect\\msexcimc\\bin\\msexcimc.old"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ImagePath"="C:\\EXCHSRVR\\CONNECT\\MSEXCIMC\\BIN\\MSEXCIMC.EXE"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ImagePath"="\"C:\\exchsrvr\\connect\\msexcimc\\bin\\msexcimc.exe\" -x"
    /// ```
    pub static SERVICE_IMAGE_WRONG = {
        id: "SVC008", name: "service-image-wrong", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q160932", "Q181420", "Q195201", "Q143380"],
        needs: [ImcsvcReg],
        tags: ["startup", "security"],
        check: Backup(service_image_wrong),
    }
}

fn service_image_wrong(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(path) = service.text("", "ImagePath") else { return };
    if !is_stock_program(&path) {
        findings
            .report(format!("the service starts '{}' instead of {PROGRAM}", program(path.data)))
            .evidence(Evidence::setting(service, &path).expected("a path that ends with msexcimc.exe"));
    }
}

fn is_stock_program(path: &Setting<'_, &str>) -> bool {
    last_component(program(path.data)).eq_ignore_ascii_case(PROGRAM)
}

declare_rule! {
    /// Service program is not in its usual directory.
    ///
    /// ## Why it matters
    /// Setup puts the program into connect\msexcimc\bin below the Exchange folder. A program elsewhere may be a private fix or a
    /// leftover copy that service packs do not update.
    ///
    /// ## What to do
    /// Check version and origin of the file.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ImagePath"="D:\\temp\\msexcimc.exe"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ImagePath"="D:\\exchsrvr\\connect\\msexcimc\\bin\\msexcimc.exe"
    /// ```
    pub static SERVICE_IMAGE_OFF_DEFAULT = {
        id: "SVC009", name: "service-image-off-default", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q181420", "Q195201", "Q143380", "Q181847"],
        needs: [ImcsvcReg],
        tags: ["startup", "version"],
        check: Backup(service_image_off_default),
    }
}

fn service_image_off_default(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(path) = stock_program(service) else { return };
    let program = program(path.data);
    if !program.replace('/', "\\").to_lowercase().contains(FOLDER) {
        findings
            .report(format!("the service runs from '{program}'"))
            .evidence(Evidence::setting(service, &path).expected("the Exchange folder, connect\\msexcimc\\bin"));
    }
}

fn stock_program(service: &ServiceKey) -> Option<Setting<'_, &str>> {
    service.text("", "ImagePath").filter(is_stock_program)
}
