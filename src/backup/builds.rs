//! Build numbers of the connector and what they say: product line and service pack (Q158336, Q257618, Q243604, Q316616).
//!
//! The third number gives the family; the fourth orders builds only inside one component, and lines do not compare with each other,
//! because a fix of 5.0.1461 is not implied by a 5.5 build (Q194896). Deliberately absent: builds of Exchange 2000 and later.

use std::{cmp::Ordering, fmt};

/// A build number, `major.minor.build.revision`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Build {
    /// Major version.
    pub major: u32,
    /// Minor version.
    pub minor: u32,
    /// Build, which gives the family.
    pub build: u32,
    /// Revision.
    pub revision: u32,
}

/// A product line of the connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProductLine {
    /// Exchange 4.0, Internet Mail Connector.
    V4_0,
    /// Exchange 5.0, Internet Mail Service.
    V5_0,
    /// Exchange 5.5, Internet Mail Service.
    V5_5,
}

/// First build of each pack's family, by the numbers of Msexcimc.exe. SP4 is taken as 2653.0 and above: Q158336 gives the server
/// 2653.23, Q320636 shows a stamp of an SP4 service with 2653.19.
const PACKS: [(ProductLine, u32, &str); 14] = [
    (ProductLine::V4_0, 837, "4.0 RTM"),
    (ProductLine::V4_0, 838, "4.0 SP1"),
    (ProductLine::V4_0, 993, "4.0 SP2"),
    (ProductLine::V4_0, 994, "4.0 SP3"),
    (ProductLine::V4_0, 995, "4.0 SP4"),
    (ProductLine::V4_0, 996, "4.0 SP5"),
    (ProductLine::V5_0, 1457, "5.0 RTM"),
    (ProductLine::V5_0, 1458, "5.0 SP1"),
    (ProductLine::V5_0, 1460, "5.0 SP2"),
    (ProductLine::V5_5, 1960, "5.5 RTM"),
    (ProductLine::V5_5, 2232, "5.5 SP1"),
    (ProductLine::V5_5, 2448, "5.5 SP2"),
    (ProductLine::V5_5, 2650, "5.5 SP3"),
    (ProductLine::V5_5, 2653, "5.5 SP4"),
];

impl Build {
    /// Returns a build of its four numbers.
    #[must_use]
    pub const fn new(major: u32, minor: u32, build: u32, revision: u32) -> Self {
        Self { major, minor, build, revision }
    }

    /// Reads a build as stamps and articles print it: leading zeros mean nothing, a missing revision is 0, and without the version in
    /// front (`2619.0`, `1459.73`) the family gives it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str| (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u32>().ok()).flatten();
        let numbers: Vec<u32> = text.trim().split('.').take(5).map(digits).collect::<Option<_>>()?;
        match *numbers.as_slice() {
            [major, minor, build, revision] => Some(Self { major, minor, build, revision }),
            [major, minor, build] => Some(Self { major, minor, build, revision: 0 }),
            [build, revision] => Self::of_family(build, revision),
            [build] => Self::of_family(build, 0),
            _ => None,
        }
    }

    /// Returns the product line; none for a version that never had this connector.
    #[must_use]
    pub fn line(self) -> Option<ProductLine> {
        match (self.major, self.minor) {
            (4, 0) => Some(ProductLine::V4_0),
            (5, 0) => Some(ProductLine::V5_0),
            (5, 5) => Some(ProductLine::V5_5),
            _ => None,
        }
    }

    /// Returns the newest pack whose family this build has reached, for example `5.5 SP4`; none before the release.
    #[must_use]
    pub fn service_pack(self) -> Option<&'static str> {
        let line = self.line()?;
        PACKS.iter().rev().find(|&&(pack_line, first, _)| pack_line == line && self.build >= first).map(|&(_, _, name)| name)
    }

    /// Returns the build of the connector in a service pack, by a name such as `5.5 SP3`.
    #[must_use]
    pub fn first_of_pack(name: &str) -> Option<Self> {
        let (line, pack) = name.trim().split_once(' ')?;
        let (build, revision) = match (line, pack.trim().to_ascii_uppercase().as_str()) {
            ("4.0", "RTM") => (837, 3),
            ("4.0", "SP1") => (838, 14),
            ("4.0", "SP2") => (993, 5),
            ("4.0", "SP3") => (994, 63),
            ("4.0", "SP4") => (995, 52),
            ("4.0", "SP5") => (996, 62),
            ("5.0", "RTM") => (1457, 10),
            ("5.0", "SP1") => (1458, 49),
            ("5.0", "SP2") => (1460, 8),
            ("5.5", "RTM") => (1960, 3),
            ("5.5", "SP1") => (2232, 9),
            ("5.5", "SP2") => (2448, 0),
            ("5.5", "SP3") => (2650, 21),
            ("5.5", "SP4") => (2653, 0),
            _ => return None,
        };
        let (major, minor) = line.split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()?, build, revision })
    }

    /// Compares with another build of the same line; builds of two lines do not compare.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<Ordering> {
        ((self.major, self.minor) == (other.major, other.minor)).then(|| self.cmp(&other))
    }

    fn of_family(build: u32, revision: u32) -> Option<Self> {
        let (major, minor) = match build {
            700..=999 => (4, 0),
            1400..=1499 => (5, 0),
            1900..=2699 => (5, 5),
            _ => return None,
        };
        Some(Self { major, minor, build, revision })
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { major, minor, build, revision } = self;
        write!(f, "{major}.{minor}.{build}.{revision}")
    }
}

impl ProductLine {
    /// Returns the line as it is written, for example `5.5`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V4_0 => "4.0",
            Self::V5_0 => "5.0",
            Self::V5_5 => "5.5",
        }
    }
}

impl fmt::Display for ProductLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, shown: &str, pack: Option<&str>) {
        let build = Build::parse(text).unwrap();
        assert_eq!((build.to_string().as_str(), build.service_pack()), (shown, pack));
    }

    #[test]
    fn builds_of_the_articles_have_their_pack() {
        check("4.0.0736", "4.0.736.0", None);
        check("4.0.837.3", "4.0.837.3", Some("4.0 RTM"));
        check("4.0.997.2", "4.0.997.2", Some("4.0 SP5"));
        check("5.0.1457.3", "5.0.1457.3", Some("5.0 RTM"));
        check("1459.73", "5.0.1459.73", Some("5.0 SP1"));
        check("5.0.1461.69", "5.0.1461.69", Some("5.0 SP2"));
        check("5.5.2232.0", "5.5.2232.0", Some("5.5 SP1"));
        check("2505.00", "5.5.2505.0", Some("5.5 SP2"));
        check("5.5.2652.78", "5.5.2652.78", Some("5.5 SP3"));
        check("5.5.2653.19", "5.5.2653.19", Some("5.5 SP4"));
        check("5.5.2656.59", "5.5.2656.59", Some("5.5 SP4"));
        check("6.0.3790.211", "6.0.3790.211", None);
    }

    #[test]
    fn other_texts_are_no_builds() {
        for text in ["", "5.5.", "5.5.x.1", "1.2.3.4.5", "+5.5.1.1", "99999999999.1", "3.1", "5.5 SP3"] {
            assert_eq!(Build::parse(text), None, "{text}");
        }
    }

    #[test]
    fn builds_of_two_lines_do_not_compare() {
        let build = |text| Build::parse(text).unwrap();
        assert_eq!(build("5.5.2650.9").compare(build("5.5.2650.21")), Some(Ordering::Less));
        assert_eq!(build("5.0.1461.69").compare(build("5.5.1960.3")), None);
    }
}
