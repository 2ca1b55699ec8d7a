//! TurfDir: where filtered mail is kept, if it is kept at all (Q155683, Q193926).

use crate::{
    backup::{
        Backup,
        windows_path::{drive_letter, is_unc, normalized},
    },
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{is_whole, parameters, with_settings};

/// The folder that the Administrator program enters and Setup does not create.
const DEFAULT: &str = "\\turfdir";

declare_rule! {
    /// Filtered mail is not kept.
    ///
    /// ## Why it matters
    /// Mail whose sender matches the table is dropped. 'Mail from X never arrives' often has this reason, and without a folder nothing
    /// is left to look at. In 5.5 deleting is the default; earlier versions expect the pair of values.
    ///
    /// ## What to do
    /// Set TurfDir to an existing folder if the mail shall be kept.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):73,70,61,6d,40,65,78,61,6d,70,6c,65,2e,63,6f,6d,00,00
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):73,70,61,6d,40,65,78,61,6d,70,6c,65,2e,63,6f,6d,00,00
    /// "TurfDir"=""
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):73,70,61,6d,40,65,78,61,6d,70,6c,65,2e,63,6f,6d,00,00
    /// "TurfDir"="C:\\exchsrvr\\imcdata\\turfdir"
    /// ```
    pub static TURF_WITHOUT_DIRECTORY = {
        id: "SVC110", name: "turf-without-directory", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155683", "Q166163", "Q193926"],
        needs: [ImcsvcReg],
        tags: ["filtering"],
        check: Backup(turf_without_directory),
    }
}

fn turf_without_directory(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let Some(table) = service.turf_table().filter(|_| service.is_absent_or_empty("Parameters", "TurfDir")) else { return };
    if !is_whole(backup, findings) {
        return;
    }
    let empty = service.value("Parameters", "TurfDir").map(|empty| Evidence::setting(service, &empty));
    findings
        .report(format!("mail of {} is deleted: TurfTable is filled, TurfDir is not set", counted(table.data.len(), "sender entry")))
        .evidence(Evidence::setting(service, &table))
        .evidence(empty.unwrap_or_else(|| parameters(service)).expected("TurfDir, if filtered mail shall be kept"));
}

declare_rule! {
    /// Filtered mail is probably lost: default turf directory.
    ///
    /// ## Why it matters
    /// Setup does not create the default folder, and each change of the filter in an Administrator program without the fix resets the
    /// value to it. Filtered mail then vanishes although it should be kept.
    ///
    /// ## What to do
    /// Create the folder, enter its full path, and install 5.5 SP3, whose Imcadmin.dll (5.5.2536) keeps the value.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// "TurfDir"="\\Turfdir"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// "TurfDir"="C:\\TURFDIR\\"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// "TurfDir"="turf"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// "TurfDir"="D:\\exchsrvr\\imcdata\\turfdir"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// "TurfDir"="\\\\server\\share\\turf"
    /// ```
    pub static TURF_DIRECTORY_DEFAULT = {
        id: "SVC112", name: "turf-directory-default", severity: Warning, certainty: Likely,
        versions: [V5_5],
        kb: ["Q193926", "Q197289", "Q245465", "Q235453"],
        needs: [ImcsvcReg],
        tags: ["filtering"],
        check: Backup(turf_directory_default),
    }
}

fn turf_directory_default(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let (Some(table), Some(folder)) = (service.turf_table(), service.turf_dir()) else { return };
    let path = normalized(folder.data);
    let is_default = path == DEFAULT || drive_letter(&path).is_some() && path.chars().skip(2).eq(DEFAULT.chars());
    let is_vague = drive_letter(&path).is_none() && !is_unc(&path);
    if is_default || is_vague {
        let why = if is_default { "the default, which Setup does not create" } else { "no full path" };
        findings
            .report(format!("TurfDir is '{}', {why}; TurfTable holds {}", folder.data, counted(table.data.len(), "entry")))
            .evidence(Evidence::setting(service, &folder).expected("the full path of an existing folder"))
            .evidence(Evidence::setting(service, &table));
    }
}

declare_rule! {
    /// Turf directory lies in a live spool folder.
    ///
    /// ## Why it matters
    /// The service scans these folders for mail. A filtered message that is dropped there would be picked up again, or would disturb
    /// the queue.
    ///
    /// ## What to do
    /// Use a folder of its own.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "TurfDir"="C:\\exchsrvr\\imcdata\\pickup"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata\\"
    /// "TurfDir"="c:\\EXCHSRVR\\IMCDATA\\In\\turf"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "TurfDir"="C:\\exchsrvr\\imcdata\\turfdir"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "TurfDir"="C:\\exchsrvr\\imcdata\\inbox"
    /// ```
    pub static TURF_DIRECTORY_INSIDE_SPOOL = {
        id: "SVC119", name: "turf-directory-inside-spool", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q155683", "Q201314", "Q244048"],
        needs: [ImcsvcReg],
        tags: ["filtering", "queue"],
        check: Backup(turf_directory_inside_spool),
    }
}

fn turf_directory_inside_spool(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let (Some(root), Some(folder)) = (service.root_dir(), service.turf_dir()) else { return };
    if service.is_in_spool(folder.data) {
        findings
            .report(format!("TurfDir '{}' is a folder that the service scans for mail", folder.data))
            .evidence(Evidence::setting(service, &folder).expected("a folder of its own"))
            .evidence(Evidence::setting(service, &root));
    }
}
