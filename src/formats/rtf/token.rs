//! RTF cut into tokens, each with its offset. Knows the syntax only, not what a word means.

use crate::base::Reader;

/// A piece of RTF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// A control word and its parameter.
    Word(&'a [u8], Option<i32>),
    /// A backslash and one other character; a bare backslash at the end is one before NUL.
    Symbol(u8),
    /// `\'hh`; none when the digits are wrong.
    Hex(Option<u8>),
    /// Plain bytes without line ends.
    Text(&'a [u8]),
    /// The bytes of `\bin` and how many it promised.
    Binary(&'a [u8], usize),
}

/// The tokens of some RTF.
pub(super) struct Tokens<'a> {
    reader: Reader<'a>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(rtf: &'a [u8]) -> Self {
        Self { reader: Reader::new(rtf) }
    }

    /// Returns what no token was made of yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.reader.peek()
    }

    fn take_while(&mut self, most: usize, accept: impl Fn(u8) -> bool) -> &'a [u8] {
        let length = self.rest().iter().take(most).take_while(|&&byte| accept(byte)).count();
        self.reader.up_to(length)
    }

    fn control(&mut self) -> Token<'a> {
        let name = self.take_while(MAX_WORD, |byte| byte.is_ascii_alphabetic());
        if name.is_empty() {
            return match self.reader.up_to(1) {
                [b'\''] => Token::Hex(self.hex()),
                [b'\r'] => {
                    self.take_while(1, |byte| byte == b'\n');
                    Token::Symbol(b'\n')
                }
                [symbol] => Token::Symbol(*symbol),
                _ => Token::Symbol(0),
            };
        }
        let value = self.parameter();
        self.take_while(1, |byte| byte == b' ');
        match (name, value.and_then(|value| usize::try_from(value).ok())) {
            (b"bin", Some(length)) => Token::Binary(self.reader.up_to(length), length),
            _ => Token::Word(name, value),
        }
    }

    fn parameter(&mut self) -> Option<i32> {
        let is_negative = matches!(self.rest(), [b'-', b'0'..=b'9', ..]);
        self.reader.up_to(usize::from(is_negative));
        let digits = self.take_while(MAX_DIGITS, |byte| byte.is_ascii_digit());
        let value: i64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        let value = if is_negative { -value } else { value };
        Some(i32::try_from(value).unwrap_or(if is_negative { i32::MIN } else { i32::MAX }))
    }

    fn hex(&mut self) -> Option<u8> {
        let digits = self.rest().get(..2).and_then(|digits| std::str::from_utf8(digits).ok())?;
        let value = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?;
        self.reader.up_to(2);
        value
    }
}

/// The specification ends a control word after 32 letters and a parameter after 10 digits.
const MAX_WORD: usize = 32;
const MAX_DIGITS: usize = 10;

impl<'a> Iterator for Tokens<'a> {
    type Item = (u64, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let is_gap = |byte| matches!(byte, b'\r' | b'\n' | 0);
        self.take_while(usize::MAX, is_gap);
        let offset = self.reader.offset();
        let token = match self.rest().first()? {
            b'{' | b'}' => {
                if self.reader.up_to(1) == b"{" {
                    Token::Open
                } else {
                    Token::Close
                }
            }
            b'\\' => {
                self.reader.up_to(1);
                self.control()
            }
            _ => Token::Text(self.take_while(usize::MAX, |byte| !is_gap(byte) && !matches!(byte, b'{' | b'}' | b'\\'))),
        };
        Some((offset, token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rtf: &[u8], tokens: &[Token<'_>]) {
        assert_eq!(Tokens::new(rtf).map(|(_, token)| token).collect::<Vec<_>>(), tokens);
    }

    #[test]
    fn words_symbols_and_text_are_told_apart() {
        check(
            b"{\\b1 x\\i-2y\\par\r\nz\\'e9\\~}",
            &[
                Token::Open,
                Token::Word(b"b", Some(1)),
                Token::Text(b"x"),
                Token::Word(b"i", Some(-2)),
                Token::Text(b"y"),
                Token::Word(b"par", None),
                Token::Text(b"z"),
                Token::Hex(Some(0xE9)),
                Token::Symbol(b'~'),
                Token::Close,
            ],
        );
    }

    #[test]
    fn binary_data_is_skipped_whole() {
        check(b"\\bin3 {\\}x", &[Token::Binary(b"{\\}", 3), Token::Text(b"x")]);
        check(b"\\bin9 ab", &[Token::Binary(b"ab", 9)]);
    }

    #[test]
    fn wrong_digits_and_huge_numbers_stay_tokens() {
        check(b"\\'g0", &[Token::Hex(None), Token::Text(b"g0")]);
        check(b"\\u99999999999x", &[Token::Word(b"u", Some(i32::MAX)), Token::Text(b"9x")]);
        check(b"\\", &[Token::Symbol(0)]);
    }
}
