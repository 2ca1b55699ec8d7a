//! Where the collection was found: below the folder given, beside others, or still in an archive.

use crate::{
    backup::Backup,
    base::{counted, enumerated},
    declare_rule,
    diagnostics::{Evidence, Findings},
};

/// Levels below the folder given within which a single collection counts as "one level deeper" (wrapper folders of archives included).
const NEAR: usize = 2;
/// Levels within which several collections are looked for.
const FAR: usize = 3;

declare_rule! {
    /// The folder given is the parent of the Backup folder.
    ///
    /// ## Why it matters
    /// The whole Imcdata tree, or a wrapper folder, was given. The collection lies deeper; it was found and analysed there.
    ///
    /// ## What to do
    /// Nothing; name that folder itself if its surroundings do not matter.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcdata/Log/
    /// //- Imcdata/Backup/Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- Imcdata/Backup/Imcsvc.reg
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
    pub static ROOT_IS_NOT_THE_BACKUP_FOLDER = {
        id: "PKG023", name: "root-is-not-the-backup-folder", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["collection"],
        check: Backup(root_is_not_the_backup_folder),
    }
}

fn root_is_not_the_backup_folder(backup: &Backup, findings: &mut Findings<'_>) {
    let place = &backup.place;
    let is_near = |path: &str| depth(path) <= NEAR;
    if place.below.is_empty() || !is_near(&place.below) || place.rivals.iter().any(|rival| is_near(&rival.path)) {
        return;
    }
    findings
        .report(format!("the Backup lies in {} below the {} given", place.below, if place.archive.is_some() { "archive" } else { "folder" }))
        .evidence(Evidence::folder(".").observed(place.below.as_str()).expected("the Backup folder itself"));
}

declare_rule! {
    /// Several collections below one folder.
    ///
    /// ## Why it matters
    /// Each server and each run makes its own Backup folder, and their findings must be kept apart. Only one of them was analysed.
    ///
    /// ## What to do
    /// Run this program once for each folder.
    ///
    /// ## Fires
    /// ```backup
    /// //- srv1/Backup/Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- srv1/Backup/Imcsvc.reg
    /// REGEDIT4
    /// //- srv2/Backup/Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- srv2/Backup/Imcsvc.reg
    /// REGEDIT4
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- srv1/Backup/Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- srv1/Backup/Imcsvc.reg
    /// REGEDIT4
    /// ```
    pub static SEVERAL_COLLECTIONS_FOUND = {
        id: "PKG024", name: "several-collections-found", severity: Warning, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["collection"],
        check: Backup(several_collections_found),
    }
}

fn several_collections_found(backup: &Backup, findings: &mut Findings<'_>) {
    let place = &backup.place;
    let others: Vec<_> = place.rivals.iter().filter(|rival| rival.is_collection && !rival.path.is_empty() && depth(&rival.path) <= FAR).collect();
    let given_is_collection = place.rivals.iter().any(|rival| rival.path.is_empty() && rival.is_collection);
    if place.below.is_empty() || given_is_collection || others.is_empty() || !backup.is_collection() {
        return;
    }
    let list = backup.packing_list_file().and_then(|list| list.modified).map(|time| format!("packing list of {time}")).unwrap_or_default();
    let names = enumerated(others.iter().map(|rival| &rival.path), 5);
    findings
        .report(format!("{} below the folder given; {} was analysed, not {names}", counted(others.len() + 1, "collection"), place.below))
        .evidence(Evidence::folder(".").observed(list).expected("the only collection"))
        .first_evidences(others.iter().map(|rival| Evidence::folder(format!("{}{}", up(&place.below), rival.path)).observed("another collection")));
}

/// Returns the way from the Backup up to the folder given.
fn up(below: &str) -> String {
    "../".repeat(depth(below))
}

declare_rule! {
    /// The collection is still packed.
    ///
    /// ## Why it matters
    /// The evidence sits inside an archive, and nothing of it has been analysed. Archives of the kinds .zip, .cab and .tar.gz are read
    /// when they are named themselves.
    ///
    /// ## What to do
    /// Name the archive itself, or unpack it with a program that keeps names and times, and run again.
    ///
    /// ## Fires
    /// ```backup
    /// //- backup.zip hex
    /// 50 4B 03 04 14 00 00 00
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- backup.zip hex
    /// 50 4B 03 04 14 00 00 00
    /// ```
    pub static COLLECTION_STILL_PACKED = {
        id: "PKG025", name: "collection-still-packed", severity: Error, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["collection", "transfer"],
        check: Backup(collection_still_packed),
    }
}

fn collection_still_packed(backup: &Backup, findings: &mut Findings<'_>) {
    if backup.holds_a_mark() {
        return;
    }
    let packed: Vec<_> = backup.regular_files().filter_map(|file| Some((file, file.traits.packed?))).collect();
    let Some((first, kind)) = packed.first() else { return };
    let others = if packed.len() > 1 { format!(", and {} more are packed too", packed.len() - 1) } else { String::new() };
    findings
        .report(format!("no collection here, while {} is a {}{others}", first.path, kind.name()))
        .first_evidences(packed.iter().map(|(file, kind)| Evidence::head(file, 8).expected(format!("a folder, not a {}", kind.name()))));
}

declare_rule! {
    /// An older Backup folder was probably sent.
    ///
    /// ## Why it matters
    /// If a Backup folder exists the tool quits without collecting anything. Several of them show that it was run repeatedly; the one
    /// analysed may be an older run than the one that was meant.
    ///
    /// ## What to do
    /// Compare the dates of the folders with the incident.
    ///
    /// ## Fires
    /// ```backup
    /// //- ../Backup.old/Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
    /// //- Imcfls
    /// [Files]
    /// File1=Imcsvc.reg
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
    pub static SECOND_RUN_REFUSED = {
        id: "PKG061", name: "second-run-refused", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["collection"],
        check: Backup(second_run_refused),
    }
}

fn second_run_refused(backup: &Backup, findings: &mut Findings<'_>) {
    if backup.time_spread().is_some() {
        return;
    }
    let others: Vec<&str> = backup
        .place
        .folders_beside
        .iter()
        .filter(|(name, is_collection)| *is_collection && is_older_copy(name))
        .map(|(name, _)| name.as_str())
        .collect();
    if others.is_empty() {
        return;
    }
    let list = backup.packing_list_file().and_then(|list| list.modified).map_or_else(|| "of unknown time".to_owned(), |time| format!("of {time}"));
    findings.report(format!("beside the Backup, whose packing list is {list}, lies {}", enumerated(&others, 5))).first_evidences(
        others.iter().map(|name| Evidence::folder(format!("../{name}")).observed("a collection of its own").expected("one collection")),
    );
}

/// `Backup.old`, `backup2`, `old backup`, `Copy of Backup`.
fn is_older_copy(name: &str) -> bool {
    let name = name.to_lowercase();
    let tail = name
        .strip_prefix("backup")
        .is_some_and(|tail| tail.ends_with("old") || tail.ends_with("bak") || tail.ends_with(|c: char| c.is_ascii_digit()));
    let head = ["old", "copy"].iter().any(|head| name.strip_prefix(head).is_some_and(|rest| rest.contains("backup")));
    tail || head
}

fn depth(path: &str) -> usize {
    if path.is_empty() { 0 } else { path.split('/').count() }
}
