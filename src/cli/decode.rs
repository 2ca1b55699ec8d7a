//! `imcscan decode`: one file in, everything it says out.

use crate::{
    backup::SingleFile,
    output::{hex, json, text},
    scan::{Contents, reach_of_files, read_file},
};

use super::{
    args::{DecodeArgs, When},
    console::{Console, Failure},
    exit::Exit,
    limits, sandbox,
};

/// Decodes a file. One that can be read in part is decoded as far as it goes; the rest is an anomaly.
pub(super) fn run(args: &DecodeArgs, console: &mut Console) -> Result<Exit, Failure> {
    let limits = limits::load(args.limits.as_deref())?;
    sandbox::enter(args.sandbox, [reach_of_files([&args.file])], false)?;
    let told = |error| Failure::Told(Exit::NoBackup, Box::new(error));
    let (entry, loaded) = read_file(&args.file, &limits).map_err(told)?;
    let contents = loaded.contents();
    let Contents { bytes, size_read, sha256, error, .. } = contents;
    if let Some(error) = error.filter(|_| bytes.is_empty()) {
        return Err(Failure::Told(Exit::NoBackup, format!("cannot read {}: {error}", args.file.display()).into()));
    }
    let mut file = SingleFile::read(entry.path.as_str(), bytes, &limits);
    file.anomalies.extend(contents.damage());
    if args.hex {
        hex::write(&file, &limits, console.out())?;
    } else if args.json {
        json::write_decoded(&file, (size_read, sha256), &limits, console.out())?;
    } else {
        text::write_decoded(&file, (size_read, sha256), (&limits, Console::style(When::Auto)), console.out())?;
    }
    Ok(Exit::Success)
}
