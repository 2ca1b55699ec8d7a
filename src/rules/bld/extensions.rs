//! Extensions that a build does not bear, or whose verdict it ignores.

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Certainty, Evidence, Findings},
};

use super::proof::{FIRST_50, RTM_50, RTM_55, SP1_55, SP2_50, build_between, build_in};

declare_rule! {
    /// Imcext.dll can crash this build.
    ///
    /// ## Why it matters
    /// With this sample extension a route to localhost ends in an access violation (event 4037). Each restart fails the same way, because the
    /// message is still queued.
    ///
    /// ## What to do
    /// Do not use Imcext.dll. Take the message out of the queue before the service is started.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="C:\\exchsrvr\\connect\\msexcimc\\bin\\imcext.dll"
    /// //- Imcroute.cfg
    /// acme.com localhost
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="IMCEXT.DLL"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="C:\\exchsrvr\\connect\\msexcimc\\bin\\imcext.dll"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="C:\\gw\\filter.dll"
    /// ```
    pub static IMCEXT_LOCALHOST_CRASH = {
        id: "BLD025", name: "imcext-localhost-crash", severity: Critical, certainty: Possible,
        versions: [V5_0],
        fixed: "5.0.1460" in "5.0 SP2",
        kb: ["Q169681"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["crash", "extension"],
        check: Backup(imcext_localhost_crash),
    }
}

fn imcext_localhost_crash(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, RTM_50, SP2_50) else { return };
    let Some(service) = &backup.service else { return };
    let names_it = |text: &str| text.to_lowercase().contains("imcext.dll");
    let Some(value) = service.values_in_force().into_iter().find(|value| value.value.data.text().is_some_and(names_it)) else { return };
    let Some(setting) = service.text(&value.key, &value.value.name) else { return };
    let route = backup.case_entries().filter(|file| file.is_named("Imcroute.cfg")).find_map(|file| {
        let text = file.traits.text.as_deref()?;
        Some((file, text, text.lines().find(|line| line.text.to_lowercase().contains("localhost"))?))
    });
    let told = if route.is_some() { ", and Imcroute.cfg has a route to localhost" } else { "" };
    let finding = findings.report(format!("{} loads imcext.dll on build {}{told}", setting.value.name, found.build));
    finding.evidence(Evidence::setting(service, &setting).expected("another extension, or 5.0 SP2"));
    if let Some((file, text, line)) = route {
        // The route that crashes is there, so the condition says more than the rule alone.
        finding.certainty = Certainty::Likely;
        finding.evidence(Evidence::line(&file.path, text, line).expected("no route to localhost"));
    }
    finding.evidence(found.expecting("5.0.1460.8"));
}

declare_rule! {
    /// Extension's request to bounce a message is not honoured.
    ///
    /// ## Why it matters
    /// If the extension returns DISP_NDR_ORIG for a valid recipient, this build delivers the message instead of returning it. Filters that
    /// rely on it let mail through.
    ///
    /// ## What to do
    /// Install 5.0 SP2 or 5.5 SP1.
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
    /// "ExtensionDLL"="c:\\gw\\filter.dll"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ExtensionDLL"="c:\\gw\\filter.dll"
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
    /// "ExtensionDLL"="c:\\gw\\filter.dll"
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
    /// "ExtensionDLL"=""
    /// ```
    pub static EXTENSION_NDR_VERDICT_IGNORED = {
        id: "BLD026", name: "extension-ndr-verdict-ignored", severity: Info, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed_in: "5.0 SP2 / 5.5 SP1",
        kb: ["Q178378"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["extension"],
        check: Backup(extension_ndr_verdict_ignored),
    }
}

fn extension_ndr_verdict_ignored(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_in(backup, &[(FIRST_50, SP2_50), (RTM_55, SP1_55)]) else { return };
    let Some(service) = &backup.service else { return };
    let names = ["NonRoutingExtensionDll", "ExtensionDLL"];
    let Some(setting) = names.iter().filter_map(|name| service.text("Parameters", name)).find(|dll| !dll.data.trim().is_empty()) else { return };
    findings
        .report(format!("{} is {}; build {} does not bounce a message when the extension asks for it", setting.value.name, setting.data, found.build))
        .evidence(Evidence::setting(service, &setting))
        .evidence(found.proof.expected("5.0.1460.8 or 5.5.2232.9 at least"));
}
