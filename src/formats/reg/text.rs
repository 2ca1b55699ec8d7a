//! The entry of all text shapes: find out the shape, read it, keep what the text itself tells (header, encoding, line ends).

use crate::base::{Decoded, Limits, TextFile};

use super::{
    LineEnds, Log, RegistryDump, RegistryShape,
    detect::{by_header, shape_of},
    draft::Draft,
    ini_text, regedit, regedt32, regini,
};

/// Reads a registry dump in any text shape; a file of none of them gives no keys and says so.
#[must_use]
pub fn parse(bytes: &[u8], limits: &Limits) -> Decoded<RegistryDump> {
    let kept = usize::try_from(limits.file_bytes).ok().and_then(|limit| bytes.get(..limit)).unwrap_or(bytes);
    let file = TextFile::decode(kept);
    let shape = shape_of(&file);
    let mut draft = Draft::new(&file, limits);
    if kept.len() < bytes.len() {
        draft.log.add(kept.len() as u64, "file-too-large", || format!("only the first {} bytes are read", kept.len()));
    }
    if file.lossy {
        draft.log.add(0, "text-not-in-code-page", || "the text has bytes that do not exist in its encoding");
    }
    let header = header(&mut draft, shape);
    match shape {
        RegistryShape::Regedit4 => regedit::read(&mut draft, false),
        RegistryShape::Version5 => regedit::read(&mut draft, true),
        RegistryShape::Regedit3 => ini_text::read_untyped(&mut draft),
        RegistryShape::Regini => regini::read(&mut draft),
        RegistryShape::RegEdt32 => regedt32::read(&mut draft),
        RegistryShape::PrivateIni => ini_text::read(&mut draft),
        RegistryShape::Hive | RegistryShape::Unknown => unknown(&mut draft.log, bytes),
    }
    let Draft { mut log, keys, .. } = draft;
    let bad_lines = std::mem::take(&mut log.bad_lines);
    let is_open_ended = !file.text.trim_end_matches('\u{1a}').ends_with(['\n', '\r']);
    let dump = RegistryDump { shape, keys, header, encoding: Some(file.encoding), line_ends: line_ends(&file.text), is_open_ended, bad_lines };
    Decoded { value: dump, anomalies: log.finish() }
}

fn unknown(log: &mut Log, bytes: &[u8]) {
    if bytes.is_empty() {
        log.add(0, "empty-file", || "the file is empty");
    } else {
        log.add(0, "unknown-form", || "the file has none of the known forms of a registry dump");
    }
}

/// Takes the header line; a REGEDIT4 text without it, or with another spelling, is still one.
fn header(draft: &mut Draft<'_>, shape: RegistryShape) -> Option<(super::Place, Box<str>)> {
    while draft.lines.next_if(|line| line.text.trim().is_empty()).is_some() {}
    let Some(line) = draft.lines.next_if(|line| by_header(line.text) == Some(shape)) else {
        if shape == RegistryShape::Regedit4 {
            draft.log.add(0, "missing-header", || "the first line is not REGEDIT4");
        }
        return None;
    };
    if shape == RegistryShape::Regedit4 && line.text != "REGEDIT4" {
        draft.log.add(line.offset, "odd-header", || format!("the header reads {:?}", line.text));
    }
    Some((draft.line_place(&line), line.text.into()))
}

fn line_ends(text: &str) -> LineEnds {
    let mut ends = LineEnds::default();
    let mut before = 0;
    for byte in text.bytes() {
        match byte {
            b'\n' if before == b'\r' => {
                ends.cr = ends.cr.saturating_sub(1);
                ends.crlf += 1;
            }
            b'\n' => ends.lf += 1,
            b'\r' => ends.cr += 1,
            _ => {}
        }
        before = byte;
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_counted_by_kind() {
        assert_eq!(line_ends("a\r\nb\nc\rd\r\n"), LineEnds { crlf: 2, lf: 1, cr: 1 });
        let dump = parse(b"REGEDIT4\n\n[HKLM\\a]\n", &Limits::default()).value;
        assert!(dump.is_lf_only());
        assert_eq!(dump.header.unwrap().1.as_ref(), "REGEDIT4");
    }

    #[test]
    fn every_prefix_and_every_changed_byte_of_every_shape_return() {
        let samples = [
            "REGEDIT4\r\n\r\n[HKLM\\a]\r\n\"b\\\"\"=\"c\r\nd\"\r\n@=dword:1\r\n\"m\"=hex(7):61,\\\r\n  00,00\r\n\"x\"=-\r\n",
            "Windows Registry Editor Version 5.00\n[HKLM\\a]\n\"e\"=hex(2):61,00,00,00\n",
            "REGEDIT\nHKEY_LOCAL_MACHINE\\a\\b = c\n",
            "\\Registry\\Machine\\a\n b = REG_MULTI_SZ \"c\" \\\n \"d\"\n e\n  f = REG_BINARY 2 0x102\n",
            "Key Name: a\nValue 0\n  Name:            b\n  Type:            REG_BINARY\n  Data:            \n00000000   01 02\n\n",
            "[SYSTEM\\a]\nb=REG_MULTI_SZ,1.2.3.4;255.0.0.0;x\nc=(4)1\nd=hex:01,\n",
        ];
        for sample in samples {
            let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(sample.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            for bytes in [sample.as_bytes(), &wide] {
                let file_end = bytes.len() as u64;
                let check = |bytes: &[u8]| {
                    let dump = parse(bytes, &Limits::default()).value;
                    let values = dump.keys.iter().flat_map(|key| &key.values);
                    assert!(values.map(|value| value.place.offset + value.place.length).all(|end| end <= file_end), "{bytes:?}");
                };
                (0..bytes.len()).for_each(|end| check(&bytes[..end]));
                for (at, change) in (0..bytes.len()).flat_map(|at| [(at, 0x01), (at, 0x80), (at, 0xFF)]) {
                    let mut changed = bytes.to_vec();
                    changed[at] ^= change;
                    check(&changed);
                }
            }
        }
    }

    #[test]
    fn keys_and_values_beyond_the_limit_are_left_out_and_told() {
        let limits = Limits { entries: 3, ..Limits::default() };
        let values = "REGEDIT4\n[HKLM\\a]\n".to_owned() + &"\"a\"=dword:1\n".repeat(5);
        let keys = "REGEDIT\n".to_owned() + &(1..6).fold(String::new(), |text, n| text + &format!("HKLM\\k{n}\\v = 1\n"));
        for text in [values, keys] {
            let decoded = parse(text.as_bytes(), &limits);
            assert_eq!(decoded.value.value_count(), 3);
            assert!(decoded.anomalies.iter().any(|anomaly| anomaly.code == "too-many-entries"));
        }
    }

    #[test]
    fn nothing_known_is_said_to_be_unknown() {
        let decoded = parse(b"hello", &Limits::default());
        assert_eq!((decoded.value.shape, decoded.anomalies[0].code), (RegistryShape::Unknown, "unknown-form"));
        assert_eq!(parse(b"", &Limits::default()).anomalies[0].code, "empty-file");
    }
}
