//! Names of character sets to code pages: MIME names (IANA and what mailers of the time wrote) and RTF `\fcharset` numbers.
//!
//! Follows the WHATWG labels of encoding_rs, but for the sets that those fold together: mail that says ISO-8859-1 or US-ASCII means it.

use super::CodePage;

/// Names that the WHATWG labels lack or read too widely, in lower case, sorted.
const ALIASES: &[(&str, u32)] = &[
    ("ansi_x3.4-1968", 20127),
    ("ascii", 20127),
    ("cp437", 437),
    ("cp819", 28591),
    ("cp850", 850),
    ("csisolatin1", 28591),
    ("csksc56011987", 949),
    ("cspc850multilingual", 850),
    ("cspc8codepage437", 437),
    ("cspcp852", 852),
    ("csunicode11utf7", 65000),
    ("euc-cn", 936),
    ("gb2312-80", 936),
    ("gb_2312-80", 936),
    ("hz-gb-2312", 52936),
    ("iso-2022-kr", 50225),
    ("iso-8859-1", 28591),
    ("iso-8859-11", 28601),
    ("iso-8859-9", 28599),
    ("iso-ir-100", 28591),
    ("iso-ir-6", 20127),
    ("iso646-us", 20127),
    ("iso8859-1", 28591),
    ("iso_8859-1", 28591),
    ("iso_8859-1:1987", 28591),
    ("johab", 1361),
    ("ks_c_5601", 949),
    ("l1", 28591),
    ("latin1", 28591),
    ("tis-620", 28601),
    ("unicode-1-1-utf-7", 65000),
    ("unicode-1-1-utf-8", 65001),
    ("us", 20127),
    ("us-ascii", 20127),
    ("utf-7", 65000),
    ("utf7", 65000),
    ("x-johab", 1361),
    ("x-unicode-2-0-utf-7", 65000),
    ("x-unicode-2-0-utf-8", 65001),
];

/// Canonical WHATWG names, in lower case, sorted.
const WHATWG: &[(&str, u32)] = &[
    ("big5", 950),
    ("euc-jp", 51932),
    ("euc-kr", 949),
    ("gb18030", 54936),
    ("gbk", 936),
    ("ibm866", 866),
    ("iso-2022-jp", 50220),
    ("iso-8859-10", 28600),
    ("iso-8859-13", 28603),
    ("iso-8859-14", 28604),
    ("iso-8859-15", 28605),
    ("iso-8859-16", 28606),
    ("iso-8859-2", 28592),
    ("iso-8859-3", 28593),
    ("iso-8859-4", 28594),
    ("iso-8859-5", 28595),
    ("iso-8859-6", 28596),
    ("iso-8859-7", 28597),
    ("iso-8859-8", 28598),
    ("iso-8859-8-i", 38598),
    ("koi8-r", 20866),
    ("koi8-u", 21866),
    ("macintosh", 10000),
    ("shift_jis", 932),
    ("utf-16be", 1201),
    ("utf-16le", 1200),
    ("utf-8", 65001),
    ("windows-1250", 1250),
    ("windows-1251", 1251),
    ("windows-1252", 1252),
    ("windows-1253", 1253),
    ("windows-1254", 1254),
    ("windows-1255", 1255),
    ("windows-1256", 1256),
    ("windows-1257", 1257),
    ("windows-1258", 1258),
    ("windows-874", 874),
    ("x-mac-cyrillic", 10007),
];

/// RTF character sets ([MS-RTF] fcharset), sorted. 1 (default) and 2 (symbol) name no page.
const RTF: &[(u8, u32)] = &[
    (0, 1252),
    (77, 10000),
    (78, 932),
    (128, 932),
    (129, 949),
    (130, 1361),
    (134, 936),
    (136, 950),
    (161, 1253),
    (162, 1254),
    (163, 1258),
    (177, 1255),
    (178, 1256),
    (179, 1256),
    (180, 1256),
    (181, 1255),
    (186, 1257),
    (204, 1251),
    (222, 874),
    (238, 1250),
    (254, 437),
    (255, 850),
];

impl CodePage {
    /// Returns the code page of a MIME character set name; none when nobody knows the name.
    #[must_use]
    pub fn from_charset(name: &str) -> Option<Self> {
        let name = name.trim_matches(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'').to_ascii_lowercase();
        let row = |table: &[(&str, u32)], name: &str| {
            table.binary_search_by(|(each, _)| (*each).cmp(name)).ok().and_then(|at| table.get(at)).map(|row| row.1)
        };
        if let Some(page) = row(ALIASES, &name) {
            return Some(Self(page));
        }
        if let Some(encoding) = encoding_rs::Encoding::for_label(name.as_bytes()) {
            return row(WHATWG, &encoding.name().to_ascii_lowercase()).map(Self);
        }
        let digits = ["windows-", "x-cp", "cp-", "cp", "ibm-", "ibm", "dos-", "x-ibm", ""].iter().find_map(|prefix| name.strip_prefix(prefix))?;
        digits.parse().ok().map(Self).filter(|page| page.0 > 1 && page.is_known())
    }

    /// Returns the code page of an RTF `\fcharset`; none for the default and for symbol fonts.
    #[must_use]
    pub fn from_rtf_charset(charset: u8) -> Option<Self> {
        RTF.binary_search_by_key(&charset, |row| row.0).ok().and_then(|at| RTF.get(at)).map(|row| Self(row.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, page: Option<u32>) {
        assert_eq!(CodePage::from_charset(name), page.map(CodePage), "{name}");
    }

    #[test]
    fn names_that_mailers_wrote_are_known() {
        check("ISO-8859-1", Some(28591));
        check("\"us-ascii\"", Some(20127));
        check("Windows-1252", Some(1252));
        check("KS_C_5601-1987", Some(949));
        check("iso-2022-kr", Some(50225));
        check("shift-jis", Some(932));
        check("x-sjis", Some(932));
        check("cp850", Some(850));
        check("IBM775", Some(775));
        check("utf-16", Some(1200));
        check("unknown-8bit", None);
        check("x-user-defined", None);
        check("", None);
        check("0", None);
    }

    #[test]
    fn tables_are_sorted_and_their_pages_known() {
        for table in [ALIASES, WHATWG] {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0));
            assert!(table.iter().all(|row| CodePage(row.1).is_known()));
        }
        assert!(RTF.is_sorted_by(|a, b| a.0 < b.0));
        assert!(RTF.iter().all(|row| CodePage(row.1).is_known()));
    }

    #[test]
    fn rtf_character_sets_have_pages() {
        assert_eq!(CodePage::from_rtf_charset(204), Some(CodePage(1251)));
        assert_eq!(CodePage::from_rtf_charset(1), None);
    }
}
