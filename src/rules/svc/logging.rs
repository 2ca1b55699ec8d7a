//! Diagnostics logging: what does harm by itself, and what is missing when mail has failed.

use crate::{
    backup::{Backup, ProductLine, QueueKind},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::conditions::place_of_absent;

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

declare_rule! {
    /// Message archival is switched on.
    ///
    /// ## Why it matters
    /// Every message is copied to In\Archive and Out\Archive and never removed, which costs disk space and slows mail down until the
    /// service stops for want of space. From Medium up the archive files disclose Bcc recipients. The manual says that Minimum does not
    /// archive; Q168504 corrects it: only None switches archiving off.
    ///
    /// ## What to do
    /// Set None when the diagnosis is done and clean up the archive folders.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 Message Archival"=dword:00000005
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "message archival"=dword:00000001
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 Message Archival"=dword:00000000
    /// ```
    pub static MESSAGE_ARCHIVAL_ON = {
        id: "SVC220", name: "message-archival-on", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q170809", "Q168504", "Q306957", "Q300931", "Q249273", "Q258557", "Q192186", "Q189731"],
        needs: [ImcsvcReg],
        tags: ["logging", "privacy"],
        check: Backup(message_archival_on),
    }
}

fn message_archival_on(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(level) = service.diagnostics_level("Message Archival").filter(|level| level.data >= 1) else { return };
    findings
        .report(format!("message archival is at {}: copies of all mail pile up in the archive folders", in_words(level.data)))
        .evidence(Evidence::setting(service, &level).expected("0 in normal operation"));
}

declare_rule! {
    /// SMTP protocol log is on.
    ///
    /// ## Why it matters
    /// The files Imcdata\Log\L*.log grow without limit, and each inbound connection waits for a reverse look-up before the greeting.
    ///
    /// ## What to do
    /// Switch the log off when the diagnosis is done.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "6 SMTP Protocol Log"=dword:00000003
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "6 SMTP Protocol Log"=dword:00000000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "6 SMTP Protocol Log"=dword:00000005
    /// ```
    pub static PROTOCOL_LOG_ON = {
        id: "SVC221", name: "protocol-log-on", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q154505", "Q257538", "Q286375", "Q300931", "Q317653"],
        needs: [ImcsvcReg],
        tags: ["logging", "performance"],
        check: Backup(protocol_log_on),
    }
}

fn protocol_log_on(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(level) = service.diagnostics_level("SMTP Protocol Log").filter(|level| (1..5).contains(&level.data)) else { return };
    findings
        .report(format!("the SMTP protocol log is at {}", in_words(level.data)))
        .evidence(Evidence::setting(service, &level).expected("0 in normal operation"));
}

declare_rule! {
    /// SMTP protocol log at Minimum writes nothing.
    ///
    /// ## Why it matters
    /// Contrary to the manual, at Minimum 4.0 makes no L*.LOG file and does not write event 2004.
    ///
    /// ## What to do
    /// Set Medium (3) or Maximum (5) and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "SMTP Protocol Log"=dword:00000001
    /// //- Mtsin/1
    /// header: Received: by SRV1 with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "SMTP Protocol Log"=dword:00000003
    /// //- Mtsin/1
    /// header: Received: by SRV1 with Microsoft Exchange (IMC 4.0.994.63) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "SMTP Protocol Log"=dword:00000001
    /// ```
    pub static PROTOCOL_LOG_MINIMUM_USELESS = {
        id: "SVC223", name: "protocol-log-minimum-useless", severity: Info, certainty: Likely,
        versions: [V4_0],
        kb: ["Q154505"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["logging"],
        check: Backup(protocol_log_minimum_useless),
    }
}

fn protocol_log_minimum_useless(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(service), Some(version)) = (&backup.service, &backup.version) else { return };
    let Some(level) = service.diagnostics_level("SMTP Protocol Log").filter(|level| matches!(level.data, 1 | 2)) else { return };
    if version.line == Some(ProductLine::V4_0) {
        findings
            .report(format!("the SMTP protocol log is at {}, at which version 4.0 writes nothing", in_words(level.data)))
            .evidence(Evidence::setting(service, &level).expected("3 (Medium), 5 (Maximum), or 0"));
    }
}

declare_rule! {
    /// Diagnostics level that the dialog cannot set.
    ///
    /// ## Why it matters
    /// None, Minimum, Medium and Maximum are stored as 0, 1, 3 and 5. Another number was typed by hand, usually for traces of field
    /// engineering.
    ///
    /// ## What to do
    /// Reset the category after the diagnosis.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "3 Message Transfer"=dword:00000007
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "3 Message Transfer"=dword:00000003
    /// ```
    pub static DIAGNOSTIC_LEVEL_UNUSUAL = {
        id: "SVC224", name: "diagnostic-level-unusual", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q154505", "Q157660"],
        needs: [ImcsvcReg],
        tags: ["logging"],
        check: Backup(diagnostic_level_unusual),
    }
}

fn diagnostic_level_unusual(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let levels = service.values_of("Diagnostics").into_iter().filter_map(|found| service.dword("Diagnostics", &found.value.name));
    let unusual: Vec<_> = levels.filter(|level| !matches!(level.data, 0 | 1 | 3 | 5)).collect();
    let Some(first) = unusual.first() else { return };
    findings
        .report(format!("the level of '{}' is {}, which was typed by hand", first.value.name, first.data))
        .first_evidences(unusual.iter().map(|level| Evidence::setting(service, level).expected("0, 1, 3 or 5")));
}

declare_rule! {
    /// No originals are kept of mail that failed conversion.
    ///
    /// ## Why it matters
    /// Without archiving there is no copy of the mail as it came over the wire to compare with, except the copies in Bad and those that
    /// event 4117 moved to In\Archive.
    ///
    /// ## What to do
    /// Set Message Archival to Maximum, reproduce the fault, and switch it off again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 Message Archival"=dword:00000000
    /// //- Bad/{n} repeat=3
    /// subject: "refused"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "3 Message Transfer"=dword:00000000
    /// //- ContentConversionFailed/1
    /// subject: "refused"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 Message Archival"=dword:00000005
    /// //- Bad/1
    /// subject: "refused"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 Message Archival"=dword:00000000
    /// //- Bad/
    /// //- ContentConversionFailed/
    /// ```
    pub static ARCHIVAL_OFF_WITH_FAILED_MAIL = {
        id: "SVC225", name: "archival-off-with-failed-mail", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q192186", "Q189731"],
        needs: [ImcsvcReg, Bad | ConversionFailed],
        tags: ["logging"],
        check: Backup(archival_off_with_failed_mail),
    }
}

fn archival_off_with_failed_mail(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let level = service.diagnostics_level("Message Archival");
    let queues = [QueueKind::Bad, QueueKind::ContentConversionFailed];
    let failed: Vec<_> = queues.into_iter().flat_map(|queue| backup.items(queue).map(move |item| (queue, item))).collect();
    if failed.is_empty() || level.is_some_and(|level| level.data != 0) {
        return;
    }
    if !service.key_exists("Diagnostics") {
        return findings.undecided("the key Diagnostics in Imcsvc.reg", "it is missing");
    }
    let off = match level {
        Some(level) => Evidence::setting(service, &level),
        None => place_of_absent(service, "Diagnostics"),
    };
    let finding =
        findings.report(format!("message archival is off; failed: {} in Bad and ContentConversionFailed", counted(failed.len(), "message")));
    finding.evidence(off.expected("Message Archival at 5 while the fault is looked for"));
    finding.first_evidences(failed.iter().filter_map(|(_, item)| backup.files.get(item.file)).map(Evidence::of_file));
    for (queue, _) in failed {
        finding.affects(queue.display_name(), 1);
    }
}

fn in_words(level: u32) -> String {
    match level {
        1 => "level 1 (Minimum)".to_owned(),
        3 => "level 3 (Medium)".to_owned(),
        5 => "level 5 (Maximum)".to_owned(),
        other => format!("level {other}"),
    }
}
