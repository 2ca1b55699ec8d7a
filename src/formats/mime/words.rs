//! Encoded words (RFC 2047), also where mailers wrongly put them into quotes, and the guess at the characters of raw 8-bit header bytes.

use super::transfer::{base64, quoted_printable_word};
use crate::base::CodePage;

/// Header text with its encoded words decoded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct DecodedWords {
    pub(super) text: String,
    /// The first character set that nobody knows.
    pub(super) unknown_charset: Option<String>,
    /// Whether bytes did not exist in their character set.
    pub(super) lossy: bool,
}

/// An encoded word is at most 75 characters by the RFC; mailers exceeded it, but not by that much.
const MAX_WORD: usize = 1000;
const MAX_CHARSET: usize = 45;

/// Decodes raw header bytes: UTF-8 when they are that, else Windows-1252; the second value tells whether it was a guess.
pub(super) fn guess(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (CodePage::WINDOWS_1252.decode(bytes).text.into_owned(), true),
    }
}

/// Decodes the encoded words of an unfolded value. Neighbours in one character set are joined first, because some mailers split characters.
pub(super) fn decode_words(value: &str) -> DecodedWords {
    let mut decoded = DecodedWords { text: String::with_capacity(value.len()), ..DecodedWords::default() };
    let mut joined: Option<(CodePage, Vec<u8>)> = None;
    let mut rest = value;
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let word = word(from);
        let is_gap = joined.is_some() && word.is_some() && before.bytes().all(|byte| byte.is_ascii_whitespace());
        if !is_gap {
            decoded.flush(&mut joined);
            decoded.text.push_str(before);
        }
        let Some(word) = word else {
            decoded.flush(&mut joined);
            decoded.text.push_str("=?");
            rest = from.get(2..).unwrap_or_default();
            continue;
        };
        let page = CodePage::from_charset(word.charset).unwrap_or_else(|| {
            decoded.unknown_charset.get_or_insert_with(|| word.charset.to_owned());
            CodePage::WINDOWS_1252
        });
        match &mut joined {
            Some((joined_page, bytes)) if *joined_page == page => bytes.extend(word.bytes),
            _ => {
                decoded.flush(&mut joined);
                joined = Some((page, word.bytes));
            }
        }
        rest = from.get(word.length..).unwrap_or_default();
    }
    decoded.flush(&mut joined);
    decoded.text.push_str(rest);
    decoded
}

impl DecodedWords {
    fn flush(&mut self, joined: &mut Option<(CodePage, Vec<u8>)>) {
        if let Some((page, bytes)) = joined.take() {
            let text = page.decode(&bytes);
            self.lossy |= text.lossy;
            self.text.push_str(&text.text);
        }
    }
}

/// One encoded word, or several neighbours in one character set, since some mailers split characters between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedWord {
    /// The character set as named, in lower case.
    pub charset: String,
    /// The decoded bytes.
    pub bytes: Vec<u8>,
}

/// Returns the encoded words of a value, neighbours in one character set as one.
#[must_use]
pub fn encoded_words(value: &str) -> Vec<EncodedWord> {
    let mut found: Vec<EncodedWord> = Vec::new();
    let (mut rest, mut is_gap) = (value, false);
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        is_gap &= before.bytes().all(|byte| byte.is_ascii_whitespace());
        let Some(word) = word(from) else {
            (rest, is_gap) = (from.get(2..).unwrap_or_default(), false);
            continue;
        };
        let charset = word.charset.to_ascii_lowercase();
        match found.last_mut().filter(|last| is_gap && last.charset == charset) {
            Some(last) => last.bytes.extend(word.bytes),
            None => found.push(EncodedWord { charset, bytes: word.bytes }),
        }
        (rest, is_gap) = (from.get(word.length..).unwrap_or_default(), true);
    }
    found
}

struct Word<'a> {
    charset: &'a str,
    bytes: Vec<u8>,
    length: usize,
}

/// Reads the encoded word that text begins with.
fn word(text: &str) -> Option<Word<'_>> {
    let inner = text.get(2..)?;
    let charset_end = inner.bytes().take(MAX_CHARSET).position(|byte| byte == b'?')?;
    let charset = inner.get(..charset_end)?;
    let (encoding, data) = inner.get(charset_end + 1..)?.split_once('?').filter(|(encoding, _)| encoding.len() == 1)?;
    let data_end = data.as_bytes().windows(2).take(MAX_WORD).position(|pair| pair == b"?=")?;
    let data = data.get(..data_end)?;
    // A language may follow the character set (RFC 2231).
    let name = charset.split('*').next().filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?;
    let bytes = match encoding {
        "B" | "b" => base64(data.as_bytes()).bytes,
        "Q" | "q" => quoted_printable_word(data.as_bytes()),
        _ => return None,
    };
    Some(Word { charset: name, bytes, length: 2 + charset_end + 1 + 2 + data_end + 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, text: &str) {
        assert_eq!(decode_words(value).text, text);
    }

    #[test]
    fn words_are_decoded_and_gaps_between_them_dropped() {
        check("=?ISO-8859-1?Q?a?= b", "a b");
        check("=?iso-8859-1?q?a?= =?iso-8859-1?Q?b_c?=", "ab c");
        check("Re: =?koi8-r?B?79Teo9Qg2sEgy9fB0tTBzA==?=", "Re: Отчёт за квартал");
        check("\"=?us-ascii*en?q?x?=\" <a@b>", "\"x\" <a@b>");
        check("=?utf-8?B?w6?==?utf-8?B?qQ==?=", "é");
    }

    #[test]
    fn words_are_told_by_character_set() {
        let words = encoded_words("Re: =?EUC-KR?B?Rnc6?= x =?shift_jis?Q?=93?=\r\n =?Shift_JIS?Q?=FA?= =?z");
        let told: Vec<_> = words.iter().map(|word| (word.charset.as_str(), word.bytes.as_slice())).collect();
        assert_eq!(told, [("euc-kr", &b"Fw:"[..]), ("shift_jis", &b"\x93\xfa"[..])]);
    }

    #[test]
    fn what_is_no_word_stays() {
        check("a =? b", "a =? b");
        check("=?x?z?y?=", "=?x?z?y?=");
        check("=?iso-8859-1?Q?Really??=", "Really?");
        assert_eq!(decode_words("=?x-nobody?Q?=E9?=").unknown_charset.as_deref(), Some("x-nobody"));
    }

    #[test]
    fn forged_starts_take_linear_time() {
        for part in ["=?", "=?a?q?", "=?a", "=?a?q?x "] {
            assert!(decode_words(&part.repeat(1 << 15)).text.len() <= part.len() << 15);
        }
    }
}
