//! REGINI scripts: indentation makes subkeys, `name = TYPE data` makes values, REG_SZ is the default type.
//!
//! `name = DELETE` is a directive to delete a value. A backslash at the end of a line continues it, but for text only behind a blank:
//! `RootDir = C:\mail\` is a path, not a continuation. Access lists behind a key (`[1 5 7]`) are recognised and left out.

use crate::base::Line;

use super::{
    RegType, RegistryData,
    detect::{is_root, starts_with},
    draft::{Draft, Written},
    escape::{closing_quote, unescape},
    numerals::number,
};

/// Reads all keys and values.
pub(super) fn read(draft: &mut Draft<'_>) {
    let mut parents: Vec<(usize, String)> = Vec::new();
    let mut budget = draft.limits.file_bytes;
    while let Some(line) = draft.lines.next() {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with(';') {
            continue;
        }
        let indent = width(line.text);
        while parents.last().is_some_and(|(parent, _)| *parent >= indent) {
            parents.pop();
        }
        if split_value(text).is_some() {
            value_line(draft, &line, &parents);
        } else if parents.len() >= draft.limits.nesting {
            draft.bad_line(&line, "too-deep", "the key lies deeper than keys are followed");
        } else {
            let name = without_access_list(text);
            let path = match parents.last() {
                Some((_, parent)) if !is_absolute(name) => format!("{parent}\\{name}"),
                _ => name.to_owned(),
            };
            // Every level repeats the names above it, so that the sum is bounded and not only the depth.
            budget = budget.saturating_sub(path.len() as u64);
            if budget == 0 {
                draft.bad_line(&line, "too-many-keys", "the paths of all keys together are too long");
                return;
            }
            draft.open_key(&path, &line, false);
            parents.push((indent, path));
        }
    }
}

/// Adds a value to the innermost key that stands further to the left.
fn value_line(draft: &mut Draft<'_>, line: &Line<'_>, parents: &[(usize, String)]) {
    let Some((_, path)) = parents.last() else {
        draft.bad_line(line, "value-without-key", "a value stands before the first key");
        return;
    };
    draft.return_to(path, line);
    let indent = line.text.len() - line.text.trim_start().len();
    let text = line.text.trim();
    let Some((name, data_at)) = split_value(text) else { return };
    let start = line.start + indent + data_at;
    let (data, end) = joined(draft, line, start);
    let range = start..end;
    if data.trim().eq_ignore_ascii_case("DELETE") {
        draft.add_deletion(name, line, Written { data: RegistryData::untyped(""), range });
        return;
    }
    let (type_name, rest) = data.split_once([' ', '\t']).unwrap_or((&data, ""));
    let (reg_type, rest) = match RegType::from_name(type_name) {
        Some(reg_type) => (reg_type, rest.trim()),
        None => (RegType::SZ, data.trim()),
    };
    let data = typed(reg_type, rest).unwrap_or_else(|| {
        draft.bad_line(line, "bad-data", "the data does not fit its type");
        RegistryData::from_bytes(reg_type, Vec::new(), false).0
    });
    draft.add_value(name, line, Written { data, range });
}

fn typed(reg_type: RegType, text: &str) -> Option<RegistryData> {
    match reg_type {
        RegType::MULTI_SZ => Some(RegistryData::from_strings(quoted_strings(text))),
        RegType::SZ | RegType::EXPAND_SZ | RegType::LINK => Some(RegistryData::from_text(reg_type, unquoted(text).to_owned())),
        RegType::DWORD | RegType::DWORD_BIG_ENDIAN | RegType::QWORD => RegistryData::from_spelled(reg_type, text),
        _ => binary(text).map(|bytes| RegistryData::from_bytes(reg_type, bytes, false).0),
    }
}

/// Reads the number of bytes and the bytes as little-endian dwords.
fn binary(text: &str) -> Option<Vec<u8>> {
    let mut numbers = text.split_ascii_whitespace();
    let length = usize::try_from(number(numbers.next()?)?).ok()?;
    let mut bytes = Vec::new();
    for dword in numbers {
        bytes.extend_from_slice(&number(dword)?.to_le_bytes());
    }
    let complete = length <= bytes.len();
    bytes.truncate(length);
    complete.then_some(bytes)
}

/// Joins a value's text with its continuation lines; returns the end in the text as well.
fn joined(draft: &mut Draft<'_>, line: &Line<'_>, start: usize) -> (String, usize) {
    let mut end = line.start + line.text.trim_end().len();
    let mut data = draft.file.text.get(start..end).unwrap_or_default().to_owned();
    let is_text = RegType::from_name(data.split([' ', '\t']).next().unwrap_or_default())
        .is_none_or(|reg_type| matches!(reg_type, RegType::SZ | RegType::EXPAND_SZ | RegType::LINK));
    while data.ends_with('\\') && (!is_text || data.ends_with(" \\")) {
        let Some(next) = draft.lines.next() else { break };
        data.pop();
        data.push_str(next.text.trim());
        end = next.start + next.text.trim_end().len();
    }
    (data, end)
}

/// Splits `"a" "b"` or `a b` into strings; also used by ini text.
pub(super) fn quoted_strings(text: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (string, after) = if let Some(inner) = rest.strip_prefix('"') {
            let end = closing_quote(inner).unwrap_or(inner.len());
            let quoted = inner.get(..end).unwrap_or_default();
            (unescape(quoted).0, inner.get(end + 1..).unwrap_or_default())
        } else {
            let (word, after) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
            (word.to_owned(), after)
        };
        strings.push(string);
        rest = after.trim_start();
    }
    strings
}

/// Returns text without the quotes around it.
pub(super) fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(text)
}

/// Splits `name = data`; the name may stand in quotes.
fn split_value(text: &str) -> Option<(String, usize)> {
    let quoted = text.strip_prefix('"').and_then(|inner| Some((inner, closing_quote(inner)?)));
    let (name, after) = if let Some((inner, end)) = quoted {
        (unescape(inner.get(..end)?).0, end + 2)
    } else {
        let sign = text.find('=')?;
        (text.get(..sign)?.trim_end().to_owned(), sign)
    };
    let rest = text.get(after..)?;
    let data = rest.trim_start().strip_prefix('=')?.trim_start();
    let name = if name == "@" { String::new() } else { name };
    Some((name, text.len() - data.len()))
}

fn is_absolute(name: &str) -> bool {
    starts_with(name, "\\Registry\\") || is_root(name)
}

fn without_access_list(text: &str) -> &str {
    let list = text.strip_suffix(']').and_then(|open| open.rsplit_once('['));
    match list {
        Some((path, numbers)) if !path.is_empty() && numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ') => path.trim_end(),
        _ => text,
    }
}

/// The column of the first character, a tab reaching to the next multiple of eight.
fn width(line: &str) -> usize {
    line.chars().take_while(|c| matches!(c, ' ' | '\t')).fold(0, |column, c| if c == '\t' { (column / 8 + 1) * 8 } else { column + 1 })
}

#[cfg(test)]
mod tests {
    use crate::{
        base::Limits,
        formats::reg::{RegistryShape, parse},
    };

    const SCRIPT: &str = "\\Registry\\Machine\\System\\X [1 5]\r\n    Start = REG_DWORD 0x2\r\n    Parameters\r\n        RootDir = C:\\mail\\\r\n        \
        List = REG_MULTI_SZ \"a;b\" \"c\"\r\n        Blob = REG_BINARY 0x6 0x01020304 \\\r\n           0x00000605\r\n        Old = DELETE\r\n    Type = REG_DWORD 16\r\n";

    #[test]
    fn indentation_makes_keys_and_values_return_to_their_key() {
        let decoded = parse(SCRIPT.as_bytes(), &Limits::default());
        assert_eq!(decoded.value.shape, RegistryShape::Regini);
        let keys = &decoded.value.keys;
        let paths: Vec<_> = keys.iter().map(|key| key.path.as_str()).collect();
        assert_eq!(paths, ["\\Registry\\Machine\\System\\X", "\\Registry\\Machine\\System\\X\\Parameters", "\\Registry\\Machine\\System\\X"]);
        assert_eq!(keys[0].values[0].data.dword(), Some(2));
        assert_eq!(keys[1].values[0].data.text(), Some("C:\\mail\\"));
        assert_eq!(keys[1].values[1].data.strings().unwrap(), ["a;b", "c"]);
        assert_eq!(keys[1].values[2].data.bytes, [4, 3, 2, 1, 5, 6]);
        assert!(keys[1].values[3].deleted);
        assert_eq!(keys[2].values[0].data.dword(), Some(16));
    }

    #[test]
    fn data_that_does_not_fit_is_told() {
        let decoded = parse(b"HKLM\\a\n b = REG_DWORD x\n c = REG_BINARY 9 1\n", &Limits::default());
        assert_eq!(decoded.value.bad_lines.iter().map(|line| line.code).collect::<Vec<_>>(), ["bad-data", "bad-data"]);
        assert_eq!(decoded.value.keys[0].values.len(), 2);
    }

    #[test]
    fn deep_keys_are_bounded() {
        let script = (0..200).fold("HKLM\\a\n".to_owned(), |script, depth| script + &" ".repeat(depth + 1) + "k\n");
        let decoded = parse(script.as_bytes(), &Limits::default());
        assert!(decoded.value.keys.len() <= Limits::default().nesting + 1);
        assert!(decoded.anomalies.iter().any(|anomaly| anomaly.code == "too-deep"));
    }
}
