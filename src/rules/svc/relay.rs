//! Relay restrictions that restrict nobody, or never match (Q193922: a rule matches if client AND mask equals net).

use crate::{
    backup::{Backup, relay::ALLOW},
    declare_rule,
    diagnostics::Findings,
};

use super::proof::active_ranges;

/// Every list.
const ALL_LISTS: u32 = 0x7;

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
    for found in active_ranges(backup, ALLOW, findings).into_iter().filter(|found| found.range.is_everyone()) {
        findings
            .report(format!("RelayAllowList holds '{}', which every host matches: anybody may relay", found.element))
            .evidence(found.proof.expected("networks and masks of hosts that may relay"));
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
    for found in active_ranges(backup, ALL_LISTS, findings).into_iter().filter(|found| !found.range.can_match()) {
        let network = std::net::Ipv4Addr::from(found.range.net & found.range.mask);
        findings
            .report(format!("relay entry '{}' matches no host: the address has bits outside of its mask", found.element))
            .evidence(found.proof.expected(format!("{network} with this mask, or the host address alone")));
    }
}
