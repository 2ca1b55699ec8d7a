//! Message filters (TurfTable, Q155683) and the protocol log, as some builds understand them.

use crate::{
    backup::{Backup, Build},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::{FIRST_40, FIRST_50, RTM_55, SP1_50, SP1_55, SP2_55, build_between, build_in, elements};

declare_rule! {
    /// Turf directory will be reset by the administrator program.
    ///
    /// ## Why it matters
    /// Each change of the filter list in this Administrator program sets TurfDir back to C:\Turfdir. Filtered mail is lost if that folder
    /// does not exist.
    ///
    /// ## What to do
    /// Install 5.5 SP3 (Imcadmin.dll 5.5.2536), and look at the value after each change. The build of the administrator program is not in the
    /// collection; that of the service is taken for it.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// "TurfDir"="D:\\exchsrvr\\imcdata\\turfdir"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// "TurfDir"="D:\\exchsrvr\\imcdata\\turfdir"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// "TurfDir"="C:\\TURFDIR"
    /// ```
    pub static TURF_DIRECTORY_RESET = {
        id: "BLD018", name: "turf-directory-reset", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2536" in "5.5 SP3",
        kb: ["Q197289", "Q235453"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["filtering"],
        check: Backup(turf_directory_reset),
    }
}

fn turf_directory_reset(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, SP1_55, Build::new(5, 5, 2536, 0)) else { return };
    let Some(service) = &backup.service else { return };
    let Some(folder) = service.text("Parameters", "TurfDir") else { return };
    let path = folder.data.trim().trim_end_matches('\\');
    let below_drive = path.get(1..).filter(|_| path.starts_with(|c: char| c.is_ascii_alphabetic()));
    let is_full = path.starts_with("\\\\") || below_drive.is_some_and(|rest| rest.starts_with(":\\"));
    let is_default = below_drive.is_some_and(|rest| rest.eq_ignore_ascii_case(":\\turfdir"));
    if elements(backup, "TurfTable").is_empty() || !is_full || is_default {
        return;
    }
    findings
        .report(format!(
            "TurfDir is {path}; the administrator program of build {} sets it to C:\\Turfdir with each change of the filter",
            found.build
        ))
        .evidence(Evidence::setting(service, &folder).expected("to be compared after each change before 5.5 SP3"))
        .evidence(found.expecting("5.5.2536"));
}

declare_rule! {
    /// Whole-domain filter entry on a version that matches addresses only.
    ///
    /// ## Why it matters
    /// Entries for a domain are understood from 5.5 on. Earlier versions compare whole addresses, so the entry filters nothing.
    ///
    /// ## What to do
    /// List single addresses, or upgrade.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.995.52) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,23,40,73,70,61,6d,2e,65,78,61,\
    ///   6d,70,6c,65,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):6a,6f,65,40,73,70,61,6d,2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    pub static TURF_DOMAIN_ENTRY_BEFORE_55 = {
        id: "BLD019", name: "turf-domain-entry-before-55", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0],
        kb: ["Q155683"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["filtering"],
        check: Backup(turf_domain_entry_before_55),
    }
}

fn turf_domain_entry_before_55(backup: &Backup, findings: &mut Findings<'_>) {
    let whole_line = |first: Build| (first, Build { build: u32::MAX, ..first });
    let Some(found) = build_in(backup, &[whole_line(FIRST_40), whole_line(FIRST_50)]) else { return };
    let domains: Vec<_> = elements(backup, "TurfTable").into_iter().filter(|(element, _)| element.starts_with(['@', '#'])).collect();
    let Some((first, _)) = domains.first() else { return };
    findings
        .report(format!("TurfTable holds '{first}', a whole domain; build {} compares whole addresses only", found.build))
        .evidences(domains.into_iter().take(15).map(|(_, proof)| proof.expected("an address")))
        .evidence(found.proof.expected("5.5"));
}

declare_rule! {
    /// Filter entry '.' on a build that does not know it.
    ///
    /// ## Why it matters
    /// A single period stands for an empty From from 5.5 SP2 on. This build does not filter such mail.
    ///
    /// ## What to do
    /// Install 5.5 SP2 for the entry to work.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):2e,00,00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):2e,00,00
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "TurfTable"=hex(7):2e,65,78,61,6d,70,6c,65,00,00
    /// ```
    pub static TURF_EMPTY_SENDER_BEFORE_SP2 = {
        id: "BLD020", name: "turf-empty-sender-before-sp2", severity: Info, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2448" in "5.5 SP2",
        kb: ["Q247296"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["filtering"],
        check: Backup(turf_empty_sender_before_sp2),
    }
}

fn turf_empty_sender_before_sp2(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, RTM_55, SP2_55) else { return };
    if let Some((_, proof)) = elements(backup, "TurfTable").into_iter().find(|(element, _)| *element == ".") {
        findings
            .report(format!("TurfTable holds '.', the mark for an empty From, which build {} does not know", found.build))
            .evidence(proof.expected("5.5 SP2, which knows the mark"))
            .evidence(found.expecting("5.5.2448.0"));
    }
}

declare_rule! {
    /// Protocol log at Medium already writes message text.
    ///
    /// ## Why it matters
    /// This build logs at Medium what others log at Maximum: the logs grow fast and hold private mail in clear text.
    ///
    /// ## What to do
    /// Lower the level, or install 5.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 SMTP Protocol Log"=dword:00000003
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 SMTP Protocol Log"=dword:00000003
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "7 SMTP Protocol Log"=dword:00000001
    /// ```
    pub static PROTOCOL_LOG_CONTENT_AT_MEDIUM = {
        id: "BLD022", name: "protocol-log-content-at-medium", severity: Info, certainty: Likely,
        versions: [V5_0],
        fixed: "5.0.1459.73" in "5.0 SP2",
        kb: ["Q177543", "Q193534"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["logging", "privacy"],
        check: Backup(protocol_log_content_at_medium),
    }
}

fn protocol_log_content_at_medium(backup: &Backup, findings: &mut Findings<'_>) {
    // The fix came with Msexcimc.exe 5.0.1459.73 (Q193534), which SP2 contains.
    let Some(found) = build_between(backup, SP1_50, Build::new(5, 0, 1459, 73)) else { return };
    let Some(service) = &backup.service else { return };
    let Some(level) = service.diagnostics_level("SMTP Protocol Log").filter(|level| level.data == 3) else { return };
    findings
        .report(format!("the protocol log is at Medium, and build {} then writes the text of all mail", found.build))
        .evidence(Evidence::setting(service, &level).expected("1 before 5.0 SP2"))
        .evidence(found.expecting("5.0.1459.73"));
}
