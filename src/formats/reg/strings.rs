//! Bytes of a typed value to text: 8-bit or UTF-16, whatever the header of the file promises.
//!
//! REGEDIT4 stores strings of hex lists in ANSI, version 5 and hives in UTF-16. Tools mix them up, so the bytes decide where they can.

use crate::base::CodePage;

use super::{RegType, RegistryContent};

/// Returns the content of bytes of a type and whether the strings had the other width than promised.
pub(super) fn content(reg_type: RegType, bytes: &[u8], wide: bool) -> (RegistryContent, bool) {
    let content = match reg_type {
        RegType::SZ | RegType::EXPAND_SZ | RegType::LINK | RegType::MULTI_SZ => return text_content(reg_type, bytes, wide),
        RegType::DWORD => bytes.try_into().map(|four| RegistryContent::Dword(u32::from_le_bytes(four))),
        RegType::DWORD_BIG_ENDIAN => bytes.try_into().map(|four| RegistryContent::DwordBigEndian(u32::from_be_bytes(four))),
        RegType::QWORD => bytes.try_into().map(|eight| RegistryContent::Qword(u64::from_le_bytes(eight))),
        _ => Ok(RegistryContent::Bytes),
    };
    (content.unwrap_or_default(), false)
}

fn text_content(reg_type: RegType, bytes: &[u8], promised_wide: bool) -> (RegistryContent, bool) {
    let wide = is_wide(bytes, promised_wide);
    let page = if wide { CodePage::UTF_16LE } else { CodePage::WINDOWS_1252 };
    let text = page.decode(bytes).text;
    let whole = || text.trim_end_matches('\0').to_owned();
    let content = match reg_type {
        RegType::MULTI_SZ => RegistryContent::MultiSz(split(&text)),
        RegType::EXPAND_SZ => RegistryContent::ExpandSz(whole()),
        RegType::LINK => RegistryContent::Link(whole()),
        _ => RegistryContent::Sz(whole()),
    };
    (content, wide != promised_wide)
}

fn split(text: &str) -> Vec<String> {
    let text = text.trim_end_matches('\0');
    if text.is_empty() { Vec::new() } else { text.split('\0').map(str::to_owned).collect() }
}

fn is_wide(bytes: &[u8], promised: bool) -> bool {
    if bytes.len() < 4 {
        // Too short to tell: an odd length is 8-bit text for certain, everything else keeps the promise.
        return promised && bytes.len().is_multiple_of(2);
    }
    if !bytes.len().is_multiple_of(2) {
        return false;
    }
    let (pairs, _) = bytes.as_chunks::<2>();
    let latin = pairs.iter().filter(|[low, high]| *low != 0 && *high == 0).count();
    let dense = pairs.iter().filter(|[low, high]| *low != 0 && *high != 0).count();
    if promised {
        let ascii = bytes.iter().all(|byte| matches!(byte, 0 | 9 | 10 | 13 | 0x20..=0x7E));
        // Printable ASCII without gaps is 8-bit text; the same bytes read as UTF-16 would be a run of rare ideographs.
        !(ascii && dense > latin)
    } else {
        latin > 0 && pairs.iter().all(|[_, high]| *high == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], promised_wide: bool, strings: &[&str], surprise: bool) {
        let strings = strings.iter().map(|&text| text.to_owned()).collect();
        assert_eq!(content(RegType::MULTI_SZ, bytes, promised_wide), (RegistryContent::MultiSz(strings), surprise));
    }

    #[test]
    fn the_bytes_decide_the_width() {
        check(b"ab\0c\0\0", false, &["ab", "c"], false);
        check(b"a\0b\0\0\0c\0\0\0\0\0", false, &["ab", "c"], true);
        check(b"a\0b\0\0\0c\0\0\0\0\0", true, &["ab", "c"], false);
        check(b"abcd\0efg\0\0", true, &["abcd", "efg"], true);
        check(b"\x2d\x4e\x87\x65\0\0\0\0", true, &["中文"], false);
        check(b"\0", false, &[], false);
        check(b"\0\0", true, &[], false);
        check(b"", true, &[], false);
    }

    #[test]
    fn missing_terminators_and_empty_strings_between_are_kept_apart() {
        check(b"ab\0\0cd", false, &["ab", "", "cd"], false);
        check(b"one two", false, &["one two"], false);
    }

    #[test]
    fn a_number_of_the_wrong_length_stays_bytes() {
        assert_eq!(content(RegType::DWORD, &[1, 0, 0, 0], false).0, RegistryContent::Dword(1));
        assert_eq!(content(RegType::DWORD_BIG_ENDIAN, &[0, 0, 0, 1], false).0, RegistryContent::DwordBigEndian(1));
        assert_eq!(content(RegType::DWORD, &[1, 0], false).0, RegistryContent::Bytes);
        assert_eq!(content(RegType::QWORD, &[1; 8], false).0, RegistryContent::Qword(0x0101_0101_0101_0101));
    }
}
