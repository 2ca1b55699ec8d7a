//! From a piece of evidence to the place on the screens where it stands.

use std::ops::Range;

use crate::{
    backup::{Backup, FileState},
    diagnostics::{Evidence, Locator},
    report::Report,
};

use super::target::{Item, Screen, Spot, Tab, Target};

/// Returns where a proof stands; none when nothing is there to be shown.
#[must_use]
pub fn target(report: &Report, evidence: &Evidence) -> Option<Target> {
    let backup = &report.backup;
    let path = evidence.file.as_ref();
    let span = evidence.span.clone();
    let on_screen = match &evidence.locator {
        Locator::RegistryValue { key, name, line } => registry_value(backup, path, (key, name, *line)),
        Locator::RegistryKey { key, line } => registry_key(backup, path, (key, *line)),
        Locator::CsvCell { column, line } => cell(backup, path, (column, *line)),
        Locator::File | Locator::Folder if span.as_ref().is_none_or(|span| span.start == 0) => return Some(listed(backup, path)),
        _ => None,
    };
    on_screen.or_else(|| in_file(backup, path, spot(&evidence.locator, span))).or_else(|| Some(listed(backup, path)))
}

fn spot(locator: &Locator, span: Option<Range<u64>>) -> Spot {
    let spot = Spot { span, ..Spot::default() };
    match locator {
        Locator::Property { object, tag } => Spot { object: Some(object.to_string()), tag: Some(*tag), ..spot },
        Locator::Header { object, name } => {
            Spot { object: Some(object.to_string()), tab: Some(Tab::Headers), header: Some(name.to_string()), ..spot }
        }
        Locator::Part(object) => Spot { object: Some(object.to_string()), ..spot },
        Locator::Line(line) | Locator::RegistryKey { line, .. } | Locator::RegistryValue { line, .. } | Locator::CsvCell { line, .. }
            if *line > 0 =>
        {
            Spot { line: Some(*line), ..spot }
        }
        _ => Spot { tab: Some(Tab::Hex), ..spot },
    }
}

/// Returns the place within a file that can be opened.
fn in_file(backup: &Backup, path: &str, spot: Spot) -> Option<Target> {
    let mut files = backup.files.iter().chain(&backup.imcdata);
    let is_there = files.any(|file| file.is_file() && file.path.as_ref() == path && file.state != FileState::Unreadable);
    is_there.then(|| Target::File(path.into(), Box::new(spot)))
}

fn listed(backup: &Backup, path: &str) -> Target {
    if path.is_empty() {
        return Target::Screen(Screen::Files);
    }
    let file = backup.files.iter().position(|file| file.path.eq_ignore_ascii_case(path)).map(Item::File);
    let missing = || {
        let reconciliation = backup.packing_list.as_ref()?.reconciliation.as_ref()?;
        reconciliation.missing.iter().position(|missing| missing.path.eq_ignore_ascii_case(path)).map(Item::Missing)
    };
    file.or_else(missing).map_or(Target::Screen(Screen::Files), |item| Target::Item(Screen::Files, Box::new(item)))
}

fn registry_value(backup: &Backup, path: &str, (key, name, line): (&str, &str, usize)) -> Option<Target> {
    if let Some(service) = backup.service.as_ref().filter(|service| service.file.as_ref() == path) {
        let is_meant = |value: &&crate::backup::ServiceValue| {
            let own = service.keys.get(value.key_index).map_or("", |key| &key.path);
            own.eq_ignore_ascii_case(key) && value.value.name.eq_ignore_ascii_case(name) && (line == 0 || value.value.place.line == Some(line))
        };
        let index = service.values.iter().position(|value| is_meant(&value))?;
        return Some(Target::Item(Screen::Registry, Box::new(Item::Value(index))));
    }
    let profiles = backup.profile.as_ref().filter(|profile| profile.file.as_ref() == path)?;
    for (at, profile) in profiles.profiles.iter().enumerate() {
        for (section, found) in profile.sections.iter().enumerate() {
            let is_meant = |property: &crate::backup::ProfileProperty| {
                let same_place = if line == 0 { key.ends_with(found.id.as_ref()) } else { property.place.line == Some(line) };
                same_place && property.value_name.eq_ignore_ascii_case(name)
            };
            if let Some(index) = found.properties.iter().position(is_meant) {
                return Some(Target::Item(Screen::Profile, Box::new(Item::Property(at, section, index))));
            }
        }
    }
    None
}

fn registry_key(backup: &Backup, path: &str, (key, line): (&str, usize)) -> Option<Target> {
    if let Some(service) = backup.service.as_ref().filter(|service| service.file.as_ref() == path) {
        let index = service.keys.iter().position(|own| own.path.eq_ignore_ascii_case(key) && (line == 0 || own.place.line == Some(line)))?;
        return Some(Target::Item(Screen::Registry, Box::new(Item::Key(index))));
    }
    let profiles = backup.profile.as_ref().filter(|profile| profile.file.as_ref() == path)?;
    let (at, profile) = profiles.profiles.iter().enumerate().find(|(_, profile)| key.contains(profile.name.as_ref()))?;
    let section = profile.sections.iter().position(|section| key.ends_with(section.id.as_ref()));
    let item = section.map_or(Item::Profile(at), |section| Item::Section(at, section));
    Some(Target::Item(Screen::Profile, Box::new(item)))
}

fn cell(backup: &Backup, path: &str, (column, line): (&str, usize)) -> Option<Target> {
    backup.directory.as_ref().filter(|directory| directory.path.as_ref() == path)?;
    let gateway = backup.gateway.as_ref().filter(|gateway| gateway.line == line)?;
    let index = gateway.attributes.iter().position(|attribute| attribute.column.eq_ignore_ascii_case(column))?;
    Some(Target::Item(Screen::Gateway, Box::new(Item::Attribute(index))))
}
