//! From what lies in the evidence to the records that a Backup is made of: each file is told by content, read by its reader, and reduced to
//! what stays. The function that judges queue items is handed in, so that nothing here knows a rule.

use crate::{
    backup::{
        Backup, BackupPlace, Content, EntryKind as RecordKind, FileRecord, FileState, FileTraits, Item, MessageRecord, Parts, QueueKind, ReadFile,
        RivalPlace, SiblingKind, Siblings, SpoolFolder, SpoolMail, assemble, is_index_path, names_in_index, read_item,
    },
    base::{Anomaly, Decoded, Limits, Sha256Digest},
    formats::{
        dapi_csv, mime, registry,
        sniff::{ArtifactKind, sniff},
        spool,
    },
};

use super::{Contents, Entry, EntryKind, Evidence, Outcome, RootKind, Run, Visited, manifest_digest};

/// The function that judges a queue item while its bytes are at hand.
pub type Judge<'a, J> = &'a (dyn Fn(&Item<'_>) -> J + Sync);

/// A Backup that was read.
#[derive(Debug)]
pub struct Scanned<J> {
    /// The Backup.
    pub backup: Backup,
    /// What the judge said of each queue item, in the order of their paths.
    pub judgements: Vec<J>,
    /// Files whose reading failed by a bug of this program, with its message.
    pub panicked: Vec<(String, String)>,
    /// Whether the reading was stopped from outside.
    pub interrupted: bool,
}

/// One entry read.
struct ReadEntry<J> {
    file: FileRecord,
    message: Option<(Box<MessageRecord>, J)>,
}

/// Reads all evidence into a Backup.
pub fn read_backup<J: Send>(evidence: &Evidence, given: &[(Entry, super::Loaded)], run: Run<'_>, context: (&Limits, Judge<'_, J>)) -> Scanned<J> {
    let (limits, judge) = context;
    let read = |entry: &Entry, contents: Contents<'_>| read_entry(entry, contents, (limits, judge));
    let visited = evidence.visit(evidence.entries(), run, &read);
    let beside = evidence.visit(evidence.siblings(), run, &read);
    let manifest = manifest_digest(visited.iter().filter_map(|file| evidence.entries().get(file.entry).map(|entry| (&entry.path, file.sha256))));
    let given = given.iter().map(|(entry, loaded)| read_entry(entry, loaded.contents(), (limits, judge)).file);
    let mut gathered = Gathered::new(evidence.entries().iter().filter(|entry| !entry.is_file()).map(unread_entry));
    gathered.add(evidence.entries(), visited);
    let mut outside = Gathered::new(given);
    outside.add(evidence.siblings(), beside);
    outside
        .files
        .extend(evidence.siblings().iter().filter(|entry| !entry.is_file()).map(|entry| ReadFile { file: unread_entry(entry), message: None }));
    gathered.panicked.append(&mut outside.panicked);
    let parts = Parts { place: place(evidence), files: gathered.files, beside: outside.files.into_iter().map(|read| read.file).collect(), manifest };
    gathered.judged.sort_by(|(a, _), (b, _)| a.cmp(b));
    let interrupted = gathered.interrupted || outside.interrupted;
    let judgements = gathered.judged.into_iter().map(|(_, judgement)| judgement).collect();
    Scanned { backup: with_notes(assemble(parts, limits), evidence), judgements, panicked: gathered.panicked, interrupted }
}

/// Reads files that lie in memory into a Backup, as tests and benches do.
pub fn read_memory<J>(place: BackupPlace, files: &[(Entry, Vec<u8>)], context: (&Limits, Judge<'_, J>)) -> (Backup, Vec<J>) {
    let mut read = Vec::new();
    let mut judged = Vec::new();
    for (entry, bytes) in files {
        if !entry.is_file() {
            read.push(ReadFile { file: unread_entry(entry), message: None });
            continue;
        }
        let contents = Contents {
            bytes,
            is_complete: true,
            size_read: bytes.len() as u64,
            sha256: Some(Sha256Digest::of(bytes)),
            error: None,
            changed_while_read: false,
        };
        let ReadEntry { file, message } = read_entry(entry, contents, context);
        let message = message.map(|(record, judgement)| {
            judged.push((file.path.clone(), judgement));
            record
        });
        read.push(ReadFile { file, message });
    }
    judged.sort_by(|(a, _), (b, _)| a.cmp(b));
    let (inside, outside): (Vec<_>, Vec<_>) = read.into_iter().partition(|read| !read.file.path.starts_with("../"));
    let beside = outside.into_iter().map(|read| read.file).collect();
    let manifest = manifest_digest(files.iter().map(|(entry, bytes)| (&entry.path, Some(Sha256Digest::of(bytes)))));
    (assemble(Parts { place, files: inside, beside, manifest }, context.0), judged.into_iter().map(|(_, judgement)| judgement).collect())
}

/// What was gathered from the visits.
struct Gathered<J> {
    files: Vec<ReadFile>,
    judged: Vec<(Box<str>, J)>,
    panicked: Vec<(String, String)>,
    interrupted: bool,
}

impl<J> Gathered<J> {
    fn new(files: impl Iterator<Item = FileRecord>) -> Self {
        Self { files: files.map(|file| ReadFile { file, message: None }).collect(), judged: Vec::new(), panicked: Vec::new(), interrupted: false }
    }

    fn add(&mut self, entries: &[Entry], visited: Vec<Visited<ReadEntry<J>>>) {
        for Visited { entry, size_read: _, sha256, outcome } in visited {
            let Some(entry) = entries.get(entry) else { continue };
            match outcome {
                Outcome::Done(ReadEntry { file, message }) => {
                    let message = message.map(|(record, judgement)| {
                        self.judged.push((file.path.clone(), judgement));
                        record
                    });
                    self.files.push(ReadFile { file, message });
                }
                Outcome::Panicked(message) => {
                    let text = format!("reading it failed by a bug of imcscan: {message}");
                    self.panicked.push((entry.path.to_string(), message.into()));
                    self.files.push(ReadFile { file: FileRecord { sha256, ..failed(entry, "internal-error", text) }, message: None });
                }
                Outcome::Interrupted => {
                    self.interrupted = true;
                    self.files.push(ReadFile { file: failed(entry, "interrupted", "not read: interrupted".into()), message: None });
                }
            }
        }
    }
}

fn blank(entry: &Entry, kind: RecordKind) -> FileRecord {
    FileRecord {
        path: entry.path.as_str().into(),
        entry: kind,
        kind: ArtifactKind::Unknown,
        state: FileState::NotUnderstood,
        size: entry.size,
        sha256: None,
        modified: entry.modified.and_then(super::FileTime::timestamp),
        is_read_only: entry.read_only,
        anomalies: Box::default(),
        traits: FileTraits::default(),
        content: Content::None,
    }
}

fn failed(entry: &Entry, code: &'static str, text: String) -> FileRecord {
    FileRecord { state: FileState::Unreadable, anomalies: Box::new([Anomaly::new(0, code, text)]), ..blank(entry, RecordKind::File) }
}

/// Folders, links and special files are listed and never opened.
fn unread_entry(entry: &Entry) -> FileRecord {
    match &entry.kind {
        EntryKind::File => failed(entry, "unreadable", "cannot be read".to_owned()),
        EntryKind::Folder => FileRecord { state: FileState::Read, ..blank(entry, RecordKind::Folder) },
        EntryKind::Link { target } => FileRecord {
            state: FileState::Unreadable,
            anomalies: Box::new([Anomaly::new(0, "link-not-followed", "a link, which is not followed")]),
            traits: FileTraits::link(target.as_deref()),
            ..blank(entry, RecordKind::Link)
        },
        EntryKind::Special(what) => FileRecord {
            state: FileState::Unreadable,
            anomalies: Box::new([Anomaly::new(0, "special-file", format!("a {what}, which is not opened"))]),
            traits: FileTraits::special(what),
            ..blank(entry, RecordKind::Special)
        },
    }
}

/// Reads one file by its kind.
fn read_entry<J>(entry: &Entry, contents: Contents<'_>, (limits, judge): (&Limits, Judge<'_, J>)) -> ReadEntry<J> {
    let path = entry.path.as_str();
    let Contents { bytes, size_read, sha256, error, .. } = contents;
    let kind = if error.is_some() && bytes.is_empty() { ArtifactKind::Unknown } else { sniff(bytes, path) };
    let queue = path.split_once('/').and_then(|(top, _)| QueueKind::of_folder(top));
    let mut message = None;
    let Decoded { value: content, mut anomalies } = if kind == ArtifactKind::TnefMessage {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = queue.map_or(folder, |queue| queue.display_name());
        let item = read_item(bytes, (path, name, queue), limits, judge);
        message = Some((Box::new(item.record), item.judgement));
        Decoded { value: Content::Message, anomalies: item.anomalies }
    } else {
        read_content(bytes, kind, path, limits)
    };
    anomalies.extend(contents.damage());
    anomalies.sort_by_key(|anomaly| anomaly.offset);
    let state = state_of(kind, (bytes, error), &anomalies);
    let keep_text = matches!(content, Content::None) && (queue.is_none() || bytes.len() <= SMALL_TEXT);
    let file = FileRecord {
        kind,
        state,
        size: if error.is_some() { entry.size } else { size_read },
        sha256,
        anomalies: anomalies.into(),
        traits: FileTraits::of(bytes, keep_text && matches!(kind, ArtifactKind::Text | ArtifactKind::Rfc822 | ArtifactKind::PackingList)),
        content,
        ..blank(entry, RecordKind::File)
    };
    ReadEntry { file, message }
}

/// Texts in queue folders that may be notes of a scanner are short; longer ones are not kept.
const SMALL_TEXT: usize = 4096;

/// Reads a file that is no queue item.
fn read_content(bytes: &[u8], kind: ArtifactKind, path: &str, limits: &Limits) -> Decoded<Content> {
    match kind {
        // What carries the list's name is read as such, so that rules can say that it is empty or no text.
        _ if is_packing_list_name(path) => Decoded::clean(Content::PackingList(bytes.into())),
        ArtifactKind::Registry | ArtifactKind::Hive => registry::parse(bytes, limits).map(|dump| Content::Registry(Box::new(dump))),
        ArtifactKind::DirectoryExport => dapi_csv::parse(bytes, limits).map(|export| Content::Directory(Box::new(export))),
        ArtifactKind::PackingList => Decoded::clean(Content::PackingList(bytes.into())),
        _ if is_index_path(path) => Decoded::clean(Content::SpoolIndex(names_in_index(bytes))),
        ArtifactKind::SpoolFile => spool_mail(bytes, limits),
        ArtifactKind::Rfc822 if is_in_spool(path) => spool_mail(bytes, limits),
        ArtifactKind::Rfc822 => mime::document(bytes, limits).map(|_| Content::None),
        ArtifactKind::ImcCopy | ArtifactKind::MigrationList | ArtifactKind::MigrationLog => sibling(bytes, path, limits),
        _ => Decoded::clean(Content::None),
    }
}

fn is_in_spool(path: &str) -> bool {
    path.rsplit_once('/').is_some_and(|(folder, _)| SpoolFolder::of(folder).is_some())
}

fn spool_mail(bytes: &[u8], limits: &Limits) -> Decoded<Content> {
    spool::parse(bytes, limits).map(|file| Content::Spool(Box::new(SpoolMail::of(file, bytes, limits))))
}

/// Imcfls at the top, with at most one extension.
fn is_packing_list_name(path: &str) -> bool {
    let mut parts = path.split('.');
    parts.next().is_some_and(|stem| stem.eq_ignore_ascii_case("Imcfls")) && parts.count() <= 1
}

fn sibling(bytes: &[u8], path: &str, limits: &Limits) -> Decoded<Content> {
    let Some(kind) = SiblingKind::of(bytes, limits) else { return Decoded::clean(Content::None) };
    let mut siblings = Siblings::default();
    siblings.add(kind, path, (bytes, limits));
    let anomalies = siblings.anomalies().cloned().collect();
    Decoded { value: Content::Sibling(Box::new(siblings)), anomalies }
}

fn state_of(kind: ArtifactKind, (bytes, error): (&[u8], Option<&str>), anomalies: &[Anomaly]) -> FileState {
    const UNDERSTOOD: [ArtifactKind; 11] = [
        ArtifactKind::TnefMessage,
        ArtifactKind::Registry,
        ArtifactKind::Hive,
        ArtifactKind::DirectoryExport,
        ArtifactKind::PackingList,
        ArtifactKind::ImcCopy,
        ArtifactKind::MigrationList,
        ArtifactKind::MigrationLog,
        ArtifactKind::SpoolFile,
        ArtifactKind::Rfc822,
        ArtifactKind::Empty,
    ];
    // Deviations after which a part of the content is lost; others are oddities of a file that was read whole.
    const LOSSES: [&str; 13] = [
        "damaged-line",
        "length-mismatch",
        "limit-reached",
        "no-attributes",
        "property-count",
        "property-list-rest",
        "read-error",
        "recipient-count",
        "resynchronised",
        "trailing-bytes",
        "truncated",
        "unfinished-hex",
        "unterminated-string",
    ];
    if error.is_some() && bytes.is_empty() {
        FileState::Unreadable
    } else if !UNDERSTOOD.contains(&kind) {
        FileState::NotUnderstood
    } else if anomalies.iter().any(|anomaly| LOSSES.contains(&anomaly.code)) {
        FileState::PartlyRead
    } else {
        FileState::Read
    }
}

fn place(evidence: &Evidence) -> BackupPlace {
    let (below, archive) = match evidence.root() {
        RootKind::Itself => (String::new(), None),
        RootKind::Below(folder) => (folder.clone(), None),
        RootKind::Archive { format, folder } => (folder.clone(), Some(format.name())),
    };
    let beside = |wanted: fn(&Entry) -> bool| evidence.beside().iter().filter(move |entry| wanted(entry));
    BackupPlace {
        given: evidence.given().display().to_string(),
        name: evidence.name().to_owned(),
        rivals: evidence.candidates().iter().filter(|candidate| candidate.path != below).map(rival).collect(),
        folders_beside: beside(Entry::is_folder).map(|folder| (folder.path.name().to_owned(), evidence.is_collection(folder))).collect(),
        files_beside: beside(Entry::is_file).map(|file| file.path.name().to_owned()).collect(),
        below,
        archive,
    }
}

fn rival(candidate: &super::Candidate) -> RivalPlace {
    RivalPlace { path: candidate.path.clone(), is_collection: candidate.marks.is_collection() }
}

/// Remarks of the listing become anomalies of the entry they speak of.
fn with_notes(mut backup: Backup, evidence: &Evidence) -> Backup {
    for note in evidence.notes() {
        if let Some(file) = backup.files.iter_mut().find(|file| file.path.as_ref() == note.path.as_str()) {
            let mut anomalies = std::mem::take(&mut file.anomalies).into_vec();
            anomalies.push(Anomaly::new(0, note.code, note.text.as_str()));
            file.anomalies = anomalies.into();
        }
    }
    backup
}
