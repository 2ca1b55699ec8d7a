//! Records of the e-mail domains (IMCCOPY, Q262126) that a build takes amiss.

use crate::{
    backup::{Backup, Build, ProductLine},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::imccopy::{DomainFormat, FormatFlags},
};

use super::proof::{FIRST_50, FIRST_55, RTM_55, SP1_55, SP2_50, build_between, build_in, found_build, parameter};

/// Every record with the path of its file.
fn records(backup: &Backup) -> impl Iterator<Item = (&str, &DomainFormat)> {
    backup.siblings.imccopy.iter().flat_map(|sibling| sibling.file.value.formats.iter().map(|record| (sibling.path.as_str(), record)))
}

/// Evidence for a field of a record, fields counted from 0.
fn field(path: &str, record: &DomainFormat, index: usize) -> Evidence {
    let text = record.fields.get(index).map_or("", |field| field.value.as_str());
    Evidence::listed_line(path, record.field_place(index), text)
}

declare_rule! {
    /// Per-domain size limit is 1024 times too strict.
    ///
    /// ## Why it matters
    /// After the limits in bytes arrived, hotfix builds up to SP3 compare bytes with a limit that is kept in KB: with 2000 KB only messages
    /// below 2 KB go out.
    ///
    /// ## What to do
    /// Install 5.5 SP3, or clear the limit.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2630.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,2000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +acme.com,ISO-8859-1,ISO-8859-1,800,76,0,0,2000
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2630.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,2000
    /// ```
    pub static DOMAIN_SIZE_LIMIT_1024_TIMES_TOO_SMALL = {
        id: "BLD006", name: "domain-size-limit-1024-times-too-small", severity: Error, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2650.21" in "5.5 SP3",
        kb: ["Q240788", "Q231303"],
        needs: [ImccopyDomain, ServerBuild],
        tags: ["size-limit"],
        check: Backup(domain_size_limit_1024_times_too_small),
    }
}

fn domain_size_limit_1024_times_too_small(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, Build::new(5, 5, 2607, 0), Build::new(5, 5, 2650, 21)) else { return };
    let limited: Vec<_> = records(backup).filter(|(_, record)| !record.is_default() && record.size_limit().is_some_and(|limit| limit > 0)).collect();
    let Some((_, first)) = limited.first() else { return };
    let (limit, domain) = (first.size_limit().unwrap_or_default(), first.domain());
    findings
        .report(format!(
            "build {} takes the limits of {} for bytes: {limit} KB for '{domain}' lets {limit} bytes through",
            found.build,
            counted(limited.len(), "domain")
        ))
        .first_evidences(limited.iter().map(|(path, record)| field(path, record, 7).expected("0 before 5.5 SP3")))
        .evidence(found.expecting("5.5.2650.21"));
}

declare_rule! {
    /// Configured wrap column is not honoured by this build.
    ///
    /// ## Why it matters
    /// These builds wrap MIME text at column 72, and on 5.0 UUENCODE text at 73, whatever is configured for the domain.
    ///
    /// ## What to do
    /// Install 5.0 SP2 or 5.5 SP1, or live with the fixed column.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,34,60,0,0,0
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.0.1458.49) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,18,60,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2232.9) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,34,60,0,0,0
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.1960.3) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,32,60,0,0,0
    /// +acme.com,ISO-8859-1,ISO-8859-1,34,72,0,0,0
    /// +uu.example,ISO-8859-1,ISO-8859-1,18,60,0,0,0
    /// ```
    pub static WRAP_COLUMN_NOT_HONOURED = {
        id: "BLD027", name: "wrap-column-not-honoured", severity: Info, certainty: Likely,
        versions: [V5_0, V5_5],
        fixed_in: "5.0 SP2 / 5.5 SP1",
        kb: ["Q177942", "Q149780"],
        needs: [ImccopyDomain, ServerBuild],
        tags: ["encoding"],
        check: Backup(wrap_column_not_honoured),
    }
}

fn wrap_column_not_honoured(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_in(backup, &[(FIRST_50, SP2_50), (RTM_55, SP1_55)]) else { return };
    let is_50 = found.build.line() == Some(ProductLine::V5_0);
    let fixed_column = |record: &DomainFormat| {
        let flags = record.flags().filter(|flags| flags.has(FormatFlags::WRAP))?;
        let is_mime = [FormatFlags::MIME_TEXT, FormatFlags::MIME_HTML, FormatFlags::MIME_BOTH].iter().any(|mime| flags.has(*mime));
        let column = record.wrap_column()?;
        let fixed = [(is_mime, 72), (is_50 && flags.has(FormatFlags::UUENCODE), 73)];
        fixed.into_iter().find(|(applies, fixed)| *applies && column != *fixed).map(|(_, fixed)| fixed)
    };
    let wrapped: Vec<_> = records(backup).filter_map(|(path, record)| Some((path, record, fixed_column(record)?))).collect();
    let Some((_, first, column)) = wrapped.first() else { return };
    findings
        .report(format!(
            "column {} is set for '{}'; build {} wraps at {column} all the same",
            first.wrap_column().unwrap_or_default(),
            first.domain(),
            found.build
        ))
        .first_evidences(wrapped.iter().map(|(path, record, column)| field(path, record, 4).expected(format!("{column}, which holds on this build"))))
        .evidence(found.expecting(if is_50 { "5.0.1460.8" } else { "5.5.2232.9" }));
}

declare_rule! {
    /// Automatic replies answer reports on this build.
    ///
    /// ## Why it matters
    /// Rules of users answer non-delivery reports and receipts by the address in their header, so two systems can go on replying to each
    /// other.
    ///
    /// ## What to do
    /// Disable automatic replies to the Internet, or install 5.5 SP3.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,288,76,0,0,0
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2650.21) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,288,76,0,0,0
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Internet Mail Service (5.5.2448.0) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
    pub static AUTO_REPLIES_TO_REPORTS_ON_OLD_BUILD = {
        id: "BLD028", name: "auto-replies-to-reports-on-old-build", severity: Warning, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2539.1" in "5.5 SP3",
        kb: ["Q216161"],
        needs: [ImccopyDomain, ServerBuild],
        tags: ["queue"],
        check: Backup(auto_replies_to_reports_on_old_build),
    }
}

fn auto_replies_to_reports_on_old_build(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(found) = build_between(backup, RTM_55, Build::new(5, 5, 2539, 1)) else { return };
    let Some((path, record)) = records(backup).find(|(_, record)| record.is_default()) else {
        return findings.undecided("imccopy.domain", "the saved domains have no record Default");
    };
    let Some(flags) = record.flags() else {
        return findings.undecided("imccopy.domain", "the flags of the record Default are no number");
    };
    if !flags.has(FormatFlags::NO_AUTO_REPLY) {
        findings
            .report(format!("automatic replies go to the Internet (flags {:#x}), and build {} answers reports with them", flags.0, found.build))
            .evidence(field(path, record, 3).expected("bit 0x200 set before 5.5 SP3"))
            .evidence(found.expecting("5.5.2539.1"));
    }
}

declare_rule! {
    /// Plain-text mail goes out with an HTML copy.
    ///
    /// ## Why it matters
    /// With 'plain text and HTML' the service ignores what the author chose and sends both. Readers without MIME see the text twice.
    ///
    /// ## What to do
    /// Install 5.5 SP3, set SendPlainTextAsIs to 1, and restart store and service.
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
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,131872,76,0,0,0
    /// ```
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
    /// "SendPlainTextAsIs"=dword:00000000
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,131872,76,0,0,0
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
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,800,76,0,0,0
    /// ```
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
    /// "SendPlainTextAsIs"=dword:00000001
    /// //- imcdom.txt
    /// [Header]
    /// Version=1
    /// [Domain]
    /// DomainInformation=+
    /// +Default,ISO-8859-1,ISO-8859-1,131872,76,0,0,0
    /// ```
    pub static PLAIN_TEXT_GETS_HTML = {
        id: "BLD029", name: "plain-text-gets-html", severity: Info, certainty: Likely,
        versions: [V5_5],
        fixed: "5.5.2571" in "5.5 SP3",
        kb: ["Q222508"],
        needs: [ImccopyDomain, ImcsvcReg, ServerBuild],
        tags: ["encoding"],
        check: Backup(plain_text_gets_html),
    }
}

fn plain_text_gets_html(backup: &Backup, findings: &mut Findings<'_>) {
    const KNOWS_SWITCH: Build = Build::new(5, 5, 2571, 0);
    let Some(found) = found_build(backup).filter(|found| found.build >= FIRST_55) else { return };
    let switch = parameter(backup, "SendPlainTextAsIs");
    let is_off = found.build < KNOWS_SWITCH || switch.as_ref().is_none_or(|(_, switch)| switch.data == 0);
    let both: Vec<_> = records(backup).filter(|(_, record)| record.flags().is_some_and(|flags| flags.has(FormatFlags::MIME_BOTH))).collect();
    let Some((_, first)) = both.first().filter(|_| is_off) else { return };
    let why = if found.build < KNOWS_SWITCH { format!("build {} cannot do otherwise", found.build) } else { "SendPlainTextAsIs is not 1".to_owned() };
    let finding = findings.report(format!("'{}' gets plain text and HTML of every message, and {why}", first.domain()));
    finding.first_evidences(both.iter().map(|(path, record)| field(path, record, 3).expected("0x20 or 0x10000 in place of 0x20000")));
    finding.evidences(switch.map(|(service, switch)| Evidence::setting(service, &switch).expected("1")));
    finding.evidence(found.expecting("5.5.2571"));
}
