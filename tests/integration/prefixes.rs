//! Every file of a small Backup, cut short and with changed bytes, through the whole pipeline: always a report, always valid JSON, and of a
//! message that was cut never fewer facts than its whole attributes allow.

use imcscan::{
    formats::tnef,
    output,
    testing::{
        fixture::{FixtureFile, compile},
        report_of,
    },
};
use serde_json::Value;

/// A small Backup with every source that rules ask for.
pub(crate) const BACKUP: &str = r#"
//- Imcsvc.reg
REGEDIT4

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC]
"Start"=dword:00000002
"ObjectName"="ORG\\exservice"

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC\Parameters]
"HomeDSA"="SERVER"
"RelayFlags"=dword:00000002
"RelayAllowList"=hex(7):31,30,2e,31,2e,32,2e,33,3b,32,35,35,2e,30,2e,30,2e,30,\
  00,00
//- Imcpro.reg
REGEDIT4

[HKEY_USERS\S-1-5-21\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1]

[HKEY_USERS\S-1-5-21\Software\Microsoft\Windows NT\CurrentVersion\Windows Messaging Subsystem\Profiles\MSExchangeIMC 1\13dbb0c8aa05101a9bb000aa002fc45a]
"00036600"=hex:01,05,00,00
"001e6602"="SERVER"
"101e6613"=hex:01,00,00,00,08,00,00,00,6e,63,61,6c,72,70,63,00
//- Imcobj.csv
Obj-Class,Directory Name,Obj-Dist-Name,Home-Server,Routing-List,E-mail Addresses
Mail-Gateway,Internet Mail Connector (SERVER),/o=Org/ou=Site/cn=IMC,SERVER,SMTP:*;1%SMTP:*@a.example;5,"SMTP:imc@org.example%X400:c=US;a= ;p=Org;"
//- Imcfls
[Header]
Version=1

[Files]
File1=Imcsvc.reg
File2=Imcpro.reg
File3=Imcobj.csv

[MTSOut]
Messages=+
+Mtsout\00000001.TNF
//- Mtsout/00000001.TNF
subject: "Cut me"
to: "Ann Ray" SMTP:ann@partner.example
cc: SMTP:bob@partner.example
header: Received: from a.example by server.org.example (Microsoft Exchange Internet Mail Service Version 5.5.2650.21)
header: Message-ID: <1@a.example>
attach: a.txt "content"
attach: b.bin 40 bytes
"#;

fn files() -> Vec<FixtureFile> {
    compile(BACKUP).unwrap()
}

/// Returns the report of the Backup with one file replaced, as JSON that was written and read again.
fn report_with(files: &[FixtureFile], index: usize, bytes: Vec<u8>) -> Value {
    let mut changed = files.to_vec();
    changed[index].bytes = bytes;
    let mut out = Vec::new();
    output::json::write(&report_of(&changed), &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn a_file_cut_anywhere_still_gives_a_report_of_all_files() {
    let files = files();
    for (index, file) in files.iter().enumerate() {
        let step = (file.bytes.len() / 40).max(1) | 1;
        for end in (0..file.bytes.len()).step_by(step) {
            let report = report_with(&files, index, file.bytes[..end].to_vec());
            let listed = report["files"].as_array().unwrap();
            assert_eq!(listed.len(), files.len(), "{} cut to {end}", file.path);
            let own = listed.iter().find(|own| own["path"] == *file.path).unwrap();
            assert_eq!(own["size"], end);
            let others = listed.iter().filter(|other| other["path"] != *file.path);
            assert!(others.map(|other| &other["state"]).all(|state| state == "read"), "{} cut to {end}: {listed:?}", file.path);
        }
    }
}

#[test]
fn a_changed_byte_anywhere_still_gives_a_report_of_all_files() {
    let files = files();
    let mut random = 1_u32;
    for (index, file) in files.iter().enumerate() {
        for _ in 0..10 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = (random >> 8) as usize % file.bytes.len();
            for byte in [0x00, 0xFF, file.bytes[place] ^ (1 << (random >> 29)), b'"'] {
                let mut bytes = file.bytes.clone();
                bytes[place] = byte;
                let report = report_with(&files, index, bytes);
                assert_eq!(report["files"].as_array().unwrap().len(), files.len(), "{} byte {place} as {byte:#x}", file.path);
            }
        }
    }
}

/// What a message says, its embedded messages included: recipients, attachments, header fields.
fn facts(message: &Value) -> [usize; 3] {
    let count = |list: &Value| list.as_array().map_or(0, Vec::len);
    let own = [count(&message["recipients"]), count(&message["attachments"]), count(&message["headers"])];
    message["embedded"].as_array().into_iter().flatten().map(facts).fold(own, |sum, inner| [sum[0] + inner[0], sum[1] + inner[1], sum[2] + inner[2]])
}

fn facts_of(report: &Value) -> [usize; 3] {
    report["messages"].as_array().unwrap().first().map_or([0; 3], facts)
}

#[test]
fn a_longer_piece_of_a_message_never_says_less() {
    let files = files();
    let index = files.iter().position(|file| file.path.contains(".TNF")).unwrap();
    let bytes = &files[index].bytes;
    let whole = facts_of(&report_with(&files, index, bytes.clone()));
    assert!(whole[0] >= 4 && whole[1] >= 3 && whole[2] == 2, "{whole:?}");
    let mut before = [0; 3];
    for end in (0..=bytes.len()).step_by(13) {
        let now = facts_of(&report_with(&files, index, bytes[..end].to_vec()));
        assert!(now.iter().zip(before).all(|(now, before)| *now >= before), "cut to {end}: {now:?} after {before:?}");
        before = now;
    }
}

#[test]
fn every_whole_attribute_of_a_cut_message_is_there() {
    let fixture = compile(
        "//- Mtsout/1.TNF\nbare\nto: SMTP:ann@a.example\ncc: SMTP:bob@a.example\nattach: a.txt 9 bytes\nattach: b.txt 9 bytes\nattach: c.txt 9 bytes\n",
    );
    let bytes = fixture.unwrap().remove(0).bytes;
    let limits = imcscan::base::Limits::default();
    let ends = ends_of_attributes(&bytes);
    assert_eq!(ends.iter().filter(|(tag, _)| *tag == 0x9005).count(), 3);
    for end in 0..=bytes.len() {
        let whole = |tag: u16| ends.iter().filter(|(own, stop)| *own == tag && *stop <= end).count();
        let decoded = tnef::decode(&bytes[..end], &limits);
        let recipients = decoded.value.recipients.len();
        assert!(whole(0x9004) == 0 || recipients == 2, "cut to {end}: {recipients} recipients");
        let attachments = decoded.value.attachments.len();
        assert!(attachments >= whole(0x9002), "cut to {end}: {attachments} attachments");
    }
}

/// Returns the low word of the tag of each attribute, and where it ends; by the four lines of [MS-OXTNEF] 2.1.3.1 and nothing of the reader.
fn ends_of_attributes(bytes: &[u8]) -> Vec<(u16, usize)> {
    let mut at = 6;
    let mut ends = Vec::new();
    while let Some(head) = bytes.get(at..at + 9) {
        let length = u32::from_le_bytes([head[5], head[6], head[7], head[8]]) as usize;
        at += 9 + length + 2;
        ends.push((u16::from_le_bytes([head[1], head[2]]), at));
    }
    ends
}
