//! Anomalies of one file, bounded: what goes beyond the limit is counted in a last one.

use super::{Anomaly, Limits};

/// Collects anomalies up to the limit.
#[derive(Debug)]
pub struct AnomalyList {
    kept: Vec<Anomaly>,
    limit: usize,
    dropped: u64,
}

impl AnomalyList {
    /// Returns an empty list with the bound of the limits.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self { kept: Vec::new(), limit: limits.anomalies, dropped: 0 }
    }

    /// Keeps an anomaly; the text is only made when there is room.
    pub fn add<T: Into<Box<str>>>(&mut self, offset: u64, code: &'static str, text: impl FnOnce() -> T) {
        if self.kept.len() < self.limit {
            self.kept.push(Anomaly::new(offset, code, text()));
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// Counts anomalies that were not even described.
    pub fn count(&mut self, dropped: u64) {
        self.dropped = self.dropped.saturating_add(dropped);
    }

    /// Takes over anomalies that another reader found.
    pub fn extend(&mut self, found: Vec<Anomaly>) {
        for anomaly in found {
            if self.kept.len() < self.limit {
                self.kept.push(anomaly);
            } else {
                self.count(1);
            }
        }
    }

    /// Returns the anomalies in the order of the bytes, with a last one that counts those that were not kept.
    #[must_use]
    pub fn finish(mut self) -> Vec<Anomaly> {
        self.kept.sort_by_key(|anomaly| anomaly.offset);
        if self.dropped > 0 {
            let offset = self.kept.last().map_or(0, |last| last.offset);
            self.kept.push(Anomaly::new(offset, "more-anomalies", format!("{} more anomalies are not listed", self.dropped)));
        }
        self.kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_beyond_the_limit_is_counted() {
        let mut list = AnomalyList::new(&Limits { anomalies: 1, ..Limits::default() });
        list.add(4, "one", || "first");
        list.add(5, "two", || -> &str { unreachable!("no text is made") });
        list.extend(vec![Anomaly::new(6, "three", "third")]);
        let texts: Vec<_> = list.finish().into_iter().map(|anomaly| anomaly.text).collect();
        assert_eq!(texts, ["first".into(), "2 more anomalies are not listed".into()]);
    }
}
