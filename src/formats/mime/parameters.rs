//! Content-Type and Content-Disposition with their parameters (RFC 2045 5.1, RFC 2231), read by mail-parser.

use mail_parser::{HeaderValue, parsers::MessageStream};

/// A value with parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Parameters {
    /// `type/subtype`, or what a disposition says, in lower case.
    pub(super) kind: String,
    /// Names in lower case, and values.
    pub(super) all: Vec<(String, String)>,
}

/// Real fields take some hundred bytes; mail-parser's joining of continued parameters is quadratic.
const MAX_VALUE: usize = 8 << 10;

/// Reads a value as written; none when it names nothing.
pub(super) fn parameters(raw: &str) -> Option<Parameters> {
    let mut end = raw.len().min(MAX_VALUE);
    while !raw.is_char_boundary(end) {
        end -= 1;
    }
    let line = format!("{}\n", raw.get(..end).unwrap_or_default().trim());
    let HeaderValue::ContentType(parsed) = MessageStream::new(line.as_bytes()).parse_content_type() else { return None };
    let kind = parsed.c_subtype.as_ref().map_or_else(|| parsed.c_type.to_string(), |subtype| format!("{}/{subtype}", parsed.c_type));
    let all = parsed.attributes.into_iter().flatten().map(|each| (each.name.to_ascii_lowercase(), each.value.into_owned())).collect();
    Some(Parameters { kind: kind.to_ascii_lowercase(), all })
}

impl Parameters {
    /// Returns the first parameter of a name that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(each, value)| each == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_whatever_their_form() {
        let found = parameters(" Text/Plain; charset=\"iso-8859-1\";\r\n\tname*=utf-8''a%C3%A9.txt").unwrap();
        assert_eq!((found.kind.as_str(), found.get("charset"), found.get("name")), ("text/plain", Some("iso-8859-1"), Some("aé.txt")));
        assert_eq!(parameters("attachment; filename=a b.txt").unwrap().kind, "attachment");
        assert_eq!(parameters("  "), None);
    }

    #[test]
    fn forged_values_are_read_in_bounded_time() {
        for seed in 0..20_000_u32 {
            let alphabet = b"text/plain;=\"'*0%?() \t\r\n\\=?utf-8?q?x?=,name";
            let mut state = seed.wrapping_mul(2_654_435_761) | 1;
            let bytes: Vec<u8> = (0..40)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    alphabet[(state >> 16) as usize % alphabet.len()]
                })
                .collect();
            let text = String::from_utf8(bytes).unwrap();
            assert!(parameters(&text).is_none_or(|found| found.kind.len() <= 80));
        }
        for part in ["=?a?q?", " =?", ";a*1=b", "\"", "(", ";a*=utf-8''%"] {
            assert!(parameters(&format!("a/b;{}", part.repeat(100_000))).is_some());
        }
    }
}
