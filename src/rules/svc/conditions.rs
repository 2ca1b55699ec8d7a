//! What the conditions of several rules of this family share: values known by a pattern of their names, places of absent values, and
//! whether another rule could speak at all.

use crate::{
    backup::{Backup, DeliveryRoute, ServiceKey, Setting, registry_values::describe},
    base::Pattern,
    diagnostics::{Evidence, Findings, Locator, Rule},
};

use super::proof::service_key;

/// Returns whether a pattern is found in a text.
pub(super) fn fits(pattern: &Pattern, text: &str) -> bool {
    pattern.is_match(text)
}

/// Returns a text that is present and not blank.
pub(super) fn filled_text<'a>(service: &'a ServiceKey, key: &str, name: &str) -> Option<Setting<'a, &'a str>> {
    service.text(key, name).filter(|text| !text.data.trim().is_empty())
}

/// Returns a number of the key `Parameters` that is present and not 0.
pub(super) fn switched_on<'a>(service: &'a ServiceKey, name: &str) -> Option<Setting<'a, u32>> {
    service.dword("Parameters", name).filter(|number| number.data != 0)
}

/// Returns the texts of the key `Parameters` whose names no article gives and fit a pattern, passwords aside.
pub(super) fn texts_named<'a>(service: &'a ServiceKey, pattern: &Pattern) -> Vec<Setting<'a, &'a str>> {
    let undocumented = service.values_of("Parameters").into_iter().filter(|found| describe("Parameters", &found.value.name).is_none());
    let named = undocumented.filter(|found| !found.is_secret() && fits(pattern, &found.value.name));
    named.filter_map(|found| Some(Setting { data: found.value.data.text()?, key: &found.key, value: &found.value })).collect()
}

/// A value that holds delivery routes.
pub(super) type Routes<'a> = Setting<'a, Vec<DeliveryRoute<'a>>>;

/// Returns the delivery routes; says so when the form of the dump does not tell where one ends.
pub(super) fn sure_routes<'a>(service: &'a ServiceKey, findings: &mut Findings<'_>) -> Option<Routes<'a>> {
    let routes = service.delivery_routes()?;
    if routes.value.data.list_is_guessed {
        findings.undecided("Parameters\\DeliveryRouting", "the dump parts the elements of lists by the sign that parts their fields");
        return None;
    }
    Some(routes)
}

/// Returns evidence for the key that should hold a value, or for the key of the service when that is missing as well.
pub(super) fn place_of_absent(service: &ServiceKey, key: &str) -> Evidence {
    let found = service.keys.iter().find(|known| !known.deleted && known.key.eq_ignore_ascii_case(key));
    let Some(found) = found else { return service_key(service) };
    let name = found.path.rsplit('\\').next().unwrap_or_default();
    Evidence::new(service.file.as_ref(), Locator::RegistryKey { key: found.path.clone(), line: found.place.line.unwrap_or(0) })
        .at(found.place.offset..found.place.offset + found.place.length)
        .observed(name)
}

/// Returns whether the product can have the trouble of another rule; a rule that cannot speak is silent.
pub(super) fn can_speak(rule: &Rule, backup: &Backup) -> bool {
    let line = backup.version.as_ref().and_then(|version| version.line);
    line.is_none_or(|line| rule.meta.versions.contains(&line))
}
