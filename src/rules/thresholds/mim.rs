//! Numbers of the MIME rules.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] =
    &[&LARGE_PROLOGUE, &PEGASUS_RECIPIENTS, &PROLOGUE_WITH_HEADERS, &RUN_OF_X, &STUCK_BINHEX_AGE, &STUCK_BINHEX_FILES];

/// Length of a prologue that is no note to old readers.
pub static LARGE_PROLOGUE: Threshold = Threshold {
    name: "mim.large-prologue",
    default: 2000,
    unit: "bytes",
    meaning: "in front of the first boundary line above which a part lacks its boundary (heuristic)",
};
/// Recipients that make a long list.
pub static PEGASUS_RECIPIENTS: Threshold = Threshold {
    name: "mim.pegasus-recipients",
    default: 30,
    unit: "recipients",
    meaning: "of a message by Pegasus Mail that make a large list (heuristic)",
};
/// Length of a prologue that holds header lines of a part.
pub static PROLOGUE_WITH_HEADERS: Threshold = Threshold {
    name: "mim.prologue-with-headers",
    default: 500,
    unit: "bytes",
    meaning: "in front of the first boundary line above which header lines in them are those of a part (heuristic)",
};
/// Characters X in a row that nobody types.
pub static RUN_OF_X: Threshold = Threshold {
    name: "mim.run-of-x",
    default: 100,
    unit: "characters",
    meaning: "X in a row within a line that a firewall wrote over the text (heuristic)",
};
/// Time that a file stands at the head of the inbound spool.
pub static STUCK_BINHEX_AGE: Threshold = Threshold {
    name: "mim.stuck-binhex-age",
    default: 4,
    unit: "hours",
    meaning: "that a BinHex file waits at the head of Imcdata\\In before it counts as stuck (heuristic)",
};
/// Files in the inbound spool.
pub static STUCK_BINHEX_FILES: Threshold = Threshold {
    name: "mim.stuck-binhex-files",
    default: 10,
    unit: "files",
    meaning: "in Imcdata\\In from which a BinHex file at its head counts as stuck (heuristic)",
};
