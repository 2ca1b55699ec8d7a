//! Bytes of a file of which long runs were left out, so that a message is decoded whatever the size of its attachments.
//!
//! A run is only left out inside the content of an attachment, behind its first bytes, or of zeros between records. What lies around it is
//! decoded as if it were there: offsets are those of the file, and sums and lengths count it.

use std::ops::Range;

use crate::base::Sha256Digest;

/// Bytes of a file, some runs of which are not there.
#[derive(Debug, Clone, Copy)]
pub struct Sparse<'a> {
    /// The bytes that are there, one behind the other.
    pub bytes: &'a [u8],
    /// What is not.
    pub holes: &'a Holes,
}

/// One run of bytes that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Offset of its first byte in the file.
    pub offset: u64,
    /// Number of its bytes.
    pub length: u64,
    /// Sum of its bytes in 16 bits, as checksums add them up.
    pub sum: u16,
    /// Bytes that were left out before it.
    before: u64,
}

/// The content of an attachment of which not all bytes are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole {
    /// Number of all its bytes.
    pub length: u64,
    /// Digest of all its bytes.
    pub sha256: Sha256Digest,
}

/// The runs that were left out of a file, and the digests of the contents that they were left out of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holes {
    holes: Vec<Hole>,
    wholes: Vec<(u64, Whole)>,
}

/// A file of which nothing was left out.
pub(super) static NO_HOLES: Holes = Holes { holes: Vec::new(), wholes: Vec::new() };

impl<'a> From<&'a [u8]> for Sparse<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self { bytes, holes: &NO_HOLES }
    }
}

impl Holes {
    /// Adds a run behind those that are there.
    pub fn leave_out(&mut self, run: Range<u64>, sum: u16) {
        let before = self.left_out();
        self.holes.push(Hole { offset: run.start, length: run.end.saturating_sub(run.start), sum, before });
    }

    /// Adds the digest of the content that begins at an offset.
    pub fn digest(&mut self, offset: u64, whole: Whole) {
        let place = self.wholes.partition_point(|(at, _)| *at <= offset);
        self.wholes.insert(place, (offset, whole));
    }

    /// Returns the number of bytes that were left out.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.holes.last().map_or(0, |last| last.before.saturating_add(last.length))
    }

    /// Returns whether nothing was left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.holes.is_empty()
    }

    /// Returns the offset in the file of a place in a slice of what is there, by the offset of the slice's first byte. The place where a run
    /// was left out is the one behind the run: before it nothing begins or ends.
    #[must_use]
    pub fn offset(&self, base: u64, place: usize) -> u64 {
        let plain = base.saturating_add(place as u64);
        if self.holes.is_empty() {
            return plain;
        }
        let first = self.holes.partition_point(|hole| hole.offset < base);
        let skipped = self.before(first);
        // By what is there, holes lie at `offset - before`.
        let last = self.holes.partition_point(|hole| hole.offset - hole.before <= plain.saturating_sub(skipped)).max(first);
        plain.saturating_add(self.before(last).saturating_sub(skipped))
    }

    /// Returns how many bytes that a run in the file has are there.
    #[must_use]
    pub fn kept(&self, offset: u64, length: u64) -> u64 {
        let (first, last) = self.between(offset, length);
        length.saturating_sub(self.before(last).saturating_sub(self.before(first)))
    }

    /// Returns the sum of the bytes of a run in the file that are not there.
    #[must_use]
    pub fn sum(&self, offset: u64, length: u64) -> u16 {
        let (first, last) = self.between(offset, length);
        self.holes.get(first..last).unwrap_or_default().iter().fold(0, |sum, hole| sum.wrapping_add(hole.sum))
    }

    /// Returns length and digest of the content that begins at an offset, when not all of it is there.
    #[must_use]
    pub fn whole(&self, offset: u64) -> Option<Whole> {
        let at = self.wholes.binary_search_by_key(&offset, |(at, _)| *at).ok()?;
        self.wholes.get(at).map(|(_, whole)| *whole)
    }

    fn before(&self, index: usize) -> u64 {
        self.holes.get(index).map_or_else(|| self.left_out(), |hole| hole.before)
    }

    fn between(&self, offset: u64, length: u64) -> (usize, usize) {
        if self.holes.is_empty() {
            return (0, 0);
        }
        let place = |at: u64| self.holes.partition_point(|hole| hole.offset < at);
        let (first, last) = (place(offset), place(offset.saturating_add(length)));
        (first, last.max(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of 100 bytes of which 10..40 and 60..65 are not there.
    fn holes() -> Holes {
        let mut holes = Holes::default();
        holes.leave_out(10..40, 7);
        holes.leave_out(60..65, 0xFFFF);
        holes
    }

    #[test]
    fn places_are_those_of_the_file() {
        let holes = holes();
        assert_eq!([0, 9, 10, 29, 30, 64].map(|place| holes.offset(0, place)), [0, 9, 40, 59, 65, 99]);
        assert_eq!([0, 5, 6].map(|place| holes.offset(4, place)), [4, 9, 40]);
        assert_eq!([0, 9, 10].map(|place| holes.offset(50, place)), [50, 59, 65]);
        assert_eq!(Holes::default().offset(7, 3), 10);
    }

    #[test]
    fn lengths_and_sums_count_what_is_not_there() {
        let holes = holes();
        assert_eq!((holes.kept(0, 100), holes.kept(5, 36), holes.kept(40, 10), holes.kept(50, 20)), (65, 6, 10, 15));
        assert_eq!((holes.sum(0, 100), holes.sum(5, 36), holes.sum(40, 10), holes.left_out()), (6, 7, 0, 35));
    }
}
