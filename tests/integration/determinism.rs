//! Same evidence, same bytes: whatever the number of threads, the order in which the files were created, the time zone and the locale.

use std::path::Path;

use crate::common::{Imcscan, copy, project};

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
