//! Builds whose converters and report writers fail on what is queued.

use crate::{
    backup::{Backup, Build, ItemMarks, MessageRecord, QueueKind},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
    mapi::PropTag,
};

use super::{
    proof::{FIRST_50, FIRST_55, SP1_55, build_between, build_in},
    queues::queue_proof,
};

/// Evidence for an item as a whole.
fn item_proof(backup: &Backup, record: &MessageRecord) -> Evidence {
    let subject = record.mail().subject.map(|subject| format!("subject '{subject}'")).unwrap_or_default();
    Evidence::new(backup.path_of(record), Locator::Property { object: record.kind.shell_name().into(), tag: PropTag::SUBJECT }).observed(subject)
}

declare_rule! {
    /// 5.0 can crash while it makes reports or converts mail.
    ///
    /// ## Why it matters
    /// The service overruns an array when it adds properties to a report, and the SP2 store corrupts its heap while it processes Internet mail, often
    /// soon after the service starts. Faults of the 5.0 store with a trigger that can be told have rules of their own.
    ///
    /// ## What to do
    /// Install the fixes after 5.0 SP2, or upgrade.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1460.8) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Bad/{n} repeat=5
    /// subject: "failed"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1461.69) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Bad/{n} repeat=5
    /// subject: "failed"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Bad/{n} repeat=5
    /// subject: "failed"
    /// ```
    pub static REPORT_MAKING_CRASHES_50 = {
        id: "BLD111", name: "report-making-crashes-50", severity: Info, certainty: Possible,
        versions: [V5_0],
        fixed: "5.0.1461.69" in "5.0 post-SP2 hotfix",
        kb: ["Q194896", "Q183494", "Q192546", "Q176149", "Q167132"],
        needs: [ServerBuild],
        tags: ["build", "crash", "fix-ims", "fix-store"],
        check: Backup(report_making_crashes_50),
    }
}

fn report_making_crashes_50(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, FIRST_50, Build::new(5, 0, 1461, 69)) else { return };
    let kinds = [QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed].into_iter();
    let filled: Vec<_> = kinds.filter(|kind| backup.items(*kind).next().is_some()).collect();
    if filled.is_empty() {
        return;
    }
    let items: usize = filled.iter().map(|kind| backup.items(*kind).count()).sum();
    let reports = backup.messages.iter().filter(|record| record.facts.report.is_some()).count();
    let build = found.build;
    findings
        .report(format!("{} inbound or failed and {}, which build {build} can crash on", counted(items, "item"), counted(reports, "report")))
        .evidence(found.expecting("5.0.1461.69"))
        .evidences(filled.into_iter().map(|kind| queue_proof(backup, kind)));
}

declare_rule! {
    /// HTML mail in failed queues on a build with converter defects.
    ///
    /// ## Why it matters
    /// The converters between HTML and rich text of 5.0 and of 5.5 before SP1, and again before SP3, fault on some bodies. The published texts name no
    /// pattern.
    ///
    /// ## What to do
    /// Install 5.5 SP3 or later, and put the item back.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Bad/1
    /// html: "<p>failed</p>"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- ContentConversionFailed/1
    /// rtf: "{\\rtf1\\ansi\\fromhtml1 x}"
    /// //- Bad/
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsin/2
    /// html: "<p>fine</p>"
    /// //- Bad/
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Bad/1
    /// html: "<p>failed</p>"
    /// ```
    pub static HTML_CONVERSION_DEFECTS = {
        id: "BLD112", name: "html-conversion-defects", severity: Info, certainty: Possible,
        versions: [V5_0, V5_5],
        fixed: "5.5.2603.0" in "5.5 SP1; 5.5 SP3",
        kb: ["Q182479", "Q230769", "Q185847"],
        needs: [ServerBuild, Bad],
        tags: ["build", "rtf", "crash", "fix-store"],
        check: Backup(html_conversion_defects),
    }
}

fn html_conversion_defects(backup: &Backup, findings: &mut Findings<'_>) {
    let whole_50 = (FIRST_50, Build { build: u32::MAX, ..FIRST_50 });
    let Some(found) = build_in(backup, &[whole_50, (FIRST_55, Build::new(5, 5, 2603, 0))]) else { return };
    let is_html = |record: &&MessageRecord| {
        let mail = record.mail();
        let by_header = mail.headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("Content-Type") && names_type(value, "text/html"));
        let by_part = mail.attachments.iter().any(|attachment| attachment.mime_type.as_deref().is_some_and(|mime| names_type(mime, "text/html")));
        mail.bodies.html.is_some() || record.facts.queue.marks.has(ItemMarks::RTF_FROM_HTML) || by_header || by_part
    };
    let failed = backup.items(QueueKind::Bad).chain(backup.items(QueueKind::ContentConversionFailed));
    let html: Vec<_> = failed.filter(is_html).collect();
    if html.is_empty() {
        return;
    }
    let build = found.build;
    let finding = findings.report(format!("{} with HTML failed; the converters of build {build} fault on some HTML", counted(html.len(), "message")));
    finding.evidence(found.expecting("5.5.2603.0"));
    finding.first_evidences(html.iter().map(|record| item_proof(backup, record)));
}

/// Whether a Content-Type names a type; parameters follow behind a semicolon.
fn names_type(value: &str, wanted: &str) -> bool {
    value.split(';').next().is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case(wanted))
}

declare_rule! {
    /// Report for a multipart/alternative message crashes 5.5 RTM.
    ///
    /// ## Why it matters
    /// With MIME as outbound encoding a report is written from the header of the original, without its body. A header that says multipart/alternative
    /// then makes the service fault.
    ///
    /// ## What to do
    /// Install 5.5 SP1, and send by UUENCODE meanwhile.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:x@example.com
    /// embed:
    ///   class: IPM.Note
    ///   header: Content-Type: multipart/alternative; boundary="b"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:x@example.com
    /// embed:
    ///   class: IPM.Note
    ///   header: Content-Type: multipart/alternative; boundary="b"
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- Mtsout/1
    /// class: REPORT.IPM.Note.NDR
    /// failed: SMTP:x@example.com
    /// embed:
    ///   class: IPM.Note
    ///   header: Content-Type: text/plain
    /// ```
    pub static MULTIPART_ALTERNATIVE_REPORT_CRASH = {
        id: "BLD113", name: "multipart-alternative-report-crash", severity: Error, certainty: Possible,
        versions: [V5_5],
        fixed: "5.5.2232.9" in "5.5 SP1",
        kb: ["Q188013", "Q242221"],
        needs: [Messages, ServerBuild],
        tags: ["build", "report", "crash", "fix-ims"],
        check: Backup(multipart_alternative_report_crash),
    }
}

fn multipart_alternative_report_crash(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, FIRST_55, SP1_55) else { return };
    let alternative = |record: &MessageRecord| {
        let mail = record.mail();
        let original = mail.embedded.first().filter(|_| record.facts.report.is_some())?;
        let types = original.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Content-Type")).map(|(_, value)| value);
        types.into_iter().find(|value| names_type(value, "multipart/alternative")).cloned()
    };
    let reports: Vec<_> = backup.messages.iter().filter_map(|record| Some((record, alternative(record)?))).collect();
    if reports.is_empty() {
        return;
    }
    let build = found.build;
    let finding = findings.report(format!("{} about multipart/alternative mail, at which build {build} faults", counted(reports.len(), "report")));
    finding.evidence(found.expecting("5.5.2232.9"));
    finding.first_evidences(reports.iter().map(|(record, media_type)| {
        let locator = Locator::Header { object: format!("{}, attachment 1", record.kind.shell_name()).into(), name: "Content-Type".into() };
        Evidence::new(backup.path_of(record), locator).observed(media_type.as_ref()).expected("another type before 5.5 SP1")
    }));
}
