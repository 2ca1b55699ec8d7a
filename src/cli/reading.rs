//! Evidence in, judged Backup out: the part that every command over a Backup shares.

use thiserror::Error;

use crate::{
    backup::{Item, ProductVersion},
    base::Limits,
    diagnostics::Hits,
    report::{Report, analyze},
    rules::CATALOGUE,
    scan::{Entry, Evidence, Judge, Loaded, Progress, Run, ScanError, Scanned, reach_of_backup, reach_of_files, read_backup, read_file},
};

use super::{
    args::EvidenceArgs,
    config,
    console::{Console, Failure},
    exit::Exit,
    interrupt,
    processors::threads,
    progress, sandbox,
};

/// A judged Backup, and where it was read from.
pub(super) struct Judged {
    /// The result.
    pub(super) report: Report,
    /// The evidence, to read a file again.
    pub(super) evidence: Evidence,
    panicked: Vec<(String, String)>,
}

impl Judged {
    /// Names the files that a bug kept from being read, and returns whether there is none.
    pub(super) fn complain(&self) -> bool {
        for (path, message) in &self.panicked {
            Console::complain(&format!("a bug in imcscan kept it from reading {path}: {message}"));
        }
        self.panicked.is_empty()
    }
}

/// Reads and judges a Backup; none when it was interrupted, which is said.
pub(super) fn read(args: &EvidenceArgs) -> Result<Option<Judged>, Failure> {
    let settings = args.config.as_deref().map(config::load).transpose()?.unwrap_or_default();
    let version = args.exchange.as_deref().map(version).transpose()?;
    let limits = Limits::default();
    // Asked for before the files are out of reach that tell it.
    threads(args.threads);
    sandbox::enter(args.confinement(), [reach_of_backup(&args.path), reach_of_files(&args.with)], false)?;
    let evidence = Evidence::open(&args.path, &limits).map_err(told)?;
    let given = args.with.iter().map(|path| read_file(path, &limits)).collect::<Result<Vec<_>, _>>().map_err(told)?;
    let hits = Hits::default();
    let judge = |item: &Item<'_>| hits.judge(CATALOGUE, &settings, item);
    let Scanned { mut backup, panicked, interrupted } = scan(args, (&evidence, &given), (&limits, &judge));
    if interrupted {
        Console::complain("interrupted; no report was made");
        return Ok(None);
    }
    if version.is_some() {
        backup.version = version;
    }
    let report = analyze(backup, hits, (CATALOGUE, settings));
    Ok(Some(Judged { report, evidence, panicked }))
}

#[derive(Debug, Error)]
#[error("'{0}' is no Exchange version; write 5.5, 5.5.2650, 5.5.2650.21 or \"5.5 SP3\"")]
struct NoVersion(String);

/// Returns the version that a user states.
pub(super) fn version(text: &str) -> Result<ProductVersion, Failure> {
    ProductVersion::stated(text).ok_or_else(|| Failure::Told(Exit::Usage, Box::new(NoVersion(text.to_owned()))))
}

fn told(error: ScanError) -> Failure {
    Failure::Told(Exit::NoBackup, Box::new(error))
}

fn scan(args: &EvidenceArgs, (evidence, given): (&Evidence, &[(Entry, Loaded)]), context: (&Limits, Judge<'_>)) -> Scanned {
    let bar = progress::bar(args.quiet, evidence.entries().iter().filter(|entry| entry.is_file()).count());
    let advance = |progress: Progress| {
        bar.set_length(progress.files_total as u64);
        bar.set_position(progress.files_done as u64);
        bar.set_message(format!("{} MiB", progress.bytes_done >> 20));
    };
    let run = Run { threads: threads(args.threads), cancel: interrupt::listen(), progress: &advance };
    let scanned = read_backup(evidence, given, run, context);
    bar.finish_and_clear();
    scanned
}
