//! Every limit of the table is met exactly and passed by one: at the limit everything is there and nothing is said, one past it an anomaly
//! of the table says what was left out. And `--limits FILE` through the real program.

use std::{collections::BTreeSet, fs, sync::atomic::AtomicBool};

use imcscan::{
    backup::{ItemPlace, Listing, read_item},
    base::{Anomaly, Limits},
    formats::{dapi_csv, imccopy, ini, migrate, mime, packing_list, registry, rtf, spool, tnef},
    scan::{Evidence, Run, read_backup},
    testing::{Attachment, Message, attribute_record, compressed_rtf},
};
use serde_json::json;

use crate::{
    common::{Imcscan, project},
    scan_archives::zipped,
};

/// What was read under some limits, in words, and the anomalies.
type Read = (String, Vec<Anomaly>);

/// A limit, how much of it the sample takes, and the reading of the sample.
type Row = (&'static str, fn() -> usize, fn(&Limits) -> Read);

/// One or more rows for every limit.
const ROWS: &[Row] = &[
    ("file_bytes", || stream(&[]).len(), |limits| message(&stream(&[]), limits)),
    ("work", || nested(1).len() + nested(0).len(), |limits| message(&nested(1), limits)),
    ("nesting", || 3, |limits| message(&nested(3), limits)),
    ("nesting", || 2, |limits| document("Content-Type: message/rfc822\r\n\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\ny", limits)),
    ("nesting", || 2, |limits| registry("\\Registry\\Machine\\System\r\n  K\r\n    x = REG_DWORD 1\r\n", limits)),
    ("attributes", || 6, |limits| message(&stream(&attribute_record(1, 0x0006_9099, b"?").repeat(2)), limits)),
    ("properties", || 3, |limits| message(&properties(3), limits)),
    ("recipients", || 2, |limits| message(&rows(2), limits)),
    ("recipients", || 3, |limits| spool_file("x-sender: a@b.example\r\nx-receiver: c@d.example\r\nx-receiver: e@f.example\r\n\r\nx", limits)),
    (
        "recipients",
        || 3,
        |limits| {
            let head = format!("\0\0\0\0ImCr{}far.example\0<joe@far.example>\0", "\0".repeat(24));
            spool_file(&format!("{head}<a@b.example>\0<c@d.example>\0<e@f.example>\0EwLsSubject: x\r\n\r\nx"), limits)
        },
    ),
    ("attachments", || 2, |limits| message(&attached(2), limits)),
    (
        "attachments",
        || 2,
        |limits| {
            let parts = "--b\r\n\r\nx\r\n".repeat(2);
            document(&format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n"), limits)
        },
    ),
    (
        "rtf_bytes",
        || 40,
        |limits| {
            let packed = compressed_rtf(&[b'x'; 40]);
            let read = rtf::decompress(&packed, limits);
            (format!("{:?}", read.value.bytes), read.anomalies)
        },
    ),
    (
        "rtf_bytes",
        || 10,
        |limits| {
            let read = rtf::to_text(b"{\\rtf1 xyz", limits);
            (read.value.text, read.anomalies)
        },
    ),
    (
        "header_fields",
        || 3,
        |limits| {
            let read = mime::header_block(b"A: b\r\nC: d\r\nE: f\r\n\r\n", limits);
            (format!("{:?}", read.value), read.anomalies)
        },
    ),
    (
        "text_bytes",
        || 20,
        |limits| {
            let read = read_item(Message::default().subject("a subject of letters").encode().as_slice().into(), ItemPlace::NOWHERE, limits, &|_| ());
            (format!("{:?}", read.record.mail().subject), read.anomalies)
        },
    ),
    ("lines", || 3, |limits| registry("REGEDIT4\r\n[HKEY_LOCAL_MACHINE\\A]\r\n\"x\"=dword:1\r\n", limits)),
    (
        "lines",
        || 2,
        |limits| {
            let read = ini::IniFile::parse(b"[a]\r\nb=c\r\n", limits);
            (format!("{:?}", read.value.items), read.anomalies)
        },
    ),
    ("lines", || 2, |limits| directory("Obj-Class,A\r\nMail-Gateway,b\r\n", limits)),
    ("entries", || 2, |limits| registry("REGEDIT4\r\n[HKEY_LOCAL_MACHINE\\A]\r\n\"x\"=dword:1\r\n\"y\"=dword:1\r\n", limits)),
    ("entries", || 2, |limits| directory("Obj-Class,A\r\nMail-Gateway,b\r\nMail-Gateway,c\r\n", limits)),
    (
        "entries",
        || 2,
        |limits| {
            let read = packing_list::parse(b"[Files]\r\nF1=Imcsvc.reg\r\nF2=Imcpro.reg\r\n", &Listing::new(&[]), limits);
            (format!("{:?}", read.value.entries), read.anomalies)
        },
    ),
    (
        "entries",
        || 3,
        |limits| {
            let read = imccopy::parse(b"[Domain]\r\nDomainInformation=+\r\n+d.example,ISO-8859-1,ISO-8859-1,800,76,0,0,0\r\n", limits);
            (format!("{:?}", read.value), read.anomalies)
        },
    ),
    (
        "entries",
        || 2,
        |limits| {
            let read = migrate::parse_list(b"John Doe,JohnD,GW-PILOT1,GW-PROD1\r\nAnn Ray,AnnR,GW-PILOT1,GW-PROD1\r\n", limits);
            (format!("{:?}", read.value), read.anomalies)
        },
    ),
    (
        "entries",
        || 2,
        |limits| {
            let line = "SUCCESS,John Doe,JohnD,GW-PILOT1,GW-PROD1,Migrated No Errors,5/10/96 10:05:00\r\n";
            let read = migrate::parse_log(line.repeat(2).as_bytes(), limits);
            (format!("{:?}", read.value), read.anomalies)
        },
    ),
    ("anomalies", || 3, |limits| message(&stream(&attribute_record(1, 0x0006_9099, b"?").repeat(3)), limits)),
    ("files", || 3, |limits| folder(&["Imcfls", "Mtsout/1"], limits)),
    ("files", || 2, |limits| archive(&[("Imcfls", b"[Files]\r\n"), ("Mtsout/1", b"x")], limits)),
    ("depth", || 3, |limits| folder(&["Imcfls", "Mtsout/x/1"], limits)),
    ("depth", || 3, |limits| archive(&[("Imcfls", b"[Files]\r\n"), ("Mtsout/x/1", b"x")], limits)),
    ("archive_bytes", || 12, |limits| archive(&[("Imcfls", b"[Files]\r\n"), ("Mtsout/1", b"abc")], limits)),
    (
        "archive_ratio",
        || {
            let (bytes, unpacked) = large_archive();
            usize::try_from(unpacked.div_ceil(bytes.len() as u64)).unwrap()
        },
        |limits| written(&large_archive().0, limits),
    ),
];

fn stream(attributes: &[u8]) -> Vec<u8> {
    [&Message::default().subject("x").encode(), attributes].concat()
}

/// Returns messages within each other, so many levels below the outermost.
fn nested(levels: usize) -> Vec<u8> {
    let around = |inner, _| Message::default().attach(Attachment::message(inner));
    (0..levels).fold(Message::default().subject("x"), around).encode()
}

fn properties(count: u32) -> Vec<u8> {
    let one = |number: u32| [(0x6600_0003 + (number << 16)).to_le_bytes(), [0; 4]].concat();
    let list: Vec<u8> = count.to_le_bytes().into_iter().chain((0..count).flat_map(one)).collect();
    stream(&attribute_record(1, 0x0006_9003, &list))
}

fn rows(count: u32) -> Vec<u8> {
    let row = [1_u32, 0x0C15_0003, 1].map(u32::to_le_bytes).concat();
    let table: Vec<u8> = count.to_le_bytes().into_iter().chain((0..count).flat_map(|_| row.clone())).collect();
    stream(&attribute_record(1, 0x0006_9004, &table))
}

fn attached(count: usize) -> Vec<u8> {
    (0..count).fold(Message::default(), |message, at| message.attach(Attachment::file(&format!("{at}.txt"), b"x".to_vec()))).encode()
}

fn message(bytes: &[u8], limits: &Limits) -> Read {
    let read = tnef::decode(bytes, limits);
    (format!("{:?}", read.value), read.anomalies)
}

fn document(text: &str, limits: &Limits) -> Read {
    let read = mime::document(text.as_bytes(), limits);
    (format!("{:?}", read.value), read.anomalies)
}

fn registry(text: &str, limits: &Limits) -> Read {
    let read = registry::parse(text.as_bytes(), limits);
    (format!("{:?}", read.value.keys), read.anomalies)
}

fn directory(text: &str, limits: &Limits) -> Read {
    let read = dapi_csv::parse(text.as_bytes(), limits);
    (format!("{:?}", read.value.rows), read.anomalies)
}

fn spool_file(text: &str, limits: &Limits) -> Read {
    let read = spool::parse(text.as_bytes(), limits);
    (format!("{:?}", read.value), read.anomalies)
}

fn folder(paths: &[&str], limits: &Limits) -> Read {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("Backup");
    for path in paths {
        crate::scan::write(&root, path, b"[Files]\r\n");
    }
    evidence(&root, limits)
}

fn archive(files: &[(&str, &[u8])], limits: &Limits) -> Read {
    written(&zipped(files), limits)
}

fn written(bytes: &[u8], limits: &Limits) -> Read {
    let temp = tempfile::tempdir().unwrap();
    let place = temp.path().join("Backup.zip");
    fs::write(&place, bytes).unwrap();
    evidence(&place, limits)
}

/// Returns what a report has of the files: their paths and states, and every anomaly of theirs or of the place.
fn evidence(place: &std::path::Path, limits: &Limits) -> Read {
    let opened = Evidence::open(place, limits).unwrap();
    let run = Run { threads: 1, cancel: &AtomicBool::new(false), progress: &|_| {} };
    let backup = read_backup(&opened, &[], run, (limits, &|_| {})).backup;
    let notes = backup.place.notes.iter().map(|note| note.anomaly.clone());
    let anomalies = backup.files.iter().flat_map(|file| file.anomalies.iter().cloned()).chain(notes).collect();
    let shown: Vec<_> = backup.files.iter().map(|file| (file.path.clone(), file.state, file.sha256)).collect();
    (format!("{shown:?}"), anomalies)
}

/// Members that say that they have 1 GiB each, with a third that cannot be packed: the archive, and what it says to unpack to.
fn large_archive() -> (Vec<u8>, u64) {
    const SAID: u32 = 1 << 30;
    let mut seed = 1_u32;
    let mut noise = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    };
    let noise: Vec<u8> = (0..9 << 20).map(|_| noise()).collect();
    let mut bytes = zipped(&[("Imcfls", b"[Files]\r\n"), ("Mtsout/1", b"abc"), ("Work/noise", &noise)]);
    let entries: Vec<usize> = bytes.windows(4).enumerate().filter(|(_, part)| *part == b"PK\x01\x02").map(|(at, _)| at).collect();
    for at in &entries[..2] {
        bytes[at + 24..at + 28].copy_from_slice(&SAID.to_le_bytes());
    }
    (bytes, 2 * u64::from(SAID) + noise.len() as u64)
}

fn with(name: &str, value: usize) -> Limits {
    let mut limits = Limits::default();
    limits.set(name, value as u64).unwrap();
    limits
}

fn of_codes(anomalies: &[Anomaly], codes: &[&str]) -> BTreeSet<String> {
    anomalies.iter().filter(|anomaly| codes.contains(&anomaly.code)).map(|anomaly| anomaly.text.to_string()).collect()
}

/// Returns what is wrong when a limit has this value, which is exactly what the sample takes.
fn fault(name: &str, value: usize, read: fn(&Limits) -> Read) -> Option<String> {
    let limit = Limits::TABLE.iter().find(|limit| limit.name == name).unwrap();
    let (whole, before) = read(&Limits::default());
    // Anomalies that the sample has under any limit are none of the limit's.
    if read(&with(name, value)) != (whole.clone(), before.clone()) {
        return Some(format!("{name} at {value}: something is missing or said: {:?}", read(&with(name, value)).1));
    }
    let (past, said) = read(&with(name, value - 1));
    if of_codes(&said, limit.codes).is_subset(&of_codes(&before, limit.codes)) {
        return Some(format!("{name} at {}: nothing is said: {said:?}", value - 1));
    }
    (past == whole && name != "anomalies").then(|| format!("{name} at {}: everything is there", value - 1))
}

#[test]
fn at_a_limit_all_is_there_and_one_past_it_is_said() {
    let wrong: Vec<String> = ROWS.iter().filter_map(|(name, value, read)| fault(name, value(), *read)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_limit_of_the_table_is_tried() {
    let tried: BTreeSet<&str> = ROWS.iter().map(|(name, _, _)| *name).collect();
    let table: BTreeSet<&str> = Limits::TABLE.iter().map(|limit| limit.name).collect();
    assert_eq!(tried, table);
}

#[test]
fn the_deepest_nesting_that_can_be_set_is_borne() {
    let limits = with("nesting", 256);
    let read = |limits: &Limits| read_item(nested(300).as_slice().into(), ItemPlace::NOWHERE, limits, &|_| ());
    // As deep as that in a thread with the stack that readers have.
    let codes: Vec<&str> = read(&limits).anomalies.iter().map(|anomaly| anomaly.code).collect();
    assert_eq!(codes, ["limit-reached"]);
    let mail = read(&limits).record.mail();
    assert_eq!(std::iter::successors(Some(&mail), |mail| mail.embedded.first()).count(), 257);
}

#[test]
fn a_file_of_limits_is_followed_and_stated_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limits.toml");
    fs::write(&path, "header_fields = 3\n").unwrap();
    let run = |arguments: &str, what: &str| {
        Imcscan::new().args(arguments).arg(project("testdata/backups").join(what)).arg("--limits").arg(&path).run().ends_with(0)
    };
    let stated = json!({ "header_fields": 3 });
    let report = run("report --json", "troubled").json();
    assert_eq!(report["settings"]["limits"], stated);
    assert!(report["files"].as_array().unwrap().iter().any(|file| file["anomalies"].to_string().contains("header-limit")));
    let words = "the limit header_fields is 3 fields";
    for command in ["report", "messages", "findings"] {
        let text = run(command, "troubled").text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{command}: {text}");
    }
    let text = run("decode", "troubled/Backup/Mtsin/00000001.TNF").text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(words) && text.contains("header-limit"), "{text}");
    for (command, file) in
        [("messages --format json", "troubled"), ("findings --format json", "troubled"), ("decode --json", "troubled/Backup/Mtsin/00000001.TNF")]
    {
        assert_eq!(run(command, file).json()["limits"], stated, "{command}");
    }
    let lists = ["pilot.csv", "pilot.log"].map(|name| project("testdata/backups/siblings").join(name));
    let migrate = Imcscan::new().args("migrate --format json").args(lists[0].to_str().unwrap()).args(lists[1].to_str().unwrap());
    assert_eq!(migrate.arg("--limits").arg(&path).run().ends_with(0).json()["limits"], stated);
    let plain = Imcscan::report(project("testdata/backups/troubled")).args("--json").run().ends_with(0).json();
    assert_eq!(plain["settings"]["limits"], serde_json::Value::Null);
}

#[test]
fn the_printed_file_of_limits_sets_them_as_they_are() {
    let printed = Imcscan::new().arg("limits").run().ends_with(0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limits.toml");
    fs::write(&path, printed.text()).unwrap();
    let report = Imcscan::report(project("testdata/backups/healthy-55")).args("--json --limits").arg(&path).run().ends_with(0).json();
    assert_eq!(report["settings"]["limits"], serde_json::Value::Null);
    for limit in Limits::TABLE {
        assert!(printed.text().contains(&format!("\n{} = {}\n", limit.name, limit.default)), "{}", limit.name);
    }
    assert!(printed.text().lines().all(|line| line.chars().count() <= 100), "{}", printed.text());
}

#[test]
fn limits_that_are_not_understood_are_wrong_usage_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limits.toml");
    for (text, expected) in [
        ("nesting = 0\n", "line 1: nesting is a whole number from 1 to 256, and not 0"),
        ("\n\nnestling = 1\n", "line 3: no limit has the name nestling"),
        ("files = 'many'\n", "line 1: files is a whole number from 1 to 100000000, and not 'many'"),
        ("files = \n", "line 1: no TOML"),
    ] {
        fs::write(&path, text).unwrap();
        for command in [
            "report no-such-folder",
            "messages no-such-folder",
            "findings no-such-folder",
            "browse --plain no-such-folder",
            "decode no-such-file",
            "migrate no-such-file",
        ] {
            let ran = Imcscan::new().args(command).arg("--limits").arg(&path).run().ends_with(2);
            assert!(ran.err.contains(expected) && ran.err.lines().count() == 1 && ran.out.is_empty(), "{command}: {}", ran.err);
        }
    }
    let ran = Imcscan::report("no-such-folder").args("--limits no-such-file").run().ends_with(2);
    assert!(ran.err.contains("cannot read the limits"), "{}", ran.err);
}
