//! Files that came out empty or cut off: no rights, no space, an unreadable message (Q195804, Q160987).

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, FileRecord},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

declare_rule! {
    /// A configuration dump has zero bytes.
    ///
    /// ## Why it matters
    /// The tool created the file and could write nothing: no access to registry or directory, a directory interface that could not start
    /// (it allows ten sessions on a machine), or a full disk. An empty Imcpro.reg can also mean that no profile existed.
    ///
    /// ## What to do
    /// Run the tool under an account with Windows NT administrator rights and directory permissions, with free disk space and no other
    /// directory export running.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcobj.csv hex
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// ```
    pub static CONFIGURATION_FILE_ZERO_BYTES = {
        id: "PKG013", name: "configuration-file-zero-bytes", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q160987", "Q274009"],
        needs: [Folder],
        tags: ["collection"],
        check: Backup(configuration_file_zero_bytes),
    }
}

fn configuration_file_zero_bytes(backup: &Backup, findings: &mut Findings<'_>) {
    let empty: Vec<_> = backup.dump_files().filter(|file| file.size == 0).collect();
    if empty.is_empty() {
        return;
    }
    let names = enumerated(empty.iter().map(|file| file.name()), 3);
    findings
        .report(format!("{names} {} 0 bytes", if empty.len() == 1 { "has" } else { "have" }))
        .evidences(empty.iter().map(|file| Evidence::of_file(file).expected("at least a header line")));
}

declare_rule! {
    /// A saved message has zero bytes.
    ///
    /// ## Why it matters
    /// The message could not be saved: it is unreadable (and then a candidate for the one that blocks the queue), the disk was full, or a
    /// scanner emptied the file. With -delete such a message should have stayed in the queue.
    ///
    /// ## What to do
    /// Check the same queue position on the server with the MDB viewer before anything is deleted.
    ///
    /// ## Fires
    /// ```backup
    /// //- Mtsout/00000007 hex
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/00000007
    /// subject: "x"
    /// ```
    pub static MESSAGE_FILE_ZERO_BYTES = {
        id: "PKG014", name: "message-file-zero-bytes", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["integrity", "queue"],
        check: Backup(message_file_zero_bytes),
    }
}

fn message_file_zero_bytes(backup: &Backup, findings: &mut Findings<'_>) {
    let empty: Vec<_> = backup.queue_files().filter(|(_, file)| file.size == 0).collect();
    let Some((_, first)) = empty.first() else { return };
    let what = if empty.len() == 1 {
        format!("{} has", first.path)
    } else {
        format!("{} saved messages, the first of them {}, have", empty.len(), first.path)
    };
    let finding = findings.report(format!("{what} 0 bytes"));
    finding.first_evidences(empty.iter().map(|(_, file)| Evidence::of_file(file).expected("a TNEF stream")));
    for (queue, _) in &empty {
        finding.affects(&queue.name, 1);
    }
}

declare_rule! {
    /// Collection seems to have run out of disk space.
    ///
    /// ## Why it matters
    /// When the drive of Imcdata fills up, the last files come out empty or cut off. The same lack of space puts the service into flush
    /// mode. That two files or more, all within the last fifth of the run, mean a full disk is a rule of thumb.
    ///
    /// ## What to do
    /// Free space on the Imcdata drive or use -output with another drive, then collect again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg modified=1999-10-07T10:00:00Z
    /// REGEDIT4
    /// //- Imcobj.csv modified=1999-10-07T10:00:10Z
    /// Obj-Class,Directory Name
    /// //- Mtsout/00000001 modified=1999-10-07T10:00:20Z
    /// subject: "a"
    /// //- Mtsout/00000002 modified=1999-10-07T10:00:30Z
    /// subject: "b"
    /// //- Mtsout/00000003 modified=1999-10-07T10:00:40Z
    /// subject: "c"
    /// //- Mtsout/00000004 modified=1999-10-07T10:00:50Z
    /// subject: "d"
    /// //- Mtsout/00000005 modified=1999-10-07T10:01:00Z
    /// subject: "e"
    /// //- Mtsout/00000006 modified=1999-10-07T10:01:10Z
    /// subject: "f"
    /// //- Mtsout/00000007 modified=1999-10-07T10:01:20Z hex
    /// //- Mtsout/00000008 modified=1999-10-07T10:01:30Z hex
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg modified=1999-10-07T10:00:00Z
    /// REGEDIT4
    /// //- Mtsout/00000001 modified=1999-10-07T10:00:10Z hex
    /// //- Mtsout/00000002 modified=1999-10-07T10:00:20Z hex
    /// //- Mtsout/00000003 modified=1999-10-07T10:00:30Z
    /// subject: "c"
    /// //- Mtsout/00000004 modified=1999-10-07T10:00:40Z
    /// subject: "d"
    /// ```
    pub static DISK_FULL_DURING_COLLECTION = {
        id: "PKG015", name: "disk-full-during-collection", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q189587"],
        needs: [Folder],
        tags: ["collection"],
        check: Backup(disk_full_during_collection),
    }
}

fn disk_full_during_collection(backup: &Backup, findings: &mut Findings<'_>) {
    let mut files = backup.collected_files();
    files.sort_by(|a, b| a.modified.cmp(&b.modified).then_with(|| a.path.cmp(&b.path)));
    let cut: Vec<_> = files.iter().enumerate().filter(|(_, file)| file.is_cut_short()).collect();
    let all_late = cut.iter().all(|(index, _)| index * 5 >= files.len() * 4);
    if cut.len() < 2 || !all_late {
        return;
    }
    findings
        .report(format!("{} of {} are empty or cut off, and they are the last by time", cut.len(), counted(files.len(), "collected file")))
        .first_evidences(cut.iter().map(|(_, file)| where_cut(file).expected("a whole file")));
}

fn where_cut(file: &FileRecord) -> Evidence {
    match file.cut_anomaly() {
        Some(anomaly) => Evidence::new(file.path.as_ref(), Locator::Bytes).at(anomaly.offset.min(file.size)..file.size),
        None => Evidence::of_file(file),
    }
}

declare_rule! {
    /// Registry, profile and directory dumps are all empty shells.
    ///
    /// ## Why it matters
    /// On Windows NT 4.0 the keys of the service are closed to accounts without administrator rights, and without directory permissions
    /// the export finds nothing. The tool ran under the wrong account; what is missing here says nothing about the server.
    ///
    /// ## What to do
    /// Run the tool as the Exchange service account with Windows NT administrator rights.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// ```
    pub static ALL_SOURCES_NEARLY_EMPTY = {
        id: "PKG051", name: "all-sources-nearly-empty", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q160987", "Q164854", "Q189730", "Q261283"],
        needs: [ImcsvcReg, ImcobjCsv],
        tags: ["collection"],
        check: Backup(all_sources_nearly_empty),
    }
}

fn all_sources_nearly_empty(backup: &Backup, findings: &mut Findings<'_>) {
    let mut counts: BTreeMap<&str, String> = BTreeMap::new();
    for (file, dump) in backup.registry_dumps() {
        let is_service = file.stands_for("Imcsvc.reg");
        let wanted = if is_service { "\\msexchangeimc\\parameters" } else { "\\profiles\\" };
        let keys: Vec<_> = dump.keys.iter().filter(|key| key.path.to_lowercase().contains(wanted)).collect();
        let filled = if is_service { keys.iter().any(|key| !key.values.is_empty()) } else { !keys.is_empty() };
        if filled {
            return;
        }
        counts.insert(&file.path, format!("{}, {}", counted(dump.keys.len(), "key"), counted(dump.value_count(), "value")));
    }
    let Some(source) = backup.directory.as_ref().filter(|source| source.export.rows.is_empty()) else { return };
    counts.insert(&source.path, format!("{}, 0 data lines", counted(source.export.header.len(), "column")));
    let told: Vec<String> = counts.iter().map(|(path, count)| format!("{path}: {count}")).collect();
    findings
        .report(format!("no dump holds data ({})", told.join("; ")))
        .evidences(counts.into_iter().map(|(path, count)| Evidence::file(path).observed(count).expected("settings of the connector")));
}
