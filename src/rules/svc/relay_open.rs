//! Relay restrictions that leave the door open (Q193922).

use std::net::Ipv4Addr;

use crate::{
    backup::{
        Backup, RelayRange,
        relay::{ALLOW, DENY, LOCAL},
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::svc_access::RELAY_WIDE_BITS,
};

use super::proof::{active_ranges, flags_in_words, is_whole, parameters, with_settings};

/// The four bits that are described.
const DESCRIBED: u32 = 0xF;
/// Ranges that no client on the Internet has.
const INSIDE: [RelayRange; 2] = [RelayRange { net: 0x0A00_0000, mask: 0xFF00_0000 }, RelayRange { net: 0x7F00_0000, mask: 0xFF00_0000 }];

declare_rule! {
    /// No relay restriction is configured: possible open relay.
    ///
    /// ## Why it matters
    /// A fresh 5.x service reroutes incoming SMTP mail for anybody. Unless rerouting was switched off on the Routing page, whose place
    /// in the registry is not documented, or is restricted, the host can be abused to send bulk mail.
    ///
    /// ## What to do
    /// Look at the Routing page: list the own domains as inbound, and restrict rerouting to clients that log on or to listed addresses
    /// (5.5 SP1 or later).
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableTTL"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000000
    /// ```
    pub static RELAY_UNRESTRICTED = {
        id: "SVC080", name: "relay-unrestricted", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q193922", "Q196626", "Q199656", "Q279860", "Q315687", "Q260562", "Q156063", "Q195969", "Q179289"],
        needs: [ImcsvcReg],
        tags: ["relay", "security"],
        check: Backup(relay_unrestricted),
    }
}

fn relay_unrestricted(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let relay = service.relay();
    if relay.has(DESCRIBED) || relay.flags.is_none() && !is_whole(backup, findings) {
        return;
    }
    match backup.is_5_5() {
        Some(true) => {}
        Some(false) => return,
        None => return findings.undecided("server-build", "no relay restriction is set, and nothing tells whether this is 5.5"),
    }
    let flags = flags_in_words(service);
    let counts = relay.lists.each_ref().map(|list| format!("{} {}", list.elements().count(), list.name)).join(", ");
    let place = service.value("Parameters", "RelayFlags").map(|flags| Evidence::setting(service, &flags));
    findings
        .report(format!("{flags}: nothing restricts relaying (entries in the lists: {counts})"))
        .evidence(place.unwrap_or_else(|| parameters(service)).expected("RelayFlags with bit 2 or 8, unless rerouting is off"))
        .evidences(relay.lists.iter().filter_map(|list| list.setting).map(|list| Evidence::setting(service, &list)));
}

declare_rule! {
    /// Only a deny list is active: everybody else may relay.
    ///
    /// ## Why it matters
    /// If bit 1 is the only one set, each client that is not on the deny list may relay. With rerouting switched off on the Routing
    /// page, which the registry does not show, 0 or 1 is the documented setting and nothing is wrong.
    ///
    /// ## What to do
    /// Add bit 2 with an allow list, or bit 8 (clients that log on). If rerouting is off, delete the value.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000003
    /// ```
    pub static RELAY_DENY_LIST_ONLY = {
        id: "SVC081", name: "relay-deny-list-only", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay", "security"],
        check: Backup(relay_deny_list_only),
    }
}

fn relay_deny_list_only(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let relay = service.relay();
    let Some(flags) = relay.flags.filter(|flags| flags.data & DESCRIBED == DENY) else { return };
    let denied = relay.list(DENY).map_or(0, |list| list.elements().count());
    findings
        .report(format!("RelayFlags is {}: everybody may relay whom the deny list, of {}, does not name", flags.data, counted(denied, "entry")))
        .evidence(Evidence::setting(service, &flags).expected("bit 2 or 8 as well"))
        .evidences(relay.list(DENY).and_then(|list| list.setting).map(|list| Evidence::setting(service, &list)));
}

declare_rule! {
    /// Allow list covers a huge public range.
    ///
    /// ## Why it matters
    /// The range holds at least 16 million public addresses, far more than the clients of any organization. The bound is a rule of
    /// thumb.
    ///
    /// ## What to do
    /// Narrow the mask to the own network.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,30,2e,30,2e,30,3b,32,35,35,2e,30,2e,30,2e,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,30,2e,30,2e,30,2e,30,3b,32,35,35,2e,30,2e,30,2e,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "RelayAllowList"=hex(7):31,39,32,2e,30,2e,30,2e,30,3b,32,35,35,2e,30,2e,30,2e,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,30,2e,30,3b,32,35,35,2e,32,35,35,2e,30,2e,30,00,00
    /// ```
    pub static RELAY_ALLOW_VERY_WIDE = {
        id: "SVC083", name: "relay-allow-very-wide", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q315687", "Q196626", "Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay", "security"],
        check: Backup(relay_allow_very_wide),
    }
}

fn relay_allow_very_wide(backup: &Backup, findings: &mut Findings<'_>) {
    let widest = findings.number(&RELAY_WIDE_BITS);
    let is_wide = |range: RelayRange| range.bits().is_some_and(|bits| bits >= 1 && i64::from(bits) <= widest);
    for found in active_ranges(backup, ALLOW, findings) {
        let range = found.range;
        if range.can_match() && is_wide(range) && !INSIDE.iter().any(|inside| inside.covers(range)) {
            findings
                .report(format!("RelayAllowList holds '{}': {} addresses may relay", found.element, range.addresses()))
                .group(found.element)
                .evidence(found.proof.expected("networks and masks of the own clients"));
        }
    }
}

declare_rule! {
    /// Local interface list matches every address: open relay.
    ///
    /// ## Why it matters
    /// This rule compares the server's own address that the client connected to. Zero in net and mask accept all of them, also the
    /// outside interface, so everybody may relay.
    ///
    /// ## What to do
    /// List the inside addresses only.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000004
    /// "RelayLocalIPList"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000004
    /// "RelayLocalIPList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,35,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayLocalIPList"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,00
    /// ```
    pub static RELAY_LOCAL_INTERFACE_EVERYONE = {
        id: "SVC084", name: "relay-local-interface-everyone", severity: Critical, certainty: Likely,
        versions: [V5_5],
        kb: ["Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay", "security"],
        check: Backup(relay_local_interface_everyone),
    }
}

fn relay_local_interface_everyone(backup: &Backup, findings: &mut Findings<'_>) {
    for found in active_ranges(backup, LOCAL, findings).into_iter().filter(|found| found.range.is_everyone()) {
        findings
            .report(format!("RelayLocalIPList holds '{}', which every own address matches: anybody may relay", found.element))
            .evidence(found.proof.expected("inside addresses of this server"));
    }
}

declare_rule! {
    /// The loopback address may relay.
    ///
    /// ## Why it matters
    /// Meant for programs on the same machine, such as FrontPage extensions. If an SMTP proxy or a virus scanner runs there, all
    /// Internet connections appear as 127.0.0.1 and everybody may relay.
    ///
    /// ## What to do
    /// Remove the entry unless a trusted local program needs it and no SMTP proxy is installed.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,32,37,2e,30,2e,30,2e,31,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,32,35,35,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,32,37,2e,30,2e,30,2e,30,3b,32,35,35,2e,30,2e,30,2e,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000000
    /// "RelayAllowList"=hex(7):31,32,37,2e,30,2e,30,2e,31,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,32,35,35,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,00
    /// ```
    pub static RELAY_LOOPBACK_ALLOWED = {
        id: "SVC088", name: "relay-loopback-allowed", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q251283", "Q254214"],
        needs: [ImcsvcReg],
        tags: ["relay", "security"],
        check: Backup(relay_loopback_allowed),
    }
}

fn relay_loopback_allowed(backup: &Backup, findings: &mut Findings<'_>) {
    let allowed = active_ranges(backup, ALLOW, findings);
    if allowed.iter().any(|found| found.range.is_everyone()) {
        return;
    }
    let local: Vec<_> = allowed.into_iter().filter(|found| found.range.matches(Ipv4Addr::LOCALHOST)).collect();
    if let Some(first) = local.first() {
        findings
            .report(format!("RelayAllowList holds '{}', which 127.0.0.1 matches", first.element))
            .evidences(local.into_iter().map(|found| found.proof.expected("no entry for the loopback address")));
    }
}
