//! What `Imcpro.reg` means: the MAPI profiles of the connector, their sections and properties.
//!
//! The service makes its profile when it starts and deletes it when it stops (Q201121), so a dump without one is no damage. Values
//! 67f0 and the password of a personal folder file are secrets (Q259957): they are marked, and nothing here shows their data.

use std::collections::HashMap;

use crate::{
    base::Anomaly,
    formats::{
        profile_blob::{ProfileValue, decode, section_uid, tag_of},
        reg::{Place, RegType, RegistryDump, RegistryKey, RegistryShape, RegistryValue, canonical_path},
    },
    mapi::PropTag,
};

use super::profile_values;

const PROFILES: &str = "\\profiles";
/// Root of all profiles of an account, on NT and on Windows 95 (Q183904).
const SUBSYSTEM: &str = "windows messaging subsystem\\profiles";
/// The section that holds the properties of the Exchange server (Q175107).
pub(crate) const GLOBAL_SECTION: &str = "13dbb0c8aa05101a9bb000aa002fc45a";

/// All profiles of a dump.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ProfileDump {
    /// Name of the file.
    pub file: Box<str>,
    /// How the file is written.
    pub shape: RegistryShape,
    /// Profiles in the order of the file.
    pub profiles: Vec<Profile>,
    /// Values of the `Profiles` key itself, such as the name of the default profile.
    pub values: Vec<RegistryValue>,
    /// Paths and places of keys that lie in no profile.
    pub other_keys: Vec<(Box<str>, Place)>,
}

/// One profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Name as in the path of its key; in a hive that of the root key.
    pub name: Box<str>,
    /// Whole path of its key as written.
    pub path: Box<str>,
    /// Whether the name is that of a connector's profile: MSExchangeIMC, with or without an identifier.
    pub is_connector: bool,
    /// The first header of the profile or of one of its sections.
    pub place: Place,
    /// Values of the profile's key itself; MAPI stores none there.
    pub values: Vec<RegistryValue>,
    /// Sections in the order of the file.
    pub sections: Vec<ProfileSection>,
}

/// One section of a profile.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileSection {
    /// Path below the profile as written: 32 hexadecimal digits, or a name that is no section id.
    pub id: Box<str>,
    /// Whole path of its key as written.
    pub path: Box<str>,
    /// The MAPIUID, if the name is one.
    pub uid: Option<[u8; 16]>,
    /// Its header.
    pub place: Place,
    /// Properties in the order of the file, repeated ones included.
    pub properties: Vec<ProfileProperty>,
    /// Values whose names are no property tags.
    pub foreign: Vec<RegistryValue>,
}

/// One property of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileProperty {
    /// The tag.
    pub tag: PropTag,
    /// Name of the value as written.
    pub value_name: Box<str>,
    /// Name of the property, if the table of profile values knows it in this section.
    pub name: Option<&'static str>,
    /// Registry type of the value.
    pub reg_type: RegType,
    /// The value decoded.
    pub value: ProfileValue,
    /// Whether the data must never be shown.
    pub is_secret: bool,
    /// Number of bytes of the data, or of characters of a text.
    pub size: usize,
    /// The whole value in the file.
    pub place: Place,
    /// The data alone.
    pub data_place: Place,
    /// The data as written; none in a hive.
    pub raw: Option<Box<str>>,
    /// What the data deviate in from their type.
    pub anomalies: Vec<Anomaly>,
}

impl ProfileDump {
    /// Takes the profiles out of a dump.
    #[must_use]
    pub fn from_dump(file: &str, dump: &RegistryDump) -> Self {
        let mut profiles = Self { file: file.into(), shape: dump.shape, ..Self::default() };
        let prefix = hive_prefix(dump);
        let mut index = Index::default();
        for key in dump.keys.iter().filter(|key| !key.deleted) {
            match split_path(key, prefix) {
                Some(("", _)) => profiles.values.extend(key.values.iter().cloned()),
                Some((name, section)) => profiles.add(key, name, section, &mut index),
                None => profiles.other_keys.push((key.path.as_str().into(), key.place)),
            }
        }
        profiles.name_properties();
        profiles
    }

    /// Returns the profiles of the connector.
    pub fn connectors(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter().filter(|profile| profile.is_connector)
    }

    /// Returns whether the connector has a profile, as it has while the service runs (Q201121).
    #[must_use]
    pub fn has_connector_profile(&self) -> bool {
        self.connectors().next().is_some()
    }

    fn add(&mut self, key: &RegistryKey, name: &str, section: &str, index: &mut Index) {
        let at = *index.profiles.entry(name.to_lowercase()).or_insert(self.profiles.len());
        if at == self.profiles.len() {
            let is_connector = is_connector_name(name);
            let path = key.path.trim().trim_end_matches('\\');
            let path = path.strip_suffix(section).unwrap_or(path).trim_end_matches('\\').into();
            self.profiles.push(Profile { name: name.into(), path, is_connector, place: key.place, values: Vec::new(), sections: Vec::new() });
        }
        let Some(profile) = self.profiles.get_mut(at) else { return };
        if section.is_empty() {
            profile.values.extend(key.values.iter().cloned());
            return;
        }
        let place = *index.sections.entry((at, section.to_lowercase())).or_insert(profile.sections.len());
        if place == profile.sections.len() {
            let (properties, foreign) = (Vec::new(), Vec::new());
            let (id, path) = (section.into(), key.path.as_str().into());
            profile.sections.push(ProfileSection { id, path, uid: section_uid(section), place: key.place, properties, foreign });
        }
        let Some(section) = profile.sections.get_mut(place) else { return };
        for value in key.values.iter().filter(|value| !value.deleted) {
            match tag_of(&value.name) {
                Some(tag) => section.properties.push(property(tag, value)),
                None => section.foreign.push(value.clone()),
            }
        }
    }

    /// Names properties once the service of each section is known, because ids mean other things in other services.
    fn name_properties(&mut self) {
        for section in self.profiles.iter_mut().flat_map(|profile| &mut profile.sections) {
            let service = section.text(PropTag(0x3D09_001E)).map(str::to_owned);
            for property in &mut section.properties {
                property.name = profile_values::describe(&section.id, property.tag, service.as_deref()).map(|definition| definition.property);
            }
        }
    }
}

#[derive(Default)]
struct Index {
    profiles: HashMap<String, usize>,
    sections: HashMap<(usize, String), usize>,
}

impl Profile {
    /// Returns a section by its id.
    #[must_use]
    pub fn section(&self, id: &str) -> Option<&ProfileSection> {
        self.sections.iter().find(|section| section.id.eq_ignore_ascii_case(id))
    }

    /// Returns the section with the properties of the Exchange server.
    #[must_use]
    pub fn global_section(&self) -> Option<&ProfileSection> {
        self.section(GLOBAL_SECTION)
    }

    /// Returns the network addresses of the home server (0x6613101E), such as `ncacn_ip_tcp:mail.example.com` (Q183015).
    #[must_use]
    pub fn server_addresses(&self) -> Option<(&[String], &ProfileProperty)> {
        let property = self.global_section()?.property(PropTag(0x6613_101E))?;
        match &property.value {
            ProfileValue::Strings(strings) => Some((strings, property)),
            _ => None,
        }
    }

    /// Returns the properties of all sections with the section of each.
    pub fn properties(&self) -> impl Iterator<Item = (&ProfileSection, &ProfileProperty)> {
        self.sections.iter().flat_map(|section| section.properties.iter().map(move |property| (section, property)))
    }

    /// Returns the name of the home server (0x6602001E).
    #[must_use]
    pub fn home_server(&self) -> Option<(&str, &ProfileProperty)> {
        self.global_text(PropTag(0x6602_001E))
    }

    /// Returns the distinguished name of the mailbox or gateway (0x6603001E).
    #[must_use]
    pub fn user_dn(&self) -> Option<(&str, &ProfileProperty)> {
        self.global_text(PropTag(0x6603_001E))
    }

    fn global_text(&self, tag: PropTag) -> Option<(&str, &ProfileProperty)> {
        let property = self.global_section()?.property(tag)?;
        property.text().map(|text| (text, property))
    }
}

impl ProfileSection {
    /// Returns the last property of a tag, which is the one in force.
    #[must_use]
    pub fn property(&self, tag: PropTag) -> Option<&ProfileProperty> {
        self.properties.iter().rev().find(|property| property.tag == tag)
    }

    /// Returns the text of a property.
    #[must_use]
    pub fn text(&self, tag: PropTag) -> Option<&str> {
        self.property(tag)?.text()
    }
}

impl ProfileProperty {
    /// Returns the text of a text property.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            ProfileValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the number of a PT_LONG.
    #[must_use]
    pub fn long(&self) -> Option<i32> {
        match &self.value {
            ProfileValue::Long(value) => Some(*value),
            _ => None,
        }
    }
}

fn property(tag: PropTag, value: &RegistryValue) -> ProfileProperty {
    let decoded = decode(tag, &value.data, value.data_place.offset);
    let size = value.data.text().map_or(value.data.bytes.len(), |text| text.chars().count());
    ProfileProperty {
        tag,
        value_name: value.name.as_str().into(),
        name: None,
        reg_type: value.data.reg_type,
        value: decoded.value,
        is_secret: profile_values::is_secret(tag),
        size,
        place: value.place,
        data_place: value.data_place,
        raw: value.raw.clone(),
        anomalies: decoded.anomalies,
    }
}

/// `^MSExchangeIMC .+$`, without regard to case as the registry compares.
fn is_connector_name(name: &str) -> bool {
    let (start, rest) = (name.get(..13), name.get(13..).unwrap_or_default());
    start.is_some_and(|start| start.eq_ignore_ascii_case("MSExchangeIMC")) && rest.len() > 1 && rest.starts_with(' ')
}

/// A hive has no full path: its root is a profile or the `Profiles` key, known by keys of 32 hexadecimal digits one or two levels below.
/// Returns the length of what stands before the name of the profile.
fn hive_prefix(dump: &RegistryDump) -> Option<usize> {
    let root = &dump.keys.first().filter(|_| dump.shape == RegistryShape::Hive)?.path;
    let section_depth = |key: &RegistryKey| {
        let below = key.path.strip_prefix(root.as_str())?.strip_prefix('\\')?;
        let (before, last) = below.rsplit_once('\\').unwrap_or(("", below));
        section_uid(last).map(|_| if before.is_empty() { 1 } else { before.matches('\\').count() + 2 })
    };
    match dump.keys.iter().find_map(section_depth)? {
        1 => Some(0),
        2 => Some(root.len() + 1),
        _ => None,
    }
}

/// Splits the path of a key into the name of its profile and the section below; both empty for the `Profiles` key.
fn split_path(key: &RegistryKey, prefix: Option<usize>) -> Option<(&str, &str)> {
    let path = key.path.trim().trim_end_matches('\\');
    if let Some(prefix) = prefix {
        let rest = path.get(prefix..).unwrap_or_default();
        return Some(rest.split_once('\\').unwrap_or((rest, "")));
    }
    // Windows 3.x kept the sections of one profile in an ini file without any path.
    if section_uid(path).is_some() {
        return Some(("(ini file)", path));
    }
    let canonical = canonical_path(path);
    let is_profile = canonical.split_once(SUBSYSTEM).is_some_and(|(_, rest)| rest.is_empty() || rest.starts_with('\\'));
    let below = path.to_ascii_lowercase().find(PROFILES).filter(|_| is_profile)? + PROFILES.len();
    let rest = path.get(below..)?.trim_start_matches('\\');
    Some(rest.split_once('\\').unwrap_or((rest, "")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::registry};

    const ROOT: &str = "HKEY_CURRENT_USER\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows Messaging Subsystem\\Profiles";

    fn profiles(text: &str) -> ProfileDump {
        let text = format!("REGEDIT4\r\n\r\n{}", text.replace("ROOT", ROOT));
        ProfileDump::from_dump("Imcpro.reg", &registry::parse(text.as_bytes(), &Limits::default()).value)
    }

    #[test]
    fn profiles_sections_and_properties_are_read() {
        let dump = profiles(
            "[ROOT]\r\n@=\"A\"\r\n[ROOT\\MSExchangeIMC 01]\r\n[ROOT\\MSExchangeIMC 01\\13DBB0C8aa05101a9bb000aa002fc45a]\r\n\"001e6602\"=\"SRV1\"\r\n\
             \"101e6613\"=hex:01,00,00,00,08,00,00,00,61,00\r\n\"note\"=\"x\"\r\n[HKCU\\Other]\r\n",
        );
        assert_eq!((dump.profiles.len(), dump.values.len(), dump.other_keys.len()), (1, 1, 1));
        let profile = &dump.profiles[0];
        assert_eq!(profile.path.as_ref(), format!("{ROOT}\\MSExchangeIMC 01"));
        assert!(profile.is_connector && dump.has_connector_profile());
        assert_eq!(profile.home_server().unwrap().0, "SRV1");
        assert_eq!(profile.server_addresses().unwrap().0, ["a"]);
        let section = profile.global_section().unwrap();
        assert_eq!((section.foreign.len(), section.properties[0].name), (1, Some("PR_PROFILE_HOME_SERVER")));
        assert_eq!(section.properties[0].place.line, Some(7));
    }

    #[test]
    fn names_of_the_connector_are_told_from_others() {
        let names = ["MSExchangeIMC", "msexchangeimc 0123", "MSExchangeIMC ", "MSExchangeIMC2", "MS Exchange Settings", "MSExchangeCCMC x"];
        assert_eq!(names.map(is_connector_name), [false, true, false, false, false, false]);
    }

    #[test]
    fn passwords_are_marked() {
        let dump = profiles(
            "[ROOT\\A\\00000000000000000000000000000001]\r\n\"001e67f0\"=\"secret\"\r\n\"010267f0\"=hex:01,02\r\n\"001e6703\"=\"x\"\r\n\"001e3001\"=\"n\"\r\n",
        );
        let properties = &dump.profiles[0].sections[0].properties;
        assert_eq!(
            properties.iter().map(|property| (property.is_secret, property.size)).collect::<Vec<_>>(),
            [(true, 6), (true, 2), (true, 1), (false, 1)]
        );
    }

    #[test]
    fn ids_mean_what_the_service_of_the_section_says() {
        let dump = profiles(
            "[ROOT\\A\\00000000000000000000000000000001]\r\n\"001e3d09\"=\"MSFS\"\r\n\"001e6601\"=\"ANN\"\r\n\
             [ROOT\\A\\00000000000000000000000000000002]\r\n\"001e6601\"=\"389\"\r\n\"001e3d09\"=\"EMABLT\"\r\n",
        );
        let sections = &dump.profiles[0].sections;
        assert_eq!((sections[0].properties[1].name, sections[1].properties[0].name), (Some("MSFS Mailbox"), Some("EMABLT LDAPServerPort")));
    }

    #[test]
    fn a_dump_without_a_profile_is_no_damage() {
        assert!(!profiles("").has_connector_profile());
    }
}
