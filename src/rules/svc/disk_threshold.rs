//! DiskSpaceLowWaterMark: the free space below which the service takes no more mail (Q189587). The unit is bytes.

use crate::{
    backup::{Backup, ServiceKey, Setting},
    declare_rule,
    diagnostics::{Evidence, Findings},
    rules::thresholds::svc_access::{DISK_THRESHOLD_LEAST, DISK_THRESHOLD_MOST},
};

use super::proof::with_settings;

/// What the default is and how it is entered.
const DEFAULT: &str = "bytes; the default is 0x00A00000, 10 MB";
/// The article counts a megabyte as so many bytes.
const MEGABYTE_OF_THE_ARTICLE: u32 = 1_024_000;
/// Slips of the radix make numbers above this one.
const SLIPS_ABOVE: u32 = 0x1000_0000;

declare_rule! {
    /// Disk threshold is below one megabyte.
    ///
    /// ## Why it matters
    /// The unit is bytes. With such a value the flush mode that protects the spool drive practically never starts, and the drive can
    /// fill up completely. Somebody probably typed megabytes or kilobytes; the bound of one megabyte is a rule of thumb.
    ///
    /// ## What to do
    /// Enter bytes: the default is 0x00A00000, 10 MB.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:00000014
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:00000000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:00a00000
    /// ```
    pub static DISK_THRESHOLD_TOO_SMALL = {
        id: "SVC055", name: "disk-threshold-too-small", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q189587"],
        needs: [ImcsvcReg],
        tags: ["typo"],
        check: Backup(disk_threshold_too_small),
    }
}

fn disk_threshold_too_small(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, mark)) = mark(backup, findings) else { return };
    if i64::from(mark.data) < findings.number(&DISK_THRESHOLD_LEAST) {
        findings
            .report(format!("DiskSpaceLowWaterMark is {} bytes (0x{:x})", mark.data, mark.data))
            .evidence(Evidence::setting(service, &mark).expected(DEFAULT));
    }
}

fn mark<'b>(backup: &'b Backup, findings: &mut Findings<'_>) -> Option<(&'b ServiceKey, Setting<'b, u32>)> {
    let service = with_settings(backup, findings)?;
    Some((service, service.number("DiskSpaceLowWaterMark")?))
}

declare_rule! {
    /// Disk threshold is above one gigabyte.
    ///
    /// ## Why it matters
    /// While free space is below the threshold, the service stays in flush mode and takes nothing from the Internet or from MTS-OUT. A
    /// huge value can keep it there for good. The bound of one gigabyte is a rule of thumb.
    ///
    /// ## What to do
    /// Lower the value to some tens of megabytes, in bytes.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:7fffffff
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:01388000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:51200000
    /// ```
    pub static DISK_THRESHOLD_HUGE = {
        id: "SVC056", name: "disk-threshold-huge", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q189587"],
        needs: [ImcsvcReg],
        tags: ["typo", "queue"],
        check: Backup(disk_threshold_huge),
    }
}

fn disk_threshold_huge(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, mark)) = mark(backup, findings) else { return };
    if i64::from(mark.data) > findings.number(&DISK_THRESHOLD_MOST) && meant_in_decimal(mark.data).is_none() {
        findings
            .report(format!("DiskSpaceLowWaterMark is 0x{:x}, {} MB", mark.data, mark.data / 1_000_000))
            .evidence(Evidence::setting(service, &mark).expected(DEFAULT));
    }
}

declare_rule! {
    /// Disk threshold was typed in decimal into the hex editor.
    ///
    /// ## Why it matters
    /// The registry editor offers hexadecimal input first. The article's example 20480000 (about 20 MB) then becomes 541 MB, and the
    /// service may stay in flush mode, in which it takes no mail.
    ///
    /// ## What to do
    /// Enter the number with the decimal button: 20480000 is 0x01388000.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:20480000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:01388000
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "DiskSpaceLowWaterMark"=dword:20480001
    /// ```
    pub static DISK_THRESHOLD_RADIX_SLIP = {
        id: "SVC057", name: "disk-threshold-radix-slip", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q189587"],
        needs: [ImcsvcReg],
        tags: ["typo", "queue"],
        check: Backup(disk_threshold_radix_slip),
    }
}

fn disk_threshold_radix_slip(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, mark)) = mark(backup, findings) else { return };
    if let Some(meant) = meant_in_decimal(mark.data) {
        findings
            .report(format!("DiskSpaceLowWaterMark is 0x{:x}, {} MB; {meant} in decimal was probably meant", mark.data, mark.data / 1_000_000))
            .evidence(Evidence::setting(service, &mark).expected(format!("0x{meant:08x}, {meant} in decimal")));
    }
}

/// Returns the number whose decimal digits were typed as hexadecimal: a multiple of the article's megabyte.
fn meant_in_decimal(mark: u32) -> Option<u32> {
    let meant: u32 = format!("{mark:x}").parse().ok()?;
    (mark > SLIPS_ABOVE && meant.is_multiple_of(MEGABYTE_OF_THE_ARTICLE)).then_some(meant)
}
