//! Folders that IMCSAVE does not make: unknown ones, the spool of the connector, those of other connectors, a Backup in the Backup.

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, FileRecord, QueueKind},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

/// What Imcdata holds beside Backup (Q244048, Q183633); Work is a queue of the collection as well.
const SPOOL_FOLDERS: [&str; 5] = ["In", "Out", "Archive", "Log", "Pickup"];
/// Folders of the LinkAge connectors (Q215492).
const OTHER_CONNECTORS: [&str; 2] = ["READYIN", "READYOUT"];

declare_rule! {
    /// Unknown subfolder in the Backup folder.
    ///
    /// ## Why it matters
    /// The tool makes one folder for each queue. The folder names of the queues Bad, ContentConversionFailed and Work are not documented,
    /// so an unknown folder full of TNEF files may be one of them.
    ///
    /// ## What to do
    /// If the files decode as messages, find out which queue it is.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Dumps/user.dmp
    /// not a message
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- MTSOUT/00000001
    /// subject: "x"
    /// //- CONTEN~1/
    /// ```
    pub static UNKNOWN_SUBFOLDER = {
        id: "PKG019", name: "unknown-subfolder", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["collection"],
        check: Backup(unknown_subfolder),
    }
}

fn unknown_subfolder(backup: &Backup, findings: &mut Findings<'_>) {
    let unknown: Vec<_> = backup.top_entries().filter(|entry| entry.is_folder() && !is_known_folder(entry.name())).collect();
    if unknown.is_empty() {
        return;
    }
    findings
        .report(format!(
            "{} that no queue is known by: {}",
            counted(unknown.len(), "folder"),
            enumerated(unknown.iter().map(|folder| folder.name()), 5)
        ))
        .first_evidences(unknown.iter().map(|folder| Evidence::folder(folder.path.as_ref()).observed(contents(backup, &folder.path))));
}

fn is_known_folder(name: &str) -> bool {
    let is = |known: &&str| known.eq_ignore_ascii_case(name);
    QueueKind::is_regular_folder(name) || SPOOL_FOLDERS.iter().chain(&OTHER_CONNECTORS).any(is) || is(&"Backup")
}

fn evidence(backup: &Backup, entry: &FileRecord) -> Evidence {
    if entry.is_folder() { Evidence::folder(entry.path.as_ref()).observed(contents(backup, &entry.path)) } else { Evidence::of_file(entry) }
}

fn contents(backup: &Backup, folder: &str) -> String {
    let files: Vec<_> = backup.entries_below(folder).filter(|file| file.is_file()).collect();
    let streams = files.iter().filter(|file| file.is_tnef()).count();
    format!("{}, {} of them TNEF", counted(files.len(), "file"), if streams == 0 { "none".to_owned() } else { streams.to_string() })
}

declare_rule! {
    /// Raw spool folders were copied into the Backup folder.
    ///
    /// ## Why it matters
    /// These are parts of the Imcdata tree that the tool does not collect. They hold raw RFC 822 text behind a spool header and help a
    /// lot, but were copied at another moment than the queues.
    ///
    /// ## What to do
    /// Read them as spool files, not as queue items.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- In/W707852B hex
    /// F7 49 6D 43 72 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/00000001
    /// subject: "x"
    /// //- Mtsout/
    /// ```
    pub static SPOOL_FOLDERS_INCLUDED = {
        id: "PKG020", name: "spool-folders-included", severity: Info, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q183633", "Q244048"],
        needs: [Folder],
        tags: ["collection"],
        check: Backup(spool_folders_included),
    }
}

fn spool_folders_included(backup: &Backup, findings: &mut Findings<'_>) {
    let is_spool =
        |entry: &&FileRecord| if entry.is_folder() { SPOOL_FOLDERS.iter().any(|name| entry.is_named(name)) } else { entry.is_named("Queue.dat") };
    let spool: Vec<_> = backup.top_entries().filter(is_spool).collect();
    if spool.is_empty() {
        return;
    }
    let names = enumerated(spool.iter().map(|entry| entry.name()), 6);
    findings
        .report(format!("parts of the spool directory lie in the Backup folder: {names}"))
        .evidences(spool.iter().map(|entry| evidence(backup, entry)));
}

declare_rule! {
    /// Folders of another connector are in the collection.
    ///
    /// ## Why it matters
    /// The layout with four folders MTS-IN, MTS-OUT, READYIN and READYOUT belongs to the connectors for Notes, SNADS and PROFS. The
    /// Internet connector has no READY folders, so at least a part of the material is from another connector.
    ///
    /// ## What to do
    /// Separate the collections.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Readyout/
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsout/
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static FOREIGN_CONNECTOR_FOLDERS = {
        id: "PKG021", name: "foreign-connector-folders", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q215492", "Q215493", "Q215494"],
        needs: [Folder],
        tags: ["identity", "collection"],
        check: Backup(foreign_connector_folders),
    }
}

fn foreign_connector_folders(backup: &Backup, findings: &mut Findings<'_>) {
    let is_foreign = |entry: &&FileRecord| entry.is_folder() && OTHER_CONNECTORS.iter().any(|name| entry.is_named(name));
    let foreign: Vec<_> = backup.files.iter().filter(is_foreign).collect();
    if foreign.is_empty() {
        return;
    }
    findings
        .report(format!("folders of another connector: {}", enumerated(foreign.iter().map(|folder| &folder.path), 4)))
        .first_evidences(foreign.iter().map(|folder| Evidence::folder(folder.path.as_ref()).observed(contents(backup, &folder.path))));
}

declare_rule! {
    /// A Backup folder inside the Backup folder.
    ///
    /// ## Why it matters
    /// The tool refuses to use an existing Backup folder again, so people move or copy the old one around, sometimes into the new one.
    /// Two runs must not be mixed in one analysis.
    ///
    /// ## What to do
    /// Analyse each Backup folder on its own; the inner one is usually the older.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Backup/Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- Backup/Imcsvc.reg
    /// REGEDIT4
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static NESTED_BACKUP = {
        id: "PKG022", name: "nested-backup", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["collection", "integrity"],
        check: Backup(nested_backup),
    }
}

fn nested_backup(backup: &Backup, findings: &mut Findings<'_>) {
    let is_inner_list = |entry: &&FileRecord| entry.is_file() && entry.is_named("Imcfls") && !entry.is_at_top();
    let inner: Vec<_> = backup.files.iter().filter(|entry| entry.is_folder() && entry.is_named("Backup") || is_inner_list(entry)).collect();
    let Some(first) = inner.first() else { return };
    let time =
        |file: Option<&FileRecord>| file.and_then(|file| file.modified).map_or_else(|| "of unknown time".to_owned(), |time| format!("of {time}"));
    let list = inner.iter().copied().find(is_inner_list);
    let times = list
        .map_or_else(String::new, |list| format!("; its packing list is {}, the outer one {}", time(Some(list)), time(backup.packing_list_file())));
    let folder = if first.is_folder() { first.path.as_ref() } else { first.folder() };
    findings.report(format!("another Backup lies in {folder}{times}")).first_evidences(inner.iter().map(|entry| evidence(backup, entry)));
}

declare_rule! {
    /// Spool tree in the collection has no In folder.
    ///
    /// ## Why it matters
    /// If Imcdata\\In is deleted or renamed, inbound mail cannot be written (events 4055, 4070, 4131) although the disk has space.
    /// Programs that skip empty folders when they copy give the same picture. A folder Work in the Backup itself is its queue and not
    /// counted as part of the spool.
    ///
    /// ## What to do
    /// Look on the server; a restart of the service makes the folder again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Out/
    /// //- Log/
    /// //- Queue.dat hex
    /// 00 00 00 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Out/
    /// //- Log/
    /// //- In/
    /// ```
    pub static SPOOL_IN_FOLDER_MISSING = {
        id: "PKG066", name: "spool-in-folder-missing", severity: Error, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q231737", "Q146791", "Q140975"],
        needs: [Folder],
        tags: ["queue", "startup"],
        check: Backup(spool_in_folder_missing),
    }
}

fn spool_in_folder_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let mut within: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in backup.files.iter().filter(|entry| entry.is_folder() || entry.is_named("Queue.dat")) {
        let is_queue = entry.is_at_top() && entry.is_named("Work");
        if !is_queue {
            within.entry(entry.folder()).or_default().push(entry.name());
        }
    }
    let place = &backup.place;
    let beside = place.folders_beside.iter().map(|(name, _)| name).chain(&place.files_beside).map(String::as_str).collect();
    within.insert("..", beside);
    let spools: Vec<(&str, String)> = within.iter().filter_map(|(folder, names)| Some((*folder, spool_without_in(names)?))).collect();
    let Some((first, parts)) = spools.first() else { return };
    let shown = match *first {
        "" => "the Backup folder",
        ".." => "the folder above the Backup",
        below => below,
    };
    let more = if spools.len() > 1 { format!("; {} folders in all look so", spools.len()) } else { String::new() };
    findings.report(format!("{shown} holds {parts} of the spool directory, and no In{more}")).first_evidences(spools.iter().map(
        |(folder, parts)| {
            let missing = if folder.is_empty() { "In".to_owned() } else { format!("{folder}/In") };
            Evidence::folder(missing).observed(parts.as_str()).expected("a folder In")
        },
    ));
}

/// Returns the parts of the spool directory among the names, when there are two at least and In is not among them.
fn spool_without_in(names: &[&str]) -> Option<String> {
    let parts: Vec<&str> = names.iter().filter(|name| SPOOL_MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(name))).copied().collect();
    let has_in = names.iter().any(|name| name.eq_ignore_ascii_case("In"));
    (parts.len() >= 2 && !has_in).then(|| parts.join(", "))
}

/// Names of the spool directory by which it is recognised.
const SPOOL_MARKS: [&str; 5] = ["Out", "Work", "Log", "Pickup", "Queue.dat"];
