//! Counts of keys that take little memory: for rules that seek the few keys that many items share. What is kept of each item before that
//! is known would grow with the queue, so a rule counts first and looks closely at what may be enough.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Two counts for each key, kept by its hash. Keys that meet in a slot are counted together, so that a count is never too small.
pub(super) struct Tally(Vec<[u32; 2]>);

/// Slots are as many as items, within bounds.
const FEWEST: usize = 1 << 10;
const MOST: usize = 1 << 20;

impl Tally {
    /// Returns a tally for about so many keys.
    pub(super) fn new(items: usize) -> Self {
        let slots = items.clamp(FEWEST, MOST).next_power_of_two();
        Self(vec![[0; 2]; slots])
    }

    fn slot(&self, key: &impl Hash) -> usize {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        usize::try_from(hasher.finish() % self.0.len() as u64).unwrap_or(0)
    }

    /// Counts a key once, on its first side or its second.
    pub(super) fn count(&mut self, key: &impl Hash, second: bool) {
        let slot = self.slot(key);
        if let Some(count) = self.0.get_mut(slot).and_then(|counts| counts.get_mut(usize::from(second))) {
            *count = count.saturating_add(1);
        }
    }

    /// Returns how often a key was counted on either side, at most.
    pub(super) fn at_most(&self, key: &impl Hash) -> [usize; 2] {
        let counts = self.0.get(self.slot(key)).copied().unwrap_or_default();
        counts.map(|count| usize::try_from(count).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_counted_too_little() {
        let mut tally = Tally::new(0);
        for number in 0..5_000_usize {
            tally.count(&number, number % 2 == 1);
            tally.count(&(number % 10), false);
        }
        assert!((10..5_000_usize).all(|number| tally.at_most(&number)[number % 2] >= 1));
        assert!((0..10_usize).all(|number| tally.at_most(&number)[0] >= 500));
    }

    #[test]
    fn few_keys_are_counted_exactly() {
        let mut tally = Tally::new(100);
        tally.count(&("a", "b"), false);
        tally.count(&("a", "b"), true);
        tally.count(&("a", "b"), true);
        assert_eq!((tally.at_most(&("a", "b")), tally.at_most(&("b", "a"))), ([1, 2], [0, 0]));
    }
}
