//! The program as a user meets it: exit codes, complaints, and what happens to evidence that is strange.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/backups").join(name)
}

fn imcscan(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_imcscan")).args(arguments).env_remove("NO_COLOR").env("COLUMNS", "80").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
fn check(arguments: &[&str], code: i32, complaint: &str) -> Output {
    let output = imcscan(arguments);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    assert!(told.contains(complaint), "{arguments:?}: {told}");
    assert!(complaint.is_empty() || told.lines().count() == 1 || code == 2, "one sentence: {told}");
    output
}

#[test]
fn each_exit_code_is_reached() {
    let healthy = sample("healthy-55");
    let (healthy, damaged, troubled) = (healthy.to_str().unwrap(), sample("damaged"), sample("troubled"));
    check(&["report", healthy], 0, "");
    check(&["report", healthy, "--fail-on", "warning"], 0, "");
    check(&["report", troubled.to_str().unwrap(), "--fail-on", "critical"], 1, "");
    check(&["report", healthy, "--strict"], 0, "");
    check(&["report", damaged.to_str().unwrap(), "--strict"], 4, "");
    check(&["report"], 2, "required");
    check(&["report", healthy, "--json", "--format", "text"], 2, "cannot be used");
    check(&["explain", "no-such-rule"], 2, "no rule has the code or name");
    check(&["explain", "relay-alow-everyone"], 2, "did you mean relay-allow-everyone?");
}

#[test]
fn what_is_no_backup_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    check(&["report", path], 3, "is empty");
    fs::write(folder.path().join("readme.txt"), "nothing").unwrap();
    check(&["report", path], 3, "IMCSAVE Backup");
    check(&["report", &format!("{path}/missing")], 3, "does not exist");
    check(&["report", &format!("{path}/readme.txt")], 3, "neither a folder nor");
    check(&["report", sample("healthy-55").to_str().unwrap(), "--with", &format!("{path}/missing")], 3, "does not exist");
}

#[test]
fn help_names_every_command_and_every_exit_code() {
    let help = text(&imcscan(&["--help"]).stdout);
    for word in ["report", "messages", "findings", "decode", "rules", "explain", "schema", "completions", "man", "Exit codes", "70", "130"] {
        assert!(help.contains(word), "{word}");
    }
    assert!(text(&imcscan(&["completions", "bash"]).stdout).contains("imcscan"));
    assert!(text(&imcscan(&["man"]).stdout).contains(".TH imcscan 1"));
}

#[test]
fn a_rule_is_found_by_code_by_name_and_by_article() {
    let by_code = imcscan(&["explain", "svc082"]).stdout;
    assert!(text(&by_code).contains("relay-allow-everyone"));
    assert_eq!(by_code, imcscan(&["explain", "relay-allow-everyone"]).stdout);
    let by_article = text(&imcscan(&["explain", "q193922"]).stdout);
    assert!(by_article.starts_with("Q193922: ") && by_article.contains("SVC085"), "{by_article}");
    let rules: Value = serde_json::from_slice(&imcscan(&["rules", "--format", "json", "--family", "svc"]).stdout).unwrap();
    let codes: Vec<_> = rules["rules"].as_array().unwrap().iter().map(|rule| rule["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"SVC082") && codes.iter().all(|code| code.starts_with("SVC")), "{codes:?}");
}

#[test]
fn a_closed_pipe_is_a_quiet_success() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_imcscan"))
        .args(["report", sample("troubled").to_str().unwrap(), "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 1];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
}

#[test]
fn lines_keep_to_the_columns_and_colours_to_the_terminal() {
    for columns in ["60", "80", "120"] {
        let output = Command::new(env!("CARGO_BIN_EXE_imcscan"))
            .args(["report", sample("damaged").to_str().unwrap()])
            .env("COLUMNS", columns)
            .output()
            .unwrap();
        let report = text(&output.stdout);
        let longest = report.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= columns.parse().unwrap(), "{longest} of {columns}");
        assert!(!report.contains('\x1b'));
    }
    let colored = imcscan(&["report", sample("troubled").to_str().unwrap(), "--color", "always"]);
    assert!(text(&colored.stdout).contains("\x1b["));
}

/// Copies a sample into a folder of its own.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn listing(folder: &Path, into: &mut Vec<(PathBuf, u64, std::time::SystemTime, Vec<u8>)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let meta = fs::symlink_metadata(&path).unwrap();
        let bytes = if meta.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        into.push((path.clone(), meta.len(), meta.modified().unwrap(), bytes));
        if meta.is_dir() {
            listing(&path, into);
        }
    }
}

#[cfg(unix)]
#[test]
fn strange_entries_cost_nothing_but_themselves() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("Backup");
    copy(&sample("healthy-55").join("Backup"), &backup);
    fs::write(folder.path().join("outside"), "secret of somebody else").unwrap();
    std::os::unix::fs::symlink(folder.path().join("outside"), backup.join("Mtsin/LINK.TNF")).unwrap();
    fs::write(backup.join("Mtsin").join(OsStr::from_bytes(b"caf\xe9\x1b[31m.TNF")), b"x").unwrap();
    fs::write(backup.join("Mtsout/EMPTY.TNF"), b"").unwrap();
    assert!(Command::new("mkfifo").arg(backup.join("Mtsin/PIPE.TNF")).status().unwrap().success());
    let (mut before, mut after) = (Vec::new(), Vec::new());
    listing(&backup, &mut before);
    let output = imcscan(&["report", backup.to_str().unwrap(), "--json", "--quiet"]);
    listing(&backup, &mut after);
    assert!(before == after, "the evidence has changed");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let file = |name: &str| report["files"].as_array().unwrap().iter().find(|file| file["path"].as_str().unwrap().ends_with(name)).unwrap().clone();
    assert_eq!(file("LINK.TNF")["state"], "unreadable");
    assert_eq!(file("PIPE.TNF")["state"], "unreadable");
    assert_eq!(file("EMPTY.TNF")["size"], 0);
    assert_eq!(file("caf\\xe9\u{1b}[31m.TNF")["state"], "not_understood");
    assert_eq!(report["summary"]["messages"], 14);
    assert!(!text(&output.stdout).contains("secret of somebody else"));
    let shown = imcscan(&["report", backup.to_str().unwrap()]);
    assert!(!text(&shown.stdout).contains('\x1b') && text(&shown.stdout).contains("\\u{1b}[31m"));
}
