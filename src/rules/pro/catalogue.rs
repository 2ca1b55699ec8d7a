//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::profiles;

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &profiles::NO_CONNECTOR_PROFILE,
    &profiles::STOPPED_WITH_MAIL_WAITING,
    &profiles::STALE_PROFILES_ON_40,
    &profiles::PROFILE_MULTIVALUE_BLOB_CORRUPT,
    &profiles::PROFILE_OF_DISABLED_SERVICE,
];
