//! Relay restrictions that restrict nobody, or never match (Q193922: a rule matches if client AND mask equals net).

use crate::{
    backup::{Backup, RelayRange},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

/// RelayFlags bits and the list that each switches on.
const LISTS: [(u32, &str); 3] = [(1, "RelayDenyList"), (2, "RelayAllowList"), (4, "RelayLocalIPList")];

declare_rule! {
    /// Allow list matches every host: open relay.
    ///
    /// ## Why it matters
    /// A rule matches if (client AND mask) equals net; with zero in both this is true for everybody, so the restrictions look
    /// active but are not.
    ///
    /// ## What to do
    /// Remove the entry; list real hosts or require authentication.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000001
    /// "RelayAllowList"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,00
    /// ```
    pub static RELAY_ALLOW_EVERYONE = {
        id: "SVC082", name: "relay-allow-everyone", severity: Critical, certainty: Likely,
        versions: [V5_5],
        kb: ["Q193922", "Q315687"],
        needs: [ImcsvcReg],
        tags: ["relay", "security"],
        check: Backup(relay_allow_everyone),
    }
}

fn relay_allow_everyone(backup: &Backup, findings: &mut Findings<'_>) {
    for (element, range, proof) in active_elements(backup, &[(2, "RelayAllowList")]) {
        if range.net == 0 && range.mask == 0 {
            findings
                .report(format!("RelayAllowList holds '{element}', which every host matches: anybody may relay"))
                .evidence(proof.expected("networks and masks of hosts that may relay"));
        }
    }
}

declare_rule! {
    /// Relay entry that can never match.
    ///
    /// ## Why it matters
    /// A rule matches if (client AND mask) equals net. Host bits in the net part make that impossible, so the intended client
    /// gets '550 Relaying is prohibited' or the intended block does not work.
    ///
    /// ## What to do
    /// Write the network address, or the host address alone or with 255.255.255.255.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,31,37,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,31,37,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000001
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,31,37,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// ```
    pub static RELAY_ENTRY_NEVER_MATCHES = {
        id: "SVC085", name: "relay-entry-never-matches", severity: Error, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922", "Q258140", "Q315687"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_entry_never_matches),
    }
}

fn relay_entry_never_matches(backup: &Backup, findings: &mut Findings<'_>) {
    for (element, range, proof) in active_elements(backup, &LISTS) {
        if range.net & range.mask != range.net {
            let network = std::net::Ipv4Addr::from(range.net & range.mask);
            findings
                .report(format!("relay entry '{element}' matches no host: the address has bits outside of its mask"))
                .evidence(proof.expected(format!("{network} with this mask, or the host address alone")));
        }
    }
}

/// Returns the elements of the lists whose bit is set in RelayFlags, as far as they parse.
fn active_elements(backup: &Backup, lists: &[(u32, &str)]) -> Vec<(String, RelayRange, Evidence)> {
    let Some(service) = &backup.service else { return Vec::new() };
    let flags = service.dword("Parameters", "RelayFlags").map_or(0, |flags| flags.data);
    let mut active = Vec::new();
    for (_, list) in lists.iter().filter(|(bit, _)| flags & bit != 0) {
        let Some(elements) = service.strings("Parameters", list) else { continue };
        for element in elements.data.iter().filter(|element| !element.trim().is_empty()) {
            if let Some(range) = RelayRange::parse(element) {
                active.push((element.clone(), range, Evidence::setting(service, &elements).observed(element.as_str())));
            }
        }
    }
    active
}
