//! Packing lists, ini files and sibling files of the corpora, read in place; each test says so and ends when its corpus is not there.

#![expect(clippy::unwrap_used, clippy::print_stderr, clippy::indexing_slicing, reason = "a test may stop, and says when its corpus is absent")]

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
};

use imcscan::{
    backup::{DiskItem, Listing, SiblingKind, Siblings, migration::Migration, reconcile},
    base::Limits,
    formats::{
        imccopy::FlagConflict,
        ini::{Agreement, IniFile, second_opinion},
        packing_list,
    },
};
use serde_json::Value;

/// Returns a folder beside or below the corpus, or says that it is absent.
fn corpus(relative: &str) -> Option<PathBuf> {
    let root = env::var_os("IMCSCAN_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let path = root.join(relative);
    let there = path.is_dir();
    if !there {
        eprintln!("skipped: {} is not there", path.display());
    }
    there.then_some(path)
}

fn walk(root: &Path, folder: &Path, items: &mut Vec<DiskItem<'static>>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let data = entry.metadata().unwrap();
        let relative = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        items.push(DiskItem { path: relative.clone().into(), size: if data.is_dir() { 0 } else { data.len() }, is_folder: data.is_dir() });
        if data.is_dir() {
            walk(root, &path, items);
        }
    }
}

fn everything_below(root: &Path) -> Vec<DiskItem<'static>> {
    let mut items = Vec::new();
    walk(root, root, &mut items);
    items
}

fn has_extension(item: &DiskItem<'_>, extension: &str) -> bool {
    Path::new(&*item.path).extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn sorted<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let paths: HashSet<String> = paths.map(str::to_lowercase).collect();
    let mut paths: Vec<_> = paths.into_iter().collect();
    paths.sort();
    paths
}

fn expected_paths(value: &Value) -> Vec<String> {
    sorted(value.as_array().unwrap().iter().map(|path| path.as_str().unwrap()))
}

/// Reads the files that are siblings by their content.
fn siblings(root: &Path, items: &[DiskItem<'_>]) -> (Siblings, Vec<String>) {
    let mut siblings = Siblings::default();
    for item in items.iter().filter(|item| !item.is_folder) {
        let bytes = fs::read(root.join(&*item.path)).unwrap();
        if let Some(kind) = SiblingKind::of(&bytes, &item.path, &Limits::default()) {
            siblings.add(kind, &item.path, (&bytes, &Limits::default()));
        }
    }
    let paths = siblings.paths().map(str::to_owned).collect();
    (siblings, paths)
}

/// Compares one story and returns whether it holds a packing list.
fn story(folder: &Path) -> bool {
    let all = everything_below(folder);
    let Some(list) = all.iter().find(|item| item.path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case("imcfls"))) else {
        return false;
    };
    let root = folder.join(list.path.rsplit_once('/').unwrap().0);
    let items = everything_below(&root);
    let listing = Listing::new(&items);
    let expected: Value = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let expected = &expected["packing_list"];
    let read = packing_list::parse(&fs::read(folder.join(&*list.path)).unwrap(), &listing, &Limits::default());
    let (siblings, excused) = siblings(&root, &items);
    assert_eq!(siblings.imccopy.iter().flat_map(|sibling| &sibling.file.anomalies).count(), 0, "{}", folder.display());
    let found = reconcile(&read.value, &listing, &excused).unwrap();
    let name = folder.display();
    let listed: HashSet<&str> = items.iter().zip(&found.listed).filter(|(_, is_listed)| **is_listed).map(|(item, _)| &*item.path).collect();
    assert!(!excused.iter().any(|path| listed.contains(path.as_str())), "{name}: {excused:?}");
    assert_eq!(read.value.dialect.unwrap().name(), expected["dialect"].as_str().unwrap(), "{name}");
    assert!(matches!(read.value.second_opinion, Agreement::Agrees { .. }), "{name}: {:?}", read.value.second_opinion);
    if expected["unlisted"].is_null() {
        assert_eq!(found.unlisted, [], "{name}: every extra file is a sibling");
    }
    if let Some(entries) = expected["entries"].as_u64() {
        assert_eq!(read.value.entries.len() as u64, entries, "{name}");
        assert_eq!(read.anomalies, [], "{name}");
    }
    let lists = [
        ("missing", sorted(found.missing.iter().map(|file| file.path.as_str()))),
        ("unlisted", sorted(found.unlisted.iter().map(|file| file.path.as_str()))),
        ("size_mismatch", sorted(found.size_mismatch.iter().map(|file| file.path.as_str()))),
        ("duplicates", sorted(found.duplicates.iter().map(|file| file.path.as_str()))),
    ];
    for (field, paths) in lists {
        if !expected[field].is_null() {
            assert_eq!(paths, expected_paths(&expected[field]), "{name}: {field}");
        }
    }
    true
}

#[test]
fn the_packing_list_of_every_story_is_reconciled() {
    let Some(stories) = corpus("../backups") else { return };
    let mut folders: Vec<_> =
        [stories.clone(), stories.join("probes")].iter().flat_map(|path| fs::read_dir(path).unwrap()).map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let with_list = folders.iter().filter(|folder| folder.join("expected.json").is_file() && story(folder)).count();
    assert!(with_list >= 70, "only {with_list} stories have a packing list");
}

#[test]
fn cut_and_changed_packing_lists_are_read() {
    let Some(stories) = corpus("../backups") else { return };
    for folder in fs::read_dir(stories).unwrap().map(|entry| entry.unwrap().path()) {
        let Ok(bytes) = fs::read(folder.join("Backup/Imcfls")) else { continue };
        if !folder.to_string_lossy().contains("imcfls-") {
            continue;
        }
        let items = everything_below(&folder.join("Backup"));
        let listing = Listing::new(&items);
        let check = |bytes: &[u8]| {
            let read = packing_list::parse(bytes, &listing, &Limits::default()).value;
            assert!(read.entries.iter().all(|entry| entry.place.offset + entry.place.length <= bytes.len() as u64));
            let _ = reconcile(&read, &listing, &[]);
        };
        (0..=bytes.len()).step_by(7).for_each(|end| check(&bytes[..end]));
        for index in (0..bytes.len()).step_by(5) {
            let mut changed = bytes.clone();
            changed[index] ^= 1 << (index % 8);
            check(&changed);
        }
    }
}

#[test]
fn ini_files_of_the_corpus_are_read_as_another_reader_reads_them() {
    let Some(root) = corpus("ini") else { return };
    let mut agreed = 0;
    for item in everything_below(&root).iter().filter(|item| !item.is_folder && has_extension(item, "ini")) {
        let read = IniFile::parse(&fs::read(root.join(&*item.path)).unwrap(), &Limits::default());
        let opinion = second_opinion(&read.value);
        if read.anomalies.is_empty() {
            assert!(matches!(opinion, Agreement::Agrees { .. }), "{}: {opinion:?}", item.path);
            agreed += 1;
        }
    }
    assert!(agreed >= 8, "only {agreed} files are clean");
}

#[test]
fn the_sibling_files_of_the_stories_say_what_is_expected() {
    let Some(stories) = corpus("../backups") else { return };
    let root = stories.join("siblings");
    let items: Vec<_> = everything_below(&root).into_iter().filter(|item| !item.path.contains('/') && !has_extension(item, "json")).collect();
    let (siblings, paths) = siblings(&root, &items);
    assert_eq!(paths, ["imcdom.txt", "imcrou.txt", "pilot.csv", "pilot.log"]);
    let formats = &siblings.imccopy[0].file.value.formats;
    let conflicts: Vec<_> = formats.iter().map(|record| record.flags().unwrap().conflicts()).collect();
    assert_eq!(conflicts, [vec![], vec![FlagConflict::UuencodeWithMime]]);
    assert_eq!(siblings.imccopy[1].file.value.routes.len(), 2);
    let found = Migration::of(&siblings);
    assert_eq!(found.failed().iter().map(|attempt| attempt.line.alias.value.as_str()).collect::<Vec<_>>(), ["fjensen"]);
    assert_eq!(found.never_tried().iter().map(|listed| listed.row.alias.value.as_str()).collect::<Vec<_>>(), ["jivers"]);
    assert_eq!(found.done().len(), 5);
}
