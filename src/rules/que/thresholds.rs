//! Thresholds of the queue rules in one place. Those marked heuristic are ours; no article names a number.

/// Default time-out of normal mail, in hours (Q156063).
pub(super) const STALE_AFTER_HOURS: i64 = 48;
/// Items in MTS-OUT from which a backlog is worth explaining (heuristic).
pub(super) const BACKLOG: usize = 20;
/// Domains that must wait at all, so that one of them can stand out.
pub(super) const BACKLOG_DOMAINS: usize = 3;
/// Reports in MTS-OUT that make a storm (heuristic).
pub(super) const BACKSCATTER: usize = 20;
/// Domains that they must go to.
pub(super) const BACKSCATTER_DOMAINS: usize = 10;
/// Pieces of evidence quoted.
pub(super) const SHOWN: usize = 20;
