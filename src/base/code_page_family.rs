//! Code pages by the script that they are made for: pages of one family hold the same characters, more or less.

use super::CodePage;

/// The script of a code page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is the script of the same name")]
pub enum CodePageFamily {
    Latin1,
    Latin2,
    Cyrillic,
    Greek,
    Turkish,
    Japanese,
    Korean,
    SimplifiedChinese,
    TraditionalChinese,
    Unicode,
}

impl CodePage {
    /// Returns the family of the page; none for one that belongs to no family here.
    #[must_use]
    pub fn family(self) -> Option<CodePageFamily> {
        Some(match self.0 {
            1252 | 28591 | 28605 | 20127 | 20261 | 850 | 437 => CodePageFamily::Latin1,
            1250 | 28592 | 852 => CodePageFamily::Latin2,
            1251 | 20866 | 28595 | 866 => CodePageFamily::Cyrillic,
            1253 | 28597 | 737 => CodePageFamily::Greek,
            1254 | 28599 | 857 => CodePageFamily::Turkish,
            932 | 50220..=50222 | 51932 => CodePageFamily::Japanese,
            949 | 50225 | 51949 => CodePageFamily::Korean,
            936 | 52936 => CodePageFamily::SimplifiedChinese,
            950 => CodePageFamily::TraditionalChinese,
            1200 | 1201 | 65000 | 65001 => CodePageFamily::Unicode,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_script_are_one_family() {
        let family = |page| CodePage(page).family();
        assert_eq!(family(1252), family(28591));
        assert_eq!(family(1251), family(20866));
        assert_ne!(family(936), family(950));
        assert_eq!(family(874), None);
    }
}
