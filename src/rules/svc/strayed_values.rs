//! Values that the connector does not read, because another service or another key of its own is their place.

use crate::{
    backup::{Backup, NameFault, ServiceKey, Setting, registry_values::RegistryValueDefinition},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::reg::RegistryValue,
};

use super::proof::{version, with_settings};

/// Overrides of the character set that 4.0 reads from the connector's key and 5.0 from the store's (Q156063).
const MOVED: [&str; 3] = ["ISO-8859-1", "DefaultUseSJIS", "NonMacCreatorTypes"];

declare_rule! {
    /// Switch of the store or the MTA was put into the connector's key.
    ///
    /// ## Why it matters
    /// From 5.0 on, content conversion, local delivery, journaling and the like are controlled by other services: the store, the MTA,
    /// the directory or its synchronization. In the connector's key these values are ignored without any message.
    ///
    /// ## What to do
    /// Create each value in the key that its article names, restart that service and delete the stray value.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "No Local Delivery"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "Max Threads (Public + Private)"=dword:00000032
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "Reload MIXER Tables"=dword:00000001
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
    pub static FOREIGN_COMPONENT_VALUE = {
        id: "SVC015", name: "foreign-component-value", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q184534", "Q182307", "Q178219", "Q175704", "Q186182", "Q254533", "Q239009", "Q173343", "Q239427", "Q259616", "Q152928", "Q282115", "Q182010", "Q306308", "Q254998", "Q155302", "Q219031", "Q238183", "Q183598", "Q156996", "Q166545", "Q192023", "Q246517", "Q268357"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(foreign_component_value),
    }
}

fn foreign_component_value(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let stray = faults(service, |fault| if let NameFault::Foreign(known) = fault { Some(known) } else { None });
    let Some((_, first)) = stray.first() else { return };
    let names = enumerated(stray.iter().map(|(setting, _)| setting.value.name.as_str()), 4);
    let home = first.key.rsplit_once("Services\\").map_or(first.key, |(_, home)| home);
    let all = if stray.len() == 1 { format!("{names} belongs to {home}") } else { format!("{names}; the first belongs to {home}") };
    findings
        .report(format!("{} of another service in the connector's key: {all}", counted(stray.len(), "value")))
        .first_evidences(stray.iter().map(|(setting, known)| Evidence::setting(service, setting).expected(format!("in {}", known.key))));
}

/// A value and what the table says of its name.
type Fault<'a> = (Setting<'a, &'a RegistryValue>, &'static RegistryValueDefinition);

fn faults(service: &ServiceKey, wanted: impl Fn(NameFault) -> Option<&'static RegistryValueDefinition>) -> Vec<Fault<'_>> {
    service.name_faults().into_iter().filter_map(|(setting, fault)| Some((setting, wanted(fault)?))).collect()
}

declare_rule! {
    /// Character-set overrides sit in the 4.0 key.
    ///
    /// ## Why it matters
    /// From 5.0 on these values are read from MSExchangeIS\ParametersSystem\InternetContent, and Setup moves them there on upgrade. A
    /// copy in the old key does nothing.
    ///
    /// ## What to do
    /// Move the values to the new key and restart the store.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultUseSJIS"=dword:00000001
    /// "ResolveP2"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DefaultUseSJIS"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000000
    /// ```
    pub static CHARSET_OVERRIDES_LEFT_BEHIND = {
        id: "SVC016", name: "charset-overrides-left-behind", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q156063"],
        needs: [ImcsvcReg],
        tags: ["typo", "encoding", "upgrade"],
        check: Backup(charset_overrides_left_behind),
    }
}

fn charset_overrides_left_behind(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let left: Vec<_> = MOVED.iter().filter_map(|name| service.value("Parameters", name)).collect();
    if left.is_empty() {
        return;
    }
    match backup.is_5x() {
        Some(true) => {}
        Some(false) => return,
        None => return findings.undecided("server-build", "the overrides are right on 4.0, and nothing tells the product"),
    }
    let names = left.iter().map(|setting| setting.value.name.as_str()).collect::<Vec<_>>().join(", ");
    findings
        .report(format!("{names} in the key of 4.0, although the product is 5.0 or later"))
        .evidences(left.iter().map(|setting| Evidence::setting(service, setting).expected("in MSExchangeIS\\ParametersSystem\\InternetContent")))
        .evidences(version(backup));
}

declare_rule! {
    /// Known switch sits in the wrong subkey.
    ///
    /// ## Why it matters
    /// The service looks for each switch in one key only. A copy one level higher or lower has no effect.
    ///
    /// ## What to do
    /// Move the value to its key and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "InboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "RelayFlags"=dword:00000002
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "ResolveP2"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"="/O=ACME/OU=W/CN=RECIPIENTS/CN=arch"
    /// ```
    pub static KNOWN_VALUE_IN_WRONG_SUBKEY = {
        id: "SVC017", name: "known-value-in-wrong-subkey", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q262097", "Q258206", "Q193922"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(known_value_in_wrong_subkey),
    }
}

fn known_value_in_wrong_subkey(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let stray = faults(service, |fault| if let NameFault::Misplaced(known) = fault { Some(known) } else { None });
    let Some((first, known)) = stray.first() else { return };
    let place = if first.key.is_empty() { "the service key itself" } else { first.key };
    let more = if stray.len() > 1 { format!("; {} more", stray.len() - 1) } else { String::new() };
    findings
        .report(format!("{} stands in {place}, the service reads it from {}{more}", first.value.name, known.relative_key()))
        .first_evidences(stray.iter().map(|(setting, known)| Evidence::setting(service, setting).expected(format!("in {}", known.relative_key()))));
}
