//! From the records of files to the Backup: one function, one input, one output; no file is touched.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::OnceLock,
};

use crate::base::{Limits, Sha256Digest, caught};

use super::{
    Backup, BackupPlace, Content, DirectorySource, DiskItem, EntryKind, FileRecord, Gateway, IdentityFacts, Listing, MessageRecord,
    PackingListSource, ProfileDump, Queue, QueueKind, ServiceKey, Siblings, SpoolFolder, collection::top_file, identify, reconcile,
    version_facts::detect_version,
};

/// One entry of the listing once it was read.
#[derive(Debug)]
pub struct ReadFile {
    /// The entry.
    pub file: FileRecord,
    /// The queue item in it, if it is one.
    pub message: Option<MessageRecord>,
}

/// Entries that were read, in any order. Records go from their makers straight into the two lists that the Backup keeps: with very many of
/// them, each list more on the way would be felt.
#[derive(Debug, Default)]
pub struct ReadFiles {
    files: Vec<FileRecord>,
    messages: Vec<MessageRecord>,
}

impl ReadFiles {
    /// Adds an entry.
    pub fn push(&mut self, ReadFile { file, message }: ReadFile) {
        self.messages.extend(message.map(|message| MessageRecord { file: self.files.len(), ..message }));
        self.files.push(file);
    }

    /// Returns the entries sorted by path, without their messages.
    #[must_use]
    pub fn into_files(self) -> Vec<FileRecord> {
        self.sorted().0
    }

    /// Sorts by path, in place, so that nothing depends on the order in which files were read.
    fn sorted(self) -> (Vec<FileRecord>, Vec<MessageRecord>) {
        let Self { mut files, mut messages } = self;
        let path = |at: &usize| files.get(*at).map_or("", |file| file.path.as_ref());
        let mut order: Vec<usize> = (0..files.len()).collect();
        order.sort_by(|a, b| path(a).cmp(path(b)));
        let mut places = vec![0; order.len()];
        for (place, at) in order.into_iter().enumerate() {
            if let Some(slot) = places.get_mut(at) {
                *slot = place;
            }
        }
        for message in &mut messages {
            message.file = places.get(message.file).copied().unwrap_or(usize::MAX);
        }
        messages.sort_unstable_by_key(|message| message.file);
        messages.shrink_to_fit();
        for at in 0..places.len() {
            while let Some(&place) = places.get(at).filter(|place| **place != at) {
                files.swap(at, place);
                places.swap(at, place);
            }
        }
        files.shrink_to_fit();
        (files, messages)
    }
}

impl FromIterator<FileRecord> for ReadFiles {
    fn from_iter<I: IntoIterator<Item = FileRecord>>(files: I) -> Self {
        Self { files: files.into_iter().collect(), messages: Vec::new() }
    }
}

/// Everything that a Backup is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where it was found.
    pub place: BackupPlace,
    /// Everything below the root.
    pub files: ReadFiles,
    /// Sibling files and files of Imcdata that were read beside the root or given by the user.
    pub beside: Vec<FileRecord>,
}

/// Gives the files their meaning that stand outside of the queues: service, profile, directory object, sibling files, whose server it is.
#[must_use]
pub fn assemble(parts: Parts) -> Backup {
    let Parts { place, files: read, mut beside } = parts;
    // Files are read in any order; what the report lists must not show it.
    beside.sort_by(|a, b| a.path.cmp(&b.path));
    let (mut files, messages) = read.sorted();
    let mut bugs = Vec::new();
    let service = take_registry(&files, "Imcsvc.reg", ServiceKey::from_dump, &mut bugs);
    let profile = take_registry(&files, "Imcpro.reg", ProfileDump::from_dump, &mut bugs);
    let (imcdata, beside) = imcdata(beside);
    let mut siblings = take_siblings(&mut files);
    let mut texts = Vec::new();
    for file in beside {
        match file.content {
            Content::Sibling(found) => siblings.append(*found),
            _ => texts.extend(file.traits.text.map(|text| (file.path, text))),
        }
    }
    let inside = files.iter().filter_map(|file| Some((file.path.as_ref(), file.traits.text.as_deref()?)));
    siblings.add_named_accounts(inside.chain(texts.iter().map(|(path, text)| (path.as_ref(), text.as_ref()))));
    let directory = directory_source(&mut files);
    let mut backup = Backup {
        place,
        files,
        queues: Vec::new(),
        messages,
        packing_list: None,
        service,
        profile,
        gateway: None,
        directory,
        siblings,
        imcdata,
        identity: super::Identity::default(),
        version: None,
        manifest: Sha256Digest::of(&[]),
        bugs,
        by_case: OnceLock::new(),
    };
    let server = backup.server_of_registry().map(|server| server.name);
    if let Some(directory) = &backup.directory {
        backup.gateway = survived(&directory.path, &mut backup.bugs, || Gateway::find(&directory.export, server.as_deref())).flatten();
    }
    backup.identity = identity(&backup);
    backup
}

/// What is read once the configuration is known.
#[derive(Debug)]
pub struct Rest {
    /// Everything below the root that was not read before: queue items, spool files, what stands in other folders.
    pub files: ReadFiles,
    /// Files of Imcdata beside the root that were not read before.
    pub beside: Vec<FileRecord>,
}

/// Adds what stands in the queues and all other folders; the digest over all files is left to the reader of the evidence.
#[must_use]
pub fn complete(mut backup: Backup, rest: Rest, limits: &Limits) -> Backup {
    let Rest { files: mut read, beside } = rest;
    backup.imcdata.extend(imcdata(beside).0);
    backup.imcdata.sort_by(|a, b| a.path.cmp(&b.path));
    read.files.append(&mut backup.files);
    let (mut files, messages) = read.sorted();
    backup.siblings.append(take_siblings(&mut files));
    backup.queues = queues(&files, &messages);
    backup.messages = messages;
    fill_queues(&mut backup.queues, &mut backup.messages, &files);
    backup.packing_list = survived("Imcfls", &mut backup.bugs, || packing_list_source(&files, &backup.siblings, limits)).flatten();
    backup.files = files;
    backup.by_case = OnceLock::new();
    backup.version = detect_version(&backup);
    backup
}

/// The known queues in the order of the connector, then every other folder that holds messages, by its name.
fn queues(files: &[FileRecord], messages: &[MessageRecord]) -> Vec<Queue> {
    let new = |kind: Option<QueueKind>, name: &str, folder: &str| Queue {
        kind,
        name: name.into(),
        folder: folder.into(),
        messages: 0,
        bytes: 0,
        arrivals: None,
    };
    let top_folders = || files.iter().filter(|file| file.entry == EntryKind::Folder && !file.path.contains('/'));
    let mut queues = Vec::new();
    for kind in [QueueKind::MtsOut, QueueKind::MtsIn, QueueKind::Bad, QueueKind::ContentConversionFailed, QueueKind::Work] {
        let of_kind = top_folders().filter(|folder| QueueKind::of_folder(&folder.path) == Some(kind));
        queues.extend(of_kind.map(|folder| new(Some(kind), kind.display_name(), &folder.path)));
    }
    let known: HashSet<&str> = queues.iter().map(|queue: &Queue| queue.folder.as_ref()).collect();
    let folders = messages.iter().filter_map(|message| files.get(message.file)).map(FileRecord::folder);
    let others: BTreeSet<&str> = folders.filter(|folder| !known.contains(top_of(folder))).collect();
    let others: Vec<_> = others.into_iter().map(|folder| new(None, if folder.is_empty() { "." } else { folder }, folder)).collect();
    queues.extend(others);
    queues
}

/// Returns the first part of a path.
fn top_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// Gives each message its queue, and each queue its numbers. A forged Backup may have thousands of queues, so they are found by name.
fn fill_queues(queues: &mut [Queue], messages: &mut [MessageRecord], files: &[FileRecord]) {
    let folders: Vec<(Box<str>, bool)> = queues.iter().map(|queue| (queue.folder.clone(), queue.kind.is_some())).collect();
    let by_folder: HashMap<&str, usize> = folders.iter().enumerate().map(|(index, (folder, _))| (folder.as_ref(), index)).collect();
    let is_known = |index: &usize| folders.get(*index).is_some_and(|(_, is_known)| *is_known);
    for message in messages {
        let folder = files.get(message.file).map_or("", FileRecord::folder);
        // The known queues take what lies in their subfolders too.
        let index = by_folder.get(top_of(folder)).copied().filter(is_known).or_else(|| by_folder.get(folder).copied());
        message.queue = index.unwrap_or(usize::MAX);
        let Some(queue) = index.and_then(|index| queues.get_mut(index)) else { continue };
        queue.messages += 1;
        if let Some(arrival) = message.facts.arrival {
            let (oldest, newest) = queue.arrivals.unwrap_or((arrival, arrival));
            queue.arrivals = Some((oldest.min(arrival), newest.max(arrival)));
        }
    }
    for file in files.iter().filter(|file| file.is_file()) {
        let above = file.path.match_indices('/').filter_map(|(end, _)| file.path.get(..end));
        for index in above.filter_map(|folder| by_folder.get(folder)) {
            if let Some(queue) = queues.get_mut(*index) {
                queue.bytes += file.size;
            }
        }
    }
}

/// Finds out the meaning of a file; a bug of this program on the way costs that meaning only, and is kept.
fn survived<T>(path: &str, bugs: &mut Vec<(String, String)>, work: impl FnOnce() -> T) -> Option<T> {
    caught(work).map_err(|text| bugs.push((path.to_owned(), text))).ok()
}

fn take_registry<T>(
    files: &[FileRecord],
    name: &str,
    meaning: impl Fn(&str, &crate::formats::reg::RegistryDump) -> T,
    bugs: &mut Vec<(String, String)>,
) -> Option<T> {
    let file = top_file(files, name)?;
    match &file.content {
        Content::Registry(dump) => survived(&file.path, bugs, || meaning(&file.path, dump)),
        _ => None,
    }
}

/// Parts what lies beside the Backup: files and folders of the spool directory, and everything else.
fn imcdata(beside: Vec<FileRecord>) -> (Vec<FileRecord>, Vec<FileRecord>) {
    let is_spool = |file: &FileRecord| {
        let parts = || file.path.split('/').filter(|part| *part != "..");
        let in_spool = parts().next().is_some_and(SpoolFolder::is_spool_name) && (parts().count() > 1 || !file.is_file());
        in_spool || file.is_file() && SpoolFolder::is_spool_file_name(file.name())
    };
    let (mut imcdata, others): (Vec<_>, Vec<_>) = beside.into_iter().partition(is_spool);
    imcdata.sort_by(|a, b| a.path.cmp(&b.path));
    (imcdata, others)
}

/// Takes the files of the sibling tools out of the Backup.
fn take_siblings(files: &mut [FileRecord]) -> Siblings {
    let mut siblings = Siblings::default();
    for file in files.iter_mut().filter(|file| matches!(file.content, Content::Sibling(_))) {
        if let Content::Sibling(found) = std::mem::replace(&mut file.content, Content::None) {
            siblings.append(*found);
        }
    }
    siblings
}

/// Reads the packing list against the folder; the list itself, side files and sibling files need not be listed.
fn packing_list_source(files: &[FileRecord], siblings: &Siblings, limits: &Limits) -> Option<PackingListSource> {
    let file = top_file(files, "Imcfls")
        .or_else(|| files.iter().find(|file| matches!(file.content, Content::PackingList(_)) && !file.path.contains('/')))?;
    let Content::PackingList(text) = &file.content else { return None };
    let listed = files.iter().filter(|file| matches!(file.entry, EntryKind::File | EntryKind::Folder));
    let items: Vec<DiskItem<'_>> =
        listed.map(|file| DiskItem { path: file.path.as_ref().into(), size: file.size, is_folder: file.is_folder() }).collect();
    let listing = Listing::new(&items);
    let decoded = text.read(&listing, limits);
    let mut excused: Vec<String> = siblings.paths().map(str::to_owned).collect();
    excused.push(file.path.to_string());
    excused.extend(side_files(files));
    let reconciliation = reconcile(&decoded.value, &listing, &excused);
    Some(PackingListSource { path: file.path.clone(), list: decoded.value, reconciliation, anomalies: decoded.anomalies })
}

/// Returns the files that fields of the directory export point to.
fn side_files(files: &[FileRecord]) -> Vec<String> {
    let exports = files.iter().filter_map(|file| match &file.content {
        Content::Directory(export) => Some(export),
        _ => None,
    });
    let fields = exports.flat_map(|export| &export.rows).flat_map(|row| &row.fields);
    let named: Vec<_> = fields.filter_map(|field| Some(field.side_file()?.name.to_ascii_lowercase())).collect();
    if named.is_empty() {
        return Vec::new();
    }
    let by_name: HashMap<String, &str> = files.iter().map(|file| (file.path.to_ascii_lowercase(), file.path.as_ref())).collect();
    named.iter().filter_map(|name| by_name.get(name)).map(|path| (*path).to_owned()).collect()
}

fn directory_source(files: &mut [FileRecord]) -> Option<DirectorySource> {
    let path = top_file(files, "Imcobj.csv")?.path.clone();
    let file = files.iter_mut().find(|file| file.path == path)?;
    match std::mem::replace(&mut file.content, Content::None) {
        Content::Directory(export) => Some(DirectorySource { path, export: *export }),
        other => {
            file.content = other;
            None
        }
    }
}

fn identity(backup: &Backup) -> super::Identity {
    let text = |name| backup.service.as_ref().and_then(|service| service.text("Parameters", name)).map(|found| found.data);
    identify(&IdentityFacts {
        gateway: backup.gateway.as_ref(),
        registry_common_name: text("CommonName"),
        registry_home_dsa: text("HomeDSA"),
        registry_site_dn: text("SiteDN"),
        profile_home_server: backup.connector_profile().and_then(|profile| profile.home_server()).map(|(name, _)| name),
        profile_gateway_dn: backup.connector_profile().and_then(|profile| profile.user_dn()).map(|(dn, _)| dn),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        backup::{Content, FileState, FileTraits},
        formats::sniff::ArtifactKind,
        testing::report_of_fixture,
    };

    fn file(path: &str) -> FileRecord {
        FileRecord {
            path: path.into(),
            entry: EntryKind::File,
            kind: ArtifactKind::Unknown,
            state: FileState::Read,
            size: 0,
            sha256: None,
            modified: None,
            is_read_only: false,
            anomalies: Box::default(),
            traits: FileTraits::default(),
            content: Content::None,
        }
    }

    #[test]
    fn a_bug_costs_the_meaning_of_its_file_only() {
        let mut bugs = Vec::new();
        assert_eq!(survived("Imcsvc.reg", &mut bugs, || 1), Some(1));
        assert_eq!(survived("Imcfls", &mut bugs, || -> u8 { panic!("out of range") }), None);
        assert!(bugs.len() == 1 && bugs[0].0 == "Imcfls" && bugs[0].1.starts_with("out of range"), "{bugs:?}");
    }

    /// Reads messages at these paths, in the folder Mtsin and others, and gives them their queues.
    fn queued(paths: &[String]) -> (Vec<Queue>, Vec<FileRecord>, Vec<MessageRecord>) {
        let message = report_of_fixture("//- Mtsin/1\nsubject: \"x\"\n").unwrap().backup.messages.remove(0);
        let mut read: ReadFiles = [FileRecord { entry: EntryKind::Folder, ..file("Mtsin") }].into_iter().collect();
        for path in paths {
            read.push(ReadFile { file: FileRecord { size: 10, ..file(path) }, message: Some(message.clone()) });
        }
        let (files, mut messages) = read.sorted();
        let mut queues = queues(&files, &messages);
        fill_queues(&mut queues, &mut messages, &files);
        (queues, files, messages)
    }

    #[test]
    fn entries_are_sorted_and_messages_find_their_file_again() {
        let (_, files, messages) = queued(&["d", "b", "f", "a", "e", "c", "g"].map(str::to_owned));
        assert_eq!(files.iter().map(|file| file.path.as_ref()).collect::<String>(), "Mtsinabcdefg");
        assert_eq!(messages.iter().map(|message| message.file).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn queues_are_counted_with_what_lies_below_them() {
        let (queues, _, messages) = queued(&["Mtsin/1", "other/3", "Mtsin/sub/2", "other/in/4", "5", "Mtsinx/6"].map(str::to_owned));
        let counted: Vec<_> = queues.iter().map(|queue| (queue.folder.as_ref(), queue.messages, queue.bytes)).collect();
        assert_eq!(counted, [("Mtsin", 2, 20), ("", 1, 0), ("Mtsinx", 1, 10), ("other", 1, 20), ("other/in", 1, 10)]);
        assert_eq!(messages.iter().map(|message| message.queue).collect::<Vec<_>>(), [1, 0, 0, 2, 3, 4]);
    }

    #[test]
    fn tens_of_thousands_of_queue_folders_take_no_quadratic_time() {
        let paths: Vec<String> = (0..30_000).map(|number| format!("queue{number}/1")).collect();
        let (queues, _, _) = queued(&paths);
        assert_eq!((queues.len(), queues.iter().map(|queue| queue.messages).max()), (30_001, Some(1)));
    }

    #[test]
    fn entries_are_found_by_spelling_then_by_letters() {
        let backup = report_of_fixture("//- Notes.txt\nb\n//- NOTES.TXT\na\n//- notes.txt/\n").unwrap().backup;
        let found = |path| backup.entry(path).map(|file| file.path.as_ref());
        assert_eq!((found("Notes.txt"), found("nOtes.txt"), found("notes.tx")), (Some("Notes.txt"), Some("NOTES.TXT"), None));
    }
}
