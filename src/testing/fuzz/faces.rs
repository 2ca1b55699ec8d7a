//! The writers: whatever the text, what they write is safe where it is shown and, where it is for programs, gives the text back.

use std::collections::BTreeSet;

use crate::{
    backup::SingleFile,
    base::{Limits, printable},
    export::{self, safe_name},
    mapi::{PropTag, PropType},
    output::{
        csv, json, markdown,
        text::{Page, Style},
    },
    testing::{Attachment, AttachmentAttribute, Message},
};

use super::check;

/// Printable text: nothing that a terminal must not see, and the text can be told from it.
pub(super) fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let shown = printable(&text).to_string();
    check::printable(&shown, "printable text");
    assert!(!shown.contains('\n'), "printable text keeps a line end");
    assert_eq!(unescaped(&shown), text, "printable text lost something");
    let style = Style { width: usize::from(bytes.first().copied().unwrap_or(80)).max(40), color: false };
    let page = check::written(|out| Page::new(style, out).entry(2, "label", &text));
    check::printable(&page, "a page");
}

/// Takes the escapes of printable text back: an odd number of backslashes before `u{` begins one.
fn unescaped(shown: &str) -> String {
    let mut out = String::new();
    let mut rest = shown;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let behind = rest.get(at..).unwrap_or_default().trim_start_matches('\\');
        let run = rest.len() - at - behind.len();
        let is_code = behind.starts_with("u{");
        out.push_str(&"\\".repeat(if is_code { run / 2 } else { run }));
        rest = behind;
        if is_code && run % 2 == 1 {
            let (digits, after) = rest.trim_start_matches('u').trim_start_matches('{').split_once('}').unwrap_or_default();
            out.extend(u32::from_str_radix(digits, 16).ok().and_then(char::from_u32));
            rest = after;
        }
    }
    out + rest
}

/// Cells of a table: they are read back as they were written, hold one line each, and none computes.
pub(super) fn csv(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let cells: Vec<String> = text.split('\u{1f}').map(csv::safe).collect();
    let mut out = ::csv::Writer::from_writer(Vec::new());
    assert!(out.write_record(&cells).is_ok());
    let written = out.into_inner().unwrap_or_default();
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_slice());
    let rows: Vec<_> = reader.records().flatten().collect();
    // A record of one empty cell is written as a quoted one.
    assert!(
        rows.iter().map(|row| row.iter().collect::<Vec<_>>()).eq([cells.iter().map(String::as_str).collect::<Vec<_>>()]),
        "{rows:?} of {cells:?}"
    );
    for cell in &cells {
        check::printable(cell, "a cell");
        assert!(!cell.contains('\n'), "a cell holds a line end");
        let first = cell.chars().find(|c| !c.is_whitespace()).unwrap_or(' ');
        assert!(!['=', '+', '-', '@', '＝', '＋', '－', '＠'].contains(&first), "a cell computes: {cell:?}");
    }
}

/// A message with the text as subject and file name: the JSON of it gives the exact text back, and its text and bytes show it safely.
pub(super) fn json(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace('\0', "");
    let wide = |tag: PropTag| PropTag::new(tag.id(), PropType::UNICODE);
    let file = Attachment::of_method(1, 1).with(AttachmentAttribute::Data(b"data".to_vec())).prop(wide(PropTag::ATTACH_LONG_FILENAME), text.as_str());
    let message = Message::new("IPM.Note").prop(wide(PropTag::SUBJECT), text.as_str()).prop(wide(PropTag::BODY), text.as_str()).attach(file);
    let stream = message.encode();
    let limits = Limits::default();
    let decoded = SingleFile::read("1.TNF", &stream, &limits);
    let document = check::json(&check::written(|out| json::write_decoded(&decoded, (stream.len() as u64, None), &limits, out)));
    let subject = document.pointer("/message/subject").and_then(serde_json::Value::as_str).unwrap_or_default();
    assert_eq!(subject, text, "the JSON has another subject");
    let mut found = BTreeSet::new();
    strings(&document, &mut found);
    assert!(found.contains(text.as_str()), "the JSON lacks the text");
}

fn strings<'a>(value: &'a serde_json::Value, found: &mut BTreeSet<&'a str>) {
    match value {
        serde_json::Value::String(text) => {
            found.insert(text);
        }
        serde_json::Value::Array(list) => list.iter().for_each(|value| strings(value, found)),
        serde_json::Value::Object(map) => map.values().for_each(|value| strings(value, found)),
        _ => {}
    }
}

/// Text in Markdown: outside of code spans no mark stands without its backslash, and a code span ends where it should.
pub(super) fn markdown(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for escaped in [export::escaped(&text), markdown::text(&printable(&text).to_string())] {
        check::printable(&escaped, "Markdown");
        let mut chars = escaped.chars();
        while let Some(c) = chars.next() {
            let is_bare = matches!(c, '*' | '_' | '<' | '>' | '[' | ']' | '`');
            assert!(!is_bare, "{c} stands bare in {escaped:?}");
            if c == '\\' {
                chars.next();
            }
        }
    }
    let span = export::code(&text);
    check::printable(&span, "a code span");
    let fence = span.len() - span.trim_start_matches('`').len();
    let inner = span.get(fence..span.len().saturating_sub(fence)).unwrap_or_default();
    let longest = inner.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    assert!(fence > longest && !inner.is_empty() && !inner.contains('\n'), "a code span ends early: {span:?}");
}

/// Names of files that are saved: one part, visible, not hidden, no device, short; and safe names stay as they are.
pub(super) fn file_name(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let name = safe_name(&text);
    check::printable(&name, "a file name");
    assert!(!name.is_empty() && name.len() <= 128, "{} bytes", name.len());
    assert!(!name.contains(['/', '\\', ':', '\n', '<', '>', '|', '?', '*', '"']), "{name:?} is no single name");
    assert!(!name.starts_with(['.', '-', ' ']) && !name.ends_with(['.', ' ']), "{name:?} begins or ends oddly");
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    assert!(!["CON", "PRN", "AUX", "NUL", "COM1", "LPT1", "CLOCK$"].contains(&stem.as_str()), "{name:?} is a device");
    assert_eq!(safe_name(&name), name, "a safe name is not safe");
}
