//! Names of attachments, and how many bytes they take in double-byte character sets (message-vocabulary, sections 5 and 12).

use std::borrow::Cow;

use crate::{base::CodePage, formats::tnef::Attachment};

/// Returns the name of an attachment: the long one, else the short one, else nothing.
#[must_use]
pub fn attachment_name<'m>(attachment: &'m Attachment<'_>) -> Cow<'m, str> {
    attachment.long_name().or_else(|| attachment.name()).unwrap_or_default()
}

/// Returns the length of a text in ISO-2022-JP: one byte for an ASCII character, two for any other, three for each switch between them.
#[must_use]
pub fn jis_length(text: &str) -> usize {
    let mut is_double = false;
    let mut length = 0;
    for c in text.chars() {
        if c.is_ascii() == is_double {
            is_double = !is_double;
            length += 3;
        }
        length += if is_double { 2 } else { 1 };
    }
    length + if is_double { 3 } else { 0 }
}

/// Code pages whose characters take one or two bytes.
const DOUBLE_BYTE_PAGES: [CodePage; 5] = [CodePage(932), CodePage(936), CodePage(949), CodePage(950), CodePage(1361)];

/// Returns whether a character takes two bytes in a code page; where the page has no such characters, whether it does in those of East Asia.
#[must_use]
pub fn is_double_byte(c: char, page: CodePage) -> bool {
    if c.is_ascii() {
        return false;
    }
    let in_page = DOUBLE_BYTE_PAGES.contains(&page).then(|| page.encode(&c.to_string())).flatten();
    // Half-width katakana are single bytes; below the CJK radicals stand alphabets.
    in_page.map_or_else(|| c >= '\u{2E80}' && !('\u{FF61}'..='\u{FF9F}').contains(&c), |bytes| bytes.len() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_count_in_the_length() {
        assert_eq!(jis_length("a.txt"), 5);
        assert_eq!(jis_length("日本"), 3 + 4 + 3);
        assert_eq!(jis_length("a日.doc"), 1 + 3 + 2 + 3 + 4);
    }

    #[test]
    fn double_bytes_are_told_from_accents() {
        assert!(is_double_byte('日', CodePage(932)) && is_double_byte('日', CodePage::WINDOWS_1252));
        assert!(!is_double_byte('ü', CodePage::WINDOWS_1252) && !is_double_byte('ｱ', CodePage(932)) && !is_double_byte('a', CodePage(932)));
    }
}
