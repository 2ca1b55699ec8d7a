//! A whole Backup: its files, its sources read, its queues and messages. Built once from the records of its files; never changed after.

use std::{ops::Range, sync::OnceLock};

use crate::{
    base::{Anomaly, Sha256Digest, Timestamp},
    formats::{
        dapi_csv::{DirectoryExport, Row},
        packing_list::{ListText, PackingList},
        reg::RegistryDump,
        sniff::ArtifactKind,
    },
};

use super::{
    FileTraits, Gateway, Identity, IndexedName, MessageRecord, ProductVersion, ProfileDump, QueueKind, Reconciliation, ServiceKey, Siblings,
    SpoolMail,
};

/// An IMCSAVE Backup and what it means.
#[derive(Debug)]
pub struct Backup {
    /// Where it was found.
    pub place: BackupPlace,
    /// Every file, folder, link and special file below the root, sorted by path.
    pub files: Vec<FileRecord>,
    /// Queues in the order MTS-OUT, MTS-IN, BAD, ContentConversionFailed, Work, then others by name.
    pub queues: Vec<Queue>,
    /// Queue items in the order of their paths.
    pub messages: Vec<MessageRecord>,
    /// Imcfls, when it is there and is text.
    pub packing_list: Option<PackingListSource>,
    /// Imcsvc.reg, when it is there in a recognised shape.
    pub service: Option<ServiceKey>,
    /// Imcpro.reg, likewise.
    pub profile: Option<ProfileDump>,
    /// Imcobj.csv, when it is a directory export.
    pub directory: Option<DirectorySource>,
    /// The gateway object of the directory export.
    pub gateway: Option<Gateway>,
    /// Files of the sibling tools, inside or beside the Backup.
    pub siblings: Siblings,
    /// Files and folders of Imcdata beside or above the Backup, sorted by path; the paths begin with `../`.
    pub imcdata: Vec<FileRecord>,
    /// Server, organization, site.
    pub identity: Identity,
    /// Product line and build.
    pub version: Option<ProductVersion>,
    /// Digest over the digests and paths of all files.
    pub manifest: Sha256Digest,
    /// Files whose meaning a bug of this program cost, and what it said; the files themselves were read.
    pub bugs: Vec<(String, String)>,
    /// Indexes of the entries in the order of their paths, letter case aside; made when first needed.
    pub(super) by_case: OnceLock<Box<[usize]>>,
}

/// Where the Backup was found.
#[derive(Debug, Clone, Default)]
pub struct BackupPlace {
    /// The path as the user gave it.
    pub given: String,
    /// Path of the root below the given path, empty when it is the root.
    pub below: String,
    /// Name of the root folder, or of the archive that holds it.
    pub name: String,
    /// Archive format, when it was read out of one.
    pub archive: Option<&'static str>,
    /// Other folders that look like a Backup as well.
    pub rivals: Vec<RivalPlace>,
    /// Names of the folders beside the root, and whether they are collections themselves.
    pub folders_beside: Vec<(String, bool)>,
    /// Names of the files beside the root.
    pub files_beside: Vec<String>,
    /// What the listing met that is no matter of one file.
    pub notes: Vec<PlaceNote>,
}

/// What is so with a folder, or with the Backup as a whole: it could not be listed, it is too deep, it holds too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceNote {
    /// Path below the root, empty for the whole.
    pub path: Box<str>,
    /// What is so.
    pub anomaly: Anomaly,
}

impl PlaceNote {
    /// Returns whether evidence may be there that was not looked at.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        ["archive-damaged", "folder-unreadable", "not-searched", "too-deep", "too-many-files"].contains(&self.anomaly.code)
    }
}

/// A folder that looks like a Backup and was not chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RivalPlace {
    /// Path below the given path, empty when it is that itself.
    pub path: String,
    /// Whether it is a whole collection: it holds Imcfls, or Imcsvc.reg and a queue folder.
    pub is_collection: bool,
}

/// The packing list and how it agrees with the folder.
#[derive(Debug)]
pub struct PackingListSource {
    /// Path of the file.
    pub path: Box<str>,
    /// The list as written.
    pub list: PackingList,
    /// The list against the folder; none when the list was not understood.
    pub reconciliation: Option<Reconciliation>,
    /// Deviations of the file from its format.
    pub anomalies: Vec<Anomaly>,
}

/// The directory export.
#[derive(Debug)]
pub struct DirectorySource {
    /// Path of the file.
    pub path: Box<str>,
    /// The table.
    pub export: DirectoryExport,
}

/// One queue of the connector.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Which one, or none for a folder of messages by another name.
    pub kind: Option<QueueKind>,
    /// Name in reports.
    pub name: String,
    /// Path of the folder.
    pub folder: Box<str>,
    /// Number of queue items.
    pub messages: usize,
    /// Bytes of all files in the folder.
    pub bytes: u64,
    /// Earliest and latest arrival.
    pub arrivals: Option<(Timestamp, Timestamp)>,
}

/// What an entry of the listing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, never followed.
    Link,
    /// A FIFO, socket or device, never opened.
    Special,
}

/// How well a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// All of it.
    Read,
    /// Some of it.
    PartlyRead,
    /// Not at all.
    Unreadable,
    /// Its bytes were read and mean nothing to this tool.
    NotUnderstood,
}

/// One entry below the root.
#[derive(Debug)]
pub struct FileRecord {
    /// Path relative to the root, with `/`.
    pub path: Box<str>,
    /// File, folder, link or special file.
    pub entry: EntryKind,
    /// What its content is.
    pub kind: ArtifactKind,
    /// How well it was read.
    pub state: FileState,
    /// Size in bytes.
    pub size: u64,
    /// Digest of the content, when it could be read.
    pub sha256: Option<Sha256Digest>,
    /// Modification time, when the file system or archive has one.
    pub modified: Option<Timestamp>,
    /// Whether it carries the read-only attribute.
    pub is_read_only: bool,
    /// Deviations of the content from its format.
    pub anomalies: Box<[Anomaly]>,
    /// What rules over files need of the bytes.
    pub traits: FileTraits,
    /// The decoded content of a file that is no message.
    pub content: Content,
}

/// Decoded content that the Backup keeps.
#[derive(Debug)]
pub enum Content {
    /// Nothing kept.
    None,
    /// A queue item; the record is among the messages.
    Message,
    /// A registry dump.
    Registry(Box<RegistryDump>),
    /// A directory export.
    Directory(Box<DirectoryExport>),
    /// The packing list, read once the listing is known.
    PackingList(Box<ListText>),
    /// A file of a sibling tool.
    Sibling(Box<Siblings>),
    /// A spool file.
    Spool(Box<SpoolMail>),
    /// The names in the index of the spool.
    SpoolIndex(Box<[IndexedName]>),
}

impl FileRecord {
    /// Returns the last component of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the path of the folder that holds it, empty for the root.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Returns whether it is a regular file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        self.entry == EntryKind::File
    }

    /// Returns the span of the whole file.
    #[must_use]
    pub fn span(&self) -> Range<u64> {
        0..self.size
    }
}

fn without_case(path: &str) -> impl Iterator<Item = u8> {
    path.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// Equal paths stay in their order, so that the first one is found.
fn in_order_without_case(files: &[FileRecord]) -> Box<[usize]> {
    let mut order: Vec<usize> = (0..files.len()).collect();
    let path = |at: &usize| files.get(*at).map_or("", |file| file.path.as_ref());
    order.sort_by(|a, b| without_case(path(a)).cmp(without_case(path(b))));
    order.into()
}

impl Backup {
    /// Returns the entry at a path: that of the same spelling, else the first in another letter case.
    #[must_use]
    pub fn entry(&self, path: &str) -> Option<&FileRecord> {
        // Entries are sorted by path, and one of that very spelling is what most callers ask for.
        let exact = self.files.binary_search_by(|file| file.path.as_ref().cmp(path)).ok();
        let at = exact.or_else(|| {
            let by_case = self.by_case.get_or_init(|| in_order_without_case(&self.files));
            let first = by_case.partition_point(|&at| self.files.get(at).is_some_and(|file| without_case(&file.path).lt(without_case(path))));
            by_case.get(first).copied()
        });
        self.files.get(at?).filter(|file| file.path.eq_ignore_ascii_case(path))
    }

    /// Returns the registry dump that a file holds.
    #[must_use]
    pub fn registry_dump<'a>(&self, file: &'a FileRecord) -> Option<&'a RegistryDump> {
        match &file.content {
            Content::Registry(dump) => Some(dump),
            _ => None,
        }
    }

    /// Returns the row of the connector object in the directory export.
    #[must_use]
    pub fn object_row(&self) -> Option<&Row> {
        let line = self.gateway.as_ref()?.line;
        self.directory.as_ref()?.export.rows.iter().find(|row| row.line == line)
    }

    /// Returns whether a queue folder was collected.
    #[must_use]
    pub fn has_queue(&self, kind: QueueKind) -> bool {
        self.queues.iter().any(|queue| queue.kind == Some(kind))
    }

    /// Returns the queue items of one queue.
    pub fn items(&self, kind: QueueKind) -> impl Iterator<Item = &MessageRecord> {
        self.messages.iter().filter(move |message| self.queues.get(message.queue).is_some_and(|queue| queue.kind == Some(kind)))
    }
}
