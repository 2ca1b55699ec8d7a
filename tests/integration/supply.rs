//! What the program is made of: the registry only, each crate for a reason, and in one version unless it is said why.
//!
//! Licences are judged by cargo-deny with `.ci/deny.toml`, where it is installed.

use std::collections::{BTreeMap, BTreeSet};

const MANIFEST: &str = include_str!("../../Cargo.toml");
const LOCK: &str = include_str!("../../Cargo.lock");
const DENY: &str = include_str!("../../.ci/deny.toml");

/// Crates of which the lock file has several versions that no build of this project for Linux holds together, beside those that
/// `.ci/deny.toml` explains.
const ELSEWHERE: [&str; 6] = ["bitflags", "cfg_aliases", "nix", "r-efi", "thiserror", "thiserror-impl"];

/// The packages of the lock file, each as its lines.
fn packages() -> impl Iterator<Item = BTreeMap<&'static str, &'static str>> {
    LOCK.split("[[package]]").skip(1).map(|package| package.lines().filter_map(|line| line.split_once(" = ")).collect())
}

#[test]
fn all_crates_come_from_the_registry_with_their_digests() {
    for package in packages().filter(|package| package["name"] != "\"imcscan\"") {
        let source = package.get("source").copied().unwrap_or_default();
        assert!(source.starts_with("\"registry+https://github.com/rust-lang/crates.io-index"), "{package:?}");
        assert!(package.contains_key("checksum"), "{package:?}");
    }
}

#[test]
fn a_crate_in_several_versions_is_explained() {
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<&str> = packages().map(|package| package["name"].trim_matches('"')).filter(|name| !seen.insert(*name)).collect();
    let explained = |name: &&str| ELSEWHERE.contains(name) || DENY.contains(&format!("crate = \"{name}@"));
    let unexplained: Vec<_> = twice.iter().filter(|name| !explained(name)).collect();
    assert!(unexplained.is_empty(), "{unexplained:?} are there twice; see `cargo tree --duplicates`");
}

#[test]
fn each_dependency_says_what_it_is_for() {
    let is_list = |section: &str| section.trim_end_matches(']').ends_with("dependencies");
    let mut section = "";
    let mut silent = Vec::new();
    for line in MANIFEST.lines() {
        if line.starts_with('[') {
            section = line;
        } else if is_list(section) && line.contains(" = ") && line.rsplit_once("# ").is_none_or(|(_, purpose)| purpose.trim().len() < 5) {
            silent.push(line);
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}
