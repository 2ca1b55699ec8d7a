//! Evidence as strangers would write it to hurt whoever reads the report: in every place where text stands, through the real program.
//! Nothing but printable text reaches a person, and nothing of the text is lost to a program.

use std::{fs, path::Path};

use imcscan::{
    mapi::PropTag,
    testing::{Address, Attachment, AttachmentAttribute, Envelope, Message, Recipient},
};

use crate::common::Imcscan;

/// What is tried, without `/` so that it may stand in file names.
const PAYLOADS: [&str; 14] = [
    "clear\x1b[2J\x1b[31mred",
    "link\x1b]8;;http:x\x07here\x1b]8;;\x07",
    "clip\x1b]52;c;ZXZpbA==\x07",
    "eight\u{9b}31m\u{9d}0;x\u{9c}bit",
    "bell\x07back\x08\x08del\x7f",
    "bidi\u{202e}gpj.exe\u{2066}x\u{2069}\u{200f}",
    "ze\u{200b}ro\u{feff}wi\u{2060}dth\u{ad}",
    "tags\u{e0041}\u{e0042}\u{fe0f}",
    "marks z\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "=cmd|' C calc'!A0",
    "<\u{73}cript>alert(1)<!--",
    "lines\r\nCRITICAL  FAKE001 forged (certain)",
    "breaks\u{2028}one\u{2029}two\u{85}three\x0bfour\x0cfive",
    "escape\\u{1b}[31m",
];

/// Returns what must never reach a terminal, by a list of its own: not that of the program.
fn unprintable(text: &str) -> Option<char> {
    text.chars().find(|&c| {
        (c.is_control() && c != '\n')
            || matches!(u32::from(c), 0xAD | 0x61C | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x2069 | 0xFE00..=0xFE0F | 0xFEFF | 0xE0000..=0xE01EF)
    })
}

#[track_caller]
fn is_printable(text: &str, what: &str) {
    assert_eq!(unprintable(text), None, "{what}\n{}", text.escape_debug());
    assert!(!text.contains(&"\u{301}".repeat(9)), "{what}: stacked marks");
    assert!(text.lines().all(|line| !line.starts_with("CRITICAL  FAKE001")), "{what}: a forged finding");
}

fn wide(tag: PropTag) -> PropTag {
    PropTag(tag.0 | 1)
}

/// Returns a queue item with the text in every place that holds one; `%s` in the subject makes a rule quote it.
fn item(payload: &str) -> Vec<u8> {
    let joe = Recipient::to(Address { name: "x".into(), address_type: "SMTP".into(), value: "joe@partner.example".into() });
    let joe = joe.prop(wide(PropTag::DISPLAY_NAME), payload).prop(wide(PropTag::EMAIL_ADDRESS), format!("{payload}@partner.example"));
    let attachment = Attachment::of_method(1, 1).with(AttachmentAttribute::Data(b"data".to_vec())).prop(wide(PropTag::ATTACH_LONG_FILENAME), payload);
    let mail = Message::new("IPM.Note")
        .prop(wide(PropTag::SUBJECT), format!("%s%s{payload}"))
        .prop(wide(PropTag::SENDER_NAME), payload)
        .prop(
            wide(PropTag::TRANSPORT_MESSAGE_HEADERS),
            format!("X-{}: {}\r\n\r\n", payload.replace(['\r', '\n', ':', ' '], "-"), payload.replace(['\r', '\n'], " ")),
        )
        .body(payload)
        .recipient(&joe)
        .attach(attachment);
    let mut envelope = Envelope::around(mail, "ENVELOPE.IPM.Note");
    envelope.recipients.push(joe);
    envelope.message().encode()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn registry() -> Vec<u8> {
    let mut text = "Windows Registry Editor Version 5.00\r\n\r\n".to_owned();
    let key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\MSExchangeIMC";
    text.push_str(&format!("[{key}\\Parameters]\r\n\"HomeDSA\"=\"MAIL\u{202e}1\x1b[31m\"\r\n\"RelayFlags\"=dword:00000000\r\n"));
    for payload in one_line() {
        let escaped = payload.replace('\\', "\\\\");
        text.push_str(&format!("\"N {escaped}\"=\"D {escaped}\"\r\n"));
    }
    for payload in one_line().filter(|payload| !payload.contains(['\\', '[', ']'])) {
        text.push_str(&format!("\r\n[{key}\\K {payload}]\r\n\"x\"=dword:00000001\r\n"));
    }
    utf16(&text)
}

/// Payloads for formats where a line end ends the text.
fn one_line() -> impl Iterator<Item = &'static str> {
    PAYLOADS.into_iter().filter(|payload| !payload.contains(['\r', '\n']))
}

fn export() -> Vec<u8> {
    let names: Vec<String> = PAYLOADS.iter().enumerate().map(|(index, _)| format!("Extension-Attribute-{index}")).collect();
    let cells: Vec<String> = PAYLOADS.iter().map(|payload| format!("\"C {}\"", payload.replace('%', "%%"))).collect();
    let odd: Vec<String> = one_line().map(|payload| format!("\"H {payload}\"")).collect();
    let head = format!("Obj-Class,Directory Name,Obj-Dist-Name,{},{}", names.join(","), odd.join(","));
    utf16(&format!("{head}\r\nMail-Gateway,IMC,/o=Org/ou=Site/cn=IMC,{}{}\r\n", cells.join(","), ",".repeat(odd.len())))
}

fn packing_list() -> Vec<u8> {
    let mut text = "[Files]\r\n".to_owned();
    one_line().enumerate().for_each(|(index, payload)| text.push_str(&format!("F{index}=Mtsout\\L {payload}\r\n")));
    one_line().for_each(|payload| text.push_str(&format!("\r\n[S {payload}]\r\nx=Mtsout\\S\r\n")));
    utf16(&text)
}

/// Writes a Backup whose every file holds hostile text.
pub(crate) fn write_backup(root: &Path) {
    fs::create_dir_all(root.join("Mtsout")).unwrap();
    fs::create_dir_all(root.join("Work")).unwrap();
    for (index, payload) in PAYLOADS.iter().enumerate() {
        fs::write(root.join(format!("Mtsout/{index:08}.TNF")), item(payload)).unwrap();
        #[cfg(unix)]
        fs::write(root.join("Work").join(payload), b"x").unwrap();
        #[cfg(unix)]
        fs::write(root.join("Mtsout").join(format!("{payload}.TNF")), item("x")).unwrap();
    }
    fs::write(root.join("Imcsvc.reg"), registry()).unwrap();
    fs::write(root.join("Imcobj.csv"), export()).unwrap();
    fs::write(root.join("Imcfls"), packing_list()).unwrap();
}

#[test]
fn nothing_but_printable_text_reaches_a_person() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("Backup");
    write_backup(&root);
    for columns in ["60", "120"] {
        let ran = Imcscan::report(&root).env("COLUMNS", columns).run().ends_with(0);
        is_printable(ran.text(), "the report");
        is_printable(&ran.err, "the complaints");
        assert!(ran.text().contains("MSG143") && ran.text().contains("\\u{1b}"), "{}", ran.text());
    }
    let missing = Imcscan::report(temp.path().join("no\x1b[31m\u{202e}thing")).run().ends_with(3);
    is_printable(&missing.err, "a complaint");
    let unknown = Imcscan::new().arg("explain").arg("x\x1b[31m\u{202e}").run().ends_with(2);
    is_printable(&unknown.err, "a complaint");
}

#[test]
fn lists_are_printable_too() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("Backup");
    write_backup(&root);
    for command in ["messages", "findings"] {
        for form in ["text", "csv"] {
            let ran = Imcscan::new().arg(command).arg(&root).arg("--format").arg(form).env("COLUMNS", "120").run().ends_with(0);
            is_printable(ran.text(), &format!("{command} as {form}"));
            assert!(form == "text" || !ran.text().contains("\n=") && !ran.text().contains(",=") && !ran.text().contains(",\"="), "{}", ran.text());
        }
    }
}

#[test]
fn a_decoded_file_is_printable_too() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("Backup");
    write_backup(&root);
    let mut files = vec![root.join("Imcsvc.reg"), root.join("Imcobj.csv"), root.join("Imcfls")];
    files.extend((0..PAYLOADS.len()).map(|index| root.join(format!("Mtsout/{index:08}.TNF"))));
    for file in files {
        for form in ["", "--hex"] {
            let ran = Imcscan::new().arg("decode").args(form).arg(&file).run().ends_with(0);
            is_printable(ran.text(), &format!("{} {form}", file.display()));
        }
    }
}
