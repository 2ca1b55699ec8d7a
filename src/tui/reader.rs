//! Reads a Backup while the view is already there: rows, progress and at last the report are sent as they come. Starts no threads itself;
//! `terminal` does.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use crate::{
    backup::{Item, ProductVersion},
    diagnostics::{Hits, Settings},
    query::MessageTable,
    report::{Report, analyze},
    rules::CATALOGUE,
    scan::{Entry, Evidence, Loaded, Progress, Run, ScanError, Scanned, read_backup, read_file},
};

use super::{
    app::{Sorted, Sorting},
    message_row::MessageRow,
    opened::Opened,
    rows::{Rows, rows_of},
    target::{Item as ListItem, Screen},
    view::{self, files::Listed},
};

/// What is to be read, and how it is to be judged.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The Backup.
    pub path: PathBuf,
    /// Sibling files that lie elsewhere.
    pub with: Vec<PathBuf>,
    /// What the user set differently.
    pub settings: Settings,
    /// The version that the user states.
    pub version: Option<ProductVersion>,
    /// Files in work at one time.
    pub threads: usize,
}

/// What the reader tells.
#[derive(Debug)]
pub enum Event {
    /// The evidence is opened and listed.
    Listed(Arc<Evidence>),
    /// A queue item was decoded.
    Row(Box<MessageRow>),
    /// So much is read.
    Progress(Progress),
    /// All is read and judged.
    Done(Box<Done>),
    /// An order of messages was found.
    Sorted(Sorted),
    /// A filter has read so many messages again, of so many.
    Filtering(usize, usize),
    /// This passes the filter of this text on this screen.
    Filtered(Screen, String, Vec<bool>),
    /// An order or a filter was not found.
    NotAnswered,
    /// Something was saved, or not; in words.
    Saved(String),
    /// Reading was stopped.
    Stopped,
    /// There is nothing to read.
    Failed(ScanError),
    /// A bug of this program ended the reading.
    Crashed(String),
    /// This file cannot be opened.
    NotOpened(String),
    /// A single file was decoded.
    Opened(Box<Opened>),
}

/// A finished reading.
#[derive(Debug, Clone)]
pub struct Done {
    /// The result.
    pub report: Arc<Report>,
    /// What filters are put to.
    pub table: Arc<MessageTable>,
    /// The queue items as the view lists them.
    pub rows: Rows,
    /// Their order at first.
    pub order: Vec<u32>,
    /// How each file stands to the packing list.
    pub listing: Vec<Listed>,
    /// The rows of the overview.
    pub overview: Vec<ListItem>,
    /// What bugs of this program cost, in sentences.
    pub bugs: Vec<String>,
}

impl Done {
    /// Returns everything that the view needs of a report.
    #[must_use]
    pub fn of(report: Report) -> Self {
        let table = MessageTable::new(&report.backup, &report.findings);
        let rows = rows_of(&report);
        let order = view::messages::order(&rows, Sorting::default());
        let (listing, overview) = (view::files::listing(&report), view::overview::items(&report, &rows, &table));
        let bugs = report.bugs.iter().map(|bug| format!("a bug in imcscan: {bug}")).collect();
        Self { report: Arc::new(report), table: Arc::new(table), rows, order, listing, overview, bugs }
    }
}

/// Reads and judges a Backup; `send` is called from many threads.
pub fn read(request: &Request, cancel: &AtomicBool, send: &(dyn Fn(Event) + Sync)) {
    if let Err(error) = read_all(request, cancel, send) {
        send(Event::Failed(error));
    }
}

fn read_all(request: &Request, cancel: &AtomicBool, send: &(dyn Fn(Event) + Sync)) -> Result<(), ScanError> {
    let limits = request.settings.limits.clone();
    let evidence = Arc::new(Evidence::open(&request.path, &limits)?);
    send(Event::Listed(Arc::clone(&evidence)));
    let with = |path: &PathBuf| read_file(Path::new(path), &limits);
    let given: Vec<(Entry, Loaded)> = request.with.iter().map(with).collect::<Result<_, _>>()?;
    let hits = Hits::default();
    let judge = |item: &Item<'_>| {
        hits.judge(CATALOGUE, &request.settings, item);
        if let Some(row) = MessageRow::of_item(item) {
            send(Event::Row(Box::new(row)));
        }
    };
    let progress = |progress: Progress| send(Event::Progress(progress));
    let run = Run { threads: request.threads.max(1), cancel, progress: &progress };
    let Scanned { mut backup, interrupted, panicked } = read_backup(&evidence, &given, run, (&limits, &judge));
    if interrupted {
        send(Event::Stopped);
        return Ok(());
    }
    if request.version.is_some() {
        backup.version.clone_from(&request.version);
    }
    let report = analyze(backup, hits, (CATALOGUE, request.settings.clone()));
    let mut done = Done::of(report);
    done.bugs.extend(panicked.iter().map(|(path, text)| format!("a bug in imcscan kept it from reading {path}: {text}")));
    send(Event::Done(Box::new(done)));
    Ok(())
}

/// Reads and decodes one file of the evidence again.
#[must_use]
pub fn open(evidence: &Evidence, path: &str) -> Option<Opened> {
    let mut entries = evidence.entries().iter().chain(evidence.siblings());
    let entry = entries.find(|entry| entry.path.as_str() == path)?;
    let loaded = evidence.read(entry);
    let contents = loaded.contents();
    Some(Opened::decode(path, contents.bytes, (contents.damage().collect(), evidence.limits())))
}
