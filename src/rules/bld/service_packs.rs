//! Builds with known holes and crashes, told by the stamps that this server's connector wrote.

use crate::{
    backup::{Backup, Build, ProductLine},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::proof::build_between;

declare_rule! {
    /// Relay restrictions have a second hole in this build.
    ///
    /// ## Why it matters
    /// A specific encapsulated form ("IMCEA user@domain2"@localdomain) is still relayed against the restrictions.
    ///
    /// ## What to do
    /// Install 5.5 SP4 or Msexcimc.exe 5.5.2652.78.
    ///
    /// ## Fires
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
    /// "RelayFlags"=dword:00000002
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RelayFlags"=dword:00000002
    /// ```
    pub static RELAY_BYPASS_IMCEA_USER = {
        id: "BLD011", name: "relay-bypass-imcea-user", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2652.78" in "5.5 SP4",
        kb: ["Q264330", "Q246889"],
        needs: [ImcsvcReg, ServerBuild],
        tags: ["relay", "security"],
        check: Backup(relay_bypass_imcea_user),
    }
}

fn relay_bypass_imcea_user(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(service) = &backup.service else { return };
    let Some(flags) = service.dword("Parameters", "RelayFlags") else { return };
    let Some(found) = build_between(backup, Build::new(5, 5, 2650, 1), Build::new(5, 5, 2652, 78)) else { return };
    if flags.data & 0xE != 0 {
        findings
            .report(format!(
                "relay restrictions are on (RelayFlags {}), and build {} lets one encapsulated form of address through",
                flags.data, found.build
            ))
            .evidence(Evidence::setting(service, &flags))
            .evidence(found.proof.expected("5.5.2652.78 or later"));
    }
}

declare_rule! {
    /// Internet service is not at the last service pack of its line.
    ///
    /// ## Why it matters
    /// Most crash, loss and relay defects that messages can trigger are cured by the last service packs. The build of the
    /// service is read from header lines this server wrote; the store may differ.
    ///
    /// ## What to do
    /// Install 4.0 SP5, 5.0 SP2 or 5.5 SP4 and the rollups after it.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static BELOW_LATEST_SERVICE_PACK = {
        id: "BLD101", name: "below-latest-service-pack", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2653.0" in "4.0 SP5; 5.0 SP2; 5.5 SP4",
        kb: ["Q257618", "Q274832", "Q274833", "Q174189"],
        needs: [ServerBuild],
        tags: ["build", "fix-ims", "fix-store"],
        check: Backup(below_latest_service_pack),
    }
}

fn below_latest_service_pack(backup: &Backup, findings: &mut Findings<'_>) {
    let (last, name) = match backup.version.as_ref().and_then(|version| version.line) {
        Some(ProductLine::V4_0) => (Build::new(4, 0, 996, 62), "4.0 SP5"),
        Some(ProductLine::V5_0) => (Build::new(5, 0, 1460, 8), "5.0 SP2"),
        Some(ProductLine::V5_5) => (Build::new(5, 5, 2653, 0), "5.5 SP4"),
        None => return,
    };
    older_than(backup, last, findings, |build| format!("the connector is build {build}; {name} is the last service pack of its line"));
}

declare_rule! {
    /// Service is open to the EHLO buffer overrun (MS02-037).
    ///
    /// ## Why it matters
    /// The answer to EHLO holds the caller's reverse DNS name in an unchecked buffer. A long enough name stops the service or
    /// runs code as the Exchange service account.
    ///
    /// ## What to do
    /// Install the Q326322 update (needs SP4) or put a relay in front.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2656.59) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static EHLO_ANSWER_OVERRUN = {
        id: "BLD102", name: "ehlo-answer-overrun", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2656.59" in "5.5 post-SP4",
        kb: ["Q326322"],
        needs: [ServerBuild],
        tags: ["build", "security", "crash", "fix-ims"],
        check: Backup(ehlo_answer_overrun),
    }
}

fn ehlo_answer_overrun(backup: &Backup, findings: &mut Findings<'_>) {
    older_than(backup, Build::new(5, 5, 2656, 59), findings, |build| {
        format!("build {build} copies the caller's name into an unchecked buffer when it answers EHLO")
    });
}

declare_rule! {
    /// Service can be crashed by AUTH or XAUTH commands.
    ///
    /// ## Why it matters
    /// Bounds of certain AUTH or XAUTH sequences are not checked, so anybody who reaches port 25 can stop the service. 5.0 has
    /// the same defect until a hotfix after SP2.
    ///
    /// ## What to do
    /// Install the service pack or the 5.0 hotfix.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static AUTH_COMMAND_OVERRUN = {
        id: "BLD103", name: "auth-command-overrun", severity: Critical, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1",
        kb: ["Q188341", "Q242221"],
        needs: [ServerBuild],
        tags: ["build", "security", "crash", "fix-ims"],
        check: Backup(auth_command_overrun),
    }
}

fn auth_command_overrun(backup: &Backup, findings: &mut Findings<'_>) {
    older_than(backup, Build::new(5, 5, 2232, 0), findings, |build| format!("build {build} does not check the bounds of AUTH and XAUTH commands"));
}

declare_rule! {
    /// 4.0 before SP3 can lose mail without a trace.
    ///
    /// ## Why it matters
    /// If a spool file cannot be opened as a stream, or an outbound message not in the store, the connector deletes it with no
    /// event and no report.
    ///
    /// ## What to do
    /// Apply SP3 or later; do not take an empty queue for proof of delivery.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.838.14) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.995.52) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// ```
    pub static SILENT_LOSS_ON_40 = {
        id: "BLD107", name: "silent-loss-on-40", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.994.63" in "4.0 SP3",
        kb: ["Q157684"],
        needs: [ServerBuild],
        tags: ["build", "loss", "fix-ims"],
        check: Backup(silent_loss_on_40),
    }
}

fn silent_loss_on_40(backup: &Backup, findings: &mut Findings<'_>) {
    older_than(backup, Build::new(4, 0, 994, 0), findings, |build| {
        format!("build {build} deletes mail that it cannot open, without event or report")
    });
}

fn older_than(backup: &Backup, fixed: Build, findings: &mut Findings<'_>, say: impl Fn(Build) -> String) {
    let first_of_line = Build { build: 0, revision: 0, ..fixed };
    if let Some(found) = build_between(backup, first_of_line, fixed) {
        findings.report(say(found.build)).evidence(found.proof.expected(format!("{fixed} or later")));
    }
}
