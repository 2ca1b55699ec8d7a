//! What a decoder returns: a value, and every deviation that it met on the way, with its place.

use super::Truncated;

/// One deviation of the bytes from their format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// Offset of the deviation in the file that was decoded.
    pub offset: u64,
    /// Stable kebab-case name, for example `checksum-mismatch`.
    pub code: &'static str,
    /// What is so, with the values; may quote evidence and is escaped where it is shown.
    pub text: Box<str>,
}

impl Anomaly {
    /// Returns an anomaly.
    #[must_use]
    pub fn new(offset: u64, code: &'static str, text: impl Into<Box<str>>) -> Self {
        Self { offset, code, text: text.into() }
    }
}

impl From<Truncated> for Anomaly {
    fn from(cut: Truncated) -> Self {
        Self::new(cut.offset, "truncated", cut.to_string())
    }
}

/// A decoded value and the anomalies met; decoding itself never fails.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded<T> {
    /// Everything that could be read.
    pub value: T,
    /// Every deviation, in the order of the bytes as far as the format allows.
    pub anomalies: Vec<Anomaly>,
}

impl<T> Decoded<T> {
    /// Returns a value without anomalies.
    #[must_use]
    pub fn clean(value: T) -> Self {
        Self { value, anomalies: Vec::new() }
    }

    /// Returns the same anomalies around another value.
    #[must_use]
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Decoded<U> {
        Decoded { value: convert(self.value), anomalies: self.anomalies }
    }
}
