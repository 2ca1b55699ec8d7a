//! A text to look for, as a word, a pattern of the whole value, or a regular expression. All become one regular expression over values that
//! are parted by line ends, so that each field is searched once, whatever the number of its values.

use regex::{Regex, RegexBuilder};

/// What to look for in the values of a field.
#[derive(Debug, Clone)]
pub(super) struct Pattern(Regex);

/// How a text was written in the filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written<'a> {
    /// As a word without quotes; `*` and `?` stand for any text and any character.
    Word(&'a str),
    /// In quotes.
    Quoted(&'a str),
    /// Behind `=`: the whole value.
    Whole(&'a str),
    /// Between slashes.
    Regex(&'a str),
}

/// Bytes that one compiled expression may take.
const LARGEST: usize = 1 << 20;

impl Pattern {
    /// Returns the pattern, or why the regular expression is wrong.
    pub(super) fn new(written: Written<'_>) -> Result<Self, String> {
        Self::compiled(&match written {
            // An empty text asks for an empty field.
            Written::Quoted("") | Written::Whole("") | Written::Word("") => r"\A\z".to_owned(),
            Written::Word("*") => ".".to_owned(),
            Written::Word(word) if word.contains(['*', '?']) => format!("^(?:{})$", glob(word)),
            Written::Word(text) | Written::Quoted(text) => regex::escape(text),
            Written::Whole(text) => format!("^(?:{})$", regex::escape(text)),
            Written::Regex(text) => text.to_owned(),
        })
    }

    /// Returns the pattern for domains: a word is a whole domain or one above it.
    pub(super) fn domain(written: Written<'_>) -> Result<Self, String> {
        match written {
            Written::Word(text) | Written::Quoted(text) if !text.is_empty() && !text.contains(['*', '?']) => {
                Self::compiled(&format!(r"^(?:.*\.)?{}$", regex::escape(text.trim_start_matches(['@', '.']))))
            }
            other => Self::new(other),
        }
    }

    fn compiled(text: &str) -> Result<Self, String> {
        let built = RegexBuilder::new(text).case_insensitive(true).multi_line(true).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
        built.map(Self).map_err(|error| reason(&error))
    }

    /// Returns whether it is found among the values.
    pub(super) fn is_in(&self, values: &str) -> bool {
        self.0.is_match(values)
    }
}

/// Returns a pattern with `*` and `?` as a regular expression.
fn glob(word: &str) -> String {
    let mut text = String::new();
    for c in word.chars() {
        match c {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            c => text.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    text
}

/// Returns the last line of the crate's message, which says what is wrong; the lines before it draw the expression.
fn reason(error: &regex::Error) -> String {
    let text = match error {
        regex::Error::CompiledTooBig(_) => "it grows too large when it is compiled".to_owned(),
        other => other.to_string(),
    };
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: Written<'_>, found: &[&str], not_found: &[&str]) {
        let pattern = Pattern::new(written).unwrap();
        let wrong = found.iter().find(|values| !pattern.is_in(values)).or(not_found.iter().find(|values| pattern.is_in(values)));
        assert_eq!(wrong, None, "{written:?}");
    }

    #[test]
    fn each_way_of_writing_has_its_meaning() {
        check(Written::Word("EXE"), &["a.exe", "x\nexec"], &["a.ex"]);
        check(Written::Word("*.e?e"), &["a.EXE", "x\nb.exe\ny"], &["a.exe.txt", "aexe"]);
        check(Written::Word("*"), &["x"], &["", "\n"]);
        check(Written::Quoted("*.exe"), &["a*.exe"], &["a.exe"]);
        check(Written::Quoted(""), &[""], &["x"]);
        check(Written::Whole("ab"), &["AB", "x\nab"], &["abc"]);
        check(Written::Regex("^b.$"), &["a\nbc"], &["ab\nbcd"]);
        check(Written::Word("STRASSE Ä"), &["strasse ä"], &[]);
    }

    #[test]
    fn a_domain_covers_those_below_it() {
        let pattern = Pattern::domain(Written::Word("@contoso.com")).unwrap();
        assert!(pattern.is_in("contoso.com") && pattern.is_in("x\nmail.Contoso.com"));
        assert!(!pattern.is_in("notcontoso.com") && !pattern.is_in("contoso.com.example"));
    }

    #[test]
    fn a_wrong_expression_says_why() {
        assert_eq!(Pattern::new(Written::Regex("a(b")).unwrap_err(), "unclosed group");
        assert_eq!(Pattern::new(Written::Regex("(?:a{1000}){1000}")).unwrap_err(), "it grows too large when it is compiled");
    }
}
