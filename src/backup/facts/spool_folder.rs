//! Which of the connector's spool folders a file lies in: Imcdata\In, Out, Pickup, Work and the archives below them (Q190709, Q201314).

/// A folder below Imcdata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SpoolFolder {
    /// In: received, not yet converted.
    In,
    /// In\Archive: copies of what was received.
    InArchive,
    /// Out: converted, not yet sent.
    Out,
    /// Out\Archive: copies of what was sent.
    OutArchive,
    /// Pickup: handed in as files.
    Pickup,
    /// Pickup\Archive.
    PickupArchive,
    /// Work.
    Work,
}

impl SpoolFolder {
    /// Returns the spool folder that a file lies in, by the folders in its path.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let mut folders = path.rsplit('/').skip(1);
        let last = folders.next()?.to_ascii_lowercase();
        let above = folders.next().unwrap_or_default().to_ascii_lowercase();
        match (above.as_str(), last.as_str()) {
            ("in", "archive") => Some(Self::InArchive),
            ("out", "archive") => Some(Self::OutArchive),
            ("pickup", "archive") => Some(Self::PickupArchive),
            (_, "in") => Some(Self::In),
            (_, "out") => Some(Self::Out),
            (_, "pickup") => Some(Self::Pickup),
            ("imcdata", "work") => Some(Self::Work),
            _ => None,
        }
    }

    /// Returns the name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::In => "In",
            Self::InArchive => "In/Archive",
            Self::Out => "Out",
            Self::OutArchive => "Out/Archive",
            Self::Pickup => "Pickup",
            Self::PickupArchive => "Pickup/Archive",
            Self::Work => "Work",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_known_at_any_depth() {
        for (path, folder) in [
            ("Imcdata/In/ABCDEFGH", Some(SpoolFolder::In)),
            ("imcdata/OUT/archive/ABCDEFGH", Some(SpoolFolder::OutArchive)),
            ("../Pickup/x.txt", Some(SpoolFolder::Pickup)),
            ("Work/00000001.TNF", None),
            ("Imcdata/Work/x", Some(SpoolFolder::Work)),
            ("In", None),
        ] {
            assert_eq!(SpoolFolder::of_path(path), folder, "{path}");
        }
    }
}
