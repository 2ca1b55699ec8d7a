//! Keys that no service reads: created under a misprinted path, under the name of another service's key, or instead of a value.

use crate::{
    backup::{Backup, ServiceKey, ServiceSubkey},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::reg::canonical_path,
};

use super::proof::parameters;

/// The path that two articles print without the final s of Services.
const MISPRINTED: &str = "\\currentcontrolset\\service\\msexchangeimc";
/// The key of the information store that one article names for a value of the connector.
const OF_THE_STORE: &str = "ParametersSystem";

declare_rule! {
    /// Values were created under the misprinted key ...\Service\.
    ///
    /// ## Why it matters
    /// Two published articles (relay restrictions and TURN) print the path without the final s of Services. Values entered there are
    /// never read, so the server may be an open relay in spite of the administrator's work.
    ///
    /// ## What to do
    /// Create the values below Services\MSExchangeIMC\Parameters, restart the service and delete the stray key.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Service\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// ```
    pub static DOCUMENTED_KEY_MISPRINT = {
        id: "SVC013", name: "documented-key-misprint", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q193922", "Q257979"],
        needs: [ImcsvcReg],
        tags: ["typo", "relay", "security"],
        check: Backup(documented_key_misprint),
    }
}

fn documented_key_misprint(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((file, dump)) = backup.top_file("Imcsvc.reg").and_then(|file| Some((file, backup.registry_dump(file)?))) else { return };
    let is_stray = |path: &str| {
        let canonical = canonical_path(path);
        canonical.split_once(MISPRINTED).is_some_and(|(_, below)| below.is_empty() || below.starts_with('\\'))
    };
    let stray: Vec<_> = dump.keys.iter().filter(|key| !key.deleted && is_stray(&key.path)).collect();
    let Some(first) = stray.first() else { return };
    let values = stray.iter().flat_map(|key| key.values.iter().filter(|value| !value.deleted).map(move |value| (*key, value)));
    findings
        .report(format!(
            "{} stands below Service, not Services: what is in it ({}) is never read",
            first.path,
            counted(values.clone().count(), "value")
        ))
        .evidence(Evidence::registry_key(&file.path, first).expected("the same key below Services"))
        .first_evidences(values.map(|(key, value)| Evidence::registry_value(&file.path, key, value).expected("the value below Services")));
}

declare_rule! {
    /// ResolveP2 was created below ParametersSystem.
    ///
    /// ## Why it matters
    /// One article names ParametersSystem, which is a key of the information store. The Internet Mail Service reads its switches from
    /// Parameters, so the setting most probably does nothing.
    ///
    /// ## What to do
    /// Create ResolveP2 in Parameters, restart the service and delete the stray key.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\ParametersSystem]
    /// "ResolveP2"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\ParametersSystem]
    ///
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000001
    ///
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\ParametersSystem]
    /// "ResolveP2"=dword:00000001
    /// ```
    pub static PARAMETERSSYSTEM_BELOW_IMC = {
        id: "SVC014", name: "parameterssystem-below-imc", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q259616"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(parameterssystem_below_imc),
    }
}

fn parameterssystem_below_imc(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(key) = service.subkey(OF_THE_STORE).filter(|_| service.key_exists(OF_THE_STORE)) else { return };
    let values = service.values_of(OF_THE_STORE);
    let mut names: Vec<&str> = values.iter().map(|value| value.value.name.as_str()).collect();
    if names.is_empty() {
        names.push("ResolveP2");
    }
    let missing: Vec<&str> = names.into_iter().filter(|name| service.value("Parameters", name).is_none()).collect();
    if !missing.is_empty() {
        findings
            .report(format!("the key {OF_THE_STORE} was created; Parameters lacks {}", missing.join(", ")))
            .evidence(Evidence::service_subkey(service, key).expected("no such key"))
            .first_evidences(values.iter().map(|value| Evidence::setting(service, &value.as_setting()).expected("the value in Parameters")))
            .evidence(parameters(service).expected(missing.join(", ")));
    }
}

declare_rule! {
    /// A switch was created as a key instead of a value.
    ///
    /// ## Why it matters
    /// Several articles call these settings registry keys and print them as a path, so people create a key of that name. Only a value
    /// is read.
    ///
    /// ## What to do
    /// Delete the key, create the value and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\AlwaysUseETRN]
    /// @="1"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension\inboundjournal]
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    pub static VALUE_CREATED_AS_KEY = {
        id: "SVC018", name: "value-created-as-key", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q269771", "Q181950", "Q266260", "Q241157"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(value_created_as_key),
    }
}

fn value_created_as_key(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    for (key, known) in service.keys_named_like_values() {
        findings
            .report(format!("{} is a key; the service reads a value {} in {}", key.key, known.name, known.relative_key()))
            .evidence(Evidence::service_subkey(service, key).expected(format!("a value {} of type {}", known.name, known.type_name)))
            .first_evidences(content(service, key));
    }
}

fn content<'a>(service: &'a ServiceKey, key: &ServiceSubkey) -> impl Iterator<Item = Evidence> + use<'a> {
    service.values_of(&key.key).into_iter().map(|value| Evidence::setting(service, &value.as_setting()).expected("no value here"))
}
