//! The text report of every Backup of the project, as an engineer sees it on 80 columns.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::common::{Imcscan, scratch};

/// Gives the files the times that IMCSAVE would leave: one after the other, dumps first, the packing list last. A checkout has none of them.
fn set_times(backup: &Path) {
    let mut files = Vec::new();
    gather(backup, &mut files);
    let rank = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().to_ascii_lowercase();
        let place = ["imcsvc.reg", "imcpro.reg", "imcobj.csv"].iter().position(|dump| **dump == name).unwrap_or(3);
        if name == "imcfls" { 9 } else { place }
    };
    files.sort_by_key(|path| (rank(path), path.clone()));
    // 1999-10-06T15:10:00Z, and ten seconds a file.
    let mut time = SystemTime::UNIX_EPOCH + Duration::from_hours(260_895);
    for file in files {
        time += Duration::from_secs(10);
        fs::File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
    }
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { gather(&path, files) } else { files.push(path) }
    }
}

#[track_caller]
fn check(name: &str) {
    let (_temp, backup) = scratch(name);
    set_times(backup.parent().unwrap());
    let ran = Imcscan::report("Backup").within(backup.parent().unwrap()).run().ends_with(0);
    assert_eq!(ran.err, "");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("report-{name}"), ran.text());
    });
}

#[test]
fn healthy_40_reads_well() {
    check("healthy-40");
}

#[test]
fn healthy_55_reads_well() {
    check("healthy-55");
}

#[test]
fn troubled_reads_well() {
    check("troubled");
}

#[test]
fn damaged_reads_well() {
    check("damaged");
}

#[test]
fn tampered_reads_well() {
    check("tampered");
}

#[test]
fn siblings_reads_well() {
    check("siblings");
}
