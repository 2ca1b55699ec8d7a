//! Every dialect, mixtures, and what is no packing list.

use super::*;
use crate::base::Limits;

/// A Backup whose outbound queue holds `1`, `2`, `00000001` and a name with a comma.
struct Fake;

impl Surroundings for Fake {
    fn look_up(&self, path: &str) -> Option<bool> {
        match path.to_lowercase().as_str() {
            "mtsout" => Some(true),
            "imcsvc.reg" | "mtsout/1" | "mtsout/2" | "mtsout/00000001" | "mtsout/a,b.tnf" => Some(false),
            _ => None,
        }
    }

    fn queue_folder(&self, name: &str) -> Option<&str> {
        match name.to_lowercase().as_str() {
            "mtsout" => Some("Mtsout"),
            "bad" => Some("Bad"),
            _ => None,
        }
    }
}

fn read(text: &str) -> PackingList {
    parse(text.as_bytes(), &Fake, &Limits::default()).value
}

#[track_caller]
fn check(text: &str, dialect: Option<Dialect>, paths: &[&str]) {
    let list = read(text);
    assert_eq!(list.entries.iter().map(|entry| entry.path.as_ref()).collect::<Vec<_>>(), paths, "{text}");
    assert_eq!(list.dialect, dialect, "{text}");
    for entry in &list.entries {
        assert_eq!(entry.place.bytes(text.as_bytes()), Some(entry.written.as_bytes()));
        let line = text.lines().nth(entry.place.line - 1).unwrap();
        assert!(line.contains(entry.written.as_ref()), "{line}");
    }
}

#[test]
fn every_dialect_is_read() {
    check("[Header]\nVersion=1\n[MTSOut]\nMessages=+\n+Mtsout\\1\n+2\n", Some(Dialect::HeaderContinuation), &["Mtsout/1", "Mtsout/2"]);
    check("[Files]\nCount=2\nFile1=Imcsvc.reg\nFile2=Mtsout\\9\n", Some(Dialect::NumberedCount), &["Imcsvc.reg", "Mtsout/9"]);
    check("[Mtsout]\n0=1\n1=2\n2=3\n[Bad]\n", Some(Dialect::SectionBareNames), &["Mtsout/1", "Mtsout/2", "Mtsout/3"]);
    check("[Bad]\n0=00000000\n", Some(Dialect::SectionBareNames), &["Bad/00000000"]);
    check("[Registry]\nImcsvc.reg\n[MTSOut]\nMtsout\\1\n00000001\n", Some(Dialect::BareLines), &["Imcsvc.reg", "Mtsout/1", "Mtsout/00000001"]);
    check("[Mtsout\\1]\nSize=7\nSubject=Mtsout\\2\n", Some(Dialect::SectionPerFile), &["Mtsout/1"]);
    check("[MTSOut]\n1=IPM.Note,2,970815121403Z\n00000009.tnf=IPM.Note,9,\n", Some(Dialect::NameAsKey), &["Mtsout/1", "Mtsout/00000009.tnf"]);
    check("[Files]\nA=C:\\x\\Backup\\Imcsvc.reg\n", Some(Dialect::AbsolutePaths), &["Imcsvc.reg"]);
    check(
        "[Backup]\nRegistry=Imcsvc.reg,Imcpro.reg\nMTSOut=\"Mtsout\\1\",\"2\"\nBad=\n",
        Some(Dialect::ItemKeyword),
        &["Imcsvc.reg", "Imcpro.reg", "Mtsout/1", "Mtsout/2"],
    );
    check("; x\n[A]  \nB = \"Imcsvc.reg\"\nC = \"Mtsout\\7\"", Some(Dialect::QuotedComments), &["Imcsvc.reg", "Mtsout/7"]);
    check("Imcsvc.reg\r\nMtsout\\1\r\n", Some(Dialect::NoSection), &["Imcsvc.reg", "Mtsout/1"]);
}

#[test]
fn mixtures_and_odd_names_are_read() {
    check("[MTSOut]\n0=Mtsout\\1\n2\n[Mtsout\\00000001]\nSize=1\n", Some(Dialect::SectionBareNames), &["Mtsout/1", "Mtsout/2", "Mtsout/00000001"]);
    check("[MTSOut]\n0=a,b.tnf\n", Some(Dialect::SectionBareNames), &["Mtsout/a,b.tnf"]);
    check("[Files]\nFile1=Imcsvc.reg\nFile2=Dumps\\user.dmp\nOwner=who.knows\n", Some(Dialect::NumberedCount), &["Imcsvc.reg", "Dumps/user.dmp"]);
    check("[Files]\nFile1=\\Mtsout\\1\nServer=/o=ORG/ou=SITE\n", Some(Dialect::NumberedCount), &["Mtsout/1"]);
}

#[test]
fn counts_sizes_and_metadata_are_no_references() {
    check("[Summary]\nMTSOut=2\n", None, &[]);
    let list = read("[Header]\nCount=3\n[MTSOut]\nCount=2\nDeleted=Yes\n0=1,2\n1=00000001,4096\n");
    assert_eq!(list.entries.iter().map(|entry| entry.size.map(|size| size.bytes)).collect::<Vec<_>>(), [Some(2), Some(4096)]);
    assert_eq!(list.stated_counts.iter().map(|count| (count.value, count.found())).collect::<Vec<_>>(), [(3, 2), (2, 2)]);
    assert_eq!(list.delete_marks.iter().map(|mark| mark.value.as_ref()).collect::<Vec<_>>(), ["Yes"]);
    let list = read("[Mtsout\\1]\nSize=2315\nSubject=Quarterly figures\n");
    let entry = list.entries.first().unwrap();
    assert_eq!(entry.size.map(|size| (size.bytes, size.is_named, size.place.offset)), Some((2315, true, 16)));
    assert_eq!(
        entry.metadata.last().map(|data| (data.key.as_deref(), data.value.as_ref(), data.line)),
        Some((Some("Subject"), "Quarterly figures", 3))
    );
}

#[test]
fn absolute_roots_are_counted_whatever_their_case() {
    let list = read("A=C:\\i\\Backup\\Imcsvc.reg\nB=c:\\I\\BACKUP\\Mtsout\\1\nC=\\\\srv\\x\\Backup\\Mtsout\\2\n");
    let roots: Vec<_> = list.absolute_prefixes.iter().map(|prefix| (prefix.text.as_ref(), prefix.entries)).collect();
    assert_eq!(roots, [("C:\\i\\Backup", 2), ("\\\\srv\\x\\Backup", 1)]);
}

#[test]
fn paths_that_lead_out_are_entries_with_a_mark() {
    let read = parse(b"[F]\nFile8=Imcsvc.reg\nFile9=..\\..\\winnt\\system32\\config\\sam\nFile10=D:\\x\\y\n", &Fake, &Limits::default());
    let escapes: Vec<_> = read.value.entries.iter().map(|entry| entry.escapes).collect();
    assert_eq!(escapes, [None, Some(Escape::ParentFolder), Some(Escape::DriveLetter)]);
    assert_eq!(
        read.anomalies.iter().map(|anomaly| (anomaly.offset, anomaly.code)).collect::<Vec<_>>(),
        [(27, "path-leaves-backup"), (66, "path-leaves-backup")]
    );
}

#[test]
fn what_is_no_packing_list_is_said_not_to_be_understood() {
    let check = |bytes: &[u8], codes: &[&str]| {
        let read = parse(bytes, &Fake, &Limits::default());
        assert!(!read.value.is_understood());
        assert_eq!(read.anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
    };
    check(b"", &[]);
    check(b"17.03.99  10:02   1.204 00000001\n", &["packing-list-not-understood"]);
    check(b"1252\nImcsvc.reg,x\n", &["migration-wizard-packing-list"]);
    check(b"MZ\x90\x00\x03\x00\x00\x00Imcsvc.reg\n", &["not-text"]);
}

#[test]
fn the_limit_of_entries_is_said() {
    let limits = Limits { entries: 1, ..Limits::default() };
    let read = parse(b"Imcsvc.reg\nImcpro.reg\n", &Fake, &limits);
    assert_eq!((read.value.entries.len(), read.anomalies.first().map(|anomaly| anomaly.code)), (1, Some("too-many-entries")));
}

#[test]
fn any_prefix_and_any_flipped_byte_is_read() {
    let sample = b"[MTSOut]\r\n0=\"1\",2\r\n+C:\\Backup\\Mtsout\\2\r\n[Mtsout\\1]\r\nSize=2\r\n";
    for end in 0..=sample.len() {
        let _ = parse(&sample[..end], &Fake, &Limits::default());
    }
    for index in 0..sample.len() {
        for bit in 0..8 {
            let mut changed = sample.to_vec();
            changed[index] ^= 1 << bit;
            let _ = parse(&changed, &Fake, &Limits::default());
        }
    }
}

#[test]
fn a_line_of_a_hundred_thousand_fields_takes_linear_time() {
    let text = format!("[Backup]\nMTSOut={}", "Mtsout\\é,".repeat(100_000));
    let list = read(&text);
    assert_eq!(list.entries.len(), 100_000);
    assert_eq!(list.entries.last().map(|entry| entry.place.offset), Some(16 + 10 * 99_999));
}
