//! `imcscan migrate`: a recipient list and its logs in, who is done, who failed and who was never tried out; and the list for the next run.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    backup::{SiblingKind, Siblings, retry_bytes, retry_list},
    base::Limits,
    export::{new_file, take_away},
    output::{json, text},
    scan::{Contents, Loaded, reach_of_files, read_file, shown_path},
};

use super::{
    args::{ListFormat, MigrateArgs, When},
    console::{Console, Failure},
    exit::Exit,
    limits, sandbox,
};

#[derive(Debug, Error)]
enum MigrateError {
    #[error("{} is neither a recipient list nor a result log of the Mailbox Migration Utility", .0.display())]
    Foreign(PathBuf),
    #[error("cannot read {} to its end: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{} holds no result lines; give a result log as well", .0.display())]
    NoLog(PathBuf),
    #[error("{} exists already and is not overwritten; --retry wants a new file", .0.display())]
    Exists(PathBuf),
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        let exit = match error {
            MigrateError::NoLog(_) | MigrateError::Exists(_) => Exit::Usage,
            MigrateError::Write { .. } => Exit::Unwritten,
            _ => Exit::NoBackup,
        };
        Self::Told(exit, Box::new(error))
    }
}

/// Compares lists and logs.
pub(super) fn run(args: &MigrateArgs, console: &mut Console) -> Result<Exit, Failure> {
    let limits = limits::load(args.limits.as_deref())?;
    sandbox::enter(args.sandbox, [reach_of_files(std::iter::once(&args.list).chain(&args.logs))], args.retry.is_some())?;
    let mut files: Vec<(String, Loaded)> = Vec::new();
    let mut siblings = Siblings::default();
    for path in std::iter::once(&args.list).chain(&args.logs) {
        let (_, loaded) = read_file(path, &limits).map_err(|error| Failure::Told(Exit::NoBackup, Box::new(error)))?;
        let name = shown_path(path);
        if files.iter().any(|(known, _)| *known == name) {
            continue;
        }
        add(&mut siblings, (path, &name), (loaded.contents(), &limits))?;
        files.push((name, loaded));
    }
    if args.logs.is_empty() && siblings.result_lines().next().is_none() && siblings.migration_logs.is_empty() {
        return Err(MigrateError::NoLog(args.list.clone()).into());
    }
    let entries = retry_list(&siblings);
    if let Some(path) = &args.retry {
        let bytes_of = |wanted: &str| files.iter().find(|(name, _)| name == wanted).map_or(&[][..], |(_, loaded)| loaded.contents().bytes);
        write_new(path, &retry_bytes(&entries, bytes_of))?;
    }
    let written = args.retry.as_deref().map(shown_path);
    match args.format {
        ListFormat::Text => text::write_migration(&siblings, (&entries, written.as_deref()), (&limits, Console::style(When::Auto)), console.out())?,
        ListFormat::Json => json::write_migration(&siblings, (&entries, written.as_deref()), &limits, console.out())?,
    }
    Ok(Exit::Success)
}

/// Adds a file that the user calls a list or a log; one with nothing in it is a log that was never written to.
fn add(siblings: &mut Siblings, (path, name): (&Path, &str), (contents, limits): (Contents<'_>, &Limits)) -> Result<(), MigrateError> {
    if let Some(reason) = contents.error {
        return Err(MigrateError::Unreadable { path: path.to_path_buf(), reason: reason.to_owned() });
    }
    let bytes = contents.bytes;
    let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
    match SiblingKind::of(bytes, name, limits) {
        Some(kind @ (SiblingKind::MigrationList | SiblingKind::MigrationLog)) => siblings.add_with_both(kind, name, (bytes, limits)),
        None if is_blank => siblings.add(SiblingKind::MigrationLog, name, (bytes, limits)),
        _ => return Err(MigrateError::Foreign(path.to_path_buf())),
    }
    Ok(())
}

/// Writes a new file; one that exists is left alone.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), MigrateError> {
    let told = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => MigrateError::Exists(path.to_path_buf()),
        _ => MigrateError::Write { path: path.to_path_buf(), source },
    };
    let mut file = new_file(path).map_err(told)?;
    file.write_all(bytes).map_err(|error| {
        take_away(path);
        told(error)
    })
}
