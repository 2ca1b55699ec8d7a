//! An end asked for in the middle: no half document, one sentence, the exit code of the shell. Nothing here waits for a time; each step waits
//! until the one before can be seen.

use std::{
    fs,
    io::{ErrorKind, Read},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use crate::common::{PROGRAM, project, scratch};

/// How long anything may take before it counts as not happening; a machine under load is slow.
const PATIENCE: Duration = Duration::from_mins(1);

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "no {what}");
        std::thread::yield_now();
    }
}

fn start(arguments: &[&str]) -> Child {
    Command::new(PROGRAM).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

/// Waits until a process has a file open.
fn opens(child: &Child, file: &Path) {
    let folder = format!("/proc/{}/fd", child.id());
    let has_open = || match fs::read_dir(&folder) {
        Ok(open) => open.filter_map(Result::ok).any(|one| fs::read_link(one.path()).is_ok_and(|target| target == file)),
        Err(error) => panic!("the program is gone: {error}"),
    };
    until("open file", has_open);
}

fn end_of(mut child: Child) -> (ExitStatus, Vec<u8>, String) {
    let (mut out, mut err) = (Vec::new(), String::new());
    child.stdout.take().unwrap().read_to_end(&mut out).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    (child.wait().unwrap(), out, err)
}

/// Returns a Backup that takes longer to read than any test: a file of a tebibyte that no disk holds.
fn endless() -> Option<(tempfile::TempDir, std::path::PathBuf, std::path::PathBuf)> {
    let (temp, backup) = scratch("healthy-40");
    let file = fs::canonicalize(&backup).unwrap().join("Mtsout/endless.bin");
    match fs::File::create(&file).unwrap().set_len(1 << 40) {
        Ok(()) => Some((temp, backup, file)),
        Err(error) if matches!(error.kind(), ErrorKind::FileTooLarge | ErrorKind::InvalidInput) => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn an_interrupt_in_the_middle_leaves_no_half_report() {
    let Some((_temp, backup, file)) = endless() else { return eprintln!("skipped: this file system holds no sparse files") };
    let backup = backup.to_str().unwrap();
    for (name, arguments) in [
        ("-INT", vec!["report", backup, "--json"]),
        ("-INT", vec!["messages", backup, "--format", "csv"]),
        ("-TERM", vec!["report", backup, "--ndjson", "--threads", "1"]),
        ("-HUP", vec!["findings", backup]),
    ] {
        let child = start(&arguments);
        opens(&child, &file);
        signal(&child, name);
        let (status, out, err) = end_of(child);
        assert_eq!(status.code(), Some(130), "{name} {arguments:?}: {err}");
        assert_eq!((out.len(), err.as_str()), (0, "imcscan: interrupted; no report was made\n"), "{name} {arguments:?}");
    }
}

#[test]
fn a_second_interrupt_ends_even_what_waits_for_its_reader() {
    let mut child = start(&["report", project("testdata/backups/troubled").to_str().unwrap(), "--json"]);
    // The first byte says that the report is being written; nobody takes the rest, which is more than a pipe holds.
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    until("end", || {
        signal(&child, "-INT");
        child.try_wait().unwrap().is_some()
    });
    let (status, _, err) = end_of(child);
    assert_eq!((status.code(), err.as_str()), (Some(130), "imcscan: interrupted; what was printed is not complete\n"));
}
