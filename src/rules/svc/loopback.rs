//! The switch that returns mail addressed to the connector itself, and its two spellings (Q146126, Q153655).

use crate::{
    backup::{Backup, ServiceKey, Setting},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::with_settings;

/// The spelling of the article, and that of the readmes.
const SPELLINGS: [&str; 2] = ["DisableLoopbackConnections", "DisableLoopbackConnection"];

declare_rule! {
    /// Loopback switch is set under one of its two spellings.
    ///
    /// ## Why it matters
    /// An article writes the name with a final s, the readmes of 4.0 SP2 and 5.0 without. Under the spelling that the program does not
    /// know the switch has no effect, and nothing decides between them.
    ///
    /// ## What to do
    /// Set both, or test whether mail to the own address is returned.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableLoopbackConnections"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableLoopbackConnection"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableLoopbackConnections"=dword:00000001
    /// "DisableLoopbackConnection"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableLoopbackConnections"=dword:00000000
    /// ```
    pub static LOOPBACK_SWITCH_ONE_SPELLING = {
        id: "SVC031", name: "loopback-switch-one-spelling", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q146126", "Q153655", "Q156063"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(loopback_switch_one_spelling),
    }
}

fn loopback_switch_one_spelling(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let [Some(set)] =
        SPELLINGS.iter().filter(|name| service.value("Parameters", name).is_some()).map(|name| service.number(name)).collect::<Vec<_>>()[..]
    else {
        return;
    };
    if set.data != 0 {
        findings
            .report(format!("{} is {}; the other spelling of the switch is absent", set.value.name, set.data))
            .evidence(Evidence::setting(service, &set).expected("both spellings, or none"));
    }
}

declare_rule! {
    /// Connector bounces mail addressed to itself.
    ///
    /// ## Why it matters
    /// With loopback detection on, a message whose destination host turns out to be this server is returned instead of being sent out
    /// and in again. It explains non-delivery reports for colleagues who were addressed by an SMTP proxy.
    ///
    /// ## What to do
    /// Correct the routing of these addresses, or remove the value.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableLoopbackConnection"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableLoopbackConnection"=dword:00000000
    /// ```
    pub static LOOPBACK_DETECTION_ON = {
        id: "SVC032", name: "loopback-detection-on", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0],
        kb: ["Q146126", "Q153655"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(loopback_detection_on),
    }
}

fn loopback_detection_on(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let on: Vec<_> = switched_on(service).collect();
    if let Some(first) = on.first() {
        findings
            .report(format!("{} is {}: mail whose destination is this server is returned", first.value.name, first.data))
            .evidences(on.iter().map(|set| Evidence::setting(service, set).expected("0, or no such value")));
    }
}

fn switched_on(service: &ServiceKey) -> impl Iterator<Item = Setting<'_, u32>> {
    SPELLINGS.iter().filter_map(|name| service.number(name)).filter(|switch| switch.data != 0)
}
