//! Twice the input takes at most 2.6 times the work, for every parser, rule and writer: each case of `linear_cases` grows one thing that
//! could be looked at again and again.
//!
//! Work is counted, not timed. Allocations and allocated bytes are counted always, since they are the same on every machine; they show
//! what is collected, copied or formatted over and over, but not what is only looked at. Where valgrind is, instructions show that too:
//! `cargo test --test integration -- --ignored linear` counts them for every case, `LINEAR=rtf,reg-` for those that begin so.

use std::{env, fs, path::Path, process::Command};

use imcscan::testing::fixture::FixtureFile;

use crate::linear_cases::{self, Case};

/// What twice the input may take, as parts of a hundred of what the input takes.
const MOST: u64 = 260;

/// The cases that every run tries; they are one of each kind, the known traps among them.
const TRAPS: &[&str] = &[
    "tiny-attributes",
    "garbage-attributes",
    "named-properties",
    "property-values",
    "recipients",
    "attachments",
    "messages-beside",
    "messages-60-deep",
    "rtf-groups-deep",
    "rtf-encapsulated",
    "html-open-tags",
    "body-uu-begins",
    "received-headers",
    "header-folding",
    "header-words",
    "spool-parts",
    "spool-nested",
    "reg-same-keys",
    "reg-near-values",
    "reg-hex-lines",
    "regini-back-and-forth",
    "hive-keys",
    "profiles",
    "csv-columns",
    "csv-lists",
    "packing-list-same",
    "packing-list-case",
    "packing-list-sections",
    "imccopy-same-domains",
    "migration-log-same",
    "report-storm",
    "one-volley",
    "queue-like-folders",
    "case-names",
    "findings",
];

/// Work on nothing to speak of, on some input, and on twice as much.
type Work = [u64; 3];

/// The part of the work that grows; a case that does almost nothing may double it as it likes.
fn is_linear([base, once, twice]: Work, slack: u64) -> bool {
    (twice.saturating_sub(base)) * 100 <= once.saturating_sub(base) * MOST + slack * 100
}

/// Inputs of one part, of some, and of twice as many.
fn inputs(case: &Case, divisor: usize) -> [Vec<FixtureFile>; 3] {
    let size = (case.size / divisor).max(8);
    [1, size, 2 * size].map(case.make)
}

fn by_name(name: &str) -> Case {
    linear_cases::all().into_iter().find(|case| case.name == name).unwrap_or_else(|| panic!("no case {name}"))
}

/// Returns how many allocations were made, and how many bytes they took.
fn allocations(files: &[FixtureFile]) -> [u64; 2] {
    let counted = allocation_counter::measure(|| assert!(linear_cases::run(files) > 0));
    [counted.count_total, counted.bytes_total]
}

fn check_allocations(case: &Case, divisor: usize, wrong: &mut Vec<String>) {
    let inputs = inputs(case, divisor);
    // What is made once for the whole process, as expressions at the first text that needs them, is made before anything is counted.
    allocations(&inputs[2]);
    let counts = inputs.map(|files| allocations(&files));
    for (what, at, slack) in [("allocations", 0, 500), ("allocated bytes", 1, 1 << 20)] {
        let work = counts.map(|count| count[at]);
        if !is_linear(work, slack) {
            wrong.push(format!("{}: {what} {work:?}", case.name));
        }
    }
}

#[test]
fn twice_the_input_takes_at_most_2_6_times_the_allocations() {
    let mut wrong = Vec::new();
    for name in TRAPS {
        check_allocations(&by_name(name), 10, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "takes a minute; the traps are tried always"]
fn linear_in_allocations_everywhere() {
    let mut wrong = Vec::new();
    for case in linear_cases::all().iter().filter(|case| is_wanted(case)) {
        check_allocations(case, 4, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn is_wanted(case: &Case) -> bool {
    env::var("LINEAR").map_or(true, |wanted| wanted.split(',').any(|begin| case.name.starts_with(begin)))
}

#[test]
#[ignore = "takes some minutes under valgrind"]
fn linear_in_instructions_everywhere() {
    let program = Path::new(env!("CARGO_BIN_EXE_imcscan")).with_file_name("examples").join("linear");
    if Command::new("valgrind").arg("--version").output().is_err() || !program.is_file() {
        eprintln!("skipped: instructions are counted where valgrind and the example `linear` are");
        return;
    }
    let wrong: Vec<String> = linear_cases::all().iter().filter(|case| is_wanted(case)).filter_map(|case| surplus(&program, case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Returns what is wrong with the instructions of one case.
fn surplus(program: &Path, case: &Case) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no", "--toggle-collect=linear::measured", "--dump-after=linear::measured"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(program)
        .args(["steps", case.name])
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}: {}", case.name, String::from_utf8_lossy(&ran.stderr));
    let work = [1, 2, 3].map(|number| instructions(&out.with_extension(number.to_string())));
    (!is_linear(work, 1 << 20)).then(|| format!("{}: instructions {work:?}", case.name))
}

/// Returns the instructions that one dump of callgrind counts.
fn instructions(dump: &Path) -> u64 {
    let text = fs::read_to_string(dump).unwrap_or_else(|error| panic!("{}: {error}", dump.display()));
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")));
    total.and_then(|number| number.trim().parse().ok()).unwrap_or_else(|| panic!("{} counts nothing", dump.display()))
}

#[test]
fn every_case_has_its_own_name_and_grows() {
    let all = linear_cases::all();
    let names: std::collections::BTreeSet<&str> = all.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), all.len());
    assert!(TRAPS.iter().all(|name| names.contains(name)));
    let bytes = |files: &[FixtureFile]| files.iter().map(|file| file.bytes.len() + file.path.len()).sum::<usize>();
    for case in all {
        assert!(bytes(&(case.make)(64)) > bytes(&(case.make)(32)), "{}", case.name);
    }
}
