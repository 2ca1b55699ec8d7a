//! What is taken out of the evidence: saved files and their names, findings as Markdown, what the view remembers; and what errors repeat of
//! arguments and configuration.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
    process::{Command, Stdio},
};

use imcscan::{
    export::{Destination, StateFile, safe_name, save_attachment, save_finding},
    formats::tnef::{Attachment, AttachmentContent},
    state::State,
    testing::report_of,
};

use crate::{
    common::{Imcscan, PROGRAM},
    hostile::write_backup,
    hostile_sources::{Planter, files},
    payloads::{is_raw, is_readable, is_safe_json, is_visible, payloads},
};

/// Names that some system takes for a device, an option, a stream, a parent or another folder.
const NAMES: [&str; 22] = [
    "..",
    ".",
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/passwd",
    "C:\\x",
    "\\\\server\\share\\x",
    "CON",
    "con.txt",
    "aux .doc",
    "nul",
    "COM1",
    "lpt9.log",
    "CONOUT$",
    "a:stream",
    "-rf",
    "~",
    ".bashrc",
    "x. . ",
    "",
    "a\0b",
    "$(id)`id`%PATH%",
];

fn place() -> (tempfile::TempDir, Destination) {
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir(temp.path().join("Backup")).unwrap();
    let place = Destination::open(&temp.path().join("out"), &temp.path().join("Backup")).unwrap();
    (temp, place)
}

#[test]
fn saved_names_stay_where_they_are_put_and_can_be_seen() {
    let (temp, place) = place();
    let texts: Vec<String> = payloads().into_iter().map(|(_, text)| text).chain(NAMES.map(str::to_owned)).collect();
    for text in &texts {
        let attachment = Attachment { content: AttachmentContent::File(b"data", 0), ..Attachment::default() };
        let path = save_attachment(&place, text, &attachment).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        assert_eq!(path.parent().unwrap(), fs::canonicalize(temp.path().join("out")).unwrap(), "{text:?}");
        assert!(!name.chars().any(is_raw) && !name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '`', '$', '%']), "{name:?}");
        assert!(!name.starts_with(['.', '-', ' ']) && !name.ends_with(['.', ' ']) && name.len() <= 130, "{name:?}");
        let stem = name.split('.').next().unwrap().trim_end().to_ascii_uppercase();
        let is_device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
            || stem.strip_prefix("COM").or(stem.strip_prefix("LPT")).is_some_and(|rest| rest.chars().count() == 1 && rest != "X");
        assert!(!is_device, "{name:?}");
        assert_eq!(safe_name(&safe_name(text)), safe_name(text));
    }
    let saved = fs::read_dir(temp.path().join("out")).unwrap().count();
    assert_eq!((saved, fs::read_dir(temp.path()).unwrap().count()), (texts.len(), 2), "each a file of its own, and nothing beside");
}

/// Returns what is left of a line of Markdown without its code spans.
fn without_code(line: &str) -> String {
    let mut rest = line.to_owned();
    let mut plain = String::new();
    loop {
        // A backtick behind a backslash opens nothing.
        let open = rest.match_indices('`').find(|(at, _)| *at == 0 || rest.as_bytes()[at - 1] != b'\\').map(|(at, _)| at);
        let Some(open) = open else { return plain + &rest };
        let fence = rest[open..].chars().take_while(|c| *c == '`').count();
        let inside = &rest[open + fence..];
        let mark = "`".repeat(fence);
        let is_end = |at: usize| !inside[at + fence..].starts_with('`') && !inside[..at].ends_with('`');
        let close = inside.char_indices().map(|(at, _)| at).find(|&at| inside[at..].starts_with(&mark) && is_end(at));
        plain.push_str(&rest[..open]);
        rest = inside[close.unwrap_or_else(|| panic!("an open code span: {line}")) + fence..].to_owned();
    }
}

#[test]
fn a_finding_as_markdown_holds_no_markup_of_the_evidence() {
    let mut quoted = 0;
    for (name, payload) in payloads() {
        let report = report_of(&files(&Planter::new(&payload)));
        let (_temp, place) = place();
        for finding in
            report.findings.iter().filter(|finding| finding.message.contains("F-") || finding.evidence.iter().any(|one| one.observed.contains("F-")))
        {
            quoted += 1;
            let page = fs::read_to_string(save_finding(&place, finding, &report.backup).unwrap()).unwrap();
            is_visible(&page, name);
            for line in page.lines() {
                let plain = without_code(line);
                let headings = ["# ", "## Proof", "## Why it matters", "## What to do", "## Sources"];
                assert!(!plain.starts_with('#') || headings.iter().any(|heading| plain.starts_with(heading)), "{name}: {line}");
                let mut before = ' ';
                for c in plain.chars() {
                    assert!(before == '\\' || !matches!(c, '<' | '>' | '[' | ']' | '`' | '*' | '_' | '|' | '&' | '!' | '@'), "{name}: {c} in {line}");
                    before = if before == '\\' { ' ' } else { c };
                }
            }
        }
    }
    assert!(quoted > 50, "{quoted}");
}

#[test]
fn what_the_view_remembers_holds_no_raw_evidence_and_all_of_it() {
    let temp = tempfile::tempdir().unwrap();
    let place = StateFile::within(&temp.path().join("state"));
    let manifest = imcscan::base::Sha256Digest::of(b"x");
    let marks = payloads().into_iter().map(|(_, text)| text).filter(|text| text.len() < 4_000).collect();
    let state = State { screen: "Messages".into(), filter: "subject:\u{202e}\x1b[31m".into(), sort: "-size".into(), marks };
    let mut states = place.load();
    states.remember(&manifest, state.clone());
    place.save(&states, temp.path()).unwrap_err();
    fs::create_dir(temp.path().join("Backup")).unwrap();
    place.save(&states, &temp.path().join("Backup")).unwrap();
    is_safe_json(&fs::read_to_string(temp.path().join("state/state.json")).unwrap(), "the state file");
    assert_eq!(place.load().of(&manifest), Some(&state));
}

#[test]
fn errors_repeat_arguments_and_configuration_visibly() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("Backup");
    fs::create_dir_all(root.join("Mtsout")).unwrap();
    fs::write(root.join("Imcfls"), b"x").unwrap();
    let backup = root.to_str().unwrap();
    let evil = "x\x1b[31m\u{9b}\u{202e}\nCRITICAL  FAKE001";
    let zip = temp.path().join(format!("{}.zip", evil.replace('\n', "")));
    fs::write(&zip, b"PK\x03\x04damaged").unwrap();
    let config = |text: String| {
        let path = temp.path().join("config.toml");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let quoted = "x\\u001b[31m\\u009b\\u202e\\nCRITICAL  FAKE001";
    let dashed = format!("--{evil}");
    let runs: Vec<(i32, Vec<String>)> = [
        (2, vec!["report", &dashed]),
        (2, vec![evil, "--threads", evil]),
        (2, vec!["report", backup, "--format", evil]),
        (2, vec!["report", backup, evil]),
        (2, vec!["messages", backup, "--sort", evil]),
        (2, vec!["messages", backup, "--where", &format!("size:{evil}")]),
        (2, vec!["messages", backup, "--where", "\u{202e}sise\x1b:1 ("]),
        (2, vec!["findings", backup, "--where", &format!("severity:\"{evil}\"")]),
        (2, vec!["report", backup, "--exchange", evil]),
        (2, vec!["explain", evil]),
        (2, vec!["rules", "--tag"]),
        (3, vec!["report", evil]),
        (3, vec!["decode", evil]),
        (3, vec!["report", backup, "--with", evil]),
        (3, vec!["report", zip.to_str().unwrap()]),
        (3, vec!["migrate", evil, evil]),
        (2, vec!["report", backup, "--config", evil]),
    ]
    .into_iter()
    .map(|(code, arguments): (i32, Vec<&str>)| (code, arguments.into_iter().map(str::to_owned).collect()))
    .collect();
    for (code, arguments) in runs {
        let ran = arguments.iter().fold(Imcscan::new(), Imcscan::arg).run().ends_with(code);
        is_readable(&ran.err, &format!("{arguments:?}"));
        is_readable(ran.text(), &format!("{arguments:?}"));
        let is_told = !arguments.iter().any(|argument| argument.contains("\x1b[31m")) || ran.err.contains("\\u{1b}[31m");
        assert!(is_told && !ran.err.contains("\\\\u{1b}"), "{arguments:?}: {}", ran.err);
    }
    let tables = [
        format!("[\"{quoted}\"]"),
        format!("[rules.\"{quoted}\"]"),
        format!("[rules.PKG001]\n\"{quoted}\" = 1"),
        format!("[thresholds]\n\"{quoted}\" = 1"),
        format!("[rules] # {}\n\x1b[31m \u{202e} = =", evil.replace('\n', "")),
    ];
    for text in tables {
        let path = config(text.clone());
        let ran = Imcscan::report(&root).arg("--config").arg(path).run().ends_with(2);
        is_readable(&ran.err, &text);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
}

fn zipped(names: &[String]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        zip.start_file(format!("Backup/Mtsout/{name}"), zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(b"x").unwrap();
    }
    zip.start_file("Backup/Imcfls", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap().into_inner()
}

fn tarred(names: &[String]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for name in names.iter().map(|name| format!("Backup/Mtsout/{name}")).chain(["Backup/Imcfls".to_owned()]) {
        let mut header = tar::Header::new_gnu();
        header.set_size(1);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(0o644);
        tar.append_data(&mut header, &name, &b"x"[..]).unwrap();
    }
    tar.into_inner().unwrap()
}

#[test]
fn names_in_archives_are_visible_and_whole() {
    let temp = tempfile::tempdir().unwrap();
    let short = |(_, text): (&str, String)| text.replace(['/', '\\', '\0'], "").chars().take(200).collect::<String>();
    let names: Vec<String> = payloads().into_iter().map(short).collect();
    for (file, bytes) in [("a.zip", zipped(&names)), ("a.tar", tarred(&names))] {
        let place = temp.path().join(file);
        fs::write(&place, bytes).unwrap();
        is_readable(Imcscan::report(&place).run().ends_with(0).text(), file);
        let ran = Imcscan::report(&place).arg("--json").run().ends_with(0);
        is_safe_json(ran.text(), file);
        let json = ran.json();
        let held: Vec<&str> = json["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
        for name in &names {
            assert!(held.iter().any(|path| path.strip_prefix("Mtsout/") == Some(name)), "{file}: {name:?} of {held:?}");
        }
    }
}

/// Answers lines and returns what was said.
fn dialogue(backup: &Path, said: &str) -> String {
    let mut child = Command::new(PROGRAM).arg("browse").arg(backup).arg("--plain").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(said.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn the_dialogue_of_lines_says_nothing_raw() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("case\x1b[31m\u{202e}").join("Backup");
    write_backup(&root);
    let out = temp.path().join("out\x1b[31m");
    let mut said = String::new();
    for screen in ["overview", "findings", "messages", "registry", "profile", "gateway", "files", "rules", "siblings"] {
        said.push_str(&format!("{screen}\ndetail\nlast\ndetail\n"));
    }
    let out = out.display();
    said.push_str(&format!("messages\nsave {out}\nopen 1\ndetail\nt\ndetail\nfindings\nsearch MSG143\nsave {out}\nsave {out}\nfilter \x1b[31m:\u{202e}\n\x1b[31m\u{9b}\nquit\n"));
    let text = dialogue(&root, &said);
    is_readable(&text, "the dialogue");
    assert!(text.contains("Saved ") && text.contains("is no command") && text.contains("\\u{1b}[31m"), "{text}");
    for file in fs::read_dir(temp.path().join("out\x1b[31m")).unwrap() {
        let bytes = fs::read_to_string(file.unwrap().path()).unwrap();
        is_visible(&bytes.replace('\r', ""), "a saved file");
    }
}
