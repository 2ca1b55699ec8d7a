//! Numbers of the rules about what the service is told to do.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&FEW_RECIPIENTS, &SMALL_SIZE_LIMIT];

/// Recipients of one transmission.
pub static FEW_RECIPIENTS: Threshold = Threshold {
    name: "svc.few-recipients",
    default: 100,
    unit: "recipients",
    meaning: "in MaxRecipients, below which outbound mail is split into many transmissions (heuristic)",
};
/// Bytes of a size limit.
pub static SMALL_SIZE_LIMIT: Threshold = Threshold {
    name: "svc.small-size-limit",
    default: 65536,
    unit: "bytes",
    meaning: "below which a size limit in bytes was probably meant in KB (heuristic)",
};
