//! Same evidence, same bytes: whatever the number of threads, the order in which the files were created, the time zone, the locale, and where
//! the Backup lies.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
};

use serde_json::Value;

use crate::common::{Imcscan, copy, project, scratch, testdata};

/// Returns the report in both forms, made inside `folder` so that no path differs.
fn reports(folder: &Path, threads: &str, env: &[(&str, &str)]) -> (Vec<u8>, Vec<u8>) {
    let run = |form: &str| {
        let run = Imcscan::report("Backup").args(form).args("--threads").arg(threads).within(folder);
        env.iter().fold(run, |run, (name, value)| run.env(name, value)).run().ends_with(0).out
    };
    (run("--json"), run("--format text"))
}

#[track_caller]
fn check(name: &str) {
    let temp = tempfile::tempdir().unwrap();
    let story = project("testdata/backups").join(name);
    let [sorted, reversed, shuffled] = ["sorted", "reversed", "shuffled"].map(|order| temp.path().join(order).join("x"));
    copy(&story, &sorted, |_| ());
    copy(&story, &reversed, |files| files.reverse());
    copy(&story, &shuffled, |files| files.sort_by_key(|path| path.as_os_str().as_encoded_bytes().iter().rev().copied().collect::<Vec<_>>()));
    let expected = reports(&sorted, "1", &[]);
    assert!(!expected.0.is_empty() && !expected.1.is_empty());
    for threads in ["2", "8"] {
        assert!(reports(&sorted, threads, &[]) == expected, "{name}: {threads} threads");
    }
    assert!(reports(&reversed, "2", &[]) == expected, "{name}: created in reverse");
    assert!(reports(&shuffled, "2", &[]) == expected, "{name}: created in another order");
    assert!(reports(&sorted, "2", &[("TZ", "Pacific/Auckland")]) == expected, "{name}: another time zone");
    assert!(reports(&sorted, "2", &[("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8")]) == expected, "{name}: another locale");
}

#[test]
fn a_damaged_backup_always_gives_the_same_bytes() {
    check("damaged");
}

#[test]
fn siblings_always_give_the_same_bytes() {
    check("siblings");
}

/// What nothing but a terminal's width and colours may depend on.
const ELSEWHERE: [(&str, &str); 9] = [
    ("TZ", "Asia/Kolkata"),
    ("LANG", "ja_JP.UTF-8"),
    ("LC_ALL", "tr_TR.UTF-8"),
    ("LC_NUMERIC", "de_DE.UTF-8"),
    ("HOME", "/nowhere"),
    ("USER", "somebody"),
    ("TMPDIR", "/nowhere"),
    ("TERM", "xterm-256color"),
    ("RUST_BACKTRACE", "1"),
];

#[test]
fn every_command_gives_the_same_bytes_everywhere() {
    let story = project("testdata/backups/siblings");
    for arguments in [
        "report Backup --ndjson",
        "messages Backup --sort -size",
        "messages Backup --where text:a --format ndjson",
        "messages Backup --format csv",
        "findings Backup --format json",
        "findings Backup --format csv",
        "migrate pilot.csv pilot.log --format json",
        "migrate pilot.csv pilot.log",
        "decode Backup/Imcsvc.reg --json",
        "decode Backup/Imcfls --hex",
        "report Backup/nothing",
    ] {
        let threads = if arguments.contains(" Backup ") { ["--threads 1", "--threads 8"] } else { [""; 2] };
        let here = Imcscan::new().args(arguments).args(threads[0]).within(&story).run();
        let there = ELSEWHERE.iter().fold(Imcscan::new().args(arguments).args(threads[1]), |run, (name, value)| run.env(name, value));
        let there = there.within(&story).run();
        assert!(here.out == there.out && here.err == there.err && here.code == there.code, "{arguments}: {} {}", here.err, there.err);
        assert!(!here.out.is_empty() || here.code == 3, "{arguments}");
    }
}

fn packed(story: &Path) -> [(&'static str, Vec<u8>); 2] {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    tar.mode(tar::HeaderMode::Deterministic);
    let mut open = vec![story.to_path_buf()];
    while let Some(folder) = open.pop() {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            let name = path.strip_prefix(story).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&fs::read(&path).unwrap()).unwrap();
            tar.append_path_with_name(&path, name).unwrap();
        }
    }
    [("x.zip", zip.finish().unwrap().into_inner()), ("x.tar.gz", tar.into_inner().unwrap().finish().unwrap())]
}

#[test]
fn an_archive_gives_the_same_bytes_with_any_number_of_threads() {
    let temp = tempfile::tempdir().unwrap();
    for (name, bytes) in packed(&project("testdata/backups/damaged")) {
        fs::write(temp.path().join(name), bytes).unwrap();
        let run = |threads: &str| Imcscan::report(name).args("--json --threads").arg(threads).within(temp.path()).run().ends_with(0).out;
        let expected = run("1");
        assert!(!expected.is_empty() && run("2") == expected && run("8") == expected, "{name}");
    }
}

/// Returns the report without the path that the user gave.
fn without_path(path: &Path) -> Value {
    let mut report = Imcscan::report(path).arg("--json").run().ends_with(0).json();
    assert_eq!(report["backup"]["path"], path.to_str().unwrap());
    report["backup"]["path"] = Value::Null;
    report
}

#[test]
fn the_same_backup_elsewhere_gives_the_same_report_but_for_its_path() {
    for (name, story) in testdata() {
        let (temp, backup) = scratch(&name);
        let deep = temp.path().join("Übung/a b/c").join("x".repeat(100));
        copy(&story, &deep, |files| files.reverse());
        assert!(without_path(&backup) == without_path(&deep.join("Backup")), "{name}");
    }
}
