//! REGEDIT4 and version 5 text: `[key]` lines, `"name"=data` entries, hex lists over several lines.
//!
//! A string may hold raw line breaks, so an unclosed quote swallows what follows. The reader gives up on a string at the next line
//! that begins like an entry or a key, and takes the first line alone then: that costs one value instead of the rest of the file.

use crate::base::Line;

use super::{
    RegType, RegistryData,
    detect::{is_root, starts_with},
    draft::{Draft, Written},
    escape::{closing_quote, split_entry, unescape},
    numerals::number,
};

/// Reads all keys and values; `wide` tells whether hex lists hold UTF-16 by promise of the header.
pub(super) fn read(draft: &mut Draft<'_>, wide: bool) {
    while let Some(line) = draft.lines.next() {
        // An end-of-file mark of DOS closes many files of the era.
        let text = line.text.trim_matches([' ', '\t', '\u{1a}']);
        match text.bytes().next() {
            None | Some(b';') => {}
            Some(b'[') => key_line(draft, &line, text),
            Some(b'"' | b'@') => entry_line(draft, &line, wide),
            Some(_) => draft.bad_line(&line, "damaged-line", "neither key, value, comment nor continuation"),
        }
    }
}

fn key_line(draft: &mut Draft<'_>, line: &Line<'_>, text: &str) {
    let inner = text.get(1..).unwrap_or_default();
    let path = if let Some((path, rest)) = inner.rsplit_once(']') {
        let rest = rest.trim();
        if !rest.is_empty() && !rest.starts_with(';') {
            draft.bad_line(line, "text-after-key", "text stands behind the closing bracket");
        }
        path
    } else {
        draft.bad_line(line, "unterminated-key", "the closing bracket of the key is missing");
        inner
    };
    let deleted = path.strip_prefix('-');
    draft.open_key(deleted.unwrap_or(path), line, deleted.is_some());
}

fn entry_line(draft: &mut Draft<'_>, line: &Line<'_>, wide: bool) {
    let indent = line.text.len() - line.text.trim_start().len();
    let text = line.text.get(indent..).unwrap_or_default();
    let Some((name, data)) = split_entry(text) else {
        draft.bad_line(line, "damaged-line", "a value name without closing quote or equals sign");
        return;
    };
    let (name, _) = unescape(name.unwrap_or_default());
    let start = line.start + indent + data;
    let rest = text.get(data..).unwrap_or_default();
    let written = if rest.trim_end() == "-" {
        let written = Written { data: RegistryData::untyped(""), range: start..start + 1 };
        draft.add_deletion(name, line, written);
        return;
    } else if rest.starts_with('"') {
        Some(string(draft, line, start))
    } else if starts_with(rest, "dword:") {
        Some(dword(draft, line, start))
    } else {
        hex_list(draft, line, start, wide)
    };
    match written {
        Some(written) => draft.add_value(name, line, written),
        None => draft.bad_line(line, "damaged-line", "data that is neither string, dword, hex list nor '-'"),
    }
}

/// Reads a string whose opening quote stands at `start` of the text.
fn string(draft: &mut Draft<'_>, line: &Line<'_>, start: usize) -> Written {
    let line_end = line.start + line.text.len();
    let inner = start + 1;
    let first = draft.file.text.get(inner..line_end).unwrap_or_default();
    let end = match closing_quote(first) {
        Some(at) => {
            let rest = first.get(at + 1..).unwrap_or_default().trim_matches([' ', '\t', '\u{1a}']);
            if !rest.is_empty() && !rest.starts_with(';') {
                draft.bad_line(line, "text-after-value", "text stands behind the closing quote");
            }
            inner + at
        }
        None => string_end(draft, line, line_end),
    };
    draft.skip_to(end);
    let (text, odd) = unescape(draft.file.text.get(inner..end).unwrap_or_default());
    if let Some(odd) = odd {
        let offset = draft.file.byte_offset(inner + odd);
        draft.log.add(offset, "odd-escape", || format!("line {}: a backslash that is not doubled is kept as it is", line.number));
    }
    let closed = draft.file.text.get(end..).is_some_and(|rest| rest.starts_with('"'));
    Written { data: RegistryData::from_text(RegType::SZ, text), range: start..end + usize::from(closed) }
}

/// Finds the closing quote on a later line; the end of the first line when there is none.
fn string_end(draft: &mut Draft<'_>, line: &Line<'_>, line_end: usize) -> usize {
    let mut at = line_end;
    for piece in draft.file.text.get(line_end..).unwrap_or_default().split_inclusive(['\n', '\r']) {
        if begins_entry(piece) {
            break;
        }
        if let Some(quote) = closing_quote(piece)
            && piece.get(quote + 1..).is_some_and(|rest| rest.trim().is_empty())
        {
            return at + quote;
        }
        at += piece.len();
    }
    draft.bad_line(line, "unterminated-string", "the closing quote of the string is missing");
    line_end
}

fn begins_entry(line: &str) -> bool {
    let line = line.trim_start();
    let is_key = line.strip_prefix('[').is_some_and(|path| is_root(path.trim_start_matches('-')));
    is_key || split_entry(line).is_some()
}

pub(super) fn dword(draft: &mut Draft<'_>, line: &Line<'_>, start: usize) -> Written {
    let end = line.start + line.text.trim_end_matches([' ', '\t', '\u{1a}']).len();
    let whole = draft.file.text.get(start..end).unwrap_or_default();
    let written = whole.split_once(':').map_or("", |(_, digits)| digits);
    let digits = written.split(';').next().unwrap_or_default().trim();
    let hexadecimal = || digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten();
    if digits.len() < 8 && line.start + line.text.len() == draft.file.text.len() {
        draft.bad_line(line, "unfinished-dword", "the file ends within the digits of the dword");
    }
    let data = if let Some(value) = hexadecimal().filter(|_| digits.len() <= 8) {
        RegistryData::from_dword(value)
    } else if let Some(value) = number(digits) {
        draft.log.add(line.offset, "odd-dword", || format!("line {}: {digits} is no dword of 1 to 8 hexadecimal digits", line.number));
        RegistryData::from_dword(value)
    } else {
        draft.bad_line(line, "bad-dword", "the dword has no hexadecimal digits, too many, or others");
        RegistryData::from_bytes(RegType::DWORD, Vec::new(), false).0
    };
    Written { data, range: start..end }
}

/// Reads `hex:` and `hex(n):` lists; none when the line does not begin with one.
pub(super) fn hex_list(draft: &mut Draft<'_>, line: &Line<'_>, start: usize, wide: bool) -> Option<Written> {
    let line_end = line.start + line.text.len();
    let rest = draft.file.text.get(start..line_end)?;
    let (prefix, list) = rest.split_once(':')?;
    let reg_type = hex_type(prefix)?;
    let (bytes, end) = hex_bytes(draft, line, list);
    let (data, surprise) = RegistryData::from_bytes(reg_type, bytes, wide);
    if surprise {
        let found = if wide { "8-bit text where UTF-16 belongs" } else { "UTF-16 text where 8-bit text belongs" };
        draft.log.add(line.offset, "string-width", || format!("line {}: {found}", line.number));
    }
    let length = data.bytes.len();
    if data.reg_type == RegType::DWORD && length != 4 || data.reg_type == RegType::QWORD && length != 8 {
        draft.log.add(line.offset, "wrong-data-length", || format!("line {}: {} of {length} bytes", line.number, data.reg_type));
    }
    Some(Written { data, range: start..end })
}

fn hex_type(prefix: &str) -> Option<RegType> {
    let rest = starts_with(prefix, "hex").then(|| prefix.get(3..))??.trim();
    if rest.is_empty() {
        return Some(RegType::BINARY);
    }
    let digits = rest.strip_prefix('(')?.strip_suffix(')')?.trim();
    let plain = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if plain { u32::from_str_radix(digits, 16).ok().map(RegType) } else { None }
}

/// Reads the bytes of a list and of its continuation lines; returns them with the end of the last line.
fn hex_bytes(draft: &mut Draft<'_>, line: &Line<'_>, list: &str) -> (Vec<u8>, usize) {
    let mut bytes = Vec::new();
    let (mut current, mut segment) = (*line, list);
    loop {
        let body = segment.split(';').next().unwrap_or_default().trim_end_matches([' ', '\t', '\u{1a}']);
        let continued = body.strip_suffix('\\');
        let body = continued.unwrap_or(body).trim();
        if let Some(bad) = hex_pairs(body, &mut bytes) {
            let shown: String = bad.chars().take(20).collect();
            draft.bad_line(&current, "bad-hex", &format!("{shown:?} is no byte of two hexadecimal digits"));
        }
        let open = continued.is_some() || body.ends_with(',');
        if open && draft.lines.peek().is_some_and(|next| continues_list(next.text)) {
            if continued.is_none() {
                draft.log.add(current.offset, "missing-continuation", || format!("line {}: the list goes on without a backslash", current.number));
            }
        } else {
            if open {
                draft.bad_line(&current, "unfinished-hex", "the hex list promises to go on and does not");
            }
            return (bytes, current.start + current.text.trim_end().len());
        }
        let Some(next) = draft.lines.next() else { return (bytes, current.start + current.text.len()) };
        (current, segment) = (next, next.text);
    }
}

fn continues_list(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.split(',').next().is_some_and(|first| first.trim_end_matches('\\').trim().bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Adds the bytes of a list; returns the first element that is none.
fn hex_pairs<'a>(list: &'a str, bytes: &mut Vec<u8>) -> Option<&'a str> {
    let list = list.strip_suffix(',').unwrap_or(list);
    let mut bad = None;
    for element in list.split(',').map(str::trim) {
        let good = matches!(element.len(), 1 | 2) && element.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u8::from_str_radix(element, 16) {
            Ok(byte) if good => bytes.push(byte),
            _ if list.trim().is_empty() => {}
            _ => bad = bad.or(Some(element)),
        }
    }
    bad
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{Anomaly, Limits},
        formats::reg::{RegistryContent, RegistryDump, parse},
    };

    fn read_text(body: &str) -> (RegistryDump, Vec<Anomaly>) {
        let decoded = parse(format!("REGEDIT4\r\n\r\n[HKLM\\a]\r\n{body}").as_bytes(), &Limits::default());
        (decoded.value, decoded.anomalies)
    }

    #[track_caller]
    fn check(body: &str, values: &[(&str, RegType, RegistryContent)], codes: &[&str]) {
        let (dump, anomalies) = read_text(body);
        let found: Vec<_> =
            dump.keys.iter().flat_map(|key| &key.values).map(|v| (v.name.as_str(), v.data.reg_type, v.data.content.clone())).collect();
        assert_eq!(found, values);
        assert_eq!(anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
    }

    fn sz(text: &str) -> RegistryContent {
        RegistryContent::Sz(text.to_owned())
    }

    fn multi(strings: &[&str]) -> RegistryContent {
        RegistryContent::MultiSz(strings.iter().map(|&text| text.to_owned()).collect())
    }

    #[test]
    fn all_kinds_of_data_are_read() {
        check(
            "\"s\"=\"C:\\\\x \\\"y\\\"\"\r\n@=\"d\"\r\n\"n\"=dword:0000000F\r\n\"b\"=hex:01,ff\r\n\"e\"=hex(2):61,00\r\n\"m\"=hex(7):61,00,\\\r\n  62,00,00\r\n\"q\"=hex(b):01,00,00,00,00,00,00,00\r\n",
            &[
                ("s", RegType::SZ, sz("C:\\x \"y\"")),
                ("", RegType::SZ, sz("d")),
                ("n", RegType::DWORD, RegistryContent::Dword(15)),
                ("b", RegType::BINARY, RegistryContent::Bytes),
                ("e", RegType::EXPAND_SZ, RegistryContent::ExpandSz("a".to_owned())),
                ("m", RegType::MULTI_SZ, multi(&["a", "b"])),
                ("q", RegType::QWORD, RegistryContent::Qword(1)),
            ],
            &[],
        );
    }

    #[test]
    fn an_unclosed_string_costs_one_value() {
        check("\"a\"=\"one\r\n\"b\"=\"two\"\r\n", &[("a", RegType::SZ, sz("one")), ("b", RegType::SZ, sz("two"))], &["unterminated-string"]);
        check("\"a\"=\"one", &[("a", RegType::SZ, sz("one"))], &["unterminated-string"]);
    }

    #[test]
    fn a_string_may_hold_line_breaks() {
        check(
            "\"a\"=\"one\r\ntwo\"\r\n\"b\"=dword:1\r\n",
            &[("a", RegType::SZ, sz("one\r\ntwo")), ("b", RegType::DWORD, RegistryContent::Dword(1))],
            &[],
        );
    }

    #[test]
    fn hex_lists_that_end_early_are_kept_and_told() {
        check(
            "\"a\"=hex:01,02,\\\r\n\"b\"=dword:1\r\n",
            &[("a", RegType::BINARY, RegistryContent::Bytes), ("b", RegType::DWORD, RegistryContent::Dword(1))],
            &["unfinished-hex"],
        );
        check("\"a\"=hex:01,\r\n", &[("a", RegType::BINARY, RegistryContent::Bytes)], &["unfinished-hex"]);
        check("\"a\"=hex:01,zz,02\r\n", &[("a", RegType::BINARY, RegistryContent::Bytes)], &["bad-hex"]);
        check("\"a\"=hex(4):01,00\r\n", &[("a", RegType::DWORD, RegistryContent::Bytes)], &["wrong-data-length"]);
        let (dump, _) = read_text("\"a\"=hex:01,zz,02\r\n");
        assert_eq!(dump.keys[0].values[0].data.bytes, [1, 2]);
    }

    #[test]
    fn directives_repetitions_and_damage_are_told() {
        check("\"a\"=-\r\n", &[("a", RegType::SZ, sz(""))], &["delete-directive"]);
        check(
            "\"a\"=dword:1\r\n\"A\"=dword:2\r\n",
            &[("a", RegType::DWORD, RegistryContent::Dword(1)), ("A", RegType::DWORD, RegistryContent::Dword(2))],
            &["duplicate-value"],
        );
        check("[-HKLM\\b]\r\n[hklm\\A]\r\n", &[], &["delete-directive", "duplicate-key"]);
        check("garbage\r\n\"a\r\n\"a\"=x\r\n; fine\r\n\r\n\x1a", &[], &["damaged-line", "damaged-line", "damaged-line"]);
        check("\"a\"=dword:0000", &[("a", RegType::DWORD, RegistryContent::Dword(0))], &["unfinished-dword"]);
        check("\"a\"=dword:xyz\r\n", &[("a", RegType::DWORD, RegistryContent::Bytes)], &["bad-dword"]);
        check("\"a\"=dword:4294967295\r\n", &[("a", RegType::DWORD, RegistryContent::Dword(u32::MAX))], &["odd-dword"]);
        check("\"a\"=\"C:\\new\"\r\n", &[("a", RegType::SZ, sz("C:\\new"))], &["odd-escape"]);
        check("\"a\"=hex(2):61,00,62,00,00,00\r\n", &[("a", RegType::EXPAND_SZ, RegistryContent::ExpandSz("ab".to_owned()))], &["string-width"]);
    }

    #[test]
    fn a_key_without_bracket_still_opens_and_damaged_lines_can_be_listed() {
        let decoded = parse(b"[HKLM\\a\n\"x\"=dword:1\n", &Limits::default());
        assert_eq!(decoded.value.keys[0].path, "HKLM\\a");
        assert_eq!(decoded.value.keys[0].values.len(), 1);
        let bad = &decoded.value.bad_lines[0];
        assert_eq!((bad.code, bad.place.line, bad.text.as_ref()), ("unterminated-key", Some(1), "[HKLM\\a"));
        assert_eq!(parse(b"REGEDIT4\n\"x\"=dword:1\n[HKLM]\n", &Limits::default()).anomalies[0].code, "value-without-key");
    }

    #[test]
    fn places_hold_in_ansi_and_in_utf16() {
        let text = "Windows Registry Editor Version 5.00\r\n\r\n[HKLM\\K\u{f6}ln]\r\n\"\u{e4}\"=hex:01,\\\r\n  02\r\n";
        for bytes in [
            crate::base::CodePage::WINDOWS_1252.encode(text).unwrap(),
            "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
        ] {
            let dump = parse(&bytes, &Limits::default()).value;
            let value = &dump.keys[0].values[0];
            let unit = if bytes[0] == 0xFF { 2 } else { 1 };
            let bom = if unit == 2 { 2 } else { 0 };
            let start = text.split_once("\"\u{e4}").unwrap().0.chars().count();
            assert_eq!(value.place.offset, (start * unit + bom) as u64);
            assert_eq!(value.place.length, ("\"a\"=hex:01,\\\r\n  02".len() * unit) as u64);
            assert_eq!(value.data_place.length, ("hex:01,\\\r\n  02".len() * unit) as u64);
            assert_eq!(value.place.line, Some(4));
            assert_eq!(value.raw.as_deref(), Some("hex:01,\\\r\n  02"));
        }
    }

    #[test]
    fn long_lists_and_many_open_quotes_take_linear_time() {
        let list = "01,".repeat(200_000);
        let (dump, _) = read_text(&format!("\"a\"=hex:{list}01\r\n"));
        assert_eq!(dump.keys[0].values[0].data.bytes.len(), 200_001);
        let lines = "\"a\"=hex:01,\\\r\n".to_owned() + &"  01,\\\r\n".repeat(50_000);
        assert_eq!(read_text(&lines).0.keys[0].values[0].data.bytes.len(), 50_001);
        let (dump, _) = read_text(&("\"a\"=\"x\r\n".repeat(20_000) + &"\"\r\nx\r\n".repeat(20_000)));
        assert_eq!(dump.keys[0].values.len(), 20_000);
    }
}
