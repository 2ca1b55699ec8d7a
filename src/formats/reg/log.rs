//! The anomalies and damaged lines of one dump, kept up to a limit and counted beyond it.

use crate::base::{Anomaly, AnomalyList, Limits};

use super::{BadLine, Place};

/// Characters of a damaged line that are kept.
const BAD_LINE_CHARS: usize = 400;

/// Anomalies and damaged lines with a bound.
#[derive(Debug)]
pub(in crate::formats) struct Log {
    anomalies: AnomalyList,
    pub(super) bad_lines: Vec<BadLine>,
    limit: usize,
}

impl Log {
    pub(in crate::formats) fn new(limits: &Limits) -> Self {
        Self { anomalies: AnomalyList::new(limits), bad_lines: Vec::new(), limit: limits.anomalies }
    }

    /// Adds an anomaly; its text is only made when it is kept.
    pub(in crate::formats) fn add<T: Into<Box<str>>>(&mut self, offset: u64, code: &'static str, text: impl FnOnce() -> T) {
        self.anomalies.add(offset, code, text);
    }

    /// Adds a damaged line and the anomaly that tells the same.
    pub(in crate::formats) fn bad_line(&mut self, place: Place, code: &'static str, line: &str, what: &str) {
        if self.bad_lines.len() < self.limit {
            self.bad_lines.push(BadLine { code, place, text: line.chars().take(BAD_LINE_CHARS).collect() });
        }
        self.add(place.offset, code, || format!("line {}: {what}", place.line.unwrap_or_default()));
    }

    /// Returns the anomalies, with a last one that counts those that were not kept.
    pub(in crate::formats) fn finish(self) -> Vec<Anomaly> {
        self.anomalies.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anomalies_beyond_the_limit_are_counted() {
        let mut log = Log::new(&Limits { anomalies: 2, ..Limits::default() });
        for offset in 0..5 {
            log.add(offset, "damaged-line", || "x");
        }
        let all = log.finish();
        assert_eq!((all.len(), all[2].code, all[2].text.as_ref()), (3, "more-anomalies", "3 more anomalies are not listed"));
    }
}
