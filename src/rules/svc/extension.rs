//! DLLs that the service loads to read or change mail: where they are registered, and whether they can be loaded (Q258206).

use crate::{
    backup::{Backup, ServiceKey, ServiceValue, Setting, registry_values::describe},
    base::{Pattern, counted},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::{can_speak, filled_text, fits};

/// A drive or a UNC share at the start, and the file name of a DLL at the end.
static FULL_PATH: Pattern = Pattern::new(r"(?i)^([a-z]:\\|\\\\[^\\]+\\).*\.dll$");
/// The extension of Microsoft for journaling and disclaimers.
const IMSEXT: &str = "imsext.dll";
/// The sample of the resource kit.
const IMCEXT: &str = "imcext.dll";

declare_rule! {
    /// Sample extension Imcext.dll is registered.
    ///
    /// ## Why it matters
    /// The sample of the resource kit strips the angle brackets from RCPT TO, which newer hosts refuse ('501 strangeness between : and
    /// <'). On 5.0 before SP2 a localhost line in Imcroute.cfg crashes the service at every start; SP2 corrects the crash, but not
    /// the missing brackets.
    ///
    /// ## What to do
    /// Take the sample out of use; 5.0 and later reroute mail by themselves.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="C:\\exchsrvr\\connect\\msexcimc\\bin\\imcext.dll"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="D:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"
    /// ```
    pub static IMCEXT_SAMPLE_DLL = {
        id: "SVC200", name: "imcext-sample-dll", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0],
        kb: ["Q167197", "Q169681"],
        needs: [ImcsvcReg],
        tags: ["extension", "crash"],
        check: Backup(imcext_sample_dll),
    }
}

fn imcext_sample_dll(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let registered: Vec<_> = service.values_in_force().into_iter().filter(|found| names_file(found, IMCEXT)).collect();
    let Some(first) = registered.first() else { return };
    findings
        .report(format!("{} names the sample extension {IMCEXT}", first.value.name))
        .evidences(registered.iter().map(|found| proof(service, found).expected("no sample extension")));
}

declare_rule! {
    /// Extension DLL replaces the routing table.
    ///
    /// ## Why it matters
    /// Selected as custom routing program, Imsext.dll takes the place of the routing table: inbound domains and rerouting of the
    /// Routing page stop working. Which value holds the custom routing program of 5.5 is documented nowhere, so every value but
    /// NonRoutingExtensionDll counts.
    ///
    /// ## What to do
    /// Clear the custom routing program, load the DLL through NonRoutingExtensionDll and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="D:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="D:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"
    /// ```
    pub static EXTENSION_AS_ROUTING_PROGRAM = {
        id: "SVC201", name: "extension-as-routing-program", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q258206", "Q262097", "Q262122", "Q259730"],
        needs: [ImcsvcReg],
        tags: ["extension", "routing"],
        check: Backup(extension_as_routing_program),
    }
}

fn extension_as_routing_program(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let programs = routing_programs(service);
    let Some(first) = programs.first() else { return };
    findings
        .report(format!("{} names {IMSEXT}, which then replaces the routing table", first.value.name))
        .evidences(programs.iter().map(|found| proof(service, found).expected("the DLL in NonRoutingExtensionDll only")));
}

declare_rule! {
    /// NonRoutingExtensionDll is not a full path.
    ///
    /// ## Why it matters
    /// The value has to be the complete path of the DLL. If the DLL cannot be loaded, the service does not start or runs without the
    /// extension.
    ///
    /// ## What to do
    /// Enter the full path, register the DLL with regsvr32 and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="imsext.dll"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"=""
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="D:\\exchsrvr\\connect\\msexcimc\\bin\\imsext"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="D:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="\"\\\\server\\bin\\IMSEXT.DLL\""
    /// ```
    pub static EXTENSION_PATH_NOT_FULL = {
        id: "SVC202", name: "extension-path-not-full", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q258206", "Q262097"],
        needs: [ImcsvcReg],
        tags: ["extension", "startup"],
        check: Backup(extension_path_not_full),
    }
}

fn extension_path_not_full(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(path) = service.text("Parameters", "NonRoutingExtensionDll") else { return };
    let message = match unquoted(path.data) {
        "" => "NonRoutingExtensionDll is empty".to_owned(),
        bare if fits(&FULL_PATH, bare) => return,
        bare => format!("NonRoutingExtensionDll is '{bare}', which is no full path of a DLL"),
    };
    findings.report(message).evidence(Evidence::setting(service, &path).expected("a path such as C:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"));
}

declare_rule! {
    /// A mail-modifying extension is loaded.
    ///
    /// ## Why it matters
    /// Such a DLL sees every message and may change it: journaling, disclaimers, filters of third parties. It is a suspect when
    /// conversion fails or the service crashes.
    ///
    /// ## What to do
    /// Test with the value removed before looking for other causes.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\av\\scanimc.dll"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="scanimc.dll"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    pub static EXTENSION_LOADED = {
        id: "SVC203", name: "extension-loaded", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q258206"],
        needs: [ImcsvcReg],
        tags: ["extension"],
        check: Backup(extension_loaded),
    }
}

fn extension_loaded(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(path) = loaded_extension(service) else { return };
    let image = service.text("", "ImagePath");
    let drive = |text: &str| text.trim_start_matches('"').get(..2).filter(|drive| drive.ends_with(':')).map(str::to_uppercase);
    let elsewhere = image.filter(|image| drive(image.data).is_some_and(|own| drive(unquoted(path.data)).is_some_and(|other| other != own)));
    let remark = if elsewhere.is_some() { ", on another drive than the service itself" } else { "" };
    let finding = findings.report(format!("the service loads {}{remark}", unquoted(path.data)));
    finding.evidence(Evidence::setting(service, &path).expected("absent, or a DLL that is known to be sound"));
    if let Some(image) = elsewhere {
        finding.evidence(Evidence::setting(service, &image).expected("the drive of the extension as well"));
    }
}

declare_rule! {
    /// Extension settings exist but no extension is loaded.
    ///
    /// ## Why it matters
    /// The values for journaling and disclaimers are read by Imsext.dll only; without the DLL they do nothing. The other
    /// possibility is that the DLL is the custom routing program of the Routing page, which 5.0 and later keep in the directory; that
    /// costs the routing table.
    ///
    /// ## What to do
    /// Set NonRoutingExtensionDll and restart the service, or delete the key Extension.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"="Legal notice"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutboundAppend"="Legal notice"
    /// ```
    pub static EXTENSION_SETTINGS_WITHOUT_DLL = {
        id: "SVC204", name: "extension-settings-without-dll", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q258206", "Q262097"],
        needs: [ImcsvcReg],
        tags: ["extension"],
        check: Backup(extension_settings_without_dll),
    }
}

fn extension_settings_without_dll(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    if filled_text(service, "Parameters", "NonRoutingExtensionDll").is_some() || !routing_programs(service).is_empty() {
        return;
    }
    let known = |found: &&ServiceValue| describe("Parameters\\Extension", &found.value.name).is_some();
    let settings: Vec<_> = service.values_of("Parameters\\Extension").into_iter().filter(known).filter(|found| says_something(found)).collect();
    let Some(first) = settings.first() else { return };
    let more = if settings.len() > 1 { format!(" and {}", counted(settings.len() - 1, "other setting")) } else { String::new() };
    findings
        .report(format!("no extension is loaded by NonRoutingExtensionDll that would read {}{more}", first.value.name))
        .first_evidences(settings.iter().map(|found| proof(service, found).expected("with NonRoutingExtensionDll set")));
}

declare_rule! {
    /// Routing extension of 4.0 was left behind.
    ///
    /// ## Why it matters
    /// An upgrade does not carry the custom routing program from the registry to the directory, so it is silently out of use.
    ///
    /// ## What to do
    /// Enter the path on the Routing page as custom routing program, or delete the value.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="C:\\gw\\route.dll"
    /// "ResolveP2"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "ExtensionDLL"="C:\\gw\\route.dll"
    /// //- Mtsin/1
    /// header: Received: by SRV1 with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="C:\\gw\\imsext.dll"
    /// "ResolveP2"=dword:00000000
    /// ```
    pub static OLD_EXTENSION_VALUE_AFTER_UPGRADE = {
        id: "SVC214", name: "old-extension-value-after-upgrade", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q156063"],
        needs: [ImcsvcReg],
        tags: ["extension", "upgrade"],
        check: Backup(old_extension_value_after_upgrade),
    }
}

fn old_extension_value_after_upgrade(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(old) = filled_text(service, "Parameters", "ExtensionDLL") else { return };
    let is_sample = service.values_in_force().into_iter().any(|found| names_file(found, IMCEXT));
    let told_elsewhere = is_sample && can_speak(&IMCEXT_SAMPLE_DLL, backup)
        || !routing_programs(service).is_empty() && can_speak(&EXTENSION_AS_ROUTING_PROGRAM, backup);
    if told_elsewhere {
        return;
    }
    // What is known of the product at all is 5.0 or later here: the engine has passed over 4.0, and no registry value gives 4.0 away.
    let Some(version) = &backup.version else {
        return findings.undecided("server-build", "nothing tells whether the product is 5.0 or later");
    };
    findings
        .report(format!("ExtensionDLL is '{}', which 5.0 and later do not read ({})", old.data, version.source))
        .evidence(Evidence::setting(service, &old).expected("absent; the custom routing program stands in the directory"));
}

declare_rule! {
    /// Extension DLL lies in an unexpected place.
    ///
    /// ## Why it matters
    /// The DLL runs within the service and sees all mail. A file in a writable or removable place can be exchanged or vanish, and the
    /// service then fails to start.
    ///
    /// ## What to do
    /// Move the DLL to Connect\Msexcimc\Bin and find out where it comes from.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\temp\\imsext.dll"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="\\\\server\\share\\route.dll"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="a:\\imsext.dll"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\exchsrvr\\connect\\msexcimc\\bin\\imsext.dll"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "NonRoutingExtensionDll"="C:\\template\\temp.dll"
    /// ```
    pub static EXTENSION_DLL_ODD_PLACE = {
        id: "SVC217", name: "extension-dll-odd-place", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q258206", "Q156063"],
        needs: [ImcsvcReg],
        tags: ["extension", "security"],
        check: Backup(extension_dll_odd_place),
    }
}

fn extension_dll_odd_place(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let paths = ["NonRoutingExtensionDll", "ExtensionDLL"].into_iter().filter_map(|name| service.text("Parameters", name));
    let odd: Vec<_> = paths.filter_map(|path| Some((odd_place(unquoted(path.data))?, path))).collect();
    let Some((place, path)) = odd.first() else { return };
    findings
        .report(format!("{} is '{}', {place}", path.value.name, unquoted(path.data)))
        .evidences(odd.iter().map(|(_, path)| Evidence::setting(service, path).expected("a path in Connect\\Msexcimc\\Bin")));
}

fn odd_place(path: &str) -> Option<&'static str> {
    const FOLDERS: [&str; 5] = ["temp", "tmp", "users", "profiles", "recycler"];
    let lower = path.to_lowercase().replace('/', "\\");
    let (folders, _) = lower.rsplit_once('\\')?;
    if lower.starts_with("\\\\") {
        Some("on another machine")
    } else if lower.starts_with("a:") || lower.starts_with("b:") {
        Some("on a diskette drive")
    } else {
        folders.split('\\').any(|folder| FOLDERS.contains(&folder)).then_some("in a folder that users or programs may write to")
    }
}

/// Returns the path of the extension that is loaded beside the routing table.
pub(super) fn loaded_extension(service: &ServiceKey) -> Option<Setting<'_, &str>> {
    service.text("Parameters", "NonRoutingExtensionDll").filter(|path| fits(&FULL_PATH, unquoted(path.data)))
}

/// Returns the values of `Parameters` that make Imsext.dll the custom routing program.
fn routing_programs(service: &ServiceKey) -> Vec<&ServiceValue> {
    let others = service.values_of("Parameters").into_iter().filter(|found| !found.value.name.eq_ignore_ascii_case("NonRoutingExtensionDll"));
    others.filter(|found| names_file(found, IMSEXT)).collect()
}

fn names_file(found: &ServiceValue, file: &str) -> bool {
    let names = |text: &str| text.to_lowercase().contains(file);
    let data = &found.value.data;
    data.text().is_some_and(names) || data.strings().is_some_and(|strings| strings.iter().any(|text| names(text)))
}

/// Returns whether a setting of the extension asks for something: a text that is not blank, a number that is not 0, a list with an element.
fn says_something(found: &ServiceValue) -> bool {
    let data = &found.value.data;
    let text = data.text().is_some_and(|text| !text.trim().is_empty());
    text || data.dword().is_some_and(|number| number != 0) || data.strings().is_some_and(|strings| strings.iter().any(|text| !text.trim().is_empty()))
}

fn proof(service: &ServiceKey, found: &ServiceValue) -> Evidence {
    Evidence::setting(service, &Setting { data: (), key: &found.key, value: &found.value })
}

fn unquoted(path: &str) -> &str {
    path.trim().trim_matches('"').trim()
}
