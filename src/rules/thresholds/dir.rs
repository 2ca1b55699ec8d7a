//! Numbers of the rules over the directory object.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&RECENT_CHANGE, &SMALL_LIMIT];

/// Time within which a change of the object is recent.
pub static RECENT_CHANGE: Threshold = Threshold {
    name: "dir.recent-change",
    default: 7,
    unit: "days",
    meaning: "before the collection within which a change of the object is told (heuristic)",
};
/// Size limit that counts as very small.
pub static SMALL_LIMIT: Threshold =
    Threshold { name: "dir.small-limit", default: 1024, unit: "KB", meaning: "up to which a message size limit counts as very small (heuristic)" };
