//! The contract of the JSON report: every document validates against the schema that the program prints, and does not depend on threads.

use std::{fs, path::PathBuf, process::Command};

use serde_json::Value;

fn imcscan(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_imcscan")).args(arguments).env("TZ", "Pacific/Auckland").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn samples() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/backups");
    let mut samples: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    samples.sort();
    assert!(samples.len() >= 6);
    samples
}

#[test]
fn every_report_validates_against_the_schema() {
    let schema: Value = serde_json::from_slice(&imcscan(&["schema"])).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for sample in samples() {
        let report: Value = serde_json::from_slice(&imcscan(&["report", sample.to_str().unwrap(), "--json", "--quiet"])).unwrap();
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
        assert!(errors.is_empty(), "{}: {}", sample.display(), errors.join("\n"));
    }
}

#[test]
fn lines_hold_the_same_objects_as_the_document() {
    for sample in samples() {
        let path = sample.to_str().unwrap();
        let report: Value = serde_json::from_slice(&imcscan(&["report", path, "--json"])).unwrap();
        let lines = String::from_utf8(imcscan(&["report", path, "--format", "ndjson"])).unwrap();
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (kind, list) in
            [("message", "messages"), ("finding", "findings"), ("file", "files"), ("queue", "queues"), ("not_evaluated", "not_evaluated")]
        {
            let of_kind = lines.iter().filter(|line| line["type"] == kind).map(|line| {
                let mut object = line.clone();
                object.as_object_mut().unwrap().remove("type");
                object
            });
            assert_eq!(of_kind.collect::<Vec<_>>(), *report[list].as_array().unwrap(), "{kind} of {path}");
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for sample in samples() {
        let path = sample.to_str().unwrap();
        let one = imcscan(&["report", path, "--json", "--threads", "1"]);
        for threads in ["2", "8"] {
            assert!(one == imcscan(&["report", path, "--json", "--threads", threads]), "{threads} threads on {path}");
        }
    }
}

#[track_caller]
fn validates(form: &str, document: &[u8], what: &str) {
    let schema: Value = serde_json::from_slice(&imcscan(&["schema", form])).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema), "{form}");
    let document: Value = serde_json::from_slice(document).unwrap();
    assert_eq!(document["schema"], format!("imcscan.{form}/1"));
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{form} of {what}: {}", errors.join("\n"));
    // A schema that admits everything would prove nothing.
    let mut other = document;
    other.as_object_mut().unwrap().insert("unheard_of".to_owned(), Value::Null);
    assert!(!validator.is_valid(&other), "{form}");
}

#[test]
fn lists_and_decoded_files_validate_against_their_schemas() {
    for sample in ["troubled", "damaged", "siblings"] {
        let path = format!("testdata/backups/{sample}");
        for form in ["messages", "findings"] {
            validates(form, &imcscan(&[form, &path, "--format", "json"]), sample);
        }
    }
    let folder = "testdata/backups/troubled/Backup";
    for file in ["Mtsout/00000008.TNF", "Mtsin/00000007.TNF", "Imcsvc.reg", "Imcpro.reg", "Imcobj.csv", "Imcfls"] {
        validates("decode", &imcscan(&["decode", &format!("{folder}/{file}"), "--json"]), file);
    }
    for file in ["README.md", "src/lib.rs"] {
        validates("decode", &imcscan(&["decode", file, "--json"]), file);
    }
}
