//! Absence of evidence is never "passed": each source is taken away from a troubled Backup in turn, and no rule that needs it, or fired
//! by it, turns into passed.

use std::{collections::BTreeMap, fs, path::Path};

use imcscan::{backup::ProductLine, rules::CATALOGUE};
use serde_json::Value;

use crate::common::{Imcscan, copy, project};

/// The sources of the troubled Backup, as they are named below it, and what rules call them.
const SOURCES: [(&str, &str); 6] = [
    ("Imcsvc.reg", "Imcsvc.reg"),
    ("Imcpro.reg", "Imcpro.reg"),
    ("Imcobj.csv", "Imcobj.csv"),
    ("Imcfls", "Imcfls"),
    ("Mtsout", "Mtsout"),
    ("Mtsin", "Mtsin"),
];

/// Returns how each rule ended.
fn outcomes(backup: &Path) -> BTreeMap<String, &'static str> {
    let report = Imcscan::report(backup).args("--json --quiet").run().ends_with(0).json();
    let codes = |list: &Value| list.as_array().unwrap().iter().map(|entry| entry["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let mut ended: BTreeMap<String, &'static str> = CATALOGUE.iter().map(|rule| (rule.meta.code.to_owned(), "passed")).collect();
    ended.extend(codes(&report["not_evaluated"]).into_iter().map(|code| (code, "not evaluated")));
    ended.extend(codes(&report["findings"]).into_iter().map(|code| (code, "fired")));
    ended
}

#[test]
fn no_rule_passes_because_its_source_is_gone() {
    let whole = outcomes(&project("testdata/backups/troubled/Backup"));
    let mut wrong = Vec::new();
    for (name, need) in SOURCES {
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("Backup");
        fs::create_dir(&backup).unwrap();
        copy(&project("testdata/backups/troubled/Backup"), &backup, |_| ());
        let source = backup.join(name);
        if source.is_dir() {
            fs::remove_dir_all(&source).unwrap();
        } else {
            fs::remove_file(&source).unwrap();
        }
        let without = outcomes(&backup);
        for rule in CATALOGUE {
            let code = rule.meta.code;
            let depends = rule.meta.needs.iter().any(|group| group.len() == 1 && group[0].name() == need);
            let (before, after) = (whole[code], without[code]);
            // What the product cannot have is passed whatever was collected.
            let applies = rule.meta.versions.contains(&ProductLine::V5_5) && !rule.meta.exposure_gates;
            if after == "passed" && (before != "passed" || depends && applies) {
                wrong.push(format!("{code} passes without {name}; with it: {before}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
