//! Numbers of the rules over start, spool folders, relay and message filter of the service.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&DISK_THRESHOLD_LEAST, &DISK_THRESHOLD_MOST, &RELAY_WIDE_BITS, &SCANNER_MESSAGES, &SCANNER_SHARE];

/// Free space that the service must guard at least.
pub static DISK_THRESHOLD_LEAST: Threshold = Threshold {
    name: "svc.disk-threshold-least",
    default: 0x10_0000,
    unit: "bytes",
    meaning: "of DiskSpaceLowWaterMark below which another unit was probably meant (heuristic)",
};
/// Free space that the service should ask for at most.
pub static DISK_THRESHOLD_MOST: Threshold = Threshold {
    name: "svc.disk-threshold-most",
    default: 0x4000_0000,
    unit: "bytes",
    meaning: "of DiskSpaceLowWaterMark above which the service may never leave flush mode (heuristic)",
};
/// Width of a range that no organization has.
pub static RELAY_WIDE_BITS: Threshold = Threshold {
    name: "svc.relay-wide-bits",
    default: 8,
    unit: "bits",
    meaning: "of a relay mask up to which a public range is far more than own clients (heuristic)",
};
/// Inbound mail that shows where it comes from.
pub static SCANNER_MESSAGES: Threshold = Threshold {
    name: "svc.scanner-messages",
    default: 3,
    unit: "messages",
    meaning: "in MTS-IN that must be there before one address in front of the service is told (heuristic)",
};
/// Part of inbound mail that comes from one address.
pub static SCANNER_SHARE: Threshold = Threshold {
    name: "svc.scanner-share",
    default: 50,
    unit: "percent",
    meaning: "of inbound mail that one inside address must exceed to be a scanner in front of the service (heuristic)",
};
