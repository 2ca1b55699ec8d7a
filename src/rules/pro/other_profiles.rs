//! Profiles in the dump that are not the connector's own, and where the dump was taken (Q165505, Q183904, Q201121).

use std::collections::BTreeSet;

use crate::{
    backup::{Backup, Profile},
    base::{Pattern, enumerated},
    declare_rule,
    diagnostics::{Evidence, Finding, Findings},
};

use super::proof::{connectors, keys};

/// Words in the names that people give to profiles for work on the queues.
const WORDS_OF_QUEUE_WORK: [&str; 5] = ["imc", "ims", "internet mail", "gateway", "reset"];
/// The connector for cc:Mail, and those of LinkAge for Notes, SNADS and PROFS.
static OTHER_CONNECTOR: Pattern = Pattern::new(r"(?i)^MSExchangeCCMC\b|^.+-LME-.+ V[0-9]+\.[0-9]+$");

fn is_of_other_connector(profile: &Profile) -> bool {
    OTHER_CONNECTOR.is_match(&profile.name)
}

/// Returns whether somebody made the profile by hand for the queues: it copies the sections of a connector's profile, or is named so.
fn is_hand_made(backup: &Backup, profile: &Profile) -> bool {
    let name = profile.name.to_lowercase();
    let is_service_made = name.strip_prefix("msexchangeimc ").is_some_and(|identifier| !identifier.is_empty());
    let sections =
        |profile: &Profile| profile.sections.iter().filter(|section| section.uid.is_some()).map(|section| section.id.to_lowercase()).collect();
    let own: BTreeSet<String> = sections(profile);
    let is_copy = !own.is_empty() && connectors(backup).any(|(_, other)| other.name != profile.name && sections(other) == own);
    !is_service_made && (is_copy || WORDS_OF_QUEUE_WORK.iter().any(|word| name.contains(word)))
}

/// Returns the profiles of the dump for which a test holds.
fn profiles(backup: &Backup, test: impl Fn(&Profile) -> bool) -> Vec<&Profile> {
    backup.profile.iter().flat_map(|dump| &dump.profiles).filter(|profile| test(profile)).collect()
}

/// Adds the proof of some profiles.
fn prove(backup: &Backup, found: &[&Profile], expected: &str, finding: &mut Finding) {
    if let Some(dump) = &backup.profile {
        finding.first_evidences(found.iter().map(|profile| Evidence::profile(dump, profile).expected(expected)));
    }
}

fn names(profiles: &[&Profile]) -> String {
    enumerated(profiles.iter().map(|profile| &profile.name), 5)
}

declare_rule! {
    /// Profile made by hand for queue work.
    ///
    /// ## Why it matters
    /// A profile of the kind GATEWAY made with PROFINST, or a copied key, opens the queues for tools such as the viewer of the
    /// store, Reset and GWClean. Somebody has worked on the queues by hand, and messages may have been deleted. Profiles made of a
    /// .prf file with Newprof.exe are another kind of hand-made profile; their section for the Exchange service holds names as
    /// typed.
    ///
    /// ## What to do
    /// Ask what was done to the queues, and when.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\IMC Profile]
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\Copy]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\Copy\13DBB0C8AA05101A9BB000AA002FC45A]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MS Exchange Settings]
    /// ```
    pub static HAND_MADE_PROFILE = {
        id: "PRO005", name: "hand-made-profile", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q165505", "Q184621", "Q175441", "Q322829", "Q259957"],
        needs: [ImcproReg],
        tags: ["profile", "queue"],
        check: Backup(hand_made_profile),
    }
}

fn hand_made_profile(backup: &Backup, findings: &mut Findings<'_>) {
    let made = profiles(backup, |profile| is_hand_made(backup, profile));
    if !made.is_empty() {
        prove(backup, &made, "only the profile that the service makes", findings.report(format!("profiles made by hand: {}", names(&made))));
    }
}

declare_rule! {
    /// Profile of another connector in the dump.
    ///
    /// ## Why it matters
    /// The connectors for cc:Mail and those of LinkAge (Notes, SNADS, PROFS) run under the same service account, so the dump covers
    /// more than the Internet connector. They share threads of the store with it.
    ///
    /// ## What to do
    /// Nothing; keep the profiles apart when the dump is read.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\SRV1-LME-NOTES V1.0]
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\msexchangeccmc 0123]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    pub static OTHER_CONNECTOR_PROFILE = {
        id: "PRO006", name: "other-connector-profile", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q185109", "Q165505"],
        needs: [ImcproReg],
        tags: ["profile"],
        check: Backup(other_connector_profile),
    }
}

fn other_connector_profile(backup: &Backup, findings: &mut Findings<'_>) {
    let others = profiles(backup, is_of_other_connector);
    if !others.is_empty() {
        prove(backup, &others, "a profile of MSExchangeIMC", findings.report(format!("profiles of other connectors: {}", names(&others))));
    }
}

declare_rule! {
    /// Profile path of Windows 95.
    ///
    /// ## Why it matters
    /// Exchange servers keep profiles below Windows NT\CurrentVersion. This dump was taken on a client with Windows 95 or 98.
    ///
    /// ## What to do
    /// Collect on the server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows Messaging Subsystem\Profiles\MS Exchange Settings]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    pub static WINDOWS95_PROFILE_PATH = {
        id: "PRO007", name: "windows95-profile-path", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q183904", "Q282496", "Q133188"],
        needs: [ImcproReg],
        tags: ["profile", "identity"],
        check: Backup(windows95_profile_path),
    }
}

fn windows95_profile_path(backup: &Backup, findings: &mut Findings<'_>) {
    let is_of_client = |path: &str| {
        let path = path.to_lowercase();
        path.contains("software\\microsoft\\windows messaging subsystem\\profiles") && !path.contains("windows nt\\currentversion")
    };
    let found: Vec<_> = keys(backup).filter(|(_, key)| is_of_client(&key.path)).collect();
    let Some((_, first)) = found.first() else { return };
    findings
        .report(format!("the profiles lie where Windows 95 keeps them: {}", first.path))
        .first_evidences(found.iter().map(|(file, key)| Evidence::registry_key(&file.path, key).expected("…\\Windows NT\\CurrentVersion\\…")));
}

declare_rule! {
    /// Profile comes from the default user's hive.
    ///
    /// ## Why it matters
    /// The system account uses the hive of the default user. A connector's profile there suggests that the service ran as
    /// LocalSystem, which cannot work for long.
    ///
    /// ## What to do
    /// Check the account that the service logs on with.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_USERS\.DEFAULT\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_USERS\S-1-5-18\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_USERS\S-1-5-21-1-2-3-500\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    pub static PROFILE_FROM_DEFAULT_HIVE = {
        id: "PRO008", name: "profile-from-default-hive", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155814", "Q201121"],
        needs: [ImcproReg],
        tags: ["profile", "startup"],
        check: Backup(profile_from_default_hive),
    }
}

fn profile_from_default_hive(backup: &Backup, findings: &mut Findings<'_>) {
    let is_of_system = |path: &str| {
        let path = path.to_lowercase();
        let below = path.strip_prefix("hkey_users\\").or_else(|| path.strip_prefix("hku\\"));
        below.is_some_and(|below| below.starts_with(".default\\") || below.starts_with("s-1-5-18\\"))
    };
    let found: Vec<_> = keys(backup).filter(|(_, key)| is_of_system(&key.path)).collect();
    let Some((_, first)) = found.first() else { return };
    findings
        .report(format!("the profiles come from the hive of the system account: {}", first.path))
        .first_evidences(found.iter().map(|(file, key)| Evidence::registry_key(&file.path, key).expected("the hive of the service account")));
}

declare_rule! {
    /// Dump holds user profiles but none of the connector.
    ///
    /// ## Why it matters
    /// Only profiles of mail clients are there: the dump was taken under the account of a user instead of the service account, so
    /// nothing can be said about the profile of the connector.
    ///
    /// ## What to do
    /// Log on as the service account and collect again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MS Exchange Settings]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MS Exchange Settings]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\IMC Profile]
    /// ```
    pub static OTHER_PROFILES_ONLY = {
        id: "PRO020", name: "other-profiles-only", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q201121", "Q165505"],
        needs: [ImcproReg],
        tags: ["profile", "collection"],
        check: Backup(other_profiles_only),
    }
}

fn other_profiles_only(backup: &Backup, findings: &mut Findings<'_>) {
    let users = profiles(backup, |profile| !is_of_other_connector(profile) && !is_hand_made(backup, profile));
    if connectors(backup).next().is_none() && !users.is_empty() {
        let finding = findings.report(format!("no profile of the connector, but of users: {}", names(&users)));
        prove(backup, &users, "the profile of MSExchangeIMC", finding);
    }
}
