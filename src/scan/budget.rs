//! Keeps memory flat: contents in work are bounded together, so that one large file runs alone, and their buffers are used again.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of contents in work at one time; a single file may be larger and then is alone.
const IN_WORK: u64 = 64 << 20;
/// The largest buffer that is kept for another file.
const KEPT_BUFFER: usize = 1 << 20;

/// The memory that contents in work may take.
#[derive(Debug, Default)]
pub(super) struct Budget {
    in_work: Mutex<u64>,
    freed: Condvar,
    buffers: Mutex<Vec<Vec<u8>>>,
}

/// The right to hold one file's contents; ends when dropped, also by a panic.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    /// Waits until `bytes` more fit.
    pub(super) fn acquire(&self, bytes: u64) -> Permit<'_> {
        let in_work = lock(&self.in_work);
        let full = |in_work: &mut u64| *in_work != 0 && in_work.saturating_add(bytes) > IN_WORK;
        let mut in_work = self.freed.wait_while(in_work, full).unwrap_or_else(PoisonError::into_inner);
        *in_work = in_work.saturating_add(bytes);
        Permit { budget: self, bytes }
    }

    /// Returns an empty or used buffer.
    pub(super) fn buffer(&self) -> Vec<u8> {
        lock(&self.buffers).pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(super) fn give_back(&self, buffer: Vec<u8>) {
        if buffer.capacity() <= KEPT_BUFFER {
            lock(&self.buffers).push(buffer);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut in_work = lock(&self.budget.in_work);
        *in_work = in_work.saturating_sub(self.bytes);
        self.budget.freed.notify_all();
    }
}

/// Locks; a panic elsewhere leaves counters and buffers usable.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beyond_the_budget_runs_alone_and_is_not_refused() {
        let budget = Budget::default();
        let large = budget.acquire(IN_WORK * 3);
        assert_eq!(*lock(&budget.in_work), IN_WORK * 3);
        drop(large);
        let (a, b) = (budget.acquire(IN_WORK / 2), budget.acquire(IN_WORK / 2));
        drop((a, b));
        assert_eq!(*lock(&budget.in_work), 0);
    }

    #[test]
    fn only_small_buffers_are_kept() {
        let budget = Budget::default();
        budget.give_back(Vec::with_capacity(KEPT_BUFFER * 2));
        assert_eq!(budget.buffer().capacity(), 0);
        budget.give_back(Vec::with_capacity(100));
        assert!(budget.buffer().capacity() >= 100);
    }
}
