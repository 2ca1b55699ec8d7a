//! A bounded reader over untrusted bytes. Every read names its field, so that a truncation can say what it cut.

use thiserror::Error;

/// A read that asked for more bytes than are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{what} at offset {offset:#x} needs {need} bytes, {have} are left")]
pub struct Truncated {
    /// The field that was read.
    pub what: &'static str,
    /// Absolute offset of the field.
    pub offset: u64,
    /// Bytes asked for.
    pub need: u64,
    /// Bytes that were left.
    pub have: u64,
}

/// A cursor over a slice that knows where the slice lies in its file.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    data: &'a [u8],
    position: usize,
    base: u64,
}

impl<'a> Reader<'a> {
    /// Returns a reader over a whole file.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self::at(data, 0)
    }

    /// Returns a reader over a slice that begins at `base` in its file.
    #[must_use]
    pub fn at(data: &'a [u8], base: u64) -> Self {
        Self { data, position: 0, base }
    }

    /// Returns the absolute offset of the next byte.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.base.saturating_add(self.position as u64)
    }

    /// Returns the position of the next byte within this reader's slice.
    #[must_use]
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns the number of bytes left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.data.len().saturating_sub(self.position)
    }

    /// Returns whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// Returns what is left without moving.
    #[must_use]
    pub fn peek(&self) -> &'a [u8] {
        self.data.get(self.position..).unwrap_or_default()
    }

    /// Takes everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        let rest = self.peek();
        self.position = self.data.len();
        rest
    }

    /// Takes at most `length` bytes.
    pub fn up_to(&mut self, length: usize) -> &'a [u8] {
        let taken = self.peek().get(..length).unwrap_or_else(|| self.peek());
        self.position = self.position.saturating_add(taken.len());
        taken
    }

    /// Takes exactly `length` bytes.
    ///
    /// # Errors
    /// [`Truncated`] when fewer are left; the reader does not move then.
    pub fn bytes(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], Truncated> {
        let taken = self.peek().get(..length).ok_or_else(|| self.truncated(length as u64, what))?;
        self.position = self.position.saturating_add(length);
        Ok(taken)
    }

    /// Takes exactly `length` bytes as a reader of their own.
    ///
    /// # Errors
    /// [`Truncated`] when fewer are left.
    pub fn sub(&mut self, length: usize, what: &'static str) -> Result<Reader<'a>, Truncated> {
        let base = self.offset();
        Ok(Reader::at(self.bytes(length, what)?, base))
    }

    /// Takes `N` bytes as an array.
    ///
    /// # Errors
    /// [`Truncated`] when fewer are left.
    pub fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Truncated> {
        let taken = self.peek().first_chunk::<N>().ok_or_else(|| self.truncated(N as u64, what))?;
        self.position = self.position.saturating_add(N);
        Ok(*taken)
    }

    /// Takes one byte.
    ///
    /// # Errors
    /// [`Truncated`] at the end.
    pub fn u8(&mut self, what: &'static str) -> Result<u8, Truncated> {
        self.array::<1>(what).map(|[byte]| byte)
    }

    /// Takes a little-endian `u16`.
    ///
    /// # Errors
    /// [`Truncated`] when fewer than two bytes are left.
    pub fn u16(&mut self, what: &'static str) -> Result<u16, Truncated> {
        self.array(what).map(u16::from_le_bytes)
    }

    /// Takes a little-endian `u32`.
    ///
    /// # Errors
    /// [`Truncated`] when fewer than four bytes are left.
    pub fn u32(&mut self, what: &'static str) -> Result<u32, Truncated> {
        self.array(what).map(u32::from_le_bytes)
    }

    /// Takes a little-endian `u64`.
    ///
    /// # Errors
    /// [`Truncated`] when fewer than eight bytes are left.
    pub fn u64(&mut self, what: &'static str) -> Result<u64, Truncated> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// Takes a little-endian `u32` that counts bytes or items; lengths beyond the address space saturate, so that they stay too large.
    ///
    /// # Errors
    /// [`Truncated`] when fewer than four bytes are left.
    pub fn len(&mut self, what: &'static str) -> Result<usize, Truncated> {
        self.u32(what).map(|length| usize::try_from(length).unwrap_or(usize::MAX))
    }

    fn truncated(&self, need: u64, what: &'static str) -> Truncated {
        Truncated { what, offset: self.offset(), need, have: self.remaining() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_little_endian_and_keeps_the_offset() {
        let mut reader = Reader::at(&[1, 2, 0, 3, 0, 0, 0], 0x10);
        assert_eq!(reader.u8("level"), Ok(1));
        assert_eq!(reader.u16("key"), Ok(2));
        assert_eq!(reader.offset(), 0x13);
        assert_eq!(reader.len("length"), Ok(3));
        assert!(reader.is_empty());
    }

    #[test]
    fn a_truncation_names_the_field_and_does_not_move() {
        let mut reader = Reader::at(&[1, 2, 3], 8);
        let cut = Truncated { what: "length", offset: 8, need: 4, have: 3 };
        assert_eq!(reader.u32("length"), Err(cut));
        assert_eq!(cut.to_string(), "length at offset 0x8 needs 4 bytes, 3 are left");
        assert_eq!(reader.up_to(9), &[1, 2, 3]);
    }
}
