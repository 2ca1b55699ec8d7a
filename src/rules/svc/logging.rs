//! Diagnostics logging that does harm by itself.

use crate::{
    backup::Backup,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// SMTP protocol log writes complete messages.
    ///
    /// ## Why it matters
    /// At Maximum the full text of incoming mail lands in the log directory: disk growth and a privacy problem. On 5.5 before
    /// SP4 a printf sequence such as %s in an outbound subject crashes the service at this level.
    ///
    /// ## What to do
    /// Lower it after diagnosis.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "6 SMTP Protocol Log"=dword:00000005
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "6 SMTP Protocol Log"=dword:00000003
    /// ```
    pub static PROTOCOL_LOG_MAXIMUM = {
        id: "SVC222", name: "protocol-log-maximum", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q154505", "Q257538", "Q239816"],
        needs: [ImcsvcReg],
        tags: ["logging", "privacy", "crash"],
        check: Backup(protocol_log_maximum),
    }
}

fn protocol_log_maximum(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(level) = service.diagnostics_level("SMTP Protocol Log").filter(|level| level.data >= 5) else { return };
    findings
        .report(format!("the SMTP protocol log is at level {}: it holds the full text of incoming mail", level.data))
        .evidence(Evidence::setting(service, &level).expected("0 in normal operation"));
}
