//! The text that RegEdt32 saves: labelled lines per key and value, numbers as `0x2`, bytes as rows of a dump.
//!
//! Carries the time of the last write of each key, in the format of the machine's locale; it is kept as written because neither
//! locale nor zone is told. The class name of a key is left out.

use crate::base::Line;

use super::{
    LastWrite, RegType, RegistryData,
    detect::starts_with,
    draft::{Draft, Written},
};

/// Column of the data behind its label.
const COLUMN: usize = 19;
/// Columns of a dump row that hold bytes: behind the offset, before the text.
const ROW: std::ops::Range<usize> = 8..61;

/// Reads all keys and values.
pub(super) fn read(draft: &mut Draft<'_>) {
    while let Some(line) = draft.lines.next() {
        if let Some(path) = field(line.text, "Key Name:") {
            draft.open_key(path.trim(), &line, false);
        } else if let Some(time) = field(line.text, "Last Write Time:") {
            if let Some(key) = draft.keys.last_mut() {
                key.last_write = Some(LastWrite::AsWritten(time.trim().into()));
            }
        } else if is_value_head(line.text) {
            value(draft, &line);
        } else if !line.text.trim().is_empty() && field(line.text, "Class Name:").is_none() {
            draft.bad_line(&line, "damaged-line", "a line that belongs to no key and no value");
        }
    }
}

fn value(draft: &mut Draft<'_>, head: &Line<'_>) {
    let mut labelled = |label: &str| draft.lines.next_if(|line| field(line.text, label).is_some());
    let parts = (labelled("Name:"), labelled("Type:"), labelled("Data:"));
    let (Some(name), Some(type_line), Some(data)) = parts else {
        draft.bad_line(head, "damaged-line", "the value lacks its name, type or data");
        return;
    };
    let name = match field(name.text, "Name:").unwrap_or_default() {
        "<NO NAME>" => String::new(),
        name => name.to_owned(),
    };
    let first = field(data.text, "Data:").unwrap_or_default();
    let start = data.start + (data.text.len() - first.len());
    let mut end = data.start + data.text.len();
    let mut rows = vec![first];
    while let Some(row) = draft.lines.next_if(|row| !ends_value(row.text)) {
        end = row.start + row.text.len();
        rows.push(row.text);
    }
    let type_name = field(type_line.text, "Type:").unwrap_or_default().trim();
    let data = RegType::from_name(type_name).and_then(|reg_type| typed(draft, &data, reg_type, &rows)).unwrap_or_else(|| {
        draft.bad_line(&type_line, "bad-data", "the data does not fit its type, or the type is unknown");
        RegistryData::untyped(&rows.join("\n"))
    });
    draft.add_value(name, head, Written { data, range: start..end });
}

fn typed(draft: &mut Draft<'_>, line: &Line<'_>, reg_type: RegType, rows: &[&str]) -> Option<RegistryData> {
    match reg_type {
        RegType::SZ | RegType::EXPAND_SZ | RegType::LINK => Some(RegistryData::from_text(reg_type, rows.join("\n"))),
        RegType::MULTI_SZ => {
            let strings = rows.iter().map(|row| row.get(COLUMN..).filter(|_| row.starts_with("   ")).unwrap_or(row));
            Some(RegistryData::from_strings(strings.filter(|text| !text.is_empty()).map(str::to_owned).collect()))
        }
        RegType::DWORD | RegType::DWORD_BIG_ENDIAN | RegType::QWORD => RegistryData::from_spelled(reg_type, rows.first()?),
        _ => {
            let mut bytes = Vec::new();
            for row in rows.iter().filter(|row| !row.trim().is_empty()) {
                if !dump_row(row, &mut bytes) {
                    draft.log.add(line.offset, "bad-dump-row", || format!("line {}: a row of the dump is damaged or out of order", line.number));
                }
            }
            Some(RegistryData::from_bytes(reg_type, bytes, false).0)
        }
    }
}

/// Adds the bytes of `00000000   13 db … - …  text`; returns whether offset and bytes are as they should be.
fn dump_row(row: &str, bytes: &mut Vec<u8>) -> bool {
    let offset = row.get(..8).and_then(|digits| usize::from_str_radix(digits, 16).ok());
    let in_order = offset == Some(bytes.len());
    let pairs = row.get(ROW).or_else(|| row.get(ROW.start..)).unwrap_or_default();
    let mut good = true;
    for pair in pairs.split_ascii_whitespace().filter(|pair| *pair != "-") {
        match u8::from_str_radix(pair, 16) {
            Ok(byte) if pair.len() == 2 => bytes.push(byte),
            _ => good = false,
        }
    }
    in_order && good
}

fn ends_value(line: &str) -> bool {
    line.trim().is_empty() || is_value_head(line) || field(line, "Key Name:").is_some()
}

fn is_value_head(line: &str) -> bool {
    line.strip_prefix("Value ").is_some_and(|number| !number.trim().is_empty() && number.trim().bytes().all(|digit| digit.is_ascii_digit()))
}

/// Returns what stands behind a label, from the data column on where the line is laid out as usual.
fn field<'a>(line: &'a str, label: &str) -> Option<&'a str> {
    let text = line.trim_start();
    if !starts_with(text, label) {
        return None;
    }
    let rest = text.get(label.len()..)?;
    let in_column = line.get(COLUMN..).filter(|data| rest.len() > data.len() && rest.ends_with(data));
    let gap = in_column.and_then(|data| rest.get(..rest.len() - data.len()));
    if gap.is_some_and(|gap| gap.trim().is_empty()) { in_column } else { Some(rest.trim()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Limits, formats::reg::parse};

    const TEXT: &str = "Key Name:          SYSTEM\\X\r\nClass Name:        <NO CLASS>\r\nLast Write Time:   11/5/97 - 2:51 PM\r\nValue 0\r\n  \
        Name:            <NO NAME>\r\n  Type:            REG_SZ\r\n  Data:             kept blank\r\n\r\nValue 1\r\n  Name:            List\r\n  \
        Type:            REG_MULTI_SZ\r\n  Data:            10.0.0.0;255.0.0.0\r\n                   192.168.42.1\r\n\r\nValue 2\r\n  \
        Name:            Blob\r\n  Type:            REG_BINARY\r\n  Data:            \r\n\
        00000000   13 db b0 c8 aa 05 10 1a - 9b b0 00 aa 00 2f c4 5a  ............./.Z\r\n\
        00000010   41 42                                              AB\r\n\r\nValue 3\r\n  \
        Name:            N\r\n  Type:            REG_DWORD\r\n  Data:            0x2\r\n\r\n";

    #[test]
    fn all_kinds_of_data_are_read() {
        let decoded = parse(TEXT.as_bytes(), &Limits::default());
        assert_eq!(decoded.anomalies, []);
        let key = &decoded.value.keys[0];
        assert_eq!(key.last_write, Some(LastWrite::AsWritten("11/5/97 - 2:51 PM".into())));
        assert_eq!((key.values[0].name.as_str(), key.values[0].data.text()), ("", Some(" kept blank")));
        assert_eq!(key.values[1].data.strings().unwrap(), ["10.0.0.0;255.0.0.0", "192.168.42.1"]);
        assert_eq!(key.values[2].data.bytes.len(), 18);
        assert_eq!(key.values[2].data.bytes[16..], *b"AB");
        assert_eq!(key.values[3].data.dword(), Some(2));
        assert_eq!((key.values[3].place.line, key.values[3].raw.as_deref()), (Some(22), Some("0x2")));
    }

    #[test]
    fn rows_out_of_order_are_told() {
        let text = TEXT.replace("00000010", "00000020");
        assert_eq!(parse(text.as_bytes(), &Limits::default()).anomalies[0].code, "bad-dump-row");
    }
}
