//! The packing list itself: is it there, is it text, does it hold entries, do its own numbers fit (Q195804).

use crate::{
    backup::{Backup, FileRecord, PackingListSource},
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings, Locator},
};

use super::understood::understood;

declare_rule! {
    /// No packing list (Imcfls) in the Backup folder.
    ///
    /// ## Why it matters
    /// IMCSAVE writes a list of everything that it generated, and writes it last. Without it nobody can tell whether files were lost or
    /// added since; a run that broke off early leaves no list either.
    ///
    /// ## What to do
    /// Ask for the whole folder again, or for a new run after the old Backup folder was renamed.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- IMCFLS
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static PACKING_LIST_MISSING = {
        id: "PKG001", name: "packing-list-missing", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["collection", "integrity"],
        check: Backup(packing_list_missing),
    }
}

fn packing_list_missing(backup: &Backup, findings: &mut Findings<'_>) {
    if backup.packing_list_file().is_some() {
        return;
    }
    let names: Vec<&str> = backup.top_entries().map(FileRecord::name).collect();
    findings
        .report(format!("no packing list among the {} of the Backup folder", counted(names.len(), "entry")))
        .evidence(Evidence::folder("Imcfls").observed(enumerated(&names, 20)).expected("a file Imcfls"));
}

declare_rule! {
    /// Packing list has no entries.
    ///
    /// ## Why it matters
    /// An empty list beside collected files points to a run that was interrupted, or to a disk that was full when the list was written.
    /// What is missing or added cannot be told.
    ///
    /// ## What to do
    /// Look at the free space of the drive, then collect again.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls hex
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    /// ```backup
    /// //- Imcfls
    /// [Header]
    /// Version=1
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    pub static PACKING_LIST_EMPTY = {
        id: "PKG002", name: "packing-list-empty", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls],
        tags: ["collection", "integrity"],
        check: Backup(packing_list_empty),
    }
}

fn packing_list_empty(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(file), Some(source)) = (backup.packing_list_file(), backup.packing_list.as_ref()) else { return };
    let beside = backup.collected_files().len().saturating_sub(1);
    let list = &source.list;
    let holds_nothing = list.entries.is_empty() && list.statistics.is_text() && !list.is_migration_wizards && beside > 0;
    if file.size == 0 || holds_nothing {
        let lines = &list.lines;
        let what = format!("{}, {}, no entries", counted(lines.sections, "section"), counted(lines.pairs, "key"));
        findings
            .report(format!("{} has {} and names no file, while {} beside it", file.name(), counted_bytes(file.size), lie(beside)))
            .evidence(Evidence::file(file.path.as_ref()).observed(what).expected("one entry for each collected file"));
    }
}

fn lie(files: usize) -> String {
    format!("{} {}", counted(files, "collected file"), if files == 1 { "lies" } else { "lie" })
}

fn counted_bytes(bytes: u64) -> String {
    format!("{bytes} byte{}", if bytes == 1 { "" } else { "s" })
}

declare_rule! {
    /// Packing list is not readable text.
    ///
    /// ## Why it matters
    /// The list is text in ini form. Binary data under its name means that the file was damaged, replaced, or is still compressed;
    /// completeness cannot be judged.
    ///
    /// ## What to do
    /// Get the original file; unpack archives before the analysis.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls hex
    /// 4D 5A 90 00 03 00 00 00 04 00 00 00 FF FF 00 00
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls escapes
    /// [Files]
    /// File1=Imcsvc.reg
    /// \x1a
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static PACKING_LIST_NOT_TEXT = {
        id: "PKG003", name: "packing-list-not-text", severity: Error, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls],
        tags: ["integrity", "transfer"],
        check: Backup(packing_list_not_text),
    }
}

fn packing_list_not_text(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(file), Some(source)) = (backup.packing_list_file(), backup.packing_list.as_ref()) else { return };
    let statistics = &source.list.statistics;
    if file.size == 0 || statistics.is_text() {
        return;
    }
    let first = statistics.first_control.map(|(offset, character)| {
        Evidence::new(source.path.as_ref(), Locator::Bytes).at(offset..offset + 1).observed(format!("{:02X}", u32::from(character)))
    });
    findings
        .report(format!(
            "{} of the {} characters of {} are control characters ({} of them NUL)",
            statistics.controls.max(statistics.nuls),
            statistics.characters,
            file.name(),
            statistics.nuls
        ))
        .evidence(first.unwrap_or_else(|| Evidence::head(file, 8)).expected("text in ini form"));
}

declare_rule! {
    /// Packing list uses a layout the decoder does not know.
    ///
    /// ## Why it matters
    /// Only the name and the ini form of the list are documented, not its sections and keys. A list in which too little can be recognised
    /// says nothing about completeness; that must not be taken for a complete Backup. A plain list of paths without sections is
    /// understood and not meant here.
    ///
    /// ## What to do
    /// Compare the list with the folder by hand, and send a sample of it to the maintainers of this tool.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    ///  17.03.99  10:02             1.204 00000001
    ///  17.03.99  10:03             2.117 00000002
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    /// ```backup
    /// //- Imcfls
    /// Imcsvc.reg
    /// Mtsout\00000001
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    pub static PACKING_LIST_UNKNOWN_DIALECT = {
        id: "PKG004", name: "packing-list-unknown-dialect", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls],
        tags: ["collection"],
        check: Backup(packing_list_unknown_dialect),
    }
}

fn packing_list_unknown_dialect(backup: &Backup, findings: &mut Findings<'_>) {
    let (Some(file), Some(source)) = (backup.packing_list_file(), backup.packing_list.as_ref()) else { return };
    if file.size == 0 || !source.list.statistics.is_text() || !source.has_unknown_layout() {
        return;
    }
    let lines = &source.list.lines;
    let fitting = lines.sections + lines.pairs + lines.comments + lines.continuations;
    findings
        .report(format!(
            "{} of the list in {} fit the ini form, {} not; {} recognised",
            counted(fitting, "line"),
            file.name(),
            if lines.bare == 1 { "1 does".to_owned() } else { format!("{} do", lines.bare) },
            counted(source.list.entries.len(), "entry")
        ))
        .evidence(first_odd_line(file, source).expected("[sections] and keys with file names"));
}

fn first_odd_line(file: &FileRecord, source: &PackingListSource) -> Evidence {
    let Some(place) = source.list.lines.first_bare else { return Evidence::head(file, 16) };
    let end = place.offset.saturating_add(place.length);
    let shown = usize::try_from(place.offset).ok().zip(usize::try_from(end).ok()).and_then(|(from, to)| file.traits.head.get(from..to));
    let evidence = Evidence::new(source.path.as_ref(), Locator::Line(place.line)).at(place.offset..end);
    shown.map_or_else(|| evidence.clone(), |bytes| evidence.clone().observed(bytes.iter().map(|&byte| char::from(byte)).collect::<String>()))
}

declare_rule! {
    /// Packing list's own counter disagrees with its entries.
    ///
    /// ## Why it matters
    /// A counter that does not fit its list points to lines that were removed by hand, or to a run that was interrupted.
    ///
    /// ## What to do
    /// Treat the collection as incomplete.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [MtsIn]
    /// Count=3
    /// 1=Mtsin\00000001
    /// 2=Mtsin\00000002
    /// //- Mtsin/00000001
    /// subject: "x"
    /// //- Mtsin/00000002
    /// subject: "y"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [MtsIn]
    /// Count=2
    /// 1=Mtsin\00000001
    /// 2=Mtsin\00000002
    /// //- Mtsin/00000001
    /// subject: "x"
    /// //- Mtsin/00000002
    /// subject: "y"
    /// ```
    pub static PACKING_LIST_COUNT_MISMATCH = {
        id: "PKG012", name: "packing-list-count-mismatch", severity: Warning, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Imcfls],
        tags: ["integrity"],
        check: Backup(packing_list_count_mismatch),
    }
}

fn packing_list_count_mismatch(backup: &Backup, findings: &mut Findings<'_>) {
    let Some((source, _)) = understood(backup, findings) else { return };
    let wrong: Vec<_> = source.list.stated_counts.iter().filter(|count| count.value != count.found()).collect();
    let Some(first) = wrong.first() else { return };
    let place = first.section.as_deref().map_or_else(|| "the list".to_owned(), |section| format!("[{section}]"));
    let more = if wrong.len() > 1 { format!("; {} in all do not fit", counted(wrong.len(), "counter")) } else { String::new() };
    findings.report(format!("{place} says {}={}, and holds {}{more}", first.key, first.value, counted_entries(first.found()))).first_evidences(
        wrong.iter().map(|count| Evidence::listed_line(&source.path, count.place, &count.key).expected(counted_entries(count.found()))),
    );
}

fn counted_entries(entries: u64) -> String {
    if entries == 1 { "1 entry".to_owned() } else { format!("{entries} entries") }
}

declare_rule! {
    /// Messages were deleted from the queues when they were saved.
    ///
    /// ## Why it matters
    /// With -delete each message that was saved is removed from the store, so that this folder may hold the only copy of the mail. It is
    /// also the published way to get a poisoned queue going again; the good messages then have to be put back once the bad one is found.
    ///
    /// ## What to do
    /// Keep the folder safe and work on a copy; resubmit the good messages in small groups.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Header]
    /// Version=1
    /// Delete=Yes
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcfls
    /// [Header]
    /// Version=1
    /// Delete=No
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    pub static COLLECTED_WITH_DELETE = {
        id: "PKG068", name: "collected-with-delete", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q161937", "Q194560"],
        needs: [Imcfls],
        tags: ["collection", "queue"],
        check: Backup(collected_with_delete),
    }
}

fn collected_with_delete(backup: &Backup, findings: &mut Findings<'_>) {
    let Some(source) = &backup.packing_list else { return };
    let marks: Vec<_> = source.list.delete_marks.iter().filter(|mark| means_yes(&mark.value)).collect();
    let Some(first) = marks.first() else { return };
    findings
        .report(format!("the packing list says {}={}: what was saved was removed from the queues", first.key, first.value))
        .first_evidences(marks.iter().map(|mark| Evidence::listed_line(&source.path, mark.place, &mark.value).expected("no such key")));
}

fn means_yes(value: &str) -> bool {
    let value = value.trim();
    ["yes", "y", "true"].iter().any(|word| value.eq_ignore_ascii_case(word)) || value.parse::<u64>().is_ok_and(|number| number > 0)
}
