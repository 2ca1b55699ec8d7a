//! Reads many files and hands each to a function, in parallel; results come in the order of the entries, whatever the number of threads.
//!
//! Plain scoped threads and not a work-stealing pool: a file waits for memory while others are in work, and a stealing thread could then
//! wait for itself. Prints nothing; progress goes to the caller.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use super::{
    budget::{Budget, Permit, lock},
    entry::Entry,
    large::LARGE,
    load::{Bounds, Contents, Loaded, load},
    store::{NEVER_REACHED, Store},
};
use crate::base::{Sha256Digest, caught};

/// How far a visit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Files that are done.
    pub files_done: usize,
    /// Files to do.
    pub files_total: usize,
    /// Bytes that were read.
    pub bytes_done: u64,
    /// Bytes to read, as listed.
    pub bytes_total: u64,
}

/// How a visit is to run.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// Files in work at one time; at least one.
    pub threads: usize,
    /// Set from outside to stop before the next file.
    pub cancel: &'a AtomicBool,
    /// Called after each file, from any thread.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T> {
    /// The function returned this.
    Done(T),
    /// The function panicked with this message; the other files are not affected.
    Panicked(Box<str>),
    /// The visit was stopped before the file was done.
    Interrupted,
}

/// One visited file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visited<T> {
    /// Index of the entry among the entries given.
    pub entry: usize,
    /// Bytes that were read.
    pub size_read: u64,
    /// The digest of the whole file; none when it could not be read to its end.
    pub sha256: Option<Sha256Digest>,
    /// What the function made of it.
    pub outcome: Outcome<T>,
}

/// Threads get the stack that a main thread has; decoders of nested messages are tested with it.
const STACK: usize = 8 << 20;

/// Says which entries a visit takes, by position and entry.
pub type Wanted<'a> = &'a (dyn Fn(usize, &Entry) -> bool + Sync);

pub(super) struct Visit<'a, T> {
    pub(super) store: &'a Store,
    pub(super) entries: &'a [Entry],
    pub(super) wanted: Wanted<'a>,
    pub(super) keep: u64,
    pub(super) run: Run<'a>,
    pub(super) work: &'a (dyn Fn(&Entry, Contents<'_>) -> T + Sync),
    /// Says which results are worth returning; of very many files all of one kind, each would take memory for nothing.
    pub(super) tells: &'a (dyn Fn(&T) -> bool + Sync),
    /// Whether contents of attachments may be left out of large files.
    pub(super) is_sparse: bool,
}

/// A file that was read and waits for a thread.
struct Job<'a> {
    slot: usize,
    loaded: Loaded,
    permit: Permit<'a>,
}

impl<T: Send> Visit<'_, T> {
    /// Visits every regular file that is wanted.
    pub(super) fn run(&self) -> Vec<Visited<T>> {
        let files: Vec<usize> =
            self.entries.iter().enumerate().filter(|(at, entry)| entry.is_file() && (self.wanted)(*at, entry)).map(|(at, _)| at).collect();
        let shared = Shared::new(self, &files);
        let threads = self.run.threads.clamp(1, 256);
        let (send, receive) = sync_channel(threads);
        let receive = Mutex::new(receive);
        thread::scope(|scope| {
            let (shared, receive) = (&shared, &receive);
            let mut started = 0;
            for _ in 0..threads {
                let body = move || if self.store.is_sequential() { shared.take_jobs(receive) } else { shared.read_files() };
                started += usize::from(thread::Builder::new().stack_size(STACK).spawn_scoped(scope, body).is_ok());
            }
            if started == 0 {
                // No thread to be had: everything is done here, one file after the other.
                shared.read_files();
            } else if self.store.is_sequential() {
                shared.feed(&send);
            }
            drop(send);
        });
        drop(receive);
        shared.finish()
    }
}

/// What the threads of one visit share.
struct Shared<'a, T> {
    visit: &'a Visit<'a, T>,
    files: &'a [usize],
    next: AtomicUsize,
    budget: Budget,
    progress: Mutex<Progress>,
    done: Mutex<Done<T>>,
}

/// What became of the files so far.
struct Done<T> {
    visited: Vec<Visited<T>>,
    /// By index of the entry: done, with a result that nobody asks for.
    untold: Vec<bool>,
}

impl<'a, T: Send> Shared<'a, T> {
    fn new(visit: &'a Visit<'a, T>, files: &'a [usize]) -> Self {
        let bytes_total = files.iter().filter_map(|&at| visit.entries.get(at)).fold(0u64, |sum, entry| sum.saturating_add(entry.size));
        let progress = Progress { files_total: files.len(), bytes_total, ..Progress::default() };
        let (budget, next) = (Budget::default(), AtomicUsize::new(0));
        let done = Done { visited: Vec::new(), untold: vec![false; visit.entries.len()] };
        Self { visit, files, next, budget, progress: Mutex::new(progress), done: Mutex::new(done) }
    }

    fn is_cancelled(&self) -> bool {
        self.visit.run.cancel.load(Ordering::Relaxed)
    }

    fn bounds(&self) -> Bounds<'a> {
        Bounds { keep: self.visit.keep, declared: None, cancel: self.visit.run.cancel }
    }

    /// Reads and works off files until none is left.
    fn read_files(&self) {
        while let Some((slot, entry)) = self.next_file() {
            let is_sparse = self.visit.is_sparse && self.visit.store.states_true_sizes() && entry.size > LARGE;
            let size = if is_sparse { LARGE } else { entry.size.min(self.visit.keep) };
            let (permit, mut buffer) = self.budget.acquire(size);
            if self.visit.store.states_true_sizes() {
                buffer.clear();
                // One byte more, so that the end of the file is found without growing.
                buffer.reserve_exact(usize::try_from(size).map_or(0, |size| size + 1));
            }
            let loaded = match &entry.unreadable {
                Some(reason) => Loaded::failed(reason.as_ref(), buffer),
                None if is_sparse => caught(|| self.visit.store.read_sparse(entry, self.bounds(), buffer))
                    .unwrap_or_else(|bug| Loaded::failed(format!("cannot be read: {bug}"), Vec::new())),
                None => caught(|| self.visit.store.read(entry, self.bounds(), buffer))
                    .unwrap_or_else(|bug| Loaded::failed(format!("cannot be unpacked: {bug}"), Vec::new())),
            };
            self.work_off(Job { slot, loaded, permit });
        }
    }

    fn next_file(&self) -> Option<(usize, &'a Entry)> {
        if self.is_cancelled() {
            return None;
        }
        let slot = *self.files.get(self.next.fetch_add(1, Ordering::Relaxed))?;
        Some((slot, self.visit.entries.get(slot)?))
    }

    /// Works off what [`Self::feed`] reads.
    fn take_jobs(&self, receive: &Mutex<Receiver<Job<'_>>>) {
        loop {
            let job = lock(receive).recv();
            let Ok(job) = job else { return };
            self.work_off(job);
        }
    }

    /// Reads the members of a sequential store in their order and hands them to the threads.
    fn feed<'s>(&'s self, send: &SyncSender<Job<'s>>) {
        let entry_at = |slot: usize| self.visit.entries.get(slot);
        let mut waiting: std::collections::HashMap<usize, usize> =
            self.files.iter().filter_map(|&slot| Some((entry_at(slot).filter(|entry| entry.unreadable.is_none())?.member, slot))).collect();
        let walked = caught(|| {
            self.visit.store.walk(&mut |member, reader| {
                if waiting.is_empty() || self.is_cancelled() {
                    return ControlFlow::Break(());
                }
                let Some(slot) = waiting.remove(&member) else { return ControlFlow::Continue(()) };
                let size = entry_at(slot).map_or(0, |entry| entry.size);
                let (permit, buffer) = self.budget.acquire(size.min(self.visit.keep));
                let loaded = load(reader, Bounds { declared: Some(size), ..self.bounds() }, buffer);
                if send.send(Job { slot, loaded, permit }).is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        });
        let reason = walked.err().map_or_else(|| NEVER_REACHED.to_string(), |bug| format!("cannot be unpacked: {bug}"));
        for &slot in self.files {
            let known = entry_at(slot).and_then(|entry| entry.unreadable.as_deref());
            let left = entry_at(slot).is_some_and(|entry| waiting.get(&entry.member) == Some(&slot)) || known.is_some();
            if left && !self.is_cancelled() {
                let loaded = Loaded::failed(known.unwrap_or(&reason), Vec::new());
                let _ = send.send(Job { slot, loaded, permit: self.budget.acquire(0).0 });
            }
        }
    }

    /// Calls the function for one file; a panic in it costs this file only.
    fn work_off(&self, job: Job<'_>) {
        let Job { slot, loaded, permit } = job;
        let Some(entry) = self.visit.entries.get(slot) else { return };
        let contents = loaded.contents();
        let outcome = if self.is_cancelled() {
            Outcome::Interrupted
        } else {
            match caught(|| (self.visit.work)(entry, contents)) {
                Ok(value) => Outcome::Done(value),
                Err(bug) => Outcome::Panicked(bug.into()),
            }
        };
        let Contents { size_read, sha256, .. } = contents;
        permit.end(loaded.into_buffer());
        let is_told = if let Outcome::Done(value) = &outcome { (self.visit.tells)(value) } else { true };
        lock(&self.done).add(is_told, Visited { entry: slot, size_read, sha256, outcome });
        let mut progress = lock(&self.progress);
        progress.files_done += 1;
        progress.bytes_done = progress.bytes_done.saturating_add(size_read);
        (self.visit.run.progress)(*progress);
    }

    /// Returns the results in the order of the entries; what was never begun was interrupted.
    fn finish(self) -> Vec<Visited<T>> {
        let Done { mut visited, mut untold } = self.done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        for told in &visited {
            untold.get_mut(told.entry).into_iter().for_each(|is_known| *is_known = true);
        }
        let left = self.files.iter().copied().filter(|&entry| untold.get(entry) != Some(&true));
        visited.extend(left.map(|entry| Visited { entry, size_read: 0, sha256: None, outcome: Outcome::Interrupted }));
        visited.sort_unstable_by_key(|visited| visited.entry);
        visited
    }
}

impl<T> Done<T> {
    fn add(&mut self, is_told: bool, visited: Visited<T>) {
        if is_told {
            self.visited.push(visited);
        } else if let Some(untold) = self.untold.get_mut(visited.entry) {
            *untold = true;
        }
    }
}
