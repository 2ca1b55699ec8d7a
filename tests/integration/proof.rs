//! Every piece of proof is looked up again: the bytes that a finding points to hold the value that it quotes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use imcscan::base::CodePage;
use serde_json::Value;

/// Returns the folders with Backups that are there: the samples, and the team's stories where they lie beside the checkout.
fn backups() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let stories = std::env::var_os("IMCSCAN_BACKUPS").map_or_else(|| root.join("../shared/backups"), PathBuf::from);
    let mut found = Vec::new();
    for folder in [root.join("testdata/backups"), stories.join("probes"), stories] {
        let Ok(entries) = fs::read_dir(&folder) else {
            eprintln!("{} is not there and was skipped", folder.display());
            continue;
        };
        found.extend(entries.map(|entry| entry.unwrap().path()).filter(|path| path.join("Backup").is_dir()));
    }
    found.sort();
    found
}

#[test]
fn every_quoted_value_stands_where_the_finding_points() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    for sample in backups() {
        let backup = sample.join("Backup");
        let output = Command::new(env!("CARGO_BIN_EXE_imcscan")).args(["report", backup.to_str().unwrap(), "--json"]).output().unwrap();
        if output.status.code() == Some(3) {
            continue;
        }
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        for finding in report["findings"].as_array().unwrap() {
            for evidence in finding["evidence"].as_array().unwrap() {
                checked += 1;
                if let Err(reason) = look_up(&backup, evidence) {
                    wrong.push(format!("{} {} {reason}: {evidence}", sample.display(), finding["code"]));
                }
            }
        }
    }
    assert!(checked > 20, "only {checked} pieces of proof");
    assert!(wrong.is_empty(), "{} of {checked}\n{}", wrong.len(), wrong.iter().take(12).cloned().collect::<Vec<_>>().join("\n"));
}

fn look_up(backup: &Path, evidence: &Value) -> Result<(), String> {
    let (Some(offset), Some(length)) = (evidence["offset"].as_u64(), evidence["length"].as_u64()) else { return Ok(()) };
    let observed = evidence["observed"].as_str().unwrap();
    let bytes = fs::read(backup.join(evidence["file"].as_str().unwrap())).map_err(|error| error.to_string())?;
    let start = usize::try_from(offset).unwrap();
    let place = bytes.get(start..start + usize::try_from(length).unwrap()).ok_or("outside of the file")?;
    // A quotation stands in the bytes as text of some code page, as hexadecimal digits, or as a number of four bytes.
    let is_text = || [1252, 850, 437, 65001, 1200, 1251, 866, 932, 936].iter().any(|page| CodePage(*page).decode(place).text.contains(observed));
    let is_wide = || place.len() > 1 && CodePage::UTF_16LE.decode(&place[1..]).text.contains(observed);
    let digits = imcscan::base::hex(place);
    let plain = observed.split('…').next().unwrap().replace(' ', "").to_lowercase();
    let is_hex = || !plain.is_empty() && digits.contains(&plain);
    let is_number = || observed.parse::<i32>().is_ok_and(|number| place.windows(4).any(|four| four == number.to_le_bytes()));
    // REGEDIT writes lists as the hexadecimal digits of their bytes.
    let in_list = || {
        let text = CodePage::WINDOWS_1252.decode(place).text.into_owned();
        let list = text.split_once(':').filter(|(form, _)| form.starts_with("hex")).map(|(_, list)| list.to_owned());
        let numbers = list.unwrap_or_default();
        let bytes: Vec<u8> = numbers.split([',', '\\', '\r', '\n', ' ']).filter_map(|digits| u8::from_str_radix(digits, 16).ok()).collect();
        CodePage::WINDOWS_1252.decode(&bytes).text.contains(observed) || CodePage::UTF_16LE.decode(&bytes).text.contains(observed)
    };
    // What counts or describes quotes nothing: `no row in a recipient table`, `4 fields`.
    let describes = || observed.contains(' ') && !observed.contains(['=', '@', ':', '\\']);
    if observed.is_empty() || is_text() || is_wide() || is_hex() || is_number() || in_list() || describes() {
        Ok(())
    } else {
        Err("does not stand there".to_owned())
    }
}
