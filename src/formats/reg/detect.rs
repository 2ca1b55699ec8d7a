//! Which shape a dump has, by its first lines.

use crate::base::TextFile;

use super::{RegistryShape, escape::split_entry};

/// Bytes that suffice to tell the shape.
const SAMPLE: usize = 64 << 10;
/// Lines that are looked through for a key when the first one tells nothing.
const LINES: usize = 64;

/// Returns the shape of a dump by its content.
#[must_use]
pub fn detect(bytes: &[u8]) -> RegistryShape {
    if bytes.starts_with(b"regf") {
        return RegistryShape::Hive;
    }
    shape_of(&TextFile::decode(bytes.get(..SAMPLE).unwrap_or(bytes)))
}

/// Returns the shape of a text.
pub(super) fn shape_of(file: &TextFile) -> RegistryShape {
    let mut lines = file.lines().map(|line| line.text.trim()).filter(|line| !line.is_empty() && !line.starts_with(';'));
    let Some(first) = lines.next() else { return RegistryShape::Unknown };
    if let Some(shape) = by_header(first) {
        return shape;
    }
    if starts_with(first, "Key Name:") {
        RegistryShape::RegEdt32
    } else if starts_with(first, "\\Registry\\") || is_root(first) {
        RegistryShape::Regini
    } else {
        // A damaged header still leaves keys and values that only one shape writes.
        by_lines(std::iter::once(first).chain(lines.take(LINES)))
    }
}

/// Returns whether a line is the header of one of the shapes that have one.
pub(super) fn by_header(line: &str) -> Option<RegistryShape> {
    let line = line.trim();
    if line.eq_ignore_ascii_case("REGEDIT4") {
        Some(RegistryShape::Regedit4)
    } else if line.eq_ignore_ascii_case("REGEDIT") {
        Some(RegistryShape::Regedit3)
    } else if starts_with(line, "Windows Registry Editor Version") {
        Some(RegistryShape::Version5)
    } else {
        None
    }
}

/// Tells texts without header apart: a key in brackets, then values with or without quotes around their names.
fn by_lines<'a>(lines: impl Iterator<Item = &'a str>) -> RegistryShape {
    let mut shape = RegistryShape::Unknown;
    for line in lines {
        if let Some(section) = line.strip_prefix('[') {
            if shape == RegistryShape::Unknown {
                shape = by_section(section.trim_start_matches('-').trim_end_matches(']'));
            }
        } else if split_entry(line).is_some_and(|(name, _)| name.is_some()) {
            return RegistryShape::Regedit4;
        } else if shape != RegistryShape::Unknown && line.contains('=') && !line.starts_with('@') {
            return RegistryShape::PrivateIni;
        }
    }
    shape
}

/// Only paths of the registry count: sections of other ini files hold backslashes too, a packing list's for one.
fn by_section(section: &str) -> RegistryShape {
    let first = section.split('\\').next().unwrap_or_default();
    let is_hive_path = section.len() > first.len() && ["SYSTEM", "SOFTWARE"].iter().any(|hive| hive.eq_ignore_ascii_case(first));
    if is_root(section) {
        RegistryShape::Regedit4
    } else if is_hive_path || is_section_id(section) {
        RegistryShape::PrivateIni
    } else {
        RegistryShape::Unknown
    }
}

/// Windows 3.x kept profiles in ini files with section ids as section names (Q175107).
fn is_section_id(section: &str) -> bool {
    section.len() == 32 && section.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn is_root(path: &str) -> bool {
    let root = path.split('\\').next().unwrap_or_default();
    starts_with(root, "HKEY_") || ["HKLM", "HKCU", "HKU", "HKCR", "HKCC"].iter().any(|short| short.eq_ignore_ascii_case(root))
}

pub(super) fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shape: RegistryShape) {
        assert_eq!(detect(text.as_bytes()), shape);
        let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(detect(&wide), shape);
    }

    #[test]
    fn content_tells_the_shape() {
        check("REGEDIT4\r\n", RegistryShape::Regedit4);
        check("\n\nregedit4", RegistryShape::Regedit4);
        check("[HKEY_LOCAL_MACHINE\\a]\n", RegistryShape::Regedit4);
        check("[-HKLM\\a]\n", RegistryShape::Regedit4);
        check("EDIT4\n\n[HKLM\\a]", RegistryShape::Regedit4);
        check("\"RootDir\"=\"C:\"", RegistryShape::Regedit4);
        check("Windows Registry Editor Version 5.00\n", RegistryShape::Version5);
        check("REGEDIT\nHKEY_CLASSES_ROOT\\a = b", RegistryShape::Regedit3);
        check("\\Registry\\Machine\\a\n  b = c", RegistryShape::Regini);
        check("HKEY_LOCAL_MACHINE\\a\n  b = c", RegistryShape::Regini);
        check("Key Name:   a\\b", RegistryShape::RegEdt32);
        check("[SYSTEM\\a]\nb=c", RegistryShape::PrivateIni);
        check("[13dbb0c8aa05101a9bb000aa002fc45a]\n001e6602=A", RegistryShape::PrivateIni);
        check("[HKEY_LOCAL_MACHINE\\a]\nb=REG_DWORD,2", RegistryShape::PrivateIni);
        check("[Mtsout\\00000001.TNF]\nsize=3", RegistryShape::Unknown);
        check("[Files]\nMtsout=1", RegistryShape::Unknown);
        check("Obj-Class,Directory Name", RegistryShape::Unknown);
        check("", RegistryShape::Unknown);
        assert_eq!(detect(b"regf\x01"), RegistryShape::Hive);
    }
}
