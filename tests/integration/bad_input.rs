//! Evidence that is not as it should be, through the real program: one clear sentence where nothing can be read, a whole report of the rest
//! where something can, and no trace of the program in the evidence.

use std::{fs, path::Path};

use serde_json::Value;

use crate::common::{Imcscan, Ran, scratch, traces};

/// Returns the JSON report of a Backup, with its exit code, and makes sure that the evidence is as it was.
#[track_caller]
fn report(backup: &Path, arguments: &str) -> (Value, Ran) {
    let before = traces(backup);
    let ran = Imcscan::report(backup).args("--json").args(arguments).run();
    assert!(traces(backup) == before, "the evidence has changed");
    assert!([0, 4].contains(&ran.code), "exit {}: {}", ran.code, ran.err);
    (ran.json(), ran)
}

#[track_caller]
fn file<'v>(report: &'v Value, path: &str) -> &'v Value {
    let files = report["files"].as_array().unwrap();
    files.iter().find(|file| file["path"] == path).unwrap_or_else(|| panic!("{path} is not in the report"))
}

/// Asserts that the report is that of the healthy Backup but for what a test changed.
#[track_caller]
fn rest_is_intact(report: &Value, messages: u64) {
    assert_eq!(report["summary"]["messages"], messages);
    let intact = report["messages"].as_array().unwrap().iter().filter(|message| message["embedded"][0]["subject"].is_string()).count();
    assert_eq!(intact, 14);
    assert_eq!(report["backup"]["server"], "MAIL1");
}

#[test]
fn dumps_without_a_byte_are_said_to_be_so() {
    let (_temp, backup) = scratch("healthy-55");
    for name in ["Imcsvc.reg", "Imcpro.reg", "Imcobj.csv", "Imcfls"] {
        fs::write(backup.join(name), b"").unwrap();
    }
    let (report, _) = report(&backup, "");
    for name in ["Imcsvc.reg", "Imcpro.reg", "Imcobj.csv", "Imcfls"] {
        assert_eq!(file(&report, name)["size"], 0);
    }
    assert_eq!(report["summary"]["messages"], 14);
    assert!(report["not_evaluated"].as_array().unwrap().iter().any(|rule| rule["needs"].to_string().contains("Imcsvc.reg")));
}

#[test]
fn a_folder_in_the_place_of_a_dump_is_no_dump() {
    let (_temp, backup) = scratch("healthy-55");
    fs::remove_file(backup.join("Imcsvc.reg")).unwrap();
    fs::create_dir(backup.join("Imcsvc.reg")).unwrap();
    let (report, _) = report(&backup, "");
    assert_eq!(report["service"]["values"].as_array().unwrap().len(), 0);
    rest_is_intact(&report, 14);
}

#[test]
fn foreign_bytes_in_every_place_cost_only_themselves() {
    let (_temp, backup) = scratch("healthy-55");
    let noise: Vec<u8> = (0..4096_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(backup.join("Mtsout/NOISE.TNF"), &noise).unwrap();
    fs::write(backup.join("Mtsout/SIGNED.TNF"), [&0x223E_9F78_u32.to_le_bytes(), &noise[..]].concat()).unwrap();
    fs::write(backup.join("noise.reg"), &noise).unwrap();
    let (report, _) = report(&backup, "");
    rest_is_intact(&report, report["summary"]["messages"].as_u64().unwrap());
    assert_eq!(file(&report, "noise.reg")["state"], "not_understood");
    assert!(!file(&report, "Mtsout/SIGNED.TNF")["anomalies"].as_array().unwrap().is_empty());
}

/// The system gives the program less memory than the file has bytes; nothing but reading in pieces passes.
#[cfg(unix)]
#[test]
fn a_file_without_permission_in_the_middle_costs_only_itself() {
    use std::os::unix::fs::PermissionsExt;
    let (_temp, backup) = scratch("healthy-55");
    let place = backup.join("Mtsout/00000004.TNF");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&place).is_ok() {
        eprintln!("skipped: nothing is forbidden to this user");
        return;
    }
    let (report, ran) = report(&backup, "--strict");
    assert_eq!(ran.code, 4);
    assert_eq!(file(&report, "Mtsout/00000004.TNF")["state"], "unreadable");
    assert_eq!(report["messages"].as_array().unwrap().iter().filter(|message| message["embedded"][0]["subject"].is_string()).count(), 13);
    fs::set_permissions(&backup, fs::Permissions::from_mode(0o000)).unwrap();
    let ran = Imcscan::report(&backup).run();
    fs::set_permissions(&backup, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!((ran.code, ran.err.lines().count()), (3, 1), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn links_that_go_round_or_out_are_listed_and_not_followed() {
    use std::os::unix::fs::symlink;
    let (temp, backup) = scratch("healthy-55");
    fs::write(temp.path().join("outside.TNF"), fs::read(backup.join("Mtsout/00000001.TNF")).unwrap()).unwrap();
    symlink("..", backup.join("Mtsin/LOOP")).unwrap();
    symlink(temp.path().join("outside.TNF"), backup.join("Mtsin/OUT.TNF")).unwrap();
    symlink("nowhere", backup.join("Mtsin/DEAD.TNF")).unwrap();
    let (report, ran) = report(&backup, "--strict");
    assert_eq!(ran.code, 4);
    for name in ["Mtsin/LOOP", "Mtsin/OUT.TNF", "Mtsin/DEAD.TNF"] {
        assert_eq!((&file(&report, name)["state"], &file(&report, name)["sha256"]), (&"unreadable".into(), &Value::Null), "{name}");
    }
    rest_is_intact(&report, 14);
    // A link that the user names himself is followed: he asked for what it points to.
    symlink(&backup, temp.path().join("given")).unwrap();
    let ran = Imcscan::report(temp.path().join("given")).arg("--json").run();
    assert!([0, 3].contains(&ran.code), "{}", ran.err);
}

#[test]
fn a_given_file_that_is_missing_or_a_folder_is_told_in_one_sentence() {
    let (temp, backup) = scratch("healthy-55");
    for given in [temp.path().join("missing.csv"), backup.clone()] {
        let ran = Imcscan::report(&backup).arg("--with").arg(&given).run().ends_with(3);
        assert!(ran.out.is_empty() && ran.err.lines().count() == 1 && ran.err.contains(given.to_str().unwrap()), "{}", ran.err);
    }
}
