//! RootDir: where the spool folders In, Out, Work and Pickup are.

use crate::{
    backup::{
        Backup, ServiceKey, Setting,
        windows_path::{drive_letter, is_full_local, is_unc, last_component, program},
    },
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{is_whole, parameters, with_settings};

declare_rule! {
    /// RootDir is missing or empty.
    ///
    /// ## Why it matters
    /// All spool folders hang on this path, and IMCSAVE itself looks it up to find the place for its output.
    ///
    /// ## What to do
    /// Restore the value (exchsrvr\imcdata on the drive of the Exchange folder is the default) and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"=""
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// "CommonName"="Internet Mail Connector (SRV1)"
    /// "HomeDSA"="SRV1"
    /// ```
    pub static ROOTDIR_MISSING = {
        id: "SVC050", name: "rootdir-missing", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q197792", "Q244048", "Q306957"],
        needs: [ImcsvcReg],
        tags: ["startup"],
        check: Backup(rootdir_missing),
    }
}

fn rootdir_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = backup.service.as_ref().filter(|service| service.has_settings()) else { return };
    if service.is_absent_or_empty("Parameters", "RootDir") && is_whole(backup, findings) {
        let empty = service.value("Parameters", "RootDir").map(|empty| Evidence::setting(service, &empty));
        let others = service.identity_settings().filter(|setting| !setting.value.name.eq_ignore_ascii_case("RootDir"));
        findings
            .report("RootDir is missing or empty in Parameters")
            .evidence(empty.unwrap_or_else(|| parameters(service)).expected("RootDir with the path of the Imcdata folder"))
            .evidences(others.map(|setting| Evidence::setting(service, &setting)));
    }
}

declare_rule! {
    /// RootDir points to the Pickup folder.
    ///
    /// ## Why it matters
    /// A published procedure for CDONTS tells the reader to append \pickup to this value. That moves the root of every queue folder, so
    /// the service looks for In, Out and Queue.dat below Pickup.
    ///
    /// ## What to do
    /// Set RootDir to the Imcdata folder, create Pickup below it and restart the service.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata\\pickup"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata\\Pickup\\"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    pub static ROOTDIR_ENDS_IN_PICKUP = {
        id: "SVC051", name: "rootdir-ends-in-pickup", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q319890", "Q306957"],
        needs: [ImcsvcReg],
        tags: ["typo", "startup"],
        check: Backup(rootdir_ends_in_pickup),
    }
}

fn rootdir_ends_in_pickup(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, root)) = root(backup, findings) else { return };
    if ends_in_pickup(root.data) {
        findings
            .report(format!("RootDir is '{}': every queue folder is looked for below Pickup", root.data))
            .evidence(Evidence::setting(service, &root).expected("the Imcdata folder"));
    }
}

fn root<'b>(backup: &'b Backup, findings: &mut Findings<'_>) -> Option<(&'b ServiceKey, Setting<'b, &'b str>)> {
    let service = with_settings(backup, findings)?;
    Some((service, service.root_dir()?))
}

fn ends_in_pickup(root: &str) -> bool {
    root.contains('\\') && last_component(root).eq_ignore_ascii_case("pickup")
}

declare_rule! {
    /// RootDir does not end in imcdata.
    ///
    /// ## Why it matters
    /// The documented way to move the folder keeps the name Imcdata. Another name works but is unexpected by tools and scripts.
    ///
    /// ## What to do
    /// Nothing, if In, Out and Pickup exist there.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="E:\\spool"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="F:\\EXCHSRVR\\IMCDATA\\"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata\\pickup"
    /// ```
    pub static ROOTDIR_UNUSUAL_LEAF = {
        id: "SVC052", name: "rootdir-unusual-leaf", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q244048", "Q197792"],
        needs: [ImcsvcReg],
        tags: ["startup"],
        check: Backup(rootdir_unusual_leaf),
    }
}

fn rootdir_unusual_leaf(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, root)) = root(backup, findings) else { return };
    if !ends_in_pickup(root.data) && !last_component(root.data).eq_ignore_ascii_case("imcdata") {
        findings
            .report(format!("RootDir is '{}', which does not end in imcdata", root.data))
            .evidence(Evidence::setting(service, &root).expected("a folder named Imcdata"));
    }
}

declare_rule! {
    /// RootDir is not a full local path.
    ///
    /// ## Why it matters
    /// Without a drive letter the path depends on the current drive of the service. On a network path spool files fail with the first
    /// network hiccup.
    ///
    /// ## What to do
    /// Enter drive and full path.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="\\exchsrvr\\imcdata"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="\\\\server\\share\\imcdata"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="D:\\exchsrvr\\imcdata"
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"=hex(2):25,58,25,5c,69,6d,63,64,61,74,61,00
    /// ```
    pub static ROOTDIR_NOT_ABSOLUTE = {
        id: "SVC053", name: "rootdir-not-absolute", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q244048"],
        needs: [ImcsvcReg],
        tags: ["startup", "typo"],
        check: Backup(rootdir_not_absolute),
    }
}

fn rootdir_not_absolute(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((service, root)) = root(backup, findings) else { return };
    if root.data.trim_start().starts_with('%') {
        return findings.undecided("Imcsvc.reg", "RootDir begins with a variable, whose value is not in the dump");
    }
    if !is_full_local(root.data) {
        let kind = if is_unc(root.data) { "a network path" } else { "no full path with a drive letter" };
        findings
            .report(format!("RootDir is '{}', {kind}", root.data))
            .evidence(Evidence::setting(service, &root).expected("a drive letter and the full path"));
    }
}

declare_rule! {
    /// Spool tree lies on another drive than the program.
    ///
    /// ## Why it matters
    /// Imcdata was moved by hand or by Performance Optimizer. Such a move copies In, Out and Pickup but must leave Queue.dat behind; a
    /// copied Queue.dat points to the old files.
    ///
    /// ## What to do
    /// If mail is stuck or repeated since the move, stop the service, delete Queue.dat and start the service again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ImagePath"="C:\\exchsrvr\\connect\\msexcimc\\bin\\msexcimc.exe"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="F:\\exchsrvr\\imcdata"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
    /// "ImagePath"="C:\\exchsrvr\\connect\\msexcimc\\bin\\msexcimc.exe"
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="c:\\exchsrvr\\imcdata"
    /// ```
    pub static SPOOL_TREE_MOVED = {
        id: "SVC054", name: "spool-tree-moved", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q244048", "Q155216"],
        needs: [ImcsvcReg],
        tags: ["queue"],
        check: Backup(spool_tree_moved),
    }
}

fn spool_tree_moved(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = with_settings(backup, findings) else { return };
    let (Some(root), Some(image)) = (service.root_dir(), service.text("", "ImagePath")) else { return };
    let drives = drive_letter(root.data).zip(drive_letter(program(image.data)));
    if let Some((spool, own)) = drives.filter(|(spool, own)| spool != own) {
        findings
            .report(format!("the spool folders are on drive {spool}, the program is on drive {own}"))
            .evidence(Evidence::setting(service, &root).expected(format!("drive {own}, where Setup puts both")))
            .evidence(Evidence::setting(service, &image));
    }
}
