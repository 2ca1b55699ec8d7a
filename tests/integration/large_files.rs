//! Large files: hashed to their end, messages decoded to theirs, others as far as the limit goes, and no harm to their neighbours.

use std::{
    fs::{File, OpenOptions},
    path::Path,
    sync::atomic::AtomicBool,
};

use imcscan::{
    backup::FileState,
    base::{Limits, Sha256Digest},
    scan::{Evidence, Run, read_backup},
    testing::fixture::compile,
};
use sha2::{Digest, Sha256};

use crate::scan::{backup, write};

/// Makes a file longer by a hole, and returns whether the file system keeps it as one: a full disk is no part of the test.
fn stretched(path: &Path, size: u64) -> bool {
    OpenOptions::new().create(true).append(true).open(path).and_then(|file| file.set_len(size)).unwrap();
    let is_sparse = is_sparse(&File::open(path).unwrap());
    if !is_sparse {
        eprintln!("skipped: the temporary folder keeps no sparse files");
    }
    is_sparse
}

#[cfg(unix)]
fn is_sparse(file: &File) -> bool {
    use std::os::unix::fs::MetadataExt;
    let data = file.metadata().unwrap();
    data.blocks() * 512 < data.len() / 2
}

#[cfg(not(unix))]
fn is_sparse(_: &File) -> bool {
    false
}

/// Returns the digest of some bytes and a hole up to `size`.
fn digest(bytes: &[u8], size: u64) -> Sha256Digest {
    let mut hash = Sha256::new();
    hash.update(bytes);
    let mut left = usize::try_from(size).unwrap() - bytes.len();
    while left > 0 {
        let step = left.min(1 << 16);
        hash.update(vec![0; step]);
        left -= step;
    }
    Sha256Digest(hash.finalize().into())
}

#[test]
fn a_large_message_is_decoded_whole_and_another_large_file_in_part() {
    const SIZE: u64 = 24 << 20;
    let limits = Limits { file_bytes: 1 << 20, ..Limits::default() };
    let (_temp, root) = backup("Backup");
    let files = compile("//- Mtsin/1.TNF\nsubject: \"large\"\n//- Mtsin/2.TNF\nsubject: \"small\"\n").unwrap();
    for file in &files {
        write(&root, &file.path, &file.bytes);
    }
    if !stretched(&root.join("Mtsin/1.TNF"), SIZE) || !stretched(&root.join("Mtsin/3.BIN"), SIZE) {
        return;
    }
    let evidence = Evidence::open(&root, &limits).unwrap();
    let run = Run { threads: 2, cancel: &AtomicBool::new(false), progress: &|_| {} };
    let found = read_backup(&evidence, &[], run, (&limits, &|_| {})).backup;
    let large = found.entry("Mtsin/1.TNF").unwrap();
    assert_eq!((large.size, large.state, large.sha256), (SIZE, FileState::PartlyRead, Some(digest(&files[0].bytes, SIZE))));
    let rest = files[0].bytes.len() as u64;
    let said: Vec<_> = large.anomalies.iter().map(|anomaly| (anomaly.offset, anomaly.text.to_string())).collect();
    assert_eq!(said, [(rest, format!("the last {} bytes are no attribute", SIZE - rest))]);
    let other = found.entry("Mtsin/3.BIN").unwrap();
    assert_eq!((other.state, other.sha256), (FileState::NotUnderstood, Some(digest(&[], SIZE))));
    let limit = other.anomalies.iter().find(|anomaly| anomaly.code == "limit-reached").unwrap();
    assert_eq!((limit.offset, limit.text.as_ref()), (1 << 20, "only the first 1048576 of 25165824 bytes were decoded"));
    let subjects: Vec<_> = found.messages.iter().filter_map(|message| message.shell.record().subject).collect();
    assert_eq!(subjects, ["large".into(), "small".into()] as [Box<str>; 2]);
}

/// The address space that the program gets is what a small Backup takes, and less than the file.
#[cfg(target_os = "linux")]
#[test]
fn the_program_holds_little_of_a_large_file() {
    const SIZE: u64 = 288 << 20;
    const SPACE_KIB: u64 = 240 << 10;
    let (_temp, root) = backup("Backup");
    if !stretched(&root.join("Mtsin/00000002"), SIZE) {
        return;
    }
    let ran = std::process::Command::new("/bin/sh")
        .args(["-c", &format!("ulimit -v {SPACE_KIB}; exec \"$0\" report --json --threads 1 \"$1\""), crate::common::PROGRAM])
        .arg(&root)
        // Each thread of the C library's allocator sets 64 MiB of addresses aside, used or not.
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let report: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    let file = report["files"].as_array().unwrap().iter().find(|file| file["path"] == "Mtsin/00000002").unwrap();
    assert_eq!(file["size"].as_u64(), Some(SIZE));
    assert!(file["sha256"].is_string());
}
