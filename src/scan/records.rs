//! From what lies in the evidence to the records that a Backup is made of: each file is told by content, read by its reader, and reduced to
//! what stays. The function that judges queue items is handed in, so that nothing here knows a rule.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::{
    backup::{
        Backup, BackupPlace, Content, EntryKind as RecordKind, FileRecord, FileState, FileTraits, Item, ItemPlace, Parts, PlaceNote, QueueKind,
        ReadFile, ReadFiles, Rest, RivalPlace, ServerFacts, SiblingKind, Siblings, SpoolFolder, SpoolMail, assemble, complete, is_index_path,
        names_in_index, read_item,
    },
    base::{Anomaly, Decoded, Limits, Sha256Digest},
    formats::{
        dapi_csv, mime,
        packing_list::ListText,
        registry,
        sniff::{ArtifactKind, sniff},
        spool,
        tnef::Sparse,
    },
};

use super::{Contents, Entry, EntryKind, Evidence, Outcome, RootKind, Run, Visited, budget::lock, manifest_digest, shown_path};

/// The function that judges a queue item while its bytes are at hand.
pub type Judge<'a> = &'a (dyn Fn(&Item<'_>) + Sync);

/// A Backup that was read.
#[derive(Debug)]
pub struct Scanned {
    /// The Backup.
    pub backup: Backup,
    /// Files whose reading failed by a bug of this program, with its message.
    pub panicked: Vec<(String, String)>,
    /// Whether the reading was stopped from outside.
    pub interrupted: bool,
}

/// What readers need to know: the bounds, and once the configuration is read, the judge with what surrounds an item.
#[derive(Clone, Copy)]
struct Reading<'a> {
    limits: &'a Limits,
    judge: Judge<'a>,
    server: &'a ServerFacts,
    configuration: Option<&'a Backup>,
}

/// Reads all evidence into a Backup: first what stands at its top and beside it, then, knowing whose it is, queue items and all else.
pub fn read_backup(evidence: &Evidence, given: &[(Entry, super::Loaded)], run: Run<'_>, context: (&Limits, Judge<'_>)) -> Scanned {
    let (limits, judge) = context;
    let alone = Reading { limits, judge, server: &ServerFacts::UNKNOWN, configuration: None };
    let quiet = Run { progress: &|_| (), ..run };
    let mut inside = Sweep::new(evidence.entries());
    let mut beside = Sweep::new(evidence.siblings());
    inside.visit((evidence, quiet), is_at_top, &|entry, contents| read_unless_judged(entry, contents, alone));
    beside.visit((evidence, quiet), |_| true, &|entry, contents| read_unless_judged(entry, contents, alone));
    let given = given.iter().filter_map(|(entry, loaded)| Some(read_unless_judged(entry, loaded.contents(), alone)?.file));
    let configuration = assemble(Parts {
        place: place(evidence),
        files: std::mem::take(&mut inside.gathered.read),
        beside: given.chain(std::mem::take(&mut beside.gathered.read).into_files()).collect(),
    });
    let server = ServerFacts::of(&configuration);
    let knowing = Reading { server: &server, configuration: Some(&configuration), ..alone };
    inside.visit((evidence, run), |_| true, &|entry, contents| Some(read_entry(entry, contents, knowing)));
    beside.visit((evidence, quiet), |_| true, &|entry, contents| Some(read_entry(entry, contents, knowing)));
    let interrupted = inside.gathered.interrupted || beside.gathered.interrupted;
    let rest = Rest { files: inside.gathered.read, beside: beside.gathered.read.into_files() };
    let mut backup = with_notes(complete(configuration, rest, limits), evidence);
    let files = backup.files.iter().filter(|file| file.is_file());
    backup.manifest = manifest_digest(files.map(|file| (file.path.as_ref(), file.sha256)));
    let panicked = [inside.gathered.panicked, beside.gathered.panicked, std::mem::take(&mut backup.bugs)].concat();
    Scanned { backup, panicked, interrupted }
}

/// Entries that are read in several visits, and what was gathered so far.
struct Sweep<'e> {
    entries: &'e [Entry],
    /// By index of the entry: not read yet.
    waits: Vec<bool>,
    gathered: Gathered,
}

impl<'e> Sweep<'e> {
    fn new(entries: &'e [Entry]) -> Self {
        let read = entries.iter().filter(|entry| !entry.is_file()).map(unread_entry).collect();
        let gathered = Gathered { read, panicked: Vec::new(), interrupted: false };
        Self { entries, waits: entries.iter().map(Entry::is_file).collect(), gathered }
    }

    /// Visits what still waits and is wanted; a file for which `work` returns none goes on waiting.
    fn visit(
        &mut self,
        (evidence, run): (&Evidence, Run<'_>),
        wanted: impl Fn(&Entry) -> bool + Sync,
        work: &(dyn Fn(&Entry, Contents<'_>) -> Option<ReadFile> + Sync),
    ) {
        let mut waits = std::mem::take(&mut self.waits);
        let is_wanted = |at: usize, entry: &Entry| waits.get(at) == Some(&true) && wanted(entry);
        let read = Mutex::new(std::mem::take(&mut self.gathered.read));
        let keep = |entry: &Entry, contents: Contents<'_>| {
            let Some(file) = work(entry, contents) else { return false };
            lock(&read).push(file);
            true
        };
        let visited = evidence.visit_telling((self.entries, &is_wanted), run, (&keep, &|is_read| !is_read));
        self.gathered.read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (at, (waits, entry)) in waits.iter_mut().zip(self.entries).enumerate() {
            // Items that wait for the judge are left for later.
            let waits_on = visited.binary_search_by_key(&at, |one| one.entry).is_ok_and(|one| left_waiting(visited.get(one)));
            *waits = *waits && (!wanted(entry) || waits_on);
        }
        self.waits = waits;
        for Visited { entry: at, size_read: _, sha256, outcome } in visited {
            match (outcome, self.entries.get(at)) {
                (Outcome::Panicked(message), Some(entry)) => self.gathered.panicked(entry, sha256, &message),
                (Outcome::Interrupted, Some(entry)) => self.gathered.interrupted(entry),
                _ => {}
            }
        }
    }
}

/// Returns whether a visit gave an item back, to be read later.
fn left_waiting(visited: Option<&Visited<bool>>) -> bool {
    visited.is_some_and(|visited| visited.outcome == Outcome::Done(false))
}

/// Reads files that lie in memory into a Backup, as tests and benches do.
pub fn read_memory(place: BackupPlace, files: &[(Entry, Vec<u8>)], context: (&Limits, Judge<'_>)) -> Backup {
    let (limits, judge) = context;
    let alone = Reading { limits, judge, server: &ServerFacts::UNKNOWN, configuration: None };
    let mut read = Vec::new();
    let mut later = Vec::new();
    for (entry, bytes) in files {
        if !entry.is_file() {
            read.push(unread_entry(entry));
        } else if let Some(known) = Some(entry).filter(|entry| is_at_top(entry)).and_then(|_| read_unless_judged(entry, contents_of(bytes), alone)) {
            read.push(known.file);
        } else {
            later.push((entry, bytes));
        }
    }
    let (inside, beside): (Vec<_>, Vec<_>) = read.into_iter().partition(|file| !file.path.starts_with("../"));
    let configuration = assemble(Parts { place, files: inside.into_iter().collect(), beside });
    let server = ServerFacts::of(&configuration);
    let knowing = Reading { server: &server, configuration: Some(&configuration), ..alone };
    let mut rest = ReadFiles::default();
    let mut beside = Vec::new();
    for (entry, bytes) in later {
        let read = read_entry(entry, contents_of(bytes), knowing);
        if read.file.path.starts_with("../") {
            beside.push(read.file);
        } else {
            rest.push(read);
        }
    }
    let manifest = manifest_digest(files.iter().map(|(entry, bytes)| (entry.path.as_str(), Some(Sha256Digest::of(bytes)))));
    let mut backup = complete(configuration, Rest { files: rest, beside }, limits);
    backup.manifest = manifest;
    backup
}

/// Returns whether an entry stands at the top of the Backup or beside it.
fn is_at_top(entry: &Entry) -> bool {
    let path = entry.path.as_str();
    !path.strip_prefix("../").unwrap_or(path).contains('/')
}

fn contents_of(bytes: &[u8]) -> Contents<'_> {
    let sha256 = Some(Sha256Digest::of(bytes));
    Contents {
        bytes,
        holes: Sparse::from(bytes).holes,
        is_complete: true,
        size_read: bytes.len() as u64,
        sha256,
        error: None,
        changed_while_read: false,
    }
}

/// What was gathered from the visits.
struct Gathered {
    read: ReadFiles,
    panicked: Vec<(String, String)>,
    interrupted: bool,
}

impl Gathered {
    fn panicked(&mut self, entry: &Entry, sha256: Option<Sha256Digest>, message: &str) {
        let text = format!("reading it failed by a bug of imcscan: {message}");
        self.panicked.push((entry.path.to_string(), message.to_owned()));
        self.read.push(ReadFile { file: FileRecord { sha256, ..failed(entry, "internal-error", text) }, message: None });
    }

    fn interrupted(&mut self, entry: &Entry) {
        self.interrupted = true;
        self.read.push(ReadFile { file: failed(entry, "interrupted", "not read: interrupted".into()), message: None });
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

/// Reads a file that stands outside of the queues; none when it is one for the judge.
fn read_unless_judged(entry: &Entry, contents: Contents<'_>, reading: Reading<'_>) -> Option<ReadFile> {
    (!is_judged(kind_of(entry, &contents))).then(|| read_entry(entry, contents, reading))
}

/// Queue items, spool files and saved mails are judged one by one.
fn is_judged(kind: ArtifactKind) -> bool {
    matches!(kind, ArtifactKind::TnefMessage | ArtifactKind::SpoolFile | ArtifactKind::Rfc822)
}

fn kind_of(entry: &Entry, contents: &Contents<'_>) -> ArtifactKind {
    let is_unread = contents.error.is_some() && contents.bytes.is_empty();
    let kind = if is_unread { ArtifactKind::Unknown } else { sniff(contents.bytes, entry.path.as_str()) };
    // Mail in the spool may begin with any field, and Japanese text is full of escape characters.
    let is_unsure = matches!(kind, ArtifactKind::Unknown | ArtifactKind::Text);
    if is_unsure && is_in_spool(entry.path.as_str()) && begins_with_a_field(contents.bytes) { ArtifactKind::Rfc822 } else { kind }
}

fn begins_with_a_field(bytes: &[u8]) -> bool {
    let name = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
    name > 0 && bytes.get(name) == Some(&b':')
}

/// Reads one file by its kind.
fn read_entry(entry: &Entry, contents: Contents<'_>, reading: Reading<'_>) -> ReadFile {
    let Reading { limits, judge, server, configuration } = reading;
    let path = entry.path.as_str();
    let kind = kind_of(entry, &contents);
    let Contents { bytes, holes, size_read, sha256, error, .. } = contents;
    let queue_kind = path.split_once('/').and_then(|(top, _)| QueueKind::of_folder(top));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let queue = queue_kind.map_or(folder, |queue| queue.display_name());
    let place = ItemPlace { path, queue, queue_kind, server, configuration };
    let mut message = None;
    let Decoded { value: content, mut anomalies } = if kind == ArtifactKind::TnefMessage {
        let item = read_item(Sparse { bytes, holes }, place, limits, judge);
        message = Some(item.record);
        Decoded { value: Content::Message, anomalies: item.anomalies }
    } else {
        if is_judged(kind) {
            judge(&Item::of_raw(place, bytes, limits));
        }
        read_content(bytes, kind, path, limits)
    };
    anomalies.extend(contents.damage());
    anomalies.sort_by_key(|anomaly| anomaly.offset);
    let state = state_of(kind, (bytes, error), &anomalies);
    let keep_text = matches!(content, Content::None) && (queue_kind.is_none() || bytes.len() <= SMALL_TEXT);
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
    ReadFile { file, message }
}

/// Texts in queue folders that may be notes of a scanner are short; longer ones are not kept.
const SMALL_TEXT: usize = 4096;

/// Reads a file that is no queue item.
fn read_content(bytes: &[u8], kind: ArtifactKind, path: &str, limits: &Limits) -> Decoded<Content> {
    match kind {
        // What carries the list's name is read as such, so that rules can say that it is empty or no text.
        _ if is_packing_list_name(path) => Decoded::clean(Content::PackingList(Box::new(ListText::of(bytes, limits)))),
        ArtifactKind::Registry | ArtifactKind::Hive => registry::parse(bytes, limits).map(|dump| Content::Registry(Box::new(dump))),
        ArtifactKind::DirectoryExport => dapi_csv::parse(bytes, limits).map(|export| Content::Directory(Box::new(export))),
        ArtifactKind::PackingList => Decoded::clean(Content::PackingList(Box::new(ListText::of(bytes, limits)))),
        _ if is_index_path(path) => Decoded::clean(Content::SpoolIndex(names_in_index(bytes))),
        ArtifactKind::SpoolFile => spool_mail(bytes, limits),
        ArtifactKind::Rfc822 if is_in_spool(path) => spool_mail(bytes, limits),
        ArtifactKind::Rfc822 => mime::document(bytes, limits).map(|_| Content::None),
        ArtifactKind::ImcCopy | ArtifactKind::MigrationList | ArtifactKind::MigrationLog | ArtifactKind::MigrationWizard => {
            sibling(bytes, path, limits)
        }
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
    let Some(kind) = SiblingKind::of(bytes, path, limits) else { return Decoded::clean(Content::None) };
    let mut siblings = Siblings::default();
    siblings.add(kind, path, (bytes, limits));
    let anomalies = siblings.anomalies().cloned().collect();
    Decoded { value: Content::Sibling(Box::new(siblings)), anomalies }
}

fn state_of(kind: ArtifactKind, (bytes, error): (&[u8], Option<&str>), anomalies: &[Anomaly]) -> FileState {
    const UNDERSTOOD: [ArtifactKind; 12] = [
        ArtifactKind::TnefMessage,
        ArtifactKind::Registry,
        ArtifactKind::Hive,
        ArtifactKind::DirectoryExport,
        ArtifactKind::PackingList,
        ArtifactKind::ImcCopy,
        ArtifactKind::MigrationList,
        ArtifactKind::MigrationLog,
        ArtifactKind::MigrationWizard,
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
    } else if anomalies.iter().any(|anomaly| LOSSES.contains(&anomaly.code) || leaves_out(anomaly.code)) {
        FileState::PartlyRead
    } else {
        FileState::Read
    }
}

/// Whether a limit of reading was hit; only anomalies beyond theirs are no part of the evidence.
fn leaves_out(code: &str) -> bool {
    Limits::TABLE.iter().any(|limit| limit.name != "anomalies" && limit.codes.contains(&code))
}

fn place(evidence: &Evidence) -> BackupPlace {
    let (below, archive) = match evidence.root() {
        RootKind::Itself => (String::new(), None),
        RootKind::Below(folder) => (folder.clone(), None),
        RootKind::Archive { format, folder } => (folder.clone(), Some(format.name())),
    };
    let beside = |wanted: fn(&Entry) -> bool| evidence.beside().iter().filter(move |entry| wanted(entry));
    BackupPlace {
        given: shown_path(evidence.given()),
        name: evidence.name().to_owned(),
        rivals: evidence.candidates().iter().filter(|candidate| candidate.path != below).map(rival).collect(),
        folders_beside: beside(Entry::is_folder).map(|folder| (folder.path.name().to_owned(), evidence.is_collection(folder))).collect(),
        files_beside: beside(Entry::is_file).map(|file| file.path.name().to_owned()).collect(),
        notes: Vec::new(),
        below,
        archive,
    }
}

fn rival(candidate: &super::Candidate) -> RivalPlace {
    RivalPlace { path: candidate.path.clone(), is_collection: candidate.marks.is_collection() }
}

/// Remarks of the listing become anomalies of the file they speak of; those of folders and of the whole stay with the place.
fn with_notes(mut backup: Backup, evidence: &Evidence) -> Backup {
    let mut by_file: BTreeMap<usize, Vec<Anomaly>> = BTreeMap::new();
    for note in evidence.notes() {
        let anomaly = Anomaly::new(0, note.code, note.text.as_str());
        let found = backup.files.binary_search_by(|file| file.path.as_ref().cmp(note.path.as_str())).ok();
        match found.filter(|at| backup.files.get(*at).is_some_and(|file| !file.is_folder())) {
            Some(at) => by_file.entry(at).or_default().push(anomaly),
            None => backup.place.notes.push(PlaceNote { path: note.path.as_str().into(), anomaly }),
        }
    }
    for (at, notes) in by_file {
        if let Some(file) = backup.files.get_mut(at) {
            file.anomalies = std::mem::take(&mut file.anomalies).into_iter().chain(notes).collect();
        }
    }
    backup
}
