//! The rules of this family, one a line, sorted by code.

use crate::diagnostics::Rule;

use super::service_packs;

/// The rules of the family.
pub(in crate::rules) const RULES: &[&Rule] = &[
    &service_packs::RELAY_BYPASS_IMCEA_USER,
    &service_packs::BELOW_LATEST_SERVICE_PACK,
    &service_packs::EHLO_ANSWER_OVERRUN,
    &service_packs::AUTH_COMMAND_OVERRUN,
    &service_packs::SILENT_LOSS_ON_40,
];
