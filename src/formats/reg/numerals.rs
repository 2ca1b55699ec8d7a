//! Numbers and bytes as the text shapes spell them.

/// Reads `0x` hexadecimal or decimal numerals.
pub(super) fn number(text: &str) -> Option<u32> {
    wide_number(text).and_then(|value| u32::try_from(value).ok())
}

/// Reads the same numerals up to 64 bits.
pub(super) fn wide_number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { u64::from_str_radix(digits, radix).ok() } else { None }
}

/// Reads pairs of hexadecimal digits, with or without blanks or commas between.
pub(super) fn hex_digits(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut high = None;
    for c in text.chars().filter(|c| !matches!(c, ' ' | '\t' | ',')) {
        let digit = u8::try_from(c.to_digit(16)?).ok()?;
        high = match high {
            None => Some(digit),
            Some(high) => {
                bytes.push(high << 4 | digit);
                None
            }
        };
    }
    high.is_none().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_decimal_or_marked_hexadecimal() {
        assert_eq!(number("16"), Some(16));
        assert_eq!(number("0x10"), Some(16));
        assert_eq!(number("4294967296"), None);
        assert_eq!(number("+1"), None);
        assert_eq!(number(""), None);
        assert_eq!(number("ten"), None);
    }

    #[test]
    fn bytes_are_pairs_of_digits() {
        assert_eq!(hex_digits("0403 02,01"), Some(vec![4, 3, 2, 1]));
        assert_eq!(hex_digits("040"), None);
        assert_eq!(hex_digits("zz"), None);
    }
}
