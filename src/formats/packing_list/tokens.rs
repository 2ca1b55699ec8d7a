//! Fields of a line and what they look like: a file name, a number, a date, a word. Knows no disk.

/// One field of a value or line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// The field without outer blanks and quotes.
    pub(super) text: &'a str,
    /// Whether quotes stood around it.
    pub(super) is_quoted: bool,
}

/// Splits at `,` `;` `|` and tab outside of quotes; empty fields are kept, so that positions count.
pub(super) fn fields(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let now = rest?;
        let start = now.trim_start_matches(' ');
        let quoted = start.chars().next().filter(|c| matches!(c, '"' | '\'')).and_then(|quote| start.get(1..)?.split_once(quote));
        let (token, behind) = match quoted {
            Some((inner, behind)) => (Token { text: inner.trim(), is_quoted: true }, behind),
            None => (Token { text: "", is_quoted: false }, start),
        };
        let end = behind.find([',', ';', '|', '\t']);
        rest = end.and_then(|index| behind.get(index + 1..));
        let plain = behind.get(..end.unwrap_or(behind.len())).unwrap_or_default();
        Some(if token.is_quoted { token } else { Token { text: plain.trim().trim_start_matches(['"', '\'']), is_quoted: false } })
    })
}

/// Returns the number of a field of decimal digits.
pub(super) fn decimal(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Returns whether a field is a number, a date, a time, a truth value or one of the words that are never names.
pub(super) fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 12] = ["yes", "no", "true", "false", "on", "off", "y", "n", "none", "version", "count", "+"];
    let is_figure = |c: char| c.is_ascii_digit() || matches!(c, '.' | ':' | '/' | '-' | ' ' | 'T' | 'Z' | '+' | '%');
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || text.chars().all(is_figure)
}

/// Returns whether a field could be the bare name of a queue's file: one word, no message class.
pub(super) fn is_name(text: &str) -> bool {
    const CLASSES: [&str; 4] = ["ipm.", "ipc.", "report.", "envelope."];
    let is_class = CLASSES.iter().any(|class| text.get(..class.len()).is_some_and(|start| start.eq_ignore_ascii_case(class)));
    let has_odd = text.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | '"' | '|' | '?' | '*' | ':' | ' ' | '=' | '@'));
    !text.is_empty() && text.len() <= 255 && !is_class && !has_odd
}

/// Returns whether a field has the look of a file with a path or an extension; proof enough only beside proven references.
pub(super) fn is_path_like(text: &str) -> bool {
    if text.len() > 260 || is_plain(text) || text.chars().any(|c| c.is_control() || matches!(c, '<' | '>' | '"' | '|' | '?' | '*')) {
        return false;
    }
    let name = text.rsplit(['\\', '/']).next().unwrap_or_default();
    let has_extension = name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && (1..=4).contains(&extension.len()));
    text.contains('\\') || (has_extension && is_name(text))
}

/// Words that describe a file, sorted.
const METADATA_KEYS: [&str; 38] = [
    "attachments",
    "bcc",
    "bytes",
    "cc",
    "class",
    "comment",
    "count",
    "created",
    "date",
    "description",
    "domain",
    "entryid",
    "error",
    "from",
    "length",
    "mdbid",
    "messageclass",
    "messageid",
    "modified",
    "msgclass",
    "org",
    "organization",
    "originator",
    "priority",
    "received",
    "recipient",
    "recipients",
    "searchkey",
    "sender",
    "server",
    "site",
    "size",
    "subject",
    "time",
    "title",
    "to",
    "user",
    "version",
];

/// Returns whether a key describes a file instead of naming one.
pub(super) fn is_metadata_key(key: &str) -> bool {
    let stem: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).take(32).collect();
    METADATA_KEYS.binary_search(&stem.trim_end_matches(|c: char| c.is_ascii_digit())).is_ok()
}

/// Returns whether a key announces the size of a file.
pub(super) fn is_size_key(key: &str) -> bool {
    let folded = key.to_ascii_lowercase();
    ["size", "bytes", "length"].iter().any(|word| folded.contains(word))
}

/// Returns whether a key announces a number of files.
pub(super) fn is_count_key(key: &str) -> bool {
    ["count", "total", "files", "num", "number", "numoffiles", "numberoffiles"].iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// Returns the key without its number, so that `File1` and `File2` are of one kind; long keys are told apart by their begin.
pub(super) fn stem(key: &str) -> String {
    let begin: String = key.chars().take(64).map(|c| c.to_ascii_lowercase()).collect();
    begin.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(fields(text).map(|token| token.text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn quotes_keep_separators() {
        check("\"Mtsout\\1\",'a,b' ,c;d|e\tf", &["Mtsout\\1", "a,b", "c", "d", "e", "f"]);
        check(",2117,", &["", "2117", ""]);
        check("\"open,x", &["open", "x"]);
        check("", &[""]);
    }

    #[test]
    fn the_words_are_sorted() {
        assert!(METADATA_KEYS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn numbers_dates_and_classes_are_no_names() {
        assert!(is_plain("17.03.99  10:02") && is_plain("991006134048Z") && is_plain("Yes") && is_plain("00000001"));
        assert!(!is_plain("0000000A") && !is_plain("Msg0001"));
        assert!(!is_name("IPM.Note") && !is_name("two words") && is_name("W707852B"));
        assert!(is_path_like("Dumps\\user.dmp") && is_path_like("readme.1st") && !is_path_like("10/4/99") && !is_path_like("mail1"));
        assert!(is_metadata_key("Entry-ID") && is_metadata_key("Subject2") && !is_metadata_key("File1"));
    }
}
