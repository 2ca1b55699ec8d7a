//! Every seed, every input that the fuzzing kept, and every input that once broke something, through the targets; no input without a
//! target, no target without an input.

use std::{collections::BTreeSet, fs, panic, path::Path};

use imcscan::testing::fuzz::{TARGETS, find, seeds};

use crate::common::{project, testdata};

/// Bytes of all committed inputs together; more is not minimised.
const MOST_BYTES: usize = 2 << 20;

/// Returns the inputs below a folder of `fuzz`, by target and file name.
fn inputs(folder: &str) -> Vec<(String, String, Vec<u8>)> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(project("fuzz").join(folder)) else { return found };
    for target in entries.map(|entry| entry.unwrap().path()) {
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        for input in fs::read_dir(&target).unwrap().map(|entry| entry.unwrap().path()) {
            found.push((name(&target), name(&input), fs::read(&input).unwrap()));
        }
    }
    found.sort();
    found
}

/// Returns the files of `testdata` by their paths below the folder of the Backups.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (story, root) in testdata() {
        collect(&root, &story, &mut files);
    }
    files.sort();
    files
}

fn collect(folder: &Path, path: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let path = format!("{path}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() { collect(&entry.path(), &path, files) } else { files.push((path, fs::read(entry.path()).unwrap())) }
    }
}

/// Feeds a target and returns what it says when it breaks.
fn complaint(target: &str, bytes: &[u8]) -> Option<String> {
    let Some(target) = find(target) else { return Some("has no target".to_owned()) };
    let ended = panic::catch_unwind(|| (target.run)(bytes));
    ended.err().map(|cause| {
        cause.downcast_ref::<String>().cloned().or_else(|| cause.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
    })
}

#[test]
fn every_seed_keeps_the_promises_of_its_target() {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for seed in seeds(&files(), false) {
        seen.insert(seed.target);
        wrong.extend(complaint(seed.target, &seed.bytes).map(|text| format!("{} on {} bytes: {text}", seed.target, seed.bytes.len())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let lacking: Vec<&str> = TARGETS.iter().map(|target| target.name).filter(|name| !seen.contains(name)).collect();
    assert!(lacking.is_empty(), "targets without a seed: {lacking:?}");
}

#[test]
fn every_kept_input_keeps_the_promises_of_its_target() {
    let all = [inputs("corpus"), inputs("regressions")].concat();
    let bytes: usize = all.iter().map(|(_, _, bytes)| bytes.len()).sum();
    assert!(bytes <= MOST_BYTES, "{bytes} bytes of inputs");
    let wrong: Vec<String> =
        all.iter().filter_map(|(target, name, bytes)| complaint(target, bytes).map(|text| format!("{target}/{name}: {text}"))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_target_has_its_program_and_its_inputs() {
    let manifest = fs::read_to_string(project("fuzz/Cargo.toml")).unwrap();
    let kept: BTreeSet<String> = inputs("corpus").into_iter().map(|(target, _, _)| target).collect();
    for target in TARGETS {
        let program = fs::read_to_string(project("fuzz/fuzz_targets").join(format!("{}.rs", target.name))).unwrap_or_default();
        assert!(program.contains(&format!("target!(\"{}\")", target.name)), "{} has no program", target.name);
        assert!(manifest.contains(&format!("name = \"{}\"", target.name)), "{} is not in the manifest", target.name);
        assert!(kept.contains(target.name), "{} has no inputs", target.name);
    }
    assert_eq!(fs::read_dir(project("fuzz/fuzz_targets")).unwrap().count(), TARGETS.len(), "programs without a target");
}

/// Writes the seeds, for the fuzzing engine to begin with: `cargo test --test integration -- --ignored write_the_seeds`.
#[test]
#[ignore = "writes into fuzz/seeds"]
fn write_the_seeds() {
    let root = project("fuzz/seeds");
    for seed in seeds(&files(), true) {
        let folder = root.join(seed.target);
        fs::create_dir_all(&folder).unwrap();
        let digest = imcscan::base::Sha256Digest::of(&seed.bytes).to_string();
        fs::write(folder.join(format!("{digest:.16}")), &seed.bytes).unwrap();
    }
}
