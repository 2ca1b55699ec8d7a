//! ResolveP2 and RerouteViaStore: which header addresses become directory entries, and which mail passes through the store.
//!
//! On 5.5 ResolveP2 is 0, 1, or the sum of the flags below times two (Q174755), so every number above 1 is even and at most 126.

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::switched_on;

/// The flags as they stand in the value, that is already times two.
const FLAGS: [(u32, &str); 6] =
    [(2, "sender"), (4, "sent-representing"), (8, "received-by"), (16, "received-representing"), (32, "recipients"), (64, "reply-to")];
const SENDER: u32 = 2;
const SENT_REPRESENTING: u32 = 4;
const RECIPIENTS: u32 = 32;
const ALL_FLAGS: u32 = 126;

declare_rule! {
    /// ResolveP2 has an invalid flag value.
    ///
    /// ## Why it matters
    /// Besides 0 and 1, version 5.5 takes the sum of the flags 1 sender, 2 sent-representing, 4 received-by, 8 received-representing,
    /// 16 recipients and 32 reply-to, multiplied by two. Every value above 1 is therefore even and at most 126; an odd one is usually
    /// the sum without the doubling.
    ///
    /// ## What to do
    /// Double the sum, for example 16 times 2 is 32 for recipients only, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:0000001f
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000080
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:0000007c
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000001
    /// ```
    pub static RESOLVEP2_FLAGS_INVALID = {
        id: "SVC141", name: "resolvep2-flags-invalid", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q174755"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(resolvep2_flags_invalid),
    }
}

fn resolvep2_flags_invalid(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(resolve) = service.dword("Parameters", "ResolveP2") else { return };
    let value = resolve.data;
    if value <= 1 || value % 2 == 0 && value <= ALL_FLAGS {
        return;
    }
    let doubled = value.checked_mul(2).filter(|doubled| *doubled <= ALL_FLAGS);
    let (message, expected) = match doubled {
        Some(doubled) => (
            format!("ResolveP2 is {value}, an odd number; times two it is {doubled}, which selects {}", flag_names(doubled)),
            format!("{doubled}, or another even number up to {ALL_FLAGS}"),
        ),
        None => {
            (format!("ResolveP2 is {value}; valid are 0, 1 and even numbers up to {ALL_FLAGS}"), format!("0, 1, or an even number up to {ALL_FLAGS}"))
        }
    };
    findings.report(message).evidence(Evidence::setting(service, &resolve).expected(expected));
}

declare_rule! {
    /// ResolveP2 leaves the recipients unresolved.
    ///
    /// ## Why it matters
    /// Inbox rules that test a recipient compare the directory entry. Without flag 32, To and Cc keep their SMTP form on mail that is
    /// delivered on this server, and such rules do not fire. In the same way flag 2 alone does not resolve the visible From, which
    /// is the matter of flag 4.
    ///
    /// ## What to do
    /// Add 32 for recipients and 4 for the visible From, or use 1 for everything, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000004
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000022
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000020
    /// ```
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
    /// "ResolveP2"=dword:00000026
    /// ```
    pub static RESOLVEP2_WITHOUT_RECIPIENTS = {
        id: "SVC142", name: "resolvep2-without-recipients", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q174755", "Q259616"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(resolvep2_without_recipients),
    }
}

fn resolvep2_without_recipients(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(resolve) = service.dword("Parameters", "ResolveP2") else { return };
    let value = resolve.data;
    if value % 2 != 0 || !(2..=ALL_FLAGS).contains(&value) {
        return;
    }
    let without = |flag| value & flag == 0;
    let expected = if without(RECIPIENTS) {
        value | RECIPIENTS
    } else if without(SENT_REPRESENTING) && !without(SENDER) {
        value | SENT_REPRESENTING
    } else {
        return;
    };
    let lacking = if without(RECIPIENTS) { "To and Cc stay SMTP addresses" } else { "the visible From stays an SMTP address" };
    findings
        .report(format!("ResolveP2 is {value}, which selects {}: {lacking}", flag_names(value)))
        .evidence(Evidence::setting(service, &resolve).expected(format!("{expected}, or 1")));
}

fn flag_names(value: u32) -> String {
    let names: Vec<&str> = FLAGS.iter().filter(|(flag, _)| value & flag != 0).map(|(_, name)| *name).collect();
    names.join(", ")
}

declare_rule! {
    /// Explicit zero for ResolveP2 or AddressRewrite is overridden.
    ///
    /// ## Why it matters
    /// RerouteViaStore turns both features on inside the service, so the zeros mislead whoever reads the registry.
    ///
    /// ## What to do
    /// Remove the values that contradict RerouteViaStore.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RerouteViaStore"=dword:00000001
    /// "ResolveP2"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RerouteViaStore"=dword:00000001
    /// "ResolveP2"=dword:00000001
    /// "AddressRewrite"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ResolveP2"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RerouteViaStore"=dword:00000001
    /// "ResolveP2"=dword:00000001
    /// ```
    pub static REROUTE_VIA_STORE_OVERRIDES = {
        id: "SVC144", name: "reroute-via-store-overrides", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q238471"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(reroute_via_store_overrides),
    }
}

fn reroute_via_store_overrides(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(reroute) = service.dword("Parameters", "RerouteViaStore").filter(|reroute| reroute.data == 1) else { return };
    let zero = |name| service.dword("Parameters", name).filter(|number| number.data == 0);
    let zeros: Vec<_> = ["ResolveP2", "AddressRewrite"].into_iter().filter_map(zero).collect();
    if zeros.is_empty() {
        return;
    }
    let names = zeros.iter().map(|zero| zero.value.name.as_str()).collect::<Vec<_>>().join(" and ");
    findings
        .report(format!("RerouteViaStore is 1 and turns both features on, whatever the 0 of {names} says"))
        .evidence(Evidence::setting(service, &reroute))
        .evidences(zeros.iter().map(|zero| Evidence::setting(service, zero).expected("absent, or 1")));
}

declare_rule! {
    /// All SMTP mail passes through the information store.
    ///
    /// ## Why it matters
    /// RerouteViaStore is set by virus scanners of the store, for message journaling of 5.5, or for readable addresses in relayed
    /// mail. Header recipients are resolved to directory names, so inbox rules that test an SMTP address stop firing; and a scanner
    /// in the store is a suspect when mail is found in Bad.
    ///
    /// ## What to do
    /// Find out which of the three it is; the journaling values of MTA and store are not part of the collection.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "ReRouteViaStore"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RerouteViaStore"=dword:00000000
    /// ```
    pub static REROUTE_VIA_STORE_ON = {
        id: "SVC145", name: "reroute-via-store-on", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q238471", "Q239427", "Q266260", "Q259730"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(reroute_via_store_on),
    }
}

fn reroute_via_store_on(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(reroute) = switched_on(service, "RerouteViaStore") else { return };
    findings
        .report(format!("{} is {}: relayed mail goes through the store as well", reroute.value.name, reroute.data))
        .evidence(Evidence::setting(service, &reroute).expected("absent or 0, unless a scanner or journaling needs it"));
}
