//! What was not collected, by the items of IMCSAVE's own -save switch (Q195804).

use crate::{
    backup::{Backup, QueueKind},
    base::counted,
    declare_rule,
    diagnostics::{Evidence, Findings},
};

declare_rule! {
    /// Part of the items was not collected.
    ///
    /// ## Why it matters
    /// By default everything is saved; -save limits the run to the items named. Rules that need an absent item are not evaluated, which
    /// is not the same as passed. Whether an empty Bad, ContentConversionFailed or Work queue gets a folder is not documented, so these
    /// are only mentioned.
    ///
    /// ## What to do
    /// Ask for a run without -save if the absent part matters.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcfls
    /// [Files]
    /// File1=Mtsout\00000001
    /// //- Mtsout/00000001
    /// subject: "x"
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Imcpro.reg
    /// REGEDIT4
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// //- Mtsin/
    /// //- Mtsout/
    /// ```
    pub static PARTIAL_COLLECTION = {
        id: "PKG016", name: "partial-collection", severity: Info, certainty: Certain,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804"],
        needs: [Folder],
        tags: ["collection"],
        check: Backup(partial_collection),
    }
}

fn partial_collection(backup: &Backup, findings: &mut Findings<'_>) {
    let absent: Vec<Item> = ITEMS.into_iter().filter(|item| item.is_absent(backup)).collect();
    if absent.is_empty() {
        return;
    }
    let names: Vec<&str> = absent.iter().map(|item| item.name).collect();
    let others = [(QueueKind::Bad, "Bad"), (QueueKind::ContentConversionFailed, "Con"), (QueueKind::Work, "Work")];
    let others: Vec<&str> = others.iter().filter(|(kind, _)| !backup.has_queue(*kind)).map(|(_, name)| *name).collect();
    let also = if others.is_empty() { String::new() } else { format!("; there is no folder for {} either", others.join(", ")) };
    findings.report(format!("not collected: {}{also}", names.join(", "))).evidences(
        absent.iter().flat_map(|item| item.files.iter().map(|file| Evidence::folder(*file).expected(format!("what -save {} writes", item.name)))),
    );
}

/// An item of the switch -save and what it leaves in the Backup.
#[derive(Debug, Clone, Copy)]
struct Item {
    name: &'static str,
    files: &'static [&'static str],
    queue: Option<QueueKind>,
}

const ITEMS: [Item; 4] = [
    Item { name: "Registry", files: &["Imcsvc.reg", "Imcpro.reg"], queue: None },
    Item { name: "Directory", files: &["Imcobj.csv"], queue: None },
    Item { name: "MTSIn", files: &["Mtsin"], queue: Some(QueueKind::MtsIn) },
    Item { name: "MTSOut", files: &["Mtsout"], queue: Some(QueueKind::MtsOut) },
];

impl Item {
    /// Neither there nor named in the packing list.
    fn is_absent(&self, backup: &Backup) -> bool {
        let listed = backup.packing_list.iter().flat_map(|source| &source.list.entries);
        if let Some(kind) = self.queue {
            let mut listed = listed.filter_map(|entry| entry.path.split('/').next());
            return !backup.has_queue(kind) && !listed.any(|folder| QueueKind::of_folder(folder) == Some(kind));
        }
        let names: Vec<&str> = listed.filter_map(|entry| entry.path.rsplit('/').next()).collect();
        let is_listed = |file: &str| names.iter().any(|name| name.eq_ignore_ascii_case(file));
        self.files.iter().all(|file| backup.top_file(file).is_none() && !is_listed(file))
    }
}

declare_rule! {
    /// Only one of the two registry dumps is present.
    ///
    /// ## Why it matters
    /// Both files belong to the same item, so that no -save choice leaves out just one. A missing Imcpro.reg usually means that no
    /// connector profile existed because the service was stopped; a missing Imcsvc.reg, that the service key could not be read or does
    /// not exist.
    ///
    /// ## What to do
    /// Start the service (if it starts) and collect again under the service account with administrator rights.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Imcobj.csv
    /// Obj-Class,Directory Name
    /// ```
    pub static REGISTRY_ITEM_HALF_PRESENT = {
        id: "PKG017", name: "registry-item-half-present", severity: Warning, certainty: Likely,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q201121"],
        needs: [Folder],
        tags: ["collection", "profile"],
        check: Backup(registry_item_half_present),
    }
}

fn registry_item_half_present(backup: &Backup, findings: &mut Findings<'_>) {
    let (there, missing) = match (backup.top_file("Imcsvc.reg"), backup.top_file("Imcpro.reg")) {
        (Some(service), None) => (service, "Imcpro.reg"),
        (None, Some(profile)) => (profile, "Imcsvc.reg"),
        _ => return,
    };
    findings
        .report(format!("{missing} is missing, while {} is there", there.name()))
        .evidence(Evidence::folder(missing).expected("the other half of the item Registry"))
        .evidence(Evidence::of_file(there));
}

declare_rule! {
    /// All queue folders are empty.
    ///
    /// ## Why it matters
    /// Nothing waited in the store at that moment. If users report stuck mail, it has not reached the connector: look at the queue of the
    /// message transfer agent, its permissions (events 9297, 3161) and routing. A private store that was reset, or a tool that could not
    /// log on, looks the same.
    ///
    /// ## What to do
    /// Look at the message transfer agent, and at Imcdata\\In and Out.
    ///
    /// ## Fires
    /// ```backup
    /// //- Imcsvc.reg
    /// REGEDIT4
    /// //- Mtsin/
    /// //- Mtsout/
    /// //- Bad/
    /// ```
    ///
    /// ## Silent
    /// ```backup
    /// //- Mtsin/
    /// //- Mtsout/
    /// //- Bad/00000001
    /// subject: "x"
    /// ```
    pub static ALL_QUEUES_EMPTY = {
        id: "PKG069", name: "all-queues-empty", severity: Info, certainty: Possible,
        versions: [V4_0, V5_0, V5_5],
        kb: ["Q195804", "Q247787", "Q282496", "Q154298"],
        needs: [Folder],
        tags: ["queue", "collection"],
        check: Backup(all_queues_empty),
    }
}

fn all_queues_empty(backup: &Backup, findings: &mut Findings<'_>) {
    let mut entries = backup.packing_list.iter().flat_map(|source| &source.list.entries);
    let lists_message =
        entries.any(|entry| !entry.is_folder && entry.path.split_once('/').is_some_and(|(folder, _)| QueueKind::of_folder(folder).is_some()));
    let has_both = backup.has_queue(QueueKind::MtsIn) && backup.has_queue(QueueKind::MtsOut);
    if !has_both || lists_message || backup.queue_files().next().is_some() {
        return;
    }
    let queues: Vec<_> = backup.queues.iter().filter(|queue| queue.kind.is_some()).collect();
    findings
        .report(format!("none of the {} holds a file", counted(queues.len(), "queue folder")))
        .evidences(queues.iter().map(|queue| Evidence::folder(queue.folder.as_ref()).observed("0 files")));
}
