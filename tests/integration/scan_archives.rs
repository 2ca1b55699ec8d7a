//! Backups in archives read like the folder, and no archive, however made, gets out of hand.

use std::{
    fs,
    io::{Cursor, Write},
};

use imcscan::{
    base::Limits,
    scan::{EntryKind, Evidence, RootKind, ScanError},
};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::scan::{FILES, backup, bytes, errors, expected, kind, notes, tar_gz, visit};

pub(crate) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(*path, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn cabinet(files: &[(&str, &[u8])], compression: cab::CompressionType) -> Vec<u8> {
    let mut builder = cab::CabinetBuilder::new();
    let folder = builder.add_folder(compression);
    for (path, _) in files {
        folder.add_file(path.replace('/', "\\"));
    }
    let mut writer = builder.build(Cursor::new(Vec::new())).unwrap();
    for (_, bytes) in files {
        writer.next_file().unwrap().unwrap().write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Writes an archive and opens it.
fn packed(bytes: &[u8]) -> (TempDir, Result<Evidence, ScanError>) {
    let temp = tempfile::tempdir().unwrap();
    let place = temp.path().join("packed");
    fs::write(&place, bytes).unwrap();
    let evidence = Evidence::open(&place, &Limits::default());
    (temp, evidence)
}

fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) -> usize {
    let places: Vec<_> = bytes.windows(old.len()).enumerate().filter(|(_, part)| *part == old).map(|(at, _)| at).collect();
    for &at in &places {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    places.len()
}

#[test]
fn archives_read_like_the_folder() {
    let below: Vec<_> = FILES.iter().map(|(path, bytes)| (format!("Backup/{path}"), *bytes)).collect();
    let below: Vec<_> = below.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect();
    let (_temp, root) = backup("Backup");
    let tar = root.join("../Backup.tgz");
    tar_gz(&root, &tar);
    let archives = [
        zipped(&below),
        zipped(&FILES),
        cabinet(&below, cab::CompressionType::MsZip),
        cabinet(&FILES, cab::CompressionType::None),
        fs::read(&tar).unwrap(),
    ];
    for archive in archives {
        let (_temp, evidence) = packed(&archive);
        let evidence = evidence.unwrap();
        assert!(matches!(evidence.root(), RootKind::Archive { .. }));
        assert_eq!(bytes(&evidence), expected());
        for entry in evidence.entries().iter().filter(|entry| entry.is_file()) {
            assert_eq!(evidence.read(entry).contents().bytes, expected()[entry.path.as_str()]);
        }
        assert!(evidence.notes().is_empty());
    }
}

#[test]
fn a_cabinet_of_many_blocks_is_cut_into_its_files() {
    let large: Vec<u8> = (0..200_000u32).flat_map(|number| (number / 3).to_le_bytes()).collect();
    let files = [("Imcfls", &b"x"[..]), ("Mtsout/1", &large), ("Mtsout/2", b""), ("Mtsout/3", &large[7..90_000])];
    let (_temp, evidence) = packed(&cabinet(&files, cab::CompressionType::MsZip));
    let read = bytes(&evidence.unwrap());
    assert_eq!(read.len(), 4);
    assert!(files.iter().all(|(path, bytes)| read[*path] == *bytes));
}

#[test]
fn equal_names_in_an_archive_are_both_kept() {
    let files = [("Imcfls", &b"x"[..]), ("Mtsout/A", b"first"), ("Mtsout/B", b"second")];
    let mut zip = zipped(&files);
    assert_eq!(replace(&mut zip, b"Mtsout/B", b"Mtsout/A"), 2);
    let mut cab = cabinet(&files, cab::CompressionType::MsZip);
    assert_eq!(replace(&mut cab, b"Mtsout\\B", b"Mtsout\\A"), 1);
    for archive in [zip, cab] {
        let (_temp, evidence) = packed(&archive);
        let evidence = evidence.unwrap();
        assert_eq!(notes(&evidence), [("Mtsout/A (2)", "duplicate-member")]);
        let read = bytes(&evidence);
        assert_eq!((&read["Mtsout/A"][..], &read["Mtsout/A (2)"][..]), (&b"first"[..], &b"second"[..]));
    }
}

#[test]
fn names_that_climb_out_stay_inside() {
    let (_temp, evidence) = packed(&zipped(&[("Imcfls", b"x"), ("../../../escaped", b"1"), ("/etc/passwd", b"2"), ("C:\\a", b"3")]));
    let evidence = evidence.unwrap();
    let codes: Vec<_> = notes(&evidence).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["climbing-name", "absolute-name", "absolute-name"]);
    assert_eq!(bytes(&evidence).into_keys().collect::<Vec<_>>(), ["C:/a", "Imcfls", "\\x2e\\x2e/\\x2e\\x2e/\\x2e\\x2e/escaped", "etc/passwd"]);
}

#[test]
fn encrypted_damaged_and_lying_members_cost_only_themselves() {
    let files = [("Imcfls", &b"x"[..]), ("Mtsout/1", b"aaaaaaaaaaaaaaaaaaaa"), ("Mtsout/2", b"good")];
    let plain = zipped(&files);
    let central = plain.windows(4).enumerate().filter(|(_, part)| part == b"PK\x01\x02").map(|(at, _)| at).nth(1).unwrap();
    let check = |offset: usize, byte: u8, expected: &str| {
        let mut zip = plain.clone();
        zip[central + offset] = byte;
        let (_temp, evidence) = packed(&zip);
        let evidence = evidence.unwrap();
        let errors = errors(&evidence);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!((errors[0].0.as_str(), errors[0].1.starts_with(expected)), ("Mtsout/1", true), "{errors:?}");
    };
    check(8, 1, "is encrypted");
    check(10, 12, "is packed with method 12");
    check(16, 0xAA, "the checksum is");
    check(24, 19, "unpacks to more than the 19 bytes");
    check(24, 21, "ends after 20 of 21 bytes");
    check(42, 1, "no local header where");
}

#[test]
fn a_zip_written_as_a_stream_is_read_by_its_directory() {
    let mut zip = ZipWriter::new_stream(Vec::new());
    for (path, bytes) in FILES {
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    let (_temp, evidence) = packed(&zip.finish().unwrap().into_inner());
    assert_eq!(bytes(&evidence.unwrap()), expected());
}

#[test]
fn archives_within_archives_stay_packed() {
    let inner = zipped(&FILES);
    let (_temp, evidence) = packed(&zipped(&[("Imcfls", b"x"), ("more.zip", &inner)]));
    assert_eq!(bytes(&evidence.unwrap())["more.zip"], inner);
    let (_temp, evidence) = packed(&zipped(&[("more.zip", &inner)]));
    assert!(matches!(evidence, Err(ScanError::NoBackup { packed, .. }) if packed == ["more.zip"]));
}

#[test]
fn the_bytes_that_an_archive_unpacks_to_are_bounded() {
    let zeros = vec![0; 3 << 20];
    let archive = zipped(&[("Imcfls", b"x"), ("Mtsout/1", &zeros), ("Mtsout/2", &zeros), ("Mtsout/3", b"small")]);
    let temp = tempfile::tempdir().unwrap();
    let place = temp.path().join("bomb.zip");
    fs::write(&place, archive).unwrap();
    let evidence = Evidence::open(&place, &Limits { archive_bytes: 4 << 20, ..Limits::default() }).unwrap();
    let errors: Vec<_> = errors(&evidence).into_iter().map(|(path, _)| path).collect();
    assert_eq!(errors, ["Mtsout/2", "Mtsout/3"]);
}

/// A tar of members with any type and name, which a builder would refuse.
fn raw_tar(members: &[(u8, &str, &[u8])]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (kind, name, bytes) in members {
        let mut header = tar::Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.as_mut_bytes()[156] = *kind;
        header.set_size(bytes.len() as u64);
        header.set_mtime(939_222_480);
        header.set_mode(0o644);
        header.set_link_name("/etc/passwd").unwrap();
        header.set_cksum();
        tar.extend_from_slice(header.as_bytes());
        tar.extend_from_slice(bytes);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

#[test]
fn members_of_a_tar_that_are_no_files_are_listed_only() {
    let long = "Mtsout/".to_string() + &"L".repeat(300);
    let members: [(u8, &str, &[u8]); 8] = [
        (b'0', "Imcfls", b"x"),
        (b'0', "../climbs", b"1"),
        (b'2', "Mtsout/link", b""),
        (b'1', "Mtsout/hard", b""),
        (b'6', "Mtsout/pipe", b""),
        (b'L', "././@LongLink", long.as_bytes()),
        (b'0', "Mtsout/cut", b"long"),
        (b'0', "Mtsout/last", b"last"),
    ];
    let (_temp, evidence) = packed(&raw_tar(&members));
    let evidence = evidence.unwrap();
    assert_eq!(kind(&evidence, "Mtsout/link"), &EntryKind::Link { target: Some("/etc/passwd".into()) });
    assert_eq!(kind(&evidence, "Mtsout/hard"), &EntryKind::Link { target: Some("/etc/passwd".into()) });
    assert_eq!(kind(&evidence, "Mtsout/pipe"), &EntryKind::Special("fifo"));
    assert_eq!(bytes(&evidence).into_keys().collect::<Vec<_>>(), ["Imcfls", long.as_str(), "Mtsout/last", "\\x2e\\x2e/climbs"]);
    let last = evidence.entries().iter().find(|entry| entry.path.name() == "last").unwrap();
    assert_eq!(last.modified.unwrap().to_string(), "1999-10-06T15:08:00Z");
}

#[test]
fn a_tar_that_was_cut_keeps_what_came_before() {
    let members: [(u8, &str, &[u8]); 3] = [(b'0', "Imcfls", b"x"), (b'0', "Mtsout/1", b"whole"), (b'0', "Mtsout/2", &[7; 900])];
    let whole = raw_tar(&members);
    let (_temp, evidence) = packed(&whole[..whole.len() - 1024 - 500]);
    let evidence = evidence.unwrap();
    assert_eq!(notes(&evidence), [("", "archive-damaged")]);
    assert_eq!(errors(&evidence), [("Mtsout/2".to_string(), "ends after 524 of 900 bytes".to_string())]);
}

#[test]
fn a_cabinet_whose_data_is_damaged_lists_its_files_and_names_the_error() {
    let files = [("Imcfls", &b"x"[..]), ("Mtsout/1", b"abcabcabcabcabcabc"), ("Mtsout/2", b"z")];
    let mut cab = cabinet(&files, cab::CompressionType::MsZip);
    assert_eq!(replace(&mut cab, b"CK", b"CX"), 1);
    let (_temp, evidence) = packed(&cab);
    let errors = errors(&evidence.unwrap());
    assert_eq!(errors.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["Imcfls", "Mtsout/1", "Mtsout/2"]);
    assert!(errors.iter().all(|(_, error)| error.contains("Checksum error in data block 0")), "{errors:?}");
}

#[test]
fn any_prefix_and_any_damage_of_an_archive_returns() {
    let small: [(&str, &[u8]); 3] = [("Imcfls", b"x"), ("Mtsout/1", b"abcabcabcabc"), ("Mtsout/2", b"")];
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&raw_tar(&[(b'0', "Imcfls", b"x"), (b'0', "Mtsout/1", b"abc")])).unwrap();
    for archive in [zipped(&small), cabinet(&small, cab::CompressionType::MsZip), gz.finish().unwrap()] {
        let temp = tempfile::tempdir().unwrap();
        let (mut opened, mut number) = (0, 0);
        let mut check = |bytes: &[u8]| {
            // A new file each time: writing over one makes some file systems wait for the disk.
            number += 1;
            let place = temp.path().join(number.to_string());
            fs::write(&place, bytes).unwrap();
            if let Ok(evidence) = Evidence::open(&place, &Limits::default()) {
                opened += 1;
                let files = evidence.entries().iter().filter(|entry| entry.is_file()).count();
                assert_eq!(visit(&evidence, 2).len(), files);
            }
        };
        for at in 0..archive.len() {
            check(&archive[..at]);
            let mut flipped = archive.clone();
            flipped[at] ^= 0xFF;
            check(&flipped);
        }
        assert!(opened > 10);
    }
}
