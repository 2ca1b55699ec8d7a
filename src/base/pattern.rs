//! A regular expression that is compiled at its first use, for the texts that rules look for.

use std::sync::OnceLock;

use regex::{Captures, Match, Regex};

/// A pattern written as a constant; one that does not compile matches nothing, which the example of its rule shows.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Returns a pattern in the syntax of the crate `regex`.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(self.text).ok()).as_ref()
    }

    /// Returns whether the pattern is found in a text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(text))
    }

    /// Returns the first place where it is found.
    #[must_use]
    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.regex()?.find(text)
    }

    /// Returns the groups of the first place where it is found.
    #[must_use]
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex()?.captures(text)
    }

    /// Returns every place where it is found.
    pub fn find_all<'p, 't: 'p>(&'p self, text: &'t str) -> impl Iterator<Item = Match<'t>> + 'p {
        self.regex().into_iter().flat_map(|regex| regex.find_iter(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_find_what_they_say() {
        static DIGITS: Pattern = Pattern::new(r"(?i)a(\d+)");
        assert!(DIGITS.is_match("xA12") && !DIGITS.is_match("x"));
        assert_eq!(DIGITS.captures("a7").unwrap().get(1).unwrap().as_str(), "7");
        assert_eq!(DIGITS.find_all("a1 a2").count(), 2);
        assert!(!Pattern::new("(").is_match("("));
    }
}
