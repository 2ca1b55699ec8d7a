//! Names of values that are almost right.

use crate::{
    backup::{Backup, NameFault, registry_values::describe},
    declare_rule,
    diagnostics::{Certainty, Evidence, Findings},
};

use super::proof::with_settings;

declare_rule! {
    /// Value name looks like a misspelt switch.
    ///
    /// ## Why it matters
    /// An unknown name is ignored without any message. Five such misprints stand in published articles themselves and are likely to
    /// have been copied; other names are told by their likeness to exactly one known name.
    ///
    /// ## What to do
    /// Rename the value and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters\Extension]
    /// "OutoundJournalNDR"="/O=ACME/OU=W/CN=RECIPIENTS/CN=ndr"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFalgs"=dword:00000002
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "Resolve2"=dword:00000001
    /// "ResolveP2"=dword:00000000
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
    /// "OutboundJournalNDR"="/O=ACME/OU=W/CN=RECIPIENTS/CN=ndr"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableVRFY"=dword:00000001
    /// "SuppressNDROptions"=dword:00000001
    /// "DisableOutboundESMTP"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "Resolve2"=dword:00000001
    /// "ResolveP2"=dword:00000001
    /// ```
    pub static MISSPELT_VALUE_NAME = {
        id: "SVC019", name: "misspelt-value-name", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q166515", "Q238471", "Q262122", "Q193922", "Q184542", "Q155684", "Q170317"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(misspelt_value_name),
    }
}

fn misspelt_value_name(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    for (setting, fault) in service.name_faults() {
        let (known, by_likeness) = match fault {
            NameFault::Misprint(known) => (known, false),
            NameFault::Misspelt(known) => (known, true),
            _ => continue,
        };
        let meant = service.value(known.relative_key(), known.name);
        if meant.is_some_and(|meant| meant.value.data == setting.value.data) {
            continue;
        }
        let name = &setting.value.name;
        let message = if by_likeness {
            format!("{name} is no known value; {} was probably meant", known.name)
        } else {
            format!("{name} is a misprint of an article; the value is {}", known.name)
        };
        let finding = findings.report(message);
        finding.evidence(Evidence::setting(service, &setting).expected(format!("the name {}", known.name)));
        finding.evidences(meant.map(|meant| Evidence::setting(service, &meant)));
        if by_likeness {
            finding.at_most(Certainty::Possible);
        }
    }
}

declare_rule! {
    /// Value name has leading or trailing blanks.
    ///
    /// ## Why it matters
    /// Blanks that were copied along with a name make it a different name, which the service never asks for.
    ///
    /// ## What to do
    /// Create the value again without blanks and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags "=dword:00000002
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// " Start"=dword:00000002
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
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
    pub static VALUE_NAME_PADDED = {
        id: "SVC020", name: "value-name-padded", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q150969", "Q190711"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(value_name_padded),
    }
}

fn value_name_padded(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    for (setting, fault) in service.name_faults() {
        let NameFault::Padded(known) = fault else { continue };
        let name = &setting.value.name;
        let blank = name.chars().next().filter(|c| is_blank(*c)).or_else(|| name.chars().next_back()).unwrap_or(' ');
        findings
            .report(format!("the value name '{name}' begins or ends with the character 0x{:02X}", u32::from(blank)))
            .evidence(Evidence::setting(service, &setting).expected(format!("the name '{}'", known.name)));
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}')
}

declare_rule! {
    /// DisableResolverSearchList in other letter case.
    ///
    /// ## Why it matters
    /// Two articles demand the exact spelling with case. Windows NT itself compares value names without regard to case, so the variant
    /// may well work.
    ///
    /// ## What to do
    /// Create the value with the exact spelling if look-ups still add the local domain.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "disableresolversearchlist"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableResolverSearchList"=dword:00000001
    /// ```
    pub static RESOLVER_SWITCH_CASE_VARIANT = {
        id: "SVC030", name: "resolver-switch-case-variant", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q150969", "Q190711"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(resolver_switch_case_variant),
    }
}

fn resolver_switch_case_variant(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let Some(known) = describe("Parameters", "DisableResolverSearchList") else { return };
    let Some(setting) = service.value("Parameters", known.name).filter(|setting| setting.value.name != known.name) else { return };
    findings
        .report(format!("the value is named {}, the articles write {}", setting.value.name, known.name))
        .evidence(Evidence::setting(service, &setting).expected(format!("the name {}", known.name)));
}
