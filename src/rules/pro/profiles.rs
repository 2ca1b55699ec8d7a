//! The profile that the service makes when it starts and deletes when it stops (Q201121), and its damage.

use crate::{
    backup::{Backup, ProductLine, Profile, ProfileDump, ProfileProperty, QueueKind},
    base::{Anomaly, counted},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    mapi::PropType,
};

const MV_STRING8: PropType = PropType(PropType::MULTI | PropType::STRING8.0);

declare_rule! {
    /// No connector profile: the service was not running.
    ///
    /// ## Why it matters
    /// The service makes its MAPI profile when it starts and deletes it when it stops. No profile means that the service was
    /// stopped at that moment or never got past MAPI initialization; or the dump was made under an account that is not the
    /// service account, since profiles live in HKEY_CURRENT_USER.
    ///
    /// ## What to do
    /// Start the service (if it starts) and collect again as the service account; otherwise look for start failures (4018,
    /// 4086, 2140).
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSEXCHANGEIMC 0123456789]
    /// ```
    pub static NO_CONNECTOR_PROFILE = {
        id: "PRO001", name: "no-connector-profile", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q201121", "Q163243"],
        needs: [ImcproReg],
        tags: ["profile", "startup"],
        check: Backup(no_connector_profile),
    }
}

fn no_connector_profile(backup: &Backup, findings: &mut Findings<'_>) {
    if lacks_profile(backup) {
        findings
            .report("Imcpro.reg holds no MSExchangeIMC profile")
            .evidence(profile_file(backup).observed("no key MSExchangeIMC … below Profiles").expected("the profile of a running service"));
    }
}

fn lacks_profile(backup: &Backup) -> bool {
    backup.profile.as_ref().is_some_and(|profile| !profile.has_connector_profile())
}

fn profile_file(backup: &Backup) -> Evidence {
    Evidence::file(backup.profile.as_ref().map_or("Imcpro.reg", |profile| &profile.file))
}

fn connector_profiles(backup: &Backup) -> Vec<&Profile> {
    backup.profile.iter().flat_map(ProfileDump::connectors).collect()
}

fn profile_key(backup: &Backup, profile: &Profile) -> Evidence {
    let Profile { name, place, .. } = profile;
    let file = backup.profile.as_ref().map_or("Imcpro.reg", |dump| &dump.file);
    Evidence::new(file, Locator::RegistryKey { key: name.clone(), line: place.line.unwrap_or(0) })
        .at(place.offset..place.offset + place.length)
        .observed(name.clone())
}

declare_rule! {
    /// Service was stopped while outbound mail is waiting.
    ///
    /// ## Why it matters
    /// Mail in MTS-OUT has left the MTA: it is neither rerouted nor returned while the connector is down, even if another
    /// connector exists.
    ///
    /// ## What to do
    /// Bring the service up, or export and resend the mail.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    /// //- Mtsout/1
    /// subject: "waits"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    /// //- Mtsout/
    /// ```
    pub static STOPPED_WITH_MAIL_WAITING = {
        id: "PRO002", name: "stopped-with-mail-waiting", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q201121", "Q263714", "Q271545", "Q282780"],
        needs: [ImcproReg, Mtsout],
        tags: ["profile", "queue"],
        check: Backup(stopped_with_mail_waiting),
    }
}

fn stopped_with_mail_waiting(backup: &Backup, findings: &mut Findings<'_>) {
    let waiting = backup.items(QueueKind::MtsOut).count();
    if waiting == 0 || !lacks_profile(backup) {
        return;
    }
    findings
        .report(format!("the service was stopped while {waiting} queue items waited in MTS-OUT"))
        .evidence(profile_file(backup).observed("no key MSExchangeIMC … below Profiles"))
        .evidences(backup.items(QueueKind::MtsOut).take(3).map(|item| Evidence::file(backup.path_of(item))))
        .affects(QueueKind::MtsOut.display_name(), waiting);
}

declare_rule! {
    /// Several connector profiles on a 4.0 server.
    ///
    /// ## Why it matters
    /// 4.0 uses one profile and deletes it at each clean stop, so extra ones stem from crashes or killed processes.
    ///
    /// ## What to do
    /// Correlate with crash events (4037, Dr. Watson); delete the stale keys while the service is stopped.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    ///
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 99F0011223]
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.995.52) id <01BB6402.55C69350@srv1.example.com>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    ///
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 99F0011223]
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static STALE_PROFILES_ON_40 = {
        id: "PRO003", name: "stale-profiles-on-40", severity: Warning, certainty: Likely,
        versions: [V4_0],
        kb: ["Q165505", "Q184621", "Q201121"],
        needs: [ImcproReg, ServerBuild],
        tags: ["profile", "crash"],
        check: Backup(stale_profiles_on_40),
    }
}

fn stale_profiles_on_40(backup: &Backup, findings: &mut Findings<'_>) {
    let is_40 = backup.version.as_ref().is_some_and(|version| version.line == Some(ProductLine::V4_0));
    let profiles = connector_profiles(backup);
    if is_40 && profiles.len() > 1 {
        let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_ref()).collect();
        findings
            .report(format!("{} connector profiles on a 4.0 server: {}", names.len(), names.join(", ")))
            .evidences(profiles.iter().map(|profile| profile_key(backup, profile).expected("one profile")));
    }
}

declare_rule! {
    /// Profile value is a damaged string list.
    ///
    /// ## Why it matters
    /// The layout is a count, that many offsets from the start of the blob, then NUL-terminated strings. A blob that breaks it
    /// was cut or edited.
    ///
    /// ## What to do
    /// Recreate the profile.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:06,00,00,00,1c,00,00,00,2d,00,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,6c,72,70,63,3a,53,52,56,31,00
    /// ```
    pub static PROFILE_MULTIVALUE_BLOB_CORRUPT = {
        id: "PRO011", name: "profile-multivalue-blob-corrupt", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q183015"],
        needs: [ImcproReg],
        tags: ["profile", "integrity"],
        check: Backup(profile_multivalue_blob_corrupt),
    }
}

fn profile_multivalue_blob_corrupt(backup: &Backup, findings: &mut Findings<'_>) {
    let sections = connector_profiles(backup).into_iter().flat_map(|profile| &profile.sections);
    let lists = sections.flat_map(|section| &section.properties).filter(|property| property.tag.prop_type() == MV_STRING8);
    let broken: Vec<_> = lists
        .filter_map(|property| property.anomalies.iter().find(|anomaly| anomaly.code.starts_with("mv-string-")).map(|anomaly| (property, anomaly)))
        .collect();
    let Some((first, reason)) = broken.first() else { return };
    let dump = backup.profile.as_ref().map_or("Imcpro.reg", |dump| &dump.file);
    let proof = |(property, anomaly): &(&ProfileProperty, &Anomaly)| {
        let place = property.place;
        let name = property.value_name.clone();
        Evidence::new(dump, Locator::RegistryValue { key: "profile section".into(), name, line: place.line.unwrap_or(0) })
            .at(place.offset..place.offset + place.length)
            .observed(property.value_name.clone())
            .expected(format!("a count, that many offsets, terminated strings; here {}", anomaly.text))
    };
    findings
        .report(format!("{} of the profile broken; {}: {}", counted(broken.len(), "string list"), first.value_name, reason.text))
        .evidences(broken.iter().take(20).map(proof));
}

declare_rule! {
    /// Profile exists although the service is disabled.
    ///
    /// ## Why it matters
    /// A disabled service cannot have made a profile since its last stop; the profile is left over from a crash or kill, was
    /// made by a tool, or the service was disabled while still running.
    ///
    /// ## What to do
    /// Check when the service last ran.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    ///
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000004
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    ///
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Start"=dword:00000002
    /// ```
    pub static PROFILE_OF_DISABLED_SERVICE = {
        id: "PRO019", name: "profile-of-disabled-service", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q201121", "Q176566"],
        needs: [ImcproReg, ImcsvcReg],
        tags: ["profile"],
        check: Backup(profile_of_disabled_service),
    }
}

fn profile_of_disabled_service(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(start) = service.dword("", "Start").filter(|start| start.data == 4) else { return };
    if let Some(profile) = backup.connector_profile() {
        findings
            .report(format!("profile '{}' exists, but the service is disabled", profile.name))
            .evidence(profile_key(backup, profile))
            .evidence(Evidence::setting(service, &start));
    }
}
