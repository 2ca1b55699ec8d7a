//! What `Imcsvc.reg` means: the settings of the service, found by key and name whatever tool wrote the dump.
//!
//! The internal name stays MSExchangeIMC in all versions (Q160572). The service ignores a value of a wrong type, so the getters do
//! too; [`ServiceKey::value`] finds it all the same. Defaults are not applied here: they stand in the table of values.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    ops::Bound,
};

use crate::formats::reg::{BadLine, Place, RegistryDump, RegistryKey, RegistryShape, RegistryValue, canonical_path, is_offline_control_set};

/// Bad lines that cost data of a value.
const CUT_DATA: [&str; 6] = ["unterminated-string", "unfinished-hex", "unfinished-dword", "bad-hex", "bad-dword", "bad-data"];
const SERVICE: &str = "\\services\\msexchangeimc";
const PROFILES: &str = "\\windows messaging subsystem\\profiles";

/// The service key with everything below it, and what else the file holds.
#[derive(Debug, Clone, Default)]
pub struct ServiceKey {
    /// Name of the file.
    pub file: Box<str>,
    /// How the file is written.
    pub shape: RegistryShape,
    /// Keys of the service in the order of the file, repeated ones included.
    pub keys: Vec<ServiceSubkey>,
    /// Values of the service in the order of the file, repeated ones and delete directives included.
    pub values: Vec<ServiceValue>,
    /// Paths and places of keys that belong neither to the service nor to profiles.
    pub other_keys: Vec<(Box<str>, Place)>,
    /// Paths and places of keys at or below `Profiles`, which belong into the other file.
    pub profile_keys: Vec<(Box<str>, Place)>,
    /// The first key that goes through a numbered control set.
    pub offline_control_set: Option<(Box<str>, Place)>,
    latest: BTreeMap<String, HashMap<String, usize>>,
}

/// One key of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceSubkey {
    /// Path below the service key as written; empty for the service key itself.
    pub key: Box<str>,
    /// Whole path as written.
    pub path: Box<str>,
    /// Its header.
    pub place: Place,
    /// Whether this is a directive to delete the key.
    pub deleted: bool,
}

/// One value of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceValue {
    /// Index of its key in [`ServiceKey::keys`].
    pub key_index: usize,
    /// Path below the service key as written; empty for the service key itself.
    pub key: Box<str>,
    /// The value with type, data and place.
    pub value: RegistryValue,
    /// Whether its data were cut or mangled in the file, so that they prove nothing.
    pub is_damaged: bool,
}

/// A value of the type that was asked for, with the place it stands at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'a, T> {
    /// The data.
    pub data: T,
    /// Path below the service key.
    pub key: &'a str,
    /// The value it comes from.
    pub value: &'a RegistryValue,
}

/// When the service manager starts a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StartType(pub u32);

/// Start types by their names in the Windows headers.
#[expect(missing_docs, reason = "each constant is the start type of the same name")]
impl StartType {
    pub const BOOT: Self = Self(0);
    pub const SYSTEM: Self = Self(1);
    pub const AUTOMATIC: Self = Self(2);
    pub const MANUAL: Self = Self(3);
    pub const DISABLED: Self = Self(4);
}

impl fmt::Display for StartType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::BOOT => f.write_str("boot"),
            Self::SYSTEM => f.write_str("system"),
            Self::AUTOMATIC => f.write_str("automatic"),
            Self::MANUAL => f.write_str("manual"),
            Self::DISABLED => f.write_str("disabled"),
            Self(other) => write!(f, "unknown ({other})"),
        }
    }
}

impl ServiceKey {
    /// Takes the service out of a dump.
    #[must_use]
    pub fn from_dump(file: &str, dump: &RegistryDump) -> Self {
        let mut service = Self { file: file.into(), shape: dump.shape, ..Self::default() };
        let root = hive_root(dump);
        for key in &dump.keys {
            let canonical = canonical_path(&key.path);
            if let Some(relative) = relative(&canonical, &key.path, root.as_deref()) {
                service.add_key(key, relative, &dump.bad_lines);
            } else {
                let is_profile = is_below(&canonical, PROFILES).is_some();
                let list = if is_profile { &mut service.profile_keys } else { &mut service.other_keys };
                list.push((key.path.as_str().into(), key.place));
            }
        }
        service
    }

    /// Returns whether the dump holds a key of the service at all.
    #[must_use]
    pub fn is_present(&self) -> bool {
        !self.latest.is_empty()
    }

    /// Returns whether a key below the service key exists; "" asks for the service key itself.
    #[must_use]
    pub fn key_exists(&self, key: &str) -> bool {
        self.latest.contains_key(&canonical_path(key))
    }

    /// Returns the place of a key: its first header.
    #[must_use]
    pub fn key_place(&self, key: &str) -> Option<Place> {
        let wanted = canonical_path(key);
        self.keys.iter().find(|known| !known.deleted && canonical_path(&known.key) == wanted).map(|known| known.place)
    }

    /// Returns a value whatever its type; of repeated ones the last. One whose data are damaged is none.
    #[must_use]
    pub fn value(&self, key: &str, name: &str) -> Option<Setting<'_, &RegistryValue>> {
        let index = *self.latest.get(&canonical_path(key))?.get(&name.to_lowercase())?;
        let ServiceValue { key, value, .. } = self.values.get(index).filter(|found| !found.is_damaged)?;
        Some(Setting { data: value, key, value })
    }

    /// Returns a REG_DWORD; one stored under another type counts as absent, as it does for the service.
    #[must_use]
    pub fn dword(&self, key: &str, name: &str) -> Option<Setting<'_, u32>> {
        self.value(key, name)?.filter_map(|value| value.data.dword())
    }

    /// Returns the text of a REG_SZ or REG_EXPAND_SZ.
    #[must_use]
    pub fn text(&self, key: &str, name: &str) -> Option<Setting<'_, &str>> {
        self.value(key, name)?.filter_map(|value| value.data.text())
    }

    /// Returns the strings of a REG_MULTI_SZ.
    #[must_use]
    pub fn strings(&self, key: &str, name: &str) -> Option<Setting<'_, &[String]>> {
        self.value(key, name)?.filter_map(|value| value.data.strings())
    }

    /// Returns the values of a key that are in force: the last one of each name, in the order of the file.
    #[must_use]
    pub fn values_of(&self, key: &str) -> Vec<&ServiceValue> {
        let mut indexes: Vec<usize> = self.latest.get(&canonical_path(key)).map(|names| names.values().copied().collect()).unwrap_or_default();
        indexes.sort_unstable();
        indexes.into_iter().filter_map(|index| self.values.get(index)).collect()
    }

    /// Returns all values that are in force, in the order of the file.
    #[must_use]
    pub fn values_in_force(&self) -> Vec<&ServiceValue> {
        let mut indexes: Vec<usize> = self.latest.values().flat_map(HashMap::values).copied().collect();
        indexes.sort_unstable();
        indexes.into_iter().filter_map(|index| self.values.get(index)).collect()
    }

    /// Returns when the service is started.
    #[must_use]
    pub fn start_type(&self) -> Option<Setting<'_, StartType>> {
        self.value("", "Start")?.filter_map(|value| value.data.dword().map(StartType))
    }

    /// Returns the diagnostics level of a category, which the dump names with or without its number (Q165279).
    #[must_use]
    pub fn diagnostics_level(&self, category: &str) -> Option<Setting<'_, u32>> {
        let values = self.values_of("Diagnostics").into_iter().rev();
        let mut found = values.filter(|value| diagnostics_category(&value.value.name).eq_ignore_ascii_case(category));
        found.find_map(|value| self.dword("Diagnostics", &value.value.name))
    }

    fn add_key(&mut self, key: &RegistryKey, relative: &str, bad_lines: &[BadLine]) {
        let place = key.place;
        if self.offline_control_set.is_none() && is_offline_control_set(&key.path) {
            self.offline_control_set = Some((key.path.as_str().into(), place));
        }
        let canonical = canonical_path(relative);
        let key_index = self.keys.len();
        self.keys.push(ServiceSubkey { key: relative.into(), path: key.path.as_str().into(), place, deleted: key.deleted });
        if key.deleted {
            self.forget(&canonical);
        } else {
            self.latest.entry(canonical.clone()).or_default();
        }
        for value in &key.values {
            let index = self.values.len();
            self.values.push(ServiceValue { key_index, key: relative.into(), value: value.clone(), is_damaged: is_damaged(value, bad_lines) });
            let Some(names) = self.latest.get_mut(&canonical) else { continue };
            if value.deleted {
                names.remove(&value.name.to_lowercase());
            } else {
                names.insert(value.name.to_lowercase(), index);
            }
        }
    }

    /// Follows a directive to delete a key with all below it.
    fn forget(&mut self, canonical: &str) {
        if canonical.is_empty() {
            self.latest.clear();
            return;
        }
        self.latest.remove(canonical);
        let below = format!("{canonical}\\");
        let start = Bound::Excluded(below.clone());
        let keys: Vec<String> =
            self.latest.range((start, Bound::Unbounded)).map_while(|(key, _)| key.starts_with(&below).then(|| key.clone())).collect();
        for key in keys {
            self.latest.remove(&key);
        }
    }
}

impl ServiceValue {
    /// Returns whether the data must never be shown, by a name that speaks of a password.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        super::secrets::names_a_secret(&self.value.name)
    }

    /// Returns the value with its place, whatever its type.
    #[must_use]
    pub fn as_setting(&self) -> Setting<'_, &RegistryValue> {
        Setting { data: &self.value, key: &self.key, value: &self.value }
    }
}

impl<'a> Setting<'a, &'a RegistryValue> {
    fn filter_map<T>(self, convert: impl FnOnce(&'a RegistryValue) -> Option<T>) -> Option<Setting<'a, T>> {
        Some(Setting { data: convert(self.value)?, key: self.key, value: self.value })
    }
}

/// Returns the category that the name of a diagnostics value stands for: the name without leading number.
#[must_use]
pub(crate) fn diagnostics_category(name: &str) -> &str {
    name.trim_start_matches(|c: char| c.is_ascii_digit()).trim()
}

/// Returns whether a line of a value is one whose data could not be read to their end.
fn is_damaged(value: &RegistryValue, bad_lines: &[BadLine]) -> bool {
    let end = value.place.offset + value.place.length;
    // Bad lines stand in the order of the file.
    let first = bad_lines.partition_point(|line| line.place.offset + line.place.length <= value.place.offset);
    let within = bad_lines.iter().skip(first).take_while(|line| line.place.offset < end);
    within.map(|line| line.code).any(|code| CUT_DATA.contains(&code))
}

/// A hive of the service key alone has no full path: its root is known by a `Parameters` subkey.
fn hive_root(dump: &RegistryDump) -> Option<String> {
    let root = dump.keys.first().filter(|_| dump.shape == RegistryShape::Hive)?;
    let root = canonical_path(&root.path);
    let parameters = format!("{root}\\parameters");
    dump.keys.iter().any(|key| canonical_path(&key.path) == parameters).then_some(root)
}

/// Returns the part of a path below the service key, as written.
fn relative<'a>(canonical: &str, path: &'a str, root: Option<&str>) -> Option<&'a str> {
    let below = is_below(canonical, SERVICE)
        .or_else(|| canonical.strip_prefix("msexchangeimc").filter(|rest| rest.is_empty() || rest.starts_with('\\')))
        .or_else(|| canonical.strip_prefix(root?).filter(|rest| rest.is_empty() || rest.starts_with('\\')))?;
    let depth = below.split('\\').filter(|part| !part.is_empty()).count();
    let path = path.trim().trim_end_matches('\\');
    let mut ends = path.rmatch_indices('\\').map(|(at, _)| at + 1);
    match depth {
        0 => path.get(path.len()..),
        _ => ends.nth(depth - 1).map_or(Some(path), |start| path.get(start..)),
    }
}

/// Returns what stands behind a part of a path, if it ends there or goes on with a backslash.
fn is_below<'a>(canonical: &'a str, part: &str) -> Option<&'a str> {
    let (_, below) = canonical.split_once(part)?;
    (below.is_empty() || below.starts_with('\\')).then_some(below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::registry};

    const KEY: &str = "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC";

    fn service(text: &str) -> ServiceKey {
        let text = format!("REGEDIT4\r\n\r\n{}", text.replace("KEY", KEY));
        ServiceKey::from_dump("Imcsvc.reg", &registry::parse(text.as_bytes(), &Limits::default()).value)
    }

    #[test]
    fn values_are_found_without_regard_to_case() {
        let service = service("KEY]\r\n\"Start\"=dword:4\r\nKEY\\Parameters\\Extension]\r\n\"InboundJournal\"=\"x\"\r\n\"L\"=hex(7):61,00,00\r\n");
        let start = service.start_type().unwrap();
        assert_eq!((start.data.to_string().as_str(), start.value.place.line), ("disabled", Some(4)));
        let journal = service.text("parameters\\EXTENSION", "inboundjournal").unwrap();
        assert_eq!((journal.data, journal.key), ("x", "Parameters\\Extension"));
        assert_eq!(service.strings("Parameters\\Extension", "L").unwrap().data, ["a"]);
        assert!(service.key_exists("") && service.key_exists("Parameters\\Extension") && !service.key_exists("Diagnostics"));
    }

    #[test]
    fn a_dword_of_another_type_is_absent_but_can_be_found() {
        let service = service("KEY\\Parameters]\r\n\"RelayFlags\"=\"2\"\r\n");
        assert_eq!(service.dword("Parameters", "RelayFlags"), None);
        assert_eq!(service.value("Parameters", "RelayFlags").unwrap().data.data.text(), Some("2"));
    }

    #[test]
    fn damaged_data_prove_nothing() {
        let service = service("KEY\\Parameters]\r\n\"a\"=\"one\"\r\n\"b\"=hex:01,zz\r\n\"c\"=dword:0000");
        assert_eq!(service.values.iter().map(|value| value.is_damaged).collect::<Vec<_>>(), [false, true, true]);
        assert_eq!((service.text("Parameters", "a").unwrap().data, service.dword("Parameters", "c")), ("one", None));
        assert_eq!(service.values_in_force().len(), 3);
    }

    #[test]
    fn the_last_of_repeated_values_wins_and_directives_delete() {
        let twice = service("KEY\\Parameters]\r\n\"a\"=dword:1\r\nKEY\\parameters]\r\n\"A\"=dword:2\r\n");
        assert_eq!(twice.dword("Parameters", "a").unwrap().data, 2);
        assert_eq!((twice.values.len(), twice.values_in_force().len()), (2, 1));
        let gone = service("KEY\\Parameters]\r\n\"a\"=dword:1\r\n\"a\"=-\r\n");
        assert_eq!(gone.value("Parameters", "a"), None);
        let all = service(
            "KEY\\Parameters]\r\n\"a\"=dword:1\r\nKEY\\Parameters\\X]\r\nKEY\\Parameters X]\r\n[-HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n",
        );
        assert!(!all.key_exists("Parameters"));
        assert!(all.key_exists("Parameters X"));
        assert!(!all.key_exists("Parameters\\X"));
        assert_eq!((all.keys.len(), all.values.len()), (4, 1));
    }

    #[test]
    fn passwords_are_known_by_name() {
        let service = service("KEY\\Parameters]\r\n\"RasPassword\"=\"x\"\r\n\"RootDir\"=\"y\"\r\n");
        assert_eq!(service.values.iter().map(ServiceValue::is_secret).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn diagnostics_levels_are_found_by_category() {
        let service = service("KEY\\Diagnostics]\r\n\"7 SMTP Protocol Log\"=dword:5\r\n\"Addressing\"=dword:1\r\n");
        assert_eq!(service.diagnostics_level("SMTP Protocol Log").unwrap().data, 5);
        assert_eq!(service.diagnostics_level("addressing").unwrap().data, 1);
        assert_eq!(service.diagnostics_level("Message Archival"), None);
    }

    #[test]
    fn other_keys_profiles_and_offline_sets_are_told() {
        let service = service(
            "[HKLM\\SYSTEM\\ControlSet001\\Services\\MSExchangeIMC]\r\n[HKLM\\SYSTEM\\X\\Services\\MSExchangeIMC2]\r\n\
             [HKCU\\Software\\Microsoft\\Windows Messaging Subsystem\\Profiles\\A]\r\n",
        );
        assert_eq!((service.keys.len(), service.other_keys.len(), service.profile_keys.len()), (1, 1, 1));
        assert_eq!(service.offline_control_set.unwrap().1.line, Some(3));
    }
}
