//! Queue.dat, the index of the spool, and what was moved out of it.

use crate::{
    backup::{Backup, FileRecord, IndexedName, SpoolFolder, is_spool_name},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

declare_rule! {
    /// Queue.dat names files that do not exist.
    ///
    /// ## Why it matters
    /// A ghost entry shows mail in the queue page that is long gone, or delivers one message again and again at each start. The layout of Queue.dat is
    /// not published; names are found as runs of eight capitals and digits.
    ///
    /// ## What to do
    /// Stop the service, delete Queue.dat, and start. The service makes it again.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Queue.dat escapes
    /// \x01\0HBWK2Q2P\0\x02\0HBWK2Q2R\0
    /// //- ../In/HBWK2Q2R
    /// Subject: here
    /// //- ../Out/
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Queue.dat escapes
    /// \x01\0HBWK2Q2P\0\x02\0HBWK2Q2R\0
    /// //- ../In/HBWK2Q2R
    /// Subject: here
    /// //- ../Out/HBWK2Q2P
    /// Subject: here too
    /// ```
    pub static QUEUE_INDEX_STALE = {
        id: "QUE063", name: "queue-index-stale", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q239420", "Q193862", "Q168883"],
        needs: [QueueDat, Spool],
        tags: ["spool", "duplicate"],
        check: Backup(queue_index_stale),
    }
}

fn queue_index_stale(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(index) = backup.spool_index() else { return };
    let server = backup.identity.server.as_ref().map(|server| server.name.to_uppercase());
    let is_name = |name: &&IndexedName| server.as_deref() != Some(&*name.name) && !name.name.bytes().all(|byte| byte.is_ascii_digit());
    let names: Vec<&IndexedName> = index.indexed_names().iter().filter(is_name).collect();
    let files: Vec<&FileRecord> = backup.spool(SpoolFolder::In).chain(backup.spool(SpoolFolder::Out)).collect();
    let ghosts: Vec<_> = names.iter().filter(|name| !files.iter().any(|file| file.is_named(&name.name))).collect();
    let both_there = [SpoolFolder::In, SpoolFolder::Out].iter().all(|folder| backup.spool_folder(*folder).is_some());
    if !ghosts.is_empty() && !both_there {
        return findings.undecided("spool", "Queue.dat names files that were not seen, and In or Out was not added to the case");
    }
    if ghosts.is_empty() {
        return;
    }
    let unlisted = files.iter().filter(|file| is_spool_name(file.name()) && !names.iter().any(|name| file.is_named(&name.name)));
    let unlisted = enumerated(unlisted.map(|file| file.name()), 4);
    let told = if unlisted.is_empty() { String::new() } else { format!("; it does not name {unlisted}") };
    let proof = ghosts.iter().map(|name| {
        let entry = Evidence::new(index.path.as_ref(), Locator::Bytes).at(name.span.clone()).observed(name.name.as_ref());
        entry.expected("a file of that name in In or Out")
    });
    findings
        .report(format!(
            "Queue.dat names {} without file: {}{told}",
            counted(ghosts.len(), "message"),
            enumerated(ghosts.iter().map(|name| &name.name), 5)
        ))
        .first_evidences(proof);
}

declare_rule! {
    /// Queue.dat is empty or read-only.
    ///
    /// ## Why it matters
    /// A damaged or read-only index keeps the service from starting (error 2140).
    ///
    /// ## What to do
    /// Stop the service, clear the attribute, delete the file, and start. Mail that was sent already may go out twice.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Queue.dat hex
    /// ```
    /// ```backup
    /// //- ../Queue.dat hex read-only
    /// 01 02 03
    /// //- ../In/HBWK2Q2P
    /// Subject: x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Queue.dat hex
    /// 01 02 03
    /// //- ../In/HBWK2Q2P
    /// Subject: x
    /// ```
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// //- ../In/
    /// ```
    pub static QUEUE_INDEX_UNUSABLE = {
        id: "QUE064", name: "queue-index-unusable", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q148727", "Q312443"],
        needs: [QueueDat],
        tags: ["spool", "stuck"],
        check: Backup(queue_index_unusable),
    }
}

fn queue_index_unusable(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(index) = backup.spool_index() else { return };
    // A copy that is write-protected as a whole says nothing of the original.
    let is_alone = || backup.case_entries().any(|file| file.is_file() && !file.is_read_only);
    let what = match index.size {
        0 => "is empty",
        _ if index.is_read_only && is_alone() => "has the read-only attribute",
        _ => return,
    };
    findings.report(format!("Queue.dat {what}")).evidence(Evidence::of_file(index).expected("an index that the service can write"));
}

declare_rule! {
    /// ExClean has moved spool files to quarantine.
    ///
    /// ## Why it matters
    /// The tool moves spool files whose text matches the name of a virus attachment. Clean mail can be among them.
    ///
    /// ## What to do
    /// Look through them before any mail is declared lost.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Imcdata/ExClean/HBWK2Q{n}P repeat=9
    /// Subject: x
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- ../Imcdata/In/HBWK2Q2P
    /// Subject: x
    /// ```
    pub static EXCLEAN_QUARANTINE_PRESENT = {
        id: "QUE069", name: "exclean-quarantine-present", severity: Info, certainty: Certain,
        versions: [V5_5],
        kb: ["Q274710"],
        needs: [Spool],
        tags: ["spool", "virus", "loss"],
        check: Backup(exclean_quarantine_present),
    }
}

fn exclean_quarantine_present(backup: &Backup, findings: &mut Findings<'_>) {
    let folders: Vec<_> = backup.quarantines().collect();
    let Some(first) = folders.first() else { return };
    let files: Vec<_> =
        backup.case_entries().filter(|file| file.is_file() && folders.iter().any(|folder| file.folder() == folder.path.as_ref())).collect();
    findings
        .report(format!("{} holds {}", first.path, counted(files.len(), "file")))
        .evidences(folders.iter().map(|folder| Evidence::folder(folder.path.as_ref()).expected("no quarantine of ExClean")))
        .first_evidences(files.iter().map(|file| Evidence::of_file(file)));
}
