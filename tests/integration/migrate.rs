//! `imcscan migrate`: lists and logs of the Mailbox Migration Utility compared, and the list for the next run.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::common::{Imcscan, Ran, project};

const LIST: &[u8] = b"\"M\xfcller, J\xf6rg\",joergm,GW-PILOT1,GW-PROD1\r\n\
    Ann Ray,annr,GW-PILOT1,GW-PROD1\r\n\
    Bob Hope,bobh,GW-PILOT1,GW-PROD1\r\n\
    Carl Orff,carlo,GW-PILOT1,GW-PROD1\r\n\
    Carl Orff,CarlO ,GW-PILOT1,GW-PROD2\r\n\
    cut line\r\n";
const FIRST: &[u8] = b"FAILURE,\"M\xfcller, J\xf6rg\",joergm,GW-PILOT1,GW-PROD1,Error Copying Messages, disk full,5/10/96 10:05:00\r\n\
    SUCCESS,Ann Ray,annr,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:06:00\r\n\
    FAILURE,Dora Hall,dorah,GW-PILOT1,GW-PROD1,Error Logging On,5/10/96 10:07:00\r\n\
    FAILURE,Eve Wood,evew,GW-PILOT1,GW-PROD1,Error Logging On,5/10/96 10:08:00\r\n";
const SECOND: &[u8] = b"SUCCESS,Eve Wood,EVEW,gw-pilot1,gw-prod1,Migrated No Errors,5/11/96 9:00:00\r\n\
    FAILURE,Bob Hope,bobh,GW-PILOT1,GW-PROD1,Could not log on\r\n";

fn files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("pilot.csv", LIST), ("run1.log", FIRST), ("run2.log", SECOND)] {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn migrate(folder: &Path, arguments: &str) -> Ran {
    Imcscan::new().within(folder).arg("migrate").args(arguments).run()
}

#[test]
fn the_comparison_reads_well() {
    let folder = files();
    let ran = migrate(folder.path(), "pilot.csv run1.log run2.log").ends_with(0);
    assert_eq!(ran.err, "");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("migrate", ran.text());
    });
}

#[test]
fn the_story_of_the_samples_is_told() {
    let ran = migrate(&project("testdata/backups/siblings"), "pilot.csv pilot.log").ends_with(0);
    assert!(ran.text().contains("5 done, 1 failed, 1 never tried"), "{}", ran.text());
    assert!(ran.text().contains("Error Copying Messages"));
}

#[test]
fn programs_get_the_same_as_json() {
    let folder = files();
    let json = migrate(folder.path(), "run2.log pilot.csv run1.log --format json").ends_with(0).json();
    assert_eq!(json["schema"], "imcscan.migrate/1");
    let schema = crate::common::Imcscan::new().args("schema migrate").run().ends_with(0).json();
    let errors: Vec<String> = jsonschema::draft202012::new(&schema).unwrap().iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let summary = &json["summary"];
    let numbers = ["listed", "results", "done", "failed", "never_tried", "retry", "not_understood"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(numbers, [5, 5, 2, 2, 3, 6, 2]);
    assert_eq!(json["failed"][0]["message"], "Error Copying Messages, disk full");
    assert_eq!(json["done_and_listed"][0]["listed"]["alias"], "annr");
    assert_eq!(json["listed_twice"][0].as_array().unwrap().len(), 2);
    assert_eq!(json["retry"]["file"], serde_json::Value::Null);
}

#[test]
fn the_list_for_the_next_run_loses_nothing() {
    let folder = files();
    let ran = migrate(folder.path(), "pilot.csv run1.log run2.log --retry again.csv").ends_with(0);
    assert!(ran.text().contains("written to again.csv"), "{}", ran.text());
    let expected: &[u8] = b"\"M\xfcller, J\xf6rg\",joergm,GW-PILOT1,GW-PROD1\r\n\
        Bob Hope,bobh,GW-PILOT1,GW-PROD1\r\n\
        Carl Orff,carlo,GW-PILOT1,GW-PROD1\r\n\
        Carl Orff,CarlO ,GW-PILOT1,GW-PROD2\r\n\
        cut line\r\n\
        Dora Hall,dorah,GW-PILOT1,GW-PROD1\r\n";
    assert_eq!(fs::read(folder.path().join("again.csv")).unwrap(), expected);
    for (name, bytes) in [("pilot.csv", LIST), ("run1.log", FIRST)] {
        assert_eq!(fs::read(folder.path().join(name)).unwrap(), bytes);
    }
}

#[test]
fn a_file_that_exists_is_not_overwritten() {
    let folder = files();
    let ran = migrate(folder.path(), "pilot.csv run1.log --retry pilot.csv").ends_with(2);
    assert!(ran.out.is_empty() && ran.err.contains("pilot.csv exists already"), "{}", ran.err);
    assert_eq!(fs::read(folder.path().join("pilot.csv")).unwrap(), LIST);
}

#[test]
fn what_is_no_list_and_no_log_is_refused_in_one_sentence() {
    let folder = files();
    fs::write(folder.path().join("notes.txt"), "The run was stopped at noon.\r\n").unwrap();
    fs::write(folder.path().join("mail.tnf"), b"\x78\x9f\x3e\x22\x01\x00").unwrap();
    for (arguments, code, complaint) in [
        ("pilot.csv notes.txt", 3, "notes.txt is neither a recipient list nor a result log"),
        ("mail.tnf run1.log", 3, "mail.tnf is neither"),
        ("pilot.csv gone.log", 3, "gone.log does not exist"),
        ("pilot.csv .", 3, "is no regular file"),
        ("pilot.csv", 2, "pilot.csv holds no result lines"),
        ("pilot.csv run1.log --retry nowhere/again.csv", 74, "cannot write nowhere/again.csv"),
    ] {
        let ran = migrate(folder.path(), arguments).ends_with(code);
        assert!(ran.out.is_empty() && ran.err.contains(complaint) && ran.err.lines().count() == 1, "{arguments}: {}", ran.err);
    }
}

#[test]
fn one_file_may_hold_rows_and_results() {
    let folder = files();
    fs::write(folder.path().join("both.log"), [FIRST, b"Fred Fox,fredf,GW-PILOT1,GW-PROD1\r\n"].concat()).unwrap();
    fs::write(folder.path().join("empty.log"), b"").unwrap();
    let json = migrate(folder.path(), "both.log --format json").ends_with(0).json();
    assert_eq!((json["never_tried"][0]["alias"].as_str(), json["summary"]["not_understood"].as_u64()), (Some("fredf"), Some(0)));
    let json = migrate(folder.path(), "pilot.csv empty.log --format json").ends_with(0).json();
    assert_eq!(json["summary"]["never_tried"], 5);
}

#[test]
fn names_of_strangers_reach_no_terminal_raw() {
    let folder = files();
    fs::write(folder.path().join("evil.csv"), b"A\x1b]52;c;x\x07,evil,GW-PILOT1,GW-PROD1\r\n").unwrap();
    let ran = migrate(folder.path(), "evil.csv run1.log").ends_with(0);
    assert!(ran.text().contains("A\\u{1b}]52;c;x\\u{7}") && !ran.text().contains('\x1b'));
}
