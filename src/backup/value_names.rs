//! What is wrong with the name of a value in the service's keys: it belongs elsewhere, has blanks around it, or is misspelt. Everything comes
//! from the table of values; a name that resembles none is only unknown, and that is no fault.

use std::{collections::BTreeMap, sync::LazyLock};

use crate::{
    base::edit_distance,
    formats::reg::{RegistryValue, canonical_path},
};

use super::{
    ServiceKey, ServiceSubkey, Setting,
    registry_values::{REGISTRY_VALUES, RegistryValueDefinition, SERVICE_KEY, by_alias, describe},
};

/// Keys below the service key whose names the table covers.
const JUDGED: [&str; 5] = ["", "Parameters", "Parameters\\Extension", "Diagnostics", "Performance"];
/// Keys that hold switches, where names get misspelt and where misplaced ones belong.
const SWITCHES: [&str; 2] = ["Parameters", "Parameters\\Extension"];
/// Letters from which a name is long enough to be told from others by one error, and by two.
const ONE_ERROR: usize = 8;
const TWO_ERRORS: usize = 12;
/// Characters that get copied along with a name.
const BLANKS: [char; 3] = [' ', '\t', '\u{a0}'];

/// What is wrong with the name of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameFault {
    /// Begins or ends with a blank, tab or no-break space.
    Padded(&'static RegistryValueDefinition),
    /// Is read by another service from another key.
    Foreign(&'static RegistryValueDefinition),
    /// Is read by the connector, but from another of its keys.
    Misplaced(&'static RegistryValueDefinition),
    /// Is a misprint of an article.
    Misprint(&'static RegistryValueDefinition),
    /// Is one or two typing errors away from exactly one known name.
    Misspelt(&'static RegistryValueDefinition),
}

impl NameFault {
    /// Finds the fault of a name in a key below the service key; a name that is right or only unknown has none.
    #[must_use]
    pub fn of(key: &str, name: &str) -> Option<Self> {
        if describe(key, name).is_some() {
            return None;
        }
        let bare = name.trim_matches(BLANKS);
        if bare != name {
            return JUDGED.iter().find_map(|key| describe(key, bare)).filter(|row| is_value(row)).map(Self::Padded);
        }
        // 4.0 reads some names from its own key that later versions read from another service's.
        let is_own = JUDGED.iter().any(|own| describe(own, name).is_some());
        if let Some(row) = foreign(name).filter(|_| !is_own) {
            return Some(Self::Foreign(row));
        }
        if !JUDGED_PATHS.contains(&canonical_path(key)) {
            return None;
        }
        let misplaced = SWITCHES.iter().find_map(|home| describe(home, name)).filter(|row| is_value(row));
        misplaced.map(Self::Misplaced).or_else(|| misspelt(key, name))
    }
}

impl ServiceKey {
    /// Returns every value in force whose name has a fault, in the order of the file.
    #[must_use]
    pub fn name_faults(&self) -> Vec<(Setting<'_, &RegistryValue>, NameFault)> {
        let values = self.values_in_force().into_iter();
        values.filter_map(|found| Some((found.as_setting(), NameFault::of(&found.key, &found.value.name)?))).collect()
    }
}

impl ServiceKey {
    /// Returns the keys that carry the name of a value, one level below a key that holds switches.
    #[must_use]
    pub fn keys_named_like_values(&self) -> Vec<(&ServiceSubkey, &'static RegistryValueDefinition)> {
        let named = |key: &str| {
            let (parent, name) = key.trim_end_matches('\\').rsplit_once('\\')?;
            let is_home = SWITCHES.iter().any(|home| canonical_path(home) == canonical_path(parent));
            SWITCHES.iter().find_map(|home| describe(home, name)).filter(|row| is_home && is_value(row))
        };
        let live = self.keys.iter().filter(|key| !key.deleted && self.key_exists(&key.key));
        live.filter_map(|key| Some((key, named(&key.key)?))).collect()
    }
}

/// Returns whether a value counts threads of one direction; no article prints these names, so every separator is taken.
#[must_use]
pub fn counts_threads(name: &str) -> bool {
    let lower = name.to_lowercase();
    let Some(rest) = lower.strip_prefix("in").or_else(|| lower.strip_prefix("out")) else { return false };
    rest.strip_prefix("bound").and_then(|rest| rest.strip_suffix("threads")).is_some_and(|between| between.chars().count() <= 1)
}

/// Returns the row of a value of another Exchange service; articles print some names in several ways.
fn foreign(name: &str) -> Option<&'static RegistryValueDefinition> {
    FOREIGN.get(&name.to_lowercase()).copied()
}

static FOREIGN: LazyLock<BTreeMap<String, &'static RegistryValueDefinition>> = LazyLock::new(|| {
    let services = canonical_path(SERVICE_KEY).rsplit_once('\\').map_or(String::new(), |(services, _)| format!("{services}\\"));
    let is_foreign = |row: &&RegistryValueDefinition| !row.in_service_dump && canonical_path(row.key).starts_with(&services) && is_value(row);
    let names = |row: &'static RegistryValueDefinition| std::iter::once(row.name).chain(row.aliases.iter().map(|(alias, _)| *alias));
    REGISTRY_VALUES.iter().filter(is_foreign).flat_map(|row| names(row).map(move |name| (name.to_lowercase(), row))).collect()
});

/// A switch, and how far a name may be from its own to be taken for it.
struct Spelling {
    row: &'static RegistryValueDefinition,
    lower: String,
    length: usize,
    allowed: usize,
}

/// The switches that are long enough to be told from others by an error. A forged dump has a million names to be held against them.
static SPELLINGS: LazyLock<Vec<Spelling>> = LazyLock::new(|| {
    let spelling = |row: &'static RegistryValueDefinition| {
        let allowed = match row.name.chars().filter(|c| c.is_alphabetic()).count() {
            TWO_ERRORS.. => 2,
            ONE_ERROR.. => 1,
            _ => return None,
        };
        let lower = row.name.to_lowercase();
        Some(Spelling { row, length: lower.chars().count(), lower, allowed })
    };
    REGISTRY_VALUES.iter().filter(|row| is_switch(row)).filter_map(spelling).collect()
});

/// The keys that are judged, in the spelling for comparison.
static JUDGED_PATHS: LazyLock<Vec<String>> = LazyLock::new(|| JUDGED.iter().map(|key| canonical_path(key)).collect());

fn misspelt(key: &str, name: &str) -> Option<NameFault> {
    if !SWITCHES.iter().any(|home| home.eq_ignore_ascii_case(key.trim_matches('\\'))) || counts_threads(name) {
        return None;
    }
    if let Some(row) = SWITCHES.iter().find_map(|home| by_alias(home, name)) {
        return Some(NameFault::Misprint(row));
    }
    let lower = name.to_lowercase();
    let length = lower.chars().count();
    // Every error changes the length by one at most, so that few names are left to be compared letter by letter.
    let mut near = SPELLINGS.iter().filter(|known| known.length.abs_diff(length) <= known.allowed);
    let mut near = std::iter::from_fn(|| near.find(|known| edit_distance(&known.lower, &lower) <= known.allowed)).map(|known| known.row);
    let row = near.next()?;
    // The two spellings of the loopback switch are one name to whoever mistypes it.
    near.all(|other| edit_distance(other.name, row.name) == 1).then_some(NameFault::Misspelt(row))
}

fn is_value(row: &RegistryValueDefinition) -> bool {
    !row.is_key() && !row.name.starts_with('(')
}

fn is_switch(row: &RegistryValueDefinition) -> bool {
    row.in_service_dump && is_value(row) && !counts_threads(row.name) && SWITCHES.iter().any(|home| row.relative_key().eq_ignore_ascii_case(home))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, name: &str, expected: &str) {
        let shown = match NameFault::of(key, name) {
            None => String::new(),
            Some(NameFault::Padded(row)) => format!("padded {}", row.name),
            Some(NameFault::Foreign(row)) => format!("foreign {}", row.name),
            Some(NameFault::Misplaced(row)) => format!("misplaced {}", row.relative_key()),
            Some(NameFault::Misprint(row)) => format!("misprint {}", row.name),
            Some(NameFault::Misspelt(row)) => format!("misspelt {}", row.name),
        };
        assert_eq!(shown, expected, "{key}\\{name}");
    }

    #[test]
    fn right_and_unknown_names_have_no_fault() {
        for name in ["relayflags", "EnableVRFY", "SuppressNDROptions", "DisableLoopbackConnection", "DisableLoopbackConnections", "ISO-8859-2"] {
            check("Parameters", name, "");
        }
        check("Parameters", "Something Else", "");
        check("Parameters", "Inbound Threads", "");
        check("Performance", "First Counter", "");
        check("Diagnostics", "9 Anything", "");
    }

    #[test]
    fn names_of_other_services_and_keys_are_told() {
        check("Parameters", "no local delivery", "foreign No Local Delivery");
        check("", "Max Threads (Public + Private)", "foreign Max Threads (Public+Private)");
        check("ParametersSystem", "RemapExtension", "foreign RemapExtension");
        check("Parameters", "DSA Heuristics", "foreign DSA Heuristics");
        check("Parameters", "DefaultUseSJIS", "");
        check("Parameters", "InboundJournal", "misplaced Parameters\\Extension");
        check("", "RelayFlags", "misplaced Parameters");
        check("Parameters\\Extension", "ResolveP2", "misplaced Parameters");
        check("ParametersSystem", "ResolveP2", "");
    }

    #[test]
    fn typing_errors_are_told_where_they_are_sure() {
        check("Parameters\\Extension", "OutoundJournalNDR", "misprint OutboundJournalNDR");
        check("Parameters", "p2resolve", "misprint ResolveP2");
        check("Parameters", "RelayAllowLists", "misprint RelayAllowList");
        check("Parameters", "DestinationDomain-Threshold", "misprint DestinationDomainThreshold");
        check("Parameters", "RelayFalgs", "misspelt RelayFlags");
        check("Parameters", "RelayFlgs", "misspelt RelayFlags");
        check("Parameters", "RelyFlgs", "");
        check("Parameters", "DisableLoopbackConection", "misspelt DisableLoopbackConnection");
        check("Parameters", "AlwaysUseTRN", "");
        check("Parameters", "RotDir", "");
        check("Diagnostics", "RelayFlag", "");
        check("Parameters", "RelayFlags ", "padded RelayFlags");
        check("", "\u{a0}Start", "padded Start");
        check("Parameters", " Unknown", "");
    }
}
