//! The real program on single files: each kind says what it holds, in all three forms, and nothing of it reaches the terminal raw.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

fn sample(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/backups").join(path)
}

fn run(file: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_imcscan")).arg("decode").arg(file).args(options).env("COLUMNS", "120").output().unwrap()
}

#[track_caller]
fn stdout(file: &Path, options: &[&str]) -> String {
    let output = run(file, options);
    assert_eq!(output.status.code(), Some(0), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn json(file: &Path) -> Value {
    let document: Value = serde_json::from_str(&stdout(file, &["--json"])).unwrap();
    assert_eq!(document["schema"], "imcscan.decode/1");
    assert_eq!(document["size"], fs::metadata(file).unwrap().len());
    assert!(document["anomalies"].is_array());
    document
}

/// Every sample that the project has.
fn samples() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![sample("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Checks kind and text of a file.
#[track_caller]
fn check(path: &str, kind: &str, facts: &[&str]) -> Value {
    let file = sample(path);
    let document = json(&file);
    assert_eq!(document["kind"], kind);
    let text = stdout(&file, &[]);
    for fact in facts {
        assert!(text.contains(fact), "{path} does not say {fact}:\n{text}");
    }
    document
}

#[test]
fn a_message_shows_envelope_mail_and_every_property() {
    let document =
        check("healthy-55/Backup/Mtsout/00000001.TNF", "tnef_message", &["Envelope (bytes", "Mail (bytes", "PR_MESSAGE_CLASS", "Recipients ("]);
    let envelope = &document["message"];
    let mail = &envelope["embedded"][0];
    for message in [envelope, mail] {
        let list = message["property_list"].as_array().unwrap();
        assert_eq!(list.len(), usize::try_from(message["properties"].as_u64().unwrap()).unwrap());
        assert!(list.iter().all(|property| property["span"]["length"].as_u64() > Some(0) && property["type"].is_string()));
    }
    assert!(
        mail["property_list"].as_array().unwrap().iter().any(|property| property["name"] == "PR_SUBJECT" && property["value"] == mail["subject"])
    );
    assert!(envelope["recipients"][0]["property_list"].is_array());
}

#[test]
fn a_damaged_message_says_where() {
    let damaged = samples().into_iter().filter(|path| path.extension().is_some_and(|end| end == "TNF") && path.to_string_lossy().contains("damaged"));
    let mut told = 0;
    for file in damaged {
        let document = json(&file);
        let anomalies = document["anomalies"].as_array().unwrap();
        let text = stdout(&file, &[]);
        for anomaly in anomalies {
            assert!(text.contains(anomaly["code"].as_str().unwrap()), "{}", file.display());
        }
        told += usize::from(!anomalies.is_empty());
    }
    assert!(told > 3, "only {told} damaged messages say so");
}

#[test]
fn registry_dumps_show_settings_and_profiles() {
    let service = check("healthy-55/Backup/Imcsvc.reg", "registry", &["REG_DWORD", "MSExchangeIMC\\Parameters]"]);
    assert!(service["service"]["values"].as_array().unwrap().iter().any(|value| value["key"] == "Parameters"));
    let profile = check("healthy-55/Backup/Imcpro.reg", "registry", &["0x6602001E PR_PROFILE_HOME_SERVER  MAIL1"]);
    assert_eq!(profile["profile"]["profiles"][0], "MSExchangeIMC 3414350A60");
    assert!(profile["registry"]["keys"].as_array().unwrap().len() > 2);
}

#[test]
fn lists_and_exports_show_their_entries() {
    let export = check("healthy-55/Backup/Imcobj.csv", "directory_export", &["(the connector)", "Routing-List  SMTP"]);
    assert_eq!(export["gateway"]["present"], true);
    let list = check("healthy-55/Backup/Imcfls", "packing_list", &["Mtsout/00000001.TNF (line "]);
    assert_eq!(list["packing_list"]["entries"], list["packing_list"]["listed"].as_array().unwrap().len());
    let routes = check("siblings/imcrou.txt", "imccopy", &["wingtip.example to relay.wingtip.example"]);
    assert_eq!(routes["siblings"]["imccopy"][0]["routes"][0]["host"], "192.0.2.25");
    check("siblings/imcdom.txt", "imccopy", &["partner.example: ISO-8859-1 for MIME, US-ASCII otherwise"]);
    check("siblings/pilot.csv", "migration_list", &["Jensen Frank (fjensen) from GW-PILOT1 to GW-PROD1"]);
    check("siblings/pilot.log", "migration_log", &["Error Logging On, access denied"]);
}

#[test]
fn internet_mail_shows_fields_and_entities() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("note.eml");
    fs::write(&file, "Subject: lunch\r\nFrom: a@example.com\r\n\r\nat noon\r\n").unwrap();
    let document = json(&file);
    assert_eq!(document["kind"], "rfc822");
    assert_eq!(document["rfc822"]["headers"][0]["value"], "lunch");
    assert!(stdout(&file, &[]).contains("at noon"));
    assert!(stdout(&file, &["--hex"]).contains("entity 1: Subject"));
}

#[test]
fn a_spool_file_shows_its_envelope() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("WKA6D6YM");
    let header = [&b"\x44\0\0\0ImCr"[..], &[0; 24], b"<a@example.com>\0<b@example.net>\0EwLs"].concat();
    fs::write(&file, [&header, &b"Subject: lunch\r\n\r\nat noon\r\n"[..]].concat()).unwrap();
    let document = json(&file);
    assert_eq!(document["kind"], "spool_file");
    assert_eq!(document["spool"]["envelope"]["mail_from"]["text"], "<a@example.com>", "{document}");
    let subject = &document["rfc822"]["headers"][0];
    assert_eq!((&subject["value"], &subject["offset"]), (&"lunch".into(), &document["spool"]["text_offset"]));
    assert!(stdout(&file, &["--hex"]).contains("envelope / originator"));
}

#[test]
fn the_dump_covers_every_byte_with_a_named_field() {
    for file in samples() {
        let text = stdout(&file, &["--hex"]);
        let mut at = 0;
        for line in text.lines() {
            let (offset, rest) = line.split_once("  ").unwrap();
            assert_eq!(u64::from_str_radix(offset, 16).unwrap(), at, "{}: {line}", file.display());
            at += match rest.strip_prefix("… ") {
                Some(folded) => folded.split(' ').next().unwrap().parse::<u64>().unwrap(),
                None => rest.get(..48).unwrap().split_whitespace().count() as u64,
            };
        }
        assert_eq!(at, fs::metadata(&file).unwrap().len(), "{}", file.display());
        assert!(!text.contains("  unowned"), "{}", file.display());
    }
}

#[test]
fn every_sample_is_understood_in_json() {
    for file in samples() {
        let document = json(&file);
        // Among the damaged samples are an empty file and a note that somebody left instead of a message.
        let is_told = document["kind"] != "unknown" || document["looks_like"] == "empty" || document["text"].is_string();
        assert!(is_told, "{}", file.display());
    }
}

#[test]
fn unknown_files_are_told_by_their_first_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.bin");
    fs::write(&file, [0xC5, 0, 1, 2]).unwrap();
    let document = json(&file);
    assert_eq!((&document["kind"], &document["first_bytes"]), (&"unknown".into(), &"c5000102".into()));
    assert!(stdout(&file, &[]).contains("c5000102"));
}

#[test]
fn what_cannot_be_read_is_one_clear_sentence() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("absent"), folder.path().to_path_buf()] {
        let output = run(&path, &[]);
        assert_eq!(output.status.code(), Some(3));
        assert!(output.stdout.is_empty());
        assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
    }
    assert_eq!(run(&sample("siblings/pilot.log"), &["--json", "--hex"]).status.code(), Some(2));
}

#[test]
fn hostile_text_and_secrets_never_reach_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.reg");
    let text = "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIMC\\Parameters]\r\n\
                \"a\x1b]52;c;x\x07\"=\"\x1b[31mred\"\r\n\"RasPassword\"=\"hush\"\r\n";
    fs::write(&file, text).unwrap();
    for options in [&[][..], &["--hex"], &["--json"]] {
        let shown = stdout(&file, options);
        assert!(!shown.contains('\x1b') && !shown.contains('\x07'), "{options:?}: {shown}");
        assert!(!shown.contains("hush") && !shown.contains("68 75 73 68"), "{options:?}: {shown}");
    }
}
