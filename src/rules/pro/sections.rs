//! The form of the connector's profiles: sections named by identifiers, values named by type and property (Q133188, Q175107, Q183015).

use crate::{
    backup::{Backup, ProfileDump, ProfileProperty, ProfileSection},
    base::{Anomaly, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    formats::profile_blob::section_uid,
    mapi::{PropTag, PropType},
};

use super::proof::{connectors, proof, properties};

/// The network addresses of the server (Q183015).
const ADDRESSES: PropTag = PropTag(0x6613_101E);
/// Types that a name may begin with, and their forms with many values.
const KNOWN_TYPES: [PropType; 15] = [
    PropType::I2,
    PropType::LONG,
    PropType::R4,
    PropType::R8,
    PropType::CURRENCY,
    PropType::APPTIME,
    PropType::ERROR,
    PropType::BOOLEAN,
    PropType::OBJECT,
    PropType::I8,
    PropType::STRING8,
    PropType::UNICODE,
    PropType::SYSTIME,
    PropType::CLSID,
    PropType::BINARY,
];

fn is_known(prop_type: PropType) -> bool {
    KNOWN_TYPES.contains(&prop_type.element())
}

declare_rule! {
    /// Connector profile lacks the Exchange global section.
    ///
    /// ## Why it matters
    /// That section holds the properties of the Exchange server (0x66xx). Without it a profile cannot find its server: it is damaged
    /// or half made.
    ///
    /// ## What to do
    /// Stop and start the service, so that the profile is made anew.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\9207f3e0a3b11019908b08002b2a56c2]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13DBB0C8AA05101A9BB000AA002FC45A]
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789]
    /// ```
    pub static PROFILE_WITHOUT_GLOBAL_SECTION = {
        id: "PRO009", name: "profile-without-global-section", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q175107", "Q183015"],
        needs: [ImcproReg],
        tags: ["profile"],
        check: Backup(profile_without_global_section),
    }
}

fn profile_without_global_section(backup: &Backup, findings: &mut Findings<'_>) {
    for (dump, profile) in connectors(backup).filter(|(_, profile)| !profile.sections.is_empty() && profile.global_section().is_none()) {
        findings
            .report(format!("profile '{}' has {} and none of the server", profile.name, counted(profile.sections.len(), "section")))
            .evidence(Evidence::profile(dump, profile).expected("a section 13dbb0c8aa05101a9bb000aa002fc45a"))
            .first_evidences(profile.sections.iter().take(3).map(|section| Evidence::profile_section(dump, section)))
            .group(profile.name.as_ref());
    }
}

declare_rule! {
    /// Profile lacks the server's network address list.
    ///
    /// ## Why it matters
    /// The list is copied from the server object at the first connection. It is missing if the account may not read that object,
    /// because of restricted address book views for instance; resolving names through the profile then fails. This is described for
    /// profiles of clients; whether those of gateways always have the list is not known. The fault behind it is mended in 5.5 SP1,
    /// the wrong data stays.
    ///
    /// ## What to do
    /// Give the account the right to search the server object, and let the profile be made anew.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e6602"="SRV1"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,6c,72,70,63,3a,53,52,56,31,00
    /// ```
    pub static PROFILE_WITHOUT_NETWORK_ADDRESSES = {
        id: "PRO010", name: "profile-without-network-addresses", severity: Info, certainty: Possible,
        versions: [V5_5],
        kb: ["Q183015"],
        needs: [ImcproReg],
        tags: ["profile"],
        check: Backup(profile_without_network_addresses),
    }
}

fn profile_without_network_addresses(backup: &Backup, findings: &mut Findings<'_>) {
    for (dump, profile) in connectors(backup) {
        let Some(section) = profile.global_section().filter(|section| section.property(ADDRESSES).is_none()) else { continue };
        findings
            .report(format!(
                "the section of the server in '{}' has {} and no list of addresses",
                profile.name,
                counted(section.properties.len(), "value")
            ))
            .evidence(Evidence::profile_section(dump, section).expected("a value 101e6613"))
            .group(profile.name.as_ref());
    }
}

declare_rule! {
    /// Profile has a section that is no UID.
    ///
    /// ## Why it matters
    /// Sections are named by the 16 bytes of an identifier in hexadecimal. A section with another name was added by hand.
    ///
    /// ## What to do
    /// Let the profile be made anew; it must not be edited by hand.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\Backup]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// ```
    pub static PROFILE_SECTION_NOT_UID = {
        id: "PRO015", name: "profile-section-not-uid", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q175107", "Q183015", "Q141984"],
        needs: [ImcproReg],
        tags: ["profile"],
        check: Backup(profile_section_not_uid),
    }
}

fn profile_section_not_uid(backup: &Backup, findings: &mut Findings<'_>) {
    let sections = connectors(backup).flat_map(|(dump, profile)| profile.sections.iter().map(move |section| (dump, section)));
    let first_key = |section: &ProfileSection| section.id.split('\\').next().and_then(section_uid);
    let named: Vec<_> = sections.filter(|(_, section)| first_key(section).is_none()).collect();
    if !named.is_empty() {
        findings
            .report(format!("a key of the profile is no section: {}", enumerated(named.iter().map(|(_, section)| &section.id), 5)))
            .first_evidences(named.iter().map(|(dump, section)| Evidence::profile_section(dump, section).expected("32 hexadecimal digits")));
    }
}

declare_rule! {
    /// Profile value whose name is no property tag.
    ///
    /// ## Why it matters
    /// The name of a value is its type and its property in eight hexadecimal digits, which is the reverse of the usual notation. A
    /// name in the usual order, or any other one, was typed by hand, and nobody reads the value.
    ///
    /// ## What to do
    /// Delete the value, or let the profile be made anew.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "6613101e"=hex:00,00,00,00
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "note"="x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,6c,72,70,63,3a,53,52,56,31,00
    /// ```
    pub static PROFILE_VALUE_NAME_NOT_TAG = {
        id: "PRO016", name: "profile-value-name-not-tag", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q133188", "Q175107", "Q183015"],
        needs: [ImcproReg],
        tags: ["profile", "typo"],
        check: Backup(profile_value_name_not_tag),
    }
}

fn profile_value_name_not_tag(backup: &Backup, findings: &mut Findings<'_>) {
    let is_reversed = |tag: PropTag| !is_known(tag.prop_type()) && is_known(PropType(tag.id().0));
    let reversed = properties(backup).filter(|(_, _, property)| is_reversed(property.tag));
    let mut found: Vec<(String, Evidence)> =
        reversed.map(|placed @ (_, _, property)| (property.value_name.to_string(), name_of(placed.0, placed.1, property))).collect();
    for (dump, section) in connectors(backup).flat_map(|(dump, profile)| profile.sections.iter().map(move |section| (dump, section))) {
        for value in section.foreign.iter().filter(|value| !value.name.is_empty()) {
            let locator = Locator::RegistryValue { key: section.path.clone(), name: value.name.as_str().into(), line: value.place.line.unwrap_or(0) };
            let place = value.place.offset..value.place.offset + value.place.length;
            found.push((value.name.clone(), Evidence::new(dump.file.as_ref(), locator).at(place).observed(value.name.as_str())));
        }
    }
    if !found.is_empty() {
        findings
            .report(format!("the name of a value is no property tag: {}", enumerated(found.iter().map(|(name, _)| name), 5)))
            .first_evidences(found.into_iter().map(|(_, evidence)| evidence.expected("type and property in eight hexadecimal digits")));
    }
}

/// Evidence for the name of a property, not its data.
fn name_of(dump: &ProfileDump, section: &ProfileSection, property: &ProfileProperty) -> Evidence {
    let name = property.value_name.clone();
    let locator = Locator::RegistryValue { key: section.path.clone(), name: name.clone(), line: property.place.line.unwrap_or(0) };
    Evidence::new(dump.file.as_ref(), locator).at(property.place.offset..property.place.offset + property.place.length).observed(name)
}

declare_rule! {
    /// Profile value's registry type does not fit its property type.
    ///
    /// ## Why it matters
    /// Texts are stored as REG_SZ, everything else as binary data, numbers with a fixed length. Editing with Regedit often changes
    /// the type, and MAPI then treats the profile as damaged. That truth values have two bytes is general knowledge, not from an
    /// article.
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
    /// "00036601"=dword:0000000a
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "001e6602"=hex:53,52,56,31,00
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "01026687"="x"
    /// ```
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "00406699"=hex:00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcpro.reg
    /// REGEDIT4
    ///
    /// [HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 0123456789\13dbb0c8aa05101a9bb000aa002fc45a]
    /// "00036601"=hex:0a,00,00,00
    /// "001e6602"="SRV1"
    /// "000b6606"=hex:01,00
    /// ```
    pub static PROFILE_VALUE_TYPE_MISMATCH = {
        id: "PRO017", name: "profile-value-type-mismatch", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q133188", "Q175107", "Q183015", "Q141984"],
        needs: [ImcproReg],
        tags: ["profile", "type"],
        check: Backup(profile_value_type_mismatch),
    }
}

fn profile_value_type_mismatch(backup: &Backup, findings: &mut Findings<'_>) {
    let judged = [PropType::STRING8, PropType::LONG, PropType::BOOLEAN, PropType::SYSTIME, PropType::BINARY];
    let is_judged = |property: &ProfileProperty| judged.contains(&property.tag.prop_type()) || property.tag.prop_type().is_multi();
    let wrong: Vec<_> = properties(backup).filter(|(_, _, property)| is_judged(property) && misfits(property).is_some()).collect();
    let Some((_, _, first)) = wrong.first() else { return };
    let told = misfits(first).map_or("", |anomaly| anomaly.text.as_ref());
    findings
        .report(format!("{} without the type or length of its property; {}: {told}", counted(wrong.len(), "value"), first.value_name))
        .first_evidences(wrong.iter().map(|placed| proof(placed).expected(stored_as(placed.2.tag.prop_type()))));
}

fn misfits(property: &ProfileProperty) -> Option<&Anomaly> {
    property.anomalies.iter().find(|anomaly| anomaly.code == "profile-value-type")
}

fn stored_as(prop_type: PropType) -> &'static str {
    match prop_type {
        PropType::STRING8 => "REG_SZ",
        PropType::LONG => "REG_BINARY of 4 bytes",
        PropType::BOOLEAN => "REG_BINARY of 2 bytes",
        PropType::SYSTIME => "REG_BINARY of 8 bytes",
        _ => "REG_BINARY",
    }
}
