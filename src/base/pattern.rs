//! A regular expression that is compiled at its first use, for the texts that rules look for.
//!
//! Most evidence is ASCII. There an expression that knows ASCII only finds the same and is compiled in a tenth to a half of the time, which
//! is most of the time that a small Backup takes; the one that knows all of Unicode is only made for a text that needs it. Neither is made
//! before a short text holds what every match must hold.

use std::{ops::Range, sync::OnceLock};

use regex::{Regex, bytes};

use super::needle::{holds, needles};

/// Bytes of the longest text that is searched for needles; looking through a longer one costs as much as compiling.
const SHORT: usize = 4096;

/// A pattern written as a constant; one that does not compile matches nothing, which the example of its rule shows.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    of_ascii: OnceLock<Option<bytes::Regex>>,
    of_text: OnceLock<Option<Regex>>,
    needles: OnceLock<Option<Vec<Vec<u8>>>>,
}

/// A place where a pattern was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match<'t> {
    text: &'t str,
    start: usize,
    end: usize,
}

/// The groups of a place where a pattern was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captures<'t>(Vec<Option<Match<'t>>>);

impl Pattern {
    /// Returns a pattern in the syntax of the crate `regex`.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        Self { text, of_ascii: OnceLock::new(), of_text: OnceLock::new(), needles: OnceLock::new() }
    }

    /// Returns the expression for ASCII alone, if the text is and the pattern can be such.
    fn of_ascii(&self, text: &str) -> Option<&bytes::Regex> {
        let compile = || bytes::RegexBuilder::new(self.text).unicode(false).build().ok();
        text.is_ascii().then(|| self.of_ascii.get_or_init(compile).as_ref()).flatten()
    }

    fn of_text(&self) -> Option<&Regex> {
        self.of_text.get_or_init(|| Regex::new(self.text).ok()).as_ref()
    }

    /// Returns whether the pattern cannot be found in a text, as far as that can be told without compiling it.
    fn is_out(&self, text: &str) -> bool {
        let is_compiled = if text.is_ascii() { self.of_ascii.get().is_some() } else { self.of_text.get().is_some() };
        let short = || text.len() <= SHORT && self.needles.get_or_init(|| needles(self.text)).as_ref().is_some_and(|needles| !holds(text, needles));
        !is_compiled && short()
    }

    /// Returns whether the pattern is found in a text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        if self.is_out(text) {
            return false;
        }
        match self.of_ascii(text) {
            Some(regex) => regex.is_match(text.as_bytes()),
            None => self.of_text().is_some_and(|regex| regex.is_match(text)),
        }
    }

    /// Returns the first place where it is found.
    #[must_use]
    pub fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        if self.is_out(text) {
            return None;
        }
        let range = match self.of_ascii(text) {
            Some(regex) => regex.find(text.as_bytes())?.range(),
            None => self.of_text()?.find(text)?.range(),
        };
        Some(Match::new(text, range))
    }

    /// Returns the groups of the first place where it is found.
    #[must_use]
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        if self.is_out(text) {
            return None;
        }
        Some(match self.of_ascii(text) {
            Some(regex) => Captures::of(text, regex.captures(text.as_bytes())?.iter().map(|group| group.map(|group| group.range()))),
            None => Captures::of(text, self.of_text()?.captures(text)?.iter().map(|group| group.map(|group| group.range()))),
        })
    }

    /// Returns the groups of every place where it is found.
    pub fn captures_all<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> + use<'t> {
        let found: Vec<Captures<'t>> = if self.is_out(text) {
            Vec::new()
        } else if let Some(regex) = self.of_ascii(text) {
            let found = regex.captures_iter(text.as_bytes());
            found.map(|found| Captures::of(text, found.iter().map(|group| group.map(|group| group.range())))).collect()
        } else {
            let found = self.of_text().into_iter().flat_map(|regex| regex.captures_iter(text));
            found.map(|found| Captures::of(text, found.iter().map(|group| group.map(|group| group.range())))).collect()
        };
        found.into_iter()
    }

    /// Returns every place where it is found.
    pub fn find_all<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> + use<'t> {
        let ranges: Vec<Range<usize>> = if self.is_out(text) {
            Vec::new()
        } else if let Some(regex) = self.of_ascii(text) {
            regex.find_iter(text.as_bytes()).map(|found| found.range()).collect()
        } else {
            self.of_text().into_iter().flat_map(|regex| regex.find_iter(text)).map(|found| found.range()).collect()
        };
        ranges.into_iter().map(|range| Match::new(text, range))
    }
}

impl<'t> Match<'t> {
    fn new(text: &'t str, Range { start, end }: Range<usize>) -> Self {
        Self { text, start, end }
    }

    /// Returns the byte at which it begins.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start
    }

    /// Returns the byte behind it.
    #[must_use]
    pub fn end(&self) -> usize {
        self.end
    }

    /// Returns its bytes.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns what was found.
    #[must_use]
    pub fn as_str(&self) -> &'t str {
        self.text.get(self.range()).unwrap_or_default()
    }
}

impl<'t> Captures<'t> {
    fn of(text: &'t str, groups: impl Iterator<Item = Option<Range<usize>>>) -> Self {
        Self(groups.map(|group| group.map(|range| Match::new(text, range))).collect())
    }

    /// Returns a group by its number, 0 being all that was found; none when the group took no part.
    #[must_use]
    pub fn get(&self, group: usize) -> Option<Match<'t>> {
        self.0.get(group).copied().flatten()
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

    #[test]
    fn other_text_than_ascii_is_matched_by_the_rules_of_unicode() {
        let word = Pattern::new(r"(?i)(s\w+)([^@]?)");
        for (text, found, groups) in [("a Ship!", "Ship!", ["Ship", "!"]), ("a Söhne!", "Söhne!", ["Söhne", "!"]), ("ſó", "ſó", ["ſó", ""])]
        {
            assert_eq!(word.find(text).map(|hit| hit.as_str()), Some(found));
            let captures = word.captures(text).unwrap();
            assert_eq!([1, 2].map(|group| captures.get(group).unwrap().as_str()), groups);
            assert_eq!(word.captures_all(text).next(), Some(captures));
            assert_eq!(word.find_all(text).map(|hit| hit.range()).collect::<Vec<_>>(), [word.find(text).unwrap().range()]);
        }
        assert!(Pattern::new(r"[é]").is_match("é") && Pattern::new(r"\p{Lu}").is_match("A"), "what ASCII alone cannot say");
    }
}
