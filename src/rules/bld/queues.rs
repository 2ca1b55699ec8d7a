//! Builds whose faults show in, or threaten, what is queued.

use crate::{
    backup::{Backup, Build, MailRecord, MessageRecord, QueueKind, Stamp},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    mapi::PropTag,
    rules::{que::destinations::BACKLOG_FOR_ONE_DOMAIN, thresholds::bld::UNREACHABLE_REPORTS},
};

use super::proof::{FIRST_40, FIRST_50, FIRST_55, SP1_55, SP3_55, build_between, build_in};

/// Evidence for a queue: how many items it holds.
pub(super) fn queue_proof(backup: &Backup, kind: QueueKind) -> Evidence {
    let folder = backup.queues.iter().find(|queue| queue.kind == Some(kind)).map_or(kind.folder(), |queue| &queue.folder);
    Evidence::folder(folder).observed(counted(backup.items(kind).count(), "item"))
}

/// Returns the reports that say that a host is unknown or cannot be reached, each with the recipient's domain and the proof.
fn unreachable(backup: &Backup) -> Vec<(&MessageRecord, String, Evidence)> {
    let mut found = Vec::new();
    for record in &backup.messages {
        let said = record.facts.queue.report.iter().flat_map(|report| &report.diagnoses);
        let names_host = |line: &str| ["host unknown", "host unreachable", "unreachable"].iter().any(|text| line.contains(text));
        let hits = said.filter(|said| names_host(&said.line.to_lowercase()) || said.parsed().is_some_and(|line| line.number == Some(3902)));
        found.extend(hits.map(|said| {
            let domain = said.recipient.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
            let locator = Locator::Property { object: said.object.clone(), tag: said.tag };
            let proof = Evidence::new(backup.path_of(record), locator).at(said.span.clone()).observed(said.line.as_ref());
            (record, domain, proof)
        }));
    }
    found
}

fn domains(found: &[(&MessageRecord, String, Evidence)]) -> String {
    let mut domains: Vec<&str> = found.iter().map(|(_, domain, _)| domain.as_str()).filter(|domain| !domain.is_empty()).collect();
    domains.sort_unstable();
    domains.dedup();
    enumerated(domains, 4)
}

declare_rule! {
    /// Build loses or bounces mail when an MX host is down.
    ///
    /// ## Why it matters
    /// With several MX records the retry state is set wrongly: a temporary failure becomes final, sometimes without a report, and looking for the next
    /// host can crash the service. The older leak of connections is another matter.
    ///
    /// ## What to do
    /// Install 5.5 SP4.
    /// Look for mail that its senders miss.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// subject: "waits"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/r
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:joe@far.example
    ///   prop 0x0C1B001E: "MSEXCH:IMS:Org:Site:SRV1 3902 (000B099C) Host Unknown"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2653.19) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// subject: "waits"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/
    /// ```
    pub static OUTBOUND_RETRY_DEFECTS = {
        id: "BLD105", name: "outbound-retry-defects", severity: Warning, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2652.78" in "5.5 SP4",
        kb: ["Q267245", "Q265727", "Q246889", "Q175982"],
        needs: [ServerBuild],
        tags: ["build", "loss", "crash", "fix-ims"],
        check: Backup(outbound_retry_defects),
    }
}

fn outbound_retry_defects(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, SP3_55, Build::new(5, 5, 2652, 78)) else { return };
    let reports = unreachable(backup);
    let waiting = backup.items(QueueKind::MtsOut).count();
    if reports.is_empty() && waiting == 0 {
        return;
    }
    let told = if reports.is_empty() { String::new() } else { format!(", and reports speak of {}", domains(&reports)) };
    let build = found.build;
    let finding =
        findings.report(format!("build {build} sets the retry state of MX hosts wrongly; {} wait in MTS-OUT{told}", counted(waiting, "message")));
    finding.evidence(found.expecting("5.5.2652.78"));
    if waiting > 0 {
        finding.evidence(queue_proof(backup, QueueKind::MtsOut)).affects(QueueKind::MtsOut.display_name(), waiting);
    }
    finding.first_evidences(reports.into_iter().map(|(_, _, proof)| proof));
}

declare_rule! {
    /// Build handles several MX hosts badly.
    ///
    /// ## Why it matters
    /// 5.0 RTM chooses badly among equal MX records. 5.0 before SP2 and 5.5 RTM stay with a host that takes the connection but sends no greeting, and
    /// lose a connection each time. A 5.0 server with several addresses may send to itself. 4.0 before SP5 knows similar faults: the second MX host is
    /// not tried behind a firewall, and some DNS proxies make look-ups fail.
    ///
    /// ## What to do
    /// Apply the service pack, and give each server one IP address.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1457.10) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=15
    /// p1: SMTP:user@bigisp.example
    /// //- Mtsout/o{n} repeat=7
    /// p1: SMTP:user@other{n}.example
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/r{n} repeat=3
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:joe@far{n}.example
    ///   prop 0x0C1B001E: "MSEXCH:IMS:Org:Site:SRV1 3902 (000B099C) Host Unknown"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=15
    /// p1: SMTP:user@bigisp.example
    /// //- Mtsout/o{n} repeat=7
    /// p1: SMTP:user@other{n}.example
    /// ```
    pub static MX_CHOICE_DEFECTS = {
        id: "BLD106", name: "mx-choice-defects", severity: Info, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2232.9" in "5.0 SP2; 5.5 SP1",
        kb: ["Q152165", "Q182821", "Q182406", "Q242221", "Q175982", "Q166604", "Q159299"],
        needs: [ServerBuild],
        tags: ["build", "stuck", "fix-ims"],
        check: Backup(mx_choice_defects),
    }
}

/// 5.0 before SP2 and 5.5 before SP1: the leak of connections ended there (Q175982).
pub(super) const SILENT_HOSTS: [(Build, Build); 2] = [(FIRST_50, Build::new(5, 0, 1460, 8)), (FIRST_55, SP1_55)];

fn mx_choice_defects(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_in(backup, &SILENT_HOSTS) else { return };
    let reports = unreachable(backup);
    let hogs = findings.fires(&BACKLOG_FOR_ONE_DOMAIN, backup);
    if !hogs && reports.len() < findings.count(&UNREACHABLE_REPORTS) {
        return;
    }
    let what = if hogs { "mail piles up for one domain".to_owned() } else { format!("reports speak of {}", domains(&reports)) };
    let finding = findings.report(format!("{what}; build {} handles several MX hosts badly", found.build));
    finding.evidence(found.expecting("5.0.1460.8 or 5.5.2232.9"));
    finding.evidences(hogs.then(|| queue_proof(backup, QueueKind::MtsOut)));
    finding.first_evidences(reports.into_iter().map(|(_, _, proof)| proof));
}

declare_rule! {
    /// 4.0 MTA returns mail dated 2000 or later.
    ///
    /// ## Why it matters
    /// Before 4.0 SP2 the transfer agent makes a non-delivery report for every message that was submitted in the year 2000 or later.
    ///
    /// ## What to do
    /// Apply 4.0 SP5.
    /// Then send the returned mail again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.838.14) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// submitted: 2000-01-03T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.993.5) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// submitted: 2000-01-03T10:00:00Z
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.838.14) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// submitted: 1999-12-31T10:00:00Z
    /// ```
    pub static YEAR_2000_ON_40 = {
        id: "BLD109", name: "year-2000-on-40", severity: Warning, certainty: Likely,
        versions: [V4_0],
        fixed: "4.0.993.5" in "4.0 SP2",
        kb: ["Q152874", "Q153655"],
        needs: [Messages, ServerBuild],
        tags: ["build", "date", "bounce", "fix-mta"],
        check: Backup(year_2000_on_40),
    }
}

fn year_2000_on_40(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, FIRST_40, Build::new(4, 0, 993, 0)) else { return };
    let year = |mail: &MailRecord| match mail.submitted? {
        Stamp::Utc(time) => Some((time.utc().year, time.to_string())),
        Stamp::Local(time) => Some((time.year, time.to_string())),
    };
    let late = backup.messages.iter().filter_map(|record| Some((record, year(&record.mail()).filter(|(year, _)| *year >= 2000)?.1)));
    let late: Vec<_> = late.collect();
    if late.is_empty() {
        return;
    }
    let reports = backup.messages.iter().filter(|record| record.facts.report.is_some()).count();
    let build = found.build;
    let finding = findings.report(format!(
        "{} of 2000 or later, which the transfer agent of build {build} returns; {} queued",
        counted(late.len(), "message"),
        counted(reports, "report")
    ));
    finding.evidence(found.expecting("4.0.993.5"));
    finding.first_evidences(late.iter().map(|(record, time)| {
        let locator = Locator::Property { object: "mail".into(), tag: PropTag::CLIENT_SUBMIT_TIME };
        Evidence::new(backup.path_of(record), locator).observed(time.as_str()).expected("a date before 2000 on this build")
    }));
}

declare_rule! {
    /// Refreshing the MTS-OUT view can crash this build.
    ///
    /// ## Why it matters
    /// Repeated Refresh on the Queues page makes Msexcimc.exe fault.
    ///
    /// ## What to do
    /// Apply 5.5 SP3, and do not refresh the page until then.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=2
    /// subject: "waits"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/{n} repeat=2
    /// subject: "waits"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/
    /// ```
    pub static QUEUE_VIEW_CRASH = {
        id: "BLD110", name: "queue-view-crash", severity: Info, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2637.0" in "5.5 SP3",
        kb: ["Q235533", "Q241740"],
        needs: [ServerBuild, Mtsout],
        tags: ["build", "crash", "fix-ims"],
        check: Backup(queue_view_crash),
    }
}

fn queue_view_crash(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, FIRST_55, Build::new(5, 5, 2637, 0)) else { return };
    let waiting = backup.items(QueueKind::MtsOut).count();
    if waiting > 0 {
        findings
            .report(format!("{} in MTS-OUT; refreshing their view can crash build {}", counted(waiting, "message"), found.build))
            .evidence(queue_proof(backup, QueueKind::MtsOut))
            .evidence(found.expecting("5.5.2637.0"));
    }
}
