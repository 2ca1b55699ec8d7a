//! Fetching mail that a provider holds, by ETRN or TURN, and offering the same to others.

use crate::{
    backup::{Backup, ProductLine},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::switched_on;

declare_rule! {
    /// Both ETRN and TURN are forced.
    ///
    /// ## Why it matters
    /// AlwaysUseETRN and AlwaysUseTURN select different commands for the same purpose; TURN is meant to be used instead of ETRN.
    ///
    /// ## What to do
    /// Keep the one that the provider supports, delete the other and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000001
    /// "AlwaysUseTURN"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000001
    /// "AlwaysUseTURN"=dword:00000000
    /// ```
    pub static ETRN_AND_TURN_FORCED = {
        id: "SVC160", name: "etrn-and-turn-forced", severity: Warning, certainty: Certain,
        versions: [V5_5],
        kb: ["Q257979", "Q241157"],
        needs: [ImcsvcReg],
        tags: ["dequeue"],
        check: Backup(etrn_and_turn_forced),
    }
}

fn etrn_and_turn_forced(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let (Some(etrn), Some(turn)) = (switched_on(service, "AlwaysUseETRN"), switched_on(service, "AlwaysUseTURN")) else { return };
    findings
        .report(format!("AlwaysUseETRN is {} and AlwaysUseTURN is {}; only one of them can be meant", etrn.data, turn.data))
        .evidence(Evidence::setting(service, &etrn).expected("absent or 0 where TURN is used"))
        .evidence(Evidence::setting(service, &turn).expected("absent or 0 where ETRN is used"));
}

declare_rule! {
    /// AlwaysUseETRN without a forwarding host.
    ///
    /// ## Why it matters
    /// ETRN is useful with one forwarding host that queues the mail. With delivery by DNS it is tried on every ESMTP host, which slows
    /// outbound mail down, and the provider may never be asked. That DefaultRouting holds the forwarding host is concluded from
    /// the section of the same name in IMCCOPY files.
    ///
    /// ## What to do
    /// Forward all mail to the relay of the provider that queues it, or remove the value.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000001
    /// "DefaultRouting"=""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000001
    /// "DefaultRouting"="relay.provider.example"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000001
    /// ```
    pub static ETRN_WITHOUT_SMART_HOST = {
        id: "SVC161", name: "etrn-without-smart-host", severity: Warning, certainty: Possible,
        versions: [V5_0, V5_5],
        kb: ["Q241157", "Q175494"],
        needs: [ImcsvcReg],
        tags: ["dequeue"],
        check: Backup(etrn_without_smart_host),
    }
}

fn etrn_without_smart_host(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(etrn) = switched_on(service, "AlwaysUseETRN") else { return };
    let Some(forwarding) = service.forwarding_hosts() else {
        return findings.undecided("Parameters\\DefaultRouting", "it is absent, and whether mail goes to a forwarding host is not known");
    };
    if forwarding.data.is_empty() {
        findings
            .report(format!("AlwaysUseETRN is {}, but DefaultRouting is empty: mail is delivered by DNS", etrn.data))
            .evidence(Evidence::setting(service, &etrn))
            .evidence(Evidence::setting(service, &forwarding).expected("the relay of the provider"));
    }
}

declare_rule! {
    /// Inbound mail arrives only after outbound mail.
    ///
    /// ## Why it matters
    /// Mail that the provider holds is fetched as a by-product of sending, so idle periods delay it; that is no fault. With rerouting
    /// off, ETRN asks for the site's own domain only, with rerouting on for every domain of the routing table.
    ///
    /// ## What to do
    /// Create periodic outbound mail if the delay matters, and list all domains. For TURN check the account of the provider's domain
    /// on the Security page, which is not part of the collection.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseTURN"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AlwaysUseETRN"=dword:00000000
    /// ```
    pub static INBOUND_MAIL_WAITS_FOR_OUTBOUND = {
        id: "SVC162", name: "inbound-mail-waits-for-outbound", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q241157", "Q269771", "Q257979"],
        needs: [ImcsvcReg],
        tags: ["dequeue"],
        check: Backup(inbound_mail_waits_for_outbound),
    }
}

fn inbound_mail_waits_for_outbound(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let switches: Vec<_> = ["AlwaysUseETRN", "AlwaysUseTURN"].into_iter().filter_map(|name| switched_on(service, name)).collect();
    let Some(first) = switches.first() else { return };
    findings
        .report(format!("{} is {}: mail held by the provider is fetched when outbound mail is sent", first.value.name, first.data))
        .evidences(switches.iter().map(|switch| Evidence::setting(service, switch).expected("absent or 0 where nobody holds mail")));
}

declare_rule! {
    /// This server refuses ETRN.
    ///
    /// ## Why it matters
    /// With DisableETRN remote hosts cannot start a queue run here. Mail for domains that are set to wait for ETRN stays in the
    /// outbound queue until it times out.
    ///
    /// ## What to do
    /// Remove the value, or change the delivery of these domains.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableETRN"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DisableETRN"=dword:00000000
    /// ```
    pub static ETRN_SERVICE_OFF = {
        id: "SVC163", name: "etrn-service-off", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q258292"],
        needs: [ImcsvcReg],
        tags: ["dequeue"],
        check: Backup(etrn_service_off),
    }
}

fn etrn_service_off(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(off) = switched_on(service, "DisableETRN") else { return };
    findings
        .report(format!("DisableETRN is {}: remote hosts cannot fetch their mail by ETRN", off.data))
        .evidence(Evidence::setting(service, &off).expected("absent or 0"));
}

declare_rule! {
    /// ESMTP is not announced.
    ///
    /// ## Why it matters
    /// Peers see the greeting of plain SMTP and will not try AUTH, ETRN, SIZE or delivery status notifications.
    ///
    /// ## What to do
    /// Remove the value when the reason for it is gone, and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AdvertiseSMTPExtensions"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "AdvertiseSMTPExtensions"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "AdvertiseSMTPExtensions"=dword:00000000
    /// ```
    pub static ESMTP_NOT_ANNOUNCED = {
        id: "SVC164", name: "esmtp-not-announced", severity: Info, certainty: Certain,
        versions: [V5_0, V5_5],
        kb: ["Q194131"],
        needs: [ImcsvcReg],
        tags: ["routing"],
        check: Backup(esmtp_not_announced),
    }
}

fn esmtp_not_announced(backup: &Backup, findings: &mut Findings<'_>) {
    /// The bit of RelayFlags that lets authenticated clients relay.
    const AUTHENTICATED: u32 = 8;
    let Some(service) = &backup.service else { return };
    let Some(announced) = service.dword("Parameters", "AdvertiseSMTPExtensions").filter(|announced| announced.data == 0) else { return };
    // Where relaying waits for an authentication that nobody learns of, SVC097 tells the graver story; where AUTH is off, SVC096 does
    // and SVC097 is silent. RelayFlags means nothing before 5.5.
    let flags = service.dword("Parameters", "RelayFlags").map_or(0, |flags| flags.data);
    let is_before_5_5 = backup.version.as_ref().and_then(|version| version.line).is_some_and(|line| line != ProductLine::V5_5);
    if flags & AUTHENTICATED != 0 && switched_on(service, "DisableAuth").is_none() && !is_before_5_5 {
        return;
    }
    findings
        .report("AdvertiseSMTPExtensions is 0: callers see a plain SMTP greeting")
        .evidence(Evidence::setting(service, &announced).expected("absent or 1"));
}
