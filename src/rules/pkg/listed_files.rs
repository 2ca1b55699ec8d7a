//! What the packing list names against what is there: lost messages, dumps and folders, other sizes, double entries (Q195804).

use std::collections::BTreeMap;

use crate::{
    backup::{Backup, DUMPS, FileRecord, QueueKind},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
    formats::packing_list::PackingEntry,
};

use super::understood::{Compared, understood};

declare_rule! {
    /// Message file named in the packing list is missing.
    ///
    /// ## Why it matters
    /// A saved message has been lost since the collection. If the run used -delete, that file may have been the only copy of the mail. A
    /// queue folder that is missing as a whole is told by PKG018.
    ///
    /// ## What to do
    /// Ask for the complete folder; look for the file on the server's Imcdata drive and in virus-scanner quarantine.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsout\00000001
    /// File2=Mtsout\00000002
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- mtsout/00000001
    /// subject: "x"
    /// ```
    pub static LISTED_MESSAGE_MISSING = {
        id: "PKG005", name: "listed-message-missing", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Folder],
        tags: ["integrity", "collection"],
        check: Backup(listed_message_missing),
    }
}

fn listed_message_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((source, compared)) = understood(backup, findings) else { return };
    let gone: Vec<_> =
        missing((source, compared)).filter_map(|entry| Some((entry, queue_kind(entry)?))).filter(|(_, kind)| backup.has_queue(*kind)).collect();
    let Some((first, _)) = gone.first() else { return };
    let what = if gone.len() == 1 { format!("{} is", first.path) } else { format!("{} messages are, the first of them {},", gone.len(), first.path) };
    let finding = findings.report(format!("{what} named in the packing list and not there"));
    finding.first_evidences(gone.iter().map(|(entry, _)| Evidence::listed(&source.path, entry).expected(expected(backup, entry))));
    for (_, kind) in &gone {
        finding.affects(kind.display_name(), 1);
    }
}

/// Returns the path that the entry means, and the most similar name in that folder.
fn expected(backup: &Backup, entry: &PackingEntry) -> String {
    let (folder, name) = entry.path.rsplit_once('/').unwrap_or(("", &entry.path));
    let alike = |other: &&FileRecord| other.name().chars().zip(name.chars()).take_while(|(a, b)| a.eq_ignore_ascii_case(b)).count();
    let there = backup.regular_files().filter(|file| file.folder().eq_ignore_ascii_case(folder));
    match there.max_by_key(|file| (alike(file), std::cmp::Reverse(file.name()))) {
        Some(nearest) => format!("a file {}; the nearest name there is {}", entry.path, nearest.name()),
        None => format!("a file {}; its folder holds no file", entry.path),
    }
}

declare_rule! {
    /// Configuration file named in the packing list is missing.
    ///
    /// ## Why it matters
    /// The tool wrote the file, so somebody removed it later: registry and directory dumps are sometimes withheld because they show
    /// account names. The rules that need it cannot be evaluated.
    ///
    /// ## What to do
    /// Ask for the missing file; values that nobody may see can be taken out of a copy.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// File2=Imcobj.csv
    /// //- Imcsvc.reg
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
    pub static LISTED_CONFIGURATION_MISSING = {
        id: "PKG006", name: "listed-configuration-missing", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Folder],
        tags: ["integrity", "collection"],
        check: Backup(listed_configuration_missing),
    }
}

fn listed_configuration_missing(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((source, _)) = understood(backup, findings) else { return };
    let names_dump = |entry: &&PackingEntry| {
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        let is_dump = DUMPS.iter().any(|dump| dump.eq_ignore_ascii_case(name));
        is_dump && entry.escapes.is_none() && backup.top_file(name).is_none()
    };
    let gone: Vec<_> = source.list.entries.iter().filter(names_dump).collect();
    if gone.is_empty() {
        return;
    }
    let names = enumerated(gone.iter().map(|entry| &entry.path), 3);
    findings
        .report(format!("{names} {} named in the packing list and not there", if gone.len() == 1 { "is" } else { "are" }))
        .first_evidences(gone.iter().map(|entry| Evidence::listed(&source.path, entry).expected(format!("a file {}", entry.path))));
}

declare_rule! {
    /// Whole queue folder of the packing list is missing.
    ///
    /// ## Why it matters
    /// A complete queue was left out when the folder was copied or sent, often because messages are confidential, sometimes by a program
    /// that drops folders. Nothing of that queue can be judged.
    ///
    /// ## What to do
    /// Ask for the folder, or for a new run with -save and the name of that queue.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// File2=Bad\00000001
    /// File3=Bad\00000002
    /// //- Imcsvc.reg
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
    /// //- Bad/
    /// ```
    pub static QUEUE_FOLDER_MISSING_BUT_LISTED = {
        id: "PKG018", name: "queue-folder-missing-but-listed", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Folder],
        tags: ["integrity", "collection"],
        check: Backup(queue_folder_missing_but_listed),
    }
}

fn queue_folder_missing_but_listed(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((source, compared)) = understood(backup, findings) else { return };
    let mut gone: BTreeMap<String, (QueueKind, Vec<&PackingEntry>)> = BTreeMap::new();
    for entry in missing((source, compared)) {
        if let (Some(kind), Some((folder, _))) = (queue_kind(entry), entry.path.split_once('/'))
            && !backup.has_queue(kind)
        {
            gone.entry(folder.to_lowercase()).or_insert_with(|| (kind, Vec::new())).1.push(entry);
        }
    }
    for (kind, entries) in gone.values() {
        let folder = entries.first().and_then(|entry| entry.path.split_once('/')).map_or("", |(folder, _)| folder);
        findings
            .report(format!("the packing list names {} in {folder}, and there is no such folder", counted(entries.len(), "file")))
            .evidence(Evidence::folder(folder).expected("a folder with the listed files"))
            .first_evidences(entries.iter().map(|entry| Evidence::listed(&source.path, entry).expected(format!("a file {}", entry.path))))
            .affects(kind.display_name(), entries.len());
    }
}

declare_rule! {
    /// File size differs from the packing list.
    ///
    /// ## Why it matters
    /// The file changed after it was written: a copy that was cut off, a transfer in text mode (every LF grew by one byte), or an edit.
    ///
    /// ## What to do
    /// Transfer the folder again in binary mode, preferably as one archive.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Imcsvc.reg]
    /// Size=4096
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Imcsvc.reg]
    /// Size=10
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static PACKING_LIST_SIZE_MISMATCH = {
        id: "PKG010", name: "packing-list-size-mismatch", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Folder],
        tags: ["integrity", "transfer"],
        check: Backup(packing_list_size_mismatch),
    }
}

fn packing_list_size_mismatch(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((source, compared)) = understood(backup, findings) else { return };
    let other = &compared.size_mismatch;
    let Some(first) = other.first() else { return };
    let difference = i128::from(first.actual) - i128::from(first.listed.bytes);
    let shown = format!("{} has {} bytes, {} in the list ({difference:+})", first.path, first.actual, first.listed.bytes);
    let message =
        if other.len() > 1 { format!("{} files have another size than in the packing list; the first: {shown}", other.len()) } else { shown };
    findings.report(message).first_evidences(other.iter().map(|file| {
        Evidence::listed_line(&source.path, file.listed.place, &file.listed.bytes.to_string())
            .expected(format!("{} has {} bytes", file.path, file.actual))
    }));
}

declare_rule! {
    /// File name differs from the packing list in letter case only.
    ///
    /// ## Why it matters
    /// Windows NT ignores letter case, other systems do not. Changed case shows that the folder went through another file system or an
    /// archive program; the contents need not have suffered.
    ///
    /// ## What to do
    /// Nothing; names are matched without regard to letter case.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsout\A1B2C3D4
    /// //- MTSOUT/a1b2c3d4
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsout\A1B2C3D4
    /// //- Mtsout/A1B2C3D4
    /// subject: "x"
    /// ```
    pub static PACKING_LIST_NAME_CASE = {
        id: "PKG011", name: "packing-list-name-case", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Folder],
        tags: ["transfer"],
        check: Backup(packing_list_name_case),
    }
}

fn packing_list_name_case(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((source, compared)) = understood(backup, findings) else { return };
    let other: Vec<_> = compared.case_differs.iter().filter_map(|file| Some((source.list.entries.get(file.entry)?, &file.path))).collect();
    let Some((first, there)) = other.first() else { return };
    let stand = if other.len() == 1 { "1 name stands".to_owned() } else { format!("{} names stand", other.len()) };
    findings
        .report(format!("{stand} in the packing list in other letter case than there; {} in the list is {there}", first.written))
        .first_evidences(other.iter().map(|(entry, there)| Evidence::listed(&source.path, entry).expected(there.as_str())));
}

declare_rule! {
    /// Packing list names one file twice.
    ///
    /// ## Why it matters
    /// One file can be written only once. A double entry shows that lists were merged by hand, or that a number was used twice, so that
    /// one message may have overwritten another.
    ///
    /// ## What to do
    /// Compare the number of entries with the number of files per folder.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [MtsOut]
    /// 1=Mtsout\00000001
    /// 2=MTSOUT\00000001
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// 1=Mtsout\00000001
    /// 2=Mtsin\00000001
    /// //- Mtsout/00000001
    /// subject: "x"
    /// //- Mtsin/00000001
    /// subject: "y"
    /// ```
    pub static PACKING_LIST_DUPLICATE_ENTRY = {
        id: "PKG009", name: "packing-list-duplicate-entry", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls],
        tags: ["integrity"],
        check: Backup(packing_list_duplicate_entry),
    }
}

fn packing_list_duplicate_entry(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((source, compared)) = understood(backup, findings) else { return };
    let doubles = &compared.duplicates;
    let Some(first) = doubles.first() else { return };
    let message = match doubles.len() {
        1 => format!("the packing list names {} {} times", first.path, first.entries.len()),
        many => format!("the packing list names {many} files more than once, {} {} times", first.path, first.entries.len()),
    };
    let entries = doubles.iter().flat_map(|double| &double.entries).filter_map(|index| source.list.entries.get(*index));
    findings.report(message).first_evidences(entries.map(|entry| Evidence::listed(&source.path, entry).expected("one entry a file")));
}

/// Returns the entries whose file is not there.
fn missing((source, compared): Compared<'_>) -> impl Iterator<Item = &PackingEntry> {
    let indexes = compared.missing.iter().map(|file| file.entry);
    indexes.filter_map(|index| source.list.entries.get(index)).filter(|entry| !entry.is_folder)
}

/// Returns the queue in whose folder the entry lies.
fn queue_kind(entry: &PackingEntry) -> Option<QueueKind> {
    QueueKind::of_folder(entry.path.split_once('/')?.0)
}
