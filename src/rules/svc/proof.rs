//! Places of proof that several rules share.

use crate::{
    backup::{Backup, FileRecord, RelayList, RelayRange, ServiceKey, version::registry_generation},
    diagnostics::{Evidence, Findings, Locator},
};

/// Returns evidence for the key of the service, or for the dump where it should be.
pub(super) fn service_key(service: &ServiceKey) -> Evidence {
    match service.keys.iter().find(|key| !key.deleted) {
        Some(key) => Evidence::new(service.file.as_ref(), Locator::RegistryKey { key: key.path.clone(), line: key.place.line.unwrap_or(0) })
            .at(key.place.offset..key.place.offset + key.place.length),
        None => Evidence::file(service.file.as_ref()),
    }
}

/// Returns the service when the dump holds the key of its settings, and says that nothing is decided when not.
pub(super) fn with_settings<'b>(backup: &'b Backup, findings: &mut Findings<'_>) -> Option<&'b ServiceKey> {
    let service = backup.service.as_ref()?;
    if service.key_exists("Parameters") {
        return Some(service);
    }
    findings.undecided("Imcsvc.reg", "the dump holds no key Parameters of the service");
    None
}

/// Returns whether the dump holds everything that was exported, so that what it lacks was absent; says that nothing is decided when not.
pub(super) fn is_whole(backup: &Backup, findings: &mut Findings<'_>) -> bool {
    let file = backup.top_file("Imcsvc.reg");
    let dump = file.and_then(|file| backup.registry_dump(file));
    let is_damaged = dump.is_some_and(|dump| dump.is_open_ended || !dump.bad_lines.is_empty()) || file.is_some_and(FileRecord::is_cut_short);
    if is_damaged {
        findings.undecided("Imcsvc.reg", "the dump is damaged, so a value that it lacks may be lost");
    }
    !is_damaged
}

/// Returns evidence for the key of the settings, where a value should be that is not there.
pub(super) fn parameters(service: &ServiceKey) -> Evidence {
    service.subkey("Parameters").map_or_else(|| service_key(service), |key| Evidence::service_subkey(service, key))
}

/// Returns evidence for an own domain: where it is written, or the notification whose postmaster has it.
pub(super) fn own_domain(backup: &Backup, domain: &str) -> Option<Evidence> {
    let is_it = |text: &str| text.trim().eq_ignore_ascii_case(domain);
    let of_site = || {
        let service = backup.service.as_ref()?;
        let setting = service.text("Parameters", "SiteDomain").filter(|setting| is_it(setting.data))?;
        Some(Evidence::setting(service, &setting))
    };
    let of_object = || {
        let (directory, gateway) = backup.directory.as_ref().zip(backup.gateway.as_ref())?;
        let columns = ["Proxy-Addresses", "Secondary-Proxy-Addresses"];
        let holds = |value: &str| value.rsplit_once('@').is_some_and(|(_, found)| is_it(found));
        let attribute =
            columns.iter().filter_map(|name| gateway.attribute(name)).find(|attribute| attribute.values.iter().any(|value| holds(value)))?;
        Some(Evidence::attribute(directory, gateway, attribute))
    };
    let of_notice = || {
        let (message, sender, _) = backup.postmasters().find(|(_, _, found)| is_it(found))?;
        Some(Evidence::said(backup.path_of(message), &sender))
    };
    of_site().or_else(of_object).or_else(of_notice)
}

/// Returns evidence for what tells the product: the stamp of the build, else the registry value that only later versions know.
pub(super) fn version(backup: &Backup) -> Option<Evidence> {
    let stamp = backup.version.as_ref().and_then(|version| version.stamp.as_ref().map(|stamp| (version, stamp)));
    if let Some((version, stamp)) = stamp {
        let locator = Locator::Header { object: stamp.object.clone(), name: stamp.field.clone() };
        let build = version.build.map(|build| build.to_string()).unwrap_or_default();
        return Some(Evidence::new(stamp.file.as_ref(), locator).at(stamp.offset..stamp.offset + stamp.length).observed(build));
    }
    let service = backup.service.as_ref()?;
    let names: Vec<&str> = service.values_of("Parameters").iter().map(|value| value.value.name.as_str()).collect();
    let (_, name) = registry_generation(&names)?;
    Some(Evidence::setting(service, &service.value("Parameters", name)?).expected("a value that only later versions know"))
}

/// An entry of a relay list whose bit is set.
pub(super) struct ActiveRange<'a> {
    /// Name of the list.
    pub list: &'static str,
    /// The entry as written.
    pub element: &'a str,
    /// What it matches.
    pub range: RelayRange,
    /// Where it stands.
    pub proof: Evidence,
}

/// Returns the entries that can be read of those of the lists that are in force.
pub(super) fn active_ranges<'b>(backup: &'b Backup, lists: u32, findings: &mut Findings<'_>) -> Vec<ActiveRange<'b>> {
    let Some(service) = with_settings(backup, findings) else { return Vec::new() };
    let relay = service.relay();
    let active = relay.active_lists().filter(|list| list.bit & lists != 0);
    let ranges =
        active.flat_map(|list| list.ranges().filter_map(move |(element, range)| Some((list.name, element, range, listed(service, list, element)?))));
    ranges.map(|(list, element, range, proof)| ActiveRange { list, element, range, proof }).collect()
}

/// Returns evidence for one entry of a relay list.
pub(super) fn listed(service: &ServiceKey, list: &RelayList<'_>, element: &str) -> Option<Evidence> {
    Some(Evidence::setting(service, &list.setting?).observed(element))
}

/// Returns how RelayFlags stands; of another type it counts as absent, as it does for the service.
pub(super) fn flags_in_words(service: &ServiceKey) -> String {
    match (service.relay().flags, service.value("Parameters", "RelayFlags")) {
        (Some(flags), _) => format!("RelayFlags is 0x{:x}", flags.data),
        (None, Some(_)) => "RelayFlags is no REG_DWORD and counts as absent".to_owned(),
        (None, None) => "RelayFlags is absent".to_owned(),
    }
}
