//! Evidence on a real file system and in real archives: found, listed and read as it is, and left as it was.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use imcscan::{
    base::{Limits, Sha256Digest},
    formats::sniff::sniff,
    scan::{Contents, Entry, EntryKind, Evidence, Outcome, Progress, RootKind, Run, ScanError, Visited, manifest_digest, read_file},
};
use tempfile::TempDir;

pub(crate) const FILES: [(&str, &[u8]); 6] = [
    ("Imcfls", b"[Files]\r\nFile1=Imcsvc.reg\r\n"),
    ("Imcsvc.reg", b"REGEDIT4\r\n"),
    ("Mtsin/00000001", b""),
    ("Mtsout/00000001", b"\x78\x9f\x3e\x22one"),
    ("Mtsout/00000002", b"\x78\x9f\x3e\x22two"),
    ("Mtsout/.hidden", b"x"),
];

pub(crate) fn write(root: &Path, path: &str, bytes: &[u8]) {
    let place = root.join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, bytes).unwrap();
}

pub(crate) fn backup(name: &str) -> (TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join(name);
    for (path, bytes) in FILES {
        write(&root, path, bytes);
    }
    (temp, root)
}

pub(crate) fn open(path: &Path) -> Evidence {
    Evidence::open(path, &Limits::default()).unwrap()
}

fn quiet(cancel: &AtomicBool, threads: usize) -> Run<'_> {
    Run { threads, cancel, progress: &|_| {} }
}

/// What a test compares of one file: its bytes, whether they are all, its error.
pub(crate) type Seen = (String, Vec<u8>, bool, Option<String>);

fn seen(entry: &Entry, contents: Contents<'_>) -> Seen {
    (entry.path.to_string(), contents.bytes.to_vec(), contents.is_complete, contents.error.map(ToString::to_string))
}

pub(crate) fn visit(evidence: &Evidence, threads: usize) -> Vec<Visited<Seen>> {
    evidence.visit(evidence.entries(), quiet(&AtomicBool::new(false), threads), &seen)
}

pub(crate) fn bytes(evidence: &Evidence) -> BTreeMap<String, Vec<u8>> {
    let whole = |visited: Visited<Seen>| match visited {
        Visited { outcome: Outcome::Done((path, bytes, true, None)), sha256: Some(digest), .. } if digest == Sha256Digest::of(&bytes) => {
            (path, bytes)
        }
        other => panic!("not read as a whole: {other:?}"),
    };
    visit(evidence, 2).into_iter().map(whole).collect()
}

pub(crate) fn errors(evidence: &Evidence) -> Vec<(String, String)> {
    let error = |visited: Visited<Seen>| match visited {
        Visited { outcome: Outcome::Done((path, _, false, Some(error))), sha256: None, .. } => Some((path, error)),
        _ => None,
    };
    visit(evidence, 2).into_iter().filter_map(error).collect()
}

pub(crate) fn expected() -> BTreeMap<String, Vec<u8>> {
    FILES.iter().map(|(path, bytes)| ((*path).to_string(), bytes.to_vec())).collect()
}

pub(crate) fn kind<'e>(evidence: &'e Evidence, path: &str) -> &'e EntryKind {
    &evidence.entries().iter().find(|entry| entry.path.as_str() == path).unwrap().kind
}

pub(crate) fn notes(evidence: &Evidence) -> Vec<(&str, &str)> {
    evidence.notes().iter().map(|note| (note.path.as_str(), note.code)).collect()
}

#[track_caller]
fn fails(path: &Path, expected: &str) {
    let shown = path.to_string_lossy().into_owned();
    let error = Evidence::open(path, &Limits::default()).unwrap_err().to_string();
    assert_eq!(error.replace(&shown, "PATH"), expected);
}

#[test]
fn a_folder_is_listed_and_read_as_it_is() {
    let (_temp, root) = backup("Backup");
    let evidence = open(&root);
    assert_eq!(evidence.root(), &RootKind::Itself);
    assert_eq!(evidence.name(), "Backup");
    assert_eq!(bytes(&evidence), expected());
    let paths: Vec<_> = evidence.entries().iter().map(|entry| entry.path.as_str()).collect();
    let sorted = ["Imcfls", "Imcsvc.reg", "Mtsin", "Mtsin/00000001", "Mtsout", "Mtsout/.hidden", "Mtsout/00000001", "Mtsout/00000002"];
    assert_eq!(paths, sorted);
    let one = evidence.entries().iter().find(|entry| entry.path.name() == "00000002").unwrap();
    assert_eq!(evidence.read(one).contents().bytes, b"\x78\x9f\x3e\x22two");
}

#[test]
fn the_backup_is_found_below_under_any_name() {
    let (temp, root) = backup("CASE4711.SAV");
    assert_eq!(open(&root).name(), "CASE4711.SAV");
    let evidence = open(temp.path());
    assert_eq!(evidence.root(), &RootKind::Below("CASE4711.SAV".to_string()));
    assert_eq!(bytes(&evidence), expected());
}

#[test]
fn the_search_ends_three_levels_down() {
    let (_temp, root) = backup("top/one/two/Backup");
    let top = |levels: usize| root.ancestors().nth(levels).unwrap().to_path_buf();
    assert_eq!(open(&top(3)).root(), &RootKind::Below("one/two/Backup".to_string()));
    assert!(matches!(Evidence::open(&top(4), &Limits::default()), Err(ScanError::NoBackup { .. })));
}

#[test]
fn several_collections_are_counted_and_the_choice_is_the_same_each_time() {
    let (temp, _) = backup("Backup");
    write(temp.path(), "Backup.old/Imcfls", b"x");
    write(temp.path(), "Letters/a.txt", b"x");
    let evidence = open(temp.path());
    let candidates: Vec<_> = evidence.candidates().iter().map(|one| (one.path.as_str(), one.marks.is_collection())).collect();
    assert_eq!(candidates, [("Backup", true), ("Backup.old", true)]);
    assert_eq!(evidence.name(), "Backup");
    let collections: Vec<_> = evidence.beside().iter().filter(|entry| evidence.is_collection(entry)).map(|entry| entry.path.as_str()).collect();
    assert_eq!(collections, ["../Backup.old"]);
}

#[test]
fn texts_of_the_field_beside_the_backup_are_offered_and_others_only_named() {
    let (temp, root) = backup("Backup");
    write(temp.path(), "imc.txt", b"[Routes]\r\nDefaultRouting=\r\n");
    write(temp.path(), "diary.txt", b"dear diary\r\n");
    for given in [root.as_path(), temp.path()] {
        let evidence = open(given);
        assert_eq!(evidence.beside().iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["../diary.txt", "../imc.txt"]);
        let run = AtomicBool::new(false);
        let read = evidence.visit(evidence.siblings(), quiet(&run, 2), &seen);
        assert_eq!(read.len(), 1);
        assert!(matches!(&read[0].outcome, Outcome::Done((path, bytes, true, None)) if path == "../imc.txt" && bytes.starts_with(b"[Routes]")));
    }
    let (temp, root) = backup("Other name");
    write(temp.path(), "imc.txt", b"[Routes]\r\nDefaultRouting=\r\n");
    assert!(open(&root).siblings().is_empty());
}

#[test]
fn what_is_no_backup_is_one_clear_line() {
    let temp = tempfile::tempdir().unwrap();
    fails(&temp.path().join("nowhere"), "PATH does not exist");
    fails(temp.path(), "PATH is empty");
    write(temp.path(), "letter.txt", b"x");
    fails(temp.path(), "nothing in PATH is an IMCSAVE Backup");
    fails(&temp.path().join("letter.txt"), "PATH is neither a folder nor a .zip, .cab, .tar or .tar.gz archive");
    write(temp.path(), "broken.zip", b"PK\x03\x04 and no more");
    write(temp.path(), "sub/more.cab", b"MSCF\0\0\0\0");
    fails(temp.path(), "nothing in PATH is an IMCSAVE Backup; broken.zip is still packed, and 1 more");
    for name in ["broken.zip", "sub/more.cab"] {
        let error = Evidence::open(&temp.path().join(name), &Limits::default()).unwrap_err();
        assert!(matches!(error, ScanError::DamagedArchive { .. }), "{error}");
    }
}

#[test]
fn a_single_file_is_read_and_a_folder_refused() {
    let (_temp, root) = backup("Backup");
    let (entry, loaded) = read_file(&root.join("Imcsvc.reg"), &Limits::default()).unwrap();
    assert_eq!((entry.path.as_str(), loaded.contents().bytes), ("Imcsvc.reg", &b"REGEDIT4\r\n"[..]));
    assert!(matches!(read_file(&root, &Limits::default()), Err(ScanError::NoFile { .. })));
    assert!(matches!(read_file(&root.join("x"), &Limits::default()), Err(ScanError::Missing { .. })));
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let (temp, root) = backup("Backup");
    for number in 0..200usize {
        write(&root, &format!("Mtsout/{number:08}.tnf"), &vec![u8::try_from(number).unwrap(); number * 7]);
    }
    let packed = temp.path().join("Backup.tar.gz");
    tar_gz(&root, &packed);
    for given in [&root, &packed] {
        let evidence = open(given);
        let one = visit(&evidence, 1);
        assert_eq!(one.len(), 206);
        assert_eq!(visit(&evidence, 2), one);
        assert_eq!(visit(&evidence, 8), one);
        let files = |evidence: &Evidence| {
            let visited = visit(evidence, 3);
            manifest_digest(visited.iter().map(|one| (evidence.entries()[one.entry].path.as_str(), one.sha256)))
        };
        assert_eq!(files(&evidence), files(&open(&root)));
    }
}

#[test]
fn progress_reaches_the_whole_and_a_flag_stops_the_rest() {
    let (_temp, root) = backup("Backup");
    let evidence = open(&root);
    let last = Mutex::new(Progress::default());
    let cancel = AtomicBool::new(false);
    let report = |progress| *last.lock().unwrap() = progress;
    evidence.visit(evidence.entries(), Run { threads: 2, cancel: &cancel, progress: &report }, &|_, _| ());
    assert_eq!(*last.lock().unwrap(), Progress { files_done: 6, files_total: 6, bytes_done: 52, bytes_total: 52 });

    let stop = |_: &Entry, _: Contents<'_>| cancel.store(true, Ordering::Relaxed);
    let outcomes = evidence.visit(evidence.entries(), quiet(&cancel, 1), &stop);
    assert_eq!(outcomes[0].outcome, Outcome::Done(()));
    assert!(outcomes[1..].iter().all(|visited| visited.outcome == Outcome::Interrupted));
    assert_eq!(outcomes.len(), 6);
}

#[test]
fn a_panic_costs_its_own_file_only() {
    let (_temp, root) = backup("Backup");
    let evidence = open(&root);
    let work = |entry: &Entry, _: Contents<'_>| assert!(entry.path.name() != "00000002", "cannot judge {}", entry.path);
    let outcomes = evidence.visit(evidence.entries(), quiet(&AtomicBool::new(false), 2), &work);
    let bad: Vec<_> = outcomes.iter().filter(|visited| visited.outcome != Outcome::Done(())).collect();
    assert_eq!(bad.len(), 1);
    assert_eq!(bad[0].outcome, Outcome::Panicked("cannot judge Mtsout/00000002".into()));
}

#[test]
fn files_beyond_the_limit_are_cut_and_hashed_whole() {
    let (_temp, root) = backup("Backup");
    let evidence = Evidence::open(&root, &Limits { file_bytes: 5, ..Limits::default() }).unwrap();
    let visited = visit(&evidence, 2);
    let message = visited.iter().find(|one| evidence.entries()[one.entry].path.name() == "00000002").unwrap();
    let expected = ("Mtsout/00000002".to_string(), b"\x78\x9f\x3e\x22t".to_vec(), false, None);
    assert_eq!((message.size_read, &message.outcome), (7, &Outcome::Done(expected)));
    assert_eq!(message.sha256, Some(Sha256Digest::of(b"\x78\x9f\x3e\x22two")));
}

#[test]
fn limits_on_depth_and_count_are_noted() {
    let (_temp, root) = backup("Backup");
    write(&root, "Work/deep/er/file", b"x");
    let evidence = Evidence::open(&root, &Limits { depth: 2, ..Limits::default() }).unwrap();
    assert_eq!(notes(&evidence), [("Work/deep", "too-deep")]);
    let evidence = Evidence::open(&root, &Limits { files: 5, ..Limits::default() }).unwrap();
    assert!(notes(&evidence).iter().any(|(_, code)| *code == "too-many-files"));
    assert_eq!(evidence.entries().len(), 5);
}

#[test]
fn the_evidence_is_left_as_it_was() {
    let (_temp, root) = backup("Backup");
    let state = |root: &Path| -> Vec<(PathBuf, Vec<u8>, SystemTime)> {
        let mut state = Vec::new();
        for folder in [root.to_path_buf(), root.join("Mtsin"), root.join("Mtsout")] {
            for item in fs::read_dir(folder).unwrap() {
                let place = item.unwrap().path();
                let bytes = if place.is_file() { fs::read(&place).unwrap() } else { Vec::new() };
                let modified = fs::metadata(&place).unwrap().modified().unwrap();
                state.push((place, bytes, modified));
            }
        }
        state.sort();
        state
    };
    let before = state(&root);
    let evidence = open(&root);
    visit(&evidence, 4);
    assert_eq!(state(&root), before);
}

#[test]
fn a_file_that_changed_since_the_listing_says_so() {
    let (_temp, root) = backup("Backup");
    let evidence = open(&root);
    write(&root, "Imcsvc.reg", b"REGEDIT4\r\n\r\n");
    let changed = |entry: &Entry, contents: Contents<'_>| contents.changed_while_read.then(|| entry.path.to_string());
    let outcomes = evidence.visit(evidence.entries(), quiet(&AtomicBool::new(false), 2), &changed);
    let changed: Vec<_> = outcomes.into_iter().filter(|visited| visited.outcome != Outcome::Done(None)).map(|visited| visited.outcome).collect();
    assert_eq!(changed, [Outcome::Done(Some("Imcsvc.reg".to_string()))]);
}

pub(crate) fn tar_gz(root: &Path, place: &Path) {
    let packer = flate2::write::GzEncoder::new(fs::File::create(place).unwrap(), flate2::Compression::fast());
    let mut builder = tar::Builder::new(packer);
    builder.append_dir_all("Backup", root).unwrap();
    builder.into_inner().unwrap().finish().unwrap();
}

#[cfg(unix)]
mod unix {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt, os::unix::fs::PermissionsExt, process::Command};

    use super::*;

    #[test]
    fn links_and_pipes_are_listed_and_never_opened() {
        let (temp, root) = backup("Backup");
        write(temp.path(), "secret", b"outside");
        std::os::unix::fs::symlink("../../secret", root.join("Mtsout/link")).unwrap();
        std::os::unix::fs::symlink("..", root.join("Mtsout/loop")).unwrap();
        let pipe = root.join("Mtsout/pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let _socket = std::os::unix::net::UnixListener::bind(root.join("Mtsout/socket")).unwrap();
        let evidence = open(&root);
        assert_eq!(kind(&evidence, "Mtsout/link"), &EntryKind::Link { target: Some("../../secret".into()) });
        assert_eq!(kind(&evidence, "Mtsout/loop"), &EntryKind::Link { target: Some("..".into()) });
        assert_eq!(kind(&evidence, "Mtsout/pipe"), &EntryKind::Special("fifo"));
        assert_eq!(kind(&evidence, "Mtsout/socket"), &EntryKind::Special("socket"));
        assert_eq!(bytes(&evidence), expected());
        fails(&pipe, "PATH is neither a folder nor a .zip, .cab, .tar or .tar.gz archive");
    }

    #[test]
    fn a_file_that_became_a_link_or_a_pipe_is_not_read() {
        let (temp, root) = backup("Backup");
        write(temp.path(), "secret", b"outside");
        let evidence = open(&root);
        fs::remove_file(root.join("Mtsout/00000001")).unwrap();
        fs::remove_file(root.join("Mtsout/00000002")).unwrap();
        std::os::unix::fs::symlink("../../secret", root.join("Mtsout/00000001")).unwrap();
        assert!(Command::new("mkfifo").arg(root.join("Mtsout/00000002")).status().unwrap().success());
        let errors = errors(&evidence);
        assert_eq!(errors.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["Mtsout/00000001", "Mtsout/00000002"]);
        assert_eq!(errors[1].1, "no regular file");
    }

    #[test]
    fn names_that_are_no_text_are_listed_and_read() {
        let (_temp, root) = backup("Backup");
        for name in [&b"K\xf6ln"[..], b"a\x1b[31m\nb"] {
            fs::write(root.join("Mtsin").join(OsStr::from_bytes(name)), b"here").unwrap();
        }
        let all = bytes(&open(&root));
        assert_eq!(all["Mtsin/K\\xf6ln"], b"here");
        assert_eq!(all["Mtsin/a\u{1b}[31m\nb"], b"here");
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn what_may_not_be_read_says_so_and_the_rest_goes_on() {
        let (_temp, root) = backup("Backup");
        write(&root, "Bad/1", b"x");
        let forbid = |path: &str, mode| fs::set_permissions(root.join(path), fs::Permissions::from_mode(mode)).unwrap();
        forbid("Imcsvc.reg", 0);
        forbid("Bad", 0);
        let may_read_all = fs::File::open(root.join("Imcsvc.reg")).is_ok();
        let evidence = open(&root);
        let (errors, notes) = (errors(&evidence), notes(&evidence).len());
        forbid("Bad", 0o755);
        if may_read_all {
            eprintln!("skipped: this user may read everything, so nothing is unreadable");
            return;
        }
        assert_eq!(errors.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["Imcsvc.reg"]);
        assert_eq!(notes, 1);
    }
}

/// The stories of other hands, when they lie at hand.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn stories() -> Option<PathBuf> {
    let beside = |path: PathBuf| path.join("../backups");
    let corpus = std::env::var_os("IMCSCAN_CORPUS").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let stories = beside(corpus);
    if !stories.is_dir() {
        eprintln!("skipped: no stories at {}", stories.display());
        return None;
    }
    Some(stories)
}

#[test]
fn every_story_is_found_or_refused_as_it_says() {
    let Some(stories) = stories() else { return };
    let mut checked = 0;
    for story in fs::read_dir(stories).unwrap().map(|item| item.unwrap().path()) {
        let Ok(text) = fs::read_to_string(story.join("expected.json")) else { continue };
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        let argument = story.join(expected["argument"].as_str().unwrap_or("Backup"));
        let opened = Evidence::open(&argument, &Limits::default());
        checked += 1;
        if expected["exit_code"]["default"] == 3 {
            assert!(opened.is_err(), "{}", story.display());
            continue;
        }
        let evidence = opened.unwrap();
        if let Some(folder) = expected["backup_folder"].as_str() {
            assert_eq!(fs::canonicalize(story.join(folder)).unwrap().file_name().unwrap().to_str(), Some(evidence.name()));
        }
        let sizes: BTreeMap<String, u64> = evidence.entries().iter().map(|entry| (entry.path.as_str().to_lowercase(), entry.size)).collect();
        for (path, file) in expected["files"].as_object().unwrap() {
            assert_eq!(sizes.get(&path.to_lowercase()).copied(), file["size"].as_u64(), "{} {path}", story.display());
        }
        // The nested one lies in Imcdata, whose other folders belong to the case.
        let siblings = [("siblings", 4), ("nested", 6)].into_iter().find(|(name, _)| story.ends_with(name)).map_or(0, |(_, count)| count);
        assert_eq!(evidence.siblings().len(), siblings, "{}", story.display());
    }
    assert!(checked > 30);
}

#[test]
fn the_hostile_story_reads_in_place() {
    let Some(stories) = stories() else { return };
    let evidence = open(&stories.join("hostile.tar"));
    assert_eq!(evidence.root(), &RootKind::Archive { format: imcscan::scan::ArchiveFormat::Tar, folder: "hostile/Backup".to_string() });
    assert_eq!(kind(&evidence, "Mtsin/PIPE.TNF"), &EntryKind::Special("fifo"));
    assert_eq!(kind(&evidence, "Bad/LOOP"), &EntryKind::Link { target: Some("..".into()) });
    assert!(bytes(&evidence).contains_key("Work/a\u{1b}[31mred\nname"));
}

#[test]
fn dumps_of_every_story_are_told_by_their_contents() {
    let Some(stories) = stories() else { return };
    let mut checked = 0;
    for story in fs::read_dir(stories).unwrap().map(|item| item.unwrap().path()) {
        let name = story.file_name().unwrap().to_string_lossy().into_owned();
        let sound = ["shape-", "imcfls-", "healthy-", "siblings"].iter().any(|start| name.starts_with(start));
        for (file, expected) in [
            ("Backup/Imcsvc.reg", "registry"),
            ("Backup/Imcpro.reg", "registry"),
            ("Backup/Imcobj.csv", "directory_export"),
            ("Backup/Imcfls", "packing_list"),
            ("Backup/Mtsout/00000001.TNF", "tnef_message"),
            ("imcdom.txt", "imccopy"),
            ("imcrou.txt", "imccopy"),
            ("pilot.csv", "migration_list"),
            ("pilot.log", "migration_log"),
        ] {
            let Ok(bytes) = fs::read(story.join(file)) else { continue };
            if sound {
                assert_eq!(sniff(&bytes, "neutral").wire_name(), expected, "{name}/{file}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100);
}
