//! Which server, organization and site the connector's profiles speak of, profile by profile.

use super::{
    Backup, FileRecord, Profile, ProfileDump, RegistryText, ServerName,
    dn::{Dn, same_name},
};
use crate::formats::reg::{RegistryKey, RegistryValue};

impl Backup {
    /// Returns the connector's profiles with the servers that each of them names.
    #[must_use]
    pub fn servers_by_profile(&self) -> Vec<(&Profile, Vec<ServerName<RegistryText<'_>>>)> {
        let names = self.servers_of_profile();
        let profiles = self.profile.iter().flat_map(ProfileDump::connectors);
        profiles.map(|profile| (profile, names.iter().filter(|name| is_below(&name.source.key.path, &profile.path)).cloned().collect())).collect()
    }

    /// Returns the texts of the connector's profiles that name another organization or site than the object; none when the object
    /// has no distinguished name.
    #[must_use]
    pub fn foreign_profile_texts(&self) -> Option<Vec<(&FileRecord, &RegistryKey, &RegistryValue)>> {
        let cell = self.object_cell("Obj-Dist-Name")?;
        let Some(object) = Dn::parse(&cell.text) else { return Some(Vec::new()) };
        let is_text = |name: &str| ["001e", "001f"].iter().any(|kind| name.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(kind)));
        let differ = |a: Option<&str>, b: Option<&str>| a.zip(b).is_some_and(|(a, b)| !same_name(a, b));
        let is_foreign = |dn: &Dn<'_>| {
            let is_whole = dn.organization().is_some() && dn.site().is_some();
            let other_site = dn.has_cn("Configuration") && differ(dn.site(), object.site());
            is_whole && (differ(dn.organization(), object.organization()) || other_site)
        };
        let foreign = self.profile_values().filter(|(_, _, value)| {
            let dn = value.data.text().filter(|_| is_text(&value.name)).and_then(Dn::parse);
            dn.is_some_and(|dn| is_foreign(&dn))
        });
        Some(foreign.collect())
    }
}

fn is_below(path: &str, profile: &str) -> bool {
    let (Some(head), rest) = (path.get(..profile.len()), path.get(profile.len()..).unwrap_or_default()) else { return false };
    head.eq_ignore_ascii_case(profile) && (rest.is_empty() || rest.starts_with('\\'))
}
