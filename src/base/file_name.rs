//! Parts of a file name as users see them, whatever the system that wrote it.

/// Returns what stands behind the last period; empty when there is none.
#[must_use]
pub fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Returns what stands in front of the last period; the whole name when there is none.
#[must_use]
pub fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_splits_at_its_last_period() {
        assert_eq!((stem("a.b.txt"), extension("a.b.txt")), ("a.b", "txt"));
        assert_eq!((stem("README"), extension("README")), ("README", ""));
    }
}
