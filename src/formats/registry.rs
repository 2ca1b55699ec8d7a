//! The one way to read a registry dump: hives by their reader, all else as text.

use crate::base::{Decoded, Limits};

use super::{
    reg::{self, RegistryDump, RegistryShape},
    regf,
};

/// Reads a registry dump in whatever shape its content shows.
#[must_use]
pub fn parse(bytes: &[u8], limits: &Limits) -> Decoded<RegistryDump> {
    match reg::detect(bytes) {
        RegistryShape::Hive => regf::parse(bytes, limits),
        _ => reg::parse(bytes, limits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hives_and_texts_find_their_reader() {
        let limits = Limits::default();
        assert_eq!(parse(b"regf", &limits).value.shape, RegistryShape::Hive);
        assert_eq!(parse(b"regf", &limits).anomalies[0].code, "truncated");
        assert_eq!(parse(b"REGEDIT4\n", &limits).value.shape, RegistryShape::Regedit4);
    }
}
