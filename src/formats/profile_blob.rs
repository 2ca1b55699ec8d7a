//! Properties of MAPI profiles as the registry stores them: names of values, ids of sections, data by property type.
//!
//! The name of a value is the type and the id in eight hexadecimal digits (`001e660e` is 0x660E001E: Q175107, Q133188); the name of
//! a section its MAPIUID in storage order. String lists are a count, offsets and strings (Q183015). The other encodings are
//! general MAPI knowledge. PT_MV_BINARY and PT_OBJECT stay bytes, because nothing documents how profiles store them.

use crate::{
    base::{Anomaly, CodePage, Decoded, Reader, Timestamp, hex},
    mapi::{Guid, PropId, PropTag, PropType},
};

use super::reg::{RegType, RegistryContent, RegistryData};

/// Strings of one list; the count of a forged blob may promise any number.
const MAX_STRINGS: u32 = 1000;

/// The value of a profile property.
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileValue {
    /// PT_STRING8 or PT_UNICODE.
    Text(String),
    /// PT_I2.
    I2(i16),
    /// PT_LONG.
    Long(i32),
    /// PT_R4.
    R4(f32),
    /// PT_R8 and PT_APPTIME.
    R8(f64),
    /// PT_BOOLEAN.
    Boolean(bool),
    /// PT_I8 and PT_CURRENCY.
    I8(i64),
    /// PT_SYSTIME as a raw FILETIME.
    SysTime(u64),
    /// PT_ERROR.
    Error(u32),
    /// PT_CLSID.
    Clsid(Guid),
    /// PT_BINARY.
    Binary(Vec<u8>),
    /// PT_MV_STRING8, as many strings as could be read.
    Strings(Vec<String>),
    /// PT_MV_LONG.
    Longs(Vec<i32>),
    /// Bytes of another type, or that do not fit their type.
    Unknown(Vec<u8>),
}

/// Returns the tag of a value name: eight hexadecimal digits, the type first.
#[must_use]
pub fn tag_of(name: &str) -> Option<PropTag> {
    let is_hex = name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = is_hex.then(|| u32::from_str_radix(name, 16).ok())??;
    let [id_low, id_high, type_low, type_high] = number.to_le_bytes();
    Some(PropTag::new(PropId(u16::from_le_bytes([id_low, id_high])), PropType(u16::from_le_bytes([type_low, type_high]))))
}

/// Returns the MAPIUID of a section name: 32 hexadecimal digits.
#[must_use]
pub fn section_uid(name: &str) -> Option<[u8; 16]> {
    let is_hex = name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u128::from_str_radix(name, 16).ok().map(u128::to_be_bytes)).flatten()
}

/// Decodes the data of a profile value that begins at `offset` of its file.
#[must_use]
pub fn decode(tag: PropTag, data: &RegistryData, offset: u64) -> Decoded<ProfileValue> {
    let mut anomalies = Vec::new();
    if data.type_stated && !fits(tag.prop_type(), data) {
        let text = format!("{} holds {} of {} bytes", tag.prop_type().name().unwrap_or_default(), data.reg_type, data.bytes.len());
        anomalies.push(Anomaly::new(offset, "profile-value-type", text));
    }
    let value = match (&data.content, data.dword()) {
        (_, Some(number)) if tag.prop_type() == PropType::LONG => ProfileValue::Long(number.cast_signed()),
        (RegistryContent::Sz(text) | RegistryContent::ExpandSz(text), _) => ProfileValue::Text(text.clone()),
        (RegistryContent::MultiSz(strings), _) => ProfileValue::Strings(strings.clone()),
        _ if tag.prop_type() == PropType(PropType::MULTI | PropType::STRING8.0) => strings(&data.bytes, offset, &mut anomalies),
        _ => of_bytes(tag.prop_type(), &data.bytes).unwrap_or_else(|| ProfileValue::Unknown(data.bytes.clone())),
    };
    Decoded { value, anomalies }
}

/// Returns whether registry type and length are those of the property type.
fn fits(prop_type: PropType, data: &RegistryData) -> bool {
    let is_binary = data.reg_type == RegType::BINARY;
    let length = match prop_type {
        PropType::STRING8 => return data.text().is_some(),
        PropType::I2 | PropType::BOOLEAN => 2,
        PropType::LONG | PropType::R4 | PropType::ERROR => 4,
        PropType::R8 | PropType::APPTIME | PropType::CURRENCY | PropType::I8 | PropType::SYSTIME => 8,
        PropType::CLSID => 16,
        other if other.name().is_some() => return is_binary,
        _ => return true,
    };
    is_binary && data.bytes.len() == length
}

fn of_bytes(prop_type: PropType, bytes: &[u8]) -> Option<ProfileValue> {
    let i8 = || bytes.try_into().ok().map(i64::from_le_bytes).map(ProfileValue::I8);
    let r8 = || bytes.try_into().ok().map(f64::from_le_bytes).map(ProfileValue::R8);
    match prop_type {
        PropType::UNICODE => Some(ProfileValue::Text(utf16(bytes))),
        PropType::I2 => bytes.try_into().ok().map(i16::from_le_bytes).map(ProfileValue::I2),
        PropType::LONG => bytes.try_into().ok().map(i32::from_le_bytes).map(ProfileValue::Long),
        PropType::ERROR => bytes.try_into().ok().map(u32::from_le_bytes).map(ProfileValue::Error),
        PropType::R4 => bytes.try_into().ok().map(f32::from_le_bytes).map(ProfileValue::R4),
        PropType::R8 | PropType::APPTIME => r8(),
        PropType::CURRENCY | PropType::I8 => i8(),
        PropType::SYSTIME => bytes.try_into().ok().map(u64::from_le_bytes).map(ProfileValue::SysTime),
        // Two bytes by the later profiles that are known, four accepted.
        PropType::BOOLEAN if matches!(bytes.len(), 2 | 4) => Some(ProfileValue::Boolean(bytes.iter().any(|byte| *byte != 0))),
        PropType::CLSID => bytes.try_into().ok().map(Guid).map(ProfileValue::Clsid),
        PropType::BINARY => Some(ProfileValue::Binary(bytes.to_vec())),
        PropType(0x1003) => longs(bytes),
        _ => None,
    }
}

fn utf16(bytes: &[u8]) -> String {
    CodePage::UTF_16LE.decode(bytes).text.trim_end_matches('\0').to_owned()
}

fn longs(bytes: &[u8]) -> Option<ProfileValue> {
    let mut reader = Reader::new(bytes);
    let count = reader.len("count").ok()?;
    let (values, rest) = reader.rest().as_chunks::<4>();
    let complete = count == values.len() && rest.is_empty();
    complete.then(|| ProfileValue::Longs(values.iter().map(|value| i32::from_le_bytes(*value)).collect()))
}

/// Reads a list of strings; each deviation from its layout is told once, with the place in the blob.
fn strings(bytes: &[u8], offset: u64, anomalies: &mut Vec<Anomaly>) -> ProfileValue {
    let mut bad = |code: &'static str, text: String| anomalies.push(Anomaly::new(offset, code, text));
    let mut reader = Reader::new(bytes);
    let Ok(count) = reader.u32("count") else {
        bad("mv-string-count", format!("{} bytes are too few for the count of a string list", bytes.len()));
        return ProfileValue::Unknown(bytes.to_vec());
    };
    let head = u64::from(count) * 4 + 4;
    if head > bytes.len() as u64 || count > MAX_STRINGS {
        bad("mv-string-count", format!("the list counts {count} strings, the blob has {} bytes", bytes.len()));
    }
    let mut strings = Vec::new();
    let mut before = None;
    // Strings that do not overlap are never longer than the blob; forged ones would cost its length each.
    let mut left = bytes.len();
    for index in 0..count.min(MAX_STRINGS) {
        let Ok(start) = reader.u32("string offset") else { break };
        if let Some(code) = misplaced(start, head, before) {
            bad(code, format!("offset {index} of {count} is {start:#x}"));
        }
        before = Some(start);
        if left == 0 {
            bad("mv-string-overlap", format!("string {index} of {count} and those behind it overlap others and are left out"));
            break;
        }
        let string = usize::try_from(start).ok().and_then(|start| bytes.get(start..)).filter(|string| !string.is_empty());
        match string.map(text_before_nul) {
            Some((text, terminated)) => {
                if !terminated {
                    bad("mv-string-unterminated", format!("string {index} of {count} at {start:#x} has no terminator"));
                }
                left = left.saturating_sub(text.len() + 1);
                strings.push(text);
            }
            None => bad("mv-string-outside", format!("offset {index} of {count} is {start:#x}, the blob has {} bytes", bytes.len())),
        }
    }
    ProfileValue::Strings(strings)
}

/// Returns what is wrong with the offset of a string: the first follows the offsets, each other one the one before.
fn misplaced(start: u32, head: u64, before: Option<u32>) -> Option<&'static str> {
    match before {
        None => (u64::from(start) != head).then_some("mv-string-first-offset"),
        Some(before) => (start <= before).then_some("mv-string-order"),
    }
}

/// Returns the text before the first NUL and whether there is one.
fn text_before_nul(bytes: &[u8]) -> (String, bool) {
    let end = bytes.iter().position(|byte| *byte == 0);
    let text = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
    (CodePage::WINDOWS_1252.decode(text).text.into_owned(), end.is_some())
}

impl ProfileValue {
    /// Returns the value as text: numbers in decimal, bytes in hexadecimal, lists joined.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::I2(number) => number.to_string(),
            Self::Long(number) => format!("{number} ({number:#x})"),
            Self::R4(number) => number.to_string(),
            Self::R8(number) => number.to_string(),
            Self::Boolean(flag) => flag.to_string(),
            Self::I8(number) => number.to_string(),
            Self::SysTime(ticks) => Timestamp::from_filetime(*ticks).map_or_else(|| format!("no time ({ticks})"), |time| time.to_string()),
            Self::Error(code) => format!("error {code:#010x}"),
            Self::Clsid(guid) => format!("{{{guid}}}"),
            Self::Strings(strings) => strings.join("\n"),
            Self::Longs(numbers) => numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            Self::Binary(bytes) | Self::Unknown(bytes) => hex(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(bytes: &[u8]) -> RegistryData {
        RegistryData { reg_type: RegType::BINARY, type_stated: true, list_is_guessed: false, content: RegistryContent::Bytes, bytes: bytes.to_vec() }
    }

    #[track_caller]
    fn check(name: &str, bytes: &[u8], value: &ProfileValue, codes: &[&str]) {
        let decoded = decode(tag_of(name).unwrap(), &binary(bytes), 0);
        assert_eq!(decoded.value, *value);
        assert_eq!(decoded.anomalies.iter().map(|anomaly| anomaly.code).collect::<Vec<_>>(), codes);
    }

    fn list(strings: &[&str]) -> ProfileValue {
        ProfileValue::Strings(strings.iter().map(|&text| text.to_owned()).collect())
    }

    #[test]
    fn names_carry_the_type_first() {
        assert_eq!(tag_of("001e660e"), Some(PropTag(0x660E_001E)));
        assert_eq!(tag_of("101E6613"), Some(PropTag(0x6613_101E)));
        assert_eq!(tag_of("+01e660e"), None);
        assert_eq!(tag_of("LastResult"), None);
        assert_eq!(section_uid("13dbb0c8aa05101a9bb000aa002fc45a").unwrap()[..4], [0x13, 0xDB, 0xB0, 0xC8]);
        assert_eq!(section_uid("13dbb0c8"), None);
    }

    #[test]
    fn data_are_read_by_the_type_of_the_property() {
        check("00036651", &[0x6E, 0, 0, 0], &ProfileValue::Long(110), &[]);
        check("000b6606", &[1, 0], &ProfileValue::Boolean(true), &[]);
        check("01023414", &[1, 2], &ProfileValue::Binary(vec![1, 2]), &[]);
        check("10036600", &[1, 0, 0, 0, 7, 0, 0, 0], &ProfileValue::Longs(vec![7]), &[]);
        check("001f3001", b"a\0\0\0", &ProfileValue::Text("a".to_owned()), &[]);
        check("00036651", &[0x6E], &ProfileValue::Unknown(vec![0x6E]), &["profile-value-type"]);
    }

    #[test]
    fn the_layout_of_the_knowledge_base_is_clean() {
        let blob = b"\x02\0\0\0\x0c\0\0\0\x19\0\0\0ncalrpc:SRV1\0ncacn_ip_tcp:srv1.example.com\0";
        check("101e6613", blob, &list(&["ncalrpc:SRV1", "ncacn_ip_tcp:srv1.example.com"]), &[]);
        check("101e6613", &[0; 4], &list(&[]), &[]);
    }

    #[test]
    fn each_deviation_of_a_string_list_is_told() {
        check("101e6613", b"\x06\0\0\0\x1c\0\0\0\x2d\0\0\0", &list(&[]), &["mv-string-count", "mv-string-outside", "mv-string-outside"]);
        check("101e6613", b"\x01\0\0\0\x09\0\0\0xa\0", &list(&["a"]), &["mv-string-first-offset"]);
        check("101e6613", b"\x02\0\0\0\x0c\0\0\0\x0c\0\0\0a\0", &list(&["a", "a"]), &["mv-string-order"]);
        check("101e6613", b"\x01\0\0\0\x08\0\0\0ab", &list(&["ab"]), &["mv-string-unterminated"]);
        check("101e6613", b"\x01", &ProfileValue::Unknown(vec![1]), &["mv-string-count"]);
    }

    #[test]
    fn strings_that_overlap_cost_no_more_than_the_blob() {
        let mut blob = 1000_u32.to_le_bytes().to_vec();
        blob.extend((0..1000).flat_map(|index: u32| (4004 + index).to_le_bytes()));
        blob.resize(200_000, b'x');
        let decoded = decode(tag_of("101e6613").unwrap(), &binary(&blob), 0);
        let ProfileValue::Strings(strings) = &decoded.value else { panic!("no strings") };
        assert_eq!(strings.len(), 2);
        assert_eq!(decoded.anomalies.last().unwrap().code, "mv-string-overlap");
    }

    #[test]
    fn every_prefix_and_every_changed_byte_return() {
        let blob = b"\x02\0\0\0\x0c\0\0\0\x0e\0\0\0a\0b\0";
        let tag = tag_of("101e6613").unwrap();
        for end in 0..blob.len() {
            assert!(!decode(tag, &binary(&blob[..end]), 0).anomalies.is_empty());
        }
        for at in 0..blob.len() {
            let mut changed = blob.to_vec();
            changed[at] ^= 0xFF;
            assert!(matches!(decode(tag, &binary(&changed), 0).value, ProfileValue::Strings(_)));
        }
    }
}
