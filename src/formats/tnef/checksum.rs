//! The checksum of attributes: the sum of the data bytes in 16 bits, and sums over any run without adding it up again.

/// Returns the checksum of some data.
pub(super) fn checksum(data: &[u8]) -> u16 {
    data.iter().fold(0, |sum: u16, &byte| sum.wrapping_add(u16::from(byte)))
}

/// Bytes between two kept sums: small enough that a forged file full of almost-records stays linear.
const STRIDE: usize = 64;

/// Sums of all prefixes at fixed strides; only damaged streams need them.
pub(super) struct RunningSums<'a> {
    data: &'a [u8],
    marks: Vec<u16>,
}

impl<'a> RunningSums<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        let mut marks = Vec::with_capacity(data.len() / STRIDE + 1);
        let mut sum = 0_u16;
        for chunk in data.chunks(STRIDE) {
            marks.push(sum);
            sum = sum.wrapping_add(checksum(chunk));
        }
        marks.push(sum);
        Self { data, marks }
    }

    /// Returns the checksum of the bytes from `start` to `end`.
    pub(super) fn between(&self, start: usize, end: usize) -> u16 {
        self.up_to(end).wrapping_sub(self.up_to(start))
    }

    fn up_to(&self, end: usize) -> u16 {
        let stride = end / STRIDE;
        let rest = self.data.get(stride * STRIDE..end.min(self.data.len())).unwrap_or_default();
        self.marks.get(stride).copied().unwrap_or_default().wrapping_add(checksum(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_sums_agree_with_the_plain_sum() {
        let data: Vec<u8> = (0..1000_u32).map(|n| (n * 37 % 251) as u8).collect();
        let sums = RunningSums::new(&data);
        for (start, end) in [(0, 0), (0, 64), (63, 65), (1, 1000), (128, 192), (999, 1000), (1000, 1000)] {
            assert_eq!(sums.between(start, end), checksum(&data[start..end]), "{start}..{end}");
        }
    }

    #[test]
    fn the_sum_wraps() {
        assert_eq!(checksum(&[0xFF; 258]), 254);
    }
}
