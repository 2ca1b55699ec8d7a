//! Registry dumps: texts of every shape, hives, and the blobs of profiles.

use crate::{
    base::{Limits, Reader},
    formats::{
        profile_blob,
        reg::{self, RegType, RegistryContent, RegistryData, RegistryDump, RegistryShape, RegistryValue, canonical_path},
        regf, registry,
    },
    mapi::{PropId, PropTag, PropType},
};

use super::check;

/// Registry text in whatever shape; every key, value and bad line has its place in the file, and canonical paths have no empty parts.
pub(super) fn text(bytes: &[u8]) {
    let limits = Limits::default();
    let shape = reg::detect(bytes);
    let found = check::decoded(bytes.len(), || reg::parse(bytes, &limits));
    dump(&found, bytes.len());
    let as_any = registry::parse(bytes, &limits).value;
    assert!(shape == RegistryShape::Hive || as_any == found, "the same text is read in two ways");
}

/// A hive, told by its first bytes and read whatever they are.
pub(super) fn hive(bytes: &[u8]) {
    let limits = Limits::default();
    let found = check::decoded(bytes.len(), || regf::parse(bytes, &limits));
    assert_eq!(found.shape, RegistryShape::Hive);
    dump(&found, bytes.len());
    let unfolded: usize = found.keys.iter().map(|key| key.path.len() + key.values.iter().map(|value| value.data.bytes.len()).sum::<usize>()).sum();
    assert!(unfolded <= bytes.len().saturating_mul(64).saturating_add(8 << 20), "{unfolded} bytes out of {}", bytes.len());
    let _ = registry::parse(bytes, &limits);
}

/// A profile value: two bytes of type, one that says how the data is stated, the rest is data.
pub(super) fn profile_blob(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let (Ok(prop_type), Ok(stated)) = (reader.u16("type"), reader.u8("form")) else { return };
    let data = RegistryData {
        reg_type: RegType(u32::from(stated & 7)),
        type_stated: stated & 8 != 0,
        list_is_guessed: stated & 16 != 0,
        content: if stated & 32 == 0 { RegistryContent::Bytes } else { RegistryContent::Sz(String::from_utf8_lossy(reader.peek()).into_owned()) },
        bytes: reader.peek().to_vec(),
    };
    let size = data.bytes.len();
    for prop_type in
        [PropType(prop_type), PropType::BINARY, PropType(PropType::STRING8.0 | PropType::MULTI), PropType(PropType::LONG.0 | PropType::MULTI)]
    {
        let value = check::decoded(size, || profile_blob::decode(PropTag::new(PropId(0x6602), prop_type), &data, 0));
        let _ = value.shown();
    }
    let name = String::from_utf8_lossy(bytes);
    let _ = (profile_blob::tag_of(&name), profile_blob::section_uid(&name));
}

/// Asks of a dump what holds whatever its shape.
pub(super) fn dump(found: &RegistryDump, size: usize) {
    for key in &found.keys {
        check::place(key.place.offset, key.place.length, size);
        let canonical = canonical_path(&key.path);
        assert!(!canonical.contains("\\\\") && !canonical.ends_with('\\'), "a canonical path with an empty part: {canonical:?}");
        key.values.iter().for_each(|value| self::value(value, size));
    }
    found.bad_lines.iter().for_each(|line| check::place(line.place.offset, line.place.length, size));
    assert!(found.value_count() >= found.keys.iter().map(|key| key.values.len()).max().unwrap_or(0));
}

fn value(value: &RegistryValue, size: usize) {
    check::place(value.place.offset, value.place.length, size);
    check::place(value.data_place.offset, value.data_place.length, size);
    let data = &value.data;
    let _ = data.reg_type.to_string();
    assert!(data.dword().is_none() || data.bytes.len() == 4 || !data.bytes.is_empty() || !data.type_stated, "a number without bytes: {data:?}");
    assert_eq!(data.strings().is_some(), matches!(data.content, RegistryContent::MultiSz(_)));
    let _ = data.text();
}
