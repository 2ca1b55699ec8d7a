//! Relaying for clients that log on, and whether they can (Q193922, Q235627).

use crate::{
    backup::{
        Backup, ServiceKey, Setting,
        relay::{ALLOW, AUTHENTICATED, LOCAL},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::with_settings;

declare_rule! {
    /// Only authenticated clients may relay.
    ///
    /// ## Why it matters
    /// A good setting, but POP3 and IMAP4 users must switch on SMTP authentication, firewalls must not strip AUTH, and the Guest
    /// account of the domain must be disabled: failed logons can fall back to Guest, and then anybody may relay.
    ///
    /// ## What to do
    /// Check the Guest account, which the collection does not show, and the settings of the clients.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
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
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "DisableAuth"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "AdvertiseSMTPExtensions"=dword:00000000
    /// ```
    pub static RELAY_AUTHENTICATED_ONLY = {
        id: "SVC095", name: "relay-authenticated-only", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q193922", "Q197869", "Q305007", "Q251149"],
        needs: [ImcsvcReg],
        tags: ["relay", "security"],
        check: Backup(relay_authenticated_only),
    }
}

fn relay_authenticated_only(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let Some(flags) = logon_flag(service).filter(|flags| flags.data & (ALLOW | LOCAL) == 0) else { return };
    if auth_is_off(service).is_none() && esmtp_is_hidden(service).is_none() {
        findings
            .report(format!("RelayFlags is 0x{:x}: only clients that log on may relay", flags.data))
            .evidence(Evidence::setting(service, &flags).expected("with the Guest account disabled"));
    }
}

fn logon_flag(service: &ServiceKey) -> Option<Setting<'_, u32>> {
    service.relay().flags.filter(|flags| flags.data & AUTHENTICATED != 0)
}

fn auth_is_off(service: &ServiceKey) -> Option<Setting<'_, u32>> {
    service.number("DisableAuth").filter(|switch| switch.data != 0)
}

fn esmtp_is_hidden(service: &ServiceKey) -> Option<Setting<'_, u32>> {
    service.number("AdvertiseSMTPExtensions").filter(|switch| switch.data == 0)
}

declare_rule! {
    /// Relay needs authentication but AUTH is switched off.
    ///
    /// ## Why it matters
    /// With DisableAuth the service neither offers nor accepts AUTH. No client can log on, so outside POP3 and IMAP4 users cannot send.
    ///
    /// ## What to do
    /// Remove DisableAuth, or allow these clients by address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "DisableAuth"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "DisableAuth"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "DisableAuth"=dword:00000000
    /// ```
    pub static RELAY_NEEDS_AUTH_BUT_AUTH_OFF = {
        id: "SVC096", name: "relay-needs-auth-but-auth-off", severity: Error, certainty: Likely,
        versions: [V5_5],
        kb: ["Q235627", "Q193922"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_needs_auth_but_auth_off),
    }
}

fn relay_needs_auth_but_auth_off(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let (Some(flags), Some(auth)) = (logon_flag(service), auth_is_off(service)) else { return };
    let other_way = match flags.data & (ALLOW | LOCAL) {
        0 => "no other bit lets clients relay",
        _ => "only clients by address may relay",
    };
    findings
        .report(format!("RelayFlags is 0x{:x}, but DisableAuth is {}: nobody can log on, and {other_way}", flags.data, auth.data))
        .evidence(Evidence::setting(service, &auth).expected("0, or no such value"))
        .evidence(Evidence::setting(service, &flags));
}

declare_rule! {
    /// Relay needs authentication but ESMTP is not announced.
    ///
    /// ## Why it matters
    /// With the plain SMTP greeting many clients do not send EHLO and never learn that AUTH is available.
    ///
    /// ## What to do
    /// Announce ESMTP again: set AdvertiseSMTPExtensions to 1 or delete it.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "AdvertiseSMTPExtensions"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// "AdvertiseSMTPExtensions"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000008
    /// "AdvertiseSMTPExtensions"=dword:00000000
    /// "DisableAuth"=dword:00000001
    /// ```
    pub static RELAY_NEEDS_AUTH_BUT_ESMTP_HIDDEN = {
        id: "SVC097", name: "relay-needs-auth-but-esmtp-hidden", severity: Warning, certainty: Possible,
        versions: [V5_5],
        kb: ["Q194131", "Q197869"],
        needs: [ImcsvcReg],
        tags: ["relay"],
        check: Backup(relay_needs_auth_but_esmtp_hidden),
    }
}

fn relay_needs_auth_but_esmtp_hidden(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = backup.service.as_ref().filter(|service| auth_is_off(service).is_none()) else { return };
    if let (Some(flags), Some(esmtp)) = (logon_flag(service), esmtp_is_hidden(service)) {
        findings
            .report(format!("RelayFlags is 0x{:x}, but AdvertiseSMTPExtensions is 0: clients do not learn that they can log on", flags.data))
            .evidence(Evidence::setting(service, &esmtp).expected("1"))
            .evidence(Evidence::setting(service, &flags));
    }
}
