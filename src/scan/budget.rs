//! Keeps memory flat: contents in work are bounded together, so that one large file runs alone, and their buffers are used again, so that
//! the pages of a large one are not asked of the system anew for each file.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Bytes of contents in work at one time, buffers that wait for the next file included; a single file may be larger and then is alone.
const IN_WORK: u64 = 36 << 20;
/// The largest buffer that is kept for another file.
const KEPT_BUFFER: u64 = IN_WORK / 2;

/// The memory that contents in work may take.
#[derive(Debug, Default)]
pub(super) struct Budget {
    memory: Mutex<Memory>,
    freed: Condvar,
}

#[derive(Debug, Default)]
struct Memory {
    in_work: u64,
    idle: Vec<Vec<u8>>,
}

/// The right to hold one file's contents; ends when dropped, also by a panic.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    /// Waits until `bytes` more fit; returns the right to hold them, and a buffer, empty or used before.
    pub(super) fn acquire(&self, bytes: u64) -> (Permit<'_>, Vec<u8>) {
        let memory = lock(&self.memory);
        let full = |memory: &mut Memory| memory.in_work != 0 && memory.in_work.saturating_add(bytes) > IN_WORK;
        let mut memory = self.freed.wait_while(memory, full).unwrap_or_else(PoisonError::into_inner);
        let buffer = memory.buffer_for(bytes);
        let bytes = bytes.max(buffer.capacity() as u64);
        memory.in_work = memory.in_work.saturating_add(bytes);
        memory.shed();
        (Permit { budget: self, bytes }, buffer)
    }
}

impl Memory {
    /// Takes the smallest idle buffer in which `bytes` fit, or else one to grow.
    fn buffer_for(&mut self, bytes: u64) -> Vec<u8> {
        let room = IN_WORK.saturating_sub(self.in_work);
        let fits = |buffer: &Vec<u8>| (bytes..=room).contains(&(buffer.capacity() as u64));
        let best = self.idle.iter().enumerate().filter(|(_, buffer)| fits(buffer)).min_by_key(|(_, buffer)| buffer.capacity());
        match best.map(|(at, _)| at) {
            Some(at) => self.idle.swap_remove(at),
            None => self.idle.pop().filter(|buffer| buffer.capacity() as u64 <= room).unwrap_or_default(),
        }
    }

    /// Gives idle buffers up that do not fit beside what is in work.
    fn shed(&mut self) {
        let idle = |buffers: &[Vec<u8>]| buffers.iter().map(|buffer| buffer.capacity() as u64).sum::<u64>();
        while !self.idle.is_empty() && self.in_work.saturating_add(idle(&self.idle)) > IN_WORK {
            self.idle.pop();
        }
    }
}

impl Permit<'_> {
    /// Gives the right back, and the buffer for the next file.
    pub(super) fn end(self, buffer: Vec<u8>) {
        if buffer.capacity() as u64 <= KEPT_BUFFER {
            lock(&self.budget.memory).idle.push(buffer);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut memory = lock(&self.budget.memory);
        memory.in_work = memory.in_work.saturating_sub(self.bytes);
        memory.shed();
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

    fn buffer(bytes: u64) -> Vec<u8> {
        Vec::with_capacity(usize::try_from(bytes).unwrap())
    }

    fn held(budget: &Budget) -> (u64, Vec<u64>) {
        let memory = lock(&budget.memory);
        (memory.in_work, memory.idle.iter().map(|buffer| buffer.capacity() as u64).collect())
    }

    #[test]
    fn a_file_beyond_the_budget_runs_alone_and_is_not_refused() {
        let budget = Budget::default();
        let (large, _) = budget.acquire(IN_WORK * 3);
        assert_eq!(held(&budget), (IN_WORK * 3, vec![]));
        drop(large);
        let (a, b) = (budget.acquire(IN_WORK / 2), budget.acquire(IN_WORK / 2));
        drop((a, b));
        assert_eq!(held(&budget), (0, vec![]));
    }

    #[test]
    fn buffers_come_back_by_their_size_and_the_largest_are_not_kept() {
        let budget = Budget::default();
        for bytes in [KEPT_BUFFER + 1, 1 << 20, 100] {
            budget.acquire(0).0.end(buffer(bytes));
        }
        assert_eq!(held(&budget), (0, vec![100]), "the one of a megabyte was taken again and replaced");
        let (permit, small) = budget.acquire(0);
        budget.acquire(0).0.end(buffer(5000));
        permit.end(small);
        let (permit, large) = budget.acquire(200);
        assert_eq!((large.capacity(), held(&budget)), (5000, (5000, vec![100])));
        permit.end(large);
    }

    #[test]
    fn idle_buffers_yield_to_contents() {
        let budget = Budget::default();
        let (first, second) = (budget.acquire(1), budget.acquire(1));
        first.0.end(buffer(KEPT_BUFFER));
        second.0.end(buffer(100));
        assert_eq!(held(&budget), (0, vec![KEPT_BUFFER, 100]));
        let (permit, taken) = budget.acquire(KEPT_BUFFER + 1);
        assert_eq!((taken.capacity(), held(&budget)), (100, (KEPT_BUFFER + 1, vec![])));
        drop(permit);
    }
}
