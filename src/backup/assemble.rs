//! From the records of files to the Backup: one function, one input, one output; no file is touched.

use std::collections::{BTreeSet, HashMap};

use crate::{
    base::{Limits, Sha256Digest},
    formats::packing_list,
};

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
    pub message: Option<Box<MessageRecord>>,
}

/// Everything that a Backup is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where it was found.
    pub place: BackupPlace,
    /// Everything below the root.
    pub files: Vec<ReadFile>,
    /// Sibling files and files of Imcdata that were read beside the root or given by the user.
    pub beside: Vec<FileRecord>,
}

/// Gives the files their meaning that stand outside of the queues: service, profile, directory object, sibling files, whose server it is.
#[must_use]
pub fn assemble(parts: Parts) -> Backup {
    let Parts { place, files: read, beside } = parts;
    let (mut files, messages) = sorted(read);
    let service = take_registry(&files, "Imcsvc.reg", ServiceKey::from_dump);
    let profile = take_registry(&files, "Imcpro.reg", ProfileDump::from_dump);
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
    };
    let server = backup.server_of_registry().map(|server| server.name);
    backup.gateway = backup.directory.as_ref().and_then(|directory| Gateway::find(&directory.export, server.as_deref()));
    backup.identity = identity(&backup);
    backup
}

/// What is read once the configuration is known.
#[derive(Debug)]
pub struct Rest {
    /// Everything below the root that was not read before: queue items, spool files, what stands in other folders.
    pub files: Vec<ReadFile>,
    /// Files of Imcdata beside the root that were not read before.
    pub beside: Vec<FileRecord>,
    /// Digest over the digests and paths of all files.
    pub manifest: Sha256Digest,
}

/// Adds what stands in the queues and all other folders.
#[must_use]
pub fn complete(mut backup: Backup, rest: Rest, limits: &Limits) -> Backup {
    let Rest { files: read, beside, manifest } = rest;
    backup.imcdata.extend(imcdata(beside).0);
    backup.imcdata.sort_by(|a, b| a.path.cmp(&b.path));
    let at_top = std::mem::take(&mut backup.files).into_iter().map(|file| ReadFile { file, message: None });
    let (mut files, messages) = sorted(at_top.chain(read).collect());
    backup.siblings.append(take_siblings(&mut files));
    backup.queues = queues(&files, &messages);
    backup.messages = in_queues(messages, &files, &backup.queues);
    backup.packing_list = packing_list_source(&files, &backup.siblings, limits);
    backup.files = files;
    backup.manifest = manifest;
    backup.version = detect_version(&backup);
    measure_queues(&mut backup);
    backup
}

/// Sorts by path, so that nothing depends on the order in which files were read.
fn sorted(mut read: Vec<ReadFile>) -> (Vec<FileRecord>, Vec<MessageRecord>) {
    read.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    let mut files = Vec::with_capacity(read.len());
    let mut messages = Vec::with_capacity(read.iter().filter(|read| read.message.is_some()).count());
    for ReadFile { file, message } in read {
        if let Some(message) = message {
            messages.push(MessageRecord { file: files.len(), ..*message });
        }
        files.push(file);
    }
    (files, messages)
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
    let mut others: BTreeSet<&str> = BTreeSet::new();
    for file in messages.iter().filter_map(|message| files.get(message.file)) {
        if !queues.iter().any(|queue: &Queue| is_below(&file.path, &queue.folder)) {
            others.insert(file.folder());
        }
    }
    queues.extend(others.into_iter().map(|folder| new(None, if folder.is_empty() { "." } else { folder }, folder)));
    queues
}

/// Returns whether a path lies in a folder, at any depth.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn in_queues(messages: Vec<MessageRecord>, files: &[FileRecord], queues: &[Queue]) -> Vec<MessageRecord> {
    let queue_of = |message: &MessageRecord| {
        let file = files.get(message.file)?;
        queues.iter().position(|queue| queue.folder.as_ref() == file.folder() || queue.kind.is_some() && is_below(&file.path, &queue.folder))
    };
    messages.into_iter().map(|message| MessageRecord { queue: queue_of(&message).unwrap_or(usize::MAX), ..message }).collect()
}

fn take_registry<T>(files: &[FileRecord], name: &str, meaning: impl Fn(&str, &crate::formats::reg::RegistryDump) -> T) -> Option<T> {
    let file = top_file(files, name)?;
    match &file.content {
        Content::Registry(dump) => Some(meaning(&file.path, dump)),
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
    let Content::PackingList(bytes) = &file.content else { return None };
    let items: Vec<DiskItem> = files
        .iter()
        .filter(|file| matches!(file.entry, EntryKind::File | EntryKind::Folder))
        .map(|file| DiskItem { path: file.path.to_string(), size: file.size, is_folder: file.entry == EntryKind::Folder })
        .collect();
    let listing = Listing::new(&items);
    let decoded = packing_list::parse(bytes, &listing, limits);
    let mut excused: Vec<String> = siblings.paths().map(str::to_owned).collect();
    excused.push(file.path.to_string());
    excused.extend(side_files(files));
    let reconciliation = reconcile(&decoded.value, &listing, &excused);
    Some(PackingListSource { path: file.path.clone(), list: decoded.value, reconciliation, anomalies: decoded.anomalies })
}

/// Returns the files that fields of the directory export point to.
fn side_files(files: &[FileRecord]) -> Vec<String> {
    let by_name: HashMap<String, &str> = files.iter().map(|file| (file.path.to_ascii_lowercase(), file.path.as_ref())).collect();
    let exports = files.iter().filter_map(|file| match &file.content {
        Content::Directory(export) => Some(export),
        _ => None,
    });
    let fields = exports.flat_map(|export| &export.rows).flat_map(|row| &row.fields);
    fields.filter_map(|field| by_name.get(&field.side_file()?.name.to_ascii_lowercase()).map(|path| (*path).to_owned())).collect()
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

fn measure_queues(backup: &mut Backup) {
    let Backup { queues, messages, files, .. } = backup;
    for (index, queue) in queues.iter_mut().enumerate() {
        let own = || messages.iter().filter(move |message| message.queue == index);
        queue.messages = own().count();
        queue.bytes = files.iter().filter(|file| file.is_file() && is_below(&file.path, &queue.folder)).map(|file| file.size).sum();
        let arrivals = || own().filter_map(|message| message.facts.arrival);
        queue.arrivals = arrivals().min().zip(arrivals().max());
    }
}
