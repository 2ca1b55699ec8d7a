//! What is wrong with a filter: the place in its text, and what was expected there.

use std::ops::Range;

use thiserror::Error;

use crate::base::printable;

/// A filter that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("column {column}: {problem}", column = self.column())]
pub struct FilterError {
    /// The filter as given, or its beginning when it is too long.
    pub text: Box<str>,
    /// The bytes of the text that are wrong; empty at its end when something is missing there.
    pub span: Range<usize>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// Something is missing.
    #[error("expected {expected}, and the filter ends here")]
    Ends {
        /// What should follow.
        expected: String,
    },
    /// Something else stands there.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What should stand there.
        expected: String,
        /// What does.
        found: String,
    },
    /// A word before a colon is no field.
    #[error("no field is called {name}{}; quote the text to search for it", near(*.like))]
    Field {
        /// The word.
        name: String,
        /// The field whose name is nearest.
        like: Option<&'static str>,
    },
    /// A word is not one of those that a field takes.
    #[error("{field}: takes {known}, not {word}")]
    Word {
        /// The field.
        field: &'static str,
        /// The words that it takes.
        known: String,
        /// The word.
        word: String,
    },
    /// A comparison or range where nothing is greater or less.
    #[error("{field}: compares no sizes; expected text, a pattern with *, \"…\" or /…/")]
    NoOrder {
        /// The field.
        field: &'static str,
    },
    /// A range that ends before it begins.
    #[error("the range ends before it begins")]
    Backwards,
    /// A regular expression that does not compile.
    #[error("the regular expression is wrong: {0}")]
    Regex(String),
    /// Too many parentheses and negations within each other.
    #[error("more than {0} parentheses and negations within each other")]
    TooDeep(usize),
    /// Too many conditions.
    #[error("more than {0} conditions")]
    TooMany(usize),
    /// Too long.
    #[error("a filter has at most {0} bytes")]
    TooLong(usize),
}

fn near(like: Option<&'static str>) -> String {
    like.map(|like| format!(" (did you mean {like}:)")).unwrap_or_default()
}

impl FilterError {
    /// Returns the column of the place, counted in characters from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.before().chars().count() + 1
    }

    /// Returns the text as it may be shown, and below it a line of carets under the place.
    #[must_use]
    pub fn pointed(&self) -> [String; 2] {
        let width = |text: &str| textwrap::core::display_width(&printable(text).to_string());
        let wrong = self.text.get(self.span.clone()).unwrap_or_default();
        [printable(&self.text).to_string(), format!("{:1$}{2}", "", width(self.before()), "^".repeat(width(wrong).max(1)))]
    }

    fn before(&self) -> &str {
        self.text.get(..self.span.start).unwrap_or(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carets_stand_below_the_place_whatever_its_width() {
        let error = FilterError { text: "你\u{1b} sise:1".into(), span: 5..9, problem: Problem::Backwards };
        assert_eq!(error.pointed(), ["你\\u{1b} sise:1".to_owned(), "         ^^^^".to_owned()]);
        assert_eq!(error.column(), 4);
        assert_eq!(error.to_string(), "column 4: the range ends before it begins");
    }
}
