//! What is there and the packing list does not know, and what the list knows that cannot be there (Q195804).

use std::collections::BTreeSet;

use crate::{
    backup::{Backup, FileRecord, Reconciliation},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

use super::understood::{recognised, understood};

declare_rule! {
    /// Queue folder holds a file the packing list does not know.
    ///
    /// ## Why it matters
    /// Somebody put a file into a queue folder after the collection, or two collections were merged. It must not be counted as queued
    /// mail without asking.
    ///
    /// ## What to do
    /// Ask where the file comes from, and analyse it separately.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsin\00000001
    /// //- Mtsin/00000001
    /// subject: "x"
    /// //- Mtsin/extra
    /// subject: "y"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsin\00000001
    /// //- Mtsin/00000001
    /// subject: "x"
    /// //- Mtsin/Thumbs.db hex
    /// D0 CF 11 E0
    /// ```
    pub static UNLISTED_FILE_IN_QUEUE_FOLDER = {
        id: "PKG007", name: "unlisted-file-in-queue-folder", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Folder],
        tags: ["integrity"],
        check: Backup(unlisted_file_in_queue_folder),
    }
}

fn unlisted_file_in_queue_folder(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((_, compared)) = recognised(backup, findings) else { return };
    let extra: Vec<_> =
        unlisted(backup, compared).filter(|file| !file.is_leftover()).filter_map(|file| Some((backup.queue_of(file)?, file))).collect();
    let Some((_, first)) = extra.first() else { return };
    let what = if extra.len() == 1 { format!("{} is", first.path) } else { format!("{} files, the first of them {}, are", extra.len(), first.path) };
    let finding = findings.report(format!("{what} in a queue folder and not in the packing list"));
    finding.first_evidences(extra.iter().map(|(_, file)| Evidence::of_file(file).expected("an entry in the packing list")));
    for (queue, _) in &extra {
        finding.affects(&queue.name, 1);
    }
}

declare_rule! {
    /// Extra file beside the collection.
    ///
    /// ## Why it matters
    /// Customers often add event logs, Dr. Watson logs or notes. They are named here so that nobody overlooks them. Files of IMCCOPY and
    /// of the Mailbox Migration Utility are analysed on their own and not meant.
    ///
    /// ## What to do
    /// Read them together with the findings.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- notes.txt
    /// The connector stopped on Monday.
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- save.txt
    /// [Header]
    /// Version=1
    ///
    /// [Routes]
    /// DeliveryRouting=+
    /// +partner.example;192.0.2.25;0
    /// DefaultRouting=
    /// ```
    pub static UNLISTED_FILE_AT_TOP = {
        id: "PKG008", name: "unlisted-file-at-top", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls, Folder],
        tags: ["collection"],
        check: Backup(unlisted_file_at_top),
    }
}

fn unlisted_file_at_top(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((_, compared)) = recognised(backup, findings) else { return };
    let list = backup.packing_list_file().map(|file| file.path.as_ref());
    let extra: Vec<_> = unlisted(backup, compared).filter(|file| file.is_at_top() && Some(file.path.as_ref()) != list).collect();
    if extra.is_empty() {
        return;
    }
    let names = enumerated(extra.iter().map(|file| file.name()), 5);
    findings.report(format!("{} beside the collection that the packing list does not name: {names}", counted(extra.len(), "file"))).first_evidences(
        extra.iter().map(|file| Evidence::of_file(file).expected(format!("an entry in the packing list; the content is: {}", file.kind.wire_name()))),
    );
}

declare_rule! {
    /// Packing list points outside the Backup folder.
    ///
    /// ## Why it matters
    /// Genuine entries lie below the Backup folder. An entry that leads elsewhere is never opened here; a program that trusts the list
    /// would touch a foreign file. It may be the result of tampering.
    ///
    /// ## What to do
    /// Treat the collection as altered, and keep other programs from working through the list.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// File9=..\..\winnt\system32\config\sam
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=C:\exchsrvr\imcdata\Backup\Mtsout\00000001
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    pub static PACKING_LIST_PATH_ESCAPE = {
        id: "PKG045", name: "packing-list-path-escape", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls],
        tags: ["security", "integrity"],
        check: Backup(packing_list_path_escape),
    }
}

fn packing_list_path_escape(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((source, _)) = understood(backup, findings) else { return };
    let escaping: Vec<_> = source.list.entries.iter().filter_map(|entry| Some((entry, entry.escapes?))).collect();
    let Some((first, how)) = escaping.first() else { return };
    let message = match escaping.len() {
        1 => format!("the entry {} {how}", first.written),
        many => format!("{many} entries lead out of the Backup folder; the first, {}, {how}", first.written),
    };
    findings
        .report(message)
        .first_evidences(escaping.iter().map(|(entry, _)| Evidence::listed(&source.path, entry).expected("a path below the Backup folder")));
}

declare_rule! {
    /// Packing list and registry disagree on the place of Imcdata.
    ///
    /// ## Why it matters
    /// By default the result goes below Imcdata as the registry gives it. Another place means that -output was used, or that RootDir was
    /// changed between the run and the export.
    ///
    /// ## What to do
    /// Nothing if -output was used; else ask when Imcdata was moved.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=D:\temp\Backup\Imcsvc.reg
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=C:\EXCHSRVR\IMCDATA\Backup\Imcsvc.reg
    /// //- Imcsvc.reg
    /// REGEDIT4
    ///
    /// [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
    /// "RootDir"="C:\\exchsrvr\\imcdata\\"
    /// ```
    pub static IMCDATA_PATH_DIFFERS = {
        id: "PKG058", name: "imcdata-path-differs", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q244048", "Q195804"],
        needs: [ImcsvcReg, Imcfls],
        tags: ["collection"],
        check: Backup(imcdata_path_differs),
    }
}

fn imcdata_path_differs(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(source) = &backup.packing_list else { return };
    let Some(root) = backup.service_parameter("RootDir") else {
        return findings.undecided("Parameters\\RootDir", "Imcsvc.reg holds no RootDir");
    };
    let trimmed = |path: &str| path.trim_end_matches(['\\', '/']).to_lowercase().replace('/', "\\");
    let own = trimmed(&root.text);
    let of_list = |text: &str| text.rsplit_once(['\\', '/']).map(|(parent, _)| trimmed(parent)).unwrap_or_default();
    let other: Vec<_> = source.list.absolute_prefixes.iter().filter(|prefix| of_list(&prefix.text) != own).collect();
    let Some(first) = other.first() else { return };
    findings
        .report(format!("the list was written for {}, while RootDir is {}", first.text, root.text))
        .first_evidences(other.iter().map(|prefix| Evidence::listed_line(&source.path, prefix.place, &prefix.text)))
        .evidence(Evidence::registry_text(&root).expected("the folder above Backup"));
}

/// Returns the files that the list does not name, in the order of their paths.
fn unlisted<'a>(backup: &'a Backup, compared: &'a Reconciliation) -> impl Iterator<Item = &'a FileRecord> {
    let paths: BTreeSet<&str> = compared.unlisted.iter().map(|file| file.path.as_str()).collect();
    backup.regular_files().filter(move |file| paths.contains(file.path.as_ref()))
}
