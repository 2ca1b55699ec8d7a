//! Numbers of the rules over IMCCOPY texts.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&ACCENTED, &WRAP_LEAST, &WRAP_MOST];

/// Messages that show which language a site writes.
pub static ACCENTED: Threshold =
    Threshold { name: "cpy.accented", default: 2, unit: "messages", meaning: "with accented letters that show a Western European site (heuristic)" };
/// The narrowest column that makes sense.
pub static WRAP_LEAST: Threshold =
    Threshold { name: "cpy.wrap-least", default: 20, unit: "columns", meaning: "below which wrapped text cannot be read (heuristic)" };
/// The widest column that makes sense.
pub static WRAP_MOST: Threshold =
    Threshold { name: "cpy.wrap-most", default: 998, unit: "columns", meaning: "above which lines break the limit of the mail standard (heuristic)" };
