//! RelayFlags against the three lists that its bits switch on (Q193922).

use crate::{
    backup::{Backup, RelayList, ServiceKey, relay::LOCAL},
    base::enumerated,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{flags_in_words, is_whole, parameters, with_settings};

/// The sum of all bits that are described.
const ALL_BITS: u32 = 0xF;

declare_rule! {
    /// Relay permission depends on the server's interface.
    ///
    /// ## Why it matters
    /// Clients may relay when they reach a listed local address. If the machine forwards IP, outsiders can reach the inside address
    /// too; whether it does, the collection does not show.
    ///
    /// ## What to do
    /// Make sure that IP forwarding is off.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000004
    /// "RelayLocalIPList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,35,00,00
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
    pub static RELAY_INTERFACE_RULE = {
        id: "SVC091", name: "relay-interface-rule", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922", "Q196626"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_interface_rule),
    }
}

fn relay_interface_rule(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let relay = service.relay();
    let Some(flags) = relay.flags.filter(|flags| flags.data & LOCAL != 0) else { return };
    let list = relay.list(LOCAL).and_then(|list| list.setting);
    let addresses = relay.list(LOCAL).map(|list| enumerated(list.elements(), 4)).filter(|text| !text.is_empty()).unwrap_or("no address".into());
    findings
        .report(format!("RelayFlags is 0x{:x}: clients that reach {addresses} may relay", flags.data))
        .evidence(Evidence::setting(service, &flags))
        .evidences(list.map(|list| Evidence::setting(service, &list).expected("inside addresses, with IP forwarding off")));
}

declare_rule! {
    /// Relay list is filled but its flag is not set.
    ///
    /// ## Why it matters
    /// A list is obeyed only if its bit of RelayFlags is set: 1 for the deny list, 2 for the allow list, 4 for the local addresses. The
    /// administrator probably believes that the list is in force.
    ///
    /// ## What to do
    /// Set the bit or empty the list, then restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,30,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayDenyList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,31,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000003
    /// "RelayLocalIPList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,35,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:0000000a
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,30,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// ```
    pub static RELAY_LIST_WITHOUT_FLAG = {
        id: "SVC092", name: "relay-list-without-flag", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_list_without_flag),
    }
}

fn relay_list_without_flag(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let relay = service.relay();
    let ignored: Vec<&RelayList<'_>> = relay.lists.iter().filter(|list| !list.is_active && !list.is_empty()).collect();
    if ignored.is_empty() || relay.flags.is_none() && !is_whole(backup, findings) {
        return;
    }
    let names = ignored.iter().map(|list| format!("{} (bit {})", list.name, list.bit)).collect::<Vec<_>>().join(", ");
    findings
        .report(format!("{}, so nothing obeys {names}", flags_in_words(service)))
        .evidence(relay.flags.map_or_else(|| parameters(service), |flags| Evidence::setting(service, &flags)).expected("the bit of each filled list"))
        .evidences(lists(service, &ignored, "an empty list, or its bit in RelayFlags"));
}

fn lists<'a>(service: &'a ServiceKey, lists: &'a [&RelayList<'_>], expected: &'a str) -> impl Iterator<Item = Evidence> + 'a {
    lists.iter().filter_map(|list| list.setting).map(move |list| Evidence::setting(service, &list).expected(expected))
}

declare_rule! {
    /// Relay flag set with an empty list.
    ///
    /// ## Why it matters
    /// A flag for an allow list that is empty means that nobody may relay by address. This is a documented way to close the relay, so
    /// it is only noted.
    ///
    /// ## What to do
    /// Nothing, if it is intended.
    ///
    /// ## Fires
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
    /// "RelayFlags"=dword:00000004
    /// "RelayLocalIPList"=hex(7):00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,30,2e,31,2e,31,2e,31,00,00
    /// ```
    pub static RELAY_FLAG_WITHOUT_LIST = {
        id: "SVC093", name: "relay-flag-without-list", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922", "Q195969", "Q256856"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_flag_without_list),
    }
}

fn relay_flag_without_list(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let relay = service.relay();
    let empty: Vec<&RelayList<'_>> = relay.active_lists().filter(|list| list.is_empty()).collect();
    let Some(flags) = relay.flags.filter(|_| !empty.is_empty()) else { return };
    let names = empty.iter().map(|list| format!("{} (bit {})", list.name, list.bit)).collect::<Vec<_>>().join(", ");
    findings
        .report(format!("RelayFlags is 0x{:x}, but nothing stands in {names}", flags.data))
        .evidence(Evidence::setting(service, &flags).expected("bits of filled lists only"))
        .evidences(lists(service, &empty, "entries"));
}

declare_rule! {
    /// RelayFlags has bits that are not defined.
    ///
    /// ## Why it matters
    /// Only the bits 1, 2, 4 and 8 are described. 0x10 to 0x15 are typical of a decimal number typed into the hexadecimal editor: 10
    /// (allow list plus logging on) becomes 0x10, in which none of the known rules is active.
    ///
    /// ## What to do
    /// Enter the sum in hexadecimal, for example 0xA for 2 and 8.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000010
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000020
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:0000000a
    /// ```
    pub static RELAYFLAGS_UNKNOWN_BITS = {
        id: "SVC094", name: "relayflags-unknown-bits", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay", "typo", "security"],
        check: Backup(relayflags_unknown_bits),
    }
}

fn relayflags_unknown_bits(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let Some(flags) = service.relay().flags.filter(|flags| flags.data > ALL_BITS) else { return };
    let meant = format!("{:x}", flags.data).parse::<u32>().ok().filter(|meant| *meant <= ALL_BITS);
    let slip = meant.map(|meant| format!("; {meant} in decimal, which is 0x{meant:x}, was probably meant")).unwrap_or_default();
    findings
        .report(format!("RelayFlags is 0x{:x} ({}), more than the sum of the four known bits{slip}", flags.data, flags.data))
        .evidence(Evidence::setting(service, &flags).expected("a sum of 1, 2, 4 and 8"));
}
