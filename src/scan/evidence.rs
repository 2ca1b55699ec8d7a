//! What the user points at, opened: the Backup found in it, listed, and read file by file.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

use sha2::{Digest, Sha256};

use super::{
    archive, disk,
    entry::{Entry, EntryKind, EvidencePath, Note},
    error::ScanError,
    folder::{Folder, named_entry, named_file},
    load::{Bounds, Contents, Loaded},
    marks::{self, Candidate, Marks},
    positional::Positional,
    spool_tree,
    store::{ArchiveFormat, Store, read_on_disk},
    tree::Tree,
    visit::{Run, Visit, Visited, Wanted},
};
use crate::{
    base::{
        Limits, Sha256Digest,
        limits::{ARCHIVE_GRACE, NAMES_BESIDE, SIBLING_BYTES},
    },
    formats::sniff::{ArtifactKind, SNIFF_BYTES, sniff},
};

/// Where the Backup was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootKind {
    /// What the user pointed at is the Backup.
    Itself,
    /// The Backup lies below what the user pointed at.
    Below(String),
    /// The Backup lies in an archive.
    Archive {
        /// The kind of archive.
        format: ArchiveFormat,
        /// The folder within it; empty for its top.
        folder: String,
    },
}

/// A Backup that can be listed and read, and is never written to.
#[derive(Debug)]
pub struct Evidence {
    given: PathBuf,
    root: RootKind,
    name: String,
    candidates: Vec<Candidate>,
    entries: Vec<Entry>,
    beside: Vec<Entry>,
    siblings: Vec<Entry>,
    notes: Vec<Note>,
    store: Store,
    limits: Limits,
}

/// The function that a visit hands each file to.
pub type Work<'a, T> = &'a (dyn Fn(&Entry, Contents<'_>) -> T + Sync);
/// The function that says whether a result is worth telling.
pub type Tells<'a, T> = &'a (dyn Fn(&T) -> bool + Sync);

impl Evidence {
    /// Opens a folder or an archive, finds the Backup in it and lists it. A link given here is followed, links below are not.
    ///
    /// # Errors
    /// When there is nothing to read, or nothing in it is a Backup.
    pub fn open(path: &Path, limits: &Limits) -> Result<Self, ScanError> {
        let given = fs::canonicalize(path).map_err(|error| ScanError::access(path, error))?;
        let found = fs::metadata(&given).map_err(|error| ScanError::access(path, error))?;
        if found.is_dir() {
            open_folder(path, &given, limits)
        } else if found.is_file() {
            open_archive(path, &given, limits)
        } else {
            Err(ScanError::NoArchive { path: path.to_path_buf() })
        }
    }

    /// Returns the path that the user gave.
    #[must_use]
    pub fn given(&self) -> &Path {
        &self.given
    }

    /// Returns the bounds under which it was opened.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Returns where the Backup was found.
    #[must_use]
    pub fn root(&self) -> &RootKind {
        &self.root
    }

    /// Returns the name of the Backup's folder, or of the archive when the Backup is its top.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns every folder that might have been meant, sorted by path; the chosen one is among them.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Returns everything below the root, sorted by path.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns what lies beside the root, by name only; paths begin with `../`.
    #[must_use]
    pub fn beside(&self) -> &[Entry] {
        &self.beside
    }

    /// Returns what beside the root is worth reading: IMCCOPY and migration files, in an archive every small file, and the parts of the
    /// spool directory with their folders.
    #[must_use]
    pub fn siblings(&self) -> &[Entry] {
        &self.siblings
    }

    /// Returns what is to be said about the evidence as a whole.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// Returns whether a folder beside the root is a whole collection itself; looks at names only.
    #[must_use]
    pub fn is_collection(&self, folder: &Entry) -> bool {
        let Store::Folder(tree) = &self.store else { return false };
        if !folder.is_folder() || self.beside.binary_search_by(|entry| entry.path.cmp(&folder.path)).is_err() {
            return false;
        }
        let mut marks = Marks::default();
        let listed = tree.folder(folder.path.os()).and_then(|folder| disk::list_flat(&folder, NAMES_BESIDE));
        let (entries, _) = listed.unwrap_or_default();
        for entry in entries {
            marks.add(Marks::of(entry.path.name(), entry.is_folder()));
        }
        marks.is_collection()
    }

    /// Reads every regular file among `entries` (those of this evidence) and hands it to `work`, in parallel.
    /// The results stand in the order of `entries`. A file that cannot be read is handed over too, with its error.
    pub fn visit<T: Send>(&self, entries: &[Entry], run: Run<'_>, work: &(dyn Fn(&Entry, Contents<'_>) -> T + Sync)) -> Vec<Visited<T>> {
        self.visit_some((entries, &|_, _| true), run, work)
    }

    /// Does the same for those of the entries that are wanted, by position and entry.
    pub fn visit_some<T: Send>(
        &self,
        (entries, wanted): (&[Entry], Wanted<'_>),
        run: Run<'_>,
        work: &(dyn Fn(&Entry, Contents<'_>) -> T + Sync),
    ) -> Vec<Visited<T>> {
        let keep = self.limits.file_bytes;
        Visit { store: &self.store, entries, wanted, keep, run, work, tells: &|_| true, is_sparse: false }.run()
    }

    /// Does the same, leaves contents of attachments out of large files, and returns only the results worth telling, beside what failed and
    /// what was interrupted.
    pub fn visit_telling<T: Send>(
        &self,
        (entries, wanted): (&[Entry], Wanted<'_>),
        run: Run<'_>,
        (work, tells): (Work<'_, T>, Tells<'_, T>),
    ) -> Vec<Visited<T>> {
        Visit { store: &self.store, entries, wanted, keep: self.limits.file_bytes, run, work, tells, is_sparse: true }.run()
    }

    /// Reads one file of this evidence.
    #[must_use]
    pub fn read(&self, entry: &Entry) -> Loaded {
        let cancel = AtomicBool::new(false);
        match &entry.unreadable {
            Some(reason) => Loaded::failed(reason.as_ref(), Vec::new()),
            None if !entry.is_file() => Loaded::failed("is no regular file", Vec::new()),
            None => self.store.read(entry, Bounds { keep: self.limits.file_bytes, declared: None, cancel: &cancel }, Vec::new()),
        }
    }
}

/// Reads a single file that the user points at.
///
/// # Errors
/// When the path does not exist or is no regular file. A file that cannot be read to its end says so in its contents.
pub fn read_file(path: &Path, limits: &Limits) -> Result<(Entry, Loaded), ScanError> {
    let access = |error| ScanError::access(path, error);
    let given = fs::canonicalize(path).map_err(access)?;
    let name = given.file_name().unwrap_or_default();
    let entry = named_entry(&given, EvidencePath::default().join(name));
    if !entry.is_file() {
        return Err(ScanError::NoFile { path: path.to_path_buf() });
    }
    let file = named_file(&given).map_err(access)?;
    let cancel = AtomicBool::new(false);
    let loaded = read_on_disk(Ok(file), &entry, Bounds { keep: limits.file_bytes, declared: None, cancel: &cancel }, Vec::new());
    Ok((entry, loaded))
}

/// Returns the digest of a listing: SHA-256 over one line `<sha256>  <path>` for each file in order, `-` for a digest that is missing.
#[must_use]
pub fn manifest_digest<'a>(files: impl IntoIterator<Item = (&'a str, Option<Sha256Digest>)>) -> Sha256Digest {
    let mut hash = Sha256::new();
    for (path, digest) in files {
        let digest = digest.map_or_else(|| "-".to_string(), |digest| digest.to_string());
        hash.update(format!("{digest}  {path}\n"));
    }
    Sha256Digest(hash.finalize().into())
}

fn open_folder(path: &Path, given: &Path, limits: &Limits) -> Result<Evidence, ScanError> {
    let access = |error| ScanError::access(path, error);
    let top = Folder::open(given).map_err(access)?;
    let search = disk::search(&top, limits).map_err(access)?;
    let Some(chosen) = marks::choose(&search.candidates).cloned() else {
        let path = path.to_path_buf();
        return Err(if search.any { ScanError::NoBackup { packed: packed(top, &search.files), path } } else { ScanError::Empty { path } });
    };
    let at = search.candidates.iter().position(|one| *one == chosen).unwrap_or(0);
    let place = search.places.get(at).map(EvidencePath::os).unwrap_or_default();
    let root = top.below(place).map_err(access)?;
    let place = given.join(place);
    let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let listing = disk::list(&root, limits);
    // The folder that holds a folder named Backup is Imcdata or a case folder; that of any other name may hold anything.
    let may_look = chosen.depth() > 0 || marks::is_backup_name(&name);
    let mut tree = Tree::new(root);
    let beside = beside_on_disk((&mut tree, &place), chosen.depth().max(1), may_look);
    let notes = [search.notes, beside.notes, listing.notes].concat();
    let mut candidates = search.candidates;
    candidates.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Evidence {
        given: path.to_path_buf(),
        root: if chosen.path.is_empty() { RootKind::Itself } else { RootKind::Below(chosen.path) },
        name,
        candidates,
        entries: listing.entries,
        beside: beside.all,
        siblings: beside.siblings,
        notes,
        store: Store::Folder(tree),
        limits: limits.clone(),
    })
}

/// What lies beside a root on disk.
#[derive(Default)]
struct Beside {
    all: Vec<Entry>,
    siblings: Vec<Entry>,
    notes: Vec<Note>,
}

/// Looks at the folders above the root, up to what the user pointed at: names of all, and the files that IMCCOPY or MIGRATE wrote.
fn beside_on_disk((tree, root): (&mut Tree, &Path), levels: usize, may_look: bool) -> Beside {
    let mut beside = Beside::default();
    let mut up = EvidencePath::default();
    for own in root.ancestors().take(levels).map_while(Path::file_name) {
        up = up.join("..".as_ref());
        let listed = tree.climb().and_then(|above| Ok((above, disk::list_flat(above, NAMES_BESIDE)?)));
        let (above, (entries, cut)) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                beside.notes.push(Note::new(&up, "folder-unreadable", format!("the folder cannot be listed: {error}")));
                break;
            }
        };
        if cut {
            beside.notes.push(Note::new(&up, "too-many-files", format!("only the first {NAMES_BESIDE} names beside the Backup are looked at")));
        }
        for mut entry in entries.into_iter().filter(|entry| entry.path.os() != own) {
            let name = entry.path.os().to_os_string();
            entry.path = up.join(&name);
            if may_look {
                beside.look_at((above, &name), &entry);
            }
            beside.all.push(entry);
        }
    }
    beside.all.sort_by(|a, b| a.path.cmp(&b.path));
    beside.siblings.sort_by(|a, b| a.path.cmp(&b.path));
    beside
}

impl Beside {
    /// Keeps an entry that is worth reading, a spool folder with everything in it.
    fn look_at(&mut self, (above, name): (&Folder, &OsStr), entry: &Entry) {
        let is_spool = spool_tree::is_part(entry);
        if is_spool || entry.is_file() && is_sibling_text(above.file(name), entry) {
            let mut kept = entry.clone();
            spool_tree::bound(&mut kept);
            self.siblings.push(kept);
        }
        if is_spool && entry.is_folder() {
            let (mut entries, mut notes) = match above.below(name) {
                Ok(place) => spool_tree::list(&place, &entry.path),
                Err(error) => (Vec::new(), vec![Note::new(&entry.path, "folder-unreadable", format!("the folder cannot be listed: {error}"))]),
            };
            self.siblings.append(&mut entries);
            self.notes.append(&mut notes);
        }
    }
}

fn is_sibling_text(opened: io::Result<File>, entry: &Entry) -> bool {
    let mut head = Vec::new();
    let read = opened.and_then(|file| file.take(SNIFF_BYTES as u64).read_to_end(&mut head));
    let kinds = [ArtifactKind::ImcCopy, ArtifactKind::MigrationList, ArtifactKind::MigrationLog, ArtifactKind::MigrationWizard];
    entry.size <= SIBLING_BYTES && read.is_ok() && kinds.contains(&sniff(&head, entry.path.name()))
}

/// Returns the files among which a Backup may still be packed (PKG025).
fn packed(given: Folder, files: &[EvidencePath]) -> Vec<String> {
    let tree = Tree::new(given);
    let is_packed = |path: &&EvidencePath| {
        let mut head = Vec::new();
        let read = tree.file(path).and_then(|file| file.take(512).read_to_end(&mut head));
        read.is_ok() && sniff(&head, path.name()).is_packed()
    };
    files.iter().filter(is_packed).map(ToString::to_string).collect()
}

fn open_archive(path: &Path, given: &Path, limits: &Limits) -> Result<Evidence, ScanError> {
    let file = named_file(given).and_then(Positional::new).map_err(|error| ScanError::access(path, error))?;
    let limits = &bounded_by_ratio(limits, file.length());
    let shown = path.to_path_buf();
    let (format, store, catalogue) = match Store::open_archive(file, limits) {
        None => return Err(ScanError::NoArchive { path: shown }),
        Some(Err(reason)) => return Err(ScanError::DamagedArchive { path: shown, reason }),
        Some(Ok(opened)) => opened,
    };
    let listing = archive::tree(catalogue, limits);
    let candidates = archive::candidates(&listing.entries);
    let Some(chosen) = marks::choose(&candidates).cloned() else {
        let packed = listing.entries.iter().filter(|entry| entry.is_file() && has_packed_name(entry.path.name()));
        let packed = packed.map(|entry| entry.path.to_string()).collect();
        return Err(if listing.entries.is_empty() { ScanError::Empty { path: shown } } else { ScanError::NoBackup { path: shown, packed } });
    };
    let archive_name = given.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = chosen.path.rsplit('/').next().filter(|name| !name.is_empty()).map_or(archive_name, ToString::to_string);
    let mut notes = listing.notes;
    for note in &mut notes {
        let rest = note.path.as_str().strip_prefix(chosen.path.as_str()).and_then(|rest| rest.strip_prefix('/'));
        note.path = rest.map_or_else(|| note.path.clone(), EvidencePath::new);
    }
    let (entries, beside, spool) = below(listing.entries, &chosen.path);
    let is_small = |entry: &&Entry| entry.kind == EntryKind::File && entry.size <= SIBLING_BYTES;
    let siblings = beside.iter().filter(|entry| is_small(entry) || spool_tree::is_part(entry)).cloned().chain(spool);
    let siblings = siblings.map(|mut entry| {
        spool_tree::bound(&mut entry);
        entry
    });
    let siblings = siblings.collect();
    Ok(Evidence {
        given: shown,
        root: RootKind::Archive { format, folder: chosen.path },
        name,
        candidates,
        entries,
        beside,
        siblings,
        notes,
        store,
        limits: limits.clone(),
    })
}

/// An archive may unpack to so much for each of its own bytes, once that is more than the grace.
fn bounded_by_ratio(limits: &Limits, packed: u64) -> Limits {
    let most = packed.saturating_mul(limits.archive_ratio).max(ARCHIVE_GRACE);
    Limits { archive_bytes: limits.archive_bytes.min(most), ..limits.clone() }
}

fn has_packed_name(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    ["zip", "cab", "gz", "tgz", "tar", "exe", "arj", "lzh", "uue"].contains(&extension.as_str())
}

/// Splits the tree of an archive into what lies below the root, what lies directly in the folders above it, and what lies in spool folders
/// there.
fn below(entries: Vec<Entry>, root: &str) -> (Vec<Entry>, Vec<Entry>, Vec<Entry>) {
    if root.is_empty() {
        return (entries, Vec::new(), Vec::new());
    }
    let depth = root.split('/').count();
    let (mut inside, mut beside, mut spool) = (Vec::new(), Vec::new(), Vec::new());
    for mut entry in entries {
        let rest = entry.path.as_str().strip_prefix(root).and_then(|rest| rest.strip_prefix('/'));
        if let Some(rest) = rest {
            entry.path = EvidencePath::new(rest);
            inside.push(entry);
            continue;
        }
        if let Some(path) = spool_tree::path_beside(entry.path.as_str(), root) {
            entry.path = EvidencePath::new(&path);
            spool.push(entry);
            continue;
        }
        let parent = entry.path.parent();
        let is_above = parent.is_empty() || root.starts_with(parent) && root.as_bytes().get(parent.len()) == Some(&b'/');
        let is_way = root == entry.path.as_str() || root.starts_with(&format!("{}/", entry.path));
        if is_above && !is_way {
            let up = "../".repeat(depth + 1 - entry.path.depth());
            entry.path = EvidencePath::new(&format!("{up}{}", entry.path.name()));
            beside.push(entry);
        }
    }
    (inside, beside, spool)
}
