//! What a user may change of a run: the configuration file and the stated Exchange version; each change is shown in the report.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};

use crate::common::{Imcscan, Ran, project};

fn troubled() -> PathBuf {
    project("testdata/backups/troubled")
}

/// Runs a report of the troubled Backup with a configuration.
fn with_config(text: &str, format: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("imcscan.toml");
    fs::write(&path, text).unwrap();
    Imcscan::report(troubled()).arg("--config").arg(&path).args(format).run()
}

fn severity_of<'a>(report: &'a Value, code: &str) -> Option<&'a str> {
    report["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == code)?["severity"].as_str()
}

#[test]
fn severities_switches_and_thresholds_are_followed_and_shown() {
    let plain = Imcscan::report(troubled()).args("--json").run().ends_with(0).json();
    assert_eq!(severity_of(&plain, "MSG143"), Some("critical"));
    assert_eq!(plain["settings"], json!({ "severities": {}, "disabled": [], "thresholds": {} }));
    let text = "[rules.subject-with-percent-s]\nseverity = 'info'\n[rules.BLD102]\nenabled = false\n[thresholds]\n'que.backlog' = 1000\n";
    let changed = with_config(text, "--json").ends_with(0).json();
    assert_eq!(severity_of(&changed, "MSG143"), Some("info"));
    assert_eq!(severity_of(&changed, "BLD102"), None);
    let off = changed["not_evaluated"].as_array().unwrap().iter().find(|rule| rule["code"] == "BLD102").unwrap();
    assert_eq!(off["reason"], "the rule is switched off by the configuration");
    assert_eq!(changed["settings"], json!({ "severities": { "MSG143": "info" }, "disabled": ["BLD102"], "thresholds": { "que.backlog": 1000 } }));
    let shown = with_config(text, "").ends_with(0);
    assert!(shown.text().contains("MSG143 counts as info, BLD102 is switched off, que.backlog is"), "{}", shown.text());
}

#[test]
fn a_configuration_that_is_not_understood_is_wrong_usage() {
    for (text, expected) in [
        ("[rules.PKG999]\n", "no rule has the code or name PKG999"),
        ("[rules\n", "is no TOML"),
        ("[thresholds]\n'que.backlog' = 'many'\n", "is a whole number"),
    ] {
        let ran = with_config(text, "").ends_with(2);
        assert!(ran.err.contains(expected) && ran.err.lines().count() == 1, "{}", ran.err);
    }
    let ran = Imcscan::report(troubled()).args("--config /no/such/file").run().ends_with(2);
    assert!(ran.err.contains("cannot read the configuration /no/such/file"), "{}", ran.err);
}

#[test]
fn the_printed_configuration_changes_nothing() {
    let printed = Imcscan::new().arg("config").run().ends_with(0);
    let same = with_config(printed.text(), "--json").ends_with(0).json();
    let plain = Imcscan::report(troubled()).args("--json").run().json();
    assert_eq!(same["findings"], plain["findings"]);
}

#[test]
fn a_stated_version_decides_which_bugs_apply() {
    let fired = |version: &str| {
        let report = Imcscan::report(troubled()).arg("--json").arg("--exchange").arg(version).run().ends_with(0).json();
        (severity_of(&report, "BLD102").is_some(), report["backup"]["build"].as_str().map(str::to_owned), report["backup"]["version"].clone())
    };
    assert_eq!(fired("5.5.1960.3"), (true, Some("5.5.1960.3".into()), json!("5.5")));
    assert_eq!(fired("5.5.2657.72"), (false, Some("5.5.2657.72".into()), json!("5.5")));
    assert_eq!(fired("5.5 SP3"), (true, Some("5.5.2650.21".into()), json!("5.5")));
    assert_eq!(fired("4.0"), (false, None, json!("4.0")));
    let ran = Imcscan::report(troubled()).args("--exchange 7").run().ends_with(2);
    assert!(ran.err.contains("'7' is no Exchange version"), "{}", ran.err);
}
