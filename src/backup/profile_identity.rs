//! Which server, organization and site the connector's profiles speak of, profile by profile.

use std::collections::HashMap;

use super::{
    Backup, FileRecord, Profile, ProfileDump, RegistryText, ServerName,
    dn::{Dn, same_name},
};
use crate::formats::reg::{RegistryKey, RegistryValue};

impl Backup {
    /// Returns the connector's profiles with the servers that each of them names.
    #[must_use]
    pub fn servers_by_profile(&self) -> Vec<(&Profile, Vec<ServerName<RegistryText<'_>>>)> {
        let profiles: Vec<&Profile> = self.profile.iter().flat_map(ProfileDump::connectors).collect();
        let mut by_path: HashMap<String, Vec<ServerName<RegistryText<'_>>>> =
            profiles.iter().map(|profile| (profile.path.to_ascii_lowercase(), Vec::new())).collect();
        for name in self.servers_of_profile() {
            let path = name.source.key.path.to_ascii_lowercase();
            let above = path.match_indices('\\').map(|(end, _)| end).chain([path.len()]);
            for folder in above.filter_map(|end| path.get(..end)) {
                if let Some(names) = by_path.get_mut(folder) {
                    names.push(name.clone());
                }
            }
        }
        let names_of = |profile: &Profile| by_path.get(&profile.path.to_ascii_lowercase()).cloned().unwrap_or_default();
        profiles.into_iter().map(|profile| (profile, names_of(profile))).collect()
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

#[cfg(test)]
mod tests {
    use crate::testing::report_of_fixture;

    const PROFILES: &str = r"HKEY_CURRENT_USER\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles";

    #[test]
    fn each_profile_has_its_own_servers_and_foreign_names_are_found() {
        let section = r"13dbb0c8aa05101a9bb000aa002fc45a";
        let text = format!(
            "//- Imcpro.reg\nREGEDIT4\n\n[{PROFILES}\\MSExchangeIMC 1\\{section}]\n\"001e6602\"=\"SRV1\"\n\n[{PROFILES}\\MSExchangeIMC 12\\{section}]\n\
             \"001e6602\"=\"SRV2\"\n\"001e6603\"=\"/o=Other/ou=B/cn=Recipients/cn=x\"\n//- Imcobj.csv\nObj-Class,Obj-Dist-Name\n\
             Mail-Gateway,/o=A/ou=B/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)\n"
        );
        let report = report_of_fixture(&text).unwrap();
        let named = report.backup.servers_by_profile();
        let named: Vec<_> = named.iter().map(|(profile, servers)| (profile.name.as_ref(), servers.len(), servers[0].name.as_str())).collect();
        assert_eq!(named, [("MSExchangeIMC 1", 1, "SRV1"), ("MSExchangeIMC 12", 1, "SRV2")]);
        let foreign = report.backup.foreign_profile_texts().unwrap();
        assert_eq!(foreign.iter().map(|(_, _, value)| value.name.as_str()).collect::<Vec<_>>(), ["001e6603"]);
    }
}
