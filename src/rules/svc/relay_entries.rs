//! Entries of the relay lists one against the other, and against their grammar (Q193922).

use crate::{
    backup::{
        Backup, RelayList, RelayRange, RelayRules, ServiceKey,
        relay::{ALLOW, DENY},
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{active_ranges, listed, with_settings};

/// Every list.
const ALL_LISTS: u32 = 0x7;

declare_rule! {
    /// Relay entry cannot be parsed.
    ///
    /// ## Why it matters
    /// The syntax is a dotted address, and behind a semicolon a dotted mask if wanted. How other text is read is not documented; it
    /// will not do what was meant.
    ///
    /// ## What to do
    /// Rewrite the entry as address or address;mask, both in dotted form.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,30,2f,32,34,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000001
    /// "RelayDenyList"=hex(7):73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,30,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000001
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,30,2f,32,34,00,00
    /// ```
    pub static RELAY_ENTRY_MALFORMED = {
        id: "SVC086", name: "relay-entry-malformed", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q193922", "Q258140"],
        needs: [ImcsvcReg],
        tags: ["relay", "typo"],
        check: Backup(relay_entry_malformed),
    }
}

fn relay_entry_malformed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let relay = service.relay();
    let broken: Vec<(&RelayList<'_>, &str)> = relay.active_lists().flat_map(|list| unreadable(list).map(move |element| (list, element))).collect();
    let Some((list, element)) = broken.first() else { return };
    findings
        .report(format!("{} cannot be read; the first is '{element}' in {}", counted(broken.len(), "relay entry"), list.name))
        .first_evidences(broken.iter().filter_map(|(list, element)| Some(listed(service, list, element)?.expected("address or address;mask"))));
}

fn unreadable<'a>(list: &RelayList<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    list.elements().filter(|element| RelayRange::parse(element).is_none())
}

declare_rule! {
    /// Relay entry with a mask that has holes.
    ///
    /// ## Why it matters
    /// One article proposes a mask whose last octet equals that of the host. It works for the host but, by the documented formula, also
    /// lets in other addresses that share those bits.
    ///
    /// ## What to do
    /// Use the bare address or the mask 255.255.255.255.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,32,33,2e,31,32,33,2e,31,32,33,2e,31,32,33,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,31,32,33,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,32,33,2e,31,32,33,2e,31,32,33,2e,30,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,32,33,2e,31,32,33,2e,31,32,33,2e,31,33,32,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,31,32,33,00,00
    /// ```
    pub static RELAY_MASK_NOT_CONTIGUOUS = {
        id: "SVC087", name: "relay-mask-not-contiguous", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q258140", "Q315687"],
        needs: [ImcsvcReg],
        tags: ["relay", "security"],
        check: Backup(relay_mask_not_contiguous),
    }
}

fn relay_mask_not_contiguous(backup: &Backup, findings: &mut Findings<'_>) {
    for found in active_ranges(backup, ALL_LISTS, findings) {
        if found.range.bits().is_none() && found.range.can_match() {
            findings
                .report(format!("{} holds '{}', whose mask has holes: it matches {} addresses", found.list, found.element, found.range.addresses()))
                .group(found.element)
                .evidence(found.proof.expected("the bare address, or a mask of ones followed by zeros"));
        }
    }
}

declare_rule! {
    /// Deny entry makes an allow entry ineffective.
    ///
    /// ## Why it matters
    /// The deny list is checked first, so a client on both lists is refused. Allow entries cannot punch holes into a denied range.
    ///
    /// ## What to do
    /// Narrow the deny entry.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000003
    /// "RelayDenyList"=hex(7):31,39,32,2e,31,36,38,2e,30,2e,30,3b,32,35,35,2e,32,35,35,2e,30,2e,30,00,00
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,31,37,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000003
    /// "RelayDenyList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,30,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,32,34,38,00,00
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,30,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,30,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayDenyList"=hex(7):31,39,32,2e,31,36,38,2e,30,2e,30,3b,32,35,35,2e,32,35,35,2e,30,2e,30,00,00
    /// "RelayAllowList"=hex(7):31,39,32,2e,31,36,38,2e,31,2e,31,37,00,00
    /// ```
    pub static RELAY_DENY_SHADOWS_ALLOW = {
        id: "SVC098", name: "relay-deny-shadows-allow", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_deny_shadows_allow),
    }
}

fn relay_deny_shadows_allow(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let relay = service.relay();
    for (allowed, denied) in shadowed(&relay) {
        let place = |bit, element| relay.list(bit).and_then(|list| listed(service, list, element));
        findings
            .report(format!("'{denied}' in RelayDenyList covers '{allowed}' in RelayAllowList, which never counts"))
            .group(allowed)
            .evidences(place(ALLOW, allowed).map(|proof| proof.expected("a range outside of the denied ones")))
            .evidences(place(DENY, denied));
    }
}

/// Returns each readable allow entry with the first deny entry that covers it, if both lists count.
fn shadowed<'a>(relay: &RelayRules<'a>) -> Vec<(&'a str, &'a str)> {
    let (Some(allow), Some(deny)) = (relay.list(ALLOW), relay.list(DENY)) else { return Vec::new() };
    if !allow.is_active || !deny.is_active {
        return Vec::new();
    }
    let is_plain = |range: RelayRange| range.bits().is_some();
    let covering = |range: RelayRange| deny.ranges().find(|(_, denied)| is_plain(*denied) && denied.covers(range));
    let allowed = allow.ranges().filter(|(_, range)| is_plain(*range));
    allowed.filter_map(|(element, range)| Some((element, covering(range)?.0))).collect()
}

declare_rule! {
    /// Deny list refuses everybody.
    ///
    /// ## Why it matters
    /// The deny list comes first and matches every client, so allow lists and logging on have no effect and POP3 and IMAP4 users get
    /// '550 Relaying is prohibited'.
    ///
    /// ## What to do
    /// Remove the entry. Without a match in the allow rules relaying is refused anyway.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:0000000b
    /// "RelayDenyList"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayDenyList"=hex(7):30,2e,30,2e,30,2e,30,3b,30,2e,30,2e,30,2e,30,00,00
    /// ```
    pub static RELAY_DENY_EVERYONE = {
        id: "SVC099", name: "relay-deny-everyone", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_deny_everyone),
    }
}

fn relay_deny_everyone(backup: &Backup, findings: &mut Findings<'_>) {
    for found in active_ranges(backup, DENY, findings).into_iter().filter(|found| found.range.is_everyone()) {
        findings
            .report(format!("RelayDenyList holds '{}', which every host matches: nobody may relay", found.element))
            .evidence(found.proof.expected("networks and masks of hosts that may not relay"));
    }
}

declare_rule! {
    /// Relay list repeats an entry.
    ///
    /// ## Why it matters
    /// Harmless by itself, but on 5.5 without service pack several entries in a list can crash the service at start (BLD001).
    ///
    /// ## What to do
    /// Remove the copy from the list.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,30,2e,31,2e,31,2e,31,00,31,30,2e,31,2e,31,2e,31,3b,32,35,35,2e,32,35,35,2e,32,35,35,2e,32,35,35,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "RelayAllowList"=hex(7):31,30,2e,31,2e,31,2e,31,00,31,30,2e,31,2e,31,2e,32,00,00
    /// ```
    pub static RELAY_LIST_DUPLICATES = {
        id: "SVC101", name: "relay-list-duplicates", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_list_duplicates),
    }
}

fn relay_list_duplicates(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let relay = service.relay();
    let repeated: Vec<_> = relay.lists.iter().flat_map(|list| copies(list).into_iter().map(move |element| (list, element))).collect();
    let Some((list, element)) = repeated.first() else { return };
    let more = if repeated.len() > 1 { format!("; {} more copies", repeated.len() - 1) } else { String::new() };
    findings
        .report(format!("'{element}' in {} denotes the same hosts as an entry before it{more}", list.name))
        .first_evidences(repeated.iter().filter_map(|(list, element)| copy(service, list, element)));
}

/// Returns the elements that denote the same hosts as one before them.
fn copies<'a>(list: &RelayList<'a>) -> Vec<&'a str> {
    let mut seen: Vec<RelayRange> = Vec::new();
    let mut copies = Vec::new();
    for (element, range) in list.ranges() {
        if seen.contains(&range) {
            copies.push(element);
        } else {
            seen.push(range);
        }
    }
    copies
}

fn copy(service: &ServiceKey, list: &RelayList<'_>, element: &str) -> Option<Evidence> {
    Some(listed(service, list, element)?.expected("each entry once"))
}
