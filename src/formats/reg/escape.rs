//! Quoted text of REGEDIT4 and version 5: a backslash escapes a quote and itself, nothing else.

/// Returns the index of the quote that ends the text; `text` begins behind the opening one.
pub(super) fn closing_quote(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate();
    while let Some((index, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(index),
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    None
}

/// Removes escapes; a backslash before anything else stays, and the index of the first such one is returned.
pub(super) fn unescape(text: &str) -> (String, Option<usize>) {
    let mut plain = String::with_capacity(text.len());
    let mut odd = None;
    let mut chars = text.char_indices().peekable();
    while let Some((index, c)) = chars.next() {
        if c == '\\' {
            if let Some((_, escaped)) = chars.next_if(|&(_, next)| matches!(next, '\\' | '"')) {
                plain.push(escaped);
            } else {
                odd = odd.or(Some(index));
                plain.push('\\');
            }
        } else {
            plain.push(c);
        }
    }
    (plain, odd)
}

/// Splits `"name"=data` or `@=data` into the name as written, if it has one, and the index of the data.
pub(super) fn split_entry(line: &str) -> Option<(Option<&str>, usize)> {
    let (name, after) = if let Some(inner) = line.strip_prefix('"') {
        let end = closing_quote(inner)?;
        (Some(inner.get(..end)?), end + 2)
    } else {
        line.starts_with('@').then_some((None, 1))?
    };
    let rest = line.get(after..)?;
    let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let data = rest.get(gap..)?.strip_prefix('=')?;
    let blanks = data.len() - data.trim_start_matches([' ', '\t']).len();
    Some((name, after + gap + 1 + blanks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_ends_text_unless_it_is_escaped() {
        assert_eq!(closing_quote(r#"a\"b\\"c"#), Some(6));
        assert_eq!(closing_quote(r"a\"), None);
        assert_eq!(unescape(r#"a\"b\\c"#), ("a\"b\\c".to_owned(), None));
        assert_eq!(unescape(r"C:\new\"), ("C:\\new\\".to_owned(), Some(2)));
    }

    #[test]
    fn entries_split_at_the_sign_behind_the_name() {
        assert_eq!(split_entry(r#""a=\"b" = 1"#), Some((Some(r#"a=\"b"#), 10)));
        assert_eq!(split_entry("@=1"), Some((None, 2)));
        assert_eq!(split_entry("\"a"), None);
        assert_eq!(split_entry("a=b"), None);
    }
}
