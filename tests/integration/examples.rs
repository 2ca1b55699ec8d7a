//! The examples in the documentation of the rules: every `Fires` gives a finding of exactly that rule, every `Silent` none of it, and each
//! piece of evidence stands in the bytes of the example that it comes from.

use imcscan::{
    diagnostics::{Evidence, Example, Finding, Outcome},
    report::Report,
    rules::CATALOGUE,
    testing::{
        fixture::{FixtureFile, compile},
        report_of,
    },
};

#[test]
fn every_example_does_what_it_says_and_proves_it() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for rule in CATALOGUE {
        let code = rule.meta.code;
        for (number, example) in rule.meta.documentation().examples().iter().enumerate() {
            let files = match compile(&example.fixture) {
                Ok(files) => files,
                Err(error) => {
                    wrong.push(format!("{code} example {number}: {error}"));
                    continue;
                }
            };
            let report = report_of(&files);
            wrong.extend(broken_promises(code, example, &report).map(|what| format!("{code} example {number} {what}")));
            let below = &report.backup.place.below;
            for (finding, evidence) in report.findings.iter().flat_map(|finding| finding.evidence.iter().map(move |evidence| (finding, evidence))) {
                checked += usize::from(evidence.span.is_some());
                wrong.extend(misplaced(&files, below, evidence).map(|what| format!("{} on an example of {code}: {what}", told(finding))));
            }
        }
    }
    assert!(checked > CATALOGUE.len() / 2, "only {checked} pieces of evidence have a place");
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns what an example promises and its report does not keep.
fn broken_promises(code: &str, example: &Example, report: &Report) -> impl Iterator<Item = String> {
    let found: Vec<&Finding> = report.findings.iter().filter(|finding| finding.rule.code == code).collect();
    let outcome = report.outcomes.iter().find(|(rule, _)| rule.meta.code == code).map(|(_, outcome)| outcome);
    let keeps = found.is_empty() != example.fires && (outcome == Some(&Outcome::Fired)) == example.fires;
    let broken = (!keeps).then(|| format!("fires: {}, found {}, outcome {outcome:?}", example.fires, found.len()));
    let unproven = found.iter().any(|finding| finding.evidence.is_empty()).then(|| "has a finding without evidence".to_owned());
    broken.into_iter().chain(unproven)
}

fn told(finding: &Finding) -> String {
    format!("{} ({})", finding.rule.code, finding.message)
}

/// Returns the path of a file as the example has it; what lies beside the Backup is told from the Backup as `../name`.
fn path_in_example(below: &str, file: &str) -> String {
    let mut folders: Vec<&str> = below.split('/').filter(|part| !part.is_empty()).collect();
    let mut rest = file;
    while let Some(next) = rest.strip_prefix("../").filter(|_| !folders.is_empty()) {
        folders.pop();
        rest = next;
    }
    folders.push(rest);
    folders.join("/")
}

/// Returns what is wrong with the place of a piece of evidence.
fn misplaced(files: &[FixtureFile], below: &str, evidence: &Evidence) -> Option<String> {
    let span = evidence.span.clone()?;
    let path = path_in_example(below, &evidence.file);
    let Some(file) = files.iter().find(|file| file.path == path) else { return Some(format!("{path} is no file of the example")) };
    let range = usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap();
    let Some(bytes) = file.bytes.get(range) else { return Some(format!("{path}: {span:?} lies beyond its {} bytes", file.bytes.len())) };
    let observed: &str = &evidence.observed;
    let hex = imcscan::base::hex(bytes).to_uppercase();
    let bare: String = observed.chars().filter(|c| !c.is_whitespace()).collect();
    let shown = [
        String::from_utf8_lossy(bytes).into_owned(),
        bytes.iter().map(|&byte| char::from(byte)).collect(),
        String::from_utf16_lossy(&bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect::<Vec<_>>()),
    ];
    let listed = hexadecimal_list(&shown[0]);
    let is_binary = bytes.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\r' | b'\n' | b'\t')) && !shown[2].contains(observed);
    let stands = observed.is_empty()
        || shown.iter().any(|text| text.contains(observed))
        || hex.contains(&bare.to_ascii_uppercase())
        || listed.contains(observed)
        || is_binary;
    (!stands).then(|| format!("{path} {span:?} holds {:?}, not {observed:?}", shown[1]))
}

/// Returns the text that a registry list `hex(7):61,62,\` spells, with NUL between its strings.
fn hexadecimal_list(written: &str) -> String {
    let digits = written.split_once(':').map_or("", |(_, digits)| digits);
    let bytes = digits.split(',').filter_map(|pair| u8::from_str_radix(pair.trim_matches(|c: char| !c.is_ascii_hexdigit()), 16).ok());
    bytes.map(char::from).collect()
}
