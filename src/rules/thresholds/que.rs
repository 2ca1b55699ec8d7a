//! Numbers of the queue rules.

use crate::diagnostics::Threshold;

/// The table of this file.
pub(super) static ALL: &[&Threshold] = &[&BACKLOG, &BACKLOG_DOMAINS, &BACKSCATTER, &BACKSCATTER_DOMAINS, &STALE_AFTER];

/// Items that make a backlog.
pub static BACKLOG: Threshold = Threshold {
    name: "que.backlog",
    default: 20,
    unit: "messages",
    meaning: "waiting in MTS-OUT, from which a backlog for one domain is told (heuristic)",
};
/// Domains in a backlog.
pub static BACKLOG_DOMAINS: Threshold = Threshold {
    name: "que.backlog-domains",
    default: 3,
    unit: "domains",
    meaning: "that must wait at all, so that one of them can stand out (heuristic)",
};
/// Reports that make a storm.
pub static BACKSCATTER: Threshold =
    Threshold { name: "que.backscatter", default: 20, unit: "reports", meaning: "in MTS-OUT that make a storm (heuristic)" };
/// Domains that a storm goes to.
pub static BACKSCATTER_DOMAINS: Threshold =
    Threshold { name: "que.backscatter-domains", default: 10, unit: "domains", meaning: "that the reports of a storm must go to (heuristic)" };
/// Time-out of normal mail.
pub static STALE_AFTER: Threshold =
    Threshold { name: "que.stale-after", default: 48, unit: "hours", meaning: "that mail may wait: the default time-out of normal mail (Q156063)" };
