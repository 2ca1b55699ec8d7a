//! Ini text with key paths as sections (`Name=REG_DWORD,2`), and the Windows 3.x form without types (`key = value`).
//!
//! Both are read with tolerance: no document describes the first, and the second never had names of values. Its lines name the
//! default value of a key below HKEY_CLASSES_ROOT, the only root it knew; below any other root the last part of the path is taken
//! as the name of the value, because no key of a service keeps its settings in default values.

use crate::base::Line;

use super::{
    RegType, RegistryData,
    detect::starts_with,
    draft::{Draft, Written},
    regedit::{dword, hex_list},
    regini::{quoted_strings, unquoted},
};

/// Reads ini text.
pub(super) fn read(draft: &mut Draft<'_>) {
    while let Some(line) = draft.lines.next() {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with(';') {
            continue;
        }
        if let Some(path) = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')) {
            draft.open_key(path.trim(), &line, false);
        } else if let Some((name, data)) = text.split_once('=') {
            let name = unquoted(name.trim());
            let name = if name == "@" { String::new() } else { name.to_owned() };
            let end = line.start + line.text.trim_end().len();
            let start = end - data.trim_start().len();
            let written = typed(draft, &line, start, end);
            draft.add_value(name, &line, written);
        } else {
            draft.bad_line(&line, "damaged-line", "neither section nor value");
        }
    }
}

fn typed(draft: &mut Draft<'_>, line: &Line<'_>, start: usize, end: usize) -> Written {
    let text = draft.file.text.get(start..end).unwrap_or_default();
    if starts_with(text, "dword:") {
        return dword(draft, line, start);
    }
    if starts_with(text, "hex")
        && let Some(written) = hex_list(draft, line, start, false)
    {
        return written;
    }
    let data = match split_type(text) {
        Some((RegType::MULTI_SZ, list)) => strings(draft, line, list),
        Some((reg_type, data)) => RegistryData::from_spelled(reg_type, unquoted(data)).unwrap_or_else(|| {
            draft.bad_line(line, "bad-data", "the data does not fit its type");
            RegistryData::from_bytes(reg_type, Vec::new(), false).0
        }),
        None => RegistryData::untyped(unquoted(text)),
    };
    Written { data, range: start..end }
}

/// Splits `TYPE,data`, `TYPE data` and `(n)data`.
fn split_type(text: &str) -> Option<(RegType, &str)> {
    if let Some((number, data)) = text.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
        return number.trim().parse().ok().map(|number| (RegType(number), data.trim()));
    }
    let (name, data) = text.split_once([',', ' ', '\t']).unwrap_or((text, ""));
    RegType::from_name(name.trim()).map(|reg_type| (reg_type, data.trim()))
}

/// Splits a list at `;`, which also joins an address and its mask: an element that is a netmask stays with the one before it.
fn strings(draft: &mut Draft<'_>, line: &Line<'_>, list: &str) -> RegistryData {
    if list.starts_with('"') {
        return RegistryData::from_strings(quoted_strings(list));
    }
    let mut strings: Vec<String> = Vec::new();
    for element in list.split(';').filter(|element| !element.is_empty()) {
        match strings.last_mut() {
            Some(address) if is_netmask(element) && !address.contains(';') => {
                address.push(';');
                address.push_str(element);
            }
            _ => strings.push(element.to_owned()),
        }
    }
    let list_is_guessed = list.contains(';');
    if list_is_guessed {
        draft.log.add(line.offset, "ambiguous-list", || format!("line {}: the list is split at ';', which its elements may hold too", line.number));
    }
    RegistryData { list_is_guessed, ..RegistryData::from_strings(strings) }
}

fn is_netmask(text: &str) -> bool {
    let Ok(address) = text.trim().parse::<std::net::Ipv4Addr>() else { return false };
    let bits = address.to_bits();
    bits.leading_ones() + bits.trailing_zeros() >= 32
}

/// Reads the form without types.
pub(super) fn read_untyped(draft: &mut Draft<'_>) {
    while let Some(line) = draft.lines.next() {
        let text = line.text.trim();
        if text.is_empty() || text.starts_with(';') {
            continue;
        }
        let Some((path, data)) = text.split_once(" = ").or_else(|| text.split_once('=')) else {
            draft.bad_line(&line, "damaged-line", "a line without equals sign");
            continue;
        };
        let path = path.trim_end();
        let is_class = starts_with(path, "HKEY_CLASSES_ROOT");
        let (key, name) = if is_class { (path, "") } else { path.rsplit_once('\\').unwrap_or((path, "")) };
        if draft.keys.last().is_none_or(|last| last.path != key) {
            draft.open_key(key, &line, false);
        }
        let end = line.start + line.text.trim_end().len();
        let data = data.trim_start();
        draft.add_value(name.to_owned(), &line, Written { data: RegistryData::untyped(data), range: end - data.len()..end });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        base::Limits,
        formats::reg::{RegistryShape, parse},
    };

    #[test]
    fn every_spelling_of_ini_text_is_read() {
        let text = "[SYSTEM\\X]\r\nRootDir=REG_SZ,C:\\a, b\r\nFlags=REG_DWORD,2\r\nMore=dword:0000000a\r\nOther=(4)7\r\nBare=C:\\x\r\n\
            Blob=REG_BINARY,0403\r\nList=REG_MULTI_SZ,10.0.0.0;255.0.0.0;192.168.42.1\r\nEmpty=REG_MULTI_SZ,\r\nwhat\r\n";
        let decoded = parse(text.as_bytes(), &Limits::default());
        assert_eq!(decoded.value.shape, RegistryShape::PrivateIni);
        let data: Vec<_> = decoded.value.keys[0].values.iter().map(|value| &value.data).collect();
        assert_eq!(data[0].text(), Some("C:\\a, b"));
        assert_eq!([data[1].dword(), data[2].dword(), data[3].dword()], [Some(2), Some(10), Some(7)]);
        assert_eq!((data[4].text(), data[4].type_stated), (Some("C:\\x"), false));
        assert_eq!(data[5].bytes, [4, 3]);
        assert_eq!(data[6].strings().unwrap(), ["10.0.0.0;255.0.0.0", "192.168.42.1"]);
        assert!(data[6].list_is_guessed);
        assert!(data[7].strings().unwrap().is_empty());
        assert_eq!(decoded.anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), ["ambiguous-list", "damaged-line"]);
    }

    #[test]
    fn the_form_without_types_groups_by_key() {
        let text = "REGEDIT\r\nHKEY_LOCAL_MACHINE\\a\\b\\x = 1\r\nHKEY_LOCAL_MACHINE\\a\\b\\y = \r\nHKEY_CLASSES_ROOT\\.doc = Word.Document\r\n";
        let decoded = parse(text.as_bytes(), &Limits::default());
        let keys = &decoded.value.keys;
        assert_eq!((keys.len(), keys[0].path.as_str(), keys[0].values.len()), (2, "HKEY_LOCAL_MACHINE\\a\\b", 2));
        assert_eq!((keys[0].values[0].data.dword(), keys[0].values[1].data.text()), (Some(1), Some("")));
        assert_eq!((keys[1].path.as_str(), keys[1].values[0].name.as_str()), ("HKEY_CLASSES_ROOT\\.doc", ""));
        assert_eq!(decoded.anomalies, []);
    }
}
