//! Numbers of the rules over sizes and reports of single messages.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&LONG_SUPPLEMENTARY, &LOST_BODY, &LOST_BODY_LENGTH];

/// Characters of a diagnostic text.
pub static LONG_SUPPLEMENTARY: Threshold = Threshold {
    name: "msg.long-supplementary",
    default: 1024,
    unit: "characters",
    meaning: "of diagnostic text in a report above which the store may hang; the real limit is not published (heuristic)",
};
/// Bytes that a message without text may have.
pub static LOST_BODY: Threshold = Threshold {
    name: "msg.lost-body",
    default: 2000,
    unit: "bytes",
    meaning: "that a message without any text has beside headers and recipients, above which it had one (heuristic)",
};
/// Content-Length of a message without text.
pub static LOST_BODY_LENGTH: Threshold = Threshold {
    name: "msg.lost-body-length",
    default: 200,
    unit: "bytes",
    meaning: "of Content-Length above which a message without any text had one (heuristic)",
};
