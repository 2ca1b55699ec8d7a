//! Which services and settings the connector's profile holds: Exchange alone, and nothing of a mail client (Q234936, Q259957).

use crate::{
    backup::{Backup, ProfileProperty, ProfileSection},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    mapi::PropTag,
};

use super::proof::{Placed, connectors, proof, properties};

const PROVIDER_DLL: PropTag = PropTag(0x300A_001E);
const SERVICE_DLL: PropTag = PropTag(0x3D0A_001E);
const SERVICE_NAME: PropTag = PropTag(0x3D09_001E);
const CONFIGURATION: PropTag = PropTag(0x6601_0003);
/// Programs of services that do not belong into the profile, without their ending and without 32 (Q234936, Q245446).
const FOREIGN_DLLS: [(&str, &str); 10] = [
    ("minet", "Internet e-mail"),
    ("inetab", "Internet e-mail"),
    ("msfs", "Microsoft Mail"),
    ("ccmxp", "cc:Mail"),
    ("ccmab", "cc:Mail"),
    ("mapivm", "voice mail"),
    ("mspst", "personal folders"),
    ("contab", "Outlook address book"),
    ("emablt", "LDAP directory"),
    ("bjablr", "a foreign address book"),
];
/// Names of such services (Q259957).
const FOREIGN_SERVICES: [(&str, &str); 6] = [
    ("MSFS", "Microsoft Mail"),
    ("MSPST MS", "personal folders"),
    ("MSPST AB", "personal address book"),
    ("CONTAB", "Outlook address book"),
    ("EMABLT", "LDAP directory"),
    ("IMAIL", "Internet e-mail"),
];

/// Returns the name of a program in small letters, without folder, ending and the 32 at its end.
fn program(text: &str) -> String {
    let name = text.trim().rsplit(['\\', '/']).next().unwrap_or_default().to_lowercase();
    let stem = name.strip_suffix(".dll").unwrap_or(&name);
    stem.strip_suffix("32").unwrap_or(stem).to_owned()
}

declare_rule! {
    /// Foreign MAPI service in the connector's profile.
    ///
    /// ## Why it matters
    /// A second transport beside the Exchange service is unsupported and changes how addresses are resolved ("No transport provider
    /// was available"). Only services that are known to be foreign count, by program or by name; the full set of a gateway's profile
    /// is not documented.
    ///
    /// ## What to do
    /// Delete the profile while the service is stopped; it is made anew at the start.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e300a"="MSFS32.DLL"
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e3d0a"="mspst"
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e3d09"="MSPST MS"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e300a"="EMSMDB.DLL"
    /// "001e3d09"="MSEMS"
    /// ```
    pub static FOREIGN_MAPI_SERVICE = {
        id: "PRO013", name: "foreign-mapi-service", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q234936", "Q245446", "Q259957"],
        needs: [ImcproReg],
        tags: ["profile"],
        check: Backup(foreign_mapi_service),
    }
}

fn foreign_mapi_service(backup: &Backup, findings: &mut Findings<'_>) {
    let foreign: Vec<_> = properties(backup).filter_map(|placed| foreign_service(placed.2).map(|service| (placed, service))).collect();
    let told = foreign.iter().map(|((_, _, property), service)| format!("{} ({service})", property.text().unwrap_or_default()));
    if !foreign.is_empty() {
        findings
            .report(format!("the profile holds a foreign service: {}", enumerated(told, 5)))
            .first_evidences(foreign.iter().map(|(placed, _)| proof(placed).expected("the Exchange service alone")));
    }
}

fn foreign_service(property: &ProfileProperty) -> Option<&'static str> {
    let text = property.text()?;
    let (known, name) = match property.tag {
        PROVIDER_DLL | SERVICE_DLL => (FOREIGN_DLLS.as_slice(), program(text)),
        SERVICE_NAME => (FOREIGN_SERVICES.as_slice(), text.trim().to_owned()),
        _ => return None,
    };
    known.iter().find(|(foreign, _)| foreign.eq_ignore_ascii_case(&name)).map(|(_, service)| *service)
}

declare_rule! {
    /// Connector profile has no Exchange message store.
    ///
    /// ## Why it matters
    /// The connector parks inbound mail in the private store of its own server; on a server with public folders only it cannot start
    /// (event 4018).
    ///
    /// ## What to do
    /// Create a private information store on that server.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e300a"="EMSABP.DLL"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e300a"="EMSABP.DLL"
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\b608d88f58e2256af06dbbe16f4955fb]
    /// "001e300a"="emsmdb32.dll"
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// ```
    pub static PROFILE_WITHOUT_MESSAGE_STORE = {
        id: "PRO014", name: "profile-without-message-store", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q157042", "Q163243"],
        needs: [ImcproReg],
        tags: ["profile", "startup"],
        check: Backup(profile_without_message_store),
    }
}

fn profile_without_message_store(backup: &Backup, findings: &mut Findings<'_>) {
    for (dump, profile) in connectors(backup) {
        let providers: Vec<_> = profile.properties().filter(|(_, property)| property.tag == PROVIDER_DLL).collect();
        let is_store = |property: &ProfileProperty| property.text().is_some_and(|text| program(text).starts_with("emsmdb"));
        if providers.is_empty() || providers.iter().any(|(_, property)| is_store(property)) {
            continue;
        }
        let proof = |(section, property): &(&ProfileSection, &ProfileProperty)| Evidence::profile_property(dump, section, property);
        findings
            .report(format!("{} in '{}', none of a message store", counted(providers.len(), "provider"), profile.name))
            .first_evidences(providers.iter().map(|provider| proof(provider).expected("EMSMDB.DLL among the providers")))
            .group(profile.name.as_ref());
    }
}

declare_rule! {
    /// Client settings in the connector's profile.
    ///
    /// ## Why it matters
    /// Paths of offline address books and stores, the port of a POP3 client, settings for web forms and the choice between online
    /// and offline belong to profiles of users. Either such a profile was renamed to look like the connector's, or somebody opened
    /// it with a mail client.
    ///
    /// ## What to do
    /// Let the profile be made anew.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e660e"="C:\\WINNT"
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "00036651"=hex:6e,00,00,00
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "00036601"=hex:30,00,00,00
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\0a0d020000000000c000000000000046]
    /// "001e0270"="http://forms"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e6602"="SRV1"
    /// "00036601"=hex:04,00,00,00
    /// ```
    pub static CLIENT_SETTINGS_IN_PROFILE = {
        id: "PRO018", name: "client-settings-in-profile", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q175107", "Q133188", "Q259957"],
        needs: [ImcproReg],
        tags: ["profile"],
        check: Backup(client_settings_in_profile),
    }
}

fn client_settings_in_profile(backup: &Backup, findings: &mut Findings<'_>) {
    let settings: Vec<_> = properties(backup).filter(|(_, section, property)| is_of_client(section, property)).collect();
    let told = settings.iter().map(|(_, _, property)| property.name.unwrap_or(&property.value_name));
    if !settings.is_empty() {
        findings
            .report(format!("the profile holds settings of a mail client: {}", enumerated(told, 5)))
            .first_evidences(settings.iter().map(|placed| proof(placed).expected("no setting of a client")));
    }
}

fn is_of_client(section: &ProfileSection, property: &ProfileProperty) -> bool {
    let is_forms = section.id.eq_ignore_ascii_case("0a0d020000000000c000000000000046") && (0x0270..=0x0274).contains(&property.tag.id().0);
    // 32 detects the connection, 48 is always online, 50 asks: choices of a person (Q259957).
    let is_choice = property.tag == CONFIGURATION && property.long().is_some_and(|flags| flags & 0x30 != 0);
    is_forms || is_choice || [PropTag(0x660E_001E), PropTag(0x6610_001E), PropTag(0x6651_0003)].contains(&property.tag)
}

declare_rule! {
    /// A mail password is stored in the profile dump.
    ///
    /// ## Why it matters
    /// Profiles made by hand or copied can carry services with a stored password in plain text: that of a Microsoft Mail post
    /// office, or of a file with personal folders, which may be a hash. The connector's own profile has none, and the dump travels
    /// to third parties. The encrypted log-on data of the Exchange provider are another thing (PKG072).
    ///
    /// ## What to do
    /// Mask the value everywhere, tell the customer to change the password, and remove the foreign service from the profile of the
    /// service account.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\Mail\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e6600"="\\\\POST\\MAILDATA"
    /// "001e6601"="ANN"
    /// "001e67f0"="secret"
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e6703"="x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "010267f0"=hex:01,02
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\a20f5127ebdad0e13b6199c0a75278c8]
    /// "001e67f0"=""
    /// ```
    pub static PASSWORD_IN_PROFILE = {
        id: "PRO601", name: "password-in-profile", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q259957"],
        needs: [ImcproReg],
        tags: ["security", "privacy", "profile"],
        check: Backup(password_in_profile),
    }
}

fn password_in_profile(backup: &Backup, findings: &mut Findings<'_>) {
    let dumps = backup.profile.iter();
    let all = dumps.flat_map(|dump| dump.profiles.iter().map(move |profile| (dump, profile)));
    for (dump, profile) in all {
        let stored: Vec<_> = profile.properties().filter(|(_, property)| is_password(property)).collect();
        let Some((section, first)) = stored.first() else { continue };
        let beside = [SERVICE_NAME, PropTag(0x6600_001E), PropTag(0x6601_001E)].into_iter().filter_map(|tag| section.property(tag));
        let beside: Vec<Placed<'_>> = beside.map(|property| (dump, *section, property)).collect();
        let finding =
            findings.report(format!("profile '{}' stores a password in value {}, {} characters", profile.name, first.value_name, first.size));
        finding.first_evidences(stored.iter().map(|(section, property)| Evidence::profile_property(dump, section, property).expected("no password")));
        finding.first_evidences(beside.iter().map(proof)).group(profile.name.as_ref());
    }
}

/// The password of a post office or of a file with personal folders; 010267f0 is the log-on data of the Exchange provider.
fn is_password(property: &ProfileProperty) -> bool {
    [PropTag(0x67F0_001E), PropTag(0x6703_001E)].contains(&property.tag) && property.size > 0
}
