//! Files of Imcdata\In, Out and Work that tell of trouble (KB Q232279, Q190709, Q166558, Q272506, Q152882).

use crate::{
    backup::{Backup, FileRecord, OwnNames, SpoolFolder, SpoolMail},
    base::{Timestamp, counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Severity},
    formats::mime::{MailProduct, received},
    rules::thresholds::que::{GIANT_FILE, SPOOL_RETRIED, SPOOL_YOUNGER, WORK_LEFTOVER},
};

declare_rule! {
    /// Inbound spool file that the service tries at each start.
    ///
    /// ## Why it matters
    /// A file that makes the store or the service fail stays in In, and is taken first at the next start; event 4182 names it, error 2140 follows.
    /// Later stores move such mail to the archive.
    ///
    /// ## What to do
    /// Stop the service, move the file away, delete Queue.dat, and start. If no file is named, put them back by halves.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// //- ../In/HBWK2Q2P modified=2000-03-07T10:00:00Z
    /// Received: from a by srv1; Tue, 7 Mar 2000 10:00:00 +0000
    /// //- ../In/HBWK2Q{n}A repeat=5 modified=2000-03-10T09:00:00Z
    /// Received: from a by srv1; Fri, 10 Mar 2000 09:00:00 +0000
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// //- ../In/HBWK2Q2P modified=2000-03-10T10:30:00Z
    /// Received: from a by srv1; Fri, 10 Mar 2000 10:30:00 +0000
    /// ```
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// //- ../In/HBWK2Q2P modified=2000-03-07T10:00:00Z
    /// Received: from a by srv1; Tue, 7 Mar 2000 10:00:00 +0000
    /// ```
    pub static SPOOL_FILE_SURVIVES_RESTARTS = {
        id: "QUE060", name: "spool-file-survives-restarts", severity: Critical, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        fixed: "5.5.2656.60" in "5.5 SP3; 5.5 post-SP4",
        kb: ["Q232279", "Q325939", "Q168883", "Q169223", "Q317653", "Q192186"],
        needs: [Spool],
        tags: ["spool", "triage", "crash", "stuck", "fix-store"],
        check: Backup(spool_file_survives_restarts),
    }
}

fn spool_file_survives_restarts(backup: &Backup, findings: &mut Findings<'_>) {
    let mut files: Vec<(Timestamp, &FileRecord)> = backup.spool(SpoolFolder::In).filter_map(|file| Some((file.spool_time()?, file))).collect();
    files.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.path.cmp(&other.path)));
    if files.is_empty() {
        return;
    }
    let Some(snapshot) = case_time(backup) else { return findings.undecided("a time of collection", "no time in the case is reliable") };
    let limit = findings.number(&SPOOL_RETRIED);
    let least = findings.count(&SPOOL_YOUNGER);
    let stuck: Vec<_> = files
        .iter()
        .enumerate()
        .filter(|(_, (time, _))| snapshot.seconds_since(*time) > limit * 3600)
        .map(|(index, (time, file))| (*time, *file, files.len() - index - 1, critical_hits(findings, file)))
        .filter(|(_, _, younger, codes)| *younger >= least || !codes.is_empty())
        .collect();
    let Some((time, first, younger, codes)) = stuck.first() else { return };
    let hours = snapshot.seconds_since(*time) / 3600;
    let told = if codes.is_empty() { String::new() } else { format!(", hit by {}", enumerated(codes, 4)) };
    let more = if stuck.len() > 1 { format!("; {} of this kind", counted(stuck.len(), "file")) } else { String::new() };
    findings
        .report(format!(
            "{} has lain in Imcdata\\In for {hours} hours{told}, with {} behind it{more}",
            first.name(),
            counted(*younger, "younger file")
        ))
        .first_evidences(stuck.iter().map(|(time, file, ..)| Evidence::of_file(file).expected(format!("gone within {limit} hours of {time}"))));
}

/// Codes of rules that hit the file with severity critical.
fn critical_hits(findings: &Findings<'_>, file: &FileRecord) -> Vec<&'static str> {
    findings.hits().on(&file.path).iter().filter(|hit| hit.severity == Severity::Critical).map(|hit| hit.rule.code).collect()
}

/// The time of the collection, else the newest time of a spool file.
fn case_time(backup: &Backup) -> Option<Timestamp> {
    backup.snapshot_time().or_else(|| backup.spool_files().filter_map(|(_, file)| file.spool_time()).max())
}

declare_rule! {
    /// Left-over file of an interrupted SMTP session.
    ///
    /// ## Why it matters
    /// A session that was open when the service stopped leaves its temporary file behind. The peer sends again, so nothing is lost.
    ///
    /// ## What to do
    /// Delete the file while the service is stopped.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../In/HBWK2Q2P escapes
    /// \0\0\0\0ImCr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0far.example\0<joe@far.example>\0<ann@example.com>\0EwLsReceived: from far.example by srv1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id HBWK2Q2P; Fri, 10 Mar 2000 10:00:00 +0100
    /// ```
    /// ```backup
    /// //- ../In/HBWK2Q2P hex
    /// 00 00 00 00 49 6D 43 72 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
    /// 68 2E 78 00 3C 61 40 62 3E 00 45 77 4C 73
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../In/HBWK2Q2P escapes
    /// \0\0\0\0ImCr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0far.example\0<joe@far.example>\0<ann@example.com>\0EwLsReceived: from far.example by srv1 with SMTP (Microsoft Exchange Internet Mail Service Version 5.5.2650.21) id HBWK2Q2P; Fri, 10 Mar 2000 10:00:00 +0100
    /// Subject: hello
    ///
    /// text
    /// ```
    pub static STRANDED_SESSION_FILE = {
        id: "QUE061", name: "stranded-session-file", severity: Info, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q190709"],
        needs: [Spool],
        tags: ["spool"],
        check: Backup(stranded_session_file),
    }
}

fn stranded_session_file(backup: &Backup, findings: &mut Findings<'_>) {
    let own = backup.own_names();
    let mails = backup.spool(SpoolFolder::In).filter_map(|file| Some((file, file.spool_mail()?)));
    let stranded: Vec<_> = mails.filter(|(_, mail)| mail.envelope().is_some() && holds_stamp_only(mail, &own)).collect();
    let Some((first, mail)) = stranded.first() else { return };
    let from = mail.originator().map_or("nobody", |from| &from.text);
    let time = first.spool_time().map(|time| format!(" of {time}")).unwrap_or_default();
    findings
        .report(format!("{}{time}, from {from}, holds an envelope and no mail; {} of this kind", first.name(), counted(stranded.len(), "file")))
        .first_evidences(stranded.iter().map(|(file, _)| Evidence::of_file(file).expected("header fields and text behind the envelope")));
}

/// No text at all, or nothing but the Received field of this server.
fn holds_stamp_only(mail: &SpoolMail, own: &OwnNames) -> bool {
    let names_known = own.server.is_some() || !own.hosts.is_empty();
    let is_stamp = |value: &str| {
        let hop = received(value);
        let by_own = hop.by.as_deref().is_some_and(|by| own.is_own(by, true));
        if names_known { by_own } else { hop.product != MailProduct::Other }
    };
    match mail.fields.as_ref() {
        _ if mail.body_length > 0 => false,
        [] => mail.spool.text.is_empty() || mail.is_well_formed,
        [only] => only.name.eq_ignore_ascii_case("Received") && is_stamp(&only.value),
        _ => false,
    }
}

declare_rule! {
    /// Inbound mail was moved to In\Archive because it failed.
    ///
    /// ## Why it matters
    /// With archival off, only mail that the store refused (event 4117) ends there. Besides broken content, changed character set settings of the
    /// connector and, before 5.5 SP2, ResolveP2 push good mail there.
    ///
    /// ## What to do
    /// Read the findings on the files, set the character sets back to ISO-8859-1, and feed the files back to In a few at a time.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "8 Message Archival"=dword:00000000
    /// //- ../In/Archive/HBWK2Q{n}P repeat=4
    /// Subject: failed
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Diagnostics]
    /// "8 Message Archival"=dword:00000003
    /// //- ../In/Archive/HBWK2Q{n}P repeat=4
    /// Subject: copy
    /// ```
    pub static FAILED_MAIL_IN_ARCHIVE = {
        id: "QUE062", name: "failed-mail-in-archive", severity: Warning, certainty: Likely,
        versions: [V5_0, V5_5],
        kb: ["Q166558", "Q190084", "Q230250", "Q185107", "Q192583", "Q252624"],
        needs: [Spool, ImcsvcReg],
        tags: ["spool", "stuck", "triage"],
        check: Backup(failed_mail_in_archive),
    }
}

fn failed_mail_in_archive(backup: &Backup, findings: &mut Findings<'_>) {
    let files: Vec<_> = backup.spool(SpoolFolder::InArchive).collect();
    let Some(service) = backup.service.as_ref().filter(|_| !files.is_empty()) else { return };
    let Some(level) = service.diagnostics_level("Message Archival") else {
        return findings.undecided("Imcsvc.reg", "mail lies in In\\Archive, and the dump does not tell the level of Message Archival");
    };
    if level.data != 0 {
        return;
    }
    let senders = files.iter().filter_map(|file| file.spool_mail()?.originator()).map(|from| from.text.as_ref());
    let senders = enumerated(senders, 4);
    let from = if senders.is_empty() { String::new() } else { format!(", from {senders}") };
    let hits = findings.hits();
    let told = |file: &FileRecord| {
        let codes = enumerated(hits.on(&file.path).iter().map(|hit| hit.rule.code), 5);
        if codes.is_empty() {
            "no such file while archival is off".to_owned()
        } else {
            format!("no such file while archival is off; it is hit by {codes}")
        }
    };
    let proof: Vec<_> = files.iter().map(|file| Evidence::of_file(file).expected(told(file))).collect();
    findings
        .report(format!("{} in Imcdata\\In\\Archive although archival is off{from}", counted(files.len(), "file")))
        .evidence(Evidence::setting(service, &level))
        .first_evidences(proof);
}

declare_rule! {
    /// Giant temporary file of a conversion loop.
    ///
    /// ## Why it matters
    /// A converter that repeats the same text for ever writes into Imcdata\Out, or into a temporary file with the extension .stf, until the disk is
    /// full. The service then does not start (event 3018).
    ///
    /// ## What to do
    /// Delete the file and Queue.dat. Find the message that the converter failed on before the service is started again.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Out/HBWK2Q2P size=17179869184
    /// Subject: again and again
    /// ```
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Temp/123.stf size=17179869184
    /// x
    /// //- ../Out/
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Out/HBWK2Q2P size=41943040
    /// Subject: large
    /// ```
    pub static GIANT_OR_GROWING_FILE = {
        id: "QUE065", name: "giant-or-growing-file", severity: Critical, certainty: Certain,
        versions: [V5_5],
        fixed: "5.5.2652.17" in "5.5 SP4",
        kb: ["Q272506", "Q217155", "Q258319"],
        needs: [Spool],
        tags: ["spool", "stuck", "crash", "fix-store"],
        check: Backup(giant_or_growing_file),
    }
}

fn giant_or_growing_file(backup: &Backup, findings: &mut Findings<'_>) {
    let limit = findings.count(&GIANT_FILE) as u64 * (1 << 20);
    let is_temporary = |file: &FileRecord| file.has_extension("stf") || file.spool_folder() == Some(SpoolFolder::Out);
    let giant = |file: &&FileRecord| file.is_file() && file.size >= limit && is_temporary(file);
    for file in backup.case_entries().filter(giant) {
        findings
            .report(format!("{} has {} MB", file.path, file.size >> 20))
            .group(file.path.as_ref())
            .evidence(Evidence::of_file(file).expected(format!("less than {} MB", limit >> 20)))
            .evidences((!file.traits.head.is_empty()).then(|| Evidence::head(file, 16)));
    }
}

declare_rule! {
    /// Files in Imcdata\Work.
    ///
    /// ## Why it matters
    /// 4.0 before SP2 leaves harmless temporary files there. If In is missing or the disk was full, they are inbound messages that could not be moved
    /// (event 4055), and peers got 421.
    ///
    /// ## What to do
    /// Restart the service, which makes In again. Free disk space, and apply 4.0 SP2.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.838.14) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- ../Imcdata/Work/T{n} repeat=12 modified=2000-03-09T10:00:00Z
    /// x
    /// //- Mtsout/1
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.993.5) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- ../Imcdata/Work/T{n} repeat=12 modified=2000-03-09T10:00:00Z
    /// x
    /// ```
    /// ```backup
    /// //- Mtsin/1
    /// header: Received: by srv1.example.com with Microsoft Exchange (IMC 4.0.838.14) id <GXM396ZL>; Fri, 10 Mar 2000 10:00:00 +0100
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name,Obj-Dist-Name
    /// Mail-Gateway,Internet Mail Connector (SRV1),/o=Org/ou=Site/cn=Configuration/cn=Connections/cn=Internet Mail Connector (SRV1)
    /// //- ../Imcdata/Work/T1 modified=2000-03-10T10:00:30Z
    /// x
    /// //- Mtsout/1
    /// arrived: 2000-03-10T10:00:00Z
    /// ```
    pub static WORK_DIRECTORY_LEFTOVERS = {
        id: "QUE068", name: "work-directory-leftovers", severity: Info, certainty: Possible,
        versions: [V4_0],
        fixed: "4.0.993.5" in "4.0 SP2" gates,
        kb: ["Q152882", "Q146791", "Q140975"],
        needs: [Spool],
        tags: ["spool", "fix-ims"],
        check: Backup(work_directory_leftovers),
    }
}

fn work_directory_leftovers(backup: &Backup, findings: &mut Findings<'_>) {
    let snapshot = case_time(backup);
    let minutes = |file: &FileRecord| Some(snapshot?.seconds_since(file.modified?) / 60);
    // What is in the service's hands at this minute is no left-over; a time behind the snapshot is that of a copy and tells nothing.
    let limit = findings.number(&WORK_LEFTOVER);
    let files: Vec<_> = backup.spool(SpoolFolder::Work).filter(|file| minutes(file).is_none_or(|age| age.abs() > limit)).collect();
    if files.is_empty() {
        return;
    }
    let age = files.iter().filter_map(|file| minutes(file)).max().map(|age| format!(", the oldest {} hours old", age / 60)).unwrap_or_default();
    let inbound = match backup.spool_folder(SpoolFolder::In) {
        None => "; there is no folder In beside it",
        Some(_) if backup.spool(SpoolFolder::In).next().is_none() => "; In is empty",
        Some(_) => "",
    };
    findings
        .report(format!("{} in Imcdata\\Work{age}{inbound}", counted(files.len(), "file")))
        .first_evidences(files.iter().map(|file| Evidence::of_file(file)));
}
