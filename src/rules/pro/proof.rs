//! What the rules of this family share: the dump, the connector's profiles in it, and the proof of them.

use crate::{
    backup::{Backup, FileRecord, Profile, ProfileDump, ProfileProperty, ProfileSection},
    diagnostics::Evidence,
    formats::reg::RegistryKey,
};

/// A profile with the dump that holds it.
pub(super) type Found<'a> = (&'a ProfileDump, &'a Profile);

/// Returns the connector's profiles.
pub(super) fn connectors(backup: &Backup) -> impl Iterator<Item = Found<'_>> {
    backup.profile.iter().flat_map(|dump| dump.connectors().map(move |profile| (dump, profile)))
}

/// Returns the keys of the dump as written, delete directives aside.
pub(super) fn keys(backup: &Backup) -> impl Iterator<Item = (&FileRecord, &RegistryKey)> {
    let dump = backup.top_file("Imcpro.reg").and_then(|file| Some((file, backup.registry_dump(file)?)));
    dump.into_iter().flat_map(|(file, dump)| dump.keys.iter().filter(|key| !key.deleted).map(move |key| (file, key)))
}

/// A property with its section and dump.
pub(super) type Placed<'a> = (&'a ProfileDump, &'a ProfileSection, &'a ProfileProperty);

/// Returns the properties of the connector's profiles.
pub(super) fn properties(backup: &Backup) -> impl Iterator<Item = Placed<'_>> {
    connectors(backup).flat_map(|(dump, profile)| profile.properties().map(move |(section, property)| (dump, section, property)))
}

/// Returns the proof of a property.
pub(super) fn proof((dump, section, property): &Placed<'_>) -> Evidence {
    Evidence::profile_property(dump, section, property)
}
