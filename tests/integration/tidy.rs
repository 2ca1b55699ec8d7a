//! The shape of the house: floors, circles, sizes, and who may use which crate (the invariants in the crate docs of `src/lib.rs`).

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

/// Floors from the ground up; a file imports only from lower floors, or from its own folder.
const FLOORS: &[(&str, u32)] = &[
    ("base", 1),
    ("sandbox", 1),
    ("mapi", 2),
    ("formats", 3),
    ("backup", 4),
    ("diagnostics", 5),
    ("scan", 5),
    ("rules", 6),
    ("report", 6),
    ("query", 6),
    ("state", 6),
    ("output", 7),
    ("export", 7),
    ("tui", 8),
    ("cli", 9),
    ("testing", 10),
];

/// Files that are tables, one row a line, and may be as long as the facts are many.
const TABLES: &[&str] =
    &["mapi/properties.rs", "backup/registry_values.rs", "backup/directory_attributes.rs", "backup/known_builds.rs", "backup/profile_values.rs"];

struct Source {
    path: String,
    text: String,
    code: String,
}

/// Returns every source file with its path below `src`, its text, and its text without tests and comments.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let relative = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
    let load = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code = before_tests.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        Source { path: relative(&path), code, text }
    };
    files.into_iter().map(load).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn floor(module: &str) -> Option<u32> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// Returns the modules at the top of the crate that the code names, grouped imports included.
fn named_modules(code: &str) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for hit in Regex::new(r"crate::([a-z_]+)").unwrap().captures_iter(code) {
        named.insert(hit[1].to_owned());
    }
    let line = Regex::new(r"(?m)^    ([a-z_]+)(?:::|,)").unwrap();
    for hit in Regex::new(r"(?s)use crate::\{([^;]*?)\n\};").unwrap().captures_iter(code) {
        for inner in line.captures_iter(&hit[1]) {
            named.insert(inner[1].to_owned());
        }
    }
    named
}

#[test]
fn nobody_imports_from_a_higher_floor() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some((own, _)) = source.path.split_once('/') else { continue };
        let own_floor = floor(own).unwrap_or_else(|| panic!("{} stands on no floor", source.path));
        for module in named_modules(&source.code) {
            // Macros are exported at the root of the crate; the fixture compiler is a tool of tests.
            let allowed = module == own || module == "declare_rule" || floor(&module).is_some_and(|floor| floor < own_floor);
            if !allowed {
                wrong.push(format!("{} imports crate::{module}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_circle_runs_through_the_floors() {
    let mut edges: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let Some((own, _)) = source.path.split_once('/') else { continue };
        let named = named_modules(&source.code).into_iter().filter(|module| module != own && floor(module).is_some());
        edges.entry(own.to_owned()).or_default().extend(named);
    }
    for start in edges.keys() {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&String> = edges[start].iter().collect();
        while let Some(next) = waiting.pop() {
            assert_ne!(next, start, "a circle runs through {start}");
            if reached.insert(next) {
                waiting.extend(edges.get(next).into_iter().flatten());
            }
        }
    }
}

#[test]
fn files_stay_small() {
    let long: Vec<String> = sources()
        .iter()
        .filter(|source| !TABLES.contains(&source.path.as_str()) && source.text.lines().count() > 500)
        .map(|source| format!("{}: {} lines", source.path, source.text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn crates_stay_in_their_rooms() {
    let rooms: &[(&str, &[&str])] = &[
        (r"\b(?:::)?mail_parser::", &["formats/"]),
        (r"\bini::Ini\b", &["formats/"]),
        (r"\btnef::TnefReader|\btnef::read_attachments", &["formats/"]),
        // What is written as CSV is read back where that is fuzzed.
        (r"\bcsv::", &["formats/", "output/", "testing/fuzz/"]),
        (r"\bSerialize\b", &["output/json/"]),
        (r"\bratatui::|\bcrossterm::", &["tui/"]),
        (r"\bclap::|\bindicatif::|\bctrlc::", &["cli/"]),
        // Export writes what the engineer takes out of the evidence, and what the view remembers.
        (r"\bstd::fs\b|\bfs::File\b", &["scan/", "cli/", "export/", "testing/"]),
        (r"\benv::var", &["cli/", "export/"]),
        (r"\brustix::", &["scan/folder/"]),
        (r"\blandlock::|\bseccompiler::|\blibc::", &["sandbox/"]),
        (r"\bprintln!|\beprintln!|\bprint!", &[]),
        (r"SystemTime::now|Instant::now", &["tui/terminal"]),
    ];
    let mut wrong = Vec::new();
    for source in sources() {
        for (pattern, allowed) in rooms {
            let found = Regex::new(pattern).unwrap().is_match(&source.code);
            if found && !allowed.iter().any(|room| source.path.starts_with(room)) {
                wrong.push(format!("{} uses {pattern}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_say_what_things_are() {
    let banned = Regex::new(r"\b(?:struct|enum|trait|mod|type) \w*(?:Manager|Handler|Processor|Helper|Utils|utils|helpers|misc)\b").unwrap();
    let wrong: Vec<String> =
        sources().iter().filter_map(|source| banned.find(&source.code).map(|hit| format!("{}: {}", source.path, hit.as_str()))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_opens_with_its_purpose() {
    let silent: Vec<String> = sources().iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.path.clone()).collect();
    assert!(silent.is_empty(), "no module docs: {}", silent.join(", "));
}

#[test]
fn no_integration_file_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/integration");
    let main = fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "rs") && name != "main" {
            assert!(main.contains(&format!("mod {name};")), "tests/integration/{name}.rs is in no binary");
        }
    }
}
