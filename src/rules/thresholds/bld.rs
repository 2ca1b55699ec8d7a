//! Numbers of the rules about builds.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&LONG_ROUTE_LIST, &UNREACHABLE_REPORTS];

/// Entries that make a delivery routing list long.
pub static LONG_ROUTE_LIST: Threshold = Threshold {
    name: "bld.long-route-list",
    default: 40,
    unit: "entries",
    meaning: "of DeliveryRouting above which old administrator programs may damage it; Q182522 gives no number (heuristic)",
};
/// Reports about unreachable hosts.
pub static UNREACHABLE_REPORTS: Threshold = Threshold {
    name: "bld.unreachable-reports",
    default: 3,
    unit: "reports",
    meaning: "about hosts that are unknown or cannot be reached, from which the choice of MX hosts is suspected (heuristic)",
};
