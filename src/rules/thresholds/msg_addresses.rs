//! Numbers of the rules on recipients and addresses of single messages.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&MANY_RECIPIENTS];

/// Recipients that make a long list.
pub static MANY_RECIPIENTS: Threshold = Threshold {
    name: "msg.many-recipients",
    default: 500,
    unit: "recipients",
    meaning: "of one message, from which its list counts as very long (heuristic)",
};
