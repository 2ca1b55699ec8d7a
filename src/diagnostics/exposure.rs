//! Whether a product build has a defect that a later one has not ("exposed", section 10 of the message vocabulary).

use crate::backup::{Build, ProductVersion};

use super::RuleMeta;

/// Whether the defect of a rule is in the product that made the Backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// The build is older than the fix.
    Yes,
    /// The product line never had it, or the fix is in.
    No,
    /// The build is not known.
    Unknown,
}

impl Exposure {
    /// Returns the exposure of a version to the defect of a rule.
    #[must_use]
    pub fn of(rule: &RuleMeta, version: Option<&ProductVersion>) -> Self {
        let Some(version) = version else { return Self::Unknown };
        let Some(line) = version.line else { return Self::Unknown };
        if !rule.versions.contains(&line) {
            return Self::No;
        }
        let Some(build) = version.build else { return Self::Unknown };
        let line = line.name();
        let fixed_by_pack = packs(rule.fixed_in).filter(|(of_line, _)| *of_line == line).any(|(_, pack)| pack_is_in(build, line, pack));
        // The stamps of headers give the build of the service; a fix of another program counts from the service pack on that has it.
        let of_this_program = rule.tags.contains(&"fix-ims") || !rule.tags.iter().any(|tag| tag.starts_with("fix-"));
        let fixed_by_build =
            rule.fixed_build.and_then(Build::parse).is_some_and(|fixed| of_this_program && fixed.line() == build.line() && build >= fixed);
        if fixed_by_pack || fixed_by_build { Self::No } else { Self::Yes }
    }
}

/// Splits `5.5 SP2; 5.0 store 5.0.1461.63` into lines and what is named for them.
fn packs(fixed_in: Option<&str>) -> impl Iterator<Item = (&str, &str)> {
    fixed_in.unwrap_or_default().split(';').filter_map(|part| part.trim().split_once(' '))
}

/// Returns whether the service pack that is named (`SP4`) is part of the build.
fn pack_is_in(build: Build, line: &str, named: &str) -> bool {
    let pack = named.split_whitespace().next().unwrap_or_default();
    Build::first_of_pack(&format!("{line} {pack}")).is_some_and(|first| build >= first)
}
