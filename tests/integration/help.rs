//! What the program says of itself: help of every command, lists of rules, explanations, and how wide all that may be.

use crate::common::{Imcscan, Ran, testdata};

#[track_caller]
fn help(name: &str, arguments: &str) {
    let ran = Imcscan::new().args(arguments).run().ends_with(0);
    assert_eq!(ran.err, "");
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("help-{name}"), ran.text());
    });
}

#[test]
fn every_command_helps() {
    help("imcscan", "--help");
    for command in
        ["browse", "report", "messages", "findings", "decode", "migrate", "rules", "explain", "config", "limits", "schema", "completions", "man"]
    {
        help(command, &format!("{command} --help"));
    }
}

#[test]
fn a_short_help_asks_for_nothing_either() {
    let ran = Imcscan::new().arg("-h").run().ends_with(0);
    assert!(ran.text().contains("Usage: imcscan"));
    assert_eq!(Imcscan::new().run().code, 2);
    assert!(Imcscan::new().arg("--version").run().ends_with(0).text().starts_with("imcscan "));
}

#[track_caller]
fn is_refused(arguments: &str, word: &str) {
    let Ran { out, err, .. } = Imcscan::new().args(arguments).run().ends_with(2);
    assert!(out.is_empty() && err.contains(word), "{arguments}: {err}");
}

#[test]
fn wrong_usage_names_what_is_wrong() {
    is_refused("report", "<PATH>");
    is_refused("repot Backup", "'Backup'");
    is_refused("report Backup --fail-on sometimes", "sometimes");
    is_refused("report Backup --threads many", "many");
    is_refused("report Backup --json --ndjson", "--ndjson");
    is_refused("explain NIX999", "NIX999");
    is_refused("explain Q999999", "Q999999");
    is_refused("completions basic", "basic");
}

#[test]
fn the_list_of_rules_is_narrowed_by_family_and_tag() {
    let all = Imcscan::new().args("rules --format json").run().json();
    let listed = |arguments: &str| -> Vec<String> {
        let rules = Imcscan::new().args("rules --format json").args(arguments).run().ends_with(0).json();
        rules["rules"].as_array().unwrap().iter().map(|rule| rule["code"].as_str().unwrap().to_owned()).collect()
    };
    let of = |wanted: &dyn Fn(&serde_json::Value) -> bool| -> Vec<String> {
        let rules = all["rules"].as_array().unwrap().iter();
        rules.filter(|rule| wanted(rule)).map(|rule| rule["code"].as_str().unwrap().to_owned()).collect()
    };
    let msg = of(&|rule| rule["code"].as_str().unwrap().starts_with("MSG"));
    let tag = all["rules"].as_array().unwrap().iter().find_map(|rule| rule["tags"][0].as_str()).unwrap().to_owned();
    let is_tagged = |rule: &serde_json::Value| rule["tags"].as_array().unwrap().iter().any(|own| *own == *tag);
    assert!(!msg.is_empty() && listed("--family MSG") == msg && listed("--family msg") == msg);
    assert_eq!(listed(&format!("--tag {tag}")), of(&is_tagged));
    assert_eq!(listed(&format!("--family MSG --tag {tag}")), of(&|rule| is_tagged(rule) && msg.contains(&rule["code"].as_str().unwrap().to_owned())));
    assert_eq!(listed("--family NIX"), <[String; 0]>::default());
    let text = Imcscan::new().args("rules --family MSG").run().ends_with(0);
    assert!(msg.iter().all(|code| text.text().contains(code)));
}

#[test]
fn completions_and_schema_are_for_programs() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(Imcscan::new().args("completions").arg(shell).run().ends_with(0).text().contains("imcscan"), "{shell}");
    }
    assert_eq!(Imcscan::new().arg("schema").run().ends_with(0).json()["$id"], "urn:imcscan:report:1");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut asked: Vec<String> = testdata().into_iter().map(|(_, path)| format!("report {}", path.display())).collect();
    asked.extend(["rules", "explain MSG143", "explain SVC082", "explain PKG005"].map(str::to_owned));
    for arguments in asked {
        for columns in [60, 80, 120] {
            let ran = Imcscan::new().args(&arguments).env("COLUMNS", &columns.to_string()).run().ends_with(0);
            let wide = ran.text().lines().find(|line| textwrap::core::display_width(line) > columns);
            assert_eq!(wide, None, "{arguments} on {columns} columns");
        }
    }
}

#[test]
fn a_terminal_of_no_use_is_borne() {
    let healthy = testdata().into_iter().find(|(name, _)| name == "healthy-55").unwrap().1;
    for columns in ["0", "1", "99999999999999999999", "wide", ""] {
        let ran = Imcscan::report(&healthy).env("COLUMNS", columns).run().ends_with(0);
        assert!(ran.text().contains("MAIL1"), "{columns}");
    }
}

#[test]
fn colours_are_as_asked() {
    let troubled = testdata().into_iter().find(|(name, _)| name == "troubled").unwrap().1;
    let report = |when: &str| Imcscan::report(&troubled).args(when).env("NO_COLOR", "1").run().ends_with(0).text().to_owned();
    let plain = report("--color never");
    assert!(!plain.contains('\x1b'));
    assert_eq!(report(""), plain);
    let colored = report("--color always");
    assert!(colored.contains('\x1b'));
    assert_eq!(regex::Regex::new("\x1b\\[[0-9;]*m").unwrap().replace_all(&colored, ""), plain);
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let troubled = testdata().into_iter().find(|(name, _)| name == "troubled").unwrap().1;
    for form in ["--json", "--ndjson"] {
        let ran = Imcscan::report(&troubled).arg(form).run_and_close_after(1).ends_with(0);
        assert_eq!(ran.err, "");
    }
}
