//! Numbers of the rules about builds.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&LONG_ROUTE_LIST];

/// Entries that make a delivery routing list long.
pub static LONG_ROUTE_LIST: Threshold = Threshold {
    name: "bld.long-route-list",
    default: 40,
    unit: "entries",
    meaning: "of DeliveryRouting above which old administrator programs may damage it; Q182522 gives no number (heuristic)",
};
