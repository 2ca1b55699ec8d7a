//! Evidence within JSON: a program gets the exact text, and a terminal that the JSON is printed on gets nothing to act upon.

use std::{borrow::Cow, fmt::Write as _};

use super::is_hidden;

/// Returns JSON, or a piece of one of its strings, in which every character that must not be seen raw stands as `\uXXXX`, and which cannot
/// end or comment out a script element of a page. It means the same to every reader of JSON.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    if json.bytes().all(|byte| byte < 0x7F && byte != b'<') {
        return Cow::Borrowed(json);
    }
    let mut visible = String::with_capacity(json.len() + 16);
    let mut rest = json.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' if rest.peek() == Some(&'/') => visible.push_str("<\\"),
            '<' if rest.peek() == Some(&'!') => visible.push_str("\\u003c"),
            // Below stand only the line ends between values; serde escapes them in strings.
            '\u{7f}'.. if is_hidden(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string does not fail.
                    let _ = write!(visible, "\\u{unit:04x}");
                }
            }
            c => visible.push(c),
        }
    }
    Cow::Owned(visible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_escaped_and_means_the_same() {
        let text = "a\u{9b}31m\u{202e}\u{e0041}\u{7f}\u{feff} Zoë 你好 </script><!-- \u{10ffff}\u{e000}\u{2028}\"\\";
        let json = serde_json::to_string(text).unwrap();
        let visible = visible_json(&json);
        assert!(!visible.chars().any(is_hidden) && !visible.contains("</") && !visible.contains("<!"), "{visible}");
        assert!(visible.contains("\\u009b31m\\u202e\\udb40\\udc41\\u007f\\ufeff Zoë 你好 <\\/script>\\u003c!--"), "{visible}");
        assert_eq!(serde_json::from_str::<String>(&visible).unwrap(), text);
    }

    #[test]
    fn plain_json_is_not_copied() {
        assert!(matches!(visible_json("{\n  \"a\": 1\n}"), Cow::Borrowed(_)));
    }
}
