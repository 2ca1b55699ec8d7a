//! How 4.0 breaks long lines of outbound text (Q153655).

use crate::{
    backup::{Backup, ServiceKey, Setting},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::with_settings;

declare_rule! {
    /// EnableMIMEWrap is off but UseRTFText overrides it.
    ///
    /// ## Why it matters
    /// UseRTFText wraps all text without TNEF at a fixed column whatever EnableMIMEWrap says, so switching the latter off has no
    /// effect.
    ///
    /// ## What to do
    /// Set UseRTFText to 0 as well if long lines shall be kept.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableMIMEWrap"=dword:00000000
    /// "UseRTFText"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "UseRTFText"=dword:00000001
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableMIMEWrap"=dword:00000000
    /// "UseRTFText"=dword:00000000
    /// ```
    pub static MIME_WRAP_OVERRIDDEN = {
        id: "SVC070", name: "mime-wrap-overridden", severity: Info, certainty: Certain,
        versions: [V4_0],
        kb: ["Q153655"],
        needs: [ImcsvcReg],
        tags: ["encoding"],
        check: Backup(mime_wrap_overridden),
    }
}

fn mime_wrap_overridden(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, wrap)) = wrap_is_off(backup, findings) else { return };
    if let Some(rtf) = service.number("UseRTFText").filter(|rtf| rtf.data != 0) {
        findings
            .report(format!("EnableMIMEWrap is 0, but UseRTFText is {} and wraps all the same", rtf.data))
            .evidence(Evidence::setting(service, &wrap))
            .evidence(Evidence::setting(service, &rtf).expected("0, if long lines shall be kept"));
    }
}

/// Returns EnableMIMEWrap when it is 0; a value that 4.0 does not know says that this is no 4.0.
fn wrap_is_off<'b>(backup: &'b Backup, findings: &mut Findings<'_>) -> Option<(&'b ServiceKey, Setting<'b, u32>)> {
    let service = with_settings(backup, findings).filter(|_| backup.is_5x() != Some(true))?;
    Some((service, service.number("EnableMIMEWrap").filter(|wrap| wrap.data == 0)?))
}

declare_rule! {
    /// Lines are wrapped by quoted-printable encoding.
    ///
    /// ## Why it matters
    /// Recipients whose mail program does not know MIME see an equal sign at each wrapped line. This explains complaints about '=' at
    /// the ends of lines.
    ///
    /// ## What to do
    /// Set EnableMIMEWrap back to 1 if such recipients matter.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableMIMEWrap"=dword:00000000
    /// "UseRTFText"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableMIMEWrap"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "UseRTFText"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "EnableMIMEWrap"=dword:00000000
    /// "UseRTFText"=dword:00000001
    /// ```
    pub static QUOTED_PRINTABLE_WRAP = {
        id: "SVC071", name: "quoted-printable-wrap", severity: Info, certainty: Certain,
        versions: [V4_0],
        kb: ["Q153655"],
        needs: [ImcsvcReg],
        tags: ["encoding"],
        check: Backup(quoted_printable_wrap),
    }
}

fn quoted_printable_wrap(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, wrap)) = wrap_is_off(backup, findings) else { return };
    let rtf = service.number("UseRTFText");
    if rtf.is_none_or(|rtf| rtf.data == 0) {
        let other = if rtf.is_some() { "0" } else { "absent" };
        findings
            .report(format!("EnableMIMEWrap is 0 and UseRTFText is {other}: long lines are wrapped by quoted-printable encoding"))
            .evidence(Evidence::setting(service, &wrap).expected("1, for recipients without MIME"))
            .evidences(rtf.map(|rtf| Evidence::setting(service, &rtf)));
    }
}
