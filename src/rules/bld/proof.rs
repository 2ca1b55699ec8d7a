//! The build of the connector with its proof, and the first builds of the packs that conditions name (Q257618).

use crate::{
    backup::{Backup, Build, ServiceKey, Setting},
    diagnostics::{Evidence, Locator},
};

/// First builds of packs, by their family.
pub(super) const SP4_40: Build = Build::new(4, 0, 995, 0);
pub(super) const RTM_50: Build = Build::new(5, 0, 1457, 0);
pub(super) const SP1_50: Build = Build::new(5, 0, 1458, 0);
pub(super) const SP2_50: Build = Build::new(5, 0, 1460, 0);
pub(super) const RTM_55: Build = Build::new(5, 5, 1960, 0);
pub(super) const SP1_55: Build = Build::new(5, 5, 2232, 0);
pub(super) const SP2_55: Build = Build::new(5, 5, 2448, 0);
pub(super) const SP3_55: Build = Build::new(5, 5, 2650, 0);
/// Below every build of a line.
pub(super) const FIRST_40: Build = Build::new(4, 0, 0, 0);
pub(super) const FIRST_50: Build = Build::new(5, 0, 0, 0);
pub(super) const FIRST_55: Build = Build::new(5, 5, 0, 0);

/// The build of the connector and the header field that shows it.
pub(super) struct FoundBuild {
    /// The build.
    pub(super) build: Build,
    /// Evidence for the stamp.
    pub(super) proof: Evidence,
}

/// Returns the build and its proof.
pub(super) fn found_build(backup: &Backup) -> Option<FoundBuild> {
    let version = backup.version.as_ref()?;
    let build = version.build?;
    let proof = match &version.stamp {
        Some(place) => Evidence::new(place.file.as_ref(), Locator::Header { object: place.object.clone(), name: place.field.clone() })
            .at(place.offset..place.offset + place.length),
        // The user said so; nothing of the evidence does.
        None => Evidence::folder("."),
    };
    let observed = if version.stamp.is_some() { build.to_string() } else { format!("{build}, {}", version.source) };
    Some(FoundBuild { build, proof: proof.observed(observed) })
}

/// Returns the build and its proof if it lies in the half-open range, within one product line.
pub(super) fn build_between(backup: &Backup, from: Build, below: Build) -> Option<FoundBuild> {
    build_in(backup, &[(from, below)])
}

/// Returns the build and its proof if it lies in one of the half-open ranges, each within one product line.
pub(super) fn build_in(backup: &Backup, ranges: &[(Build, Build)]) -> Option<FoundBuild> {
    let found = found_build(backup)?;
    let is_in = |&(from, below): &(Build, Build)| found.build.line() == below.line() && (from..below).contains(&found.build);
    ranges.iter().any(is_in).then_some(found)
}

impl FoundBuild {
    /// Returns the proof, saying which build ends the trouble.
    pub(super) fn expecting(self, fixed: &str) -> Evidence {
        self.proof.expected(format!("{fixed} or later"))
    }
}

/// Returns a number in Parameters.
pub(super) fn parameter<'a>(backup: &'a Backup, name: &str) -> Option<(&'a ServiceKey, Setting<'a, u32>)> {
    let service = backup.service.as_ref()?;
    Some((service, service.dword("Parameters", name)?))
}

/// Returns the elements of a list in Parameters that are not blank, with evidence for each.
pub(super) fn elements<'a>(backup: &'a Backup, name: &str) -> Vec<(&'a str, Evidence)> {
    let Some(service) = &backup.service else { return Vec::new() };
    let Some(list) = service.strings("Parameters", name) else { return Vec::new() };
    let filled = list.data.iter().map(|element| element.trim()).filter(|element| !element.is_empty());
    filled.map(|element| (element, Evidence::setting(service, &list).observed(element))).collect()
}
