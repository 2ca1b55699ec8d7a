//! Registry switches that a build does not know, or takes amiss.

use crate::{
    backup::{Backup, Build, ProductLine, ServiceValue},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{FIRST_40, FIRST_50, build_between, found_build, parameter};

declare_rule! {
    /// EnableTTL can crash this build.
    ///
    /// ## Why it matters
    /// EnableTTL makes the service follow the lifetimes of DNS answers and so makes round robin over DNS possible. This build can then end
    /// in an access violation in CDeliveryBatch::ConnectToNextMXHost.
    ///
    /// ## What to do
    /// Install Msexcimc.exe 5.5.2655.51 or later, or set EnableTTL to 0.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2654.52) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableTTL"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2655.51) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableTTL"=dword:00000001
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2654.52) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableTTL"=dword:00000000
    /// ```
    pub static ENABLETTL_CRASH = {
        id: "BLD002", name: "enablettl-crash", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2655.51" in "post-SP4 fix",
        kb: ["Q309685", "Q285023"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["crash"],
        check: Backup(enablettl_crash),
    }
}

fn enablettl_crash(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, switch)) = parameter(backup, "EnableTTL").filter(|(_, switch)| switch.data == 1) else { return };
    let Some(found) = build_between(backup, Build::new(5, 5, 2654, 52), Build::new(5, 5, 2655, 51)) else { return };
    findings
        .report(format!("EnableTTL is 1, and build {} can crash when it goes on to the next host of a domain", found.build))
        .evidence(Evidence::setting(service, &switch).expected("0 on this build"))
        .evidence(found.expecting("5.5.2655.51"));
}

/// Values and the first build that knows them.
#[rustfmt::skip]
const FIRST_BUILDS: &[(&str, Build)] = &[
    ("AcceptMalformed821Adrs",     Build::new(5, 0, 1458, 0)),
    ("AddressingNeverFails",       Build::new(5, 5, 2650, 0)),
    ("AddressRewrite",             Build::new(5, 0, 1458, 0)),
    ("AlwaysAllowForwarding",      Build::new(5, 5, 2407, 0)),
    ("AlwaysSuppressDR",           Build::new(5, 5, 2539, 1)),
    ("AlwaysUseETRN",              Build::new(5, 0, 1458, 0)),
    ("DestinationDomainThreshold", Build::new(5, 5, 2232, 0)),
    ("DisableAuth",                Build::new(5, 5, 2638, 0)),
    ("EnableMIMEWrap",             Build::new(4, 0, 993, 0)),
    ("EnableTTL",                  Build::new(5, 5, 2654, 52)),
    ("EnableVRFY",                 Build::new(4, 0, 994, 0)),
    ("InboundSizeLimit",           Build::new(5, 5, 2591, 0)),
    ("NonRoutingExtensionDll",     Build::new(5, 5, 2232, 0)),
    ("OnlySystemMessagesUseCDs",   Build::new(5, 5, 2580, 0)),
    ("OutboundSizeLimit",          Build::new(5, 5, 2591, 0)),
    ("OverrideProxyOut",           Build::new(5, 5, 2232, 0)),
    ("RelayAllowList",             Build::new(5, 5, 1960, 0)),
    ("RelayDenyList",              Build::new(5, 5, 1960, 0)),
    ("RelayFlags",                 Build::new(5, 5, 1960, 0)),
    ("RelayLocalIPList",           Build::new(5, 5, 1960, 0)),
    ("ResolveP2",                  Build::new(5, 0, 1457, 0)),
    ("ResolverThreads",            Build::new(5, 5, 2232, 0)),
    ("SendPlainTextAsIs",          Build::new(5, 5, 2571, 0)),
    ("SMTPWorkerThreads",          Build::new(5, 5, 2232, 0)),
    ("TurfDir",                    Build::new(4, 0, 994, 0)),
    ("TurfTable",                  Build::new(4, 0, 994, 0)),
    ("UseRTFText",                 Build::new(4, 0, 993, 0)),
];

/// Values that fixes after 5.0 SP2 brought to 5.0 as well (Q184542).
const SINCE_50_FIXES: [&str; 3] = ["SMTPWorkerThreads", "ResolverThreads", "DestinationDomainThreshold"];
const LAST_50_WITHOUT: Build = Build::new(5, 0, 1460, 8);

declare_rule! {
    /// Switch is set on a build that does not know it.
    ///
    /// ## Why it matters
    /// An older Msexcimc.exe ignores a value that it does not know, without a word. What the administrator wanted is not in force: relay
    /// lists on 5.0, say, or AUTH that should be off before SP3.
    ///
    /// ## What to do
    /// Install the service pack that knows the value, or take the value out.
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
    /// "DisableAuth"=dword:00000001
    /// ```
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
    /// "ResolverThreads"=dword:00000004
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
    /// "DisableAuth"=dword:00000001
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1461.69) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolverThreads"=dword:00000004
    /// ```
    pub static SWITCH_UNKNOWN_TO_BUILD = {
        id: "BLD003", name: "switch-unknown-to-build", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q222508", "Q223385", "Q231303", "Q235627", "Q216162", "Q192982", "Q166515", "Q175494", "Q166616", "Q183801", "Q262097", "Q238506",
            "Q155683", "Q153655", "Q184542", "Q285023", "Q184185", "Q238183", "Q219031"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["upgrade", "type"],
        check: Backup(switch_unknown_to_build),
    }
}

fn switch_unknown_to_build(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(found) = found_build(backup) else { return };
    let unknown: Vec<_> = service.values_of("Parameters").into_iter().filter_map(|value| Some((value, unknown_to(found.build, value)?))).collect();
    let Some((_, first_build)) = unknown.first() else { return };
    let names = enumerated(unknown.iter().map(|(value, _)| value.value.name.as_str()), 6);
    let since = if unknown.len() == 1 { format!("; it is known from {first_build} on") } else { String::new() };
    let proof = unknown.iter().filter_map(|(value, first)| {
        let setting = service.value("Parameters", &value.value.name)?;
        Some(Evidence::setting(service, &setting).expected(format!("build {first} or later, or no such value")))
    });
    findings.report(format!("build {} does not know {names}{since}", found.build)).first_evidences(proof).evidence(found.proof);
}

/// Returns the first build that knows a value, if this one is older. A number stored under another type counts as absent.
fn unknown_to(build: Build, value: &ServiceValue) -> Option<Build> {
    let name = &value.value.name;
    let (_, first) = FIRST_BUILDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    let is_list = |known: &str| known.ends_with("List") || known.starts_with("Turf");
    let is_text = ["NonRoutingExtensionDll", "OverrideProxyOut"].iter().any(|text| text.eq_ignore_ascii_case(name));
    let counts = is_list(name) || is_text || value.value.data.dword().is_some();
    let by_fix =
        build.line() == Some(ProductLine::V5_0) && build > LAST_50_WITHOUT && SINCE_50_FIXES.iter().any(|known| known.eq_ignore_ascii_case(name));
    (counts && !by_fix && build < *first).then_some(*first)
}

/// Values that 5.0 or 5.5 brought.
const ONLY_5: [&str; 9] = [
    "ResolveP2",
    "AddressRewrite",
    "AlwaysUseETRN",
    "RerouteViaStore",
    "RelayFlags",
    "RelayAllowList",
    "NonRoutingExtensionDll",
    "AdvertiseSMTPExtensions",
    "OverrideProxyOut",
];

declare_rule! {
    /// A 4.0 connector runs with settings of 5.x.
    ///
    /// ## Why it matters
    /// The connector disk of 4.0 must not be used on a 5.0 server: events 4125, 4120 and 4118 then appear without text. A restored registry,
    /// or mail that waits since before an upgrade, gives the same picture.
    ///
    /// ## What to do
    /// Ask when the server was upgraded. If the old connector runs on a newer server, remove it and install the service through 5.0 Setup and
    /// the Internet Mail Wizard.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000000
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
    /// "ResolveP2"=dword:00000000
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "UseRTFText"=dword:00000000
    /// ```
    pub static CONNECTOR_40_WITH_5X_SETTINGS = {
        id: "BLD033", name: "connector-40-with-5x-settings", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0],
        kb: ["Q189614"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["version", "upgrade"],
        check: Backup(connector_40_with_5x_settings),
    }
}

fn connector_40_with_5x_settings(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(found) = build_between(backup, FIRST_40, Build { build: u32::MAX, ..FIRST_40 }) else { return };
    let values: Vec<_> = ONLY_5.iter().filter_map(|name| service.value("Parameters", name)).collect();
    if values.is_empty() {
        return;
    }
    findings
        .report(format!(
            "the newest stamp of this server is {}, and {} that only 5.x knows: {}",
            found.build,
            counted(values.len(), "value"),
            enumerated(values.iter().map(|value| value.value.name.as_str()), 5)
        ))
        .evidences(values.iter().map(|value| Evidence::setting(service, value).expected("no such value on 4.0")))
        .evidence(found.proof);
}

declare_rule! {
    /// VRFY is enabled on a 5.0 build that it stops.
    ///
    /// ## Why it matters
    /// A VRFY command for an existing account makes Msexcimc.exe of 5.0 crash. Anyone on the Internet can stop the service in this way.
    ///
    /// ## What to do
    /// Set the value to 0, or install 5.0 SP2.
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
    /// "EnableVRFY"=dword:00000001
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
    /// "EnableVRFY"=dword:00000001
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
    /// "EnableVRFY"=dword:00000000
    /// ```
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
    /// "EnableVRFY"=dword:00000001
    /// ```
    pub static VRFY_STOPS_50 = {
        id: "BLD606", name: "vrfy-stops-50", severity: Critical, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1460.8" in "5.0 SP2" gates,
        kb: ["Q170317", "Q170077", "Q168735"],
        needs: [ImcsvcReg],
        tags: ["crash", "security", "fix-ims"],
        check: Backup(vrfy_stops_50),
    }
}

fn vrfy_stops_50(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let answers = |value: &&ServiceValue| {
        let name = value.value.name.to_lowercase();
        name.contains("vrfy") && !name.starts_with("disable") && value.value.data.dword().is_some_and(|data| data != 0)
    };
    let Some(value) = service.values_of("Parameters").into_iter().find(answers) else { return };
    let Some(setting) = service.dword("Parameters", &value.value.name) else { return };
    if backup.version.as_ref().and_then(|version| version.line) != Some(ProductLine::V5_0) {
        return findings.undecided("server-build", "VRFY is enabled, and the product line is not known");
    }
    let finding = findings.report(format!("{} is {}; a VRFY command can stop the service of 5.0 before SP2", setting.value.name, setting.data));
    finding.evidence(Evidence::setting(service, &setting).expected("0 before 5.0 SP2"));
    finding.evidences(build_between(backup, FIRST_50, Build { build: u32::MAX, ..FIRST_50 }).map(|found| found.expecting("5.0.1460.8")));
}
