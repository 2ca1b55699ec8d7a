//! A report of the rest, whatever happens to a part: damage of any byte of any file, files that change under the scan, bugs of the program
//! itself, an output that takes no more.

use std::{
    fs,
    io::{self, Write},
    process::Command,
    sync::atomic::AtomicBool,
};

use imcscan::{
    backup::{Backup, Item},
    base::Limits,
    diagnostics::{Check, Evidence as Proof, Findings, Hits, Locator, Outcome, Rule, RuleMeta, Settings, Severity},
    output::{csv, json, text},
    query::{MessageTable, Selection},
    report::{Report, analyze},
    rules::CATALOGUE,
    scan::{Evidence, Run, read_backup},
    testing::{
        fixture::{FixtureFile, compile},
        report_of,
    },
};
use serde_json::Value;

use crate::{
    common::{Imcscan, PROGRAM, project, scratch},
    payloads::is_readable,
    prefixes::BACKUP,
};

fn json_of(report: &Report) -> Value {
    let mut out = Vec::new();
    json::write(report, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

fn list<'v>(report: &'v Value, name: &str) -> &'v [Value] {
    report[name].as_array().unwrap()
}

/// What must not change when another file is damaged.
struct Whole {
    files: Vec<FixtureFile>,
    report: Value,
    schema: jsonschema::Validator,
}

impl Whole {
    fn new() -> Self {
        let files = compile(BACKUP).unwrap();
        let report = json_of(&report_of(&files));
        let schema = jsonschema::draft202012::new(&serde_json::from_str(json::SCHEMA).unwrap()).unwrap();
        Self { files, report, schema }
    }

    /// Asserts that with other bytes in one file there is a valid report of all else as before, and every rule in one state.
    fn check(&self, index: usize, bytes: Vec<u8>, what: &str) {
        let mut files = self.files.clone();
        let path = files[index].path.clone();
        files[index].bytes = bytes;
        let report = report_of(&files);
        let json = json_of(&report);
        let errors: Vec<String> = self.schema.iter_errors(&json).map(|error| error.to_string()).take(3).collect();
        assert!(errors.is_empty(), "{path} {what}: {errors:?}");
        let states: Vec<&str> = report.outcomes.iter().map(|(rule, _)| rule.meta.code).collect();
        assert_eq!(states, CATALOGUE.iter().map(|rule| rule.meta.code).collect::<Vec<_>>(), "{path} {what}");
        for name in ["files", "messages"] {
            let others = |report: &Value| list(report, name).iter().filter(|other| other["path"] != *path).cloned().collect::<Vec<_>>();
            assert_eq!(others(&json), others(&self.report), "{path} {what}: {name}");
        }
    }

    fn check_every(&self, step: usize) {
        let places = self.files.iter().enumerate().flat_map(|(index, file)| (0..file.bytes.len()).map(move |at| (index, at)));
        for (index, at) in places.step_by(step) {
            let bytes = &self.files[index].bytes;
            self.check(index, bytes[..at].to_vec(), &format!("cut to {at}"));
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << (at % 8);
            self.check(index, flipped, &format!("with byte {at} flipped"));
        }
    }
}

#[test]
fn cuts_and_flips_cost_only_the_file_that_they_are_in() {
    Whole::new().check_every(131);
}

/// `cargo test --release --test integration -- --ignored every_cut` looks at every byte.
#[test]
#[ignore = "takes minutes"]
fn every_cut_and_every_flip_costs_only_the_file_that_it_is_in() {
    Whole::new().check_every(1);
}

fn read(evidence: &Evidence) -> Report {
    let (hits, settings, limits, cancel) = (Hits::default(), Settings::default(), Limits::default(), AtomicBool::new(false));
    let run = Run { threads: 2, cancel: &cancel, progress: &|_| () };
    let scanned = read_backup(evidence, &[], run, (&limits, &|item: &Item<'_>| hits.judge(CATALOGUE, &settings, item)));
    assert!(scanned.panicked.is_empty() && !scanned.interrupted);
    analyze(scanned.backup, hits, (CATALOGUE, settings))
}

#[test]
fn files_that_change_during_the_scan_cost_only_themselves() {
    let (_temp, backup) = scratch("healthy-55");
    let evidence = Evidence::open(&backup, &Limits::default()).unwrap();
    // The listing is made; what happens from here on happens during the scan.
    let place = |name: &str| backup.join("Mtsout").join(name);
    let names: Vec<String> = fs::read_dir(backup.join("Mtsout")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let [vanishes, shrinks, grows, turns, ..] = names.as_slice() else { panic!("{names:?}") };
    fs::remove_file(place(vanishes)).unwrap();
    let bytes = fs::read(place(shrinks)).unwrap();
    fs::write(place(shrinks), &bytes[..bytes.len() / 2]).unwrap();
    fs::OpenOptions::new().append(true).open(place(grows)).unwrap().write_all(b"more").unwrap();
    fs::remove_file(place(turns)).unwrap();
    fs::create_dir(place(turns)).unwrap();
    let json = json_of(&read(&evidence));
    let file = |name: &str| list(&json, "files").iter().find(|file| file["path"] == format!("Mtsout/{name}")).unwrap().clone();
    let codes =
        |name: &str| file(name)["anomalies"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    for gone in [vanishes, turns] {
        assert_eq!((&file(gone)["state"], &file(gone)["sha256"]), (&"unreadable".into(), &Value::Null), "{gone}");
        assert_eq!(codes(gone), ["read-error"]);
    }
    for changed in [shrinks, grows] {
        assert!(codes(changed).contains(&"changed-while-read".to_owned()), "{:?}", file(changed));
    }
    let untouched = list(&json, "messages").iter().filter(|message| message["embedded"][0]["subject"].is_string()).count();
    assert!(untouched >= 11, "{untouched}");
}

/// Returns the rules of the catalogue with one more, which fails.
fn with_failing(check: Check) -> Vec<&'static Rule> {
    let RuleMeta { code: _, name: _, severity: _, certainty, versions, fixed_build, fixed_in, exposure_gates, kb, needs: _, tags, docs, file } =
        CATALOGUE[0].meta;
    let meta = RuleMeta {
        code: "BUG001",
        name: "fails",
        severity: Severity::Info,
        certainty,
        versions,
        fixed_build,
        fixed_in,
        exposure_gates,
        kb,
        needs: &[],
        tags,
        docs,
        file,
    };
    CATALOGUE.iter().copied().chain([&*Box::leak(Box::new(Rule { meta, check }))]).collect()
}

fn judged(rules: &[&'static Rule]) -> Report {
    let (_temp, backup) = scratch("healthy-55");
    let evidence = Evidence::open(&backup, &Limits::default()).unwrap();
    let (hits, settings, limits, cancel) = (Hits::default(), Settings::default(), Limits::default(), AtomicBool::new(false));
    let run = Run { threads: 2, cancel: &cancel, progress: &|_| () };
    let scanned = read_backup(&evidence, &[], run, (&limits, &|item: &Item<'_>| hits.judge(rules, &settings, item)));
    assert!(scanned.panicked.is_empty());
    analyze(scanned.backup, hits, (rules, settings))
}

fn fails_on_the_whole(_: &Backup, findings: &mut Findings<'_>) {
    findings.report("found before the fall, without proof");
    panic!("of the whole");
}

fn fails_on_the_third(item: &Item<'_>, _: &mut Findings<'_>) {
    assert!(!item.path.ends_with("3.TNF"), "at \x1b[31m");
}

fn fires_but_fails_on_the_third(item: &Item<'_>, findings: &mut Findings<'_>) {
    let proof = Proof { file: item.path.into(), locator: Locator::File, span: None, observed: "x".into(), expected: "y".into() };
    findings.report("fires").evidence(proof);
    fails_on_the_third(item, findings);
}

#[test]
fn a_rule_that_fails_is_named_and_costs_only_itself() {
    let usual = json_of(&judged(CATALOGUE));
    for (check, file, outcome) in [
        (Check::Backup(fails_on_the_whole), None, "not evaluated"),
        (Check::Message(fails_on_the_third), Some("Mtsin/00000003.TNF"), "not evaluated"),
        (Check::Message(fires_but_fails_on_the_third), Some("Mtsin/00000003.TNF"), "fired"),
    ] {
        let report = judged(&with_failing(check));
        let [bug] = report.bugs.as_slice() else { panic!("{:?}", report.bugs) };
        assert_eq!((bug.rule, bug.file.as_deref()), ("BUG001", file));
        match &report.outcomes.last().unwrap().1 {
            Outcome::NotEvaluated(undecided) => assert!(outcome == "not evaluated" && undecided.reason.contains("BUG001"), "{undecided:?}"),
            other => assert_eq!((other, outcome), (&Outcome::Fired, "fired")),
        }
        let mut json = json_of(&report);
        assert_eq!(json["bugs"][0]["rule"], "BUG001");
        json["findings"].as_array_mut().unwrap().retain(|finding| finding["code"] != "BUG001");
        json["not_evaluated"].as_array_mut().unwrap().retain(|rule| rule["code"] != "BUG001");
        for rest in ["files", "messages", "findings", "not_evaluated", "queues", "service"] {
            assert_eq!(json[rest], usual[rest], "{rest}");
        }
        let mut page = Vec::new();
        text::write(&report, text::Style { width: 80, color: false }, &mut page).unwrap();
        let page = String::from_utf8(page).unwrap();
        is_readable(&page, "report");
        assert!(page.contains("Failed by a bug in imcscan\n  rule BUG001 failed"), "{page}");
    }
}

#[test]
fn a_bug_at_one_message_is_named_and_costs_only_the_message() {
    let (_temp, backup) = scratch("healthy-55");
    let usual = Imcscan::report(&backup).arg("--json").run().ends_with(0).json();
    let ran = Imcscan::report(&backup).arg("--json").env("IMCSCAN_BUG_AT", "Mtsout/00000004.TNF").run().ends_with(70);
    is_readable(&ran.err, "the complaint");
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(ran.err.starts_with("imcscan: a bug in imcscan kept it from reading Mtsout/00000004.TNF: asked for at Mtsout"), "{}", ran.err);
    let json = ran.json();
    for name in ["files", "messages"] {
        let others = |report: &Value| list(report, name).iter().filter(|other| other["path"] != "Mtsout/00000004.TNF").cloned().collect::<Vec<_>>();
        assert_eq!(others(&json), others(&usual), "{name}");
    }
    let own = list(&json, "files").iter().find(|file| file["path"] == "Mtsout/00000004.TNF").unwrap();
    assert_eq!((&own["state"], &own["anomalies"][0]["code"]), (&"unreadable".into(), &"internal-error".into()));
    assert!(own["sha256"].is_string());
}

#[test]
fn a_bug_beyond_the_reading_is_told_in_a_sentence() {
    let ran = Imcscan::report(project("testdata/backups/healthy-40")).env("IMCSCAN_BUG_AT", "report").run().ends_with(70);
    is_readable(&ran.err, "the complaint");
    assert!(ran.out.is_empty() && ran.err.lines().count() == 1, "{}", ran.err);
    assert!(ran.err.starts_with("imcscan: a bug in imcscan stopped it, and what it printed is not complete: asked for at report"), "{}", ran.err);
    assert!(ran.err.contains("(src/cli/drill.rs:"), "{}", ran.err);
}

/// A writer that takes so many bytes and then no more.
struct Full(usize, io::ErrorKind);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 && !bytes.is_empty() { Err(self.1.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn every_output_says_why_it_cannot_go_on() {
    type Writer = fn(&Report, Selection<'_>, &mut dyn Write) -> io::Result<()>;
    let writers: [(&str, Writer); 8] = [
        ("report text", |report, _, out| text::write(report, text::Style { width: 80, color: true }, out)),
        ("report json", |report, _, out| json::write(report, out)),
        ("report ndjson", |report, _, out| json::write_lines(report, out)),
        ("messages text", |_, selection, out| text::write_messages(selection, text::Style { width: 80, color: true }, out)),
        ("messages csv", |_, selection, out| csv::write_messages(selection, out)),
        ("messages json", |_, selection, out| json::write_messages(selection, out)),
        ("findings csv", |_, selection, out| csv::write_findings(selection, out)),
        ("findings ndjson", |_, selection, out| json::write_finding_lines(selection, out)),
    ];
    let report = report_of(&compile(BACKUP).unwrap());
    let table = MessageTable::new(&report.backup, &report.findings);
    let selection =
        Selection { backup: &report.backup, findings: &report.findings, table: &table, chosen: &[0], passed: 1, limits: &report.settings.limits };
    for (name, write) in writers {
        for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
            for room in [0, 100] {
                let error = write(&report, selection, &mut Full(room, kind)).unwrap_err();
                assert_eq!(error.kind(), kind, "{name} after {room} bytes");
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_in_a_sentence_and_ends_with_74() {
    let troubled = project("testdata/backups/troubled");
    let tnef = troubled.join("Backup/Mtsout/00000008.TNF");
    let (troubled, tnef) = (troubled.to_str().unwrap(), tnef.to_str().unwrap());
    for arguments in [
        vec!["report", troubled],
        vec!["report", troubled, "--json"],
        vec!["report", troubled, "--ndjson"],
        vec!["messages", troubled, "--format", "csv"],
        vec!["decode", tnef, "--hex"],
        vec!["schema"],
        vec!["completions", "bash"],
        vec!["man"],
    ] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = Command::new(PROGRAM).args(&arguments).stdout(full).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(74), "{arguments:?}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
        assert!(told.starts_with("imcscan: cannot write the output, which is not complete: No space left"), "{told}");
    }
}

/// A limit of the shell stands for the disk; the signal that it sends is ignored as on a full disk there is none.
#[cfg(unix)]
#[test]
fn a_list_that_does_not_fit_the_disk_is_not_left_half() {
    let temp = tempfile::tempdir().unwrap();
    let story = project("testdata/backups/siblings");
    let script = r#"trap '' XFSZ; ulimit -f 0; exec "$0" migrate "$1/pilot.csv" "$1/pilot.log" --retry "$2/again.csv""#;
    let output = Command::new("sh").args(["-c", script, PROGRAM]).arg(&story).arg(temp.path()).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(74), "{told}");
    assert!(output.stdout.is_empty() && told.starts_with("imcscan: cannot write ") && told.contains("too large"), "{told}");
    assert_eq!(fs::read_dir(temp.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn streams_that_are_closed_from_the_start_change_nothing_else() {
    let backup = project("testdata/backups/healthy-40");
    let shell = |script: &str| {
        let output = Command::new("sh").args(["-c", script, PROGRAM]).arg(&backup).output().unwrap();
        (output.status.code(), output.stdout, String::from_utf8(output.stderr).unwrap())
    };
    let (code, usual, _) = shell(r#"exec "$0" report "$1" --json"#);
    assert_eq!(code, Some(0));
    for script in [r#"exec "$0" report "$1" --json 2>&-"#, r#"exec "$0" report "$1" --json 2>/dev/full"#, r#"exec "$0" report "$1" --json <&-"#] {
        assert_eq!(shell(script), (Some(0), usual.clone(), String::new()), "{script}");
    }
    let (code, out, err) = shell(r#"exec "$0" report "$1" --json >&-"#);
    assert_eq!((code, out.len(), err.as_str()), (Some(0), 0, ""));
    assert_eq!(shell(r#"exec "$0" report "$1/nothing" 2>&-"#).0, Some(3));
}

#[cfg(unix)]
#[test]
fn lines_that_were_written_before_the_end_are_whole() {
    let ran = Imcscan::report(project("testdata/backups/troubled")).arg("--ndjson").run_and_close_after(6_000).ends_with(0);
    let written = &ran.out[..ran.out.iter().rposition(|byte| *byte == b'\n').unwrap()];
    let lines: Vec<Value> = written.split(|byte| *byte == b'\n').map(|line| serde_json::from_slice(line).unwrap()).collect();
    assert!(lines.len() > 3 && lines.iter().all(|line| line["type"].is_string()));
}

/// Nothing is forbidden to root, so the program then runs as somebody else.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_costs_only_itself() {
    use std::os::unix::fs::PermissionsExt;
    let (temp, backup) = scratch("healthy-55");
    let forbidden = backup.join("Mtsout/00000004.TNF");
    fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&forbidden, fs::Permissions::from_mode(0o000)).unwrap();
    let output = if fs::read(&forbidden).is_ok() {
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", PROGRAM];
        match Command::new("setpriv").args(nobody).args(["report", backup.to_str().unwrap(), "--json", "--strict"]).output() {
            Ok(output) if output.status.code() != Some(127) && output.status.code() != Some(126) => output,
            other => return eprintln!("skipped: everything is allowed to this user, and there is no setpriv that starts the program: {other:?}"),
        }
    } else {
        Command::new(PROGRAM).args(["report", backup.to_str().unwrap(), "--json", "--strict"]).output().unwrap()
    };
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let own = list(&report, "files").iter().find(|file| file["path"] == "Mtsout/00000004.TNF").unwrap();
    assert_eq!(own["state"], "unreadable");
    assert!(own["anomalies"][0]["text"].as_str().unwrap().contains("Permission denied"), "{own}");
    assert_eq!(list(&report, "messages").len(), 13);
}
