//! Values that are there but stored in a form that the service does not take, or with a number that no article explains.

use crate::{
    backup::{Backup, ServiceKey, TypeFault, WrongType, registry_values::describe},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::with_settings;

declare_rule! {
    /// Switch has the wrong registry type.
    ///
    /// ## Why it matters
    /// The service asks for one type; a value of another type is treated as missing, so the default stays in force although the setting
    /// looks present.
    ///
    /// ## What to do
    /// Delete the value, create it with the right type and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"="2"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"="joe@spam.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "InboundJournal"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=hex:02,00,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"=hex(2):43,3a,5c,69,6d,63,64,61,74,61,00
    /// ```
    pub static KNOWN_VALUE_WRONG_TYPE = {
        id: "SVC021", name: "known-value-wrong-type", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155683", "Q193922", "Q150969", "Q231303", "Q262122", "Q189587"],
        needs: [ImcsvcReg],
        tags: ["type"],
        check: Backup(known_value_wrong_type),
    }
}

fn known_value_wrong_type(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let wrong = wrong(service, |fault| matches!(fault, TypeFault::Other(_)));
    let shown =
        wrong.iter().map(|wrong| format!("{} is {} instead of {}", wrong.known.name, wrong.setting.data.data.reg_type, wrong.known.type_name));
    report(findings, service, &wrong, enumerated(shown, 4));
}

fn wrong(service: &ServiceKey, is_wanted: impl Fn(TypeFault) -> bool) -> Vec<WrongType<'_>> {
    service.wrong_types().into_iter().filter(|wrong| is_wanted(wrong.fault)).collect()
}

fn report(findings: &mut Findings<'_>, service: &ServiceKey, wrong: &[WrongType<'_>], message: String) {
    if !wrong.is_empty() {
        let proof = wrong.iter().map(|wrong| Evidence::setting(service, &wrong.setting).expected(wrong.known.type_name));
        findings.report(message).first_evidences(proof);
    }
}

declare_rule! {
    /// DWORD value has not four bytes.
    ///
    /// ## Why it matters
    /// The number was typed as binary data, or with too few or too many bytes. The service expects a real REG_DWORD and takes the value
    /// for absent.
    ///
    /// ## What to do
    /// Delete the value and create it as REG_DWORD.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=hex:02,00,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=hex(4):02
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=hex:02,00,00
    /// ```
    pub static DWORD_WRONG_LENGTH = {
        id: "SVC022", name: "dword-wrong-length", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q189587"],
        needs: [ImcsvcReg],
        tags: ["type"],
        check: Backup(dword_wrong_length),
    }
}

fn dword_wrong_length(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let wrong = wrong(service, |fault| fault == TypeFault::NotFourBytes);
    let shown = wrong.iter().map(|wrong| {
        let data = &wrong.setting.data.data;
        format!("{} is {} of {} bytes", wrong.known.name, data.reg_type, data.bytes.len())
    });
    report(findings, service, &wrong, enumerated(shown, 4));
}

declare_rule! {
    /// Switch documented as 0 or 1 has another value.
    ///
    /// ## Why it matters
    /// Only 0 and 1 are documented. Whether the service tests for 1 or for anything but 0 is not known.
    ///
    /// ## What to do
    /// Set the value to 0 or to 1.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000010
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableAuth"=dword:00000005
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000001
    /// ```
    pub static SWITCH_OUT_OF_RANGE = {
        id: "SVC023", name: "switch-out-of-range", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q238471", "Q175494", "Q190026", "Q194131", "Q216162", "Q222508", "Q223385", "Q285023"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(switch_out_of_range),
    }
}

fn switch_out_of_range(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let is_switch = |name: &str| describe("Parameters", name).is_some_and(|known| known.is_zero_or_one() && known.confidence == "high");
    let values = service.values_of("Parameters").into_iter().filter(|value| is_switch(&value.value.name));
    let odd: Vec<_> = values.filter_map(|value| service.number(&value.value.name)).filter(|number| number.data > 1).collect();
    if !odd.is_empty() {
        let shown = odd.iter().map(|number| format!("{} is {}", number.value.name, number.data));
        findings
            .report(format!("{}; only 0 and 1 are documented", enumerated(shown, 4)))
            .first_evidences(odd.iter().map(|number| Evidence::setting(service, number).expected("0 or 1")));
    }
}
