//! Choices out of the bytes of the fuzzing engine: when they run out, every choice is the first one, so that what is built ends.

use crate::base::{LocalTime, Timestamp};

/// Bytes that choices are drawn from.
#[derive(Debug)]
pub(super) struct Dice<'a> {
    bytes: &'a [u8],
}

impl<'a> Dice<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().unwrap_or((&0, &[]));
        self.bytes = rest;
        *first
    }

    /// Returns a number below `most`, 0 for no choice at all.
    pub(super) fn below(&mut self, most: usize) -> usize {
        usize::from(self.byte()).checked_rem(most).unwrap_or(0)
    }

    /// Returns true once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub(super) fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    pub(super) fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    pub(super) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// Returns one of the list; the list is not empty.
    pub(super) fn pick<T: Clone + Default>(&mut self, list: &[T]) -> T {
        list.get(self.below(list.len())).cloned().unwrap_or_default()
    }

    /// Returns up to so many bytes as they stand.
    pub(super) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let length = self.below(most + 1).min(self.bytes.len());
        let (taken, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        taken
    }

    /// Returns so many bytes, or what is left.
    pub(super) fn up_to(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(length.min(self.bytes.len()));
        self.bytes = rest;
        taken
    }

    /// Returns printable text; a byte beyond ASCII stands for one of `more`.
    pub(super) fn text(&mut self, more: &[char]) -> String {
        let odd = |byte: u8| more.get(usize::from(byte) % more.len().max(1)).copied().unwrap_or('?');
        self.bytes(24).iter().map(|&byte| if (b' '..=b'~').contains(&byte) { char::from(byte) } else { odd(byte) }).collect()
    }

    /// Returns a date that exists.
    pub(super) fn time(&mut self) -> LocalTime {
        Timestamp::from_unix(i64::from(self.u32())).utc()
    }
}
