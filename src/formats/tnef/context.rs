//! What all levels of one decoding share: the limits, the anomalies met and what may still be kept.

use crate::base::{Anomaly, Limits, limits::LISTS_WORTH_OF_VALUES};

use super::sparse::Holes;
#[cfg(test)]
use super::sparse::NO_HOLES;

/// Shared state of one decoding.
pub(super) struct Context<'l> {
    pub(super) limits: &'l Limits,
    /// What was left out of the bytes that are decoded.
    pub(super) holes: &'l Holes,
    anomalies: Vec<Anomaly>,
    unmentioned: u64,
    attributes_left: usize,
    attachments_left: usize,
    recipients_left: usize,
    values_left: usize,
    work_left: u64,
}

/// A place to return to when a second reading replaces the first.
pub(super) struct Mark {
    anomalies: usize,
    unmentioned: u64,
    values_left: usize,
}

impl<'l> Context<'l> {
    #[cfg(test)]
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self::of_sparse(&NO_HOLES, limits)
    }

    pub(super) fn of_sparse(holes: &'l Holes, limits: &'l Limits) -> Self {
        Self {
            limits,
            holes,
            anomalies: Vec::new(),
            unmentioned: 0,
            attributes_left: limits.attributes,
            attachments_left: limits.attachments,
            recipients_left: limits.recipients,
            values_left: limits.properties.saturating_mul(LISTS_WORTH_OF_VALUES),
            work_left: limits.work,
        }
    }

    /// Keeps an anomaly; the text is only made when it is kept.
    pub(super) fn note<T: Into<Box<str>>>(&mut self, offset: u64, code: &'static str, text: impl FnOnce() -> T) {
        if self.anomalies.len() < self.limits.anomalies {
            self.anomalies.push(Anomaly::new(offset, code, text()));
        } else {
            self.unmentioned = self.unmentioned.saturating_add(1);
        }
    }

    /// Takes one attribute out of the allowance.
    pub(super) fn may_keep_attribute(&mut self) -> bool {
        take(&mut self.attributes_left)
    }

    /// Takes one attachment out of the allowance.
    pub(super) fn may_keep_attachment(&mut self) -> bool {
        take(&mut self.attachments_left)
    }

    /// Takes one recipient out of the allowance.
    pub(super) fn may_keep_recipient(&mut self) -> bool {
        take(&mut self.recipients_left)
    }

    /// Takes one property or one element of a list out of the allowance.
    pub(super) fn may_keep_value(&mut self) -> bool {
        take(&mut self.values_left)
    }

    /// Takes the bytes of one stream out of the allowance; they are looked at again at every level of nesting.
    pub(super) fn may_work_through(&mut self, bytes: usize) -> bool {
        let left = self.work_left.checked_sub(bytes as u64);
        self.work_left = left.unwrap_or(self.work_left);
        left.is_some()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { anomalies: self.anomalies.len(), unmentioned: self.unmentioned, values_left: self.values_left }
    }

    pub(super) fn return_to(&mut self, mark: &Mark) {
        self.anomalies.truncate(mark.anomalies);
        self.unmentioned = mark.unmentioned;
        self.values_left = mark.values_left;
    }

    /// Forgets what was noted between the two marks, as the reading of that time is given up for the one after it.
    pub(super) fn keep_since(&mut self, from: &Mark, to: &Mark) {
        self.anomalies.drain(from.anomalies.min(to.anomalies)..to.anomalies);
        self.unmentioned = self.unmentioned.saturating_sub(to.unmentioned.saturating_sub(from.unmentioned));
    }

    /// Returns the anomalies in the order of the bytes; the last one counts those that were not kept.
    pub(super) fn into_anomalies(mut self) -> Vec<Anomaly> {
        self.anomalies.sort_by_key(|anomaly| anomaly.offset);
        if self.unmentioned > 0 {
            let offset = self.anomalies.last().map_or(0, |anomaly| anomaly.offset);
            self.anomalies.push(Anomaly::new(offset, "more-anomalies", format!("{} more anomalies are not listed", self.unmentioned)));
        }
        self.anomalies
    }
}

fn take(left: &mut usize) -> bool {
    let any = *left > 0;
    *left = left.saturating_sub(1);
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anomalies_beyond_the_limit_are_counted() {
        let limits = Limits { anomalies: 2, ..Limits::default() };
        let mut context = Context::new(&limits);
        for offset in [9, 3, 5, 1] {
            context.note(offset, "truncated", || "cut");
        }
        let anomalies = context.into_anomalies();
        assert_eq!(anomalies.iter().map(|anomaly| anomaly.offset).collect::<Vec<_>>(), [3, 9, 9]);
        assert_eq!(&*anomalies[2].text, "2 more anomalies are not listed");
    }
}
