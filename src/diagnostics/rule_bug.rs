//! A rule that failed by a bug of this program: what is known of it. Neither a finding nor an outcome; the rule is not evaluated, unless it
//! fired elsewhere.

use std::fmt;

/// A rule and why it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBug {
    /// Code of the rule.
    pub rule: &'static str,
    /// The first file, by its path, at which it failed; none when it looks at the Backup as a whole.
    pub file: Option<Box<str>>,
    /// What the panic said; may quote evidence.
    pub text: String,
}

impl fmt::Display for RuleBug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, file, text } = self;
        match file {
            Some(file) => write!(f, "rule {rule} failed at {file}: {text}"),
            None => write!(f, "rule {rule} failed: {text}"),
        }
    }
}
