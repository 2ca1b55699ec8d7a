//! Windows, OEM and Macintosh code pages by number. A byte that the page lacks becomes U+FFFD and the text is marked lossy.

use std::borrow::Cow;

use encoding_rs::Encoding;
use oem_cp::code_table::{DECODING_TABLE_CP_MAP, ENCODING_TABLE_CP_MAP};

use super::{johab, shifted};

/// A Windows code page number, as attOemCodepage carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodePage(pub u32);

/// Decoded text and whether something was lost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<'a> {
    /// The characters.
    pub text: Cow<'a, str>,
    /// Whether bytes did not exist in the code page, or the page itself is unknown.
    pub lossy: bool,
}

impl CodePage {
    /// Western European Windows, the default where nothing else is known.
    pub const WINDOWS_1252: Self = Self(1252);
    /// UTF-8.
    pub const UTF_8: Self = Self(65001);
    /// UTF-16, little endian.
    pub const UTF_16LE: Self = Self(1200);
    /// UTF-16, big endian.
    pub const UTF_16BE: Self = Self(1201);

    /// Returns whether this number names a code page that can be decoded.
    #[must_use]
    pub fn is_known(self) -> bool {
        !matches!(self.scheme(), Scheme::Unknown)
    }

    /// Decodes bytes; pure ASCII is borrowed where the page allows it.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Text<'_> {
        let scheme = self.scheme();
        if scheme.keeps_ascii()
            && bytes.is_ascii()
            && let Ok(text) = str::from_utf8(bytes)
        {
            return Text { text: Cow::Borrowed(text), lossy: matches!(scheme, Scheme::Unknown) };
        }
        match scheme {
            Scheme::Latin1 => Text { text: bytes.iter().copied().map(char::from).collect(), lossy: false },
            Scheme::Ascii => ascii(bytes),
            Scheme::Oem(page) => oem(page, bytes),
            Scheme::Own(decode, _) => {
                let (text, lossy) = decode(bytes);
                Text { text: Cow::Owned(text), lossy }
            }
            Scheme::Whatwg(encoding) => whatwg(encoding, bytes),
            Scheme::Unknown => Text { lossy: true, ..whatwg(encoding_rs::WINDOWS_1252, bytes) },
        }
    }

    /// Encodes text; none when the page lacks a character or is unknown.
    #[must_use]
    pub fn encode(self, text: &str) -> Option<Vec<u8>> {
        match self.scheme() {
            Scheme::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
            Scheme::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()),
            Scheme::Oem(page) => oem_cp::encode_string_checked(text, ENCODING_TABLE_CP_MAP.get(&page)?),
            Scheme::Whatwg(encoding) if encoding == encoding_rs::UTF_16LE => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
            Scheme::Whatwg(encoding) if encoding == encoding_rs::UTF_16BE => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
            Scheme::Whatwg(encoding) => {
                let (bytes, _, lost) = encoding.encode(text);
                (!lost).then(|| bytes.into_owned())
            }
            Scheme::Own(_, encode) => encode(text),
            Scheme::Unknown => None,
        }
    }

    fn scheme(self) -> Scheme {
        use encoding_rs as e;
        Scheme::Whatwg(match self.0 {
            // CP_ACP and CP_OEMCP mean "the machine's own", which nobody wrote down: Western European is assumed.
            0 | 1 | 1252 => e::WINDOWS_1252,
            28591 => return Scheme::Latin1,
            20127 => return Scheme::Ascii,
            1361 => return Scheme::Own(johab::decode, johab::encode),
            50225 => return Scheme::Own(shifted::iso_2022_kr, decode_only),
            52936 => return Scheme::Own(shifted::hz, decode_only),
            65000 => return Scheme::Own(shifted::utf7, decode_only),
            866 => e::IBM866,
            // ISO 8859-11 is the part of the Thai page that lies above 0xA0.
            874 | 28601 => e::WINDOWS_874,
            932 => e::SHIFT_JIS,
            936 | 20936 | 51936 => e::GBK,
            949 | 51949 => e::EUC_KR,
            950 => e::BIG5,
            1200 => e::UTF_16LE,
            1201 => e::UTF_16BE,
            1250 => e::WINDOWS_1250,
            1251 => e::WINDOWS_1251,
            1253 => e::WINDOWS_1253,
            1254 | 28599 => e::WINDOWS_1254,
            1255 => e::WINDOWS_1255,
            1256 => e::WINDOWS_1256,
            1257 => e::WINDOWS_1257,
            1258 => e::WINDOWS_1258,
            10000 => e::MACINTOSH,
            10007 | 10017 => e::X_MAC_CYRILLIC,
            20866 => e::KOI8_R,
            21866 => e::KOI8_U,
            20932 | 51932 => e::EUC_JP,
            28592 => e::ISO_8859_2,
            28593 => e::ISO_8859_3,
            28594 => e::ISO_8859_4,
            28595 => e::ISO_8859_5,
            28596 => e::ISO_8859_6,
            28597 => e::ISO_8859_7,
            28598 => e::ISO_8859_8,
            38598 => e::ISO_8859_8_I,
            28600 => e::ISO_8859_10,
            28603 => e::ISO_8859_13,
            28604 => e::ISO_8859_14,
            28605 => e::ISO_8859_15,
            28606 => e::ISO_8859_16,
            50220..=50222 => e::ISO_2022_JP,
            54936 => e::GB18030,
            65001 => e::UTF_8,
            other => {
                return match u16::try_from(other) {
                    Ok(page) if DECODING_TABLE_CP_MAP.contains_key(&page) => Scheme::Oem(page),
                    _ => Scheme::Unknown,
                };
            }
        })
    }
}

enum Scheme {
    Whatwg(&'static Encoding),
    Oem(u16),
    /// Our own decoder and encoder.
    Own(fn(&[u8]) -> (String, bool), fn(&str) -> Option<Vec<u8>>),
    Latin1,
    Ascii,
    Unknown,
}

impl Scheme {
    fn keeps_ascii(&self) -> bool {
        match self {
            Self::Whatwg(encoding) => encoding.is_ascii_compatible(),
            Self::Own(..) => false,
            _ => true,
        }
    }
}

fn whatwg<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Text<'a> {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    Text { text, lossy }
}

/// The encoder of a page that is only ever read.
fn decode_only(_: &str) -> Option<Vec<u8>> {
    None
}

fn ascii(bytes: &[u8]) -> Text<'_> {
    Text { text: bytes.iter().map(|&byte| if byte.is_ascii() { char::from(byte) } else { char::REPLACEMENT_CHARACTER }).collect(), lossy: true }
}

fn oem(page: u16, bytes: &[u8]) -> Text<'_> {
    let Some(table) = DECODING_TABLE_CP_MAP.get(&page) else { return Text { lossy: true, ..ascii(bytes) } };
    let text = table.decode_string_lossy(bytes);
    let lossy = text.contains(char::REPLACEMENT_CHARACTER);
    Text { text: Cow::Owned(text), lossy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: u32, bytes: &[u8], text: &str) {
        assert_eq!(CodePage(page).decode(bytes), Text { text: text.into(), lossy: false });
        assert_eq!(CodePage(page).encode(text).as_deref(), Some(bytes));
    }

    #[test]
    fn the_code_pages_of_the_era_go_both_ways() {
        check(437, b"\x9abergabe", "Übergabe");
        check(850, b"R\x82union", "Réunion");
        check(1250, b"\x8elu\x9dou\xe8k\xfd", "Žluťoučký");
        check(1251, b"\xcf\xf0\xe8\xe2\xe5\xf2", "Привет");
        check(866, b"\x8f\xe0\xa8\xa2\xa5\xe2", "Привет");
        check(20866, b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет");
        check(936, b"\xc4\xe3\xba\xc3", "你好");
        check(1200, b"A\0\xe9\0", "Aé");
    }

    #[test]
    fn an_unknown_page_is_read_as_1252_and_said_to_be_lossy() {
        assert_eq!(CodePage(4711).decode(b"caf\xe9"), Text { text: "café".into(), lossy: true });
        assert!(!CodePage(4711).is_known());
        assert_eq!(CodePage(0).decode(b"caf\xe9"), Text { text: "café".into(), lossy: false });
    }

    #[test]
    fn every_page_of_the_era_is_known_and_reads_what_it_writes() {
        let latin = [437, 850, 852, 857, 858, 860, 861, 863, 865, 1250, 1252, 1254, 1257, 10000, 28591, 28592, 28594, 28599, 28605];
        let cyrillic = [855, 866, 1251, 10007, 20866, 21866, 28595];
        let groups: [(&[u32], &str); 12] = [
            (&latin, "é"),
            (&[775, 28603], "é"),
            (&cyrillic, "Пример"),
            (&[737, 869, 1253, 28597], "Ωμ"),
            (&[862, 1255, 28598, 38598], "שלום"),
            (&[1256, 28596], "سلام"),
            (&[864], "\u{fe8d}"),
            (&[874, 28601], "กุ้ง"),
            (&[932, 20932, 50220, 51932], "日本"),
            (&[949, 1361, 51949], "한글"),
            (&[936, 950, 54936], "中文"),
            (&[1258, 20127, 28593, 28600, 28604, 28606, 65001, 1200, 1201], "abc"),
        ];
        for (pages, sample) in groups {
            for &page in pages {
                let bytes = CodePage(page).encode(sample).unwrap_or_else(|| panic!("{page} does not write {sample}"));
                assert_eq!(CodePage(page).decode(&bytes), Text { text: sample.into(), lossy: false }, "page {page}");
                assert!(CodePage(page).is_known());
            }
        }
        assert!([50225, 52936, 65000].iter().all(|&page| CodePage(page).is_known()));
        // 28602 was planned for ISO 8859-12, which was never made.
        assert!(!CodePage(28602).is_known());
    }

    #[test]
    fn bytes_outside_the_page_are_lossy() {
        assert!(CodePage(20127).decode(b"\xe9").lossy);
        assert!(CodePage::UTF_8.decode(b"\xff").lossy);
    }
}
